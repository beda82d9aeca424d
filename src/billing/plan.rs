//! A price book under given options: what applies, with every switch answered and every bound in base units.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::agreements::Agreement;
use super::book::{Choice, Condition, Inner, Outer, Price, PriceBook, QuantumScope, Rate, TierKind, Unpriced, Version, Window};
use super::contract::Contract;
use super::gather::number_of;
use super::options::{
    BILL_MONTH_BASIS, BillMonthBasis, Dated, MONTH_CHANGE, Mode, MonthChange, Options, OptionsError, SETTLEMENT_CHANGE,
    Settlement, SettlementChange,
};
use super::packs::Rules;
use super::ratio::{Decimal, Ratio};
use crate::model::quantity::UNITS;
use crate::model::time::BILLING_OFFSET;
use crate::model::{Base, BillingDay, Period, Unit};

/// A price book under given options.
pub(super) struct Plan<'a> {
    pub book: &'a PriceBook,
    pub options: &'a Options,
    pub basis: Dated<BillMonthBasis>,
    pub month_change: MonthChange,
    pub settlement_change: SettlementChange,
    pub packs: Rules,
    /// In order of time, without gap: the first has no beginning, the last no end.
    pub eras: Vec<Era<'a>>,
    /// Everything that applies in some era. What is the same in two eras is there once, so that a month that it holds for is one.
    pub prices: Vec<PlanPrice<'a>>,
    /// What the terms of the contract make of prices of the book.
    pub agreements: Vec<Agreement<'a>>,
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
    /// What is agreed over them, by place, in the order of the contract's terms.
    pub agreements: Vec<usize>,
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
    /// The item of the contract that it is.
    pub contract: Option<&'a str>,
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
        let Answers { basis, month_change, settlement_change } = check_switches(book, options)?;
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
        let mut plan = Self {
            book,
            options,
            basis,
            month_change,
            settlement_change,
            packs,
            eras: Vec::new(),
            prices: Vec::new(),
            agreements: Vec::new(),
        };
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
        let mut agreements = Vec::new();
        if let Some(contract) = &options.contract {
            for item in contract.items.iter().filter(|item| item.days.holds_on(day) && applies(&item.price)) {
                let own = plan_price(Cow::Borrowed(&item.price), settlement, answers);
                prices.extend(self.intern(own.map(|own| PlanPrice { contract: Some(&item.price.name), ..own })));
            }
            let terms = contract.terms.iter().filter(|term| term.days.holds_on(day));
            agreements = self.agree(terms, &listed, settlement, answers);
        }
        prices.extend(listed);
        Era { from, version, mode, settlement, prices, agreements }
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

    /// The days around a day on which lines of a price go on without a break, as numbers, half-open. `names` is usage that leads to
    /// the price on that day.
    pub fn run_of(&self, target: Target, account: &str, names: (&str, &str, &str), day: i32) -> (i32, i32) {
        let era = self.era_of(day);
        let holds = |era: &Era<'_>| self.holds(era, target, account, names);
        let first = self.eras[..=era].iter().rposition(|era| !holds(era)).map_or(0, |last| last + 1);
        let end = self.eras[era..].iter().position(|era| !holds(era)).map(|next| era + next);
        (
            self.eras.get(first).map_or(day, |era| era.from),
            end.and_then(|end| self.eras.get(end)).map_or(i32::MAX, |era| era.from),
        )
    }

    /// Whether lines of a price go on in an era. Where a line sums over areas or specifications, it goes on as long as any of
    /// them leads to the price; that one of them became unpriced takes its usage out of the line, and cuts nothing.
    fn holds(&self, era: &Era<'_>, target: Target, account: &str, (meter, area, spec): (&str, &str, &str)) -> bool {
        let (Some(own), Target::Priced { price, rate }) = (self.price(target), target) else { return false };
        if own.price.lines_by.area && own.price.lines_by.spec {
            return self.target(era, account, meter, area, spec) == target;
        }
        let is_listed = listed(era, meter, spec).is_some_and(|(_, entry)| !entry.specs.is_empty());
        if own.price.lines_by.spec
            && own.contract.is_none()
            && is_listed
            && self.target(era, account, meter, area, spec) != target
        {
            return false;
        }
        let (area, spec) = own.price.lines_by.pick(area, spec);
        let takes_all = |before: &PlanPrice<'_>| {
            let covers = |list: &[String], all: &[String], name: &str| {
                let has = |name: &str| list.is_empty() || list.iter().any(|item| item == name);
                if name.is_empty() { list.is_empty() || !all.is_empty() && all.iter().all(|name| has(name)) } else { has(name) }
            };
            let Some(rate) = own.price.rates.get(rate) else { return false };
            before.price.meters.iter().any(|name| name == meter)
                && before
                    .price
                    .rates
                    .iter()
                    .any(|all| covers(&all.areas, &rate.areas, area) && covers(&all.specs, &rate.specs, spec))
        };
        let is_with = self.is_with(account);
        let mut earlier = era.prices.iter().take_while(|place| **place != price).filter_map(|place| self.prices.get(*place));
        era.prices.contains(&price) && !earlier.any(|before| (before.contract.is_none() || is_with) && takes_all(before))
    }

    /// The first day since which a price has counted without a break, looking back from a day: a version, mode or settlement that
    /// changes only how long its lines are leaves the counter alone, unless `settlement_change` says otherwise.
    pub fn counted_since(&self, target: Target, account: &str, (meter, area, spec): (&str, &str, &str), day: i32) -> i32 {
        let counts_so = |era: &Era<'_>| {
            let other = self.price(self.target(era, account, meter, area, spec));
            self.price(target).zip(other).is_some_and(|(own, other)| own.counts_like(other))
        };
        let era = self.era_of(day);
        let before = self.eras[..era].iter().rposition(|era| !counts_so(era));
        let since = self.eras.get(before.map_or(0, |before| before + 1)).map_or(day, |era| era.from);
        since.max(self.settled_since(day))
    }

    /// The day on which the settlement that holds on a day began, where counters begin anew with it.
    pub fn settled_since(&self, day: i32) -> i32 {
        if self.settlement_change == SettlementChange::Continue {
            return i32::MIN;
        }
        let era = self.era_of(day);
        let own = self.eras.get(era).map(|era| era.settlement);
        let before = self.eras[..era].iter().rposition(|era| Some(era.settlement) != own);
        before.and_then(|before| self.eras.get(before + 1)).map_or(i32::MIN, |era| era.from)
    }

    pub(super) fn is_with(&self, account: &str) -> bool {
        self.options.contract.as_ref().is_some_and(|contract| contract.is_with(account))
    }

    /// Where an account's meter, area and specification lead in each era.
    pub fn targets(&self, account: &str, meter: &str, area: &str, spec: &str) -> Vec<Target> {
        self.eras.iter().map(|era| self.target(era, account, meter, area, spec)).collect()
    }

    fn target(&self, era: &Era<'_>, account: &str, meter: &str, area: &str, spec: &str) -> Target {
        let is_with = self.is_with(account);
        for place in &era.prices {
            let Some(candidate) = self.prices.get(*place).filter(|price| price.contract.is_none() || is_with) else { continue };
            if candidate.price.meters.iter().any(|name| name == meter)
                && let Some(rate) = candidate.price.rate_for(area, spec)
            {
                // What is listed by its specification is no case of a price for all of them.
                let is_general = candidate.price.rates[rate].specs.is_empty() && candidate.contract.is_none();
                match listed(era, meter, spec).filter(|(_, entry)| is_general && !entry.specs.is_empty()) {
                    Some((target, _)) => return target,
                    None => return Target::Priced { price: *place, rate },
                }
            }
        }
        listed(era, meter, spec).map_or(Target::Unpriced, |(target, _)| target)
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

    /// The moments of seconds of a line.
    pub fn period_of(&self, (start, end): (i64, i64)) -> Period {
        let moment = |second: i64| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second) - self.shift();
        Period { start: moment(start), end: moment(end) }
    }

    /// What has to be added to a moment so that its day at UTC+8 is its day in the book's zone.
    pub fn shift(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.book.utc_offset - BILLING_OFFSET.local_minus_utc()))
    }
}

