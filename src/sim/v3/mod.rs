//! API 3.0: VOD 2018-07-17, billing 2018-07-09 and STS 2018-08-13, at `/`.

mod aigc;
mod apps;
mod auth;
mod bill;
mod cdn_logs;
mod delivery;
mod error;
mod event_content;
mod events;
mod files;
mod large;
mod manage;
mod media;
mod media_answer;
mod media_forms;
mod params;
pub(super) mod play_stats;
mod prepaid;
mod process;
mod storage;
mod storage_class;
mod sts;
mod tasks;
mod traffic;
mod window;

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use self::error::ApiError;
use self::params::{Field, Params};
use super::account::Application;
use super::cloud::Cloud;
use super::faults::{self, Fault};
use super::server::Incoming;
use super::switches::SubAppIdRule;

const VOD: &str = "2018-07-17";
const BILLING: &str = "2018-07-09";
const STS: &str = "2018-08-13";
/// Requests per second where the reference names no limit: the usual default.
const USUAL: u32 = 20;

/// One action of the API.
struct Action {
    name: &'static str,
    version: &'static str,
    /// Requests per second and key pair.
    per_second: u32,
    fields: &'static [Field],
    run: fn(&Call<'_>) -> Outcome,
}

type Outcome = Result<Value, ApiError>;

/// A request that has been checked.
struct Call<'a> {
    cloud: &'a Cloud,
    application: &'a Application,
    params: Params,
}

