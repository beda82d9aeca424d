//! What was changed of media, for ever: rows are only added, and each holds a hash over itself and the hash before it, so
//! that a row that is changed, taken out or put in shows.

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::accounts::know_account;
use super::connection::{Connection, Row, collect, transaction};
use super::{Ledger, LedgerError};
use crate::model::{AccountId, FileId};

/// How far a change of one media has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuditOutcome {
    /// It is about to be asked for. A row that stays the last of its media is a change of which the end is not known.
    Intended,
    /// The cloud took it.
    Done,
    /// It was not asked for: the media changed since the plan, is protected, or cannot be changed so.
    Refused,
    /// The cloud refused it, and the media is as before.
    Failed,
    /// It was asked for, and nobody knows whether it happened.
    Unknown,
}

impl AuditOutcome {
    const ALL: [Self; 5] = [Self::Intended, Self::Done, Self::Refused, Self::Failed, Self::Unknown];

    /// The word used in the store and in listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for AuditOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for AuditOutcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_it = |outcome: &Self| outcome.as_str() == text;
        Self::ALL.into_iter().find(is_it).ok_or_else(|| format!("{text:?} is no outcome of a change"))
    }
}

/// What is written of a change. No member may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, by the account's clock.
    pub recorded: DateTime<Utc>,
    /// Who: the user of the system and the end of the key's id.
    pub actor: String,
    /// The hash of the plan.
    pub plan: String,
    /// What is done: `delete`, `tag`, …
    pub action: String,
    /// To which media.
    pub file_id: FileId,
    /// How far it has come.
    pub outcome: AuditOutcome,
    /// More, in words.
    pub detail: String,
    /// The cloud's id of the request; empty where there is none.
    pub request_id: String,
}

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the chain of the account, from 1.
    pub position: i64,
    /// What was written.
    pub entry: AuditEntry,
    /// The hash of the row before; empty for the first.
    pub previous: String,
    /// The hash of this row.
    pub hash: String,
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// A row is not as it was written.
    #[error("row {0} is not as it was written: its hash does not fit its content")]
    Content(i64),
    /// A row does not follow the one before it.
    #[error("row {0} does not follow the row before it: a row was taken out, put in or changed")]
    Link(i64),
    /// A row is missing.
    #[error("row {0} is missing")]
    Missing(i64),
}

const COLUMNS: &str = "position, recorded_at, actor, plan, action, file_id, outcome, detail, request_id, previous, hash";

/// The hash of a row: SHA-256 over a JSON array of the account and every column in the order of the table, the hash before it
/// last. Times are UTC seconds.
fn hash(account: &AccountId, position: i64, entry: &AuditEntry, previous: &str) -> String {
    let row = json!([
        account.as_str(),
        position,
        entry.recorded.timestamp(),
        entry.actor,
        entry.plan,
        entry.action,
        entry.file_id.as_str(),
        entry.outcome.as_str(),
        entry.detail,
        entry.request_id,
        previous,
    ]);
    hex::encode(Sha256::digest(row.to_string()))
}

impl Ledger {
    /// Adds entries to the end of an account's audit. They last when this returns.
    pub fn append_audit(&self, account: &AccountId, entries: &[AuditEntry]) -> Result<(), LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            let (mut position, mut previous) = last(connection, account)?;
            for entry in entries {
                position += 1;
                let hash = hash(account, position, entry, &previous);
                connection.execute(
                    "INSERT INTO audit (account, position, recorded_at, actor, plan, action, file_id, outcome, detail, request_id,
                                        previous, hash)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                    &[
                        account.as_str().into(),
                        position.into(),
                        entry.recorded.into(),
                        entry.actor.as_str().into(),
                        entry.plan.as_str().into(),
                        entry.action.as_str().into(),
                        entry.file_id.as_str().into(),
                        entry.outcome.as_str().into(),
                        entry.detail.as_str().into(),
                        entry.request_id.as_str().into(),
                        previous.as_str().into(),
                        hash.as_str().into(),
                    ],
                )?;
                previous = hash;
            }
            Ok(())
        })
    }

    /// Hands over an account's audit in its order, until told to stop. The ledger is busy meanwhile.
    pub fn each_audit(&self, account: &AccountId, mut each: impl FnMut(AuditRow) -> ControlFlow<()>) -> Result<(), LedgerError> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE account = ?1 ORDER BY position");
        let mut result = Ok(());
        self.lock().stream(&sql, &[account.as_str().into()], &mut |values| match read(Row(values)) {
            Ok(row) => each(row),
            Err(error) => {
                result = Err(error);
                ControlFlow::Break(())
            }
        })?;
        result
    }

    /// What was written of one plan, in its order.
    pub fn audit_of_plan(&self, account: &AccountId, plan: &str) -> Result<Vec<AuditRow>, LedgerError> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE account = ?1 AND plan = ?2 ORDER BY position");
        collect(self.lock().as_mut(), &sql, &[account.as_str().into(), plan.into()], read)
    }
}

/// The last position and its hash.
fn last(connection: &mut dyn Connection, account: &AccountId) -> Result<(i64, String), LedgerError> {
    let sql = "SELECT position, hash FROM audit WHERE account = ?1 ORDER BY position DESC LIMIT 1";
    let rows = collect(connection, sql, &[account.as_str().into()], |row| Ok((row.integer(0)?, row.text(1)?.to_owned())))?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

fn read(row: Row<'_>) -> Result<AuditRow, LedgerError> {
    let text = |index| row.text(index).map(str::to_owned);
    Ok(AuditRow {
        position: row.integer(0)?,
        entry: AuditEntry {
            recorded: row.time(1)?,
            actor: text(2)?,
            plan: text(3)?,
            action: text(4)?,
            file_id: FileId::new(row.text(5)?),
            outcome: row.parsed(6, "the outcome of a change")?,
            detail: text(7)?,
            request_id: text(8)?,
        },
        previous: text(9)?,
        hash: text(10)?,
    })
}

/// Follows a chain row by row. Rows that were cut off its end do not show in the chain itself: compare [`ChainCheck::head`]
/// with one that was noted elsewhere.
#[derive(Clone, Debug)]
pub struct ChainCheck {
    account: AccountId,
    position: i64,
    head: String,
}

impl ChainCheck {
    /// Before the first row of an account.
    pub fn new(account: &AccountId) -> Self {
        Self { account: account.clone(), position: 0, head: String::new() }
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// The row does not fit; the check goes on behind it.
    pub fn follow(&mut self, row: &AuditRow) -> Result<(), BrokenChain> {
        let (expected, before) = (self.position + 1, std::mem::replace(&mut self.head, row.hash.clone()));
        self.position = row.position;
        if row.position != expected {
            return Err(BrokenChain::Missing(expected));
        }
        if row.previous != before {
            return Err(BrokenChain::Link(row.position));
        }
        let fits = row.hash == hash(&self.account, row.position, &row.entry, &row.previous);
        if fits { Ok(()) } else { Err(BrokenChain::Content(row.position)) }
    }

    /// How many rows there are, when the last has been followed.
    pub fn rows(&self) -> i64 {
        self.position
    }

    /// The hash of the last row; empty without rows.
    pub fn head(&self) -> &str {
        &self.head
    }
}
