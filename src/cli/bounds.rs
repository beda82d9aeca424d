//! Days, months and spans as they are typed, within bounds in which everything that is computed of them stays in the calendar.

use std::fmt::Display;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Utc};

use crate::model::time::{BILLING_OFFSET, YEARS, parse_time};
use crate::model::{BillingDay, BillingMonth};

/// Days for which something is kept or waited for: up to 100 years.
pub const DAYS: RangeInclusive<u32> = 0..=36_525;

/// The longest time that a simulated answer takes: an hour in milliseconds.
pub const LATENCY_MS: RangeInclusive<u64> = 0..=3_600_000;

/// The longest preview: a day in seconds. 0 would let the whole of it play.
pub const PREVIEW_SECONDS: RangeInclusive<i64> = 1..=86_400;

/// Media that one plan may change; as the configuration bounds it.
pub const MEDIA: RangeInclusive<u64> = 1..=u32::MAX as u64;

/// `2026-10-31`.
pub fn day(text: &str) -> Result<BillingDay, String> {
    let day: BillingDay = text.parse().map_err(in_words)?;
    known(day.date().year(), day)
}

/// `2026-10`.
pub fn month(text: &str) -> Result<BillingMonth, String> {
    let month: BillingMonth = text.parse().map_err(in_words)?;
    known(month.first_day().date().year(), month)
}

/// A time with an offset.
pub fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let time = parse_time(text).map_err(in_words)?;
    known(time.with_timezone(&BILLING_OFFSET).year(), time)
}

/// A day, which is its first moment, or a time.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if text.parse::<BillingDay>().is_ok() {
        return day(text).map(BillingDay::start);
    }
    match parse_time(text) {
        Ok(_) => time(text),
        Err(_) => Err(format!("{text:?} is neither a day such as 2026-10-31 nor a time with an offset")),
    }
}

/// A number of days, such as `30`.
pub fn days(text: &str) -> Result<u32, String> {
    let days = text.parse().ok().filter(|days| DAYS.contains(days));
    days.ok_or_else(|| format!("{text:?} is not a number of days from {} to {}", DAYS.start(), DAYS.end()))
}

fn known<T>(year: i32, value: T) -> Result<T, String> {
    if YEARS.contains(&year) { Ok(value) } else { Err(format!("expected a year from {} to {}", YEARS.start(), YEARS.end())) }
}

fn in_words(error: impl Display) -> String {
    error.to_string()
}
