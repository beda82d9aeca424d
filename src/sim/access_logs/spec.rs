//! Describing access logs in bulk.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::sim::SimError;

/// More than fits a disk is a slip of the pen.
const LINES: RangeInclusive<u64> = 1..=10_000_000_000;
const HOURS: RangeInclusive<u64> = 1..=24 * 31;
const MEDIA: RangeInclusive<u64> = 1..=10_000_000;
const DOMAINS: RangeInclusive<u64> = 1..=100;

/// `lines=20000000,hours=48,media=200000,domains=1,seed=1`: which access logs to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSpec {
    /// Lines of all files together.
    pub lines: u64,
    /// Hours from 2026-10-12 00:00 at UTC+8 on.
    pub hours: u64,
    /// Media that somebody may watch.
    pub media: u64,
    /// Domains; each has its own file for each hour.
    pub domains: u64,
    /// Makes them other logs.
    pub seed: u64,
}

impl Default for LogSpec {
    fn default() -> Self {
        Self { lines: 20_000_000, hours: 48, media: 200_000, domains: 1, seed: 1 }
    }
}

impl FromStr for LogSpec {
    type Err = SimError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = |message: String| SimError::BadLogs { given: text.to_owned(), message };
        let mut spec = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let form = || bad(format!("{item:?} is not of the form lines=, hours=, media=, domains= or seed=NUMBER"));
            let (name, value) = item.split_once('=').ok_or_else(form)?;
            let value = value.parse().map_err(|_| form())?;
            let within = |range: RangeInclusive<u64>| match range.contains(&value) {
                true => Ok(value),
                false => Err(bad(format!("{item} is not between {} and {}", range.start(), range.end()))),
            };
            match name {
                "lines" => spec.lines = within(LINES)?,
                "hours" => spec.hours = within(HOURS)?,
                "media" => spec.media = within(MEDIA)?,
                "domains" => spec.domains = within(DOMAINS)?,
                "seed" => spec.seed = value,
                _ => return Err(form()),
            }
        }
        Ok(spec)
    }
}
