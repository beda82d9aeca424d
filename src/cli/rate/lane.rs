//! The fast lane for rows of plain text: no quotes, columns in the usual order.
//!
//! A usage file repeats itself: a few hundred combinations of account, application, meter, area and specification. What was
//! read once by [`Rows`] is found again by its bytes, so that of most rows only times and quantity are read. Every row that
//! is in any way unusual goes to [`Rows`], which alone says what a row means and what is wrong with it.

use chrono::DateTime;
use memchr::{memchr, memchr_iter, memrchr};
use rustc_hash::FxHashMap;

use super::input::{Rows, each_row};
use super::plain_time::take_time;
use crate::billing::{RateError, Rater, Row, SeriesId, Span};
use crate::cli::Error;
use crate::model::quantity::UNITS;
use crate::model::{Status, Unit};

/// Reads and rates blocks of whole rows.
pub struct Lane<'a> {
    rows: Rows<'a>,
    rater: Rater<'a>,
    /// Seconds of the row before, and its period.
    span: Option<(i64, i64, Span)>,
    /// The cells from account to specification with the comma behind them.
    known: FxHashMap<Box<[u8]>, Known>,
    is_usual: bool,
    /// A row that was written with quotes, without them.
    plain: Vec<u8>,
}

/// What cells from account to specification name, and the unit that came with them last.
#[derive(Clone, Copy)]
struct Known {
    series: SeriesId,
    unit: Unit,
}

/// What is remembered at most; past it, everything is forgotten and learnt anew.
const REMEMBERED: usize = 1 << 16;
/// The place of the unit among the usual columns.
const UNIT: usize = 8;

impl<'a> Lane<'a> {
    /// A lane without rows yet.
    pub fn new(rows: Rows<'a>, rater: Rater<'a>) -> Self {
        let is_usual = rows.header.is_usual();
        Self { rows, rater, span: None, known: FxHashMap::default(), is_usual, plain: Vec::new() }
    }

