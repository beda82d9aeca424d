//! How the members of an answer are read where they are declared: functions for `#[serde(deserialize_with)]`.
//!
//! A member without `default` must be there: what was not told is not zero. Ids and numbers may arrive as text or as numbers;
//! texts and lists that no figure rests on may be null. A plain `Vec` may neither be missing nor null. Together with `default`, the functions whose name begins with `some_` make nothing of null, of an
//! empty text and of a member that is missing.

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::lenient::{Exact, Measured, Text, whole};
use crate::model::time::parse_time;
use crate::model::{FileId, Secret, SubAppId, Vid};

/// A text; null is empty.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Text::deserialize(deserializer).map(|text| text.0)
}

/// A text that says something.
pub(crate) fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer).map(|text| (!text.is_empty()).then_some(text))
}

/// A text that must be there; it may be empty, but not null.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    Option::<Text>::deserialize(deserializer)?.ok_or_else(|| D::Error::custom("a text is null"))
}

/// The same in its own type.
pub(crate) fn present_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    present(deserializer).map(|text| text.0)
}

/// A text that must be there and say something.
pub(crate) fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    let text = Text::deserialize(deserializer)?;
    if text.0.is_empty() { Err(D::Error::custom("a text is null or empty")) } else { Ok(text) }
}

/// The same in its own type.
pub(crate) fn told_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    told(deserializer).map(|text| text.0)
}

/// The same for what nobody may see.
pub(crate) fn told_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    told_text(deserializer).map(Secret::new)
}

/// Texts.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    list::<D, Text>(deserializer).map(|texts| texts.into_iter().map(|text| text.0).collect())
}

/// A list that may arrive as null.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A whole number that must be there and fit.
pub(crate) fn number<'de, D: Deserializer<'de>, N: TryFrom<i128>>(deserializer: D) -> Result<N, D::Error> {
    let Measured(value) = Measured::deserialize(deserializer)?;
    fitting(value)
}

/// A whole number, if one is told.
pub(crate) fn some_number<'de, D: Deserializer<'de>, N: TryFrom<i128>>(deserializer: D) -> Result<Option<N>, D::Error> {
    match text(deserializer)?.trim() {
        "" => Ok(None),
        digits => fitting(whole(digits).map_err(D::Error::custom)?).map(Some),
    }
}

fn fitting<N: TryFrom<i128>, E: serde::de::Error>(value: i128) -> Result<N, E> {
    N::try_from(value).map_err(|_| E::custom(format!("{value} is out of range")))
}

/// Seconds with a fraction as whole milliseconds; what is zero was never probed.
pub(crate) fn some_millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Exact::deserialize(deserializer).map(|seconds| seconds.to_millis().filter(|millis| *millis > 0))
}

/// A time that must be there and readable.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    parse_time(text(deserializer)?.trim()).map_err(D::Error::custom)
}

/// A time, if one is told: the service fills what has not happened with zeros, which is no date.
pub(crate) fn some_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    text(deserializer).map(|text| parse_time(text.trim()).ok())
}

/// When something ends by itself; the last second of the year 9999 stands for never.
pub(crate) fn some_expiry<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    text(deserializer).map(|text| parse_time(text.trim()).ok().filter(|_| !text.trim().starts_with("9999")))
}

/// A text that nobody may see, if there is one.
pub(crate) fn some_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    some_text(deserializer).map(|text| text.map(Secret::new))
}

/// A media's id.
pub(crate) fn file_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FileId, D::Error> {
    match some_text(deserializer)? {
        Some(id) => Ok(FileId::new(id)),
        None => Err(D::Error::custom("a media without its id")),
    }
}

/// A media's id, if one is told.
pub(crate) fn some_file_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FileId>, D::Error> {
    some_text(deserializer).map(|id| id.map(FileId::new))
}

/// Ids of media.
pub(crate) fn file_ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FileId>, D::Error> {
    texts(deserializer).map(|ids| ids.into_iter().map(FileId::new).collect())
}

/// Ids of media: a list that must be there.
pub(crate) fn told_file_ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FileId>, D::Error> {
    Vec::<Text>::deserialize(deserializer).map(|ids| ids.into_iter().map(|id| FileId::new(id.0)).collect())
}

/// A recording's id, if one is told.
pub(crate) fn some_vid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vid>, D::Error> {
    some_text(deserializer).map(|id| id.map(Vid::new))
}

/// An application's id.
pub(crate) fn application<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SubAppId, D::Error> {
    number(deserializer).map(SubAppId)
}

/// `Enabled`, `ON`, `Yes` or `true`; everything else is off.
pub(crate) fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let word = text(deserializer)?;
    Ok(["Enabled", "ON", "Yes", "true"].iter().any(|on| word.eq_ignore_ascii_case(on)))
}
