//! DescribeStorageData and DescribeStorageDetails.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::params::{Field, Kind};
use super::window::{Bucket, StatDataItem, Step, Window};
use super::{Call, Outcome, members};
use crate::model::area::{self, MAINLAND, STORAGE_AREAS};
use crate::sim::account::Application;
use crate::sim::points::{self, delay};
use crate::sim::state::Shifts;
use crate::sim::switches::StorageDay;
use crate::sim::words::{ALL_STORAGE_TYPES, STORAGE_EVENTS, STORAGE_REGIONS, STORAGE_TYPES, TOTAL_STORAGE};

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
struct Regions {
    storage_region_infos: Vec<StorageRegionInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StorageRegionInfo {
    region: &'static str,
    description: &'static str,
    status: &'static str,
    is_default: bool,
    area: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    data: Vec<StatDataItem>,
}

/// What is stored now, as far as it can be seen.
pub(super) fn data(call: &Call<'_>) -> Outcome {
    let time = call.cloud.now() - delay::STORAGE;
    let computed = call.application.large.as_ref().map_or(0, |large| large.count(call.cloud.now()));
    let media_count = call.cloud.media(call.application).len() + computed;
    let stored = Stored::of(call);
    let sizes = |area: Option<&str>| {
        let [standard, infrequent, archive, deep] = STORAGE_TYPES.map(|class| stored.level(area, class, time));
        Sizes {
            total_storage: standard + infrequent + archive + deep,
            standard_storage: standard,
            infrequent_storage: infrequent,
            archive_storage: archive,
            deep_archive_storage: deep,
        }
    };
    members(Data {
        media_count,
        sizes: sizes(None),
        storage_stat: STORAGE_AREAS.map(|area| StorageStatData { area, sizes: sizes(Some(area)) }).into(),
    })
}

/// Every region that can store, and whether the application has opened it.
pub(super) fn regions(call: &Call<'_>) -> Outcome {
    let opened = &call.application.storage_regions;
    let info = |(region, description): (&'static str, &'static str)| StorageRegionInfo {
        region,
        description,
        status: if opened.iter().any(|known| known == region) { "opened" } else { "unopened" },
        is_default: opened.first().is_some_and(|first| first == region),
        area: area::of_region(region).unwrap_or(MAINLAND),
    };
    members(Regions { storage_region_infos: STORAGE_REGIONS.into_iter().map(info).collect() })
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
    call.cloud.settle();
    let stored = Stored::of(call);
    let told = |point, bytes| call.cloud.told(call.application, "storage", point, bytes);
    let data = window.rows(call, step, seen_until, |bucket| {
        let points = bucket.points(seen_until);
        if is_event {
            points.map(|point| told(point, stored.event(area, kind, point))).sum()
        } else if step == Step::Day {
            day(call, bucket, seen_until, |point| told(point, stored.level(Some(area), kind, point)))
        } else {
            told(bucket.start, stored.level(Some(area), kind, bucket.start))
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

/// What an application stores: what its file declares, and what requests have moved since.
struct Stored<'a> {
    application: &'a Application,
    shifts: Shifts,
}

impl<'a> Stored<'a> {
    fn of(call: &Call<'a>) -> Self {
        Self { application: call.application, shifts: call.cloud.state.shifts(call.application.sub_app_id) }
    }

    /// The level at a moment: of one class or of all, of one area or of both.
    fn level(&self, area: Option<&str>, kind: &str, time: DateTime<Utc>) -> u64 {
        let areas = STORAGE_AREAS.into_iter().filter(|known| area.is_none_or(|area| area == *known));
        let classes = || STORAGE_TYPES.into_iter().filter(|class| kind == TOTAL_STORAGE || kind == *class);
        let declared = |area: &str, class: &str| -> u64 {
            let levels = self.application.storage.iter().filter(|levels| levels.area == area && levels.class == class);
            levels.map(|levels| levels.at(time)).sum()
        };
        areas
            .flat_map(|area| classes().map(move |class| (area, class)))
            .map(|(area, class)| self.shifts.level(declared(area, class), area, class, time))
            .sum()
    }

    /// Bytes retrieved or deleted early in one point.
    fn event(&self, area: &str, kind: &str, point: DateTime<Utc>) -> u64 {
        let declared = self.application.retrieval.iter().filter(|known| known.area == area && known.kind == kind);
        let declared: u64 = declared.map(|retrieval| points::value(&retrieval.bytes, point)).sum();
        declared + self.shifts.amount(area, kind, point)
    }
}
