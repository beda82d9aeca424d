//! CSV of FOCUS: comma, CRLF, UTF-8, English, a point in every number. What is not known is nothing at all, never `""`.
//!
//! Values are data for programs, so texts that look like formulas of spreadsheets are not disarmed: an id must stay what it is.

use std::io::{self, Write};

use super::columns::Cell;
use super::time;

/// How many bytes are gathered before they are handed on.
const BLOCK: usize = 64 * 1024;

/// Writes rows.
pub struct Csv<W> {
    out: W,
    text: String,
}

impl<W: Write> Csv<W> {
    /// Writes the heading.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>, out: W) -> Self {
        let mut csv = Self { out, text: String::with_capacity(2 * BLOCK) };
        for name in names {
            csv.words(name);
            csv.text.push(',');
        }
        csv.end_line();
        csv
    }

    /// One row.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Null => {}
                Cell::Text(text) => self.words(text),
                Cell::Number(number) => number.write(&mut self.text),
                Cell::Time(seconds) => time::write(*seconds, &mut self.text),
            }
            self.text.push(',');
        }
        self.end_line();
        if self.text.len() >= BLOCK {
            self.out.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    /// The end; gives the receiver back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(self.text.as_bytes())?;
        Ok(self.out)
    }

    fn words(&mut self, text: &str) {
        if text.contains(['"', ',', '\r', '\n']) || text.is_empty() {
            self.text.push('"');
            self.text.push_str(&text.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(text);
        }
    }

    fn end_line(&mut self) {
        self.text.pop();
        self.text.push_str("\r\n");
    }
}
