//! Taking out what is no longer needed: old answers, and units of work whose facts stay.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::connection::{Connection, Value, collect};
use super::{Ledger, LedgerError};

/// What is kept, in days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Answers by kind; `None` keeps a kind for ever, and so does a kind that is not named.
    pub snapshots: BTreeMap<String, Option<u32>>,
    /// Units of work whose window ended so long ago and will not be restated; `None` keeps them.
    pub units: Option<u32>,
    /// Sums of single hours of access logs that are part of a day: without them a change of the hour's file cannot be counted any
    /// more. `None` keeps them.
    pub log_hours: Option<u32>,
}

impl Retention {
    /// Days for which single hours of access logs are kept unless somebody says otherwise: the cloud keeps the files for 30.
    pub const LOG_HOURS: u32 = 35;

    /// Kinds of answers with the days for which they are kept unless somebody says otherwise. What is told every day goes
    /// after a month; what usage and costs rest on after thirteen; bills stay.
    pub const DEFAULT: [(&str, Option<u32>); 7] = [
        ("usage", Some(400)),
        ("reading", Some(400)),
        ("play", Some(400)),
        ("pack", Some(400)),
        ("media", Some(35)),
        ("domain", Some(35)),
        ("bill", None),
    ];
}

/// What was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Kinds of answers, each with how many.
    pub snapshots: BTreeMap<String, usize>,
    /// Bodies that no answer has any more.
    pub bodies: i64,
    /// The bytes that these took, compressed.
    pub bytes: i64,
    /// Units of work.
    pub units: usize,
    /// Hours of access logs.
    pub log_hours: usize,
}

impl Ledger {
    /// Takes out what is older than its retention, in one transaction; with `dry_run` only says what that would be. Facts,
    /// charges, inventory and audit are never taken out.
    pub fn prune(&self, retention: &Retention, now: DateTime<Utc>, dry_run: bool) -> Result<Pruned, LedgerError> {
        let mut connection = self.lock();
        connection.begin()?;
        let pruned = prune(connection.as_mut(), retention, now);
        match pruned {
            Ok(pruned) if !dry_run => {
                connection.commit().inspect_err(|_| connection.roll_back())?;
                Ok(pruned)
            }
            // What was taken out to count it comes back.
            outcome => {
                connection.roll_back();
                outcome
            }
        }
    }

    /// Gives back room that nothing needs any more, where the store does not do so by itself.
    pub fn compact(&self) -> Result<(), LedgerError> {
        self.lock().tidy()
    }
}

fn prune(connection: &mut dyn Connection, retention: &Retention, now: DateTime<Utc>) -> Result<Pruned, LedgerError> {
    // Nothing is older than the calendar.
    let before = |days: u32| {
        let moment = now.checked_sub_signed(TimeDelta::days(i64::from(days)));
        Value::from(moment.unwrap_or(DateTime::<Utc>::MIN_UTC))
    };
    let mut pruned = Pruned::default();
    for (kind, days) in &retention.snapshots {
        let Some(days) = days else { continue };
        let sql = "DELETE FROM snapshot WHERE kind = ?1 AND received_at < ?2";
        let removed = connection.execute(sql, &[kind.as_str().into(), before(*days)])?;
        pruned.snapshots.insert(kind.clone(), removed);
    }
    let unused = "FROM snapshot_body
                  WHERE NOT EXISTS (SELECT 1 FROM snapshot
                                    WHERE snapshot.account = snapshot_body.account AND snapshot.sha256 = snapshot_body.sha256)";
    let sql = format!("SELECT COUNT(*), CAST(COALESCE(SUM(LENGTH(body)), 0) AS BIGINT) {unused}");
    let sums = collect(connection, &sql, &[], |row| Ok((row.integer(0)?, row.integer(1)?)))?;
    (pruned.bodies, pruned.bytes) = sums.into_iter().next().unwrap_or_default();
    connection.execute(&format!("DELETE {unused}"), &[])?;
    if let Some(days) = retention.units {
        let sql = "DELETE FROM unit WHERE state IN ('done', 'split') AND status = 'final' AND end_at < ?1";
        pruned.units = connection.execute(sql, &[before(days)])?;
    }
    if let Some(days) = retention.log_hours {
        let sql = "UPDATE log_file SET form = 'closed', sums = NULL WHERE form = 'day' AND start_at < ?1";
        pruned.log_hours = connection.execute(sql, &[before(days)])?;
    }
    Ok(pruned)
}
