//! DescribeEventConfig and ModifyEventConfig.

use serde::Serialize;
use serde_json::json;

use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, members};
use crate::sim::words::EVENT_MODES;

const SWITCH: [&str; 2] = ["ON", "OFF"];

/// Request parameters.
pub(super) const MODIFY: &[Field] = &[
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("Mode", Kind::Choice(&EVENT_MODES)),
    Field::optional("NotificationUrl", Kind::Text(1024)),
    Field::optional("UploadMediaCompleteEventSwitch", Kind::Choice(&SWITCH)),
    Field::optional("DeleteMediaCompleteEventSwitch", Kind::Choice(&SWITCH)),
    Field::optional("PersistenceCompleteEventSwitch", Kind::Choice(&SWITCH)),
    Field::optional("SignKey", Kind::Text(32)),
];

/// The key under which callbacks would be signed is never told.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    mode: String,
    notification_url: String,
    upload_media_complete_event_switch: String,
    delete_media_complete_event_switch: String,
    persistence_complete_event_switch: String,
}

/// Tells where events go.
pub(super) fn describe(call: &Call<'_>) -> Outcome {
    let events = call.cloud.events().get(&call.application.sub_app_id).cloned().unwrap_or_default();
    members(Answer {
        mode: events.mode,
        notification_url: events.notification_url,
        upload_media_complete_event_switch: events.upload_media_complete,
        delete_media_complete_event_switch: events.delete_media_complete,
        persistence_complete_event_switch: events.persistence_complete,
    })
}

/// Changes what the request names and leaves the rest; a refused request changes nothing.
pub(super) fn modify(call: &Call<'_>) -> Outcome {
    let url = call.params.text("NotificationUrl");
    if let Some(url) = url.filter(|url| !url.is_empty()) {
        let web = |url: &url::Url| ["http", "https"].contains(&url.scheme()) && url.has_host();
        if !url::Url::parse(url).is_ok_and(|url| web(&url)) {
            return Err(ApiError::value("NotificationUrl", format!("{url:?} is not an http or https URL")));
        }
    }
    if call.params.text("SignKey").is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return Err(ApiError::value("SignKey", "only letters and digits are allowed"));
    }
    let mut all = call.cloud.events();
    let events = all.entry(call.application.sub_app_id).or_default();
    let set = |member: &mut String, name: &str| {
        if let Some(text) = call.params.text(name) {
            text.clone_into(member);
        }
    };
    set(&mut events.mode, "Mode");
    // Present and empty clears it.
    set(&mut events.notification_url, "NotificationUrl");
    set(&mut events.upload_media_complete, "UploadMediaCompleteEventSwitch");
    set(&mut events.delete_media_complete, "DeleteMediaCompleteEventSwitch");
    set(&mut events.persistence_complete, "PersistenceCompleteEventSwitch");
    Ok(json!({}))
}
