//! Conditions: lines that are charged only if other usage of the same period says so.

use std::collections::BTreeMap;

use super::book::{Comparison, Condition};
use super::curve::{self, Changes, Curve};
use super::gather::{Rater, Series};
use super::lines::Line;
use super::plan::Plan;
use super::ratio::Ratio;
use super::words;
use crate::model::{MeterKind, Step};

/// An account, a meter and an area.
type Place = (String, String, String);

/// The usage that conditions look at, all specifications together.
pub(super) struct Watched {
    /// Events by the hour in which they begin.
    events: BTreeMap<Place, BTreeMap<i64, i128>>,
    levels: BTreeMap<Place, Changes>,
}

impl Watched {
    /// `None` when a sum leaves the range.
    pub fn of(rater: &Rater<'_>) -> Option<Self> {
        let mut watched = Self { events: BTreeMap::new(), levels: BTreeMap::new() };
        let place = |series: &Series| (series.account.clone(), series.meter.clone(), series.area.clone());
        for ((id, hour), sum) in &rater.watched {
            let total = watched.events.entry(place(&rater.series[*id as usize])).or_default().entry(*hour).or_default();
            *total = total.checked_add(*sum)?;
        }
        for series in rater.series.iter().filter(|series| series.watched && series.kind != MeterKind::Event) {
            curve::merge(watched.levels.entry(place(series)).or_default(), &series.changes)?;
        }
        Some(watched)
    }

    /// Marks the lines whose conditions are not met. `None` when a sum leaves the range.
    pub fn exempt(&self, plan: &Plan<'_>, lines: &mut [Line]) -> Option<()> {
        for line in lines {
            let Some((price, _)) = line.price(plan) else { continue };
            for (condition, limit) in price.price.only_if.iter().zip(&price.limits) {
                let by_area = price.price.lines_by.area;
                if let Some(missing) = self.missing(plan, condition, line) {
                    line.undecided.get_or_insert(format!(
                        "nobody knows whether it is charged: the usage has no records of meter {missing}"
                    ));
                    continue;
                }
                let (is_met, text) = self.verdict(condition, *limit, line, by_area)?;
                line.note(|_| Step::new("condition", text.clone()).with("met", is_met));
                if !is_met {
                    line.exempt.get_or_insert(text);
                }
            }
        }
        Some(())
    }

    /// A level or speed that was not measured at all is not known. Events that nobody counted did not happen.
    fn missing<'c>(&self, plan: &Plan<'_>, condition: &'c Condition, line: &Line) -> Option<&'c str> {
        let is_event = |meter: &str| plan.book.meter(meter).is_some_and(|(kind, _)| kind == MeterKind::Event);
        let is_there = |name: &str| self.levels.keys().any(|(account, meter, _)| *account == line.group.account && meter == name);
        condition.meters.iter().map(String::as_str).find(|meter| !is_event(meter) && !is_there(meter))
    }

    fn verdict(&self, condition: &Condition, limit: Ratio, line: &Line, by_area: bool) -> Option<(bool, String)> {
        let found = self.quantity(&condition.meters, condition, line, by_area)?;
        let names = condition.meters.join(" + ");
        let how = condition.comparison.as_str().replace('_', " ");
        let Some(unit) = condition.unit else {
            let other = self.quantity(&condition.relative_to, condition, line, by_area)?;
            let is_met = compare(condition.comparison, found, limit.times(other)?);
            let others = condition.relative_to.join(" + ");
            let text = format!("{names} to {others} is {found} to {other}; charged only if it is {how} {}", condition.limit);
            return Some((is_met, text));
        };
        let text =
            format!("{names} is {}; charged only if it is {how} {}", words::quantity(found, unit), words::quantity(limit, unit));
        Some((compare(condition.comparison, found, limit), text))
    }

    fn quantity(&self, meters: &[String], condition: &Condition, line: &Line, by_area: bool) -> Option<Ratio> {
        let (start, end) = line.seconds;
        let is_here = |(account, meter, area): &Place| {
            *account == line.group.account && meters.contains(meter) && (!by_area || *area == line.group.area)
        };
        let mut total = Ratio::ZERO;
        for (_, sums) in self.events.iter().filter(|(place, _)| is_here(place)) {
            for (_, sum) in sums.range(start..end) {
                total = total.plus(Ratio::whole(*sum))?;
            }
        }
        let mut together = Changes::new();
        for (_, changes) in self.levels.iter().filter(|(place, _)| is_here(place)) {
            curve::merge(&mut together, changes)?;
        }
        if !together.is_empty() {
            let curve = Curve::new(&together)?;
            total = total.plus(curve::aggregate(&condition.inner, &curve.stretches(start, end))?.value)?;
        }
        Some(total)
    }
}

fn compare(comparison: Comparison, found: Ratio, limit: Ratio) -> bool {
    match comparison {
        Comparison::Above => found > limit,
        Comparison::AtLeast => found >= limit,
        Comparison::Below => found < limit,
        Comparison::AtMost => found <= limit,
    }
}
