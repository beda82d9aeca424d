//! What of a line is priced, and in which tiers: free quantities, blocks, counters.
//!
//! Counters run over the lines of an account in the order of time. The list prices of lines under a contract are counted
//! beside, so that a discount never moves a line into another tier of the list.

use std::collections::{BTreeMap, BTreeSet};

use super::TierKind;
use super::book::{Dimensions, Inner, OverflowTier, Window};
use super::charges::out_of_range;
use super::gather::{RateError, day_number, month_days, month_window, start_of};
use super::lines::{Line, Part, PartShare};
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
    /// The same by the parts of the line.
    pub parts: Vec<PartTally>,
}

/// What is priced of a part of a line.
pub(super) struct PartTally {
    /// Of the line's.
    pub net: Ratio,
    /// What packs covered of it, where the parts of a line are quantities.
    pub covered: i128,
    /// The counter: before the part for graduated prices, else the total that decides the tier.
    pub counter: Ratio,
    /// The parts of `net` and their tiers.
    pub slices: Vec<Slice>,
    /// The same by the tiers of the price book.
    pub list: Vec<Slice>,
}

/// The counters of an account.
///
/// The book's tiers count every line, whatever was agreed; an agreement with tiers of its own counts beside them.
pub(super) struct Counters<'p> {
    plan: &'p Plan<'p>,
    /// Free and net quantity of each line.
    nets: Vec<(Ratio, Ratio)>,
    book: Side,
    own: Side,
    /// The counters that rows opened.
    opened: BTreeSet<Key>,
}

/// Counters by tiers of the book, or by own tiers of agreements.
#[derive(Default)]
struct Side {
    /// Running counters.
    counted: BTreeMap<Key, Ratio>,
    /// Totals of volume prices, known before the first line.
    totals: BTreeMap<Key, Ratio>,
}

/// What of a line lies in one of its parts.
struct PartNet {
    net: Ratio,
    covered: i128,
    /// What packs covered, where that counts for tiers too.
    seen: Ratio,
}

impl<'p> Counters<'p> {
    /// Looks at all lines of an account, sorted by time.
    pub fn of(plan: &'p Plan<'p>, lines: &[Line]) -> Result<Self, RateError> {
        let (book, own) = (Side::default(), Side::default());
        let mut counters = Self { plan, nets: Vec::with_capacity(lines.len()), book, own, opened: BTreeSet::new() };
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
        let Some((price, _)) = line.price(self.plan) else { return Some(Tally { net, free, parts: Vec::new() }) };
        let mut list = self.book.slices(line_key(self.plan, line, price), price, net, self.seen(line))?;
        let whole = list.clone();
        let mut before = Ratio::ZERO;
        let mut parts = Vec::with_capacity(line.parts.len());
        for (part, PartNet { net, covered, seen }) in line.parts.iter().zip(self.part_nets(line, net)?) {
            let listed = match part.share {
                PartShare::Time(_) => whole.slices.clone(),
                PartShare::Quantity { .. } => take(&mut list.slices, net)?,
            };
            let counter = match price.tier_kind {
                TierKind::Graduated => whole.counter.plus(before)?,
                TierKind::Volume | TierKind::VolumeToDate => whole.counter,
            };
            if let PartShare::Quantity { .. } = part.share {
                before = before.plus(net)?;
            }
            let own = part.days.agreed.and_then(|place| Some((place, self.plan.agreements.get(place)?)));
            let tally = match own {
                Some((place, agreement)) if agreement.has_own_tiers() => {
                    let key = own_key(self.plan, place, line, part);
                    let Sliced { counter, slices } = self.own.slices(key, &agreement.own, net, seen)?;
                    PartTally { net, covered, counter, slices, list: listed }
                }
                Some((_, agreement)) if agreement.own.price.tiers.is_none() => {
                    let slices = vec![Slice { tier: 0, quantity: net }];
                    PartTally { net, covered, counter: Ratio::ZERO, slices, list: listed }
                }
                _ => PartTally { net, covered, counter, slices: listed.clone(), list: listed },
            };
            parts.push(tally);
        }
        Some(Tally { net, free, parts })
    }

