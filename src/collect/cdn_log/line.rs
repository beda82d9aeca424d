//! A line of an access log: the five fields that count. (VOD, log of a domain, 266/7983; 15 columns in older files, 16 today.)

use memchr::memchr;

use super::digits::number;

/// What is read of a line. Client, referer, agent and the like are never looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields<'a> {
    /// The minute, as `YYYYMMDDhhmm` at +08:00.
    pub minute: &'a [u8; 12],
    /// The domain as it was asked for.
    pub host: &'a [u8],
    /// The path, with its query string if there is one.
    pub path: &'a [u8],
    /// Bytes sent.
    pub bytes: u64,
    /// The province, or the service area outside the mainland.
    pub place: i64,
}

/// Why a line cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It does not begin with a time.
    Time,
    /// It ends before the bytes, or in the middle of its columns.
    Short,
    /// The bytes are no number.
    Bytes,
    /// The place is no number.
    Place,
    /// The sum of bytes would pass what can be counted.
    Overflow,
}

impl Flaw {
    /// What is wrong, in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "no time of the form YYYYMMDDhhmmss",
            Self::Short => "columns are missing",
            Self::Bytes => "the fifth column is no number of bytes",
            Self::Place => "the sixth column is no id of a province or area",
            Self::Overflow => "more bytes than can be counted",
        }
    }
}

/// Columns of a line without the client's port.
const COLUMNS: usize = 15;
/// The fifteen columns of a line need that much after the sixth; a shorter rest may be a line that was cut off.
const SHORT: usize = 64;

/// Reads a line without its end.
pub fn parse(line: &[u8]) -> Result<Fields<'_>, Flaw> {
    let (minute, rest) = line.split_first_chunk::<12>().ok_or(Flaw::Time)?;
    let [tens, ones, b' ', rest @ ..] = rest else { return Err(Flaw::Time) };
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return Err(Flaw::Time);
    }
    let (_client, rest) = word(rest)?;
    let (host, rest) = word(rest)?;
    let (path, rest) = word(rest)?;
    let (bytes, length) = number(rest).ok_or(Flaw::Bytes)?;
    let [b' ', rest @ ..] = rest.get(length..).unwrap_or_default() else { return Err(Flaw::Bytes) };
    let (sign, digits) = match rest {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    let (place, length) = number(digits).ok_or(Flaw::Place)?;
    let [b' ', tail @ ..] = digits.get(length..).unwrap_or_default() else { return Err(Flaw::Place) };
    if tail.len() < SHORT && columns(line) < COLUMNS {
        return Err(Flaw::Short);
    }
    let place = i64::try_from(place).map_err(|_| Flaw::Place)? * sign;
    Ok(Fields { minute, host, path, bytes, place })
}

/// The text up to the next space, which is not empty, and what follows it.
fn word(text: &[u8]) -> Result<(&[u8], &[u8]), Flaw> {
    match memchr(b' ', text) {
        None | Some(0) => Err(Flaw::Short),
        Some(end) => Ok((text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default())),
    }
}

/// How many columns a line has; what is in quotes is one.
fn columns(line: &[u8]) -> usize {
    let (mut columns, mut quoted, mut inside) = (0, false, false);
    for byte in line {
        match byte {
            b'"' => (quoted, inside) = (!quoted, true),
            b' ' if !quoted => {
                columns += usize::from(inside);
                inside = false;
            }
            _ => inside = true,
        }
    }
    columns + usize::from(inside && !quoted)
}
