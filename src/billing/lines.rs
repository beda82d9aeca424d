//! From gathered usage to lines: one quantity per account, price, area, specification and period.

use std::collections::{BTreeMap, HashMap};

use super::book::{Outer, QuantumScope, Rate, Window};
use super::curve::{self, Aggregated, Changes, Curve};
use super::gather::{RateError, Series, Slot, Sum, day_of, number_of, start_of, version_of};
use super::plan::{Plan, PlanPrice, Target, usual_unit};
use super::ratio::Ratio;
use super::words;
use crate::model::{AccountId, Base, BillingDay, MeterKind, Period, Status, Step, Unit};

/// What lines have in common that add up. The order of the fields is the order of the output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub account: String,
    pub meter: String,
    pub area: String,
    pub spec: String,
    pub version: usize,
    pub target: Target,
}

/// One quantity to be priced.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub group: Group,
    pub account: AccountId,
    pub period: Period,
    pub usage_day: BillingDay,
    pub unit: Unit,
    /// As measured and aggregated, in base units.
    pub usage: Ratio,
    /// After rounding each record or the period up to the quantum.
    pub counted: Ratio,
    /// The part of the month that is paid: 1 without proration. Tiers see the quantity before it.
    pub factor: Ratio,
    /// What packs took over, of `counted`.
    pub covered: i128,
    pub coverings: Vec<Covering>,
    pub status: Status,
    pub steps: Vec<Step>,
}

/// What one allowance took over of a line.
#[derive(Clone, Debug)]
pub(super) struct Covering {
    pub pack: String,
    pub part: usize,
    pub unit: Unit,
    /// In base units of usage.
    pub usage: i128,
    /// In base units of the allowance: usage × coefficient.
    pub taken: Ratio,
    /// What is left of the allowance.
    pub left: Ratio,
    pub coefficient: Ratio,
}

impl Line {
    /// The price that applies; `None` is unpriced.
    pub fn price<'p>(&self, plan: &'p Plan<'_>) -> Option<(&'p PlanPrice<'p>, &'p Rate)> {
        let Target::Priced { price, rate } = self.group.target else { return None };
        let price = plan.price(self.group.version, price)?;
        Some((price, price.price.rates.get(rate)?))
    }
}

/// All lines, in the order of the output.
pub(super) fn of_usage(plan: &Plan<'_>, series: &[Series], sums: &HashMap<Slot, Sum>) -> Result<Vec<Line>, RateError> {
    let mut lines = of_events(plan, series, sums)?;
    lines.extend(of_levels(plan, series)?);
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

/// Where a series' usage adds up in a version; `None` when it is not charged in this mode.
fn group_of(plan: &Plan<'_>, series: &Series, version: usize) -> Option<Group> {
    let target = *series.targets.get(version)?;
    let (mut area, mut spec) = (series.area.as_str(), series.spec.as_str());
    match target {
        Target::Ignored => return None,
        Target::Unpriced => {}
        Target::Priced { price, .. } => {
            let price = plan.price(version, price)?.price;
            area = if price.by_area { area } else { "" };
            spec = if price.by_spec { spec } else { "" };
        }
    }
    Some(Group {
        account: series.account.clone(),
        meter: series.meter.clone(),
        area: area.to_owned(),
        spec: spec.to_owned(),
        version,
        target,
    })
}

fn of_events(plan: &Plan<'_>, series: &[Series], sums: &HashMap<Slot, Sum>) -> Result<Vec<Line>, RateError> {
    let mut merged: BTreeMap<(Group, i32), Sum> = BTreeMap::new();
    for ((id, version, first), sum) in sums {
        let Some(group) = group_of(plan, &series[*id as usize], usize::from(*version)) else { continue };
        let failed = out_of_range(&group);
        let total = merged.entry((group, *first)).or_insert(Sum { raw: 0, counted: 0, records: 0, status: sum.status });
        let raw = total.raw.checked_add(sum.raw);
        let counted = total.counted.checked_add(sum.counted);
        let (Some(raw), Some(counted)) = (raw, counted) else { return Err(failed) };
        *total = Sum { raw, counted, records: total.records + sum.records, status: total.status.min(sum.status) };
    }
    merged.into_iter().map(|((group, first), sum)| event_line(plan, group, first, sum)).collect()
}

fn event_line(plan: &Plan<'_>, group: Group, first: i32, sum: Sum) -> Result<Line, RateError> {
    let failed = out_of_range(&group);
    let price = priced(plan, &group);
    let by_month = price.is_some_and(|price| price.price.aggregate.window == Window::Month);
    let window = if by_month { month_window(plan, &group, day_of(first)) } else { (first, first + 1) };
    let mut line = blank(plan, group, window, sum.status);
    line.usage = Ratio::whole(sum.raw);
    line.counted = Ratio::whole(sum.counted);
    let plural = if sum.records == 1 { "record" } else { "records" };
    let used = words::quantity(line.usage, line.unit);
    let text = format!("usage: {} {plural} of {} add up to {used}", sum.records, window_words(window));
    line.steps.push(Step::new("usage", text).with("records", sum.records).with("quantity", used));
    if let Some(price) = price.filter(|price| price.price.quantum.is_some()) {
        let quantum = Ratio::whole(price.quantum);
        if price.scope == QuantumScope::PerDay {
            line.counted = line.usage.up_to_multiple_of(quantum).ok_or(failed)?;
        }
        if price.scope != QuantumScope::None {
            let each = if price.scope == QuantumScope::PerRecord { "each record" } else { "the sum" };
            let step = words::quantity(quantum, line.unit);
            let counted = words::quantity(line.counted, line.unit);
            line.steps
                .push(Step::new("quantum", format!("{each} rounded up to whole {step}: {counted}")).with("quantity", counted));
        }
    }
    Ok(line)
}

fn priced<'p>(plan: &'p Plan<'_>, group: &Group) -> Option<&'p PlanPrice<'p>> {
    match group.target {
        Target::Priced { price, .. } => plan.price(group.version, price),
        _ => None,
    }
}

