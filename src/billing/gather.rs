//! Takes records in, in any order, and keeps only what aggregates need: one sum per period for events,
//! one curve for levels and rates.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::book::{PriceBook, QuantumScope, Window};
use super::curve::{self, Changes};
use super::options::{MonthChange, Options, OptionsError};
use super::plan::{Plan, PlanPrice, Target};
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
    #[error("a record of meter {meter} spans billing days ({period}), so no day's tier can be told; split it at midnight")]
    SpansDays {
        /// The meter.
        meter: String,
        /// The period of the record.
        period: Period,
    },
    /// An event whose hour is not known.
    #[error("a record of meter {meter} spans hours ({period}), so no hour's line can be told; split it at the full hour")]
    SpansHours {
        /// The meter.
        meter: String,
        /// The period of the record.
        period: Period,
    },
    /// An event whose month is not known.
    #[error(
        "a record of meter {meter} spans the end of a billing month, or a change of its price ({period}); split it there, at midnight"
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
    /// What becomes of it in each era of the plan.
    pub targets: Vec<Target>,
    /// Whether conditions of other prices look at it.
    pub watched: bool,
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
    /// With each record rounded up to the quantum, or times its missing days, where that is the rule.
    pub counted: i128,
    pub records: u64,
    pub status: Status,
}

/// A series, where it leads, and the first second of a period. Seconds are those of the book's zone, moved so that its days
/// are days at UTC+8.
pub(super) type Slot = (u32, Target, i64);

/// Rates records given one by one. Memory grows with series and periods, not with records.
pub struct Rater<'a> {
    pub(super) plan: Plan<'a>,
    ids: HashMap<String, u32>,
    pub(super) series: Vec<Series>,
    pub(super) sums: HashMap<Slot, Sum>,
    /// Events that conditions look at, by series and the hour in which they begin.
    pub(super) watched: HashMap<(u32, i64), i128>,
    scratch: String,
    pub(super) months: MonthCache,
}

/// The month of the day looked up last. Consecutive records mostly share it.
#[derive(Default)]
pub(super) struct MonthCache {
    day: Option<i32>,
    month: (i32, i32),
}

impl MonthCache {
    /// The first day of a day's month and of the next.
    fn of(&mut self, day: i32) -> (i32, i32) {
        if self.day != Some(day) {
            self.day = Some(day);
            self.month = month_days(day);
        }
        self.month
    }
}

impl<'a> Rater<'a> {
    /// A rater without usage yet.
    ///
    /// # Errors
    /// Options that do not fit the book.
    pub fn new(book: &'a PriceBook, options: &'a Options) -> Result<Self, RateError> {
        let plan = Plan::new(book, options)?;
        Ok(Self {
            plan,
            ids: HashMap::new(),
            series: Vec::new(),
            sums: HashMap::new(),
            watched: HashMap::new(),
            scratch: String::new(),
            months: MonthCache::default(),
        })
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
        let shift = self.plan.shift();
        let seconds = Seconds::of(row, shift.num_seconds());
        match self.series[id as usize].kind {
            MeterKind::Event => self.add_event(id, row, seconds),
            MeterKind::Level | MeterKind::Rate => self.add_level(id, row, seconds),
        }
    }

    /// Turns everything taken in into charges, in their final order.
    ///
    /// # Errors
    /// [`RateError::OutOfRange`], or an opening counter that does not fit the usage.
    pub fn finish(self) -> Result<Vec<Charge>, RateError> {
        let lines = lines::of_usage(&self)?;
        charges::of_lines(&self.plan, lines)
    }

    /// The series of a record, interned: no allocation for a series seen before.
    pub(super) fn series_of(&mut self, row: &Row<'_>) -> Result<u32, RowError> {
        let account = self.plan.payer(row.account);
        self.scratch.clear();
        for part in [account, row.meter, row.area, row.spec] {
            self.scratch.push_str(part);
            self.scratch.push('\0');
        }
        if let Some(id) = self.ids.get(&self.scratch) {
            return Ok(*id);
        }
        let (kind, _) = self.plan.book.meter(row.meter).ok_or_else(|| RowError::UnknownMeter(row.meter.to_owned()))?;
        let id = u32::try_from(self.series.len()).map_err(|_| RowError::TooLong)?;
        self.series.push(Series {
            account: account.to_owned(),
            meter: row.meter.to_owned(),
            area: row.area.to_owned(),
            spec: row.spec.to_owned(),
            kind,
            targets: self.plan.targets(account, row.meter, row.area, row.spec),
            watched: self.plan.is_watched(row.meter),
            changes: Changes::new(),
            days: BTreeMap::new(),
        });
        self.ids.insert(self.scratch.clone(), id);
        Ok(id)
    }