const fn vod(name: &'static str, per_second: u32, fields: &'static [Field], run: fn(&Call<'_>) -> Outcome) -> Action {
    Action { name, version: VOD, per_second, fields, run }
}

const fn bill(name: &'static str, per_second: u32, fields: &'static [Field], run: fn(&Call<'_>) -> Outcome) -> Action {
    Action { name, version: BILLING, per_second, fields, run }
}

const fn sts(name: &'static str, fields: &'static [Field], run: fn(&Call<'_>) -> Outcome) -> Action {
    Action { name, version: STS, per_second: USUAL, fields, run }
}

/// Every action that is answered, with its limit (api reference, 2026).
const ACTIONS: &[Action] = &[
    vod("SearchMedia", USUAL, media::SEARCH, media::search),
    vod("DescribeMediaInfos", 100, media::INFOS, media::infos),
    vod("ListFiles", USUAL, files::LIST, files::list),
    vod("ModifyMediaInfo", USUAL, manage::MODIFY, manage::modify),
    vod("DeleteMedia", 100, manage::DELETE, manage::delete),
    vod("ModifyMediaStorageClass", USUAL, storage_class::MODIFY, storage_class::modify),
    vod("RestoreMedia", USUAL, storage_class::RESTORE, storage_class::restore),
    vod("DescribeFileAttributes", 20, tasks::ATTRIBUTES, tasks::file_attributes),
    vod("DescribeTaskDetail", USUAL, tasks::DETAIL, tasks::detail),
    vod("DescribeStorageData", 20, apps::SUB_APP_ID_ONLY, storage::data),
    vod("DescribeStorageDetails", 100, storage::DETAILS, storage::details),
    vod("DescribeStorageRegions", 20, apps::SUB_APP_ID_ONLY, storage::regions),
    vod("DescribeCDNUsageData", 100, traffic::USAGE, traffic::usage),
    vod("DescribeCDNStatDetails", 20, traffic::STAT, traffic::stat),
    vod("DescribeCdnLogs", 20, cdn_logs::LOGS, cdn_logs::list),
    vod("DescribeDailyPlayStatFileList", 20, play_stats::FILE_LIST, play_stats::file_list),
    vod("DescribeDailyMostPlayedStat", 20, play_stats::MOST, play_stats::most_played),
    vod("DescribeDailyMediaPlayStat", USUAL, play_stats::DAILY, play_stats::daily),
    vod("DescribeMediaPlayStatDetails", 20, play_stats::DETAILS, play_stats::details),
    vod("DescribeMediaProcessUsageData", 20, process::USAGE, process::usage),
    vod("DescribeReviewDetails", 20, process::REVIEW, process::review),
    vod("DescribeImageReviewUsageData", 20, process::IMAGE_REVIEW, process::image_review),
    vod("DescribeLicenseUsageData", USUAL, process::LICENSE, process::license),
    vod("DescribeClientUploadAccelerationUsageData", 20, process::ACCELERATION, process::acceleration),
    vod("DescribeAigcUsageData", USUAL, aigc::USAGE, aigc::usage),
    vod("DescribeSubAppIds", 100, apps::LIST, apps::list),
    vod("DescribeVodDomains", 20, delivery::DOMAINS, delivery::domains),
    vod("DescribeDefaultDistributionConfig", USUAL, apps::SUB_APP_ID_ONLY, delivery::default_distribution),
    vod("DescribePrepaidProducts", USUAL, &[], prepaid::prepaid_products),
    vod("DescribeEventConfig", 100, apps::SUB_APP_ID_ONLY, events::describe),
    vod("ModifyEventConfig", 20, events::MODIFY, events::modify),
    vod("PullEvents", 100, events::PULL, events::pull),
    vod("ConfirmEvents", 100, events::CONFIRM, events::confirm),
    vod("DescribeEventsState", USUAL, apps::SUB_APP_ID_ONLY, events::state),
    bill("DescribeAccountBalance", 20, bill::BALANCE, bill::account_balance),
    bill("DescribeBillSummaryByProduct", 20, bill::SUMMARY, bill::by_product),
    bill("DescribeBillSummaryForOrganization", 20, bill::SUMMARY_FOR_ORGANIZATION, bill::for_organization),
    bill("DescribeBillDetail", 5, bill::DETAIL, bill::detail),
    bill("DescribeBillDetailForOrganization", 20, bill::DETAIL_FOR_ORGANIZATION, bill::detail_for_organization),
    bill("DescribeBillResourceSummary", 5, bill::RESOURCE, bill::resource),
    bill("DescribeBillResourceSummaryForOrganization", 20, bill::RESOURCE_FOR_ORGANIZATION, bill::resource_for_organization),
    bill("DescribeBillDownloadUrl", 20, bill::DOWNLOAD, bill::download_url),
    bill("DescribeBillAdjustInfo", 20, bill::ADJUST, bill::adjustments),
    bill("DescribeDealsByCond", 20, bill::DEALS, bill::deals),
    bill("DescribeVoucherInfo", 20, bill::VOUCHERS, bill::vouchers),
    sts("AssumeRole", sts::ASSUME_ROLE, sts::assume_role),
    sts("AssumeRoleWithWebIdentity", sts::WEB_IDENTITY, sts::assume_role_with_web_identity),
];

/// Answers a request; the fault is the one that shows inside the envelope.
pub(super) fn answer(cloud: &Cloud, request: &Incoming, fault: Option<Fault>) -> String {
    let request_id = cloud.request_id();
    match serve(cloud, request, fault) {
        Ok(Members::Tree(mut members)) => {
            members["RequestId"] = Value::from(request_id);
            json!({ "Response": members }).to_string()
        }
        Ok(Members::Text(mut text)) => {
            text.push_str(",\"RequestId\":\"");
            text.push_str(&request_id);
            text.push_str("\"}}");
            text
        }
        Err(error) => error.body(&request_id).to_string(),
    }
}

/// The members of an answer, without the request id.
enum Members {
    /// As a tree.
    Tree(Value),
    /// As the text of the answer, to be ended by the request id.
    Text(String),
}

/// Whether an action lists what comes and goes page by page; nothing for an action that is not known.
///
/// Lists of bills have pages too, but their rows stay where they are.
pub(super) fn paging(version: &str, action: &str) -> Option<bool> {
    let action = ACTIONS.iter().find(|known| known.name == action && known.version == version)?;
    Some(version == VOD && action.fields.iter().any(|field| field.name == "Offset"))
}

fn serve(cloud: &Cloud, request: &Incoming, fault: Option<Fault>) -> Result<Members, ApiError> {
    let verified = auth::verify(cloud, request)?;
    if !ACTIONS.iter().any(|action| action.version == verified.version) {
        return Err(ApiError::new("NoSuchVersion", format!("The version {:?} does not exist.", verified.version)));
    }
    let is_it = |action: &&Action| action.name == verified.action && action.version == verified.version;
    let action = ACTIONS.iter().find(is_it).ok_or_else(|| {
        ApiError::new(
            "InvalidAction",
            format!("The action {:?} does not exist in version {}.", verified.action, verified.version),
        )
    })?;
    let admitted = cloud.admits(request, &verified.secret_id, action.name, action.per_second, Duration::from_secs(1));
    if fault == Some(Fault::Throttle) || !admitted {
        let message = format!("More than {} requests per second for {}; send fewer.", action.per_second, action.name);
        return Err(ApiError::new("RequestLimitExceeded", message));
    }
    if fault == Some(Fault::Internal) {
        return Err(ApiError::new("InternalError", "An internal error has occurred. Retry your request."));
    }
    // Who may not ask learns nothing about how to ask.
    check_permission(cloud, action, verified.arguments.sub_app_id())?;
    let mut params = Params::check(verified.arguments.object(action.fields)?, action.fields)?;
    let application = application(cloud, action, &params)?;
    let offset = params.uint("Offset").unwrap_or(0);
    if offset > 0 {
        params.set_uint("Offset", faults::disturb(fault, offset, params.uint("Limit").unwrap_or(0)));
    }
    let call = Call { cloud, application, params };
    let repeats = fault == Some(Fault::Duplicate) && offset == 0;
    match (&application.large, action.name) {
        (Some(large), "SearchMedia") => large::search(&call, large, repeats).map(Members::Text),
        (Some(large), "DescribeMediaInfos") => large::infos(&call, large).map(Members::Text),
        _ => {
            let mut members = (action.run)(&call)?;
            if repeats {
                faults::repeat_first(&mut members);
            }
            Ok(Members::Tree(members))
        }
    }
}

impl Action {
    /// Whether it is asked for an application.
    fn takes_application(&self) -> bool {
        self.fields.iter().any(|field| field.name == "SubAppId")
    }

    /// The service by which access management knows it.
    fn service(&self) -> &'static str {
        match self.version {
            BILLING => "finance",
            STS => "sts",
            _ => "vod",
        }
    }
}

/// Refuses what the account's keys may not do. `asked` is the application as it was sent, not checked yet.
fn check_permission(cloud: &Cloud, action: &Action, asked: Option<u64>) -> Result<(), ApiError> {
    let default = || cloud.account.application(None).map(|application| application.sub_app_id);
    let sub_app_id = action.takes_application().then(|| asked.or_else(default)).flatten();
    if !cloud.faults.denies(action.name, sub_app_id) {
        return Ok(());
    }
    let resource = match sub_app_id {
        Some(id) => format!("qcs::vod::uin/{}:subAppId/{id}", cloud.account.uin),
        None => "*".to_owned(),
    };
    let message = format!(
        "you are not authorized to perform operation ({}:{}) resource ({resource}) has no permission",
        action.service(),
        action.name
    );
    Err(ApiError::new("UnauthorizedOperation", message))
}

fn application<'a>(cloud: &'a Cloud, action: &Action, params: &Params) -> Result<&'a Application, ApiError> {
    let asked = params.uint("SubAppId");
    if action.takes_application() && asked.is_none() && cloud.switches.sub_app_id == SubAppIdRule::Required {
        return Err(ApiError::new("MissingParameter", "The request lacks the parameter `SubAppId`."));
    }
    cloud.account.application(asked).ok_or_else(|| {
        ApiError::value(
            "SubAppId",
            format!("the account has no application {}", asked.map(|id| id.to_string()).unwrap_or_default()),
        )
    })
}

/// Turns an answer structure into JSON.
fn members(answer: impl Serialize) -> Outcome {
    serde_json::to_value(answer).map_err(|error| ApiError::new("InternalError", error.to_string()))
}

/// A time as answers print it where the request has no say: UTC.
fn utc(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
