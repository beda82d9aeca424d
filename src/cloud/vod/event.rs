//! One event, pulled or pushed. A pushed one has no handle.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::details::{FileProperties, MediaBasics};
use super::tasks::{ProcedureTask, TaskOutcome};
use crate::cloud::fields::{file_id, file_ids, list, number, some_number, some_text, text};
use crate::model::{FileId, Secret};

/// One event. (VOD API 3.0, EventContent.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Confirms it; empty where the event was pushed.
    pub handle: String,
    /// `NewFileUpload`, `FileDeleted`, …
    pub event_type: String,
    /// What happened.
    pub content: EventContent,
    /// The event as it came. What uploaders passed through is in it, often a token.
    pub raw: Secret,
}

/// What happened. Types that this product has no use for are [`EventContent::Other`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventContent {
    /// `NewFileUpload`: a media is there. So arrive recordings, too.
    Uploaded(Box<FileUploaded>),
    /// `FileDeleted`.
    Deleted(FilesDeleted),
    /// `ProcedureStateChanged`.
    Procedure(Box<ProcedureTask>),
    /// `PullComplete`.
    Pulled(Box<TaskOutcome>),
    /// `EditMediaComplete`.
    Edited(Box<TaskOutcome>),
    /// `ComposeMediaComplete`.
    Composed(Box<TaskOutcome>),
    /// `RestoreMediaComplete`.
    Restored(MediaRestored),
    /// `PersistenceComplete`.
    Persisted(ClipPersisted),
    /// `DescribeFileAttributesComplete`.
    Hashed(Box<TaskOutcome>),
    /// Anything else.
    Other,
    /// Something known whose content is not as described, and why.
    Unreadable(String),
}

/// A media is there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FileUploaded {
    /// The media.
    #[serde(deserialize_with = "file_id")]
    pub file_id: FileId,
    /// What it is.
    #[serde(default, rename = "MediaBasicInfo")]
    pub basics: Option<MediaBasics>,
    /// What was probed of it.
    #[serde(default, rename = "MetaData")]
    pub file: Option<FileProperties>,
    /// The processing that follows.
    #[serde(default, deserialize_with = "some_text")]
    pub procedure_task_id: Option<String>,
}

/// Media, or parts of them, are deleted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FilesDeleted {
    /// The media.
    #[serde(rename = "FileIdSet", deserialize_with = "file_ids")]
    pub file_ids: Vec<FileId>,
    /// What of each. That no part means the whole media is what the request says; the event's own text does not.
    #[serde(default, rename = "FileDeleteResultInfo", deserialize_with = "list")]
    pub results: Vec<FileDeletion>,
}

/// What of a media is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FileDeletion {
    /// The media.
    #[serde(deserialize_with = "file_id")]
    pub file_id: FileId,
    /// Its parts.
    #[serde(default, rename = "DeleteParts", deserialize_with = "list")]
    pub parts: Vec<DeletedPart>,
}

/// One part of a media.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeletedPart {
    /// `OriginalFiles`, `TranscodeFiles`, …
    #[serde(rename = "Type", deserialize_with = "text")]
    pub kind: String,
    /// The template; 0 is all of them.
    #[serde(default, deserialize_with = "some_number")]
    pub definition: Option<i64>,
}

/// An archived media can be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MediaRestored {
    /// The media.
    #[serde(deserialize_with = "file_id")]
    pub file_id: FileId,
    /// The class it had.
    #[serde(deserialize_with = "text")]
    pub original_storage_class: String,
    /// The class it has: the same after a restore for some days.
    #[serde(deserialize_with = "text")]
    pub target_storage_class: String,
    /// `Expedited`, `Standard`, `Bulk`.
    #[serde(default, deserialize_with = "text")]
    pub restore_tier: String,
    /// For how many days; 0 is for good.
    #[serde(deserialize_with = "number")]
    pub restore_day: u32,
}

/// A clip was made persistent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClipPersisted {
    /// The media.
    #[serde(deserialize_with = "file_id")]
    pub file_id: FileId,
    /// `SimpleHlsClip`, `FastEditMedia`, `LiveRealTimeClip`.
    #[serde(default, rename = "PersistenceSource", deserialize_with = "text")]
    pub source: String,
}

/// What every event has.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Head {
    #[serde(default, deserialize_with = "text")]
    event_handle: String,
    #[serde(deserialize_with = "text")]
    event_type: String,
}

impl Event {
    /// Reads an event from its JSON text.
    ///
    /// # Errors
    /// A text that is no event: no object, or without `EventType`. Content that is not as described is no error
    /// ([`EventContent::Unreadable`]).
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let Head { event_handle: handle, event_type } = serde_json::from_str(text)?;
        let content = content(&event_type, text);
        Ok(Self { handle, event_type, content, raw: Secret::new(text) })
    }
}

/// A member that holds what happened, under its own name.
macro_rules! member {
    ($text:expr, $name:literal) => {{
        #[derive(Deserialize)]
        struct Around<T: DeserializeOwned> {
            #[serde(rename = $name, deserialize_with = "told")]
            content: T,
        }
        serde_json::from_str::<Around<_>>($text).map(|around| around.content)
    }};
}

/// A member that must be there and not null.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer)?.ok_or_else(|| serde::de::Error::custom("the content of the event is null"))
}

fn content(event_type: &str, text: &str) -> EventContent {
    let content = match event_type {
        "NewFileUpload" => member!(text, "FileUploadEvent").map(EventContent::Uploaded),
        "FileDeleted" => member!(text, "FileDeleteEvent").map(EventContent::Deleted),
        "ProcedureStateChanged" => member!(text, "ProcedureStateChangeEvent").map(EventContent::Procedure),
        "PullComplete" => member!(text, "PullCompleteEvent").map(EventContent::Pulled),
        "EditMediaComplete" => member!(text, "EditMediaCompleteEvent").map(EventContent::Edited),
        "ComposeMediaComplete" => member!(text, "ComposeMediaCompleteEvent").map(EventContent::Composed),
        "RestoreMediaComplete" => member!(text, "RestoreMediaCompleteEvent").map(EventContent::Restored),
        "PersistenceComplete" => member!(text, "PersistenceCompleteEvent").map(EventContent::Persisted),
        "DescribeFileAttributesComplete" => member!(text, "DescribeFileAttributesCompleteEvent").map(EventContent::Hashed),
        _ => Ok(EventContent::Other),
    };
    content.unwrap_or_else(|error| EventContent::Unreadable(error.to_string()))
}
