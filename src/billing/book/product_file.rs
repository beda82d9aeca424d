//! From TOML to products: `[[product]]`, `[[allowance]]` and `[packs]` of a price book.

use super::product::{Allowance, Cover, PackRules, Part, PartKind, Product, Refill};
use super::reader::{Keys, choice};
use super::{Choice, SwitchRule};
use crate::billing::contract::Stretch;
use crate::billing::ratio::Ratio;
use crate::model::Unit;

/// The `[packs]` table; what it leaves out has its default.
pub(super) fn pack_rules(keys: &Keys<'_>, switches: &[SwitchRule]) -> PackRules {
    let mut rules = PackRules::default();
    let Some(keys) = keys.table("packs") else { return rules };
    set(&mut rules.order, choice(&keys, "order", switches));
    set(&mut rules.overflow_tier, choice(&keys, "overflow_tier", switches));
    set(&mut rules.under_monthly, choice(&keys, "under_monthly", switches));
    set(&mut rules.renew_covers_day_before, choice(&keys, "renew_covers_day_before", switches));
    if let Some(number) = keys.optional_integer("renewals_a_day") {
        match u32::try_from(number) {
            Ok(number) if (1..=1_000).contains(&number) => rules.renewals_a_day = number,
            _ => keys.problem("renewals_a_day", "expected 1 to 1000"),
        }
    }
    keys.finish();
    rules
}

fn set<T>(rule: &mut Choice<T>, found: Option<Choice<T>>) {
    if let Some(found) = found {
        *rule = found;
    }
}

/// What several products cover alike.
pub(super) fn allowance(keys: &Keys<'_>) -> Option<Allowance> {
    let (id, kind) = (keys.text("id"), keys.parsed("kind"));
    let (refill, covers) = (refill(keys, kind), covers(keys));
    keys.finish();
    Some(Allowance { id: id?, kind: kind?, refill, covers })
}

pub(super) fn product(keys: &Keys<'_>, allowances: &[Allowance]) -> Option<Product> {
    let (id, title, term) = (keys.text("id"), keys.text("title"), keys.parsed("term"));
    let refund_days = keys.optional_integer("refund_days").and_then(|days| {
        let days = u32::try_from(days).ok().filter(|days| *days <= 3_660);
        if days.is_none() {
            keys.problem("refund_days", "expected a number of days; leave it out where a product cannot be given back");
        }
        days
    });
    let (family, price) = (keys.optional_text("family"), keys.optional_parsed("price"));
    let parts: Vec<Part> = keys.tables("part").iter().filter_map(|part| parse_part(part, allowances)).collect();
    keys.finish();
    let id = id?;
    Some(Product { family: family.unwrap_or_else(|| id.clone()), id, title: title?, price, term: term?, refund_days, parts })
}

/// One allowance, of a product or of a pack described in full.
pub(in crate::billing) fn parse_part(keys: &Keys<'_>, allowances: &[Allowance]) -> Option<Part> {
    let (unit, capacity) = (keys.parsed::<Unit>("unit"), keys.text("capacity"));
    let capacity = unit
        .zip(capacity)
        .and_then(|(unit, text)| unit.to_base(&text).map_err(|error| keys.problem("capacity", &error.to_string())).ok());
    if capacity == Some(0) {
        keys.problem("capacity", "must be above zero");
    }
    let (kind, refill, covers) = match keys.optional_text("allowance") {
        Some(name) => {
            let Some(known) = allowances.iter().find(|allowance| allowance.id == name) else {
                keys.problem("allowance", &format!("there is no [[allowance]] {name:?} in the price book"));
                return None;
            };
            (Some(known.kind), known.refill, known.covers.clone())
        }
        None => {
            let kind = keys.parsed("kind");
            (kind, refill(keys, kind), covers(keys))
        }
    };
    keys.finish();
    Some(Part { kind: kind?, capacity: capacity.filter(|capacity| *capacity > 0)?, unit: unit?, refill, covers })
}

fn refill(keys: &Keys<'_>, kind: Option<PartKind>) -> Refill {
    let refill = keys.optional_parsed("refill").unwrap_or(Refill::Never);
    if kind == Some(PartKind::Level) && refill != Refill::Never {
        keys.problem("refill", "is for consumables; a level covers every day anew");
    }
    refill
}

fn covers(keys: &Keys<'_>) -> Vec<Cover> {
    let covers: Vec<Cover> = keys.tables("covers").iter().filter_map(cover).collect();
    if covers.is_empty() {
        keys.problem("covers", "name what is covered: covers = [{ meter = \"storage\" }]");
    }
    covers
}

fn cover(keys: &Keys<'_>) -> Option<Cover> {
    let meters = keys.texts("meter");
    if meters.is_empty() {
        keys.problem("meter", "name the meters");
    }
    let coefficient = keys.optional_parsed("coefficient").unwrap_or(Ratio::ONE);
    if coefficient == Ratio::ZERO {
        keys.problem("coefficient", "must be above zero");
        return None;
    }
    let cover = Cover {
        meters,
        areas: keys.texts("area"),
        specs: keys.texts("spec"),
        days: Stretch::parse(keys),
        when: keys.pairs("when"),
        coefficient,
    };
    keys.finish();
    Some(cover)
}
