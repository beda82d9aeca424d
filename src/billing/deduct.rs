//! Packs take their part of the aggregated quantity, before tiers.
//!
//! In order: by period, then by pack as listed, then by the selectors of its allowance as listed, then by
//! the order of the output. So the same usage and packs always give the same lines.

use std::collections::BTreeMap;

use super::book::{Cover, Part, PartKind, Refill};
use super::gather::RateError;
use super::lines::{Covering, Line};
use super::pack::Pack;
use super::ratio::Ratio;
use super::words;
use crate::model::{BillingMonth, Step};

/// Which fill of an allowance: consumables keep one balance, or one a month.
type Balances = BTreeMap<(usize, usize, Option<BillingMonth>), Ratio>;

/// Lets packs cover lines. Lines must belong to one account and be sorted by period.
pub(super) fn deduct(packs: &[Pack], lines: &mut [Line]) -> Result<(), RateError> {
    let mut balances = Balances::new();
    let same_period = |left: &Line, right: &Line| left.period == right.period;
    for lines in lines.chunk_by_mut(same_period) {
        for (index, pack) in packs.iter().enumerate() {
            for (place, part) in pack.parts.iter().enumerate() {
                cover_period(pack, (index, place), part, &mut balances, lines)
                    .ok_or_else(|| RateError::OutOfRange(format!("the deduction from pack {:?}", pack.id)))?;
            }
        }
    }
    Ok(())
}

fn cover_period(pack: &Pack, key: (usize, usize), part: &Part, balances: &mut Balances, lines: &mut [Line]) -> Option<()> {
    let Some(first) = lines.first() else { return Some(()) };
    let month = match (part.kind, part.refill) {
        (PartKind::Consumable, Refill::Never) => None,
        _ => Some(first.usage_day.month()),
    };
    let full = Ratio::whole(part.capacity);
    let mut left = match part.kind {
        PartKind::Level => full,
        PartKind::Consumable => *balances.entry((key.0, key.1, month)).or_insert(full),
    };
    for cover in &part.covers {
        for line in lines.iter_mut().filter(|line| pack.covers(&line.account, line.usage_day) && matches(cover, line)) {
            left = take(pack, key.1, part, cover, line, left)?;
        }
    }
    if part.kind == PartKind::Consumable {
        balances.insert((key.0, key.1, month), left);
    }
    Some(())
}

fn matches(cover: &Cover, line: &Line) -> bool {
    let has = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item == value);
    cover.meters.contains(&line.group.meter) && has(&cover.areas, &line.group.area) && has(&cover.specs, &line.group.spec)
}

/// Covers as much of a line as is left, in whole base units of usage.
fn take(pack: &Pack, part: usize, allowance: &Part, cover: &Cover, line: &mut Line, left: Ratio) -> Option<Ratio> {
    let open = line.counted.minus(Ratio::whole(line.covered))?;
    // Up to the next whole base unit where all of it can be covered, else only what is whole.
    let most = left.over(cover.coefficient)?;
    let usage = if open <= most { open.floor() } else { most.floor() };
    if usage <= 0 {
        return Some(left);
    }
    let taken = Ratio::whole(usage).times(cover.coefficient)?;
    let left = left.minus(taken)?;
    line.covered = line.covered.checked_add(usage)?;
    let unit = allowance.unit;
    line.note(|line| {
        let (used, taken) = (words::quantity(Ratio::whole(usage), line.unit), words::quantity(taken, unit));
        let left = words::quantity(left, unit);
        let text = format!("pack {} covers {used} × {} = {taken} of its allowance; {left} left", pack.id, cover.coefficient);
        Step::new("pack", text).with("pack", &pack.id).with("usage", used).with("left", left)
    });
    line.coverings.push(Covering { pack: pack.id.clone(), part, unit, usage, taken, left, coefficient: cover.coefficient });
    Some(left)
}
