//! SearchMedia and DescribeMediaInfos.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::apps::page;
use super::media_answer::{Filters, MediaInfo};
use super::params::{Field, Kind, Params};
use super::{ApiError, Call, Outcome, members};
use crate::sim::account::{Application, Media};
use crate::sim::switches::Order;
use crate::sim::words::{CATEGORIES, INFO_FILTERS, MEDIA_STATUS, SEARCH_FILTERS, SOURCE_TYPES, STORAGE_CLASSES};

/// No more than this many hits can be reached, and no more are counted.
pub(super) const REACH: u64 = 5000;

const RANGE: &[Field] = &[Field::optional("After", Kind::Time), Field::optional("Before", Kind::Time)];
const SORT: &[Field] =
    &[Field::required("Field", Kind::Choice(&["CreateTime"])), Field::optional("Order", Kind::Choice(&["Asc", "Desc"]))];
const REVIEW_RESULTS: [&str; 4] = ["pass", "review", "block", "notModerated"];

/// Request parameters.
pub(super) const SEARCH: &[Field] = &[
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("FileIds", Kind::Texts(10, 40)),
    Field::optional("Names", Kind::Texts(10, 100)),
    Field::optional("NamePrefixes", Kind::Texts(10, 100)),
    Field::optional("Descriptions", Kind::Texts(10, 100)),
    Field::optional("ClassIds", Kind::Ints(10)),
    Field::optional("Tags", Kind::Texts(16, 32)),
    Field::optional("Categories", Kind::Choices(&CATEGORIES)),
    Field::optional("SourceTypes", Kind::Choices(&SOURCE_TYPES)),
    Field::optional("StreamIds", Kind::Texts(10, 255)),
    Field::optional("CreateTime", Kind::Object(RANGE)),
    Field::optional("ExpireTime", Kind::Object(RANGE)),
    Field::optional("StorageRegions", Kind::Texts(20, 20)),
    Field::optional("StorageClasses", Kind::Choices(&STORAGE_CLASSES)),
    Field::optional("MediaTypes", Kind::Texts(10, 32)),
    Field::optional("Status", Kind::Choices(&MEDIA_STATUS)),
    Field::optional("ReviewResults", Kind::Choices(&REVIEW_RESULTS)),
    Field::optional("TrtcSdkAppIds", Kind::Ints(10)),
    Field::optional("TrtcRoomIds", Kind::Texts(10, 64)),
    Field::optional("Filters", Kind::Choices(&SEARCH_FILTERS)),
    Field::optional("Sort", Kind::Object(SORT)),
    Field::optional("Offset", Kind::Uint),
    Field::optional("Limit", Kind::Uint),
    Field::optional("Text", Kind::Text(64)),
    Field::optional("SourceType", Kind::Choice(&SOURCE_TYPES)),
    Field::optional("StreamId", Kind::Text(255)),
    Field::optional("StartTime", Kind::Time),
    Field::optional("EndTime", Kind::Time),
    Field::optional("Vids", Kind::Texts(10, 255)),
    Field::optional("Vid", Kind::Text(255)),
    Field::optional("StreamDomains", Kind::Texts(20, 255)),
    Field::optional("StreamPaths", Kind::Texts(20, 255)),
    Field::optional("KnowledgeBases", Kind::Texts(20, 255)),
];

