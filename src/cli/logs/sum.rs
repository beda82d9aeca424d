//! `vodledger logs sum`: adds up log files without a ledger.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::super::file::{replace_with, why_not_written};
use super::super::output::{into_io, note};
use super::{Context, Error, Outcome};
use crate::collect::cdn_log::{self, FileSums, Known, LogError, NOBODY, Reading, Sum, Totals};
use crate::model::time::format_time;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Log files: text, gzip, or tar of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The folder to write media.csv and intervals.csv to
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args, _: &Context) -> Result<Outcome, Error> {
    let mut totals = Totals::default();
    let mut report = Report::default();
    cdn_log::sum_files(&args.files, &Known::default(), Reading::default(), |index, sums| {
        if let Some(sums) = report.note(args.files.get(index), sums) {
            totals.add(sums);
        }
    });
    if report.refused > 0 {
        return Err(Error::failed(format!(
            "{} of {} files cannot be counted; nothing was written",
            report.refused,
            args.files.len()
        )));
    }
    std::fs::create_dir_all(&args.out).map_err(|error| Error::failed(why_not_written(&args.out, &error)))?;
    let write = |name: &str, fill: fn(&Totals, &mut dyn Write) -> io::Result<()>| {
        let path = args.out.join(name);
        replace_with(&path, |out| fill(&totals, out)).map_err(|error| Error::failed(why_not_written(&path, &error)))
    };
    write("media.csv", media)?;
    write("intervals.csv", intervals)?;
    note!("{} files, {} lines: {} empty, {} broken", args.files.len(), report.lines, report.empty, report.broken);
    Ok(Outcome::Done)
}

/// What was read.
#[derive(Default)]
struct Report {
    lines: u64,
    empty: u64,
    broken: u64,
    refused: usize,
}

impl Report {
    /// Notes how a file was read, and says what is wrong with it.
    fn note(&mut self, file: Option<&PathBuf>, sums: Result<FileSums, LogError>) -> Option<FileSums> {
        let sums = match sums {
            Ok(sums) => sums,
            Err(error) => {
                note!("error: {error}");
                self.refused += 1;
                return None;
            }
        };
        for (line, flaw) in &sums.flaws {
            let file = file.map_or_else(String::new, |file| file.display().to_string());
            note!("warning: {file}, line {line}: {}; not counted", flaw.as_str());
        }
        self.lines += sums.lines;
        self.empty += sums.empty;
        self.broken += sums.broken;
        Some(sums)
    }
}

fn media(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "usage_day,domain,area,file_id,requests,bytes")?;
    for ((day, domain, area), (media, _)) in &totals.parts {
        let of = cells(&[&day.to_string(), domain, area])?;
        let mut media: Vec<(u64, Sum)> = media.iter().map(|(file_id, sum)| (*file_id, *sum)).collect();
        media.sort_unstable_by_key(|(file_id, _)| *file_id);
        for (file_id, Sum { requests, bytes }) in media {
            if file_id == NOBODY {
                writeln!(out, "{of},,{requests},{bytes}")?;
            } else {
                writeln!(out, "{of},{file_id},{requests},{bytes}")?;
            }
        }
    }
    out.flush()
}

fn intervals(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "start,domain,area,requests,bytes")?;
    for ((_, domain, area), (_, intervals)) in &totals.parts {
        let mut intervals: Vec<_> = intervals.iter().collect();
        intervals.sort_unstable_by_key(|(start, _)| **start);
        for (start, Sum { requests, bytes }) in intervals {
            writeln!(out, "{},{requests},{bytes}", cells(&[&format_time(*start), domain, area])?)?;
        }
    }
    out.flush()
}

/// Texts as cells of CSV.
fn cells(texts: &[&str]) -> io::Result<String> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    csv.write_record(texts).map_err(into_io)?;
    let line = csv.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned())
}