    fn add_event(&mut self, id: u32, row: &Row<'_>, seconds: Seconds) -> Result<(), RateError> {
        let series = &self.series[id as usize];
        let (first, last) = (day_number(seconds.start), day_number(seconds.last));
        let leaving = target_on(&self.plan, series, last);
        let (target, start, counted) = if let Some(days) = minimum_days(&self.plan, leaving) {
            // Something that left: it is charged on the day it left, for the days that were still missing.
            let stayed = i128::from(last - first + 1);
            (leaving, start_of(last), row.quantity.checked_mul((i128::from(days) - stayed).max(0)))
        } else {
            let target = target_on(&self.plan, series, first);
            if target == Target::Ignored {
                return self.watch(id, row, seconds);
            }
            let price = self.plan.price(target);
            let start = window_start(&self.plan, target, price, seconds.start, &mut self.months);
            let ends_elsewhere = window_start(&self.plan, target, price, seconds.last, &mut self.months) != start
                || first != last && target_on(&self.plan, series, last) != target;
            if ends_elsewhere {
                return Err(spans(row, price.map_or(Window::Day, |price| price.window)).into());
            }
            let quantum = price.filter(|price| price.scope == QuantumScope::PerRecord).map_or(1, |price| price.quantum);
            (target, start, up_to_multiple(row.quantity, quantum))
        };
        let too_much = || RateError::OutOfRange(format!("the usage of meter {}", row.meter));
        let counted = counted.ok_or_else(too_much)?;
        let empty = Sum { raw: 0, counted: 0, records: 0, status: row.status };
        let sum = self.sums.entry((id, target, start)).or_insert(empty);
        let raw = sum.raw.checked_add(row.quantity).ok_or_else(too_much)?;
        let counted = sum.counted.checked_add(counted).ok_or_else(too_much)?;
        *sum = Sum { raw, counted, records: sum.records + 1, status: sum.status.min(row.status) };
        self.watch(id, row, seconds)
    }

    /// Remembers an event that conditions look at.
    fn watch(&mut self, id: u32, row: &Row<'_>, seconds: Seconds) -> Result<(), RateError> {
        if self.series[id as usize].watched {
            let sum = self.watched.entry((id, seconds.start - seconds.start.rem_euclid(SECONDS_PER_HOUR))).or_default();
            let total = sum.checked_add(row.quantity);
            *sum = total.ok_or_else(|| RateError::OutOfRange(format!("the usage of meter {}", row.meter)))?;
        }
        Ok(())
    }

