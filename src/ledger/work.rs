//! Working on units: several runs, on one machine or many, may share one ledger.
//!
//! A run plans units, takes one under a lease, asks, and commits the answer under the fence that the lease got. Whoever takes
//! a unit later raises the fence, so a run that was paused for too long finds its commit refused and writes nothing. All
//! of an answer (facts, snapshots, the unit's result, further units) is one transaction.

use chrono::{DateTime, Utc};

use super::accounts::know_account;
use super::connection::{Connection, Value, collect, transaction};
use super::facts::{self, Facts};
use super::lowered::{self, Change};
use super::snapshots::{self, NewSnapshot};
use super::units::{Brings, Unit, key};
use super::{Ledger, LedgerError, app_of, app_text};
use crate::model::{AccountId, Period, Status, SubAppId};

/// A unit to be worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUnit {
    /// Which.
    pub unit: Unit,
    /// The kind of question, by its planner's word.
    pub kind: String,
    /// What its facts will be.
    pub brings: Brings,
    /// Lower is sooner.
    pub priority: i64,
}

/// A unit that a run has taken, and the fence under which it may commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which.
    pub unit: Unit,
    /// The kind of question.
    pub kind: String,
    /// What its facts will be.
    pub brings: Brings,
    /// Lower is sooner.
    pub priority: i64,
    /// How often the unit was taken, this time included.
    pub fence: i64,
    /// How often it was tried since it was planned, this time included.
    pub attempts: i64,
}

/// Which units a run works on: some kinds, each with the windows that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Whose.
    pub account: AccountId,
    /// Kinds and windows.
    pub kinds: Vec<(String, Period)>,
}

/// How a unit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// These are all the facts of what was asked.
    Done(Facts),
    /// These are facts, but not all of them, for this reason.
    Part(Facts, String),
    /// Nothing is known beyond what was known before, for this reason.
    Failed(String),
    /// The account's site has no such question, as told here.
    Absent(String),
}

/// A unit that was worked on, with everything that it brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitResult {
    /// How it ended.
    pub outcome: Outcome,
    /// The part of its window that was asked for and that the facts are about.
    pub asked: Period,
    /// [`Status::Final`] when the cloud will not restate the window any more.
    pub status: Status,
    /// What is worth knowing although it succeeded; empty for nothing.
    pub note: String,
    /// Smaller units that cover the rest of the window.
    pub rest: Vec<NewUnit>,
    /// The answers, redacted; kept also when the unit failed.
    pub snapshots: Vec<NewSnapshot>,
    /// When it ended, by the account's clock.
    pub at: DateTime<Utc>,
}

/// What a commit changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Facts that were not known before.
    pub new: usize,
    /// Facts that have another value than before, or are gone.
    pub restated: usize,
    /// Facts that are as they were.
    pub unchanged: usize,
}

/// What is still to be done in a scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Units that nobody has taken.
    pub planned: i64,
    /// Units that some run has taken.
    pub leased: i64,
    /// When the first of them may be taken, at the earliest.
    pub next: Option<DateTime<Utc>>,
}

