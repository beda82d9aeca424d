//! Amounts as bills write them.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};

use crate::cloud::fields;

/// A decimal as the bill writes it: digits are neither added nor lost. The currency is the account's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money(String);

impl Money {
    /// As it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a number, exactly; `None` where it needs more than 28 digits.
    pub fn value(&self) -> Option<Decimal> {
        Decimal::from_str_exact(&self.0).ok()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An amount, if one is told: `-`, an empty text and null hide it (contract prices, refunds, months before 2021-05).
pub(super) fn some_money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let text = fields::text(deserializer)?;
    match text.trim() {
        "" | "-" => Ok(None),
        amount if is_decimal(amount) => Ok(Some(Money(amount.to_owned()))),
        other => Err(serde::de::Error::custom(format!("{other:?} is no amount"))),
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut parts = digits.splitn(2, '.');
    let is_number =
        |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    is_number(parts.next()) && parts.next().is_none_or(|part| is_number(Some(part)))
}

/// A number that the API writes as a float, taken by its digits.
pub(super) fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    crate::cloud::lenient::Exact::deserialize(deserializer).map(|exact| exact.0)
}
