//! Packs take their part of the aggregated quantity, before tiers.
//!
//! In order: by usage day, then by period, then by pack in the order of the book's rule, then by the selectors of its
//! allowance as listed, then by the order of the output. So the same usage and packs always give the same lines.

use std::rc::Rc;

use super::held::Held;
use crate::billing::book::{Cover, Part};
use crate::billing::charges::switch_step;
use crate::billing::gather::RateError;
use crate::billing::lines::{Covering, Line};
use crate::billing::plan::Plan;
use crate::billing::ratio::Ratio;
use crate::billing::words;
use crate::model::Step;

/// Lets packs cover the lines of their account, which are sorted by time.
pub(super) fn deduct(held: &mut Held<'_>, lines: &mut [Line]) -> Result<(), RateError> {
    for lines in lines.chunk_by_mut(|left, right| left.usage_day == right.usage_day) {
        let Some(day) = lines.first().map(|line| line.usage_day) else { continue };
        held.renew_expired(day);
        if held.is_frozen(day) {
            note_frozen(held, lines);
            continue;
        }
        let order = held.order(day);
        cover_day(held, &order, lines)?;
        held.renew_used_up(day, lines)?;
    }
    held.renew_expired(held.end);
    for line in lines.iter_mut().filter(|line| line.explain && !line.coverings.is_empty()) {
        explain(held, line);
    }
    Ok(())
}

/// Lets some packs, in this order, cover the lines of a day.
pub(super) fn cover_day(held: &mut Held<'_>, order: &[usize], lines: &mut [Line]) -> Result<(), RateError> {
    for lines in lines.chunk_by_mut(|left, right| left.period == right.period) {
        for pack in order {
            cover_period(held, *pack, lines)
                .ok_or_else(|| RateError::OutOfRange(format!("the deduction from pack {:?}", held.packs[*pack].pack.id)))?;
        }
    }
    Ok(())
}

fn cover_period(held: &mut Held<'_>, pack: usize, lines: &mut [Line]) -> Option<()> {
    let plan = held.plan;
    let own = Rc::clone(&held.packs[pack].pack);
    for (place, part) in own.parts.iter().enumerate() {
        for cover in &part.covers {
            for line in lines.iter_mut().filter(|line| line.exempt.is_none() && plan.packs.selects(cover, line)) {
                take(held, (pack, place), part, cover, line)?;
            }
        }
    }
    Some(())
}

/// Covers as much of a line as is left, in whole base units of usage.
fn take(held: &mut Held<'_>, (pack, place): (usize, usize), part: &Part, cover: &Cover, line: &mut Line) -> Option<()> {
    let left = held.left(pack, place, line);
    let open = line.open()?;
    // Up to the next whole base unit where all of it can be covered, else only what is whole.
    let most = left.over(cover.coefficient)?;
    let usage = if open <= most { open.floor() } else { most.floor() };
    if usage <= 0 {
        return Some(());
    }
    let taken = Ratio::whole(usage).times(cover.coefficient)?;
    let left = left.minus(taken)?;
    line.covered = line.covered.checked_add(usage)?;
    held.set_left(pack, place, line, left);
    let (id, unit) = (held.packs[pack].pack.id.clone(), part.unit);
    line.note(|line| {
        let (used, taken) = (words::quantity(Ratio::whole(usage), line.unit), words::quantity(taken, unit));
        let left = words::quantity(left, unit);
        let text = format!("pack {id} covers {used} × {} = {taken} of its allowance; {left} left", cover.coefficient);
        Step::new("pack", text).with("pack", &id).with("usage", used).with("left", left)
    });
    for (name, answer) in cover.when.iter().filter_map(|(name, _)| held.plan.packs.answer_to(name)) {
        note_switch(held.plan, line, name, answer);
    }
    line.coverings.push(Covering {
        pack: id,
        holding: pack,
        part: place,
        unit,
        usage,
        taken,
        left,
        coefficient: cover.coefficient,
        effective: None,
    });
    Some(())
}

/// Why nothing of a day is covered.
fn note_frozen(held: &Held<'_>, lines: &mut [Line]) {
    let rules = &held.plan.packs;
    let Some((name, answer)) = rules.answer(&rules.under_monthly) else { return };
    for line in lines {
        note_switch(held.plan, line, name, answer);
    }
}

/// The switches that mattered for a covered line.
fn explain(held: &Held<'_>, line: &mut Line) {
    let (plan, rules) = (held.plan, &held.plan.packs);
    let has_tiers = line.price(plan).is_some_and(|(price, _)| price.price.tiers.is_some());
    let is_open = line.open().is_some_and(|open| open > Ratio::ZERO);
    let is_renewed = line.coverings.iter().any(|covering| held.packs[covering.holding].is_renewal);
    let mattered = [
        rules.answer(&rules.order).filter(|_| held.packs.len() > 1),
        rules.answer(&rules.overflow_tier).filter(|_| has_tiers && is_open),
        rules.answer(&rules.look_back).filter(|_| is_renewed),
        rules.answer(&rules.under_monthly).filter(|_| held.is_monthly(line.usage_day)),
    ];
    for (name, answer) in mattered.into_iter().flatten() {
        note_switch(plan, line, name, answer);
    }
}

/// A switch that mattered for a line, once.
fn note_switch(plan: &Plan<'_>, line: &mut Line, name: &str, answer: &str) {
    let is_this = |step: &Step| step.step == "switch" && step.values.iter().any(|(_, value)| value == name);
    if !line.steps.iter().any(is_this) {
        line.note(|_| switch_step(plan, name, answer));
    }
}