impl Ledger {
    /// Plans units, in one transaction. One that was answered for good, or is planned or being asked already, stays as it is; any
    /// other is to be asked again. Says how many are new or to be asked again.
    pub fn plan_units(
        &self,
        account: &AccountId,
        units: &mut dyn Iterator<Item = NewUnit>,
        now: DateTime<Utc>,
    ) -> Result<usize, LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            plan(connection, units, now)
        })
    }

    /// Takes up to `most` units of a scope that are planned or whose lease has run out, the most urgent first.
    /// Leases are told by the wall clock.
    pub fn take_units(
        &self,
        scope: &Scope,
        owner: &str,
        most: usize,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Lease>, LedgerError> {
        if most == 0 || scope.kinds.is_empty() {
            return Ok(Vec::new());
        }
        transaction(self.lock().as_mut(), |connection| {
            let (filter, mut parameters) = in_scope(scope);
            parameters.extend([now.into(), i64::try_from(most).unwrap_or(i64::MAX).into()]);
            let (now_at, most_at) = (parameters.len() - 1, parameters.len());
            let sql = format!(
                "SELECT action, sub_app_id, subject, start_at, end_at, kind, brings, priority, fence, attempts FROM unit
                 WHERE {filter} AND ((state = 'planned' AND not_before <= ?{now_at})
                                     OR (state = 'leased' AND leased_until <= ?{now_at}))
                 ORDER BY priority, start_at DESC, action, sub_app_id, subject LIMIT ?{most_at}"
            );
            let leases = collect(connection, &sql, &parameters, |row| {
                Ok(Lease {
                    unit: Unit {
                        account: scope.account.clone(),
                        action: row.text(0)?.to_owned(),
                        sub_app_id: app_of(row.text(1)?)?,
                        subject: row.text(2)?.to_owned(),
                        window: Period { start: row.time(3)?, end: row.time(4)? },
                    },
                    kind: row.text(5)?.to_owned(),
                    brings: row.parsed(6, "what a unit brings")?,
                    priority: row.integer(7)?,
                    fence: row.integer(8)? + 1,
                    attempts: row.integer(9)? + 1,
                })
            })?;
            leases.iter().try_for_each(|lease| take(connection, lease, owner, until))?;
            Ok(leases)
        })
    }

    /// Keeps every lease of a run alive. Says how many it has.
    pub fn extend_leases(&self, account: &AccountId, owner: &str, until: DateTime<Utc>) -> Result<usize, LedgerError> {
        let sql = "UPDATE unit SET leased_until = ?3 WHERE account = ?1 AND owner = ?2 AND state = 'leased'";
        self.lock().execute(sql, &[account.as_str().into(), owner.into(), until.into()])
    }

    /// Gives back every unit that a run has taken and not committed: the run is over.
    pub fn release_leases(&self, account: &AccountId, owner: &str) -> Result<usize, LedgerError> {
        let sql = "UPDATE unit SET state = 'planned', owner = '', leased_until = 0
                   WHERE account = ?1 AND owner = ?2 AND state = 'leased'";
        self.lock().execute(sql, &[account.as_str().into(), owner.into()])
    }

    /// The runs that have taken units of an account.
    pub fn lease_owners(&self, account: &AccountId) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT DISTINCT owner FROM unit WHERE account = ?1 AND state = 'leased' ORDER BY owner";
        collect(self.lock().as_mut(), sql, &[account.as_str().into()], |row| row.text(0).map(str::to_owned))
    }

    /// What is still to be done in a scope.
    pub fn open_units(&self, scope: &Scope) -> Result<Open, LedgerError> {
        if scope.kinds.is_empty() {
            return Ok(Open::default());
        }
        let (filter, parameters) = in_scope(scope);
        let sql = format!(
            "SELECT state, COUNT(*), MIN(CASE WHEN state = 'planned' THEN not_before ELSE leased_until END) FROM unit
             WHERE {filter} AND state IN ('planned', 'leased') GROUP BY state"
        );
        let mut open = Open::default();
        for (state, count, next) in
            collect(self.lock().as_mut(), &sql, &parameters, |row| Ok((row.text(0)?.to_owned(), row.integer(1)?, row.time(2)?)))?
        {
            *(if state == "planned" { &mut open.planned } else { &mut open.leased }) = count;
            open.next = Some(open.next.map_or(next, |before| before.min(next)));
        }
        Ok(open)
    }

    /// Puts a unit back, to be tried again from a moment on.
    ///
    /// # Errors
    /// [`LedgerError::Fenced`] when another run has taken it since.
    pub fn put_back(&self, lease: &Lease, not_before: DateTime<Utc>) -> Result<(), LedgerError> {
        let mut parameters = key(&lease.unit).to_vec();
        parameters.extend([lease.fence.into(), not_before.into()]);
        let sql = "UPDATE unit SET state = 'planned', owner = '', leased_until = 0, not_before = ?8
                   WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4 AND start_at = ?5 AND end_at = ?6
                     AND fence = ?7 AND state = 'leased'";
        match self.lock().execute(sql, &parameters)? {
            0 => Err(LedgerError::Fenced(lease.unit.action.clone())),
            _ => Ok(()),
        }
    }

    /// Commits facts, answers and the unit's result together: all of it lasts, or none.
    ///
    /// The facts replace the ones that the same question brought for the same time before.
    ///
    /// # Errors
    /// [`LedgerError::Fenced`] when another run has taken the unit since: nothing was written.
    pub fn commit_unit(&self, lease: &Lease, result: &UnitResult) -> Result<Committed, LedgerError> {
        self.commit_change(lease, result).map(|change| change.committed)
    }

    /// [`Ledger::commit_unit`], with what was lowered by much. The unit's note tells it too.
    ///
    /// # Errors
    /// As [`Ledger::commit_unit`].
    pub fn commit_change(&self, lease: &Lease, result: &UnitResult) -> Result<Change, LedgerError> {
        facts::check(lease, result)?;
        transaction(self.lock().as_mut(), |connection| {
            let unit = &lease.unit;
            know_account(connection, &unit.account)?;
            record(connection, lease, result)?;
            result.snapshots.iter().try_for_each(|snapshot| snapshots::store(connection, &unit.account, snapshot))?;
            plan(connection, &mut result.rest.iter().cloned(), result.at)?;
            let change = match &result.outcome {
                Outcome::Done(brought) | Outcome::Part(brought, _) => facts::replace(connection, unit, brought, result)?,
                Outcome::Failed(_) | Outcome::Absent(_) => return Ok(Change::default()),
            };
            count(connection, lease, &change.committed)?;
            tell(connection, lease, &lowered::told(&change.lowered))?;
            Ok(change)
        })
    }

    /// Plans the listing of a day, unless it is planned already: then only what failed is to be asked again. Units of other days'
    /// listings go away; what they brought stays. Says how many units are to be asked.
    pub fn plan_listing(
        &self,
        account: &AccountId,
        kind: &str,
        sub_app_id: Option<SubAppId>,
        subject: &str,
        units: &mut dyn Iterator<Item = NewUnit>,
        now: DateTime<Utc>,
    ) -> Result<usize, LedgerError> {
        let scope: [Value; 4] = [account.as_str().into(), kind.into(), app_text(sub_app_id).into(), subject.into()];
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            connection
                .execute("DELETE FROM unit WHERE account = ?1 AND kind = ?2 AND sub_app_id = ?3 AND subject <> ?4", &scope)?;
            connection.execute(
                "UPDATE unit SET state = 'planned', attempts = 0, not_before = 0
                 WHERE account = ?1 AND kind = ?2 AND sub_app_id = ?3 AND subject = ?4 AND state = 'failed'",
                &scope,
            )?;
            let sql = "SELECT state, COUNT(*) FROM unit WHERE account = ?1 AND kind = ?2 AND sub_app_id = ?3 AND subject = ?4 GROUP BY state";
            let known = collect(connection, sql, &scope, |row| Ok((row.text(0)? == "planned", row.integer(1)?)))?;
            if known.is_empty() {
                return plan(connection, units, now);
            }
            Ok(known.into_iter().filter(|(planned, _)| *planned).map(|(_, count)| usize::try_from(count).unwrap_or(0)).sum())
        })
    }

    /// Whether every unit of a listing was answered.
    pub fn listing_is_whole(
        &self,
        account: &AccountId,
        kind: &str,
        sub_app_id: Option<SubAppId>,
        subject: &str,
    ) -> Result<bool, LedgerError> {
        let scope: [Value; 4] = [account.as_str().into(), kind.into(), app_text(sub_app_id).into(), subject.into()];
        let sql =
            "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN state IN ('done', 'split') THEN 1 ELSE 0 END), 0) AS BIGINT) FROM unit
                   WHERE account = ?1 AND kind = ?2 AND sub_app_id = ?3 AND subject = ?4";
        let counts = collect(self.lock().as_mut(), sql, &scope, |row| Ok((row.integer(0)?, row.integer(1)?)))?;
        Ok(counts.into_iter().all(|(all, answered)| all > 0 && all == answered))
    }
}

