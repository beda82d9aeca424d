//! A usage file in blocks of whole rows, in constant memory.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::input::{Header, each_row, reason};
use crate::cli::Error;

/// How much is read at a time. A row may be longer; its block then is too.
const BLOCK: usize = 1 << 20;
/// The longest row. Only a quote that nobody closed makes a longer one.
const LONGEST_ROW: usize = 64 << 20;

/// Whole rows, and the line in which the first begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    pub text: Vec<u8>,
    pub first_line: u64,
}

/// A usage file whose header was read.
pub struct Blocks<R> {
    name: String,
    source: R,
    size: usize,
    /// What was read and not handed over yet. It begins with a row.
    rest: Vec<u8>,
    quotes: Quotes,
    line: u64,
    is_at_end: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads the header. `picked` are the columns whose cells are wanted with every row.
    pub fn new(source: R, name: &str, picked: &[String]) -> Result<(Self, Header), Error> {
        Self::with_size(BLOCK, source, name, picked)
    }

    fn with_size(size: usize, source: R, name: &str, picked: &[String]) -> Result<(Self, Header), Error> {
        let (rest, quotes) = (Vec::new(), Quotes::default());
        let mut blocks = Self { name: name.to_owned(), source, size, rest, quotes, line: 1, is_at_end: false };
        let end = blocks.first_row_end()?;
        let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&blocks.rest[..end]);
        let titles = csv.records().next().transpose();
        let titles = titles.map_err(|error| Error::failed(format!("{name} line 1: {}", reason(&error))))?.unwrap_or_default();
        let header = Header::of(&titles.iter().collect::<Vec<_>>(), name, picked)?;
        blocks.line += lines(&blocks.rest[..end]);
        blocks.rest.drain(..end);
        blocks.quotes = Quotes::default();
        Ok((blocks, header))
    }

    fn first_row_end(&mut self) -> Result<usize, Error> {
        loop {
            self.read_more()?;
            if let Some(end) = Quotes::default().first_end(&self.rest, self.is_at_end) {
                return Ok(end);
            }
        }
    }

    fn read_more(&mut self) -> Result<(), Error> {
        let before = self.rest.len();
        let limit = u64::try_from(self.size).unwrap_or(u64::MAX);
        let read = self.source.by_ref().take(limit).read_to_end(&mut self.rest);
        read.map_err(|error: io::Error| Error::failed(format!("{} line {}: {error}", self.name, self.line)))?;
        self.is_at_end = self.rest.len() == before;
        if self.rest.len() > LONGEST_ROW.max(self.size) {
            let most = LONGEST_ROW >> 20;
            let message = format!("{} line {}: the row does not end within {most} MiB; close every quote", self.name, self.line);
            return Err(Error::failed(message));
        }
        Ok(())
    }

    /// The next block, in the memory of an old one; `None` at the end.
    pub fn next(&mut self, spare: Vec<u8>) -> Result<Option<Block>, Error> {
        while !self.is_at_end {
            self.read_more()?;
            if let Some(end) = self.quotes.last_end(&self.rest, self.is_at_end) {
                return Ok(Some(self.cut(end, spare)));
            }
        }
        Ok(None)
    }

    fn cut(&mut self, end: usize, mut spare: Vec<u8>) -> Block {
        spare.clear();
        spare.extend_from_slice(&self.rest[end..]);
        let mut text = std::mem::replace(&mut self.rest, spare);
        text.truncate(end);
        self.quotes.at -= end;
        let first_line = self.line;
        self.line += lines(&text);
        Block { text, first_line }
    }

    /// Hands over every row: its cells and the line in which it begins.
    pub fn each_row(mut self, mut take: impl FnMut(&[&str], u64) -> Result<(), Error>) -> Result<(), Error> {
        let mut spare = Vec::new();
        while let Some(block) = self.next(spare)? {
            each_row(&block.text, &self.name, block.first_line, &mut take)?;
            spare = block.text;
        }
        Ok(())
    }
}

