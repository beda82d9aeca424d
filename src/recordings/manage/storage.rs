//! Which storage class may become which, and how what is cold is read back.
//!
//! Source: VOD API 3.0, `ModifyMediaStorageClass` and `RestoreMedia`. What a class costs and how long media must stay in it is
//! in the price book, not here.

use crate::model::{RestoreTier, StorageClass};

/// Why a media cannot be moved to a class, or restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageRefusal {
    /// Nothing to do.
    #[error("it is in {0} already")]
    Already(StorageClass),
    /// A direction that the API does not have.
    #[error("{from} cannot become {to}, only {}; move it there first, in a plan of its own", targets(*.from)[0])]
    Direction {
        /// Its class.
        from: StorageClass,
        /// What was asked for.
        to: StorageClass,
    },
    /// Leaving a cold class without saying how fast.
    #[error("leaving {} needs --tier {}", .0, tier_words(*.0))]
    NoTier(StorageClass),
    /// A tier that the class does not have.
    #[error("{class} has no tier {tier}; give --tier {}", tier_words(*.class))]
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

/// The classes that media of a class may be moved to.
fn targets(class: StorageClass) -> &'static [StorageClass] {
    use StorageClass::{Archive, DeepArchive, Standard, StandardIa};
    match class {
        Standard => &[StandardIa, Archive, DeepArchive],
        StandardIa => &[Standard, Archive, DeepArchive],
        Archive | DeepArchive => &[Standard],
    }
}

/// The ways in which media of a class are read back, fastest first; none where they need not be.
fn tiers(class: StorageClass) -> &'static [RestoreTier] {
    match class {
        StorageClass::Standard | StorageClass::StandardIa => &[],
        StorageClass::Archive => &[RestoreTier::Expedited, RestoreTier::Standard, RestoreTier::Bulk],
        StorageClass::DeepArchive => &[RestoreTier::Standard, RestoreTier::Bulk],
    }
}

fn tier_words(class: StorageClass) -> String {
    tiers(class).iter().map(|tier| tier.as_str()).collect::<Vec<_>>().join("|")
}

/// Whether media of a class must be restored before they can be read.
pub fn is_cold(class: StorageClass) -> bool {
    !tiers(class).is_empty()
}

/// What reading back from a class is called as a specification of the meter `retrieval`
/// ([`crate::model::meter::RETRIEVALS`]); `None` where nothing is charged for it.
pub fn retrieval(class: StorageClass, tier: Option<RestoreTier>) -> Option<&'static str> {
    match (class, tier) {
        (StorageClass::StandardIa, _) => Some("InfrequentRetrieval"),
        (StorageClass::Archive, Some(RestoreTier::Expedited)) => Some("ArchiveExpeditedRetrieval"),
        (StorageClass::Archive, Some(RestoreTier::Standard)) => Some("ArchiveStandardRetrieval"),
        (StorageClass::Archive, Some(RestoreTier::Bulk)) => Some("ArchiveBulkRetrieval"),
        (StorageClass::DeepArchive, Some(RestoreTier::Standard)) => Some("DeepArchiveStandardRetrieval"),
        (StorageClass::DeepArchive, Some(RestoreTier::Bulk)) => Some("DeepArchiveBulkRetrieval"),
        _ => None,
    }
}

/// Whether a media of one class may be moved to another. A tier is looked at only where the class is left by one.
pub fn check_move(from: StorageClass, to: StorageClass, tier: Option<RestoreTier>) -> Result<(), StorageRefusal> {
    if from == to {
        return Err(StorageRefusal::Already(from));
    }
    if !targets(from).contains(&to) {
        return Err(StorageRefusal::Direction { from, to });
    }
    if is_cold(from) { check_tier(from, tier) } else { Ok(()) }
}

/// Whether a media of a class can be restored by a tier.
pub fn check_restore(class: StorageClass, tier: Option<RestoreTier>) -> Result<(), StorageRefusal> {
    if is_cold(class) { check_tier(class, tier) } else { Err(StorageRefusal::NotCold(class)) }
}

fn check_tier(class: StorageClass, tier: Option<RestoreTier>) -> Result<(), StorageRefusal> {
    match tier {
        None => Err(StorageRefusal::NoTier(class)),
        Some(tier) if !tiers(class).contains(&tier) => Err(StorageRefusal::Tier { class, tier }),
        Some(_) => Ok(()),
    }
}
