//! `EventContent`: one event as it is pulled.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Call;
use super::media_answer::{BasicInfo, basic_info};
use super::media_forms::{MetaData, meta_data};
use super::tasks::attributes_task;
use crate::sim::state::Event;

/// The members of which one is filled; the others are null.
const MEMBERS: [&str; 27] = [
    "FileUploadEvent",
    "ProcedureStateChangeEvent",
    "FileDeleteEvent",
    "PullCompleteEvent",
    "EditMediaCompleteEvent",
    "SplitMediaCompleteEvent",
    "ComposeMediaCompleteEvent",
    "ClipCompleteEvent",
    "TranscodeCompleteEvent",
    "CreateImageSpriteCompleteEvent",
    "ConcatCompleteEvent",
    "SnapshotByTimeOffsetCompleteEvent",
    "WechatPublishCompleteEvent",
    "WechatMiniProgramPublishCompleteEvent",
    "RemoveWatermarkCompleteEvent",
    "RestoreMediaCompleteEvent",
    "RebuildMediaCompleteEvent",
    "ExtractTraceWatermarkCompleteEvent",
    "ExtractCopyRightWatermarkCompleteEvent",
    "ReviewAudioVideoCompleteEvent",
    "ReduceMediaBitrateCompleteEvent",
    "DescribeFileAttributesCompleteEvent",
    "QualityInspectCompleteEvent",
    "QualityEnhanceCompleteEvent",
    "MediaCastStatusChangedEvent",
    "PersistenceCompleteEvent",
    "ComplexAdaptiveDynamicStreamingCompleteEvent",
];

/// A media that came into being.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FileUploadTask {
    file_id: String,
    media_basic_info: BasicInfo,
    procedure_task_id: &'static str,
    review_audio_video_task_id: &'static str,
    meta_data: Option<MetaData>,
}

/// The event, under its handle.
pub(super) fn content(call: &Call<'_>, handle: &str, event: Event) -> Value {
    let (kind, member, body) = match event {
        Event::Uploaded(media) => {
            let task = FileUploadTask {
                file_id: media.file_id.clone(),
                media_basic_info: basic_info(&call.cloud.account, call.application, &media),
                procedure_task_id: "",
                review_audio_video_task_id: "",
                meta_data: Some(meta_data(&media)),
            };
            ("NewFileUpload", "FileUploadEvent", json!(task))
        }
        Event::Deleted { file_id, parts } => {
            let parts: Vec<Value> =
                parts.into_iter().map(|(kind, definition)| json!({"Type": kind, "Definition": definition})).collect();
            let body = json!({
                "FileIdSet": [file_id],
                "FileDeleteResultInfo": [{"FileId": file_id, "DeleteParts": parts}],
            });
            ("FileDeleted", "FileDeleteEvent", body)
        }
        Event::Restored { file_id, from, restore } => {
            let body = json!({
                "FileId": file_id,
                "OriginalStorageClass": from,
                "TargetStorageClass": restore.class,
                "RestoreTier": restore.tier,
                "RestoreDay": restore.days,
                "Status": 0,
                "Message": "",
            });
            ("RestoreMediaComplete", "RestoreMediaCompleteEvent", body)
        }
        Event::Attributes(id) => {
            let body = call.cloud.state.attributes(&id).map_or(Value::Null, |task| attributes_task(&id, &task));
            ("DescribeFileAttributesComplete", "DescribeFileAttributesCompleteEvent", body)
        }
    };
    let mut all: Map<String, Value> = MEMBERS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    all.insert("EventHandle".to_owned(), Value::from(handle));
    all.insert("EventType".to_owned(), Value::from(kind));
    all.insert(member.to_owned(), body);
    Value::Object(all)
}
