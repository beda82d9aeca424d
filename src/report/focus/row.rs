//! A row of Cost and Usage, before it becomes the columns of a version.

use super::number::Number;
use super::packs::Measured;

/// A row: what it says is final, columns only pick from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `BillingAccountId`.
    pub account: String,
    /// The user's own name of the account.
    pub account_name: Option<String>,
    /// The application, where one is known, and its name.
    pub application: Option<(String, Option<String>)>,
    /// Billed, rounded to the scale of bills.
    pub billed: Number,
    /// With what was paid in advance spread over what it paid for.
    pub effective: Number,
    /// At list prices, not rounded, and the list price.
    pub list: (Number, Option<Number>),
    /// The same at agreed prices.
    pub contracted: (Number, Option<Number>),
    /// The currency of all of them.
    pub currency: String,
    /// The month of the bill, in seconds.
    pub billing_period: (i64, i64),
    /// What was aggregated over, in seconds.
    pub charge_period: (i64, i64),
    /// `ChargeCategory`.
    pub category: &'static str,
    /// `ChargeClass`.
    pub class: Option<&'static str>,
    /// `ChargeFrequency`.
    pub frequency: &'static str,
    /// In words.
    pub description: String,
    /// The pack that the row is about.
    pub commitment: Option<Commitment>,
    /// What was consumed.
    pub consumed: Option<Measured>,
    /// What the price was multiplied with.
    pub priced: Option<Measured>,
    /// `PricingCategory`.
    pub pricing_category: Option<&'static str>,
    /// The billing area.
    pub region: Option<Region>,
    /// What was sold.
    pub sku: Option<Sku>,
    /// Who bills.
    pub issuer: String,
    /// What the ledger says beyond the standard.
    pub own: Own,
}

/// A pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Its id in files.
    pub id: String,
    /// Its product.
    pub name: Option<String>,
    /// `Used` or `Unused`; a purchase is neither.
    pub status: Option<&'static str>,
    /// What was bought, used or lapsed.
    pub quantity: Option<Measured>,
    /// The same as JSON for 1.4, where the pack is in the data set of commitments.
    pub applied: Option<String>,
}

/// A billing area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// For machines.
    pub id: String,
    /// For people.
    pub name: String,
}

/// What was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sku {
    /// Meter, area and specification.
    pub id: String,
    /// The meter.
    pub meter: String,
    /// Price book, version, and tier or pack besides.
    pub price_id: String,
    /// JSON.
    pub details: String,
}

/// What the ledger says beyond the standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The account as the ledger names it.
    pub account: String,
    /// The charge; its parts share it.
    pub charge_id: String,
    /// `charge` or `pack`.
    pub row_type: String,
    /// How sure it is.
    pub status: &'static str,
    /// The day of use.
    pub usage_day: String,
    /// The day of settlement.
    pub settlement_date: String,
    /// The month in the books.
    pub posting_period: String,
    /// The price book.
    pub price_book: String,
    /// Its version.
    pub price_version: String,
    /// By what the charge was split over applications.
    pub split_basis: Option<String>,
    /// A word that every row carries.
    pub mark: Option<String>,
}
