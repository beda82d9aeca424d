//! A budget of requests per action: the documented limit, or a share of it, spread evenly.
//!
//! Ours and not a library's because a slot must be taken before it is waited for: priorities and
//! budgets shared between processes will hang on the same call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How often an action may be called: `requests` in `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Requests.
    pub requests: u32,
    /// In this time.
    pub per: Duration,
}

impl Limit {
    /// So many requests a second.
    pub const fn per_second(requests: u32) -> Self {
        Self { requests, per: Duration::from_secs(1) }
    }

    /// So many requests a minute.
    pub const fn per_minute(requests: u32) -> Self {
        Self { requests, per: Duration::from_secs(60) }
    }
}

/// Slots already given out, per action.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Per cent of each documented limit that may be used; `None` is no bound.
    percent: Option<u32>,
    next: Mutex<HashMap<&'static str, Instant>>,
}

impl Budget {
    pub(crate) fn new(percent: Option<u32>) -> Self {
        Self { percent: percent.map(|percent| percent.clamp(1, 100)), next: Mutex::default() }
    }

    /// Waits for the next free slot of an action.
    pub(crate) async fn acquire(&self, action: &'static str, limit: Limit) {
        let slot = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = next.entry(action).or_insert_with(Instant::now);
            let mine = (*slot).max(Instant::now());
            *slot = mine + self.interval(limit);
            mine
        };
        sleep_until(slot).await;
    }

    /// Holds an action back: the server said that it is called too often.
    pub(crate) fn pause(&self, action: &'static str, pause: Duration) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = next.entry(action).or_insert_with(Instant::now);
        *slot = (*slot).max(Instant::now() + pause);
    }

    fn interval(&self, limit: Limit) -> Duration {
        self.percent.map_or(Duration::ZERO, |percent| limit.per * 100 / (limit.requests.max(1) * percent))
    }
}
