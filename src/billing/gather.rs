//! Takes records in, in any order, and keeps only what aggregates need: one sum per period for events,
//! one curve for levels and rates.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::agreements::Stretch;
use super::book::{PriceBook, QuantumScope, Window};
use super::curve::{self, Changes};
use super::options::{MonthChange, Options, OptionsError};
use super::packs::PackMonth;
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
    /// Where the events of some moments are counted. A few days of one series mostly take turns.
    counted: Vec<Counted>,
    /// The entry that was right last.
    last: usize,
}

impl Series {
    /// Meter, area and specification.
    pub fn names(&self) -> (&str, &str, &str) {
        (&self.meter, &self.area, &self.spec)
    }
}

/// Where events between two seconds are counted.
#[derive(Clone, Copy)]
struct Counted {
    start: i64,
    end: i64,
    sum: u32,
    quantum: i128,
}

/// How many moments of a series are remembered.
const REMEMBERED: usize = 40;

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

/// A series of a [`Rater`]: what adds up under one account, meter, area and specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesId(pub(super) u32);

impl SeriesId {
    pub(super) fn number(self) -> u32 {
        self.0
    }
}

/// The period of records, looked at once for all records that share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first and the last second.
    pub(super) start: i64,
    pub(super) last: i64,
    /// Nanoseconds into the first second; and into the one in which it ends, none where it ends with `last`.
    start_nanos: u32,
    end_nanos: u32,
}

impl Span {
    /// A span, or an error where the end is not after the start.
    ///
    /// # Errors
    /// [`RowError::EmptyPeriod`].
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, RowError> {
        if end <= start {
            return Err(RowError::EmptyPeriod);
        }
        let (start_nanos, end_nanos) = (start.timestamp_subsec_nanos(), end.timestamp_subsec_nanos());
        let last = end.timestamp() - i64::from(end_nanos == 0);
        Ok(Self { start: start.timestamp(), last, start_nanos, end_nanos })
    }

    /// A span of whole seconds since 1970-01-01 UTC: the first, and the first after.
    ///
    /// # Errors
    /// [`RowError::EmptyPeriod`].
    pub fn of_seconds(start: i64, end: i64) -> Result<Self, RowError> {
        if end <= start {
            return Err(RowError::EmptyPeriod);
        }
        Ok(Self { start, last: end - 1, start_nanos: 0, end_nanos: 0 })
    }

    fn is_whole(&self) -> bool {
        (self.start_nanos, self.end_nanos) == (0, 0)
    }

    fn period(&self) -> Period {
        let time = |seconds, nanos| DateTime::from_timestamp(seconds, nanos).unwrap_or_default();
        let end = self.last + i64::from(self.end_nanos == 0);
        Period { start: time(self.start, self.start_nanos), end: time(end, self.end_nanos) }
    }
}

/// What rating gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rated {
    /// The charges, in their final order.
    pub charges: Vec<Charge>,
    /// Each allowance rolled forward, by account, pack, part and month.
    pub packs: Vec<PackMonth>,
}

