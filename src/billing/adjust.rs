//! What a contract settles for a month after its lines are rated: minimum, cap, rebate, in this order. Each sees the month
//! as the one before left it, and is a line of its own.

use std::collections::BTreeMap;

use super::charges::{bill_month, hash, rounded};
use super::contract::{Adjustment, AdjustmentKind, Contract};
use super::plan::Plan;
use super::ratio::Ratio;
use crate::model::money::AMOUNT_SCALE;
use crate::model::{Amount, BillingMonth, Charge, RowType, Status, Step, Unit};

/// The lines that the contract adds to the charges of one account. `None` when a sum leaves the range.
pub(super) fn of_charges(plan: &Plan<'_>, charges: &[Charge]) -> Option<Vec<Charge>> {
    let (Some(contract), Some(first)) = (&plan.options.contract, charges.first()) else { return Some(Vec::new()) };
    if !contract.is_with(first.account.as_str()) {
        return Some(Vec::new());
    }
    let mut months: BTreeMap<BillingMonth, Vec<&Charge>> = BTreeMap::new();
    for charge in charges.iter().filter(|charge| charge.row_type == RowType::Charge) {
        months.entry(charge.posting_period).or_default().push(charge);
    }
    let mut added: Vec<Charge> = Vec::new();
    for (month, charges) in months {
        for adjustment in contract.settlements.iter().filter(|adjustment| adjustment.days.holds_on(month.first_day())) {
            let counts = |charge: &&&Charge| adjustment.meters.is_empty() || adjustment.meters.contains(&charge.meter);
            let base = charges.iter().filter(counts).filter_map(|charge| charge.billed_cost);
            let before = added.iter().filter(|charge| charge.posting_period == month && adjustment.meters.is_empty());
            let sum = base
                .chain(before.filter_map(|charge| charge.billed_cost))
                .try_fold(0_i128, |sum, cost| sum.checked_add(cost.units))?;
            let status = charges.iter().map(|charge| charge.status).min()?;
            let amount = change(plan, adjustment, sum)?;
            if amount.units != 0 {
                added.push(line(plan, contract, adjustment, first, month, sum, amount, status));
            }
        }
    }
    Some(added)
}

/// By how much the month's sum changes.
fn change(plan: &Plan<'_>, adjustment: &Adjustment, sum: i128) -> Option<Amount> {
    let limit = rounded(plan, adjustment.amount.value())?.units;
    let units = match adjustment.kind {
        AdjustmentKind::Minimum => limit.checked_sub(sum)?.max(0),
        AdjustmentKind::Cap => limit.checked_sub(sum)?.min(0),
        AdjustmentKind::RebateAbove => back(adjustment.share, sum.checked_sub(limit)?.max(0))?,
        AdjustmentKind::RebateOfAll => back(adjustment.share, if sum > limit { sum } else { 0 })?,
    };
    Some(Amount { units, currency: plan.book.currency })
}

fn back(share: Ratio, units: i128) -> Option<i128> {
    share.times(Ratio::whole(units))?.round_half_up().checked_neg()
}

#[expect(clippy::too_many_arguments, reason = "a line is made of all of them, once")]
fn line(
    plan: &Plan<'_>,
    contract: &Contract,
    adjustment: &Adjustment,
    like: &Charge,
    month: BillingMonth,
    sum: i128,
    amount: Amount,
    status: Status,
) -> Charge {
    let usage_day = month.end_day().minus(1);
    let settlement_date = month.end_day();
    let meter = adjustment.kind.meter();
    let text = Ratio::new(amount.units, 10_i128.pow(AMOUNT_SCALE)).map(Ratio::to_text);
    Charge {
        row_type: RowType::Charge,
        charge_id: hash(&[&plan.book.id, like.account.as_str(), &contract.id, &adjustment.name, &month.to_string()]),
        usage_day,
        settlement_date,
        bill_month: bill_month(plan, usage_day, settlement_date),
        posting_period: month,
        period: month.period(),
        meter: meter.to_owned(),
        area: String::new(),
        spec: adjustment.name.clone(),
        usage_quantity: 0,
        pack_quantity: 0,
        pricing_quantity: 0,
        unit: Unit::COUNT,
        unit_price: None,
        contracted_unit_price: None,
        tier: String::new(),
        list_cost: None,
        contracted_cost: text,
        billed_cost: Some(amount),
        effective_cost: Some(amount),
        price_version: like.price_version.clone(),
        status,
        unpriced: None,
        steps: if plan.options.explain { vec![step(contract, adjustment, sum, amount)] } else { Vec::new() },
        ..like.clone()
    }
}

fn step(contract: &Contract, adjustment: &Adjustment, sum: i128, amount: Amount) -> Step {
    let before = Amount { units: sum, ..amount };
    let rule = match adjustment.kind {
        AdjustmentKind::Minimum => format!("at least {}", adjustment.amount),
        AdjustmentKind::Cap => format!("at most {}", adjustment.amount),
        AdjustmentKind::RebateAbove => format!("{} of what is above {} is given back", adjustment.share, adjustment.amount),
        AdjustmentKind::RebateOfAll => format!("{} of all is given back above {}", adjustment.share, adjustment.amount),
    };
    let text =
        format!("contract {}, {:?}: {rule}; the month's lines come to {before}, so {amount}", contract.id, adjustment.name);
    Step::new("contract", text).with("before", before.to_decimal_text()).with("amount", amount.to_decimal_text())
}
