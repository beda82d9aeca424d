//! How an account is billed: what the price book alone cannot tell.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::pack::Pack;

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

words!(Mode "mode", Settlement "settlement", BillMonthBasis "bill month basis");

/// The switch that every book knows: `bill_month_basis`, `usage` (default) or `deduction`.
pub const BILL_MONTH_BASIS: &str = "bill_month_basis";

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

/// How an account is billed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What it pays by.
    pub mode: Mode,
    /// Whether nobody confirmed the mode: charges are then `assumed`.
    pub mode_assumed: bool,
    /// How often it is settled. Where a price list knows only another rhythm, that one holds.
    pub settlement: Settlement,
    /// What was bought in advance, in the order of deduction.
    pub packs: Vec<Pack>,
    /// What the documents leave open.
    pub switches: Switches,
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
