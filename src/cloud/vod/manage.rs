//! Changing and deleting media.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::Vod;
use super::actions::{DELETE_MEDIA, MODIFY_MEDIA_INFO};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::model::time::format_time;
use crate::model::{FileId, SubAppId};

/// "Never", as the API writes it.
const NEVER: &str = "9999-12-31T23:59:59Z";

/// A change that the service says it took. It may take effect a little later.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Done {
    /// The id that Tencent's support asks for.
    #[serde(default)]
    pub request_id: String,
}

/// When a media is to be deleted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// At this moment.
    At(DateTime<Utc>),
    /// Not by itself.
    Never,
}

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(time) => serializer.serialize_str(&format_time(*time)),
            Self::Never => serializer.serialize_str(NEVER),
        }
    }
}

/// `ModifyMediaInfo`: what is `None` or empty stays as it is. Key frame marks, subtitles and covers are not offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifyMediaInfo {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The media.
    pub file_id: FileId,
    /// At most 64 characters.
    pub name: Option<String>,
    /// At most 128 characters.
    pub description: Option<String>,
    /// The class.
    pub class_id: Option<i64>,
    /// When it is to be deleted by itself.
    #[serde(rename = "ExpireTime")]
    pub expires: Option<Expiry>,
    /// At most 16, each up to 32 characters; a media has at most 16 tags.
    pub add_tags: Vec<String>,
    /// Tags to take away; none of them may be in `add_tags`.
    pub delete_tags: Vec<String>,
    /// Takes all tags away; not together with `add_tags`.
    #[serde(serialize_with = "one_or_nothing")]
    pub clear_tags: bool,
}

fn one_or_nothing<S: Serializer>(clear: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    clear.then_some(1).serialize(serializer)
}

impl ModifyMediaInfo {
    /// A change of nothing yet.
    pub fn of(sub_app_id: Option<SubAppId>, file_id: FileId) -> Self {
        Self {
            sub_app_id,
            file_id,
            name: None,
            description: None,
            class_id: None,
            expires: None,
            add_tags: Vec::new(),
            delete_tags: Vec::new(),
            clear_tags: false,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let check = Check::of(&MODIFY_MEDIA_INFO);
        check.short("Name", self.name.as_deref().unwrap_or_default(), 64)?;
        check.short("Description", self.description.as_deref().unwrap_or_default(), 128)?;
        check.texts("AddTags", &self.add_tags, 16, 32)?;
        check.texts("DeleteTags", &self.delete_tags, 16, 32)?;
        check.holds(!self.clear_tags || self.add_tags.is_empty(), "ClearTags and AddTags exclude each other")?;
        let both = self.add_tags.iter().find(|tag| self.delete_tags.contains(tag));
        both.map_or(Ok(()), |tag| Err(check.refuse(format!("tag {tag:?} is to be added and deleted; choose one"))))
    }
}

/// A part of a media that can be deleted alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum MediaFiles {
    /// The original and the uploaded cover; the media can then not be processed any more.
    OriginalFiles,
    /// Transcodes.
    TranscodeFiles,
    /// Adaptive streams.
    AdaptiveDynamicStreamingFiles,
    /// What was published to WeChat.
    WechatPublishFiles,
    /// What was published to WeChat mini programs.
    WechatMiniProgramPublishFiles,
}

/// One part to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeletePart {
    /// Which files.
    #[serde(rename = "Type")]
    pub files: MediaFiles,
    /// Of which template; 0 is all of them.
    pub definition: i64,
}

/// `DeleteMedia`. It cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteMedia {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The media.
    pub file_id: FileId,
    /// What of it.
    #[serde(rename = "DeleteParts")]
    pub what: Deletion,
}

/// What DeleteMedia deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// The whole media.
    Everything,
    /// Only these parts: at least one, since none would mean everything to the API.
    Parts(Vec<DeletePart>),
}

impl Serialize for Deletion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everything => serializer.serialize_none(),
            Self::Parts(parts) => parts.serialize(serializer),
        }
    }
}

impl Vod<'_> {
    /// Changes name, description, class, expiry or tags of a media.
    pub async fn modify_media_info(self, request: &ModifyMediaInfo) -> Result<Done, Error> {
        request.check()?;
        self.client.ask(&MODIFY_MEDIA_INFO, request).await
    }

    /// Deletes a media, or parts of it. An answer that was lost leaves open whether it took effect
    /// ([`Error::effect_unknown`]): read the media again.
    pub async fn delete_media(self, request: &DeleteMedia) -> Result<Done, Error> {
        let check = Check::of(&DELETE_MEDIA);
        check.holds(!request.file_id.as_str().is_empty(), "FileId: a media is needed")?;
        if let Deletion::Parts(parts) = &request.what {
            check.holds(!parts.is_empty(), "DeleteParts: no part is named, which the API takes for the whole media")?;
        }
        self.client.ask(&DELETE_MEDIA, request).await
    }
}
