//! Storage classes: which may become which, and how what is cold is read back.
//!
//! Source: VOD API 3.0, `ModifyMediaStorageClass` and `RestoreMedia`. What a class costs and how long media must stay in it is
//! in the price book, not here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A storage class by the API's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StorageClass {
    /// Read at once.
    #[serde(rename = "STANDARD")]
    Standard,
    /// Infrequent access: read at once, reading costs.
    #[serde(rename = "STANDARD_IA")]
    Infrequent,
    /// Restored before it is read.
    #[serde(rename = "ARCHIVE")]
    Archive,
    /// Restored before it is read, more slowly.
    #[serde(rename = "DEEP_ARCHIVE")]
    DeepArchive,
}

impl StorageClass {
    /// Every class, warmest first.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Infrequent, Self::Archive, Self::DeepArchive];

    /// The API's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Infrequent => "STANDARD_IA",
            Self::Archive => "ARCHIVE",
            Self::DeepArchive => "DEEP_ARCHIVE",
        }
    }

    /// Whether media must be restored before they can be read.
    pub fn is_cold(self) -> bool {
        matches!(self, Self::Archive | Self::DeepArchive)
    }

    /// The classes that media of this class may be moved to.
    pub fn targets(self) -> &'static [Self] {
        match self {
            Self::Standard => &[Self::Infrequent, Self::Archive, Self::DeepArchive],
            Self::Infrequent => &[Self::Standard, Self::Archive, Self::DeepArchive],
            Self::Archive | Self::DeepArchive => &[Self::Standard],
        }
    }

    /// The ways in which media of this class are read back, fastest first; none where they need not be.
    pub fn tiers(self) -> &'static [RestoreTier] {
        match self {
            Self::Standard | Self::Infrequent => &[],
            Self::Archive => &[RestoreTier::Expedited, RestoreTier::Standard, RestoreTier::Bulk],
            Self::DeepArchive => &[RestoreTier::Standard, RestoreTier::Bulk],
        }
    }

    /// What reading back from this class is called as a specification of the meter `retrieval`
    /// ([`crate::model::meter::RETRIEVALS`]); `None` where nothing is charged for it.
    pub fn retrieval(self, tier: Option<RestoreTier>) -> Option<&'static str> {
        match (self, tier) {
            (Self::Infrequent, _) => Some("InfrequentRetrieval"),
            (Self::Archive, Some(RestoreTier::Expedited)) => Some("ArchiveExpeditedRetrieval"),
            (Self::Archive, Some(RestoreTier::Standard)) => Some("ArchiveStandardRetrieval"),
            (Self::Archive, Some(RestoreTier::Bulk)) => Some("ArchiveBulkRetrieval"),
            (Self::DeepArchive, Some(RestoreTier::Standard)) => Some("DeepArchiveStandardRetrieval"),
            (Self::DeepArchive, Some(RestoreTier::Bulk)) => Some("DeepArchiveBulkRetrieval"),
            _ => None,
        }
    }
}

/// How fast what is cold is read back. Faster costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RestoreTier {
    /// ARCHIVE only: 5 minutes.
    Expedited,
    /// ARCHIVE: 5 hours, DEEP_ARCHIVE: 24 hours.
    Standard,
    /// ARCHIVE: 12 hours, DEEP_ARCHIVE: 48 hours.
    Bulk,
}

impl RestoreTier {
    /// Every tier, fastest first.
    pub const ALL: [Self; 3] = [Self::Expedited, Self::Standard, Self::Bulk];

    /// The API's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expedited => "Expedited",
            Self::Standard => "Standard",
            Self::Bulk => "Bulk",
        }
    }
}

/// Why a media cannot be moved to a class, or restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageRefusal {
    /// Nothing to do.
    #[error("it is in {0} already")]
    Already(StorageClass),
    /// A direction that the API does not have.
    #[error("{from} cannot become {to}, only {}; move it there first, in a plan of its own", .from.targets()[0])]
    Direction {
        /// Its class.
        from: StorageClass,
        /// What was asked for.
        to: StorageClass,
    },
    /// Leaving a cold class without saying how fast.
    #[error("leaving {} needs --tier {}", .0, tiers(*.0))]
    NoTier(StorageClass),
    /// A tier that the class does not have.
    #[error("{class} has no tier {tier}; give --tier {}", tiers(*.class))]
    Tier {
        /// Its class.
        class: StorageClass,
        /// What was asked for.
        tier: RestoreTier,
    },
    /// Only what is cold is restored.
    #[error("it is in {0} and can be read without being restored")]
    NotCold(StorageClass),
    /// A class that no document lists.
    #[error("its storage class {0:?} is unknown")]
    Unknown(String),
}

fn tiers(class: StorageClass) -> String {
    class.tiers().iter().map(|tier| tier.as_str()).collect::<Vec<_>>().join("|")
}

/// Whether a media of one class may be moved to another. A tier is looked at only where the class is left by one.
pub fn check_move(from: StorageClass, to: StorageClass, tier: Option<RestoreTier>) -> Result<(), StorageRefusal> {
    if from == to {
        return Err(StorageRefusal::Already(from));
    }
    if !from.targets().contains(&to) {
        return Err(StorageRefusal::Direction { from, to });
    }
    if from.is_cold() { check_tier(from, tier) } else { Ok(()) }
}

/// Whether a media of a class can be restored by a tier.
pub fn check_restore(class: StorageClass, tier: Option<RestoreTier>) -> Result<(), StorageRefusal> {
    if class.is_cold() { check_tier(class, tier) } else { Err(StorageRefusal::NotCold(class)) }
}

fn check_tier(class: StorageClass, tier: Option<RestoreTier>) -> Result<(), StorageRefusal> {
    match tier {
        None => Err(StorageRefusal::NoTier(class)),
        Some(tier) if !class.tiers().contains(&tier) => Err(StorageRefusal::Tier { class, tier }),
        Some(_) => Ok(()),
    }
}

macro_rules! words {
    ($($name:ident $what:literal),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.into_iter().find(|value| value.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    format!(concat!($what, " {:?} is unknown; expected one of: {}"), text, known.join(", "))
                })
            }
        }
    )*};
}

words!(StorageClass "storage class", RestoreTier "restore tier");
