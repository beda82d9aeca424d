//! The signed client for Tencent Cloud VOD: API 3.0 and the legacy API (v2) behind one set of types. A small library by itself.
//!
//! ```no_run
//! # async fn example() -> Result<(), vodledger::cloud::Error> {
//! use vodledger::cloud::{Client, Credential, vod::SearchMedia};
//!
//! let credential = Credential { secret_id: "AKID…".into(), secret_key: "…".into(), token: None };
//! let client = Client::builder(credential).build()?;
//! let found = client.vod().search_media(&SearchMedia::by_prefix("room_1_")).await?;
//! for media in found.media {
//!     println!("{} {}", media.file_id, media.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Listings
//!
//! What comes in pages is a stream, [`Pages`]. It asks for a page when it is wanted, and ends without an error only when everything
//! came.
//!
//! ```no_run
//! # async fn example(client: &vodledger::cloud::Client) -> Result<(), vodledger::cloud::Error> {
//! let mut domains = client.vod().vod_domains(None);
//! while let Some(domain) = domains.next().await {
//!     let domain = domain?;
//!     println!("{} {}", domain.domain, domain.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! An [`Error`] has a [`kind`](ErrorKind) that says what can be done about it. What is worth repeating was repeated already.
//!
//! ```no_run
//! # async fn example(client: &vodledger::cloud::Client) -> Result<(), vodledger::cloud::Error> {
//! use vodledger::cloud::ErrorKind;
//!
//! match client.vod().describe_storage_data(None).await {
//!     Ok(stored) => println!("{} bytes", stored.total),
//!     Err(error) if error.kind == ErrorKind::Permission => eprintln!("grant vod:{} to this key", error.action),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! An action that the international site lacks ([`actions::Entry::intl`]) is refused with [`ErrorKind::Unsupported`] and never sent.
//!
//! # Cancellation
//!
//! Every future here may be dropped at any await: its place in the queue for the rate budget is given back and its connection is
//! closed. Of a call that changes something it is then not known whether it took effect, as with an answer that was lost
//! ([`Error::effect_unknown`]).
//!
//! ```no_run
//! # async fn example(client: &vodledger::cloud::Client) -> Result<(), vodledger::cloud::Error> {
//! let events = tokio::select! {
//!     events = client.vod().pull_events(None) => events?,
//!     _ = tokio::time::sleep(std::time::Duration::from_secs(2)) => Vec::new(),
//! };
//! println!("{} events", events.len());
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::within`] and [`Client::deadline`] do the same with an error that tells what was waited for.

pub mod actions;
pub mod billing;
mod budget;
mod builder;
mod check;
mod convert;
pub mod credential;
mod download;
mod endpoint;
mod envelope;
mod error;
pub mod error_codes;
mod fields;
pub mod legacy;
pub mod lenient;
mod pages;
mod parameters;
mod plain;
mod sign;
pub mod signature;
mod skew;
pub mod sts;
mod transport;
mod tries;
pub mod vod;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use budget::{Limit, Priority};
pub use builder::{ClientBuilder, HttpMethod};
pub use credential::Credential;
pub use endpoint::{Api, Endpoint};
pub use error::{Error, ErrorKind};
pub use pages::Pages;
pub use transport::{Action, RawAnswer, Recorder};

use credential::Keys;
use transport::{Call, Transport};
use tries::Patience;

/// A client for one account. Cheap to clone; clones share connections and rate budgets.
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    recorder: Option<Arc<dyn Recorder>>,
    priority: Priority,
    patience: Patience,
    intl: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Starts a client that signs with this credential.
    pub fn builder(credential: Credential) -> ClientBuilder {
        ClientBuilder::new(Keys::fixed(credential))
    }

    /// The same client, whose raw answers a recorder sees before they are parsed.
    #[must_use]
    pub fn recording(&self, recorder: Arc<dyn Recorder>) -> Self {
        Self { recorder: Some(recorder), ..self.clone() }
    }

    /// The same client, whose calls have another priority where they wait for a rate budget.
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self { priority, ..self.clone() }
    }

    /// The same client, each of whose calls ends after this time, its place in the queue included.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        let mut client = self.clone();
        client.patience.within = Some(time);
        client
    }

    /// The same client, whose calls all end at this moment.
    #[must_use]
    pub fn deadline(&self, moment: Instant) -> Self {
        let mut client = self.clone();
        client.patience.until = Some(moment);
        client
    }

    /// The server's clock less this machine's, as the last answers date themselves; `None` before the first.
    pub fn skew(&self) -> Option<TimeDelta> {
        self.transport.clock.skew()
    }

    /// VOD, API 3.0.
    pub fn vod(&self) -> vod::Vod<'_> {
        vod::Vod { client: self }
    }

    /// Starts a client that signs with pairs which end and are fetched anew in time.
    pub fn builder_with(provider: Arc<dyn credential::Provider>) -> ClientBuilder {
        ClientBuilder::new(Keys::renewed(provider))
    }

    /// STS.
    pub fn sts(&self) -> sts::Sts<'_> {
        sts::Sts { client: self }
    }

    /// Billing.
    pub fn billing(&self) -> billing::Billing<'_> {
        billing::Billing { client: self }
    }

    /// VOD, legacy API.
    pub fn legacy(&self) -> legacy::Legacy<'_> {
        legacy::Legacy { client: self }
    }

    pub(crate) async fn call<T: DeserializeOwned + Send>(
        &self,
        entry: &'static actions::Entry,
        request: &impl Serialize,
    ) -> Result<T, Error> {
        let action = &entry.action;
        let parameters = to_parameters(action, request)?;
        let call = Call {
            action,
            parameters: &parameters,
            recorder: self.recorder.as_deref(),
            priority: self.priority,
            patience: self.patience,
        };
        let mut answer = None;
        let mut read = |status: u16, body: &str| {
            answer = Some(envelope::read(action.api, status, body).map_err(|error| naming_what_is_untold(entry, body, error))?);
            Ok(())
        };
        self.transport.call(&call, &mut read).await?;
        answer.ok_or_else(|| Error::new(ErrorKind::Malformed, format!("{}: no answer was read", action.name)))
    }
}

/// The error of an answer that lacks a member which figures rest on, with the name of that member.
fn naming_what_is_untold(entry: &actions::Entry, body: &str, mut error: Error) -> Error {
    if error.kind == ErrorKind::Malformed
        && let Some(untold) = entry.untold(body)
    {
        error.message = format!("the answer cannot be used: {untold}, and what was not told is not zero");
    }
    error
}

/// The members of a request. What is null or an empty list is not sent: no action gives either a meaning of its own.
fn to_parameters(action: &Action, request: &impl Serialize) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(request) {
        Ok(Value::Object(mut parameters)) => {
            parameters.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()));
            Ok(parameters)
        }
        _ => Err(Error::new(ErrorKind::Request, format!("{}: parameters that are no object", action.name))),
    }
}
