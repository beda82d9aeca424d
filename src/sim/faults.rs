//! Faults on purpose, drawn from a seed so that a run can be repeated.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::SimError;

/// What goes wrong, and how often: `throttle=5%,internal=2%,seed=7`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Each kind with its percentage.
    shares: Vec<(Fault, u8)>,
    seed: u64,
}

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `RequestLimitExceeded` or 4400.
    Throttle,
    /// `InternalError` or 6000.
    Internal,
    /// HTTP 502 with an HTML page.
    Http502,
    /// A body that ends in the middle of the JSON.
    Truncated,
    /// An answer that takes [`SLOW`].
    Slow,
}

/// How long a slow answer takes.
pub(super) const SLOW: Duration = Duration::from_secs(2);

const NAMES: [(&str, Fault); 5] = [
    ("throttle", Fault::Throttle),
    ("internal", Fault::Internal),
    ("http502", Fault::Http502),
    ("truncated", Fault::Truncated),
    ("slow", Fault::Slow),
];

impl FromStr for Faults {
    type Err = SimError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = |message: String| SimError::BadFaults { given: text.to_owned(), message };
        let mut faults = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let form = || bad(format!("{item:?} is not of the form KIND=PERCENT% or seed=NUMBER"));
            let (name, value) = item.split_once('=').ok_or_else(form)?;
            if name == "seed" {
                faults.seed = value.parse().map_err(|_| form())?;
                continue;
            }
            let Some((_, fault)) = NAMES.iter().find(|(known, _)| *known == name) else {
                return Err(bad(format!("{name:?} is none of {}, seed", NAMES.map(|(name, _)| name).join(", "))));
            };
            let share: u8 = value.strip_suffix('%').and_then(|value| value.parse().ok()).ok_or_else(form)?;
            faults.shares.push((*fault, share));
        }
        match faults.shares.iter().map(|(_, share)| u32::from(*share)).sum::<u32>() {
            0..=100 => Ok(faults),
            sum => Err(bad(format!("the shares add up to {sum}%: at most 100% can go wrong"))),
        }
    }
}

/// Draws the fault of each request.
#[derive(Debug)]
pub(super) struct Dice {
    shares: Vec<(Fault, u8)>,
    random: Mutex<fastrand::Rng>,
}

impl Dice {
    pub fn new(faults: &Faults) -> Self {
        Self { shares: faults.shares.clone(), random: Mutex::new(fastrand::Rng::with_seed(faults.seed)) }
    }

    /// The fault of the next request, if any.
    pub fn throw(&self) -> Option<Fault> {
        if self.shares.is_empty() {
            return None;
        }
        let mut left = self.random.lock().unwrap_or_else(PoisonError::into_inner).u8(0..100);
        for (fault, share) in &self.shares {
            match left.checked_sub(*share) {
                None => return Some(*fault),
                Some(rest) => left = rest,
            }
        }
        None
    }
}
