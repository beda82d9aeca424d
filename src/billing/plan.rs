//! A price book under given options: what applies, with every switch answered and every bound in base units.

use std::collections::BTreeMap;

use super::book::{Choice, Inner, Outer, Price, PriceBook, QuantumScope, Rate, TierKind, Version, Window};
use super::options::{BILL_MONTH_BASIS, BillMonthBasis, Mode, Options, OptionsError, Settlement};
use super::ratio::{Decimal, Ratio};
use crate::model::quantity::UNITS;
use crate::model::{Base, Unit};

/// A price book under given options.
pub(super) struct Plan<'a> {
    pub book: &'a PriceBook,
    pub options: &'a Options,
    pub basis: BillMonthBasis,
    pub versions: Vec<PlanVersion<'a>>,
}

/// A version of the book: the prices that apply in the mode and under the switches.
pub(super) struct PlanVersion<'a> {
    pub version: &'a Version,
    pub settlement: Settlement,
    pub prices: Vec<PlanPrice<'a>>,
}

/// A price with every switch answered; quantities in base units.
pub(super) struct PlanPrice<'a> {
    pub price: &'a Price,
    pub unit: Unit,
    pub tier_kind: TierKind,
    pub bounds: Vec<i128>,
    pub quantum: i128,
    pub scope: QuantumScope,
    pub free: i128,
    pub free_below: i128,
    pub block: i128,
    /// Switches that decided something here, with their answers.
    pub answers: Vec<String>,
}

/// What becomes of a series in a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    /// Price and rate, by their places.
    Priced { price: usize, rate: usize },
    /// Listed without a price.
    Unpriced,
    /// Measured for another mode.
    Ignored,
}

impl<'a> Plan<'a> {
    /// Checks the options against the book.
    pub fn new(book: &'a PriceBook, options: &'a Options) -> Result<Self, OptionsError> {
        let basis = check_switches(book, options)?;
        let known: Vec<Mode> = Mode::ALL.into_iter().filter(|mode| has_mode(book, *mode)).collect();
        if !known.contains(&options.mode) {
            let known = known.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(", ");
            return Err(OptionsError::Mode { book: book.id.clone(), mode: options.mode, known });
        }
        if options.mode == Mode::Package && options.packs.is_empty() {
            let known = book.products.iter().map(|product| product.id.as_str()).collect::<Vec<_>>().join(", ");
            return Err(OptionsError::NoPackage { book: book.id.clone(), known });
        }
        let answers: BTreeMap<&str, &str> = book
            .switches
            .iter()
            .map(|switch| (switch.name.as_str(), options.switches.get(&switch.name).unwrap_or(&switch.default)))
            .collect();
        let versions = book.versions.iter().map(|version| plan_version(version, options, &answers)).collect();
        Ok(Self { book, options, basis, versions })
    }

    /// Where a meter, area and specification lead in a version.
    pub fn target(&self, version: usize, meter: &str, area: &str, spec: &str) -> Target {
        let Some(plan) = self.versions.get(version) else { return Target::Unpriced };
        for (index, candidate) in plan.prices.iter().enumerate() {
            if candidate.price.meters.iter().any(|name| name == meter)
                && let Some(rate) = candidate.price.rates.iter().position(|rate| rate.selects(area, spec))
            {
                return Target::Priced { price: index, rate };
            }
        }
        let ignored = plan.version.ignored.iter().any(|entry| {
            entry.modes.contains(&self.options.mode)
                && entry.meters.iter().any(|name| name == meter)
                && (entry.specs.is_empty() || entry.specs.iter().any(|own| own == spec))
        });
        if ignored { Target::Ignored } else { Target::Unpriced }
    }

    /// Why something has no price, in words.
    pub fn reason(&self, version: usize, meter: &str, area: &str, spec: &str) -> String {
        let Some(plan) = self.versions.get(version) else {
            return format!("price book {} has no version for this day", self.book.id);
        };
        let entries = || {
            plan.version
                .unpriced
                .iter()
                .filter(|entry| entry.modes.contains(&self.options.mode) && entry.meters.iter().any(|name| name == meter))
        };
        let named = entries().find(|entry| entry.specs.iter().any(|own| own == spec));
        match named.or_else(|| entries().find(|entry| entry.specs.is_empty())) {
            Some(entry) => entry.reason.clone(),
            None => format!(
                "price book {}, version {}, mode {}: no price for meter {meter}, area {area:?}, spec {spec:?}",
                self.book.id, plan.version.name, self.options.mode
            ),
        }
    }

    /// The place of a version's price.
    pub fn price(&self, version: usize, price: usize) -> Option<&PlanPrice<'a>> {
        self.versions.get(version)?.prices.get(price)
    }
}

