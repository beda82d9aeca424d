//! Applying a plan: media by media, each read again just before, each written down before and after.
//!
//! What was written decides where to go on after an end of any kind: a media that is done is never asked for again, and one
//! that was about to be changed is read first.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::change::Shows;
use super::cloud::{MediaCloud, READ_AT_ONCE};
use super::limits::{LimitPassed, Limits};
use super::plan::{Plan, PlanError, Planned};
use super::protect::Protection;
use super::snapshot::Snapshot;
use crate::cloud::{Error, ErrorKind};
use crate::ledger::{AuditEntry, AuditOutcome, Ledger, LedgerError};
use crate::model::{AccountId, Clock, FileId};

/// Why nothing (more) of a plan was applied. What was done before is written down.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The plan is not for here and now.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// It changes more than it may.
    #[error(transparent)]
    Limit(#[from] LimitPassed),
    /// Nothing may be changed that cannot be written down.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The key or the endpoint is wrong, so that no media could be changed.
    #[error(transparent)]
    Cloud(#[from] Error),
    /// The program ended in between.
    #[error("the ledger was closed while something was written; run it again")]
    Closed,
}

/// What became of one media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Its id.
    pub file_id: FileId,
    /// How far its change has come.
    pub outcome: AuditOutcome,
    /// More, in words.
    pub detail: String,
    /// Whether it had come so far before.
    pub before: bool,
}

/// Applies plans of one account.
#[derive(Debug)]
pub struct Applier<'a, C> {
    /// Where the media are.
    pub cloud: &'a C,
    /// Where the audit is.
    pub ledger: &'a Arc<Ledger>,
    /// Whose media.
    pub account: &'a AccountId,
    /// What no plan may touch.
    pub protection: &'a Protection,
    /// Who does it, for the audit.
    pub actor: String,
    /// The account's clock.
    pub clock: Clock,
    /// Whether what may have happened already, and cannot be seen, is asked for again.
    pub repeat_unknown: bool,
}

/// What was written of a media last.
struct Last {
    outcome: AuditOutcome,
    detail: String,
}

impl<C: MediaCloud> Applier<'_, C> {
    /// Applies a plan. Every media of it is settled, whatever becomes of others; `each` hears of each.
    ///
    /// # Errors
    /// A plan that may not be applied, before anything is asked; a ledger that cannot be written; a cloud that refuses the key.
    pub async fn apply(&self, plan: &Plan, limits: &Limits, mut each: impl FnMut(&Settled)) -> Result<Vec<Settled>, ApplyError> {
        plan.check(self.account, self.clock.now())?;
        limits.check(plan.media.len() as u64)?;
        let work = Work { applier: self, plan, hash: plan.hash() };
        let written = work.written().await?;
        let mut all = Vec::with_capacity(plan.media.len());
        let is_same = |left: &Planned, right: &Planned| left.before.sub_app_id == right.before.sub_app_id;
        for chunk in plan.media.chunk_by(is_same).flat_map(|group| group.chunks(READ_AT_ONCE)) {
            let open = chunk.iter().filter(|media| !is_done(written.get(&media.before.file_id)));
            let now = work.read(&open.collect::<Vec<_>>()).await?;
            for media in chunk {
                let settled = work.settle(media, written.get(&media.before.file_id), &now).await?;
                each(&settled);
                all.push(settled);
            }
        }
        Ok(all)
    }
}

fn is_done(last: Option<&Last>) -> bool {
    last.is_some_and(|last| last.outcome == AuditOutcome::Done)
}

/// What reading some media gave: each that is there, or why they could not be read.
type Reading = Result<BTreeMap<FileId, Snapshot>, Error>;

struct Work<'a, C> {
    applier: &'a Applier<'a, C>,
    plan: &'a Plan,
    hash: String,
}

