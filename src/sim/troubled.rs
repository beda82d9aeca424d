//! Answers that a fault gets at.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::faults::{self, Api, Asked, Fault, Line, STALL};
use super::server::{self, Incoming, handled};

/// Answers a request that meets a fault.
pub(super) async fn answer(cloud: &Cloud, request: &Incoming, asked: &Asked, fault: Fault, line: &Line) -> Response {
    match fault {
        Fault::Reset => {
            line.reset();
            return Response::default();
        }
        Fault::Http500 => return page(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::Http503 => return page(StatusCode::SERVICE_UNAVAILABLE),
        Fault::Expired => return (StatusCode::FORBIDDEN, "the link is not signed, or has expired\n").into_response(),
        _ => {}
    }
    let (mut parts, body) = handled(cloud, request, Some(fault)).into_parts();
    // Every body is in memory, so reading it cannot fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body: Bytes = match fault {
        Fault::Lost => {
            line.reset();
            return Response::default();
        }
        Fault::Http502 => return page(StatusCode::BAD_GATEWAY),
        Fault::Html => return page(StatusCode::OK),
        Fault::Shape => return server::json(misshapen(cloud, &body, asked)),
        Fault::Cut => {
            line.end_within(body.len());
            body
        }
        Fault::Slow => {
            line.stall_within(body.len(), STALL);
            body
        }
        Fault::Truncated => body.slice(..body.len() / 2),
        _ => body,
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

/// A page for people, as gateways send it.
fn page(status: StatusCode) -> Response {
    let title = status.canonical_reason().filter(|_| status != StatusCode::OK).unwrap_or("Please wait");
    let page = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
    (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

/// JSON that is not the answer of the action: in one of four ways, or the answer less one of its members.
fn misshapen(cloud: &Cloud, body: &[u8], asked: &Asked) -> String {
    let mut answer = serde_json::from_slice(body).unwrap_or(Value::Null);
    let ways = 4 + faults::ways_untold(&mut answer, asked.api);
    match cloud.faults.variant(asked, ways) {
        0 => "[]".to_owned(),
        1 => "{}".to_owned(),
        2 if asked.api == Api::Legacy => json!({"code": {}, "message": []}).to_string(),
        2 => json!({"Response": "busy"}).to_string(),
        3 => {
            // The answer itself, with an object where each list belongs.
            lists_to_objects(&mut answer);
            answer.to_string()
        }
        way => {
            faults::one_untold(&mut answer, asked.api, way - 4);
            answer.to_string()
        }
    }
}

fn lists_to_objects(value: &mut Value) {
    match value {
        Value::Array(_) => *value = json!({}),
        Value::Object(members) => members.values_mut().for_each(lists_to_objects),
        _ => {}
    }
}
