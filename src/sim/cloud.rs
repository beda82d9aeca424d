//! The state of a running simulated cloud, shared by its APIs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::account::{Account, Application, Events, Media};
use super::auth::Nonces;
use super::faults::Decider;
use super::limit::Limiter;
use super::state::State;
use super::stats::Stats;
use super::{Config, SimError, Switches};
use crate::model::Clock;

/// Everything a request may touch.
#[derive(Debug)]
pub(super) struct Cloud {
    pub account: Account,
    pub switches: Switches,
    pub latency: Duration,
    pub limiter: Limiter,
    pub faults: Decider,
    pub stats: Stats,
    pub nonces: Nonces,
    pub state: State,
    clock: RwLock<Clock>,
    events: Mutex<BTreeMap<u64, Events>>,
    notify_urls: Mutex<BTreeMap<String, String>>,
    requests: AtomicU64,
}

impl Cloud {
    pub fn new(config: &Config) -> Result<Self, SimError> {
        let mut account = config.account.load()?;
        let faults = Decider::new(config.faults.clone());
        account.billing.unready = account.billing.unready.saturating_add(faults.unready());
        let events =
            account.applications.iter().map(|application| (application.sub_app_id, application.events.clone())).collect();
        let clock = config.now.or(account.now).map_or_else(Clock::wall, Clock::pinned);
        Ok(Self {
            state: State::new(&account, clock.now()),
            clock: RwLock::new(clock),
            account,
            switches: config.switches,
            latency: config.latency,
            limiter: Limiter::new(config.limit),
            faults,
            stats: Stats::default(),
            nonces: Nonces::default(),
            events: Mutex::new(events),
            notify_urls: Mutex::default(),
            requests: AtomicU64::new(0),
        })
    }

    /// The account's time, which decides what can be seen.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.read().unwrap_or_else(PoisonError::into_inner).now()
    }

    /// Sets the account's clock, which then stands still. It does not go back: what has happened stays.
    pub fn move_clock(&self, to: DateTime<Utc>) -> Result<(), ClockGoesBack> {
        let mut clock = self.clock.write().unwrap_or_else(PoisonError::into_inner);
        let now = clock.now();
        if to < now {
            return Err(ClockGoesBack(now));
        }
        *clock = Clock::pinned(to);
        Ok(())
    }

    /// The time by which signatures live, and which answers carry.
    pub fn wall(&self) -> DateTime<Utc> {
        Utc::now() + self.faults.skew()
    }

    /// What is told now about a value of usage that came about at a moment.
    pub fn told(&self, application: &Application, measure: &str, at: DateTime<Utc>, value: u64) -> u64 {
        self.faults.told(value, measure, application.sub_app_id, at, self.now())
    }

    /// A request id: a counter in the form of a UUID, so that two equal runs answer alike.
    pub fn request_id(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.requests.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The event settings of every application.
    pub fn events(&self) -> MutexGuard<'_, BTreeMap<u64, Events>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Addresses given to DescribeRecordPlayInfo in time, by vid.
    pub fn notify_urls(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.notify_urls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The media of an application that exist at this moment, as requests have changed them.
    pub fn media<'a>(&self, application: &'a Application) -> Vec<Cow<'a, Media>> {
        self.settle();
        let now = self.now();
        let exists = |media: &Cow<'_, Media>| media.created <= now && media.expires.is_none_or(|expires| now < expires);
        let mut media = self.with_changes(application.media.iter());
        media.retain(exists);
        media
    }
}

/// A time before the account's clock, which is told.
#[derive(Debug)]
pub(super) struct ClockGoesBack(pub DateTime<Utc>);
