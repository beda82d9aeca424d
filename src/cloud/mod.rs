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
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use budget::Limit;
pub use credential::Credential;
pub use endpoint::{Api, Endpoint};
pub use error::{Error, ErrorKind};
pub use transport::{Action, RawAnswer, Recorder};

use signature::v1;
use transport::Transport;

/// How requests travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpMethod {
    /// Parameters in the query string.
    Get,
    /// Parameters in the body.
    #[default]
    Post,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    vod: Endpoint,
    legacy: Endpoint,
    billing: Endpoint,
    root_certificates: Vec<String>,
    method: HttpMethod,
    unsigned_payload: bool,
    legacy_method: HttpMethod,
    legacy_signature: v1::Method,
    legacy_region: String,
    budget_percent: Option<u32>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    total_timeout: Duration,
    max_attempts: u32,
    min_delay: Duration,
    max_delay: Duration,
}

/// Collects what a [`Client`] needs. Addresses are checked by [`ClientBuilder::build`], so that calls do not
/// fail half-way.
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    credential: Credential,
    intl: bool,
    allow_http: bool,
    addresses: [Option<String>; 3],
    root_certificates: Vec<String>,
    method: HttpMethod,
    unsigned_payload: bool,
    legacy_method: HttpMethod,
    legacy_signature: v1::Method,
    legacy_region: String,
    budget_percent: Option<u32>,
    timeouts: (Duration, Duration, Duration),
    max_attempts: u32,
    delays: (Duration, Duration),
}

impl ClientBuilder {
    /// Uses the international site. Default: the mainland site.
    pub fn intl(mut self, intl: bool) -> Self {
        self.intl = intl;
        self
    }

    /// Another address for VOD API 3.0: scheme, host and port.
    pub fn vod_endpoint(mut self, address: impl Into<String>) -> Self {
        self.addresses[0] = Some(address.into());
        self
    }

    /// Another address for the legacy API.
    pub fn legacy_endpoint(mut self, address: impl Into<String>) -> Self {
        self.addresses[1] = Some(address.into());
        self
    }

    /// Another address for the billing API.
    pub fn billing_endpoint(mut self, address: impl Into<String>) -> Self {
        self.addresses[2] = Some(address.into());
        self
    }

    /// Takes plain `http` addresses that are not loopback. Default: refused.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Trusts one more certificate authority (PEM), beside the system's.
    pub fn root_certificate(mut self, pem: impl Into<String>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// How API 3.0 is called. Default: POST.
    pub fn method(mut self, method: HttpMethod) -> Self {
        self.method = method;
        self
    }

    /// Leaves the body out of the TC3 signature. Default: it is signed.
    pub fn unsigned_payload(mut self, unsigned: bool) -> Self {
        self.unsigned_payload = unsigned;
        self
    }

    /// How the legacy API is called. Default: GET as its pages advise; a long request goes by POST regardless.
    pub fn legacy_method(mut self, method: HttpMethod) -> Self {
        self.legacy_method = method;
        self
    }

    /// The signature of the legacy API. Default: HmacSHA256.
    pub fn legacy_signature(mut self, method: v1::Method) -> Self {
        self.legacy_signature = method;
        self
    }

    /// `Region` of the legacy API; empty leaves it out. Default: `gz`, which its pages call fine.
    pub fn legacy_region(mut self, region: impl Into<String>) -> Self {
        self.legacy_region = region.into();
        self
    }

    /// Per cent of each documented rate limit to use, 1 to 100. Default 30: the account's other systems call too.
    pub fn budget_percent(mut self, percent: u32) -> Self {
        self.budget_percent = Some(percent);
        self
    }

    /// Keeps no rate budget: for a server of one's own, such as a simulator.
    pub fn without_budget(mut self) -> Self {
        self.budget_percent = None;
        self
    }

    /// Time limits: to connect, for one attempt, for all attempts. Default 5 s, 30 s, 120 s.
    pub fn timeouts(mut self, connect: Duration, attempt: Duration, total: Duration) -> Self {
        self.timeouts = (connect, attempt, total);
        self
    }

    /// How often a call is sent at most. Default 5.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The first and the longest pause between attempts; each pause is twice the one before, with jitter.
    /// Default 250 ms and 10 s.
    pub fn delays(mut self, first: Duration, longest: Duration) -> Self {
        self.delays = (first, longest);
        self
    }

    /// The client, or what is wrong with the addresses.
    pub fn build(self) -> Result<Client, Error> {
        let [vod, legacy, billing] = &self.addresses;
        let endpoint = |api: Api, address: &Option<String>| {
            Endpoint::parse(api, address.as_deref().unwrap_or(api.default_url(self.intl)), self.allow_http)
        };
        let settings = Settings {
            vod: endpoint(Api::Vod, vod)?,
            legacy: endpoint(Api::Legacy, legacy)?,
            billing: endpoint(Api::Billing, billing)?,
            root_certificates: self.root_certificates,
            method: self.method,
            unsigned_payload: self.unsigned_payload,
            legacy_method: self.legacy_method,
            legacy_signature: self.legacy_signature,
            legacy_region: self.legacy_region,
            budget_percent: self.budget_percent,
            connect_timeout: self.timeouts.0,
            attempt_timeout: self.timeouts.1,
            total_timeout: self.timeouts.2,
            max_attempts: self.max_attempts,
            min_delay: self.delays.0,
            max_delay: self.delays.1,
        };
        Ok(Client { transport: Arc::new(Transport::new(settings, self.credential)?), recorder: None })
    }
}

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
        ClientBuilder {
            credential,
            intl: false,
            allow_http: false,
            addresses: [const { None }; 3],
            root_certificates: Vec::new(),
            method: HttpMethod::Post,
            unsigned_payload: false,
            legacy_method: HttpMethod::Get,
            legacy_signature: v1::Method::HmacSha256,
            legacy_region: "gz".to_owned(),
            budget_percent: Some(30),
            timeouts: (Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120)),
            max_attempts: 5,
            delays: (Duration::from_millis(250), Duration::from_secs(10)),
        }
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
