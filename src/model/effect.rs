//! What a change of media costs or saves under a price book.

use serde::{Deserialize, Serialize};

use super::charge::Step;
use super::money::Currency;
use super::time::BillingMonth;

/// The cost effect of a change of many media. Amounts are decimal texts with eight decimals; what is unknown is `None`, never 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostEffect {
    /// The currency of every amount.
    pub currency: Currency,
    /// The price book's id.
    pub price_book: String,
    /// The whole month that storage is valued for: the first after the change.
    pub month: BillingMonth,
    /// What is stored before and after, read back, and left too early.
    pub lines: Vec<EffectLine>,
    /// Storage of the month after the change less storage of the month before it: negative is saved.
    pub storage_per_month: Option<String>,
    /// What the change costs once: early deletion and reading back.
    pub once: Option<String>,
    /// What has no price or no size, in words. It is in no sum, and a sum that it belongs to is unknown.
    pub gaps: Vec<String>,
    /// What the amounts rest on, in words.
    pub notes: Vec<String>,
}

impl CostEffect {
    /// An effect of which nothing is known but why.
    pub fn unknown(currency: Currency, price_book: &str, month: BillingMonth, why: String) -> Self {
        Self {
            currency,
            price_book: price_book.to_owned(),
            month,
            lines: Vec::new(),
            storage_per_month: None,
            once: None,
            gaps: vec![why],
            notes: Vec::new(),
        }
    }
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectKind {
    /// Stored for the month without the change.
    StoredBefore,
    /// Stored for the month with the change.
    StoredAfter,
    /// Left a storage class before its minimum duration.
    EarlyDeletion,
    /// Read back from a cold class.
    Retrieval,
}

impl EffectKind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::StoredBefore => "stored before",
            Self::StoredAfter => "stored after",
            Self::EarlyDeletion => "early deletion",
            Self::Retrieval => "retrieval",
        }
    }
}

/// One priced quantity of an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectLine {
    /// What it is about.
    pub kind: EffectKind,
    /// The billing area.
    pub area: String,
    /// Storage class, or way of reading back.
    pub spec: String,
    /// How many media.
    pub media: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The price per unit, as the price book writes it.
    pub unit_price: Option<String>,
    /// The version of the price book.
    pub price_version: String,
    /// The sum of the charges.
    pub cost: Option<String>,
    /// Why there is no cost.
    pub unpriced: Option<String>,
    /// The arithmetic of the first of the charges: each day of a month is one.
    pub steps: Vec<Step>,
}
