//! What a ledger holds: `check`, `dump`, `prune`, `size`.

use std::collections::BTreeMap;
use std::io::{self, BufWriter};

use serde_json::json;

use crate::cli::output::{Format, Listing, note, say};
use crate::cli::{Context, Error, Outcome, bounds};
use crate::ledger::{DumpError, Ledger, Retention};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Form of the list of problems [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Arguments of `dump`.
#[derive(Debug, clap::Args)]
pub struct Dump {
    /// In the documented form, the only one so far: JSON Lines, without anything that tells how the content came about
    #[arg(long, required = true)]
    canonical: bool,
    /// Print only its number of lines and SHA-256
    #[arg(long)]
    digest: bool,
}

/// Arguments of `prune`.
#[derive(Debug, clap::Args)]
pub struct Prune {
    /// Keep answers of a kind for so many days, or for `ever`; repeat for several kinds [default: usage, reading, play and
    /// pack 400, media and domain 35, bill ever]
    #[arg(long, value_name = "KIND=DAYS", value_parser = parse_kept, value_delimiter = ',')]
    keep: Vec<(String, Option<u32>)>,
    /// Also take out units of work that were answered for good and ended so many days ago [default: none]. Their facts and
    /// charges stay, but a month of which they are gone counts as not collected when it is charged anew
    #[arg(long, value_name = "DAYS", value_parser = bounds::days)]
    units: Option<u32>,
    /// Only say what would be taken out
    #[arg(long)]
    dry_run: bool,
    /// Give the room that became free back to the system; writes the whole file anew, while nobody else writes (SQLite)
    #[arg(long, conflicts_with = "dry_run")]
    compact: bool,
    /// Form of the list [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Arguments of `size`.
#[derive(Debug, clap::Args)]
pub struct Size {
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

fn parse_kept(text: &str) -> Result<(String, Option<u32>), String> {
    let wrong = || "give KIND=DAYS, such as media=35, or KIND=ever".to_owned();
    let (kind, days) = text.split_once('=').ok_or_else(wrong)?;
    if !Retention::DEFAULT.iter().any(|(known, _)| *known == kind) {
        let known: Vec<&str> = Retention::DEFAULT.iter().map(|(kind, _)| *kind).collect();
        return Err(format!("{kind:?} is no kind of answer; known kinds: {}", known.join(", ")));
    }
    match days {
        "ever" => Ok((kind.to_owned(), None)),
        days => Ok((kind.to_owned(), Some(bounds::days(days).map_err(|error| format!("{error}, or KIND=ever"))?))),
    }
}

/// Runs `check`.
pub fn check(args: &Check, context: &Context) -> Result<Outcome, Error> {
    report(&context.required_ledger()?, args.format)
}

/// Checks a ledger and lists what is wrong with it.
pub fn report(ledger: &Ledger, format: Option<Format>) -> Result<Outcome, Error> {
    let checked = ledger.check().map_err(Error::failed)?;
    if checked.problems.is_empty() {
        note!("ledger {}: {} rows, nothing wrong", ledger.place(), checked.rows);
        return Ok(Outcome::Done);
    }
    let mut listing = Listing::new(&["rule", "table", "problem"]);
    for problem in &checked.problems {
        listing.push(vec![json!(problem.rule), json!(problem.table), json!(problem.what)]);
    }
    listing.print(Format::or_default(format))?;
    Err(Error::failed(format!(
        "ledger {}: {} problems are listed; restore a backup that `ledger check` finds sound",
        ledger.place(),
        checked.problems.len()
    )))
}

/// Runs `dump`.
pub fn dump(args: &Dump, context: &Context) -> Result<Outcome, Error> {
    let ledger = context.required_ledger()?;
    if args.digest {
        let dumped = ledger.digest().map_err(Error::failed)?;
        say!("{} {}", dumped.sha256, dumped.lines);
        return Ok(Outcome::Done);
    }
    ledger.dump(&mut BufWriter::new(io::stdout().lock())).map_err(|error| match error {
        DumpError::Write(error) => error.into(),
        DumpError::Ledger(error) => Error::failed(error),
    })?;
    Ok(Outcome::Done)
}

/// Runs `prune`.
pub fn prune(args: &Prune, context: &Context) -> Result<Outcome, Error> {
    let mut snapshots: BTreeMap<String, Option<u32>> =
        Retention::DEFAULT.into_iter().map(|(kind, days)| (kind.to_owned(), days)).collect();
    snapshots.extend(args.keep.iter().cloned());
    let log_hours = Some(Retention::LOG_HOURS);
    let retention = Retention { snapshots, units: args.units, log_hours };
    let ledger = context.required_ledger()?;
    let pruned = ledger.prune(&retention, context.clock.now(), args.dry_run).map_err(Error::failed)?;
    let mut listing = Listing::new(&["what", "kind", "kept_days", "removed", "bytes"]);
    for (kind, days) in &retention.snapshots {
        let removed = pruned.snapshots.get(kind).copied().unwrap_or(0);
        listing.push(vec![json!("answers"), json!(kind), json!(days), json!(removed), json!(null)]);
    }
    listing.push(vec![json!("bodies of answers"), json!(null), json!(null), json!(pruned.bodies), json!(pruned.bytes)]);
    listing.push(vec![json!("units of work"), json!(null), json!(args.units), json!(pruned.units), json!(null)]);
    listing.push(vec![json!("hours of access logs"), json!(null), json!(log_hours), json!(pruned.log_hours), json!(null)]);
    listing.print(Format::or_default(args.format))?;
    if args.dry_run {
        note!("nothing was taken out (--dry-run)");
    }
    if args.compact {
        ledger.compact().map_err(Error::failed)?;
    }
    Ok(Outcome::Done)
}

/// Runs `size`.
pub fn size(args: &Size, context: &Context) -> Result<Outcome, Error> {
    let mut listing = Listing::new(&["table", "rows", "bytes"]);
    for table in context.required_ledger()?.size().map_err(Error::failed)? {
        listing.push(vec![json!(table.table), json!(table.rows), json!(table.bytes)]);
    }
    listing.print(Format::or_default(args.format))?;
    Ok(Outcome::Done)
}
