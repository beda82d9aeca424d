//! `vodledger logs ingest`: log files into the ledger.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::output::{Format, Listing, note};
use super::super::sync;
use super::{Context, Error, Outcome};
use crate::collect::cdn_log::{self, Counted, Ingest, IngestError, Reading};
use crate::ledger::Ingested;
use crate::model::Period;
use crate::model::time::format_time;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Log files: text, gzip, or tar of them; each an hour of a domain
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Count a file also if the one of the same hour that was counted before had more lines
    #[arg(long)]
    replace: bool,
    /// Form of the listing [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const COLUMNS: [&str; 10] = ["file", "result", "domain", "hour", "package", "lines", "broken", "media", "bytes", "reason"];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let account = context.account()?;
    let now = context.clock.now();
    let habits = sync::plan(context, account, Period { start: now, end: now })?.logs;
    let ledger = context.ledger()?;
    let known = cdn_log::known_paths(&ledger, &account.id()).map_err(Error::failed)?;
    let reading = Reading { broken_permille: habits.broken_permille, ..Reading::default() };
    let ingest = Ingest { account: account.id(), overhead: habits.overhead, replace: args.replace, reading, now };
    let progress = context.progress(args.files.len() as u64);
    let mut rows: Vec<(usize, Vec<Value>)> = Vec::new();
    let mut refused = 0;
    ingest.files(&ledger, &known, &args.files, |index, counted| {
        let file = args.files.get(index).map_or_else(String::new, |file| file.display().to_string());
        if let Ok(counted) = &counted {
            for (line, flaw) in &counted.flaws {
                progress.suspend(|| note!("warning: {file}, line {line}: {}; not counted", flaw.as_str()));
            }
        }
        refused += usize::from(counted.is_err());
        rows.push((index, row(&file, counted)));
        progress.inc(1);
    });
    progress.finish_and_clear();
    cdn_log::compact(&ledger, &account.id(), now).map_err(Error::failed)?;
    rows.sort_by_key(|(index, _)| *index);
    let mut listing = Listing::new(&COLUMNS)
        .narrow(&["file", "result", "lines", "broken", "bytes", "reason"])
        .right(&["lines", "broken", "media", "bytes"]);
    rows.into_iter().for_each(|(_, row)| listing.push(row));
    listing.print(Format::or_default(args.format))?;
    match refused {
        0 => Ok(Outcome::Done),
        refused if refused == args.files.len() => Err(Error::failed("no file was counted; the listing says why")),
        _ => Ok(Outcome::Partial),
    }
}

fn row(file: &str, counted: Result<Counted, IngestError>) -> Vec<Value> {
    let Counted { log, ingested, .. } = match counted {
        Ok(counted) => counted,
        Err(error) => {
            let mut row = vec![json!(file), json!("refused")];
            row.extend([const { Value::Null }; 7]);
            row.push(json!(error.to_string()));
            return row;
        }
    };
    let result = match ingested {
        Ingested::New => "counted",
        Ingested::Same => "known",
        Ingested::Restated => "restated",
        Ingested::Corrected => "corrected",
    };
    vec![
        json!(file),
        json!(result),
        json!(log.key.domain),
        json!(format_time(log.key.start)),
        json!(if log.key.overseas { "oversea" } else { "domestic" }),
        json!(log.lines.lines),
        json!(log.lines.broken),
        json!(log.media.keys().filter(|of| !of.file_id.is_empty()).count()),
        json!(log.media.values().map(|sum| sum.bytes).sum::<i64>()),
        Value::Null,
    ]
}
