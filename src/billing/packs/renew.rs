//! Packs that the cloud buys again by itself: at the end of their term, and when the last of a family is used up.
//!
//! A pack of the file that begins on the day of a renewal is that renewal, so a list of what the cloud really bought and
//! `auto_renew` do not buy twice.

use std::collections::BTreeSet;

use super::deduct::cover_day;
use super::held::{Held, HeldPack, least};
use super::instance::Pack;
use crate::billing::book::{Part, PartKind, Refill, YesNo};
use crate::billing::gather::RateError;
use crate::billing::lines::Line;
use crate::billing::ratio::Ratio;
use crate::model::BillingDay;

impl Held<'_> {
    /// Renews what expires up to a day, that day's midnight included.
    pub(super) fn renew_expired(&mut self, until: BillingDay) {
        let due = |held: &HeldPack| {
            held.pack.to.filter(|to| *to <= until && held.pack.auto_renew && !held.is_renewed && held.pack.refunded.is_none())
        };
        while let Some((to, index)) = (0..self.packs.len()).filter_map(|index| Some((due(&self.packs[index])?, index))).min() {
            self.packs[index].is_renewed = true;
            let family = self.packs[index].pack.family.clone();
            let allowed = !self.is_frozen(to) && self.renewals_on(&family, to) < self.plan.packs.renewals_a_day;
            if allowed && !self.has_successor(&family, to) {
                self.buy(index, to, to);
            }
        }
    }

    /// Renews the families whose last pack was used up by a day's usage. The cloud settles the day on the next one, and buys
    /// before it settles.
    pub(super) fn renew_used_up(&mut self, day: BillingDay, lines: &mut [Line]) -> Result<(), RateError> {
        let renewing = self.packs.iter().filter(|held| held.pack.auto_renew && !held.is_renewed);
        let families: BTreeSet<String> = renewing.map(|held| held.pack.family.clone()).collect();
        for family in families {
            while let Some(index) = self.used_up(&family, day, lines) {
                for held in self.packs.iter_mut().filter(|held| held.pack.family == family && held.pack.is_valid(day)) {
                    held.is_renewed = true;
                }
                let bought = day.next();
                if self.has_successor(&family, bought) {
                    break;
                }
                if self.renewals_on(&family, bought) >= self.plan.packs.renewals_a_day {
                    // Enough for a day; another day it can be renewed.
                    self.packs[index].is_renewed = false;
                    break;
                }
                let looks_back = self.plan.packs.look_back.value == YesNo::Yes;
                let Some(new) = self.buy(index, if looks_back { day } else { bought }, bought) else { break };
                if !looks_back {
                    break;
                }
                cover_day(self, &[new], lines)?;
            }
        }
        Ok(())
    }

    /// The pack that is bought again, when all packs of a family that are valid on a day are used up by the day's lines.
    fn used_up(&self, family: &str, day: BillingDay, lines: &[Line]) -> Option<usize> {
        let is_own = |held: &HeldPack| held.pack.family == family && held.pack.is_valid(day);
        let newest = (0..self.packs.len())
            .filter(|index| is_own(&self.packs[*index]) && self.packs[*index].pack.auto_renew && !self.packs[*index].is_renewed)
            .max_by_key(|index| (self.packs[*index].pack.from, *index))?;
        let is_touched = lines.iter().any(|line| {
            line.coverings.iter().any(|covering| is_own(&self.packs[covering.holding])) || self.is_open_for(newest, line)
        });
        let is_used_up = |held: (usize, &HeldPack)| held.1.is_spent || !is_own(held.1) || self.is_used_up(held.0, lines);
        (is_touched && self.packs.iter().enumerate().all(is_used_up)).then_some(newest)
    }

    /// Whether nothing more can be taken from a pack: less is left than any use takes, or usage was left open that it is for.
    /// Levels and what is filled every month are never used up.
    fn is_used_up(&self, index: usize, lines: &[Line]) -> bool {
        let Some(line) = lines.last() else { return false };
        let parts = &self.packs[index].pack.parts;
        let is_drawn = |(place, part): (usize, &Part)| {
            part.kind == PartKind::Consumable
                && part.refill == Refill::Never
                && (self.left(index, place, line) < least(part) || lines.iter().any(|line| self.is_open_for(index, line)))
        };
        !parts.is_empty() && parts.iter().enumerate().all(is_drawn)
    }

    /// Whether usage that a pack is for was left open.
    fn is_open_for(&self, index: usize, line: &Line) -> bool {
        let covers = || self.packs[index].pack.parts.iter().flat_map(|part| &part.covers);
        let open = line.open().map_or(0, Ratio::floor);
        open >= 1 && line.exempt.is_none() && covers().any(|cover| self.plan.packs.selects(cover, line))
    }

    /// Whether the file holds a pack that begins on the day of a purchase; it is then taken for that purchase.
    fn has_successor(&mut self, family: &str, day: BillingDay) -> bool {
        let is_it = |held: &&mut HeldPack| held.pack.family == family && !held.is_successor && held.pack.from == Some(day);
        self.packs.iter_mut().find(is_it).map(|held| held.is_successor = true).is_some()
    }

    fn renewals_on(&self, family: &str, day: BillingDay) -> u32 {
        let on_day = |held: &&HeldPack| held.is_renewal && held.pack.family == family && held.pack.bought == Some(day);
        self.packs.iter().filter(on_day).fold(0, |count, _| count + 1)
    }

    /// Buys the product of a pack again, at its list price; gives the place of the new pack.
    fn buy(&mut self, like: usize, from: BillingDay, bought: BillingDay) -> Option<usize> {
        let old = &self.packs.get(like)?.pack;
        let product = self.plan.book.products.iter().find(|product| Some(&product.id) == old.product.as_ref())?;
        let name = format!("{} renewed {bought}", product.id);
        let same = self.packs.iter().filter(|held| held.pack.id.starts_with(&name)).count();
        let id = if same == 0 { name } else { format!("{name} ({})", same + 1) };
        let pack = Pack {
            id,
            account: old.account.clone(),
            from: Some(from),
            to: Some(product.term.end(bought)),
            family: old.family.clone(),
            bought: Some(bought),
            auto_renew: true,
            ..Pack::instance(product)
        };
        self.packs.push(HeldPack::new(pack, true));
        Some(self.packs.len() - 1)
    }
}
