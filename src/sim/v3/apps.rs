//! DescribeSubAppIds.

use serde::Serialize;

use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, members};
use crate::sim::account::Application;

/// The most applications in one answer, and how many there are when `Limit` is absent.
const LIMIT: u64 = 200;

/// The parameters of actions that only take an application.
pub(super) const SUB_APP_ID_ONLY: &[Field] = &[Field::optional("SubAppId", Kind::Uint)];

const TAG: &[Field] = &[Field::optional("TagKey", Kind::Text(127)), Field::optional("TagValue", Kind::Text(255))];

/// Request parameters.
pub(super) const LIST: &[Field] = &[
    Field::optional("Name", Kind::Text(256)),
    Field::optional("Tags", Kind::Objects(10, TAG)),
    Field::optional("Offset", Kind::Uint),
    Field::optional("Limit", Kind::Uint),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    sub_app_id_info_set: Vec<SubAppIdInfo>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SubAppIdInfo {
    sub_app_id: u64,
    sub_app_id_name: String,
    description: String,
    create_time: String,
    status: String,
    name: String,
    mode: String,
    storage_regions: Vec<String>,
    tags: Vec<ResourceTag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceTag {
    tag_key: String,
    tag_value: String,
}

/// Lists applications. `Name` is taken as a part of the name: exact or fuzzy is not documented.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    let limit = call.params.uint("Limit").unwrap_or(LIMIT);
    if limit > LIMIT {
        return Err(ApiError::value("Limit", format!("{limit} is above {LIMIT}")));
    }
    let name = call.params.text("Name").unwrap_or_default();
    let tags = call.params.objects("Tags").unwrap_or_default();
    let tagged = |application: &Application| {
        tags.iter().all(|tag| {
            let (key, value) = (tag.text("TagKey").unwrap_or_default(), tag.text("TagValue"));
            application.tags.iter().any(|(known, text)| known == key && value.is_none_or(|value| value == text))
        })
    };
    let now = call.cloud.now();
    let matching =
        |application: &&Application| application.created <= now && application.name.contains(name) && tagged(application);
    let found: Vec<&Application> = call.cloud.account.applications.iter().filter(matching).collect();
    members(Answer {
        total_count: found.len(),
        sub_app_id_info_set: page(&found, call.params.uint("Offset"), limit)
            .iter()
            .map(|application| info(application))
            .collect(),
    })
}

/// The part of a list from `offset` on, `limit` items at most.
pub(super) fn page<T>(items: &[T], offset: Option<u64>, limit: u64) -> &[T] {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let start = size(offset.unwrap_or(0)).min(items.len());
    let end = start.saturating_add(size(limit)).min(items.len());
    &items[start..end]
}

fn info(application: &Application) -> SubAppIdInfo {
    SubAppIdInfo {
        sub_app_id: application.sub_app_id,
        sub_app_id_name: application.name.clone(),
        description: application.description.clone(),
        create_time: super::utc(application.created),
        status: application.status.clone(),
        name: application.name.clone(),
        mode: application.mode.clone(),
        storage_regions: application.storage_regions.clone(),
        tags: application
            .tags
            .iter()
            .map(|(key, value)| ResourceTag { tag_key: key.clone(), tag_value: value.clone() })
            .collect(),
    }
}
