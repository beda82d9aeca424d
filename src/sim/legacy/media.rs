//! DescribeVodPlayInfo, DescribeRecordPlayInfo, DescribeVodPlayUrls and DescribeVodInfo.

use std::borrow::Cow;
use std::cmp::Reverse;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;

use super::error::ApiError;
use super::{Call, Outcome, success};
use crate::model::time::BILLING_OFFSET;
use crate::sim::account::Media;
use crate::sim::switches::{LegacyNoMatch, Order, PageBase};

/// Page size when absent: not documented.
const PAGE: u64 = 10;
/// The largest page, as DescribeVodInfo documents it.
const LARGEST_PAGE: u64 = 100;

/// As captured: the total is text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pages {
    total_count: String,
    file_set: Vec<File>,
}

/// The same without a total.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Files {
    file_set: Vec<File>,
}

/// As captured: `duration` is a number, `status` text, and the cover's name has an underscore.
#[derive(Serialize)]
struct File {
    #[serde(rename = "fileId")]
    file_id: String,
    #[serde(rename = "fileName")]
    file_name: String,
    duration: u64,
    status: String,
    image_url: String,
    #[serde(rename = "playSet")]
    play_set: Vec<Play>,
}

#[derive(Serialize)]
struct Play {
    url: String,
    definition: i64,
    /// Bits per second, whatever the tables say.
    vbitrate: u64,
    vheight: u32,
    vwidth: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Urls {
    play_set: Vec<Play>,
}

/// Everything is text here, numbers as well.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VodInfo {
    total_count: usize,
    file_set: Vec<VodFile>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VodFile {
    file_id: String,
    file_name: String,
    file_intro: String,
    size: String,
    duration: String,
    status: String,
    vid: String,
    create_time: String,
    update_time: String,
    class_id: String,
    class_name: String,
    image_url: String,
    tags: Vec<String>,
    description: String,
}

/// Media whose name begins with `fileName`.
pub(super) fn by_name(call: &Call<'_>) -> Outcome {
    let prefix = call.required("fileName")?;
    let mut found = call.cloud.media(call.application);
    found.retain(|media| media.name.starts_with(prefix));
    check_found(call, &found)?;
    sort(&mut found, call.cloud.switches.legacy_order);
    let shown = page(call, &found)?;
    let file_set = shown.iter().map(|media| file(call, media)).collect();
    success(Pages { total_count: found.len().to_string(), file_set }, true)
}

/// The media of one vid. A `notifyUrl` counts only while the media is not done.
pub(super) fn by_vid(call: &Call<'_>) -> Outcome {
    let vid = call.required("vid")?;
    let mut found = call.cloud.media(call.application);
    found.retain(|media| media.vid == vid);
    check_found(call, &found)?;
    if let Some(url) = call.form.get("notifyUrl").filter(|url| !url.is_empty())
        && found.iter().any(|media| is_transcoding(call, media))
    {
        call.cloud.notify_urls().insert(vid.to_owned(), url.to_owned());
    }
    success(Files { file_set: found.iter().map(|media| file(call, media)).collect() }, true)
}

/// The URLs of one media; captured without `codeDesc`.
pub(super) fn play_urls(call: &Call<'_>) -> Outcome {
    let media = by_id(call, call.required("fileId")?)?;
    success(Urls { play_set: play_set(call, &media) }, false)
}

/// Media by time, class or id: the documented bridge from file ids to vids.
pub(super) fn vod_info(call: &Call<'_>) -> Outcome {
    let ids: Vec<&str> =
        call.form.0.iter().filter(|(name, _)| name.starts_with("fileIds.")).map(|(_, value)| value.as_str()).collect();
    let time = |name: &str| match call.form.get(name) {
        None | Some("") => Ok(None),
        Some(text) => beijing(text).map(Some).ok_or_else(|| ApiError::module(1000, format!("{name} {text:?} is not a time"))),
    };
    let (from, to) = (time("from")?, time("to")?);
    let class = call.form.get("classId").filter(|text| !text.is_empty());
    let wanted_status = call.form.get("status").filter(|text| !text.is_empty());
    let mut found = call.cloud.media(call.application);
    found.retain(|media| {
        (ids.is_empty() || ids.contains(&media.file_id.as_str()))
            && from.is_none_or(|from| from <= media.created)
            && to.is_none_or(|to| media.created <= to)
            && class.is_none_or(|class| media.class.to_string() == class)
            && wanted_status.is_none_or(|wanted| status(call, media) == wanted)
    });
    let order = if call.number("orderby", 1)? == 0 { Order::Ascending } else { Order::Descending };
    sort(&mut found, order);
    let file_set = page(call, &found)?.iter().map(|media| vod_file(call, media)).collect();
    success(VodInfo { total_count: found.len(), file_set }, true)
}

/// One media by its id, or "file does not exist".
pub(super) fn by_id<'a>(call: &Call<'a>, file_id: &str) -> Result<Cow<'a, Media>, ApiError> {
    let missing = || ApiError::module(10008, "file does not exist");
    call.cloud.media(call.application).into_iter().find(|media| media.file_id == file_id).ok_or_else(missing)
}

