//! What is asked.

use serde::{Serialize, Serializer};

use crate::model::time::format_time;
use crate::model::{FileId, Period, Secret, SubAppId};

/// A half-open period. Sent with an end one second earlier, because by day the API includes the bucket in
/// which the end lies; what still comes from outside is dropped on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWindow(pub Period);

impl TimeWindow {
    pub(super) fn period(self) -> Period {
        self.0
    }
}

impl Serialize for TimeWindow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            start_time: String,
            end_time: String,
        }
        let last = self.0.end - chrono::TimeDelta::seconds(1);
        Wire { start_time: format_time(self.0.start), end_time: format_time(last) }.serialize(serializer)
    }
}

/// The width of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Interval {
    /// Five minutes.
    Minute,
    /// A day at UTC+8.
    Day,
}

/// `SearchMedia`. Members of one list are alternatives; different lists must all match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SearchMedia {
    /// The application; `None` is the default one, where the account allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_app_id: Option<SubAppId>,
    /// At most 10.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_ids: Vec<FileId>,
    /// At most 10, each up to 100 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name_prefixes: Vec<String>,
    /// At most 16, each up to 32 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// At most 10; sub-classes are included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class_ids: Vec<i64>,
    /// At most 10.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stream_ids: Vec<String>,
    /// At most 10, each up to 64 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trtc_room_ids: Vec<String>,
    /// Created in this half-open period.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "created")]
    pub create_time: Option<Period>,
    /// Row offset. Offset + Limit must not pass 5000.
    pub offset: u64,
    /// Rows.
    pub limit: u64,
    /// Always the same order.
    pub sort: OldestFirst,
}

/// By creation time, oldest first, so that pages do not shift when media arrive meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OldestFirst;

impl Serialize for OldestFirst {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::json!({"Field": "CreateTime", "Order": "Asc"}).serialize(serializer)
    }
}

fn created<S: Serializer>(period: &Option<Period>, serializer: S) -> Result<S::Ok, S::Error> {
    period
        .map(|period| serde_json::json!({"After": format_time(period.start), "Before": format_time(period.end)}))
        .serialize(serializer)
}

impl SearchMedia {
    /// Media whose name begins with this text: the first page.
    pub fn by_prefix(prefix: impl Into<String>) -> Self {
        Self { name_prefixes: vec![prefix.into()], limit: super::SEARCH_PAGE, ..Self::default() }
    }
}

/// `DescribeStorageDetails`. By minute at most 7 days, by day at most 90; 365 days back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StorageDetails {
    /// The application; `None` is the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_app_id: Option<SubAppId>,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// The width of a point.
    pub interval: Interval,
    /// `StandardStorage`, `InfrequentStorage`, … as the API names them.
    pub storage_type: String,
    /// One of [`crate::model::area::STORAGE_AREAS`].
    pub area: String,
}

/// What DescribeCDNStatDetails counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CdnMetric {
    /// Bytes.
    Traffic,
    /// bit/s, by the older text of the page; the newer text says byte/s.
    Bandwidth,
    /// Requests.
    Requests,
}

/// `DescribeCDNStatDetails`. At most 90 days; five-minute points only for at most 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CdnStatDetails {
    /// The application; `None` is the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_app_id: Option<SubAppId>,
    /// What to count.
    pub metric: CdnMetric,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// One of [`crate::model::area::TRAFFIC_AREAS`].
    pub area: String,
    /// The width of a point.
    #[serde(serialize_with = "minutes")]
    pub data_interval: Interval,
}

fn minutes<S: Serializer>(interval: &Interval, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(match interval {
        Interval::Minute => 5,
        Interval::Day => 1440,
    })
}

/// `DescribeMediaProcessUsageData`. At most 90 days, 365 days back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MediaProcessUsage {
    /// The application; `None` is the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_app_id: Option<SubAppId>,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// A task type, or all of them. (What the API does without one is not stated; the client of a ledger
    /// asks for each type by name.)
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub task_type: Option<String>,
}

/// What calls ask that want nothing but an application and a period. At most 90 days, 365 days back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UsageOver {
    /// The application; `None` is the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_app_id: Option<SubAppId>,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
}

/// `DescribeClientUploadAccelerationUsageData`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadAcceleration {
    /// Of which application, when.
    #[serde(flatten)]
    pub usage: UsageOver,
    /// `AccelerationWithHTTP` or `AccelerationWithQUIC`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// A change of the event configuration. `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventConfigChange {
    /// `PUSH` or `PULL`.
    pub mode: Option<String>,
    /// The callback address; empty clears it.
    pub url: Option<String>,
    /// Upload (and recording) finished.
    pub upload: Option<bool>,
    /// Media deleted.
    pub delete: Option<bool>,
    /// Clip made persistent.
    pub persistence: Option<bool>,
    /// Signs callbacks: letters and digits, at most 32.
    pub sign_key: Option<Secret>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ModifyEventConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_app_id: Option<SubAppId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_media_complete_event_switch: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_media_complete_event_switch: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persistence_complete_event_switch: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_key: Option<&'a str>,
}

impl<'a> ModifyEventConfig<'a> {
    pub(super) fn new(sub_app_id: Option<SubAppId>, change: &'a EventConfigChange) -> Self {
        let switch = |on: Option<bool>| on.map(|on| if on { "ON" } else { "OFF" });
        Self {
            sub_app_id,
            mode: change.mode.as_deref(),
            notification_url: change.url.as_deref(),
            upload_media_complete_event_switch: switch(change.upload),
            delete_media_complete_event_switch: switch(change.delete),
            persistence_complete_event_switch: switch(change.persistence),
            sign_key: change.sign_key.as_ref().map(Secret::expose),
        }
    }
}
