//! The calls that changing media needs, and nothing else: what applying a plan is tested against.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::change::Change;
use crate::cloud::actions::vod as table;
use crate::cloud::{Client, Error, RawAnswer, Recorder};
use crate::model::time::format_time;
use crate::model::{FileId, Media, SubAppId};

/// The most media that are read in one call.
pub const READ_AT_ONCE: usize = crate::cloud::vod::MAX_FILE_IDS;

/// "Never", as `ExpireTime` says it.
const NEVER: &str = "9999-12-31T23:59:59Z";

/// A cloud whose media can be read and changed.
pub trait MediaCloud: Sync {
    /// Reads media afresh, at most [`READ_AT_ONCE`]. One that is not there is missing in the answer.
    fn read(&self, sub_app_id: Option<SubAppId>, file_ids: &[FileId]) -> impl Future<Output = Result<Vec<Media>, Error>> + Send;

    /// Makes a change to one media and gives the id of the request.
    fn change(
        &self,
        sub_app_id: Option<SubAppId>,
        file_id: &FileId,
        change: &Change,
    ) -> impl Future<Output = Result<String, Error>> + Send;
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct One<'a> {
    file_id: &'a FileId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_app_id: Option<SubAppId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    add_tags: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    delete_tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    class_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Several<'a> {
    file_ids: [&'a FileId; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_app_id: Option<SubAppId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_day: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_tier: Option<&'static str>,
}

/// The answers of all changes: there is nothing in them but the id of the request.
type Answer = serde::de::IgnoredAny;

/// Keeps the request id of the last answer.
#[derive(Debug, Default)]
struct RequestId(Mutex<String>);

impl Recorder for RequestId {
    fn record(&self, answer: &RawAnswer) {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if let Some(id) = body["Response"]["RequestId"].as_str() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = id.to_owned();
        }
    }
}

impl MediaCloud for Client {
    async fn read(&self, sub_app_id: Option<SubAppId>, file_ids: &[FileId]) -> Result<Vec<Media>, Error> {
        Ok(self.vod().describe_media_infos(sub_app_id, file_ids).await?.media)
    }

    async fn change(&self, sub_app_id: Option<SubAppId>, file_id: &FileId, change: &Change) -> Result<String, Error> {
        let one = One { file_id, sub_app_id, add_tags: &[], delete_tags: &[], class_id: None, expire_time: None };
        let several = Several { file_ids: [file_id], sub_app_id, storage_class: None, restore_day: None, restore_tier: None };
        let request_id = Arc::new(RequestId::default());
        let client = self.recording(Arc::clone(&request_id) as Arc<dyn Recorder>);
        let _: Answer = match change {
            Change::Delete => client.call(&table::DELETE_MEDIA.action, &one).await?,
            Change::Tags { add, remove } => {
                client.call(&table::MODIFY_MEDIA_INFO.action, &One { add_tags: add, delete_tags: remove, ..one }).await?
            }
            Change::Class { class_id } => {
                client.call(&table::MODIFY_MEDIA_INFO.action, &One { class_id: Some(*class_id), ..one }).await?
            }
            Change::Expire { at } => {
                client.call(&table::MODIFY_MEDIA_INFO.action, &One { expire_time: Some(expire_time(*at)), ..one }).await?
            }
            Change::StorageClass { to, tier } => {
                let restore_tier = tier.map(|tier| tier.as_str());
                client
                    .call(
                        &table::MODIFY_MEDIA_STORAGE_CLASS.action,
                        &Several { storage_class: Some(to.as_str()), restore_tier, ..several },
                    )
                    .await?
            }
            Change::Restore { days, tier } => {
                let restore_tier = tier.map(|tier| tier.as_str());
                client.call(&table::RESTORE_MEDIA.action, &Several { restore_day: Some(*days), restore_tier, ..several }).await?
            }
        };
        let id = request_id.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(id)
    }
}

fn expire_time(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| NEVER.to_owned(), format_time)
}