/// Request parameters.
pub(super) const INFOS: &[Field] = &[
    Field::required("FileIds", Kind::Texts(20, 40)),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("Filters", Kind::Choices(&INFO_FILTERS)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    total_count: u64,
    media_info_set: Vec<MediaInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Infos {
    media_info_set: Vec<MediaInfo>,
    not_exist_file_id_set: Vec<String>,
}

/// Finds media. Members of an array widen the search, different parameters narrow it.
///
/// `Vid` and `Vids` have no effect, as documented since 2022-11; the simulated media belongs to no knowledge base.
pub(super) fn search(call: &Call<'_>) -> Outcome {
    let (offset, limit) = page_of(&call.params)?;
    let mut found = call.cloud.media(call.application);
    found.retain(|media| matches(&call.params, call.application, media));
    sort(call, &mut found);
    let filters = Filters::of(call.params.texts("Filters"));
    members(Found {
        total_count: (found.len() as u64).min(REACH),
        media_info_set: page(&found, Some(offset), limit)
            .iter()
            .map(|media| MediaInfo::of(&call.cloud.account, call.application, media, &filters))
            .collect(),
    })
}

/// Where a page of a search begins, and how long it may be.
pub(super) fn page_of(params: &Params) -> Result<(u64, u64), ApiError> {
    let (offset, limit) = (params.uint("Offset").unwrap_or(0), params.uint("Limit").unwrap_or(10));
    if offset.saturating_add(limit) > REACH {
        return Err(ApiError::value("Offset", format!("Offset + Limit is above {REACH}")));
    }
    Ok((offset, limit))
}

/// Tells all about media whose ids are known.
pub(super) fn infos(call: &Call<'_>) -> Outcome {
    let wanted = call.params.texts("FileIds").ok_or_else(|| ApiError::value("FileIds", "it is empty"))?;
    let media = call.cloud.media(call.application);
    let filters = Filters::of(call.params.texts("Filters"));
    let mut answer = Infos { media_info_set: Vec::new(), not_exist_file_id_set: Vec::new() };
    for file_id in wanted {
        match media.iter().find(|media| media.file_id == file_id) {
            Some(media) => {
                answer.media_info_set.push(MediaInfo::of(&call.cloud.account, call.application, media, &filters));
            }
            None => answer.not_exist_file_id_set.push(file_id.to_owned()),
        }
    }
    members(answer)
}

pub(super) fn matches(params: &Params, application: &Application, media: &Media) -> bool {
    let any = |name: &str, test: &dyn Fn(&str) -> bool| params.texts(name).is_none_or(|texts| texts.into_iter().any(test));
    let one = |name: &str, test: &dyn Fn(&str) -> bool| params.text(name).is_none_or(test);
    let live = |test: &dyn Fn(&crate::sim::account::LiveSource) -> bool| media.live.as_ref().is_some_and(test);
    let trtc = |test: &dyn Fn(&crate::sim::account::TrtcSource) -> bool| media.trtc.as_ref().is_some_and(test);
    let region = media.region(application);
    any("FileIds", &|id| media.file_id == id)
        && any("Names", &|name| media.name.contains(name))
        && any("NamePrefixes", &|prefix| media.name.starts_with(prefix))
        && any("Descriptions", &|text| media.description.contains(text))
        && params.ints("ClassIds").is_none_or(|ids| ids.into_iter().any(|id| is_in_class(application, media.class, id)))
        && any("Tags", &|tag| media.tags.iter().any(|known| known == tag))
        && any("Categories", &|category| media.category == category)
        && any("SourceTypes", &|source| media.source == source)
        && any("StreamIds", &|stream| live(&|live| live.stream == stream))
        && any("StreamDomains", &|domain| live(&|live| live.domain == domain))
        && any("StreamPaths", &|path| live(&|live| live.path == path))
        && any("StorageRegions", &|wanted| region == wanted)
        && any("StorageClasses", &|class| media.storage_class == class)
        && any("MediaTypes", &|container| media.container == container)
        && any("Status", &|status| media.status == status)
        && any("ReviewResults", &|result| result == "notModerated")
        && params.ints("TrtcSdkAppIds").is_none_or(|ids| trtc(&|trtc| ids.contains(&i128::from(trtc.sdk_app_id))))
        && any("TrtcRoomIds", &|room| trtc(&|trtc| trtc.room == room))
        && one("Text", &|text| media.name.contains(text) || media.description.contains(text))
        && one("SourceType", &|source| media.source == source)
        && one("StreamId", &|stream| live(&|live| live.stream == stream))
        && any("KnowledgeBases", &|_| false)
        && in_ranges(params, media)
}

/// From when on, and until before when, media must have been created.
pub(super) fn created_range(params: &Params) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let create = params.object("CreateTime");
    // The ranges of their own win over the older parameters.
    let after = create.as_ref().and_then(|range| range.time("After")).or_else(|| params.time("StartTime"));
    let before = create.as_ref().and_then(|range| range.time("Before")).or_else(|| params.time("EndTime"));
    (after, before)
}

fn in_ranges(params: &Params, media: &Media) -> bool {
    let (after, before) = created_range(params);
    let expire = params.object("ExpireTime").is_none_or(|range| {
        media.expires.is_some_and(|expires| {
            range.time("After").is_none_or(|after| after <= expires) && range.time("Before").is_none_or(|before| expires < before)
        })
    });
    expire && after.is_none_or(|after| after <= media.created) && before.is_none_or(|before| media.created < before)
}

/// Whether a class is another one or lies under it.
fn is_in_class(application: &Application, class: i64, wanted: i128) -> bool {
    let mut seen = BTreeSet::new();
    let mut current = Some(class);
    while let Some(id) = current.filter(|id| seen.insert(*id)) {
        if i128::from(id) == wanted {
            return true;
        }
        current = application.classes.iter().find(|known| known.id == id).and_then(|known| known.parent);
    }
    false
}

/// The order in which a search shows media.
pub(super) fn order(call: &Call<'_>) -> Order {
    // Sorting by match is for fuzzy searches; without a score, they come in the usual order.
    let fuzzy = ["Text", "Names", "Descriptions"]
        .into_iter()
        .any(|name| call.params.text(name).is_some() || call.params.texts(name).is_some());
    let sort = call.params.object("Sort").filter(|_| !fuzzy);
    match sort.as_ref().map(|sort| sort.text("Order")) {
        Some(Some("Asc")) => Order::Ascending,
        Some(_) => Order::Descending,
        None => call.cloud.switches.search_order,
    }
}

fn sort(call: &Call<'_>, found: &mut [Cow<'_, Media>]) {
    match order(call) {
        Order::Ascending => found.sort_by(|a, b| (a.created, &a.file_id).cmp(&(b.created, &b.file_id))),
        Order::Descending => found.sort_by(|a, b| (Reverse(a.created), &a.file_id).cmp(&(Reverse(b.created), &b.file_id))),
    }
}
