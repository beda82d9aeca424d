//! Which request meets which fault.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{Asked, Fault, Faults};
use crate::model::BillingDay;

/// Shares are counted in these.
const WHOLE: u64 = 10_000;

/// Decides faults, and remembers how often each request came.
#[derive(Debug)]
pub(in crate::sim) struct Decider {
    pub(super) faults: Faults,
    seen: Mutex<HashMap<u64, Seen>>,
}

/// The history of one request.
#[derive(Debug, Default)]
struct Seen {
    times: u64,
    faults_in_a_row: u32,
}

/// A number that follows from texts alone, on every machine and in every version.
fn number(parts: &[&[u8]]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Decider {
    pub fn new(faults: Faults) -> Self {
        Self { faults, seen: Mutex::default() }
    }

    /// The fault that a request meets this time, if any.
    pub fn decide(&self, asked: &Asked) -> Option<Fault> {
        if self.faults.shares.is_empty() {
            return None;
        }
        let request = self.number("request", asked.canonical.as_bytes());
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.entry(request).or_default();
        let draw = number(&[&request.to_le_bytes(), &seen.times.to_le_bytes()]) % WHOLE;
        seen.times += 1;
        let fault = self.drawn(draw).filter(|fault| fault.fits(asked) && seen.faults_in_a_row < self.faults.burst);
        seen.faults_in_a_row = if fault.is_some() { seen.faults_in_a_row + 1 } else { 0 };
        fault
    }

    fn drawn(&self, draw: u64) -> Option<Fault> {
        let mut left = draw;
        for (fault, share) in &self.faults.shares {
            match left.checked_sub(u64::from(*share)) {
                None => return Some(*fault),
                Some(rest) => left = rest,
            }
        }
        None
    }

    /// One of so many ways in which a fault may show, chosen by the request.
    pub fn variant(&self, asked: &Asked, ways: u64) -> u64 {
        self.number("variant", asked.canonical.as_bytes()) % ways.max(1)
    }

    /// How far the cloud's clock is ahead.
    pub fn skew(&self) -> TimeDelta {
        self.faults.skew
    }

    /// So many billing requests find that bills are not ready.
    pub fn unready(&self) -> u64 {
        self.faults.unready
    }

    /// Whether the keys may not do this: an action, and the application where it has one.
    pub fn denies(&self, action: &str, sub_app_id: Option<u64>) -> bool {
        self.faults.denied.iter().any(|denied| {
            denied.action.as_ref().is_none_or(|name| name == action) && denied.sub_app_id.is_none_or(|id| sub_app_id == Some(id))
        })
    }

    /// What is told at `now` about a value that came about at `at`: nothing and then half of it while data is late; too
    /// little until a restated day is put right, one to three days after its end.
    ///
    /// It follows from the account's clock alone, so in the end everything is told as it is.
    pub fn told(&self, value: u64, measure: &str, sub_app_id: u64, at: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
        let (late, age) = (self.faults.late, now - at);
        if age < late / 2 {
            return 0;
        }
        if age < late {
            return value / 2;
        }
        if self.faults.restated == 0 {
            return value;
        }
        let day = BillingDay::of(at);
        let draw = self.number("restated", format!("{measure} {sub_app_id} {day}").as_bytes());
        let right_from = day.end() + TimeDelta::hours(24 + (draw >> 32).rem_euclid(48) as i64);
        if draw % WHOLE >= u64::from(self.faults.restated) || right_from <= now {
            return value;
        }
        let percent = 80 + (draw >> 40) % 19;
        u64::try_from(u128::from(value) * u128::from(percent) / 100).unwrap_or(u64::MAX)
    }

    fn number(&self, purpose: &str, what: &[u8]) -> u64 {
        number(&[&self.faults.seed.to_le_bytes(), purpose.as_bytes(), what])
    }
}