    /// What packs covered of a line, where that counts for tiers too.
    fn seen(&self, line: &Line) -> Ratio {
        match self.plan.packs.overflow_tier.value {
            OverflowTier::Overflow => Ratio::ZERO,
            OverflowTier::Total => Ratio::whole(line.covered),
        }
    }

    /// What is to be priced in each part of a line. Packs and free quantities take what happened first; what blocks add comes
    /// last.
    fn part_nets(&self, line: &Line, net: Ratio) -> Option<Vec<PartNet>> {
        let seen = self.seen(line);
        let reduced = line.counted.minus(net)?.max(Ratio::ZERO);
        let last = line.parts.len().saturating_sub(1);
        let mut counted_to = Ratio::ZERO;
        let mut before = (Ratio::ZERO, Ratio::ZERO, 0);
        let part = |(index, part): (usize, &Part)| match part.share {
            PartShare::Time(_) => Some(PartNet { net, covered: line.covered, seen }),
            PartShare::Quantity { counted, .. } => {
                counted_to = counted_to.plus(counted)?;
                let net_to = if index == last { net } else { counted_to.minus(reduced)?.max(Ratio::ZERO).min(net) };
                let covered_to = if index == last { line.covered } else { counted_to.floor().min(line.covered) };
                let seen_to = if index == last { seen } else { counted_to.min(seen) };
                let own =
                    PartNet { net: net_to.minus(before.0)?, seen: seen_to.minus(before.1)?, covered: covered_to - before.2 };
                before = (net_to, seen_to, covered_to);
                Some(own)
            }
        };
        line.parts.iter().enumerate().map(part).collect()
    }

    /// Free quantity and what is left to price.
    fn net(&self, line: &Line, free: &mut BTreeMap<Key, Ratio>) -> Option<(Ratio, Ratio)> {
        let open = line.open()?;
        let Some((price, _)) = line.price(self.plan) else { return Some((Ratio::ZERO, open)) };
        if line.exempt.is_some() || line.undecided.is_some() {
            return Some((Ratio::ZERO, Ratio::ZERO));
        }
        let (taken, rest) = if price.price.free_first {
            (line.free_first, open)
        } else {
            let taken = free_part(line, price, open, free)?;
            (taken, open.minus(taken)?)
        };
        let net = if price.block > 1 { rest.up_to_multiple_of(Ratio::whole(price.block))? } else { rest };
        Some((taken, net))
    }

