//! From the wire to the words of the product.

use chrono::{DateTime, Utc};

use super::wire;
use crate::cloud::convert::{definition, known, playable, some};
use crate::cloud::lenient::Whole;
use crate::model::{FileId, Media, MediaState, Rendition, Vid};

/// One page of media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VodPlayInfo {
    /// All hits.
    pub total: u64,
    /// The hits of this page.
    pub media: Vec<Media>,
}

impl VodPlayInfo {
    pub(super) fn from_wire(answer: wire::FileSet) -> Self {
        Self { total: answer.total_count, media: answer.file_set.into_iter().map(|item| media(item, None)).collect() }
    }
}

pub(super) fn media(item: wire::FileItem, asked: Option<&Vid>) -> Media {
    let vid = some(item.vid.0).map(Vid::new).or_else(|| asked.cloned());
    Media {
        name: item.file_name.0,
        vid,
        state: state(item.status.0.trim()),
        duration_ms: item.duration.and_then(|duration| duration.to_millis()).filter(|millis| *millis > 0),
        cover_url: some(item.image_url.0).unwrap_or(item.image_url_captured.0),
        renditions: renditions(item.play_set.unwrap_or_default()),
        ..Media::new(FileId::new(item.file_id.0))
    }
}

pub(super) fn video_info(answer: wire::VideoInfo, file_id: &FileId) -> Media {
    let basic = answer.basic_info;
    let meta = answer.meta_data;
    let size = known(basic.size).or(known(meta.size));
    let renditions = answer
        .transcode_info
        .transcode_list
        .unwrap_or_default()
        .into_iter()
        .map(|item| Rendition {
            definition: definition(item.definition),
            url: item.url.0,
            bitrate: known(item.bitrate),
            width: known(item.width),
            height: known(item.height),
            size: known(item.size),
        })
        .collect();
    let original = Rendition {
        definition: 0,
        url: basic.source_video_url.0,
        bitrate: known(meta.bitrate),
        width: known(meta.width),
        height: known(meta.height),
        size,
    };
    let renditions = playable(renditions, Some(original));
    Media {
        name: basic.name.0,
        state: if basic.status.0.eq_ignore_ascii_case("normal") { MediaState::Normal } else { MediaState::Unknown },
        created: basic.create_time.and_then(unix),
        expires: basic.expire_time.and_then(unix),
        class_id: basic.classification_id.and_then(|id| i64::try_from(id.0).ok()),
        class_name: basic.classification_name.0,
        duration_ms: meta.duration.or(basic.duration).and_then(|duration| duration.to_millis()).filter(|millis| *millis > 0),
        size,
        cover_url: basic.cover_url.0,
        renditions,
        ..Media::new(file_id.clone())
    }
}

pub(super) fn renditions(items: Vec<wire::PlayItem>) -> Vec<Rendition> {
    let renditions = items
        .into_iter()
        .map(|item| Rendition {
            definition: definition(item.definition),
            url: item.url.0,
            bitrate: known(item.vbitrate),
            width: known(item.vwidth),
            height: known(item.vheight),
            size: None,
        })
        .collect();
    playable(renditions, None)
}

/// Unix seconds; zero stands for never.
fn unix(seconds: Whole) -> Option<DateTime<Utc>> {
    i64::try_from(seconds.0).ok().filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

/// Status table of DescribeVodPlayInfo.
pub(super) fn state(status: &str) -> MediaState {
    match status {
        "2" | "11" => MediaState::Normal,
        "0" | "4" | "5" | "10" => MediaState::Processing,
        "1" | "7" => MediaState::Failed,
        "3" => MediaState::Forbidden,
        "-1" | "6" | "100" => MediaState::Deleted,
        _ => MediaState::Unknown,
    }
}
