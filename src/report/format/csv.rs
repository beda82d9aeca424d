//! CSV by RFC 4180: comma, CRLF, UTF-8 without a byte-order mark, quotes where needed.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula. In text such a cell gets a leading
//! apostrophe; numbers are written as they are.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};

use super::Sheet;
use crate::report::cell::Cell;

/// Writes a table as CSV.
pub struct Csv<'a> {
    writer: Writer<&'a mut dyn Write>,
}

impl<'a> Csv<'a> {
    /// Writes to `out`.
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self { writer: WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out) }
    }
}

impl Sheet for Csv<'_> {
    fn headings(&mut self, headings: &[&str]) -> io::Result<()> {
        self.writer.write_record(headings.iter().map(|heading| guarded(heading).into_owned())).map_err(into_io)
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            let text = match cell {
                Cell::Empty => Cow::Borrowed(""),
                Cell::Text(text) => guarded(text),
                Cell::Number(number) => Cow::Borrowed(number.as_str()),
            };
            self.writer.write_field(text.as_bytes()).map_err(into_io)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(into_io)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A text that no spreadsheet takes for a formula. Tab and carriage return count too: some strip them first.
fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
