//! ModifyMediaInfo and DeleteMedia: what they change stays changed.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Number, json};

use super::media_answer::SubtitleItem;
use super::params::{Field, Kind, Params};
use super::{ApiError, Call, Outcome, members};
use crate::sim::account::{KeyFrame, Media, Subtitle};
use crate::sim::state::Part;
use crate::sim::words::DELETE_TYPES;

/// The most tags of a media.
const TAGS: usize = 16;
/// The most descriptions of moments.
const KEY_FRAMES: usize = 100;
/// The most subtitles.
const SUBTITLES: usize = 16;
/// From this year on, media never expires.
const NEVER: i32 = 9999;

const KEY_FRAME: &[Field] = &[Field::required("TimeOffset", Kind::Number), Field::required("Content", Kind::Text(128))];
const SUBTITLE: &[Field] = &[
    Field::required("Name", Kind::Text(64)),
    Field::required("Language", Kind::Text(32)),
    Field::required("Format", Kind::Text(16)),
    Field::required("Content", Kind::Text(1 << 20)),
    Field::optional("Id", Kind::Text(16)),
];
const PART: &[Field] = &[Field::required("Type", Kind::Choice(&DELETE_TYPES)), Field::optional("Definition", Kind::Int)];

/// Request parameters.
pub(super) const MODIFY: &[Field] = &[
    Field::required("FileId", Kind::Text(40)),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("Name", Kind::Text(64)),
    Field::optional("Description", Kind::Text(128)),
    Field::optional("ClassId", Kind::Int),
    Field::optional("ExpireTime", Kind::Time),
    Field::optional("CoverData", Kind::Text(8 << 20)),
    Field::optional("AddKeyFrameDescs", Kind::Objects(KEY_FRAMES, KEY_FRAME)),
    Field::optional("DeleteKeyFrameDescs", Kind::Numbers(KEY_FRAMES)),
    Field::optional("ClearKeyFrameDescs", Kind::Int),
    Field::optional("AddTags", Kind::Texts(TAGS, 32)),
    Field::optional("DeleteTags", Kind::Texts(TAGS, 32)),
    Field::optional("ClearTags", Kind::Int),
    Field::optional("AddSubtitles", Kind::Objects(SUBTITLES, SUBTITLE)),
    Field::optional("DeleteSubtitleIds", Kind::Texts(SUBTITLES, 16)),
    Field::optional("ClearSubtitles", Kind::Int),
    Field::optional("DeleteKnowledgeBases", Kind::Texts(20, 255)),
    Field::optional("ClearKnowledgeBases", Kind::Int),
];
/// Request parameters.
pub(super) const DELETE: &[Field] = &[
    Field::required("FileId", Kind::Text(40)),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("DeleteParts", Kind::Objects(100, PART)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Modified {
    cover_url: String,
    added_subtitle_set: Vec<SubtitleItem>,
}

/// A media that exists, or the refusal of one that does not.
pub(super) fn existing<'a>(call: &Call<'a>, file_id: &str) -> Result<Cow<'a, Media>, ApiError> {
    call.cloud
        .media_by_id(call.application, file_id)
        .ok_or_else(|| ApiError::new("ResourceNotFound.FileNotExist", format!("The media {file_id:?} does not exist.")))
}

/// Changes what the request names; a refused request changes nothing.
pub(super) fn modify(call: &Call<'_>) -> Outcome {
    let media = existing(call, call.params.text("FileId").unwrap_or_default())?;
    let mut changed = media.clone().into_owned();
    let new_cover = call.params.text("CoverData").is_some_and(|data| !data.is_empty());
    describe(call, &mut changed)?;
    change_tags(&call.params, &mut changed)?;
    change_key_frames(&call.params, &mut changed)?;
    let added = change_subtitles(&call.params, &mut changed)?;
    if new_cover {
        check_cover(&call.params)?;
        changed.changes.covers += 1;
    }
    let changed = call.cloud.change_media(&media, |media| *media = changed);
    let item = |subtitle: &Subtitle| SubtitleItem::of(&call.cloud.account, call.application, &changed, subtitle);
    members(Modified {
        cover_url: if new_cover { changed.cover_url(call.cloud.account.app_id, call.application) } else { String::new() },
        added_subtitle_set: added.iter().map(item).collect(),
    })
}

/// Name, text, class and expiry.
fn describe(call: &Call<'_>, media: &mut Media) -> Result<(), ApiError> {
    let params = &call.params;
    if let Some(name) = params.text("Name") {
        name.clone_into(&mut media.name);
    }
    if let Some(text) = params.text("Description") {
        text.clone_into(&mut media.description);
    }
    if let Some(class) = params.int("ClassId") {
        // 0 and -1 are "other", of which nobody makes a class.
        if class > 0 && !call.application.classes.iter().any(|known| known.id == class) {
            return Err(ApiError::value("ClassId", format!("there is no class {class}")));
        }
        media.class = class;
    }
    if let Some(expires) = params.time("ExpireTime") {
        use chrono::Datelike;
        if expires <= call.cloud.now() {
            return Err(ApiError::value("ExpireTime", "it is not in the future"));
        }
        media.expires = (expires.year() < NEVER).then_some(expires);
    }
    Ok(())
}

/// Whether a `Clear…` parameter asks for it.
fn clears(params: &Params, name: &str) -> Result<bool, ApiError> {
    match params.int(name) {
        None | Some(0) => Ok(false),
        Some(1) => Ok(true),
        Some(other) => Err(ApiError::value(name, format!("{other} is not 1"))),
    }
}

