//! Who calls, and what: TC3 in the `Authorization` header, else the signature over parameters.

use serde_json::{Map, Value};

use super::error::ApiError;
use super::params::{self, Field};
use crate::cloud::signature::tc3;
use crate::sim::auth::{Form, same};
use crate::sim::cloud::Cloud;
use crate::sim::server::Incoming;
use crate::sim::state::Pair;

/// How far the clock of a caller may be off, in seconds.
const SKEW: i64 = 5 * 60;
/// The largest POST body under the old signature.
const FORM_LIMIT: usize = 1 << 20;
/// The largest query.
const QUERY_LIMIT: usize = 32 << 10;
/// Parameters that belong to the protocol when they travel among the others.
const COMMON: [&str; 11] = [
    "Action",
    "Version",
    "Timestamp",
    "Nonce",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Region",
    "Token",
    "Language",
    "RequestClient",
];

/// A request whose signature holds.
#[derive(Debug)]
pub(super) struct Verified {
    pub action: String,
    pub version: String,
    pub secret_id: String,
    pub arguments: Arguments,
}

/// The parameters as they travelled.
#[derive(Debug)]
pub(super) enum Arguments {
    /// A JSON object.
    Json(Vec<u8>),
    /// Flattened: `Name.0`, `A.B`.
    Flat(Vec<(String, String)>),
}

impl Arguments {
    /// The application that is asked for, as far as it can be read: parameters are checked later.
    pub fn sub_app_id(&self) -> Option<u64> {
        match self {
            Self::Flat(pairs) => pairs.iter().find(|(name, _)| name == "SubAppId").and_then(|(_, id)| id.parse().ok()),
            Self::Json(body) => {
                #[derive(serde::Deserialize)]
                struct Sent {
                    #[serde(rename = "SubAppId", default)]
                    sub_app_id: Value,
                }
                serde_json::from_slice(body).ok().and_then(|sent: Sent| sent.sub_app_id.as_u64())
            }
        }
    }

    /// The parameters as one JSON object, read by the action's own list of them.
    pub fn object(&self, fields: &[Field]) -> Result<Map<String, Value>, ApiError> {
        match self {
            Self::Flat(pairs) => params::unflatten(pairs, fields),
            // Official clients send `{}`; an empty body is as good.
            Self::Json(body) if body.is_empty() => Ok(Map::new()),
            Self::Json(body) => match serde_json::from_slice(body) {
                Ok(Value::Object(members)) => Ok(members),
                Ok(_) => Err(ApiError::new("InvalidParameter", "The request body is not a JSON object.")),
                Err(error) => Err(ApiError::new("InvalidParameter", format!("The request body is not JSON: {error}."))),
            },
        }
    }
}

/// Checks the signature.
pub(super) fn verify(cloud: &Cloud, request: &Incoming) -> Result<Verified, ApiError> {
    if request.query.len() > QUERY_LIMIT {
        return Err(ApiError::new("RequestSizeLimitExceeded", "The query is larger than 32 KB."));
    }
    let authorization = request.header("authorization");
    match request.method.as_str() {
        "GET" | "POST" if authorization == UNSIGNED => verify_unsigned(request),
        "GET" | "POST" if authorization.is_empty() => verify_parameters(cloud, request),
        "GET" | "POST" => verify_tc3(cloud, request, authorization),
        other => Err(ApiError::new("UnsupportedProtocol", format!("The method {other} is not supported: use POST or GET."))),
    }
}

/// `TC3-HMAC-SHA256 Credential=<id>/<date>/<service>/tc3_request, SignedHeaders=<a;b>, Signature=<hex>`.
struct Authorization<'a> {
    secret_id: &'a str,
    date: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix(tc3::ALGORITHM)?.split(',').map(str::trim);
        let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let credential = part("Credential")?;
        let (signed_headers, signature) = (part("SignedHeaders")?, part("Signature")?);
        let mut scope = credential.split('/');
        let (secret_id, date, service) = (scope.next()?, scope.next()?, scope.next()?);
        let whole = scope.next() == Some("tc3_request") && scope.next().is_none();
        whole.then_some(Self { secret_id, date, service, signed_headers, signature })
    }
}

/// The mark of a request that is not signed. Only what has no key pair yet may send it.
const UNSIGNED: &str = "SKIP";
/// Who asks with it.
const UNSIGNED_ACTION: (&str, &str) = ("AssumeRoleWithWebIdentity", super::STS);

fn verify_unsigned(request: &Incoming) -> Result<Verified, ApiError> {
    let (action, version) = (request.header("X-TC-Action"), request.header("X-TC-Version"));
    if (action, version) != UNSIGNED_ACTION {
        let message = format!("The action {action:?} must be signed.");
        return Err(ApiError::new("AuthFailure.InvalidAuthorization", message));
    }
    let arguments = match request.method.as_str() {
        "GET" => Arguments::Flat(Form::decode(request.query.as_bytes()).0),
        _ => Arguments::Json(request.body.clone()),
    };
    let (action, version) = (action.to_owned(), version.to_owned());
    Ok(Verified { action, version, secret_id: String::new(), arguments })
}

