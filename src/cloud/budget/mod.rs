//! Budgets of requests: the documented limit of an action, or a share of it.
//!
//! A budget belongs to what the server counts by: address, action, region and key. All clients of the process that
//! agree in these share one, so that commands and accounts that use the same key do not outrun its limit together.
//! `pace` says when the next request may go, `lane` whose turn it is.

mod lane;
mod pace;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use lane::Hold;
pub(crate) use lane::{Lane, Turn, Wish};

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

/// Which calls go first where several wait for the same budget. The order is strict; calls of one priority go in the
/// order in which they were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody waits for the answer: playback, confirming an event.
    Interactive,
    /// The regular collection.
    #[default]
    Sync,
    /// History, which can wait.
    Backfill,
}

/// What the server counts by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Address of the API.
    pub endpoint: String,
    /// The legacy API's region; API 3.0 of VOD and billing have none.
    pub region: String,
    /// SecretId.
    pub credential: String,
    /// Name of the action.
    pub action: &'static str,
}

/// The budgets in use by this process.
#[derive(Default)]
struct Registry {
    lanes: HashMap<Key, Weak<Lane>>,
    /// By address and SecretId: refusals that concern every action of a key.
    holds: HashMap<(String, String), Weak<Hold>>,
}

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The budget of this key, shared with whoever uses it already.
fn shared_lane(key: &Key, limit: Limit) -> Arc<Lane> {
    let mut registry = lock(&REGISTRY);
    if let Some(lane) = registry.lanes.get(key).and_then(Weak::upgrade) {
        return lane;
    }
    registry.lanes.retain(|_, lane| lane.strong_count() > 0);
    registry.holds.retain(|_, hold| hold.strong_count() > 0);
    let owner = (key.endpoint.clone(), key.credential.clone());
    let hold = registry.holds.get(&owner).and_then(Weak::upgrade).unwrap_or_default();
    registry.holds.insert(owner, Arc::downgrade(&hold));
    let lane = Arc::new(Lane::new(limit, hold));
    registry.lanes.insert(key.clone(), Arc::downgrade(&lane));
    lane
}

/// The budgets that one client has used: it keeps them alive.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<HashMap<Key, Arc<Lane>>>);

impl Lanes {
    /// The budget of a key. Those of a SecretId that the client no longer signs with are let go.
    pub fn get(&self, key: Key, limit: Limit) -> Arc<Lane> {
        let mut lanes = lock(&self.0);
        if let Some(lane) = lanes.get(&key) {
            return Arc::clone(lane);
        }
        lanes.retain(|known, _| known.credential == key.credential);
        let lane = shared_lane(&key, limit);
        lanes.insert(key, Arc::clone(&lane));
        lane
    }
}
