//! Takes records in, in any order, and keeps only what aggregates need: one sum per period for events,
//! one curve for levels and rates.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::book::{PriceBook, QuantumScope, Window};
use super::curve::{self, Changes};
use super::options::{Options, OptionsError};
use super::plan::{Plan, Target};
use super::{charges, lines};
use crate::model::{BillingDay, Charge, MeterKind, Period, Status, UsageRecord};

/// One usage record, borrowed: see [`UsageRecord`] for the meaning of the fields.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The first moment after.
    pub end: DateTime<Utc>,
    /// Whose.
    pub account: &'a str,
    /// The meter's name.
    pub meter: &'a str,
    /// The billing area, or empty.
    pub area: &'a str,
    /// The specification, or empty.
    pub spec: &'a str,
    /// Base units of the meter.
    pub quantity: i128,
    /// How sure the quantity is.
    pub status: Status,
}

impl<'a> From<&'a UsageRecord> for Row<'a> {
    fn from(record: &'a UsageRecord) -> Self {
        Self {
            start: record.period.start,
            end: record.period.end,
            account: record.account.as_str(),
            meter: &record.meter,
            area: &record.area,
            spec: &record.spec,
            quantity: record.quantity,
            status: record.status,
        }
    }
}

/// Why usage could not be rated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// The options do not fit the book.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The record just given.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A sum or product past 128 bits; nothing is rounded to make it fit.
    #[error("{0} leaves the range of exact arithmetic; split the usage into smaller files")]
    OutOfRange(String),
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Neither the product nor the book knows it.
    #[error("meter {0:?} is unknown; see `meters`, or declare it as [[meter]] in the price book")]
    UnknownMeter(String),
    /// An event whose day is not known.
    #[error("a record of meter {meter} spans billing days ({period}), so no day's tier can be told; split it at midnight UTC+8")]
    SpansDays {
        /// The meter.
        meter: String,
        /// The period of the record.
        period: Period,
    },
    /// An event whose month is not known.
    #[error(
        "a record of meter {meter} spans the end of a billing month or price version ({period}); split it there, at midnight UTC+8"
    )]
    SpansMonths {
        /// The meter.
        meter: String,
        /// The period of the record.
        period: Period,
    },
    /// The end is not after the start.
    #[error("the end of the record is not after its start")]
    EmptyPeriod,
    /// More than ten years in one record.
    #[error("the record holds for more than {MOST_DAYS} days; split it")]
    TooLong,
    /// A level or sample that begins or ends inside a second.
    #[error("a record of meter {0} begins or ends inside a second; levels and samples take whole seconds")]
    InsideSecond(String),
    /// A sample that is not on the grid of points.
    #[error("a record of meter {meter} does not begin and end on a multiple of {seconds} s; give one record per sample point")]
    OffGrid {
        /// The meter.
        meter: String,
        /// The distance of points.
        seconds: i64,
    },
    /// Below zero.
    #[error("the quantity is negative")]
    Negative,
}

const MOST_DAYS: i32 = 3_660;

/// Usage that adds up under the same account, meter, area and specification.
pub(super) struct Series {
    pub account: String,
    pub meter: String,
    pub area: String,
    pub spec: String,
    pub kind: MeterKind,
    /// What becomes of it, per version of the book; the last is for days without a version.
    pub targets: Vec<Target>,
    /// Levels and rates only.
    pub changes: Changes,
    /// The days with records and the least sure of their records. Levels and rates only.
    pub days: BTreeMap<i32, Status>,
}

/// Events of one series in one period.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    /// As measured.
    pub raw: i128,
    /// With each record rounded up to the quantum, where that is the rule.
    pub counted: i128,
    pub records: u64,
    pub status: Status,
}

/// A series, a version of the book, and the first day of a period.
pub(super) type Slot = (u32, u16, i32);

/// Rates records given one by one. Memory grows with series and periods, not with records.
pub struct Rater<'a> {
    plan: Plan<'a>,
    ids: HashMap<String, u32>,
    series: Vec<Series>,
    sums: HashMap<Slot, Sum>,
    scratch: String,
    last_month: (i32, i32),
}