fn plan(
    connection: &mut dyn Connection,
    units: &mut dyn Iterator<Item = NewUnit>,
    now: DateTime<Utc>,
) -> Result<usize, LedgerError> {
    let sql =
        "INSERT INTO unit (account, action, sub_app_id, subject, start_at, end_at, kind, brings, state, priority, status, facts,
                                 restated, reason, fence, owner, leased_until, not_before, attempts, planned_at, asked_until)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'planned', ?9, 'partial', 0, 0, '', 0, '', 0, 0, 0, ?10, ?5)
               ON CONFLICT (account, action, sub_app_id, subject, start_at, end_at) DO UPDATE
               SET kind = excluded.kind, state = 'planned', priority = excluded.priority, not_before = 0, attempts = 0,
                   planned_at = excluded.planned_at
               WHERE unit.state IN ('failed', 'absent') OR (unit.state = 'done' AND unit.status <> 'final')";
    let mut planned = 0;
    for new in units {
        let mut parameters = key(&new.unit).to_vec();
        parameters.extend([new.kind.as_str().into(), new.brings.as_str().into(), new.priority.into(), now.into()]);
        planned += connection.execute(sql, &parameters)?;
    }
    Ok(planned)
}

/// The condition that a unit is in a scope, with its parameters.
fn in_scope(scope: &Scope) -> (String, Vec<Value>) {
    let mut parameters: Vec<Value> = vec![scope.account.as_str().into()];
    let mut kinds = Vec::new();
    for (kind, period) in &scope.kinds {
        let first = parameters.len() + 1;
        kinds.push(format!("(kind = ?{first} AND end_at > ?{} AND start_at < ?{})", first + 1, first + 2));
        parameters.extend([kind.as_str().into(), period.start.into(), period.end.into()]);
    }
    (format!("account = ?1 AND ({})", kinds.join(" OR ")), parameters)
}

