//! Plays, tasks and generated content as an account file declares them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{DayValues, ProcessDay, optional_time, time};
use crate::model::BillingDay;

/// Plays of one media through one domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// The media.
    pub file_id: String,
    /// A domain of the application.
    pub domain: String,
    /// Plays by day.
    pub plays: DayValues,
    /// Bytes by day.
    pub bytes: DayValues,
}

/// Plays of a day, by device.
#[derive(Clone, Copy, Debug)]
pub struct Devices {
    /// Distinct addresses.
    pub addresses: u64,
    /// Not on a phone.
    pub pc: u64,
    /// On a phone: the sum of the two below.
    pub mobile: u64,
    /// On an iPhone.
    pub iphone: u64,
    /// On an Android phone.
    pub android: u64,
}

impl Devices {
    /// Made up, and adding up: two of five plays come from computers, half of the others from iPhones, and seven of ten
    /// from an address of their own.
    pub fn of(plays: u64) -> Self {
        let pc = plays * 2 / 5;
        let mobile = plays - pc;
        let iphone = mobile / 2;
        Self { addresses: (plays * 7).div_ceil(10), pc, mobile, iphone, android: mobile - iphone }
    }
}

/// A task of the application. Its state follows from the account's clock.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredTask {
    /// Its id.
    pub id: String,
    /// `Procedure` or `PullUpload`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The media that it works on or makes.
    pub file_id: String,
    /// When it was asked for: `WAITING` from then on.
    #[serde(deserialize_with = "time")]
    pub created: DateTime<Utc>,
    /// When it begins; never when absent.
    #[serde(default, deserialize_with = "optional_time")]
    pub begins: Option<DateTime<Utc>>,
    /// When it ends; never when absent.
    #[serde(default, deserialize_with = "optional_time")]
    pub ends: Option<DateTime<Utc>>,
    /// The code with which it ends; 0 is success, 40000, 60000 and 70000 are failures.
    #[serde(default)]
    pub error: i64,
    /// Whether it was aborted instead of finished.
    #[serde(default)]
    pub aborted: bool,
}

/// Generated content of one type and specification.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aigc {
    /// `Video`, `Image`, `Text`, `Audio`, `SceneAigcVideo`, `SceneAigcImage` or `SceneAigcTime`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The model, and what else the price depends on.
    pub specification: String,
    /// What was made on which day: tasks, and seconds, pictures or tokens.
    pub days: BTreeMap<BillingDay, ProcessDay>,
}

/// One request for text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AigcText {
    /// When.
    #[serde(deserialize_with = "time")]
    pub at: DateTime<Utc>,
    /// Its id.
    pub request: String,
    /// The model.
    pub model: String,
    /// The key that asked.
    pub api_key: String,
    /// Tokens of the question.
    pub input: i64,
    /// Of these, tokens that were cached.
    #[serde(default)]
    pub cached: i64,
    /// Tokens of the answer.
    pub output: i64,
}
