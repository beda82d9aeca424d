//! The plain form of a decimal number: a sign, digits, a point. However a service writes it, it is read from its characters, never
//! through a float, and no digit is lost or made up.

use std::borrow::Cow;

/// The largest exponent that is written out, either way. Real ones have one digit; a larger one is a fault, and must not cost memory.
const LARGEST_EXPONENT: i64 = 100;

/// A number in plain form: `2.4E-5` is `0.000024`, `+1.50` is `1.50`, `.5` is `0.5`, `5.` is `5`. Zeros at the end stay; those in
/// front and the sign of zero go. `None` for what is no number, such as `1,234.50`, or has an exponent past 100.
pub(super) fn plain(text: &str) -> Option<Cow<'_, str>> {
    let (is_negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let is_zero = mantissa.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let is_plain = unsigned.len() == mantissa.len()
        && !text.starts_with('+')
        && !mantissa.ends_with('.')
        && !whole.is_empty()
        && (whole.len() == 1 || !whole.starts_with('0'))
        && !(is_zero && is_negative);
    if is_plain {
        return Some(Cow::Borrowed(text));
    }
    let (whole, fraction) = shifted(whole, fraction, exponent)?;
    let sign = if is_negative && !is_zero { "-" } else { "" };
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(Cow::Owned(format!("{sign}{whole}{point}{fraction}")))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn read_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if digits.is_empty() || !is_digits(digits) {
        return None;
    }
    let exponent = match digits.trim_start_matches('0') {
        "" => 0,
        significant => significant.parse::<i64>().ok()?,
    };
    (exponent <= LARGEST_EXPONENT).then_some(sign * exponent)
}

/// The digits before and behind the point after it has moved.
fn shifted(whole: &str, fraction: &str, exponent: i64) -> Option<(String, String)> {
    let mut digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let Ok(mut point) = usize::try_from(point) else {
        let zeros = usize::try_from(point.unsigned_abs()).ok()?;
        return Some((String::new(), "0".repeat(zeros) + &digits));
    };
    if let Some(zeros) = point.checked_sub(digits.len()) {
        digits.push_str(&"0".repeat(zeros));
        point = digits.len();
    }
    let fraction = digits.split_off(point);
    Some((digits, fraction))
}
