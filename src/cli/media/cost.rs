//! The cost effect of a plan, by the account's price book.

use crate::cli::terms::Terms;
use crate::cli::{Context, Error};
use crate::ledger::Ledger;
use crate::model::{BillingDay, CostEffect, EffectKind, StorageClass};
use crate::recordings::manage::{Change, Plan, Snapshot, retrieval};
use crate::settings::Account;
use crate::statement::{MediaChange, media_effect};

/// What a plan costs or saves; `None` for changes that touch no cost.
pub fn effect(context: &Context, account: &Account, plan: &Plan) -> Result<Option<CostEffect>, Error> {
    if matches!(plan.change, Change::Tags { .. } | Change::Class { .. }) {
        return Ok(None);
    }
    let terms = Terms::of(context, account)?;
    let month = BillingDay::of(plan.created_at).month().next();
    let options = terms.options(month)?;
    let ledger = context.existing_ledger()?;
    let mut changes = Vec::with_capacity(plan.media.len());
    for media in &plan.media {
        changes.push(of(plan, &media.before, ledger.as_ref(), account)?);
    }
    let effect = media_effect(&account.id(), &changes, terms.book(), &options, plan.created_at);
    let book = terms.book();
    let mut effect = effect.unwrap_or_else(|error| CostEffect::unknown(book.currency, &book.id, month, error.to_string()));
    if let Some(gap) = left_open(plan) {
        effect.gaps.push(gap.to_owned());
        effect.storage_per_month = None;
    }
    let early = effect.lines.iter().any(|line| line.kind == EffectKind::EarlyDeletion);
    if early && matches!(plan.change, Change::Expire { .. }) {
        effect.notes.push("that media which delete themselves are charged for early deletion is assumed".to_owned());
    }
    Ok(Some(effect))
}

fn of(plan: &Plan, media: &Snapshot, ledger: Option<&Ledger>, account: &Account) -> Result<MediaChange, Error> {
    let class: StorageClass = media.storage_class.parse().unwrap_or(StorageClass::Standard);
    let since = ledger.map(|ledger| ledger.in_class_since(&account.id(), &media.file_id)).transpose().map_err(Error::failed)?;
    let stays = MediaChange {
        storage_region: media.storage_region.clone(),
        storage_class: media.storage_class.clone(),
        size: media.size,
        rendition_size: media.rendition_size(),
        created: media.created,
        in_class_since: since.flatten(),
        leaves: None,
        class_after: None,
        retrieval: None,
    };
    Ok(match &plan.change {
        Change::Delete => MediaChange { leaves: Some(plan.created_at), ..stays },
        Change::Expire { at } => MediaChange { leaves: *at, ..stays },
        Change::StorageClass { to, tier } => {
            // Reading back is charged where what leaves a class becomes readable at once.
            let read_back = if *to == StorageClass::Standard { retrieval(class, *tier) } else { None };
            MediaChange {
                leaves: Some(plan.created_at),
                class_after: Some(to.to_string()),
                retrieval: read_back.map(str::to_owned),
                ..stays
            }
        }
        Change::Restore { tier, .. } => MediaChange { retrieval: retrieval(class, *tier).map(str::to_owned), ..stays },
        Change::Tags { .. } | Change::Class { .. } => stays,
    })
}

/// What no price document answers.
fn left_open(plan: &Plan) -> Option<&'static str> {
    match plan.change {
        Change::Restore { .. } => {
            Some("what the restored copy's days of storage cost: no document says in which class the copy counts")
        }
        Change::Expire { at: None } => Some("what storing the media for ever costs: it has no end"),
        Change::Expire { at: Some(_) } if plan.media.iter().any(|media| media.before.expires.is_some()) => {
            Some("some of the media already delete themselves on another day; what is saved is only the time between the two")
        }
        _ => None,
    }
}
