//! How sure a number is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How sure a number is, from least to most. A number made of others has the least of theirs
/// ([`Status::min`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Rests on something nobody confirmed, such as the billing mode of an unknown account.
    Assumed,
    /// Filled in by a method, not measured.
    Estimated,
    /// Measured, but a part of the period is still missing or may be restated.
    Partial,
    /// Measured and past the time in which the cloud restates it.
    Final,
}

impl Status {
    /// The word used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assumed => "assumed",
            Self::Estimated => "estimated",
            Self::Partial => "partial",
            Self::Final => "final",
        }
    }

    /// The status of this rank, 0 being the least sure: how the ledger orders them.
    pub fn of_rank(rank: i64) -> Option<Self> {
        [Self::Assumed, Self::Estimated, Self::Partial, Self::Final].into_iter().find(|status| *status as i64 == rank)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Assumed, Self::Estimated, Self::Partial, Self::Final]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("status {text:?}: expected assumed, estimated, partial or final"))
    }
}
