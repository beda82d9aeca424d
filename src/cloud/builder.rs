//! What a client needs before it can call.

use std::sync::Arc;
use std::time::Duration;

use super::credential::Keys;
use super::signature::v1;
use super::transport::Transport;
use super::tries::Patience;
use super::{Api, Client, Endpoint, Error, Priority};
use crate::model::Address;

/// How requests travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpMethod {
    /// Parameters in the query string.
    Get,
    /// Parameters in the body.
    #[default]
    Post,
}

/// The addresses of the APIs.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    pub vod: Endpoint,
    pub legacy: Endpoint,
    pub billing: Endpoint,
    pub sts: Endpoint,
}

/// How calls are made, wherever they go.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    pub root_certificates: Vec<String>,
    pub method: HttpMethod,
    pub unsigned_payload: bool,
    pub legacy_method: HttpMethod,
    pub legacy_signature: v1::Method,
    pub legacy_region: String,
    pub budget_percent: Option<u32>,
    pub at_a_time: usize,
    pub connect_timeout: Duration,
    pub attempt_timeout: Duration,
    pub total_timeout: Duration,
    pub max_attempts: u32,
    pub min_delay: Duration,
    pub max_delay: Duration,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            root_certificates: Vec::new(),
            method: HttpMethod::Post,
            unsigned_payload: false,
            legacy_method: HttpMethod::Get,
            legacy_signature: v1::Method::HmacSha256,
            legacy_region: "gz".to_owned(),
            budget_percent: Some(30),
            at_a_time: 64,
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(120),
            max_attempts: 5,
            min_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(10),
        }
    }
}

/// Collects what a [`Client`] needs. Addresses are checked by [`ClientBuilder::build`], so that calls do not
/// fail half-way.
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    keys: Keys,
    intl: bool,
    allow_http: bool,
    addresses: [Option<Address>; 4],
    habits: Habits,
}

impl ClientBuilder {
    pub(super) fn new(keys: Keys) -> Self {
        Self { keys, intl: false, allow_http: false, addresses: [const { None }; 4], habits: Habits::default() }
    }

    /// Uses the international site. Default: the mainland site.
    pub fn intl(mut self, intl: bool) -> Self {
        self.intl = intl;
        self
    }

    /// Another address for VOD API 3.0: scheme, host and port.
    pub fn vod_endpoint(mut self, address: impl Into<Address>) -> Self {
        self.addresses[0] = Some(address.into());
        self
    }

    /// Another address for the legacy API.
    pub fn legacy_endpoint(mut self, address: impl Into<Address>) -> Self {
        self.addresses[1] = Some(address.into());
        self
    }

    /// Another address for the billing API.
    pub fn billing_endpoint(mut self, address: impl Into<Address>) -> Self {
        self.addresses[2] = Some(address.into());
        self
    }

    /// Another address for STS.
    pub fn sts_endpoint(mut self, address: impl Into<Address>) -> Self {
        self.addresses[3] = Some(address.into());
        self
    }

    /// Takes plain `http` addresses that are not loopback. Default: refused.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Trusts one more certificate authority (PEM), beside the system's.
    pub fn root_certificate(mut self, pem: impl Into<String>) -> Self {
        self.habits.root_certificates.push(pem.into());
        self
    }

    /// How API 3.0 is called. Default: POST.
    pub fn method(mut self, method: HttpMethod) -> Self {
        self.habits.method = method;
        self
    }

    /// Leaves the body out of the TC3 signature. Default: it is signed.
    pub fn unsigned_payload(mut self, unsigned: bool) -> Self {
        self.habits.unsigned_payload = unsigned;
        self
    }

    /// How the legacy API is called. Default: GET as its pages advise; a long request goes by POST regardless.
    pub fn legacy_method(mut self, method: HttpMethod) -> Self {
        self.habits.legacy_method = method;
        self
    }

    /// The signature of the legacy API. Default: HmacSHA256.
    pub fn legacy_signature(mut self, method: v1::Method) -> Self {
        self.habits.legacy_signature = method;
        self
    }

    /// `Region` of the legacy API; empty leaves it out. Default: `gz`, which its pages call fine.
    pub fn legacy_region(mut self, region: impl Into<String>) -> Self {
        self.habits.legacy_region = region.into();
        self
    }

    /// Per cent of each documented rate limit to use, 1 to 100. Default 30: the account's other systems call too.
    pub fn budget_percent(mut self, percent: u32) -> Self {
        self.habits.budget_percent = Some(percent.clamp(1, 100));
        self
    }

    /// Uses the whole of each documented limit: for an account that nothing else calls.
    pub fn exclusive(self) -> Self {
        self.budget_percent(100)
    }

    /// Requests of one action that are under way at once; connections are kept for as many. Default 64.
    pub fn at_a_time(mut self, requests: usize) -> Self {
        self.habits.at_a_time = requests.max(1);
        self
    }

    /// Keeps no rate budget: for a server of one's own, such as a simulator.
    pub fn without_budget(mut self) -> Self {
        self.habits.budget_percent = None;
        self
    }

    /// Time limits: to connect, for one attempt, for all attempts and the pauses between them. Default 5 s, 30 s, 120 s.
    /// Waiting for the first turn does not count; see [`Client::within`] for a bound that includes it.
    pub fn timeouts(mut self, connect: Duration, attempt: Duration, total: Duration) -> Self {
        self.habits.connect_timeout = connect;
        self.habits.attempt_timeout = attempt;
        self.habits.total_timeout = total;
        self
    }

    /// How often a call is sent at most; one that is refused for the rate, up to four times as often. 1 repeats nothing.
    /// Default 5.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.habits.max_attempts = attempts.max(1);
        self
    }

    /// The first and the longest pause between attempts; each pause is twice the one before, with jitter.
    /// Default 250 ms and 10 s.
    pub fn delays(mut self, first: Duration, longest: Duration) -> Self {
        self.habits.min_delay = first;
        self.habits.max_delay = longest;
        self
    }

    /// The client, or what is wrong with the addresses.
    pub fn build(self) -> Result<Client, Error> {
        let [vod, legacy, billing, sts] = &self.addresses;
        let endpoint = |api: Api, address: &Option<Address>| {
            let address = address.clone().unwrap_or_else(|| api.default_url(self.intl).into());
            Endpoint::parse(api, &address, self.allow_http)
        };
        let endpoints = Endpoints {
            vod: endpoint(Api::Vod, vod)?,
            legacy: endpoint(Api::Legacy, legacy)?,
            billing: endpoint(Api::Billing, billing)?,
            sts: endpoint(Api::Sts, sts)?,
        };
        let transport = Arc::new(Transport::new(endpoints, self.habits, self.keys)?);
        Ok(Client { transport, recorder: None, priority: Priority::default(), patience: Patience::default(), intl: self.intl })
    }
}
