//! CSV by RFC 4180: comma, CRLF, UTF-8 without a byte-order mark, quotes where needed.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula. In text such a cell gets a leading
//! apostrophe; numbers are written as they are.

use std::io::{self, Write};

use encoding_rs::{EncoderResult, GB18030};

use super::{Sheet, SheetRow, Table};
use crate::model::Language;
use crate::report::cell::Cell;
use crate::report::words::word;

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
    text: String,
    /// The bytes for which a cell is put in quotes.
    quoted: [bool; 256],
}

impl<'a> Csv<'a> {
    /// Writes to `out`. English headings are the columns' own names, so that scripts can rely on them.
    pub fn new(table: Table<'_>, out: &'a mut dyn Write) -> io::Result<Self> {
        let mut quoted = [false; 256];
        for letter in ['"', '\r', '\n', table.csv.separator] {
            quoted[letter as usize] = true;
        }
        let text = String::with_capacity(2 * BLOCK);
        let mut csv = Self { options: table.csv, language: table.language, out, text, quoted };
        if csv.options.encoding == CsvEncoding::Utf8Bom {
            csv.text.push('\u{feff}');
        }
        for (index, column) in table.columns.iter().enumerate() {
            if index > 0 {
                csv.text.push(csv.options.separator);
            }
            let heading = match table.language {
                Language::English => &column.name,
                Language::Chinese => &column.heading,
            };
            csv.words(heading);
        }
        csv.text.push_str("\r\n");
        Ok(csv)
    }

    fn words(&mut self, text: &str) {
        let plain = !is_formula(text) && !text.bytes().any(|byte| self.quoted[usize::from(byte)]);
        if plain { self.text.push_str(text) } else { self.guarded(text) }
    }

    /// Words that are not written as they are.
    fn guarded(&mut self, text: &str) {
        let quoted = text.bytes().any(|byte| self.quoted[usize::from(byte)]);
        let (quote, apostrophe) = (if quoted { "\"" } else { "" }, if is_formula(text) { "'" } else { "" });
        self.text.extend([quote, apostrophe, &text.replace('"', "\"\""), quote]);
    }

    fn number(&mut self, cell: Cell<'_>) {
        let start = self.text.len();
        cell.write(self.language, &mut self.text);
        if self.options.decimal_point == ',' && self.text[start..].contains('.') {
            let number = self.text.split_off(start).replace('.', ",");
            let quoted = self.options.separator == ',';
            let mark = if quoted { "\"" } else { "" };
            self.text.extend([mark, &number, mark]);
        }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        match self.options.encoding {
            CsvEncoding::Utf8 | CsvEncoding::Utf8Bom => self.out.write_all(self.text.as_bytes())?,
            CsvEncoding::Gbk => {
                let mut bytes = vec![0; self.text.len() * 2 + 16];
                let (result, _, written) =
                    GB18030.new_encoder().encode_from_utf8_without_replacement(&self.text, &mut bytes, true);
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
        for (index, cell) in row.cells.iter().enumerate() {
            if index > 0 {
                self.text.push(self.options.separator);
            }
            match cell {
                Cell::Text(text) => self.words(text),
                Cell::Word(text) => self.words(word(text, self.language)),
                cell if cell.is_number() => self.number(*cell),
                // Days and times need no quotes.
                cell => cell.write(self.language, &mut self.text),
            }
        }
        self.text.push_str("\r\n");
        if self.text.len() >= BLOCK { self.hand_on() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}

/// Whether a spreadsheet takes a text for a formula. Tab and carriage return count too: some strip them first.
fn is_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'))
}
