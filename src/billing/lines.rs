//! From gathered usage to lines: one quantity per account, price, area, specification and period.

use std::collections::BTreeMap;

use super::agreements::Stretch;
use super::book::{Aggregate, Outer, QuantumScope, Rate, Window};
use super::conditions::Watched;
use super::curve::{self, Aggregated, Changes, Curve};
use super::gather::{
    RateError, Rater, Series, Sum, day_number, day_of, month_window, short_window_end, start_of, target_on, windows_of_day,
};
use super::plan::{Plan, PlanPrice, Target, usual_unit};
use super::ratio::Ratio;
use super::words;
use crate::model::{AccountId, Amount, Base, BillingDay, MeterKind, Period, Status, Step, Unit};

/// What lines have in common that add up. The order of the fields is the order of the output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub account: String,
    pub meter: String,
    pub area: String,
    pub spec: String,
    pub target: Target,
}

impl Group {
    /// Meter, area and specification.
    fn names(&self) -> (&str, &str, &str) {
        (&self.meter, &self.area, &self.spec)
    }
}

/// One quantity to be priced.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub group: Group,
    pub account: AccountId,
    pub period: Period,
    pub usage_day: BillingDay,
    /// The first and the first second after, in the time of [`super::gather::Slot`].
    pub seconds: (i64, i64),
    pub unit: Unit,
    /// As measured and aggregated, in base units.
    pub usage: Ratio,
    /// After rounding each record or the period up to the quantum.
    pub counted: Ratio,
    /// By what was agreed for its days; one for most lines.
    pub parts: Vec<Part>,
    /// What is free before packs, where the book says so; else nothing.
    pub free_first: Ratio,
    /// What packs took over, of `counted`.
    pub covered: i128,
    pub coverings: Vec<Covering>,
    pub status: Status,
    /// Why the line is not charged, where a condition is not met.
    pub exempt: Option<String>,
    /// Why nobody knows whether it is charged, where what a condition looks at was not measured.
    pub undecided: Option<String>,
    /// Filled only where somebody asked for the arithmetic.
    pub steps: Vec<Step>,
    pub explain: bool,
}

/// A part of a line that has one price.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its days, and what was agreed for them.
    pub days: Stretch,
    /// The first and the first second after, as in [`Line::seconds`].
    pub seconds: (i64, i64),
    /// What of the line is paid in it.
    pub share: PartShare,
}

/// What of a line is paid in a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum PartShare {
    /// What happened in it. The parts add up to the line.
    Quantity {
        /// Of [`Line::usage`].
        usage: Ratio,
        /// Of [`Line::counted`].
        counted: Ratio,
    },
    /// The whole quantity, for a part of the time: so many months. Tiers see the quantity before it.
    Time(Ratio),
}

impl PartShare {
    /// What the quantity of the part is multiplied with.
    pub fn factor(self) -> Ratio {
        match self {
            Self::Quantity { .. } => Ratio::ONE,
            Self::Time(share) => share,
        }
    }
}

/// What one allowance took over of a line.
#[derive(Clone, Debug)]
pub(super) struct Covering {
    pub pack: String,
    /// The place of the pack among those of the account.
    pub holding: usize,
    pub part: usize,
    pub unit: Unit,
    /// In base units of usage.
    pub usage: i128,
    /// In base units of the allowance: usage × coefficient.
    pub taken: Ratio,
    /// What is left of the allowance.
    pub left: Ratio,
    pub coefficient: Ratio,
    /// Its share of what the pack cost; `None` where that is not known.
    pub effective: Option<Amount>,
}

impl Line {
    /// Meter, area and specification.
    pub fn names(&self) -> (&str, &str, &str) {
        self.group.names()
    }

