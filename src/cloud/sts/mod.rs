//! STS, API 3.0, version 2018-08-13: key pairs that end by themselves.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::actions::sts as actions;
use super::credential::Temporary;
use super::fields::{number, text, told_secret};
use super::{Client, Credential, Error};
use crate::cloud::convert::malformed;
use crate::model::Secret;

/// The actions of STS. Get it from [`Client::sts`].
#[derive(Clone, Copy, Debug)]
pub struct Sts<'a> {
    pub(super) client: &'a Client,
}

/// `AssumeRole`: a pair for a role that the client's own pair may take on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRole {
    /// `qcs::cam::uin/UIN:roleName/NAME`.
    pub role_arn: String,
    /// Names the caller in the audit trail of the cloud.
    pub role_session_name: String,
    /// Life of the pair in seconds, at most 43200; 7200 without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// What the role's owner has agreed on with its taker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

/// `AssumeRoleWithWebIdentity`: a pair for a role that an identity provider vouches for. This call is not signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleWithWebIdentity {
    /// The identity provider.
    pub provider_id: String,
    /// What it signed.
    #[serde(serialize_with = "exposed")]
    pub web_identity_token: Secret,
    /// The role.
    pub role_arn: String,
    /// Names the caller in the audit trail of the cloud.
    pub role_session_name: String,
    /// Life of the pair in seconds; 7200 without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
}

fn exposed<S: Serializer>(token: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    credentials: Pair,
    #[serde(deserialize_with = "number")]
    expired_time: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    #[serde(deserialize_with = "text")]
    tmp_secret_id: String,
    #[serde(deserialize_with = "told_secret")]
    tmp_secret_key: Secret,
    #[serde(deserialize_with = "told_secret")]
    token: Secret,
}

impl Sts<'_> {
    /// A pair for a role.
    pub async fn assume_role(&self, request: &AssumeRole) -> Result<Temporary, Error> {
        let answer: Answer = self.client.ask(&actions::ASSUME_ROLE, request).await?;
        answer.temporary(actions::ASSUME_ROLE.action.name)
    }

    /// A pair for a role, by the token of an identity provider.
    pub async fn assume_role_with_web_identity(&self, request: &AssumeRoleWithWebIdentity) -> Result<Temporary, Error> {
        let answer: Answer = self.client.ask(&actions::ASSUME_ROLE_WITH_WEB_IDENTITY, request).await?;
        answer.temporary(actions::ASSUME_ROLE_WITH_WEB_IDENTITY.action.name)
    }
}

impl Answer {
    fn temporary(self, action: &'static str) -> Result<Temporary, Error> {
        let expires: DateTime<Utc> = DateTime::from_timestamp(self.expired_time, 0)
            .ok_or_else(|| malformed(action, format!("ExpiredTime {} is no time", self.expired_time)))?;
        let Pair { tmp_secret_id, tmp_secret_key, token } = self.credentials;
        let credential = Credential { secret_id: tmp_secret_id, secret_key: tmp_secret_key, token: Some(token) };
        Ok(Temporary { credential, expires })
    }
}