impl PlanPrice<'_> {
    /// Whether it says the same as another, but for how long its lines are.
    fn counts_like(&self, other: &Self) -> bool {
        self.price == other.price
            && self.contract == other.contract
            && self.tier_kind == other.tier_kind
            && self.bounds == other.bounds
            && self.unit == other.unit
    }

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

/// The entry of the era's list of what is ignored or unpriced; one that names the specification wins.
fn listed<'v>(era: &Era<'v>, meter: &str, spec: &str) -> Option<(Target, &'v Unpriced)> {
    let version = era.version?;
    let ignored = version.ignored.iter().map(|entry| (Target::Ignored, entry));
    let all = ignored.chain(version.unpriced.iter().map(|entry| (Target::Unpriced, entry)));
    let here = all.filter(|(_, entry)| entry.modes.contains(&era.mode) && entry.meters.iter().any(|name| name == meter));
    let fits = here.filter(|(_, entry)| entry.specs.is_empty() || entry.specs.iter().any(|own| own == spec));
    fits.min_by_key(|(_, entry)| entry.specs.is_empty())
}

fn has_mode(book: &PriceBook, mode: Mode) -> bool {
    book.versions.iter().any(|version| version.modes.contains(&mode))
}

/// Answers to the switches that every book knows.
#[derive(Default)]
struct Answers {
    basis: Dated<BillMonthBasis>,
    month_change: MonthChange,
    settlement_change: SettlementChange,
}

