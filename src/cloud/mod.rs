//! The signed client for Tencent Cloud VOD: API 3.0 and the legacy API (v2) behind one set of types.
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

mod budget;
mod builder;
mod convert;
pub mod credential;
mod endpoint;
mod envelope;
mod error;
pub mod error_codes;
pub mod legacy;
pub mod lenient;
mod parameters;
pub mod signature;
mod transport;
pub mod vod;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use budget::Limit;
pub use builder::{ClientBuilder, HttpMethod};
pub use credential::Credential;
pub use endpoint::{Api, Endpoint};
pub use error::{Error, ErrorKind};
pub use transport::{Action, RawAnswer, Recorder};

use transport::Transport;

/// A client for one account. Cheap to clone; clones share connections and rate budgets.
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    recorder: Option<Arc<dyn Recorder>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Starts a client that signs with this credential.
    pub fn builder(credential: Credential) -> ClientBuilder {
        ClientBuilder::new(credential)
    }

    /// The same client, whose raw answers a recorder sees before they are parsed.
    #[must_use]
    pub fn recording(&self, recorder: Arc<dyn Recorder>) -> Self {
        Self { transport: Arc::clone(&self.transport), recorder: Some(recorder) }
    }

    /// VOD, API 3.0.
    pub fn vod(&self) -> vod::Vod<'_> {
        vod::Vod { client: self }
    }

    /// VOD, legacy API.
    pub fn legacy(&self) -> legacy::Legacy<'_> {
        legacy::Legacy { client: self }
    }

    pub(crate) async fn call<T: DeserializeOwned>(&self, action: &'static Action, request: &impl Serialize) -> Result<T, Error> {
        let body = self.transport.call(action, to_parameters(action, request)?, self.recorder.as_ref()).await?;
        envelope::read(action.api, action.name, &body)
    }
}

fn to_parameters(action: &Action, request: &impl Serialize) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(request) {
        Ok(Value::Object(parameters)) => Ok(parameters),
        _ => Err(Error::new(ErrorKind::Request, format!("{}: parameters that are no object", action.name))),
    }
}
