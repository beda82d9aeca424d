//! A media as a plan froze it, and how it differs from what it is now.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::{canonical, times};
use crate::model::{FileId, Media, SubAppId};

/// Everything of a media that a decision can rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Its id.
    pub file_id: FileId,
    /// The application it was found in; `None` is the account's default one.
    pub sub_app_id: Option<SubAppId>,
    /// Its name.
    pub name: String,
    /// `normal`, `forbidden`, … as [`crate::model::MediaState`] says it.
    pub state: String,
    /// When it was created.
    #[serde(with = "times::optional")]
    pub created: Option<DateTime<Utc>>,
    /// When it deletes itself; `None` is never.
    #[serde(with = "times::optional")]
    pub expires: Option<DateTime<Utc>>,
    /// Category.
    pub class_id: Option<i64>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Storage class by the API's name; empty where it is not told.
    pub storage_class: String,
    /// The region that stores it; empty where it is not told.
    pub storage_region: String,
    /// Bytes of the source file.
    pub size: Option<u64>,
    /// What was made of it, by template.
    pub renditions: Vec<Made>,
}

/// Something that was made of a media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// The template.
    pub definition: i64,
    /// Bytes.
    pub size: Option<u64>,
}

impl Snapshot {
    /// A media as it was just read.
    pub fn of(media: &Media) -> Self {
        let made = media.renditions.iter().filter(|rendition| rendition.definition != 0);
        let mut renditions: Vec<Made> =
            made.map(|rendition| Made { definition: rendition.definition, size: rendition.size }).collect();
        renditions.sort_unstable();
        let mut tags = media.tags.clone();
        tags.sort_unstable();
        tags.dedup();
        Self {
            file_id: media.file_id.clone(),
            sub_app_id: media.sub_app_id,
            name: media.name.clone(),
            state: media.state.as_str().to_owned(),
            created: media.created.map(whole),
            expires: media.expires.map(whole),
            class_id: media.class_id,
            tags,
            storage_class: media.storage_class.clone(),
            storage_region: media.storage_region.clone(),
            size: media.size,
            renditions,
        }
    }

    /// Bytes of everything made of the source; `None` while a part is unknown.
    pub fn rendition_size(&self) -> Option<u64> {
        self.renditions.iter().try_fold(0_u64, |sum, made| sum.checked_add(made.size?))
    }

    /// SHA-256 over the canonical text of all members.
    pub fn fingerprint(&self) -> String {
        // Texts, numbers and lists can always be written as JSON.
        canonical::hash(&serde_json::to_value(self).unwrap_or_default())
    }

    /// What is different now, by name: `tags, size`; empty where nothing is.
    pub fn differences(&self, now: &Self) -> Vec<&'static str> {
        let pairs = [
            ("file_id", self.file_id == now.file_id),
            ("sub_app_id", self.sub_app_id == now.sub_app_id),
            ("name", self.name == now.name),
            ("state", self.state == now.state),
            ("created", self.created == now.created),
            ("expires", self.expires == now.expires),
            ("class_id", self.class_id == now.class_id),
            ("tags", self.tags == now.tags),
            ("storage_class", self.storage_class == now.storage_class),
            ("storage_region", self.storage_region == now.storage_region),
            ("size", self.size == now.size),
            ("renditions", self.renditions == now.renditions),
        ];
        pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

/// Plan files hold whole seconds.
fn whole(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(0)
}
