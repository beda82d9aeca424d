//! One rated line, with everything needed to read it without its context.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, SubAppId};
use super::money::{Amount, Currency};
use super::quantity::Unit;
use super::status::Status;
use super::time::{BillingDay, BillingMonth, Period};

/// What a row of rated output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowType {
    /// Usage at a price.
    Charge,
    /// What a pack took over.
    Pack,
    /// The sum of the rows above, per account and currency.
    Total,
}

impl RowType {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Pack => "pack",
            Self::Total => "total",
        }
    }
}

impl fmt::Display for RowType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One rated line. Quantities are base units; the units beside them are for people.
///
/// Money that is unknown is `None`, never zero: a line without a price stays visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What the row is.
    pub row_type: RowType,
    /// A hash of the key of the line, never of its amount: the same line keeps its id when restated.
    pub charge_id: String,
    /// Whose.
    pub account: AccountId,
    /// Filled by allocation only: tiers and peaks belong to the account.
    pub sub_app_id: Option<SubAppId>,
    /// Filled by allocation only: what the share was made for, such as `("room", "1203")`.
    pub tags: Vec<(String, String)>,
    /// Filled by allocation only: by which weights the charge was split, in words.
    pub basis: Option<String>,
    /// Filled by allocation only: the charge that this is a share of.
    pub parent_id: Option<String>,
    /// The day the usage happened on; the last day for aggregates over a month.
    pub usage_day: BillingDay,
    /// The day on which it is settled.
    pub settlement_date: BillingDay,
    /// The month whose bill carries it.
    pub bill_month: BillingMonth,
    /// The month in which the books carry it.
    pub posting_period: BillingMonth,
    /// What was aggregated over.
    pub period: Period,
    /// The meter's name.
    pub meter: String,
    /// The billing area.
    pub area: String,
    /// The specification.
    pub spec: String,
    /// What was used, in base units, before packs.
    pub usage_quantity: i128,
    /// What packs took over, in base units of usage.
    pub pack_quantity: i128,
    /// What the price was multiplied with, in base units: usage less packs, after rounding rules.
    pub pricing_quantity: i128,
    /// The unit of the printed quantities and of the unit price.
    pub unit: Unit,
    /// The list price per unit, as the price book writes it.
    pub unit_price: Option<String>,
    /// The agreed price per unit, where a contract replaces the list price.
    pub contracted_unit_price: Option<String>,
    /// The tier that gave the price, in words: `over 500 GB up to 2 TB`.
    pub tier: String,
    /// Quantity × list price, exact, unrounded, as decimal text.
    pub list_cost: Option<String>,
    /// After contract prices, exact, unrounded, as decimal text.
    pub contracted_cost: Option<String>,
    /// Rounded once, half up, to 10⁻⁸.
    pub billed_cost: Option<Amount>,
    /// What the usage cost when money paid in advance is spread over what it paid for: billed cost for usage at a price, a
    /// share of a pack's price for what the pack took over, nothing for the purchase itself.
    pub effective_cost: Option<Amount>,
    /// The currency of the price book.
    pub currency: Currency,
    /// The price book's id.
    pub price_book: String,
    /// The version of the price book that was valid on the usage day.
    pub price_version: String,
    /// How sure the line is.
    pub status: Status,
    /// Why there is no price; `None` where there is one.
    pub unpriced: Option<String>,
    /// The arithmetic, step by step, for `explain`.
    pub steps: Vec<Step>,
}

/// One step of the arithmetic behind a charge: in words, and its numbers by name for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What kind of step: `usage`, `pack`, `tier`, `list`, `billed` and the like.
    pub step: String,
    /// In words.
    pub text: String,
    /// Numbers and names by name; numbers are exact texts in base units or in the unit that the name ends in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
}

impl Step {
    /// A step without numbers of its own.
    pub fn new(step: &str, text: impl Into<String>) -> Self {
        Self { step: step.to_owned(), text: text.into(), values: Vec::new() }
    }

    /// The step with one more number or name.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }
}
