//! How an account is billed: what the price book alone cannot tell.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::contract::Contract;
use super::packs::Pack;
use crate::model::{AccountId, BillingDay};

/// What the account pays by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Storage and traffic, afterwards. What an account gets that never chose.
    #[default]
    PostpaidByTraffic,
    /// Storage and bandwidth, afterwards.
    PostpaidByBandwidth,
    /// A package bought for a year, and overage.
    Package,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::PostpaidByTraffic, Self::PostpaidByBandwidth, Self::Package];

    /// The word used in price books and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PostpaidByTraffic => "traffic",
            Self::PostpaidByBandwidth => "bandwidth",
            Self::Package => "package",
        }
    }
}

/// How often the account is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settlement {
    /// Every hour; charges are still lines of a day.
    Hour,
    /// Day D on D+1.
    #[default]
    Day,
    /// A month on the 1st of the next.
    Month,
}

impl Settlement {
    /// Every settlement.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Month];

    /// The word used in price books and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// Which month's bill carries a charge (the account's own setting in the billing centre).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BillMonthBasis {
    /// The month of the usage day.
    #[default]
    Usage,
    /// The month of the settlement date: the last day of a month falls into the next.
    Deduction,
}

impl BillMonthBasis {
    /// Every basis.
    pub const ALL: [Self; 2] = [Self::Usage, Self::Deduction];

    /// The word used in switches.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Deduction => "deduction",
        }
    }
}

macro_rules! words {
    ($($name:ident $what:literal),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.into_iter().find(|value| value.as_str() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    format!(concat!($what, " {:?} is unknown; expected one of: {}"), text, known.join(", "))
                })
            }
        }
    )*};
}

words!(Mode "mode", Settlement "settlement", BillMonthBasis "bill month basis", MonthChange "answer to month_change",
    SettlementChange "answer to settlement_change");

/// The switch that every book knows: `bill_month_basis`, `usage` (default) or `deduction`; it may be [`Dated`].
pub const BILL_MONTH_BASIS: &str = "bill_month_basis";

/// The switch that every book knows: `month_change`, `split` (default) or `end`.
pub const MONTH_CHANGE: &str = "month_change";

/// What becomes of a month's quantity when its price or the billing mode changes within the month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MonthChange {
    /// Each part of the month is a quantity of its own, under its own price.
    #[default]
    Split,
    /// The whole month is charged as it is at the month's end.
    End,
}

impl MonthChange {
    /// Every answer.
    pub const ALL: [Self; 2] = [Self::Split, Self::End];

    /// The word used in switches.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::End => "end",
        }
    }
}

/// The switch that every book knows: `settlement_change`, `continue` (default) or `restart`.
pub const SETTLEMENT_CHANGE: &str = "settlement_change";

/// What becomes of the counters of tiers when the account is settled otherwise from a day within their period on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettlementChange {
    /// They go on where they stood.
    #[default]
    Continue,
    /// They begin anew on that day.
    Restart,
}

impl SettlementChange {
    /// Every answer.
    pub const ALL: [Self; 2] = [Self::Continue, Self::Restart];

    /// The word used in switches.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Restart => "restart",
        }
    }
}

/// Settings of what the documents leave open, by name. What is not set has the book's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switches(BTreeMap<String, String>);

impl Switches {
    /// Sets one switch. Whether name and value exist is checked against the book when rating starts.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// What a switch was set to.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All that was set, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Switches {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// A value that changes on days: one from the start, then others, each from its day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dated<T> {
    first: T,
    changes: BTreeMap<BillingDay, T>,
}

impl<T> Dated<T> {
    /// The same value for ever.
    pub fn always(first: T) -> Self {
        Self { first, changes: BTreeMap::new() }
    }

    /// Lets another value hold from a day on.
    pub fn change(&mut self, from: BillingDay, value: T) {
        self.changes.insert(from, value);
    }

    /// The value of a day.
    pub fn on(&self, day: BillingDay) -> &T {
        self.changes.range(..=day).next_back().map_or(&self.first, |(_, value)| value)
    }

    /// Every value, in the order of time.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(self.changes.values())
    }

    /// The days on which it changes.
    pub fn days(&self) -> impl Iterator<Item = BillingDay> {
        self.changes.keys().copied()
    }
}

impl<T> From<T> for Dated<T> {
    fn from(first: T) -> Self {
        Self::always(first)
    }
}

impl<T: fmt::Display> fmt::Display for Dated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.changes.iter().try_for_each(|(day, value)| write!(f, ",{day}={value}"))
    }
}

