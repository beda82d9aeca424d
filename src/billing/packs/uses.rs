//! What was taken from each allowance, fill by fill: a level's day, a month's refill, or all of a consumable.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::held::Held;
use crate::billing::book::{Part, PartKind, Refill};
use crate::billing::lines::Line;
use crate::billing::ratio::Ratio;
use crate::model::BillingDay;

/// What was taken from one part of one pack.
#[derive(Clone, Debug)]
pub(in crate::billing) struct PartUse {
    /// The place of the pack, and of the part in it.
    pub pack: usize,
    pub part: usize,
    /// In the order of days.
    pub grants: Vec<Grant>,
}

/// A stretch of days with an allowance of its own. Of levels and refills only those that the run is about.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Grant {
    pub first: BillingDay,
    /// The first day after; the calendar's last where the pack has no end.
    pub end: BillingDay,
    /// In base units of the allowance; for a level times days.
    pub capacity: Ratio,
    /// What had been used before the run.
    pub used_before: Ratio,
    pub takes: Vec<Take>,
}

/// What one covering of a line took of a grant.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Take {
    pub line: usize,
    pub covering: usize,
    pub day: BillingDay,
    pub taken: Ratio,
}

impl Grant {
    /// What had been used at the end of a day.
    pub fn used_by(&self, day: BillingDay) -> Option<Ratio> {
        let takes = self.takes.iter().filter(|take| take.day <= day);
        takes.map(|take| take.taken).try_fold(self.used_before, Ratio::plus)
    }

    /// All that was used.
    pub fn used(&self) -> Option<Ratio> {
        self.used_by(BillingDay::new(NaiveDate::MAX))
    }

    /// What can be used: more than the allowance only where lines of different lengths draw on the same level.
    pub fn whole(&self) -> Option<Ratio> {
        self.used().map(|used| used.max(self.capacity))
    }
}

/// Sorts what lines took. `None` when a sum leaves the range.
pub(super) fn of_lines(held: &Held<'_>, lines: &[Line]) -> Option<Vec<PartUse>> {
    let mut uses: BTreeMap<(usize, usize), BTreeMap<BillingDay, Grant>> = BTreeMap::new();
    for (pack, own) in held.packs.iter().enumerate() {
        for (place, part) in own.pack.parts.iter().enumerate() {
            let grants = grants(held, pack, place, part);
            uses.insert((pack, place), grants.into_iter().map(|grant| (grant.first, grant)).collect());
        }
    }
    for (index, line) in lines.iter().enumerate() {
        for (place, covering) in line.coverings.iter().enumerate() {
            let grants = uses.get_mut(&(covering.holding, covering.part))?;
            let is_level = held.packs[covering.holding].pack.parts.get(covering.part)?.kind == PartKind::Level;
            for (day, taken) in shares(line, covering.taken, is_level)? {
                if let Some((_, grant)) = grants.range_mut(..=day).next_back().filter(|(_, grant)| day < grant.end) {
                    grant.takes.push(Take { line: index, covering: place, day, taken });
                }
            }
        }
    }
    Some(uses.into_iter().map(|((pack, part), grants)| PartUse { pack, part, grants: grants.into_values().collect() }).collect())
}

const SECONDS_PER_DAY: i64 = 86_400;

/// What a covering takes of the allowance of each day: a level holds for the line's period, of consumables something is gone.
fn shares(line: &Line, taken: Ratio, is_level: bool) -> Option<Vec<(BillingDay, Ratio)>> {
    if !is_level {
        return Some(vec![(line.usage_day, taken)]);
    }
    let seconds = line.seconds.1 - line.seconds.0;
    if seconds < SECONDS_PER_DAY {
        return Some(vec![(line.usage_day, taken.times(Ratio::new(seconds.into(), SECONDS_PER_DAY.into())?)?)]);
    }
    let days = u64::try_from(seconds / SECONDS_PER_DAY).ok()?;
    Some(line.usage_day.next().minus(days).until(line.usage_day.next()).map(|day| (day, taken)).collect())
}

fn grants(held: &Held<'_>, pack: usize, place: usize, part: &Part) -> Vec<Grant> {
    let own = &held.packs[pack].pack;
    let begin = own.from.unwrap_or(held.first);
    let end = own.end().unwrap_or(BillingDay::new(NaiveDate::MAX));
    let (first, last) = (begin.max(held.first), end.min(held.end));
    let capacity = Ratio::whole(part.capacity);
    let before = Ratio::whole(own.used.get(place).copied().unwrap_or(0));
    let grant = |first, end, used_before| Grant { first, end, capacity, used_before, takes: Vec::new() };
    match (part.kind, part.refill) {
        (PartKind::Level, _) => first.until(last).map(|day| grant(day, day.next(), Ratio::ZERO)).collect(),
        (PartKind::Consumable, Refill::Never) if begin < end => vec![grant(begin, end, before)],
        (PartKind::Consumable, Refill::Never) => Vec::new(),
        (PartKind::Consumable, Refill::Month) => {
            let months = std::iter::successors(Some(first.month()), |month| Some(month.next()));
            let months = months.take_while(|month| month.first_day() < last);
            months
                .map(|month| {
                    let used = if month == held.first.month() { before } else { Ratio::ZERO };
                    grant(month.first_day().max(begin), month.end_day().min(end), used)
                })
                .filter(|grant| grant.first < grant.end)
                .collect()
        }
    }
}
