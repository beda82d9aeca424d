//! From lines to charges: free quantities, blocks, tiers, one exact quotient each, and totals.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::book::Window;
use super::deduct::deduct;
use super::gather::RateError;
use super::lines::{Covering, Line};
use super::options::{BillMonthBasis, Settlement};
use super::plan::{Plan, PlanPrice};
use super::ratio::Ratio;
use super::tiers::{Slice, slices};
use super::{Rate, TierKind, totals, words};
use crate::model::money::AMOUNT_SCALE;
use crate::model::{Amount, BillingDay, Charge, RowType, Status, Step};

/// The counters of graduated prices and the totals of volume prices: by account, price, area,
/// specification and the period in which they run.
type Counters = BTreeMap<(usize, String, String, String, String, BillingDay), Ratio>;

/// All charges of all accounts; totals last.
pub(super) fn of_lines(plan: &Plan<'_>, mut lines: Vec<Line>) -> Result<Vec<Charge>, RateError> {
    let mut charges = Vec::with_capacity(lines.len());
    for lines in lines.chunk_by_mut(|left, right| left.account == right.account) {
        deduct(&plan.options.packs, lines)?;
        let mut counters = volume_totals(plan, lines)?;
        for line in lines {
            let failed = out_of_range(line);
            price_line(plan, line, &mut counters, &mut charges).ok_or(failed)?;
        }
    }
    let totals = totals::of_charges(&charges).ok_or_else(|| RateError::OutOfRange("a total".to_owned()))?;
    charges.extend(totals);
    Ok(charges)
}

fn out_of_range(line: &Line) -> RateError {
    let key = &line.group;
    RateError::OutOfRange(format!(
        "the charge of account {:?}, meter {}, area {:?}, spec {:?}",
        key.account, key.meter, key.area, key.spec
    ))
}

/// The counter in which a line is counted.
fn counter_key(line: &Line, price: &PlanPrice<'_>) -> Option<(usize, String, String, String, String, BillingDay)> {
    let tiers = price.price.tiers.as_ref()?;
    let pick = |by: bool, value: &str| if by { value.to_owned() } else { String::new() };
    let start = match tiers.reset {
        Window::Day => line.usage_day,
        Window::Month => line.usage_day.month().first_day(),
    };
    let (area, spec) = (pick(tiers.by_area, &line.group.area), pick(tiers.by_spec, &line.group.spec));
    Some((line.group.version, price.price.name.clone(), line.group.meter.clone(), area, spec, start))
}

/// What is priced of a line: usage less packs and free quantity, in whole blocks.
fn net(line: &Line, price: &PlanPrice<'_>) -> Option<Ratio> {
    let mut quantity = line.counted.minus(Ratio::whole(line.covered))?;
    if line.counted < Ratio::whole(price.free_below) {
        return Some(Ratio::ZERO);
    }
    quantity = quantity.minus(Ratio::whole(price.free).min(quantity))?;
    if price.block > 1 { quantity.up_to_multiple_of(Ratio::whole(price.block)) } else { Some(quantity) }
}

/// A volume price looks at the total of its counter, which has to be known before the first line.
fn volume_totals(plan: &Plan<'_>, lines: &[Line]) -> Result<Counters, RateError> {
    let mut totals = Counters::new();
    for line in lines {
        let Some((price, _)) = line.price(plan).filter(|(price, _)| price.tier_kind == TierKind::Volume) else { continue };
        let Some(key) = counter_key(line, price) else { continue };
        let failed = || out_of_range(line);
        let quantity = net(line, price).ok_or_else(failed)?;
        let total = totals.entry(key).or_insert(Ratio::ZERO);
        *total = total.plus(quantity).ok_or_else(failed)?;
    }
    Ok(totals)
}

fn price_line(plan: &Plan<'_>, line: &Line, counters: &mut Counters, charges: &mut Vec<Charge>) -> Option<()> {
    match line.price(plan) {
        None => charges.push(unpriced(plan, line)),
        Some((price, rate)) => {
            let quantity = net(line, price)?;
            let slices = line_slices(line, price, quantity, counters)?;
            for (index, slice) in slices.iter().enumerate() {
                charges.push(priced(plan, line, price, rate, slice, index == 0)?);
            }
        }
    }
    for (index, covering) in line.coverings.iter().enumerate() {
        charges.push(pack_row(plan, line, covering, index));
    }
    Some(())
}