    /// The price of the book, or the item of the contract, that makes the line; `None` is unpriced.
    pub fn price<'p>(&self, plan: &'p Plan<'_>) -> Option<(&'p PlanPrice<'p>, &'p Rate)> {
        let price = plan.price(self.group.target)?;
        Some((price, price.price.rates.get(self.rate_place()?)?))
    }

    /// The place of the rate among those of the price.
    pub fn rate_place(&self) -> Option<usize> {
        match self.group.target {
            Target::Priced { rate, .. } => Some(rate),
            Target::Unpriced | Target::Ignored => None,
        }
    }

    /// What packs can still take over.
    pub fn open(&self) -> Option<Ratio> {
        self.counted.minus(self.free_first)?.minus(Ratio::whole(self.covered))
    }

    /// Remembers a step of the arithmetic, where somebody asked for it.
    pub fn note(&mut self, step: impl FnOnce(&Self) -> Step) {
        if self.explain {
            let step = step(self);
            self.steps.push(step);
        }
    }
}

/// All lines, in the order of the output.
pub(super) fn of_usage(rater: &Rater<'_>) -> Result<Vec<Line>, RateError> {
    let plan = &rater.plan;
    let mut lines = of_events(rater)?;
    lines.extend(of_levels(plan, &rater.series)?);
    Watched::of(rater)
        .and_then(|watched| watched.exempt(plan, &mut lines))
        .ok_or_else(|| RateError::OutOfRange("the usage that a condition (only_if) looks at".to_owned()))?;
    lines.sort_by(|left, right| {
        let key = |line: &Line| (line.usage_day, line.period.start);
        left.group.account.cmp(&right.group.account).then(key(left).cmp(&key(right))).then_with(|| left.group.cmp(&right.group))
    });
    Ok(lines)
}

fn out_of_range(group: &Group) -> RateError {
    RateError::OutOfRange(format!(
        "the usage of account {:?}, meter {}, area {:?}, spec {:?}",
        group.account, group.meter, group.area, group.spec
    ))
}

/// Where usage of a series adds up; `None` when it is not charged.
fn group_of(plan: &Plan<'_>, series: &Series, target: Target) -> Option<Group> {
    let (area, spec) = match plan.price(target) {
        Some(price) => price.price.lines_by.pick(&series.area, &series.spec),
        None => (series.area.as_str(), series.spec.as_str()),
    };
    (target != Target::Ignored).then(|| Group {
        account: series.account.clone(),
        meter: series.meter.clone(),
        area: area.to_owned(),
        spec: spec.to_owned(),
        target,
    })
}

fn of_events(rater: &Rater<'_>) -> Result<Vec<Line>, RateError> {
    let plan = &rater.plan;
    // A slot of a month's line is a part of it.
    let mut merged: BTreeMap<(Group, i64), BTreeMap<i64, Sum>> = BTreeMap::new();
    for ((id, target, start), place) in &rater.slots {
        let Some(group) = group_of(plan, &rater.series[*id as usize], *target) else { continue };
        let sum = &rater.sums[*place as usize];
        let failed = out_of_range(&group);
        let by_month = plan.price(*target).is_some_and(|price| price.window == Window::Month);
        let line = if by_month { start_of(window_of(plan, &group, day_number(*start)).0) } else { *start };
        let parts = merged.entry((group, line)).or_default();
        let total = parts.entry(*start).or_insert(Sum { raw: 0, counted: 0, records: 0, status: sum.status });
        *total = total.plus(sum).ok_or(failed)?;
    }
    merged.into_iter().map(|((group, start), sums)| event_line(plan, group, start, &sums)).collect()
}

/// The days of a month that a line of a group covers, around a day.
fn window_of(plan: &Plan<'_>, group: &Group, day: i32) -> (i32, i32) {
    month_window(plan, group.target, &group.account, group.names(), day)
}

