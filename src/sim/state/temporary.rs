//! Temporary key pairs: given out by STS and by the machine's metadata, good until they expire.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::State;
use crate::model::Secret;
use crate::sim::account::Account;
use crate::sim::cloud::Cloud;

/// A temporary pair as it is given out.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The public half.
    pub secret_id: String,
    /// The secret half.
    pub secret_key: Secret,
    /// Goes with every request.
    pub token: Secret,
    /// From when on it is refused, by the wall clock.
    pub expires: DateTime<Utc>,
}

/// What is needed to check a signature.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The secret half.
    pub secret_key: Secret,
    /// The token that must go with it; empty for a pair that lasts.
    pub token: Secret,
    /// From when on it is refused.
    pub expires: Option<DateTime<Utc>>,
}

impl Pair {
    /// Whether it is no longer good. Signatures live by the wall clock, and so do the pairs.
    pub fn is_expired(&self) -> bool {
        self.expires.is_some_and(|expires| expires <= Utc::now())
    }
}

/// The pairs that were given out.
#[derive(Debug)]
pub(super) struct Temporary {
    /// Makes pairs of one account unlike those of another.
    seed: String,
    issued: Mutex<BTreeMap<String, Issued>>,
}

impl Temporary {
    pub fn new(account: &Account) -> Self {
        let seed = account.credentials.first().map(|pair| pair.secret_key.expose().to_owned()).unwrap_or_default();
        Self { seed, issued: Mutex::default() }
    }
}

impl State {
    /// Gives out a pair for a role.
    pub fn issue(&self, role: &str, seconds: u64) -> Issued {
        let mut issued = self.temporary.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let part = |what: &str| hex::encode(Sha256::digest(format!("{}:{role}:{}:{what}", self.temporary.seed, issued.len())));
        let life = TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000));
        let pair = Issued {
            secret_id: format!("AKIDtmp{}", &part("id")[..32]),
            secret_key: Secret::new(&part("key")[..32]),
            token: Secret::new(part("token")),
            // Whole seconds, as they are told.
            expires: DateTime::from_timestamp((Utc::now() + life).timestamp(), 0).unwrap_or_default(),
        };
        issued.insert(pair.secret_id.clone(), pair.clone());
        pair
    }
}

impl Cloud {
    /// The pair behind a SecretId: one of the account file, or one that was given out.
    pub fn pair(&self, secret_id: &str) -> Option<Pair> {
        if let Some(pair) = self.account.credential(secret_id) {
            let token = pair.token.clone().unwrap_or_else(|| Secret::new(""));
            return Some(Pair { secret_key: pair.secret_key.clone(), token, expires: None });
        }
        let issued = self.state.temporary.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = issued.get(secret_id)?;
        Some(Pair { secret_key: pair.secret_key.clone(), token: pair.token.clone(), expires: Some(pair.expires) })
    }
}
