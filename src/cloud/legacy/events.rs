//! PullEvent and ConfirmEvent: events of version 4.0 that wait to be pulled.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Legacy, actions};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::cloud::convert::malformed;
use crate::cloud::fields::{some_file_id, some_number, some_secret, some_text, text};
use crate::model::{FileId, Secret};

/// One event of the legacy API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegacyEvent {
    /// Confirms it.
    pub handle: String,
    /// `NewFileUpload`, `TranscodeComplete`, `FileDeleted`, …
    pub event_type: String,
    /// `4.0`; sent as a text or as a number.
    pub version: String,
    /// What all types tell of a media; `None` where that is not as described.
    pub data: Option<LegacyEventData>,
    /// The content of the event as it came. What uploaders passed through is in it, and for recordings the push address.
    pub raw: Secret,
}

/// What an event tells. Neither the media's name nor its vid is among it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LegacyEventData {
    /// 0 is success, below zero is an error.
    #[serde(deserialize_with = "some_number")]
    pub status: Option<i64>,
    /// The same for people.
    #[serde(deserialize_with = "text")]
    pub message: String,
    /// The media.
    #[serde(deserialize_with = "some_file_id")]
    pub file_id: Option<FileId>,
    /// The original's address, unsigned.
    #[serde(deserialize_with = "some_text")]
    pub file_url: Option<String>,
    /// `Record`, `Pull`, `ClientUpload`, `ServerUpload`.
    #[serde(deserialize_with = "text")]
    pub source_type: String,
    /// What the uploader passed through; of a recording, the push address.
    #[serde(deserialize_with = "some_secret")]
    pub source_context: Option<Secret>,
    /// The stream of a recording.
    #[serde(deserialize_with = "some_text")]
    pub stream_id: Option<String>,
    /// The processing that ended.
    #[serde(deserialize_with = "some_text")]
    pub vod_task_id: Option<String>,
    /// The processing that follows.
    #[serde(deserialize_with = "some_text")]
    pub procedure_task_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    event_list: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(deserialize_with = "text")]
    msg_handle: String,
    event_content: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(default, deserialize_with = "text")]
    version: String,
    #[serde(deserialize_with = "text")]
    event_type: String,
}

#[derive(Deserialize)]
struct Body {
    data: LegacyEventData,
}

impl Item {
    fn into_event(self) -> Result<LegacyEvent, serde_json::Error> {
        let content = self.event_content.get();
        let Head { version, event_type } = serde_json::from_str(content)?;
        let data = serde_json::from_str::<Body>(content).ok().map(|body| body.data);
        Ok(LegacyEvent { handle: self.msg_handle, event_type, version, data, raw: Secret::new(content) })
    }
}

/// Handles under names that count from 1.
#[derive(Serialize)]
#[serde(transparent)]
struct Handles<'a>(BTreeMap<String, &'a str>);

impl Legacy<'_> {
    /// Events that wait. The server answers at once if there are any, else after up to 5 s. How many come, and for how long they are
    /// hidden before they come again, is not documented.
    pub async fn pull_event(self) -> Result<Vec<LegacyEvent>, Error> {
        #[derive(Serialize)]
        struct Nothing {}
        let answer: Answer = self.client.ask(&actions::PULL_EVENT, &Nothing {}).await?;
        let events: Result<_, _> = answer.event_list.into_iter().map(Item::into_event).collect();
        events.map_err(|error| malformed(actions::PULL_EVENT.action.name, format!("an event: {error}")))
    }

    /// Confirms pulled events by their handles.
    pub async fn confirm_event(self, handles: &[String]) -> Result<(), Error> {
        Check::of(&actions::CONFIRM_EVENT).holds(!handles.is_empty(), "msgHandle: at least one is needed")?;
        let named = handles.iter().enumerate().map(|(index, handle)| (format!("msgHandle.{}", index + 1), handle.as_str()));
        let _: IgnoredAny = self.client.ask(&actions::CONFIRM_EVENT, &Handles(named.collect())).await?;
        Ok(())
    }
}
