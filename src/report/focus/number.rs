//! Decimal numbers: exact as long as they end, else rounded half up at a fixed place.

use crate::model::Unit;

/// Decimals that are written. Parquet has as many, which leaves 20 digits before the point.
pub const DECIMALS: u32 = 18;
/// How far two numbers may be apart that should be one, as a part of the larger: what conformance tools allow.
const TOLERANCE: i128 = 1_000_000_000;

/// A decimal number: `digits` × 10⁻`scale`, without zeros at the end, of at most [`DECIMALS`] decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    digits: i128,
    scale: u32,
}

/// A quantity: base units of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// How many.
    pub base: i128,
    /// In which unit people see them.
    pub unit: Unit,
}

impl Number {
    /// Nothing.
    pub const ZERO: Self = Self { digits: 0, scale: 0 };

    /// Reads plain decimal notation. `None` for everything else, and for more digits than can be kept; decimals past the last
    /// place are rounded.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, decimals) = rest.split_once('.').unwrap_or((rest, ""));
        let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_plain(whole) || !is_plain(decimals) {
            return None;
        }
        let decimals = decimals.trim_end_matches('0');
        let kept = decimals.get(..DECIMALS as usize).unwrap_or(decimals);
        let mut digits = 0_i128;
        for digit in whole.bytes().chain(kept.bytes()) {
            digits = digits.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        if decimals.as_bytes().get(kept.len()).is_some_and(|next| *next >= b'5') {
            digits = digits.checked_add(1)?;
        }
        Some(Self { digits: sign * digits, scale: u32::try_from(kept.len()).ok()? }.trimmed())
    }

    /// `digits` × 10⁻`scale`.
    pub fn new(digits: i128, scale: u32) -> Option<Self> {
        (scale <= DECIMALS).then(|| Self { digits, scale }.trimmed())
    }

    /// The number times `numerator` / `denominator`. `None` when it leaves the range, and for a denominator of nothing.
    pub fn times(self, numerator: i128, denominator: i128) -> Option<Self> {
        let negative = (self.digits < 0) ^ (numerator < 0) ^ (denominator < 0);
        let common = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let (up, down) = (numerator.unsigned_abs() / common, denominator.unsigned_abs().checked_div(common)?);
        if down == 0 {
            return None;
        }
        let (mut quotient, mut rest) = product_over(self.digits.unsigned_abs(), up, down)?;
        let mut scale = self.scale;
        while rest != 0 && scale < DECIMALS {
            let next = rest.checked_mul(10)?;
            quotient = quotient.checked_mul(10)?.checked_add(next / down)?;
            (rest, scale) = (next % down, scale + 1);
        }
        if rest.checked_mul(2)? >= down {
            quotient = quotient.checked_add(1)?;
        }
        let digits = i128::try_from(quotient).ok()?;
        Some(Self { digits: if negative { -digits } else { digits }, scale }.trimmed())
    }

    /// The number times another.
    pub fn product(self, other: Self) -> Option<Self> {
        self.times(other.digits, 10_i128.checked_pow(other.scale)?)
    }

    /// The number by a quantity: from a cost to a unit price.
    pub fn per(self, quantity: Quantity) -> Option<Self> {
        self.times(quantity.unit.factor, quantity.base)
    }

    /// The number by so much of a quantity: from a unit price to a cost.
    pub fn of(self, quantity: Quantity) -> Option<Self> {
        self.times(quantity.base, quantity.unit.factor)
    }

    /// Whether two numbers are one but for what rounding does to them.
    pub fn is_close(self, other: Self) -> bool {
        if self == other {
            return true;
        }
        let (Some(left), Some(right)) = (self.at(DECIMALS), other.at(DECIMALS)) else { return false };
        let Some(apart) = left.checked_sub(right) else { return false };
        // A cost of bills is shown with twelve decimals where its own do not end.
        let last = 10_u128.pow(DECIMALS - 12);
        apart.unsigned_abs() <= last
            || apart.unsigned_abs() <= left.unsigned_abs().max(right.unsigned_abs()) / TOLERANCE.unsigned_abs()
    }

