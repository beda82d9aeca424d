//! Points of a series.

use chrono::{DateTime, Utc};

use super::wire;
use crate::cloud::Error;
use crate::cloud::convert::{malformed, time};
use crate::cloud::lenient::Measured;
use crate::model::Period;

/// One point of a series; `time` is where its interval begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Where the interval begins.
    pub time: DateTime<Utc>,
    /// Bytes, bit/s, seconds or pieces. Never negative.
    pub value: i128,
}

/// One day of one kind of media processing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskUsage {
    /// `Transcoding`, `Transcoding-TESHD`, …
    pub task_type: String,
    /// `Standard.H264.HD`, …; empty where the API gave no details for the day.
    pub specification: String,
    /// Where the day begins.
    pub time: DateTime<Utc>,
    /// Tasks.
    pub count: i128,
    /// Seconds (pieces for snapshots), as measured: not rounded up to minutes.
    pub usage: i128,
}

impl Point {
    /// The points of a period, oldest first.
    pub(super) fn inside(action: &'static str, items: Vec<wire::StatDataItem>, period: Period) -> Result<Vec<Self>, Error> {
        let mut points = Vec::with_capacity(items.len());
        for item in items {
            let point = Self { time: time(action, &item.time.0)?, value: not_negative(action, item.value)? };
            if period.contains(point.time) {
                points.push(point);
            }
        }
        points.sort_by_key(|point| point.time);
        Ok(points)
    }

    /// The same of items that say `Count` for their value.
    pub(super) fn counted(action: &'static str, items: Vec<wire::CountDataItem>, period: Period) -> Result<Vec<Self>, Error> {
        let items = items.into_iter().map(|item| wire::StatDataItem { time: item.time, value: item.count }).collect();
        Self::inside(action, items, period)
    }
}

impl TaskUsage {
    pub(super) fn from_wire(action: &'static str, answer: wire::MediaProcessUsage, period: Period) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for task in answer.media_process_data_set {
            let series: Vec<(String, Vec<wire::TaskStatDataItem>)> = if task.details.is_empty() {
                vec![(String::new(), task.summary)]
            } else {
                task.details.into_iter().map(|detail| (detail.specification.0, detail.data)).collect()
            };
            for (specification, items) in series {
                all.extend(Self::series(action, &task.task_type.0, &specification, items, period)?);
            }
        }
        Ok(all)
    }

    /// The days of one specification that lie in a period.
    pub(super) fn series(
        action: &'static str,
        task_type: &str,
        specification: &str,
        items: Vec<wire::TaskStatDataItem>,
        period: Period,
    ) -> Result<Vec<Self>, Error> {
        let mut days = Vec::with_capacity(items.len());
        for item in items {
            let time = time(action, &item.time.0)?;
            if period.contains(time) {
                days.push(Self {
                    task_type: task_type.to_owned(),
                    specification: specification.to_owned(),
                    time,
                    count: not_negative(action, item.count)?,
                    usage: not_negative(action, item.usage)?,
                });
            }
        }
        Ok(days)
    }
}

pub(super) fn not_negative(action: &'static str, value: Measured) -> Result<i128, Error> {
    if value.0 < 0 { Err(malformed(action, format!("a negative quantity, {}", value.0))) } else { Ok(value.0) }
}
