//! Why a month cost more or less than the one before.
//!
//! Item by item (meter, area, specification) one thing after the other is changed from what it was to what it is, in a fixed order, and
//! what the cost moves by is that thing's effect: the number of days, the meter's volume a day, the item's part in its meter, how much packs
//! cover, prices of the same tiers. What is left is the tiers'. So the effects of an item add up to the difference, to the last decimal.

use std::collections::{BTreeMap, BTreeSet};

use crate::billing::{Decimal, Ratio};
use crate::ledger::BridgePart;
use crate::model::{Amount, BillingDay, Charge, Currency, RowType};

/// The effects, in the order in which they are worked out.
pub const EFFECTS: [&str; 7] = ["days", "volume", "mix", "pack cover", "tier", "price", "one-off"];

/// What an item was in a month.
#[derive(Debug, Default)]
struct Side {
    used: i128,
    covered: i128,
    /// In 10⁻⁸.
    cost: i128,
    days: BTreeSet<BillingDay>,
    /// For each tier, what was charged in it and at which price.
    tiers: BTreeMap<String, (i128, Option<Decimal>)>,
    /// What no usage stands behind.
    one_off: i128,
}

/// A meter over all its areas and specifications.
#[derive(Default)]
struct Whole {
    used: i128,
    days: BTreeSet<BillingDay>,
}

type ItemKey = (Currency, [String; 3]);

/// The effects of each item that cost something in either month.
pub fn between(before: &[Charge], now: &[Charge]) -> Vec<BridgePart> {
    let (mut items, mut wholes) = (BTreeMap::new(), BTreeMap::new());
    read(before, 0, &mut items, &mut wholes);
    read(now, 1, &mut items, &mut wholes);
    let nothing = <[Whole; 2]>::default();
    let mut parts = Vec::new();
    for ((currency, item), sides) in items {
        let whole = wholes.get(&(currency, item[0].clone())).unwrap_or(&nothing);
        let effects = effects(&sides, whole);
        for (effect, units) in EFFECTS.into_iter().zip(effects).filter(|(_, units)| *units != 0) {
            parts.push(BridgePart { item: item.clone(), effect, amount: Amount { units, currency } });
        }
    }
    parts
}

fn read(
    charges: &[Charge],
    side: usize,
    items: &mut BTreeMap<ItemKey, [Side; 2]>,
    wholes: &mut BTreeMap<(Currency, String), [Whole; 2]>,
) {
    for charge in charges.iter().filter(|charge| charge.row_type == RowType::Charge) {
        // What has no price is in no total, and so in no difference.
        let Some(cost) = charge.billed_cost.map(|amount| amount.units) else { continue };
        let key = (charge.currency, [&charge.meter, &charge.area, &charge.spec].map(|text| text.to_owned()));
        let own = &mut items.entry(key).or_default()[side];
        if charge.usage_quantity == 0 && charge.pack_quantity == 0 && charge.pricing_quantity == 0 {
            own.one_off += cost;
            continue;
        }
        // Each tier of a line carries the whole line's usage once: what was used is what was priced and what packs took.
        let used = charge.pricing_quantity + charge.pack_quantity;
        own.used += used;
        own.covered += charge.pack_quantity;
        own.cost += cost;
        own.days.insert(charge.usage_day);
        let price = charge.contracted_unit_price.as_ref().or(charge.unit_price.as_ref());
        let tier = own.tiers.entry(charge.tier.clone()).or_default();
        tier.0 += cost;
        tier.1 = price.and_then(|price| price.parse().ok());
        let whole = &mut wholes.entry((charge.currency, charge.meter.clone())).or_default()[side];
        whole.used += used;
        whole.days.insert(charge.usage_day);
    }
}

