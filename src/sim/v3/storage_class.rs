//! ModifyMediaStorageClass and RestoreMedia. Leaving an archive takes its time, by the account's clock.

use std::borrow::Cow;

use chrono::TimeDelta;
use serde_json::json;

use super::manage::existing;
use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome};
use crate::sim::account::{Media, Restore};
use crate::sim::words::STORAGE_CLASSES;

/// The most media of one request.
const MOST: usize = 100;
const TIERS: [&str; 3] = ["Expedited", "Standard", "Bulk"];

/// Request parameters.
pub(super) const MODIFY: &[Field] = &[
    Field::required("FileIds", Kind::Texts(MOST, 40)),
    Field::required("StorageClass", Kind::Choice(&STORAGE_CLASSES)),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("RestoreTier", Kind::Choice(&TIERS)),
];
/// Request parameters.
pub(super) const RESTORE: &[Field] = &[
    Field::required("FileIds", Kind::Texts(MOST, 40)),
    Field::required("RestoreDay", Kind::Uint),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("RestoreTier", Kind::Choice(&TIERS)),
];

/// How long leaving an archive takes (RestoreMedia); `None` where the class has no such tier.
fn duration(class: &str, tier: &str) -> Option<TimeDelta> {
    match (class, tier) {
        ("ARCHIVE", "Expedited") => Some(TimeDelta::minutes(5)),
        ("ARCHIVE", "Standard") => Some(TimeDelta::hours(5)),
        ("ARCHIVE", "Bulk") => Some(TimeDelta::hours(12)),
        ("DEEP_ARCHIVE", "Standard") => Some(TimeDelta::hours(24)),
        ("DEEP_ARCHIVE", "Bulk") => Some(TimeDelta::hours(48)),
        _ => None,
    }
}

fn is_archived(class: &str) -> bool {
    ["ARCHIVE", "DEEP_ARCHIVE"].contains(&class)
}

/// Moves media to another class: all of the request's, or none.
pub(super) fn modify(call: &Call<'_>) -> Outcome {
    let class = call.params.text("StorageClass").unwrap_or_default();
    let mut plans = Vec::new();
    for media in wanted(call)? {
        let from = media.storage_class.as_str();
        let allowed = from != class && (class == "STANDARD" || !is_archived(from));
        if !allowed {
            let message = format!("The media {} cannot go from {from} to {class}.", media.file_id);
            return Err(ApiError::new("InvalidParameterValue.UnsupportedTransition", message));
        }
        let restore = match is_archived(from) {
            true => Some(plan(call, &media, None, class, 0)?),
            false => None,
        };
        plans.push((media, restore));
    }
    for (media, restore) in plans {
        match restore {
            Some(restore) => call.cloud.restore_media(&media, restore),
            None => call.cloud.move_media(call.application, &media, class),
        }
    }
    Ok(json!({}))
}

/// Makes copies of archived media readable for some days: of all of the request's, or of none.
pub(super) fn restore(call: &Call<'_>) -> Outcome {
    let days = call.params.uint("RestoreDay").unwrap_or(0);
    if days == 0 {
        return Err(ApiError::value("RestoreDay", "it must be above 0"));
    }
    let mut plans = Vec::new();
    for media in wanted(call)? {
        if !is_archived(&media.storage_class) {
            let message = format!("The media {} is {}: there is nothing to restore.", media.file_id, media.storage_class);
            return Err(ApiError::new("InvalidParameterValue.NotRestorable", message));
        }
        // Without a tier the page names none; the middle one exists in both classes.
        let restore = plan(call, &media, Some("Standard"), &media.storage_class, days)?;
        plans.push((media, restore));
    }
    for (media, restore) in plans {
        call.cloud.restore_media(&media, restore);
    }
    Ok(json!({}))
}

fn wanted<'a>(call: &Call<'a>) -> Result<Vec<Cow<'a, Media>>, ApiError> {
    let empty = || ApiError::new("InvalidParameterValue.FileIdsEmpty", "`FileIds` is empty.");
    let ids = call.params.texts("FileIds").ok_or_else(empty)?;
    ids.into_iter().map(|id| existing(call, id)).collect()
}

fn plan(call: &Call<'_>, media: &Media, default: Option<&str>, class: &str, days: u64) -> Result<Restore, ApiError> {
    if media.changes.restore.is_some() {
        let message = format!("The media {} is being restored already.", media.file_id);
        return Err(ApiError::new("FailedOperation.TaskDuplicate", message));
    }
    let missing = || ApiError::value("RestoreTier", format!("it is needed to leave {}", media.storage_class));
    let tier = call.params.text("RestoreTier").or(default).ok_or_else(missing)?;
    let time = duration(&media.storage_class, tier).ok_or_else(|| {
        let message = format!("{} cannot be left by {tier}.", media.storage_class);
        ApiError::new("InvalidParameterValue.UnsupportedRestoreTier", message)
    })?;
    Ok(Restore { tier: tier.to_owned(), class: class.to_owned(), days, done: call.cloud.now() + time })
}
