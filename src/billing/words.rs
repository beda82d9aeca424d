//! Quantities and tiers in words.

use super::book::Bound;
use super::ratio::Ratio;
use crate::model::Unit;

/// A quantity of base units in a unit: `550 GB`; in base units where the decimals would not end.
pub(super) fn quantity(base_units: Ratio, unit: Unit) -> String {
    match base_units.over(Ratio::whole(unit.factor)) {
        Some(number) if number.terminates() => format!("{number} {}", unit.name),
        _ => format!("{base_units} {}", unit.base),
    }
}

/// A tier between bounds: `over 500 GB up to 2000 GB`.
pub(super) fn tier(bound: Bound, bounds: &[i128], tier: usize, unit: Unit) -> String {
    let limit = |index: usize| bounds.get(index).map(|limit| quantity(Ratio::whole(*limit), unit));
    let below = tier.checked_sub(1).and_then(limit);
    match (bound, below, limit(tier)) {
        (Bound::UpperInclusive, None, Some(to)) => format!("up to {to}"),
        (Bound::UpperInclusive, Some(from), Some(to)) => format!("over {from} up to {to}"),
        (Bound::UpperInclusive, Some(from), None) => format!("over {from}"),
        (Bound::LowerInclusive, None, Some(to)) => format!("below {to}"),
        (Bound::LowerInclusive, Some(from), Some(to)) => format!("from {from} to below {to}"),
        (Bound::LowerInclusive, Some(from), None) => format!("from {from}"),
        (_, None, None) => FLAT.to_owned(),
    }
}

/// The tier of a price without tiers.
pub(super) const FLAT: &str = "flat";
/// The tier of what has no price.
pub(super) const UNPRICED: &str = "unpriced";
/// The tier of a line whose condition is not met.
pub(super) const EXEMPT: &str = "not charged";
