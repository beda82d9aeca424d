//! What became of the rows of a usage file.

use std::collections::{BTreeMap, BTreeSet};

use crate::billing::Options;
use crate::cli::output::note;
use crate::model::Charge;

/// Rows that were taken in, by meter, and rows that hold nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// By meter.
    pub rows: BTreeMap<String, u64>,
    /// Lines that hold nothing, or separators alone.
    pub blank: u64,
    /// Such as `GB 18030`; `None` for UTF-8.
    pub encoding: Option<&'static str>,
}

impl Taken {
    /// Adds what another reader took in.
    pub fn merge(&mut self, other: Self) {
        for (meter, rows) in other.rows {
            *self.rows.entry(meter).or_default() += rows;
        }
        self.blank += other.blank;
    }

    /// Counts a row.
    pub fn count(&mut self, meter: &str) {
        match self.rows.get_mut(meter) {
            Some(rows) => *rows += 1,
            None => {
                self.rows.insert(meter.to_owned(), 1);
            }
        }
    }

    /// Says on standard error what became of them. Rows of a meter without any charge were measured but are not charged.
    pub fn tell(&self, name: &str, charges: &[Charge], options: &Options) {
        let charged: BTreeSet<&str> = charges.iter().map(|charge| charge.meter.as_str()).collect();
        let all: u64 = self.rows.values().sum();
        let mut skipped = Vec::new();
        let mut left = 0;
        for (meter, rows) in self.rows.iter().filter(|(meter, _)| !charged.contains(meter.as_str())) {
            skipped.push(format!("{rows} of meter {meter}, which is not charged in mode {}", options.mode));
            left += rows;
        }
        if self.blank > 0 {
            skipped.push(format!("{} blank lines", self.blank));
        }
        let skipped = if skipped.is_empty() { "none".to_owned() } else { skipped.join("; ") };
        let encoding = self.encoding.map_or_else(String::new, |encoding| format!(" as {encoding}"));
        note!("{name}: {all} rows read{encoding}, {} used; skipped: {skipped}", all - left);
    }
}
