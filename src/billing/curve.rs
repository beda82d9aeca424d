//! Levels over time: the sum of everything that was there at each moment.
//!
//! Rule 7: tiers and peaks belong to the account, so levels of all applications are added moment by
//! moment before any peak or percentile is taken.

use std::collections::BTreeMap;

use super::book::{DropRounding, DropTop, Inner};
use super::ratio::Ratio;
use crate::model::Step;

/// What a level changes by, at each second.
pub(super) type Changes = BTreeMap<i64, i128>;

/// Lets a quantity hold for `[start, end)`. `None` when the sum leaves the range.
pub(super) fn hold(changes: &mut Changes, start: i64, end: i64, quantity: i128) -> Option<()> {
    let rise = changes.entry(start).or_default();
    *rise = rise.checked_add(quantity)?;
    let fall = changes.entry(end).or_default();
    *fall = fall.checked_sub(quantity)?;
    Some(())
}

/// Adds the changes of another level.
pub(super) fn merge(into: &mut Changes, other: &Changes) -> Option<()> {
    for (moment, change) in other {
        let sum = into.entry(*moment).or_default();
        *sum = sum.checked_add(*change)?;
    }
    Some(())
}

/// A level inside some stretches of time, in order, and nothing outside of them.
pub(super) fn within(changes: &Changes, stretches: &[(i64, i64)]) -> Option<Changes> {
    let curve = Curve::new(changes)?;
    let mut cut = Changes::new();
    for (start, end) in stretches {
        let mut from = *start;
        for (seconds, level) in curve.stretches(*start, *end) {
            hold(&mut cut, from, from + seconds, level)?;
            from += seconds;
        }
    }
    Some(cut)
}

/// A level as steps: from each moment on, so much.
pub(super) struct Curve {
    steps: Vec<(i64, i128)>,
}

impl Curve {
    /// Adds the changes up.
    pub fn new(changes: &Changes) -> Option<Self> {
        let mut level = 0_i128;
        let mut steps = Vec::with_capacity(changes.len());
        for (moment, change) in changes {
            level = level.checked_add(*change)?;
            steps.push((*moment, level));
        }
        Some(Self { steps })
    }

    /// The stretches of constant level in `[start, end)`: seconds and level. They fill it without gap.
    pub fn stretches(&self, start: i64, end: i64) -> Vec<(i64, i128)> {
        let first = self.steps.partition_point(|(moment, _)| *moment <= start);
        let mut level = first.checked_sub(1).map_or(0, |index| self.steps[index].1);
        let mut from = start;
        let mut stretches = Vec::new();
        for (moment, next) in self.steps[first..].iter().take_while(|(moment, _)| *moment < end) {
            stretches.push((moment - from, level));
            (from, level) = (*moment, *next);
        }
        stretches.push((end - from, level));
        stretches.retain(|(seconds, _)| *seconds > 0);
        stretches
    }
}

/// One quantity out of a window's stretches, and how it came about.
pub(super) struct Aggregated {
    /// In base units.
    pub value: Ratio,
    /// Where there is more to say than the name of the aggregate.
    how: Option<How>,
}

/// How a quantity came about.
enum How {
    Mean { total: i128, seconds: i64 },
    Points { points: i64, dropped: i128 },
}

impl Aggregated {
    /// In words, in brackets; empty where the name of the aggregate says all.
    pub fn how_text(&self) -> String {
        match &self.how {
            None => String::new(),
            Some(How::Mean { total, seconds }) => format!(" ({total} unit-seconds ÷ {seconds} s)"),
            Some(How::Points { points, dropped }) => {
                format!(" ({points} points, the highest {dropped} dropped, point {} from the top counts)", dropped + 1)
            }
        }
    }

    /// The step with the numbers behind it.
    pub fn numbers(&self, step: Step) -> Step {
        match &self.how {
            None => step,
            Some(How::Mean { total, seconds }) => step.with("unit_seconds", total).with("seconds", seconds),
            Some(How::Points { points, dropped }) => {
                step.with("points", points).with("dropped", dropped).with("rank", dropped + 1)
            }
        }
    }
}

/// Applies an aggregate inside a window.
pub(super) fn aggregate(inner: &Inner, stretches: &[(i64, i128)]) -> Option<Aggregated> {
    let plain = |value: i128| Some(Aggregated { value: Ratio::whole(value), how: None });
    match inner {
        // Levels and rates are never added over time; a book that asks for it is refused.
        Inner::Max | Inner::Sum => plain(highest(stretches)),
        Inner::Last => plain(stretches.last().map_or(0, |(_, level)| *level)),
        Inner::Mean => {
            let mut total = 0_i128;
            for (seconds, level) in stretches {
                total = total.checked_add(level.checked_mul(i128::from(*seconds))?)?;
            }
            let seconds: i64 = stretches.iter().map(|(seconds, _)| seconds).sum();
            let value = Ratio::new(total, i128::from(seconds.max(1)))?;
            Some(Aggregated { value, how: Some(How::Mean { total, seconds }) })
        }
        Inner::DropTop(drop) => drop_top(drop, stretches),
    }
}

/// The highest level.
pub(super) fn highest(stretches: &[(i64, i128)]) -> i128 {
    stretches.iter().map(|(_, level)| *level).max().unwrap_or(0)
}

fn drop_top(drop: &DropTop, stretches: &[(i64, i128)]) -> Option<Aggregated> {
    let mut points: Vec<(i128, i64)> = stretches.iter().map(|(seconds, level)| (*level, seconds / drop.sample_seconds)).collect();
    points.sort_unstable_by(|left, right| right.cmp(left));
    let count: i64 = points.iter().map(|(_, count)| count).sum();
    let dropped = drop.share.times(Ratio::whole(i128::from(count)))?;
    let dropped = match drop.rounding {
        DropRounding::Floor => dropped.floor(),
        DropRounding::Ceil => dropped.ceil(),
        DropRounding::HalfUp => dropped.round_half_up(),
    };
    let mut passed = 0_i128;
    let mut value = 0;
    for (level, count) in points {
        passed += i128::from(count);
        if passed > dropped {
            value = level;
            break;
        }
    }
    Some(Aggregated { value: Ratio::whole(value), how: Some(How::Points { points: count, dropped }) })
}
