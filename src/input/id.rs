//! Ids that a spreadsheet rewrote, read as the id they stand for where that is certain.
//!
//! Spreadsheets take long numbers for quantities: they show `1.00E+11`, add decimals or separators, or people write an
//! apostrophe or `="…"` against that. An id that was rewritten must never become an account of its own.

use std::borrow::Cow;

/// Why a text is no id, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The digits that are missing are nowhere.
    #[error("a spreadsheet has rounded it, and its last digits are lost; take the id from where it came from, as text")]
    Lost,
    /// It may stand for two ids.
    #[error("it may be a number with decimals or with thousands separators; write the id as digits alone")]
    Ambiguous,
    /// A number that is no id.
    #[error("it is a number with a sign or a fraction, which no id is; write the id as digits alone")]
    NoId,
    /// What spreadsheets show instead of a value.
    #[error("it is an error or a formula of a spreadsheet; write the id as digits alone, as text")]
    Formula,
    /// Digits of other scripts.
    #[error("it has digits other than 0 to 9; write the id with these")]
    OtherDigits,
    /// Something that cannot be seen in the middle of it.
    #[error("there is a control character or a line break in it; remove it")]
    Control,
    /// Nothing is left of it.
    #[error("it has only signs that name nothing; write the id, or leave the cell empty")]
    Nothing,
}

/// Signs that show nothing: zero-width and formatting characters, byte order marks, soft hyphens.
pub fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// The half-width form of a full-width sign; others are as they are.
pub fn half_width(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(letter),
        0x3000 => ' ',
        _ => letter,
    }
}

/// The id that a cell stands for. Empty stays empty; a text with letters is taken as it is seen.
///
/// # Errors
/// What it stands for is not certain.
pub fn read(written: &str) -> Result<Cow<'_, str>, IdError> {
    if written.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Cow::Borrowed(written));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'@' | b'/' | b':');
    if written.bytes().all(is_plain) && written.bytes().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) {
        return Ok(Cow::Borrowed(written));
    }
    let seen: String = written.chars().filter(|letter| !is_invisible(*letter)).map(half_width).collect();
    let bare = unwrapped(seen.trim());
    if bare.is_empty() {
        return if written.trim().is_empty() { Ok(Cow::Borrowed("")) } else { Err(IdError::Nothing) };
    }
    if bare.chars().any(char::is_control) {
        return Err(IdError::Control);
    }
    if bare.starts_with(['=', '#']) {
        return Err(IdError::Formula);
    }
    if bare.chars().any(|letter| letter.is_numeric() && !letter.is_ascii_digit()) {
        return Err(IdError::OtherDigits);
    }
    match number(bare)? {
        Some(digits) => Ok(Cow::Owned(digits)),
        None => Ok(Cow::Owned(bare.to_owned())),
    }
}

/// Digits alone: the number of an application or a media.
///
/// # Errors
/// What it stands for is not certain, or no number.
pub fn read_digits(written: &str) -> Result<Cow<'_, str>, IdError> {
    let id = read(written)?;
    if id.bytes().all(|byte| byte.is_ascii_digit()) { Ok(id) } else { Err(IdError::NoId) }
}

/// Without what people put around an id so that a spreadsheet leaves it alone: `'1`, `="1"`, `"1"`.
fn unwrapped(text: &str) -> &str {
    let mut text = text;
    loop {
        let inner = text.strip_prefix(['\'', '’', '‘', '`', '´']).unwrap_or(text).trim();
        let inner = inner.strip_prefix('=').filter(|rest| is_quoted(rest) || is_digits(rest)).unwrap_or(inner).trim();
        let inner = if is_quoted(inner) { inner[1..inner.len() - 1].trim() } else { inner };
        if inner.len() == text.len() {
            return text;
        }
        text = inner;
    }
}

fn is_quoted(text: &str) -> bool {
    text.len() >= 2 && text.starts_with('"') && text.ends_with('"')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits of a number, whole and certain; `None` for what is no number.
fn number(text: &str) -> Result<Option<String>, IdError> {
    if is_digits(text) {
        return Ok(Some(text.to_owned()));
    }
    let is_of_number = |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || ".,'’+-eE_".contains(letter);
    let begins = text.starts_with(|letter: char| letter.is_ascii_digit() || "+-.,".contains(letter));
    if !begins || !text.chars().all(is_of_number) {
        return Ok(None);
    }
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        return with_exponent(mantissa, exponent).map(Some);
    }
    let plus = text.strip_prefix('+').unwrap_or(text);
    if is_digits(plus) {
        return Ok(Some(plus.to_owned()));
    }
    if text.contains(['+', '-', '_']) {
        // `2026-10` or `12-34` is a name; what begins with a sign is a number.
        return if text.starts_with(['+', '-']) { Err(IdError::NoId) } else { Ok(None) };
    }
    grouped(text).map(Some)
}

