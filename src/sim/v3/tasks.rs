//! DescribeTaskDetail, and DescribeFileAttributes, which begins a task.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::media_answer::{BasicInfo, basic_info};
use super::media_forms::{MetaData, meta_data};
use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, utc};
use crate::sim::account::{DeclaredTask, Media};
use crate::sim::state::Attributes;

/// Older tasks are not told.
const REACH: TimeDelta = TimeDelta::days(3);

/// Request parameters.
pub(super) const DETAIL: &[Field] = &[Field::required("TaskId", Kind::Text(1000)), Field::optional("SubAppId", Kind::Uint)];
/// Request parameters.
pub(super) const ATTRIBUTES: &[Field] = &[
    Field::required("FileId", Kind::Text(40)),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("SessionId", Kind::Text(50)),
    Field::optional("SessionContext", Kind::Text(1000)),
    Field::optional("TasksPriority", Kind::Int),
    Field::optional("ExtInfo", Kind::Text(1000)),
];

/// The members of which one is filled; the others are null (the Python SDK 3.1.194).
const MEMBERS: [&str; 23] = [
    "ProcedureTask",
    "EditMediaTask",
    "WechatPublishTask",
    "ComposeMediaTask",
    "SplitMediaTask",
    "WechatMiniProgramPublishTask",
    "PullUploadTask",
    "TranscodeTask",
    "ConcatTask",
    "ClipTask",
    "CreateImageSpriteTask",
    "SnapshotByTimeOffsetTask",
    "RemoveWatermarkTask",
    "RebuildMediaTask",
    "ExtractTraceWatermarkTask",
    "ExtractCopyRightWatermarkTask",
    "ReviewAudioVideoTask",
    "ReduceMediaBitrateTask",
    "DescribeFileAttributesTask",
    "QualityInspectTask",
    "QualityEnhanceTask",
    "ComplexAdaptiveDynamicStreamingTask",
    "ProcessMediaByMPSTask",
];

/// How far a task has come.
struct Progress {
    kind: &'static str,
    member: &'static str,
    status: &'static str,
    created: DateTime<Utc>,
    begun: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
}

/// Begins to read the digests of a file.
pub(super) fn file_attributes(call: &Call<'_>) -> Outcome {
    let text = |name: &str| call.params.text(name).unwrap_or_default().to_owned();
    if call.params.int("TasksPriority").is_some_and(|priority| !(-10..=10).contains(&priority)) {
        return Err(ApiError::value("TasksPriority", "it must be from -10 to 10"));
    }
    let file_id = text("FileId");
    super::manage::existing(call, &file_id)?;
    let task = Attributes {
        sub_app_id: call.application.sub_app_id,
        file_id,
        at: call.cloud.now(),
        session_id: text("SessionId"),
        session_context: text("SessionContext"),
    };
    let id = call.cloud.begin_attributes(task).map_err(|_| {
        ApiError::new("FailedOperation.TaskDuplicate", "The parameter `SessionId` was used in the last three days.")
    })?;
    Ok(json!({ "TaskId": id }))
}

/// Tells how far a task of the last three days has come.
pub(super) fn detail(call: &Call<'_>) -> Outcome {
    let id = call.params.text("TaskId").unwrap_or_default();
    let now = call.cloud.now();
    let missing = || ApiError::value("TaskId", format!("there is no task {id:?} in the last three days"));
    let (progress, body) = match call.application.tasks.iter().find(|task| task.id == id && task.created <= now) {
        Some(task) => {
            let progress = progress(task, now);
            let body = declared_task(call, task, &progress).ok_or_else(missing)?;
            (progress, body)
        }
        None => {
            let of_application = |task: &Attributes| task.sub_app_id == call.application.sub_app_id;
            let task = call.cloud.state.attributes(id).filter(of_application).ok_or_else(missing)?;
            let progress = Progress {
                kind: "DescribeFileAttributesTask",
                member: "DescribeFileAttributesTask",
                status: "FINISH",
                created: task.at,
                begun: Some(task.at),
                ended: Some(task.at),
            };
            (progress, attributes_task(id, &task))
        }
    };
    if now - progress.created > REACH {
        return Err(missing());
    }
    let time = |time: Option<DateTime<Utc>>| Value::from(time.map(utc).unwrap_or_default());
    let mut all: Map<String, Value> = MEMBERS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    all.insert("TaskType".to_owned(), Value::from(progress.kind));
    all.insert("Status".to_owned(), Value::from(progress.status));
    all.insert("CreateTime".to_owned(), Value::from(utc(progress.created)));
    all.insert("BeginProcessTime".to_owned(), time(progress.begun));
    all.insert("FinishTime".to_owned(), time(progress.ended));
    all.insert(progress.member.to_owned(), body);
    Ok(Value::Object(all))
}

