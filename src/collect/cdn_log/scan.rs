//! Adding up the lines of one file.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use memchr::memchr;
use rustc_hash::FxBuildHasher;

use super::line::{self, Fields, Flaw, Leads};
use super::place::{self, AREAS};
use super::{Known, Sum};
use crate::model::BillingDay;
use crate::model::time::{BILLING_OFFSET, YEARS};

/// So many broken lines are shown.
const SHOWN: usize = 5;
/// So many requests are counted for their media together.
const TOGETHER: usize = 256;
/// Media that no FileId has.
pub const NOBODY: u64 = 0;
/// Minutes of a sum for peaks.
const INTERVAL: usize = 5;

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
    /// Bytes whose path the catalogue knows to be another media's than its shape tells, or that has no shape.
    pub by_catalogue: u64,
    /// The first of those: number of the line, counted from 1, and what is wrong.
    pub flaws: Vec<(u64, Flaw)>,
}

/// Where lines belong that have the same host and hour, as nearly all lines of a file have.
struct Here {
    host: Vec<u8>,
    /// See [`Fields::lead`].
    lead: Option<u64>,
    hour: [u8; 10],
    day: BillingDay,
    start: DateTime<Utc>,
    areas: [Option<Place>; AREAS.len()],
}

/// One area of them.
#[derive(Clone, Copy)]
struct Place {
    part: usize,
    /// What each five minutes of the hour have.
    intervals: [Sum; 12],
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
    leads: Leads,
    here: Option<Here>,
    pending: Vec<Pending>,
}

/// A request that is counted for its media together with others: then the processor looks for several media at a time.
struct Pending {
    part: usize,
    file_id: u64,
    bytes: u64,
}

impl<'a> Scan<'a> {
    /// Nothing yet.
    pub fn new(known: &'a Known, overseas: bool) -> Self {
        let (sums, leads) = (FileSums::default(), Leads::default());
        let pending = Vec::with_capacity(TOGETHER);
        Self { known, overseas, sums, bytes: 0, at: HashMap::default(), leads, here: None, pending }
    }

    /// Adds whole lines; the last one of a file need not end.
    pub fn lines(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            let fields = line::parse(text, &mut self.leads);
            let rest = fields.map_or(0, |fields| fields.rest);
            let end = rest + memchr(b'\n', text.get(rest..).unwrap_or_default()).unwrap_or(text.len() - rest);
            let line = text.get(..end).unwrap_or_default();
            self.sums.lines += 1;
            let counted = match fields {
                Ok(fields) if line::is_whole(line, rest) => self.count(&fields),
                Ok(_) => Err(Flaw::Short),
                Err(flaw) => Err(flaw),
            };
            if let Err(flaw) = counted {
                self.flawed(line, flaw);
            }
            text = text.get(end + 1..).unwrap_or_default();
        }
    }

    /// Notes a line that is too long to be one.
    pub fn endless_line(&mut self) {
        self.sums.lines += 1;
        self.broken(Flaw::Short);
    }

    /// What was added up.
    pub fn finish(mut self) -> FileSums {
        self.leave();
        self.count_pending();
        self.sums
    }

    #[inline(always)]
    fn count(&mut self, fields: &Fields<'_>) -> Result<(), Flaw> {
        // If all bytes of the file can be counted, so can those of each part.
        let bytes = self.bytes.checked_add(fields.bytes).ok_or(Flaw::Overflow)?;
        let area = place::area(fields.place, self.overseas);
        let is_host = |here: &Here| (fields.lead.is_some() && here.lead == fields.lead) || here.host == fields.host;
        let is_here = |here: &Here| here.hour == *fields.hour && is_host(here);
        if !self.here.as_ref().is_some_and(is_here) {
            self.go(fields)?;
        }
        let Some(here) = &mut self.here else { return Ok(()) };
        here.lead = fields.lead;
        let Some(place) = here.areas.get_mut(area) else { return Ok(()) };
        let place = match place {
            Some(place) => place,
            None => place.insert(Place {
                part: part_of(&mut self.at, &mut self.sums.parts, here.day, &here.host, AREAS.get(area).unwrap_or(&"")),
                intervals: Default::default(),
            }),
        };
        let id = match fields.file_id {
            Some(id) if !self.known.contradicts(id) => id,
            told => match self.known.media_of(fields.path) {
                Some(id) => {
                    self.sums.by_catalogue += fields.bytes;
                    id
                }
                None => told.unwrap_or(NOBODY),
            },
        };
        if let Some(interval) = place.intervals.get_mut(usize::from(fields.minute) / INTERVAL) {
            interval.add(fields.bytes);
            self.pending.push(Pending { part: place.part, file_id: id, bytes: fields.bytes });
            self.bytes = bytes;
            if self.pending.len() == TOGETHER {
                self.count_pending();
            }
        }
        Ok(())
    }

    fn count_pending(&mut self) {
        for Pending { part, file_id, bytes } in self.pending.drain(..) {
            if let Some(part) = self.sums.parts.get_mut(part) {
                part.media.entry(file_id).or_default().add(bytes);
            }
        }
    }

    /// Goes to where a line belongs.
    fn go(&mut self, fields: &Fields<'_>) -> Result<(), Flaw> {
        let (day, start) = begin(fields.hour).ok_or(Flaw::Time)?;
        self.leave();
        let (host, hour, lead) = (fields.host.to_vec(), *fields.hour, fields.lead);
        self.here = Some(Here { host, lead, hour, day, start, areas: Default::default() });
        Ok(())
    }

    /// Adds the five-minute sums of where it is to those of the parts.
    fn leave(&mut self) {
        let Some(here) = self.here.take() else { return };
        for place in here.areas.iter().flatten() {
            let Some(part) = self.sums.parts.get_mut(place.part) else { continue };
            let starts = (0..).map(|number| here.start + TimeDelta::minutes(number * INTERVAL as i64));
            for (start, sum) in starts.zip(place.intervals).filter(|(_, sum)| sum.requests > 0) {
                part.intervals.entry(start).or_default().join(sum);
            }
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

/// The place of the part of a day, domain and area; a new one if there is none.
fn part_of(
    at: &mut HashMap<(BillingDay, String, &'static str), usize, FxBuildHasher>,
    parts: &mut Vec<Part>,
    day: BillingDay,
    host: &[u8],
    area: &'static str,
) -> usize {
    let domain = String::from_utf8_lossy(host).to_ascii_lowercase();
    *at.entry((day, domain, area)).or_insert_with_key(|(day, domain, area)| {
        let (media, intervals) = (Media::default(), Intervals::default());
        parts.push(Part { day: *day, domain: domain.clone(), area, media, intervals });
        parts.len() - 1
    })
}

/// The billing day of an hour, and its beginning.
fn begin(hour: &[u8; 10]) -> Option<(BillingDay, DateTime<Utc>)> {
    let part = |range: std::ops::Range<usize>| -> Option<u32> {
        let digits = hour.get(range)?;
        digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
    };
    let year = i32::try_from(part(0..4)?).ok().filter(|year| YEARS.contains(year))?;
    let date = NaiveDate::from_ymd_opt(year, part(4..6)?, part(6..8)?)?;
    let start = date.and_hms_opt(part(8..10)?, 0, 0)?.and_local_timezone(BILLING_OFFSET).single()?.to_utc();
    Some((BillingDay::new(date), start))
}