impl<'a> Rater<'a> {
    /// A rater without usage yet.
    ///
    /// # Errors
    /// Options that do not fit the book.
    pub fn new(book: &'a PriceBook, options: &'a Options) -> Result<Self, RateError> {
        let plan = Plan::new(book, options)?;
        let ids = HashMap::new();
        Ok(Self { plan, ids, series: Vec::new(), sums: HashMap::new(), scratch: String::new(), last_month: (0, 0) })
    }

    /// Takes one record in.
    ///
    /// # Errors
    /// [`RateError::Row`] when the record cannot be rated; the rater is then unchanged.
    pub fn add(&mut self, row: &Row<'_>) -> Result<(), RateError> {
        if row.quantity < 0 {
            return Err(RowError::Negative.into());
        }
        if row.end <= row.start {
            return Err(RowError::EmptyPeriod.into());
        }
        let id = self.series_of(row)?;
        let (first, last) = (day_number(row.start), last_day_number(row.end));
        match self.series[id as usize].kind {
            MeterKind::Event => self.add_event(id, row, first, last),
            MeterKind::Level | MeterKind::Rate => self.add_level(id, row, first, last),
        }
    }

    /// Turns everything taken in into charges, in their final order.
    ///
    /// # Errors
    /// [`RateError::OutOfRange`].
    pub fn finish(self) -> Result<Vec<Charge>, RateError> {
        let lines = lines::of_usage(&self.plan, &self.series, &self.sums)?;
        charges::of_lines(&self.plan, lines)
    }

    /// The series of a record, interned: no allocation for a series seen before.
    fn series_of(&mut self, row: &Row<'_>) -> Result<u32, RowError> {
        self.scratch.clear();
        for part in [row.account, row.meter, row.area, row.spec] {
            self.scratch.push_str(part);
            self.scratch.push('\0');
        }
        if let Some(id) = self.ids.get(&self.scratch) {
            return Ok(*id);
        }
        let (kind, _) = self.plan.book.meter(row.meter).ok_or_else(|| RowError::UnknownMeter(row.meter.to_owned()))?;
        let id = u32::try_from(self.series.len()).map_err(|_| RowError::TooLong)?;
        let versions = 0..=self.plan.versions.len();
        self.series.push(Series {
            account: row.account.to_owned(),
            meter: row.meter.to_owned(),
            area: row.area.to_owned(),
            spec: row.spec.to_owned(),
            kind,
            targets: versions.map(|version| self.plan.target(version, row.meter, row.area, row.spec)).collect(),
            changes: Changes::new(),
            days: BTreeMap::new(),
        });
        self.ids.insert(self.scratch.clone(), id);
        Ok(id)
    }

    fn add_event(&mut self, id: u32, row: &Row<'_>, first: i32, last: i32) -> Result<(), RateError> {
        let version = self.version_of(first);
        let mut slot = first;
        let (mut quantum, mut by_month) = (1, false);
        match self.series[id as usize].targets[version] {
            Target::Ignored => return Ok(()),
            Target::Unpriced => {}
            Target::Priced { price, .. } => {
                if let Some(price) = self.plan.price(version, price) {
                    by_month = price.price.aggregate.window == Window::Month;
                    quantum = if price.scope == QuantumScope::PerRecord { price.quantum } else { 1 };
                }
            }
        }
        if by_month {
            slot = self.month_of(first);
            if last != first && (self.month_of(last) != slot || self.version_of(last) != version) {
                return Err(RowError::SpansMonths { meter: row.meter.to_owned(), period: period(row) }.into());
            }
        } else if last != first {
            return Err(RowError::SpansDays { meter: row.meter.to_owned(), period: period(row) }.into());
        }
        let too_much = || RateError::OutOfRange(format!("the usage of meter {}", row.meter));
        let counted = up_to_multiple(row.quantity, quantum).ok_or_else(too_much)?;
        let empty = Sum { raw: 0, counted: 0, records: 0, status: row.status };
        // The number of versions of a book fits: each takes a table in a file.
        let key = (id, u16::try_from(version).unwrap_or(u16::MAX), slot);
        let sum = self.sums.entry(key).or_insert(empty);
        let raw = sum.raw.checked_add(row.quantity).ok_or_else(too_much)?;
        let counted = sum.counted.checked_add(counted).ok_or_else(too_much)?;
        *sum = Sum { raw, counted, records: sum.records + 1, status: sum.status.min(row.status) };
        Ok(())
    }

