//! PullEvent and ConfirmEvent: the same events as those of API 3.0, in their older shape.

use serde::Serialize;
use serde_json::{Value, json};

use super::error::ApiError;
use super::{Call, Outcome, success};
use crate::sim::account::Media;
use crate::sim::state::{Event, UnknownHandle};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pulled {
    event_list: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    msg_handle: String,
    event_content: Content,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    version: &'static str,
    event_type: &'static str,
    data: Value,
}

/// Gives events out. An empty poll answers an empty list: what it answers is not documented.
pub(super) fn pull(call: &Call<'_>) -> Outcome {
    call.cloud.settle();
    let events = call.cloud.state.pull_events(call.application.sub_app_id, call.cloud.now());
    let item =
        |(msg_handle, event): (String, Event)| content(call, event).map(|event_content| Item { msg_handle, event_content });
    success(Pulled { event_list: events.into_iter().filter_map(item).collect() }, true)
}

/// Takes the events of `msgHandle.1`, `msgHandle.2`, … away.
pub(super) fn confirm(call: &Call<'_>) -> Outcome {
    let handles: Vec<&str> =
        call.form.0.iter().filter(|(name, _)| name.starts_with("msgHandle.")).map(|(_, value)| value.as_str()).collect();
    if handles.is_empty() {
        return Err(ApiError::common(4000, "the parameter msgHandle.1 is missing"));
    }
    let confirmed = call.cloud.state.confirm_events(call.application.sub_app_id, &handles, call.cloud.now());
    confirmed.map_err(|UnknownHandle(handle)| ApiError::module(1000, format!("msgHandle {handle:?} is unknown or too old")))?;
    success(json!({}), true)
}

/// Events that only API 3.0 knows are given out there alone.
fn content(call: &Call<'_>, event: Event) -> Option<Content> {
    let (event_type, data) = match event {
        Event::Uploaded(media) => ("NewFileUpload", upload(call, &media)),
        Event::Deleted { file_id, .. } => ("FileDeleted", json!({"status": 0, "message": "", "fileId": file_id})),
        Event::Restored { .. } | Event::Attributes(_) => return None,
    };
    Some(Content { version: "4.0", event_type, data })
}

fn upload(call: &Call<'_>, media: &Media) -> Value {
    let mut data = json!({
        "status": 0,
        "message": "",
        "fileId": media.file_id,
        "fileUrl": media.url(call.cloud.account.app_id, call.application, 0, &media.container),
        "duration": media.duration_ms / 1000,
        "fileSize": media.size,
        "width": media.width,
        "height": media.height,
        "bitrate": media.bitrate,
        "sourceType": if media.source == "Record" { "Record" } else { "ServerUpload" },
    });
    if let Some(live) = &media.live {
        data["streamId"] = Value::from(live.stream.as_str());
        data["sourceContext"] = Value::from(format!("rtmp://{}/{}/{}", live.domain, live.path, live.stream));
    }
    data
}
