//! `MediaInfo`, the answer structure of one media.

use serde::Serialize;

use super::media_forms::{MetaData, TranscodeInfo, meta_data, transcode_info};
use crate::sim::account::{Account, Application, KeyFrame, Media, Subtitle};

/// "Never", in `ExpireTime`.
const NEVER: &str = "9999-12-31T23:59:59Z";

/// Which parts an answer shall hold.
pub(super) struct Filters(Option<Vec<String>>);

impl Filters {
    /// Absent or empty is all.
    pub fn of(names: Option<Vec<&str>>) -> Self {
        Self(names.map(|names| names.into_iter().map(str::to_owned).collect()))
    }

    fn part<T>(&self, name: &str, part: impl FnOnce() -> T) -> Option<T> {
        self.0.as_ref().is_none_or(|names| names.iter().any(|known| known == name)).then(part)
    }
}

/// One media. Parts that were not asked for are null; lists that nothing fills are empty.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MediaInfo {
    file_id: String,
    basic_info: Option<BasicInfo>,
    meta_data: Option<MetaData>,
    transcode_info: Option<TranscodeInfo>,
    animated_graphics_info: Option<AnimatedGraphicsInfo>,
    sample_snapshot_info: Option<SampleSnapshotInfo>,
    image_sprite_info: Option<ImageSpriteInfo>,
    snapshot_by_time_offset_info: Option<SnapshotByTimeOffsetInfo>,
    key_frame_desc_info: Option<KeyFrameDescInfo>,
    adaptive_dynamic_streaming_info: Option<AdaptiveDynamicStreamingInfo>,
    mini_program_review_info: Option<MiniProgramReviewInfo>,
    subtitle_info: Option<SubtitleInfo>,
    review_info: Option<Nothing>,
    #[serde(rename = "MPSAiMediaInfo")]
    mps_ai_media_info: AiMediaInfo,
    image_understanding_info: Option<Nothing>,
    knowledge_bases_info: KnowledgeBasesInfo,
    face_recognition_info: FaceRecognitionInfo,
}

/// A part that the simulated media never has.
#[derive(Serialize)]
struct Nothing {}

/// A list that nothing fills.
type Empty = [u8; 0];

macro_rules! empty_part {
    ($($name:ident { $($list:ident),+ })*) => {$(
        #[derive(Default, Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct $name { $($list: Empty),+ }
    )*};
}