fn take(connection: &mut dyn Connection, lease: &Lease, owner: &str, until: DateTime<Utc>) -> Result<(), LedgerError> {
    let mut parameters = key(&lease.unit).to_vec();
    parameters.extend([lease.fence.into(), owner.into(), until.into(), lease.attempts.into()]);
    let sql = "UPDATE unit SET state = 'leased', fence = ?7, owner = ?8, leased_until = ?9, attempts = ?10
               WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4 AND start_at = ?5 AND end_at = ?6";
    connection.execute(sql, &parameters).map(drop)
}

/// Ends the unit, if the lease still holds.
fn record(connection: &mut dyn Connection, lease: &Lease, result: &UnitResult) -> Result<(), LedgerError> {
    let mut parameters = key(&lease.unit).to_vec();
    parameters.extend([lease.fence.into(), result.at.into()]);
    let held = "WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4 AND start_at = ?5 AND end_at = ?6
                  AND fence = ?7 AND state = 'leased'";
    let sql = match &result.outcome {
        Outcome::Done(_) => {
            let state = if result.rest.is_empty() { "done" } else { "split" };
            parameters.extend([
                state.into(),
                result.status.as_str().into(),
                result.note.as_str().into(),
                result.asked.end.into(),
            ]);
            format!(
                "UPDATE unit SET state = ?9, status = ?10, reason = ?11, asked_until = ?12, finished_at = ?8, owner = '',
                                 leased_until = 0 {held}"
            )
        }
        // What was known before stays known, and how far it reaches.
        Outcome::Part(_, reason) | Outcome::Failed(reason) | Outcome::Absent(reason) => {
            let state = if matches!(result.outcome, Outcome::Absent(_)) { "absent" } else { "failed" };
            parameters.extend([reason.as_str().into(), result.asked.end.into(), state.into()]);
            format!(
                "UPDATE unit SET state = ?11, reason = ?9, finished_at = ?8, owner = '', leased_until = 0,
                                 asked_until = CASE WHEN asked_until > ?10 THEN asked_until ELSE ?10 END {held}"
            )
        }
    };
    match connection.execute(&sql, &parameters)? {
        0 => Err(LedgerError::Fenced(lease.unit.action.clone())),
        _ => Ok(()),
    }
}

/// Adds to what is worth knowing of a unit.
fn tell(connection: &mut dyn Connection, lease: &Lease, note: &str) -> Result<(), LedgerError> {
    if note.is_empty() {
        return Ok(());
    }
    let mut parameters = key(&lease.unit).to_vec();
    parameters.push(note.into());
    let sql = "UPDATE unit SET reason = CASE WHEN reason = '' THEN ?7 ELSE reason || '; ' || ?7 END
               WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4 AND start_at = ?5 AND end_at = ?6";
    connection.execute(sql, &parameters).map(drop)
}

fn count(connection: &mut dyn Connection, lease: &Lease, committed: &Committed) -> Result<(), LedgerError> {
    let number = |count: usize| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let mut parameters = key(&lease.unit).to_vec();
    parameters.extend([number(committed.new + committed.restated + committed.unchanged), number(committed.restated)]);
    let sql = "UPDATE unit SET facts = ?7, restated = ?8
               WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4 AND start_at = ?5 AND end_at = ?6";
    connection.execute(sql, &parameters).map(drop)
}
