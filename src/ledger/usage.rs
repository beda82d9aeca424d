//! Usage facts: revisions on the way in, the latest of each on the way out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::connection::{Connection, Row, Value, collect, exact};
use super::lowered::{Change, Sums};
use super::units::Unit;
use super::work::Committed;
use super::{Ledger, LedgerError, app_of, app_text};
use crate::model::{AccountId, BillingDay, Period, Status, UsageRecord};

const COLUMNS: &[&str] = &[
    "account",
    "action",
    "sub_app_id",
    "subject",
    "meter",
    "area",
    "spec",
    "usage_day",
    "start_at",
    "end_at",
    "quantity",
    "status",
    "revision",
    "recorded_at",
];

const SELECT: &str = "
SELECT sub_app_id, meter, area, spec, start_at, end_at, quantity, status FROM usage_fact
WHERE account = ?1 AND replaced_at IS NULL AND end_at > ?2 AND start_at < ?3
ORDER BY meter, area, spec, start_at, sub_app_id, action, subject";

impl Ledger {
    /// The usage of an account that touches a period, each fact in its latest revision, in a fixed order. Rows that reach
    /// past the period are given whole.
    pub fn usage(&self, account: &AccountId, period: Period) -> Result<Vec<UsageRecord>, LedgerError> {
        collect(self.lock().as_mut(), SELECT, &parameters(account, period), |row| read(account, row))
    }

    /// [`Ledger::usage`] row by row, for periods that do not fit in memory.
    pub fn each_usage(
        &self,
        account: &AccountId,
        period: Period,
        mut each: impl FnMut(UsageRecord) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let mut result = Ok(());
        self.lock().stream(SELECT, &parameters(account, period), &mut |values| match read(account, Row(values)) {
            Ok(record) => each(record),
            Err(error) => {
                result = Err(error);
                ControlFlow::Break(())
            }
        })?;
        result
    }

    /// The billing days on which the account has usage, in order.
    pub fn usage_days(&self, account: &AccountId) -> Result<Vec<BillingDay>, LedgerError> {
        let sql = "SELECT DISTINCT usage_day FROM usage_fact WHERE account = ?1 AND replaced_at IS NULL ORDER BY usage_day";
        collect(self.lock().as_mut(), sql, &[account.as_str().into()], |row| row.parsed(0, "a billing day"))
    }

    /// What a meter measured on each day of a period of whole billing days, all applications, areas and specifications together.
    pub fn metered_days(&self, account: &AccountId, meter: &str, days: Period) -> Result<BTreeMap<BillingDay, i64>, LedgerError> {
        self.day_sums(USAGE, account, meter, days)
    }

    /// The same of what is not rated but there to be compared.
    pub fn reading_days(&self, account: &AccountId, meter: &str, days: Period) -> Result<BTreeMap<BillingDay, i64>, LedgerError> {
        self.day_sums(READINGS, account, meter, days)
    }

