//! Round numbers along an axis.

use super::chart::Measure;

/// Steps that an axis has at most.
const MOST_STEPS: i128 = 5;

/// What an axis reaches from and to, in round steps.
pub struct Scale {
    low: i128,
    high: i128,
    step: i128,
}

impl Scale {
    /// Holds these values and zero.
    pub fn over((low, high): (i128, i128), measure: &Measure) -> Self {
        // Of a unit that is no power of ten, such as hours, the steps are round, and not of seconds.
        let factor = match measure {
            Measure::Quantity(unit, _) => unit.factor.max(1),
            _ => 1,
        };
        let span = high.saturating_sub(low).max(1);
        let factor = if span / factor >= MOST_STEPS { factor } else { 1 };
        let step = factor.saturating_mul(round_step(span / factor));
        let down = low.div_euclid(step).saturating_mul(step);
        let up = high.saturating_add(step - 1).div_euclid(step).saturating_mul(step).max(down.saturating_add(step));
        Self { low: down, high: up, step }
    }

    /// The numbers to label.
    pub fn ticks(&self) -> impl Iterator<Item = i128> {
        let (low, step) = (self.low, self.step);
        (0..=(self.high - low) / step).map(move |index| low + index * step)
    }

    /// How far along a length a value lies.
    pub fn place(&self, value: i128, length: i128) -> i128 {
        let (mut part, mut whole) = (value - self.low, self.high - self.low);
        // Sums may be near what an integer holds; the page has ten thousand places.
        while whole > i128::MAX / length.max(1) {
            (part, whole) = (part / 2, whole / 2);
        }
        part * length / whole.max(1)
    }
}

/// 1, 2 or 5 times a power of ten, such that there are few steps.
fn round_step(span: i128) -> i128 {
    let mut power: i128 = 1;
    loop {
        for digit in [1, 2, 5] {
            let step = power.saturating_mul(digit);
            if span <= step.saturating_mul(MOST_STEPS) {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// Tenths as a decimal number.
pub fn tenths(value: i128) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let size = value.unsigned_abs();
    if size.is_multiple_of(10) { format!("{sign}{}", size / 10) } else { format!("{sign}{}.{}", size / 10, size % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (span, step) in [(1, 1), (5, 1), (6, 2), (10, 2), (11, 5), (26, 10), (36_800_000_000, 10_000_000_000)] {
            assert_eq!(round_step(span), step, "{span}");
        }
        let hours = Measure::Quantity("h".parse().unwrap_or(crate::model::Unit::COUNT), false);
        let scale = Scale::over((0, 7 * 3600), &hours);
        assert_eq!(scale.ticks().collect::<Vec<_>>(), [0, 2 * 3600, 4 * 3600, 6 * 3600, 8 * 3600]);
        assert_eq!(scale.place(4 * 3600, 2600), 1300);
        assert_eq!((tenths(1234), tenths(-5), tenths(20)), ("123.4".to_owned(), "-0.5".to_owned(), "2".to_owned()));
    }

    #[test]
    fn an_axis_holds_what_is_below_nothing() {
        let scale = Scale::over((-3, 8), &Measure::Number);
        assert_eq!(scale.ticks().collect::<Vec<_>>(), [-5, 0, 5, 10]);
    }
}
