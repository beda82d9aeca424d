//! The fast lane for rows of plain text: no quotes, columns in the usual order.
//!
//! A usage file repeats itself: a few thousand periods, a few hundred combinations of account, application, meter, area and
//! specification. What was read once by [`Rows`] is found again by its bytes, so that of most rows only the quantity
//! is read. Every row that is in any way unusual goes to [`Rows`], which alone says what a row means and what is wrong with it.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};
use rustc_hash::FxHashMap;

use super::input::Rows;
use crate::billing::{Rater, SeriesId, Span};
use crate::cli::Error;
use crate::model::{Base, Status, Unit};

/// Reads and rates blocks of whole lines.
pub struct Lane<'a> {
    rows: Rows<'a>,
    rater: Rater<'a>,
    /// Start and end with the comma behind them, and the period they say.
    spans: FxHashMap<Box<[u8]>, Span>,
    /// The period of the row before. Rows mostly come in the order of time.
    last: Option<(Vec<u8>, Span)>,
    /// The cells from account to specification with the comma behind them, and the series they name.
    series: FxHashMap<Box<[u8]>, (SeriesId, Base)>,
    unit: Option<(Vec<u8>, Unit)>,
    is_usual: bool,
}

/// What is remembered at most; past it, everything is forgotten and learnt anew.
const REMEMBERED: usize = 1 << 16;

impl<'a> Lane<'a> {
    /// A lane without rows yet.
    pub fn new(rows: Rows<'a>, rater: Rater<'a>) -> Self {
        let is_usual = rows.header.is_usual();
        let (spans, series) = (FxHashMap::default(), FxHashMap::default());
        Self { rows, rater, spans, last: None, series, unit: None, is_usual }
    }

