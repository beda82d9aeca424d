//! Request signatures, pure: text in, text out. No clock, no network, no randomness.
//!
//! - [`tc3`]: TC3-HMAC-SHA256, API 3.0.
//! - [`v1`]: HmacSHA1 and HmacSHA256 over sorted parameters: the legacy API (v2) and, still accepted, API 3.0.

pub mod tc3;
pub mod v1;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub(crate) fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail.
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(text).finalize().into_bytes().into(),
        Err(_) => unreachable!("HMAC accepts every key length"),
    }
}

fn hmac_sha1(key: &[u8], text: &[u8]) -> [u8; 20] {
    match Hmac::<Sha1>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(text).finalize().into_bytes().into(),
        Err(_) => unreachable!("HMAC accepts every key length"),
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
