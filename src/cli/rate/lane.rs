//! The fast lane for rows of plain text: no quotes, columns in the usual order.
//!
//! A usage file repeats itself: a few hundred combinations of account, application, meter, area and specification. What was
//! read once by [`Rows`] is found again by its bytes, so that of most rows only times and quantity are read. Every row that
//! is in any way unusual goes to [`Rows`], which alone says what a row means and what is wrong with it.

use memchr::{memchr, memchr_iter, memrchr};
use rustc_hash::FxHashMap;

use super::plain_time::Times;
use super::rows::{Rows, is_blank};
use super::taken::Taken;
use crate::billing::{RateError, Rater, Row, SeriesId, Span};
use crate::cli::Error;
use crate::input::separator::Separator;
use crate::input::table::each_row;
use crate::model::quantity::UNITS;
use crate::model::{Status, Unit};

/// Reads and rates blocks of whole rows.
pub struct Lane<'a> {
    rows: Rows<'a>,
    rater: Rater<'a>,
    times: Times,
    /// The cells from account to specification with the comma behind them.
    known: FxHashMap<Box<[u8]>, Known>,
    is_usual: bool,
    /// How many columns follow the usual ones.
    tags: usize,
    /// A row that was written with quotes, without them.
    plain: Vec<u8>,
    /// The meters of the file, and how many rows each has.
    meters: Vec<(String, u64)>,
    blank: u64,
}

/// What cells from account to specification name, and the unit that came with them last.
#[derive(Clone, Copy)]
struct Known {
    series: SeriesId,
    unit: Unit,
    /// Its place among the meters of the file.
    meter: usize,
}

/// What is remembered at most; past it, everything is forgotten and learnt anew.
const REMEMBERED: usize = 1 << 16;
/// The place of the unit among the usual columns.
const UNIT: usize = 8;

impl<'a> Lane<'a> {
    /// A lane without rows yet.
    pub fn new(rows: Rows<'a>, rater: Rater<'a>) -> Self {
        let is_usual = rows.header.is_usual();
        let tags = rows.header.width - (UNIT + 1);
        let (times, known) = (Times::default(), FxHashMap::default());
        Self { rows, rater, times, known, is_usual, tags, plain: Vec::new(), meters: Vec::new(), blank: 0 }
    }

    /// The rater with everything that was taken in, and how much that was.
    pub fn into_parts(self) -> (Rater<'a>, Taken) {
        (self.rater, Taken { rows: self.meters.into_iter().collect(), blank: self.blank, encoding: None })
    }

    /// Takes in a block of rows, the first of which begins in this line.
    pub fn take(&mut self, block: &[u8], first_line: u64) -> Result<(), Error> {
        let header = self.rows.header;
        if header.separator != Separator::default() || memchr(b'"', block).is_some() {
            let wrong = |line, why| Error::failed(format!("{} line {line}: {why}", header.name));
            return each_row(block, header.separator, first_line, wrong, |cells, line| self.take_cells(cells, line));
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
            if row.is_empty() {
                self.blank += 1;
            } else if !self.take_usual(row.as_bytes(), line)? {
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
        let Some((known, span, quantity)) = self.read_usual(row) else { return Ok(false) };
        match self.rater.add_to(known.series, &span, quantity, Status::Final) {
            Ok(()) => {
                self.meters[known.meter].1 += 1;
                Ok(true)
            }
            Err(error) => Err(self.failed(line, error)),
        }
    }

    /// What a row says whose cells from account to specification are known. That they are found proves that the row has
    /// its commas where a row has them.
    fn read_usual(&mut self, row: &[u8]) -> Option<(Known, Span, i128)> {
        let (start, rest) = self.times.take(row)?;
        let (end, rest) = self.times.take(rest)?;
        let mut cells = rest.len();
        for _ in 0..self.tags {
            cells = comma_before(rest, cells)?;
        }
        let unit_start = comma_before(rest, cells)? + 1;
        let quantity_start = comma_before(rest, unit_start - 1)? + 1;
        let known = *self.known.get(&rest[..quantity_start])?;
        let unit = unit_named(&rest[unit_start..cells], known.unit)?;
        let quantity = base_units(&rest[quantity_start..unit_start - 1], unit)?;
        Some((known, Span::of_seconds(start, end).ok()?, quantity))
    }

    /// Takes a row the long way. What a plain one names is remembered.
    fn take_unusual(&mut self, cells: &[&str], plain: Option<&[u8]>, line: u64) -> Result<(), Error> {
        if is_blank(cells) {
            self.blank += 1;
            return Ok(());
        }
        let record = self.rows.row(cells, line)?;
        let row = record.row();
        let series = self.add(&row).map_err(|error| self.failed(line, error))?;
        let meter = self.meter(row.meter);
        self.meters[meter].1 += 1;
        if let (true, Some(plain)) = (self.is_usual, plain)
            && let Some(unit) = cells.get(UNIT).and_then(|name| name.parse().ok())
        {
            let mut commas = memchr_iter(b',', plain);
            if let (Some(start), Some(end)) = (commas.nth(1), commas.nth(4)) {
                self.remember(&plain[start + 1..=end], Known { series, unit, meter });
            }
        }
        Ok(())
    }

    fn meter(&mut self, name: &str) -> usize {
        self.meters.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.meters.push((name.to_owned(), 0));
            self.meters.len() - 1
        })
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
        self.failed(first_line + before, crate::input::encoding::UNREADABLE)
    }
}

/// The place of the last comma before a place.
fn comma_before(cells: &[u8], end: usize) -> Option<usize> {
    cells[..end].iter().rposition(|byte| *byte == b',')
}

/// The unit of this name. It mostly is the one of before.
fn unit_named(name: &[u8], usual: Unit) -> Option<Unit> {
    if usual.name.as_bytes() == name {
        return Some(usual);
    }
    UNITS.iter().find(|unit| unit.base == usual.base && unit.name.as_bytes() == name).copied()
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
    // Few numbers are so large that 64 bits do not do.
    match i64::try_from(unit.factor).ok().and_then(|factor| mantissa.checked_mul(factor)) {
        Some(scaled) if divisor == 1 => Some(scaled.into()),
        Some(scaled) => (scaled % divisor == 0).then(|| (scaled / divisor).into()),
        None => {
            let (scaled, divisor) = (i128::from(mantissa).checked_mul(unit.factor)?, i128::from(divisor));
            (scaled % divisor == 0).then(|| scaled / divisor)
        }
    }
}
