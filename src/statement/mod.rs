//! Statements: the usage of a month, rated. The only room that uses both ledger and billing.
//!
//! Tiers, peaks and packs belong to the account, so a month is always rated for the whole account, never for one
//! application.

mod bridge;
mod coverage;
mod media_effect;
pub mod share;
mod summary;

use std::collections::BTreeSet;

use crate::billing::{AllocateError, BookMeter, Mode, Options, Pack, PackMonth, PriceBook, RateError, rate_with_packs};
use crate::ledger::{Brings, Ledger, LedgerError};
use crate::model::{AccountId, Base, BillingDay, BillingMonth, Charge, MeterKind, Period, RowType, Status, Step, UsageRecord};

use share::Mapping;

pub use media_effect::{MediaChange, media_effect};
pub use summary::{Item, Total, Unpriced};

/// Why a month could not be rated. The charges of before are untouched.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The price book, the options or the usage.
    #[error("month {month} of account {account} cannot be rated: {source}")]
    Rate {
        /// Whose.
        account: AccountId,
        /// Which month.
        month: BillingMonth,
        /// What is in the way.
        source: RateError,
    },
    /// Weights that contradict themselves.
    #[error("a charge cannot be split: {0}")]
    Share(#[from] AllocateError),
}

/// A month of an account, rated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whose.
    pub account: AccountId,
    /// The month whose usage was rated.
    pub month: BillingMonth,
    /// The billing modes of the month, in the order of time.
    pub modes: Vec<Mode>,
    /// Whether nobody confirmed the mode.
    pub mode_assumed: bool,
    /// The lines, charges and packs, in a fixed order.
    pub charges: Vec<Charge>,
    /// Days of the month of which not everything was collected: the total is partial while there are any.
    pub uncovered: BTreeSet<BillingDay>,
    /// What became of each pack in the month.
    pub packs: Vec<PackMonth>,
}

impl Statement {
    fn rate_error(&self, source: RateError) -> StatementError {
        StatementError::Rate { account: self.account.clone(), month: self.month, source }
    }
}

/// Rates a month and makes the result the month's charges in the ledger. Doing it again gives the same.
pub fn charge(
    ledger: &Ledger,
    account: &AccountId,
    month: BillingMonth,
    book: &PriceBook,
    options: &Options,
) -> Result<Statement, StatementError> {
    charge_mapped(ledger, account, month, book, options, &Mapping::default())
}

/// As [`charge`], with who bears which cost.
///
/// # Errors
/// As [`charge`].
pub fn charge_mapped(
    ledger: &Ledger,
    account: &AccountId,
    month: BillingMonth,
    book: &PriceBook,
    options: &Options,
    mapping: &Mapping,
) -> Result<Statement, StatementError> {
    let statement = rate_month(ledger, account, month, book, options)?;
    share::keep(ledger, &statement, book, options, mapping)?;
    Ok(statement)
}

/// Rates a month and changes no charges. No application is rated twice, with its id and without. `options.until` is the first day
/// that has not begun, where the month is not over.
pub fn rate_month(
    ledger: &Ledger,
    account: &AccountId,
    month: BillingMonth,
    book: &PriceBook,
    options: &Options,
) -> Result<Statement, StatementError> {
    // No stored row crosses the end of its billing day, so none crosses the end of the month.
    // What is left of packs when the month begins, only the usage since they began can tell.
    let since = Pack::history_of(&options.packs, account, month);
    ledger.one_identity(account)?;
    let usage = ledger.usage(account, Period { start: since.start(), end: month.period().end })?;
    // The month is about all of its days, whatever was used on them: packs expire and contracts have minimums without usage.
    let until = options.until.map_or(month.end_day(), |until| until.clamp(since, month.end_day()));
    let options = &Options { since: Some(since), until: Some(until), accounts: vec![account.clone()], ..options.clone() };
    let book = with_meters_of(book, &usage);
    let rated = rate_with_packs(usage, &book, options).map_err(|source| StatementError::Rate {
        account: account.clone(),
        month,
        source,
    })?;
    let mut charges = rated.charges;
    let packs = rated.packs.into_iter().filter(|pack| pack.account == *account && pack.month == month).collect();
    charges.retain(|charge| charge.row_type != RowType::Total && charge.usage_day.month() == month);
    let missing = ledger.missing_days(account, month.period())?;
    charges.iter_mut().for_each(|charge| doubt(charge, &missing));
    let uncovered = coverage::uncovered(&ledger.units(account, Brings::Usage, month.period())?, month);
    let mut modes: Vec<Mode> = month.first_day().until(month.end_day()).map(|day| *options.mode.on(day)).collect();
    modes.dedup();
    let mode_assumed = options.mode_assumed;
    Ok(Statement { account: account.clone(), month, modes, mode_assumed, charges, uncovered, packs })
}

/// A line of a day of which usage is still missing cannot be final.
fn doubt(charge: &mut Charge, missing: &BTreeSet<BillingDay>) {
    let Some(day) = missing.iter().find(|day| charge.period.contains(day.start())) else { return };
    charge.steps.push(Step::new("partial", format!("partial: some usage of {day} could not be collected")).with("day", day));
    charge.status = charge.status.min(Status::Partial);
}

/// The book, and with it every meter of the usage that neither it nor the product knows: such usage becomes a line without
/// a price instead of stopping the month. Its unit is not known, so it is counted as it was reported.
fn with_meters_of(book: &PriceBook, usage: &[UsageRecord]) -> PriceBook {
    let mut book = book.clone();
    for record in usage {
        if book.meter(&record.meter).is_none() {
            book.meters.push(BookMeter { name: record.meter.clone(), kind: MeterKind::Event, base: Base::Count });
        }
    }
    book
}
