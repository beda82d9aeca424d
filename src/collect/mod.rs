//! Collecting: what to ask the cloud, asking it, and putting the answers into the ledger.
//!
//! Work is cut into units, one question each (`plan`). A unit's raw answers are kept (`recorder`) with their secrets
//! removed ([`redact`]), whether or not they can be read; its facts are committed together with them. A unit that fails
//! stops no other: the [`Manifest`] names it.

mod applications;
mod ask;
mod facts;
mod manifest;
mod outage;
mod plan;
mod progress;
mod recorder;
pub mod redact;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::cloud::{self, Client};
use crate::ledger::{Ledger, LedgerError};

pub use manifest::{Gap, Line, LineState, Manifest, Overall};
pub use plan::{Applications, FRESHNESS_HOURS, HISTORY_DAYS, Kind, Plan, ProcessTypes};
pub use progress::{Progress, Silent};

use outage::Outage;
use plan::Question;
use recorder::Answers;

/// Why nothing, or nothing more, could be collected. What was committed before stays.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The cloud does not talk to us at all.
    #[error(transparent)]
    Cloud(#[from] cloud::Error),
    /// The ledger does not take what was collected.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A part of the program ended early.
    #[error("collecting was interrupted: {0}")]
    Interrupted(String),
}

/// Brings the ledger up to date for a plan: days that are known for good are not asked for again, recent ones are read again
/// and what was restated becomes a revision.
///
/// Stopping at any moment is safe; the next run does what is left.
///
/// # Errors
/// Only what stops everything: a wrong credential or no network before the first answer, or a ledger that cannot be written.
pub async fn sync(client: &Client, ledger: &Arc<Ledger>, plan: &Plan, progress: &dyn Progress) -> Result<Manifest, CollectError> {
    let mut manifest = Manifest::new(plan);
    let found = applications::find(client, ledger, plan).await?;
    manifest.gaps.extend(found.gap);
    let questions = plan::questions(ledger, plan, &found.ids).await?;
    manifest.already_known = questions.known_days;
    progress.planned(questions.to_ask.len());

    let shared = Arc::new(Shared {
        client: client.clone(),
        ledger: Arc::clone(ledger),
        plan: plan.clone(),
        permits: Semaphore::new(plan.at_a_time.clamp(1, 64)),
        outage: Outage::default(),
    });
    let mut running = JoinSet::new();
    for question in questions.to_ask {
        running.spawn(work(Arc::clone(&shared), question));
    }
    while let Some(ended) = running.join_next().await {
        let line = ended.map_err(|error| CollectError::Interrupted(error.to_string()))??;
        progress.finished(&line);
        manifest.lines.push(line);
    }
    manifest.finish();
    Ok(manifest)
}

/// What all units of a run share.
struct Shared {
    client: Client,
    ledger: Arc<Ledger>,
    plan: Plan,
    permits: Semaphore,
    outage: Outage,
}

/// Asks one question and commits what it brings.
async fn work(shared: Arc<Shared>, question: Question) -> Result<Line, CollectError> {
    let _permit = shared.permits.acquire().await.map_err(|error| CollectError::Interrupted(error.to_string()))?;
    let (ledger, now) = (&shared.ledger, shared.plan.now);
    let recorder = Arc::new(Answers::of(question.unit.sub_app_id));
    let answer = match shared.outage.check() {
        Ok(()) => ask::ask(&shared.client.recording(recorder.clone()), &question, &shared.plan).await,
        Err(refusal) => Err(refusal),
    };
    shared.outage.note(&answer);
    let mut line = Line::of(&question);
    let result = line.take(&question, answer, recorder.all(), now);
    match on_blocking_thread(ledger, move |ledger| ledger.commit_unit(&result)).await {
        Ok(committed) => line.committed = committed,
        // The answer contradicts itself or holds what cannot be stored: the unit's fault, not the ledger's.
        Err(CollectError::Ledger(
            error @ (LedgerError::Contradiction(_) | LedgerError::Misplaced(_) | LedgerError::OutOfRange { .. }),
        )) => {
            let failed = line.refused(&question, error.to_string(), recorder.all(), now);
            on_blocking_thread(ledger, move |ledger| ledger.commit_unit(&failed)).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(line)
}

/// The ledger blocks; async work must not.
async fn on_blocking_thread<T: Send + 'static>(
    ledger: &Arc<Ledger>,
    work: impl FnOnce(&Ledger) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, CollectError> {
    let ledger = Arc::clone(ledger);
    let done = tokio::task::spawn_blocking(move || work(&ledger)).await;
    Ok(done.map_err(|error| CollectError::Interrupted(error.to_string()))??)
}
