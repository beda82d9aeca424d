//! The name of a recording's file: `<name>_<start>_<end>`, both times `YYYY-MM-DD-HH-MM-SS` at UTC+8.
//!
//! The zone is proved by a captured name that holds an epoch time (liveId_4097_1478096982954_2016-11-02-22-29-42_…).
//! A name can be changed later, so the pattern is not guaranteed.

use chrono::NaiveDateTime;

use crate::model::Period;
use crate::model::time::BILLING_OFFSET;

/// `2016-11-02-22-29-42`.
const STAMP: usize = 19;

/// A file name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingName {
    /// What the recording was started with: the room, usually. May hold `_`, `-` and digits itself.
    pub name: String,
    /// When the file's content was recorded.
    pub period: Period,
}

impl RecordingName {
    /// Takes a file name apart from the right; `None` if it does not follow the pattern.
    ///
    /// A window that ends where it starts cannot hold anything and does not match.
    pub fn parse(file_name: &str) -> Option<Self> {
        let (rest, end) = split_stamp(file_name)?;
        let (name, start) = split_stamp(rest)?;
        let utc = |stamp: NaiveDateTime| stamp.and_local_timezone(BILLING_OFFSET).single().map(|time| time.to_utc());
        Some(Self { name: name.to_owned(), period: Period::new(utc(start)?, utc(end)?).ok()? })
    }
}

/// `rest_<stamp>` into rest and stamp.
fn split_stamp(text: &str) -> Option<(&str, NaiveDateTime)> {
    let cut = text.len().checked_sub(STAMP + 1)?;
    let (rest, tail) = text.split_at_checked(cut)?;
    let stamp = tail.strip_prefix('_')?;
    let shaped = stamp.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 | 10 | 13 | 16 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let time = NaiveDateTime::parse_from_str(stamp, "%Y-%m-%d-%H-%M-%S").ok()?;
    shaped.then_some((rest, time))
}
