//! The sign that VOD puts into a callback when a sign key is configured.
//!
//! It covers key and expiry, not the body: a valid sign says who may know the key, not what happened.

use md5::{Digest, Md5};

use crate::model::Secret;

/// `md5(SignKey + T)`, T in decimal Unix seconds. The case of the hex digits is not documented; lower here.
pub fn sign(key: &Secret, expires: u64) -> String {
    hex::encode(Md5::new_with_prefix(key.expose()).chain_update(expires.to_string()).finalize())
}
