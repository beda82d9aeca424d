//! Words and numbers in bytes, eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Where the word ends that `text` begins with: at a space, at the end of the line, or with the text.
#[inline(always)]
pub fn word_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let ends = up_to_space(u64::from_le_bytes(*chunk));
        if ends == 0 {
            at += 8;
            continue;
        }
        at += ends.trailing_zeros() as usize / 8;
        match text.get(at) {
            Some(b' ' | b'\n') => return at,
            // Another control character, which a word may hold.
            _ => at += 1,
        }
    }
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b' ' | b'\n')).unwrap_or(rest.len())
}

/// The high bit of each byte that is a space or lower; exact up to the first such byte.
#[inline(always)]
fn up_to_space(chunk: u64) -> u64 {
    chunk.wrapping_sub(ONES * 0x21) & !chunk & HIGHS
}

/// Whether `text` begins with `start`, which is mostly of the length of a domain and a folder.
#[inline(always)]
pub fn starts_with(text: &[u8], start: &[u8]) -> bool {
    const WIDTH: usize = 16;
    let Some(text) = text.get(..start.len()) else { return false };
    let Some(ends) = text.last_chunk::<WIDTH>().zip(start.last_chunk()) else { return text == start };
    // The last chunk overlaps the one before it.
    let ((chunks, _), (others, _)) = (text.as_chunks::<WIDTH>(), start.as_chunks::<WIDTH>());
    chunks.iter().zip(others).all(|(one, other)| one == other) && ends.0 == ends.1
}

/// Whether text is fourteen digits and a space.
#[inline(always)]
pub fn is_time(text: &[u8; 15]) -> bool {
    let eight = |chunk: Option<&[u8; 8]>| chunk.map_or(0, |chunk| u64::from_le_bytes(*chunk));
    let (first, last) = (eight(text.first_chunk()), eight(text.last_chunk()));
    // The highest byte of the last eight is the space.
    let digits = last & (u64::MAX >> 8) | u64::from(b'0') << 56;
    not_digits(first) | not_digits(digits) == 0 && last >> 56 == u64::from(b' ')
}

/// Whether eight characters are hexadecimal digits.
#[inline(always)]
pub fn is_hex(text: &[u8; 8]) -> bool {
    let chunk = u64::from_le_bytes(*text);
    // The high bit of each byte that is not below `least`, which holds for bytes of ASCII only.
    let from = |chunk: u64, least: u64| chunk.wrapping_add(ONES * (0x80 - least));
    let lower = chunk | (ONES * 0x20);
    let digit = from(chunk, 0x30) & !from(chunk, 0x3a);
    let letter = from(lower, 0x61) & !from(lower, 0x67);
    chunk & HIGHS == 0 && (digit | letter) & HIGHS == HIGHS
}

/// The number that `text` begins with, and how many digits it has; `None` without a digit, or with more than `u64` holds.
#[inline(always)]
pub fn number(text: &[u8]) -> Option<(u64, usize)> {
    let (mut value, mut length) = (0_u64, 0);
    while let Some(chunk) = text.get(length..).and_then(|rest| rest.first_chunk()) {
        let chunk = u64::from_le_bytes(*chunk);
        let (digits, others) = (chunk ^ ZEROS, not_digits(chunk));
        if others == 0 {
            value = value.checked_mul(100_000_000)?.checked_add(eight(digits))?;
            length += 8;
            continue;
        }
        // Zeros go in front, as many as there are other characters behind.
        let count = others.trailing_zeros() / 8;
        let digits = digits.checked_shl(64 - 8 * count).map_or(0, eight);
        value = value.checked_mul(*TENS.get(count as usize)?)?.checked_add(digits)?;
        length += count as usize;
        return (length > 0).then_some((value, length));
    }
    while let Some(digit) = text.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
        length += 1;
    }
    (length > 0).then_some((value, length))
}

const ZEROS: u64 = ONES * b'0' as u64;

/// The high bit of each byte that is no digit; exact up to the first such byte.
#[inline(always)]
fn not_digits(chunk: u64) -> u64 {
    let digits = chunk ^ ZEROS;
    // Above nine the high bit is set.
    (digits.wrapping_add(ONES * 0x76) | digits) & HIGHS
}

const TENS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The number of eight digits, one in each byte: neighbours are added pairwise, first digits, then pairs, then fours.
#[inline(always)]
fn eight(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF
}