fn event_line(plan: &Plan<'_>, group: Group, start: i64, sums: &BTreeMap<i64, Sum>) -> Result<Line, RateError> {
    let failed = || out_of_range(&group);
    let price = plan.price(group.target);
    let seconds = if price.is_some_and(|price| price.window == Window::Month) {
        let (first, end) = window_of(plan, &group, day_number(start));
        (start_of(first), start_of(end))
    } else {
        (start, short_window_end(price.map_or(Window::Day, |price| price.window), start))
    };
    let mut all = sums.values();
    let first = *all.next().ok_or_else(failed)?;
    let sum = all.try_fold(first, |sum, next| sum.plus(next)).ok_or_else(failed)?;
    let mut line = blank(plan, group.clone(), seconds, sum.status);
    line.usage = Ratio::whole(sum.raw);
    line.counted = Ratio::whole(sum.counted);
    line.note(|line| {
        let plural = if sum.records == 1 { "record" } else { "records" };
        let used = words::quantity(line.usage, line.unit);
        let text = format!("usage: {} {plural} of {}, in all {used}", sum.records, window_words(line.seconds));
        Step::new("usage", text).with("records", sum.records).with("quantity", used)
    });
    if let Some((price, rate)) = line.price(plan) {
        count_events(&mut line, price, rate).ok_or_else(failed)?;
    }
    event_parts(plan, &mut line, sums).ok_or_else(failed)?;
    Ok(line)
}

/// Rounds what happened up to the quantum.
fn count_events(line: &mut Line, price: &PlanPrice<'_>, rate: &Rate) -> Option<()> {
    if let Some(days) = rate.minimum_days {
        line.note(|line| {
            let counted = words::quantity(line.counted, line.unit);
            let text = format!("each left before {days} days: its quantity × the days that are missing, in all {counted} × days");
            Step::new("minimum", text).with("minimum_days", days).with("quantity", counted)
        });
    }
    if price.price.quantum.is_some() && price.scope != QuantumScope::None {
        let quantum = Ratio::whole(price.quantum);
        if price.scope == QuantumScope::PerDay {
            line.counted = line.usage.up_to_multiple_of(quantum)?;
        }
        let each = if price.scope == QuantumScope::PerRecord { "each record" } else { "the sum" };
        line.note(|line| {
            let (step, counted) = (words::quantity(quantum, line.unit), words::quantity(line.counted, line.unit));
            Step::new("quantum", format!("{each} rounded up to whole {step}: {counted}")).with("quantity", counted)
        });
    }
    Some(())
}

/// What happened in each part of a line. Where the sum was rounded up, the rounding is in the last part that has any usage.
fn event_parts(plan: &Plan<'_>, line: &mut Line, sums: &BTreeMap<i64, Sum>) -> Option<()> {
    let mut left = line.counted;
    let mut parts = Vec::new();
    for part in stretches_of(plan, line) {
        let seconds = part_seconds(line, part);
        let mut within = sums.range(seconds.0..seconds.1).map(|(_, sum)| *sum).peekable();
        let Some(first) = within.next() else { continue };
        let sum = within.try_fold(first, |sum, next| sum.plus(&next))?;
        let is_last = sums.range(seconds.1..).next().is_none();
        let counted = if is_last { left } else { Ratio::whole(sum.counted).min(left) };
        left = left.minus(counted)?;
        let share = PartShare::Quantity { usage: Ratio::whole(sum.raw), counted };
        parts.push(Part { days: part, seconds, share });
    }
    line.parts = parts;
    Some(())
}

/// The parts of a line by what was agreed.
fn stretches_of(plan: &Plan<'_>, line: &Line) -> Vec<Stretch> {
    let days = (day_number(line.seconds.0), day_number(line.seconds.1 - 1) + 1);
    plan.parts(line.group.target, &line.group.account, line.names(), days)
}

/// The seconds of a part: those of the line where it is the only one, which may be an hour.
fn part_seconds(line: &Line, part: Stretch) -> (i64, i64) {
    (start_of(part.first).max(line.seconds.0), start_of(part.end).min(line.seconds.1))
}

impl Sum {
    /// Both together.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        Some(Self {
            raw: self.raw.checked_add(other.raw)?,
            counted: self.counted.checked_add(other.counted)?,
            records: self.records + other.records,
            status: self.status.min(other.status),
        })
    }
}

