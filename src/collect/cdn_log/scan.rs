//! Adding up the lines of one file.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use memchr::memchr;
use rustc_hash::FxBuildHasher;

use super::line::{self, Flaw};
use super::{Known, Sum, path, place};
use crate::model::BillingDay;
use crate::model::time::BILLING_OFFSET;

/// So many broken lines are shown.
const SHOWN: usize = 5;
/// Media that no FileId has.
pub const NOBODY: u64 = 0;
/// Minutes of a sum for peaks.
const INTERVAL: u32 = 5;

/// Sums by FileId; [`NOBODY`] is what belongs to no media.
pub type Media = HashMap<u64, Sum, FxBuildHasher>;
/// Sums by the beginning of five minutes.
pub type Intervals = HashMap<DateTime<Utc>, Sum, FxBuildHasher>;

/// What one file says of a day, a domain and an area.
#[derive(Clone, Debug)]
pub struct Part {
    /// The billing day.
    pub day: BillingDay,
    /// The domain in lower case.
    pub domain: String,
    /// The area, one of the nine; empty where the log says only that it is outside the mainland.
    pub area: &'static str,
    /// By media.
    pub media: Media,
    /// By five minutes.
    pub intervals: Intervals,
}

/// What one file says.
#[derive(Clone, Debug, Default)]
pub struct FileSums {
    /// In the order in which they first appear.
    pub parts: Vec<Part>,
    /// All lines.
    pub lines: u64,
    /// Of them, without text.
    pub empty: u64,
    /// Of them, not understood and not counted.
    pub broken: u64,
    /// The first of those: number of the line, counted from 1, and what is wrong.
    pub flaws: Vec<(u64, Flaw)>,
}

/// Where a line belongs that has the same host, minute and place as the one before.
struct Here {
    host: Vec<u8>,
    minute: [u8; 12],
    place: i64,
    part: usize,
    /// The five minutes, and what they have so far.
    start: DateTime<Utc>,
    open: Sum,
}

/// Adds up.
pub struct Scan<'a> {
    known: &'a Known,
    /// Whether the file is the one of everything outside the mainland.
    overseas: bool,
    sums: FileSums,
    /// All bytes so far.
    bytes: u64,
    at: HashMap<(BillingDay, String, &'static str), usize, FxBuildHasher>,
    here: Option<Here>,
}

impl<'a> Scan<'a> {
    /// Nothing yet.
    pub fn new(known: &'a Known, overseas: bool) -> Self {
        Self { known, overseas, sums: FileSums::default(), bytes: 0, at: HashMap::default(), here: None }
    }

    /// Adds whole lines; the last one of a file need not end.
    pub fn lines(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            let (line, rest) = match memchr(b'\n', text) {
                Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
                None => (text, &[][..]),
            };
            text = rest;
            self.sums.lines += 1;
            if let Err(flaw) = self.line(line) {
                self.flawed(line, flaw);
            }
        }
    }

    /// Notes a line that is too long to be one.
    pub fn endless_line(&mut self) {
        self.sums.lines += 1;
        self.broken(Flaw::Short);
    }

    /// What was added up.
    pub fn finish(mut self) -> FileSums {
        let here = self.here.take();
        self.close(here);
        self.sums
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Flaw> {
        let fields = line::parse(line)?;
        // If all bytes of the file can be counted, so can those of each part.
        let bytes = self.bytes.checked_add(fields.bytes).ok_or(Flaw::Overflow)?;
        let is_here = |here: &Here| here.minute == *fields.minute && here.place == fields.place && here.host == fields.host;
        if !self.here.as_ref().is_some_and(is_here) {
            self.go(&fields)?;
        }
        let id = path::file_id(fields.path).filter(|id| !self.known.contradicts(*id));
        let id = id.or_else(|| self.known.media_of(fields.path)).unwrap_or(NOBODY);
        if let Some(here) = &mut self.here
            && let Some(part) = self.sums.parts.get_mut(here.part)
        {
            here.open.add(fields.bytes);
            part.media.entry(id).or_default().add(fields.bytes);
            self.bytes = bytes;
        }
        Ok(())
    }

    /// Goes to where a line belongs.
    fn go(&mut self, fields: &line::Fields<'_>) -> Result<(), Flaw> {
        let (day, start) = moment(fields.minute).ok_or(Flaw::Time)?;
        let area = place::area(fields.place, self.overseas);
        let domain = String::from_utf8_lossy(fields.host).to_ascii_lowercase();
        let parts = &mut self.sums.parts;
        let part = *self.at.entry((day, domain, area)).or_insert_with_key(|(day, domain, area)| {
            let (media, intervals) = (Media::default(), Intervals::default());
            parts.push(Part { day: *day, domain: domain.clone(), area, media, intervals });
            parts.len() - 1
        });
        let open = match self.here.take() {
            Some(last) if last.part == part && last.start == start => last.open,
            last => {
                self.close(last);
                Sum::default()
            }
        };
        self.here = Some(Here { host: fields.host.to_vec(), minute: *fields.minute, place: fields.place, part, start, open });
        Ok(())
    }

    fn close(&mut self, here: Option<Here>) {
        let Some(here) = here else { return };
        if let Some(part) = self.sums.parts.get_mut(here.part) {
            part.intervals.entry(here.start).or_default().join(here.open);
        }
    }

    fn flawed(&mut self, line: &[u8], flaw: Flaw) {
        if line.iter().all(u8::is_ascii_whitespace) {
            self.sums.empty += 1;
        } else {
            self.broken(flaw);
        }
    }

    fn broken(&mut self, flaw: Flaw) {
        self.sums.broken += 1;
        if self.sums.flaws.len() < SHOWN {
            self.sums.flaws.push((self.sums.lines, flaw));
        }
    }
}

/// The billing day of a minute, and the beginning of its five minutes.
fn moment(minute: &[u8; 12]) -> Option<(BillingDay, DateTime<Utc>)> {
    let part = |range: std::ops::Range<usize>| -> Option<u32> {
        let digits = minute.get(range)?;
        digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(part(0..4)?).ok()?, part(4..6)?, part(6..8)?)?;
    let minute = part(10..12)?;
    let time = date.and_hms_opt(part(8..10)?, minute, 0)? - TimeDelta::minutes(i64::from(minute % INTERVAL));
    let start = time.and_local_timezone(BILLING_OFFSET).single()?.to_utc();
    Some((BillingDay::new(date), start))
}
