//! A price book under given options: what applies, with every switch answered and every bound in base units.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::book::{Choice, Condition, Inner, Outer, Price, PriceBook, QuantumScope, Rate, TierKind, Version, Window};
use super::contract::Contract;
use super::gather::number_of;
use super::options::{
    BILL_MONTH_BASIS, BillMonthBasis, Dated, MONTH_CHANGE, Mode, MonthChange, Options, OptionsError, Settlement,
};
use super::packs::Rules;
use super::ratio::{Decimal, Ratio};
use crate::model::quantity::UNITS;
use crate::model::time::BILLING_OFFSET;
use crate::model::{Base, BillingDay, Unit};

/// A price book under given options.
pub(super) struct Plan<'a> {
    pub book: &'a PriceBook,
    pub options: &'a Options,
    pub basis: Dated<BillMonthBasis>,
    pub month_change: MonthChange,
    pub packs: Rules,
    /// In order of time, without gap: the first has no beginning, the last no end.
    pub eras: Vec<Era<'a>>,
    /// Everything that applies in some era. What is the same in two eras is there once, so that a month that it holds for is one.
    pub prices: Vec<PlanPrice<'a>>,
}

/// A stretch of usage days in which nothing changes.
pub(super) struct Era<'a> {
    /// The number of its first day.
    pub from: i32,
    /// The version of the book; `None` where there is none.
    pub version: Option<&'a Version>,
    pub mode: Mode,
    pub settlement: Settlement,
    /// The prices that apply, by their places; the first that fits wins.
    pub prices: Vec<usize>,
}

/// A price with every switch answered; quantities in base units.
#[derive(PartialEq)]
pub(super) struct PlanPrice<'a> {
    pub price: Cow<'a, Price>,
    /// How long its lines are, before `outer`.
    pub window: Window,
    pub unit: Unit,
    pub tier_kind: TierKind,
    pub bounds: Vec<i128>,
    pub quantum: i128,
    pub scope: QuantumScope,
    pub free: i128,
    pub free_below: i128,
    pub block: i128,
    /// The limits of `only_if`, ratios as they are, quantities in base units.
    pub limits: Vec<Ratio>,
    /// Switches that decided something here, with their answers.
    pub answers: Vec<(String, String)>,
    /// The term or item of the contract that it comes from.
    pub contract: Option<&'a str>,
    /// The price of the book that it replaces.
    pub list: Option<usize>,
}