    fn add_level(&mut self, id: u32, row: &Row<'_>, seconds: Seconds) -> Result<(), RateError> {
        if row.start.timestamp_subsec_nanos() != 0 || row.end.timestamp_subsec_nanos() != 0 {
            return Err(RowError::InsideSecond(row.meter.to_owned()).into());
        }
        let (first, last) = (day_number(seconds.start), day_number(seconds.last));
        if last - first > MOST_DAYS {
            return Err(RowError::TooLong.into());
        }
        let (start, end) = (seconds.start, seconds.last + 1);
        let plan = &self.plan;
        let series = &mut self.series[id as usize];
        let targets = [target_on(plan, series, first), target_on(plan, series, last)];
        for seconds in targets.iter().filter_map(|target| plan.price(*target)?.sample_seconds()) {
            if start % seconds != 0 || end % seconds != 0 {
                return Err(RowError::OffGrid { meter: row.meter.to_owned(), seconds }.into());
            }
        }
        if plan.era_of(first) == plan.era_of(last) && targets[0] == Target::Ignored && !series.watched {
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
}

/// The first and the last second of a record.
#[derive(Clone, Copy)]
pub(super) struct Seconds {
    pub start: i64,
    pub last: i64,
}

impl Seconds {
    pub fn of(row: &Row<'_>, shift: i64) -> Self {
        let last = row.end.timestamp() - i64::from(row.end.timestamp_subsec_nanos() == 0);
        Self { start: row.start.timestamp() + shift, last: last + shift }
    }
}

/// Where a series leads on a day.
pub(super) fn target_on(plan: &Plan<'_>, series: &Series, day: i32) -> Target {
    let target = series.targets[plan.era_of(day)];
    let of_month = |target: Target| plan.price(target).is_some_and(PlanPrice::by_month);
    if plan.month_change == MonthChange::End && of_month(target) {
        let at_end = series.targets[plan.era_of(month_days(day).1 - 1)];
        if of_month(at_end) {
            return at_end;
        }
    }
    target
}

pub(super) fn minimum_days(plan: &Plan<'_>, target: Target) -> Option<u32> {
    let Target::Priced { rate, .. } = target else { return None };
    plan.price(target)?.price.rates.get(rate)?.minimum_days
}

/// The first second of the period of a line in which a second lies.
pub(super) fn window_start(
    plan: &Plan<'_>,
    target: Target,
    price: Option<&PlanPrice<'_>>,
    second: i64,
    months: &mut MonthCache,
) -> i64 {
    let day = day_number(second);
    match (price.map_or(Window::Day, |price| price.window), target) {
        (Window::Hour, _) => second - second.rem_euclid(SECONDS_PER_HOUR),
        (Window::Month, Target::Priced { price, .. }) => start_of(months.of(day).0.max(run_start(plan, price, day))),
        _ => start_of(day),
    }
}

/// The first day of the run of a price; under `month_change = end` a month is never cut.
fn run_start(plan: &Plan<'_>, price: usize, day: i32) -> i32 {
    if plan.month_change == MonthChange::End { i32::MIN } else { plan.run_of(price, day).0 }
}

/// The days of a month that one line of a price covers, around a day.
pub(super) fn month_window(plan: &Plan<'_>, price: usize, day: i32) -> (i32, i32) {
    let (first, end) = month_days(day);
    if plan.month_change == MonthChange::End {
        return (first, end);
    }
    let (from, to) = plan.run_of(price, day);
    (first.max(from), end.min(to))
}

fn spans(row: &Row<'_>, window: Window) -> RowError {
    let (meter, period) = (row.meter.to_owned(), period(row));
    match window {
        Window::Hour => RowError::SpansHours { meter, period },
        Window::Month => RowError::SpansMonths { meter, period },
        Window::Day | Window::Settlement => RowError::SpansDays { meter, period },
    }
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

const SECONDS_PER_HOUR: i64 = 3_600;
const SECONDS_PER_DAY: i64 = 86_400;
const OFFSET_SECONDS: i64 = 8 * SECONDS_PER_HOUR;

/// The billing day of a second, counted from 1970-01-01.
pub(super) fn day_number(second: i64) -> i32 {
    // Dates of the calendar crate stay far inside 32 bits.
    i32::try_from((second + OFFSET_SECONDS).div_euclid(SECONDS_PER_DAY)).unwrap_or(i32::MAX)
}

/// The first day of a day's month, and of the next.
pub(super) fn month_days(day: i32) -> (i32, i32) {
    let month = day_of(day).month();
    (number_of(month.first_day()), number_of(month.end_day()))
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

/// The periods of a day's lines: the day, or its hours.
pub(super) fn windows_of_day(window: Window, day: i32) -> impl Iterator<Item = (i64, i64)> {
    let (count, length) = if window == Window::Hour { (24, SECONDS_PER_HOUR) } else { (1, SECONDS_PER_DAY) };
    (0..count).map(move |index| (start_of(day) + index * length, start_of(day) + (index + 1) * length))
}

/// The end of an event line of a day or an hour.
pub(super) fn short_window_end(window: Window, start: i64) -> i64 {
    start + if window == Window::Hour { SECONDS_PER_HOUR } else { SECONDS_PER_DAY }
}
