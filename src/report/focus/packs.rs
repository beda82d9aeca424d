//! What the ledger knows of packs, as FOCUS asks for it: how much was bought over the whole term, and how much of that each row took.
//!
//! A row of a pack names it in its tier (`billing/packs/rows.rs`, `billing/charges.rs`); the views have no column for it. What a row
//! took of the allowance is worked out from the month's roll-forward, and left open where that cannot tell.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::number::Number;
use super::read::{Failed, Source, day, month, text, whole};
use super::unit::{Held, name};
use crate::ledger::Selection;
use crate::model::{BillingDay, BillingMonth, MeterKind, Unit};

/// The meter of a purchase.
pub const PURCHASE: &str = "purchase";
/// The meter of a refund.
pub const REFUND: &str = "refund";
/// The meter of what a pack held and nobody used.
pub const UNUSED: &str = "unused";
/// The meter of a day of a licence, which is a pack that holds nothing.
pub const LICENCE: &str = "licence";

const MONTHS: Selection<'_> = Selection {
    columns: "account, pack_id, usage_month, part, product, unit, from_day, to_day, bought_day, price, currency,
              opening_quantity, bought_quantity, used_quantity, expired_quantity, refunded_quantity, closing_quantity",
    from: "v_pack_month WHERE ?1 = '' OR account = ?1 ORDER BY account, pack_id, usage_month, part",
};

const ROWS: Selection<'_> = Selection {
    columns: "account, usage_month, meter, meter_kind, area, spec, tier, pack_quantity",
    from: "v_charge WHERE row_type = 'pack' AND (?1 = '' OR account = ?1)",
};

/// The packs of a ledger: few, whatever the number of rows.
#[derive(Debug, Default)]
pub struct Packs(BTreeMap<(String, String), Pack>);

/// One of them.
#[derive(Debug, Default)]
pub struct Pack {
    /// Whose.
    pub account: String,
    /// Its id in the ledger.
    pub id: String,
    /// The product that it is an instance of; may be empty.
    pub product: String,
    /// The days that it covers.
    pub days: (Option<BillingDay>, Option<BillingDay>),
    /// The day of its purchase.
    pub bought: Option<BillingDay>,
    /// What was paid for it, in 10⁻⁸.
    pub price: Option<i64>,
    /// The currency of that.
    pub currency: String,
    unit: Option<Unit>,
    parts: BTreeSet<i64>,
    months: BTreeMap<BillingMonth, Moves>,
    /// Whether it covers something that is there, so that it is granted anew every day.
    is_level: bool,
    is_licence: bool,
}

/// What happened to it in a month.
#[derive(Debug, Default)]
struct Moves {
    opening: i64,
    bought: i64,
    used: i64,
    refunded: i64,
    closing: i64,
    /// What it covered: the usage, and the items; a coefficient belongs to an item.
    covered: i128,
    items: BTreeSet<[String; 3]>,
    unused_rows: u32,
}

/// A number with its unit as FOCUS writes it.
pub type Measured = (Number, String);