impl<T: FromStr<Err = String>> FromStr for Dated<T> {
    type Err = String;

    /// A value, then days with their values: `traffic,2026-10-15=bandwidth`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(',');
        let mut dated = Self::always(parts.next().unwrap_or_default().trim().parse()?);
        for part in parts {
            let (day, value) = part
                .split_once('=')
                .ok_or_else(|| format!("{part:?}: expected a day and its value, such as 2026-10-15=VALUE"))?;
            let day = day.trim().parse::<BillingDay>().map_err(|error| error.to_string())?;
            if dated.changes.last_key_value().is_some_and(|(last, _)| *last >= day) {
                return Err(format!("{day} comes after a later day; give the days in order, each once"));
            }
            dated.change(day, value.trim().parse()?);
        }
        Ok(dated)
    }
}

/// How an account is billed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What it pays by.
    pub mode: Dated<Mode>,
    /// Whether nobody confirmed the mode: charges are then `assumed`.
    pub mode_assumed: bool,
    /// How often it is settled. Where a price list knows only another rhythm, that one holds.
    pub settlement: Dated<Settlement>,
    /// What was bought in advance, in the order of deduction.
    pub packs: Vec<Pack>,
    /// The first day that the run is about; without it, the first day of usage. Purchases and idle days of packs before it are
    /// not shown.
    pub since: Option<BillingDay>,
    /// The first day after those that the run is about; without it, the day after the last usage.
    pub until: Option<BillingDay>,
    /// Accounts that the run is about even where they used nothing: their packs and their contract go on.
    pub accounts: Vec<AccountId>,
    /// What the documents leave open.
    pub switches: Switches,
    /// Prices agreed with the account, over those of the book.
    pub contract: Option<Contract>,
    /// What counters had seen before the usage begins.
    pub opening: Vec<Opening>,
    /// Whether charges carry their arithmetic ([`crate::model::Charge::steps`]). It costs memory.
    pub explain: bool,
}

/// What a counter had seen before: usage of the month (or day) to date that is not in the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Whose.
    pub account: String,
    /// The meter.
    pub meter: String,
    /// The area; empty where the counter sums over areas.
    pub area: String,
    /// The specification; empty where the counter sums over specifications.
    pub spec: String,
    /// The moment up to which it counts; usage of the same counter must not be older.
    pub at: DateTime<Utc>,
    /// Base units of the meter.
    pub quantity: i128,
}

/// A pack that cannot be as it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongPack {
    /// Its id.
    pub pack: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// An option that does not fit the book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// No version of the book knows the mode.
    #[error("price book {book} has no prices for mode {mode}; its modes: {known}")]
    Mode {
        /// The book's id.
        book: String,
        /// What was asked for.
        mode: Mode,
        /// What there is.
        known: String,
    },
    /// Overage without knowing what is over.
    #[error("mode package needs to know the package: name a product of price book {book} in the packs; its products: {known}")]
    NoPackage {
        /// The book's id.
        book: String,
        /// What there is.
        known: String,
    },
    /// A pack that cannot be as it is described.
    #[error("pack {:?} {}", .0.pack, .0.message)]
    Pack(Box<WrongPack>),
    /// A book that was not read from a file, and whose rules of packs lack an answer.
    #[error("price book {book}: the rules of packs have no value for an answer to their switch")]
    Rules {
        /// The book's id.
        book: String,
    },
    /// The contract and the book do not fit.
    #[error("contract {contract}: {message}")]
    Contract {
        /// The contract's id.
        contract: String,
        /// What does not fit.
        message: String,
    },
    /// A counter that nothing is counted in.
    #[error(
        "opening counter of account {:?}, meter {}, area {:?}, spec {:?}: {message}",
        opening.account, opening.meter, opening.area, opening.spec
    )]
    Opening {
        /// The counter.
        opening: Box<Opening>,
        /// What is wrong.
        message: String,
    },
    /// No such switch.
    #[error("price book {book} has no switch {name:?}; its switches: {known}")]
    UnknownSwitch {
        /// The book's id.
        book: String,
        /// What was set.
        name: String,
        /// What there is.
        known: String,
    },
    /// No such setting of a switch.
    #[error("switch {name} cannot be {value:?}; expected one of: {known}")]
    SwitchValue {
        /// The switch.
        name: String,
        /// What it was set to.
        value: String,
        /// What there is.
        known: String,
    },
}
