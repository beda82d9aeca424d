//! DescribeEventConfig, ModifyEventConfig, PullEvents, ConfirmEvents and DescribeEventsState.

use serde::Serialize;
use serde_json::{Value, json};

use super::event_content::content;
use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, members};
use crate::sim::state::UnknownHandle;
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

/// Request parameters.
pub(super) const PULL: &[Field] = &[Field::optional("ExtInfo", Kind::Text(1000)), Field::optional("SubAppId", Kind::Uint)];
/// Request parameters.
pub(super) const CONFIRM: &[Field] = &[
    Field::required("EventHandles", Kind::Texts(16, 1000)),
    Field::optional("ExtInfo", Kind::Text(1000)),
    Field::optional("SubAppId", Kind::Uint),
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

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pulled {
    event_set: Vec<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Waiting {
    count_of_events_to_pull: u64,
}

/// Gives events out. Nothing is held back until one comes: the documented wait is at most 5 s, and may be none.
pub(super) fn pull(call: &Call<'_>) -> Outcome {
    call.cloud.settle();
    let events = call.cloud.state.pull_events(call.application.sub_app_id, call.cloud.now());
    members(Pulled { event_set: events.into_iter().map(|(handle, event)| content(call, &handle, event)).collect() })
}

/// Takes events away; a handle that is too old is refused, and with it all others of the request.
pub(super) fn confirm(call: &Call<'_>) -> Outcome {
    let handles = call.params.texts("EventHandles").ok_or_else(|| ApiError::value("EventHandles", "it is empty"))?;
    let confirmed = call.cloud.state.confirm_events(call.application.sub_app_id, &handles, call.cloud.now());
    confirmed.map_err(|UnknownHandle(handle)| {
        ApiError::value("EventHandles", format!("{handle:?} is unknown, or was pulled more than 30 s ago"))
    })?;
    Ok(json!({}))
}

/// Tells how many events wait.
pub(super) fn state(call: &Call<'_>) -> Outcome {
    call.cloud.settle();
    let waiting = call.cloud.state.waiting_events(call.application.sub_app_id, call.cloud.now());
    members(Waiting { count_of_events_to_pull: waiting })
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
    // What happened until now was under the old settings.
    call.cloud.settle();
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
