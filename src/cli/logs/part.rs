//! Parts in per cent.

use rust_decimal::{Decimal, RoundingStrategy};

/// A part of something in per cent with two decimals, half away from zero; `None` of nothing.
pub fn per_cent(part: Decimal, whole: Decimal) -> Option<String> {
    let share = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
    Some(format!("{:.2}", share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)))
}
