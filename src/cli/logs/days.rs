//! Which days a command looks at.

use super::super::bounds;
use super::{Context, Error};
use crate::model::{BillingDay, BillingMonth, Period};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Days {
    /// The first day [default: the first of this month]
    #[arg(long, value_name = "DAY", value_parser = bounds::day)]
    since: Option<BillingDay>,
    /// Up to, not including, this day [default: up to now]
    #[arg(long, value_name = "DAY", value_parser = bounds::day)]
    until: Option<BillingDay>,
    /// This month
    #[arg(long, value_name = "YYYY-MM", value_parser = bounds::month, conflicts_with_all = ["since", "until"])]
    month: Option<BillingMonth>,
}

impl Days {
    /// As a stretch of whole billing days.
    pub fn period(&self, context: &Context) -> Result<Period, Error> {
        let today = context.clock.today();
        if let Some(month) = self.month {
            return Ok(month.period());
        }
        let since = self.since.unwrap_or_else(|| today.month().first_day());
        Period::of_days(since, self.until.unwrap_or_else(|| today.next())).map_err(Error::usage)
    }
}
