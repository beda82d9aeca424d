//! Player signature (psign): a JWT that the player shows to VOD.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cloud::signature::hmac_sha256;
use crate::model::Secret;

/// The header, with its members in the order that the published tokens have: the text is signed as it is.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Signs a payload, given as JSON text, with the play key of the distribution configuration.
pub fn sign(payload: &str, play_key: &Secret) -> Secret {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(payload));
    let signature = hmac_sha256(play_key.expose().as_bytes(), text.as_bytes());
    Secret::new(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
