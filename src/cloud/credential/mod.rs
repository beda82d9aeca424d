//! Who signs.

use crate::model::Secret;

/// A key pair, with the token that temporary ones carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// `SecretId`: names the key; not secret by itself.
    pub secret_id: String,
    /// `SecretKey`.
    pub secret_key: Secret,
    /// Only with temporary credentials.
    pub token: Option<Secret>,
}
