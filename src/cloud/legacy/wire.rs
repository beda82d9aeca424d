//! What is answered, as it is sent: the cover is `image_url` in captures and `imageUrl` on the pages,
//! `totalCount` is a text, `duration` a number.

use serde::Deserialize;

use crate::cloud::fields::{number, told};
use crate::cloud::lenient::{Exact, Text, Whole};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileSet {
    #[serde(deserialize_with = "number")]
    pub total_count: u64,
    pub file_set: Vec<FileItem>,
}

/// The files of a recording; no edition of the page has a total here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recorded {
    pub file_set: Vec<FileItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileItem {
    #[serde(deserialize_with = "told")]
    pub file_id: Text,
    #[serde(default)]
    pub file_name: Text,
    pub duration: Option<Exact>,
    #[serde(default)]
    pub status: Text,
    #[serde(default)]
    pub image_url: Text,
    /// The same under the name of the captured answers.
    #[serde(default, rename = "image_url")]
    pub image_url_captured: Text,
    #[serde(default)]
    pub vid: Text,
    #[serde(default)]
    pub play_set: Option<Vec<PlayItem>>,
}

#[derive(Deserialize)]
pub(super) struct PlayItem {
    #[serde(default)]
    pub url: Text,
    #[serde(default)]
    pub definition: Whole,
    pub vbitrate: Option<Whole>,
    pub vheight: Option<Whole>,
    pub vwidth: Option<Whole>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlayUrls {
    pub play_set: Vec<PlayItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VideoInfo {
    pub basic_info: BasicInfo,
    #[serde(default)]
    pub meta_data: MetaData,
    #[serde(default)]
    pub transcode_info: TranscodeInfo,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct BasicInfo {
    pub name: Text,
    pub size: Option<Whole>,
    pub duration: Option<Exact>,
    pub status: Text,
    pub create_time: Option<Whole>,
    pub expire_time: Option<Whole>,
    pub classification_id: Option<Whole>,
    pub classification_name: Text,
    pub cover_url: Text,
    pub source_video_url: Text,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct MetaData {
    pub bitrate: Option<Whole>,
    pub height: Option<Whole>,
    pub width: Option<Whole>,
    pub duration: Option<Exact>,
    pub size: Option<Whole>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TranscodeInfo {
    pub transcode_list: Option<Vec<TranscodeItem>>,
}

#[derive(Deserialize)]
pub(super) struct TranscodeItem {
    #[serde(default)]
    pub url: Text,
    #[serde(default)]
    pub definition: Whole,
    pub bitrate: Option<Whole>,
    pub height: Option<Whole>,
    pub width: Option<Whole>,
    pub size: Option<Whole>,
}