fn check_switches(book: &PriceBook, options: &Options) -> Result<Answers, OptionsError> {
    let mut answers = Answers::default();
    for (name, value) in options.switches.iter() {
        let wrong = |known: String| OptionsError::SwitchValue { name: name.to_owned(), value: value.to_owned(), known };
        if name == BILL_MONTH_BASIS {
            answers.basis = value.parse().map_err(|_| wrong(BillMonthBasis::ALL.map(BillMonthBasis::as_str).join(", ")))?;
            continue;
        }
        if name == MONTH_CHANGE {
            answers.month_change = value.parse().map_err(|_| wrong(MonthChange::ALL.map(MonthChange::as_str).join(", ")))?;
            continue;
        }
        if name == SETTLEMENT_CHANGE {
            let known = || SettlementChange::ALL.map(SettlementChange::as_str).join(", ");
            answers.settlement_change = value.parse().map_err(|_| wrong(known()))?;
            continue;
        }
        let Some(switch) = book.switches.iter().find(|switch| switch.name == name) else {
            let mut known: Vec<&str> = book.switches.iter().map(|switch| switch.name.as_str()).collect();
            known.extend([BILL_MONTH_BASIS, MONTH_CHANGE, SETTLEMENT_CHANGE]);
            let known = known.join(", ");
            return Err(OptionsError::UnknownSwitch { book: book.id.clone(), name: name.to_owned(), known });
        };
        if !switch.values.iter().any(|known| known == value) {
            return Err(wrong(switch.values.join(", ")));
        }
    }
    Ok(answers)
}

/// `None` cannot happen with a book that was parsed: every choice has a value for every answer.
pub(super) fn plan_price<'a>(
    price: Cow<'a, Price>,
    settlement: Settlement,
    answers: &BTreeMap<&str, &str>,
) -> Option<PlanPrice<'a>> {
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
        price,
    })
}

fn in_base(quantity: &Decimal, unit: Unit) -> Option<i128> {
    quantity.value().times(Ratio::whole(unit.factor)).map(Ratio::floor)
}
