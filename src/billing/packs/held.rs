//! The packs of one account while they are drawn on.

use std::rc::Rc;

use chrono::DateTime;

use super::instance::Pack;
use super::uses::PartUse;
use crate::billing::book::{PackOrder, Part, PartKind, Refill, UnderMonthly};
use crate::billing::gather::{RateError, day_number, day_of, number_of};
use crate::billing::lines::Line;
use crate::billing::options::{OptionsError, Settlement, WrongPack};
use crate::billing::plan::Plan;
use crate::billing::ratio::Ratio;
use crate::model::{AccountId, BillingDay, BillingMonth, Period};

/// The packs of one account.
pub(in crate::billing) struct Held<'p> {
    pub plan: &'p Plan<'p>,
    pub account: AccountId,
    /// The first day that the run is about, and the first after.
    pub first: BillingDay,
    pub end: BillingDay,
    /// As listed, then as renewed.
    pub packs: Vec<HeldPack>,
    /// What was taken from each part of each pack.
    pub uses: Vec<PartUse>,
}

/// A pack while it is drawn on.
pub(in crate::billing) struct HeldPack {
    pub pack: Rc<Pack>,
    /// Bought by the run, not by the file.
    pub is_renewal: bool,
    /// Another pack has taken its place, or will never.
    pub is_renewed: bool,
    /// It has taken the place of another.
    pub is_successor: bool,
    /// Less is left than any use takes: it need not be looked at again.
    pub is_spent: bool,
    /// One for each part.
    balances: Vec<Balance>,
}

/// What is left of a part: of each fill that can still be drawn on.
#[derive(Clone, Debug, Default)]
struct Balance {
    fills: Vec<(Fill, Ratio)>,
}

impl HeldPack {
    /// Whether less is left of every part than any use takes of it. Levels and monthly refills are never spent.
    fn is_spent(&self) -> bool {
        let is_spent = |(part, balance): (&Part, &Balance)| {
            let left = balance.fills.iter().find(|(fill, _)| *fill == Fill::Ever);
            left.is_some_and(|(_, left)| *left < least(part))
        };
        !self.pack.parts.is_empty() && self.pack.parts.iter().zip(&self.balances).all(is_spent)
    }
}

/// The least that a use takes of an allowance.
pub(super) fn least(part: &Part) -> Ratio {
    part.covers.iter().map(|cover| cover.coefficient).min().unwrap_or(Ratio::ONE)
}

/// For what an allowance holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    Ever,
    Month(BillingMonth),
    Period(Period),
}

impl<'p> Held<'p> {
    /// The packs of an account and some of its lines, which are sorted by time.
    pub fn of(plan: &'p Plan<'p>, account: &AccountId, lines: &[Line]) -> Self {
        let account = account.clone();
        let used = lines.iter().map(|line| day_of(day_number(line.seconds.0))).min();
        let first = plan.options.since.or(used).or(plan.options.until).unwrap_or_else(|| BillingDay::of(DateTime::UNIX_EPOCH));
        let last = lines.iter().map(|line| line.usage_day.next()).max();
        let end = plan.options.until.or(last).unwrap_or(first).max(first);
        let own = |pack: &&Pack| pack.account.as_ref().is_none_or(|own| *own == account);
        let packs = plan.options.packs.iter().filter(own).map(|pack| HeldPack::new(pack.clone(), false)).collect();
        Self { plan, account, first, end, packs, uses: Vec::new() }
    }

    /// The packs of which something is left for usage of a day, in the order of deduction.
    pub fn order(&self, day: BillingDay) -> Vec<usize> {
        let mut order: Vec<usize> =
            (0..self.packs.len()).filter(|index| !self.packs[*index].is_spent && self.packs[*index].pack.is_valid(day)).collect();
        let never = BillingDay::new(chrono::NaiveDate::MAX);
        let long_ago = BillingDay::new(chrono::NaiveDate::MIN);
        order.sort_by_key(|index| {
            let pack = &self.packs[*index].pack;
            let begin = pack.bought.or(pack.from).unwrap_or(long_ago);
            match self.plan.packs.order.value {
                PackOrder::Listed => (long_ago, long_ago, *index),
                PackOrder::Purchase => (begin, long_ago, *index),
                PackOrder::Expiry => (pack.to.unwrap_or(never), begin, *index),
            }
        });
        order
    }

