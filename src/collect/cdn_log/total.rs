//! Sums of several files together.

use std::collections::BTreeMap;

use super::{FileSums, Intervals, Media};
use crate::model::BillingDay;

/// Of which day, domain and area.
pub type Of = (BillingDay, String, &'static str);

/// Sums by day, domain and area.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Media and five-minute sums.
    pub parts: BTreeMap<Of, (Media, Intervals)>,
}

impl Totals {
    /// Adds the sums of a file.
    pub fn add(&mut self, sums: FileSums) {
        for part in sums.parts {
            let (media, intervals) = self.parts.entry((part.day, part.domain, part.area)).or_default();
            if media.is_empty() {
                *media = part.media;
            } else {
                for (file_id, sum) in part.media {
                    media.entry(file_id).or_default().join(sum);
                }
            }
            for (start, sum) in part.intervals {
                intervals.entry(start).or_default().join(sum);
            }
        }
    }
}
