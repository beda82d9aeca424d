//! One place that sends: a turn of the budget, a signature and a time limit for each attempt, and the raw answer.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderValue, RETRY_AFTER};
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep, timeout_at};

use super::budget::{Key, Lane, Lanes, Limit, Priority, Turn, Wish};
use super::builder::{Endpoints, Habits};
use super::credential::{Credential, Keys};
use super::endpoint::{Api, Endpoint};
use super::error::{Error, ErrorKind};
use super::sign::{Signed, Signing};
use super::skew::ServerClock;
use super::tries::{Failure, Patience, Tries};

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

/// The code of a temporary pair that has ended, or is none.
const TOKEN_FAILURE: &str = "AuthFailure.TokenFailure";
/// Bodies past this are refused: no documented answer comes near it.
const MAX_BODY: usize = 64 << 20;
/// What is reserved for a body on the word of its `Content-Length`.
const MAX_RESERVE: usize = 8 << 20;
/// No server is taken at its word for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Transport {
    pub(super) http: reqwest::Client,
    endpoints: Endpoints,
    pub(super) habits: Habits,
    keys: Keys,
    lanes: Lanes,
    pub(super) clock: ServerClock,
}

/// One call: what, and how its caller wants it made.
pub(super) struct Call<'a> {
    pub action: &'static Action,
    pub parameters: &'a Map<String, Value>,
    pub recorder: Option<&'a dyn Recorder>,
    pub priority: Priority,
    pub patience: Patience,
}

/// Takes status and body, and says whether that was an answer.
pub(super) type Read<'a> = dyn FnMut(u16, &str) -> Result<(), Error> + Send + 'a;

struct Received {
    status: u16,
    /// When the answer began.
    began: Instant,
    date: Option<DateTime<Utc>>,
    wait: Option<Duration>,
    body: String,
}

