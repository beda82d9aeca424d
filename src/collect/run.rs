//! One run: takes units, works on several at a time, commits each under its fence, until nothing is left.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::ask::{self, Answer, Refusal};
use super::logs::Logs;
use super::manifest::{Gap, Manifest};
use super::outage::Outage;
use super::plan::{BACKFILL, Kind, Plan, Question};
use super::progress::Progress;
use super::recorder::Answers;
use super::{CollectError, listing, on_blocking_thread, owner};
use crate::cloud::{Client, Priority};
use crate::ledger::{Brings, Change, Committed, Facts, Lease, Ledger, LedgerError, Lowered, Outcome, UnitResult};
use crate::model::{BillingDay, Period, Status, SubAppId};

/// How long a lease lasts unless it is extended.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// How often leases are extended.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How often a run that waits for others looks again.
const LOOK: Duration = Duration::from_secs(2);

/// Asks a run to end: units under way are ended, no further one is begun. What is left is for the next run.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    async fn asked(&self) {
        // An error means that nobody can ask any more; the sender lives in self.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

/// What the units of a run share.
#[derive(Clone)]
pub struct Run {
    /// Asks.
    client: Client,
    /// Keeps.
    ledger: Arc<Ledger>,
    /// What to collect.
    pub plan: Arc<Plan>,
    /// The name under which units are taken.
    owner: String,
    /// Access logs.
    logs: Logs,
}

/// How a unit ended.
struct Ended {
    kind: String,
    committed: Committed,
    /// What it lowered by much.
    lowered: Vec<Lowered>,
    /// Whether something of what it asked for is missing, although facts came.
    is_part: bool,
    /// Units that it was split into.
    more: usize,
    /// Why it could not be asked, if others would fare the same.
    outage: Option<Result<(), String>>,
}

impl Run {
    /// A run of this process.
    pub fn new(client: &Client, ledger: &Arc<Ledger>, plan: &Plan) -> Self {
        let (ledger, plan) = (Arc::clone(ledger), Arc::new(plan.clone()));
        let logs = Logs::new(Arc::clone(&ledger), Arc::clone(&plan));
        Self { client: client.clone(), ledger, plan, owner: owner::this_run(), logs }
    }

    /// Works until nothing of the plan is left that this run could do.
    pub async fn work(&self, stop: &Stop, progress: &dyn Progress, manifest: &mut Manifest) -> Result<(), CollectError> {
        let mut running = JoinSet::new();
        let mut outage = Outage::default();
        let mut heartbeat = Instant::now() + HEARTBEAT;
        let at_a_time = self.plan.at_a_time.clamp(1, 64);
        loop {
            let may_begin = !stop.is_asked() && outage.reason().is_none();
            if may_begin && running.len() < at_a_time {
                for lease in self.take(at_a_time - running.len()).await? {
                    let run = self.clone();
                    running.spawn(async move { run.unit(lease).await });
                }
            }
            if running.is_empty() && (!may_begin || !self.wait_for_others(stop).await?) {
                break;
            }
            tokio::select! {
                Some(ended) = running.join_next() => {
                    let ended = ended.map_err(|error| CollectError::Interrupted(error.to_string()))??;
                    outage.note(ended.outage);
                    manifest.add(ended.committed, ended.is_part);
                    manifest.lowered.extend(ended.lowered);
                    progress.planned(ended.more);
                    progress.finished(&ended.kind);
                }
                () = sleep_until(heartbeat) => {
                    self.extend().await?;
                    heartbeat = Instant::now() + HEARTBEAT;
                }
            }
        }
        if let Some(reason) = outage.reason() {
            manifest.gaps.push(Gap { what: "everything that was left to ask".to_owned(), reason });
        }
        if stop.is_asked() {
            manifest.gaps.push(Gap { what: "what was left to ask".to_owned(), reason: "the run was asked to stop".to_owned() });
        }
        Ok(())
    }

    /// Gives back what was taken and not ended.
    pub async fn give_back(&self) -> Result<(), CollectError> {
        let (account, owner) = (self.plan.account.clone(), self.owner.clone());
        on_blocking_thread(&self.ledger, move |ledger| ledger.release_leases(&account, &owner)).await.map(drop)
    }

