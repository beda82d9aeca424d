//! A call made into an HTTP request that is signed for this attempt.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde_json::{Map, Value};

use super::builder::{Habits, HttpMethod};
use super::credential::Credential;
use super::endpoint::{Api, Endpoint};
use super::error::{Error, ErrorKind};
use super::parameters::{encode, flatten};
use super::signature::{tc3, v1};
use super::transport::Action;

/// A GET past this goes by POST (documented limit 32 KB; proxies take less).
const MAX_QUERY: usize = 4 << 10;

/// The one action that is not signed.
const UNSIGNED: &str = "AssumeRoleWithWebIdentity";

/// A request that is ready to be sent.
pub(super) struct Signed {
    pub url: String,
    pub headers: HeaderMap,
    /// Sent by POST; without one by GET.
    pub body: Option<String>,
}

/// Who signs what, where to, at which time (Unix seconds by the server's clock).
pub(super) struct Signing<'a> {
    pub endpoint: &'a Endpoint,
    pub habits: &'a Habits,
    pub credential: &'a Credential,
    pub action: &'a Action,
    pub parameters: &'a Map<String, Value>,
    pub timestamp: i64,
}

impl Signing<'_> {
    /// The request, signed the way its API wants.
    pub fn request(&self) -> Result<Signed, Error> {
        if self.action.api == Api::Legacy { self.v1() } else { self.tc3() }
    }

    fn tc3(&self) -> Result<Signed, Error> {
        let host = self.endpoint.host();
        let (method, content_type, query, body) = match self.habits.method {
            HttpMethod::Post => {
                let body = serde_json::to_string(self.parameters)
                    .map_err(|error| Error::new(ErrorKind::Request, format!("parameters that are no JSON: {error}")))?;
                ("POST", "application/json", String::new(), Some(body))
            }
            HttpMethod::Get => ("GET", "application/x-www-form-urlencoded", encode(&flatten(self.parameters)), None),
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
        let scope = tc3::Scope { service: self.action.api.service(), timestamp: self.timestamp };
        let authorization = match self.action.api {
            // Whoever has no pair yet cannot sign the call that gives one.
            Api::Sts if self.action.name == UNSIGNED => "SKIP".to_owned(),
            _ => request.authorization(scope, &self.credential.secret_id, self.credential.secret_key.expose()),
        };

        let mut headers = common_headers();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(AUTHORIZATION, secret_header(&authorization)?);
        headers.insert(HeaderName::from_static("x-tc-action"), HeaderValue::from_static(self.action.name));
        headers.insert(HeaderName::from_static("x-tc-version"), HeaderValue::from_static(self.action.api.version()));
        headers.insert(HeaderName::from_static("x-tc-timestamp"), HeaderValue::from(self.timestamp));
        if self.habits.unsigned_payload {
            headers.insert(HeaderName::from_static("x-tc-content-sha256"), HeaderValue::from_static(tc3::UNSIGNED_PAYLOAD));
        }
        if let Some(token) = &self.credential.token {
            headers.insert(HeaderName::from_static("x-tc-token"), secret_header(token.expose())?);
        }
        Ok(Signed { url: with_query(self.endpoint, &query), headers, body })
    }

    fn v1(&self) -> Result<Signed, Error> {
        let mut all = flatten(self.parameters);
        let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
        add("Action", self.action.name.to_owned());
        add("Timestamp", self.timestamp.to_string());
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
        let (host, path) = (self.endpoint.host(), self.endpoint.url().path());
        let text = v1::string_to_sign(method, &host, path, &all, v1::KeyOrder::SortThenReplace);
        let signature = v1::signature(&text, self.credential.secret_key.expose(), self.habits.legacy_signature);
        all.push(("Signature".to_owned(), signature));

        let encoded = encode(&all);
        let mut headers = common_headers();
        if method == "POST" {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            Ok(Signed { url: self.endpoint.url().to_string(), headers, body: Some(encoded) })
        } else {
            Ok(Signed { url: with_query(self.endpoint, &encoded), headers, body: None })
        }
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
