//! The period of a report: a month, days, a fiscal quarter or year, or what was not written yet.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::{Context, Error, bounds};
use crate::model::{BillingDay, BillingMonth, Status};
use crate::report::{Definition, Manifest, Whole};

/// From a day up to, not including, another.
pub type Days = (BillingDay, BillingDay);

/// Arguments.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// The month, or `last` for the last complete one [default: last]
    #[arg(long, value_name = "YYYY-MM|last", conflicts_with_all = ["from", "to", "quarter", "year", "since_last"])]
    month: Option<String>,
    /// The first day
    #[arg(long, value_name = "DAY", value_parser = bounds::day, requires = "to", conflicts_with_all = ["quarter", "year", "since_last"])]
    from: Option<BillingDay>,
    /// Up to, not including, this day
    #[arg(long, value_name = "DAY", value_parser = bounds::day, requires = "from")]
    to: Option<BillingDay>,
    /// A quarter of the fiscal year, or `last` for the last complete one
    #[arg(long, value_name = "YYYY-Q1..4|last", conflicts_with_all = ["year", "since_last"])]
    quarter: Option<String>,
    /// A fiscal year, or `last` for the last complete one
    #[arg(long, value_name = "YYYY|last", conflicts_with = "since_last")]
    year: Option<String>,
    /// Every complete month that --out does not have yet, and again those that were not final when they were written
    #[arg(long, requires = "out")]
    since_last: bool,
}

impl Args {
    /// The periods that are asked for, oldest first.
    pub fn of(&self, context: &Context, definition: &Definition, out: Option<&Path>) -> Result<Vec<Days>, Error> {
        let out = out.filter(|_| definition.whole != Whole::Now);
        self.of_report(context, &definition.name, out)
    }

    /// The same for a report that the manifest of a folder knows by this name.
    pub fn of_report(&self, context: &Context, report: &str, out: Option<&Path>) -> Result<Vec<Days>, Error> {
        let last = context.clock.today().month().previous();
        let one = if let (Some(from), Some(to)) = (self.from, self.to) {
            if from >= to {
                return Err(Error::usage(format!("--from {from} --to {to}: the end must be later than the start")));
            }
            (from, to)
        } else if let Some(quarter) = &self.quarter {
            Fiscal::of(context)?.quarter(quarter, last)?
        } else if let Some(year) = &self.year {
            Fiscal::of(context)?.year(year, last)?
        } else if let (true, Some(folder)) = (self.since_last, out) {
            return Ok(since_last(&Manifest::read(folder)?, report, last));
        } else {
            days_of(self.month(last)?)
        };
        Ok(vec![one])
    }

    fn month(&self, last: BillingMonth) -> Result<BillingMonth, Error> {
        match self.month.as_deref() {
            None | Some("last") => Ok(last),
            Some(month) => bounds::month(month).map_err(|error| Error::usage(format!("--month {month}: {error}, or `last`"))),
        }
    }
}

fn days_of(month: BillingMonth) -> Days {
    (month.first_day(), month.end_day())
}

/// The complete months that a folder does not hold whole and final; the last one where it holds none.
fn since_last(manifest: &Manifest, report: &str, last: BillingMonth) -> Vec<Days> {
    let mut months: BTreeSet<BillingMonth> = BTreeSet::new();
    let mut newest: Option<BillingMonth> = None;
    for entry in manifest.files.iter().filter(|entry| entry.report == report) {
        let (Some(from), Some(to)) = (entry.from, entry.to) else { continue };
        let month = from.month();
        if days_of(month) != (from, to) {
            continue;
        }
        newest = newest.max(Some(month));
        if entry.status != Some(Status::Final) {
            months.insert(month);
        }
    }
    let mut next = newest.map_or(last, BillingMonth::next);
    while next <= last {
        months.insert(next);
        next = next.next();
    }
    months.into_iter().map(days_of).collect()
}

/// The fiscal calendar of the configuration.
struct Fiscal {
    /// The month with which a year begins, from 1.
    starts: u32,
    /// Whether a year has the number of the year in which it ends.
    named_by_end: bool,
}

impl Fiscal {
    fn of(context: &Context) -> Result<Self, Error> {
        let report = &context.settings()?.report;
        Ok(Self { starts: report.fiscal_year_starts.unwrap_or(1), named_by_end: report.fiscal_year_ends_it })
    }

    /// The first month of a year.
    fn first(&self, year: i32) -> Option<BillingMonth> {
        let year = if self.named_by_end && self.starts > 1 { year - 1 } else { year };
        format!("{year:04}-{:02}", self.starts).parse().ok()
    }

    /// The last stretch of so many months from the first month of a year on that ended with `last` or before.
    fn complete(&self, length: usize, last: BillingMonth) -> Option<Days> {
        use chrono::Datelike;
        let year = last.first_day().date().year();
        let mut begin = self.first(year - 2)?;
        let mut found = None;
        loop {
            let end = after(begin, length);
            if end > last.next() {
                return found;
            }
            found = Some((begin.first_day(), end.first_day()));
            begin = end;
        }
    }

    fn quarter(&self, text: &str, last: BillingMonth) -> Result<Days, Error> {
        if text == "last" {
            return self.complete(3, last).ok_or_else(|| Error::usage("--quarter last: there is none"));
        }
        let wrong = || Error::usage(format!("--quarter {text}: write 2026-Q3, or `last`"));
        let (year, quarter) = text.split_once("-Q").ok_or_else(wrong)?;
        let number: usize = quarter.parse().ok().filter(|number| (1..=4).contains(number)).ok_or_else(wrong)?;
        let year = parse_year(year).and_then(|year| self.first(year)).ok_or_else(wrong)?;
        let begin = after(year, 3 * (number - 1));
        Ok((begin.first_day(), after(begin, 3).first_day()))
    }

    fn year(&self, text: &str, last: BillingMonth) -> Result<Days, Error> {
        if text == "last" {
            return self.complete(12, last).ok_or_else(|| Error::usage("--year last: there is none"));
        }
        let first = parse_year(text).and_then(|year| self.first(year));
        let first = first.ok_or_else(|| Error::usage(format!("--year {text}: write 2026, or `last`")))?;
        Ok((first.first_day(), after(first, 12).first_day()))
    }
}

fn parse_year(text: &str) -> Option<i32> {
    text.parse().ok().filter(|year| text.len() == 4 && (2000..2100).contains(year))
}

fn after(month: BillingMonth, count: usize) -> BillingMonth {
    (0..count).fold(month, |month, _| month.next())
}
