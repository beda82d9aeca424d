//! The metadata service of a machine: the role it has, and a temporary pair for it. Nothing here is signed.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::cloud::Cloud;
use super::server::Incoming;

/// Where it answers; the name of a role follows.
const PATH: &str = "/latest/meta-data/cam/security-credentials/";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    tmp_secret_id: String,
    tmp_secret_key: String,
    expired_time: i64,
    expiration: String,
    token: String,
    code: &'static str,
}

/// The answer, if the path is one of the metadata service: the role's name, or a new pair for it.
pub(super) fn answer(cloud: &Cloud, request: &Incoming) -> Option<Response> {
    let name = match request.path.strip_prefix(PATH) {
        Some(name) => name,
        None if request.path == PATH.trim_end_matches('/') => "",
        None => return None,
    };
    let mut roles = cloud.account.roles.iter().filter(|role| role.metadata);
    let role = roles.find(|role| name.is_empty() || role.name == name);
    let missing = || (StatusCode::NOT_FOUND, "the machine has no such role\n").into_response();
    let Some(role) = role.filter(|_| request.method == "GET") else { return Some(missing()) };
    if name.is_empty() {
        return Some(role.name.clone().into_response());
    }
    let pair = cloud.state.issue(&role.name, role.metadata_seconds.into());
    let body = serde_json::to_string(&Pair {
        tmp_secret_id: pair.secret_id,
        tmp_secret_key: pair.secret_key.expose().to_owned(),
        expired_time: pair.expires.timestamp(),
        expiration: pair.expires.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        token: pair.token.expose().to_owned(),
        code: "Success",
    });
    Some(match body {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    })
}
