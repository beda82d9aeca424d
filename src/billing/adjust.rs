//! What a contract settles for a month after its lines are rated: minimum, cap, rebate, in this order. Each sees the month
//! as the one before left it, and is a line of its own.

use std::collections::BTreeMap;

use super::charges::{Span, bill_month, blank, hash, rounded};
use super::contract::{Adjustment, AdjustmentKind, Contract};
use super::plan::Plan;
use super::ratio::Ratio;
use crate::model::money::AMOUNT_SCALE;
use crate::model::{AccountId, Amount, BillingMonth, Charge, RowType, Step};

/// The lines that the contract adds to the charges of one account, in every month that the run is about, used or not. `None` when
/// a sum leaves the range.
pub(super) fn of_charges(plan: &Plan<'_>, account: &AccountId, run: Option<Span>, charges: &[Charge]) -> Option<Vec<Charge>> {
    let Some(contract) = plan.options.contract.as_ref().filter(|contract| contract.is_with(account.as_str())) else {
        return Some(Vec::new());
    };
    let mut months: BTreeMap<BillingMonth, Vec<&Charge>> = BTreeMap::new();
    if let Some(run) = run.filter(|run| run.first < run.end) {
        let all = std::iter::successors(Some(run.first.month()), |month| Some(month.next()));
        months.extend(all.take_while(|month| month.first_day() < run.end).map(|month| (month, Vec::new())));
    }
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
            let amount = change(plan, adjustment, sum)?;
            if amount.units != 0 {
                let mut line = line(plan, account, contract, adjustment, month, (sum, amount));
                line.status = charges.iter().map(|charge| charge.status).min().unwrap_or(line.status);
                added.push(line);
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

/// A line of a month: what its lines come to, and by how much that changes.
fn line(
    plan: &Plan<'_>,
    account: &AccountId,
    contract: &Contract,
    adjustment: &Adjustment,
    month: BillingMonth,
    (sum, amount): (i128, Amount),
) -> Charge {
    let usage_day = month.end_day().minus(1);
    let settlement_date = month.end_day();
    let id = hash(&[&plan.book.id, account.as_str(), &contract.id, &adjustment.name, &month.to_string()]);
    Charge {
        settlement_date,
        bill_month: bill_month(plan, usage_day, settlement_date),
        period: month.period(),
        meter: adjustment.kind.meter().to_owned(),
        spec: adjustment.name.clone(),
        contracted_cost: Ratio::new(amount.units, 10_i128.pow(AMOUNT_SCALE)).map(Ratio::to_text),
        billed_cost: Some(amount),
        effective_cost: Some(amount),
        steps: if plan.options.explain { vec![step(contract, adjustment, sum, amount)] } else { Vec::new() },
        ..blank(plan, account, usage_day, RowType::Charge, id)
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
