//! What media pay, by what they store, bytes × the time that they were there, and by what was delivered of them.
//!
//! Storage is measured for applications, not for files, so the weights come from the media that the ledger knows. Where less
//! is known than was measured, the difference stays unattributed. Delivery is known from logs (`delivery`). Processing is not
//! measured by file at all.

use std::collections::{BTreeMap, BTreeSet};

use super::delivery::{Delivery, Source};
use super::{Item, Lines, Share};
use crate::billing::{AllocateError, Files, Options, PriceBook, RateError, Rater, Row, basis};
use crate::ledger::{Ledger, StoredMedia};
use crate::model::meter::{STORAGE_CLASSES, names};
use crate::model::{MeterKind, Period, UsageRecord, area};
use crate::statement::{Statement, StatementError, with_meters_of};

/// The charges of a month on their way to what media belong to.
///
/// Every media is [weighed](ByMedia::weigh) once. Then, share by share, the media of each are [added](ByMedia::add), and
/// [`ByMedia::cut`] gives what they pay together; [`ByMedia::rest`] gives what nobody pays.
pub struct ByMedia<'a> {
    lines: Lines<'a>,
    storage: Vec<StorageLine<'a>>,
    /// The area of all storage, where there is just one.
    only_area: Option<&'a str>,
    /// What the share that is being made weighs, by storage line.
    open: Vec<i128>,
    delivery: Delivery,
    /// The same of delivery, by line.
    delivered: BTreeMap<usize, i128>,
}

/// A line of stored bytes.
struct StorageLine<'a> {
    line: usize,
    period: Period,
    area: &'a str,
    class: &'a str,
    files: Files,
    /// Bytes × seconds by measured usage.
    measured: i128,
    /// Bytes × seconds of the media that were weighed.
    known: i128,
}

impl<'a> ByMedia<'a> {
    /// Finds the lines of storage of a month and what was measured in them. `by` is what the shares are named by.
    ///
    /// # Errors
    /// The ledger, or usage that cannot be rated.
    pub fn new(
        ledger: &Ledger,
        statement: &'a Statement,
        book: &PriceBook,
        options: &Options,
        by: &[String],
    ) -> Result<Self, StatementError> {
        let usage = ledger.usage(&statement.account, statement.month.period())?;
        let book = with_meters_of(book, &usage);
        let mut rater = Rater::new(&book, options).map_err(|source| statement.rate_error(source))?;
        let mut lines = Lines::of(&statement.charges, |meter| basis(meter, MeterKind::Level, by));
        let delivery = Delivery::read(ledger, statement, &mut rater, &lines, &usage)?;
        let by = by.join(", ");
        for item in &mut lines.items {
            match delivery.source {
                Source::Logs if is_delivery(item.meter) => item.basis = format!("delivered bytes in access logs by {by}"),
                Source::Plays if is_delivery(item.meter) => item.basis = format!("delivered bytes in play statistics by {by}"),
                _ => {}
            }
        }
        for (line, total) in delivery.totals() {
            if let Some(own) = lines.lines.get_mut(line) {
                own.total = total;
            }
        }
        let mut storage: Vec<StorageLine<'a>> = Vec::new();
        for (line, group) in lines.lines.iter().enumerate() {
            let first = group.charges.first().and_then(|charge| statement.charges.get(*charge));
            let Some(charge) = first.filter(|charge| charge.meter == names::STORAGE) else { continue };
            let (period, files) = (charge.period, Files::SourceAndRenditions);
            storage.push(StorageLine { line, period, area: &charge.area, class: &charge.spec, files, measured: 0, known: 0 });
        }
        let areas: BTreeSet<&str> = storage.iter().map(|line| line.area).collect();
        let only_area = areas.first().copied().filter(|_| areas.len() == 1);
        let open = vec![0; storage.len()];
        let mut new = Self { lines, storage, only_area, open, delivery, delivered: BTreeMap::new() };
        new.measure(statement, &mut rater, &usage)?;
        Ok(new)
    }

    fn measure(&mut self, statement: &Statement, rater: &mut Rater<'_>, usage: &[UsageRecord]) -> Result<(), StatementError> {
        let rate_error = |source| statement.rate_error(source);
        for record in usage.iter().filter(|record| record.meter == names::STORAGE) {
            let mut fits = true;
            let placed = rater.places(&Row::from(record), |place| {
                let line = self.lines.at(&place);
                let Some(line) = self.storage.iter_mut().find(|own| Some(own.line) == line) else { return };
                let sum = line.measured.checked_add(place.weight);
                fits &= sum.is_some();
                line.measured = sum.unwrap_or_default();
                line.files = place.files;
            });
            placed.map_err(rate_error)?;
            if !fits {
                return Err(rate_error(out_of_range()));
            }
        }
        Ok(())
    }

