//! GetVideoInfo: names, numbers and Unix seconds unlike those of any other call here.

use serde::Serialize;

use super::media::by_id;
use super::{Call, Outcome, success};
use crate::sim::account::{Application, Media};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VideoInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    basic_info: Option<BasicInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_data: Option<MetaData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcode_info: Option<TranscodeInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_sprite_info: Option<ImageSpriteInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_by_time_offset_info: Option<SnapshotByTimeOffsetInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BasicInfo {
    name: String,
    size: u64,
    duration: u64,
    description: String,
    status: &'static str,
    create_time: i64,
    update_time: i64,
    expire_time: i64,
    classification_id: i64,
    classification_name: String,
    player_id: i64,
    cover_url: String,
    r#type: String,
    source_video_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetaData {
    size: u64,
    container: String,
    bitrate: u64,
    height: u32,
    width: u32,
    md5: String,
    duration: u64,
    video_stream_list: Vec<VideoStream>,
    audio_stream_list: Vec<AudioStream>,
}

#[derive(Serialize)]
struct VideoStream {
    bitrate: u64,
    height: u32,
    width: u32,
    codec: &'static str,
    fps: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AudioStream {
    bitrate: u64,
    sampling_rate: i64,
    codec: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TranscodeInfo {
    transcode_list: Vec<Transcode>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transcode {
    url: String,
    definition: i64,
    bitrate: u64,
    height: u32,
    width: u32,
    size: u64,
    container: String,
    md5: String,
    video_stream_list: Vec<VideoStream>,
    audio_stream_list: Vec<AudioStream>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageSpriteInfo {
    image_sprite_list: [u8; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotByTimeOffsetInfo {
    snapshot_by_time_offset_list: [u8; 0],
}

/// All about one media, or the parts named by `infoFilter.0`, `infoFilter.1`, …
pub(super) fn get(call: &Call<'_>) -> Outcome {
    let media = &by_id(call, call.required("fileId")?)?;
    let filters: Vec<&str> =
        call.form.0.iter().filter(|(name, _)| name.starts_with("infoFilter.")).map(|(_, value)| value.as_str()).collect();
    let wanted = |name: &str| filters.is_empty() || filters.contains(&name);
    let (app_id, application) = (call.cloud.account.app_id, call.application);
    success(
        VideoInfo {
            basic_info: wanted("basicInfo").then(|| basic_info(app_id, application, media)),
            meta_data: wanted("metaData").then(|| meta_data(media)),
            transcode_info: wanted("transcodeInfo").then(|| transcode_info(app_id, application, media)),
            image_sprite_info: wanted("imageSpriteInfo").then_some(ImageSpriteInfo { image_sprite_list: [] }),
            snapshot_by_time_offset_info: wanted("snapshotByTimeOffsetInfo")
                .then_some(SnapshotByTimeOffsetInfo { snapshot_by_time_offset_list: [] }),
        },
        true,
    )
}

fn basic_info(app_id: u64, application: &Application, media: &Media) -> BasicInfo {
    let class = application.classes.iter().find(|class| class.id == media.class);
    BasicInfo {
        name: media.name.clone(),
        size: media.size,
        duration: media.duration_ms / 1000,
        description: media.description.clone(),
        status: "normal",
        create_time: media.created.timestamp(),
        update_time: media.created.timestamp(),
        // 9999-12-31T23:59:59Z is "never".
        expire_time: media.expires.map_or(253_402_300_799, |expires| expires.timestamp()),
        classification_id: media.class,
        classification_name: class.map(|class| class.name.clone()).unwrap_or_default(),
        player_id: 0,
        cover_url: media.cover_url(app_id, application),
        r#type: media.container.clone(),
        source_video_url: media.url(app_id, application, 0, &media.container),
    }
}

fn video_stream(width: u32, height: u32, bitrate: u64) -> Vec<VideoStream> {
    vec![VideoStream { bitrate, height, width, codec: "h264", fps: 25 }]
}

fn audio_stream() -> Vec<AudioStream> {
    vec![AudioStream { bitrate: 64_000, sampling_rate: 44_100, codec: "aac" }]
}

fn meta_data(media: &Media) -> MetaData {
    MetaData {
        size: media.size,
        container: media.container.clone(),
        bitrate: media.bitrate,
        height: media.height,
        width: media.width,
        md5: media.md5(0),
        duration: media.duration_ms / 1000,
        video_stream_list: video_stream(media.width, media.height, media.bitrate),
        audio_stream_list: audio_stream(),
    }
}

fn transcode_info(app_id: u64, application: &Application, media: &Media) -> TranscodeInfo {
    let form = |definition: i64, width: u32, height: u32, bitrate: u64, size: u64, container: &str| Transcode {
        url: media.url(app_id, application, definition, container),
        definition,
        bitrate,
        height,
        width,
        size,
        container: container.to_owned(),
        md5: media.md5(definition),
        video_stream_list: video_stream(width, height, bitrate),
        audio_stream_list: audio_stream(),
    };
    let original = form(0, media.width, media.height, media.bitrate, media.size, &media.container);
    let others = media
        .transcodes
        .iter()
        .map(|other| form(other.definition, other.width, other.height, other.bitrate, other.size(media), &other.container));
    TranscodeInfo { transcode_list: std::iter::once(original).chain(others).collect() }
}
