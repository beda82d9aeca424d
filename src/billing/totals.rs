//! One total per account and currency. Totals add the rounded rows, so parts always add up to them.

use std::collections::BTreeMap;

use super::charges::hash;
use super::ratio::Ratio;
use super::words;
use crate::model::{AccountId, Amount, Charge, Currency, Period, RowType, Step, Unit};

/// The totals of rows, by account and currency. `None` when a sum leaves the range.
pub(super) fn of_charges(charges: &[Charge]) -> Option<Vec<Charge>> {
    let mut groups: BTreeMap<(&AccountId, Currency), Vec<&Charge>> = BTreeMap::new();
    for charge in charges {
        groups.entry((&charge.account, charge.currency)).or_default().push(charge);
    }
    groups.into_values().map(|rows| total(&rows)).collect()
}

fn total(rows: &[&Charge]) -> Option<Charge> {
    let first = *rows.first()?;
    let mut billed = Amount::zero(first.currency);
    let mut effective = Amount::zero(first.currency);
    for row in rows.iter().filter_map(|row| row.billed_cost) {
        billed = billed.checked_add(row)?;
    }
    for row in rows.iter().filter_map(|row| row.effective_cost) {
        effective = effective.checked_add(row)?;
    }
    let unpriced = rows.iter().filter(|row| row.billed_cost.is_none()).count();
    let priced = rows.len() - unpriced;
    let mut steps = vec![Step::new("total", format!("the sum of all rows with a price: {priced}"))];
    if unpriced > 0 {
        let text = format!("rows without a price are not in it, so the true total is higher: {unpriced}");
        steps.push(Step::new("unpriced", text));
    }
    let sum = |cost: fn(&Charge) -> Option<&String>| exact_sum(rows.iter().filter_map(|row| cost(row))).filter(|_| priced > 0);
    let period =
        Period { start: rows.iter().map(|row| row.period.start).min()?, end: rows.iter().map(|row| row.period.end).max()? };
    // The months, not the moments: usage of a further day restates the same total.
    let months = rows.iter().map(|row| row.posting_period);
    let (start, end) = (months.clone().min()?.to_string(), months.max()?.to_string());
    Some(Charge {
        row_type: RowType::Total,
        charge_id: hash(&[
            &first.price_book,
            first.account.as_str(),
            first.currency.as_str(),
            &start,
            &end,
            RowType::Total.as_str(),
        ]),
        usage_day: rows.iter().map(|row| row.usage_day).max()?,
        settlement_date: rows.iter().map(|row| row.settlement_date).max()?,
        bill_month: rows.iter().map(|row| row.bill_month).max()?,
        posting_period: rows.iter().map(|row| row.posting_period).max()?,
        period,
        billed_cost: (priced > 0).then_some(billed),
        effective_cost: (priced > 0).then_some(effective),
        unpriced: None,
        list_cost: sum(|row| row.list_cost.as_ref()),
        contracted_cost: sum(|row| row.contracted_cost.as_ref()),
        status: rows.iter().map(|row| row.status).min()?,
        tier: if unpriced > 0 { format!("without {unpriced} {}", words::UNPRICED) } else { String::new() },
        steps,
        ..blank(first, Unit::COUNT)
    })
}

fn blank(like: &Charge, unit: Unit) -> Charge {
    Charge {
        meter: String::new(),
        area: String::new(),
        spec: String::new(),
        usage_quantity: 0,
        pack_quantity: 0,
        pricing_quantity: 0,
        unit,
        unit_price: None,
        contracted_unit_price: None,
        price_version: String::new(),
        ..like.clone()
    }
}

/// The sum of costs without rounding; `None` where it leaves the range.
fn exact_sum<'a>(mut costs: impl Iterator<Item = &'a String>) -> Option<String> {
    costs.try_fold(Ratio::ZERO, |sum, cost| sum.plus(exact(cost)?)).map(Ratio::to_text)
}

/// A decimal of any length as a fraction.
fn exact(text: &str) -> Option<Ratio> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{whole}{part}").parse().ok()?;
    Ratio::new(digits, 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?)
}