/// The effects of one item, in the order of [`EFFECTS`].
fn effects([before, now]: &[Side; 2], [whole_before, whole_now]: &[Whole; 2]) -> [i128; 7] {
    let one_off = now.one_off - before.one_off;
    let base = before.cost;
    // What the cost is after each change; a step that cannot be told (there was nothing before) leaves it as it was.
    let scaled = |by: Option<Ratio>, or: i128| by.and_then(|by| Ratio::whole(base).times(by)).map_or(or, Ratio::round_half_up);
    let over = |above: i128, below: i128| Ratio::new(above, below).filter(|_| below > 0);
    let days = |side: &Whole| i128::try_from(side.days.len()).unwrap_or_default();
    let after_days = scaled(over(days(whole_now), days(whole_before)), base);
    let after_volume = scaled(over(whole_now.used, whole_before.used), after_days);
    let after_mix = scaled(over(now.used, before.used), if before.used == 0 { 0 } else { after_volume });
    let (open_before, open_now) = (before.used - before.covered, now.used - now.covered);
    // Packs covered all of it, and now do not, or there was nothing: at today's prices, since there are no others.
    let after_cover = if open_before > 0 { scaled(over(open_now, open_before), after_mix) } else { now.cost };
    let (after_mix, after_cover) = if before.used == 0 {
        // A new item: its meter's growth where the meter is new as well, else a part that was not there.
        (now.cost, now.cost)
    } else {
        (after_mix, after_cover)
    };
    let after_volume = if before.used == 0 && whole_before.used == 0 { now.cost } else { after_volume };
    // At the prices of before for the tiers that were there.
    let price: i128 =
        now.tiers.iter().map(|(tier, (cost, price))| price_effect(*cost, price.as_ref(), before.tiers.get(tier))).sum();
    let left = now.cost - after_cover;
    // Without tiers, what is left is the price's: a change of price, and of roundings.
    let tiered = now.tiers.len() > 1 || before.tiers.len() > 1 || now.tiers.keys().ne(before.tiers.keys());
    let price = if tiered && before.used > 0 && open_before > 0 { price } else { left };
    let (days, volume, mix) = (after_days - base, after_volume - after_days, after_mix - after_volume);
    [days, volume, mix, after_cover - after_mix, left - price, price, one_off]
}

/// How much of a tier's cost is there because its price changed.
fn price_effect(cost: i128, now: Option<&Decimal>, before: Option<&(i128, Option<Decimal>)>) -> i128 {
    let old = before.and_then(|(_, price)| price.as_ref());
    let (Some(now), Some(old)) = (now.map(Decimal::value), old.map(Decimal::value)) else { return 0 };
    if now == old || now == Ratio::ZERO {
        return 0;
    }
    let at_old = old.over(now).and_then(|ratio| Ratio::whole(cost).times(ratio)).map(Ratio::round_half_up);
    at_old.map_or(0, |at_old| cost - at_old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn side() -> impl Strategy<Value = Side> {
        let tier = (0..3_usize, 0..1_000_000_000_000_i128, proptest::option::of(1..500_u32));
        let tiers = proptest::collection::vec(tier, 0..4);
        (0..10_i128.pow(15), 0..=100_i128, tiers, 0..31_u32, -1_000..1_000_i128).prop_map(
            |(used, percent, tiers, days, one_off)| {
                let mut side = Side { used, covered: used * percent / 100, one_off, ..Side::default() };
                for (name, cost, price) in tiers {
                    let price = price.and_then(|price| format!("0.{price:03}").parse().ok());
                    side.cost += cost;
                    side.tiers.entry(name.to_string()).or_default().0 += cost;
                    side.tiers.entry(name.to_string()).or_default().1 = price;
                }
                let day = |number: u32| format!("2026-10-{:02}", number + 1).parse().ok();
                side.days = (0..days).filter_map(day).collect();
                side
            },
        )
    }

    proptest! {
        #[test]
        fn effects_add_up_to_the_difference(before in side(), now in side(), more in 0..10_i128.pow(15)) {
            let whole = |side: &Side| Whole { used: side.used + more, days: side.days.clone() };
            let wholes = [whole(&before), whole(&now)];
            let difference = now.cost + now.one_off - before.cost - before.one_off;
            prop_assert_eq!(effects(&[before, now], &wholes).iter().sum::<i128>(), difference);
        }
    }
}
