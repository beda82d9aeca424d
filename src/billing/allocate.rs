//! Splitting a charge over shares by weight, exact to the last unit.
//!
//! Tiers, peaks and packs belong to the account, so applications, recordings or tags never have charges of their own: they
//! get shares of the account's. Shares are laid end to end on the line from 0 to the total weight *W*. A share that lies
//! between the running sums *a* and *b* gets round(amount × *b* ÷ *W*) − round(amount × *a* ÷ *W*), rounded half up: each
//! share is at most one unit off its exact part, and all of them add up to the amount, always. Only the total has to be
//! known beforehand, so a million shares need no more memory than one.

use std::fmt::Write;

use super::charges::hash;
use super::ratio::{ENDLESS_DECIMALS, Ratio};
use super::wide;
use crate::model::meter::names;
use crate::model::{Amount, Charge, MeterKind, Step};

/// Weights that do not fit what was announced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllocateError {
    /// A share cannot weigh less than nothing.
    #[error("a share weighs {0}; weights are never negative")]
    Negative(i128),
    /// The shares weigh more than the total.
    #[error("shares add up to more than the total weight {total}; count the total again")]
    TooMuch {
        /// The total that was announced.
        total: i128,
    },
}

/// The shares of one total weight, taken one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    total: i128,
    so_far: i128,
}

impl Shares {
    /// Shares that will weigh so much together, or less: the difference is the rest.
    ///
    /// # Errors
    /// A total below zero.
    pub fn of(total: i128) -> Result<Self, AllocateError> {
        if total < 0 { Err(AllocateError::Negative(total)) } else { Ok(Self { total, so_far: 0 }) }
    }

    /// The next share.
    ///
    /// # Errors
    /// A weight below zero, or past the total.
    pub fn take(&mut self, weight: i128) -> Result<Portion, AllocateError> {
        if weight < 0 {
            return Err(AllocateError::Negative(weight));
        }
        if weight > self.total - self.so_far {
            return Err(AllocateError::TooMuch { total: self.total });
        }
        let from = self.so_far;
        self.so_far += weight;
        // Shares of nothing have the place of nothing, so that the rest is all.
        Ok(Portion { from, to: self.so_far, whole: self.total.max(1) })
    }

    /// What no share took: everything where there is no weight at all, and `None` where shares took all.
    pub fn rest(self) -> Option<Portion> {
        match self.total {
            0 => Some(Portion { from: 0, to: 1, whole: 1 }),
            total => (self.so_far < total).then_some(Portion { from: self.so_far, to: total, whole: total }),
        }
    }
}

/// The place of one share on the line from 0 to the total weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    from: i128,
    to: i128,
    whole: i128,
}

impl Portion {
    /// This share's part of an integer amount or quantity, which may be negative.
    pub fn of(self, amount: i128) -> i128 {
        self.up_to(self.to, amount) - self.up_to(self.from, amount)
    }

    /// This share's part of a sum of money.
    pub fn of_amount(self, amount: Amount) -> Amount {
        Amount { units: self.of(amount.units), ..amount }
    }

    /// This share's part of a decimal number, to the last of its decimals and to twelve at least. The parts add up to it
    /// exactly. Past 36 digits the rest of the digits is split by itself.
    pub fn of_decimal(self, text: &str) -> String {
        let (sign, number) = text.strip_prefix('-').map_or((1, text), |number| (-1, number));
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{decimals:0<ENDLESS_DECIMALS$}");
        let mut part = String::with_capacity(digits.len() + 2);
        let mut rest = digits.as_str();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at_checked(CHUNK).unwrap_or((rest, ""));
            let share = self.of(sign * chunk.parse().unwrap_or(0)).unsigned_abs();
            // Writing into a text does not fail.
            let _ = write!(part, "{share:0>width$}", width = chunk.len());
            rest = after;
        }
        part.insert(whole.len(), '.');
        let shown = part.trim_end_matches('0').trim_end_matches('.').trim_start_matches('0');
        let shown = if shown.is_empty() || shown.starts_with('.') { format!("0{shown}") } else { shown.to_owned() };
        if sign < 0 && shown != "0" { format!("-{shown}") } else { shown }
    }

    fn weight(self) -> i128 {
        self.to - self.from
    }

    /// The amount that belongs to all shares up to a running sum.
    fn up_to(self, sum: i128, amount: i128) -> i128 {
        let whole = self.whole.unsigned_abs();
        let (quotient, rest) = wide::share_of(amount.unsigned_abs(), sum.unsigned_abs(), whole);
        // A half goes up: away from zero above it, towards zero below.
        let up = if amount >= 0 { rest >= whole - rest } else { rest > whole - rest };
        let size = quotient + u128::from(up);
        if amount >= 0 { 0_i128.saturating_add_unsigned(size) } else { 0_i128.saturating_sub_unsigned(size) }
    }
}

