//! Each allowance rolled forward, month by month: opening + bought − used − expired − refunded = closing.

use std::collections::BTreeMap;

use super::held::Held;
use super::instance::Pack;
use super::uses::{Grant, PartUse};
use crate::billing::book::{Part, PartKind};
use crate::billing::ratio::Ratio;
use crate::model::{AccountId, BillingDay, BillingMonth, Unit};

/// An allowance in a month: opening + bought − used − expired − refunded = closing.
///
/// Quantities are base units of the allowance, exact fractions where coefficients make them so. A level is granted
/// anew every day: it counts in base units × days, opens and closes with nothing, and what a day does not use expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackMonth {
    /// Whose.
    pub account: AccountId,
    /// The pack.
    pub pack: String,
    /// Its product.
    pub product: Option<String>,
    /// Which part of it, counted from 1.
    pub part: usize,
    /// Whether using it takes from it.
    pub kind: PartKind,
    /// The month of use; of the first and the last month of the run only the run's days.
    pub month: BillingMonth,
    /// The unit in which the allowance was written.
    pub unit: Unit,
    /// What was there at the beginning.
    pub opening: Ratio,
    /// What came with a purchase or a refill.
    pub bought: Ratio,
    /// What usage took.
    pub used: Ratio,
    /// What lapsed with the end of a term, of a month's fill or of a level's day.
    pub expired: Ratio,
    /// What was given back.
    pub refunded: Ratio,
    /// What is there at the end.
    pub closing: Ratio,
    /// What the cloud said was left on days of the month.
    pub left: Vec<LeftCompared>,
}

/// What the cloud said was left, beside what the run says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftCompared {
    /// The last usage day that had been deducted.
    pub on: BillingDay,
    /// What the cloud said.
    pub cloud: Ratio,
    /// What the run says.
    pub computed: Ratio,
    /// The run's less the cloud's.
    pub difference: Ratio,
}

/// What happens to an allowance in a month.
#[derive(Default)]
struct Moves {
    opening: Option<Ratio>,
    bought: Vec<Ratio>,
    used: Vec<Ratio>,
    expired: Vec<Ratio>,
    refunded: Vec<Ratio>,
}

/// Every part of every pack, in order, in every month of its term that the run is about. `None` when a sum leaves the range.
pub(super) fn of_packs(held: &Held<'_>) -> Option<Vec<PackMonth>> {
    let mut months = Vec::new();
    for uses in &held.uses {
        let pack = &held.packs.get(uses.pack)?.pack;
        let part = pack.parts.get(uses.part)?;
        months.extend(of_part(held, pack, part, uses)?);
    }
    Some(months)
}

fn of_part(held: &Held<'_>, pack: &Pack, part: &Part, uses: &PartUse) -> Option<Vec<PackMonth>> {
    let mut moves: BTreeMap<BillingMonth, Moves> = BTreeMap::new();
    let (Some(first), Some(last)) = (uses.grants.first(), uses.grants.last()) else { return Some(Vec::new()) };
    let (from, end) = (first.first.max(held.first), last.end.min(held.end));
    let mut month = from.month();
    while month.first_day() < end {
        moves.insert(month, Moves::default());
        month = month.next();
    }
    for grant in &uses.grants {
        enter(held, pack, part, grant, &mut moves)?;
    }
    let mut months: Vec<PackMonth> = Vec::new();
    for (month, moves) in moves {
        let opening = moves.opening.unwrap_or_else(|| months.last().map_or(Ratio::ZERO, |before| before.closing));
        let (bought, used) = (sum(&moves.bought)?, sum(&moves.used)?);
        let (expired, refunded) = (sum(&moves.expired)?, sum(&moves.refunded)?);
        months.push(PackMonth {
            account: held.account.clone(),
            pack: pack.id.clone(),
            product: pack.product.clone(),
            part: uses.part + 1,
            kind: part.kind,
            month,
            unit: part.unit,
            opening,
            bought,
            used,
            expired,
            refunded,
            closing: opening.plus(bought)?.minus(used)?.minus(expired)?.minus(refunded)?,
            left: compared(held, pack, uses, month)?,
        });
    }
    Some(months)
}

/// Enters what happens to one fill of an allowance.
fn enter(held: &Held<'_>, pack: &Pack, part: &Part, grant: &Grant, moves: &mut BTreeMap<BillingMonth, Moves>) -> Option<()> {
    let whole = if part.kind == PartKind::Level { grant.whole()? } else { grant.capacity };
    if grant.end <= held.first {
        return Some(());
    }
    if grant.first < held.first {
        if let Some(month) = moves.get_mut(&held.first.month()) {
            month.opening = Some(whole.minus(grant.used_before)?);
        }
    } else if let Some(month) = moves.get_mut(&grant.first.month()) {
        month.bought.push(whole);
        month.used.push(grant.used_before);
    }
    for take in &grant.takes {
        if let Some(month) = moves.get_mut(&take.day.month()) {
            month.used.push(take.taken);
        }
    }
    if grant.end <= held.end
        && let Some(month) = moves.get_mut(&grant.end.minus(1).month())
    {
        let rest = whole.minus(grant.used()?)?;
        let is_given_back = part.kind == PartKind::Consumable && pack.refunded == Some(grant.end);
        if is_given_back { month.refunded.push(rest) } else { month.expired.push(rest) }
    }
    Some(())
}

fn sum(quantities: &[Ratio]) -> Option<Ratio> {
    quantities.iter().copied().try_fold(Ratio::ZERO, Ratio::plus)
}

/// The cloud's word for days of the month that the run knows.
fn compared(held: &Held<'_>, pack: &Pack, uses: &PartUse, month: BillingMonth) -> Option<Vec<LeftCompared>> {
    let mut found = Vec::new();
    for left in pack.left.iter().filter(|left| left.part == uses.part && left.on.month() == month) {
        let grant = uses.grants.iter().find(|grant| grant.first <= left.on && left.on < grant.end);
        let Some(grant) = grant.filter(|_| held.first <= left.on && left.on < held.end) else { continue };
        let (cloud, computed) = (Ratio::whole(left.quantity), grant.capacity.minus(grant.used_by(left.on)?)?);
        found.push(LeftCompared { on: left.on, cloud, computed, difference: computed.minus(cloud)? });
    }
    Some(found)
}