    /// The same within the tolerance of conformance tools alone.
    pub fn matches(self, other: Self) -> bool {
        let (Some(left), Some(right)) = (self.at(DECIMALS), other.at(DECIMALS)) else { return self == other };
        left.abs_diff(right) <= left.unsigned_abs().max(right.unsigned_abs()) / TOLERANCE.unsigned_abs()
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The number with the other sign.
    pub fn negated(self) -> Self {
        Self { digits: -self.digits, ..self }
    }

    /// Its digits with so many decimals.
    pub fn at(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }

    /// Plain decimal notation, always with a point: loaders that guess types take `0` for a whole number and then refuse the column.
    pub fn write(self, out: &mut String) {
        let scale = self.scale.max(1) as usize;
        let digits = self.digits.unsigned_abs() * if self.scale == 0 { 10 } else { 1 };
        let text = format!("{digits:0>width$}", width = scale + 1);
        let (whole, decimals) = text.split_at(text.len() - scale);
        if self.digits < 0 {
            out.push('-');
        }
        out.push_str(whole);
        out.push('.');
        out.push_str(decimals);
    }

    fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.digits % 10 == 0 {
            (self.digits, self.scale) = (self.digits / 10, self.scale - 1);
        }
        self
    }
}

impl Quantity {
    /// The number of units.
    pub fn number(self) -> Option<Number> {
        Number { digits: self.base, scale: 0 }.times(1, self.unit.factor)
    }

    /// Whether the number of units ends before decimals are cut.
    pub fn ends(self) -> bool {
        let exact = || {
            let number = self.number()?;
            let back = number.digits.checked_mul(self.unit.factor)?;
            (back % 10_i128.checked_pow(number.scale)? == 0).then_some(back / 10_i128.checked_pow(number.scale)?)
        };
        exact() == Some(self.base)
    }
}

/// `left` × `by` / `down` and the rest, where the product itself may be too long: bit by bit.
fn product_over(left: u128, by: u128, down: u128) -> Option<(u128, u128)> {
    if let Some(product) = left.checked_mul(by) {
        return Some((product / down, product % down));
    }
    let (whole, part) = (by / down, by % down);
    let (mut quotient, mut rest) = (0_u128, 0_u128);
    for bit in (0..u128::BITS - left.leading_zeros()).rev() {
        quotient = quotient.checked_mul(2)?;
        rest = rest.checked_mul(2)?;
        if left >> bit & 1 == 1 {
            quotient = quotient.checked_add(whole)?;
            rest = rest.checked_add(part)?;
        }
        quotient = quotient.checked_add(rest / down)?;
        rest %= down;
    }
    Some((quotient, rest))
}

fn gcd(left: u128, right: u128) -> u128 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(number: Option<Number>) -> String {
        let mut out = String::new();
        number.unwrap().write(&mut out);
        out
    }

    #[test]
    fn numbers_always_have_a_point() {
        for (given, shown) in [("0", "0.0"), ("12", "12.0"), ("-0.50", "-0.5"), ("0.0048", "0.0048"), ("00.10", "0.1")] {
            assert_eq!(text(Number::parse(given)), shown);
        }
        for wrong in ["", "1e5", "+1", ".5", "1,000", "--1", "1.2.3"] {
            assert_eq!(Number::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn quotients_are_exact_or_rounded_at_the_last_place() {
        let price = Number::parse("0.23").unwrap();
        let gb: Unit = "GB".parse().unwrap();
        let quantity = Quantity { base: 1_600_000_000_001, unit: gb };
        assert_eq!(text(price.of(quantity)), "368.00000000023");
        assert_eq!(text(Number::parse("1").unwrap().times(1, 3)), "0.333333333333333333");
        assert_eq!(text(Number::parse("-2").unwrap().times(1, 3)), "-0.666666666666666667");
        assert_eq!(Number::parse("1").unwrap().times(1, 0), None);
        // The product passes 128 bits, the quotient does not.
        let long = Number::parse("99999999999999999999.5").unwrap();
        assert_eq!(long.times(1 << 90, 1 << 90), Some(long));
        assert_eq!(long.times((1 << 90) + 3, (1 << 90) + 3), Some(long));
    }

    #[test]
    fn a_quantity_knows_whether_it_ends() {
        let unit = |name: &str| name.parse::<Unit>().unwrap();
        assert!(Quantity { base: 90, unit: unit("min") }.ends());
        assert!(!Quantity { base: 100, unit: unit("h") }.ends());
        assert!(Quantity { base: 1 << 20, unit: unit("GiB") }.ends());
    }
}
