//! What no plan may destroy, whatever flags are given.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::change::Change;
use super::snapshot::Snapshot;
use crate::model::FileId;

/// Media that are kept as they are. Restoring, and putting tags on, is always allowed: it takes nothing away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// Media are not deleted before they are so old.
    pub minimum_age: Option<TimeDelta>,
    /// Media with one of these tags.
    pub tags: BTreeSet<String>,
    /// Media in one of these categories; sub-categories have ids of their own.
    pub classes: BTreeSet<i64>,
    /// Media of these storage classes.
    pub storage_classes: BTreeSet<String>,
    /// The tag of media that a court or an authority wants kept.
    pub legal_hold_tag: Option<String>,
    /// Media that a court or an authority wants kept, by id.
    pub legal_hold: BTreeSet<FileId>,
}

/// Why a media is kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Kept {
    /// By a list.
    #[error("protected: it is on the legal-hold list")]
    HoldList,
    /// By a tag.
    #[error("protected: it carries the legal-hold tag {0:?}")]
    HoldTag(String),
    /// By a tag.
    #[error("protected: media with the tag {0:?} are kept")]
    Tag(String),
    /// By its category.
    #[error("protected: media of category {0} are kept")]
    Class(i64),
    /// By its storage class.
    #[error("protected: media in {0} are kept")]
    StorageClass(String),
    /// By its age.
    #[error("protected: it would be deleted before it is {0} days old")]
    TooYoung(i64),
    /// By its age, which nobody knows.
    #[error("protected: media are kept for {0} days, and when it was created is not known")]
    NoAge(i64),
}

impl Protection {
    /// Why a change of a media is not allowed, if it is not.
    pub fn forbids(&self, change: &Change, media: &Snapshot, now: DateTime<Utc>) -> Result<(), Kept> {
        if !takes_away(change) {
            return Ok(());
        }
        if self.legal_hold.contains(&media.file_id) {
            return Err(Kept::HoldList);
        }
        if let Some(tag) = self.legal_hold_tag.as_ref().filter(|tag| media.tags.contains(tag)) {
            return Err(Kept::HoldTag(tag.clone()));
        }
        if let Some(tag) = media.tags.iter().find(|tag| self.tags.contains(*tag)) {
            return Err(Kept::Tag(tag.clone()));
        }
        if let Some(class) = media.class_id.filter(|class| self.classes.contains(class)) {
            return Err(Kept::Class(class));
        }
        let class = if media.storage_class.is_empty() { "STANDARD" } else { &media.storage_class };
        if self.storage_classes.contains(class) {
            return Err(Kept::StorageClass(class.to_owned()));
        }
        self.check_age(change, media, now)
    }

    fn check_age(&self, change: &Change, media: &Snapshot, now: DateTime<Utc>) -> Result<(), Kept> {
        let Some(minimum) = self.minimum_age else { return Ok(()) };
        let end = match change {
            Change::Delete => now,
            Change::Expire { at: Some(at) } => *at,
            _ => return Ok(()),
        };
        let days = minimum.num_days();
        match media.created {
            None => Err(Kept::NoAge(days)),
            Some(created) if end - created < minimum => Err(Kept::TooYoung(days)),
            Some(_) => Ok(()),
        }
    }
}

/// Whether a change can destroy a media, make it harder to read, or take off what protects it.
fn takes_away(change: &Change) -> bool {
    match change {
        Change::Delete | Change::Class { .. } | Change::StorageClass { .. } | Change::Expire { at: Some(_) } => true,
        Change::Tags { remove, .. } => !remove.is_empty(),
        Change::Expire { at: None } | Change::Restore { .. } => false,
    }
}
