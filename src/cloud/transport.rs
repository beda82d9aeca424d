//! One place that sends: budget, signature per attempt, time limits, retries, clock correction, raw answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde_json::{Map, Value};

use super::budget::{Budget, Limit};
use super::builder::{Endpoints, Habits, HttpMethod};
use super::credential::Credential;
use super::endpoint::{Api, Endpoint};
use super::envelope;
use super::error::{Error, ErrorKind};
use super::parameters::{encode, flatten};
use super::signature::{tc3, v1};

/// One action of an API: what the transport must know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// Which API it belongs to.
    pub api: Api,
    /// Its name on the wire.
    pub name: &'static str,
    /// The documented limit; 20 a second, the platform's usual default, where no page gives one.
    pub limit: Limit,
    /// Whether sending it twice does no harm.
    pub repeatable: bool,
}

/// An answer as it came, before anything is read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// Which API.
    pub api: Api,
    /// Which action.
    pub action: &'static str,
    /// The request's own parameters as JSON, without signature and credential.
    pub request: String,
    /// The body.
    pub body: String,
    /// When it was complete, by the wall clock.
    pub received_at: DateTime<Utc>,
}

/// Sees every answer of HTTP status 200 before it is parsed, errors included.
pub trait Recorder: Send + Sync {
    /// Takes one answer.
    fn record(&self, answer: &RawAnswer);
}

/// Bodies past this are refused: no documented answer comes near it.
const MAX_BODY: usize = 64 << 20;
/// A GET past this goes by POST (documented limit 32 KB; proxies take less).
const MAX_QUERY: usize = 4 << 10;
/// What a server may ask us to wait, at most.
const MAX_PAUSE: Duration = Duration::from_secs(30);

pub(crate) struct Transport {
    http: reqwest::Client,
    endpoints: Endpoints,
    habits: Habits,
    credential: Credential,
    budget: Budget,
    /// Seconds to add to this machine's clock, learnt from the `Date` header of a refusal.
    skew: AtomicI64,
}

struct Signed {
    url: String,
    headers: HeaderMap,
    body: Option<String>,
}

struct Received {
    status: u16,
    date: Option<DateTime<Utc>>,
    body: String,
}

impl Transport {
    pub(crate) fn new(endpoints: Endpoints, habits: Habits, credential: Credential) -> Result<Self, Error> {
        let mut http =
            reqwest::Client::builder().connect_timeout(habits.connect_timeout).redirect(reqwest::redirect::Policy::none());
        if [&endpoints.vod, &endpoints.legacy, &endpoints.billing].iter().any(|endpoint| endpoint.is_loopback()) {
            http = http.no_proxy();
        }
        for pem in &habits.root_certificates {
            let certificate = reqwest::Certificate::from_pem(pem.as_bytes())
                .map_err(|error| Error::new(ErrorKind::Configuration, format!("CA certificate: {}", causes(&error))))?;
            http = http.tls_certs_merge([certificate]);
        }
        let http =
            http.build().map_err(|error| Error::new(ErrorKind::Configuration, format!("HTTP client: {}", causes(&error))))?;
        let budget = Budget::new(habits.budget_percent);
        Ok(Self { http, endpoints, habits, credential, budget, skew: AtomicI64::new(0) })
    }

