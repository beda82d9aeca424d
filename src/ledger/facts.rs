//! What a unit brings, and how it becomes the ledger's content.

use std::collections::BTreeMap;

use super::catalogue::{self, Domain, PackState, PlayStat};
use super::connection::Connection;
use super::inventory::{self, Listing};
use super::lowered::{Change, Lowered};
use super::units::Unit;
use super::usage::{self, READINGS, USAGE};
use super::work::{Committed, Lease, Outcome, UnitResult};
use super::{LedgerError, bills};
use crate::model::{Bill, BillingDay, Period, UsageRecord};

/// All the facts of what a unit asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// Quantities that are rated. Each record's account and application are the unit's, and it lies within one billing day.
    Usage(Vec<UsageRecord>),
    /// The same, for quantities that are only compared.
    Readings(Vec<UsageRecord>),
    /// The media that were created in the time that was asked for.
    Listing(Listing),
    /// The domains of the application.
    Domains(Vec<Domain>),
    /// The prepaid products of the account, on the day of the window.
    Packs(Vec<PackState>),
    /// The plays of the application's media on the day of the window.
    Plays(Vec<PlayStat>),
    /// A month's bill.
    Bill(Bill),
    /// Access logs, which were committed file by file before.
    Logs(Committed),
}

/// Writes the facts, inside a transaction.
pub(super) fn replace(
    connection: &mut dyn Connection,
    unit: &Unit,
    facts: &Facts,
    result: &UnitResult,
) -> Result<Change, LedgerError> {
    let (committed, is_empty, what) = match facts {
        Facts::Usage(records) => return usage::replace(connection, USAGE, unit, result.asked, records, result.at),
        Facts::Readings(records) => return usage::replace(connection, READINGS, unit, result.asked, records, result.at),
        Facts::Listing(listing) => return inventory::replace(connection, unit, listing, result).map(Change::from),
        Facts::Packs(packs) => return catalogue::remember_packs(connection, unit, packs).map(Change::from),
        Facts::Logs(committed) => return Ok((*committed).into()),
        Facts::Domains(domains) => (catalogue::replace_domains(connection, unit, domains)?, domains.is_empty(), "domains"),
        Facts::Plays(plays) => (catalogue::replace_plays(connection, unit, plays)?, plays.is_empty(), "plays"),
        Facts::Bill(bill) => (bills::replace(connection, unit, bill, result.at)?, bill.lines.is_empty(), "lines of the bill"),
    };
    // Of what has no sum by day only that all of it is gone can be said.
    let emptied = (is_empty && committed.restated > 0).then(|| Lowered {
        what: format!("{what}, {}", BillingDay::of(unit.window.start)),
        before: i128::try_from(committed.restated).unwrap_or(i128::MAX),
        after: 0,
    });
    Ok(Change { committed, lowered: emptied.into_iter().collect() })
}

/// Refuses what would break the rule that the facts of a time are replaced as a whole.
pub(super) fn check(lease: &Lease, result: &UnitResult) -> Result<(), LedgerError> {
    let unit = &lease.unit;
    let Period { start, end } = result.asked;
    if start < unit.window.start || end > unit.window.end || start > end {
        return Err(LedgerError::Misplaced(format!("{} was asked for, outside of the window {}", result.asked, unit.window)));
    }
    match &result.outcome {
        Outcome::Done(Facts::Usage(records) | Facts::Readings(records))
        | Outcome::Part(Facts::Usage(records) | Facts::Readings(records), _) => records_fit(unit, result.asked, records),
        Outcome::Done(_) | Outcome::Part(..) | Outcome::Failed(_) | Outcome::Absent(_) => Ok(()),
    }
}

fn records_fit(unit: &Unit, asked: Period, records: &[UsageRecord]) -> Result<(), LedgerError> {
    let is_midnight = |time| BillingDay::of(time).start() == time;
    if !is_midnight(unit.window.start) || !is_midnight(unit.window.end) || unit.window.start >= unit.window.end {
        return Err(LedgerError::Misplaced(format!(
            "the window {} of {} is not made of whole billing days",
            unit.window, unit.action
        )));
    }
    let mut seen = BTreeMap::new();
    for record in records {
        let day = BillingDay::of(record.period.start);
        let place = || format!("{} {} {} {} of {}", record.meter, record.area, record.spec, record.period, unit.action);
        if !asked.contains(record.period.start) || record.period.end > day.end() {
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
