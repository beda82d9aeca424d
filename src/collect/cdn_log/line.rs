//! A line of an access log: the five fields that count. (VOD, log of a domain, 266/7983; 15 columns in older files, 16 today.)

use super::digits::{is_time, number, starts_with, word_end};
use super::path::{self, Account};

/// What is read of a line. Client, referer, agent and the like are never looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields<'a> {
    /// The hour, as `YYYYMMDDhh` at +08:00.
    pub hour: &'a [u8; 10],
    /// The minute.
    pub minute: u8,
    /// The number of what domain and path begin with, if it has one: lines of the same number are of the same domain.
    pub lead: Option<u64>,
    /// The domain as it was asked for.
    pub host: &'a [u8],
    /// The path, with its query string if there is one.
    pub path: &'a [u8],
    /// The FileId that the path's shape tells.
    pub file_id: Option<u64>,
    /// Bytes sent.
    pub bytes: u64,
    /// The province, or the service area outside the mainland.
    pub place: i64,
    /// Where the columns after those begin.
    pub rest: usize,
}

/// What lines have after the client: a domain and an account's folder. Nearly all lines have those of one of the last lines.
#[derive(Clone, Debug, Default)]
pub struct Leads {
    last: Option<Lead>,
    other: Option<Lead>,
    /// How many there were.
    learned: u64,
}

/// `example.com /vod1250000001/`.
#[derive(Clone, Debug)]
struct Lead {
    number: u64,
    text: Vec<u8>,
    /// The length of the domain.
    host: usize,
    account: Account,
}

/// What text begins with: a domain and a path.
struct Asked<'a> {
    lead: Option<u64>,
    host: &'a [u8],
    path: &'a [u8],
    /// The FileId in the path.
    file_id: Option<u64>,
    rest: &'a [u8],
}

impl Leads {
    #[inline(always)]
    fn read<'a>(&mut self, text: &'a [u8]) -> Result<Asked<'a>, Flaw> {
        if let Some(asked) = self.last.as_ref().and_then(|lead| lead.read(text)) {
            return Ok(asked);
        }
        std::mem::swap(&mut self.last, &mut self.other);
        if let Some(asked) = self.last.as_ref().and_then(|lead| lead.read(text)) {
            return Ok(asked);
        }
        self.learn(text)
    }

    #[cold]
    fn learn<'a>(&mut self, text: &'a [u8]) -> Result<Asked<'a>, Flaw> {
        let (host, rest) = word(text)?;
        let (path, rest) = word(rest)?;
        let account = Account::of(path);
        let mut lead = None;
        if let Some(account) = account {
            let start = text.get(..host.len() + 1 + account.length).unwrap_or_default();
            self.learned += 1;
            lead = Some(self.learned);
            self.last = Some(Lead { number: self.learned, text: start.to_vec(), host: host.len(), account });
        }
        Ok(Asked { lead, host, path, file_id: path::file_id(path), rest })
    }
}

impl Lead {
    /// Reads text that begins with this, if it does and is whole.
    #[inline(always)]
    fn read<'a>(&self, text: &'a [u8]) -> Option<Asked<'a>> {
        if !starts_with(text, &self.text) {
            return None;
        }
        let rest = text.get(self.text.len()..)?;
        // A FileId holds no space: the end of the path lies behind it.
        let (file_id, length) = self.account.file_id(rest).map_or((None, 0), |(file_id, length)| (Some(file_id), length));
        let end = self.text.len() + length + word_end(rest.get(length..)?);
        let (host, path) = (text.get(..self.host)?, text.get(self.host + 1..end)?);
        Some(Asked { lead: Some(self.number), host, path, file_id, rest: after_space(text, end)? })
    }
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

/// The columns after those that are read, without the client's port.
const COLUMNS: usize = 9;
/// A rest that is shorter may be one that was cut off.
const SHORT: usize = 48;

/// Reads the line that `text` begins with.
#[inline(always)]
pub fn parse<'a>(text: &'a [u8], leads: &mut Leads) -> Result<Fields<'a>, Flaw> {
    // Every byte that is passed over is looked at: none of them may be the end of a line.
    let (time, rest) = text.split_first_chunk::<15>().ok_or(Flaw::Time)?;
    let (hour, [tens, ones, ..]) = time.split_first_chunk::<10>().ok_or(Flaw::Time)? else { return Err(Flaw::Time) };
    if !is_time(time) || *tens > b'5' {
        return Err(Flaw::Time);
    }
    let minute = (tens - b'0') * 10 + ones - b'0';
    let (_client, rest) = word(rest)?;
    let Asked { lead, host, path, file_id, rest } = leads.read(rest)?;
    let (bytes, length) = number(rest).ok_or(Flaw::Bytes)?;
    let rest = after_space(rest, length).ok_or(Flaw::Bytes)?;
    let (sign, digits) = match rest {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    let (place, length) = number(digits).ok_or(Flaw::Place)?;
    let rest = after_space(digits, length).ok_or(Flaw::Place)?;
    let place = i64::try_from(place).map_err(|_| Flaw::Place)? * sign;
    Ok(Fields { hour, minute, lead, host, path, file_id, bytes, place, rest: text.len() - rest.len() })
}

/// Whether a line without its end has the columns after those that are read.
pub fn is_whole(line: &[u8], rest: usize) -> bool {
    let rest = line.get(rest..).unwrap_or_default();
    rest.len() >= SHORT || columns(rest) >= COLUMNS
}

/// The text up to the next space, which is not empty, and what follows it.
#[inline(always)]
fn word(text: &[u8]) -> Result<(&[u8], &[u8]), Flaw> {
    let end = word_end(text);
    let rest = after_space(text, end).filter(|_| end > 0).ok_or(Flaw::Short)?;
    Ok((text.get(..end).unwrap_or_default(), rest))
}

/// What follows the space at `at`.
fn after_space(text: &[u8], at: usize) -> Option<&[u8]> {
    let (space, rest) = text.get(at..)?.split_first()?;
    (*space == b' ').then_some(rest)
}

/// How many columns text has; what is in quotes is one.
fn columns(text: &[u8]) -> usize {
    let (mut columns, mut quoted, mut inside) = (0, false, false);
    for byte in text {
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