    fn day_sums(
        &self,
        Table(table): Table,
        account: &AccountId,
        meter: &str,
        days: Period,
    ) -> Result<BTreeMap<BillingDay, i64>, LedgerError> {
        let sql = format!(
            "SELECT usage_day, CAST(SUM(quantity) AS BIGINT) FROM {table}
             WHERE account = ?1 AND meter = ?2 AND replaced_at IS NULL AND start_at >= ?3 AND start_at < ?4 GROUP BY usage_day"
        );
        let parameters: [Value; 4] = [account.as_str().into(), meter.into(), days.start.into(), days.end.into()];
        let rows =
            collect(self.lock().as_mut(), &sql, &parameters, |row| Ok((row.parsed(0, "a billing day")?, row.integer(1)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// Every revision of every fact of a period: quantity and whether it still holds, oldest first within a fact.
    pub fn usage_revisions(&self, account: &AccountId, period: Period) -> Result<Vec<(UsageRecord, i64, bool)>, LedgerError> {
        let sql = "SELECT sub_app_id, meter, area, spec, start_at, end_at, quantity, status, revision,
                          CASE WHEN replaced_at IS NULL THEN 1 ELSE 0 END
                   FROM usage_fact WHERE account = ?1 AND end_at > ?2 AND start_at < ?3
                   ORDER BY meter, area, spec, start_at, sub_app_id, action, subject, revision";
        collect(self.lock().as_mut(), sql, &parameters(account, period), |row| {
            Ok((read(account, row)?, row.integer(8)?, row.integer(9)? == 1))
        })
    }
}

fn parameters(account: &AccountId, period: Period) -> [Value; 3] {
    [account.as_str().into(), period.start.into(), period.end.into()]
}

fn read(account: &AccountId, row: Row<'_>) -> Result<UsageRecord, LedgerError> {
    Ok(UsageRecord {
        period: Period { start: row.time(4)?, end: row.time(5)? },
        account: account.clone(),
        sub_app_id: app_of(row.text(0)?)?,
        meter: row.text(1)?.to_owned(),
        area: row.text(2)?.to_owned(),
        spec: row.text(3)?.to_owned(),
        quantity: i128::from(row.integer(6)?),
        status: row.parsed(7, "a status")?,
        tags: Vec::new(),
    })
}

/// What names a fact inside a unit: meter, area, specification and the second in which it starts.
type Key = (String, String, String, i64);

struct Known {
    revision: i64,
    current: Option<Current>,
}

#[derive(Clone, Copy)]
struct Current {
    end: i64,
    quantity: i64,
    status: Status,
}

/// A table of quantities with revisions.
#[derive(Clone, Copy, Debug)]
pub struct Table(&'static str);

/// Quantities that are rated.
pub const USAGE: Table = Table("usage_fact");
/// Quantities that are there to be compared.
pub const READINGS: Table = Table("reading");

/// Makes `records` the facts of what a unit asked, inside a transaction: what is as it was stays, what changed becomes a new
/// revision, what is gone is marked as replaced.
pub fn replace(
    connection: &mut dyn Connection,
    table: Table,
    unit: &Unit,
    asked: Period,
    records: &[UsageRecord],
    at: DateTime<Utc>,
) -> Result<Change, LedgerError> {
    let mut known = known(connection, table, unit, asked)?;
    let mut committed = Committed::default();
    let mut rows = Vec::new();
    let mut sums = Sums::default();
    for ((meter, area, spec, start), fact) in &known {
        if let Some(current) = fact.current {
            let day = DateTime::from_timestamp(*start, 0).map(|start| BillingDay::of(start).to_string()).unwrap_or_default();
            sums.before([meter, area, spec], day, current.quantity, current.end - start);
        }
    }
    for record in records {
        let key = (record.meter.clone(), record.area.clone(), record.spec.clone(), record.period.start.timestamp());
        let quantity = exact("usage", record.quantity)?;
        let new = Current { end: record.period.end.timestamp(), quantity, status: record.status };
        let day = BillingDay::of(record.period.start).to_string();
        sums.after([&record.meter, &record.area, &record.spec], day, quantity, new.end - key.3);
        let revision = match known.remove(&key) {
            Some(Known { revision, current: Some(old) }) if (old.end, old.quantity) == (new.end, new.quantity) => {
                committed.unchanged += 1;
                if old.status != new.status {
                    set_status(connection, table, unit, &key, revision, new.status)?;
                }
                continue;
            }
            Some(Known { revision, current }) => {
                match current {
                    // A level that has simply gone on is not a restatement.
                    Some(old) if old.quantity == new.quantity && old.end < new.end => committed.unchanged += 1,
                    Some(_) => committed.restated += 1,
                    None => committed.new += 1,
                }
                retire(connection, table, unit, &key, at)?;
                revision + 1
            }
            None => {
                committed.new += 1;
                1
            }
        };
        rows.push(row(unit, record, quantity, revision, at));
    }
    for (key, gone) in known {
        if gone.current.is_some() {
            retire(connection, table, unit, &key, at)?;
            committed.restated += 1;
        }
    }
    connection.insert(table.0, COLUMNS, &mut rows.into_iter())?;
    Ok(Change { committed, lowered: sums.lowered() })
}

/// The newest revision of every fact that the unit's question has brought for its window, and its value if it still holds.
fn known(
    connection: &mut dyn Connection,
    Table(table): Table,
    unit: &Unit,
    asked: Period,
) -> Result<BTreeMap<Key, Known>, LedgerError> {
    let sql = format!(
        "SELECT meter, area, spec, start_at, revision, end_at, quantity, status,
                      CASE WHEN replaced_at IS NULL THEN 1 ELSE 0 END
               FROM {table}
               WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4 AND start_at >= ?5 AND start_at < ?6
               ORDER BY revision"
    );
    let mut parameters = question(unit);
    parameters.extend([asked.start.into(), asked.end.into()]);
    let rows = collect(connection, &sql, &parameters, |row| {
        let key = (row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.text(2)?.to_owned(), row.integer(3)?);
        let value = Current { end: row.integer(5)?, quantity: row.integer(6)?, status: row.parsed(7, "a status")? };
        Ok((key, Known { revision: row.integer(4)?, current: (row.integer(8)? == 1).then_some(value) }))
    })?;
    Ok(rows.into_iter().collect())
}

/// The parameters `?1` … `?4` that name a question.
fn question(unit: &Unit) -> Vec<Value> {
    vec![
        unit.account.as_str().into(),
        unit.action.as_str().into(),
        app_text(unit.sub_app_id).into(),
        unit.subject.as_str().into(),
    ]
}

/// The parameters `?1` … `?8` that name one fact.
fn fact(unit: &Unit, (meter, area, spec, start): &Key) -> Vec<Value> {
    let mut values = question(unit);
    values.extend([meter.as_str().into(), area.as_str().into(), spec.as_str().into(), (*start).into()]);
    values
}

const OF_FACT: &str = "WHERE account = ?1 AND action = ?2 AND sub_app_id = ?3 AND subject = ?4
                       AND meter = ?5 AND area = ?6 AND spec = ?7 AND start_at = ?8";

fn retire(
    connection: &mut dyn Connection,
    Table(table): Table,
    unit: &Unit,
    key: &Key,
    at: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let mut values = fact(unit, key);
    values.push(at.into());
    let sql = format!("UPDATE {table} SET replaced_at = ?9 {OF_FACT} AND replaced_at IS NULL");
    connection.execute(&sql, &values).map(drop)
}

fn set_status(
    connection: &mut dyn Connection,
    Table(table): Table,
    unit: &Unit,
    key: &Key,
    revision: i64,
    status: Status,
) -> Result<(), LedgerError> {
    let mut values = fact(unit, key);
    values.extend([revision.into(), status.as_str().into()]);
    let sql = format!("UPDATE {table} SET status = ?10 {OF_FACT} AND revision = ?9");
    connection.execute(&sql, &values).map(drop)
}

fn row(unit: &Unit, record: &UsageRecord, quantity: i64, revision: i64, at: DateTime<Utc>) -> Vec<Value> {
    let key = (record.meter.clone(), record.area.clone(), record.spec.clone(), record.period.start.timestamp());
    let mut values = fact(unit, &key);
    values.insert(7, BillingDay::of(record.period.start).to_string().into());
    values.extend([record.period.end.into(), quantity.into(), record.status.as_str().into(), revision.into(), at.into()]);
    values
}
