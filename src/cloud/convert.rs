//! Small conversions that both APIs share.

use chrono::{DateTime, Utc};

use super::error::{Error, ErrorKind};
use super::lenient::Whole;
use crate::model::Rendition;
use crate::model::time::parse_time;

/// A text that is there.
pub(super) fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A count in which zero means "not known": pixel sizes and bit rates of a file that was never probed.
pub(super) fn known<T: TryFrom<i128>>(value: Option<Whole>) -> Option<T> {
    value.filter(|value| value.0 > 0).and_then(|value| T::try_from(value.0).ok())
}

/// A template's number; one that no template has where it cannot be held.
pub(super) fn definition(number: Whole) -> i64 {
    i64::try_from(number.0).unwrap_or(i64::MAX)
}

/// The renditions that can be played, by definition. The source file stands in where none of them is the original.
pub(super) fn playable(mut renditions: Vec<Rendition>, source: Option<Rendition>) -> Vec<Rendition> {
    renditions.retain(|rendition| !rendition.url.is_empty());
    if !renditions.iter().any(|rendition| rendition.definition == 0) {
        renditions.extend(source.filter(|source| !source.url.is_empty()));
    }
    renditions.sort_by_key(|rendition| rendition.definition);
    renditions
}

/// A time that must be readable.
pub(super) fn time(action: &'static str, text: &str) -> Result<DateTime<Utc>, Error> {
    parse_time(text.trim()).map_err(|error| malformed(action, error.to_string()))
}

/// An answer that holds something impossible.
pub(super) fn malformed(action: &'static str, message: String) -> Error {
    let mut error = Error::new(ErrorKind::Malformed, format!("the answer cannot be used: {message}"));
    error.action = action;
    error
}
