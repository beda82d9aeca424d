//! What a client signs with: a pair that holds for ever, or pairs that end and are fetched anew in time.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::Credential;
use crate::cloud::Error;

/// A pair that ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temporary {
    /// The pair and its token.
    pub credential: Credential,
    /// When it ends.
    pub expires: DateTime<Utc>,
}

/// What a fetch gives.
pub type Fetch<'a> = Pin<Box<dyn Future<Output = Result<Temporary, Error>> + Send + 'a>>;

/// Where pairs that end come from.
pub trait Provider: Send + Sync {
    /// A new pair.
    fn fetch(&self) -> Fetch<'_>;
}

/// A pair is renewed when no more than this is left of its life, or half of it where it is short. (The official clients' metadata
/// provider renews at 300 seconds.)
const MARGIN: TimeDelta = TimeDelta::seconds(300);
/// A fetch that failed is tried again after this, as long as the old pair still holds.
const AGAIN: TimeDelta = TimeDelta::seconds(30);

/// What a client signs with.
#[derive(Clone)]
pub(in crate::cloud) enum Keys {
    Fixed(Arc<Credential>),
    Renewed(Arc<Renewed>),
}

/// Pairs from a provider, one after another.
pub(in crate::cloud) struct Renewed {
    provider: Arc<dyn Provider>,
    held: Mutex<Option<Held>>,
}

struct Held {
    credential: Arc<Credential>,
    renew: DateTime<Utc>,
    expires: DateTime<Utc>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed(_) => "a fixed pair",
            Self::Renewed(_) => "pairs that are renewed",
        })
    }
}

impl Keys {
    pub fn fixed(credential: Credential) -> Self {
        Self::Fixed(Arc::new(credential))
    }

    pub fn renewed(provider: Arc<dyn Provider>) -> Self {
        Self::Renewed(Arc::new(Renewed { provider, held: Mutex::default() }))
    }

    /// The pair to sign with now. Whoever comes while a new one is fetched waits for that one.
    pub async fn current(&self) -> Result<Arc<Credential>, Error> {
        match self {
            Self::Fixed(credential) => Ok(Arc::clone(credential)),
            Self::Renewed(renewed) => renewed.current(Utc::now()).await,
        }
    }

    /// The service refuses a pair: it is not used again. Says whether another may be had.
    pub async fn refused(&self, credential: &Arc<Credential>) -> bool {
        let Self::Renewed(renewed) = self else { return false };
        let mut held = renewed.held.lock().await;
        if held.as_ref().is_some_and(|held| Arc::ptr_eq(&held.credential, credential)) {
            *held = None;
        }
        true
    }
}

impl Renewed {
    async fn current(&self, now: DateTime<Utc>) -> Result<Arc<Credential>, Error> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| now < held.renew) {
            return Ok(Arc::clone(&held.credential));
        }
        match self.provider.fetch().await {
            Ok(Temporary { credential, expires }) => {
                let margin = MARGIN.min((expires - now) / 2);
                let credential = Arc::new(credential);
                *held = Some(Held { credential: Arc::clone(&credential), renew: expires - margin, expires });
                Ok(credential)
            }
            // What still holds is better than nothing.
            Err(error) => match held.as_mut().filter(|held| now < held.expires) {
                Some(old) => {
                    tracing::warn!(%error, "the temporary key could not be renewed; the old one still holds");
                    old.renew = now + AGAIN;
                    Ok(Arc::clone(&old.credential))
                }
                None => Err(error),
            },
        }
    }
}
