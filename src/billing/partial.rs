//! Raters that took in parts of the same usage become one.

use super::curve;
use super::gather::{RateError, Rater};

impl Rater<'_> {
    /// Adds what another rater took in. Both must have been made for the same book and options.
    ///
    /// # Errors
    /// [`RateError::OutOfRange`].
    pub fn merge(&mut self, other: Self) -> Result<(), RateError> {
        let mut ids = Vec::with_capacity(other.series.len());
        for series in other.series {
            let too_much = || RateError::OutOfRange(format!("the level of meter {}", series.meter));
            let id = self.series(&series.account, &series.meter, &series.area, &series.spec)?;
            let own = self.series_mut(id);
            curve::merge(&mut own.changes, &series.changes).ok_or_else(too_much)?;
            for (day, status) in series.days {
                let least = own.days.entry(day).or_insert(status);
                *least = (*least).min(status);
            }
            ids.push(id);
        }
        for ((id, target, start), place) in other.slots {
            let (id, sum) = (ids[id as usize], other.sums[place as usize]);
            let place = self.sum_of((id.number(), target, start), sum.status);
            let too_much = || RateError::OutOfRange("the usage of a meter".to_owned());
            self.sums[place as usize] = self.sums[place as usize].plus(&sum).ok_or_else(too_much)?;
        }
        for ((id, hour), quantity) in other.watched {
            let sum = self.watched.entry((ids[id as usize].number(), hour)).or_default();
            *sum = sum.checked_add(quantity).ok_or_else(|| RateError::OutOfRange("the usage of a meter".to_owned()))?;
        }
        Ok(())
    }
}
