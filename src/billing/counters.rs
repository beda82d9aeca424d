//! What of a line is priced, and in which tiers: free quantities, blocks, counters.
//!
//! Counters run over the lines of an account in the order of time. The list prices of lines under a contract are counted
//! beside, so that a discount never moves a line into another tier of the list.

use std::collections::BTreeMap;

use super::TierKind;
use super::book::{Dimensions, OverflowTier, Window};
use super::charges::out_of_range;
use super::gather::{RateError, day_number, month_days, month_window, start_of};
use super::lines::Line;
use super::options::{Opening, OptionsError};
use super::plan::{Plan, PlanPrice, Target};
use super::ratio::Ratio;
use super::tiers::{Slice, slices};

/// A counter: its name, meter, area, specification, and the first second of the period in which it runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    meter: String,
    area: String,
    spec: String,
    start: i64,
}

/// What is priced of a line.
pub(super) struct Tally {
    /// Usage less packs and free quantity, in whole blocks.
    pub net: Ratio,
    /// What was free.
    pub free: Ratio,
    /// The counter: before the line for graduated prices, else the total that decides the tier.
    pub counter: Ratio,
    /// The parts of `net` and their tiers.
    pub slices: Vec<Slice>,
    /// The same by the tiers of the price book.
    pub list: Vec<Slice>,
}

/// The counters of an account.
pub(super) struct Counters<'p> {
    plan: &'p Plan<'p>,
    /// Free and net quantity of each line.
    nets: Vec<(Ratio, Ratio)>,
    own: Side,
    list: Side,
}

/// Counters by own prices or by list prices.
#[derive(Default)]
struct Side {
    /// Running counters.
    counted: BTreeMap<Key, Ratio>,
    /// Totals of volume prices, known before the first line.
    totals: BTreeMap<Key, Ratio>,
}

impl<'p> Counters<'p> {
    /// Looks at all lines of an account, sorted by time.
    pub fn of(plan: &'p Plan<'p>, lines: &[Line]) -> Result<Self, RateError> {
        let mut counters = Self { plan, nets: Vec::with_capacity(lines.len()), own: Side::default(), list: Side::default() };
        let mut free = BTreeMap::new();
        for opening in lines.first().iter().flat_map(|line| plan.options.opening.iter().filter(|own| is_of(plan, own, line))) {
            counters.open(opening, lines, &mut free)?;
        }
        for line in lines {
            let net = counters.net(line, &mut free).ok_or_else(|| out_of_range(line))?;
            counters.nets.push(net);
            counters.total(line, net.1).ok_or_else(|| out_of_range(line))?;
        }
        Ok(counters)
    }

    /// The next line, in the same order.
    pub fn take(&mut self, index: usize, line: &Line) -> Result<Tally, RateError> {
        self.tally(index, line).ok_or_else(|| out_of_range(line))
    }

    fn tally(&mut self, index: usize, line: &Line) -> Option<Tally> {
        let (free, net) = *self.nets.get(index)?;
        let Some((price, _)) = line.price(self.plan) else {
            return Some(Tally { net, free, counter: Ratio::ZERO, slices: Vec::new(), list: Vec::new() });
        };
        let seen = self.seen(line);
        let (counter, slices) = self.own.slices(line, price, net, seen)?;
        let list = match price.list.and_then(|list| self.plan.prices.get(list)) {
            Some(list) => self.list.slices(line, list, net, seen)?.1,
            // The line counts for the tiers of list prices, whether it has a contract price or not.
            None if self.plan.options.contract.is_some() => self.list.slices(line, price, net, seen)?.1,
            None => slices.clone(),
        };
        Some(Tally { net, free, counter, slices, list })
    }

    /// What packs covered of a line, where that counts for tiers too.
    fn seen(&self, line: &Line) -> Ratio {
        match self.plan.packs.overflow_tier.value {
            OverflowTier::Overflow => Ratio::ZERO,
            OverflowTier::Total => Ratio::whole(line.covered),
        }
    }

