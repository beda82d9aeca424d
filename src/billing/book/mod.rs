//! Price books: dated prices and the rules by which quantities become charges. Data only; nothing in
//! here knows a product or a year. `docs/price-book.md` describes the file format.

mod check;
mod parse;
mod price;
mod product;
mod product_file;
pub(super) mod reader;

use std::collections::BTreeMap;

pub use price::{
    Aggregate, Bound, Comparison, Condition, Dimensions, DropRounding, DropTop, Files, Inner, Outer, Price, QuantumScope, Rate,
    TierKind, Tiers, Window,
};
pub use product::{
    Allowance, Cover, OverflowTier, PackOrder, PackRules, Part, PartKind, Product, ProductTerm, Refill, UnderMonthly, YesNo,
};
pub use reader::{BookErrors, Problem};

pub(super) use check::{lists_meet, one_price, parts as check_parts};
pub(super) use parse::{FORMAT, parse_price, parse_tiers};
pub(super) use product_file::parse_part;

use super::options::{Mode, Settlement};
use crate::model::{Base, BillingDay, Currency, Meter, MeterKind};

/// A price book: versions of prices, each valid for a stretch of usage days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceBook {
    /// Its name in charges and on the command line.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// The currency of every price in it.
    pub currency: Currency,
    /// Whether prices include tax.
    pub tax_included: bool,
    /// Where the file came from.
    pub origin: String,
    /// The zone of its days and months, in seconds east of UTC.
    pub utc_offset: i32,
    /// The documents it was taken from.
    pub sources: Vec<Source>,
    /// Meters beyond [`crate::model::meter::METERS`].
    pub meters: Vec<BookMeter>,
    /// What the documents leave open.
    pub switches: Vec<SwitchRule>,
    /// In order of time, without overlap.
    pub versions: Vec<Version>,
    /// What several products cover alike.
    pub allowances: Vec<Allowance>,
    /// What can be bought in advance.
    pub products: Vec<Product>,
    /// The rules of packs.
    pub packs: PackRules,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in this book.
    pub id: String,
    /// Title, address or archive id.
    pub title: String,
}

/// A meter that the book declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookMeter {
    /// Its name in usage files.
    pub name: String,
    /// How its quantities combine.
    pub kind: MeterKind,
    /// What it counts.
    pub base: Base,
}

/// A question that the documents leave open, with its possible answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchRule {
    /// Its name for `--set`.
    pub name: String,
    /// The possible answers.
    pub values: Vec<String>,
    /// The answer unless set otherwise.
    pub default: String,
    /// What is open, and why the default is the default.
    pub reason: String,
}

/// A value, or one value for each answer to a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice<T> {
    /// Always this.
    Fixed(T),
    /// By the answer to a switch.
    Switch {
        /// The switch.
        name: String,
        /// A value for each of its answers.
        options: Vec<(String, T)>,
    },
}

impl<T> Choice<T> {
    /// Every value that it can have.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        let (one, many) = match self {
            Self::Fixed(value) => (Some(value), [].as_slice()),
            Self::Switch { options, .. } => (None, options.as_slice()),
        };
        one.into_iter().chain(many.iter().map(|(_, value)| value))
    }

    /// The value under the answers given.
    pub fn pick(&self, answers: &BTreeMap<&str, &str>) -> Option<&T> {
        match self {
            Self::Fixed(value) => Some(value),
            Self::Switch { name, options } => {
                let answer = answers.get(name.as_str())?;
                options.iter().find_map(|(option, value)| (option == answer).then_some(value))
            }
        }
    }

    /// The switch that decides.
    pub fn switch(&self) -> Option<&str> {
        match self {
            Self::Fixed(_) => None,
            Self::Switch { name, .. } => Some(name),
        }
    }
}

/// Prices that hold for a stretch of usage days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its name in charges.
    pub name: String,
    /// The first usage day.
    pub from: BillingDay,
    /// The first usage day after it; `None` is open.
    pub to: Option<BillingDay>,
    /// The billing modes that this version knows.
    pub modes: Vec<Mode>,
    /// The settlements that this version knows, the usual one first.
    pub settlements: Vec<Settlement>,
    /// What has a price.
    pub prices: Vec<Price>,
    /// What has none.
    pub unpriced: Vec<Unpriced>,
    /// What is measured but not charged in some modes, because something else is charged instead.
    pub ignored: Vec<Unpriced>,
}

impl Version {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: BillingDay) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// Meters without a price (or not charged), and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpriced {
    /// Which meters.
    pub meters: Vec<String>,
    /// In which modes.
    pub modes: Vec<Mode>,
    /// Which specifications; empty is all that no price names.
    pub specs: Vec<String>,
    /// Why there is no price.
    pub reason: String,
}

impl PriceBook {
    /// Reads a price book and proves it: known keys only, tiers that ascend, prices and versions that do
    /// not overlap, every meter priced or marked unpriced, every price with a source.
    ///
    /// # Errors
    /// Every problem at once, each with table and key.
    pub fn parse(toml: &str, origin: &str) -> Result<Self, BookErrors> {
        parse::book(toml, origin)
    }

    /// Kind and base unit of a meter: the product's own, or one that the book declares.
    pub fn meter(&self, name: &str) -> Option<(MeterKind, Base)> {
        find_meter(&self.meters, name)
    }

    /// The version that holds on a usage day.
    pub fn version_on(&self, day: BillingDay) -> Option<&Version> {
        self.versions.iter().find(|version| version.holds_on(day))
    }
}

pub(super) fn find_meter(declared: &[BookMeter], name: &str) -> Option<(MeterKind, Base)> {
    let own = declared.iter().find(|meter| meter.name == name).map(|meter| (meter.kind, meter.base));
    own.or_else(|| Meter::named(name).map(|meter| (meter.kind, meter.base)))
}
