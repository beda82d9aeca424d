//! Quantities: integers in base units, and the units in which people write and prices are quoted.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The base unit in which a meter counts. Quantities are integers of it (`i128`, never negative).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// Bytes.
    #[serde(rename = "B")]
    Bytes,
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Bits per second.
    #[serde(rename = "bit/s")]
    BitsPerSecond,
    /// Pieces: requests, images, licences.
    Count,
}

/// A unit of the usage file and of price books: a whole number of base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// As written, such as `GB`.
    pub name: &'static str,
    /// What it counts.
    pub base: Base,
    /// How many base units it holds.
    pub factor: i128,
}

const fn unit(name: &'static str, base: Base, factor: i128) -> Unit {
    Unit { name, base, factor }
}

/// Every unit that can be written. `GB` is 10⁹ bytes, `GiB` is 2³⁰.
pub const UNITS: [Unit; 20] = [
    unit("B", Base::Bytes, 1),
    unit("kB", Base::Bytes, 1_000),
    unit("MB", Base::Bytes, 1_000_000),
    unit("GB", Base::Bytes, 1_000_000_000),
    unit("TB", Base::Bytes, 1_000_000_000_000),
    unit("PB", Base::Bytes, 1_000_000_000_000_000),
    unit("KiB", Base::Bytes, 1 << 10),
    unit("MiB", Base::Bytes, 1 << 20),
    unit("GiB", Base::Bytes, 1 << 30),
    unit("TiB", Base::Bytes, 1 << 40),
    unit("PiB", Base::Bytes, 1 << 50),
    unit("s", Base::Seconds, 1),
    unit("min", Base::Seconds, 60),
    unit("h", Base::Seconds, 3_600),
    unit("bit/s", Base::BitsPerSecond, 1),
    unit("kbit/s", Base::BitsPerSecond, 1_000),
    unit("Mbit/s", Base::BitsPerSecond, 1_000_000),
    unit("Gbit/s", Base::BitsPerSecond, 1_000_000_000),
    unit("Tbit/s", Base::BitsPerSecond, 1_000_000_000_000),
    unit("count", Base::Count, 1),
];

/// A quantity that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// The unit is not in [`UNITS`].
    #[error(
        "unit {0:?} is unknown; known units: B kB MB GB TB PB KiB MiB GiB TiB PiB s min h bit/s kbit/s Mbit/s Gbit/s Tbit/s count"
    )]
    UnknownUnit(String),
    /// Not a plain decimal number.
    #[error("quantity {0:?} is not a number; write digits with an optional decimal point")]
    NotANumber(String),
    /// A plain decimal number that is too long for exact arithmetic.
    #[error("quantity {0} has too many digits; 28 are the most, without zeros at the front")]
    TooLong(String),
    /// Below zero.
    #[error("quantity {0} is negative")]
    Negative(String),
    /// A fraction of a base unit, or too large for exact arithmetic.
    #[error("quantity {0} {1} is not a whole number of {2} within range; give it in a smaller unit")]
    NotWhole(String, &'static str, &'static str),
}

impl Base {
    /// The name of the base unit itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Seconds => "s",
            Self::BitsPerSecond => "bit/s",
            Self::Count => "count",
        }
    }

    /// The base unit as a unit.
    pub fn unit(self) -> &'static Unit {
        match self {
            Self::Bytes => &Unit { name: "B", base: Self::Bytes, factor: 1 },
            Self::Seconds => &Unit { name: "s", base: Self::Seconds, factor: 1 },
            Self::BitsPerSecond => &Unit { name: "bit/s", base: Self::BitsPerSecond, factor: 1 },
            Self::Count => &Unit::COUNT,
        }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Unit {
    /// Pieces.
    pub const COUNT: Self = unit("count", Base::Count, 1);

    /// Turns a decimal text in this unit into base units, exactly.
    pub fn to_base(self, text: &str) -> Result<i128, QuantityError> {
        let (mantissa, scale) = parse_decimal(text).ok_or_else(|| unreadable(text))?;
        if mantissa < 0 {
            return Err(QuantityError::Negative(text.to_owned()));
        }
        let inexact = || QuantityError::NotWhole(text.to_owned(), self.name, self.base.name());
        let scaled = mantissa.checked_mul(self.factor).ok_or_else(inexact)?;
        let divisor = 10_i128.checked_pow(scale).ok_or_else(inexact)?;
        if scaled % divisor == 0 { Ok(scaled / divisor) } else { Err(inexact()) }
    }

    /// Base units as a number of this unit, with all digits needed; `None` where it would not end (seconds in hours) or not fit.
    pub fn format(self, base_units: i128) -> Option<String> {
        let mut numerator = base_units;
        let mut scale = 0_u32;
        while numerator % self.factor != 0 {
            numerator = numerator.checked_mul(10)?;
            scale += 1;
            if scale > 28 {
                return None;
            }
        }
        let decimal = Decimal::try_from_i128_with_scale(numerator / self.factor, scale).ok()?;
        Some(decimal.normalize().to_string())
    }

    /// [`Unit::format`] with the unit behind it, in the base unit where the number would not end: `400 GB`, `100 s`.
    pub fn show(self, base_units: i128) -> String {
        match self.format(base_units) {
            Some(number) => format!("{number} {}", self.name),
            None => format!("{base_units} {}", self.base),
        }
    }
}

impl FromStr for Unit {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        UNITS.into_iter().find(|unit| unit.name == text).ok_or_else(|| QuantityError::UnknownUnit(text.to_owned()))
    }
}

/// Why [`parse_decimal`] gave nothing.
fn unreadable(text: &str) -> QuantityError {
    let number = text.strip_prefix('-').unwrap_or(text);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let points = number.bytes().filter(|byte| *byte == b'.').count();
    let plain = digits > 0 && points <= 1 && digits + points == number.len();
    if plain { QuantityError::TooLong(text.to_owned()) } else { QuantityError::NotANumber(text.to_owned()) }
}

/// Reads a plain decimal into mantissa and scale. No exponent, no separators, at most 28 digits.
pub fn parse_decimal(text: &str) -> Option<(i128, u32)> {
    let plain =
        !text.is_empty() && text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain {
        return None;
    }
    let decimal = Decimal::from_str_exact(text).ok()?;
    Some((decimal.mantissa(), decimal.scale()))
}