    /// Sends a call until it succeeds or its bounds are reached; gives the body of the answer.
    pub(crate) async fn call(
        &self,
        action: &'static Action,
        parameters: Map<String, Value>,
        recorder: Option<&Arc<dyn Recorder>>,
    ) -> Result<String, Error> {
        let mut delays = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.habits.min_delay)
            .with_max_delay(self.habits.max_delay)
            .with_max_times(self.habits.max_attempts.saturating_sub(1) as usize)
            .build();
        self.budget.acquire(action.name, action.limit).await;
        // From here on: waiting for a first turn behind other calls is no failure of this one.
        let started = Instant::now();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let left = self.habits.total_timeout.saturating_sub(started.elapsed());
            let outcome = self.attempt(action, &parameters, recorder, left).await;
            tracing::debug!(action = action.name, attempts, ok = outcome.is_ok(), "call");
            let mut error = match outcome {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            error.action = action.name;
            error.attempts = attempts;
            error.elapsed = started.elapsed();
            let Some(delay) = delays.next().filter(|_| may_repeat(action, &error)) else {
                return Err(error);
            };
            if error.kind == ErrorKind::RateLimit {
                self.budget.pause(action.name, delay.max(Duration::from_secs(1)).min(MAX_PAUSE));
            }
            if started.elapsed() + delay >= self.habits.total_timeout {
                return Err(error);
            }
            tracing::info!(%error, delay_ms = delay.as_millis(), "will repeat");
            tokio::time::sleep(delay).await;
            self.budget.acquire(action.name, action.limit).await;
            if started.elapsed() >= self.habits.total_timeout {
                return Err(error);
            }
        }
    }

    async fn attempt(
        &self,
        action: &Action,
        parameters: &Map<String, Value>,
        recorder: Option<&Arc<dyn Recorder>>,
        left: Duration,
    ) -> Result<String, Error> {
        let now = Utc::now().timestamp().saturating_add(self.skew.load(Ordering::Relaxed));
        let signed = match action.api {
            Api::Legacy => self.sign_v1(action, parameters, now)?,
            Api::Vod | Api::Billing => self.sign_tc3(action, parameters, now)?,
        };
        let received = self.send(signed, left).await?;
        if received.status == 200
            && let Some(recorder) = recorder
        {
            recorder.record(&RawAnswer {
                api: action.api,
                action: action.name,
                request: Value::Object(parameters.clone()).to_string(),
                body: received.body.clone(),
                received_at: Utc::now(),
            });
        }
        match envelope::check(action.api, received.status, &received.body) {
            Ok(()) => Ok(received.body),
            Err(error) => {
                if error.kind == ErrorKind::Clock {
                    self.learn_skew(received.date);
                }
                Err(error)
            }
        }
    }

    /// A refusal for time tells the server's clock; the next attempt is signed with it.
    fn learn_skew(&self, server: Option<DateTime<Utc>>) {
        if let Some(server) = server {
            let skew = (server - Utc::now()).num_seconds();
            tracing::warn!(seconds = skew, "this machine's clock differs from the server's");
            self.skew.store(skew, Ordering::Relaxed);
        }
    }

    async fn send(&self, signed: Signed, left: Duration) -> Result<Received, Error> {
        let network = |error: reqwest::Error| Error::new(ErrorKind::Network, causes(&error.without_url()));
        let request = match signed.body {
            Some(body) => self.http.post(signed.url).body(body),
            None => self.http.get(signed.url),
        };
        let time_limit = self.habits.attempt_timeout.min(left);
        let mut response = request.headers(signed.headers).timeout(time_limit).send().await.map_err(network)?;
        let status = response.status().as_u16();
        let date = response
            .headers()
            .get(reqwest::header::DATE)
            .and_then(|value| DateTime::parse_from_rfc2822(value.to_str().ok()?).ok())
            .map(|date| date.to_utc());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(network)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Error::new(ErrorKind::Malformed, format!("an answer past {MAX_BODY} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let body = String::from_utf8(body).map_err(|_| Error::new(ErrorKind::Malformed, "an answer that is not UTF-8"))?;
        Ok(Received { status, date, body })
    }

    fn sign_tc3(&self, action: &Action, parameters: &Map<String, Value>, now: i64) -> Result<Signed, Error> {
        let endpoint = self.endpoint(action.api);
        let host = endpoint.host();
        let (method, content_type, query, body) = match self.habits.method {
            HttpMethod::Post => ("POST", "application/json", String::new(), Some(Value::Object(parameters.clone()).to_string())),
            HttpMethod::Get => ("GET", "application/x-www-form-urlencoded", encode(&flatten(parameters)), None),
        };
        let payload = match (self.habits.unsigned_payload, &body) {
            (true, _) => tc3::UNSIGNED_PAYLOAD,
            (false, Some(body)) => body.as_str(),
            (false, None) => "",
        };
        let request = tc3::Request {
            method,
            path: "/",
            query: &query,
            headers: &[("content-type", content_type), ("host", &host)],
            payload: payload.as_bytes(),
        };
        let scope = tc3::Scope { service: action.api.service(), timestamp: now };
        let authorization = request.authorization(scope, &self.credential.secret_id, self.credential.secret_key.expose());

        let mut headers = common_headers();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(AUTHORIZATION, secret_header(&authorization)?);
        headers.insert(HeaderName::from_static("x-tc-action"), HeaderValue::from_static(action.name));
        headers.insert(HeaderName::from_static("x-tc-version"), HeaderValue::from_static(action.api.version()));
        headers.insert(HeaderName::from_static("x-tc-timestamp"), HeaderValue::from(now));
        if self.habits.unsigned_payload {
            headers.insert(HeaderName::from_static("x-tc-content-sha256"), HeaderValue::from_static(tc3::UNSIGNED_PAYLOAD));
        }
        if let Some(token) = &self.credential.token {
            headers.insert(HeaderName::from_static("x-tc-token"), secret_header(token.expose())?);
        }
        Ok(Signed { url: with_query(endpoint, &query), headers, body })
    }

    fn sign_v1(&self, action: &Action, parameters: &Map<String, Value>, now: i64) -> Result<Signed, Error> {
        let endpoint = self.endpoint(action.api);
        let mut all = flatten(parameters);
        let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
        add("Action", action.name.to_owned());
        add("Timestamp", now.to_string());
        add("Nonce", fastrand::u32(1..).to_string());
        add("SecretId", self.credential.secret_id.clone());
        add("SignatureMethod", self.habits.legacy_signature.name().to_owned());
        if !self.habits.legacy_region.is_empty() {
            add("Region", self.habits.legacy_region.clone());
        }
        if let Some(token) = &self.credential.token {
            add("Token", token.expose().to_owned());
        }
        let long = all.iter().map(|(name, value)| name.len() + 3 * value.len()).sum::<usize>() > MAX_QUERY;
        let method = if long || self.habits.legacy_method == HttpMethod::Post { "POST" } else { "GET" };
        let text = v1::string_to_sign(method, &endpoint.host(), endpoint.url().path(), &all, v1::KeyOrder::SortThenReplace);
        let signature = v1::signature(&text, self.credential.secret_key.expose(), self.habits.legacy_signature);
        all.push(("Signature".to_owned(), signature));

        let encoded = encode(&all);
        let mut headers = common_headers();
        if method == "POST" {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            Ok(Signed { url: endpoint.url().to_string(), headers, body: Some(encoded) })
        } else {
            Ok(Signed { url: with_query(endpoint, &encoded), headers, body: None })
        }
    }

    fn endpoint(&self, api: Api) -> &Endpoint {
        match api {
            Api::Vod => &self.endpoints.vod,
            Api::Legacy => &self.endpoints.legacy,
            Api::Billing => &self.endpoints.billing,
        }
    }
}

/// A refusal before the action ran is safe to repeat for every action; a lost answer is not.
fn may_repeat(action: &Action, error: &Error) -> bool {
    match error.kind {
        ErrorKind::RateLimit => true,
        ErrorKind::Clock => error.attempts < 3,
        ErrorKind::Service | ErrorKind::Network => action.repeatable,
        _ => false,
    }
}

fn common_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("vodledger/", env!("CARGO_PKG_VERSION"))));
    headers
}

fn secret_header(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::new(ErrorKind::Configuration, "the credential holds characters that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn with_query(endpoint: &Endpoint, query: &str) -> String {
    if query.is_empty() { endpoint.url().to_string() } else { format!("{}?{query}", endpoint.url()) }
}

/// An error with its causes: the outermost alone often says only that something failed.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
