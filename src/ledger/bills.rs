//! Bills: every line of a month, with revisions. What a bill said once stays readable after it says something else.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::LedgerError;
use super::connection::{Connection, Value, collect};
use super::units::Unit;
use super::work::Committed;
use crate::model::{Bill, BillLine};

/// What names a line, without its revision.
pub const KEY: &[&str] = &["account", "bill_month", "line_id"];

/// What the bill says.
pub const SAID: &[&str] = &[
    "business",
    "business_name",
    "product",
    "action_type",
    "resource_id",
    "region",
    "pay_mode",
    "component",
    "item",
    "used_from",
    "used_until",
    "paid_at",
    "quantity",
    "unit",
    "unit_price",
    "list_cost",
    "real_cost",
    "cash_cost",
    "incentive_cost",
    "voucher_cost",
    "transfer_cost",
    "currency",
    "raw",
];

/// Makes these the lines of a month's bill, inside a transaction.
pub(super) fn replace(
    connection: &mut dyn Connection,
    unit: &Unit,
    bill: &Bill,
    at: DateTime<Utc>,
) -> Result<Committed, LedgerError> {
    let month: [Value; 2] = [unit.account.as_str().into(), bill.month.to_string().into()];
    let sql = "SELECT line_id, revision, raw, CASE WHEN replaced_at IS NULL THEN 1 ELSE 0 END FROM bill_line
               WHERE account = ?1 AND bill_month = ?2 ORDER BY revision";
    let rows = collect(connection, sql, &month, |row| {
        Ok((
            row.text(0)?.to_owned(),
            (row.integer(1)?, (row.integer(3)? == 1).then(|| row.text(2).map(str::to_owned)).transpose()?),
        ))
    })?;
    let mut known: BTreeMap<String, (i64, Option<String>)> = rows.into_iter().collect();
    let mut committed = Committed::default();
    let mut new: BTreeMap<&str, (i64, &BillLine)> = BTreeMap::new();
    for line in &bill.lines {
        if new.contains_key(line.line_id.as_str()) {
            return Err(LedgerError::Contradiction(format!("line {} of the bill of {}", line.line_id, bill.month)));
        }
        let revision = match known.remove(&line.line_id) {
            Some((_, Some(raw))) if raw == line.raw => {
                committed.unchanged += 1;
                continue;
            }
            Some((revision, before)) => {
                *(if before.is_some() { &mut committed.restated } else { &mut committed.new }) += 1;
                retire(connection, &month, &line.line_id, at)?;
                revision + 1
            }
            None => {
                committed.new += 1;
                1
            }
        };
        new.insert(&line.line_id, (revision, line));
    }
    for line_id in known.iter().filter(|(_, (_, current))| current.is_some()).map(|(line_id, _)| line_id) {
        retire(connection, &month, line_id, at)?;
        committed.restated += 1;
    }
    let mut rows = new.into_values().map(|(revision, line)| row(&month, bill, revision, line, at));
    let columns = [KEY, &["revision"], SAID, &["recorded_at"]].concat();
    connection.insert("bill_line", &columns, &mut rows)?;
    Ok(committed)
}

fn retire(connection: &mut dyn Connection, month: &[Value; 2], line_id: &str, at: DateTime<Utc>) -> Result<(), LedgerError> {
    let [account, bill_month] = month.clone();
    let sql = "UPDATE bill_line SET replaced_at = ?4
               WHERE account = ?1 AND bill_month = ?2 AND line_id = ?3 AND replaced_at IS NULL";
    connection.execute(sql, &[account, bill_month, line_id.into(), at.into()]).map(drop)
}

fn row(month: &[Value; 2], bill: &Bill, revision: i64, line: &BillLine, at: DateTime<Utc>) -> Vec<Value> {
    let mut row = month.to_vec();
    row.extend([line.line_id.as_str().into(), revision.into()]);
    let texts = [
        &line.business,
        &line.business_name,
        &line.product,
        &line.action_type,
        &line.resource_id,
        &line.region,
        &line.pay_mode,
        &line.component,
        &line.item,
        &line.used_from,
        &line.used_until,
        &line.paid_at,
        &line.quantity,
        &line.unit,
        &line.unit_price,
        &line.list_cost,
        &line.real_cost,
        &line.cash_cost,
        &line.incentive_cost,
        &line.voucher_cost,
        &line.transfer_cost,
        &bill.currency,
        &line.raw,
    ];
    row.extend(texts.map(|text| Value::from(text.as_str())));
    row.push(at.into());
    row
}
