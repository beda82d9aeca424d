//! What was asked of a running simulated cloud, and what became of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::faults::Fault;

/// Counts by action.
#[derive(Debug, Default)]
pub(super) struct Stats(Mutex<Counted>);

/// As told at `/_sim/stats`.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Counted {
    #[serde(flatten)]
    all: Counts,
    actions: BTreeMap<String, Counts>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Counts {
    /// All that came.
    requests: u64,
    /// Refused by the rate limit, faults not counted.
    refused: u64,
    /// Under way now.
    in_flight: u64,
    /// Under way at the same time, at most.
    most_in_flight: u64,
    /// Faults met, by kind.
    faults: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn enter(&mut self) {
        self.requests += 1;
        self.in_flight += 1;
        self.most_in_flight = self.most_in_flight.max(self.in_flight);
    }
}

impl Stats {
    /// Counts a request, which is under way until the result is dropped.
    pub fn enter(&self, action: &str) -> UnderWay<'_> {
        self.change(action, Counts::enter);
        UnderWay { stats: self, action: action.to_owned() }
    }

    /// Counts a refusal by the rate limit.
    pub fn refused(&self, action: &str) {
        self.change(action, |counts| counts.refused += 1);
    }

    /// What was counted so far.
    pub fn counted(&self) -> Counted {
        self.lock().clone()
    }

    fn change(&self, action: &str, change: impl Fn(&mut Counts)) {
        let mut counted = self.lock();
        change(&mut counted.all);
        change(counted.actions.entry(action.to_owned()).or_default());
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered.
pub(super) struct UnderWay<'a> {
    stats: &'a Stats,
    action: String,
}

impl UnderWay<'_> {
    /// Counts the fault that it meets.
    pub fn meets(&self, fault: Fault) {
        self.stats.change(&self.action, |counts| *counts.faults.entry(fault.name()).or_default() += 1);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.stats.change(&self.action, |counts| counts.in_flight = counts.in_flight.saturating_sub(1));
    }
}
