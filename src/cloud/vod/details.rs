//! Everything that DescribeMediaInfos tells of a media and that a tool for costs or recordings can use.
//!
//! Sizes are bytes, bit rates bit/s, lengths milliseconds. Pictures of snapshots and sprites have no size in the API.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

use crate::cloud::fields::{
    file_id, list, number, some_expiry, some_millis, some_number, some_secret, some_text, some_time, some_vid, text, texts,
    told_file_ids,
};
use crate::model::{FileId, Secret, Vid};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    pub media_info_set: Vec<MediaDetails>,
    #[serde(deserialize_with = "told_file_ids")]
    pub not_exist_file_id_set: Vec<FileId>,
}

/// One media. A part that was not asked for, or that the media has not, is `None` or empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MediaDetails {
    /// Its id.
    #[serde(deserialize_with = "file_id")]
    pub file_id: FileId,
    /// Name, class, tags, times, source, storage.
    #[serde(default, rename = "BasicInfo")]
    pub basics: Option<MediaBasics>,
    /// The original file.
    #[serde(default, rename = "MetaData")]
    pub file: Option<FileProperties>,
    /// Transcodes; definition 0 is the original itself.
    #[serde(default, rename = "TranscodeInfo", deserialize_with = "transcodes")]
    pub transcodes: Vec<Transcode>,
    /// Adaptive streams.
    #[serde(default, rename = "AdaptiveDynamicStreamingInfo", deserialize_with = "adaptive_streams")]
    pub adaptive_streams: Vec<AdaptiveStream>,
    /// Animated pictures.
    #[serde(default, rename = "AnimatedGraphicsInfo", deserialize_with = "animations")]
    pub animations: Vec<Animation>,
    /// Subtitles.
    #[serde(default, rename = "SubtitleInfo", deserialize_with = "subtitles")]
    pub subtitles: Vec<Subtitle>,
}

/// What a media is. (`MediaBasicInfo`; events carry it too.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MediaBasics {
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Its description.
    #[serde(deserialize_with = "text")]
    pub description: String,
    /// When it was created.
    #[serde(rename = "CreateTime", deserialize_with = "some_time")]
    pub created: Option<DateTime<Utc>>,
    /// When it was last changed.
    #[serde(rename = "UpdateTime", deserialize_with = "some_time")]
    pub updated: Option<DateTime<Utc>>,
    /// When it will be deleted by itself; `None` is never.
    #[serde(rename = "ExpireTime", deserialize_with = "some_expiry")]
    pub expires: Option<DateTime<Utc>>,
    /// Its class.
    #[serde(deserialize_with = "some_number")]
    pub class_id: Option<i64>,
    /// The name of its class.
    #[serde(deserialize_with = "text")]
    pub class_name: String,
    /// The names of its class and those above it, with `-` between.
    #[serde(deserialize_with = "text")]
    pub class_path: String,
    /// The cover picture.
    #[serde(deserialize_with = "text")]
    pub cover_url: String,
    /// The container of the original: `mp4`, …
    #[serde(rename = "Type", deserialize_with = "text")]
    pub container: String,
    /// The original's address, unsigned.
    #[serde(deserialize_with = "text")]
    pub media_url: String,
    /// Where it comes from.
    #[serde(rename = "SourceInfo")]
    pub source: Option<Source>,
    /// The region that stores it.
    #[serde(deserialize_with = "text")]
    pub storage_region: String,
    /// Where it lies in an application that has paths.
    #[serde(deserialize_with = "text")]
    pub storage_path: String,
    /// Tags.
    #[serde(rename = "TagSet", deserialize_with = "texts")]
    pub tags: Vec<String>,
    /// The recording's id.
    #[serde(deserialize_with = "some_vid")]
    pub vid: Option<Vid>,
    /// `Video`, `Audio`, `Image`.
    #[serde(deserialize_with = "text")]
    pub category: String,
    /// `Normal`, `Forbidden`, `SystemForbidden`.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// `STANDARD`, `STANDARD_IA`, `ARCHIVE`, `DEEP_ARCHIVE`.
    #[serde(deserialize_with = "text")]
    pub storage_class: String,
}

