//! A month's charges, split: over applications by measured usage, or over what media belong to by what they store.
//!
//! Memory grows with the lines of the month, never with the shares: weights come in once to be added up, and a second time in the
//! order of the shares. What reports show is kept in the ledger (`keep`); any other split is computed when somebody asks.

mod application;
mod delivery;
mod keep;
mod mapping;
mod media;

use std::collections::{BTreeMap, HashMap};

use crate::billing::{AllocateError, Place, Portion, Shares};
use crate::model::{Amount, Charge, Currency, Status};

pub use application::{ApplicationShares, by_application};
pub use keep::keep;
pub use mapping::Mapping;
pub use media::ByMedia;

/// What one share pays for one item of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The meter.
    pub meter: String,
    /// The area.
    pub area: String,
    /// The specification.
    pub spec: String,
    /// Its part of the item's charges; `None` where none of them has a price.
    pub billed: Option<Amount>,
    /// The same of the effective cost.
    pub effective: Option<Amount>,
    /// The currency of both.
    pub currency: Currency,
    /// The least sure of the item's charges.
    pub status: Status,
    /// By which weights the item was split, in words.
    pub basis: String,
}

/// The charges of a month, by the lines that weights belong to, and by the items that people read.
#[derive(Clone)]
struct Lines<'a> {
    charges: &'a [Charge],
    items: Vec<Item<'a>>,
    lines: Vec<Line>,
    places: HashMap<(&'a str, &'a str, &'a str, i64), usize>,
}

/// What lines are added up to in the output.
#[derive(Clone)]
struct Item<'a> {
    meter: &'a str,
    area: &'a str,
    spec: &'a str,
    currency: Currency,
    basis: String,
}

/// Charges of one line: those of its tiers, and what packs took.
#[derive(Clone)]
struct Line {
    item: usize,
    charges: Vec<usize>,
    total: i128,
    /// Known as soon as the total is.
    shares: Option<Shares>,
}

/// The parts of one share in the charges of one item.
#[derive(Clone, Copy)]
struct Sum {
    billed: Option<i128>,
    effective: Option<i128>,
    status: Status,
}

impl<'a> Lines<'a> {
    /// The lines of charges; `basis` says by what a meter's lines are split.
    fn of(charges: &'a [Charge], basis: impl Fn(&str) -> String) -> Self {
        let names = |charge: &'a Charge| (charge.meter.as_str(), charge.area.as_str(), charge.spec.as_str(), charge.currency);
        let mut order: BTreeMap<_, usize> = charges.iter().map(|charge| (names(charge), 0)).collect();
        order.values_mut().enumerate().for_each(|(place, item)| *item = place);
        let item = |(meter, area, spec, currency): (&'a str, &'a str, &'a str, Currency)| {
            let basis = basis(meter);
            Item { meter, area, spec, currency, basis }
        };
        let items = order.keys().copied().map(item).collect();
        let mut lines: Vec<Line> = Vec::new();
        let mut places = HashMap::new();
        for (index, charge) in charges.iter().enumerate() {
            let (meter, area, spec, _) = names(charge);
            let place = *places.entry((meter, area, spec, charge.period.start.timestamp())).or_insert(lines.len());
            if place == lines.len() {
                let item = order.get(&names(charge)).copied().unwrap_or_default();
                lines.push(Line { item, charges: Vec::new(), total: 0, shares: None });
            }
            lines[place].charges.push(index);
        }
        Self { charges, items, lines, places }
    }

    /// The line of a record's place.
    fn at(&self, place: &Place<'_>) -> Option<usize> {
        self.places.get(&(place.meter, place.area, place.spec, place.start.timestamp())).copied()
    }

    /// Adds to the total weight of a line. `None` when it leaves the range.
    fn weigh(&mut self, line: usize, weight: i128) -> Option<()> {
        let line = self.lines.get_mut(line)?;
        line.total = line.total.checked_add(weight)?;
        Some(())
    }

