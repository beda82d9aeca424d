//! What people ask of a statement first: cost by item, the total, and what has no price.

use std::collections::BTreeMap;

use super::Statement;
use crate::model::{Amount, Charge, Currency, RowType, Status, Unit};

/// The cost of one item over the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The meter.
    pub meter: String,
    /// The area.
    pub area: String,
    /// The specification.
    pub spec: String,
    /// The sum of its priced lines.
    pub billed: Amount,
    /// The least sure of them.
    pub status: Status,
}

/// The cost of a month in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The sum of the priced lines.
    pub billed: Amount,
    /// The least sure of them.
    pub status: Status,
}

/// Usage without a price. It is in no total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpriced {
    /// The meter.
    pub meter: String,
    /// The area.
    pub area: String,
    /// The specification.
    pub spec: String,
    /// The sum of its lines in base units.
    pub quantity: i128,
    /// The unit to print it in.
    pub unit: Unit,
    /// Why it has no price.
    pub reason: String,
}

type Key<'a> = (&'a str, &'a str, &'a str, Currency);

impl Statement {
    /// The cost by meter, area and specification, in that order.
    pub fn items(&self) -> Vec<Item> {
        let mut items: BTreeMap<Key<'_>, (Amount, Status)> = BTreeMap::new();
        for (charge, amount) in self.priced() {
            let key = (charge.meter.as_str(), charge.area.as_str(), charge.spec.as_str(), charge.currency);
            let sum = items.entry(key).or_insert((Amount::zero(charge.currency), charge.status));
            *sum = (add(sum.0, amount), sum.1.min(charge.status));
        }
        let item = |((meter, area, spec, _), (billed, status)): (Key<'_>, (Amount, Status))| Item {
            meter: meter.to_owned(),
            area: area.to_owned(),
            spec: spec.to_owned(),
            billed,
            status,
        };
        items.into_iter().map(item).collect()
    }

    /// The cost of the month by currency; none when no line has a price.
    pub fn totals(&self) -> Vec<Total> {
        let mut totals: BTreeMap<Currency, Total> = BTreeMap::new();
        for (charge, amount) in self.priced() {
            let new = Total { billed: Amount::zero(charge.currency), status: charge.status };
            let total = totals.entry(charge.currency).or_insert(new);
            *total = Total { billed: add(total.billed, amount), status: total.status.min(charge.status) };
        }
        if !self.uncovered.is_empty() {
            totals.values_mut().for_each(|total| total.status = total.status.min(Status::Partial));
        }
        totals.into_values().collect()
    }

    /// What was used and has no price, by meter, area and specification.
    pub fn unpriced(&self) -> Vec<Unpriced> {
        let mut all: BTreeMap<Key<'_>, Unpriced> = BTreeMap::new();
        for charge in self.charges.iter().filter(|charge| charge.billed_cost.is_none()) {
            let key = (charge.meter.as_str(), charge.area.as_str(), charge.spec.as_str(), charge.currency);
            let entry = all.entry(key).or_insert_with(|| Unpriced {
                meter: charge.meter.clone(),
                area: charge.area.clone(),
                spec: charge.spec.clone(),
                quantity: 0,
                unit: charge.unit,
                reason: charge.unpriced.clone().unwrap_or_default(),
            });
            entry.quantity = entry.quantity.saturating_add(charge.usage_quantity);
        }
        all.into_values().collect()
    }

    fn priced(&self) -> impl Iterator<Item = (&Charge, Amount)> {
        let charges = self.charges.iter().filter(|charge| charge.row_type == RowType::Charge);
        charges.filter_map(|charge| Some((charge, charge.billed_cost?)))
    }
}

/// Amounts of one currency. Rating has already refused a month whose total leaves the range.
fn add(left: Amount, right: Amount) -> Amount {
    Amount { units: left.units.saturating_add(right.units), currency: left.currency }
}
