//! What a media is made of: its streams, the original and the transcoded forms.

use serde::Serialize;

use crate::sim::account::{Account, Application, Media};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MetaData {
    size: u64,
    container: String,
    bitrate: u64,
    height: u32,
    width: u32,
    duration: f64,
    rotate: i64,
    video_stream_set: Vec<VideoStream>,
    audio_stream_set: Vec<AudioStream>,
    video_duration: f64,
    audio_duration: f64,
    md5: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VideoStream {
    bitrate: u64,
    height: u32,
    width: u32,
    codec: &'static str,
    fps: i64,
    codec_tag: &'static str,
    dynamic_range_info: DynamicRangeInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DynamicRangeInfo {
    r#type: &'static str,
    #[serde(rename = "HDRType")]
    hdr_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AudioStream {
    bitrate: u64,
    sampling_rate: i64,
    codec: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TranscodeInfo {
    transcode_set: Vec<TranscodeItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TranscodeItem {
    url: String,
    definition: i64,
    bitrate: u64,
    height: u32,
    width: u32,
    size: u64,
    duration: f64,
    md5: String,
    container: String,
    video_stream_set: Vec<VideoStream>,
    audio_stream_set: Vec<AudioStream>,
    digital_watermark_type: &'static str,
    copy_right_watermark_text: &'static str,
    blind_watermark_definition: i64,
    file_id: String,
}

fn seconds(media: &Media) -> f64 {
    media.duration_ms as f64 / 1000.0
}

fn video_stream(width: u32, height: u32, bitrate: u64) -> VideoStream {
    VideoStream {
        bitrate,
        height,
        width,
        codec: "h264",
        fps: 25,
        codec_tag: "avc1",
        dynamic_range_info: DynamicRangeInfo { r#type: "SDR", hdr_type: "" },
    }
}

fn audio_stream() -> AudioStream {
    AudioStream { bitrate: 64_000, sampling_rate: 44_100, codec: "aac" }
}

pub(super) fn meta_data(media: &Media) -> MetaData {
    MetaData {
        size: if media.changes.original_deleted { 0 } else { media.size },
        container: media.container.clone(),
        bitrate: media.bitrate,
        height: media.height,
        width: media.width,
        duration: seconds(media),
        rotate: 0,
        video_stream_set: vec![video_stream(media.width, media.height, media.bitrate)],
        audio_stream_set: vec![audio_stream()],
        video_duration: seconds(media),
        audio_duration: seconds(media),
        md5: media.md5(0),
    }
}

/// The original comes first, as definition 0.
pub(super) fn transcode_info(account: &Account, application: &Application, media: &Media) -> TranscodeInfo {
    let item = |definition: i64, width: u32, height: u32, bitrate: u64, size: u64, container: &str| TranscodeItem {
        url: media.url(account.app_id, application, definition, container),
        definition,
        bitrate,
        height,
        width,
        size,
        duration: seconds(media),
        md5: media.md5(definition),
        container: container.to_owned(),
        video_stream_set: vec![video_stream(width, height, bitrate)],
        audio_stream_set: vec![audio_stream()],
        digital_watermark_type: "None",
        copy_right_watermark_text: "",
        blind_watermark_definition: 0,
        file_id: media.file_id.clone(),
    };
    let original = item(0, media.width, media.height, media.bitrate, media.size, &media.container);
    let others = media
        .transcodes
        .iter()
        .map(|form| item(form.definition, form.width, form.height, form.bitrate, form.size(media), &form.container));
    let original = (!media.changes.original_deleted).then_some(original);
    TranscodeInfo { transcode_set: original.into_iter().chain(others).collect() }
}
