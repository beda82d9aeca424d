//! The legacy API (v2) at `/v2/index.php`.
//!
//! Shapes follow captured bodies where there are any (fact: the tables of the documents say otherwise), and each
//! call keeps its own spelling and types.

mod auth;
mod error;
mod events;
mod media;
mod video_info;

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use self::error::ApiError;
use super::account::Application;
use super::auth::Form;
use super::cloud::Cloud;
use super::faults::Fault;
use super::server::Incoming;

/// Where it answers.
pub(super) const PATH: &str = "/v2/index.php";
/// Requests per minute and action.
const PER_MINUTE: u32 = 100;
/// The same for events.
const EVENTS_PER_MINUTE: u32 = 1000;

/// What answers a call.
type Run = fn(&Call<'_>) -> Outcome;

/// Every call, with its limit.
const ACTIONS: [(&str, u32, Run); 7] = [
    ("DescribeVodPlayInfo", PER_MINUTE, media::by_name),
    ("DescribeRecordPlayInfo", PER_MINUTE, media::by_vid),
    ("DescribeVodPlayUrls", PER_MINUTE, media::play_urls),
    ("DescribeVodInfo", PER_MINUTE, media::vod_info),
    ("GetVideoInfo", PER_MINUTE, video_info::get),
    ("PullEvent", EVENTS_PER_MINUTE, events::pull),
    ("ConfirmEvent", EVENTS_PER_MINUTE, events::confirm),
];

/// Whether there is such a call.
pub(super) fn is_known(action: &str) -> bool {
    ACTIONS.iter().any(|(name, ..)| *name == action)
}

/// A request whose signature holds.
struct Call<'a> {
    cloud: &'a Cloud,
    /// The default application: whether the legacy API honours `SubAppId` is not documented.
    application: &'a Application,
    form: Form,
}

type Outcome = Result<Value, ApiError>;

/// Answers a request.
pub(super) fn answer(cloud: &Cloud, request: &Incoming, fault: Option<Fault>) -> String {
    let action = Action::of(request);
    match serve(cloud, request, &action, fault) {
        // The capture of this one call writes slashes as an old PHP does; slashes occur only inside of texts.
        Ok(body) if action.name == "DescribeVodPlayUrls" => body.to_string().replace('/', "\\/"),
        Ok(body) => body.to_string(),
        Err(error) => error.body(cloud.switches.legacy_module_errors).to_string(),
    }
}

/// The call that a request names.
struct Action {
    name: String,
    form: Form,
}

impl Action {
    /// GET takes everything from the query, POST everything from the body; the other is ignored.
    fn of(request: &Incoming) -> Self {
        let form = Form::decode(if request.method == "GET" { request.query.as_bytes() } else { &request.body });
        Self { name: form.get("Action").unwrap_or_default().to_owned(), form }
    }
}

fn serve(cloud: &Cloud, request: &Incoming, action: &Action, fault: Option<Fault>) -> Outcome {
    auth::verify(cloud, request, &action.form)?;
    let Some((_, per_minute, run)) = ACTIONS.iter().find(|(name, ..)| *name == action.name) else {
        return Err(ApiError::common(6100, format!("the action {:?} is not supported", action.name)));
    };
    let secret_id = action.form.get("SecretId").unwrap_or_default();
    let admitted = cloud.admits(request, secret_id, &action.name, *per_minute, Duration::from_secs(60));
    if fault == Some(Fault::Throttle) || !admitted {
        return Err(ApiError::common(4400, format!("more than {per_minute} requests per minute for {}", action.name)));
    }
    if fault == Some(Fault::Internal) {
        return Err(ApiError::common(6000, "internal server error, retry later"));
    }
    let application = cloud.account.application(None).ok_or_else(|| ApiError::common(6000, "the account has no application"))?;
    if cloud.faults.denies(&action.name, Some(application.sub_app_id)) {
        return Err(ApiError::common(4102, format!("not authorised for {}", action.name)));
    }
    run(&Call { cloud, application, form: Form(action.form.0.clone()) })
}

impl Call<'_> {
    /// A parameter that must be there.
    fn required(&self, name: &str) -> Result<&str, ApiError> {
        match self.form.get(name) {
            None | Some("") => Err(ApiError::common(4000, format!("the parameter {name} is missing"))),
            Some(text) => Ok(text),
        }
    }

    /// A number, or what it is when absent.
    fn number(&self, name: &str, absent: u64) -> Result<u64, ApiError> {
        match self.form.get(name) {
            None | Some("") => Ok(absent),
            Some(text) => text.parse().map_err(|_| ApiError::module(1000, format!("the parameter {name} is not a number"))),
        }
    }
}

/// A good answer: `code` 0, `message` empty, and `codeDesc` where captures show it.
fn success(members: impl Serialize, code_desc: bool) -> Outcome {
    let mut body = serde_json::to_value(members).map_err(|error| ApiError::common(6000, error.to_string()))?;
    body["code"] = json!(0);
    body["message"] = json!("");
    if code_desc {
        body["codeDesc"] = json!("Success");
    }
    Ok(body)
}