impl Packs {
    /// Reads them.
    pub fn read(source: &Source<'_>) -> Result<Self, Failed> {
        let mut packs = Self::default();
        source.each(MONTHS, &[source.account()], |fields| {
            let key = (text(fields, 0)?.to_owned(), text(fields, 1)?.to_owned());
            let pack = packs.0.entry(key.clone()).or_insert_with(|| Pack { account: key.0, id: key.1, ..Pack::default() });
            let part = whole(fields, 3)?;
            pack.product = text(fields, 4)?.to_owned();
            pack.days = (day(fields, 6)?, day(fields, 7)?);
            pack.bought = day(fields, 8)?;
            pack.price = whole(fields, 9).ok();
            pack.currency = text(fields, 10)?.to_owned();
            pack.unit = text(fields, 5)?.parse().ok();
            pack.parts.insert(part);
            // The price, and what it is spread over, belong to the first part.
            if part == 1 {
                let moves = pack.months.entry(month(fields, 2)?).or_default();
                moves.opening = whole(fields, 11)?;
                moves.bought = whole(fields, 12)?;
                moves.used = whole(fields, 13)?;
                moves.refunded = whole(fields, 15)?;
                moves.closing = whole(fields, 16)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        source.each(ROWS, &[source.account()], |fields| {
            let meter = text(fields, 2)?;
            let key = (text(fields, 0)?.to_owned(), pack_of(meter, text(fields, 6)?).to_owned());
            let pack = packs.0.entry(key.clone()).or_insert_with(|| Pack { account: key.0, id: key.1, ..Pack::default() });
            pack.is_licence |= meter == LICENCE;
            let moves = pack.months.entry(month(fields, 1)?).or_default();
            if meter == UNUSED {
                moves.unused_rows += 1;
                pack.is_level |= moves.unused_rows > 1;
            } else if meter != LICENCE {
                pack.is_level |= text(fields, 3)? == MeterKind::Level.as_str();
                moves.covered += i128::from(whole(fields, 7)?);
                moves.items.insert([meter, text(fields, 4)?, text(fields, 5)?].map(str::to_owned));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(packs)
    }

    /// A pack of an account.
    pub fn get(&self, account: &str, id: &str) -> Option<&Pack> {
        self.0.get(&(account.to_owned(), id.to_owned()))
    }

    /// Those whose term is known, in the order of account and id: the ones that can be told as commitments.
    pub fn listed(&self) -> impl Iterator<Item = &Pack> {
        self.0.values().filter(|pack| pack.term().is_some())
    }

    /// How many have no known term.
    pub fn unlisted(&self) -> usize {
        self.0.values().filter(|pack| pack.term().is_none()).count()
    }
}

impl Pack {
    /// Its first day and the first after.
    pub fn term(&self) -> Option<(BillingDay, BillingDay)> {
        self.days.0.zip(self.days.1)
    }

    /// Whether it is granted anew every day.
    pub fn is_level(&self) -> bool {
        self.is_level
    }

    /// Whether it is filled again within its term.
    pub fn is_refilled(&self) -> bool {
        !self.is_level && self.months.values().filter(|moves| moves.bought > 0).count() > 1
    }

    /// Whether nothing is left of it before its term ends.
    pub fn is_used_up(&self) -> bool {
        let last = self.months.values().next_back();
        !self.is_level && !self.is_refilled() && last.is_some_and(|moves| moves.closing == 0 && moves.opening + moves.bought > 0)
    }

    /// Whether it was given back.
    pub fn is_refunded(&self) -> bool {
        self.months.values().any(|moves| moves.refunded > 0)
    }

    /// All that can be used of it over its term; `None` where the ledger does not tell.
    pub fn eligible(&self) -> Option<Measured> {
        if self.is_licence {
            let (from, to) = self.term()?;
            return Some((Number::new(days(from, to), 0)?, "Days".to_owned()));
        }
        let unit = self.only_unit()?;
        if self.is_refilled() {
            return None;
        }
        let (first, moves) = self.months.iter().find(|(_, moves)| moves.bought > 0)?;
        let bought = Number::new(moves.bought.into(), 0)?.times(1, unit.factor)?;
        if !self.is_level {
            return Some((bought, name(unit, Held::Not)));
        }
        let (from, to) = self.term()?;
        let of_month = days(from.max(first.first_day()), to.min(first.end_day()));
        Some((bought.times(days(from, to), of_month)?, name(unit, Held::Day)))
    }

    /// What usage of so many base units took of it; `None` where the month's items may have different coefficients.
    pub fn taken(&self, month: BillingMonth, covered: i128) -> Option<Measured> {
        let (unit, moves) = (self.only_unit()?, self.months.get(&month)?);
        if moves.items.len() != 1 || moves.covered == 0 {
            return None;
        }
        let all = Number::new(moves.used.into(), 0)?.times(1, unit.factor)?;
        Some((all.times(covered, moves.covered)?, self.unit_name(unit)))
    }

    /// The unit of its quantities, where it has one only.
    fn only_unit(&self) -> Option<Unit> {
        self.unit.filter(|_| self.parts.len() == 1)
    }

    fn unit_name(&self, unit: Unit) -> String {
        name(unit, if self.is_level { Held::Day } else { Held::Not })
    }

    /// What a row of [`UNUSED`] says in words: `traffic-500gb: 12 GB unused`.
    pub fn lapsed(&self, tier: &str) -> Option<Measured> {
        let (_, words) = tier.rsplit_once(": ")?;
        let (number, unit) = words.strip_suffix(" unused")?.rsplit_once(' ')?;
        let number = match number.split_once('/') {
            None => Number::parse(number)?,
            Some((numerator, denominator)) => Number::new(1, 0)?.times(numerator.parse().ok()?, denominator.parse().ok()?)?,
        };
        let said: Unit = unit.parse().ok()?;
        // Words fall back to base units where decimals would not end; columns keep to one unit for each pack.
        let own = self.only_unit().filter(|own| own.base == said.base).unwrap_or(said);
        Some((number.times(said.factor, own.factor)?, self.unit_name(own)))
    }
}

/// The id of a pack in files. Two accounts may call their packs alike, and ids of digits would be taken for numbers.
pub fn commitment_id(billing_account_id: &str, pack: &str) -> String {
    format!("{billing_account_id}/pack/{pack}")
}

/// The pack of a row, by what its tier says of it.
pub fn pack_of<'t>(meter: &str, tier: &'t str) -> &'t str {
    match meter {
        PURCHASE | REFUND => match tier.rsplit_once(", ") {
            Some((id, term)) if is_term(term) => id,
            _ => tier,
        },
        LICENCE => tier,
        _ => tier.rsplit_once(": ").map_or(tier, |(id, _)| id),
    }
}

/// Whether a text is like `2026-01-01 to 2026-12-31`.
fn is_term(text: &str) -> bool {
    text.split_once(" to ").is_some_and(|(from, to)| from.parse::<BillingDay>().is_ok() && to.parse::<BillingDay>().is_ok())
}

/// How many days there are between two.
fn days(from: BillingDay, to: BillingDay) -> i128 {
    to.date().signed_duration_since(from.date()).num_days().into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_tier_of_a_row_names_its_pack() {
        for (meter, tier, id) in [
            ("traffic", "traffic-500gb renewed 2022-04-16: 485 GB left", "traffic-500gb renewed 2022-04-16"),
            ("storage", "a: b: 1/3 B left", "a: b"),
            (UNUSED, "p-1: 12 GB unused", "p-1"),
            (PURCHASE, "p, 1, 2026-01-01 to 2026-12-31", "p, 1"),
            (PURCHASE, "p, 1", "p, 1"),
            (LICENCE, "ugsv: pro", "ugsv: pro"),
        ] {
            assert_eq!(pack_of(meter, tier), id);
        }
    }
}
