//! DescribeStorageData and DescribeStorageDetails.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::params::{Field, Kind};
use super::window::{Bucket, StatDataItem, Step, Window};
use super::{Call, Outcome, members};
use crate::model::area::{MAINLAND, STORAGE_AREAS};
use crate::sim::account::Application;
use crate::sim::points::{self, delay};
use crate::sim::switches::StorageDay;
use crate::sim::words::{ALL_STORAGE_TYPES, STORAGE_EVENTS, STORAGE_TYPES, TOTAL_STORAGE};

/// Request parameters.
pub(super) const DETAILS: &[Field] = &[
    Field::required("StartTime", Kind::Time),
    Field::required("EndTime", Kind::Time),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("Interval", Kind::Choice(&["Minute", "Day"])),
    Field::optional("StorageType", Kind::Choice(&ALL_STORAGE_TYPES)),
    Field::optional("Area", Kind::Choice(&STORAGE_AREAS)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    media_count: usize,
    #[serde(flatten)]
    sizes: Sizes,
    storage_stat: Vec<StorageStatData>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StorageStatData {
    area: &'static str,
    #[serde(flatten)]
    sizes: Sizes,
}

/// Bytes by class.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sizes {
    total_storage: u64,
    standard_storage: u64,
    infrequent_storage: u64,
    archive_storage: u64,
    deep_archive_storage: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    data: Vec<StatDataItem>,
}

/// What is stored now, as far as it can be seen.
pub(super) fn data(call: &Call<'_>) -> Outcome {
    let time = call.cloud.now() - delay::STORAGE;
    let sizes = |area: Option<&str>| {
        let [standard, infrequent, archive, deep] = STORAGE_TYPES.map(|class| level(call.application, area, class, time));
        Sizes {
            total_storage: standard + infrequent + archive + deep,
            standard_storage: standard,
            infrequent_storage: infrequent,
            archive_storage: archive,
            deep_archive_storage: deep,
        }
    };
    members(Data {
        media_count: call.cloud.media(call.application).len(),
        sizes: sizes(None),
        storage_stat: STORAGE_AREAS.map(|area| StorageStatData { area, sizes: sizes(Some(area)) }).into(),
    })
}

/// What was stored, by 5-minute point or day.
pub(super) fn details(call: &Call<'_>) -> Outcome {
    let window = Window::of(call, false)?;
    let step = match call.params.text("Interval") {
        Some("Minute") => Step::Points(1),
        Some(_) => Step::Day,
        None if window.span() <= TimeDelta::days(1) => Step::Points(1),
        None => Step::Day,
    };
    if step == Step::Points(1) {
        window.check_span(TimeDelta::days(7), "Interval")?;
    }
    let area = call.params.text("Area").unwrap_or(MAINLAND);
    let kind = call.params.text("StorageType").unwrap_or(TOTAL_STORAGE);
    let is_event = STORAGE_EVENTS.contains(&kind);
    let seen_until = call.cloud.now() - if is_event { delay::RETRIEVAL } else { delay::STORAGE };
    let data = window.rows(call, step, seen_until, |bucket| {
        let points = bucket.points(seen_until);
        if is_event {
            points.map(|point| event(call.application, area, kind, point)).sum()
        } else if step == Step::Day {
            day(call, bucket, seen_until, |point| level(call.application, Some(area), kind, point))
        } else {
            level(call.application, Some(area), kind, bucket.start)
        }
    });
    members(Details { data })
}

/// One number for a day of levels.
fn day(call: &Call<'_>, bucket: Bucket, seen_until: DateTime<Utc>, level: impl Fn(DateTime<Utc>) -> u64) -> u64 {
    let levels: Vec<u64> = bucket.points(seen_until).map(level).collect();
    match call.cloud.switches.storage_day {
        StorageDay::Peak => levels.into_iter().max().unwrap_or(0),
        StorageDay::Last => levels.last().copied().unwrap_or(0),
        StorageDay::Mean => {
            let (sum, count) = (levels.iter().map(|bytes| u128::from(*bytes)).sum::<u128>(), levels.len().max(1) as u128);
            u64::try_from(sum / count).unwrap_or(u64::MAX)
        }
    }
}

/// The level at a moment: of one class or of all, of one area or of both.
fn level(application: &Application, area: Option<&str>, kind: &str, time: DateTime<Utc>) -> u64 {
    let matching = application
        .storage
        .iter()
        .filter(|levels| area.is_none_or(|area| area == levels.area) && (kind == TOTAL_STORAGE || kind == levels.class));
    matching.map(|levels| levels.at(time)).sum()
}

/// Bytes retrieved or deleted early in one point.
fn event(application: &Application, area: &str, kind: &str, point: DateTime<Utc>) -> u64 {
    let matching = application.retrieval.iter().filter(|retrieval| retrieval.area == area && retrieval.kind == kind);
    matching.map(|retrieval| points::value(&retrieval.bytes, point)).sum()
}
