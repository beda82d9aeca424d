//! Where a usage record ends up: the lines that it is part of, and how much it weighs in each.
//!
//! Lines are formed by the rules of gathering; this follows them, so that a finished charge finds the weights of its shares.

use chrono::{DateTime, TimeDelta, Utc};

use super::book::{Files, Window};
use super::gather::{
    RateError, Rater, Row, Series, SeriesId, Span, day_number, minimum_days, month_days, month_part, part_around, start_of,
    target_on, windows_of_day,
};
use super::plan::{Plan, PlanPrice, Target};
use crate::model::MeterKind;

/// A line, as its finished charges name it, and what one record weighs in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Whose line.
    pub account: &'a str,
    /// The meter.
    pub meter: &'a str,
    /// The area; empty where the price adds areas up.
    pub area: &'a str,
    /// The specification; empty where the price adds them up.
    pub spec: &'a str,
    /// The first moment of the line's period.
    pub start: DateTime<Utc>,
    /// Base units for what happened; base units × seconds for levels and samples.
    pub weight: i128,
    /// Which files of a media count in it.
    pub files: Files,
}

impl Rater<'_> {
    /// The lines that a record is part of. The record is one that [`Rater::add`] takes; here it is not added. A level that
    /// holds for days or hours with lines of their own has a place in each, and may have several in one line.
    ///
    /// # Errors
    /// A meter that nobody knows, an end that is not after the start, or a weight past 128 bits.
    pub fn places(&mut self, row: &Row<'_>, each: impl FnMut(Place<'_>)) -> Result<(), RateError> {
        let span = Span::new(row.start, row.end)?;
        let series = self.series(row.account, row.meter, row.area, row.spec)?;
        self.places_of(series, &span, row.quantity, each)
    }

    /// [`Rater::places`] of a record of a series, as [`Rater::add_to`] takes it.
    ///
    /// # Errors
    /// A weight past 128 bits.
    pub fn places_of(
        &mut self,
        series: SeriesId,
        span: &Span,
        quantity: i128,
        mut each: impl FnMut(Place<'_>),
    ) -> Result<(), RateError> {
        let (plan, series) = (&self.plan, &self.series[series.0 as usize]);
        let shift = plan.shift().num_seconds();
        let (first, last) = (span.start + shift, span.last + shift);
        if series.kind == MeterKind::Event {
            let (target, start) = match target_on(plan, series, day_number(last)) {
                leaving if minimum_days(plan, leaving).is_some() => (leaving, start_of(day_number(last))),
                _ => {
                    let target = target_on(plan, series, day_number(first));
                    let window = plan.price(target).map_or(Window::Day, |price| price.window);
                    (target, part_around(plan, series, target, window, first, &mut self.months).0)
                }
            };
            place(plan, series, target, start, quantity).into_iter().for_each(each);
            return Ok(());
        }
        for day in day_number(first)..=day_number(last) {
            let target = target_on(plan, series, day);
            let by_month = plan.price(target).is_some_and(PlanPrice::by_month);
            let month = by_month.then(|| month_part(plan, series, target, day, month_days(day)).first);
            for (start, end) in windows(plan, target, day) {
                let held = (end.min(last + 1) - start.max(first)).max(0);
                let weight = quantity.checked_mul(held.into());
                let weight = weight.ok_or_else(|| RateError::OutOfRange(format!("quantity × time of meter {}", series.meter)))?;
                if held > 0 {
                    place(plan, series, target, month.map_or(start, start_of), weight).into_iter().for_each(&mut each);
                }
            }
        }
        Ok(())
    }
}

/// The hours of a day where lines are hours, else the day.
fn windows(plan: &Plan<'_>, target: Target, day: i32) -> impl Iterator<Item = (i64, i64)> {
    let window = plan.price(target).filter(|price| !price.by_month()).map_or(Window::Day, |price| price.window);
    windows_of_day(window, day)
}

/// `None` where usage is not charged.
fn place<'s>(plan: &Plan<'_>, series: &'s Series, target: Target, start: i64, weight: i128) -> Option<Place<'s>> {
    let price = plan.price(target);
    let (area, spec) =
        price.map_or((series.area.as_str(), series.spec.as_str()), |price| price.price.lines_by.pick(&series.area, &series.spec));
    let files = price.map_or(Files::SourceAndRenditions, |price| price.price.files);
    let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(start) - plan.shift();
    let (account, meter) = (series.account.as_str(), series.meter.as_str());
    (target != Target::Ignored).then_some(Place { account, meter, area, spec, start, weight, files })
}
