//! Collecting: what to ask the cloud, asking it, and putting the answers into the ledger.
//!
//! Work is cut into units, one question each (`plan`). A unit's raw answers are kept (`recorder`) with their secrets
//! removed ([`redact`]), whether or not they can be read; its facts are committed together with them. A unit that fails
//! stops no other: the [`Manifest`] names it.

mod applications;
mod ask;
mod bills;
pub mod cdn_log;
mod facts;
mod identity;
mod listing;
mod logs;
mod loose_logs;
mod manifest;
mod outage;
mod owner;
mod plan;
mod plays;
mod progress;
mod recorder;
pub mod redact;
mod run;

use std::sync::Arc;

use crate::cloud::{self, Client};
use crate::ledger::{Domain, Ledger, LedgerError};
use crate::model::{AccountId, SubAppId};

pub use identity::check_account;
pub use logs::LogHabits;
pub use loose_logs::loose_logs;
pub use manifest::{Gap, Manifest, Overall};
pub use plan::{Applications, FRESHNESS_HOURS, HISTORY_DAYS, Kind, Plan, ProcessTypes};
pub use progress::{Progress, Silent};
pub use run::Stop;

use run::Run;

/// The type of a domain that another product delivers, meters and bills.
const EDGE_ONE: &str = "EdgeOne";

/// Why nothing, or nothing more, could be collected. What was committed before stays.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The cloud does not talk to us at all.
    #[error(transparent)]
    Cloud(#[from] cloud::Error),
    /// The ledger does not take what was collected.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The key is of another account than before, or than it should be.
    #[error(
        "the key belongs to account {key}, {by} says {expected}; nothing was collected: use the key of {expected}, or give {key} an \
         [[account]] of its own"
    )]
    OtherAccount {
        /// Whose key it is.
        key: String,
        /// Whose it should be.
        expected: String,
        /// Who says so.
        by: &'static str,
    },
    /// The ledger has the account under another id: collected anew under this one, all would be counted twice.
    #[error(
        "the ledger keeps account {uin} as {kept}, not as {id}; nothing was collected: the id is account.uin where it is configured, \
         else account.name, so restore these, or name another ledger"
    )]
    OtherId {
        /// The account number.
        uin: String,
        /// Its id in the ledger.
        kept: AccountId,
        /// Its id by the configuration.
        id: AccountId,
    },
    /// A part of the program ended early.
    #[error("collecting was interrupted: {0}")]
    Interrupted(String),
}

impl CollectError {
    fn other_account(key: String, expected: &str, by: &'static str) -> Self {
        Self::OtherAccount { key, expected: expected.to_owned(), by }
    }
}

/// Brings the ledger up to date for a plan: what is known for good is not asked for again, the recent past is read again and what
/// was restated becomes a revision.
///
/// Units of work are planned in the ledger and worked on under leases. Several runs may do so at once, on one ledger: they
/// share the units, and each waits for what the others have taken. Stopping at any moment is safe; the next run does what is left.
///
/// # Errors
/// Only what stops everything: a wrong credential or no network before the first answer, or a ledger that cannot be written.
pub async fn sync(
    client: &Client,
    ledger: &Arc<Ledger>,
    plan: &Plan,
    stop: &Stop,
    progress: &dyn Progress,
) -> Result<Manifest, CollectError> {
    let mut manifest = Manifest::new(plan);
    let found = applications::find(client, ledger, plan).await?;
    manifest.gaps.extend(found.gap);
    let applications = found.ids;
    let mut planned = plan_units(ledger, plan, &applications).await?;
    if plan.kinds.contains(&Kind::Logs) {
        let (more, gaps) = logs::plan(client, ledger, plan, &applications).await?;
        planned += more;
        manifest.gaps.extend(gaps);
    }
    progress.planned(planned);
    let run = Run::new(client, ledger, plan);
    let worked = run.work(stop, progress, &mut manifest).await;
    let given_back = run.give_back().await;
    worked?;
    given_back?;
    if plan.kinds.contains(&Kind::Media) {
        run.close_inventory(&applications).await?;
    }
    if plan.kinds.contains(&Kind::Logs) {
        let (account, now) = (plan.account.clone(), plan.now);
        on_blocking_thread(ledger, move |ledger| cdn_log::compact(ledger, &account, now)).await?;
    }
    let counted = Arc::clone(&run.plan);
    manifest.lines = on_blocking_thread(ledger, move |ledger| Manifest::count(ledger, &counted)).await?;
    let account = plan.account.clone();
    let domains = on_blocking_thread(ledger, move |ledger| ledger.domains(&account)).await?;
    let is_foreign = |domain: &&(Option<SubAppId>, Domain)| domain.1.kind.eq_ignore_ascii_case(EDGE_ONE);
    manifest.outside = domains.iter().filter(is_foreign).map(|(_, domain)| domain.name.clone()).collect();
    manifest.already_known = usize::try_from(manifest.sum(|count| count.asked)).unwrap_or(0).saturating_sub(manifest.worked);
    Ok(manifest)
}

async fn plan_units(ledger: &Arc<Ledger>, plan: &Plan, applications: &[Option<SubAppId>]) -> Result<usize, CollectError> {
    let (plan, applications) = (plan.clone(), applications.to_vec());
    on_blocking_thread(ledger, move |ledger| {
        for owner in ledger.lease_owners(&plan.account)?.into_iter().filter(|owner| owner::is_dead(owner)) {
            ledger.release_leases(&plan.account, &owner)?;
        }
        let mut planned = 0;
        if plan.kinds.contains(&Kind::Media) {
            planned += listing::plan(ledger, &plan, &applications)?;
        }
        planned += ledger.plan_units(&plan.account, &mut plan.units(applications), plan.now)?;
        Ok(planned)
    })
    .await
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