    /// Free quantity and what is left to price.
    fn net(&self, line: &Line, free: &mut BTreeMap<Key, Ratio>) -> Option<(Ratio, Ratio)> {
        let open = line.counted.minus(Ratio::whole(line.covered))?;
        let Some((price, _)) = line.price(self.plan) else { return Some((Ratio::ZERO, open)) };
        if line.exempt.is_some() {
            return Some((Ratio::ZERO, Ratio::ZERO));
        }
        if line.counted < Ratio::whole(price.free_below) {
            return Some((open, Ratio::ZERO));
        }
        let full = Ratio::whole(price.free);
        let taken = match free_key(line, price) {
            None => full.min(open),
            Some(key) => {
                let used = free.entry(key).or_insert(Ratio::ZERO);
                let taken = full.minus(*used)?.min(open);
                *used = used.plus(taken)?;
                taken
            }
        };
        let rest = open.minus(taken)?;
        let net = if price.block > 1 { rest.up_to_multiple_of(Ratio::whole(price.block))? } else { rest };
        Some((taken, net))
    }

    /// A volume price looks at the total of its counter, which has to be known before the first line.
    fn total(&mut self, line: &Line, net: Ratio) -> Option<()> {
        let Some((price, _)) = line.price(self.plan) else { return Some(()) };
        let net = net.plus(self.seen(line))?;
        self.own.total(line, price, net)?;
        if self.plan.options.contract.is_some() {
            let list = price.list.and_then(|list| self.plan.prices.get(list)).unwrap_or(price);
            self.list.total(line, list, net)?;
        }
        Some(())
    }

    /// Lets counters begin where they stood.
    fn open(&mut self, opening: &Opening, lines: &[Line], free: &mut BTreeMap<Key, Ratio>) -> Result<(), RateError> {
        let wrong = |message: &str| {
            RateError::Options(OptionsError::Opening { opening: Box::new(opening.clone()), message: message.to_owned() })
        };
        let plan = self.plan;
        let at = (opening.at + plan.shift()).timestamp();
        let day = day_number(at - 1);
        let targets = plan.targets(plan.payer(&opening.account), &opening.meter, &opening.area, &opening.spec);
        let target = targets[plan.era_of(day)];
        let (Some(price), Target::Priced { price: place, .. }) = (plan.price(target), target) else {
            return Err(wrong("it has no price on that day"));
        };
        let quantity = Ratio::whole(opening.quantity);
        let mut counted = quantity;
        let window = month_window(plan, place, day);
        let names = (opening.meter.as_str(), opening.area.as_str(), opening.spec.as_str());
        let mut keys = Vec::new();
        if let Some(per) = price.price.free_per {
            let key = key(&price.price.name, names, price.price.free_by, start_of_period(per, at - 1, None));
            let taken = quantity.min(Ratio::whole(price.free));
            counted = counted.minus(taken).ok_or_else(|| wrong("it is too large"))?;
            free.insert(key.clone(), taken);
            keys.push(key);
        }
        let month = price.by_month().then(|| start_of(window.0));
        for (side, price) in
            [(&mut self.own, Some(price)), (&mut self.list, price.list.and_then(|list| plan.prices.get(list)).or(Some(price)))]
        {
            let Some(price) = price else { continue };
            let Some(tiers) = price.price.tiers.as_ref() else { continue };
            let start = start_of_period(tiers.reset, at - 1, month);
            let key = counter_key(price, names, start);
            side.counted.insert(key.clone(), counted);
            side.totals.insert(key.clone(), counted);
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(wrong("its price has neither tiers nor a free quantity of its own, so nothing is counted"));
        }
        let is_before = |line: &&Line| {
            let Some((price, _)) = line.price(plan) else { return false };
            line.seconds.0 < at && !price.by_month() && line_key(line, price).is_some_and(|key| keys.contains(&key))
        };
        match lines.iter().find(is_before) {
            Some(line) => {
                Err(wrong(&format!("the usage has a line of {} already, which the counter may hold too", line.usage_day)))
            }
            None => Ok(()),
        }
    }
}