fn line_slices(line: &Line, price: &PlanPrice<'_>, quantity: Ratio, counters: &mut Counters) -> Option<Vec<Slice>> {
    let (Some(tiers), Some(key)) = (price.price.tiers.as_ref(), counter_key(line, price)) else {
        return Some(vec![Slice { tier: 0, quantity }]);
    };
    let counter = counters.entry(key).or_insert(Ratio::ZERO);
    let slices = slices(price.tier_kind, tiers.bound, &price.bounds, *counter, quantity)?;
    if price.tier_kind == TierKind::Graduated {
        *counter = counter.plus(quantity)?;
    }
    Some(slices)
}

/// A row with everything but money.
fn row(plan: &Plan<'_>, line: &Line, row_type: RowType, slot: &str) -> Charge {
    let version = plan.versions.get(line.group.version);
    let by_month = line.price(plan).is_some_and(|(price, _)| price.by_month());
    let settlement = version.map_or(plan.options.settlement, |version| version.settlement);
    let settlement_date = match settlement {
        _ if by_month => line.usage_day.month().end_day(),
        Settlement::Month => line.usage_day.month().end_day(),
        Settlement::Day => line.usage_day.next(),
        Settlement::Hour => line.usage_day,
    };
    let status = if plan.options.mode_assumed { Status::Assumed } else { line.status };
    Charge {
        row_type,
        charge_id: charge_id(plan, line, row_type, slot),
        account: line.account.clone(),
        sub_app_id: None,
        tags: Vec::new(),
        basis: None,
        usage_day: line.usage_day,
        settlement_date,
        bill_month: match plan.basis {
            BillMonthBasis::Usage => line.usage_day.month(),
            BillMonthBasis::Deduction => settlement_date.month(),
        },
        posting_period: line.usage_day.month(),
        period: line.period,
        meter: line.group.meter.clone(),
        area: line.group.area.clone(),
        spec: line.group.spec.clone(),
        usage_quantity: line.usage.round_half_up(),
        pack_quantity: line.covered,
        pricing_quantity: 0,
        unit: line.unit,
        unit_price: None,
        tier: String::new(),
        list_cost: None,
        contracted_cost: None,
        billed_cost: None,
        effective_cost: None,
        currency: plan.book.currency,
        price_book: plan.book.id.clone(),
        price_version: version.map(|version| version.version.name.clone()).unwrap_or_default(),
        status,
        unpriced: None,
        steps: line.steps.clone(),
    }
}

/// A hash of what the row is about, never of its amount.
fn charge_id(plan: &Plan<'_>, line: &Line, row_type: RowType, slot: &str) -> String {
    let (start, end) = (line.period.start.timestamp().to_string(), line.period.end.timestamp().to_string());
    let key = &line.group;
    hash(&[&plan.book.id, &key.account, &key.meter, &key.area, &key.spec, &start, &end, slot, row_type.as_str()])
}

/// 20 hexadecimal digits over the parts of a key.
pub(super) fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..10])
}

fn unpriced(plan: &Plan<'_>, line: &Line) -> Charge {
    let key = &line.group;
    let mut charge = row(plan, line, RowType::Charge, "unpriced");
    charge.pricing_quantity = (line.counted.round_half_up()).saturating_sub(line.covered);
    charge.tier = words::UNPRICED.to_owned();
    let reason = plan.reason(key.version, &key.meter, &key.area, &key.spec);
    charge.steps.push(Step::new("unpriced", format!("unpriced: {reason}")));
    charge.unpriced = Some(format!("unpriced: {reason}"));
    charge
}

fn priced(plan: &Plan<'_>, line: &Line, price: &PlanPrice<'_>, rate: &Rate, slice: &Slice, first: bool) -> Option<Charge> {
    let graduated = price.tier_kind == TierKind::Graduated;
    let paid = Slice { quantity: slice.quantity.times(line.factor)?, ..*slice };
    // The tier that a volume reaches may change when usage is restated; the line stays the same line.
    let slot = if graduated { format!("tier {}", slice.tier + 1) } else { "all".to_owned() };
    let cost = price.price_per_base(rate, slice.tier)?.times(rate.coefficient)?.times(paid.quantity)?;
    let units = cost.times(Ratio::whole(10_i128.pow(AMOUNT_SCALE)))?.round_half_up();
    let amount = Amount { units, currency: plan.book.currency };
    let bound = price.price.tiers.as_ref().map(|tiers| tiers.bound);
    let mut charge = row(plan, line, RowType::Charge, &slot);
    if graduated {
        // Each row shows its own part; what packs, free quantity and blocks changed is shown once.
        let rest = line.usage.minus(net(line, price)?)?;
        let shown = if first { slice.quantity.plus(rest)? } else { slice.quantity };
        charge.usage_quantity = shown.round_half_up();
        charge.pack_quantity = if first { line.covered } else { 0 };
    }
    charge.pricing_quantity = paid.quantity.round_half_up();
    charge.unit_price = Some(rate.prices.get(slice.tier)?.as_str().to_owned());
    charge.tier = bound.map_or(words::FLAT.to_owned(), |bound| words::tier(bound, &price.bounds, slice.tier, price.unit));
    charge.list_cost = Some(cost.to_text());
    charge.contracted_cost = charge.list_cost.clone();
    charge.billed_cost = Some(amount);
    charge.effective_cost = Some(amount);
    explain_price(&mut charge, plan, price, rate, &paid, (cost, amount));
    Some(charge)
}

