//! Protection and limits, from the configuration.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::ids::{self, Remarks};
use crate::cli::{Context, Error};
use crate::recordings::manage::{Limits, Protection};

/// What no plan may touch. A list that cannot be read is an error: nothing may lose its protection by that.
pub fn protection(context: &Context) -> Result<Protection, Error> {
    let configured = &context.settings()?.protect;
    let legal_hold = match &configured.legal_hold_file {
        None => BTreeSet::new(),
        Some(file) => ids::read(file, Remarks::Hash)?.into_iter().collect(),
    };
    let days = configured.minimum_age_days.and_then(|days| i64::try_from(days).ok());
    Ok(Protection {
        minimum_age: days.map(TimeDelta::days),
        tags: configured.tags.iter().cloned().collect(),
        classes: configured.classes.iter().copied().collect(),
        storage_classes: configured.storage_classes.iter().cloned().collect(),
        legal_hold_tag: configured.legal_hold_tag.clone(),
        legal_hold,
    })
}

/// How many media a plan may change, before flags and without the number of media of the account.
pub fn limits(context: &Context) -> Result<Limits, Error> {
    let configured = &context.settings()?.protect;
    let mut limits = Limits::default();
    if let Some(media) = configured.max_media {
        limits.max_media = media;
    }
    if let Some(share) = &configured.max_share {
        limits.max_share = share.parse().map_err(|error| Error::usage(format!("protect.max_share: {error}")))?;
    }
    Ok(limits)
}
