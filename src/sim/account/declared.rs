//! Amounts of bills as an account file declares them: real bills hold more than plain numbers.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A text or a number. Answers repeat it, so a simulated bill can hold E notation, `-`, JSON numbers and what is no amount at all.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Declared(Value);

impl Declared {
    /// What it counts in sums; what is no number counts nothing.
    pub fn value(&self) -> Decimal {
        self.text().parse().unwrap_or_default()
    }

    /// As answers have a cost: a plain number in a text gets eight places, as bills are computed; everything else is as declared.
    pub fn cost(&self) -> Self {
        let plain = self.0.as_str().filter(|text| !text.contains(['e', 'E'])).and_then(|text| text.parse::<Decimal>().ok());
        plain.map_or_else(|| self.clone(), |amount| Self(format!("{amount:.8}").into()))
    }

    /// As it stands in a table.
    pub fn text(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            number => number.to_string(),
        }
    }
}

impl From<&str> for Declared {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<Decimal> for Declared {
    fn from(amount: Decimal) -> Self {
        Self(amount.to_string().into())
    }
}

impl<'de> Deserialize<'de> for Declared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            told @ (Value::String(_) | Value::Number(_)) => Ok(Self(told)),
            other => Err(serde::de::Error::custom(format!("{other} is neither a text nor a number"))),
        }
    }
}
