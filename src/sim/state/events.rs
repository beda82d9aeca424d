//! Events that wait to be pulled: at most sixteen at a time, hidden for half a minute, kept for four days.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Inner, State};
use crate::sim::account::{Events, Media, Restore};

/// How long an event waits (PullEvents).
pub const KEPT: TimeDelta = TimeDelta::days(4);
/// The most events of one pull.
const BATCH: usize = 16;
/// How long a handle is good, and the event hidden.
const VALID: Duration = Duration::from_secs(30);

/// Something that happened in an application.
#[derive(Clone, Debug)]
pub enum Event {
    /// `NewFileUpload`, with the media as it was then.
    Uploaded(Box<Media>),
    /// `FileDeleted`; no parts means all of it.
    Deleted {
        /// The media.
        file_id: String,
        /// Type and definition of what was deleted.
        parts: Vec<(String, i64)>,
    },
    /// `RestoreMediaComplete`.
    Restored {
        /// The media.
        file_id: String,
        /// Its class before.
        from: String,
        /// What was asked for.
        restore: Restore,
    },
    /// `DescribeFileAttributesComplete`, with the task's id.
    Attributes(String),
}

/// Events of one application.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Vec<Waiting>,
    /// Events so far: no two handles are alike.
    count: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    at: DateTime<Utc>,
    event: Event,
    pulls: u64,
    pulled: Option<Pulled>,
}

/// When an event was given out. Both clocks count, so that a pinned account clock does not hide it for ever and a
/// moved one shows it again at once.
#[derive(Debug)]
struct Pulled {
    wall: Instant,
    account: DateTime<Utc>,
}

impl Pulled {
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.wall.elapsed() >= VALID || (now - self.account).to_std().is_ok_and(|passed| passed >= VALID)
    }
}

impl Waiting {
    fn handle(&self, sub_app_id: u64) -> String {
        format!("{sub_app_id}-{}-{}", self.number, self.pulls)
    }

    fn is_hidden(&self, now: DateTime<Utc>) -> bool {
        self.pulled.as_ref().is_some_and(|pulled| !pulled.is_over(now))
    }
}

impl Events {
    /// Whether events that a switch turns on wait to be pulled.
    pub fn pulls(&self, switch: &str) -> bool {
        self.mode == "PULL" && switch == "ON"
    }
}

impl Inner {
    pub(super) fn enqueue(&mut self, sub_app_id: u64, at: DateTime<Utc>, event: Event) {
        let queue = self.queues.entry(sub_app_id).or_default();
        queue.count += 1;
        queue.waiting.push(Waiting { number: queue.count, at, event, pulls: 0, pulled: None });
    }
}

/// A handle that is not known, or no longer good.
#[derive(Debug)]
pub struct UnknownHandle(pub String);

impl State {
    /// Gives events out, each with a new handle, and hides them for a while.
    pub fn pull_events(&self, sub_app_id: u64, now: DateTime<Utc>) -> Vec<(String, Event)> {
        let mut state = self.lock();
        let Some(queue) = state.queues.get_mut(&sub_app_id) else { return Vec::new() };
        queue.waiting.retain(|waiting| now - waiting.at < KEPT);
        let free = queue.waiting.iter_mut().filter(|waiting| !waiting.is_hidden(now)).take(BATCH);
        free.map(|waiting| {
            waiting.pulls += 1;
            waiting.pulled = Some(Pulled { wall: Instant::now(), account: now });
            (waiting.handle(sub_app_id), waiting.event.clone())
        })
        .collect()
    }

    /// Takes events away for good; one bad handle and nothing is taken.
    pub fn confirm_events(&self, sub_app_id: u64, handles: &[&str], now: DateTime<Utc>) -> Result<(), UnknownHandle> {
        let mut state = self.lock();
        let queue = state.queues.entry(sub_app_id).or_default();
        let good = |waiting: &Waiting, handle: &str| waiting.is_hidden(now) && waiting.handle(sub_app_id) == handle;
        let bad = handles.iter().find(|handle| !queue.waiting.iter().any(|waiting| good(waiting, handle)));
        if let Some(bad) = bad {
            return Err(UnknownHandle((*bad).to_owned()));
        }
        queue.waiting.retain(|waiting| !handles.iter().any(|handle| good(waiting, handle)));
        Ok(())
    }

    /// Events that a pull would give out, now or in turn.
    pub fn waiting_events(&self, sub_app_id: u64, now: DateTime<Utc>) -> u64 {
        let state = self.lock();
        let waiting = state.queues.get(&sub_app_id).map(|queue| queue.waiting.as_slice()).unwrap_or_default();
        waiting.iter().filter(|waiting| now - waiting.at < KEPT && !waiting.is_hidden(now)).count() as u64
    }
}