/// Two parameters that exclude each other.
fn conflict(code: &str, left: &str, right: &str) -> ApiError {
    ApiError::new(&format!("InvalidParameterValue.{code}"), format!("`{left}` and `{right}` exclude each other."))
}

fn change_tags(params: &Params, media: &mut Media) -> Result<(), ApiError> {
    let (added, deleted) = (params.texts("AddTags").unwrap_or_default(), params.texts("DeleteTags").unwrap_or_default());
    let clear = clears(params, "ClearTags")?;
    if clear && !added.is_empty() {
        return Err(conflict("AddTagsAndClearTagsConflict", "AddTags", "ClearTags"));
    }
    if added.iter().any(|tag| deleted.contains(tag)) {
        return Err(conflict("AddTagsAndDeleteTagsConflict", "AddTags", "DeleteTags"));
    }
    media.tags.retain(|tag| !clear && !deleted.contains(&tag.as_str()));
    for tag in added {
        if !media.tags.iter().any(|known| known == tag) {
            media.tags.push(tag.to_owned());
        }
    }
    if media.tags.len() > TAGS {
        return Err(ApiError::new("LimitExceeded.TagCountReachMax", format!("A media has at most {TAGS} tags.")));
    }
    Ok(())
}

fn change_key_frames(params: &Params, media: &mut Media) -> Result<(), ApiError> {
    let added = params.objects("AddKeyFrameDescs").unwrap_or_default();
    let deleted = params.numbers("DeleteKeyFrameDescs");
    let clear = clears(params, "ClearKeyFrameDescs")?;
    if clear && !added.is_empty() {
        return Err(conflict("AddKeyFrameDescsAndClearKeyFrameDescsConflict", "AddKeyFrameDescs", "ClearKeyFrameDescs"));
    }
    let at = |left: &Number, right: &Number| left.as_f64() == right.as_f64();
    let frames = &mut media.changes.key_frames;
    frames.retain(|frame| !clear && !deleted.iter().any(|offset| at(&frame.offset, offset)));
    for frame in &added {
        let Some(offset) = frame.number("TimeOffset").cloned() else { continue };
        if deleted.iter().any(|deleted| at(&offset, deleted)) {
            return Err(conflict("AddKeyFrameDescsAndDeleteKeyFrameDescsConflict", "AddKeyFrameDescs", "DeleteKeyFrameDescs"));
        }
        // A moment has one description: the last.
        frames.retain(|known| !at(&known.offset, &offset));
        frames.push(KeyFrame { offset, content: frame.text("Content").unwrap_or_default().to_owned() });
    }
    if frames.len() > KEY_FRAMES {
        let message = format!("A media has at most {KEY_FRAMES} descriptions of moments.");
        return Err(ApiError::new("LimitExceeded.KeyFrameDescCountReachMax", message));
    }
    Ok(())
}

/// The subtitles that came.
fn change_subtitles(params: &Params, media: &mut Media) -> Result<Vec<Subtitle>, ApiError> {
    let deleted = params.texts("DeleteSubtitleIds").unwrap_or_default();
    let clear = clears(params, "ClearSubtitles")?;
    let subtitles = &mut media.changes.subtitles;
    subtitles.retain(|subtitle| !clear && !deleted.contains(&subtitle.id.as_str()));
    let mut added = Vec::new();
    for wanted in params.objects("AddSubtitles").unwrap_or_default() {
        let text = |name: &str| wanted.text(name).unwrap_or_default().to_owned();
        if STANDARD.decode(text("Content")).is_err() {
            return Err(ApiError::value("Content", "it is not Base64"));
        }
        let id = if text("Id").is_empty() { format!("subtitle-{:02}", subtitles.len() + 1) } else { text("Id") };
        subtitles.retain(|known| known.id != id);
        let subtitle = Subtitle { id, name: text("Name"), language: text("Language"), format: text("Format") };
        subtitles.push(subtitle.clone());
        added.push(subtitle);
    }
    if subtitles.len() > SUBTITLES {
        return Err(ApiError::new("LimitExceeded", format!("A media has at most {SUBTITLES} subtitles.")));
    }
    Ok(added)
}

/// GIF, JPEG or PNG, by their first bytes.
fn check_cover(params: &Params) -> Result<(), ApiError> {
    let bytes = STANDARD.decode(params.text("CoverData").unwrap_or_default()).unwrap_or_default();
    let kinds: [&[u8]; 3] = [b"GIF8", &[0xFF, 0xD8, 0xFF], &[0x89, b'P', b'N', b'G']];
    if kinds.iter().any(|start| bytes.starts_with(start)) {
        return Ok(());
    }
    Err(ApiError::new("InvalidParameterValue.CoverType", "`CoverData` is not a GIF, JPEG or PNG picture in Base64."))
}

/// Deletes a media, or the named parts of it.
pub(super) fn delete(call: &Call<'_>) -> Outcome {
    let media = existing(call, call.params.text("FileId").unwrap_or_default())?;
    let wanted = call.params.objects("DeleteParts").unwrap_or_default();
    let part = |params: &Params| (params.text("Type").unwrap_or_default().to_owned(), params.int("Definition").unwrap_or(0));
    let wanted: Vec<(String, i64)> = wanted.iter().map(part).collect();
    let parts: Vec<Part<'_>> = wanted.iter().map(|(kind, definition)| Part { kind, definition: *definition }).collect();
    call.cloud.delete_media(call.application, &media, &parts);
    Ok(json!({}))
}
