//! Units as FOCUS writes them: `GB`, `GB-Days`, `GB/Hour`, `1000 Requests`.

use crate::model::{Base, MeterKind, Period, Unit};

/// Sizes of data, which are never written out.
const PREFIXES: [&str; 13] = ["", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// Times, as one and as several.
const TIMES: [(&str, &str); 6] =
    [("Year", "Years"), ("Month", "Months"), ("Day", "Days"), ("Hour", "Hours"), ("Minute", "Minutes"), ("Second", "Seconds")];
/// What is counted, as one and as several.
const COUNTS: [(&str, &str); 8] = [
    ("Count", "Count"),
    ("Unit", "Units"),
    ("Request", "Requests"),
    ("Token", "Tokens"),
    ("Connection", "Connections"),
    ("Certificate", "Certificates"),
    ("Domain", "Domains"),
    ("Core", "Cores"),
];

/// What stands behind a unit that holds for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It does not.
    Not,
    /// A day.
    Day,
    /// A month.
    Month,
}

impl Held {
    /// For what a quantity of a meter holds: what is there is priced by the time that it is there, what happens is not.
    pub fn of(kind: &str, period: Period) -> Self {
        let days = (period.end - period.start).num_days();
        match (kind == MeterKind::Level.as_str(), days) {
            (true, 1) => Self::Day,
            (true, 28..=31) => Self::Month,
            _ => Self::Not,
        }
    }
}

/// The name of a unit.
pub fn name(unit: Unit, held: Held) -> String {
    let plain = match (unit.base, unit.name) {
        (Base::Bytes, name) => name.to_owned(),
        (Base::Seconds, "min") => "Minutes".to_owned(),
        (Base::Seconds, "h") => "Hours".to_owned(),
        (Base::Seconds, _) => "Seconds".to_owned(),
        (Base::BitsPerSecond, name) => format!("{}b/Second", name.strip_suffix("bit/s").unwrap_or_default()),
        (Base::Count, _) => "Count".to_owned(),
    };
    match held {
        Held::Not => plain,
        Held::Day => format!("{plain}-Days"),
        Held::Month => format!("{plain}-Months"),
    }
}

/// Whether a text is a unit by the grammar.
pub fn is_unit(text: &str) -> bool {
    let unit = match text.split_once(' ') {
        None => text,
        Some((number, unit)) => match number.parse::<u64>() {
            Ok(number) if number > 0 && number.to_string().len() == text.len() - unit.len() - 1 => unit,
            _ => return false,
        },
    };
    if let Some((thing, time)) = unit.split_once('/') {
        return is_several(thing) && TIMES.iter().any(|(one, _)| *one == time);
    }
    if let Some((thing, time)) = unit.split_once('-') {
        return is_one(thing) && TIMES.iter().any(|(_, several)| *several == time);
    }
    is_several(unit)
}

fn is_size(text: &str) -> bool {
    text.strip_suffix(['b', 'B']).is_some_and(|prefix| PREFIXES.contains(&prefix))
}

fn is_one(text: &str) -> bool {
    is_size(text) || TIMES.iter().chain(&COUNTS).any(|(one, _)| *one == text)
}

fn is_several(text: &str) -> bool {
    is_size(text) || TIMES.iter().chain(&COUNTS).any(|(_, several)| *several == text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::quantity::UNITS;

    #[test]
    fn every_unit_of_ours_is_a_unit_of_theirs() {
        for unit in UNITS {
            for held in [Held::Not, Held::Day, Held::Month] {
                let name = name(unit, held);
                // A speed that holds for a day does not exist.
                if unit.base != Base::BitsPerSecond && unit.base != Base::Seconds || held == Held::Not {
                    assert!(is_unit(&name), "{name}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_unit_is_refused() {
        for wrong in
            ["Gigabyte", "gb", "GBs", "Hour", "GB-Day", "GB/Hours", "requests", "0 GB", "1,000 Requests", "", "GB ", "01 GB"]
        {
            assert!(!is_unit(wrong), "{wrong}");
        }
        for right in ["GB", "GiB", "Mb/Second", "GB-Days", "GiB-Months", "1000 Requests", "Minutes", "Count", "Requests/Second"] {
            assert!(is_unit(right), "{right}");
        }
    }
}
