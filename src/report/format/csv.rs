//! CSV by RFC 4180: comma, CRLF, UTF-8 without a byte-order mark, quotes where needed.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula. In text such a cell gets a leading
//! apostrophe; numbers are written as they are.

use std::io::{self, Write};

use encoding_rs::{EncoderResult, GB18030};

use super::{Sheet, SheetRow, Table};
use crate::model::Language;
use crate::report::cell::Cell;

/// How many bytes are gathered before they are handed on.
const BLOCK: usize = 64 * 1024;

/// In which bytes letters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsvEncoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-8 behind a byte-order mark, by which spreadsheets know it.
    Utf8Bom,
    /// GBK as spreadsheets in Chinese expect it. What GBK lacks is written by its successor GB 18030, so nothing is lost.
    Gbk,
}

/// How CSV is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvOptions {
    /// In which bytes.
    pub encoding: CsvEncoding,
    /// What stands between cells: `,`, `;`, `|` or a tab.
    pub separator: char,
    /// What stands before decimals: `.` or `,`.
    pub decimal_point: char,
}

impl CsvOptions {
    /// The separators that can be asked for.
    pub const SEPARATORS: [char; 4] = [',', ';', '|', '\t'];
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { encoding: CsvEncoding::Utf8, separator: ',', decimal_point: '.' }
    }
}

/// Writes a table as CSV.
pub struct Csv<'a> {
    options: CsvOptions,
    language: Language,
    out: &'a mut dyn Write,
    /// UTF-8.
    text: Vec<u8>,
    separator: u8,
}

impl<'a> Csv<'a> {
    /// Writes to `out`. English headings are the columns' own names, so that scripts can rely on them.
    pub fn new(table: Table<'_>, out: &'a mut dyn Write) -> io::Result<Self> {
        let separator = u8::try_from(table.csv.separator).map_err(io::Error::other)?;
        let text = Vec::with_capacity(2 * BLOCK);
        let mut csv = Self { options: table.csv, language: table.language, out, text, separator };
        if csv.options.encoding == CsvEncoding::Utf8Bom {
            csv.text.extend_from_slice("\u{feff}".as_bytes());
        }
        let headings = table.columns.iter().map(|column| match table.language {
            Language::English => Cell::Text(&column.name),
            Language::Chinese => Cell::Text(&column.heading),
        });
        csv.row(SheetRow { is_total: false, cells: &headings.collect::<Vec<_>>() })?;
        Ok(csv)
    }

    /// Adds a row as its cells are; whether that is right. Nearly always it is, and to see that for a whole row at once takes a
    /// fraction of the time that a look at every cell takes.
    fn plain(&mut self, cells: &[Cell<'_>]) -> bool {
        let start = self.text.len();
        let mut formula = false;
        for cell in cells {
            let at = self.text.len();
            cell.write(self.language, &mut self.text);
            formula |= cell.is_text() && is_formula(&self.text[at..]);
            self.text.push(self.separator);
        }
        let row = &self.text[start..];
        !formula
            && memchr::memchr3(b'"', b'\r', b'\n', row).is_none()
            && memchr::memchr_iter(self.separator, row).count() == cells.len()
    }

    /// Adds a row, with a look at every cell.
    fn careful(&mut self, cells: &[Cell<'_>]) {
        for cell in cells {
            let mut text = cell.text(self.language);
            if cell.is_number() {
                text = text.replace('.', self.options.decimal_point.encode_utf8(&mut [0; 4]));
            } else if cell.is_text() && is_formula(text.as_bytes()) {
                text.insert(0, '\'');
            }
            if text.contains(['"', '\r', '\n', self.options.separator]) {
                text = format!("\"{}\"", text.replace('"', "\"\""));
            }
            self.text.extend_from_slice(text.as_bytes());
            self.text.push(self.separator);
        }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        match self.options.encoding {
            CsvEncoding::Utf8 | CsvEncoding::Utf8Bom => self.out.write_all(&self.text)?,
            CsvEncoding::Gbk => {
                let text = str::from_utf8(&self.text).map_err(io::Error::other)?;
                let mut bytes = vec![0; text.len() * 2 + 16];
                let (result, _, written) = GB18030.new_encoder().encode_from_utf8_without_replacement(text, &mut bytes, true);
                match result {
                    EncoderResult::InputEmpty => self.out.write_all(&bytes[..written])?,
                    EncoderResult::OutputFull => return Err(io::Error::other("a block of GBK is too long")),
                    EncoderResult::Unmappable(letter) => {
                        return Err(io::Error::new(
                            io::ErrorKind::InvalidData,
                            format!("{letter:?} cannot be written in GBK; take UTF-8 (--csv-encoding utf-8-bom)"),
                        ));
                    }
                }
            }
        }
        self.text.clear();
        Ok(())
    }
}

impl Sheet for Csv<'_> {
    fn row(&mut self, row: SheetRow<'_>) -> io::Result<()> {
        let start = self.text.len();
        if self.options.decimal_point != '.' || !self.plain(row.cells) {
            self.text.truncate(start);
            self.careful(row.cells);
        }
        // The line ends where the separator behind its last cell stands.
        self.text.pop();
        self.text.extend_from_slice(b"\r\n");
        if self.text.len() >= BLOCK { self.hand_on() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}

/// Whether a spreadsheet takes a text for a formula. Tab and carriage return count too: some strip them first.
fn is_formula(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'))
}
