//! Listening, and the way from an HTTP request to an API and back.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::cloud::Cloud;
use super::faults::{Asked, Fault, Fragile, Line, Socket};
use super::tls::{Identity, TlsListener};
use super::{Config, SimError, control, files, legacy, metadata, troubled, v3};
use crate::model::Secret;

/// The largest body that any API takes (TC3 by POST).
const BODY_LIMIT: usize = 10 << 20;

/// A request as the APIs see it.
pub(super) struct Incoming {
    pub method: String,
    pub path: String,
    /// Exactly as sent, without `?`.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Incoming {
    /// A header's text; empty when absent or not text.
    pub fn header(&self, name: &str) -> &str {
        // A header value may hold UTF-8, which the HTTP library does not count as text.
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok()).unwrap_or_default()
    }
}

/// A running simulated cloud. It stops when this is dropped.
pub struct Running {
    /// `http://127.0.0.1:PORT`.
    pub http: String,
    /// `https://127.0.0.1:PORT`, where asked for; `localhost` is in the certificate too.
    pub https: Option<String>,
    /// The public half of the account's first key pair.
    pub secret_id: String,
    /// The secret half.
    pub secret_key: Secret,
    /// The certificate of the authority behind `https`.
    pub ca_pem: Option<String>,
    cloud: Arc<Cloud>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Callback addresses that DescribeRecordPlayInfo took in time, as (vid, URL).
    pub fn notify_urls(&self) -> Vec<(String, String)> {
        self.cloud.notify_urls().clone().into_iter().collect()
    }

    /// Moves the account's clock: what was due until then happens, and links grow old. `false`: it does not go back.
    pub fn set_now(&self, now: DateTime<Utc>) -> bool {
        self.cloud.move_clock(now).is_ok()
    }

    /// Stops taking requests and waits for those under way.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for server in self.servers.drain(..) {
            // A task that was aborted or panicked has stopped as well.
            let _ = server.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// Starts a simulated cloud on the current tokio runtime.
pub async fn start(config: Config) -> Result<Running, SimError> {
    let cloud = Arc::new(Cloud::new(&config)?);
    let application = Router::new().fallback(answer).with_state(cloud.clone());
    let (stop, stopping) = watch::channel(false);
    let mut servers = Vec::new();
    let (listener, address) = listen(config.listen).await?;
    cloud.state.answers_at(&format!("http://{address}"));
    servers.push(serve(listener, application.clone(), stopping.clone()));
    let (mut https, mut ca_pem) = (None, None);
    if let Some(wanted) = config.tls_listen {
        let identity = Identity::generate()?;
        let (listener, address) = listen(wanted).await?;
        let listener = TlsListener::new(listener, &identity).map_err(|error| SimError::Listen { address, error })?;
        servers.push(serve(listener, application, stopping));
        https = Some(format!("https://{address}"));
        ca_pem = Some(identity.ca_pem);
    }
    // An account without a key pair does not load.
    let credential = cloud.account.credentials.first();
    Ok(Running {
        http: format!("http://{address}"),
        https,
        secret_id: credential.map(|pair| pair.secret_id.clone()).unwrap_or_default(),
        secret_key: credential.map_or_else(|| Secret::new(""), |pair| pair.secret_key.clone()),
        ca_pem,
        cloud,
        stop,
        servers,
    })
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), SimError> {
    let failed = |error| SimError::Listen { address, error };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

fn serve<L>(listener: L, application: Router, mut stopping: watch::Receiver<bool>) -> JoinHandle<()>
where
    L: axum::serve::Listener<Io: Socket>,
    L::Addr: std::fmt::Debug,
{
    let application = application.into_make_service_with_connect_info::<Line>();
    tokio::spawn(async move {
        let stopped = async move {
            // An error means that the sender is gone, which stops the server too.
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        // Serving never fails: accept errors are retried.
        let _ = axum::serve(Fragile(listener), application).with_graceful_shutdown(stopped).await;
    })
}

async fn answer(State(cloud): State<Arc<Cloud>>, ConnectInfo(line): ConnectInfo<Line>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let incoming = Incoming {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: body.to_vec(),
    };
    if let Some(response) = control::answer(&cloud, &incoming) {
        return response;
    }
    let asked = Asked::of(&incoming);
    let under_way = cloud.stats.enter(&asked.action);
    if !cloud.latency.is_zero() {
        tokio::time::sleep(cloud.latency).await;
    }
    let fault = cloud.faults.decide(&asked);
    if let Some(fault) = fault {
        under_way.meets(fault);
    }
    let mut response = match fault {
        Some(fault) => troubled::answer(&cloud, &incoming, &asked, fault, &line).await,
        None => untold(&cloud, &asked, handled(&cloud, &incoming, None)).await,
    };
    tell_time(&cloud, response.headers_mut());
    response
}

/// An answer less what the account's faults say that it does not tell.
async fn untold(cloud: &Cloud, asked: &Asked, response: Response) -> Response {
    if !cloud.faults.leaves_untold(asked) {
        return response;
    }
    // Every body is in memory, so reading it cannot fail.
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    let less = cloud.faults.without_untold(asked, &body);
    less.map_or_else(|| json(body), json)
}

/// What the APIs say, and what answers beside them: the metadata of a machine, and files for download.
pub(super) fn handled(cloud: &Cloud, request: &Incoming, fault: Option<Fault>) -> Response {
    match request.path.as_str() {
        "/" => json(v3::answer(cloud, request, fault)),
        legacy::PATH => json(legacy::answer(cloud, request, fault)),
        _ => {
            let answer = metadata::answer(cloud, request).or_else(|| files::answer(cloud, request));
            answer.unwrap_or_else(|| (StatusCode::NOT_FOUND, "no API answers at this path\n").into_response())
        }
    }
}

/// The `Date` header, where the cloud's clock is not that of this machine.
fn tell_time(cloud: &Cloud, headers: &mut HeaderMap) {
    let wall = cloud.wall().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let (false, Ok(value)) = (cloud.faults.skew().is_zero(), HeaderValue::from_str(&wall)) {
        headers.insert(header::DATE, value);
    }
}

/// The content type must be bare: an official client ignores errors when a charset follows.
pub(super) fn json(body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}
