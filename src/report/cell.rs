//! What stands in a cell, and its text in plain decimal notation.

use chrono::DateTime;

use super::words;
use crate::model::money::AMOUNT_SCALE;
use crate::model::time::format_time;
use crate::model::{Language, Unit};

/// Decimals of a ratio.
pub const RATIO_SCALE: u32 = 6;

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing: unknown, which is not zero.
    Empty,
    /// Words of the user's, and ids.
    Text(&'a str),
    /// A word of the program's own vocabulary.
    Word(&'a str),
    /// A billing day or month.
    Day(&'a str),
    /// A moment, in seconds since 1970.
    Time(i64),
    /// A whole number.
    Number(i64),
    /// A decimal number, as it is written.
    Decimal(&'a str),
    /// 10⁻⁸ of a currency.
    Money(i64),
    /// Base units, and the unit in which they are shown; its number ends.
    Quantity(i64, &'static Unit),
    /// 10⁻⁶.
    Ratio(i64),
}

impl Cell<'_> {
    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Number(_) | Self::Decimal(_) | Self::Money(_) | Self::Quantity(..) | Self::Ratio(_))
    }

    /// Whether it is made of letters that somebody chose.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text(_) | Self::Word(_))
    }

    /// Adds its text in UTF-8: numbers in plain decimal notation with a point, words in a language.
    pub fn write(self, language: Language, out: &mut Vec<u8>) {
        match self {
            Self::Empty => {}
            Self::Text(text) | Self::Day(text) | Self::Decimal(text) => out.extend_from_slice(text.as_bytes()),
            Self::Word(word) => out.extend_from_slice(words::word(word, language).as_bytes()),
            Self::Time(seconds) => {
                if let Some(time) = DateTime::from_timestamp(seconds, 0) {
                    out.extend_from_slice(format_time(time).as_bytes());
                }
            }
            Self::Number(number) => decimal(number, 1, Zeros::All, out),
            Self::Money(units) => decimal(units, 10_u64.pow(AMOUNT_SCALE), Zeros::All, out),
            Self::Ratio(millionths) => decimal(millionths, 10_u64.pow(RATIO_SCALE), Zeros::All, out),
            Self::Quantity(base, unit) => match in_decimals(base, unit) {
                Some((number, one)) => decimal(number, one, Zeros::NotAtTheEnd, out),
                None => out.extend_from_slice(unit.format(base.into()).unwrap_or_default().as_bytes()),
            },
        }
    }

    /// Its text.
    pub fn text(self, language: Language) -> String {
        let mut text = Vec::new();
        self.write(language, &mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Which zeros of the decimals are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zeros {
    All,
    NotAtTheEnd,
}

/// Adds a number of which `one`, a power of ten, is 1.
fn decimal(number: i64, one: u64, zeros: Zeros, out: &mut Vec<u8>) {
    let (whole, part) = (number.unsigned_abs() / one, number.unsigned_abs() % one);
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes());
    if one == 1 || (part == 0 && zeros == Zeros::NotAtTheEnd) {
        return;
    }
    // With a one before it, the part keeps the zeros that it begins with; the point takes the place of the one.
    let point = out.len();
    out.extend_from_slice(itoa::Buffer::new().format(one + part).as_bytes());
    out[point] = b'.';
    if zeros == Zeros::NotAtTheEnd {
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

/// A quantity as a number, and how much of that is one of its unit, a power of ten; `None` where that does not end, or the unit is
/// none of the usual ones.
fn in_decimals(base: i64, unit: &Unit) -> Option<(i64, u64)> {
    // 1/60 is 5/(3 × 10²), 1/3600 is 25/(9 × 10⁴).
    let part = |divisor: i64, multiplier: i64| match base % divisor {
        0 => (base / divisor).checked_mul(multiplier),
        _ => None,
    };
    match unit.factor {
        1 => Some((base, 1)),
        1_000 => Some((base, 1_000)),
        1_000_000 => Some((base, 1_000_000)),
        1_000_000_000 => Some((base, 1_000_000_000)),
        1_000_000_000_000 => Some((base, 1_000_000_000_000)),
        1_000_000_000_000_000 => Some((base, 1_000_000_000_000_000)),
        60 => part(3, 5).map(|number| (number, 100)),
        3_600 => part(9, 25).map(|number| (number, 10_000)),
        _ => None,
    }
}

/// Whether a quantity can be written in a unit: seconds in hours may not end.
pub fn ends(base: i64, unit: &Unit) -> bool {
    in_decimals(base, unit).is_some() || unit.format(base.into()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::quantity::UNITS;

    #[test]
    fn quantities_are_written_as_exact_arithmetic_writes_them() {
        let edges = [0, 1, 2, 3, 9, 10, 59, 60, 90, 100, 3_599, 3_600, 5_400, 999_999_999, 1_000_000_000, 1 << 40, i64::MAX];
        for unit in &UNITS {
            for base in edges.into_iter().flat_map(|base| [base, -base]) {
                let expected = unit.format(base.into());
                assert_eq!(ends(base, unit), expected.is_some(), "{base} in {}", unit.name);
                if let Some(expected) = expected {
                    assert_eq!(Cell::Quantity(base, unit).text(Language::English), expected, "{base} in {}", unit.name);
                }
            }
        }
    }
}
