//! What requests and the account's clock have brought about since the account was read.
//!
//! The account file says how things were; everything that differs from it is here, behind one lock.

mod events;
mod media;
mod storage;
mod tasks;
mod temporary;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, Utc};

pub use events::{Event, UnknownHandle};
pub use media::Part;
pub use storage::{Moved, Shifts};
pub use tasks::Attributes;
pub use temporary::{Issued, Pair};

use super::account::{Account, Media};
use events::Queue;
use temporary::Temporary;

/// The changeable part of a simulated cloud.
#[derive(Debug)]
pub(super) struct State {
    inner: Mutex<Inner>,
    temporary: Temporary,
    /// Where downloads are served.
    address: OnceLock<String>,
    /// Billing requests that were answered before bills were there.
    unready: AtomicU64,
}

/// What lies behind the lock.
#[derive(Debug)]
struct Inner {
    /// Media that differ from the account file, by id.
    media: BTreeMap<String, Media>,
    /// Bytes that came to a storage class or left it.
    shifts: Vec<Moved>,
    /// Bytes retrieved or deleted early.
    retrieved: Vec<Moved>,
    /// Events that wait to be pulled, by application.
    queues: BTreeMap<u64, Queue>,
    /// Tasks that requests began, by id.
    tasks: BTreeMap<String, Attributes>,
    /// Up to when the account's clock has been followed.
    seen_until: DateTime<Utc>,
}

impl State {
    /// Nothing has happened yet; events of the last days before `now` are still waiting.
    pub fn new(account: &Account, now: DateTime<Utc>) -> Self {
        let inner = Inner {
            media: BTreeMap::new(),
            shifts: Vec::new(),
            retrieved: Vec::new(),
            queues: BTreeMap::new(),
            tasks: BTreeMap::new(),
            seen_until: now - events::KEPT,
        };
        Self {
            inner: Mutex::new(inner),
            temporary: Temporary::new(account),
            address: OnceLock::new(),
            unready: AtomicU64::new(account.billing.unready),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says where the cloud answers, once it is known.
    pub fn answers_at(&self, address: &str) {
        // Set once, when listening begins.
        let _ = self.address.set(address.to_owned());
    }

    /// The address in front of links for download.
    pub fn address(&self) -> &str {
        self.address.get().map(String::as_str).unwrap_or_default()
    }

    /// Whether bills are there. The first requests, as many as the account says, find that they are not.
    pub fn bills_are_ready(&self) -> bool {
        use std::sync::atomic::Ordering::Relaxed;
        self.unready.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err()
    }
}