fn explain_price(
    charge: &mut Charge,
    plan: &Plan<'_>,
    price: &PlanPrice<'_>,
    rate: &Rate,
    slice: &Slice,
    (cost, amount): (Ratio, Amount),
) {
    let currency = plan.book.currency;
    let (rule, unit) = (price.price, price.unit);
    let steps = &mut charge.steps;
    for (number, text) in [(&rule.free, "free"), (&rule.free_below, "free when below"), (&rule.block, "rounded up to blocks of")]
    {
        if let Some(number) = number {
            steps.push(Step::new("free", format!("{text} {number} {}", unit.name)).with(text, number));
        }
    }
    if !price.bounds.is_empty() {
        let kind = price.tier_kind.as_str();
        let reset = rule.tiers.as_ref().map_or(Window::Day, |tiers| tiers.reset);
        let text = format!("tier ({kind}, counted per {reset}): {}", charge.tier);
        steps.push(Step::new("tier", text).with("kind", kind).with("reset", reset).with("tier", &charge.tier));
    }
    let per = if rule.per.as_str() == "1" { unit.name.to_owned() } else { format!("{} {}", rule.per, unit.name) };
    let weight = if rate.coefficient == Ratio::ONE { String::new() } else { format!(" × coefficient {}", rate.coefficient) };
    let unit_price = charge.unit_price.clone().unwrap_or_default();
    let endless = if cost.terminates() { String::new() } else { format!(" (exactly {cost})") };
    let quantity = words::quantity(slice.quantity, unit);
    let text =
        format!("list cost: {quantity} × {unit_price} {currency} per {per}{weight} = {} {currency}{endless}", cost.to_text());
    steps.push(Step::new("list", text).with("quantity", quantity).with("unit_price", unit_price).with("cost", cost.to_text()));
    let billed = amount.to_decimal_text();
    steps.push(Step::new("billed", format!("billed: rounded half up to 8 decimals: {billed} {currency}")).with("cost", billed));
    let text = format!(
        "price: book {}, version {}, item {:?}, source {} verified on {}, evidence {}",
        plan.book.id, charge.price_version, rule.name, rule.source, rule.verified_on, rule.evidence
    );
    steps.push(Step::new("source", text).with("item", &rule.name).with("source", &rule.source).with("evidence", &rule.evidence));
    if let Some(note) = &rule.note {
        steps.push(Step::new("note", format!("note: {note}")));
    }
    for answer in &price.answers {
        steps.push(Step::new("switch", format!("switch: {answer}")));
    }
    let text = format!(
        "settled on {}; bill month {} (switch: bill_month_basis = {})",
        charge.settlement_date, charge.bill_month, plan.basis
    );
    steps.push(Step::new("dates", text));
    if plan.options.mode_assumed {
        let text = format!("assumed: billing mode {}, because nobody confirmed another", plan.options.mode);
        steps.push(Step::new("assumed", text));
    }
}

/// What one allowance took over of the line above. Costs nothing: it was paid with the pack.
fn pack_row(plan: &Plan<'_>, line: &Line, covering: &Covering, index: usize) -> Charge {
    let mut charge = row(plan, line, RowType::Pack, &format!("{} part {} cover {index}", covering.pack, covering.part + 1));
    charge.usage_quantity = covering.usage;
    charge.pack_quantity = covering.usage;
    charge.tier = format!("{}: {} left", covering.pack, words::quantity(covering.left, covering.unit));
    charge.list_cost = Some("0".to_owned());
    charge.contracted_cost = charge.list_cost.clone();
    charge.billed_cost = Some(Amount::zero(plan.book.currency));
    charge.effective_cost = charge.billed_cost;
    let (usage, coefficient) = (words::quantity(Ratio::whole(covering.usage), line.unit), covering.coefficient);
    let (taken, left) = (words::quantity(covering.taken, covering.unit), words::quantity(covering.left, covering.unit));
    let text = format!("pack {}: {usage} × {coefficient} = {taken} taken, {left} left", covering.pack);
    let step = Step::new("pack", text).with("pack", &covering.pack).with("usage", usage).with("coefficient", coefficient);
    charge.steps = vec![step.with("taken", taken).with("left", left)];
    charge
}