/// Rates records given one by one. Memory grows with series and periods, not with records.
pub struct Rater<'a> {
    pub(super) plan: Plan<'a>,
    shift: i64,
    ids: HashMap<String, u32>,
    pub(super) series: Vec<Series>,
    /// Where in `sums` the events of a slot are counted.
    pub(super) slots: HashMap<Slot, u32>,
    pub(super) sums: Vec<Sum>,
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
            shift: plan.shift().num_seconds(),
            plan,
            ids: HashMap::new(),
            series: Vec::new(),
            slots: HashMap::new(),
            sums: Vec::new(),
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
        let span = Span::new(row.start, row.end)?;
        let series = self.series(row.account, row.meter, row.area, row.spec)?;
        self.add_to(series, &span, row.quantity, row.status)
    }

    /// Takes one record of a series in. Readers of many records look series and spans up once and give them again and again.
    ///
    /// # Errors
    /// As [`Rater::add`].
    pub fn add_to(&mut self, series: SeriesId, span: &Span, quantity: i128, status: Status) -> Result<(), RateError> {
        if quantity < 0 {
            return Err(RowError::Negative.into());
        }
        let record =
            Record { id: series.0, span, start: span.start + self.shift, last: span.last + self.shift, quantity, status };
        let series = &self.series[record.id as usize];
        if series.kind != MeterKind::Event {
            return self.add_level(&record);
        }
        let is_here = |counted: &Counted| counted.start <= record.start && record.last < counted.end;
        let known = series.counted.get(series.last).filter(|counted| is_here(counted)).copied();
        match known {
            Some(counted) => self.count(&record, counted),
            None => self.add_event(&record),
        }
    }

    /// Turns everything taken in into charges, in their final order.
    ///
    /// # Errors
    /// [`RateError::OutOfRange`], or an opening counter that does not fit the usage.
    pub fn finish(self) -> Result<Vec<Charge>, RateError> {
        self.finish_with_packs().map(|rated| rated.charges)
    }

    /// As [`Rater::finish`], and beside the charges what became of each allowance.
    ///
    /// # Errors
    /// As [`Rater::finish`].
    pub fn finish_with_packs(self) -> Result<Rated, RateError> {
        let lines = lines::of_usage(&self)?;
        charges::of_lines(&self.plan, lines)
    }

    /// The series of records, interned: no allocation for a series seen before.
    ///
    /// # Errors
    /// [`RowError::UnknownMeter`].
    pub fn series(&mut self, account: &str, meter: &str, area: &str, spec: &str) -> Result<SeriesId, RowError> {
        let account = self.plan.payer(account);
        self.scratch.clear();
        for part in [account, meter, area, spec] {
            self.scratch.push_str(part);
            self.scratch.push('\0');
        }
        if let Some(id) = self.ids.get(&self.scratch) {
            return Ok(SeriesId(*id));
        }
        let (kind, _) = self.plan.book.meter(meter).ok_or_else(|| RowError::UnknownMeter(meter.to_owned()))?;
        let id = u32::try_from(self.series.len()).map_err(|_| RowError::TooLong)?;
        self.series.push(Series {
            account: account.to_owned(),
            meter: meter.to_owned(),
            area: area.to_owned(),
            spec: spec.to_owned(),
            kind,
            targets: self.plan.targets(account, meter, area, spec),
            watched: self.plan.is_watched(meter),
            changes: Changes::new(),
            days: BTreeMap::new(),
            counted: Vec::new(),
            last: 0,
        });
        self.ids.insert(self.scratch.clone(), id);
        Ok(SeriesId(id))
    }

    pub(super) fn series_mut(&mut self, id: SeriesId) -> &mut Series {
        &mut self.series[id.0 as usize]
    }

    /// An event at a moment that is not the one of before.
    fn add_event(&mut self, record: &Record<'_>) -> Result<(), RateError> {
        let series = &mut self.series[record.id as usize];
        let is_here = |counted: &Counted| counted.start <= record.start && record.last < counted.end;
        if let Some(place) = series.counted.iter().position(is_here) {
            series.last = place;
            let counted = series.counted[place];
            return self.count(record, counted);
        }
        let series = &self.series[record.id as usize];
        let (first, last) = (day_number(record.start), day_number(record.last));
        let leaving = target_on(&self.plan, series, last);
        if let Some(days) = minimum_days(&self.plan, leaving) {
            // Something that left: it is charged on the day it left, for the days that were still missing.
            let missing = (i128::from(days) - i128::from(last - first + 1)).max(0);
            let counted = record.quantity.checked_mul(missing).ok_or_else(|| record.too_much(series))?;
            let sum = self.sum_of((record.id, leaving, start_of(last)), record.status);
            return self.plus(record, sum, counted);
        }
        let target = target_on(&self.plan, series, first);
        if target == Target::Ignored {
            return self.watch(record);
        }
        let price = self.plan.price(target);
        let window = price.map_or(Window::Day, |price| price.window);
        let (start, end) = part_around(&self.plan, series, target, window, record.start, &mut self.months);
        if record.last >= end || first != last && target_on(&self.plan, series, last) != target {
            return Err(spans(&series.meter, record.span.period(), window).into());
        }
        let quantum = price.filter(|price| price.scope == QuantumScope::PerRecord).map_or(1, |price| price.quantum);
        let sum = self.sum_of((record.id, target, start), record.status);
        // On other days of a month the series may lead elsewhere: what is sure is the day.
        let (start, end) = if window == Window::Month { (start_of(first), start_of(first + 1)) } else { (start, end) };
        let counted = Counted { start, end, sum, quantum };
        let series = &mut self.series[record.id as usize];
        if series.counted.len() < REMEMBERED {
            series.last = series.counted.len();
            series.counted.push(counted);
        }
        self.count(record, counted)
    }

    /// The place of the sum of a slot.
    pub(super) fn sum_of(&mut self, slot: Slot, status: Status) -> u32 {
        *self.slots.entry(slot).or_insert_with(|| {
            self.sums.push(Sum { raw: 0, counted: 0, records: 0, status });
            // Sums of 40 bytes: memory ends long before their number does.
            u32::try_from(self.sums.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn count(&mut self, record: &Record<'_>, counted: Counted) -> Result<(), RateError> {
        let Some(quantity) = up_to_multiple(record.quantity, counted.quantum) else {
            return Err(record.too_much(&self.series[record.id as usize]));
        };
        self.plus(record, counted.sum, quantity)
    }

    fn plus(&mut self, record: &Record<'_>, sum: u32, counted: i128) -> Result<(), RateError> {
        let series = &self.series[record.id as usize];
        let sum = &mut self.sums[sum as usize];
        let (Some(raw), Some(counted)) = (sum.raw.checked_add(record.quantity), sum.counted.checked_add(counted)) else {
            return Err(record.too_much(series));
        };
        *sum = Sum { raw, counted, records: sum.records + 1, status: sum.status.min(record.status) };
        if series.watched { self.watch(record) } else { Ok(()) }
    }

    /// Remembers an event that conditions look at.
    fn watch(&mut self, record: &Record<'_>) -> Result<(), RateError> {
        let series = &self.series[record.id as usize];
        if series.watched {
            let sum = self.watched.entry((record.id, record.start - record.start.rem_euclid(SECONDS_PER_HOUR))).or_default();
            *sum = sum.checked_add(record.quantity).ok_or_else(|| record.too_much(series))?;
        }
        Ok(())
    }

    fn add_level(&mut self, record: &Record<'_>) -> Result<(), RateError> {
        let plan = &self.plan;
        let series = &mut self.series[record.id as usize];
        if !record.span.is_whole() {
            return Err(RowError::InsideSecond(series.meter.clone()).into());
        }
        let (first, last) = (day_number(record.start), day_number(record.last));
        if last - first > MOST_DAYS {
            return Err(RowError::TooLong.into());
        }
        let (start, end) = (record.start, record.last + 1);
        let targets = [target_on(plan, series, first), target_on(plan, series, last)];
        for seconds in targets.iter().filter_map(|target| plan.price(*target)?.sample_seconds()) {
            if !is_on_grid(start, seconds) || !is_on_grid(end, seconds) {
                return Err(RowError::OffGrid { meter: series.meter.clone(), seconds }.into());
            }
        }
        if plan.era_of(first) == plan.era_of(last) && targets[0] == Target::Ignored && !series.watched {
            return Ok(());
        }
        curve::hold(&mut series.changes, start, end, record.quantity)
            .ok_or_else(|| RateError::OutOfRange(format!("the level of meter {}", series.meter)))?;
        for day in first..=last {
            let status = series.days.entry(day).or_insert(record.status);
            *status = (*status).min(record.status);
        }
        Ok(())
    }
}

/// One record on its way in. Seconds are those of [`Slot`].
struct Record<'s> {
    id: u32,
    span: &'s Span,
    start: i64,
    last: i64,
    quantity: i128,
    status: Status,
}

impl Record<'_> {
    fn too_much(&self, series: &Series) -> RateError {
        RateError::OutOfRange(format!("the usage of meter {}", series.meter))
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

/// The part of a line in which a second lies: a line of an hour or a day has one; that of a month may have several, by what was
/// agreed.
pub(super) fn part_around(
    plan: &Plan<'_>,
    series: &Series,
    target: Target,
    window: Window,
    second: i64,
    months: &mut MonthCache,
) -> (i64, i64) {
    let day = day_number(second);
    match window {
        Window::Month => {
            let part = month_part(plan, series, target, day, months.of(day));
            (start_of(part.first), start_of(part.end))
        }
        Window::Hour => {
            let start = second - second.rem_euclid(SECONDS_PER_HOUR);
            (start, short_window_end(window, start))
        }
        Window::Day | Window::Settlement => (start_of(day), start_of(day + 1)),
    }
}

/// The part of a month's line in which a day lies.
pub(super) fn month_part(plan: &Plan<'_>, series: &Series, target: Target, day: i32, month: (i32, i32)) -> Stretch {
    let window = clip(plan, target, &series.account, series.names(), day, month);
    let parts = plan.parts(target, &series.account, series.names(), window);
    let here = parts.into_iter().find(|part| part.first <= day && day < part.end);
    here.unwrap_or(Stretch { first: window.0, end: window.1, agreed: None })
}

/// What of a month one line of a price covers; under `month_change = end` a month is never cut.
fn clip(
    plan: &Plan<'_>,
    target: Target,
    account: &str,
    names: (&str, &str, &str),
    day: i32,
    (first, end): (i32, i32),
) -> (i32, i32) {
    if plan.month_change == MonthChange::End {
        return (first, end);
    }
    let (from, to) = plan.run_of(target, account, names, day);
    (first.max(from), end.min(to))
}

/// The days of a month that one line of a price covers, around a day.
pub(super) fn month_window(plan: &Plan<'_>, target: Target, account: &str, names: (&str, &str, &str), day: i32) -> (i32, i32) {
    clip(plan, target, account, names, day, month_days(day))
}

fn spans(meter: &str, period: Period, window: Window) -> RowError {
    let meter = meter.to_owned();
    match window {
        Window::Hour => RowError::SpansHours { meter, period },
        Window::Month => RowError::SpansMonths { meter, period },
        Window::Day | Window::Settlement => RowError::SpansDays { meter, period },
    }
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

/// Whether a second lies on the grid of sample points, which begins with the days of the book's zone.
fn is_on_grid(second: i64, seconds: i64) -> bool {
    (second + OFFSET_SECONDS).rem_euclid(seconds) == 0
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
