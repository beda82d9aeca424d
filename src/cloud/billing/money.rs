//! Amounts as bills write them, in the one reader of all amounts of this API.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::cloud::lenient::content;
use crate::cloud::plain::plain;

/// So much of what is no amount is shown.
const MOST_SHOWN: usize = 40;

/// A decimal as the bill writes it: digits are neither added nor lost. The currency is the account's.
///
/// Bills write E notation and JSON numbers too (`"2.4E-5"`, `2346.28`); here a number is always in its plain form, `0.000024`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money(String);

/// What stands where an amount should: neither a number nor one of the signs for "not told".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no amount")]
pub struct NoAmount(String);

impl Money {
    /// Digits, with a point and a sign where needed; never E notation.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a number, exactly; `None` where it needs more than 28 digits.
    pub fn value(&self) -> Option<Decimal> {
        Decimal::from_str_exact(&self.0).ok()
    }

    /// An amount as it stands in JSON, if one is told: `-`, `--`, an empty text and null hide it (contract prices, refunds, months
    /// before 2021-05).
    pub(super) fn in_json(literal: &str) -> Result<Option<Self>, NoAmount> {
        let refused = || NoAmount(shortened(literal));
        let text = content::<serde_json::Error>(literal).map_err(|_| refused())?;
        match text.trim() {
            "" | "-" | "--" => Ok(None),
            text => plain(text).map(|amount| Some(Self(amount.into_owned()))).ok_or_else(refused),
        }
    }
}

impl FromStr for Money {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        plain(text).map(|amount| Self(amount.into_owned())).ok_or_else(|| NoAmount(shortened(&format!("{text:?}"))))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The beginning of what stands in an answer, on one line.
pub(super) fn shortened(literal: &str) -> String {
    let mut shown: String = literal.chars().take(MOST_SHOWN).map(|char| if char.is_control() { ' ' } else { char }).collect();
    if literal.chars().nth(MOST_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// An amount, if one is told.
pub(super) fn some_money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    Money::in_json(<&RawValue>::deserialize(deserializer)?.get()).map_err(D::Error::custom)
}

/// An amount as a number, if one is told.
pub(super) fn some_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let told = some_money(deserializer)?;
    let exact = |money: Money| money.value().ok_or_else(|| D::Error::custom(format!("{money} has more than 28 digits")));
    told.map(exact).transpose()
}
