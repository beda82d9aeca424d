//! Units of work: what was asked of the cloud for which application and window, and how it went.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::connection::{Connection, Value, collect, transaction};
use super::snapshots::{self, NewSnapshot};
use super::{Ledger, LedgerError, app_of, app_text, know_account, usage};
use crate::model::{AccountId, BillingDay, Period, Status, SubAppId, UsageRecord};

/// One thing to ask of the cloud. Its facts are replaced as a whole when it is asked again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    /// Whose.
    pub account: AccountId,
    /// The action that answers it.
    pub action: String,
    /// The application; `None` is the account's default one.
    pub sub_app_id: Option<SubAppId>,
    /// What else the question is narrowed to, such as `StandardStorage, Chinese Mainland`; empty for nothing.
    pub subject: String,
    /// Whole billing days.
    pub window: Period,
}

/// How a unit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// These are all the facts of its window. Each record's account and application are the unit's.
    Done(Vec<UsageRecord>),
    /// Nothing is known beyond what was known before, for this reason.
    Failed(String),
}

/// A unit that was worked on, with everything that it brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitResult {
    /// Which.
    pub unit: Unit,
    /// How it ended.
    pub outcome: Outcome,
    /// [`Status::Final`] when the cloud will not restate the window any more.
    pub status: Status,
    /// The answers, redacted; kept also when the unit failed.
    pub snapshots: Vec<NewSnapshot>,
    /// When it ended.
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

/// A unit as the ledger remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// Which.
    pub unit: Unit,
    /// Whether its last attempt succeeded.
    pub done: bool,
    /// How sure its facts are.
    pub status: Status,
    /// How many facts it brought.
    pub facts: i64,
    /// Why it failed; empty when it did not.
    pub reason: String,
    /// When it ended.
    pub finished: DateTime<Utc>,
}

impl Ledger {
    /// Commits facts, answers and the unit's result together: all of it lasts, or none.
    ///
    /// The facts replace the ones that the same question brought for the window before. Committing the same result twice
    /// changes nothing the second time, apart from the record of the answers.
    pub fn commit_unit(&self, result: &UnitResult) -> Result<Committed, LedgerError> {
        check(result)?;
        transaction(self.lock().as_mut(), |connection| {
            let unit = &result.unit;
            know_account(connection, &unit.account)?;
            result.snapshots.iter().try_for_each(|snapshot| snapshots::store(connection, &unit.account, snapshot))?;
            let committed = match &result.outcome {
                Outcome::Done(records) => usage::replace(connection, unit, records, result.at)?,
                Outcome::Failed(_) => Committed::default(),
            };
            record(connection, result)?;
            Ok(committed)
        })
    }

    /// Whether this unit was done and its window will not be restated any more.
    pub fn unit_done(&self, unit: &Unit) -> Result<bool, LedgerError> {
        let days = self.final_days(unit)?;
        Ok(unit.window.days().all(|day| days.contains(&day)))
    }

    /// The days of the unit's window for which its question has been answered for good, in whatever windows it was asked.
    pub fn final_days(&self, unit: &Unit) -> Result<BTreeSet<BillingDay>, LedgerError> {
        let sql = "SELECT start_at, end_at FROM unit
                   WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4
                     AND end_at > ?5 AND start_at < ?6 AND state = 'done' AND status = 'final'";
        let windows =
            collect(self.lock().as_mut(), sql, &key(unit), |row| Ok(Period { start: row.time(0)?, end: row.time(1)? }))?;
        Ok(windows.iter().flat_map(Period::days).filter(|day| unit.window.contains(day.start())).collect())
    }

    /// The days of a period for which something was asked in vain and has not been answered since, in whatever window.
    pub fn missing_days(&self, account: &AccountId, period: Period) -> Result<BTreeSet<BillingDay>, LedgerError> {
        let units = self.units(account, period)?;
        let mut latest = BTreeMap::new();
        for row in &units {
            let question = (&row.unit.action, &row.unit.subject, row.unit.sub_app_id);
            for day in row.unit.window.days().filter(|day| period.contains(day.start())) {
                let last = latest.entry((question, day)).or_insert((row.finished, row.done));
                *last = (*last).max((row.finished, row.done));
            }
        }
        Ok(latest.into_iter().filter(|(_, (_, done))| !done).map(|((_, day), _)| day).collect())
    }

