//! Who calls: the signature over sorted parameters, with a nonce that works once.

use super::PATH;
use super::error::ApiError;
use crate::sim::auth::{Form, same};
use crate::sim::cloud::Cloud;
use crate::sim::server::Incoming;

/// How far the clock of a caller may be off, in seconds.
const SKEW: u64 = 2 * 3600;
/// Without these nobody gets in.
const REQUIRED: [&str; 5] = ["Action", "Timestamp", "Nonce", "SecretId", "Signature"];

/// Checks the signature, by the host as the caller wrote it.
pub(super) fn verify(cloud: &Cloud, request: &Incoming, form: &Form) -> Result<(), ApiError> {
    if !["GET", "POST"].contains(&request.method.as_str()) {
        return Err(ApiError::common(4600, "only GET and POST are supported"));
    }
    if let Some(name) = REQUIRED.into_iter().find(|name| form.get(name).unwrap_or_default().is_empty()) {
        return Err(ApiError::common(4000, format!("the parameter {name} is missing")));
    }
    let text = |name: &'static str| form.get(name).unwrap_or_default();
    let number = |name: &'static str| -> Result<i64, ApiError> {
        text(name).parse().map_err(|_| ApiError::common(4000, format!("the parameter {name} is not a positive integer")))
    };
    let (timestamp, secret_id, nonce) = (number("Timestamp")?, text("SecretId"), text("Nonce"));
    number("Nonce")?;
    let pair =
        cloud.pair(secret_id).ok_or_else(|| ApiError::common(4104, format!("the SecretId {secret_id:?} does not exist")))?;
    if !form.is_signed(&request.method, request.header("host"), PATH, &pair.secret_key) {
        return Err(ApiError::common(4100, "signature check failed: compare the text to sign and the key"));
    }
    if !same(pair.token.expose(), text("Token")) || pair.is_expired() {
        return Err(ApiError::common(4100, "the Token does not fit the SecretId, or has expired"));
    }
    let now = cloud.wall().timestamp();
    if timestamp.abs_diff(now) > SKEW {
        let message = format!("the Timestamp is too far off, client Timestamp = {timestamp}, server Timestamp = {now}");
        return Err(ApiError::common(4500, message));
    }
    if !cloud.nonces.first_use(secret_id, nonce, timestamp, now) {
        return Err(ApiError::common(4500, format!("the Nonce {nonce} was used before, server Timestamp = {now}")));
    }
    Ok(())
}
