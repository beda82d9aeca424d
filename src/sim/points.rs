//! 5-minute points, and what of them can be seen.

use chrono::{DateTime, TimeDelta, Utc};

use super::account::DayValues;
use crate::model::BillingDay;

/// The length of a point.
pub(super) const POINT: TimeDelta = TimeDelta::minutes(5);
/// Seconds of a point.
pub(super) const POINT_SECONDS: u64 = 300;

/// How long data takes until it can be asked for (console pages 266/30421 and 30422).
pub(super) mod delay {
    use chrono::TimeDelta;

    /// Traffic, bandwidth, requests.
    pub const TRAFFIC: TimeDelta = TimeDelta::minutes(10);
    /// Stored bytes.
    pub const STORAGE: TimeDelta = TimeDelta::minutes(30);
    /// Plays of single media.
    pub const PLAYS: TimeDelta = TimeDelta::hours(3);
    /// The access log of an hour, after its end (266/7983).
    pub const LOG: TimeDelta = TimeDelta::minutes(30);
    /// Until then, lines may be added to it.
    pub const WHOLE_LOG: TimeDelta = TimeDelta::hours(24);
    /// Retrieved bytes: the middle of 2 to 4 hours.
    pub const RETRIEVAL: TimeDelta = TimeDelta::hours(3);
}

/// The start of the stretch of this length, counted from midnight UTC+8, in which a moment lies.
pub(super) fn floor(time: DateTime<Utc>, length: TimeDelta) -> DateTime<Utc> {
    let day = BillingDay::of(time).start();
    let length = length.num_seconds().max(1);
    day + TimeDelta::seconds((time - day).num_seconds() / length * length)
}

/// The starts of the points that begin in `[start, end)`.
pub(super) fn starts(start: DateTime<Utc>, end: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> + Clone {
    let floor = floor(start, POINT);
    let first = if floor < start { floor + POINT } else { floor };
    std::iter::successors(Some(first), |time| Some(*time + POINT)).take_while(move |time| *time < end)
}

/// The part of a day's value in the point that begins at a moment.
pub(super) fn value(values: &DayValues, start: DateTime<Utc>) -> u64 {
    let day = BillingDay::of(start);
    let index = (start - day.start()).num_minutes() / POINT.num_minutes();
    values.point(day, u32::try_from(index).unwrap_or(0))
}
