//! From the wire to the words of the product.

use chrono::{DateTime, Utc};

use super::wire;
use crate::cloud::Error;
use crate::cloud::convert::{definition, known, malformed, playable, some, time};
use crate::cloud::lenient::Measured;
use crate::model::time::parse_time;
use crate::model::{FileId, Media, MediaState, Period, Rendition, SubAppId, Vid};

/// One page of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchMediaAnswer {
    /// All hits of the query, capped at 5000.
    pub total: u64,
    /// The hits of this page.
    pub media: Vec<Media>,
}

/// Media looked up by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaInfos {
    /// Those that exist.
    pub media: Vec<Media>,
    /// Those that do not.
    pub missing: Vec<FileId>,
}

/// An application of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub sub_app_id: SubAppId,
    /// Its name.
    pub name: String,
    /// `On`, `Off`, `Destroying`, `Destroyed`.
    pub status: String,
    /// `fileid` or `fileid+path`.
    pub mode: String,
    /// When it was created.
    pub created: Option<DateTime<Utc>>,
}

/// One point of a series; `time` is where its interval begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Where the interval begins.
    pub time: DateTime<Utc>,
    /// Bytes, bit/s or pieces. Never negative.
    pub value: i128,
}

/// One day of one kind of media processing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskUsage {
    /// `Transcoding`, `Transcoding-TESHD`, …
    pub task_type: String,
    /// `Standard.H264.HD`, …; empty where the API gave no details for the day.
    pub specification: String,
    /// Where the day begins.
    pub time: DateTime<Utc>,
    /// Tasks.
    pub count: i128,
    /// Seconds (pieces for snapshots), as measured: not rounded up to minutes.
    pub usage: i128,
}

/// Where event notifications go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventConfig {
    /// `PUSH` or `PULL`; empty if never set.
    pub mode: String,
    /// The callback address; empty if none.
    pub url: String,
    /// Upload (and recording) finished.
    pub upload: bool,
    /// Media deleted.
    pub delete: bool,
    /// Clip made persistent.
    pub persistence: bool,
}

impl SearchMediaAnswer {
    pub(super) fn from_wire(answer: wire::SearchMedia, sub_app_id: Option<SubAppId>) -> Self {
        let media = answer.media_info_set.into_iter().map(|info| media(info, sub_app_id)).collect();
        Self { total: answer.total_count.to_u64().unwrap_or(0), media }
    }
}

impl MediaInfos {
    pub(super) fn append(&mut self, answer: wire::MediaInfos, sub_app_id: Option<SubAppId>) {
        self.media.extend(answer.media_info_set.into_iter().map(|info| media(info, sub_app_id)));
        self.missing.extend(answer.not_exist_file_id_set.into_iter().map(|id| FileId::new(id.0)));
    }
}

impl Application {
    pub(super) fn from_wire(info: wire::SubAppIdInfo) -> Option<Self> {
        let name = some(info.sub_app_id_name.0).unwrap_or(info.name.0);
        Some(Self {
            sub_app_id: SubAppId(info.sub_app_id.to_u64()?),
            name,
            status: info.status.0,
            mode: info.mode.0,
            created: parse_time(&info.create_time.0).ok(),
        })
    }
}

impl Point {
    pub(super) fn inside(action: &'static str, items: Vec<wire::StatDataItem>, period: Period) -> Result<Vec<Self>, Error> {
        let mut points = Vec::with_capacity(items.len());
        for item in items {
            let point = Self { time: time(action, &item.time.0)?, value: not_negative(action, item.value)? };
            if period.contains(point.time) {
                points.push(point);
            }
        }
        points.sort_by_key(|point| point.time);
        Ok(points)
    }

    /// The same of items that say `Count` for their value.
    pub(super) fn counted(action: &'static str, items: Vec<wire::CountDataItem>, period: Period) -> Result<Vec<Self>, Error> {
        let items = items.into_iter().map(|item| wire::StatDataItem { time: item.time, value: item.count }).collect();
        Self::inside(action, items, period)
    }
}

impl TaskUsage {
    pub(super) fn from_wire(action: &'static str, answer: wire::MediaProcessUsage, period: Period) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for task in answer.media_process_data_set {
            let series: Vec<(String, Vec<wire::TaskStatDataItem>)> = if task.details.is_empty() {
                vec![(String::new(), task.summary)]
            } else {
                task.details.into_iter().map(|detail| (detail.specification.0, detail.data)).collect()
            };
            for (specification, items) in series {
                for item in items {
                    let time = time(action, &item.time.0)?;
                    if period.contains(time) {
                        all.push(Self {
                            task_type: task.task_type.0.clone(),
                            specification: specification.clone(),
                            time,
                            count: item.count.0.max(0),
                            usage: not_negative(action, item.usage)?,
                        });
                    }
                }
            }
        }
        Ok(all)
    }
}

impl EventConfig {
    pub(super) fn from_wire(answer: wire::EventConfig) -> Self {
        let on = |switch: &str| switch.eq_ignore_ascii_case("ON");
        Self {
            mode: answer.mode.0,
            url: answer.notification_url.0,
            upload: on(&answer.upload_media_complete_event_switch.0),
            delete: on(&answer.delete_media_complete_event_switch.0),
            persistence: on(&answer.persistence_complete_event_switch.0),
        }
    }
}

fn not_negative(action: &'static str, value: Measured) -> Result<i128, Error> {
    if value.0 < 0 { Err(malformed(action, format!("a negative quantity, {}", value.0))) } else { Ok(value.0) }
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
