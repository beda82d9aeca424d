//! `/_sim/…`: for those who run a simulated cloud. It is no part of what is imitated, and nothing here is signed, counted or
//! met by faults.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::auth::Form;
use super::cloud::{ClockGoesBack, Cloud};
use super::server::{Incoming, json};
use crate::model::time::{format_time, parse_time};

/// In front of every path.
const FOLDER: &str = "/_sim/";

/// The answer, if the path is one of these.
pub(super) fn answer(cloud: &Cloud, request: &Incoming) -> Option<Response> {
    let name = request.path.strip_prefix(FOLDER)?;
    Some(match (request.method.as_str(), name) {
        ("GET", "stats") => stats(cloud),
        ("GET", "now") => now(cloud),
        ("POST", "now") => move_clock(cloud, &request.body),
        ("GET", "media") => media(cloud, &Form::decode(request.query.as_bytes())),
        _ => said(StatusCode::NOT_FOUND, "there is GET stats, GET now, POST now and GET media\n".to_owned()),
    })
}

fn said(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain")], text).into_response()
}

fn stats(cloud: &Cloud) -> Response {
    match serde_json::to_string(&cloud.stats.counted()) {
        Ok(text) => json(text),
        Err(error) => said(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

fn now(cloud: &Cloud) -> Response {
    said(StatusCode::OK, format!("{}\n", format_time(cloud.now())))
}

fn move_clock(cloud: &Cloud, body: &[u8]) -> Response {
    let time = std::str::from_utf8(body).map_err(|_| "it is not text".to_owned());
    match time.and_then(|text| parse_time(text.trim()).map_err(|error| error.to_string())) {
        Err(error) => said(StatusCode::BAD_REQUEST, format!("the body must be a time with an offset: {error}\n")),
        Ok(time) => match cloud.move_clock(time) {
            Ok(()) => now(cloud),
            Err(ClockGoesBack(now)) => {
                said(StatusCode::CONFLICT, format!("the clock stands at {} and does not go back\n", format_time(now)))
            }
        },
    }
}

/// Ids of a large account, one a line: those that were there all the time, that came, or that went.
fn media(cloud: &Cloud, form: &Form) -> Response {
    let application = match form.get("sub_app_id") {
        Some(id) => id.parse().ok().and_then(|id| cloud.account.application(Some(id))),
        None => cloud.account.application(None),
    };
    let Some(large) = application.and_then(|application| application.large.as_ref()) else {
        return said(StatusCode::NOT_FOUND, "sub_app_id names no application of a large account\n".to_owned());
    };
    match form.get("state").unwrap_or("alive").parse() {
        Ok(state) => said(StatusCode::OK, large.ids(state, cloud.now())),
        Err(message) => said(StatusCode::BAD_REQUEST, message),
    }
}
