//! The rules of a book's packs, with every switch answered.

use std::collections::BTreeMap;

use crate::billing::Choice;
use crate::billing::book::{Cover, OverflowTier, PackOrder, PriceBook, UnderMonthly, YesNo};
use crate::billing::lines::Line;

/// The rules of packs under given answers.
pub(in crate::billing) struct Rules {
    pub order: Rule<PackOrder>,
    pub overflow_tier: Rule<OverflowTier>,
    pub under_monthly: Rule<UnderMonthly>,
    pub look_back: Rule<YesNo>,
    pub renewals_a_day: u32,
    /// Every switch of the book, with its answer.
    answers: BTreeMap<String, String>,
}

/// A rule, and the switch that decided it.
pub(in crate::billing) struct Rule<T> {
    pub value: T,
    switch: Option<String>,
}

impl Rules {
    /// `None` cannot happen with a book that was parsed: every choice has a value for every answer.
    pub fn new(book: &PriceBook, answers: &BTreeMap<&str, &str>) -> Option<Self> {
        Some(Self {
            order: Rule::of(&book.packs.order, answers)?,
            overflow_tier: Rule::of(&book.packs.overflow_tier, answers)?,
            under_monthly: Rule::of(&book.packs.under_monthly, answers)?,
            look_back: Rule::of(&book.packs.renew_covers_day_before, answers)?,
            renewals_a_day: book.packs.renewals_a_day,
            answers: answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        })
    }

    /// The switch of a rule and its answer; `None` where no switch decides.
    pub fn answer<'s, T>(&'s self, rule: &'s Rule<T>) -> Option<(&'s str, &'s str)> {
        let name = rule.switch.as_deref()?;
        Some((name, self.answers.get(name)?))
    }

    /// The answer to a switch.
    pub fn answer_to<'s>(&'s self, name: &'s str) -> Option<(&'s str, &'s str)> {
        Some((name, self.answers.get(name)?))
    }

    /// Whether a selector is for a line.
    pub fn selects(&self, cover: &Cover, line: &Line) -> bool {
        let has = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item == value);
        cover.meters.contains(&line.group.meter)
            && has(&cover.areas, &line.group.area)
            && has(&cover.specs, &line.group.spec)
            && cover.days.holds_on(line.usage_day)
            && cover.when.iter().all(|(name, value)| self.answers.get(name) == Some(value))
    }
}

impl<T: Copy> Rule<T> {
    fn of(choice: &Choice<T>, answers: &BTreeMap<&str, &str>) -> Option<Self> {
        Some(Self { value: *choice.pick(answers)?, switch: choice.switch().map(str::to_owned) })
    }
}
