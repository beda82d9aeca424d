//! TC3-HMAC-SHA256, the signature of API 3.0.
//!
//! Source: "Signature v3" of the common request pages (266/31756 family) and tencentcloud-sdk-python-common 3.1.195.

use chrono::{DateTime, Utc};

use super::{hmac_sha256, sha256_hex};

/// The algorithm's name, first word of the `Authorization` header.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";
/// The payload text that is signed when `X-TC-Content-SHA256: UNSIGNED-PAYLOAD` is sent.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The parts of a request that the signature covers.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `POST` or `GET`.
    pub method: &'a str,
    /// `/` for every API of Tencent Cloud.
    pub path: &'a str,
    /// The query string exactly as sent, without `?`; empty for POST.
    pub query: &'a str,
    /// The signed headers as sent, in the order of `SignedHeaders`: lower-case names, sorted.
    /// `content-type` and `host` at least; host includes the port when the endpoint has one.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is hashed: the body, nothing for GET, or [`UNSIGNED_PAYLOAD`].
    pub payload: &'a [u8],
}

/// What the credential scope and the timestamp add.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// `vod`, `billing`, `sts`.
    pub service: &'a str,
    /// Unix seconds, the value of `X-TC-Timestamp`.
    pub timestamp: i64,
}

impl Scope<'_> {
    /// The UTC date of the timestamp; the epoch for times past the calendar.
    fn date(&self) -> String {
        DateTime::<Utc>::from_timestamp(self.timestamp, 0).unwrap_or_default().format("%Y-%m-%d").to_string()
    }

    /// `<date>/<service>/tc3_request`.
    pub fn text(&self) -> String {
        format!("{}/{}/tc3_request", self.date(), self.service)
    }
}

impl Request<'_> {
    /// The names of the signed headers, joined by `;`.
    pub fn signed_headers(&self) -> String {
        self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
    }

    /// The canonical request.
    pub fn canonical(&self) -> String {
        let headers: String = self
            .headers
            .iter()
            .map(|(name, value)| match *name {
                // The newest edition of the page signs the action in lower case.
                "x-tc-action" => format!("{name}:{}\n", value.trim().to_lowercase()),
                _ => format!("{name}:{}\n", value.trim()),
            })
            .collect();
        format!(
            "{}\n{}\n{}\n{headers}\n{}\n{}",
            self.method,
            self.path,
            self.query,
            self.signed_headers(),
            sha256_hex(self.payload)
        )
    }

    /// The text under the last HMAC.
    pub fn string_to_sign(&self, scope: Scope<'_>) -> String {
        format!("{ALGORITHM}\n{}\n{}\n{}", scope.timestamp, scope.text(), sha256_hex(self.canonical().as_bytes()))
    }

    /// The signature, lower-case hex.
    pub fn signature(&self, scope: Scope<'_>, secret_key: &str) -> String {
        let date = hmac_sha256(format!("TC3{secret_key}").as_bytes(), scope.date().as_bytes());
        let service = hmac_sha256(&date, scope.service.as_bytes());
        let signing = hmac_sha256(&service, b"tc3_request");
        hex::encode(hmac_sha256(&signing, self.string_to_sign(scope).as_bytes()))
    }

    /// The whole `Authorization` header.
    pub fn authorization(&self, scope: Scope<'_>, secret_id: &str, secret_key: &str) -> String {
        format!(
            "{ALGORITHM} Credential={secret_id}/{}, SignedHeaders={}, Signature={}",
            scope.text(),
            self.signed_headers(),
            self.signature(scope, secret_key)
        )
    }
}
