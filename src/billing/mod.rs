//! The rating engine: usage records and a price book in, charges out. Pure: no I/O, no clock, no
//! randomness, and the order of the records never matters.
//!
//! The way of a quantity: records are [gathered](Rater) per account, meter, area and specification;
//! an aggregate makes one quantity per period of it; packs take their part; a tier or flat price makes
//! one exact quotient of the rest, rounded once. Everything that differs between products and years
//! stands in the [`PriceBook`], whose format `docs/price-book.md` describes.

mod adjust;
mod agreements;
mod allocate;
mod bill_mode;
mod book;
mod charges;
mod conditions;
mod contract;
mod counters;
mod curve;
mod gather;
mod lines;
mod names;
mod options;
mod packs;
mod partial;
mod places;
mod plan;
mod ratio;
mod shipped;
mod tiers;
mod totals;
mod wide;
mod words;

pub use allocate::{AllocateError, Allocation, Portion, SUB_APP_ID, Shares, basis};
pub use bill_mode::{BillConflict, BillRead, BilledAs};
pub use book::{
    Aggregate, Allowance, BookErrors, BookMeter, Bound, Choice, Comparison, Condition, Cover, Dimensions, DropRounding, DropTop,
    Files, Inner, Outer, OverflowTier, PackOrder, PackRules, Part, PartKind, Price, PriceBook, Problem, Product, ProductTerm,
    QuantumScope, Rate, Refill, Source, SwitchRule, TierKind, Tiers, UnderMonthly, Unpriced, Version, Window, YesNo,
};
pub use contract::{Adjustment, AdjustmentKind, Change, Contract, Item, Stretch, Term};
pub use gather::{RateError, Rated, Rater, Row, RowError, SeriesId, Span};
pub use names::{Names, billed_spec};
pub use options::{
    BillMonthBasis, Dated, Mode, MonthChange, Opening, Options, OptionsError, Settlement, SettlementChange, Switches, WrongPack,
};
pub use packs::{Left, LeftCompared, Pack, PackMonth, packs_from_toml};
pub use places::Place;
pub use ratio::{Decimal, Ratio};
pub use shipped::shipped;

use crate::model::{Charge, UsageRecord};

/// Rates usage with a price book.
///
/// Charges come in a total order that does not depend on the order of the records: by account, usage
/// day, meter, area, specification and tier; after each account's lines those of its contract and its packs; one total row per
/// account and currency last.
///
/// # Errors
/// A record that cannot be rated (it spans billing days, or its meter is unknown), an option that the
/// book does not know, or a number that leaves the range of exact arithmetic.
pub fn rate(usage: impl IntoIterator<Item = UsageRecord>, book: &PriceBook, options: &Options) -> Result<Vec<Charge>, RateError> {
    rate_with_packs(usage, book, options).map(|rated| rated.charges)
}

/// As [`rate`], and beside the charges what became of each allowance.
///
/// # Errors
/// As [`rate`].
pub fn rate_with_packs(
    usage: impl IntoIterator<Item = UsageRecord>,
    book: &PriceBook,
    options: &Options,
) -> Result<Rated, RateError> {
    let mut rater = Rater::new(book, options)?;
    for record in usage {
        rater.add(&Row::from(&record))?;
    }
    rater.finish_with_packs()
}
