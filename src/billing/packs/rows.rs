//! Rows of packs that belong to no line of usage: purchases and refunds, what lapsed unused, and the days of licences.

use super::held::{Held, HeldPack};
use super::spread::Spread;
use crate::billing::charges::{blank, hash, rounded};
use crate::billing::words;
use crate::model::{Amount, BillingDay, Charge, RowType, Step};

/// The meter of a purchase.
const PURCHASE: &str = "purchase";
/// The meter of a refund.
const REFUND: &str = "refund";
/// The meter of what a pack held and nobody used.
const UNUSED: &str = "unused";
/// The meter of a day of a licence.
const LICENCE: &str = "licence";

/// All of them, by day, then by pack. `None` when a number leaves the range.
pub(super) fn of_packs(held: &Held<'_>) -> Option<Vec<Charge>> {
    let mut rows = Vec::new();
    for (index, own) in held.packs.iter().enumerate() {
        let is_in = |day: &BillingDay| held.first <= *day && *day < held.end;
        // A renewal of the last day is bought on the day after.
        if let Some(day) = own.pack.bought.filter(|day| is_in(day) || own.is_renewal && *day == held.end) {
            rows.push(payment(held, own, PURCHASE, day)?);
        }
        if let Some(day) = own.pack.refunded.filter(is_in) {
            rows.push(payment(held, own, REFUND, day)?);
        }
        let Some(spread) = Spread::of(held.plan, own) else { continue };
        if own.pack.parts.is_empty() {
            rows.extend(licence_days(held, own, &spread)?);
        } else {
            rows.extend(unused(held, index, own, &spread)?);
        }
    }
    rows.sort_by_key(|row| row.usage_day);
    Some(rows)
}

/// A purchase or a refund, dated and paid on its day.
fn payment(held: &Held<'_>, own: &HeldPack, meter: &str, day: BillingDay) -> Option<Charge> {
    let mut row = row(held, own, RowType::Charge, meter, day);
    let pack = &own.pack;
    let sign = |amount: Amount| if meter == REFUND { Amount { units: -amount.units, ..amount } } else { amount };
    let minus = if meter == REFUND { "-" } else { "" };
    let cost = |price: &crate::billing::Decimal| format!("{minus}{}", price.value().to_text());
    row.usage_quantity = 1;
    row.pricing_quantity = 1;
    row.unit_price = pack.list_price.as_ref().map(|price| price.as_str().to_owned());
    row.list_cost = pack.list_price.as_ref().map(cost);
    let term = match (pack.from, pack.to) {
        (Some(from), Some(to)) => format!(", {from} to {}", to.minus(1)),
        _ => String::new(),
    };
    row.tier = format!("{}{term}", pack.id);
    let Some(price) = pack.price() else {
        let reason = format!("unpriced: the price of pack {} is not known; give `paid`", pack.id);
        row.unpriced = Some(reason);
        return Some(row);
    };
    row.contracted_unit_price = pack.paid.as_ref().map(|paid| paid.as_str().to_owned());
    row.contracted_cost = Some(cost(price));
    row.billed_cost = Some(sign(rounded(held.plan, price.value())?));
    row.effective_cost = Some(Amount::zero(held.plan.book.currency));
    if held.plan.options.explain {
        let who = if own.is_renewal { "bought by auto-renewal" } else { "from the file of packs" };
        let text = format!("{meter} of pack {}, {who}: {minus}{price} {}", pack.id, held.plan.book.currency);
        row.steps.push(Step::new(meter, text).with("pack", &pack.id).with("price", price));
        let text = "its effective cost stands with what the pack covers, and with what lapses";
        row.steps.push(Step::new("effective", text));
        if let Some((name, answer)) = held.plan.packs.answer(&held.plan.packs.look_back).filter(|_| own.is_renewal) {
            row.steps.push(crate::billing::charges::switch_step(held.plan, name, answer));
        }
    }
    Some(row)
}

/// What of the first part lapsed unused, with its share of the price: levels by day, the rest of others with the last day.
fn unused(held: &Held<'_>, index: usize, own: &HeldPack, spread: &Spread<'_>) -> Option<Vec<Charge>> {
    let mut rows = Vec::new();
    let Some(part) = own.pack.parts.first() else { return Some(rows) };
    let grants = held.uses.iter().filter(|uses| uses.pack == index && uses.part == 0).flat_map(|uses| &uses.grants);
    for grant in grants.filter(|grant| grant.end <= held.end && held.first < grant.end) {
        let rest = grant.capacity.minus(grant.used()?)?;
        let (_, cost) = spread.shares(grant)?;
        if rest.floor() <= 0 && cost.units == 0 {
            continue;
        }
        let mut row = row(held, own, RowType::Pack, UNUSED, grant.end.minus(1));
        row.unit = part.unit;
        let rest = words::quantity(rest, part.unit);
        row.tier = format!("{}: {rest} unused", own.pack.id);
        spend(&mut row, cost);
        if held.plan.options.explain {
            let all = words::quantity(grant.capacity, part.unit);
            let text = format!("pack {}: {rest} of {all} lapsed unused; their share of its price is {cost}", own.pack.id);
            row.steps.push(Step::new("unused", text).with("pack", &own.pack.id).with("cost", cost.to_decimal_text()));
        }
        rows.push(row);
    }
    Some(rows)
}

/// A licence holds nothing that could be used: its price goes by days.
fn licence_days(held: &Held<'_>, own: &HeldPack, spread: &Spread<'_>) -> Option<Vec<Charge>> {
    let (Some(from), Some(to)) = (own.pack.from, own.pack.to) else { return Some(Vec::new()) };
    let days = from.max(held.first).until(to.min(held.end));
    let row = |day: BillingDay| {
        let mut row = row(held, own, RowType::Pack, LICENCE, day);
        row.usage_quantity = 1;
        row.pack_quantity = 1;
        row.tier.clone_from(&own.pack.id);
        spend(&mut row, spread.cost(day, day.next())?);
        Some(row)
    };
    days.map(row).collect()
}

/// Costs nothing more: it was paid with the pack.
fn spend(row: &mut Charge, effective: Amount) {
    row.list_cost = Some("0".to_owned());
    row.contracted_cost = row.list_cost.clone();
    row.billed_cost = Some(Amount { units: 0, ..effective });
    row.effective_cost = Some(effective);
}

/// A row of a day without quantities and money.
fn row(held: &Held<'_>, own: &HeldPack, row_type: RowType, meter: &str, day: BillingDay) -> Charge {
    let (plan, pack) = (held.plan, &own.pack);
    let id = hash(&[&plan.book.id, held.account.as_str(), meter, &pack.id, &day.to_string(), row_type.as_str()]);
    Charge {
        meter: meter.to_owned(),
        spec: pack.product.clone().unwrap_or_else(|| pack.id.clone()),
        ..blank(plan, &held.account, day, row_type, id)
    }
}