fn lines(text: &[u8]) -> u64 {
    u64::try_from(memchr_iter(b'\n', text).count()).unwrap_or(0)
}

/// Follows quotes as CSV means them: one opens where a cell begins, a double one inside is a sign like any other, and line
/// breaks between an opening and its closing one end no row.
#[derive(Debug, Default)]
struct Quotes {
    /// How far the text was looked at.
    at: usize,
    is_inside: bool,
}

impl Quotes {
    /// Where the last whole row ends that was not looked at yet. At the end of the file that is the end of the text.
    fn last_end(&mut self, text: &[u8], is_at_end: bool) -> Option<usize> {
        let mut last = None;
        while let Some((from, to)) = self.outside(text) {
            last = memrchr(b'\n', &text[from..to]).map(|place| from + place + 1).or(last);
        }
        if is_at_end { (!text.is_empty()).then_some(text.len()) } else { last }
    }

    /// The first such end.
    fn first_end(&mut self, text: &[u8], is_at_end: bool) -> Option<usize> {
        while let Some((from, to)) = self.outside(text) {
            if let Some(place) = memchr(b'\n', &text[from..to]) {
                return Some(from + place + 1);
            }
        }
        is_at_end.then_some(text.len())
    }

    /// The next stretch of text outside of quotes; `None` where all was looked at.
    fn outside(&mut self, text: &[u8]) -> Option<(usize, usize)> {
        while self.is_inside {
            let Some(place) = memchr(b'"', &text[self.at..]) else {
                self.at = text.len();
                return None;
            };
            let next = self.at + place + 1;
            match text.get(next) {
                // Whether it closes is told by what follows.
                None => {
                    self.at = next - 1;
                    return None;
                }
                Some(b'"') => self.at = next + 1,
                Some(_) => (self.at, self.is_inside) = (next, false),
            }
        }
        let from = self.at;
        if from == text.len() {
            return None;
        }
        let Some(place) = memchr(b'"', &text[from..]) else {
            self.at = text.len();
            return Some((from, self.at));
        };
        let quote = from + place;
        (self.at, self.is_inside) = (quote + 1, quote == 0 || matches!(text[quote - 1], b',' | b'\n' | b'\r'));
        Some((from, quote))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Block, Blocks};

    const HEADER: &str = "start,end,account,sub_app_id,meter,area,spec,quantity,unit\r\n";

    fn blocks(size: usize, rows: &str) -> Vec<Block> {
        let text = format!("\u{feff}{HEADER}{rows}");
        let (mut blocks, _) = Blocks::with_size(size, text.as_bytes(), "u.csv", &[]).unwrap();
        std::iter::from_fn(|| blocks.next(Vec::new()).unwrap()).collect()
    }

    /// Wherever blocks are cut, a row is never cut, and lines are counted right.
    #[test]
    fn blocks_hold_whole_rows() {
        let rows = [
            "a,b\n",
            "\"c\nd\",e\r\n",
            "f,5\" disk\n",
            "\n",
            "\"g\"\"\n\",\"\"\n",
            "\"\"\"\n\"\"\",h\n",
            "i\"j\n",
            "k,\"l\"m\"\n",
            "n",
        ];
        let text = rows.concat();
        let ends: Vec<usize> = rows
            .iter()
            .scan(0, |end, row| {
                *end += row.len();
                Some(*end)
            })
            .collect();
        for size in 1..text.len() + 2 {
            let mut end = 0;
            for block in blocks(size, &text) {
                assert_eq!(block.first_line, 2 + text[..end].matches('\n').count() as u64, "size {size}");
                end += block.text.len();
                assert!(ends.contains(&end), "size {size}: cut at {end}, in the middle of a row");
                assert_eq!(text.as_bytes()[end - block.text.len()..end], block.text);
            }
            assert_eq!(end, text.len(), "size {size}");
        }
    }
}
