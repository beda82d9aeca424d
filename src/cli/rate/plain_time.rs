//! Times in the form that programs write, read without a general parser.

use chrono::NaiveDate;

/// Years in which every moment is far from the first and the last year that a usage file may name, whatever its offset.
const YEARS: std::ops::RangeInclusive<i32> = 1971..=9997;

/// Takes `2026-10-01T00:00:00+08:00,` or `2026-10-01T00:00:00Z,` off the front: seconds since 1970-01-01 UTC, and what follows
/// the comma. `None` for any other form, also for times that do not exist: the general parser says what is wrong.
pub fn take_time(text: &[u8]) -> Option<(i64, &[u8])> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', rest @ ..] = text else { return None };
    let [h0, h1, b':', i0, i1, b':', s0, s1, rest @ ..] = rest else { return None };
    let year = number(*y0, *y1)? * 100 + number(*y2, *y3)?;
    let date = NaiveDate::from_ymd_opt(i32::from(year), number(*m0, *m1)?.into(), number(*d0, *d1)?.into())?;
    let (hour, minute, second) = (number(*h0, *h1)?, number(*i0, *i1)?, number(*s0, *s1)?);
    if !YEARS.contains(&i32::from(year)) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (offset, rest) = take_offset(rest)?;
    let days = i64::from(date.to_epoch_days());
    Some((days * 86_400 + seconds(hour, minute) + i64::from(second) - offset, rest))
}

/// The offset in seconds, and what follows the comma.
fn take_offset(text: &[u8]) -> Option<(i64, &[u8])> {
    match text {
        [b'Z', b',', rest @ ..] => Some((0, rest)),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1, b',', rest @ ..] => {
            let (hour, minute) = (number(*h0, *h1)?, number(*m0, *m1)?);
            let offset = (hour <= 23 && minute <= 59).then(|| seconds(hour, minute))?;
            Some((if *sign == b'+' { offset } else { -offset }, rest))
        }
        _ => None,
    }
}

fn seconds(hours: u16, minutes: u16) -> i64 {
    i64::from(hours) * 3_600 + i64::from(minutes) * 60
}

/// Two digits.
fn number(tens: u8, ones: u8) -> Option<u16> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u16::from(tens) * 10 + u16::from(ones))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::take_time;
    use crate::model::time::parse_time;

    /// Whatever this reads, the general parser reads the same.
    #[test]
    fn agrees_with_the_general_parser() {
        let mut read = 0;
        for date in
            ["2026-10-01", "2024-02-29", "2023-02-29", "1971-01-01", "9997-12-31", "1970-01-01", "2026-13-01", "2026-1o-01"]
        {
            for clock in ["T00:00:00", "T23:59:59", "T24:00:00", "T12:60:00", "T23:59:60", " 12:00:00", "t12:00:00"] {
                for offset in ["Z", "+08:00", "-00:00", "-23:59", "+24:00", "+08:60", "z", "", ".5Z", "+0800"] {
                    let text = format!("{date}{clock}{offset}");
                    let line = format!("{text},rest");
                    if let Some((seconds, rest)) = take_time(line.as_bytes()) {
                        assert_eq!((seconds, rest), (parse_time(&text).unwrap().timestamp(), &b"rest"[..]), "{text}");
                        read += 1;
                    }
                }
            }
        }
        // By hand: four of the dates are read, with the first two clocks and the first four offsets.
        assert_eq!(read, 4 * 2 * 4);
    }
}
