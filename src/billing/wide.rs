//! One step of arithmetic past 128 bits: a product that is divided again at once.

/// `left × part ÷ whole` as quotient and rest, for `part ≤ whole` and `whole > 0`: the quotient is never above `left`.
pub(super) fn share_of(left: u128, part: u128, whole: u128) -> (u128, u128) {
    match left.checked_mul(part) {
        Some(product) => (product / whole, product % whole),
        None => divide(multiply(left, part), whole),
    }
}

/// The product as its upper and lower 128 bits.
fn multiply(left: u128, right: u128) -> (u128, u128) {
    const HALF: u32 = 64;
    let low = |number: u128| number & u128::from(u64::MAX);
    let (a, b) = (left >> HALF, low(left));
    let (c, d) = (right >> HALF, low(right));
    let lowest = b * d;
    // Each is below 2¹²⁸: (2⁶⁴ − 1)² + 2 × (2⁶⁴ − 1) = 2¹²⁸ − 1.
    let middle = a * d + (lowest >> HALF);
    let other = b * c + low(middle);
    (a * c + (middle >> HALF) + (other >> HALF), (other << HALF) | low(lowest))
}

/// Long division in base 2. The upper half is below the divisor, so the quotient fits.
fn divide((upper, lower): (u128, u128), divisor: u128) -> (u128, u128) {
    let (mut rest, mut quotient) = (upper, 0_u128);
    for bit in (0..u128::BITS).rev() {
        let carried = rest >> (u128::BITS - 1) == 1;
        rest = (rest << 1) | ((lower >> bit) & 1);
        quotient <<= 1;
        if carried || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    (quotient, rest)
}

#[cfg(test)]
mod tests {
    use super::{divide, multiply, share_of};

    #[test]
    fn products_past_128_bits_are_exact() {
        // (2¹²⁸ − 1)² = (2¹²⁸ − 2) × 2¹²⁸ + 1
        assert_eq!(multiply(u128::MAX, u128::MAX), (u128::MAX - 1, 1));
        // 2¹⁰⁰ × 2¹⁰⁰ = 2²⁰⁰ = 2⁷² × 2¹²⁸
        assert_eq!(multiply(1 << 100, 1 << 100), (1 << 72, 0));
        // (2⁷² × 2¹²⁸ + 5) ÷ 2¹⁰⁰ = 2¹⁰⁰ rest 5
        assert_eq!(divide((1 << 72, 5), 1 << 100), (1 << 100, 5));
    }

    #[test]
    fn a_part_of_the_largest_number() {
        assert_eq!(share_of(u128::MAX, u128::MAX, u128::MAX), (u128::MAX, 0));
        assert_eq!(share_of(u128::MAX, 0, u128::MAX), (0, 0));
        // (2¹²⁸ − 1) ÷ 3 has no rest: 2¹²⁸ ≡ 1 modulo 3.
        assert_eq!(share_of(u128::MAX, 1 << 100, 3 << 100), (u128::MAX / 3, 0));
        assert_eq!(share_of(10, 1, 3), (3, 1));
    }
}