impl<C: MediaCloud> Work<'_, C> {
    /// What was written of this plan, the last of each media.
    async fn written(&self) -> Result<BTreeMap<FileId, Last>, ApplyError> {
        let (account, hash) = (self.applier.account.clone(), self.hash.clone());
        let rows = self.with_ledger(move |ledger| ledger.audit_of_plan(&account, &hash)).await?;
        let last = |entry: AuditEntry| (entry.file_id, Last { outcome: entry.outcome, detail: entry.detail });
        Ok(rows.into_iter().map(|row| last(row.entry)).collect())
    }

    /// Reads media of one application. What is wrong with the key or the endpoint is wrong for all, and ends the work.
    async fn read(&self, media: &[&Planned]) -> Result<Reading, ApplyError> {
        let Some(first) = media.first() else { return Ok(Ok(BTreeMap::new())) };
        let ids: Vec<FileId> = media.iter().map(|media| media.before.file_id.clone()).collect();
        match self.applier.cloud.read(first.before.sub_app_id, &ids).await {
            Ok(found) => Ok(Ok(found.iter().map(|media| (media.file_id.clone(), Snapshot::of(media))).collect())),
            Err(error) if is_general(&error) => Err(error.into()),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn settle(&self, media: &Planned, last: Option<&Last>, now: &Reading) -> Result<Settled, ApplyError> {
        if let Some(last) = last.filter(|last| last.outcome == AuditOutcome::Done) {
            return Ok(self.settled(media, AuditOutcome::Done, last.detail.clone(), true));
        }
        let now = match now {
            Ok(found) => found.get(&media.before.file_id),
            Err(error) => {
                // It may have been changed by an earlier run, so what is known of it stays.
                let outcome = if is_open(last) { AuditOutcome::Unknown } else { AuditOutcome::Failed };
                return self.write(media, last, outcome, format!("it could not be read: {error}")).await;
            }
        };
        if is_open(last) {
            match self.plan.change.shows(now) {
                Shows::Made => {
                    let detail = "an earlier run made it: the media shows it".to_owned();
                    return self.write(media, last, AuditOutcome::Done, detail).await;
                }
                Shows::Nothing if !self.applier.repeat_unknown => {
                    let detail = "an earlier run may have made it, and the media does not show it; look at the events or the \
                                  console, then give --repeat-unknown to ask for it (again)";
                    return self.write(media, last, AuditOutcome::Unknown, detail.to_owned()).await;
                }
                Shows::Nothing | Shows::NotMade => {}
            }
        }
        match self.refusal(media, now) {
            Some(why) => self.write(media, last, AuditOutcome::Refused, why).await,
            None => self.make(media).await,
        }
    }

    /// Why a media, as it is now, is left alone.
    fn refusal(&self, media: &Planned, now: Option<&Snapshot>) -> Option<String> {
        let Some(now) = now else { return Some("it is not there any more".to_owned()) };
        if now.fingerprint() != media.fingerprint {
            return Some(format!("it changed since the plan was made: {}", media.before.differences(now).join(", ")));
        }
        let (change, applier) = (&self.plan.change, self.applier);
        if let Err(kept) = applier.protection.forbids(change, now, applier.clock.now()) {
            return Some(kept.to_string());
        }
        change.fits(now).err().map(|unfit| unfit.to_string())
    }

    /// Makes the change: written down as intended before, and with its end after.
    async fn make(&self, media: &Planned) -> Result<Settled, ApplyError> {
        let (id, application) = (&media.before.file_id, media.before.sub_app_id);
        self.append(media, AuditOutcome::Intended, &self.plan.change.words(), "").await?;
        match self.applier.cloud.change(application, id, &self.plan.change).await {
            Ok(request_id) => self.end(media, AuditOutcome::Done, self.plan.change.words(), request_id).await,
            Err(error) => {
                let outcome = if may_have_happened(&error) { self.look(media).await } else { AuditOutcome::Failed };
                let request_id = error.request_id.clone().unwrap_or_default();
                self.end(media, outcome, error.to_string(), request_id).await
            }
        }
    }

    /// What the media shows of a change whose answer was lost.
    async fn look(&self, media: &Planned) -> AuditOutcome {
        let Ok(Ok(found)) = self.read(&[media]).await else { return AuditOutcome::Unknown };
        match self.plan.change.shows(found.get(&media.before.file_id)) {
            Shows::Made => AuditOutcome::Done,
            Shows::NotMade => AuditOutcome::Failed,
            Shows::Nothing => AuditOutcome::Unknown,
        }
    }

    async fn end(
        &self,
        media: &Planned,
        outcome: AuditOutcome,
        detail: String,
        request_id: String,
    ) -> Result<Settled, ApplyError> {
        self.append(media, outcome, &detail, &request_id).await?;
        Ok(self.settled(media, outcome, detail, false))
    }

    /// Writes an end without a call; one that says nothing new is not written again.
    async fn write(
        &self,
        media: &Planned,
        last: Option<&Last>,
        outcome: AuditOutcome,
        detail: String,
    ) -> Result<Settled, ApplyError> {
        let known = last.is_some_and(|last| last.outcome == outcome && last.detail == detail);
        if !known {
            self.append(media, outcome, &detail, "").await?;
        }
        Ok(self.settled(media, outcome, detail, known))
    }

    fn settled(&self, media: &Planned, outcome: AuditOutcome, detail: String, before: bool) -> Settled {
        Settled { file_id: media.before.file_id.clone(), outcome, detail, before }
    }

    async fn append(&self, media: &Planned, outcome: AuditOutcome, detail: &str, request_id: &str) -> Result<(), ApplyError> {
        let entry = AuditEntry {
            recorded: self.applier.clock.now(),
            actor: self.applier.actor.clone(),
            plan: self.hash.clone(),
            action: self.plan.change.word().to_owned(),
            file_id: media.before.file_id.clone(),
            outcome,
            detail: detail.to_owned(),
            request_id: request_id.to_owned(),
        };
        let account = self.applier.account.clone();
        self.with_ledger(move |ledger| ledger.append_audit(&account, &[entry])).await
    }

    /// Works on the ledger, which blocks.
    async fn with_ledger<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, ApplyError> {
        let ledger = Arc::clone(self.applier.ledger);
        match tokio::task::spawn_blocking(move || work(&ledger)).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(ApplyError::Closed),
        }
    }
}

/// Whether an earlier run may have changed the media without writing the end down.
fn is_open(last: Option<&Last>) -> bool {
    last.is_some_and(|last| matches!(last.outcome, AuditOutcome::Intended | AuditOutcome::Unknown))
}

/// Whether an error says nothing about one media.
fn is_general(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Configuration | ErrorKind::Credential | ErrorKind::Clock | ErrorKind::Permission | ErrorKind::Unsupported
    )
}

/// Whether a call may have had its effect although it failed. An answer that cannot be read is an answer all the same.
fn may_have_happened(error: &Error) -> bool {
    error.effect_unknown || error.kind == ErrorKind::Malformed
}