    /// Takes in a block of lines without quotes, the first of which has this number.
    pub fn take(&mut self, block: &[u8], first_line: u64) -> Result<(), Error> {
        let text = match std::str::from_utf8(block) {
            Ok(text) => text,
            Err(error) => return Err(self.not_utf8(block, error.valid_up_to(), first_line)),
        };
        let mut rest = text.as_bytes();
        let mut line = first_line;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let row = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            if !row.is_empty() && !self.take_usual(row, line)? {
                let at = text.len() - rest.len();
                self.take_unusual(&text[at..at + row.len()], line)?;
            }
            rest = rest.get(end + 1..).unwrap_or_default();
            line += 1;
        }
        Ok(())
    }

    /// The rater with everything that was taken in.
    pub fn into_rater(self) -> Rater<'a> {
        self.rater
    }

    /// Takes a row whose parts are known; false where one is not.
    fn take_usual(&mut self, row: &[u8], line: u64) -> Result<bool, Error> {
        if !self.is_usual || !self.find_span(row) {
            return Ok(false);
        }
        let Some((bytes, span)) = &self.last else { return Ok(false) };
        let Some((series, quantity)) = self.series_and_quantity(&row[bytes.len()..]) else { return Ok(false) };
        match self.rater.add_to(series, span, quantity, Status::Final) {
            Ok(()) => Ok(true),
            Err(error) => Err(self.failed(line, error)),
        }
    }

    /// Lets `last` be the period of a row; false where it is not known.
    fn find_span(&mut self, row: &[u8]) -> bool {
        if self.last.as_ref().is_some_and(|(bytes, _)| row.starts_with(bytes)) {
            return true;
        }
        let bytes = span_cells(row).map_or(&[][..], |cells| &row[cells]);
        let Some(span) = self.spans.get(bytes) else { return false };
        self.last = Some((bytes.to_vec(), *span));
        true
    }

    /// What follows the period.
    fn series_and_quantity(&self, rest: &[u8]) -> Option<(SeriesId, i128)> {
        let mut commas = memchr_iter(b',', rest);
        let series_end = commas.nth(4)? + 1;
        let quantity_end = commas.next()?;
        let (unit_end, tags) = match commas.next() {
            None => (rest.len(), 0),
            Some(end) => (end, 1 + commas.count()),
        };
        if tags + UNIT + 1 != self.rows.header.width {
            return None;
        }
        let (series, base) = *self.series.get(&rest[..series_end])?;
        let (name, unit) = self.unit.as_ref()?;
        let quantity = base_units(&rest[series_end..quantity_end], *unit)?;
        (unit.base == base && *name == rest[quantity_end + 1..unit_end]).then_some((series, quantity))
    }

    /// Takes a row the long way, and remembers its parts.
    fn take_unusual(&mut self, text: &str, line: u64) -> Result<(), Error> {
        let cells: Vec<&str> = text.split(',').collect();
        let row = self.rows.row(&cells, line)?;
        let span = Span::new(row.start, row.end).map_err(|error| self.failed(line, error))?;
        let series = self.rater.series(row.account, row.meter, row.area, row.spec).map_err(|error| self.failed(line, error))?;
        self.rater.add_to(series, &span, row.quantity, row.status).map_err(|error| self.failed(line, error))?;
        let name = cells.get(UNIT).copied().unwrap_or_default();
        if let (true, Ok(unit), Some(cells)) = (self.is_usual, name.parse::<Unit>(), span_cells(text.as_bytes())) {
            self.remember(text.as_bytes(), cells, span, (series, unit.base));
            self.unit = Some((name.as_bytes().to_vec(), unit));
        }
        Ok(())
    }

    fn remember(&mut self, row: &[u8], span_cells: Range<usize>, span: Span, series: (SeriesId, Base)) {
        if self.spans.len() + self.series.len() > REMEMBERED {
            self.spans.clear();
            self.series.clear();
        }
        let (bytes, rest) = row.split_at(span_cells.end);
        self.spans.insert(bytes.into(), span);
        if let Some(end) = memchr_iter(b',', rest).nth(4) {
            self.series.insert(rest[..=end].into(), series);
        }
    }

    fn failed(&self, line: u64, error: impl std::fmt::Display) -> Error {
        Error::failed(format!("{} line {line}: {error}", self.rows.header.name))
    }

    /// What is wrong first in a block that is no text from some byte on.
    fn not_utf8(&mut self, block: &[u8], valid: usize, first_line: u64) -> Error {
        let lines = memrchr(b'\n', &block[..valid]).map_or(0, |end| end + 1);
        if let Err(error) = self.take(&block[..lines], first_line) {
            return error;
        }
        let before = u64::try_from(memchr_iter(b'\n', &block[..lines]).count()).unwrap_or(0);
        self.failed(first_line + before, "the text is not UTF-8; save the file as UTF-8")
    }
}

/// The place of the unit among the usual columns.
const UNIT: usize = 8;

/// Start and end with the comma behind them.
fn span_cells(row: &[u8]) -> Option<Range<usize>> {
    memchr_iter(b',', row).nth(1).map(|comma| 0..comma + 1)
}

/// A plain number of at most 18 digits in base units, where it is a whole number of them.
fn base_units(number: &[u8], unit: Unit) -> Option<i128> {
    let (mut mantissa, mut divisor, mut digits) = (0_i64, 1_i64, 0);
    let mut is_fraction = false;
    if number.first() == Some(&b'.') || number.last() == Some(&b'.') {
        return None;
    }
    for byte in number {
        match byte {
            b'0'..=b'9' if digits < 18 => {
                mantissa = mantissa * 10 + i64::from(byte - b'0');
                divisor *= if is_fraction { 10 } else { 1 };
                digits += 1;
            }
            b'.' if !is_fraction => is_fraction = true,
            _ => return None,
        }
    }
    let scaled = i128::from(mantissa).checked_mul(unit.factor)?;
    let divisor = i128::from(divisor);
    match (digits, is_fraction) {
        (0, _) => None,
        (_, false) => Some(scaled),
        (_, true) => (scaled % divisor == 0).then(|| scaled / divisor),
    }
}
