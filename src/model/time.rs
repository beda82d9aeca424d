//! Time: billing days and months at UTC+8, half-open periods in UTC, and the one injected clock.
//!
//! Tencent Cloud bills by civil days at UTC+8 (VOD billing page 266/2838). China has no daylight
//! saving time, so a fixed offset is exact. Nothing in the product reads the host's time zone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// UTC+8, the zone of billing days and of the times in recording names.
pub const BILLING_OFFSET: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => unreachable!(),
};

/// The years that may be named from outside: far beyond any bill, and with four digits in every date that follows from them.
pub const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// A time or date that could not be read: what was given and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {expected}")]
pub struct TimeError {
    given: String,
    expected: &'static str,
}

impl TimeError {
    fn new(given: &str, expected: &'static str) -> Self {
        Self { given: given.to_owned(), expected }
    }
}

/// Reads an RFC 3339 time with an offset, such as `2026-10-01T00:00:00+08:00`.
pub fn parse_time(text: &str) -> Result<DateTime<Utc>, TimeError> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .map_err(|_| TimeError::new(text, "a time with an offset such as 2026-10-01T00:00:00+08:00"))
}

/// Prints a time the way the API and the reports show it: RFC 3339 at UTC+8, whole seconds.
pub fn format_time(time: DateTime<Utc>) -> String {
    time.with_timezone(&BILLING_OFFSET).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A civil date at UTC+8: the unit in which usage is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillingDay(NaiveDate);

impl BillingDay {
    /// The day with this civil date.
    pub fn new(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The day in which a moment lies.
    pub fn of(time: DateTime<Utc>) -> Self {
        Self(time.with_timezone(&BILLING_OFFSET).date_naive())
    }

    /// The civil date.
    pub fn date(self) -> NaiveDate {
        self.0
    }

    /// The first moment of the day.
    pub fn start(self) -> DateTime<Utc> {
        self.0.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
    }

    /// The first moment of the next day.
    pub fn end(self) -> DateTime<Utc> {
        self.start() + TimeDelta::days(1)
    }

    /// The day as a half-open period.
    pub fn period(self) -> Period {
        Period { start: self.start(), end: self.end() }
    }

    /// The next day.
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The day `days` later.
    pub fn plus(self, days: u64) -> Self {
        Self(self.0.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX))
    }

    /// The day `days` earlier.
    pub fn minus(self, days: u64) -> Self {
        Self(self.0.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN))
    }

    /// The month in which the day lies.
    pub fn month(self) -> BillingMonth {
        BillingMonth { first: self.0.with_day(1).unwrap_or(self.0) }
    }

    /// All days from `self` up to, not including, `end`.
    pub fn until(self, end: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |day| Some(day.next())).take_while(move |day| *day < end)
    }
}

impl fmt::Display for BillingDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.format("%Y-%m-%d").to_string())
    }
}

impl FromStr for BillingDay {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || TimeError::new(text, "a day such as 2026-10-31");
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(error());
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| error())
    }
}

/// A civil month at UTC+8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillingMonth {
    first: NaiveDate,
}

impl BillingMonth {
    /// The first day.
    pub fn first_day(self) -> BillingDay {
        BillingDay(self.first)
    }

    /// The first day of the next month.
    pub fn end_day(self) -> BillingDay {
        self.next().first_day()
    }

    /// The next month.
    pub fn next(self) -> Self {
        Self { first: self.first.checked_add_months(Months::new(1)).unwrap_or(self.first) }
    }

    /// The month before.
    pub fn previous(self) -> Self {
        Self { first: self.first.checked_sub_months(Months::new(1)).unwrap_or(self.first) }
    }

    /// The number of days in the month.
    pub fn length(self) -> u32 {
        u32::try_from((self.next().first - self.first).num_days()).unwrap_or(0)
    }

    /// The month as a half-open period.
    pub fn period(self) -> Period {
        Period { start: self.first_day().start(), end: self.end_day().start() }
    }
}

impl fmt::Display for BillingMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.first.format("%Y-%m").to_string())
    }
}

impl FromStr for BillingMonth {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || TimeError::new(text, "a month such as 2026-10");
        if text.len() != 7 {
            return Err(error());
        }
        format!("{text}-01").parse::<BillingDay>().map(BillingDay::month).map_err(|_| error())
    }
}

/// A half-open stretch of time: `start` belongs to it, `end` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first moment inside.
    pub start: DateTime<Utc>,
    /// The first moment after.
    pub end: DateTime<Utc>,
}

impl Period {
    /// A period that is not empty, or an error.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, TimeError> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(TimeError::new(
                &format!("{} to {}", format_time(start), format_time(end)),
                "a period: the end must be later than the start",
            ))
        }
    }

    /// The days from `from` up to, not including, `to`.
    pub fn of_days(from: BillingDay, to: BillingDay) -> Result<Self, TimeError> {
        Self::new(from.start(), to.start())
    }

    /// Whether a moment lies inside.
    pub fn contains(&self, time: DateTime<Utc>) -> bool {
        self.start <= time && time < self.end
    }

    /// The billing days that the period touches.
    pub fn days(&self) -> impl Iterator<Item = BillingDay> + use<> {
        let end = self.end;
        std::iter::successors(Some(BillingDay::of(self.start)), |day| Some(day.next())).take_while(move |day| day.start() < end)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", format_time(self.start), format_time(self.end))
    }
}

/// The one source of "now". `--as-of` pins it; signatures and time-outs use the wall clock regardless.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    pinned: Option<DateTime<Utc>>,
}

impl Clock {
    /// The wall clock.
    pub fn wall() -> Self {
        Self::default()
    }

    /// A clock that stands still.
    pub fn pinned(now: DateTime<Utc>) -> Self {
        Self { pinned: Some(now) }
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.pinned.unwrap_or_else(Utc::now)
    }

    /// The billing day of the present moment.
    pub fn today(&self) -> BillingDay {
        BillingDay::of(self.now())
    }
}

macro_rules! serde_as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(BillingDay, BillingMonth);
