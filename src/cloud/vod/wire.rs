//! What is answered, as it is sent. Members that nobody reads are not declared; unknown ones are ignored. What a figure rests on
//! has no default: an answer without it is none.

use serde::Deserialize;

use crate::cloud::fields::{list, number, present, told};
use crate::cloud::lenient::{Exact, Measured, Text, Whole};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SearchMedia {
    #[serde(deserialize_with = "number")]
    pub total_count: u64,
    pub media_info_set: Vec<MediaInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MediaInfos {
    pub media_info_set: Vec<MediaInfo>,
    pub not_exist_file_id_set: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MediaInfo {
    #[serde(deserialize_with = "told")]
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
    pub data: Vec<StatDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatDataItem {
    #[serde(deserialize_with = "told")]
    pub time: Text,
    pub value: Measured,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MediaProcessUsage {
    pub media_process_data_set: Vec<TaskStatData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TaskStatData {
    #[serde(deserialize_with = "told")]
    pub task_type: Text,
    pub summary: Vec<TaskStatDataItem>,
    pub details: Vec<SpecificationData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SpecificationData {
    #[serde(deserialize_with = "present")]
    pub specification: Text,
    pub data: Vec<TaskStatDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TaskStatDataItem {
    #[serde(deserialize_with = "told")]
    pub time: Text,
    pub count: Measured,
    pub usage: Measured,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CountDataItem {
    #[serde(deserialize_with = "told")]
    pub time: Text,
    pub count: Measured,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImageReviewUsage {
    pub image_review_usage_data_set: Vec<CountDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LicenseUsage {
    pub license_usage_data_set: Vec<CountDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UploadAccelerationUsage {
    pub client_upload_acceleration_usage_data_set: Vec<StatDataItem>,
}

/// Every member is always returned; one that is missing must not pass for "nothing is set".
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EventConfig {
    #[serde(deserialize_with = "present")]
    pub mode: Text,
    #[serde(deserialize_with = "present")]
    pub notification_url: Text,
    #[serde(deserialize_with = "present")]
    pub upload_media_complete_event_switch: Text,
    #[serde(deserialize_with = "present")]
    pub delete_media_complete_event_switch: Text,
    #[serde(deserialize_with = "present")]
    pub persistence_complete_event_switch: Text,
}
