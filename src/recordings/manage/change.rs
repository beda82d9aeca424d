//! What is done to media, and what that means for one media.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use super::storage::{StorageRefusal, check_move, check_restore, is_cold};
use super::times;
use crate::model::time::format_time;
use crate::model::{RestoreTier, StorageClass};

/// The most tags that a media has, and the most characters of one (VOD API 3.0, `ModifyMediaInfo`).
const MOST_TAGS: usize = 16;
const LONGEST_TAG: usize = 32;

/// What a plan does to each of its media.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Change {
    /// Deletes the media with everything made of it. It cannot be undone.
    Delete,
    /// Takes tags off and puts tags on.
    Tags {
        /// To put on.
        add: Vec<String>,
        /// To take off.
        remove: Vec<String>,
    },
    /// Moves it to a category.
    Class {
        /// The category.
        class_id: i64,
    },
    /// Sets when it deletes itself; `None` is never.
    Expire {
        /// The moment, or never.
        #[serde(with = "times::optional")]
        at: Option<DateTime<Utc>>,
    },
    /// Moves it to a storage class.
    StorageClass {
        /// The class.
        to: StorageClass,
        /// How it leaves a cold class.
        tier: Option<RestoreTier>,
    },
    /// Makes a readable copy of what is cold, for some days.
    Restore {
        /// How long the copy stays: one day at least.
        days: u32,
        /// How fast.
        tier: Option<RestoreTier>,
    },
}

/// Why a change cannot be asked for at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Neither tags to put on nor to take off.
    #[error("no tags are given; say which with --add or --remove")]
    NoTags,
    /// A tag that the API does not take.
    #[error("tag {0:?} is empty or longer than {LONGEST_TAG} characters")]
    Tag(String),
    /// More than a media can have.
    #[error("{0} tags are more than the {MOST_TAGS} that a media can have")]
    TooManyTags(usize),
    /// Put on and taken off in one request: the API refuses some such requests, and no document says which.
    #[error("tags are both added and removed; make two plans of it")]
    BothWays,
    /// A moment that is over.
    #[error("{} is over; media that shall go now are deleted with `media plan delete`", format_time(*.0))]
    ExpiryOver(DateTime<Utc>),
    /// No day at all.
    #[error("a restored copy stays for one day at least; give --days")]
    NoDays,
}

/// Why a change is not made to one media.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Storage classes.
    #[error(transparent)]
    Storage(#[from] StorageRefusal),
    /// It is so already.
    #[error("it is so already")]
    Already,
    /// More than a media can have.
    #[error("it would have {0} tags, more than the {MOST_TAGS} that a media can have")]
    TooManyTags(usize),
}

/// What a media shows of a change when it is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The change has been made.
    Made,
    /// The change has not been made.
    NotMade,
    /// Nothing: whether it has been made cannot be read from the media.
    Nothing,
}

