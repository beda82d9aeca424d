//! DescribeAigcUsageData: what was generated, by specification and day, and single requests for text.

use chrono::TimeDelta;
use serde::Serialize;

use super::params::{Field, Kind};
use super::window::{Step, Window};
use super::{ApiError, Call, Outcome, members, utc};
use crate::model::BillingDay;
use crate::sim::account::{Aigc, AigcText};
use crate::sim::words::AIGC_TYPES;

/// The largest page; a larger one is cut to it.
const PAGE: u64 = 200;

/// Request parameters.
pub(super) const USAGE: &[Field] = &[
    Field::required("StartTime", Kind::Time),
    Field::required("EndTime", Kind::Time),
    Field::required("AigcType", Kind::Choice(&AIGC_TYPES)),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("APIKey", Kind::Text(256)),
    Field::optional("APIKeys", Kind::Texts(100, 256)),
    Field::optional("ScrollToken", Kind::Text(256)),
    Field::optional("PageSize", Kind::Uint),
    Field::optional("ReqId", Kind::Text(256)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    aigc_usage_data_set: Vec<UsageItem>,
    aigc_text_details: Option<TextDetail>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UsageItem {
    specification: String,
    data_set: Vec<DataItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DataItem {
    time: String,
    count: u64,
    usage: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TextDetail {
    page_size: u64,
    scroll_token: String,
    data: Vec<TextItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TextItem {
    timestamp: String,
    req_id: String,
    chat_id: String,
    status_code: u64,
    model: String,
    sub_app_id: u64,
    api_key: String,
    stream: bool,
    input_tokens: i64,
    output_tokens: i64,
    cache_input_tokens: i64,
    total_tokens: i64,
    #[serde(rename = "TPS")]
    tps: f64,
    #[serde(rename = "TTFT")]
    ttft: f64,
    total: f64,
    api_type: &'static str,
}

/// Usage by specification, or the requests themselves.
pub(super) fn usage(call: &Call<'_>) -> Outcome {
    let window = Window::of(call, true)?;
    let kind = call.params.text("AigcType").unwrap_or_default();
    if kind == "TextDetail" {
        let details = details(call, &window)?;
        return members(Answer { aigc_usage_data_set: Vec::new(), aigc_text_details: Some(details) });
    }
    let matching = call.application.aigc.iter().filter(|aigc| aigc.kind == kind);
    let aigc_usage_data_set = matching
        .map(|aigc| UsageItem { specification: aigc.specification.clone(), data_set: rows(call, &window, aigc) })
        .collect();
    members(Answer { aigc_usage_data_set, aigc_text_details: None })
}

/// Rows by day for more than a day, else by 5-minute point: what was made on a day is told at its first point.
fn rows(call: &Call<'_>, window: &Window, aigc: &Aigc) -> Vec<DataItem> {
    let step = if window.span() > TimeDelta::days(1) { Step::Day } else { Step::Points(1) };
    let buckets = window.buckets(step, call.cloud.switches.end_day).into_iter().filter(|bucket| bucket.start < call.cloud.now());
    let rows = buckets.map(|bucket| {
        let day = BillingDay::of(bucket.start);
        let done = aigc.days.get(&day).copied().filter(|_| bucket.start == day.start()).unwrap_or_default();
        DataItem { time: window.print(bucket.start), count: done.count, usage: done.usage }
    });
    let zeroes = call.cloud.switches.empty_buckets == crate::sim::EmptyBuckets::Zero;
    rows.filter(|row| zeroes || row.count > 0 || row.usage > 0).collect()
}

/// One page of requests; the token is the number of the next one.
fn details(call: &Call<'_>, window: &Window) -> Result<TextDetail, ApiError> {
    let page_size = call.params.uint("PageSize").unwrap_or(PAGE).clamp(1, PAGE);
    let start: usize = match call.params.text("ScrollToken").filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => token.parse().map_err(|_| ApiError::value("ScrollToken", format!("{token:?} is not one of ours")))?,
    };
    let keys: Option<Vec<&str>> = match call.params.text("APIKey") {
        Some(key) => Some(vec![key]),
        None => call.params.texts("APIKeys"),
    };
    let request = call.params.text("ReqId").filter(|id| !id.is_empty());
    let wanted = |text: &&AigcText| {
        window.start <= text.at
            && text.at < window.end
            && text.at <= call.cloud.now()
            && keys.as_ref().is_none_or(|keys| keys.contains(&text.api_key.as_str()))
            && request.is_none_or(|request| request == text.request)
    };
    let mut found: Vec<&AigcText> = call.application.aigc_text.iter().filter(wanted).collect();
    found.sort_by_key(|text| (text.at, &text.request));
    let size = usize::try_from(page_size).unwrap_or(1);
    let end = start.saturating_add(size);
    let scroll_token = if end < found.len() { end.to_string() } else { String::new() };
    let item = |text: &&AigcText| TextItem {
        timestamp: utc(text.at),
        req_id: text.request.clone(),
        chat_id: format!("chat-{}", text.request),
        status_code: 200,
        model: text.model.clone(),
        sub_app_id: call.application.sub_app_id,
        api_key: text.api_key.clone(),
        stream: false,
        input_tokens: text.input,
        output_tokens: text.output,
        cache_input_tokens: text.cached,
        total_tokens: text.input + text.output,
        tps: 40.0,
        ttft: 0.5,
        total: 2.5,
        api_type: "chat",
    };
    Ok(TextDetail { page_size, scroll_token, data: found.iter().skip(start).take(size).map(item).collect() })
}
