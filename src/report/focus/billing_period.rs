//! The data set Billing Period: which months of bills there are, and whether they are closed.

use std::collections::BTreeSet;

use super::columns::{Cell, Column, In, Kind, Level};
use crate::model::BillingMonth;

/// Whether a month of bills is closed, so that it changes by corrections only. None is: this program does not close months yet, and
/// this is the one place that answers it.
pub fn is_closed(_: BillingMonth) -> bool {
    false
}

/// `ChargeClass` of a charge: a correction is a change of a closed month, and there is none.
pub fn class(month: BillingMonth) -> Option<&'static str> {
    // What changes a closed month will be told by the charge itself; a closed month alone makes no correction.
    let _ = is_closed(month);
    None
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodRow {
    /// The month, in seconds.
    pub period: (i64, i64),
    /// Whether it is closed.
    pub closed: bool,
    /// When this was written.
    pub updated: i64,
    /// Who bills.
    pub issuer: String,
}

/// The rows of the months that charges lie in.
pub fn rows(months: &BTreeSet<BillingMonth>, issuer: &str, now: i64) -> impl Iterator<Item = PeriodRow> {
    months.iter().map(move |month| {
        let period = month.period();
        PeriodRow {
            period: (period.start.timestamp(), period.end.timestamp()),
            closed: is_closed(*month),
            updated: now.max(period.start.timestamp()),
            issuer: issuer.to_owned(),
        }
    })
}

const fn column(name: &'static str, kind: Kind, cell: for<'r> fn(&'r PeriodRow) -> Cell<'r>) -> Column<PeriodRow> {
    Column { name, kind, level: Level::Mandatory, nulls: false, versions: In::V14, cell }
}

/// Its columns.
pub const BILLING_PERIOD: [Column<PeriodRow>; 6] = [
    // The ledger does not keep when a period was opened; it is there since it began.
    column("BillingPeriodCreated", Kind::Time, |row| Cell::Time(row.period.0)),
    column("BillingPeriodEnd", Kind::Time, |row| Cell::Time(row.period.1)),
    column("BillingPeriodLastUpdated", Kind::Time, |row| Cell::Time(row.updated)),
    column("BillingPeriodStart", Kind::Time, |row| Cell::Time(row.period.0)),
    column("BillingPeriodStatus", Kind::OneOf(&["Open", "Closed"]), |row| Cell::Text(if row.closed { "Closed" } else { "Open" })),
    column("InvoiceIssuerName", Kind::Text, |row| Cell::Text(&row.issuer)),
];
