//! From answers to usage records.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::plan::Question;
use crate::cloud::vod::{AreaStorage, Point, StorageData, TaskUsage};
use crate::model::meter::{STORAGE_CLASSES, names};
use crate::model::{BillingDay, Meter, Period, UsageRecord};

/// The width of a point when the API is asked by minute.
const POINT: TimeDelta = TimeDelta::minutes(5);

/// What names a series of records.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// The meter.
    pub meter: &'a str,
    /// The area.
    pub area: &'a str,
    /// The specification.
    pub spec: &'a str,
}

impl Question<'_> {
    fn record(&self, series: Series<'_>, period: Period, quantity: i128) -> UsageRecord {
        UsageRecord {
            period,
            account: self.unit.account.clone(),
            sub_app_id: self.unit.sub_app_id,
            meter: series.meter.to_owned(),
            area: series.area.to_owned(),
            spec: series.spec.to_owned(),
            quantity,
            status: self.plan.status_of(BillingDay::of(period.start)),
            tags: Vec::new(),
        }
    }
}

/// Five-minute points of a level. Neighbours of equal height become one record, within a billing day: nothing is lost by it,
/// and a month of a still library is thirty records instead of nine thousand. Where there is nothing there is no record.
pub fn levels(question: &Question<'_>, series: Series<'_>, points: &[Point]) -> Result<Vec<UsageRecord>, String> {
    let mut records: Vec<UsageRecord> = Vec::new();
    for point in each_once(points)? {
        let period = Period { start: point.time, end: point.time + POINT };
        match records.last_mut() {
            Some(last) if goes_on(last, &period, point.value) => last.period.end = period.end,
            _ => records.push(question.record(series, period, point.value)),
        }
    }
    records.retain(|record| record.quantity > 0);
    Ok(records)
}

fn goes_on(last: &UsageRecord, next: &Period, value: i128) -> bool {
    last.quantity == value && last.period.end == next.start && BillingDay::of(last.period.start) == BillingDay::of(next.start)
}

/// Five-minute points of a speed, each a record of its own: samples are counted, so they must not be joined.
pub fn samples(question: &Question<'_>, series: Series<'_>, points: &[Point]) -> Result<Vec<UsageRecord>, String> {
    let sampled = each_once(points)?.into_iter().filter(|point| point.value > 0);
    Ok(sampled.map(|point| question.record(series, Period { start: point.time, end: point.time + POINT }, point.value)).collect())
}

/// Daily sums of something that happened. Days on which nothing happened have no record.
pub fn days(question: &Question<'_>, series: Series<'_>, points: &[Point]) -> Result<Vec<UsageRecord>, String> {
    let mut records = Vec::new();
    for point in each_once(points)? {
        let day = day_at(point.time)?;
        if point.value > 0 {
            records.push(question.record(series, day.period(), point.value));
        }
    }
    Ok(records)
}

/// What is stored at the moment, as readings of today.
pub fn stored(question: &Question<'_>, stored: &StorageData) -> Vec<UsageRecord> {
    let day = question.unit.window;
    let classes = |area: &AreaStorage| [area.standard, area.infrequent, area.archive, area.deep_archive];
    let of_area = |area: &AreaStorage| {
        let series = STORAGE_CLASSES.into_iter().zip(classes(area));
        let records = series.filter(|(_, bytes)| *bytes > 0).map(|((class, _), bytes)| {
            question.record(Series { meter: names::STORAGE, area: &area.area, spec: class }, day, i128::from(bytes))
        });
        records.collect::<Vec<_>>()
    };
    stored.areas.iter().flat_map(of_area).collect()
}

/// Sums of points of any width, by the day in which they lie: some calls answer by five minutes when asked for a single day.
pub fn sums(question: &Question<'_>, series: Series<'_>, points: &[Point]) -> Result<Vec<UsageRecord>, String> {
    let mut by_day: BTreeMap<BillingDay, i128> = BTreeMap::new();
    for point in each_once(points)? {
        let sum = by_day.entry(BillingDay::of(point.time)).or_default();
        *sum = sum
            .checked_add(point.value)
            .ok_or_else(|| format!("the values around {} add up past what can be kept", point.time))?;
    }
    let used = by_day.into_iter().filter(|(_, sum)| *sum > 0);
    Ok(used.map(|(day, sum)| question.record(series, day.period(), sum)).collect())
}

/// Media processing by day, kind and specification. A kind that no meter knows keeps its usage under a name made of its own.
pub fn tasks(question: &Question<'_>, tasks: &[TaskUsage]) -> Result<Vec<UsageRecord>, String> {
    let mut records = Vec::new();
    for task in tasks {
        let day = day_at(task.time)?;
        if task.usage > 0 {
            let meter = Meter::of_task(&task.task_type).map_or_else(|| kebab(&task.task_type), |meter| meter.name.to_owned());
            let series = Series { meter: &meter, area: "", spec: &task.specification };
            records.push(question.record(series, day.period(), task.usage));
        }
    }
    Ok(records)
}

/// Generated content of one type by day and specification, whether the answer came by day or, for a single day, by five minutes.
pub fn generated(question: &Question<'_>, aigc_type: &str, usage: &[TaskUsage]) -> Result<Vec<UsageRecord>, String> {
    let meter = Meter::of_aigc(aigc_type).map_or_else(|| kebab(aigc_type), |meter| meter.name.to_owned());
    let mut by_spec: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for told in usage {
        by_spec.entry(&told.specification).or_default().push(Point { time: told.time, value: told.usage });
    }
    let mut records = Vec::new();
    for (spec, points) in by_spec {
        records.extend(sums(question, Series { meter: &meter, area: "", spec }, &points)?);
    }
    Ok(records)
}

/// The kebab-case form of an API name: `JITEncryption` is `jit-encryption`.
pub fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let next_is_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && next_is_small)
            });
        if begins {
            out.push('-');
        }
        if letter.is_alphanumeric() {
            out.extend(letter.to_lowercase());
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out
}

fn day_at(time: DateTime<Utc>) -> Result<BillingDay, String> {
    let day = BillingDay::of(time);
    if day.start() == time {
        Ok(day)
    } else {
        Err(format!("a daily value at {time} does not begin with a billing day (midnight UTC+8), so its day is not known"))
    }
}

/// The points without repetitions; two different values for one moment are refused.
fn each_once(points: &[Point]) -> Result<Vec<Point>, String> {
    let mut once: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        match once.last() {
            Some(last) if last == point => {}
            Some(last) if last.time == point.time => {
                return Err(format!("two values for {}: {} and {}", point.time, last.value, point.value));
            }
            _ => once.push(*point),
        }
    }
    Ok(once)
}
