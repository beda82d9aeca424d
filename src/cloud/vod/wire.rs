//! What is answered, as it is sent. Members that nobody reads are not declared; unknown ones are ignored.

use serde::Deserialize;

use crate::cloud::fields::list;
use crate::cloud::lenient::{Exact, Measured, Text, Whole};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SearchMedia {
    #[serde(default)]
    pub total_count: Whole,
    #[serde(default, deserialize_with = "list")]
    pub media_info_set: Vec<MediaInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MediaInfos {
    #[serde(default, deserialize_with = "list")]
    pub media_info_set: Vec<MediaInfo>,
    #[serde(default, deserialize_with = "list")]
    pub not_exist_file_id_set: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MediaInfo {
    pub file_id: Text,
    pub basic_info: Option<BasicInfo>,
    pub meta_data: Option<MetaData>,
    pub transcode_info: Option<TranscodeInfo>,
    pub adaptive_dynamic_streaming_info: Option<AdaptiveInfo>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct BasicInfo {
    pub name: Text,
    pub create_time: Text,
    pub expire_time: Text,
    pub class_id: Option<Whole>,
    pub class_name: Text,
    pub cover_url: Text,
    pub media_url: Text,
    pub source_info: Option<SourceInfo>,
    pub storage_region: Text,
    #[serde(deserialize_with = "list")]
    pub tag_set: Vec<Text>,
    pub vid: Text,
    pub status: Text,
    pub storage_class: Text,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SourceInfo {
    pub source_type: Text,
    pub live_record_info: Option<LiveRecordInfo>,
    pub trtc_record_info: Option<TrtcRecordInfo>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct LiveRecordInfo {
    pub stream_id: Text,
    pub record_start_time: Text,
    pub record_end_time: Text,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TrtcRecordInfo {
    pub room_id: Text,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct MetaData {
    pub size: Option<Whole>,
    pub bitrate: Option<Whole>,
    pub height: Option<Whole>,
    pub width: Option<Whole>,
    pub duration: Option<Exact>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TranscodeInfo {
    #[serde(deserialize_with = "list")]
    pub transcode_set: Vec<TranscodeItem>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TranscodeItem {
    pub url: Text,
    pub definition: Whole,
    pub bitrate: Option<Whole>,
    pub height: Option<Whole>,
    pub width: Option<Whole>,
    pub size: Option<Whole>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AdaptiveInfo {
    #[serde(deserialize_with = "list")]
    pub adaptive_dynamic_streaming_set: Vec<AdaptiveItem>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AdaptiveItem {
    pub url: Text,
    pub definition: Whole,
    pub size: Option<Whole>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Points {
    #[serde(default, deserialize_with = "list")]
    pub data: Vec<StatDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatDataItem {
    pub time: Text,
    pub value: Measured,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MediaProcessUsage {
    #[serde(default, deserialize_with = "list")]
    pub media_process_data_set: Vec<TaskStatData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TaskStatData {
    pub task_type: Text,
    #[serde(default, deserialize_with = "list")]
    pub summary: Vec<TaskStatDataItem>,
    #[serde(default, deserialize_with = "list")]
    pub details: Vec<SpecificationData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SpecificationData {
    pub specification: Text,
    #[serde(default, deserialize_with = "list")]
    pub data: Vec<TaskStatDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TaskStatDataItem {
    pub time: Text,
    #[serde(default)]
    pub count: Whole,
    pub usage: Measured,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CountDataItem {
    pub time: Text,
    pub count: Measured,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImageReviewUsage {
    #[serde(default, deserialize_with = "list")]
    pub image_review_usage_data_set: Vec<CountDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LicenseUsage {
    #[serde(default, deserialize_with = "list")]
    pub license_usage_data_set: Vec<CountDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UploadAccelerationUsage {
    #[serde(default, deserialize_with = "list")]
    pub client_upload_acceleration_usage_data_set: Vec<StatDataItem>,
}

/// Every member is always returned; one that is missing must not pass for "nothing is set".
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EventConfig {
    pub mode: Text,
    pub notification_url: Text,
    pub upload_media_complete_event_switch: Text,
    pub delete_media_complete_event_switch: Text,
    pub persistence_complete_event_switch: Text,
}