fn window_words((start, end): (i64, i64)) -> String {
    let (first, last) = (day_number(start), day_number(end - 1));
    if end - start < start_of(1) - start_of(0) {
        let hour = (start - start_of(first)) / 3_600;
        return format!("{} {hour}:00", day_of(first));
    }
    if first == last { day_of(first).to_string() } else { format!("{} to {}", day_of(first), day_of(last)) }
}

fn blank(plan: &Plan<'_>, group: Group, seconds: (i64, i64), status: Status) -> Line {
    let base = plan.book.meter(&group.meter).map_or(Base::Count, |(_, base)| base);
    let unit = plan.price(group.target).map_or_else(|| usual_unit(base), |price| price.unit);
    Line {
        account: AccountId::new(group.account.clone()),
        period: plan.period_of(seconds),
        usage_day: day_of(day_number(seconds.1 - 1)),
        seconds,
        unit,
        usage: Ratio::ZERO,
        counted: Ratio::ZERO,
        parts: Vec::new(),
        free_first: Ratio::ZERO,
        covered: 0,
        coverings: Vec::new(),
        status,
        exempt: None,
        undecided: None,
        steps: Vec::new(),
        explain: plan.options.explain,
        group,
    }
}

/// The levels of one group: all applications added, and the days with records.
#[derive(Default)]
struct Together {
    changes: Changes,
    days: BTreeMap<i32, Status>,
}

fn of_levels(plan: &Plan<'_>, series: &[Series]) -> Result<Vec<Line>, RateError> {
    let mut groups: BTreeMap<Group, Together> = BTreeMap::new();
    for series in series.iter().filter(|series| series.kind != MeterKind::Event) {
        let mut days: BTreeMap<Target, BTreeMap<i32, Status>> = BTreeMap::new();
        for (day, status) in &series.days {
            days.entry(target_on(plan, series, *day)).or_default().insert(*day, *status);
        }
        let several = days.len() > 1;
        for (target, days) in days {
            let Some(group) = group_of(plan, series, target) else { continue };
            let failed = out_of_range(&group);
            let together = groups.entry(group).or_default();
            if several {
                // Days on which the series leads elsewhere are no part of this line.
                let own = curve::within(&series.changes, &runs_of(&days));
                own.and_then(|own| curve::merge(&mut together.changes, &own)).ok_or(failed)?;
            } else {
                curve::merge(&mut together.changes, &series.changes).ok_or(failed)?;
            }
            for (day, status) in days {
                let least = together.days.entry(day).or_insert(status);
                *least = (*least).min(status);
            }
        }
    }
    let mut lines = Vec::new();
    for (group, together) in groups {
        let failed = out_of_range(&group);
        lines.extend(level_lines(plan, group, &together).ok_or(failed)?);
    }
    Ok(lines)
}

/// Stretches of days that follow each other, in seconds.
fn runs_of(days: &BTreeMap<i32, Status>) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for day in days.keys() {
        match runs.last_mut() {
            Some((_, end)) if *end == *day => *end = day + 1,
            _ => runs.push((*day, day + 1)),
        }
    }
    runs.into_iter().map(|(first, end)| (start_of(first), start_of(end))).collect()
}

fn level_lines(plan: &Plan<'_>, group: Group, together: &Together) -> Option<Vec<Line>> {
    let curve = Curve::new(&together.changes)?;
    let Some(price) = plan.price(group.target) else {
        return together.days.iter().map(|(day, status)| peak_line(plan, group.clone(), &curve, *day, *status)).collect();
    };
    if !price.by_month() {
        return short_lines(plan, &group, price, &curve, &together.days);
    }
    let mut months: BTreeMap<(i32, i32), Vec<i32>> = BTreeMap::new();
    for day in together.days.keys() {
        months.entry(window_of(plan, &group, *day)).or_default().push(*day);
    }
    let line = |(window, days): ((i32, i32), Vec<i32>)| {
        let status = days.iter().filter_map(|day| together.days.get(day)).min().copied()?;
        let mut line = blank(plan, group.clone(), (start_of(window.0), start_of(window.1)), status);
        month_usage(plan, &mut line, price, &curve, &days, window)?;
        Some(line)
    };
    months.into_iter().map(line).collect()
}