    /// The next share, by its weight in each line: what it pays for each item.
    fn take(&mut self, weights: impl IntoIterator<Item = (usize, i128)>) -> Result<Vec<Share>, AllocateError> {
        let mut sums = BTreeMap::new();
        for (place, weight) in weights {
            if place < self.lines.len() {
                let portion = self.portion(place, weight)?;
                self.add(&mut sums, place, portion);
            }
        }
        Ok(self.shares(sums, |item| item.basis.clone()))
    }

    /// What no share took.
    fn rest(&self, why: impl Fn(&Item<'_>) -> String) -> Result<Vec<Share>, AllocateError> {
        let mut sums = BTreeMap::new();
        for place in 0..self.lines.len() {
            if let Some(portion) = self.rest_of(place)? {
                self.add(&mut sums, place, portion);
            }
        }
        Ok(self.shares(sums, why))
    }

    /// The next share of one line.
    fn portion(&mut self, line: usize, weight: i128) -> Result<Portion, AllocateError> {
        let line = &mut self.lines[line];
        let mut shares = line.shares.map_or_else(|| Shares::of(line.total), Ok)?;
        let portion = shares.take(weight)?;
        line.shares = Some(shares);
        Ok(portion)
    }

    /// What no share took of one line.
    fn rest_of(&self, line: usize) -> Result<Option<Portion>, AllocateError> {
        let line = &self.lines[line];
        Ok(line.shares.map_or_else(|| Shares::of(line.total), Ok)?.rest())
    }

    /// The charges of one line, with their places.
    fn charges_of(&self, line: usize) -> impl Iterator<Item = (usize, &'a Charge)> {
        let charges = self.charges;
        self.lines[line].charges.iter().filter_map(move |index| Some((*index, charges.get(*index)?)))
    }

    /// By what a line is split, in words.
    fn basis(&self, line: usize) -> &str {
        self.lines.get(line).and_then(|line| self.items.get(line.item)).map_or("", |item| &item.basis)
    }

    /// The same lines, none of them taken.
    fn anew(&self) -> Self {
        let mut lines = self.clone();
        lines.lines.iter_mut().for_each(|line| line.shares = None);
        lines
    }

    fn add(&self, sums: &mut BTreeMap<usize, Sum>, line: usize, portion: Portion) {
        let Some(line) = self.lines.get(line) else { return };
        for charge in line.charges.iter().filter_map(|charge| self.charges.get(*charge)) {
            let [billed, effective] = parts_of(charge, portion).map(|amount| amount.map(|amount| amount.units));
            let sum = sums.entry(line.item).or_insert(Sum { billed: None, effective: None, status: charge.status });
            sum.billed = plus(sum.billed, billed);
            sum.effective = plus(sum.effective, effective);
            sum.status = sum.status.min(charge.status);
        }
    }

    fn shares(&self, sums: BTreeMap<usize, Sum>, basis: impl Fn(&Item<'_>) -> String) -> Vec<Share> {
        let share = |(item, sum): (usize, Sum)| {
            let item = self.items.get(item)?;
            let amount = |units: Option<i128>| units.map(|units| Amount { units, currency: item.currency });
            Some(Share {
                meter: item.meter.to_owned(),
                area: item.area.to_owned(),
                spec: item.spec.to_owned(),
                billed: amount(sum.billed),
                effective: amount(sum.effective),
                currency: item.currency,
                status: sum.status,
                basis: basis(item),
            })
        };
        sums.into_iter().filter_map(share).collect()
    }
}

/// A portion of what a charge costs: billed, and effective.
fn parts_of(charge: &Charge, portion: Portion) -> [Option<Amount>; 2] {
    [charge.billed_cost, charge.effective_cost].map(|amount| amount.map(|amount| portion.of_amount(amount)))
}

/// The same as [`plus`], of amounts of one currency.
fn plus_amount(left: Option<Amount>, right: Option<Amount>) -> Option<Amount> {
    let currency = left.or(right)?.currency;
    let units = plus(left.map(|amount| amount.units), right.map(|amount| amount.units))?;
    Some(Amount { units, currency })
}

/// A sum in which what is unknown counts as nothing. Rating has already refused a month whose total leaves the range.
fn plus(left: Option<i128>, right: Option<i128>) -> Option<i128> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.saturating_add(right)),
        (one, other) => one.or(other),
    }
}
