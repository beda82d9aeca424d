//! Tiers: which part of a quantity has which price.

use super::book::{Bound, TierKind};
use super::ratio::Ratio;

/// A part of a quantity and the tier that prices it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// The tier, counted from 0.
    pub tier: usize,
    /// The part, in base units.
    pub quantity: Ratio,
}

/// Cuts a quantity at the bounds. `counted` is what the counter of a graduated price had seen before, and
/// for other prices the total that decides the tier.
pub(super) fn slices(kind: TierKind, bound: Bound, bounds: &[i128], counted: Ratio, quantity: Ratio) -> Option<Vec<Slice>> {
    match kind {
        TierKind::Volume | TierKind::VolumeToDate => Some(vec![Slice { tier: reached(bound, bounds, counted), quantity }]),
        TierKind::Graduated => graduated(bound, bounds, counted, quantity),
    }
}

/// The tier that a total reaches.
fn reached(bound: Bound, bounds: &[i128], total: Ratio) -> usize {
    bounds.partition_point(|limit| match bound {
        Bound::UpperInclusive => Ratio::whole(*limit) < total,
        Bound::LowerInclusive => Ratio::whole(*limit) <= total,
    })
}

fn graduated(bound: Bound, bounds: &[i128], counted: Ratio, quantity: Ratio) -> Option<Vec<Slice>> {
    let end = counted.plus(quantity)?;
    let mut from = counted;
    let mut parts = Vec::new();
    for (tier, limit) in bounds.iter().enumerate() {
        let limit = Ratio::whole(*limit);
        if limit <= from {
            continue;
        }
        if end <= limit {
            break;
        }
        parts.push(Slice { tier, quantity: limit.minus(from)? });
        from = limit;
    }
    // What is left lies in one tier; nothing at all is shown in the tier that the counter stands in.
    let rest = end.minus(from)?;
    if rest > Ratio::ZERO || parts.is_empty() {
        let tier = if rest > Ratio::ZERO {
            bounds.partition_point(|limit| Ratio::whole(*limit) <= from)
        } else {
            reached(bound, bounds, from)
        };
        parts.push(Slice { tier, quantity: rest });
    }
    Some(parts)
}
