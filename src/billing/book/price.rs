//! One price: which quantity it takes, how it is aggregated, and what it costs.

use std::fmt;
use std::str::FromStr;

use super::Choice;
use crate::billing::options::Mode;
use crate::billing::ratio::{Decimal, Ratio};
use crate::model::{BillingDay, Unit};

/// One item of a price list: meters that are aggregated and priced by the same rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Its name, once per version.
    pub name: String,
    /// The meters, each charged on its own.
    pub meters: Vec<String>,
    /// The billing modes it applies to.
    pub modes: Vec<Mode>,
    /// The answers to switches under which it applies; all must hold.
    pub when: Vec<(String, String)>,
    /// The unit in which prices, bounds and free quantities are written.
    pub unit: Choice<Unit>,
    /// Prices are for so many units.
    pub per: Decimal,
    /// How records become one quantity per period.
    pub aggregate: Aggregate,
    /// What is a line of its own; what is not is summed before the aggregate.
    pub lines_by: Dimensions,
    /// When the lines are charged at all; all must hold.
    pub only_if: Vec<Condition>,
    /// Quantities count in steps of so many units, rounded up (whole minutes).
    pub quantum: Option<Decimal>,
    /// What is rounded up to the quantum.
    pub quantum_scope: Choice<QuantumScope>,
    /// So many units cost nothing, per [`Price::free_per`].
    pub free: Option<Decimal>,
    /// When the free quantity is there again; `None` is with each line.
    pub free_per: Option<Window>,
    /// What has a free quantity of its own.
    pub free_by: Dimensions,
    /// Less than so many units a period costs nothing at all.
    pub free_below: Option<Decimal>,
    /// Whether both come before packs and not after them.
    pub free_first: bool,
    /// The period's quantity is rounded up to a multiple of so many units.
    pub block: Option<Decimal>,
    /// The tiers; `None` is one price for all.
    pub tiers: Option<Tiers>,
    /// The prices by area and specification.
    pub rates: Vec<Rate>,
    /// Which of a media's files the quantity holds: what shares of it are weighed by.
    pub files: Files,
    /// The document, by its id in the book.
    pub source: String,
    /// When somebody last compared the table with the document.
    pub verified_on: BillingDay,
    /// How good the evidence is: `A` dated official page, `B` undated official copy, `C` inferred.
    pub evidence: String,
    /// What else a reader should know.
    pub note: Option<String>,
}

/// How records become one quantity per period: inside a window, then over windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// Inside the window.
    pub inner: Inner,
    /// The window.
    pub window: Window,
    /// Over the daily windows of a month.
    pub outer: Outer,
    /// A day counts as valid when its highest value is above so many base units.
    pub valid_above: Option<i128>,
    /// Multiply with valid days over days in the month.
    pub prorate: bool,
    /// Round that factor half up to so many decimals.
    pub prorate_decimals: Option<u32>,
}

/// Inside a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inner {
    /// The sum of what happened. The only one for event meters.
    Sum,
    /// The highest value.
    Max,
    /// The mean over time.
    Mean,
    /// The value at the end.
    Last,
    /// The highest of the sample points after dropping a share of the highest.
    DropTop(DropTop),
}

impl Inner {
    /// Its name in words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Max => "peak",
            Self::Mean => "mean over time",
            Self::Last => "last value",
            Self::DropTop(_) => "percentile",
        }
    }
}

/// A percentile of sample points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropTop {
    /// The share that is dropped: 1/20 for "95".
    pub share: Ratio,
    /// What becomes of a part of a point.
    pub rounding: DropRounding,
    /// The distance of the points in seconds.
    pub sample_seconds: i64,
}

/// Over the daily windows of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outer {
    /// Each window is a line of its own.
    None,
    /// The sum.
    Sum,
    /// The mean over the valid days.
    MeanOverValidDays,
}

/// What an item of a price list costs in tiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers {
    /// Which part of the quantity a tier prices.
    pub kind: Choice<TierKind>,
    /// Which tier a quantity at a bound belongs to.
    pub bound: Bound,
    /// When the counter starts again.
    pub reset: Window,
    /// What has a counter of its own.
    pub by: Dimensions,
    /// The name of the counter, shared by all prices (and meters) that give it; `None` is the price's and meter's own.
    pub counter: Option<String>,
    /// The bounds, ascending, in the price's unit; the last tier is open.
    pub up_to: Vec<Decimal>,
}

/// The price for one selection of areas and specifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Which areas; empty is all.
    pub areas: Vec<String>,
    /// Which specifications; empty is all.
    pub specs: Vec<String>,
    /// One price, or one for each tier.
    pub prices: Vec<Decimal>,
    /// The quantity counts so many times.
    pub coefficient: Ratio,
    /// Something that left before so many calendar days is charged for the days that are missing.
    pub minimum_days: Option<u32>,
}