/// Where a media comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Source {
    /// `Record`, `Upload`, `VideoProcessing`, `TrtcRecord`, `WebPageRecord`, `Unknown`.
    #[serde(rename = "SourceType", deserialize_with = "text")]
    pub kind: String,
    /// What the uploader passed through, often a token.
    #[serde(rename = "SourceContext", deserialize_with = "some_secret")]
    pub context: Option<Secret>,
    /// The live stream.
    #[serde(rename = "LiveRecordInfo")]
    pub live: Option<LiveSource>,
    /// The TRTC room.
    #[serde(rename = "TrtcRecordInfo")]
    pub trtc: Option<TrtcSource>,
    /// The page.
    #[serde(rename = "WebPageRecordInfo")]
    pub page: Option<PageSource>,
}

/// A recording of a live stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LiveSource {
    /// The push domain.
    #[serde(deserialize_with = "text")]
    pub domain: String,
    /// The push path.
    #[serde(deserialize_with = "text")]
    pub path: String,
    /// The stream.
    #[serde(deserialize_with = "text")]
    pub stream_id: String,
    /// When this part of the recording began.
    #[serde(rename = "RecordStartTime", deserialize_with = "some_time")]
    pub began: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(rename = "RecordEndTime", deserialize_with = "some_time")]
    pub ended: Option<DateTime<Utc>>,
}

/// A recording of a TRTC room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TrtcSource {
    /// The TRTC application.
    #[serde(deserialize_with = "some_number")]
    pub sdk_app_id: Option<u64>,
    /// The room.
    #[serde(deserialize_with = "text")]
    pub room_id: String,
    /// The recording task.
    #[serde(deserialize_with = "text")]
    pub task_id: String,
    /// Who was recorded.
    #[serde(deserialize_with = "texts")]
    pub user_ids: Vec<String>,
}

/// A recording of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PageSource {
    /// The page, which may carry a token.
    #[serde(deserialize_with = "some_secret")]
    pub record_url: Option<Secret>,
    /// The recording task.
    #[serde(deserialize_with = "text")]
    pub record_task_id: String,
}

/// What was probed of a file. (`MediaMetaData`.) What is not known is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FileProperties {
    /// Bytes; of an HLS original, of its list and segments together.
    #[serde(deserialize_with = "some_number")]
    pub size: Option<u64>,
    /// `mov,mp4,m4a,…`
    #[serde(deserialize_with = "text")]
    pub container: String,
    /// bit/s.
    #[serde(deserialize_with = "some_number")]
    pub bitrate: Option<u64>,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub height: Option<u32>,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub width: Option<u32>,
    /// Milliseconds.
    #[serde(rename = "Duration", deserialize_with = "some_millis")]
    pub duration_ms: Option<u64>,
    /// Milliseconds of picture.
    #[serde(rename = "VideoDuration", deserialize_with = "some_millis")]
    pub video_ms: Option<u64>,
    /// Milliseconds of sound.
    #[serde(rename = "AudioDuration", deserialize_with = "some_millis")]
    pub audio_ms: Option<u64>,
    /// Degrees.
    #[serde(deserialize_with = "some_number")]
    pub rotate: Option<i32>,
    /// MD5, hexadecimal.
    #[serde(deserialize_with = "some_text")]
    pub md5: Option<String>,
    /// Pictures.
    #[serde(rename = "VideoStreamSet", deserialize_with = "list")]
    pub video: Vec<VideoStream>,
    /// Sound.
    #[serde(rename = "AudioStreamSet", deserialize_with = "list")]
    pub audio: Vec<AudioStream>,
}

/// A stream of pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VideoStream {
    /// bit/s.
    #[serde(deserialize_with = "some_number")]
    pub bitrate: Option<u64>,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub height: Option<u32>,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub width: Option<u32>,
    /// `h264`, …
    #[serde(deserialize_with = "text")]
    pub codec: String,
    /// Pictures a second.
    #[serde(deserialize_with = "some_number")]
    pub fps: Option<u32>,
}

/// A stream of sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AudioStream {
    /// bit/s.
    #[serde(deserialize_with = "some_number")]
    pub bitrate: Option<u64>,
    /// Hertz.
    #[serde(deserialize_with = "some_number")]
    pub sampling_rate: Option<u32>,
    /// `aac`, …
    #[serde(deserialize_with = "text")]
    pub codec: String,
}

