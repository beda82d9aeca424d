//! What media processing and its neighbours used: DescribeMediaProcessUsageData, DescribeReviewDetails,
//! DescribeImageReviewUsageData, DescribeLicenseUsageData, DescribeClientUploadAccelerationUsageData.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::Serialize;

use super::params::{Field, Kind};
use super::window::{Bucket, StatDataItem, Step, Window};
use super::{Call, Outcome, members};
use crate::model::BillingDay;
use crate::sim::account::{Process, ProcessDay};
use crate::sim::points;
use crate::sim::switches::EmptyBuckets;
use crate::sim::words::{PROCESS_TYPES, TRANSCODE};

/// Every type, and the aggregate one.
const TYPES: [&str; 34] = {
    let mut all = [TRANSCODE.0; 34];
    let mut index = 0;
    while index < PROCESS_TYPES.len() {
        all[index] = PROCESS_TYPES[index];
        index += 1;
    }
    all
};

const START: Field = Field::required("StartTime", Kind::Time);
const END: Field = Field::required("EndTime", Kind::Time);
const APP: Field = Field::optional("SubAppId", Kind::Uint);

/// Request parameters.
pub(super) const USAGE: &[Field] = &[START, END, APP, Field::optional("Type", Kind::Choice(&TYPES))];
/// Request parameters.
pub(super) const REVIEW: &[Field] = &[START, END, APP];
/// Request parameters.
pub(super) const IMAGE_REVIEW: &[Field] = &[START, END, APP];
/// Request parameters. The reference's own example sends `DRM`, so it is taken too.
pub(super) const LICENSE: &[Field] =
    &[START, END, APP, Field::optional("LicenseType", Kind::Choice(&["CommercialDRMLicense", "DRM"]))];
/// Request parameters.
pub(super) const ACCELERATION: &[Field] =
    &[START, END, APP, Field::optional("Type", Kind::Choice(&["AccelerationWithHTTP", "AccelerationWithQUIC"]))];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    media_process_data_set: Vec<TaskStatData>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TaskStatData {
    task_type: String,
    summary: Vec<TaskStatDataItem>,
    details: Vec<SpecificationDataItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SpecificationDataItem {
    specification: String,
    data: Vec<TaskStatDataItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TaskStatDataItem {
    time: String,
    count: u64,
    usage: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Review {
    total_count: u64,
    total_duration: u64,
    data: Vec<StatDataItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Images {
    image_review_usage_data_set: Vec<CountItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Licenses {
    license_usage_data_set: Vec<CountItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CountItem {
    time: String,
    count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Acceleration {
    client_upload_acceleration_usage_data_set: Vec<StatDataItem>,
}

/// Tasks by type, day and specification. Without `Type`, which is not documented, every type that was used.
pub(super) fn usage(call: &Call<'_>) -> Outcome {
    let window = Window::of(call, true)?;
    let types: Vec<&str> = match call.params.text("Type") {
        Some(kind) => vec![kind],
        None => {
            call.application.process.iter().map(|process| process.kind.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
        }
    };
    members(Answer { media_process_data_set: types.into_iter().map(|kind| task(call, &window, kind)).collect() })
}

fn task(call: &Call<'_>, window: &Window, kind: &str) -> TaskStatData {
    let is_kind = |known: &str| if kind == TRANSCODE.0 { TRANSCODE.1.contains(&known) } else { known == kind };
    let all: Vec<&Process> = call.application.process.iter().filter(|process| is_kind(&process.kind)).collect();
    let specifications: BTreeSet<&str> = all.iter().map(|process| process.specification.as_str()).collect();
    let of = |specification: &str| -> Vec<&Process> {
        all.iter().copied().filter(|process| process.specification == specification).collect()
    };
    TaskStatData {
        task_type: kind.to_owned(),
        summary: days(call, window, &all),
        details: specifications
            .into_iter()
            .map(|specification| SpecificationDataItem {
                specification: specification.to_owned(),
                data: days(call, window, &of(specification)),
            })
            .collect(),
    }
}

/// The days of the window that have begun.
fn days(call: &Call<'_>, window: &Window, processes: &[&Process]) -> Vec<TaskStatDataItem> {
    let switches = call.cloud.switches;
    let buckets = window.buckets(Step::Day, switches.end_day).into_iter().filter(|bucket| bucket.start < call.cloud.now());
    let rows = buckets.map(|bucket| {
        // A day's work is known when the day is over, or as of now.
        let at = (bucket.end - TimeDelta::seconds(1)).min(call.cloud.now());
        let told = |value| call.cloud.told(call.application, "process", at, value);
        let ProcessDay { count, usage } = sum(processes, bucket);
        let (count, usage) = (told(count), told(usage));
        TaskStatDataItem { time: window.print(bucket.start), count, usage }
    });
    rows.filter(|row| switches.empty_buckets == EmptyBuckets::Zero || row.count > 0 || row.usage > 0).collect()
}

fn sum(processes: &[&Process], bucket: Bucket) -> ProcessDay {
    let day = BillingDay::of(bucket.start);
    processes
        .iter()
        .filter_map(|process| process.days.get(&day))
        .fold(ProcessDay::default(), |sum, done| ProcessDay { count: sum.count + done.count, usage: sum.usage + done.usage })
}

/// Reviewed seconds by day: what media processing calls `ContentAudit`.
pub(super) fn review(call: &Call<'_>) -> Outcome {
    let window = Window::of(call, false)?;
    let audits: Vec<&Process> = call.application.process.iter().filter(|process| process.kind == "ContentAudit").collect();
    let rows = days(call, &window, &audits);
    members(Review {
        total_count: rows.iter().map(|row| row.count).sum(),
        total_duration: rows.iter().map(|row| row.usage).sum(),
        data: rows.into_iter().map(|row| StatDataItem { time: row.time, value: row.usage }).collect(),
    })
}

/// Reviewed pictures.
pub(super) fn image_review(call: &Call<'_>) -> Outcome {
    let image_review_usage_data_set = counts(daily(call, &["ImageReview"])?);
    members(Images { image_review_usage_data_set })
}

/// DRM licences.
pub(super) fn license(call: &Call<'_>) -> Outcome {
    let license_usage_data_set = counts(daily(call, &["License"])?);
    members(Licenses { license_usage_data_set })
}

/// Bytes that clients uploaded the fast way.
pub(super) fn acceleration(call: &Call<'_>) -> Outcome {
    let measures = match call.params.text("Type") {
        Some(kind) => vec![kind],
        None => vec!["AccelerationWithHTTP", "AccelerationWithQUIC"],
    };
    members(Acceleration { client_upload_acceleration_usage_data_set: daily(call, &measures)? })
}

/// Rows by day for more than a day, else by 5-minute point.
fn daily(call: &Call<'_>, measures: &[&str]) -> Result<Vec<StatDataItem>, super::ApiError> {
    let window = Window::of(call, true)?;
    let step = if window.span() > TimeDelta::days(1) { Step::Day } else { Step::Points(1) };
    let now = call.cloud.now();
    let matching = || call.application.daily.iter().filter(|daily| measures.contains(&daily.measure.as_str()));
    Ok(window.rows(call, step, now, |bucket| {
        let told = |point, value| call.cloud.told(call.application, "daily", point, value);
        bucket
            .points(now)
            .map(|point| matching().map(|daily| told(point, points::value(&daily.values, point))).sum::<u64>())
            .sum()
    }))
}

fn counts(rows: Vec<StatDataItem>) -> Vec<CountItem> {
    rows.into_iter().map(|row| CountItem { time: row.time, count: row.value }).collect()
}