/// Areas and specifications: which of them are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Each area by itself.
    pub area: bool,
    /// Each specification by itself.
    pub spec: bool,
}

impl Dimensions {
    /// Area and specification where they are kept apart, else nothing.
    pub fn pick<'a>(self, area: &'a str, spec: &'a str) -> (&'a str, &'a str) {
        (if self.area { area } else { "" }, if self.spec { spec } else { "" })
    }

    /// Whether it keeps apart what the other does not.
    pub fn is_finer_than(self, other: Self) -> bool {
        self.area && !other.area || self.spec && !other.spec
    }
}

/// A comparison of other usage of the same period (and area) that decides whether a line is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The meters whose quantities are looked at, all specifications together.
    pub meters: Vec<String>,
    /// How levels and rates become one quantity; events add up.
    pub inner: Inner,
    /// The meters that it is divided by; empty compares the quantity itself.
    pub relative_to: Vec<String>,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what: a ratio, or a quantity in `unit`.
    pub limit: Decimal,
    /// The unit of the limit; `None` for ratios.
    pub unit: Option<Unit>,
}

impl Price {
    /// The place of the rate for an area and specification: that which names the most of the two; the others are the default.
    pub fn rate_for(&self, area: &str, spec: &str) -> Option<usize> {
        let fitting = self.rates.iter().enumerate().filter(|(_, rate)| rate.selects(area, spec));
        fitting.max_by_key(|(_, rate)| rate.names()).map(|(place, _)| place)
    }
}

impl Rate {
    /// How many of area and specification it names.
    pub(super) fn names(&self) -> usize {
        usize::from(!self.areas.is_empty()) + usize::from(!self.specs.is_empty())
    }

    /// Whether it is a default for the other: it says less of what it is for, and meets nothing of it from the side.
    pub(super) fn is_default_of(&self, other: &Self) -> bool {
        let holds = |own: &[String], theirs: &[String]| own.is_empty() || own == theirs;
        holds(&self.areas, &other.areas) && holds(&self.specs, &other.specs) && self.names() < other.names()
    }

    /// Whether it is the price for this area and specification.
    pub fn selects(&self, area: &str, spec: &str) -> bool {
        let has = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item == value);
        has(&self.areas, area) && has(&self.specs, spec)
    }
}

/// An enum whose values are words of the file format.
macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident $what:literal { $($(#[$value_doc:meta])* $value:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$value_doc])* $value),*
        }

        impl $name {
            /// The word of the file format.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$value),)*
                    _ => Err(format!(concat!($what, " {:?} is unknown; expected one of: {}"), text, [$($word),*].join(", "))),
                }
            }
        }
    };
}

word_enum! {
    /// A stretch of time.
    Window "period" {
        /// An hour of a billing day.
        Hour = "hour",
        /// A billing day.
        Day = "day",
        /// A billing month.
        Month = "month",
        /// As often as the account is settled.
        Settlement = "settlement",
    }
}

word_enum! {
    /// How a condition compares.
    Comparison "comparison" {
        /// More than the limit.
        Above = "above",
        /// The limit or more.
        AtLeast = "at_least",
        /// Less than the limit.
        Below = "below",
        /// The limit or less.
        AtMost = "at_most",
    }
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Self; 4] = [Self::Above, Self::AtLeast, Self::Below, Self::AtMost];
}

word_enum! {
    /// Which part of the quantity a tier prices.
    TierKind "tier kind" {
        /// The whole quantity has the price of the tier it reaches.
        Volume = "volume",
        /// Each part of the quantity has the price of the tier it lies in.
        Graduated = "graduated",
        /// The whole quantity of a line has the price of the tier that the counter reaches with it.
        VolumeToDate = "volume_to_date",
    }
}

word_enum! {
    /// Which tier a quantity at a bound belongs to.
    Bound "bound" {
        /// The lower tier: bounds are the last quantity inside.
        UpperInclusive = "upper",
        /// The higher tier: bounds are the first quantity of the next.
        LowerInclusive = "lower",
    }
}

word_enum! {
    /// Which of a media's files count.
    Files "files" {
        /// The file that was uploaded or recorded.
        Source = "source",
        /// That and everything made of it.
        SourceAndRenditions = "source_and_renditions",
    }
}

word_enum! {
    /// What is rounded up to a quantum.
    QuantumScope "rounding" {
        /// Nothing.
        None = "none",
        /// Each usage record.
        PerRecord = "per_record",
        /// The sum of a period.
        PerDay = "per_day",
    }
}

word_enum! {
    /// What becomes of a part of a point when a share of the points is dropped.
    DropRounding "drop_rounding" {
        /// It stays.
        Floor = "floor",
        /// It is dropped too.
        Ceil = "ceil",
        /// A half or more is dropped.
        HalfUp = "half_up",
    }
}