/// What becomes of a series in an era.
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
        let (basis, month_change) = check_switches(book, options)?;
        let known: Vec<Mode> = Mode::ALL.into_iter().filter(|mode| has_mode(book, *mode)).collect();
        if let Some(mode) = options.mode.values().find(|mode| !known.contains(mode)) {
            let known = known.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(", ");
            return Err(OptionsError::Mode { book: book.id.clone(), mode: *mode, known });
        }
        if options.mode.values().any(|mode| *mode == Mode::Package) && options.packs.is_empty() {
            let known = book.products.iter().map(|product| product.id.as_str()).collect::<Vec<_>>().join(", ");
            return Err(OptionsError::NoPackage { book: book.id.clone(), known });
        }
        let answers: BTreeMap<&str, &str> = book
            .switches
            .iter()
            .map(|switch| (switch.name.as_str(), options.switches.get(&switch.name).unwrap_or(&switch.default)))
            .collect();
        let no_answer = || OptionsError::Rules { book: book.id.clone() };
        let packs = Rules::new(book, &answers).ok_or_else(no_answer)?;
        let mut plan = Self { book, options, basis, month_change, packs, eras: Vec::new(), prices: Vec::new() };
        for (from, day) in plan.changes() {
            let era = plan.era(from, day, &answers);
            plan.eras.push(era);
        }
        Ok(plan)
    }

    /// The first days of eras: as a number, and a day on which everything can be looked up.
    fn changes(&self) -> Vec<(i32, BillingDay)> {
        let mode_day = |day: BillingDay| match self.month_change {
            MonthChange::Split => day,
            MonthChange::End => day.month().first_day(),
        };
        let mut days: BTreeSet<BillingDay> = self.options.mode.days().map(mode_day).collect();
        days.extend(self.options.settlement.days());
        days.extend(self.book.versions.iter().flat_map(|version| std::iter::once(version.from).chain(version.to)));
        days.extend(self.options.contract.iter().flat_map(Contract::days));
        let before = days.first().map_or(BillingDay::new(chrono::NaiveDate::default()), |day| day.minus(1));
        std::iter::once((i32::MIN, before)).chain(days.into_iter().map(|day| (number_of(day), day))).collect()
    }

    fn era(&mut self, from: i32, day: BillingDay, answers: &BTreeMap<&str, &str>) -> Era<'a> {
        let options = self.options;
        let version = self.book.version_on(day);
        let mode = *match self.month_change {
            MonthChange::Split => options.mode.on(day),
            MonthChange::End => options.mode.on(day.month().end_day().minus(1)),
        };
        let asked = *options.settlement.on(day);
        let usual = version.and_then(|version| version.settlements.first()).copied().unwrap_or(asked);
        let settlement = if version.is_some_and(|version| version.settlements.contains(&asked)) { asked } else { usual };
        let applies = |price: &Price| {
            price.modes.contains(&mode)
                && price.when.iter().all(|(name, value)| answers.get(name.as_str()) == Some(&value.as_str()))
        };
        let mut listed = Vec::new();
        for price in version.iter().flat_map(|version| &version.prices).filter(|price| applies(price)) {
            listed.extend(self.intern(plan_price(Cow::Borrowed(price), settlement, answers)));
        }
        let mut prices = Vec::new();
        if let Some(contract) = &options.contract {
            for item in contract.items.iter().filter(|item| item.days.holds_on(day) && applies(&item.price)) {
                let own = plan_price(Cow::Borrowed(&item.price), settlement, answers);
                prices.extend(self.intern(own.map(|own| PlanPrice { contract: Some(&item.price.name), ..own })));
            }
            for term in contract.terms.iter().filter(|term| term.days.holds_on(day)) {
                for list in &listed {
                    let Some(changed) = self.prices.get(*list).and_then(|base| term.over(&base.price)) else { continue };
                    let own = plan_price(Cow::Owned(changed), settlement, answers);
                    let own = own.map(|own| PlanPrice { contract: Some(&term.name), list: Some(*list), ..own });
                    prices.extend(self.intern(own));
                }
            }
        }
        prices.extend(listed);
        Era { from, version, mode, settlement, prices }
    }

    /// The place of a price; the same price has the same place in every era.
    fn intern(&mut self, price: Option<PlanPrice<'a>>) -> Option<usize> {
        let price = price?;
        let found = self.prices.iter().position(|known| *known == price);
        Some(found.unwrap_or_else(|| {
            self.prices.push(price);
            self.prices.len() - 1
        }))
    }

    /// The era of a day, by the day's number.
    pub fn era_of(&self, day: i32) -> usize {
        self.eras.partition_point(|era| era.from <= day).saturating_sub(1)
    }

    /// The days around a day on which a price applies without a break, as numbers, half-open.
    pub fn run_of(&self, price: usize, day: i32) -> (i32, i32) {
        let era = self.era_of(day);
        let has = |era: &Era<'_>| era.prices.contains(&price);
        let first = self.eras[..=era].iter().rposition(|era| !has(era)).map_or(0, |last| last + 1);
        let end = self.eras[era..].iter().position(|era| !has(era)).map(|next| era + next);
        (
            self.eras.get(first).map_or(day, |era| era.from),
            end.and_then(|end| self.eras.get(end)).map_or(i32::MAX, |era| era.from),
        )
    }

    /// Where an account's meter, area and specification lead in each era.
    pub fn targets(&self, account: &str, meter: &str, area: &str, spec: &str) -> Vec<Target> {
        self.eras.iter().map(|era| self.target(era, account, meter, area, spec)).collect()
    }

    fn target(&self, era: &Era<'_>, account: &str, meter: &str, area: &str, spec: &str) -> Target {
        let is_with = self.options.contract.as_ref().is_some_and(|contract| contract.is_with(account));
        for place in &era.prices {
            let Some(candidate) = self.prices.get(*place).filter(|price| price.contract.is_none() || is_with) else { continue };
            if candidate.price.meters.iter().any(|name| name == meter)
                && let Some(rate) = candidate.price.rates.iter().position(|rate| rate.selects(area, spec))
            {
                return Target::Priced { price: *place, rate };
            }
        }
        let ignored = era.version.iter().flat_map(|version| &version.ignored).any(|entry| {
            entry.modes.contains(&era.mode)
                && entry.meters.iter().any(|name| name == meter)
                && (entry.specs.is_empty() || entry.specs.iter().any(|own| own == spec))
        });
        if ignored { Target::Ignored } else { Target::Unpriced }
    }

    /// Whether conditions look at a meter: its usage is then kept even where it is not charged.
    pub fn is_watched(&self, meter: &str) -> bool {
        let conditions = || self.prices.iter().flat_map(|price| &price.price.only_if);
        conditions().any(|condition| condition.meters.iter().chain(&condition.relative_to).any(|name| name == meter))
    }

    /// Why something has no price, in words.
    pub fn reason(&self, day: i32, meter: &str, area: &str, spec: &str) -> String {
        let era = &self.eras[self.era_of(day)];
        let Some(version) = era.version else { return format!("price book {} has no version for this day", self.book.id) };
        let entries = || {
            let listed = version.unpriced.iter();
            listed.filter(|entry| entry.modes.contains(&era.mode) && entry.meters.iter().any(|name| name == meter))
        };
        let named = entries().find(|entry| entry.specs.iter().any(|own| own == spec));
        match named.or_else(|| entries().find(|entry| entry.specs.is_empty())) {
            Some(entry) => entry.reason.clone(),
            None => format!(
                "price book {}, version {}, mode {}: no price for meter {meter}, area {area:?}, spec {spec:?}",
                self.book.id, version.name, era.mode
            ),
        }
    }

    /// The price that a target leads to.
    pub fn price(&self, target: Target) -> Option<&PlanPrice<'a>> {
        match target {
            Target::Priced { price, .. } => self.prices.get(price),
            Target::Unpriced | Target::Ignored => None,
        }
    }

    /// The account that pays for an account's usage.
    pub fn payer<'s>(&'s self, account: &'s str) -> &'s str {
        let contract = self.options.contract.as_ref().filter(|contract| contract.is_with(account));
        contract.and_then(|contract| contract.payer.as_deref()).unwrap_or(account)
    }

    /// What has to be added to a moment so that its day at UTC+8 is its day in the book's zone.
    pub fn shift(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.book.utc_offset - BILLING_OFFSET.local_minus_utc()))
    }
}