/// The days of a month that belong to the group's version.
fn month_window(plan: &Plan<'_>, group: &Group, day: BillingDay) -> (i32, i32) {
    let month = day.month();
    let (mut first, mut end) = (month.first_day(), month.end_day());
    if let Some(version) = plan.versions.get(group.version) {
        first = first.max(version.version.from);
        end = version.version.to.map_or(end, |to| end.min(to));
    }
    (number_of(first), number_of(end))
}

fn window_words((first, end): (i32, i32)) -> String {
    if end - first == 1 { day_of(first).to_string() } else { format!("{} to {}", day_of(first), day_of(end - 1)) }
}

fn blank(plan: &Plan<'_>, group: Group, (first, end): (i32, i32), status: Status) -> Line {
    let base = plan.book.meter(&group.meter).map_or(Base::Count, |(_, base)| base);
    let unit = priced(plan, &group).map_or_else(|| usual_unit(base), |price| price.unit);
    Line {
        account: AccountId::new(group.account.clone()),
        period: Period { start: day_of(first).start(), end: day_of(end).start() },
        usage_day: day_of(end - 1),
        unit,
        usage: Ratio::ZERO,
        counted: Ratio::ZERO,
        factor: Ratio::ONE,
        covered: 0,
        coverings: Vec::new(),
        status,
        steps: Vec::new(),
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
        let mut days: BTreeMap<usize, BTreeMap<i32, Status>> = BTreeMap::new();
        for (day, status) in &series.days {
            days.entry(version_of(plan, *day)).or_default().insert(*day, *status);
        }
        for (version, days) in days {
            let Some(group) = group_of(plan, series, version) else { continue };
            let failed = out_of_range(&group);
            let together = groups.entry(group).or_default();
            curve::merge(&mut together.changes, &series.changes).ok_or(failed)?;
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

fn level_lines(plan: &Plan<'_>, group: Group, together: &Together) -> Option<Vec<Line>> {
    let curve = Curve::new(&together.changes)?;
    let Some(price) = priced(plan, &group) else {
        return together.days.iter().map(|(day, status)| peak_line(plan, group.clone(), &curve, *day, *status)).collect();
    };
    let rule = &price.price.aggregate;
    if rule.window == Window::Day && rule.outer == Outer::None {
        let line = |(day, status): (&i32, &Status)| {
            let mut line = blank(plan, group.clone(), (*day, *day + 1), *status);
            let found = curve::aggregate(&rule.inner, &curve.stretches(start_of(*day), start_of(*day + 1)))?;
            set_usage(&mut line, &found, price);
            Some(line)
        };
        return together.days.iter().map(line).collect();
    }
    let mut months: BTreeMap<(i32, i32), Vec<i32>> = BTreeMap::new();
    for day in together.days.keys() {
        months.entry(month_window(plan, &group, day_of(*day))).or_default().push(*day);
    }
    months
        .into_iter()
        .map(|(window, days)| {
            let status = days.iter().filter_map(|day| together.days.get(day)).min().copied()?;
            let mut line = blank(plan, group.clone(), window, status);
            month_usage(&mut line, price, &curve, &days, window)?;
            Some(line)
        })
        .collect()
}

/// Without a price there is no rule: the day's peak shows how much it is about.
fn peak_line(plan: &Plan<'_>, group: Group, curve: &Curve, day: i32, status: Status) -> Option<Line> {
    let mut line = blank(plan, group, (day, day + 1), status);
    line.usage = Ratio::whole(curve::highest(&curve.stretches(start_of(day), start_of(day + 1))));
    line.counted = line.usage;
    let peak = words::quantity(line.usage, line.unit);
    line.steps.push(Step::new("usage", format!("usage: the peak of {} is {peak}", day_of(day))).with("quantity", peak));
    Some(line)
}

fn set_usage(line: &mut Line, found: &Aggregated, price: &PlanPrice<'_>) {
    line.usage = found.value;
    line.counted = found.value;
    let name = price.price.aggregate.inner.name();
    let how = found.how.as_ref().map(|how| format!(" ({how})")).unwrap_or_default();
    let value = words::quantity(found.value, line.unit);
    let text = format!("usage: the {name} of {}, all applications added moment by moment, is {value}{how}", line.usage_day);
    line.steps.push(Step::new("usage", text).with("quantity", value));
}

/// One quantity out of the days of a month.
fn month_usage(line: &mut Line, price: &PlanPrice<'_>, curve: &Curve, days: &[i32], window: (i32, i32)) -> Option<()> {
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
        let how = found.how.map(|how| format!(" ({how})")).unwrap_or_default();
        let value = words::quantity(found.value, unit);
        let text = format!("usage: the {name} of {} is {value}{how}", window_words(window));
        line.steps.push(Step::new("usage", text).with("quantity", value));
        found.value
    } else {
        let taken = if rule.outer == Outer::Sum { days } else { valid.as_slice() };
        let mut total = Ratio::ZERO;
        for day in taken {
            let found = curve::aggregate(&rule.inner, &curve.stretches(start_of(*day), start_of(*day + 1)))?;
            total = total.plus(found.value)?;
            let how = found.how.map(|how| format!(" ({how})")).unwrap_or_default();
            let (day, value) = (day_of(*day), words::quantity(found.value, unit));
            line.steps.push(Step::new("day", format!("{day}: {name} {value}{how}")).with("day", day).with("quantity", value));
        }
        let count = i128::try_from(taken.len()).ok()?;
        if rule.outer == Outer::Sum {
            let sum = words::quantity(total, unit);
            line.steps.push(Step::new("usage", format!("usage: the sum of {count} days is {sum}")).with("quantity", sum));
            total
        } else {
            let mean = total.over(Ratio::whole(count.max(1)))?;
            let total = words::quantity(total, unit);
            let value = words::quantity(mean, unit);
            let text = format!("usage: the mean over {count} valid days is {total} ÷ {count} = {value}");
            line.steps.push(Step::new("usage", text).with("days", count).with("quantity", value));
            mean
        }
    };
    line.usage = value;
    line.counted = value;
    if rule.prorate {
        prorate(line, price, valid.len(), window.0)?;
    }
    Some(())
}

/// Sets the part of the month that is paid. It is no part of the quantity: the tier is that of the whole value.
fn prorate(line: &mut Line, price: &PlanPrice<'_>, valid: usize, first: i32) -> Option<()> {
    let length = i128::from(day_of(first).month().length());
    let exact = Ratio::new(i128::try_from(valid).ok()?, length)?;
    line.factor = price.price.aggregate.prorate_decimals.map_or(Some(exact), |decimals| exact.rounded(decimals))?;
    let factor = line.factor;
    let text = format!("paid for {valid} valid days ÷ {length} days of the month = × {factor}, after tiers");
    line.steps.push(Step::new("prorate", text).with("valid_days", valid).with("days", length).with("factor", factor));
    Some(())
}