/// `status` of a media (table 1.3 of the old pages).
pub(super) fn status(call: &Call<'_>, media: &Media) -> &'static str {
    match media.status.as_str() {
        _ if is_transcoding(call, media) => "4",
        "Normal" => "2",
        _ => "3",
    }
}

fn is_transcoding(call: &Call<'_>, media: &Media) -> bool {
    media.transcoding_until.is_some_and(|until| call.cloud.now() < until)
}

fn check_found(call: &Call<'_>, found: &[Cow<'_, Media>]) -> Result<(), ApiError> {
    match call.cloud.switches.legacy_no_match {
        LegacyNoMatch::Error if found.is_empty() => Err(ApiError::module(10008, "file does not exist")),
        _ => Ok(()),
    }
}

fn sort(found: &mut [Cow<'_, Media>], order: Order) {
    match order {
        Order::Ascending => found.sort_by(|a, b| (a.created, &a.file_id).cmp(&(b.created, &b.file_id))),
        Order::Descending => found.sort_by(|a, b| (Reverse(a.created), &a.file_id).cmp(&(Reverse(b.created), &b.file_id))),
    }
}

fn page<'m, 'a>(call: &Call<'_>, found: &'m [Cow<'a, Media>]) -> Result<&'m [Cow<'a, Media>], ApiError> {
    let size = call.number("pageSize", PAGE)?;
    if size == 0 || size > LARGEST_PAGE {
        return Err(ApiError::module(1000, format!("pageSize {size} is not between 1 and {LARGEST_PAGE}")));
    }
    let index = match call.cloud.switches.page_base {
        PageBase::Zero => call.number("pageNo", 0)?,
        PageBase::One => call.number("pageNo", 1)?.saturating_sub(1),
    };
    let start = usize::try_from(index.saturating_mul(size)).unwrap_or(usize::MAX).min(found.len());
    let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)).min(found.len());
    Ok(&found[start..end])
}

fn file(call: &Call<'_>, media: &Media) -> File {
    File {
        file_id: media.file_id.clone(),
        file_name: media.name.clone(),
        duration: media.duration_ms / 1000,
        status: status(call, media).to_owned(),
        image_url: media.cover_url(call.cloud.account.app_id, call.application),
        play_set: play_set(call, media),
    }
}

/// The original first; transcoded forms once they are done.
fn play_set(call: &Call<'_>, media: &Media) -> Vec<Play> {
    let url = |definition: i64, container: &str| media.url(call.cloud.account.app_id, call.application, definition, container);
    let original = Play {
        url: url(0, &media.container),
        definition: 0,
        vbitrate: media.bitrate,
        vheight: media.height,
        vwidth: media.width,
    };
    let done = if is_transcoding(call, media) { &[] } else { media.transcodes.as_slice() };
    let others = done.iter().map(|form| Play {
        url: url(form.definition, &form.container),
        definition: form.definition,
        vbitrate: form.bitrate,
        vheight: form.height,
        vwidth: form.width,
    });
    let original = (!media.changes.original_deleted).then_some(original);
    original.into_iter().chain(others).collect()
}

fn vod_file(call: &Call<'_>, media: &Media) -> VodFile {
    let class = call.application.classes.iter().find(|class| class.id == media.class);
    let time = media.created.with_timezone(&BILLING_OFFSET).format("%Y-%m-%d %H:%M:%S").to_string();
    VodFile {
        file_id: media.file_id.clone(),
        file_name: media.name.clone(),
        file_intro: media.description.clone(),
        size: media.size.to_string(),
        duration: (media.duration_ms / 1000).to_string(),
        status: status(call, media).to_owned(),
        vid: media.vid.clone(),
        create_time: time.clone(),
        update_time: time,
        class_id: media.class.to_string(),
        class_name: class.map(|class| class.name.clone()).unwrap_or_default(),
        image_url: media.cover_url(call.cloud.account.app_id, call.application),
        tags: media.tags.clone(),
        description: media.description.clone(),
    }
}

/// `2015-01-12 21:37:11`; the zone is not documented and taken as UTC+8.
fn beijing(text: &str) -> Option<DateTime<Utc>> {
    let civil = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    civil.and_local_timezone(BILLING_OFFSET).single().map(|time| time.to_utc())
}