/// A line for each day with records, or for each hour in which something was there.
fn short_lines(
    plan: &Plan<'_>,
    group: &Group,
    price: &PlanPrice<'_>,
    curve: &Curve,
    days: &BTreeMap<i32, Status>,
) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    for (day, status) in days {
        for (start, end) in windows_of_day(price.window, *day) {
            let stretches = curve.stretches(start, end);
            if price.window == Window::Hour && curve::highest(&stretches) == 0 {
                continue;
            }
            let mut line = blank(plan, group.clone(), (start, end), *status);
            set_usage(&mut line, &curve::aggregate(&price.price.aggregate.inner, &stretches)?, price);
            line.parts = time_parts(plan, &line, &|_| Some(Ratio::ONE))?;
            lines.push(line);
        }
    }
    Some(lines)
}

/// Without a price there is no rule: the day's peak shows how much it is about.
fn peak_line(plan: &Plan<'_>, group: Group, curve: &Curve, day: i32, status: Status) -> Option<Line> {
    let seconds = (start_of(day), start_of(day + 1));
    let mut line = blank(plan, group, seconds, status);
    line.usage = Ratio::whole(curve::highest(&curve.stretches(seconds.0, seconds.1)));
    line.counted = line.usage;
    line.parts = time_parts(plan, &line, &|_| Some(Ratio::ONE))?;
    line.note(|line| {
        let peak = words::quantity(line.usage, line.unit);
        Step::new("usage", format!("usage: the peak of {} is {peak}", day_of(day))).with("quantity", peak)
    });
    Some(line)
}

fn set_usage(line: &mut Line, found: &Aggregated, price: &PlanPrice<'_>) {
    line.usage = found.value;
    line.counted = found.value;
    line.note(|line| {
        let name = price.price.aggregate.inner.name();
        let value = words::quantity(found.value, line.unit);
        let when = window_words(line.seconds);
        let text =
            format!("usage: the {name} of {when}, all applications added moment by moment, is {value}{}", found.how_text());
        found.numbers(Step::new("usage", text).with("quantity", value))
    });
}

/// The parts of a line of levels: the whole quantity, each for its share of the time. `share` tells the share of the first days
/// of a line up to one.
fn time_parts(plan: &Plan<'_>, line: &Line, share: &dyn Fn(i32) -> Option<Ratio>) -> Option<Vec<Part>> {
    let mut before = Ratio::ZERO;
    let mut parts = Vec::new();
    for days in stretches_of(plan, line) {
        let up_to = share(days.end)?;
        let share = PartShare::Time(up_to.minus(before)?);
        parts.push(Part { days, seconds: part_seconds(line, days), share });
        before = up_to;
    }
    Some(parts)
}

