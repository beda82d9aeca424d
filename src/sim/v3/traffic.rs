//! DescribeCDNUsageData and DescribeCDNStatDetails.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::params::{Field, Kind};
use super::window::{Bucket, StatDataItem, Step, Window};
use super::{ApiError, Call, Outcome, members};
use crate::model::area::{MAINLAND, TRAFFIC_AREAS};
use crate::sim::account::Traffic;
use crate::sim::points::{self, POINT_SECONDS, delay};
use crate::sim::words::{DISTRICTS, ISPS, METRICS};

/// Request parameters.
pub(super) const USAGE: &[Field] = &[
    Field::required("StartTime", Kind::Time),
    Field::required("EndTime", Kind::Time),
    Field::required("DataType", Kind::Choice(&["Flux", "Bandwidth"])),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("DataInterval", Kind::Uint),
    Field::optional("DomainNames", Kind::Texts(20, 255)),
];

/// Request parameters.
pub(super) const STAT: &[Field] = &[
    Field::required("Metric", Kind::Choice(&METRICS)),
    Field::required("StartTime", Kind::Time),
    Field::required("EndTime", Kind::Time),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("DomainNames", Kind::Texts(20, 255)),
    Field::optional("Area", Kind::Choice(&TRAFFIC_AREAS)),
    Field::optional("Districts", Kind::Choices(&DISTRICTS)),
    Field::optional("Isps", Kind::Choices(&ISPS)),
    Field::optional("DataInterval", Kind::Uint),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    data_interval: u64,
    data: Vec<StatDataItem>,
}

/// What was delivered everywhere: bytes, or the highest bandwidth of each row.
pub(super) fn usage(call: &Call<'_>) -> Outcome {
    let window = Window::of(call, false)?;
    let data_interval = call.params.uint("DataInterval").unwrap_or(1440);
    let step = step(data_interval, &[5, 60, 1440])?;
    let series = series(call);
    let metric = if call.params.text("DataType") == Some("Flux") { "Traffic" } else { "Bandwidth" };
    rows(call, &window, step, data_interval, metric, &series)
}

/// What was delivered into one area.
pub(super) fn stat(call: &Call<'_>) -> Outcome {
    let window = Window::of(call, false)?;
    let long = window.span() > TimeDelta::hours(24);
    let data_interval = call.params.uint("DataInterval").unwrap_or(if long { 1440 } else { 5 });
    let step = step(data_interval, if long { &[1440] } else { &[5, 1440] })?;
    let area = call.params.text("Area").unwrap_or(MAINLAND);
    // Provinces and providers narrow down the mainland only; elsewhere they are ignored.
    let narrow = |name: &str, text: &str| area != MAINLAND || call.params.texts(name).is_none_or(|wanted| wanted.contains(&text));
    let mut series = series(call);
    series.retain(|traffic| traffic.area == area && narrow("Districts", &traffic.district) && narrow("Isps", &traffic.isp));
    let metric = call.params.text("Metric").unwrap_or_default();
    rows(call, &window, step, data_interval, metric, &series)
}

fn step(data_interval: u64, allowed: &[u64]) -> Result<Step, ApiError> {
    match data_interval {
        _ if !allowed.contains(&data_interval) => {
            let allowed: Vec<String> = allowed.iter().map(u64::to_string).collect();
            Err(ApiError::value("DataInterval", format!("{data_interval} is none of {} for this time range", allowed.join(", "))))
        }
        5 => Ok(Step::Points(1)),
        60 => Ok(Step::Points(12)),
        _ => Ok(Step::Day),
    }
}

/// What the application's own domains delivered. Those of EdgeOne are not reported here.
fn series<'a>(call: &Call<'a>) -> Vec<&'a Traffic> {
    let domains = call.params.texts("DomainNames");
    let reported = |name: &str| call.application.domains.iter().any(|domain| domain.name == name && domain.kind == "VOD");
    let wanted = |traffic: &&Traffic| {
        reported(&traffic.domain) && domains.as_ref().is_none_or(|domains| domains.contains(&traffic.domain.as_str()))
    };
    call.application.traffic.iter().filter(wanted).collect()
}

fn rows(call: &Call<'_>, window: &Window, step: Step, data_interval: u64, metric: &str, series: &[&Traffic]) -> Outcome {
    let seen_until = call.cloud.now() - delay::TRAFFIC;
    let told = |point, value| call.cloud.told(call.application, "traffic", point, value);
    // What is told about each series adds up to what is told about all of them.
    let bytes = |point| series.iter().map(|traffic| told(point, points::value(&traffic.bytes, point))).sum::<u64>();
    let requests = |point| series.iter().map(|traffic| told(point, requests(traffic, point))).sum::<u64>();
    let data = window.rows(call, step, seen_until, |bucket: Bucket| {
        let points = bucket.points(seen_until);
        match metric {
            "Traffic" => points.map(bytes).sum(),
            // Bandwidth belongs to the sum over domains: add first, then take the highest point.
            "Bandwidth" => points.map(|point| bits_per_second(bytes(point))).max().unwrap_or(0),
            "Requests" => points.map(requests).sum(),
            // Nobody of the simulated visitors speaks QUIC.
            "QUICRequests" => 0,
            // Distinct addresses are made up: a quarter of the requests.
            _ => points.map(requests).sum::<u64>() / 4,
        }
    });
    members(Answer { data_interval, data })
}

fn bits_per_second(bytes: u64) -> u64 {
    u64::try_from(u128::from(bytes) * 8 / u128::from(POINT_SECONDS)).unwrap_or(u64::MAX)
}

fn requests(traffic: &Traffic, point: DateTime<Utc>) -> u64 {
    points::value(&traffic.bytes, point) / traffic.bytes_per_request
}