impl Transport {
    pub fn new(endpoints: Endpoints, habits: Habits, keys: Keys) -> Result<Self, Error> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(habits.connect_timeout)
            .pool_max_idle_per_host(habits.at_a_time)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none());
        if [&endpoints.vod, &endpoints.legacy, &endpoints.billing, &endpoints.sts].iter().any(|endpoint| endpoint.is_loopback()) {
            http = http.no_proxy();
        }
        for pem in &habits.root_certificates {
            let certificate = reqwest::Certificate::from_pem(pem.as_bytes())
                .map_err(|error| Error::new(ErrorKind::Configuration, format!("CA certificate: {}", causes(&error))))?;
            http = http.tls_certs_merge([certificate]);
        }
        let http =
            http.build().map_err(|error| Error::new(ErrorKind::Configuration, format!("HTTP client: {}", causes(&error))))?;
        Ok(Self { http, endpoints, habits, keys, lanes: Lanes::default(), clock: ServerClock::default() })
    }

    /// Sends a call until it succeeds or its bounds are reached.
    pub async fn call(&self, call: &Call<'_>, read: &mut Read<'_>) -> Result<(), Error> {
        let wish = Wish { priority: call.priority, percent: self.habits.budget_percent, at_a_time: self.habits.at_a_time };
        let mut tries = Tries::new(call.action, &self.habits, call.patience);
        let mut renewed = false;
        loop {
            let credential = self.keys.current().await?;
            let lane = self.lane(call.action, &credential);
            let turn = match tries.end() {
                None => lane.turn(wish).await,
                Some(end) => timeout_at(end, lane.turn(wish)).await.map_err(|_| tries.out_of_time(lane.waiting()))?,
            };
            let left = tries.begin();
            let outcome = self.attempt(call, &credential, &turn, left, read).await;
            drop(turn);
            tracing::debug!(action = call.action.name, ok = outcome.is_ok(), "call");
            let Err(failure) = outcome else {
                return Ok(());
            };
            // A pair that ended before its time is replaced, once; one that never ends is simply wrong.
            if !renewed && failure.error.code.as_deref() == Some(TOKEN_FAILURE) && self.keys.refused(&credential).await {
                renewed = true;
                continue;
            }
            sleep(tries.pause_after(failure)?).await;
        }
    }

    async fn attempt(
        &self,
        call: &Call<'_>,
        credential: &Credential,
        turn: &Turn,
        left: Duration,
        read: &mut Read<'_>,
    ) -> Result<(), Failure> {
        let Call { action, parameters, .. } = *call;
        let endpoint = self.endpoint(action.api);
        let timestamp = self.clock.now().timestamp();
        let signing = Signing { endpoint, habits: &self.habits, credential, action, parameters, timestamp };
        let signed = signing.request().map_err(Failure::unsent)?;
        let sent = Utc::now();
        let Received { status, began, date, wait, body } = self.send(signed, left).await?;
        let body = match call.recorder {
            Some(recorder) if status == 200 => {
                let request = Value::Object(parameters.clone()).to_string();
                let answer = RawAnswer { api: action.api, action: action.name, request, body, received_at: Utc::now() };
                recorder.record(&answer);
                answer.body
            }
            _ => body,
        };
        let error = read(status, &body).err();
        self.learn(turn, began, sent, date, error.as_ref(), wait);
        let Some(error) = error else {
            return Ok(());
        };
        let garbled = status == 200 && error.kind == ErrorKind::Malformed;
        let without_effect = !garbled && !matches!(error.kind, ErrorKind::Service | ErrorKind::Network);
        Err(Failure { error, without_effect, garbled, wait })
    }

    /// What an answer tells beside its content: the server's clock, and whether it wants fewer requests.
    fn learn(
        &self,
        turn: &Turn,
        began: Instant,
        sent: DateTime<Utc>,
        date: Option<DateTime<Utc>>,
        error: Option<&Error>,
        wait: Option<Duration>,
    ) {
        match (error, wait) {
            (Some(error), _) if error.kind == ErrorKind::RateLimit => turn.refused(error.concerns_every_action(), wait),
            (Some(_), Some(wait)) => turn.asked_to_wait(wait),
            _ => turn.admitted(began),
        }
        match date {
            Some(date) if error.is_some_and(|error| error.kind == ErrorKind::Clock) => self.clock.refused(sent, date),
            Some(date) => self.clock.note(sent, date),
            None => {}
        }
    }

    async fn send(&self, signed: Signed, left: Duration) -> Result<Received, Failure> {
        let request = match signed.body {
            Some(body) => self.http.post(signed.url).body(body),
            None => self.http.get(signed.url),
        };
        let time_limit = self.habits.attempt_timeout.min(left);
        let mut response = request.headers(signed.headers).timeout(time_limit).send().await.map_err(lost)?;
        let began = Instant::now();
        let status = response.status().as_u16();
        let date = http_date(response.headers().get(DATE));
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value, date));
        let length = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut body = Vec::with_capacity(length.min(MAX_RESERVE));
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(garbled(format!("an answer past {MAX_BODY} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let body = String::from_utf8(body).map_err(|_| garbled("an answer that is not UTF-8".to_owned()))?;
        Ok(Received { status, began, date, wait, body })
    }

    fn lane(&self, action: &'static Action, credential: &Credential) -> Arc<Lane> {
        let region = if action.api == Api::Legacy { self.habits.legacy_region.as_str() } else { "" };
        let key = Key {
            endpoint: self.endpoint(action.api).url().to_string(),
            region: region.to_owned(),
            credential: credential.secret_id.clone(),
            action: action.name,
        };
        self.lanes.get(key, action.limit)
    }

    fn endpoint(&self, api: Api) -> &Endpoint {
        match api {
            Api::Vod => &self.endpoints.vod,
            Api::Legacy => &self.endpoints.legacy,
            Api::Billing => &self.endpoints.billing,
            Api::Sts => &self.endpoints.sts,
        }
    }
}

/// No answer, or only a part of one. Where no connection came about, nothing was sent either.
pub(super) fn lost(error: reqwest::Error) -> Failure {
    let without_effect = error.is_connect() || error.is_builder();
    let error = Error::new(ErrorKind::Network, causes(&error.without_url()));
    Failure { error, without_effect, garbled: false, wait: None }
}

fn garbled(message: String) -> Failure {
    Failure { error: Error::new(ErrorKind::Malformed, message), without_effect: false, garbled: true, wait: None }
}

fn http_date(value: Option<&HeaderValue>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(value?.to_str().ok()?).ok().map(|date| date.to_utc())
}

/// `Retry-After`: seconds, or a moment by the server's clock.
fn retry_after(value: &HeaderValue, date: Option<DateTime<Utc>>) -> Option<Duration> {
    let asked = match value.to_str().ok()?.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (http_date(Some(value))? - date.unwrap_or_else(Utc::now)).to_std().ok()?,
    };
    Some(asked.min(LONGEST_WAIT))
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
