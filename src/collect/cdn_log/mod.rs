//! CDN access logs: what each recording delivered, added up from files of lines.
//!
//! Lines hold addresses of clients: they are read, added up and forgotten. A file is counted whole or not at all.

mod count;
mod digits;
mod ingest;
mod known;
mod line;
mod path;
mod place;
mod queue;
mod scan;
mod total;
mod unpack;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

pub use ingest::{
    Counted, DOCUMENTED_OVERHEAD, Ingest, IngestError, compact, final_before, known_paths, may_have_grown, odd_paths,
};
pub use known::Known;
pub use line::Flaw;
pub use scan::{FileSums, Intervals, Media, NOBODY, Part};
pub use total::{Of, Totals};

use queue::{Job, Queue, Room};
use scan::Scan;
use unpack::Unpacker;

/// Requests and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many requests.
    pub requests: u64,
    /// Bytes as logged.
    pub bytes: u64,
}

impl Sum {
    fn add(&mut self, bytes: u64) {
        self.join(Self { requests: 1, bytes });
    }

    /// Adds another sum.
    pub fn join(&mut self, other: Self) {
        self.requests += other.requests;
        self.bytes += other.bytes;
    }
}

/// How files are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Files at a time.
    pub threads: usize,
    /// Bytes of memory for files and their content, over all threads. What does not fit is streamed.
    pub memory: usize,
    /// Of a thousand lines, so many may be broken before a file is refused; ten always may.
    pub broken_permille: u64,
}

impl Default for Reading {
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self { threads, memory: 340 << 20, broken_permille: 10 }
    }
}

/// Broken lines that every file may have.
const ALWAYS_BROKEN: u64 = 10;

/// Why a file is not counted.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It cannot be read, or is damaged.
    #[error("{}: {source}; nothing of the file is counted", .file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Too many of its lines are not those of an access log.
    #[error("{}: {broken} of {lines} lines are not understood, {first}; nothing of the file is counted", .file.display())]
    Broken {
        /// Which.
        file: PathBuf,
        /// How many.
        broken: u64,
        /// Of how many.
        lines: u64,
        /// The first of them.
        first: String,
    },
}

/// Adds up files, several at a time. `each` gets every file's sums once, with its place in `files`, in no order.
pub fn sum_files(files: &[PathBuf], known: &Known, reading: Reading, mut each: impl FnMut(usize, Result<FileSums, LogError>)) {
    let threads = reading.threads.clamp(1, files.len().max(1));
    let queue = &Queue::new(files, reading.memory);
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(threads);
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                let mut unpacker = Unpacker::default();
                while let Some(Job { index, at_once }) = queue.next(&mut unpacker)
                    && let Some(file) = files.get(index)
                {
                    let sums = sum_file(file, at_once, known, reading, &mut unpacker);
                    // Nobody receives any more: nobody wants the rest.
                    if sender.send((index, sums)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (index, sums) in receiver {
            each(index, sums);
        }
    });
}

fn sum_file(
    file: &Path,
    at_once: Option<Room>,
    known: &Known,
    reading: Reading,
    unpacker: &mut Unpacker,
) -> Result<FileSums, LogError> {
    let mut scan = Scan::new(known, is_overseas(file));
    unpacker.unpack(file, at_once, &mut scan).map_err(|source| LogError::Unreadable { file: file.to_owned(), source })?;
    let sums = scan.finish();
    let allowed = ALWAYS_BROKEN.max(sums.lines.saturating_mul(reading.broken_permille) / 1000);
    if sums.broken > allowed || sums.broken > 0 && sums.broken + sums.empty == sums.lines {
        let first = sums.flaws.first().map_or_else(String::new, |(line, flaw)| format!("first line {line}: {}", flaw.as_str()));
        return Err(LogError::Broken { file: file.to_owned(), broken: sums.broken, lines: sums.lines, first });
    }
    Ok(sums)
}

/// Whether a file is the package of what is outside the mainland, by its name.
fn is_overseas(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().to_ascii_lowercase().contains("oversea"))
}
