//! Numbers for people: digits in groups of three, no zeros at the end.

use crate::model::{Language, Unit};
use crate::report::cell::{Cell, RATIO_SCALE};

/// Decimals that an amount has at least.
const LEAST_DECIMALS: usize = 2;

/// What is shown for a cell. Every digit of a number is there but zeros at its end.
pub fn shown(cell: Cell<'_>, language: Language) -> String {
    let text = cell.text(language);
    match cell {
        Cell::Money(_) | Cell::Decimal(_) => grouped(&text, LEAST_DECIMALS),
        Cell::Number(_) | Cell::Quantity(..) => grouped(&text, 0),
        Cell::Ratio(millionths) => sum(millionths.into(), RATIO_SCALE as usize - 2, LEAST_DECIMALS) + "%",
        // The page says once that times are at UTC+8.
        Cell::Time(_) => text.replace('T', " ").trim_end_matches("+08:00").to_owned(),
        _ => text,
    }
}

/// A sum of 10⁻ˢ.
pub fn sum(number: i128, scale: usize, least_decimals: usize) -> String {
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, decimals) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "-" } else { "" };
    grouped(&format!("{sign}{whole}.{decimals}"), least_decimals)
}

/// An amount in 10⁻⁸.
pub fn amount(units: i128) -> String {
    sum(units, crate::model::money::AMOUNT_SCALE as usize, LEAST_DECIMALS)
}

/// Base units in a unit; in base units where it would not end.
pub fn quantity(base: i128, unit: Unit) -> String {
    let sign = if base < 0 { "-" } else { "" };
    let size = base.checked_abs().unwrap_or(i128::MAX);
    match unit.format(size) {
        Some(text) => grouped(&format!("{sign}{text}"), 0),
        None => format!("{} {}", sum(base, 0, 0), unit.base.name()),
    }
}

/// Digits before the point in groups of three; decimals without zeros at the end, but so many at least.
fn grouped(number: &str, least_decimals: usize) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::with_capacity(number.len() + number.len() / 3);
    text.push_str(sign);
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let decimals = decimals.trim_end_matches('0');
    if !decimals.is_empty() || least_decimals > 0 {
        text.push('.');
        text.push_str(decimals);
        (decimals.len()..least_decimals).for_each(|_| text.push('0'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_and_none_is_lost() {
        assert_eq!(grouped("1234567.50000000", 2), "1,234,567.50");
        assert_eq!(grouped("-1000.12345678", 2), "-1,000.12345678");
        assert_eq!(grouped("999", 0), "999");
        assert_eq!(grouped("0.00000001", 2), "0.00000001");
        assert_eq!(sum(-5, 8, 2), "-0.00000005");
        assert_eq!(sum(170_141_183_460, 0, 0), "170,141,183,460");
        assert_eq!(shown(Cell::Ratio(333_333), Language::English), "33.3333%");
        assert_eq!(shown(Cell::Time(0), Language::English), "1970-01-01 08:00:00");
    }
}
