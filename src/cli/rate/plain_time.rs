//! Times in the form that programs write, read without a general parser.

use chrono::NaiveDate;

/// Years in which every moment is far from the first and the last year that a usage file may name, whatever its offset.
const YEARS: std::ops::RangeInclusive<i32> = 1971..=9997;

/// Reads times. The day of the one before is remembered: rows mostly come in the order of time.
#[derive(Debug, Default)]
pub struct Times {
    /// `2026-10-01T`, and the seconds from 1970-01-01 to its beginning.
    day: Option<([u8; 11], i64)>,
}

impl Times {
    /// Takes `2026-10-01T00:00:00+08:00,` or `2026-10-01T00:00:00Z,` off the front: seconds since 1970-01-01 UTC, and what
    /// follows the comma. `None` for any other form, also for times that do not exist: the general parser says what is wrong.
    pub fn take<'t>(&mut self, text: &'t [u8]) -> Option<(i64, &'t [u8])> {
        let (day, rest) = text.split_first_chunk()?;
        let midnight = self.midnight(day)?;
        let [h0, h1, b':', m0, m1, b':', s0, s1, rest @ ..] = rest else { return None };
        let (hour, minute, second) = (number(*h0, *h1)?, number(*m0, *m1)?, number(*s0, *s1)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (offset, rest) = take_offset(rest)?;
        Some((midnight + seconds(hour, minute) + i64::from(second) - offset, rest))
    }

    fn midnight(&mut self, day: &[u8; 11]) -> Option<i64> {
        if let Some((known, midnight)) = &self.day
            && known == day
        {
            return Some(*midnight);
        }
        let midnight = midnight_of(day)?;
        self.day = Some((*day, midnight));
        Some(midnight)
    }
}

/// The first second of `2026-10-01T` at UTC.
fn midnight_of(day: &[u8; 11]) -> Option<i64> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T'] = day else { return None };
    let year = i32::from(number(*y0, *y1)? * 100 + number(*y2, *y3)?);
    let date = NaiveDate::from_ymd_opt(year, number(*m0, *m1)?.into(), number(*d0, *d1)?.into())?;
    YEARS.contains(&year).then(|| i64::from(date.to_epoch_days()) * 86_400)
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
    use super::Times;
    use crate::model::time::parse_time;

    /// Whatever this reads, the general parser reads the same.
    #[test]
    fn agrees_with_the_general_parser() {
        let (mut read, mut times) = (0, Times::default());
        for date in [
            "2026-10-01",
            "2024-02-29",
            "2023-02-29",
            "1971-01-01",
            "9997-12-31",
            "1970-01-01",
            "2026-13-01",
            "2026-1o-01",
            "\0\0\0\0\0\0\0\0\0\0",
        ] {
            for clock in ["T00:00:00", "T23:59:59", "T24:00:00", "T12:60:00", "T23:59:60", " 12:00:00", "t12:00:00"] {
                for offset in ["Z", "+08:00", "-00:00", "-23:59", "+24:00", "+08:60", "z", "", ".5Z", "+0800"] {
                    let text = format!("{date}{clock}{offset}");
                    let line = format!("{text},rest");
                    if let Some((seconds, rest)) = times.take(line.as_bytes()) {
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