fn progress(task: &DeclaredTask, now: DateTime<Utc>) -> Progress {
    let begun = task.begins.filter(|begins| *begins <= now);
    let ended = task.ends.filter(|ends| *ends <= now);
    let status = match (begun, ended) {
        (_, Some(_)) if task.aborted => "ABORTED",
        (_, Some(_)) => "FINISH",
        (Some(_), None) => "PROCESSING",
        (None, None) => "WAITING",
    };
    let (kind, member) = match task.kind.as_str() {
        "PullUpload" => ("PullUpload", "PullUploadTask"),
        _ => ("Procedure", "ProcedureTask"),
    };
    Progress { kind, member, status, created: task.created, begun, ended }
}

fn declared_task(call: &Call<'_>, task: &DeclaredTask, progress: &Progress) -> Option<Value> {
    let media = call.application.media.iter().find(|media| media.file_id == task.file_id)?;
    let done = progress.ended.is_some();
    let status = if done { "FINISH" } else { "PROCESSING" };
    let error = if done { task.error } else { 0 };
    let url = media.url(call.cloud.account.app_id, call.application, 0, &media.container);
    Some(match progress.member {
        "PullUploadTask" => pull_upload(call, task, media, status, error, &url),
        _ => json!({
            "TaskId": task.id,
            "Status": status,
            "ErrCode": error,
            "Message": "",
            "FileId": media.file_id,
            "FileName": media.name,
            "FileUrl": url,
            "MetaData": meta_data(media),
            "MediaProcessResultSet": [],
            "AiContentReviewResultSet": [],
            "AiAnalysisResultSet": [],
            "AiRecognitionResultSet": [],
            "TasksPriority": 0,
            "TasksNotifyMode": "Finish",
            "SessionContext": "",
            "SessionId": "",
            "Operator": "",
            "OperationType": "",
        }),
    })
}

fn pull_upload(call: &Call<'_>, task: &DeclaredTask, media: &Media, status: &str, error: i64, url: &str) -> Value {
    let done = status == "FINISH" && error == 0;
    let basic: Option<BasicInfo> = done.then(|| basic_info(&call.cloud.account, call.application, media));
    let meta: MetaData = meta_data(media);
    json!({
        "TaskId": task.id,
        "Status": status,
        "ErrCode": error,
        "Message": "",
        "FileId": if done { media.file_id.as_str() } else { "" },
        "MediaBasicInfo": basic,
        "MetaData": meta,
        "FileUrl": url,
        "ProcedureTaskId": "",
        "ReviewAudioVideoTaskId": "",
        "SessionContext": "",
        "SessionId": "",
        "Progress": if done { 100 } else { 0 },
    })
}

/// `DescribeFileAttributesTask`: digests of a source file that does not exist.
pub(super) fn attributes_task(id: &str, task: &Attributes) -> Value {
    let digest = |what: &str| hex::encode(Sha256::digest(format!("{what}:{}", task.file_id)));
    json!({
        "TaskId": id,
        // Its own words: PROCESSING, SUCCESS, FAIL.
        "Status": "SUCCESS",
        "ErrCode": 0,
        "ErrCodeExt": "",
        "Message": "",
        "Progress": 100,
        "FileId": task.file_id,
        "Output": {"Md5": &digest("f0")[..32], "Sha1": &digest("sha1")[..40]},
        "SessionId": task.session_id,
        "SessionContext": task.session_context,
    })
}
