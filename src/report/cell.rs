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

    /// Adds its text: numbers in plain decimal notation with a point, words in a language.
    pub fn write(self, language: Language, out: &mut String) {
        match self {
            Self::Empty => {}
            Self::Text(text) | Self::Day(text) | Self::Decimal(text) => out.push_str(text),
            Self::Word(word) => out.push_str(words::word(word, language)),
            Self::Time(seconds) => {
                if let Some(time) = DateTime::from_timestamp(seconds, 0) {
                    out.push_str(&format_time(time));
                }
            }
            Self::Number(number) => decimal(number, 0, out),
            Self::Money(units) => decimal(units, AMOUNT_SCALE, out),
            Self::Ratio(millionths) => decimal(millionths, RATIO_SCALE, out),
            Self::Quantity(base, unit) => quantity(base, *unit, out),
        }
    }

    /// Its text.
    pub fn text(self, language: Language) -> String {
        let mut text = String::new();
        self.write(language, &mut text);
        text
    }
}

/// The digits of 00 to 99.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// A number of 10⁻ˢ, with all its decimals.
pub fn decimal(number: i64, scale: u32, out: &mut String) {
    digits(number, scale, false, out);
}

/// [`decimal`], without zeros at the end where `short`. Ten million lines have a hundred million of them.
fn digits(number: i64, scale: u32, short: bool, out: &mut String) {
    let (mut left, scale) = (number.unsigned_abs(), scale as usize);
    let mut text = [b'0'; 40];
    let mut end = text.len();
    let mut at = end;
    while left >= 100 {
        at -= 2;
        text[at..at + 2].copy_from_slice(&PAIRS[(left % 100) as usize]);
        left /= 100;
    }
    at -= 2;
    text[at..at + 2].copy_from_slice(&PAIRS[left as usize]);
    if left < 10 {
        at += 1;
    }
    if scale > 0 {
        // At least one zero before the point, for which the whole part moves to the left.
        at = at.min(end - 1 - scale);
        text.copy_within(at..end - scale, at - 1);
        at -= 1;
        text[end - scale - 1] = b'.';
        while short && text[end - 1] == b'0' {
            end -= 1;
        }
        if text[end - 1] == b'.' {
            end -= 1;
        }
    }
    if number < 0 {
        at -= 1;
        text[at] = b'-';
    }
    out.push_str(std::str::from_utf8(&text[at..end]).unwrap_or_default());
}

/// A quantity in its unit, without zeros at the end.
fn quantity(base: i64, unit: Unit, out: &mut String) {
    match in_decimals(base, unit) {
        Some((number, scale)) => digits(number, scale, true, out),
        None => out.push_str(&unit.format(base.into()).unwrap_or_default()),
    }
}

/// A quantity as a number of 10⁻ˢ of its unit; `None` where that does not end, or the unit is none of the usual ones.
fn in_decimals(base: i64, unit: Unit) -> Option<(i64, u32)> {
    // 1/60 is 5/(3 × 10²), 1/3600 is 25/(9 × 10⁴).
    let (divisor, multiplier, scale) = match unit.factor {
        1 => (1, 1, 0),
        60 => (3, 5, 2),
        3_600 => (9, 25, 4),
        1_000 => (1, 1, 3),
        1_000_000 => (1, 1, 6),
        1_000_000_000 => (1, 1, 9),
        1_000_000_000_000 => (1, 1, 12),
        1_000_000_000_000_000 => (1, 1, 15),
        _ => return None,
    };
    (base % divisor == 0).then(|| (base / divisor).checked_mul(multiplier)).flatten().map(|number| (number, scale))
}

/// Whether a quantity can be written in a unit: seconds in hours may not end.
pub fn ends(base: i64, unit: Unit) -> bool {
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
                assert_eq!(ends(base, *unit), expected.is_some(), "{base} in {}", unit.name);
                if let Some(expected) = expected {
                    assert_eq!(Cell::Quantity(base, unit).text(Language::English), expected, "{base} in {}", unit.name);
                }
            }
        }
    }
}
