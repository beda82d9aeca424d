//! Exact numbers: decimals as mantissa and scale, and fractions of checked 128-bit integers.
//!
//! Every operation returns `None` when the result leaves the range; nothing wraps and nothing rounds
//! unless the name says so.

use std::fmt;
use std::str::FromStr;

use crate::model::quantity::parse_decimal;

/// A decimal number as written: `0.0048` is 48 and 4. Never negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    text: String,
    value: Ratio,
}

impl Decimal {
    /// The number as the price book writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its value.
    pub fn value(&self) -> Ratio {
        self.value
    }

    /// The product, with all its digits.
    pub fn times(&self, other: &Self) -> Option<Self> {
        self.value.times(other.value).map(|value| Self { text: value.to_text(), value })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Decimal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || format!("{text:?} is not a number; write digits with an optional decimal point, not negative");
        let (mantissa, scale) = parse_decimal(text).ok_or_else(error)?;
        let value = 10_i128.checked_pow(scale).and_then(|power| Ratio::new(mantissa, power));
        value.filter(|value| value.numerator >= 0).map(|value| Self { text: text.to_owned(), value }).ok_or_else(error)
    }
}

/// A fraction in lowest terms; the denominator is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// 0.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// 1/2.
    pub const HALF: Self = Self { numerator: 1, denominator: 2 };
    /// 1.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// A fraction; `None` when the denominator is not positive.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator <= 0 {
            return None;
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).ok()?;
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// A whole number.
    pub fn whole(number: i128) -> Self {
        Self { numerator: number, denominator: 1 }
    }

    /// Above the line.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// Below the line.
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// The product. Crosswise reduction first, so that it fails only when the result does not fit.
    pub fn times(self, other: Self) -> Option<Self> {
        let left = Self::new(self.numerator, other.denominator)?;
        let right = Self::new(other.numerator, self.denominator)?;
        Some(Self {
            numerator: left.numerator.checked_mul(right.numerator)?,
            denominator: left.denominator.checked_mul(right.denominator)?,
        })
    }

    /// The quotient; `None` when the other is not above zero.
    pub fn over(self, other: Self) -> Option<Self> {
        (other.numerator > 0).then_some(Self { numerator: other.denominator, denominator: other.numerator })?.times(self)
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        let shared = gcd(self.denominator.unsigned_abs(), other.denominator.unsigned_abs());
        let shared = i128::try_from(shared).ok()?;
        let left = self.numerator.checked_mul(other.denominator / shared)?;
        let right = other.numerator.checked_mul(self.denominator / shared)?;
        Self::new(left.checked_add(right)?, (self.denominator / shared).checked_mul(other.denominator)?)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { numerator: other.numerator.checked_neg()?, denominator: other.denominator })
    }

    /// The largest whole number not above it.
    pub fn floor(self) -> i128 {
        self.numerator.div_euclid(self.denominator)
    }

    /// The smallest whole number not below it.
    pub fn ceil(self) -> i128 {
        let whole = self.floor();
        if self.numerator.rem_euclid(self.denominator) == 0 { whole } else { whole + 1 }
    }

    /// The nearest whole number; a half goes up.
    pub fn round_half_up(self) -> i128 {
        let rest = self.numerator.rem_euclid(self.denominator);
        // rest ≥ denominator − rest says "a half or more" without doubling, which could leave the range.
        self.floor() + i128::from(rest >= self.denominator - rest)
    }

    /// Rounded half up to so many decimals.
    pub fn rounded(self, decimals: u32) -> Option<Self> {
        let power = 10_i128.checked_pow(decimals)?;
        Self::new(self.times(Self::whole(power))?.round_half_up(), power)
    }

    /// The next multiple of `step`, or itself.
    pub fn up_to_multiple_of(self, step: Self) -> Option<Self> {
        Self::whole(self.over(step)?.ceil()).times(step)
    }

    /// Whether its decimals end.
    pub fn terminates(self) -> bool {
        let mut rest = self.denominator;
        for prime in [2, 5] {
            while rest % prime == 0 {
                rest /= prime;
            }
        }
        rest == 1
    }

    /// Itself where its decimals end, else cut off after twelve, as [`Ratio::to_text`] prints it.
    pub fn cut_off(self) -> Option<Self> {
        if self.terminates() {
            return Some(self);
        }
        let text = self.to_text();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        Self::new(digits, 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?)
    }

    /// All decimals where they end, else twelve, cut off.
    pub fn to_text(self) -> String {
        let mut rest = self.numerator.unsigned_abs();
        let divisor = self.denominator.unsigned_abs();
        let mut text = format!("{}{}", if self.numerator < 0 { "-" } else { "" }, rest / divisor);
        rest %= divisor;
        let most = if self.terminates() { usize::MAX } else { ENDLESS_DECIMALS };
        let mut decimals = String::new();
        while rest != 0 && decimals.len() < most {
            let Some(next) = rest.checked_mul(10) else { break };
            decimals.push(char::from(b'0' + u8::try_from(next / divisor).unwrap_or(0)));
            rest = next % divisor;
        }
        if !decimals.is_empty() {
            text.push('.');
            text.push_str(&decimals);
        }
        text
    }
}

/// How many decimals are printed of a number whose decimals never end.
pub const ENDLESS_DECIMALS: usize = 12;

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    /// By whole parts, then by what is left of the line turned over: no product, so no overflow.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (left, right) = (self.floor(), other.floor());
        if left != right {
            return left.cmp(&right);
        }
        let left = self.numerator.rem_euclid(self.denominator);
        let right = other.numerator.rem_euclid(other.denominator);
        match (left, right) {
            (0, 0) => std::cmp::Ordering::Equal,
            (0, _) => std::cmp::Ordering::Less,
            (_, 0) => std::cmp::Ordering::Greater,
            _ => Self { numerator: other.denominator, denominator: right }
                .cmp(&Self { numerator: self.denominator, denominator: left }),
        }
    }
}

impl FromStr for Ratio {
    type Err = String;

    /// A decimal, or two decimals with a stroke between: `3.2`, `5/22`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (above, below) = text.split_once('/').unwrap_or((text, "1"));
        let above: Decimal = above.trim().parse()?;
        let below: Decimal = below.trim().parse()?;
        above.value.over(below.value).ok_or_else(|| format!("{text:?} is not a fraction above nothing"))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.terminates() { f.pad(&self.to_text()) } else { write!(f, "{}/{}", self.numerator, self.denominator) }
    }
}

fn gcd(left: u128, right: u128) -> u128 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}