    /// Every unit of an account that touches a period, with how its last attempt went.
    pub fn units(&self, account: &AccountId, period: Period) -> Result<Vec<UnitRow>, LedgerError> {
        let sql = "SELECT action, sub_app_id, subject, start_at, end_at, state, status, facts, reason, finished_at FROM unit
                   WHERE account = ?1 AND end_at > ?2 AND start_at < ?3
                   ORDER BY action, sub_app_id, subject, start_at, end_at";
        let parameters: [Value; 3] = [account.as_str().into(), period.start.into(), period.end.into()];
        collect(self.lock().as_mut(), sql, &parameters, |row| {
            Ok(UnitRow {
                unit: Unit {
                    account: account.clone(),
                    action: row.text(0)?.to_owned(),
                    sub_app_id: app_of(row.text(1)?)?,
                    subject: row.text(2)?.to_owned(),
                    window: Period { start: row.time(3)?, end: row.time(4)? },
                },
                done: row.text(5)? == "done",
                status: row.parsed(6, "a status")?,
                facts: row.integer(7)?,
                reason: row.text(8)?.to_owned(),
                finished: row.time(9)?,
            })
        })
    }
}

fn key(unit: &Unit) -> [Value; 6] {
    [
        unit.account.as_str().into(),
        unit.action.as_str().into(),
        app_text(unit.sub_app_id).into(),
        unit.subject.as_str().into(),
        unit.window.start.into(),
        unit.window.end.into(),
    ]
}

fn record(connection: &mut dyn Connection, result: &UnitResult) -> Result<(), LedgerError> {
    let (state, reason, facts) = match &result.outcome {
        Outcome::Done(records) => ("done", "", i64::try_from(records.len()).unwrap_or(i64::MAX)),
        Outcome::Failed(reason) => ("failed", reason.as_str(), 0),
    };
    let mut parameters = key(&result.unit).to_vec();
    parameters.extend([state.into(), result.status.as_str().into(), facts.into(), reason.into(), result.at.into()]);
    connection.execute(
        "INSERT INTO unit (account, action, sub_app_id, subject, start_at, end_at, state, status, facts, reason, finished_at,
                           kind, priority, restated, fence, owner, leased_until, not_before, attempts, planned_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '', 0, 0, 0, '', 0, 0, 1, ?11)
         ON CONFLICT (account, action, sub_app_id, subject, start_at, end_at) DO UPDATE
         SET state = excluded.state, status = excluded.status, facts = excluded.facts, reason = excluded.reason,
             finished_at = excluded.finished_at",
        &parameters,
    )?;
    Ok(())
}

/// Refuses what would break the rule that a window's facts are replaced as a whole.
fn check(result: &UnitResult) -> Result<(), LedgerError> {
    let unit = &result.unit;
    let Period { start, end } = unit.window;
    if BillingDay::of(start).start() != start || BillingDay::of(end).start() != end || start >= end {
        return Err(LedgerError::Misplaced(format!(
            "the window {} of {} is not made of whole billing days",
            unit.window, unit.action
        )));
    }
    let Outcome::Done(records) = &result.outcome else { return Ok(()) };
    let mut seen = BTreeMap::new();
    for record in records {
        let day = BillingDay::of(record.period.start);
        let place = || format!("{} {} {} {} of {}", record.meter, record.area, record.spec, record.period, unit.action);
        if !unit.window.contains(record.period.start) || record.period.end > day.end() {
            return Err(LedgerError::Misplaced(format!("{} lies outside its window or crosses the end of its day", place())));
        }
        if record.account != unit.account || record.sub_app_id != unit.sub_app_id {
            return Err(LedgerError::Misplaced(format!("{} belongs to another account or application than its unit", place())));
        }
        if seen.insert((&record.meter, &record.area, &record.spec, record.period.start), record.quantity).is_some() {
            return Err(LedgerError::Contradiction(place()));
        }
    }
    Ok(())
}
