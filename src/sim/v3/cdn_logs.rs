//! DescribeCdnLogs: links to the access logs of a domain, one file an hour.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::apps::page;
use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, members};
use crate::model::time::BILLING_OFFSET;
use crate::sim::files::{self, LogHour};
use crate::sim::switches::CdnLogPaging;

/// The largest page.
const LARGEST: u64 = 1000;
/// How far back logs reach.
const REACH: TimeDelta = TimeDelta::days(30);

/// Request parameters.
pub(super) const LOGS: &[Field] = &[
    Field::required("DomainName", Kind::Text(255)),
    Field::required("StartTime", Kind::Time),
    Field::required("EndTime", Kind::Time),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("Limit", Kind::Uint),
    Field::optional("Offset", Kind::Uint),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    total_count: usize,
    oversea_cdn_logs: Vec<LogInfo>,
    domestic_cdn_logs: Vec<LogInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LogInfo {
    date: String,
    name: String,
    url: String,
    start_time: String,
    end_time: String,
}

/// The hours of the window that have files.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    let domain = call.params.text("DomainName").unwrap_or_default();
    let (Some(start), Some(end)) = (call.params.time("StartTime"), call.params.time("EndTime")) else {
        return Err(ApiError::new("MissingParameter", "The request lacks a time range."));
    };
    check(call, start, end)?;
    let Some(domain) = call.application.domains.iter().find(|known| known.name == domain) else {
        return Err(ApiError::new("InvalidParameterValue.DomainName", format!("The application has no domain {domain:?}.")));
    };
    let hours = |oversea| files::log_hours(call.cloud, call.application, domain, start, end, oversea);
    let (domestic, oversea) = (hours(false), hours(true));
    let (offset, limit) = (call.params.uint("Offset"), call.params.uint("Limit").unwrap_or(100));
    let total_count = domestic.len() + oversea.len();
    let info = |hour: &LogHour| info(call, hour);
    let (domestic, oversea): (Vec<LogInfo>, Vec<LogInfo>) = match call.cloud.switches.cdn_log_paging {
        CdnLogPaging::Each => {
            let shown = |hours: &[LogHour]| page(hours, offset, limit).iter().map(info).collect();
            (shown(&domestic), shown(&oversea))
        }
        CdnLogPaging::Together => {
            let all: Vec<LogHour> = domestic.into_iter().chain(oversea).collect();
            let (oversea, domestic): (Vec<&LogHour>, Vec<&LogHour>) =
                page(&all, offset, limit).iter().partition(|hour| hour.oversea);
            (domestic.into_iter().map(info).collect(), oversea.into_iter().map(info).collect())
        }
    };
    members(Answer { total_count, oversea_cdn_logs: oversea, domestic_cdn_logs: domestic })
}

fn check(call: &Call<'_>, start: DateTime<Utc>, end: DateTime<Utc>) -> Result<(), ApiError> {
    if end <= start {
        return Err(ApiError::value("EndTime", "it must be later than StartTime"));
    }
    if start < call.cloud.now() - REACH {
        return Err(ApiError::value("StartTime", "it is more than 30 days ago"));
    }
    match call.params.uint("Limit") {
        Some(limit) if limit > LARGEST => Err(ApiError::value("Limit", format!("{limit} is above {LARGEST}"))),
        _ => Ok(()),
    }
}

fn info(call: &Call<'_>, hour: &LogHour) -> LogInfo {
    let print = |time: DateTime<Utc>| time.with_timezone(&BILLING_OFFSET).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    LogInfo {
        date: hour.start.with_timezone(&BILLING_OFFSET).format("%Y-%m-%d").to_string(),
        name: hour.name(),
        url: files::log_url(call.cloud, call.application, hour),
        start_time: print(hour.start),
        end_time: print(hour.start + TimeDelta::seconds(3599)),
    }
}