    /// First, once for every media: adds its weight to the totals.
    ///
    /// # Errors
    /// A total past 128 bits.
    pub fn weigh(&mut self, media: &StoredMedia) -> Result<(), RateError> {
        for line in &mut self.storage {
            let weight = line.weight(media, self.only_area).ok_or_else(out_of_range)?;
            line.known = line.known.checked_add(weight).ok_or_else(out_of_range)?;
        }
        Ok(())
    }

    /// Then: adds a media to the share that is being made.
    ///
    /// # Errors
    /// A sum past 128 bits.
    pub fn add(&mut self, media: &StoredMedia) -> Result<(), RateError> {
        for (line, open) in self.storage.iter().zip(&mut self.open) {
            let weight = line.weight(media, self.only_area).ok_or_else(out_of_range)?;
            *open = open.checked_add(weight).ok_or_else(out_of_range)?;
        }
        for (line, weight) in self.delivery.of(media.file_id.as_str()) {
            // A part of a total that was checked.
            *self.delivered.entry(line).or_default() += weight;
        }
        Ok(())
    }

    /// What a media weighs, line by line.
    ///
    /// # Errors
    /// A weight past 128 bits.
    pub(super) fn weights(&self, media: &StoredMedia) -> Result<Vec<(usize, i128)>, RateError> {
        let mut weights = Vec::new();
        for line in &self.storage {
            let weight = line.weight(media, self.only_area).ok_or_else(out_of_range)?;
            if weight > 0 {
                weights.push((line.line, weight));
            }
        }
        weights.extend(self.delivery.of(media.file_id.as_str()));
        Ok(weights)
    }

    /// The lines with their totals, none of them taken. After all media were weighed.
    pub(super) fn lines(&mut self) -> Lines<'a> {
        self.settle_totals();
        self.lines.anew()
    }

    /// What the media added since the last cut pay together: nothing where they stored and delivered nothing in this month.
    ///
    /// # Errors
    /// Media that were not weighed.
    pub fn cut(&mut self) -> Result<Vec<Share>, AllocateError> {
        self.settle_totals();
        let weights = self.storage.iter().zip(&self.open).map(|(line, weight)| (line.line, *weight));
        let weights = weights.filter(|(_, weight)| *weight > 0).chain(std::mem::take(&mut self.delivered));
        let shares = self.lines.take(weights)?;
        self.open.fill(0);
        Ok(shares)
    }

    /// Last: what no media pays, and why.
    ///
    /// # Errors
    /// None after media were weighed and added as said.
    pub fn rest(mut self) -> Result<Vec<Share>, AllocateError> {
        self.settle_totals();
        self.lines.rest(|item| why_unattributed(item, self.delivery.source))
    }

    /// More can be known than was measured: deletions that nobody saw, a day that is not over. Then known media share all.
    fn settle_totals(&mut self) {
        for line in &self.storage {
            if let Some(own) = self.lines.lines.get_mut(line.line) {
                own.total = line.measured.max(line.known);
            }
        }
    }
}

fn is_delivery(meter: &str) -> bool {
    matches!(meter, names::TRAFFIC | names::BANDWIDTH)
}

fn why_unattributed(item: &Item<'_>, delivery: Source) -> String {
    match item.meter {
        names::STORAGE => format!("unattributed, more was measured than the known media store: {}", item.basis),
        meter if is_delivery(meter) && delivery == Source::Nothing => {
            "unattributed: traffic per file is not known; `vodledger logs fetch` brings it".to_owned()
        }
        meter if is_delivery(meter) => format!("unattributed, delivered for no known media: {}", item.basis),
        meter => format!("unattributed: {meter} is not measured per file"),
    }
}

fn out_of_range() -> RateError {
    RateError::OutOfRange("stored bytes × time".to_owned())
}

impl StorageLine<'_> {
    /// Bytes × seconds of a media in this line; `None` when that leaves the range.
    fn weight(&self, media: &StoredMedia, only_area: Option<&str>) -> Option<i128> {
        if !self.holds(media, only_area) {
            return Some(0);
        }
        let since = media.created_at.unwrap_or(media.first_seen_at).max(self.period.start.timestamp());
        let until = media.gone_at.unwrap_or(i64::MAX).min(self.period.end.timestamp());
        let renditions = match self.files {
            Files::Source => None,
            Files::SourceAndRenditions => media.rendition_size,
        };
        let bytes = i128::from(media.size.unwrap_or_default()) + i128::from(renditions.unwrap_or_default());
        bytes.checked_mul(i128::from(until.saturating_sub(since).max(0)))
    }

    /// Whether a media is stored in the area and class of this line. A class that is not known is the standard one; an area
    /// that is not known is the only one there is.
    fn holds(&self, media: &StoredMedia, only_area: Option<&str>) -> bool {
        let class = if media.storage_class.is_empty() { STORAGE_CLASSES[0].0 } else { &media.storage_class };
        let area = area::of_region(&media.storage_region).or(only_area);
        (self.class.is_empty() || self.class == class) && (self.area.is_empty() || area == Some(self.area))
    }
}
