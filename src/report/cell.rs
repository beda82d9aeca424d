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
    Quantity(i64, Unit),
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
            Self::Number(number) => number_text(number, out),
            Self::Money(units) => decimal(units, AMOUNT_SCALE, out),
            Self::Ratio(millionths) => decimal(millionths, RATIO_SCALE, out),
            Self::Quantity(base, unit) => quantity(base, unit, out),
        }
    }

    /// Its text.
    pub fn text(self, language: Language) -> String {
        let mut text = String::new();
        self.write(language, &mut text);
        text
    }
}

/// A whole number.
fn number_text(number: i64, out: &mut String) {
    decimal(number, 0, out);
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

/// A number of 10⁻ˢ, with all its decimals. Ten million lines have a hundred million of them.
pub fn decimal(number: i64, scale: u32, out: &mut String) {
    let (mut left, scale) = (number.unsigned_abs(), scale as usize);
    // The digits, behind at least one zero before the point.
    let mut digits = [b'0'; 40];
    let mut at = digits.len();
    while left >= 100 {
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[(left % 100) as usize]);
        left /= 100;
    }
    at -= 2;
    digits[at..at + 2].copy_from_slice(&PAIRS[left as usize]);
    if left < 10 {
        at += 1;
    }
    let at = at.min(digits.len() - 1 - scale);
    let (whole, decimals) = digits[at..].split_at(digits.len() - at - scale);
    if number < 0 {
        out.push('-');
    }
    out.push_str(std::str::from_utf8(whole).unwrap_or_default());
    if scale > 0 {
        out.push('.');
        out.push_str(std::str::from_utf8(decimals).unwrap_or_default());
    }
}

/// A quantity in its unit, without zeros at the end.
fn quantity(base: i64, unit: Unit, out: &mut String) {
    match power_of_ten(unit.factor) {
        Some(0) => number_text(base, out),
        Some(scale) => {
            let mut trimmed = (base, scale);
            while trimmed.1 > 0 && trimmed.0 % 10 == 0 {
                trimmed = (trimmed.0 / 10, trimmed.1 - 1);
            }
            if trimmed.1 == 0 { number_text(trimmed.0, out) } else { decimal(trimmed.0, trimmed.1, out) }
        }
        None => out.push_str(&unit.format(base.into()).unwrap_or_default()),
    }
}

/// The factors of units that are powers of ten.
fn power_of_ten(factor: i128) -> Option<u32> {
    Some(match factor {
        1 => 0,
        1_000 => 3,
        1_000_000 => 6,
        1_000_000_000 => 9,
        1_000_000_000_000 => 12,
        1_000_000_000_000_000 => 15,
        _ => return None,
    })
}

/// Whether a quantity can be written in a unit: seconds in hours may not end.
pub fn ends(base: i64, unit: Unit) -> bool {
    power_of_ten(unit.factor).is_some() || unit.format(base.into()).is_some()
}