    /// The rater with everything that was taken in.
    pub fn into_rater(self) -> Rater<'a> {
        self.rater
    }

    /// Takes in a block of rows, the first of which begins in this line.
    pub fn take(&mut self, block: &[u8], first_line: u64) -> Result<(), Error> {
        if memchr(b'"', block).is_some() || has_lone_return(block) {
            let name = self.rows.header.name.as_str();
            return each_row(block, name, first_line, |cells, line| self.take_cells(cells, line));
        }
        match std::str::from_utf8(block) {
            Ok(text) => self.take_lines(text, first_line),
            Err(error) => Err(self.not_utf8(block, error.valid_up_to(), first_line)),
        }
    }

    fn take_lines(&mut self, text: &str, first_line: u64) -> Result<(), Error> {
        let mut rest = text;
        let mut line = first_line;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let row = &rest[..end];
            let row = row.strip_suffix('\r').unwrap_or(row);
            if !row.is_empty() && !self.take_usual(row.as_bytes(), line)? {
                let cells: Vec<&str> = row.split(',').collect();
                self.take_unusual(&cells, Some(row.as_bytes()), line)?;
            }
            rest = rest.get(end + 1..).unwrap_or_default();
            line += 1;
        }
        Ok(())
    }

    /// Takes a row out of CSV. Without its quotes it is mostly a plain one.
    fn take_cells(&mut self, cells: &[&str], line: u64) -> Result<(), Error> {
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        for (index, cell) in cells.iter().enumerate() {
            plain.extend((index > 0).then_some(b','));
            plain.extend_from_slice(cell.as_bytes());
        }
        let commas = memchr_iter(b',', &plain).count();
        let is_plain = commas + 1 == cells.len() && !plain.iter().any(|byte| matches!(byte, b'"' | b'\r' | b'\n'));
        if !is_plain || !self.take_usual(&plain, line)? {
            self.take_unusual(cells, is_plain.then_some(&plain), line)?;
        }
        self.plain = plain;
        Ok(())
    }

    /// Takes a row whose parts are known; false where one is not.
    fn take_usual(&mut self, row: &[u8], line: u64) -> Result<bool, Error> {
        let Some((series, span, quantity)) = self.read_usual(row) else { return Ok(false) };
        match self.rater.add_to(series, &span, quantity, Status::Final) {
            Ok(()) => Ok(true),
            Err(error) => Err(self.failed(line, error)),
        }
    }

    fn read_usual(&mut self, row: &[u8]) -> Option<(SeriesId, Span, i128)> {
        if !self.is_usual {
            return None;
        }
        let (start, rest) = take_time(row)?;
        let (end, rest) = take_time(rest)?;
        let mut commas = rest.iter().enumerate().filter(|(_, byte)| **byte == b',').map(|(index, _)| index);
        let series_end = commas.nth(4)? + 1;
        let quantity_end = commas.next()?;
        let (unit_end, tags) = match commas.next() {
            None => (rest.len(), 0),
            Some(end) => (end, 1 + commas.count()),
        };
        if tags + UNIT + 1 != self.rows.header.width {
            return None;
        }
        let known = self.known.get(&rest[..series_end])?;
        let unit = unit_named(&rest[quantity_end + 1..unit_end], known.unit)?;
        Some((known.series, self.span(start, end)?, base_units(&rest[series_end..quantity_end], unit)?))
    }

    /// The period between two seconds. Rows mostly come in the order of time.
    fn span(&mut self, start: i64, end: i64) -> Option<Span> {
        if let Some((first, last, span)) = self.span
            && (first, last) == (start, end)
        {
            return Some(span);
        }
        let time = |seconds| DateTime::from_timestamp(seconds, 0);
        let span = Span::new(time(start)?, time(end)?).ok()?;
        self.span = Some((start, end, span));
        Some(span)
    }

    /// Takes a row the long way. What a plain one names is remembered.
    fn take_unusual(&mut self, cells: &[&str], plain: Option<&[u8]>, line: u64) -> Result<(), Error> {
        let row = self.rows.row(cells, line)?;
        let series = self.add(&row).map_err(|error| self.failed(line, error))?;
        if let (true, Some(plain)) = (self.is_usual, plain)
            && let Some(unit) = cells.get(UNIT).and_then(|name| name.parse().ok())
        {
            let mut commas = memchr_iter(b',', plain);
            if let (Some(start), Some(end)) = (commas.nth(1), commas.nth(4)) {
                self.remember(&plain[start + 1..=end], Known { series, unit });
            }
        }
        Ok(())
    }

    fn add(&mut self, row: &Row<'_>) -> Result<SeriesId, RateError> {
        let series = self.rater.series(row.account, row.meter, row.area, row.spec)?;
        self.rater.add_to(series, &Span::new(row.start, row.end)?, row.quantity, row.status)?;
        Ok(series)
    }

    fn remember(&mut self, cells: &[u8], known: Known) {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(cells.into(), known);
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

/// Whether a line ends as nobody ends lines any more. CSV allows it.
fn has_lone_return(block: &[u8]) -> bool {
    memchr_iter(b'\r', block).any(|place| block.get(place + 1) != Some(&b'\n'))
}

/// The unit of this name. It mostly is the one of before.
fn unit_named(name: &[u8], usual: Unit) -> Option<Unit> {
    if usual.name.as_bytes() == name {
        return Some(usual);
    }
    UNITS.into_iter().find(|unit| unit.base == usual.base && unit.name.as_bytes() == name)
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
    if digits == 0 {
        return None;
    }
    let scaled = i128::from(mantissa).checked_mul(unit.factor)?;
    let divisor = i128::from(divisor);
    if divisor == 1 {
        return Some(scaled);
    }
    (scaled % divisor == 0).then(|| scaled / divisor)
}
