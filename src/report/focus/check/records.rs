//! Reads CSV record by record and keeps what other readers forget: whether an empty cell was written as `""`.

use std::io::{self, BufRead};

/// A record.
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it holds.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

/// Reads records.
pub struct Records<R> {
    input: R,
    lines: u64,
    text: String,
}

impl<R: BufRead> Records<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self { input, lines: 0, text: String::new() }
    }

    /// The next record.
    pub fn next(&mut self) -> io::Result<Option<Record>> {
        self.text.clear();
        let line = self.lines + 1;
        loop {
            if self.input.read_line(&mut self.text)? == 0 {
                break;
            }
            self.lines += 1;
            // A break inside quotes belongs to the cell.
            if self.text.bytes().filter(|byte| *byte == b'"').count() % 2 == 0 {
                break;
            }
        }
        if self.text.is_empty() {
            return Ok(None);
        }
        let text = self.text.strip_suffix('\n').unwrap_or(&self.text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let text = if line == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        Ok(Some(Record { line, cells: cells(text) }))
    }
}

fn cells(text: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(inside) => quoted(inside),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (Cell { text: rest[..end].to_owned(), quoted: false }, &rest[end..])
            }
        };
        cells.push(cell);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return cells,
        }
    }
}

fn quoted(inside: &str) -> (Cell, &str) {
    let mut text = String::new();
    let mut rest = inside;
    loop {
        let Some(at) = rest.find('"') else {
            text.push_str(rest);
            return (Cell { text, quoted: true }, "");
        };
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                text.push_str(&rest[..end]);
                return (Cell { text, quoted: true }, &rest[end..]);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_breaks_inside_cells() {
        let mut records = Records::new("a,b\r\n\"x\"\"y,\nz\",\r\n\"\",last\n".as_bytes());
        let mut read = || records.next().unwrap().map(|record| (record.line, record.cells));
        let cell = |text: &str, quoted| Cell { text: text.to_owned(), quoted };
        assert_eq!(read(), Some((1, vec![cell("a", false), cell("b", false)])));
        assert_eq!(read(), Some((2, vec![cell("x\"y,\nz", true), cell("", false)])));
        assert_eq!(read(), Some((4, vec![cell("", true), cell("last", false)])));
        assert_eq!(read(), None);
    }
}