    /// A volume price looks at the total of its counter, which has to be known before the first line.
    fn total(&mut self, line: &Line, net: Ratio) -> Option<()> {
        let Some((price, _)) = line.price(self.plan) else { return Some(()) };
        self.book.total(line_key(self.plan, line, price), price, net.plus(self.seen(line))?)?;
        for (part, PartNet { net, seen, .. }) in line.parts.iter().zip(self.part_nets(line, net)?) {
            let own = part.days.agreed.and_then(|place| Some((place, self.plan.agreements.get(place)?)));
            if let Some((place, agreement)) = own.filter(|(_, agreement)| agreement.has_own_tiers()) {
                self.own.total(own_key(self.plan, place, line, part), &agreement.own, net.plus(seen)?)?;
            }
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
        let account = plan.payer(&opening.account);
        let targets = plan.targets(account, &opening.meter, &opening.area, &opening.spec);
        let target = targets[plan.era_of(day)];
        let Some(price) = plan.price(target) else { return Err(wrong("it has no price on that day")) };
        let quantity = Ratio::whole(opening.quantity);
        let mut counted = quantity;
        let names = (opening.meter.as_str(), opening.area.as_str(), opening.spec.as_str());
        let mut keys = Vec::new();
        if let Some((_, key, taken)) = free_of_opening(plan, opening) {
            counted = counted.minus(taken).ok_or_else(|| wrong("it is too large"))?;
            free.insert(key.clone(), taken);
            keys.push(key);
        }
        if let Some(tiers) = price.price.tiers.as_ref() {
            let is_level = price.price.aggregate.inner != Inner::Sum;
            let start = match price.by_month() && is_level {
                true => start_of(month_window(plan, target, account, names, day).0),
                false => counted_from(plan, target, account, names, tiers.reset, at - 1),
            };
            let key = counter_key(price, names, start);
            self.book.begin(&key, counted);
            keys.push(key);
        }
        let agreed = plan.agreed(plan.era_of(day), target, account, names);
        let own = agreed.and_then(|place| Some((place, plan.agreements.get(place)?)));
        if let Some((place, agreement)) = own
            && let Some(tiers) = agreement.own.price.tiers.as_ref().filter(|_| agreement.has_own_tiers())
        {
            let since = start_of(plan.own_tiers_since(place, account, names, day));
            let key = counter_key(&agreement.own, names, start_of_period(tiers.reset, at - 1).max(since));
            self.own.begin(&key, counted);
            keys.push(key);
        }
        if !self.opened.is_disjoint(&keys.iter().cloned().collect()) {
            return Err(wrong("another row opens the same counter; add them up"));
        }
        self.opened.extend(keys.iter().cloned());
        if keys.is_empty() {
            return Err(wrong("its price has neither tiers nor a free quantity of its own, so nothing is counted"));
        }
        let is_before = |line: &&Line| {
            let Some((price, _)) = line.price(plan) else { return false };
            line.seconds.0 < at && !price.by_month() && line_key(plan, line, price).is_some_and(|key| keys.contains(&key))
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

/// Takes off what is free before packs, where the book turns the order round. The lines are those of one account, sorted by time.
pub(super) fn free_first(plan: &Plan<'_>, lines: &mut [Line]) -> Result<(), RateError> {
    let mut free = BTreeMap::new();
    for opening in lines.first().iter().flat_map(|line| plan.options.opening.iter().filter(|own| is_of(plan, own, line))) {
        free.extend(
            free_of_opening(plan, opening).filter(|(price, ..)| price.price.free_first).map(|(_, key, taken)| (key, taken)),
        );
    }
    for line in lines {
        let Some((price, _)) = line.price(plan).filter(|(price, _)| price.price.free_first) else { continue };
        if line.exempt.is_none() && line.undecided.is_none() {
            line.free_first = free_part(line, price, line.counted, &mut free).ok_or_else(|| out_of_range(line))?;
        }
    }
    Ok(())
}

/// What is free of an open quantity.
fn free_part(line: &Line, price: &PlanPrice<'_>, open: Ratio, free: &mut BTreeMap<Key, Ratio>) -> Option<Ratio> {
    if open < Ratio::whole(price.free_below) {
        return Some(open);
    }
    let full = Ratio::whole(price.free);
    let Some(key) = free_key(line, price) else { return Some(full.min(open)) };
    let used = free.entry(key).or_insert(Ratio::ZERO);
    let taken = full.minus(*used)?.min(open);
    *used = used.plus(taken)?;
    Some(taken)
}

/// What an opening counter had taken of a free quantity.
fn free_of_opening<'p>(plan: &'p Plan<'_>, opening: &Opening) -> Option<(&'p PlanPrice<'p>, Key, Ratio)> {
    let at = (opening.at + plan.shift()).timestamp();
    let names = (opening.meter.as_str(), opening.area.as_str(), opening.spec.as_str());
    let targets = plan.targets(plan.payer(&opening.account), names.0, names.1, names.2);
    let price = plan.price(targets[plan.era_of(day_number(at - 1))]).filter(|price| price.free > 0)?;
    let per = price.price.free_per.or(price.by_month().then_some(Window::Month))?;
    let key = key(&price.price.name, names, price.price.free_by, start_of_period(per, at - 1));
    Some((price, key, Ratio::whole(opening.quantity).min(Ratio::whole(price.free))))
}

/// A quantity cut at the bounds of tiers.
#[derive(Clone)]
struct Sliced {
    /// The counter that decided.
    counter: Ratio,
    slices: Vec<Slice>,
}

impl Side {
    fn begin(&mut self, key: &Key, counted: Ratio) {
        self.counted.insert(key.clone(), counted);
        self.totals.insert(key.clone(), counted);
    }

    fn total(&mut self, key: Option<Key>, price: &PlanPrice<'_>, net: Ratio) -> Option<()> {
        if price.tier_kind == TierKind::Volume
            && let Some(key) = key
        {
            let total = self.totals.entry(key).or_insert(Ratio::ZERO);
            *total = total.plus(net)?;
        }
        Some(())
    }

    /// The counter that decides, and the slices; the counter goes on, past what it has `seen` of the line already.
    fn slices(&mut self, key: Option<Key>, price: &PlanPrice<'_>, net: Ratio, seen: Ratio) -> Option<Sliced> {
        let (Some(tiers), Some(key)) = (price.price.tiers.as_ref(), key) else {
            return Some(Sliced { counter: Ratio::ZERO, slices: vec![Slice { tier: 0, quantity: net }] });
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
        let slices = slices(price.tier_kind, tiers.bound, &price.bounds, counter, net)?;
        Some(Sliced { counter, slices })
    }
}

/// Takes the first slices up to a quantity. Nothing at all is shown in the tier that comes next.
fn take(slices: &mut Vec<Slice>, quantity: Ratio) -> Option<Vec<Slice>> {
    let mut open = quantity;
    let mut taken = Vec::new();
    while let Some(slice) = slices.first_mut() {
        let part = open.min(slice.quantity);
        open = open.minus(part)?;
        taken.push(Slice { tier: slice.tier, quantity: part });
        slice.quantity = slice.quantity.minus(part)?;
        if slice.quantity == Ratio::ZERO && slices.len() > 1 {
            slices.remove(0);
        }
        if open == Ratio::ZERO || part == Ratio::ZERO {
            break;
        }
    }
    Some(taken)
}

/// The counter of own tiers in a part of a line: it begins with the term, whenever the tiers of the book do. What is there the
/// whole month is no count, so its tier is that of the part alone.
fn own_key(plan: &Plan<'_>, place: usize, line: &Line, part: &Part) -> Option<Key> {
    let price = &plan.agreements.get(place)?.own;
    let tiers = price.price.tiers.as_ref()?;
    let first = part.seconds.0;
    let start = match part.share {
        PartShare::Time(_) if price.by_month() => first,
        _ => {
            let since = plan.own_tiers_since(place, &line.group.account, line.names(), day_number(first));
            start_of_period(tiers.reset, first).max(start_of(since))
        }
    };
    Some(counter_key(price, line.names(), start))
}

/// The counter of a line's tiers. The month of what is there is one quantity, however much was there before it.
fn line_key(plan: &Plan<'_>, line: &Line, price: &PlanPrice<'_>) -> Option<Key> {
    let tiers = price.price.tiers.as_ref()?;
    let first = line.seconds.0;
    let is_count = line.parts.iter().all(|part| matches!(part.share, PartShare::Quantity { .. }));
    let start = match price.by_month() && !is_count {
        true => first,
        false => counted_from(plan, line.group.target, &line.group.account, line.names(), tiers.reset, first),
    };
    Some(counter_key(price, line.names(), start))
}

/// The second since which the counter of a price has run, looking back from a second: the begin of its period, or where lines of a
/// month were cut because the price changed, or where the settlement changed, if counters begin anew then.
fn counted_from(plan: &Plan<'_>, target: Target, account: &str, names: (&str, &str, &str), reset: Window, second: i64) -> i64 {
    let day = day_number(second);
    let by_month = plan.price(target).is_some_and(PlanPrice::by_month);
    let since = if by_month { plan.counted_since(target, account, names, day) } else { plan.settled_since(day) };
    start_of_period(reset, second).max(start_of(since))
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
    // A month's line may be a part of the month; the free quantity is the month's.
    let per = price.price.free_per.or(price.by_month().then_some(Window::Month))?;
    Some(key(&price.price.name, line.names(), price.price.free_by, start_of_period(per, line.seconds.0)))
}

fn key(name: &str, (meter, area, spec): (&str, &str, &str), by: Dimensions, start: i64) -> Key {
    let (area, spec) = by.pick(area, spec);
    Key { name: name.to_owned(), meter: meter.to_owned(), area: area.to_owned(), spec: spec.to_owned(), start }
}

/// The first second of the period around a second.
fn start_of_period(window: Window, second: i64) -> i64 {
    let day = day_number(second);
    match window {
        Window::Hour => second - second.rem_euclid(3_600),
        Window::Day | Window::Settlement => start_of(day),
        Window::Month => start_of(month_days(day).0),
    }
}
