//! Time windows of usage queries: their limits, their rows, and the zone in which times are echoed.

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;

use super::Call;
use super::error::ApiError;
use crate::model::BillingDay;
use crate::sim::points::{self, POINT};
use crate::sim::switches::{Bound, EmptyBuckets};

/// A time and a value: `StatDataItem`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatDataItem {
    pub time: String,
    pub value: u64,
}

/// The stretch that a query asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    zone: FixedOffset,
}

/// How far apart rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// This many 5-minute points.
    Points(u32),
    /// A day at UTC+8.
    Day,
}

/// A row: the moments it covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

impl Bucket {
    /// The starts of the 5-minute points inside that can be seen.
    pub fn points(&self, seen_until: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> + Clone + use<> {
        points::starts(self.start, self.end.min(seen_until))
    }
}

impl Window {
    /// Reads `StartTime` and `EndTime`, and checks them against the reach of the data.
    ///
    /// `same_allowed`: whether the two may be equal. Reach and longest span are those of every usage action.
    pub fn of(call: &Call<'_>, same_allowed: bool) -> Result<Self, ApiError> {
        let zoned = |name: &'static str| {
            let lacks = || ApiError::new("MissingParameter", format!("The request lacks the parameter `{name}`."));
            call.params.zoned(name).ok_or_else(lacks)
        };
        let (start, end) = (zoned("StartTime")?, zoned("EndTime")?);
        if end < start || (end == start && !same_allowed) {
            return Err(ApiError::value("EndTime", "it must be later than StartTime"));
        }
        let window = Self { start: start.to_utc(), end: end.to_utc(), zone: *start.offset() };
        window.check_span(TimeDelta::days(90), "EndTime")?;
        if window.start < call.cloud.now() - TimeDelta::days(365) {
            return Err(ApiError::value("StartTime", "it is more than 365 days ago"));
        }
        Ok(window)
    }

    /// How long it is.
    pub fn span(&self) -> TimeDelta {
        self.end - self.start
    }

    /// Refuses a window longer than this, in the name of a parameter.
    pub fn check_span(&self, longest: TimeDelta, parameter: &str) -> Result<(), ApiError> {
        if self.span() <= longest {
            return Ok(());
        }
        Err(ApiError::value(parameter, format!("the time range is longer than {} days", longest.num_days())))
    }

    /// The rows of the window, in order.
    pub fn buckets(&self, step: Step, end_day: Bound) -> Vec<Bucket> {
        match step {
            Step::Day => {
                let first = BillingDay::of(self.start);
                let last = BillingDay::of(self.end);
                let after = match end_day {
                    Bound::Inclusive => last.next(),
                    Bound::Exclusive if last.start() == self.end => last,
                    Bound::Exclusive => last.next(),
                };
                first.until(after).map(|day| Bucket { start: day.start(), end: day.end() }).collect()
            }
            Step::Points(count) => {
                let length = POINT * i32::try_from(count).unwrap_or(1);
                let first = points::floor(self.start, length);
                let starts = std::iter::successors(Some(first), |start| Some(*start + length));
                starts.take_while(|start| *start < self.end).map(|start| Bucket { start, end: start + length }).collect()
            }
        }
    }

    /// A time as the answer prints it: in the zone of the request, with `Z` for UTC.
    pub fn print(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone).to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// The rows as they are answered: those of the future are missing, empty ones as the switch says.
    pub fn rows(
        &self,
        call: &Call<'_>,
        step: Step,
        seen_until: DateTime<Utc>,
        value: impl Fn(Bucket) -> u64,
    ) -> Vec<StatDataItem> {
        let switches = call.cloud.switches;
        self.buckets(step, switches.end_day)
            .into_iter()
            .filter(|bucket| bucket.start < seen_until)
            .map(|bucket| StatDataItem { time: self.print(bucket.start), value: value(bucket) })
            .filter(|row| switches.empty_buckets == EmptyBuckets::Zero || row.value > 0)
            .collect()
    }
}
