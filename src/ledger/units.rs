//! Units of work: what was asked of the cloud for which application and window, and how it went.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::connection::{Row, Value, collect};
use super::{Ledger, LedgerError, app_of, app_text};
use crate::model::{AccountId, BillingDay, BillingMonth, Period, Status, SubAppId};

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
    /// Of which time. Usage is asked for by whole billing days.
    pub window: Period,
}

/// What the facts of a unit are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Brings {
    /// Quantities that are rated.
    Usage,
    /// Quantities that are there to be compared.
    Reading,
    /// Media that were created in the window.
    Media,
    /// Prepaid products.
    Packs,
    /// Domains.
    Domains,
    /// Lines of a bill.
    Bill,
    /// Plays by media.
    Plays,
    /// Delivered bytes by media, from access logs; each file is committed by itself.
    Logs,
}

impl Brings {
    const ALL: [Self; 8] =
        [Self::Usage, Self::Reading, Self::Media, Self::Packs, Self::Domains, Self::Bill, Self::Plays, Self::Logs];

    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Reading => "reading",
            Self::Media => "media",
            Self::Packs => "pack",
            Self::Domains => "domain",
            Self::Bill => "bill",
            Self::Plays => "play",
            Self::Logs => "log",
        }
    }
}

impl std::str::FromStr for Brings {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|brings| brings.as_str() == text).ok_or(())
    }
}

/// How far a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitState {
    /// To be asked.
    Planned,
    /// Being asked by some run.
    Leased,
    /// Answered; the facts are there.
    Done,
    /// Asked in vain.
    Failed,
    /// Answered in part; smaller units cover the rest.
    Split,
    /// The account's site has no such question: there is nothing to be missed.
    Absent,
}

impl UnitState {
    const ALL: [Self; 6] = [Self::Planned, Self::Leased, Self::Done, Self::Failed, Self::Split, Self::Absent];

    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Split => "split",
            Self::Absent => "absent",
        }
    }
}

impl std::str::FromStr for UnitState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// A unit as the ledger remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// Which.
    pub unit: Unit,
    /// The kind of question, by its planner's word.
    pub kind: String,
    /// What its facts are.
    pub brings: Brings,
    /// How far it is.
    pub state: UnitState,
    /// How sure its facts are.
    pub status: Status,
    /// How many facts it brought.
    pub facts: i64,
    /// How many of them differ from what an earlier answer said.
    pub restated: i64,
    /// Why it failed; empty when it did not.
    pub reason: String,
    /// How far into its window the last answer reaches.
    pub asked_until: DateTime<Utc>,
}

impl UnitRow {
    /// Whether the last attempt succeeded.
    pub fn is_done(&self) -> bool {
        matches!(self.state, UnitState::Done | UnitState::Split)
    }

    /// The billing days of which the last answer told at least a part.
    pub fn days_asked(&self) -> impl Iterator<Item = BillingDay> + use<> {
        let until = self.asked_until;
        self.unit.window.days().take_while(move |day| day.start() < until)
    }
}

/// Units of one kind and application, counted: a line of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitCount {
    /// All of them.
    pub asked: i64,
    /// Answered.
    pub fetched: i64,
    /// Asked in vain, or not yet.
    pub missing: i64,
    /// Answered for good.
    pub settled: i64,
    /// Not to be had on the account's site.
    pub absent: i64,
    /// Facts that they brought.
    pub facts: i64,
    /// Facts that the last answers changed.
    pub restated: i64,
    /// Why some are missing, each reason once, the most frequent first; at most [`REASONS`].
    pub reasons: Vec<String>,
}

/// So many different reasons are told per line of a manifest.
pub const REASONS: usize = 5;

const COLUMNS: &str =
    "action, sub_app_id, subject, start_at, end_at, kind, brings, state, status, facts, restated, reason, asked_until";

impl Ledger {
    /// Whether this unit was answered and its window will not be restated any more.
    pub fn unit_done(&self, unit: &Unit) -> Result<bool, LedgerError> {
        let sql = "SELECT 1 FROM unit WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4
                   AND start_at = ?5 AND end_at = ?6 AND state = 'done' AND status = 'final'";
        Ok(!collect(self.lock().as_mut(), sql, &key(unit), |row| row.integer(0))?.is_empty())
    }

    /// The days of a period for which usage was asked in vain, or is still to be asked again.
    pub fn missing_days(&self, account: &AccountId, period: Period) -> Result<BTreeSet<BillingDay>, LedgerError> {
        let units = self.units(account, Brings::Usage, period)?;
        let missing = units.iter().filter(|row| !row.is_done() && row.state != UnitState::Absent);
        Ok(missing.flat_map(UnitRow::days_asked).filter(|day| period.contains(day.start())).collect())
    }