    /// Whether packs cover nothing on a day because it is settled by the month.
    pub fn is_frozen(&self, day: BillingDay) -> bool {
        self.plan.packs.under_monthly.value == UnderMonthly::Frozen && self.is_monthly(day)
    }

    /// Whether a day is settled by the month.
    pub fn is_monthly(&self, day: BillingDay) -> bool {
        let era = self.plan.eras.get(self.plan.era_of(number_of(day)));
        era.is_some_and(|era| era.settlement == Settlement::Month)
    }

    /// What is left of a part for a line.
    pub fn left(&self, pack: usize, part: usize, line: &Line) -> Ratio {
        let Some(held) = self.packs.get(pack) else { return Ratio::ZERO };
        let Some(rules) = held.pack.parts.get(part) else { return Ratio::ZERO };
        let fill = fill_of(rules, line);
        let known = held.balances.get(part).and_then(|balance| balance.fills.iter().find(|(own, _)| *own == fill));
        known.map_or_else(|| self.full(&held.pack, part, fill), |(_, left)| *left)
    }

    /// Remembers what is left of a part.
    pub fn set_left(&mut self, pack: usize, part: usize, line: &Line, left: Ratio) {
        let Some(held) = self.packs.get_mut(pack) else { return };
        let Some(rules) = held.pack.parts.get(part) else { return };
        let fill = fill_of(rules, line);
        let Some(balance) = held.balances.get_mut(part) else { return };
        // What is over is not asked for again: lines come in the order of days.
        balance.fills.retain(|(own, _)| own.is_open(line.usage_day) && *own != fill);
        balance.fills.push((fill, left));
        held.is_spent = held.is_spent();
    }

    fn full(&self, pack: &Pack, part: usize, fill: Fill) -> Ratio {
        let capacity = pack.parts.get(part).map_or(0, |part| part.capacity);
        let used = pack.used.get(part).copied().unwrap_or(0);
        match fill {
            Fill::Ever => Ratio::whole(capacity - used),
            Fill::Month(month) if month == self.first.month() => Ratio::whole(capacity - used),
            Fill::Month(_) | Fill::Period(_) => Ratio::whole(capacity),
        }
    }

    /// What was given back must not have been used.
    pub fn check_refunds(&self, lines: &[Line]) -> Result<(), RateError> {
        for (index, held) in self.packs.iter().enumerate() {
            let Some(refunded) = held.pack.refunded else { continue };
            let used = lines.iter().find(|line| line.coverings.iter().any(|covering| covering.holding == index));
            let wrong = |message: String| {
                let pack = held.pack.id.clone();
                RateError::Options(OptionsError::Pack(Box::new(WrongPack { pack, message })))
            };
            if held.pack.used.iter().any(|used| *used > 0) {
                return Err(wrong(format!("was refunded on {refunded}, but `used` says that something was used of it")));
            }
            if let Some(line) = used {
                let (day, meter) = (line.usage_day, &line.group.meter);
                let message = format!(
                    "was refunded on {refunded}, which only an unused pack can be, but usage of meter {meter} on {day} takes from it; take `refunded` out, or move the pack behind those that covered this usage"
                );
                return Err(wrong(message));
            }
        }
        Ok(())
    }
}

impl HeldPack {
    pub fn new(pack: Pack, is_renewal: bool) -> Self {
        let balances = vec![Balance::default(); pack.parts.len()];
        Self { pack: Rc::new(pack), is_renewal, is_renewed: false, is_successor: is_renewal, is_spent: false, balances }
    }
}

impl Fill {
    /// Whether usage of a day or of a later one can still draw on it.
    fn is_open(self, day: BillingDay) -> bool {
        match self {
            Self::Ever => true,
            Self::Month(month) => day.month() <= month,
            Self::Period(period) => day.start() < period.end,
        }
    }
}

fn fill_of(part: &Part, line: &Line) -> Fill {
    match (part.kind, part.refill) {
        (PartKind::Level, _) => Fill::Period(line.period),
        (PartKind::Consumable, Refill::Month) => Fill::Month(line.usage_day.month()),
        (PartKind::Consumable, Refill::Never) => Fill::Ever,
    }
}