/// `1.00000000001E+11`: certain where the digits reach the last place.
fn with_exponent(mantissa: &str, exponent: &str) -> Result<String, IdError> {
    let places: usize = exponent.strip_prefix('+').unwrap_or(exponent).trim().parse().map_err(|_| IdError::NoId)?;
    let (whole, fraction) = mantissa.trim().split_once(['.', ',']).unwrap_or((mantissa.trim(), ""));
    let digits = format!("{whole}{fraction}");
    if !is_digits(&digits) || whole.is_empty() {
        return Err(IdError::NoId);
    }
    if fraction.len() < places {
        return Err(IdError::Lost);
    }
    if fraction[places..].bytes().any(|digit| digit != b'0') {
        return Err(IdError::NoId);
    }
    Ok(digits[..whole.len() + places].to_owned())
}

/// Digits with separators between groups of three, and with decimals that are all zero.
fn grouped(text: &str) -> Result<String, IdError> {
    let separators: Vec<char> = text.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let parts: Vec<&str> = text.split(|letter: char| !letter.is_ascii_digit()).collect();
    let Some((last, before)) = separators.split_last() else { return Ok(text.to_owned()) };
    let is_point = |letter: char| matches!(letter, '.' | ',');
    let in_threes = |parts: &[&str]| {
        parts.first().is_some_and(|first| (1..=3).contains(&first.len())) && parts[1..].iter().all(|part| part.len() == 3)
    };
    if parts.iter().any(|part| part.is_empty()) {
        // `1000.` is a whole number as some programs show it.
        let is_whole = before.is_empty() && is_point(*last) && is_digits(parts[0]) && parts[1].is_empty();
        return if is_whole { Ok(parts[0].to_owned()) } else { Err(IdError::NoId) };
    }
    let is_even = before.iter().all(|separator| separator == last || separator.is_whitespace() && last.is_whitespace());
    if is_even && in_threes(&parts) {
        let is_certain = !before.is_empty() || !is_point(*last);
        return if is_certain { Ok(parts.concat()) } else { Err(IdError::Ambiguous) };
    }
    let (Some(decimals), whole) = (parts.last(), &parts[..parts.len() - 1]) else { return Err(IdError::NoId) };
    let is_same = before.windows(2).all(|pair| pair[0] == pair[1]) && before.first() != Some(last);
    if !is_point(*last) || !is_same || !(before.is_empty() || in_threes(whole)) {
        return Err(IdError::Ambiguous);
    }
    if decimals.bytes().all(|digit| digit == b'0') { Ok(whole.concat()) } else { Err(IdError::NoId) }
}

/// Whether a spreadsheet may have rounded this: it keeps fifteen digits and writes zeros for the rest. Four zeros or more
/// at the end of a long id are no proof; in every id of a list they are.
pub fn looks_rounded(digits: &str) -> bool {
    digits.len() > 18 && digits.bytes().skip(15).all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::{IdError, read, read_digits};

    #[test]
    fn what_certainly_stands_for_an_id_is_read_as_it() {
        for written in [
            "100000000001",
            "'100000000001",
            "’100000000001",
            "=\"100000000001\"",
            "'=\"100000000001\"",
            "\"100000000001\"",
            "=100000000001",
            "100000000001.0",
            "100000000001.00",
            "100000000001,00",
            "100000000001.",
            "100000000001.000",
            "1.00000000001E+11",
            "1.00000000001e11",
            "1,00000000001E+11",
            "1.000000000010E+11",
            "100000000001E0",
            "100,000,000,001",
            "100.000.000.001",
            "100 000 000 001",
            "100\u{a0}000\u{202f}000\u{a0}001",
            "100'000'000'001",
            "100,000,000,001.00",
            "100.000.000.001,0",
            "+100000000001",
            " 100000000001 ",
            "\u{a0}100000000001\u{3000}",
            "\u{feff}100000000001",
            "1000\u{200b}00000001",
            "１０００００００００００１",
            "＝＂１０００００００００００１＂",
            "\u{202a}100000000001\u{202c}",
        ] {
            let expected = if written.contains('０') { "1000000000001" } else { "100000000001" };
            assert_eq!(read(written).as_deref(), Ok(expected), "{written:?}");
        }
        for name in ["", "main", "1a", "acme-2", "12-34", "deadbeef", "10001:2", "a.b", "Schule 1", "学校"] {
            assert_eq!(read(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn what_does_not_is_refused() {
        for (written, why) in [
            ("1.00E+11", IdError::Lost),
            ("1E+11", IdError::Lost),
            ("1e5", IdError::Lost),
            ("100.000", IdError::Ambiguous),
            ("100,000", IdError::Ambiguous),
            ("1000 01", IdError::Ambiguous),
            ("100000000001.5", IdError::NoId),
            ("1.000000000015E+11", IdError::NoId),
            ("1E-3", IdError::NoId),
            ("-100000000001", IdError::NoId),
            ("#REF!", IdError::Formula),
            ("#######", IdError::Formula),
            ("=A1", IdError::Formula),
            ("=SUM(1)", IdError::Formula),
            ("'", IdError::Nothing),
            ("\u{200b}", IdError::Nothing),
            ("١٢٣", IdError::OtherDigits),
            ("1\n2", IdError::Control),
        ] {
            assert_eq!(read(written), Err(why), "{written:?}");
        }
        assert_eq!(read_digits("abc"), Err(IdError::NoId));
    }
}