    /// Every unit of an account that brings such facts and touches a period, with how its last attempt went.
    pub fn units(&self, account: &AccountId, brings: Brings, period: Period) -> Result<Vec<UnitRow>, LedgerError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM unit WHERE account = ?1 AND brings = ?2 AND end_at > ?3 AND start_at < ?4
             ORDER BY action, sub_app_id, subject, start_at, end_at"
        );
        let parameters: [Value; 4] = [account.as_str().into(), brings.as_str().into(), period.start.into(), period.end.into()];
        collect(self.lock().as_mut(), &sql, &parameters, |row| read(account, row))
    }

    /// The months of which usage was asked for or is known, in order: a month in which nothing was used is a month too.
    pub fn usage_months(&self, account: &AccountId) -> Result<BTreeSet<BillingMonth>, LedgerError> {
        let sql = "SELECT DISTINCT start_at, end_at FROM unit WHERE account = ?1 AND brings = ?2";
        let parameters: [Value; 2] = [account.as_str().into(), Brings::Usage.as_str().into()];
        let windows =
            collect(self.lock().as_mut(), sql, &parameters, |row| Ok(Period { start: row.time(0)?, end: row.time(1)? }))?;
        let mut months: BTreeSet<BillingMonth> = windows.iter().flat_map(|window| window.days()).map(BillingDay::month).collect();
        months.extend(self.usage_days(account)?.into_iter().map(BillingDay::month));
        Ok(months)
    }

    /// The units of some kinds, counted by kind and application: what was asked, fetched, is missing and was restated. Each kind
    /// with the windows that count.
    pub fn count_units(
        &self,
        account: &AccountId,
        kinds: &[(&str, Period)],
    ) -> Result<BTreeMap<(String, Option<SubAppId>), UnitCount>, LedgerError> {
        let sql = "SELECT sub_app_id, state, status, reason, COUNT(*), CAST(SUM(facts) AS BIGINT), CAST(SUM(restated) AS BIGINT)
                   FROM unit WHERE account = ?1 AND kind = ?2 AND end_at > ?3 AND start_at < ?4
                   GROUP BY sub_app_id, state, status, reason
                   ORDER BY sub_app_id, COUNT(*) DESC, reason";
        let mut counts = BTreeMap::<(String, Option<SubAppId>), UnitCount>::new();
        for (kind, period) in kinds {
            let parameters: [Value; 4] = [account.as_str().into(), (*kind).into(), period.start.into(), period.end.into()];
            let rows = collect(self.lock().as_mut(), sql, &parameters, |row| {
                let state: UnitState = row.parsed(1, "a state")?;
                let status: Status = row.parsed(2, "a status")?;
                let (reason, sums) = (row.text(3)?.to_owned(), (row.integer(4)?, row.integer(5)?, row.integer(6)?));
                Ok((app_of(row.text(0)?)?, state, status, reason, sums))
            })?;
            for (sub_app_id, state, status, reason, (units, facts, restated)) in rows {
                let count = counts.entry(((*kind).to_owned(), sub_app_id)).or_default();
                count.add(state, status, reason, units);
                count.facts += facts;
                count.restated += restated;
            }
        }
        Ok(counts)
    }
}

impl UnitCount {
    fn add(&mut self, state: UnitState, status: Status, reason: String, units: i64) {
        self.asked += units;
        match state {
            UnitState::Done | UnitState::Split => {
                self.fetched += units;
                self.settled += if status == Status::Final { units } else { 0 };
            }
            UnitState::Absent => self.absent += units,
            UnitState::Failed | UnitState::Planned | UnitState::Leased => self.missing += units,
        }
        let reason = match state {
            UnitState::Planned | UnitState::Leased => "not asked yet: the run ended before".to_owned(),
            _ => reason,
        };
        if !reason.is_empty() && self.reasons.len() < REASONS && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// The parameters `?1` … `?6` that name a unit.
pub(super) fn key(unit: &Unit) -> [Value; 6] {
    [
        unit.account.as_str().into(),
        unit.action.as_str().into(),
        app_text(unit.sub_app_id).into(),
        unit.subject.as_str().into(),
        unit.window.start.into(),
        unit.window.end.into(),
    ]
}

fn read(account: &AccountId, row: Row<'_>) -> Result<UnitRow, LedgerError> {
    Ok(UnitRow {
        unit: Unit {
            account: account.clone(),
            action: row.text(0)?.to_owned(),
            sub_app_id: app_of(row.text(1)?)?,
            subject: row.text(2)?.to_owned(),
            window: Period { start: row.time(3)?, end: row.time(4)? },
        },
        kind: row.text(5)?.to_owned(),
        brings: row.parsed(6, "what a unit brings")?,
        state: row.parsed(7, "a state")?,
        status: row.parsed(8, "a status")?,
        facts: row.integer(9)?,
        restated: row.integer(10)?,
        reason: row.text(11)?.to_owned(),
        asked_until: row.time(12)?,
    })
}
