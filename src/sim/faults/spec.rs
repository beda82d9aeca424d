//! Reading a description of faults.

use std::str::FromStr;

use chrono::TimeDelta;

use super::{Denied, Faults, MIXED, NAMES, Untold};
use crate::sim::SimError;

/// Everything that is not a kind of fault.
const OTHERS: [&str; 8] = ["mixed", "seed", "burst", "late", "restated", "skew", "unready", "deny"];
/// All of it, in 1/10 000.
const WHOLE: u32 = 10_000;
/// The longest lateness and the largest difference of clocks, in hours.
const LONGEST: i64 = 24 * 366;

impl FromStr for Faults {
    type Err = SimError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = |message: String| SimError::BadFaults { given: text.to_owned(), message };
        let items: Vec<&str> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
        let mut faults = Self { seed: seed(&items).map_err(bad)?, ..Self::default() };
        // Later items win, so a preset can be adjusted.
        items.into_iter().try_for_each(|item| faults.set(item)).map_err(bad)?;
        match faults.shares.iter().map(|(_, share)| *share).sum::<u32>() {
            0..=WHOLE => Ok(faults),
            sum => Err(bad(format!("the shares add up to {}%: at most 100% can go wrong", sum / 100))),
        }
    }
}

/// The seed, which decides what a preset does and so is read before everything else.
fn seed(items: &[&str]) -> Result<u64, String> {
    let last = items.iter().rev().find_map(|item| item.strip_prefix("seed="));
    last.map_or(Ok(0), |text| text.parse().map_err(|_| format!("seed={text:?} is not a number from 0 on")))
}

impl Faults {
    fn set(&mut self, item: &str) -> Result<(), String> {
        let (name, value) = item.split_once('=').unwrap_or((item, ""));
        let form = |expected: &str| format!("{item:?} is not of the form {name}={expected}");
        match name {
            "mixed" if value.is_empty() => self.mix(),
            "seed" => {}
            "burst" => self.burst = value.parse().map_err(|_| form("NUMBER"))?,
            "late" => self.late = span(value).filter(|span| *span >= TimeDelta::zero()).ok_or_else(|| form("HOURSh"))?,
            "restated" => self.restated = share(value).ok_or_else(|| form("PERCENT%"))?,
            "skew" => self.skew = span(value).ok_or_else(|| form("SECONDSs"))?,
            "unready" => self.unready = value.parse().map_err(|_| form("NUMBER"))?,
            "deny" => self.denied.push(Denied::parse(value).ok_or_else(|| form("ACTION, SUBAPPID or ACTION@SUBAPPID"))?),
            "shape" if value.contains(':') => {
                let untold = Untold::parse(value).ok_or_else(|| form("ACTION:MEMBER:drop or ACTION:MEMBER:null"))?;
                self.untold.push(untold);
            }
            _ => {
                let known = NAMES.iter().find(|(known, _)| *known == name);
                let (_, fault) = known.ok_or_else(|| format!("{name:?} is none of {}", all_names()))?;
                let share = share(value).ok_or_else(|| form("PERCENT%"))?;
                self.shares.retain(|(other, _)| other != fault);
                self.shares.push((*fault, share));
            }
        }
        Ok(())
    }

    /// A bit of everything that a patient caller gets over. Some seeds put the clock ahead or back, and let bills wait.
    fn mix(&mut self) {
        self.shares = MIXED.to_vec();
        self.skew = TimeDelta::seconds([0, 420, 0, -420][(self.seed % 4) as usize]);
        self.unready = self.seed % 3;
    }
}

impl Denied {
    fn parse(text: &str) -> Option<Self> {
        let action = |text: &str| (!text.is_empty()).then(|| Some(text.to_owned()));
        match text.split_once('@') {
            Some((name, id)) => Some(Self { action: action(name)?, sub_app_id: Some(id.parse().ok()?) }),
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Self { action: None, sub_app_id: Some(text.parse().ok()?) })
            }
            None => Some(Self { action: action(text)?, sub_app_id: None }),
        }
    }
}

fn all_names() -> String {
    let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).chain(OTHERS).collect();
    names.join(", ")
}

/// `5%`, `0.25%`: in 1/10 000.
fn share(text: &str) -> Option<u32> {
    let text = text.strip_suffix('%')?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let share = whole.parse::<u32>().ok()?.checked_mul(100)? + format!("{part:0<2}").parse::<u32>().ok()?;
    (share <= WHOLE).then_some(share)
}

/// `90s`, `30m`, `12h`, `-420s`.
fn span(text: &str) -> Option<TimeDelta> {
    let number = text.get(..text.len().checked_sub(1)?)?.parse::<i64>().ok()?;
    let seconds = match text.chars().last()? {
        's' => number,
        'm' => number.checked_mul(60)?,
        'h' => number.checked_mul(3600)?,
        _ => return None,
    };
    (seconds.unsigned_abs() <= LONGEST.unsigned_abs() * 3600).then(|| TimeDelta::seconds(seconds))
}
