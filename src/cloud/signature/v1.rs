//! Signature over sorted parameters: the legacy API (v2), and version 1 of API 3.0.
//!
//! Source: legacy "interface authentication" page; SDK behaviour where the page is silent
//! (qcloudapi-sdk-python 2.0.15, npm qcloudapi-sdk 0.2.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{hmac_sha1, hmac_sha256};

/// The hash under the HMAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// What the server takes when `SignatureMethod` is absent or any other text.
    HmacSha1,
    /// Chosen only by the exact text `HmacSHA256`.
    #[default]
    HmacSha256,
}

impl Method {
    /// The method that a server applies to this value of `SignatureMethod`.
    pub fn of_parameter(value: Option<&str>) -> Self {
        match value {
            Some("HmacSHA256") => Self::HmacSha256,
            _ => Self::HmacSha1,
        }
    }

    /// The value of `SignatureMethod`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HmacSHA1",
            Self::HmacSha256 => "HmacSHA256",
        }
    }
}

/// When `_` in parameter names becomes `.`: the page and the SDKs differ, and only names that hold
/// an underscore can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrder {
    /// Sort the names as sent, then replace: the page's rule.
    #[default]
    SortThenReplace,
    /// Replace, then sort: qcloudapi-sdk-python.
    ReplaceThenSort,
}

/// The text that is signed: `METHOD host path ? k=v&k=v`, values raw, `Signature` left out.
///
/// In a POST a value that begins with `@` stands for a file to every SDK and is left out of the
/// text although it is sent; the page does not say so.
pub fn string_to_sign(method: &str, host: &str, path: &str, parameters: &[(String, String)], order: KeyOrder) -> String {
    let mut signed: Vec<(String, &str)> = parameters
        .iter()
        .filter(|(name, value)| name != "Signature" && !(method == "POST" && value.starts_with('@')))
        .map(|(name, value)| (name.clone(), value.as_str()))
        .collect();
    let replace = |signed: &mut Vec<(String, &str)>| signed.iter_mut().for_each(|(name, _)| *name = name.replace('_', "."));
    match order {
        KeyOrder::SortThenReplace => {
            signed.sort();
            replace(&mut signed);
        }
        KeyOrder::ReplaceThenSort => {
            replace(&mut signed);
            signed.sort();
        }
    }
    let joined = signed.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    format!("{method}{host}{path}?{joined}")
}

/// Base64 of the HMAC of the text. URL-encode it like any other parameter value before sending.
pub fn signature(text: &str, secret_key: &str, method: Method) -> String {
    match method {
        Method::HmacSha1 => STANDARD.encode(hmac_sha1(secret_key.as_bytes(), text.as_bytes())),
        Method::HmacSha256 => STANDARD.encode(hmac_sha256(secret_key.as_bytes(), text.as_bytes())),
    }
}