/// One quantity out of the days of a month.
fn month_usage(
    plan: &Plan<'_>,
    line: &mut Line,
    price: &PlanPrice<'_>,
    curve: &Curve,
    days: &[i32],
    window: (i32, i32),
) -> Option<()> {
    let rule = &price.price.aggregate;
    let is_valid = |day: &&i32| {
        let highest = curve::highest(&curve.stretches(start_of(**day), start_of(**day + 1)));
        rule.valid_above.is_none_or(|least| highest > least)
    };
    let valid: Vec<i32> = days.iter().filter(is_valid).copied().collect();
    let name = rule.inner.name();
    let unit = line.unit;
    let value = if rule.outer == Outer::None {
        // Where nothing asks for valid days the whole window counts, days without records as nothing.
        let only_valid = rule.valid_above.is_some() || rule.prorate;
        let counted: Vec<i32> = if only_valid { valid.clone() } else { (window.0..window.1).collect() };
        let stretches: Vec<(i64, i128)> =
            counted.iter().flat_map(|day| curve.stretches(start_of(*day), start_of(*day + 1))).collect();
        let found = curve::aggregate(&rule.inner, &stretches)?;
        line.note(|line| {
            let value = words::quantity(found.value, unit);
            let text = format!("usage: the {name} of {} is {value}{}", window_words(line.seconds), found.how_text());
            found.numbers(Step::new("usage", text).with("quantity", value))
        });
        found.value
    } else {
        let taken = if rule.outer == Outer::Sum { days } else { valid.as_slice() };
        let mut total = Ratio::ZERO;
        for day in taken {
            let found = curve::aggregate(&rule.inner, &curve.stretches(start_of(*day), start_of(*day + 1)))?;
            total = total.plus(found.value)?;
            line.note(|_| {
                let (day, value) = (day_of(*day), words::quantity(found.value, unit));
                let text = format!("{day}: {name} {value}{}", found.how_text());
                found.numbers(Step::new("day", text).with("day", day).with("quantity", value))
            });
        }
        let count = i128::try_from(taken.len()).ok()?;
        if rule.outer == Outer::Sum {
            line.note(|_| {
                let sum = words::quantity(total, unit);
                Step::new("usage", format!("usage: the sum of {count} days is {sum}")).with("quantity", sum)
            });
            total
        } else {
            let mean = total.over(Ratio::whole(count.max(1)))?;
            line.note(|_| {
                let (total, value) = (words::quantity(total, unit), words::quantity(mean, unit));
                let text = format!("usage: the mean over {count} valid days is {total} ÷ {count} = {value}");
                Step::new("usage", text).with("days", count).with("quantity", value)
            });
            mean
        }
    };
    line.usage = value;
    line.counted = value;
    line.parts = if rule.prorate {
        prorate(plan, line, price, &valid, window.0)?
    } else if rule.outer == Outer::Sum {
        sum_parts(plan, line, rule, curve, days)?
    } else {
        part_of_month(plan, line, window)?
    };
    Some(())
}

/// Sums of days: each part of the month has the sum of its own.
fn sum_parts(plan: &Plan<'_>, line: &Line, rule: &Aggregate, curve: &Curve, days: &[i32]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    for part in stretches_of(plan, line) {
        let mut sum = Ratio::ZERO;
        for day in days.iter().filter(|day| part.first <= **day && **day < part.end) {
            let stretches = curve.stretches(start_of(*day), start_of(*day + 1));
            sum = sum.plus(curve::aggregate(&rule.inner, &stretches)?.value)?;
        }
        let share = PartShare::Quantity { usage: sum, counted: sum };
        parts.push(Part { days: part, seconds: part_seconds(line, part), share });
    }
    Some(parts)
}

/// A price for a month is paid for the part of the month that a cut has left of it.
fn part_of_month(plan: &Plan<'_>, line: &mut Line, (first, end): (i32, i32)) -> Option<Vec<Part>> {
    let (days, length) = (end - first, i128::from(day_of(first).month().length()));
    if i128::from(days) < length {
        let factor = Ratio::new(days.into(), length)?;
        line.note(|_| {
            let text = format!("this price holds for {days} of the {length} days of the month: × {factor}, after tiers");
            Step::new("prorate", text).with("days", days).with("days_of_month", length).with("factor", factor)
        });
    }
    time_parts(plan, line, &|up_to| Ratio::new((up_to.min(end) - first).into(), length))
}

/// The part of the month that is paid. It is no part of the quantity: the tier is that of the whole value.
fn prorate(plan: &Plan<'_>, line: &mut Line, price: &PlanPrice<'_>, valid: &[i32], first: i32) -> Option<Vec<Part>> {
    let length = i128::from(day_of(first).month().length());
    let share = |up_to: i32| {
        let days = valid.iter().filter(|day| **day < up_to).count();
        let exact = Ratio::new(i128::try_from(days).ok()?, length)?;
        price.price.aggregate.prorate_decimals.map_or(Some(exact), |decimals| exact.rounded(decimals))
    };
    let (valid, factor) = (valid.len(), share(i32::MAX)?);
    line.note(|_| {
        let text = format!("paid for {valid} valid days ÷ {length} days of the month = × {factor}, after tiers");
        Step::new("prorate", text).with("valid_days", valid).with("days", length).with("factor", factor)
    });
    time_parts(plan, line, &share)
}
