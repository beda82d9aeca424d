//! A usage file in blocks, on as many threads as there are cores.
//!
//! One thread reads and cuts at the ends of lines; the others read and rate blocks, each by itself, and in the end their
//! sums are added up: sums do not depend on who added what. From the first quote on the rest of the file is read by one
//! thread as CSV, because a line break may then stand inside a cell.

use std::io::{self, Read};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;

use memchr::{memchr, memchr_iter, memrchr};

use super::input::{Header, Rows, each_row, reason};
use super::lane::Lane;
use crate::billing::{Options, PriceBook, Rater};
use crate::cli::Error;

/// How much is read at a time. A line may be longer; its block then is too.
const BLOCK: usize = 1 << 20;

/// Whole lines, and the number of the first.
struct Block {
    text: Vec<u8>,
    first_line: u64,
}

/// A usage file whose header was read.
pub struct Blocks<R> {
    source: R,
    /// What was read and not handed over yet.
    rest: Vec<u8>,
    line: u64,
    /// Whether a quote was met: what is left has to be read as CSV.
    is_quoted: bool,
    is_at_end: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads the header.
    pub fn new(source: R, name: &str, picked: &[String]) -> Result<(Self, Header), Error> {
        let mut blocks = Self { source, rest: Vec::new(), line: 1, is_quoted: false, is_at_end: false };
        let end = loop {
            if let Some(end) = memchr(b'\n', &blocks.rest) {
                break end + 1;
            }
            if blocks.is_at_end {
                break blocks.rest.len();
            }
            blocks.read_more().map_err(|error| Error::failed(format!("{name} line 1: {error}")))?;
        };
        let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&blocks.rest[..end]);
        let titles = csv.records().next().transpose();
        let titles = titles.map_err(|error| Error::failed(format!("{name} line 1: {}", reason(&error))))?.unwrap_or_default();
        let header = Header::of(&titles.iter().collect::<Vec<_>>(), name, picked)?;
        blocks.rest.drain(..end);
        blocks.line = 2;
        Ok((blocks, header))
    }

    fn read_more(&mut self) -> io::Result<()> {
        let limit = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        self.is_at_end = self.source.by_ref().take(limit).read_to_end(&mut self.rest)? == 0;
        Ok(())
    }

    /// The next block without quotes, in the memory of an old one; `None` at the end, or where a quote follows.
    fn next(&mut self, spare: Vec<u8>) -> io::Result<Option<Block>> {
        while !self.is_quoted {
            let seen = self.rest.len();
            self.read_more()?;
            if let Some(quote) = memchr(b'"', &self.rest) {
                self.is_quoted = true;
                let end = memrchr(b'\n', &self.rest[..quote]).map_or(0, |end| end + 1);
                return Ok(self.cut(end, spare));
            }
            if self.is_at_end {
                return Ok(self.cut(seen, spare));
            }
            if let Some(end) = memrchr(b'\n', &self.rest[seen..]) {
                return Ok(self.cut(seen + end + 1, spare));
            }
        }
        Ok(None)
    }

    /// Hands over so many bytes.
    fn cut(&mut self, end: usize, mut spare: Vec<u8>) -> Option<Block> {
        if end == 0 {
            return None;
        }
        spare.clear();
        spare.extend_from_slice(&self.rest[end..]);
        let mut text = std::mem::replace(&mut self.rest, spare);
        text.truncate(end);
        let first_line = self.line;
        self.line += u64::try_from(memchr_iter(b'\n', &text).count()).unwrap_or(0);
        Some(Block { text, first_line })
    }

    /// Hands over every row that is left, as CSV.
    pub fn each_row(
        self,
        rows: &mut Rows<'_>,
        take: impl FnMut(&mut Rows<'_>, &[&str], u64) -> Result<(), Error>,
    ) -> Result<(), Error> {
        each_row(self.rest.chain(self.source), rows, self.line, take)
    }
}

/// Rates a usage file, on several threads.
pub fn rate<'a, R: Read>(
    mut blocks: Blocks<R>,
    header: &'a Header,
    book: &'a PriceBook,
    options: &'a Options,
) -> Result<Rater<'a>, Error> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (sender, receiver) = sync_channel::<Block>(threads);
    let (spare, spares) = channel::<Vec<u8>>();
    let receiver = Mutex::new(receiver);
    let mut lanes = Vec::with_capacity(threads);
    for _ in 0..threads {
        lanes.push(Lane::new(Rows::new(header, book), Rater::new(book, options).map_err(Error::usage)?));
    }
    let (found, read) = thread::scope(|scope| {
        let receiver = &receiver;
        let work = |lane: Lane<'a>| {
            let spare = spare.clone();
            scope.spawn(move || run(lane, receiver, &spare))
        };
        let workers: Vec<_> = lanes.into_iter().map(work).collect();
        let read = send_all(&mut blocks, &spares, |block| sender.send(block).is_ok());
        drop(sender);
        let found: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        (found, read)
    });
    let mut raters = Vec::with_capacity(threads);
    let mut first: Option<(u64, Error)> = None;
    for lane in found {
        match lane.map_err(|_| Error::failed("a thread that read the usage file failed"))? {
            Ok(lane) => raters.push(lane.into_rater()),
            Err((line, error)) if first.as_ref().is_none_or(|(earlier, _)| line < *earlier) => first = Some((line, error)),
            Err(_) => {}
        }
    }
    if let Some((_, error)) = first {
        return Err(error);
    }
    read.map_err(|error| Error::failed(format!("{}: {error}", header.name)))?;
    let mut all = raters.pop().ok_or_else(|| Error::failed("no thread could be started"))?;
    for rater in raters {
        all.merge(rater).map_err(Error::failed)?;
    }
    let mut rows = Rows::new(header, book);
    blocks.each_row(&mut rows, |rows, cells, line| {
        let row = rows.row(cells, line)?;
        all.add(&row).map_err(|error| Error::failed(format!("{} line {line}: {error}", rows.header.name)))
    })?;
    Ok(all)
}

/// Hands blocks over until the source ends, a quote comes, or nobody takes them any more because one of them is bad.
fn send_all<R: Read>(blocks: &mut Blocks<R>, spares: &Receiver<Vec<u8>>, mut send: impl FnMut(Block) -> bool) -> io::Result<()> {
    while let Some(block) = blocks.next(spares.try_recv().unwrap_or_default())? {
        if !send(block) {
            break;
        }
    }
    Ok(())
}

/// Takes blocks until there are no more. A bad one ends the work: with the number of its first line, so that of several the
/// first is told.
fn run<'a>(mut lane: Lane<'a>, blocks: &Mutex<Receiver<Block>>, spare: &Sender<Vec<u8>>) -> Result<Lane<'a>, (u64, Error)> {
    loop {
        let Some(block) = blocks.lock().ok().and_then(|blocks| blocks.recv().ok()) else { return Ok(lane) };
        lane.take(&block.text, block.first_line).map_err(|error| (block.first_line, error))?;
        // Nobody reads any more once the last block is sent.
        let _ = spare.send(block.text);
    }
}