    /// Notes which applications' media were all listed.
    pub async fn close_inventory(&self, applications: &[Option<SubAppId>]) -> Result<(), CollectError> {
        let (plan, applications) = (Arc::clone(&self.plan), applications.to_vec());
        on_blocking_thread(&self.ledger, move |ledger| {
            let (kind, day) = (Kind::Media.as_str(), plan.today());
            for application in applications {
                if ledger.listing_is_whole(&plan.account, kind, application, &listing::subject(day))? {
                    ledger.close_inventory(&plan.account, application, day)?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn take(&self, most: usize) -> Result<Vec<Lease>, CollectError> {
        let (scope, owner) = (self.plan.scope(), self.owner.clone());
        let now = Utc::now();
        on_blocking_thread(&self.ledger, move |ledger| ledger.take_units(&scope, &owner, most, now, now + LEASE)).await
    }

    async fn extend(&self) -> Result<(), CollectError> {
        let (account, owner) = (self.plan.account.clone(), self.owner.clone());
        let until = Utc::now() + LEASE;
        on_blocking_thread(&self.ledger, move |ledger| ledger.extend_leases(&account, &owner, until)).await.map(drop)
    }

    /// Whether something is left that may be taken later. Then this waits a while.
    async fn wait_for_others(&self, stop: &Stop) -> Result<bool, CollectError> {
        let (scope, account) = (self.plan.scope(), self.plan.account.clone());
        let open = on_blocking_thread(&self.ledger, move |ledger| {
            for owner in ledger.lease_owners(&account)?.into_iter().filter(|owner| owner::is_dead(owner)) {
                ledger.release_leases(&account, &owner)?;
            }
            ledger.open_units(&scope)
        })
        .await?;
        if open.planned + open.leased == 0 {
            return Ok(false);
        }
        let due = open.next.map_or(Duration::ZERO, |next| (next - Utc::now()).to_std().unwrap_or_default());
        if open.leased > 0 || !due.is_zero() {
            tracing::info!(planned = open.planned, leased = open.leased, "waiting for another run");
            tokio::select! {
                () = tokio::time::sleep(due.clamp(Duration::from_millis(50), LOOK)) => {}
                () = stop.asked() => {}
            }
        }
        Ok(true)
    }

    /// Asks one unit's question and commits what it brings.
    async fn unit(&self, lease: Lease) -> Result<Ended, CollectError> {
        let recorder = Arc::new(Answers::of(lease.brings, lease.unit.sub_app_id));
        let urgency = if lease.priority >= BACKFILL { Priority::Backfill } else { Priority::Sync };
        let client = self.client.with_priority(urgency).recording(recorder.clone());
        let mut asked =
            Period { start: lease.unit.window.start, end: lease.unit.window.end.min(self.plan.now).max(lease.unit.window.start) };
        let mut status = Status::Final;
        let (mut rest, mut note) = (Vec::new(), String::new());
        let answer = match lease.brings {
            Brings::Media => listing::list(&client, &self.ledger, &self.plan, &lease).await?.map(|listed| {
                asked = listed.asked;
                rest = listed.rest;
                match listed.beyond {
                    None => Outcome::Done(listed.facts),
                    Some(reason) => Outcome::Part(listed.facts, reason),
                }
            }),
            Brings::Logs => {
                status = self.plan.status_of(BillingDay::of(lease.unit.window.start));
                self.logs.fetch(&client, &lease).await?.map(|fetched| {
                    note = fetched.notes.join("; ");
                    match fetched.failed.as_slice() {
                        [] => Outcome::Done(Facts::Logs(fetched.committed)),
                        failed => Outcome::Part(Facts::Logs(fetched.committed), failed.join("; ")),
                    }
                })
            }
            _ => match Question::of(&self.plan, &lease) {
                Some(question) => {
                    (asked, status) = (question.asked(), question.status());
                    ask::ask(&client, &question).await.map(|Answer { facts, missing, notes }| {
                        note = notes.join("; ");
                        match missing {
                            None => Outcome::Done(facts),
                            Some(missing) => Outcome::Part(facts, [vec![missing], notes].concat().join("; ")),
                        }
                    })
                }
                None => Err(Refusal::from("this version of the program does not know the question".to_owned())),
            },
        };
        let outage = match &answer {
            Ok(_) => Some(Ok(())),
            Err(refusal) => refusal.is_outage.then(|| Err(refusal.reason.clone())),
        };
        let outcome = answer.unwrap_or_else(|refusal| match refusal.is_absent {
            true => Outcome::Absent(refusal.reason),
            false => Outcome::Failed(refusal.reason),
        });
        // The content of a listing is in the facts; its raw answers are kept only when they could not be used.
        let keeps_answers = lease.brings != Brings::Media || matches!(outcome, Outcome::Failed(_));
        let snapshots = if keeps_answers { recorder.take() } else { Vec::new() };
        let more = rest.len();
        let result = UnitResult { outcome, asked, status, note, rest, snapshots, at: self.plan.now };
        let kind = lease.kind.clone();
        let came_in_part = matches!(result.outcome, Outcome::Part(..));
        let Change { committed, lowered } = self.commit(lease, result).await?;
        let is_part = came_in_part && committed != Committed::default();
        Ok(Ended { kind, committed, lowered, is_part, more, outage })
    }

    async fn commit(&self, lease: Lease, result: UnitResult) -> Result<Change, CollectError> {
        let done = on_blocking_thread(&self.ledger, move |ledger| {
            match ledger.commit_change(&lease, &result) {
                // The answer contradicts itself or holds what cannot be stored: the unit's fault, not the ledger's.
                Err(error @ (LedgerError::Contradiction(_) | LedgerError::Misplaced(_) | LedgerError::OutOfRange { .. })) => {
                    let failed = UnitResult { outcome: Outcome::Failed(error.to_string()), rest: Vec::new(), ..result };
                    ledger.commit_change(&lease, &failed)
                }
                committed => committed,
            }
        });
        match done.await {
            Err(CollectError::Ledger(LedgerError::Fenced(action))) => {
                tracing::warn!(action, "another run has taken over a unit");
                Ok(Change::default())
            }
            other => other,
        }
    }
}
