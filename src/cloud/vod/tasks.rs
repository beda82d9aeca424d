//! DescribeTaskDetail, and what events tell of tasks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::Vod;
use super::actions::DESCRIBE_TASK_DETAIL;
use super::details::{FileProperties, MediaBasics};
use crate::cloud::Error;
use crate::cloud::fields::{list, some_file_id, some_number, some_secret, some_text, some_time, text};
use crate::model::{FileId, Secret, SubAppId};

/// A task of the last three days. (VOD API 3.0, DescribeTaskDetail.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskDetail {
    /// `Procedure`, `EditMedia`, `PullUpload`, …
    #[serde(rename = "TaskType", deserialize_with = "text")]
    pub kind: String,
    /// `WAITING`, `PROCESSING`, `FINISH`, `ABORTED`.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// When it was created.
    #[serde(default, rename = "CreateTime", deserialize_with = "some_time")]
    pub created: Option<DateTime<Utc>>,
    /// When work on it began.
    #[serde(default, rename = "BeginProcessTime", deserialize_with = "some_time")]
    pub began: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default, rename = "FinishTime", deserialize_with = "some_time")]
    pub ended: Option<DateTime<Utc>>,
    /// Processing of a media.
    #[serde(default, rename = "ProcedureTask")]
    pub procedure: Option<ProcedureTask>,
    /// An upload from an address.
    #[serde(default, rename = "PullUploadTask")]
    pub pull_upload: Option<TaskOutcome>,
    /// An edit.
    #[serde(default, rename = "EditMediaTask")]
    pub edit: Option<TaskOutcome>,
    /// A composition.
    #[serde(default, rename = "ComposeMediaTask")]
    pub compose: Option<TaskOutcome>,
    /// Hashes of a media's original.
    #[serde(default, rename = "DescribeFileAttributesTask")]
    pub file_attributes: Option<TaskOutcome>,
}

/// What every kind of task tells. What one does not tell is empty or `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TaskOutcome {
    /// The task.
    #[serde(deserialize_with = "text")]
    pub task_id: String,
    /// `PROCESSING`, `FINISH`; of hashes `SUCCESS`, `FAIL`.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// 0 is success; 40000 bad input, 60000 a bad source file, 70000 the service's own fault.
    #[serde(deserialize_with = "some_number")]
    pub err_code: Option<i64>,
    /// The same as a word; `None` is success.
    #[serde(deserialize_with = "some_text")]
    pub err_code_ext: Option<String>,
    /// The same for people.
    #[serde(deserialize_with = "text")]
    pub message: String,
    /// The media that came of it, where it says so beside its output.
    #[serde(deserialize_with = "some_file_id")]
    pub file_id: Option<FileId>,
    /// The media that came of it.
    pub output: Option<TaskOutput>,
    /// What the media is.
    #[serde(rename = "MediaBasicInfo")]
    pub basics: Option<MediaBasics>,
    /// What was probed of it.
    #[serde(rename = "MetaData")]
    pub file: Option<FileProperties>,
    /// The processing that follows.
    #[serde(deserialize_with = "some_text")]
    pub procedure_task_id: Option<String>,
    /// What the caller passed through, often a token.
    #[serde(deserialize_with = "some_secret")]
    pub session_context: Option<Secret>,
}

impl TaskOutcome {
    /// The media that came of it.
    pub fn media(&self) -> Option<&FileId> {
        self.file_id.as_ref().or(self.output.as_ref()?.file_id.as_ref())
    }
}

/// What came of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TaskOutput {
    /// The new media.
    #[serde(deserialize_with = "some_file_id")]
    pub file_id: Option<FileId>,
    /// MD5 of an original, hexadecimal.
    #[serde(deserialize_with = "some_text")]
    pub md5: Option<String>,
    /// SHA-1 of an original, hexadecimal.
    #[serde(deserialize_with = "some_text")]
    pub sha1: Option<String>,
}