    fn add_level(&mut self, id: u32, row: &Row<'_>, first: i32, last: i32) -> Result<(), RateError> {
        if row.start.timestamp_subsec_nanos() != 0 || row.end.timestamp_subsec_nanos() != 0 {
            return Err(RowError::InsideSecond(row.meter.to_owned()).into());
        }
        if last - first > MOST_DAYS {
            return Err(RowError::TooLong.into());
        }
        let (start, end) = (row.start.timestamp(), row.end.timestamp());
        let (from, to) = (self.version_of(first), self.version_of(last));
        for version in [from, to] {
            if let Target::Priced { price, .. } = self.series[id as usize].targets[version]
                && let Some(seconds) = self.plan.price(version, price).and_then(|price| price.sample_seconds())
                && (start % seconds != 0 || end % seconds != 0)
            {
                return Err(RowError::OffGrid { meter: row.meter.to_owned(), seconds }.into());
            }
        }
        let series = &mut self.series[id as usize];
        if from == to && series.targets[from] == Target::Ignored {
            return Ok(());
        }
        curve::hold(&mut series.changes, start, end, row.quantity)
            .ok_or_else(|| RateError::OutOfRange(format!("the level of meter {}", row.meter)))?;
        for day in first..=last {
            let status = series.days.entry(day).or_insert(row.status);
            *status = (*status).min(row.status);
        }
        Ok(())
    }

    /// The version that holds on a day; one past the last where none does.
    fn version_of(&self, day: i32) -> usize {
        version_of(&self.plan, day)
    }

    /// The first day of a day's month. Consecutive records mostly share it.
    fn month_of(&mut self, day: i32) -> i32 {
        if self.last_month.0 != day {
            self.last_month = (day, number_of(day_of(day).month().first_day()));
        }
        self.last_month.1
    }
}

/// The version that holds on a day; one past the last where none does.
pub(super) fn version_of(plan: &Plan<'_>, day: i32) -> usize {
    let day = day_of(day);
    plan.versions.iter().position(|version| version.version.holds_on(day)).unwrap_or(plan.versions.len())
}

fn period(row: &Row<'_>) -> Period {
    Period { start: row.start, end: row.end }
}

fn up_to_multiple(quantity: i128, step: i128) -> Option<i128> {
    if step <= 1 {
        return Some(quantity);
    }
    match quantity % step {
        0 => Some(quantity),
        rest => quantity.checked_add(step - rest),
    }
}

const SECONDS_PER_DAY: i64 = 86_400;
const OFFSET_SECONDS: i64 = 8 * 3_600;

/// The billing day of a moment, counted from 1970-01-01.
fn day_number(time: DateTime<Utc>) -> i32 {
    // Dates of the calendar crate stay far inside 32 bits.
    i32::try_from((time.timestamp() + OFFSET_SECONDS).div_euclid(SECONDS_PER_DAY)).unwrap_or(i32::MAX)
}

/// The billing day of the last moment before an end.
fn last_day_number(end: DateTime<Utc>) -> i32 {
    day_number(end - TimeDelta::nanoseconds(1))
}

/// The day with a number.
pub(super) fn day_of(number: i32) -> BillingDay {
    let epoch = NaiveDate::default();
    BillingDay::new(epoch.checked_add_signed(TimeDelta::days(i64::from(number))).unwrap_or(epoch))
}

/// The number of a day.
pub(super) fn number_of(day: BillingDay) -> i32 {
    i32::try_from(day.date().signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

/// The first second of a day.
pub(super) fn start_of(number: i32) -> i64 {
    i64::from(number) * SECONDS_PER_DAY - OFFSET_SECONDS
}
