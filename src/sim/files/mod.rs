//! Files for download: play statistics, access logs and bills, under links that expire by the account's clock.

mod bill;
mod cdn_log;
mod link;
mod play_stat;

use std::io::Write;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};

use super::cloud::Cloud;
use super::server::Incoming;

pub(super) use bill::bill_url;
pub(super) use cdn_log::{DISTRICT_IDS, ISP_IDS, LogHour, log_hours, log_url};
pub(super) use play_stat::play_stat_url;

/// In front of every path.
pub(super) const FOLDER: &str = "/files/";

/// A file as it is served.
struct File {
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// The answer, if the path is one of a file: 403 for a link that is not good any more, 404 for a file that is not there.
pub(super) fn answer(cloud: &Cloud, request: &Incoming) -> Option<Response> {
    let path = request.path.strip_prefix(FOLDER)?;
    if !link::is_good(cloud, &request.path, &request.query) {
        return Some((StatusCode::FORBIDDEN, "the link is not signed, or has expired\n").into_response());
    }
    let (kind, rest) = path.split_once('/').unwrap_or((path, ""));
    let file = match kind {
        "playstat" => play_stat::file(cloud, rest),
        "cdnlog" => cdn_log::file(cloud, rest),
        "bill" => bill::file(cloud, rest),
        _ => None,
    };
    let missing = || (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    Some(file.map_or_else(missing, |file| serve(file, &request.headers)))
}

/// The file, or the rest of it from a byte on if that is asked for and the file is still the one that is meant, as object storage
/// serves it.
fn serve(file: File, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(Md5::digest(&file.bytes)));
    let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let is_same = text(header::IF_RANGE).is_none_or(|meant| meant == tag);
    let from =
        text(header::RANGE).filter(|_| is_same).and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let common =
        [(header::CONTENT_TYPE, file.content_type.to_owned()), (header::ETAG, tag), (header::ACCEPT_RANGES, "bytes".to_owned())];
    let length = file.bytes.len();
    match from {
        None => (common, file.bytes).into_response(),
        Some(from) => match file.bytes.get(from..).filter(|rest| !rest.is_empty()) {
            None => (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, format!("bytes */{length}"))]).into_response(),
            Some(rest) => {
                let range = [(header::CONTENT_RANGE, format!("bytes {from}-{}/{length}", length - 1))];
                (StatusCode::PARTIAL_CONTENT, common, range, rest.to_vec()).into_response()
            }
        },
    }
}

/// Packs text; always to the same bytes.
fn gzip(text: &str) -> File {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail; if it did, the file would be empty and not half.
    let bytes = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
    File { content_type: "application/gzip", bytes }
}