impl PlanPrice<'_> {
    /// Whether its lines are a month's.
    pub fn by_month(&self) -> bool {
        self.price.aggregate.window == Window::Month || self.price.aggregate.outer != Outer::None
    }

    /// The distance of sample points in seconds, where points are counted.
    pub fn sample_seconds(&self) -> Option<i64> {
        match &self.price.aggregate.inner {
            Inner::DropTop(drop) => Some(drop.sample_seconds),
            _ => None,
        }
    }

    /// What one base unit costs in a tier, before coefficients.
    pub fn price_per_base(&self, rate: &Rate, tier: usize) -> Option<Ratio> {
        rate.prices.get(tier)?.value().over(self.price.per.value().times(Ratio::whole(self.unit.factor))?)
    }
}

/// The unit in which quantities without a price are shown.
pub(super) fn usual_unit(base: Base) -> Unit {
    let name = match base {
        Base::Bytes => "GB",
        Base::Seconds => "min",
        Base::BitsPerSecond => "Mbit/s",
        Base::Count => "count",
    };
    UNITS.into_iter().find(|unit| unit.name == name).unwrap_or(UNITS[0])
}

fn has_mode(book: &PriceBook, mode: Mode) -> bool {
    book.versions.iter().any(|version| version.modes.contains(&mode))
}

fn check_switches(book: &PriceBook, options: &Options) -> Result<BillMonthBasis, OptionsError> {
    let mut basis = BillMonthBasis::default();
    for (name, value) in options.switches.iter() {
        let wrong = |known: String| OptionsError::SwitchValue { name: name.to_owned(), value: value.to_owned(), known };
        if name == BILL_MONTH_BASIS {
            basis = value.parse().map_err(|_| wrong(BillMonthBasis::ALL.map(BillMonthBasis::as_str).join(", ")))?;
            continue;
        }
        let Some(switch) = book.switches.iter().find(|switch| switch.name == name) else {
            let mut known: Vec<&str> = book.switches.iter().map(|switch| switch.name.as_str()).collect();
            known.push(BILL_MONTH_BASIS);
            let known = known.join(", ");
            return Err(OptionsError::UnknownSwitch { book: book.id.clone(), name: name.to_owned(), known });
        };
        if !switch.values.iter().any(|known| known == value) {
            return Err(wrong(switch.values.join(", ")));
        }
    }
    Ok(basis)
}

fn plan_version<'a>(version: &'a Version, options: &Options, answers: &BTreeMap<&str, &str>) -> PlanVersion<'a> {
    let usual = version.settlements.first().copied().unwrap_or_default();
    let settlement = if version.settlements.contains(&options.settlement) { options.settlement } else { usual };
    let applies = |price: &&Price| {
        price.modes.contains(&options.mode)
            && price.when.iter().all(|(name, value)| answers.get(name.as_str()) == Some(&value.as_str()))
    };
    let prices = version.prices.iter().filter(applies).filter_map(|price| plan_price(price, answers)).collect();
    PlanVersion { version, settlement, prices }
}

/// `None` cannot happen with a book that was parsed: every choice has a value for every answer.
fn plan_price<'a>(price: &'a Price, answers: &BTreeMap<&str, &str>) -> Option<PlanPrice<'a>> {
    let unit = *price.unit.pick(answers)?;
    let base = |quantity: &Option<Decimal>| in_base(quantity.as_ref()?, unit);
    let tiers = price.tiers.as_ref();
    let tier_choice = tiers.map(|tiers| &tiers.kind);
    let scope = *price.quantum_scope.pick(answers)?;
    let mut switches: Vec<&str> = price.when.iter().map(|(name, _)| name.as_str()).collect();
    switches.extend(price.unit.switch());
    switches.extend(tier_choice.and_then(Choice::switch));
    switches.extend(price.quantum.as_ref().and_then(|_| price.quantum_scope.switch()));
    Some(PlanPrice {
        price,
        unit,
        tier_kind: tier_choice.map_or(Some(TierKind::Volume), |kind| kind.pick(answers).copied())?,
        bounds: tiers.map_or(Some(Vec::new()), |tiers| tiers.up_to.iter().map(|bound| in_base(bound, unit)).collect())?,
        quantum: base(&price.quantum).unwrap_or(1),
        scope,
        free: base(&price.free).unwrap_or(0),
        free_below: base(&price.free_below).unwrap_or(0),
        block: base(&price.block).unwrap_or(1),
        answers: switches.iter().filter_map(|name| Some(format!("{name} = {}", answers.get(name)?))).collect(),
    })
}

fn in_base(quantity: &Decimal, unit: Unit) -> Option<i128> {
    quantity.value().times(Ratio::whole(unit.factor)).map(Ratio::floor)
}
