//! Moments as FOCUS writes them: `2026-09-30T16:00:00Z`, UTC and nothing else.

use chrono::{DateTime, NaiveDateTime};

const FORM: &str = "%Y-%m-%dT%H:%M:%SZ";

/// Adds a moment to a text.
pub fn write(seconds: i64, out: &mut String) {
    out.push_str(&text(seconds));
}

/// A moment as a text.
pub fn text(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map(|time| time.format(FORM).to_string()).unwrap_or_default()
}

/// The moment of a text, to the second.
pub fn parse(given: &str) -> Option<i64> {
    let seconds = NaiveDateTime::parse_from_str(given, FORM).ok()?.and_utc().timestamp();
    // The parser takes `2026-9-1` too.
    (text(seconds) == given).then_some(seconds)
}