/// As many digits as fit an `i128` with room to spare.
const CHUNK: usize = 36;

/// The word for the application among the names that charges are split by.
pub const SUB_APP_ID: &str = "sub_app_id";

/// By which weights a line is split, in words: `traffic by sub_app_id`, `stored bytes × time by room`.
pub fn basis(meter: &str, kind: MeterKind, by: &[String]) -> String {
    let by = by.join(", ");
    match kind {
        MeterKind::Event => format!("{meter} by {by}"),
        MeterKind::Level | MeterKind::Rate if meter == names::STORAGE => format!("stored bytes × time by {by}"),
        MeterKind::Level | MeterKind::Rate => format!("{meter} × time by {by}"),
    }
}

/// A charge on its way into shares.
#[derive(Clone, Debug)]
pub struct Allocation<'a> {
    parent: &'a Charge,
    /// The parent without its arithmetic, which stays with it: the shares name it.
    like: Charge,
    by: &'a [String],
    basis: &'a str,
    shares: Shares,
}

impl<'a> Allocation<'a> {
    /// Splits a charge over what `by` names, by weights that add up to `total` or less. `basis` says in words what weighs.
    ///
    /// # Errors
    /// A total below zero.
    pub fn new(parent: &'a Charge, by: &'a [String], basis: &'a str, total: i128) -> Result<Self, AllocateError> {
        let like = Charge { steps: Vec::new(), tags: Vec::new(), sub_app_id: None, basis: None, ..parent.clone() };
        Ok(Self { parent, like, by, basis, shares: Shares::of(total)? })
    }

    /// The next share; `key` holds one value for each name of `by`. All values empty is what nothing is known of.
    ///
    /// # Errors
    /// A weight below zero, or past the total.
    pub fn share(&mut self, key: &[&str], weight: i128) -> Result<Charge, AllocateError> {
        let portion = self.shares.take(weight)?;
        Ok(self.charge(key, portion, weight, self.basis.to_owned()))
    }

    /// The share of what no weight accounts for, with empty values; `None` where the shares took all.
    pub fn rest(self) -> Option<Charge> {
        let portion = self.shares.rest()?;
        let (weight, why) = match self.shares.total {
            0 => (0, "no weight is known"),
            _ => (portion.weight(), "the rest of the weight"),
        };
        let key = vec![""; self.by.len()];
        Some(self.charge(&key, portion, weight, format!("unattributed, {why}: {}", self.basis)))
    }

    fn charge(&self, key: &[&str], portion: Portion, weight: i128, basis: String) -> Charge {
        let (parent, total) = (self.parent, self.shares.total);
        let mut share = self.like.clone();
        let mut id = vec![parent.charge_id.as_str(), "share"];
        for (name, value) in self.by.iter().zip(key) {
            id.extend([name.as_str(), value]);
            match value.parse() {
                Ok(application) if name == SUB_APP_ID => share.sub_app_id = Some(application),
                _ if name == SUB_APP_ID && value.is_empty() => {}
                _ => share.tags.push((name.clone(), (*value).to_owned())),
            }
        }
        share.charge_id = hash(&id);
        share.usage_quantity = portion.of(parent.usage_quantity);
        share.pack_quantity = portion.of(parent.pack_quantity);
        share.pricing_quantity = portion.of(parent.pricing_quantity);
        share.list_cost = parent.list_cost.as_deref().map(|cost| portion.of_decimal(cost));
        share.contracted_cost = parent.contracted_cost.as_deref().map(|cost| portion.of_decimal(cost));
        share.billed_cost = parent.billed_cost.map(|cost| portion.of_amount(cost));
        share.effective_cost = parent.effective_cost.map(|cost| portion.of_amount(cost));
        // Where nobody asked for the arithmetic of the charge, nobody did for that of its shares.
        if !parent.steps.is_empty() {
            let part = Ratio::new(portion.weight(), portion.whole).unwrap_or(Ratio::ZERO);
            let text = format!("share: {weight} of {total} = {part} of charge {} ({basis})", parent.charge_id);
            let step = Step::new("share", text).with("parent", &parent.charge_id);
            share.steps = vec![step.with("weight", weight).with("total_weight", total).with("share", part)];
        }
        share.basis = Some(basis);
        share.parent_id = Some(parent.charge_id.clone());
        share
    }
}
