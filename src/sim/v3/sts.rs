//! STS 2018-08-13: AssumeRole, and AssumeRoleWithWebIdentity, which nobody signs.

use chrono::SecondsFormat;
use serde::Serialize;

use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, members};
use crate::sim::account::{Role, WebIdentity};
use crate::sim::auth::same;
use crate::sim::state::Issued;

/// Life of a pair in seconds when the request names none, and the longest.
const LIFE: (u64, u64) = (7200, 43_200);

const TAG: &[Field] = &[Field::required("Key", Kind::Text(128)), Field::required("Value", Kind::Text(256))];
/// Request parameters.
pub(super) const ASSUME_ROLE: &[Field] = &[
    Field::required("RoleArn", Kind::Text(512)),
    Field::required("RoleSessionName", Kind::Text(128)),
    Field::optional("DurationSeconds", Kind::Uint),
    Field::optional("Policy", Kind::Text(4096)),
    Field::optional("ExternalId", Kind::Text(128)),
    Field::optional("Tags", Kind::Objects(50, TAG)),
    Field::optional("SourceIdentity", Kind::Text(128)),
    Field::optional("SerialNumber", Kind::Text(256)),
    Field::optional("TokenCode", Kind::Text(32)),
];
/// Request parameters.
pub(super) const WEB_IDENTITY: &[Field] = &[
    Field::required("ProviderId", Kind::Text(128)),
    Field::required("WebIdentityToken", Kind::Text(16_384)),
    Field::required("RoleArn", Kind::Text(512)),
    Field::required("RoleSessionName", Kind::Text(128)),
    Field::optional("DurationSeconds", Kind::Uint),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    credentials: Credentials,
    expired_time: i64,
    expiration: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    token: String,
    tmp_secret_id: String,
    tmp_secret_key: String,
}

/// Takes on a role with a key pair of the account.
pub(super) fn assume_role(call: &Call<'_>) -> Outcome {
    let role = role(call)?;
    let external = call.params.text("ExternalId");
    if role.external_id.as_deref().is_some_and(|expected| external.is_none_or(|given| !same(expected, given))) {
        let message = format!("The role {} may not be taken on with this `ExternalId`.", role.name);
        return Err(ApiError::new("UnauthorizedOperation", message));
    }
    issue(call, role)
}

/// Takes on a role with the token of an identity provider.
pub(super) fn assume_role_with_web_identity(call: &Call<'_>) -> Outcome {
    let role = role(call)?;
    let text = |name: &str| call.params.text(name).unwrap_or_default();
    let trusts = |identity: &&WebIdentity| {
        identity.provider == text("ProviderId") && same(identity.token.expose(), text("WebIdentityToken").trim_end())
    };
    if role.web_identity.as_ref().filter(trusts).is_none() {
        let message = format!("The role {} does not trust this token of this provider.", role.name);
        return Err(ApiError::new("InvalidParameter.WebIdentityTokenError", message));
    }
    issue(call, role)
}

fn role<'a>(call: &Call<'a>) -> Result<&'a Role, ApiError> {
    let account = &call.cloud.account;
    let arn = call.params.text("RoleArn").unwrap_or_default();
    let missing = || ApiError::new("ResourceNotFound.RoleNotFound", format!("The account has no role {arn:?}."));
    account.roles.iter().find(|role| role.arn(account.uin) == arn).ok_or_else(missing)
}

fn issue(call: &Call<'_>, role: &Role) -> Outcome {
    let seconds = call.params.uint("DurationSeconds").unwrap_or(LIFE.0);
    if seconds == 0 || seconds > LIFE.1 {
        let message = format!("The parameter `DurationSeconds` is not from 1 to {}: {seconds}.", LIFE.1);
        return Err(ApiError::new("InvalidParameter.OverTimeError", message));
    }
    let Issued { secret_id, secret_key, token, expires } = call.cloud.state.issue(&role.name, seconds);
    members(Answer {
        credentials: Credentials {
            token: token.expose().to_owned(),
            tmp_secret_id: secret_id,
            tmp_secret_key: secret_key.expose().to_owned(),
        },
        expired_time: expires.timestamp(),
        expiration: expires.to_rfc3339_opts(SecondsFormat::Secs, true),
    })
}
