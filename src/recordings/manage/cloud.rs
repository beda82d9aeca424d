//! The calls that changing media needs, and nothing else: what applying a plan is tested against.

use std::future::Future;

use super::change::Change;
use crate::cloud::vod::{DeleteMedia, Deletion, Expiry, ModifyMediaInfo, ModifyMediaStorageClass, RestoreMedia};
use crate::cloud::{Client, Error};
use crate::model::{FileId, Media, SubAppId};

/// The most media that are read in one call.
pub const READ_AT_ONCE: usize = crate::cloud::vod::MAX_FILE_IDS;

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

impl MediaCloud for Client {
    async fn read(&self, sub_app_id: Option<SubAppId>, file_ids: &[FileId]) -> Result<Vec<Media>, Error> {
        Ok(self.vod().describe_media_infos(sub_app_id, file_ids).await?.media)
    }

    async fn change(&self, sub_app_id: Option<SubAppId>, file_id: &FileId, change: &Change) -> Result<String, Error> {
        let (vod, file_id) = (self.vod(), file_id.clone());
        let modify = ModifyMediaInfo::of(sub_app_id, file_id.clone());
        let done = match change {
            Change::Delete => vod.delete_media(&DeleteMedia { sub_app_id, file_id, what: Deletion::Everything }).await?,
            Change::Tags { add, remove } => {
                let tags = ModifyMediaInfo { add_tags: add.clone(), delete_tags: remove.clone(), ..modify };
                vod.modify_media_info(&tags).await?
            }
            Change::Class { class_id } => vod.modify_media_info(&ModifyMediaInfo { class_id: Some(*class_id), ..modify }).await?,
            Change::Expire { at } => {
                let expires = Some(at.map_or(Expiry::Never, Expiry::At));
                vod.modify_media_info(&ModifyMediaInfo { expires, ..modify }).await?
            }
            // One media a call, although the API takes a hundred: whether one refused media refuses them all is not documented.
            Change::StorageClass { to, tier } => {
                let file_ids = vec![file_id];
                let request = ModifyMediaStorageClass { sub_app_id, file_ids, storage_class: *to, restore_tier: *tier };
                vod.modify_media_storage_class(&request).await?
            }
            Change::Restore { days, tier } => {
                let file_ids = vec![file_id];
                let request = RestoreMedia { sub_app_id, file_ids, restore_day: *days, restore_tier: *tier };
                vod.restore_media(&request).await?
            }
        };
        Ok(done.request_id)
    }
}
