//! ListFiles: the files of an application with paths.

use std::collections::BTreeSet;

use serde::Serialize;

use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, members, utc};
use crate::sim::account::{Application, Media};
use crate::sim::words::CATEGORIES;

/// The most files of one answer, and how many there are when `MaxKeys` is absent.
const MOST: usize = 100;
/// The mode of applications whose files have paths.
const WITH_PATHS: &str = "fileid+path";

/// Request parameters.
pub(super) const LIST: &[Field] = &[
    Field::required("SubAppId", Kind::Uint),
    Field::optional("Prefix", Kind::Text(1024)),
    Field::optional("Delimiter", Kind::Text(1)),
    Field::optional("MaxKeys", Kind::Int),
    Field::optional("Marker", Kind::Text(1024)),
    Field::optional("Categories", Kind::Choices(&CATEGORIES)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    is_truncated: bool,
    next_marker: String,
    common_prefixes: Vec<String>,
    contents: Vec<FileContent>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FileContent {
    key: String,
    last_modified: String,
    e_tag: String,
    size: u64,
    storage_class: String,
    file_id: String,
    category: String,
    file_type: &'static str,
    definition: i64,
    #[serde(rename = "SubtitleID")]
    subtitle_id: String,
}

/// The path of a media's source file, in an application with paths.
pub(super) fn key(application: &Application, media: &Media) -> Option<String> {
    let named = || format!("/{}.{}", media.name, media.container);
    (application.mode == WITH_PATHS).then(|| media.path.clone().unwrap_or_else(named))
}

/// Lists files in the order of their keys; what a delimiter groups counts as one.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    if call.application.mode != WITH_PATHS {
        let message = format!("The application {} has no paths.", call.application.sub_app_id);
        return Err(ApiError::new("UnsupportedOperation", message));
    }
    let most = match call.params.int("MaxKeys") {
        None => MOST,
        Some(given) => usize::try_from(given)
            .ok()
            .filter(|given| (1..=MOST).contains(given))
            .ok_or_else(|| ApiError::value("MaxKeys", format!("{given} is not from 1 to {MOST}")))?,
    };
    let text = |name: &str| call.params.text(name).unwrap_or_default();
    let (prefix, marker) = (text("Prefix"), text("Marker"));
    let categories = call.params.texts("Categories");
    let mut files: Vec<FileContent> = call.cloud.media(call.application).iter().flat_map(|media| of_media(call, media)).collect();
    files.retain(|file| {
        file.key.starts_with(prefix) && categories.as_ref().is_none_or(|categories| categories.contains(&file.category.as_str()))
    });
    files.sort_by(|a, b| a.key.cmp(&b.key));
    let mut answer =
        Answer { is_truncated: false, next_marker: String::new(), common_prefixes: Vec::new(), contents: Vec::new() };
    let mut groups = BTreeSet::new();
    for file in files {
        let group = group(&file.key, prefix, text("Delimiter"));
        let name = group.clone().unwrap_or_else(|| file.key.clone());
        if name.as_str() <= marker || groups.contains(&name) {
            continue;
        }
        if answer.contents.len() + answer.common_prefixes.len() == most {
            answer.is_truncated = true;
            return members(answer);
        }
        answer.next_marker.clone_from(&name);
        match group {
            Some(group) => {
                groups.insert(name);
                answer.common_prefixes.push(group);
            }
            None => answer.contents.push(file),
        }
    }
    answer.next_marker.clear();
    members(answer)
}

/// The key up to the first delimiter after the prefix.
fn group(key: &str, prefix: &str, delimiter: &str) -> Option<String> {
    if delimiter.is_empty() {
        return None;
    }
    let at = key[prefix.len()..].find(delimiter)?;
    Some(key[..prefix.len() + at + delimiter.len()].to_owned())
}

/// The source and what was made of it, beside it.
fn of_media(call: &Call<'_>, media: &Media) -> Vec<FileContent> {
    let Some(source) = key(call.application, media) else { return Vec::new() };
    let file = |key: String, size: u64, file_type: &'static str, definition: i64| FileContent {
        key,
        last_modified: utc(media.changes.updated.unwrap_or(media.created)),
        e_tag: media.md5(definition),
        size,
        storage_class: media.storage_class.clone(),
        file_id: media.file_id.clone(),
        category: media.category.clone(),
        file_type,
        definition,
        subtitle_id: String::new(),
    };
    let stem = source.rsplit_once('.').map_or(source.as_str(), |(stem, _)| stem).to_owned();
    let forms = media.transcodes.iter().map(|form| {
        let kind = if form.container == "m3u8" { "AdaptiveDynamicStreamingFiles" } else { "TranscodeFiles" };
        file(format!("{stem}.f{}.{}", form.definition, form.container), form.size(media), kind, form.definition)
    });
    let original = (!media.changes.original_deleted).then(|| file(source.clone(), media.size, "OriginalFiles", 0));
    original.into_iter().chain(forms).collect()
}
