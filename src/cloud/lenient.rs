//! Values as they are sent, not as they are documented: numbers that arrive as text, text that arrives
//! as numbers, whole numbers with a fraction of zero. Numbers are read from their digits, never through a float.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::plain::plain;

/// A text that may arrive as a whole number; one past 64 bits or with a fraction is refused, since its digits would be lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub String);

/// A whole number that may arrive as a text, or as a number with a fraction of zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whole(pub i128);

/// A measured quantity: a whole number that must be there. What was not told is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured(pub i128);

/// A decimal number that may arrive as a text; kept exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exact(pub Decimal);

/// A scalar as it stands in the JSON text. It is borrowed from there, so these types are read from a text or bytes, and
/// from nothing that has been parsed before.
fn literal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'de str, D::Error> {
    let literal = <&RawValue>::deserialize(deserializer)?.get();
    match literal.as_bytes().first() {
        Some(b'{' | b'[') => Err(D::Error::custom("expected a text or a number, found an object or a list")),
        _ => Ok(literal),
    }
}

/// What a literal says: the inside of a text, nothing for null, a number's digits.
pub(super) fn content<E: serde::de::Error>(literal: &str) -> Result<Cow<'_, str>, E> {
    match literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) if inside.contains('\\') => serde_json::from_str(literal).map(Cow::Owned).map_err(E::custom),
        Some(inside) => Ok(Cow::Borrowed(inside)),
        None if literal == "null" => Ok(Cow::Borrowed("")),
        None => Ok(Cow::Borrowed(literal)),
    }
}

fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    literal(deserializer).and_then(content)
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(&plain(text)?).ok()
}

/// Most of an answer is texts that are texts, so these are not taken as they stand in the JSON but read at once.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a whole number")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Text, E> {
                Ok(Text(text))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Text, E> {
                Ok(Text::default())
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match scalar(deserializer)?.trim() {
            "" => Ok(Self(0)),
            text => whole(text).map(Self).map_err(D::Error::custom),
        }
    }
}

pub(super) fn whole(text: &str) -> Result<i128, String> {
    // Nearly all fit 64 bits, which are read several times as fast.
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(whole.into());
    }
    if let Ok(whole) = text.parse() {
        return Ok(whole);
    }
    let whole = plain(text).and_then(|plain| match plain.split_once('.') {
        Some((whole, fraction)) => fraction.bytes().all(|digit| digit == b'0').then(|| whole.parse().ok())?,
        None => plain.parse().ok(),
    });
    whole.ok_or_else(|| format!("expected a whole number, found {text:?}"))
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match scalar(deserializer)?.trim() {
            "" => Err(D::Error::custom("a measured quantity is null or empty")),
            text => whole(text).map(Self).map_err(D::Error::custom),
        }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = scalar(deserializer)?;
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(Decimal::ZERO));
        }
        decimal(text).map(Self).ok_or_else(|| D::Error::custom(format!("expected a number, found {text:?}")))
    }
}

impl Whole {
    /// The value if it fits and is not negative.
    pub fn to_u64(self) -> Option<u64> {
        u64::try_from(self.0).ok()
    }
}

impl Exact {
    /// Seconds as whole milliseconds, rounded down; `None` below zero or out of range.
    pub fn to_millis(self) -> Option<u64> {
        let millis = self.0.checked_mul(Decimal::ONE_THOUSAND)?.trunc();
        u64::try_from(millis.mantissa()).ok().filter(|_| millis.scale() == 0)
    }
}