impl PlanPrice<'_> {
    /// Whether its lines are a month's.
    pub fn by_month(&self) -> bool {
        self.window == Window::Month || self.price.aggregate.outer != Outer::None
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

fn check_switches(book: &PriceBook, options: &Options) -> Result<(Dated<BillMonthBasis>, MonthChange), OptionsError> {
    let (mut basis, mut month_change) = (Dated::default(), MonthChange::default());
    for (name, value) in options.switches.iter() {
        let wrong = |known: String| OptionsError::SwitchValue { name: name.to_owned(), value: value.to_owned(), known };
        if name == BILL_MONTH_BASIS {
            basis = value.parse().map_err(|_| wrong(BillMonthBasis::ALL.map(BillMonthBasis::as_str).join(", ")))?;
            continue;
        }
        if name == MONTH_CHANGE {
            month_change = value.parse().map_err(|_| wrong(MonthChange::ALL.map(MonthChange::as_str).join(", ")))?;
            continue;
        }
        let Some(switch) = book.switches.iter().find(|switch| switch.name == name) else {
            let mut known: Vec<&str> = book.switches.iter().map(|switch| switch.name.as_str()).collect();
            known.extend([BILL_MONTH_BASIS, MONTH_CHANGE]);
            let known = known.join(", ");
            return Err(OptionsError::UnknownSwitch { book: book.id.clone(), name: name.to_owned(), known });
        };
        if !switch.values.iter().any(|known| known == value) {
            return Err(wrong(switch.values.join(", ")));
        }
    }
    Ok((basis, month_change))
}

/// `None` cannot happen with a book that was parsed: every choice has a value for every answer.
fn plan_price<'a>(price: Cow<'a, Price>, settlement: Settlement, answers: &BTreeMap<&str, &str>) -> Option<PlanPrice<'a>> {
    let unit = *price.unit.pick(answers)?;
    let base = |quantity: &Option<Decimal>| in_base(quantity.as_ref()?, unit);
    let tiers = price.tiers.as_ref();
    let tier_choice = tiers.map(|tiers| &tiers.kind);
    let scope = *price.quantum_scope.pick(answers)?;
    let mut switches: Vec<&str> = price.when.iter().map(|(name, _)| name.as_str()).collect();
    switches.extend(price.unit.switch());
    switches.extend(tier_choice.and_then(Choice::switch));
    switches.extend(price.quantum.as_ref().and_then(|_| price.quantum_scope.switch()));
    let window = match (price.aggregate.window, settlement) {
        (Window::Settlement, Settlement::Hour) => Window::Hour,
        (Window::Settlement, Settlement::Day) => Window::Day,
        (Window::Settlement, Settlement::Month) => Window::Month,
        (window, _) => window,
    };
    let limit = |condition: &Condition| {
        condition.limit.value().times(condition.unit.map_or(Ratio::ONE, |unit| Ratio::whole(unit.factor)))
    };
    Some(PlanPrice {
        window,
        unit,
        tier_kind: tier_choice.map_or(Some(TierKind::Volume), |kind| kind.pick(answers).copied())?,
        bounds: tiers.map_or(Some(Vec::new()), |tiers| tiers.up_to.iter().map(|bound| in_base(bound, unit)).collect())?,
        quantum: base(&price.quantum).unwrap_or(1),
        scope,
        free: base(&price.free).unwrap_or(0),
        free_below: base(&price.free_below).unwrap_or(0),
        block: base(&price.block).unwrap_or(1),
        limits: price.only_if.iter().map(limit).collect::<Option<_>>()?,
        answers: switches.iter().filter_map(|name| Some(((*name).to_owned(), (*answers.get(name)?).to_owned()))).collect(),
        contract: None,
        list: None,
        price,
    })
}

fn in_base(quantity: &Decimal, unit: Unit) -> Option<i128> {
    quantity.value().times(Ratio::whole(unit.factor)).map(Ratio::floor)
}
