//! From the wire to the words of the product: media.

use super::wire;
use super::{MediaInfos, SearchMediaAnswer};
use crate::cloud::convert::{definition, known, playable, some};
use crate::model::time::parse_time;
use crate::model::{FileId, Media, MediaState, Period, Rendition, SubAppId, Vid};

impl SearchMediaAnswer {
    pub(super) fn from_wire(answer: wire::SearchMedia, sub_app_id: Option<SubAppId>) -> Self {
        let media = answer.media_info_set.into_iter().map(|info| media(info, sub_app_id)).collect();
        Self { total: answer.total_count, media }
    }
}

impl MediaInfos {
    pub(super) fn append(&mut self, answer: wire::MediaInfos, sub_app_id: Option<SubAppId>) {
        self.media.extend(answer.media_info_set.into_iter().map(|info| media(info, sub_app_id)));
        self.missing.extend(answer.not_exist_file_id_set.into_iter().map(|id| FileId::new(id.0)));
    }
}

fn media(info: wire::MediaInfo, sub_app_id: Option<SubAppId>) -> Media {
    let basic = info.basic_info.unwrap_or_default();
    let meta = info.meta_data.unwrap_or_default();
    let source = basic.source_info.unwrap_or_default();
    let live = source.live_record_info.unwrap_or_default();
    let recorded = match (parse_time(&live.record_start_time.0), parse_time(&live.record_end_time.0)) {
        (Ok(start), Ok(end)) => Period::new(start, end).ok(),
        _ => None,
    };
    let size = known(meta.size);
    let mut renditions: Vec<Rendition> = info
        .transcode_info
        .into_iter()
        .flat_map(|info| info.transcode_set)
        .map(|item| Rendition {
            definition: definition(item.definition),
            url: item.url.0,
            bitrate: known(item.bitrate),
            width: known(item.width),
            height: known(item.height),
            size: known(item.size),
        })
        .collect();
    renditions.extend(info.adaptive_dynamic_streaming_info.into_iter().flat_map(|info| info.adaptive_dynamic_streaming_set).map(
        |item| Rendition {
            definition: definition(item.definition),
            url: item.url.0,
            bitrate: None,
            width: None,
            height: None,
            size: known(item.size),
        },
    ));
    let original = Rendition {
        definition: 0,
        url: basic.media_url.0,
        bitrate: known(meta.bitrate),
        width: known(meta.width),
        height: known(meta.height),
        size,
    };
    let renditions = playable(renditions, Some(original));
    Media {
        file_id: FileId::new(info.file_id.0),
        name: basic.name.0,
        vid: some(basic.vid.0).map(Vid::new),
        sub_app_id,
        state: state(&basic.status.0),
        source_type: source.source_type.0,
        created: parse_time(&basic.create_time.0).ok(),
        // 9999-12-31 stands for never.
        expires: parse_time(&basic.expire_time.0).ok().filter(|_| !basic.expire_time.0.starts_with("9999")),
        recorded,
        stream_id: some(live.stream_id.0),
        room_id: source.trtc_record_info.and_then(|info| some(info.room_id.0)),
        class_id: basic.class_id.and_then(|id| i64::try_from(id.0).ok()),
        class_name: basic.class_name.0,
        tags: basic.tag_set.into_iter().map(|tag| tag.0).collect(),
        duration_ms: meta.duration.and_then(|duration| duration.to_millis()).filter(|millis| *millis > 0),
        size,
        storage_class: basic.storage_class.0,
        storage_region: basic.storage_region.0,
        cover_url: basic.cover_url.0,
        renditions,
    }
}

fn state(status: &str) -> MediaState {
    match status {
        "Normal" => MediaState::Normal,
        "Forbidden" | "SystemForbidden" => MediaState::Forbidden,
        _ => MediaState::Unknown,
    }
}