empty_part! {
    AnimatedGraphicsInfo { animated_graphics_set }
    SampleSnapshotInfo { sample_snapshot_set }
    ImageSpriteInfo { image_sprite_set }
    SnapshotByTimeOffsetInfo { snapshot_by_time_offset_set }
    AdaptiveDynamicStreamingInfo { adaptive_dynamic_streaming_set }
    MiniProgramReviewInfo { mini_program_review_list }
    AiMediaInfo { ai_media_list }
    KnowledgeBasesInfo { bases, knowledge_analysis_infos, knowledge_base_details }
    FaceRecognitionInfo { face_recognition_tasks }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BasicInfo {
    name: String,
    description: String,
    create_time: String,
    update_time: String,
    expire_time: String,
    class_id: i64,
    class_name: String,
    class_path: String,
    cover_url: String,
    r#type: String,
    media_url: String,
    source_info: SourceData,
    storage_region: String,
    storage_path: String,
    tag_set: Vec<String>,
    vid: String,
    category: String,
    status: String,
    storage_class: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SourceData {
    source_type: String,
    source_context: String,
    live_record_info: Option<LiveRecordInfo>,
    trtc_record_info: Option<TrtcRecordInfo>,
    web_page_record_info: Option<Nothing>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LiveRecordInfo {
    domain: String,
    path: String,
    stream_id: String,
    record_start_time: String,
    record_end_time: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TrtcRecordInfo {
    sdk_app_id: u64,
    room_id: String,
    task_id: String,
    user_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyFrameDescInfo {
    key_frame_desc_set: Vec<KeyFrameDescItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyFrameDescItem {
    time_offset: serde_json::Number,
    content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SubtitleInfo {
    subtitle_set: Vec<SubtitleItem>,
}

/// One subtitle; ModifyMediaInfo answers it too.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SubtitleItem {
    id: String,
    name: String,
    language: String,
    format: String,
    url: String,
    source: &'static str,
}

impl SubtitleItem {
    /// A subtitle of a media.
    pub fn of(account: &Account, application: &Application, media: &Media, subtitle: &Subtitle) -> Self {
        Self {
            id: subtitle.id.clone(),
            name: subtitle.name.clone(),
            language: subtitle.language.clone(),
            format: subtitle.format.clone(),
            url: media.subtitle_url(account.app_id, application, subtitle),
            source: "UserUploaded",
        }
    }
}

impl MediaInfo {
    /// The answer about one media.
    pub fn of(account: &Account, application: &Application, media: &Media, filters: &Filters) -> Self {
        Self {
            file_id: media.file_id.clone(),
            basic_info: filters.part("basicInfo", || basic_info(account, application, media)),
            meta_data: filters.part("metaData", || meta_data(media)),
            transcode_info: filters.part("transcodeInfo", || transcode_info(account, application, media)),
            animated_graphics_info: filters.part("animatedGraphicsInfo", Default::default),
            sample_snapshot_info: filters.part("sampleSnapshotInfo", Default::default),
            image_sprite_info: filters.part("imageSpriteInfo", Default::default),
            snapshot_by_time_offset_info: filters.part("snapshotByTimeOffsetInfo", Default::default),
            key_frame_desc_info: filters.part("keyFrameDescInfo", || key_frames(media)),
            adaptive_dynamic_streaming_info: filters.part("adaptiveDynamicStreamingInfo", Default::default),
            mini_program_review_info: filters.part("miniProgramReviewInfo", Default::default),
            subtitle_info: filters.part("subtitleInfo", || {
                let item = |subtitle| SubtitleItem::of(account, application, media, subtitle);
                SubtitleInfo { subtitle_set: media.changes.subtitles.iter().map(item).collect() }
            }),
            review_info: None,
            mps_ai_media_info: AiMediaInfo::default(),
            image_understanding_info: None,
            knowledge_bases_info: KnowledgeBasesInfo::default(),
            face_recognition_info: FaceRecognitionInfo::default(),
        }
    }
}

pub(super) fn basic_info(account: &Account, application: &Application, media: &Media) -> BasicInfo {
    let class = application.classes.iter().find(|class| class.id == media.class);
    let live = media.live.as_ref().map(|live| LiveRecordInfo {
        domain: live.domain.clone(),
        path: live.path.clone(),
        stream_id: live.stream.clone(),
        record_start_time: super::utc(live.start),
        record_end_time: super::utc(live.end),
    });
    let trtc = media.trtc.as_ref().map(|trtc| TrtcRecordInfo {
        sdk_app_id: trtc.sdk_app_id,
        room_id: trtc.room.clone(),
        task_id: trtc.task.clone(),
        user_ids: trtc.users.clone(),
    });
    BasicInfo {
        name: media.name.clone(),
        description: media.description.clone(),
        create_time: super::utc(media.created),
        update_time: super::utc(media.changes.updated.unwrap_or(media.created)),
        expire_time: media.expires.map_or_else(|| NEVER.to_owned(), super::utc),
        class_id: media.class,
        class_name: class.map(|class| class.name.clone()).unwrap_or_default(),
        class_path: class_path(application, media.class),
        cover_url: media.cover_url(account.app_id, application),
        r#type: media.container.clone(),
        media_url: match media.changes.original_deleted {
            true => String::new(),
            false => media.url(account.app_id, application, 0, &media.container),
        },
        source_info: SourceData {
            source_type: media.source.clone(),
            source_context: String::new(),
            live_record_info: live,
            trtc_record_info: trtc,
            web_page_record_info: None,
        },
        storage_region: media.region(application).to_owned(),
        storage_path: super::files::key(application, media).unwrap_or_default(),
        tag_set: media.tags.clone(),
        // The cloud gives a plain upload its own id as vid.
        vid: if media.vid.is_empty() { media.file_id.clone() } else { media.vid.clone() },
        category: media.category.clone(),
        status: media.status.clone(),
        storage_class: media.storage_class.clone(),
    }
}

fn key_frames(media: &Media) -> KeyFrameDescInfo {
    let item = |frame: &KeyFrame| KeyFrameDescItem { time_offset: frame.offset.clone(), content: frame.content.clone() };
    KeyFrameDescInfo { key_frame_desc_set: media.changes.key_frames.iter().map(item).collect() }
}

/// Names from the top down, joined by ` - `.
fn class_path(application: &Application, class: i64) -> String {
    let mut names = Vec::new();
    let mut current = Some(class);
    // As many steps as there are classes is enough, also when a file makes them go in a circle.
    for _ in 0..application.classes.len() {
        let Some(class) = current.and_then(|id| application.classes.iter().find(|class| class.id == id)) else { break };
        names.push(class.name.as_str());
        current = class.parent;
    }
    names.reverse();
    names.join(" - ")
}
