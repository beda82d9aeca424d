//! Numbers in bytes.

/// The number that `text` begins with, and how many digits it has; `None` without a digit, or with more than `u64` holds.
pub fn number(text: &[u8]) -> Option<(u64, usize)> {
    let (mut value, mut length) = (0_u64, 0);
    while let Some(eight) = text.get(length..length + 8).and_then(eight) {
        value = value.checked_mul(100_000_000)?.checked_add(eight)?;
        length += 8;
    }
    while let Some(digit) = text.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
        length += 1;
    }
    (length > 0).then_some((value, length))
}

/// Eight digits at once: neighbours are added pairwise, first digits, then pairs, then fours.
fn eight(text: &[u8]) -> Option<u64> {
    let chunk = u64::from_le_bytes(text.try_into().ok()?);
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    // A byte above '9' carries into its upper half when 6 is added.
    if chunk & HIGH != ZEROS || chunk.wrapping_add(0x0606_0606_0606_0606) & HIGH != ZEROS {
        return None;
    }
    let chunk = chunk - ZEROS;
    let pairs = (chunk * 10 + (chunk >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    Some((fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF)
}
