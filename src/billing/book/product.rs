//! What can be bought in advance: products, their allowances and terms, and the rules of packs.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, Months, NaiveDate};

use super::Choice;
use crate::billing::contract::Stretch;
use crate::billing::ratio::{Decimal, Ratio};
use crate::model::{BillingDay, Unit};

/// Something that can be bought in advance: a pack, a package of several allowances, or a licence without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name in files of packs.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// Products of one family take each other's place: the last of them used up, the family is renewed. The product's own id
    /// unless the book says otherwise.
    pub family: String,
    /// What it costs once.
    pub price: Option<Decimal>,
    /// How long it lasts.
    pub term: ProductTerm,
    /// For how many days after its purchase it can be given back unused; `None` is never.
    pub refund_days: Option<u32>,
    /// What it holds; nothing for a licence.
    pub parts: Vec<Part>,
}

/// How long a product lasts: from the first day to the same day of a later year, month or week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductTerm {
    count: u32,
    unit: TermUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TermUnit {
    Day,
    Month,
    Year,
}

impl ProductTerm {
    /// The first day that is no longer covered. A day that the month does not have is the month's last.
    pub fn end(self, from: BillingDay) -> BillingDay {
        let date = match self.unit {
            TermUnit::Day => from.date().checked_add_days(Days::new(u64::from(self.count))),
            TermUnit::Month => from.date().checked_add_months(Months::new(self.count)),
            TermUnit::Year => from.date().checked_add_months(Months::new(self.count.saturating_mul(12))),
        };
        BillingDay::new(date.unwrap_or(NaiveDate::MAX))
    }
}

impl fmt::Display for ProductTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            TermUnit::Day => "day",
            TermUnit::Month => "month",
            TermUnit::Year => "year",
        };
        write!(f, "{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

/// The longest term, in its own unit: far beyond any product, and every date stays in the calendar.
const LONGEST: u32 = 3_660;

impl FromStr for ProductTerm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (count, unit) = text.trim().split_once(' ')?;
            let unit = match unit.trim() {
                "day" | "days" => TermUnit::Day,
                "month" | "months" => TermUnit::Month,
                "year" | "years" => TermUnit::Year,
                _ => return None,
            };
            Some(Self { count: count.parse().ok().filter(|count| (1..=LONGEST).contains(count))?, unit })
        };
        parse().ok_or_else(|| format!("{text:?} is not a term; write a number and days, months or years, such as \"1 year\""))
    }
}

/// One allowance of a product or pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whether using it takes from it.
    pub kind: PartKind,
    /// How much it holds, in base units.
    pub capacity: i128,
    /// The unit it was written in.
    pub unit: Unit,
    /// When it is full again.
    pub refill: Refill,
    /// What it covers, in the order of deduction.
    pub covers: Vec<Cover>,
}

/// What several products cover alike, written once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Its name in parts.
    pub id: String,
    /// Whether using it takes from it.
    pub kind: PartKind,
    /// When it is full again.
    pub refill: Refill,
    /// What it covers, in the order of deduction.
    pub covers: Vec<Cover>,
}

/// What an allowance covers: one unit of use takes `coefficient` units of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Which meters.
    pub meters: Vec<String>,
    /// Which areas; empty is all.
    pub areas: Vec<String>,
    /// Which specifications; empty is all.
    pub specs: Vec<String>,
    /// On which usage days.
    pub days: Stretch,
    /// Only where these switches are answered so.
    pub when: Vec<(String, String)>,
    /// How much of the allowance one unit of use takes.
    pub coefficient: Ratio,
}

/// The rules of packs that belong to a price book, not to one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRules {
    /// Which of several packs is drawn on first.
    pub order: Choice<PackOrder>,
    /// The tier of what packs leave over.
    pub overflow_tier: Choice<OverflowTier>,
    /// What becomes of packs while the account is settled by the month.
    pub under_monthly: Choice<UnderMonthly>,
    /// Whether a pack that was renewed because the last was used up covers what that day still left open.
    pub renew_covers_day_before: Choice<YesNo>,
    /// How many packs of one family are renewed on one day at most.
    pub renewals_a_day: u32,
}

impl Default for PackRules {
    fn default() -> Self {
        Self {
            order: Choice::Fixed(PackOrder::Listed),
            overflow_tier: Choice::Fixed(OverflowTier::Overflow),
            under_monthly: Choice::Fixed(UnderMonthly::Deducted),
            renew_covers_day_before: Choice::Fixed(YesNo::Yes),
            renewals_a_day: 20,
        }
    }
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $value:ident = $word:literal),* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$about])* $value),* }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$value),)*
                    _ => Err(format!("{text:?} is unknown; expected one of: {}", [$($word),*].join(", "))),
                }
            }
        }
    )*};
}

answers! {
    /// Whether using an allowance takes from it.
    PartKind {
        /// Covers so much of every day's level.
        Level = "level",
        /// Is used up.
        Consumable = "consumable"
    }
    /// When a consumable is full again.
    Refill {
        /// Never.
        Never = "never",
        /// On the first day of every month; the rest of the last month is lost.
        Month = "month"
    }
    /// Which of several packs is drawn on first.
    PackOrder {
        /// As listed.
        Listed = "listed",
        /// The first bought.
        Purchase = "purchase",
        /// The first to expire.
        Expiry = "expiry"
    }
    /// Which quantity reaches the tier of what packs leave over.
    OverflowTier {
        /// What is left over.
        Overflow = "overflow",
        /// The whole quantity, covered or not.
        Total = "total"
    }
    /// What becomes of packs under monthly settlement.
    UnderMonthly {
        /// They cover usage as ever.
        Deducted = "deducted",
        /// They cover nothing, and their term runs on.
        Frozen = "frozen"
    }
    /// Yes or no.
    YesNo {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no"
    }
}

impl PartKind {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Consumable => "consumable",
        }
    }
}