fn is_of(plan: &Plan<'_>, opening: &Opening, line: &Line) -> bool {
    plan.payer(&opening.account) == line.group.account
}

impl Side {
    fn total(&mut self, line: &Line, price: &PlanPrice<'_>, net: Ratio) -> Option<()> {
        if price.tier_kind == TierKind::Volume
            && let Some(key) = line_key(line, price)
        {
            let total = self.totals.entry(key).or_insert(Ratio::ZERO);
            *total = total.plus(net)?;
        }
        Some(())
    }

    /// The counter that decides, and the slices; the counter goes on, past what it has `seen` of the line already.
    fn slices(&mut self, line: &Line, price: &PlanPrice<'_>, net: Ratio, seen: Ratio) -> Option<(Ratio, Vec<Slice>)> {
        let (Some(tiers), Some(key)) = (price.price.tiers.as_ref(), line_key(line, price)) else {
            return Some((Ratio::ZERO, vec![Slice { tier: 0, quantity: net }]));
        };
        let counter = match price.tier_kind {
            TierKind::Volume => self.totals.get(&key).copied().unwrap_or(net),
            TierKind::Graduated | TierKind::VolumeToDate => {
                let counted = self.counted.entry(key).or_insert(Ratio::ZERO);
                let before = counted.plus(seen)?;
                *counted = before.plus(net)?;
                if price.tier_kind == TierKind::Graduated { before } else { *counted }
            }
        };
        Some((counter, slices(price.tier_kind, tiers.bound, &price.bounds, counter, net)?))
    }
}

/// The counter of a line's tiers.
fn line_key(line: &Line, price: &PlanPrice<'_>) -> Option<Key> {
    let tiers = price.price.tiers.as_ref()?;
    let month = price.by_month().then_some(line.seconds.0);
    let names = (line.group.meter.as_str(), line.group.area.as_str(), line.group.spec.as_str());
    Some(counter_key(price, names, start_of_period(tiers.reset, line.seconds.0, month)))
}

fn counter_key(price: &PlanPrice<'_>, names: (&str, &str, &str), start: i64) -> Key {
    let tiers = price.price.tiers.as_ref();
    let by = tiers.map_or(price.price.lines_by, |tiers| tiers.by);
    match tiers.and_then(|tiers| tiers.counter.as_deref()) {
        Some(name) => key(name, ("", names.1, names.2), by, start),
        None => key(&price.price.name, names, by, start),
    }
}

/// The counter of a line's free quantity, where it runs longer than the line.
fn free_key(line: &Line, price: &PlanPrice<'_>) -> Option<Key> {
    let per = price.price.free_per?;
    let names = (line.group.meter.as_str(), line.group.area.as_str(), line.group.spec.as_str());
    Some(key(&price.price.name, names, price.price.free_by, start_of_period(per, line.seconds.0, None)))
}

fn key(name: &str, (meter, area, spec): (&str, &str, &str), by: Dimensions, start: i64) -> Key {
    let (area, spec) = by.pick(area, spec);
    Key { name: name.to_owned(), meter: meter.to_owned(), area: area.to_owned(), spec: spec.to_owned(), start }
}

/// The first second of the period around a second. The counter of a month's line begins with the line, which may be a part
/// of the month.
fn start_of_period(window: Window, second: i64, month_line: Option<i64>) -> i64 {
    let day = day_number(second);
    match window {
        Window::Hour => second - second.rem_euclid(3_600),
        Window::Day | Window::Settlement => start_of(day),
        Window::Month => month_line.unwrap_or_else(|| start_of(month_days(day).0)),
    }
}
