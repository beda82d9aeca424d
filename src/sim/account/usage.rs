//! Usage as an account file declares it: levels with steps, and values by day.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::time;
use crate::model::BillingDay;

/// Stored bytes of one area and class: a level that holds until the next step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// `Chinese Mainland` or `Outside Chinese Mainland`.
    pub area: String,
    /// `StandardStorage`, `InfrequentStorage`, `ArchiveStorage` or `DeepArchiveStorage`.
    pub class: String,
    /// In order of time.
    pub steps: Vec<Step>,
}

/// From when on a level holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The first moment.
    #[serde(deserialize_with = "time")]
    pub at: DateTime<Utc>,
    /// Bytes.
    pub bytes: u64,
}

impl Levels {
    /// The level at a moment; 0 before the first step.
    pub fn at(&self, time: DateTime<Utc>) -> u64 {
        self.steps.iter().rev().find(|step| step.at <= time).map_or(0, |step| step.bytes)
    }
}

/// A value for each day: the same over stretches of days, and other ones on named days.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayValues {
    /// Stretches; `to` is the first day after.
    #[serde(default)]
    pub every_day: Vec<Stretch>,
    /// Named days, which win over the stretches.
    #[serde(default)]
    pub days: BTreeMap<BillingDay, u64>,
}

/// The same value on each of several days.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// The first day.
    pub from: BillingDay,
    /// The first day after.
    pub to: BillingDay,
    /// The value of each day.
    pub value: u64,
}

/// Weight of each hour of a day at UTC+8: quiet at night, busy in the evening.
const HOURS: [u128; 24] = [6, 3, 2, 1, 1, 1, 2, 4, 9, 14, 15, 14, 11, 10, 13, 15, 16, 15, 16, 20, 24, 22, 16, 10];
/// 5-minute points of a day.
pub const POINTS: u32 = 288;

impl DayValues {
    /// The value of a day; 0 where nothing is declared.
    pub fn of(&self, day: BillingDay) -> u64 {
        self.days.get(&day).copied().unwrap_or_else(|| {
            self.every_day.iter().find(|stretch| stretch.from <= day && day < stretch.to).map_or(0, |stretch| stretch.value)
        })
    }

    /// The part of the day's value in one 5-minute point. The points of a day add up to it exactly.
    pub fn point(&self, day: BillingDay, index: u32) -> u64 {
        let value = u128::from(self.of(day));
        let up_to = |index: u32| value * weight(index) / weight(POINTS);
        u64::try_from(up_to(index + 1) - up_to(index)).unwrap_or(u64::MAX)
    }
}

/// The weight of the first `points` points of a day.
fn weight(points: u32) -> u128 {
    let (hour, rest) = (points / 12, points % 12);
    let whole: u128 = HOURS.iter().take(hour as usize).sum();
    whole * 12 + HOURS.get(hour as usize).map_or(0, |weight| weight * u128::from(rest))
}

/// Bytes delivered by one domain into one area.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// One of the nine areas of traffic.
    pub area: String,
    /// A domain of the application.
    pub domain: String,
    /// Province of the visitors; only in the mainland.
    #[serde(default = "other")]
    pub district: String,
    /// Provider of the visitors; only in the mainland.
    #[serde(default = "other_isps")]
    pub isp: String,
    /// Bytes that one request makes on average: the number of requests follows from it.
    #[serde(default = "megabyte")]
    pub bytes_per_request: u64,
    /// Bytes by day.
    pub bytes: DayValues,
}

/// Bytes retrieved from colder storage, or deleted before their time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retrieval {
    /// `Chinese Mainland` or `Outside Chinese Mainland`.
    pub area: String,
    /// A `StorageType` that ends in `Retrieval` or begins with `Deleted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes by day.
    pub bytes: DayValues,
}

/// Media processing of one type and specification.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// `Transcoding`, `VideoSnapshot`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `Standard.H264.HD`, …
    pub specification: String,
    /// What was done on which day.
    pub days: BTreeMap<BillingDay, ProcessDay>,
}

/// Processing of one day.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessDay {
    /// Tasks.
    pub count: u64,
    /// Seconds of output, or pictures.
    pub usage: u64,
}

/// Something counted by day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayCount {
    /// `ImageReview`, `License`, `AccelerationWithHTTP` or `AccelerationWithQUIC`.
    pub measure: String,
    /// Count or bytes by day.
    pub values: DayValues,
}

fn other() -> String {
    "Other".to_owned()
}

fn other_isps() -> String {
    "Other ISPs".to_owned()
}

fn megabyte() -> u64 {
    1_000_000
}