impl Change {
    /// The word used on the command line, in the audit and in file names.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Tags { .. } => "tag",
            Self::Class { .. } => "class",
            Self::Expire { .. } => "expire",
            Self::StorageClass { .. } => "storage-class",
            Self::Restore { .. } => "restore",
        }
    }

    /// In words, for people: `delete`, `move to ARCHIVE`.
    pub fn words(&self) -> String {
        let by = |tier: &Option<RestoreTier>| tier.map_or_else(String::new, |tier| format!(" by tier {tier}"));
        match self {
            Self::Delete => "delete".to_owned(),
            Self::Tags { add, remove } => {
                let part = |verb: &str, tags: &[String]| match tags {
                    [] => None,
                    tags => Some(format!("{verb} {}", tags.join(", "))),
                };
                let parts: Vec<String> = [part("remove tags", remove), part("add tags", add)].into_iter().flatten().collect();
                parts.join("; ")
            }
            Self::Class { class_id } => format!("move to category {class_id}"),
            Self::Expire { at: Some(at) } => format!("delete itself at {}", format_time(*at)),
            Self::Expire { at: None } => "never delete itself".to_owned(),
            Self::StorageClass { to, tier } => format!("move to {to}{}", by(tier)),
            Self::Restore { days, tier } => format!("restore for {days} days{}", by(tier)),
        }
    }

    /// What is wrong with the change whatever the media.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), ChangeError> {
        match self {
            Self::Tags { add, remove } if add.is_empty() && remove.is_empty() => Err(ChangeError::NoTags),
            Self::Tags { add, remove } => {
                let bad = |tag: &&String| tag.is_empty() || tag.chars().count() > LONGEST_TAG;
                if let Some(tag) = add.iter().chain(remove).find(bad) {
                    return Err(ChangeError::Tag(tag.clone()));
                }
                if !add.is_empty() && !remove.is_empty() {
                    return Err(ChangeError::BothWays);
                }
                let all = add.len() + remove.len();
                if all > MOST_TAGS { Err(ChangeError::TooManyTags(all)) } else { Ok(()) }
            }
            Self::Expire { at: Some(at) } if *at <= now => Err(ChangeError::ExpiryOver(*at)),
            Self::Restore { days: 0, .. } => Err(ChangeError::NoDays),
            _ => Ok(()),
        }
    }

    /// Why the change cannot be made to this media, if it cannot.
    pub fn fits(&self, media: &Snapshot) -> Result<(), Unfit> {
        match self {
            Self::StorageClass { to, tier } => Ok(check_move(class_of(media)?, *to, *tier)?),
            Self::Restore { tier, .. } => Ok(check_restore(class_of(media)?, *tier)?),
            Self::Tags { add, .. } => {
                if self.shows(Some(media)) == Shows::Made {
                    return Err(Unfit::Already);
                }
                let after = self.tags_after(media).len();
                if after > MOST_TAGS && !add.is_empty() { Err(Unfit::TooManyTags(after)) } else { Ok(()) }
            }
            Self::Delete | Self::Class { .. } | Self::Expire { .. } => {
                if self.shows(Some(media)) == Shows::Made {
                    Err(Unfit::Already)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Whether a media, as it is now, shows that the change was made. `None` is a media that is not there (any more).
    pub fn shows(&self, now: Option<&Snapshot>) -> Shows {
        let Some(media) = now else {
            return if *self == Self::Delete { Shows::Made } else { Shows::NotMade };
        };
        let made = match self {
            Self::Delete => media.state == "deleted",
            Self::Tags { add, remove } => {
                add.iter().all(|tag| media.tags.contains(tag)) && !remove.iter().any(|tag| media.tags.contains(tag))
            }
            Self::Class { class_id } => media.class_id == Some(*class_id),
            Self::Expire { at } => media.expires == *at,
            Self::StorageClass { to, .. } if media.storage_class == to.as_str() => true,
            // Leaving a cold class takes hours, so a media that has not left it tells nothing.
            Self::StorageClass { .. } if class_of(media).is_ok_and(is_cold) => return Shows::Nothing,
            Self::StorageClass { .. } => false,
            // The copy is not shown.
            Self::Restore { .. } => return Shows::Nothing,
        };
        if made { Shows::Made } else { Shows::NotMade }
    }

    /// The tags after the change.
    pub fn tags_after(&self, media: &Snapshot) -> Vec<String> {
        let mut tags = media.tags.clone();
        if let Self::Tags { add, remove } = self {
            tags.retain(|tag| !remove.contains(tag));
            tags.extend(add.iter().filter(|tag| !media.tags.contains(tag)).cloned());
        }
        tags
    }
}

/// The class of a media; one that is not told is the standard one.
fn class_of(media: &Snapshot) -> Result<StorageClass, StorageRefusal> {
    if media.storage_class.is_empty() {
        return Ok(StorageClass::Standard);
    }
    media.storage_class.parse().map_err(|_| StorageRefusal::Unknown(media.storage_class.clone()))
}
