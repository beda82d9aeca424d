//! A usage file in blocks of whole rows, in constant memory.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::rows::Header;
use crate::cli::Error;
use crate::input::InputError;
use crate::input::separator::Separator;
use crate::input::stream::Stream;
use crate::input::table::each_row;

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
    source: Stream<R>,
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
        let source = Stream::new(source).map_err(|error| match error {
            InputError::Line { line, message } => Error::failed(format!("{name} line {line}: {message}")),
            other => Error::failed(format!("usage file {name}: {other}")),
        })?;
        let (rest, quotes) = (Vec::new(), Quotes::default());
        let mut blocks = Self { name: name.to_owned(), source, size, rest, quotes, line: 1, is_at_end: false };
        let mut declared = None;
        loop {
            let line = blocks.line;
            let text = blocks.first_row()?;
            let is_over = text.is_empty();
            if declared.is_none() && !is_over {
                declared = Separator::declared(&text);
                if declared.is_some() || text.trim().is_empty() {
                    continue;
                }
            }
            let header = Header::of(&text, line, declared, name, picked)?;
            blocks.quotes = Quotes { separator: header.separator.0, ..Quotes::default() };
            return Ok((blocks, header));
        }
    }

    /// What the text was written in, where that is not UTF-8.
    pub fn encoding(&self) -> Option<&'static str> {
        self.source.encoding()
    }

    /// Takes the first row off; empty at the end of the file.
    fn first_row(&mut self) -> Result<String, Error> {
        let end = loop {
            match Quotes::default().first_end(&self.rest, self.is_at_end) {
                Some(end) => break end,
                None => self.read_more()?,
            }
        };
        let text = std::str::from_utf8(&self.rest[..end])
            .map(str::to_owned)
            .map_err(|_| Error::failed(format!("{} line {}: {}", self.name, self.line, crate::input::encoding::UNREADABLE)))?;
        self.line += lines(&self.rest[..end]);
        self.rest.drain(..end);
        Ok(text)
    }

    fn read_more(&mut self) -> Result<(), Error> {
        let read = self.source.fill(&mut self.rest, self.size);
        self.is_at_end = !read.map_err(|error: io::Error| {
            Error::failed(format!("{} line {}: {error}", self.name, self.line + lines(&self.rest)))
        })?;
        if self.rest.len() > LONGEST_ROW.max(self.size) {
            let most = LONGEST_ROW >> 20;
            let message = format!("{} line {}: the row does not end within {most} MiB; close every quote", self.name, self.line);
            return Err(Error::failed(message));
        }
        Ok(())
    }

    /// The next block, in the memory of an old one; `None` at the end.
    pub fn next(&mut self, spare: Vec<u8>) -> Result<Option<Block>, Error> {
        while !self.is_at_end || !self.rest.is_empty() {
            if !self.is_at_end {
                self.read_more()?;
            }
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
        let (mut spare, separator) = (Vec::new(), Separator(self.quotes.separator));
        while let Some(block) = self.next(spare)? {
            let wrong = |line, why| Error::failed(format!("{} line {line}: {why}", self.name));
            each_row(&block.text, separator, block.first_line, wrong, &mut take)?;
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
#[derive(Debug)]
struct Quotes {
    /// How far the text was looked at.
    at: usize,
    is_inside: bool,
    separator: u8,
}

impl Default for Quotes {
    /// Before the header is read any separator may be the one.
    fn default() -> Self {
        Self { at: 0, is_inside: false, separator: b',' }
    }
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
        (self.at, self.is_inside) = (quote + 1, quote == 0 || [self.separator, b'\n', b'\r'].contains(&text[quote - 1]));
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
