//! KEY hotlink protection: the signature in a playback URL (VOD page 266/14047, intl 266/33986).
//!
//! `sign = md5(KEY + Dir + t + exper + rlimit + us + whref + bkref + whreg + bkreg)`, absent members empty,
//! and the query in the order of the template.

use chrono::{DateTime, Utc};
use md5::{Digest, Md5};
use url::Url;

use crate::model::Secret;

/// What limits a signed URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Preview: only so many seconds of it.
    pub preview_seconds: Option<u32>,
    /// At most so many client addresses; the documents allow up to 9.
    pub max_ips: Option<u8>,
    /// Random text that makes equal URLs differ.
    pub unique: String,
    /// Referers that are let through, comma-separated.
    pub allowed_referers: String,
    /// Referers that are refused.
    pub refused_referers: String,
    /// Countries (ISO 3166 alpha 3) that are let through.
    pub allowed_regions: String,
    /// Countries that are refused.
    pub refused_regions: String,
}

/// Why a URL cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Not an absolute http or https URL.
    #[error("{0:?} is not an http or https URL")]
    NotAUrl(String),
    /// Before 1970, or past the calendar.
    #[error("the expiry lies before 1970 or past the calendar")]
    Expiry,
    /// Past what the documents allow.
    #[error("{0} client addresses: at most 9 are allowed")]
    MaxIps(u8),
}

/// Adds the signature to a URL. What the URL's query already holds stays in front.
pub fn sign(url: &str, key: &Secret, expires: DateTime<Utc>, limits: &Limits) -> Result<Secret, SignError> {
    let parsed = Url::parse(url).map_err(|_| SignError::NotAUrl(url.to_owned()))?;
    let t = u64::try_from(expires.timestamp()).map_err(|_| SignError::Expiry)?;
    if let Some(max_ips @ 10..) = limits.max_ips {
        return Err(SignError::MaxIps(max_ips));
    }
    let path = parsed.path();
    let directory = path.rfind('/').map_or("/", |slash| &path[..=slash]);
    let text = |number: Option<String>| number.unwrap_or_default();
    // The order of the formula; the query follows it.
    let members = [
        ("t", format!("{t:x}")),
        ("exper", text(limits.preview_seconds.map(|seconds| seconds.to_string()))),
        ("rlimit", text(limits.max_ips.map(|ips| ips.to_string()))),
        ("us", limits.unique.clone()),
        ("whref", limits.allowed_referers.clone()),
        ("bkref", limits.refused_referers.clone()),
        ("whreg", limits.allowed_regions.clone()),
        ("bkreg", limits.refused_regions.clone()),
    ];
    let mut hash = Md5::new_with_prefix(key.expose());
    hash.update(directory);
    for (_, value) in &members {
        hash.update(value);
    }
    let sign = hex::encode(hash.finalize());
    let query: Vec<String> =
        members.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
    let separator = if parsed.query().is_some() { '&' } else { '?' };
    let bare = url.split('#').next().unwrap_or(url);
    Ok(Secret::new(format!("{bare}{separator}{}&sign={sign}", query.join("&"))))
}