/// Processing of a media. (`ProcedureTask`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ProcedureTask {
    /// The task.
    #[serde(deserialize_with = "text")]
    pub task_id: String,
    /// `PROCESSING`, `FINISH`.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// The media.
    #[serde(deserialize_with = "some_file_id")]
    pub file_id: Option<FileId>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub file_name: String,
    /// Its address, unsigned.
    #[serde(deserialize_with = "text")]
    pub file_url: String,
    /// What was probed of it.
    #[serde(rename = "MetaData")]
    pub file: Option<FileProperties>,
    /// Each thing that was made.
    #[serde(rename = "MediaProcessResultSet", deserialize_with = "results")]
    pub results: Vec<ProcessResult>,
    /// What the caller passed through, often a token.
    #[serde(deserialize_with = "some_secret")]
    pub session_context: Option<Secret>,
}

/// One thing that a procedure made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessResult {
    /// `Transcode`, `AdaptiveDynamicStreaming`, `SampleSnapshot`, …
    pub kind: String,
    /// `PROCESSING`, `SUCCESS`, `FAIL`.
    pub status: String,
    /// 0 is success.
    pub err_code: Option<i64>,
    /// The same as a word; `None` is success.
    pub err_code_ext: Option<String>,
    /// The same for people.
    pub message: String,
    /// The template.
    pub definition: Option<i64>,
    /// Its address, unsigned, where it is one file.
    pub url: Option<String>,
    /// Bytes, where the API tells them.
    pub size: Option<u64>,
    /// When work on it began.
    pub began: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
}

/// A result as it is sent: under the name of its kind.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireResult {
    #[serde(rename = "Type", deserialize_with = "text")]
    kind: String,
    transcode_task: Option<WirePart>,
    animated_graphic_task: Option<WirePart>,
    snapshot_by_time_offset_task: Option<WirePart>,
    sample_snapshot_task: Option<WirePart>,
    image_sprite_task: Option<WirePart>,
    cover_by_snapshot_task: Option<WirePart>,
    adaptive_dynamic_streaming_task: Option<WirePart>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WirePart {
    #[serde(deserialize_with = "text")]
    status: String,
    #[serde(deserialize_with = "some_number")]
    err_code: Option<i64>,
    #[serde(deserialize_with = "some_text")]
    err_code_ext: Option<String>,
    #[serde(deserialize_with = "text")]
    message: String,
    input: Option<WireFile>,
    output: Option<WireFile>,
    #[serde(deserialize_with = "some_time")]
    begin_process_time: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "some_time")]
    finish_time: Option<DateTime<Utc>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireFile {
    #[serde(deserialize_with = "some_number")]
    definition: Option<i64>,
    #[serde(deserialize_with = "some_text")]
    url: Option<String>,
    #[serde(deserialize_with = "some_number")]
    size: Option<u64>,
}

impl From<WireResult> for ProcessResult {
    fn from(result: WireResult) -> Self {
        let part = result
            .transcode_task
            .or(result.adaptive_dynamic_streaming_task)
            .or(result.animated_graphic_task)
            .or(result.sample_snapshot_task)
            .or(result.snapshot_by_time_offset_task)
            .or(result.image_sprite_task)
            .or(result.cover_by_snapshot_task)
            .unwrap_or_default();
        let output = part.output.unwrap_or_default();
        Self {
            kind: result.kind,
            status: part.status,
            err_code: part.err_code,
            err_code_ext: part.err_code_ext,
            message: part.message,
            definition: part.input.and_then(|input| input.definition).or(output.definition),
            url: output.url,
            size: output.size,
            began: part.begin_process_time,
            ended: part.finish_time,
        }
    }
}

fn results<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ProcessResult>, D::Error> {
    list::<D, WireResult>(deserializer).map(|results| results.into_iter().map(ProcessResult::from).collect())
}

impl Vod<'_> {
    /// A task of the last three days.
    pub async fn describe_task_detail(self, sub_app_id: Option<SubAppId>, task_id: &str) -> Result<TaskDetail, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'a> {
            sub_app_id: Option<SubAppId>,
            task_id: &'a str,
        }
        self.client.ask(&DESCRIBE_TASK_DETAIL, &Request { sub_app_id, task_id }).await
    }
}