fn verify_tc3(cloud: &Cloud, request: &Incoming, authorization: &str) -> Result<Verified, ApiError> {
    let failed = |message: &str| ApiError::new("AuthFailure.SignatureFailure", message);
    let given = Authorization::parse(authorization).ok_or_else(|| {
        ApiError::new("AuthFailure.InvalidAuthorization", "The header Authorization is not of the form of TC3-HMAC-SHA256.")
    })?;
    let required = |name: &'static str| match request.header(name) {
        "" => Err(ApiError::new("MissingParameter", format!("The request lacks the header `{name}`."))),
        value => Ok(value.to_owned()),
    };
    let (action, version) = (required("X-TC-Action")?, required("X-TC-Version")?);
    let timestamp = timestamp(&required("X-TC-Timestamp")?)?;
    let credential = credential(cloud, given.secret_id)?;
    check_clock(cloud, timestamp)?;
    let names: Vec<&str> = given.signed_headers.split(';').collect();
    if !names.contains(&"content-type") || !names.contains(&"host") {
        return Err(failed("SignedHeaders must hold content-type and host."));
    }
    let unsigned = request.header("X-TC-Content-SHA256") == tc3::UNSIGNED_PAYLOAD;
    let payload = match request.method.as_str() {
        _ if unsigned => tc3::UNSIGNED_PAYLOAD.as_bytes(),
        "GET" => b"",
        _ => &request.body,
    };
    let scope = tc3::Scope { service: given.service, timestamp };
    let fits = |host: &str| {
        let value = |name: &str| if name == "host" { host } else { request.header(name) };
        let headers: Vec<(&str, &str)> = names.iter().map(|name| (*name, value(name))).collect();
        let query = if request.method == "GET" { &request.query } else { "" };
        let signed = tc3::Request { method: &request.method, path: "/", query, headers: &headers, payload };
        same(&signed.signature(scope, credential.secret_key.expose()), given.signature)
    };
    let right_day = scope.text().split('/').next() == Some(given.date);
    if !right_day || !signed_hosts(request).any(fits) {
        return Err(failed("The provided credentials could not be validated. Please check your signature is correct."));
    }
    check_token(&credential, request.header("X-TC-Token"))?;
    let arguments = match request.method.as_str() {
        "GET" => Arguments::Flat(Form::decode(request.query.as_bytes()).0),
        _ => Arguments::Json(request.body.clone()),
    };
    Ok(Verified { action, version, secret_id: given.secret_id.to_owned(), arguments })
}

/// The host as the caller may have signed it: as received. The Node client (4.1.220) sends a port and leaves it
/// out of what it signs; nobody else may.
fn signed_hosts(request: &Incoming) -> impl Iterator<Item = &str> {
    let host = request.header("host");
    let is_node = request.header("X-TC-RequestClient").starts_with("SDK_NODEJS");
    let without_port = host.rsplit_once(':').filter(|_| is_node).map(|(name, _)| name);
    std::iter::once(host).chain(without_port)
}

fn verify_parameters(cloud: &Cloud, request: &Incoming) -> Result<Verified, ApiError> {
    if request.body.len() > FORM_LIMIT {
        return Err(ApiError::new("RequestSizeLimitExceeded", "The body is larger than 1 MB; sign with TC3 for up to 10 MB."));
    }
    let form = Form::decode(if request.method == "GET" { request.query.as_bytes() } else { &request.body });
    let required = |name: &'static str| match form.get(name).unwrap_or_default() {
        "" => Err(ApiError::new("MissingParameter", format!("The request lacks the parameter `{name}`."))),
        value => Ok(value.to_owned()),
    };
    let (action, version) = (required("Action")?, required("Version")?);
    let timestamp = timestamp(&required("Timestamp")?)?;
    let (nonce, secret_id) = (required("Nonce")?, required("SecretId")?);
    required("Signature")?;
    if nonce.parse::<u64>().is_err() {
        return Err(ApiError::new("InvalidParameter", "The parameter `Nonce` is not a positive integer."));
    }
    let credential = credential(cloud, &secret_id)?;
    check_clock(cloud, timestamp)?;
    if !form.is_signed(&request.method, request.header("host"), "/", &credential.secret_key) {
        return Err(ApiError::new(
            "AuthFailure.SignatureFailure",
            "The provided credentials could not be validated. Please check your signature is correct.",
        ));
    }
    check_token(&credential, form.get("Token").unwrap_or_default())?;
    let own = form.0.into_iter().filter(|(name, _)| !COMMON.contains(&name.as_str())).collect();
    Ok(Verified { action, version, secret_id, arguments: Arguments::Flat(own) })
}

fn timestamp(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| ApiError::new("InvalidParameter", format!("The timestamp {text:?} is not in Unix seconds.")))
}

fn credential(cloud: &Cloud, secret_id: &str) -> Result<Pair, ApiError> {
    let missing = || ApiError::new("AuthFailure.SecretIdNotFound", format!("The SecretId {secret_id:?} is not found."));
    cloud.pair(secret_id).ok_or_else(missing)
}

/// Signatures live by the wall clock, whatever time it is in the account.
fn check_clock(cloud: &Cloud, timestamp: i64) -> Result<(), ApiError> {
    let now = cloud.wall();
    if timestamp.abs_diff(now.timestamp()) <= SKEW.unsigned_abs() {
        return Ok(());
    }
    let message = format!("The request's timestamp {timestamp} is more than 5 minutes off; the server's is {}.", now.timestamp());
    Err(ApiError::new("AuthFailure.SignatureExpire", message))
}

fn check_token(pair: &Pair, given: &str) -> Result<(), ApiError> {
    if !same(pair.token.expose(), given) {
        return Err(ApiError::new("AuthFailure.TokenFailure", "The token does not fit the SecretId."));
    }
    if pair.is_expired() {
        return Err(ApiError::new("AuthFailure.TokenFailure", "The token has expired: ask for a new one."));
    }
    Ok(())
}
