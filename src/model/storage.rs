//! How media are stored, and how what is stored cold is read back: the API's own words.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A storage class of a media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    /// `STANDARD`: read at once.
    Standard,
    /// `STANDARD_IA`, infrequent access: read at once, reading costs.
    StandardIa,
    /// `ARCHIVE`: restored before it is read.
    Archive,
    /// `DEEP_ARCHIVE`: restored before it is read, more slowly.
    DeepArchive,
}

impl StorageClass {
    /// Every class, warmest first.
    pub const ALL: [Self; 4] = [Self::Standard, Self::StandardIa, Self::Archive, Self::DeepArchive];

    /// The API's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::StandardIa => "STANDARD_IA",
            Self::Archive => "ARCHIVE",
            Self::DeepArchive => "DEEP_ARCHIVE",
        }
    }
}

/// How fast what is cold is read back. Faster costs more. (VOD API 3.0, RestoreMedia.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RestoreTier {
    /// `ARCHIVE` in 5 minutes; `DEEP_ARCHIVE` has no such tier.
    Expedited,
    /// `ARCHIVE` in 5 hours, `DEEP_ARCHIVE` in 24.
    Standard,
    /// `ARCHIVE` in 12 hours, `DEEP_ARCHIVE` in 48.
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