/// A transcode. (`MediaTranscodeItem`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Transcode {
    /// The template; 0 is the original.
    #[serde(deserialize_with = "number")]
    pub definition: i64,
    /// Its address, unsigned.
    #[serde(deserialize_with = "text")]
    pub url: String,
    /// Bytes; of HLS, of its list and segments together.
    #[serde(deserialize_with = "some_number")]
    pub size: Option<u64>,
    /// bit/s.
    #[serde(deserialize_with = "some_number")]
    pub bitrate: Option<u64>,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub height: Option<u32>,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub width: Option<u32>,
    /// Milliseconds.
    #[serde(rename = "Duration", deserialize_with = "some_millis")]
    pub duration_ms: Option<u64>,
    /// The container.
    #[serde(deserialize_with = "text")]
    pub container: String,
    /// MD5, hexadecimal.
    #[serde(deserialize_with = "some_text")]
    pub md5: Option<String>,
    /// Pictures.
    #[serde(rename = "VideoStreamSet", deserialize_with = "list")]
    pub video: Vec<VideoStream>,
    /// Sound.
    #[serde(rename = "AudioStreamSet", deserialize_with = "list")]
    pub audio: Vec<AudioStream>,
}

/// An adaptive stream. (`AdaptiveDynamicStreamingInfoItem`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AdaptiveStream {
    /// The template.
    #[serde(deserialize_with = "number")]
    pub definition: i64,
    /// `HLS`, `MPEG-DASH`.
    #[serde(deserialize_with = "text")]
    pub package: String,
    /// Its address, unsigned.
    #[serde(deserialize_with = "text")]
    pub url: String,
    /// The protection; empty for none.
    #[serde(deserialize_with = "text")]
    pub drm_type: String,
    /// Bytes. The API says 0 of what was made before 2022-01-10 16:00 UTC: it is not known.
    #[serde(deserialize_with = "some_number")]
    pub size: Option<u64>,
    /// The streams in it.
    #[serde(rename = "SubStreamSet", deserialize_with = "list")]
    pub streams: Vec<SubStream>,
}

/// One stream of an adaptive one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SubStream {
    /// `video`, `audio`.
    #[serde(rename = "Type", deserialize_with = "text")]
    pub kind: String,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub height: Option<u32>,
    /// Pixels.
    #[serde(deserialize_with = "some_number")]
    pub width: Option<u32>,
    /// Bytes. The API says 0 of what was made before 2023-02-09 16:00 UTC: it is not known.
    #[serde(deserialize_with = "some_number")]
    pub size: Option<u64>,
}

/// An animated picture. (`MediaAnimatedGraphicsItem`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Animation {
    /// The template.
    #[serde(deserialize_with = "number")]
    pub definition: i64,
    /// Its address, unsigned.
    #[serde(deserialize_with = "text")]
    pub url: String,
    /// `gif`, `webp`.
    #[serde(deserialize_with = "text")]
    pub container: String,
    /// Bytes.
    #[serde(deserialize_with = "some_number")]
    pub size: Option<u64>,
}

/// A subtitle. (`MediaSubtitleItem`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Subtitle {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// `zh`, `en`, …
    #[serde(deserialize_with = "text")]
    pub language: String,
    /// `vtt`, `srt`, …
    #[serde(deserialize_with = "text")]
    pub format: String,
    /// Its address, unsigned.
    #[serde(deserialize_with = "text")]
    pub url: String,
}

/// A function that takes a list out of the object that the API puts around it.
macro_rules! inside {
    ($($name:ident: $item:ty = $member:literal;)*) => {$(
        fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<$item>, D::Error> {
            #[derive(Deserialize)]
            struct Around {
                #[serde(default, rename = $member, deserialize_with = "list")]
                items: Vec<$item>,
            }
            Option::<Around>::deserialize(deserializer).map(|around| around.map(|around| around.items).unwrap_or_default())
        }
    )*};
}

inside! {
    transcodes: Transcode = "TranscodeSet";
    adaptive_streams: AdaptiveStream = "AdaptiveDynamicStreamingSet";
    animations: Animation = "AnimatedGraphicsSet";
    subtitles: Subtitle = "SubtitleSet";
}
