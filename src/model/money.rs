//! Money: one integer in 10⁻⁸ of the currency, the scale to which Tencent computes fees
//! (bill documentation 555/7465).

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of decimals of an [`Amount`].
pub const AMOUNT_SCALE: u32 = 8;

/// An ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Yuan.
    pub const CNY: Self = Self(*b"CNY");
    /// US dollar.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(format!("currency {text:?} is not a code of three capital letters such as CNY")),
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of money: an integer number of 10⁻⁸ with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// 10⁻⁸ of the currency.
    pub units: i128,
    /// The currency. Amounts of different currencies are never added.
    pub currency: Currency,
}

impl Amount {
    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self { units: 0, currency }
    }

    /// The sum, or `None` when the currencies differ or the sum leaves the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let units = (self.currency == other.currency).then(|| self.units.checked_add(other.units))??;
        Some(Self { units, currency: self.currency })
    }

    /// The number with all eight decimals, as bills print it: `368.00000000`.
    pub fn to_decimal_text(self) -> String {
        format_units(self.units)
    }

    /// The number with trailing zeros cut down to two decimals, for people: `368.00`, `0.8125`.
    pub fn to_short_text(self) -> String {
        let full = self.to_decimal_text();
        let cut = full.trim_end_matches('0');
        let decimals = cut.len() - cut.find('.').map_or(cut.len(), |dot| dot + 1);
        if decimals >= 2 { cut.to_owned() } else { full[..full.len() - 6].to_owned() }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_short_text(), self.currency)
    }
}

fn format_units(units: i128) -> String {
    match Decimal::try_from_i128_with_scale(units, AMOUNT_SCALE) {
        Ok(decimal) => decimal.to_string(),
        // Past 2⁹⁶ the library cannot hold it; the digits are the same.
        Err(_) => {
            let digits = format!("{:09}", units.unsigned_abs());
            let (whole, part) = digits.split_at(digits.len() - AMOUNT_SCALE as usize);
            format!("{}{whole}.{part}", if units < 0 { "-" } else { "" })
        }
    }
}
