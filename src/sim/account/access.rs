//! Roles: what may be taken on with AssumeRole, by the machine itself, or with a web identity.

use serde::Deserialize;

use super::secret;
use crate::model::Secret;

/// A role of the account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name, under which the metadata service offers it.
    pub name: String,
    /// What callers name it by; `qcs::cam::uin/UIN:roleName/NAME` when absent.
    pub arn: Option<String>,
    /// AssumeRole must send the same, where it is declared.
    pub external_id: Option<String>,
    /// Whether the metadata service of the machine offers it.
    #[serde(default)]
    pub metadata: bool,
    /// How long pairs of the metadata service live, in seconds.
    #[serde(default = "two_hours")]
    pub metadata_seconds: u32,
    /// Who may take it on without a key pair.
    pub web_identity: Option<WebIdentity>,
}

impl Role {
    /// What callers name it by.
    pub fn arn(&self, uin: u64) -> String {
        self.arn.clone().unwrap_or_else(|| format!("qcs::cam::uin/{uin}:roleName/{}", self.name))
    }
}

/// An identity provider and the one token of it that is good.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebIdentity {
    /// `ProviderId` of the request.
    pub provider: String,
    /// The text that the token file holds.
    #[serde(deserialize_with = "secret")]
    pub token: Secret,
}

fn two_hours() -> u32 {
    7200
}
