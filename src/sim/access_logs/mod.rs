//! Access logs in bulk: as many and as large as those of a busy account, to measure and try what reads them.
//!
//! Everything follows from the description alone, each file by itself, so that files can be written at the same time and
//! are the same everywhere.

mod spec;
mod viewer;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;

pub use spec::LogSpec;

use super::SimError;
use super::files::LogHour;
use crate::model::time::BILLING_OFFSET;
use viewer::{Audience, Viewer};

/// 2026-10-12 00:00 at UTC+8.
const BEGIN: i64 = 1_791_734_400;
/// Seconds of an hour.
const HOUR: u64 = 3600;
/// How busy each hour of a day is: little before dawn, most after dinner.
const BUSY: [u64; 24] =
    [52, 34, 24, 18, 16, 18, 28, 48, 72, 92, 104, 112, 124, 118, 104, 102, 106, 112, 128, 160, 186, 192, 160, 98];
/// The first domain has twice the visitors of the second, three times those of the third; divided by their number.
const VISITORS: u64 = 5040;
/// A viewer asks for something new about as often as a segment ends, every ten seconds.
const PACE: u64 = 10;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogTotals {
    /// Files.
    pub files: usize,
    /// Lines of all files.
    pub lines: u64,
}

/// A file to be written.
struct Plan {
    hour: LogHour,
    lines: u64,
    seed: u64,
}

/// Writes the logs into a folder, which is made if it is not there; on as many threads as there are cores.
pub fn write_logs(folder: &Path, spec: &LogSpec) -> Result<LogTotals, SimError> {
    let failed = |path: &Path, error: io::Error| SimError::WriteLogs { path: path.display().to_string(), error };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let (plans, audience, next) = (plans(spec), Audience::new(spec), AtomicUsize::new(0));
    let write_some = || {
        while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
            let path = folder.join(plan.hour.name());
            write(plan, &audience, &path).map_err(|error| failed(&path, error))?;
        }
        Ok(())
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(plans.len());
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(write_some)).collect();
        let mine = write_some();
        let theirs = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        theirs.fold(mine, Result::and)
    })?;
    Ok(LogTotals { files: plans.len(), lines: plans.iter().map(|plan| plan.lines).sum() })
}

/// All files with lines: an hour without any has no file.
fn plans(spec: &LogSpec) -> Vec<Plan> {
    let hours = (0..spec.hours).zip(BUSY.into_iter().cycle());
    let files: Vec<_> = hours.flat_map(|(hour, busy)| (1..=spec.domains).map(move |domain| (hour, domain, busy))).collect();
    let weight = |busy: u64, domain: u64| u128::from(busy * (VISITORS / domain));
    let whole: u128 = files.iter().map(|(_, domain, busy)| weight(*busy, *domain)).sum();
    let mut before = 0;
    // Parts that add up to the whole exactly.
    let up_to = |part: u128| u64::try_from(u128::from(spec.lines) * part / whole.max(1)).unwrap_or(u64::MAX);
    let plan = |(index, (hour, domain, busy)): (u64, (u64, u64, u64))| {
        let first = up_to(before);
        before += weight(busy, domain);
        let name = if domain == 1 { "vod.example.com".to_owned() } else { format!("vod{domain}.example.com") };
        let hour = LogHour { domain: name, start: start(hour), oversea: false };
        Plan { hour, lines: up_to(before) - first, seed: viewer::seed(spec.seed, index) }
    };
    (0..).zip(files).map(plan).filter(|plan| plan.lines > 0).collect()
}

fn start(hour: u64) -> DateTime<Utc> {
    let seconds = i64::try_from(hour * HOUR).unwrap_or(0);
    DateTime::from_timestamp(BEGIN, 0).unwrap_or_default() + TimeDelta::seconds(seconds)
}

/// Writes a file; it has its name only when it is whole.
fn write(plan: &Plan, audience: &Audience, path: &Path) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut out = BufWriter::with_capacity(1 << 16, GzEncoder::new(File::create(&part)?, Compression::new(6)));
    let mut random = Rng::with_seed(plan.seed);
    let hour = plan.hour.start.with_timezone(&BILLING_OFFSET).format("%Y%m%d%H").to_string();
    let watching = plan.lines * PACE / HOUR + 1;
    let domain = &plan.hour.domain;
    let mut viewers: Vec<_> = (0..watching).map(|_| Viewer::new(audience, domain, &mut random)).collect();
    for line in 0..plan.lines {
        let second = line * HOUR / plan.lines;
        let at = random.usize(..viewers.len());
        let viewer = &mut viewers[at];
        if viewer.is_done() {
            *viewer = Viewer::new(audience, domain, &mut random);
        }
        write!(out, "{hour}{:02}{:02}", second / 60, second % 60)?;
        viewer.write(&mut out, &mut random)?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?.sync_all()?;
    std::fs::rename(part, path)
}
