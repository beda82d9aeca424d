//! What usage under a pack cost: the pack's price, spread over what it covered.
//!
//! The price belongs to the pack's first part. A level's price is spread evenly over the days of the term, and a day's share
//! over what was covered on it; so is a monthly refill's, month by month; a consumable's over what is taken from it. Every
//! sum is rounded as it grows, so the parts of a price add up to it exactly.

use super::held::{Held, HeldPack};
use super::uses::{Grant, PartUse};
use crate::billing::book::{PartKind, Refill};
use crate::billing::charges::rounded;
use crate::billing::lines::Line;
use crate::billing::plan::Plan;
use crate::billing::ratio::Ratio;
use crate::model::{Amount, BillingDay};

/// A price by the days of a term, or as a whole.
pub(super) struct Spread<'p> {
    plan: &'p Plan<'p>,
    price: Ratio,
    /// First day and number of days; `None` where the price goes by quantity.
    days: Option<(BillingDay, i128)>,
}

impl<'p> Spread<'p> {
    /// `None` where price or term are not known, and for what was given back.
    pub fn of(plan: &'p Plan<'p>, held: &HeldPack) -> Option<Self> {
        let pack = &held.pack;
        let price = pack.price()?.value();
        if pack.refunded.is_some() {
            return None;
        }
        let by_quantity =
            pack.parts.first().is_some_and(|part| part.kind == PartKind::Consumable && part.refill == Refill::Never);
        if by_quantity {
            return Some(Self { plan, price, days: None });
        }
        let (from, to) = pack.from.zip(pack.to)?;
        Some(Self { plan, price, days: Some((from, days_between(from, to))) })
    }

    /// The part of the price that belongs to the days `[first, end)`.
    pub fn cost(&self, first: BillingDay, end: BillingDay) -> Option<Amount> {
        let Some((from, count)) = self.days else { return rounded(self.plan, self.price) };
        let until = |day| rounded(self.plan, self.price.times(Ratio::new(days_between(from, day), count)?)?);
        let (before, after) = (until(first)?, until(end)?);
        Some(Amount { units: after.units.checked_sub(before.units)?, ..after })
    }

    /// What each take of a grant cost, and what is left for what nobody used.
    pub fn shares(&self, grant: &Grant) -> Option<(Vec<Amount>, Amount)> {
        let cost = self.cost(grant.first, grant.end)?;
        let (whole, mut used) = (grant.whole()?, grant.used_before);
        let until = |used: Ratio| Some(Ratio::whole(cost.units).times(used.over(whole)?)?.round_half_up());
        let mut before = until(used)?;
        let mut shares = Vec::with_capacity(grant.takes.len());
        for take in &grant.takes {
            used = used.plus(take.taken)?;
            let after = until(used)?;
            shares.push(Amount { units: after - before, ..cost });
            before = after;
        }
        Some((shares, Amount { units: cost.units - before, ..cost }))
    }
}

fn days_between(first: BillingDay, end: BillingDay) -> i128 {
    end.date().signed_duration_since(first.date()).num_days().into()
}

/// Writes into every covering what it cost. `None` when a number leaves the range.
pub(super) fn over_lines(held: &Held<'_>, lines: &mut [Line]) -> Option<()> {
    for PartUse { pack, part, grants } in &held.uses {
        let Some(spread) = Spread::of(held.plan, &held.packs[*pack]) else { continue };
        for grant in grants {
            // Only the first part has a price; what others cover costs nothing more.
            let shares = if *part == 0 { spread.shares(grant)?.0 } else { Vec::new() };
            for (index, take) in grant.takes.iter().enumerate() {
                let covering = lines.get_mut(take.line)?.coverings.get_mut(take.covering)?;
                let share = shares.get(index).map_or(0, |share| share.units);
                let before = covering.effective.map_or(0, |before| before.units);
                let units = before.checked_add(share)?;
                covering.effective = Some(Amount { units, currency: held.plan.book.currency });
            }
        }
    }
    Some(())
}
