//! Plays: DescribeDailyPlayStatFileList, DescribeDailyMostPlayedStat, DescribeDailyMediaPlayStat,
//! DescribeMediaPlayStatDetails.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::params::{Field, Kind};
use super::window::{Bucket, Step, Window};
use super::{ApiError, Call, Outcome, members};
use crate::model::BillingDay;
use crate::sim::account::Play;
use crate::sim::files;
use crate::sim::points::{self, delay};
use crate::sim::switches::EmptyBuckets;

/// The most rows of the list of most played media.
const MOST_PLAYED: usize = 100;
/// The longest stretch of daily rows, in days.
const LONGEST: i64 = 90;

/// Request parameters.
pub(super) const FILE_LIST: &[Field] =
    &[Field::required("StartTime", Kind::Time), Field::required("EndTime", Kind::Time), Field::optional("SubAppId", Kind::Uint)];
/// Request parameters.
pub(super) const MOST: &[Field] = &[
    Field::required("Date", Kind::Time),
    Field::optional("DomainName", Kind::Text(255)),
    Field::optional("Metric", Kind::Choice(&["Traffic", "PlayTimes"])),
    Field::optional("SubAppId", Kind::Uint),
];
/// Request parameters.
pub(super) const DAILY: &[Field] = &[
    Field::required("FileId", Kind::Text(40)),
    Field::required("StartDate", Kind::Time),
    Field::required("EndDate", Kind::Time),
    Field::optional("SubAppId", Kind::Uint),
];
/// Request parameters.
pub(super) const DETAILS: &[Field] = &[
    Field::required("FileId", Kind::Text(40)),
    Field::required("StartTime", Kind::Time),
    Field::required("EndTime", Kind::Time),
    Field::optional("SubAppId", Kind::Uint),
    Field::optional("Interval", Kind::Choice(&["Hour", "Day"])),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FileList {
    play_stat_file_set: Vec<PlayStatFile>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlayStatFile {
    date: String,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Days {
    daily_play_stat_info_set: Vec<DayItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DayItem {
    date: String,
    file_id: String,
    play_times: u64,
    traffic: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    play_stat_info_set: Vec<DetailItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DetailItem {
    time: String,
    file_id: String,
    play_times: u64,
    traffic: u64,
}

/// Whether the statistics of a day are there: from noon of the next day on.
pub(in crate::sim) fn is_counted(day: BillingDay, now: DateTime<Utc>) -> bool {
    day.end() + TimeDelta::hours(12) <= now
}

/// A day as these answers print it.
fn date(day: BillingDay) -> String {
    format!("{day}T00:00:00+08:00")
}

/// The days from the one of `start` to the one of `end`, both included.
fn days(call: &Call<'_>, start: &'static str, end: &'static str) -> Result<Vec<BillingDay>, ApiError> {
    let day = |name: &'static str| call.params.time(name).map(BillingDay::of);
    let (Some(first), Some(last)) = (day(start), day(end)) else { return Ok(Vec::new()) };
    if last < first {
        return Err(ApiError::value(end, format!("it is before {start}")));
    }
    check_reach(call, first, start)?;
    if last.start() - first.start() >= TimeDelta::days(LONGEST) {
        return Err(ApiError::value(end, format!("the time range is longer than {LONGEST} days")));
    }
    Ok(first.until(last.next()).collect())
}

fn check_reach(call: &Call<'_>, day: BillingDay, parameter: &str) -> Result<(), ApiError> {
    match day < BillingDay::of(call.cloud.now() - TimeDelta::days(365)) {
        true => Err(ApiError::value(parameter, "it is more than a year ago")),
        false => Ok(()),
    }
}

/// Links to one file for each day on which something was played.
pub(super) fn file_list(call: &Call<'_>) -> Outcome {
    let now = call.cloud.now();
    let played = |day: &BillingDay| call.application.play.iter().any(|play| play.plays.of(*day) > 0 || play.bytes.of(*day) > 0);
    let days = days(call, "StartTime", "EndTime")?.into_iter().filter(|day| is_counted(*day, now)).filter(played);
    let file = |day| PlayStatFile { date: date(day), url: files::play_stat_url(call.cloud, call.application, day) };
    members(FileList { play_stat_file_set: days.map(file).collect() })
}

/// The media that were played most on one day.
pub(super) fn most_played(call: &Call<'_>) -> Outcome {
    let Some(day) = call.params.time("Date").map(BillingDay::of) else {
        return members(Days { daily_play_stat_info_set: vec![] });
    };
    check_reach(call, day, "Date")?;
    let domain = call.params.text("DomainName");
    let mut media: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let counted = is_counted(day, call.cloud.now());
    for play in call.application.play.iter().filter(|play| counted && domain.is_none_or(|domain| domain == play.domain)) {
        let (plays, bytes) = media.entry(&play.file_id).or_default();
        *plays += play.plays.of(day);
        *bytes += play.bytes.of(day);
    }
    let mut rows: Vec<(&str, u64, u64)> = media
        .into_iter()
        .filter(|(_, (plays, bytes))| plays + bytes > 0)
        .map(|(id, (plays, bytes))| (id, plays, bytes))
        .collect();
    match call.params.text("Metric") {
        Some("PlayTimes") => rows.sort_by_key(|(id, plays, _)| (Reverse(*plays), *id)),
        _ => rows.sort_by_key(|(id, _, bytes)| (Reverse(*bytes), *id)),
    }
    rows.truncate(MOST_PLAYED);
    let item =
        |(id, play_times, traffic): (&str, u64, u64)| DayItem { date: date(day), file_id: id.to_owned(), play_times, traffic };
    members(Days { daily_play_stat_info_set: rows.into_iter().map(item).collect() })
}

/// Plays of one media by day.
pub(super) fn daily(call: &Call<'_>) -> Outcome {
    let file_id = call.params.text("FileId").unwrap_or_default();
    let now = call.cloud.now();
    let plays = plays(call, file_id);
    let rows = days(call, "StartDate", "EndDate")?.into_iter().filter(|day| is_counted(*day, now)).map(|day| DayItem {
        date: date(day),
        file_id: file_id.to_owned(),
        play_times: plays.iter().map(|play| play.plays.of(day)).sum(),
        traffic: plays.iter().map(|play| play.bytes.of(day)).sum(),
    });
    let shown = rows.filter(|row| zeroes(call) || row.play_times + row.traffic > 0);
    members(Days { daily_play_stat_info_set: shown.collect() })
}

/// Plays of one media by hour or day, a few hours after they happened.
pub(super) fn details(call: &Call<'_>) -> Outcome {
    let window = Window::of(call, false)?;
    let (step, longest) = match call.params.text("Interval") {
        Some("Hour") => (Step::Points(12), 7),
        Some(_) => (Step::Day, LONGEST),
        None if window.span() < TimeDelta::days(1) => (Step::Points(12), 7),
        None => (Step::Day, LONGEST),
    };
    window.check_span(TimeDelta::days(longest), "EndTime")?;
    let file_id = call.params.text("FileId").unwrap_or_default();
    let plays = plays(call, file_id);
    let seen_until = call.cloud.now() - delay::PLAYS;
    let buckets = window.buckets(step, call.cloud.switches.end_day).into_iter().filter(|bucket| bucket.start < seen_until);
    let rows = buckets.map(|bucket: Bucket| {
        let sum = |of: fn(&Play) -> &crate::sim::account::DayValues| {
            bucket.points(seen_until).map(|point| plays.iter().map(|play| points::value(of(play), point)).sum::<u64>()).sum()
        };
        let (play_times, traffic): (u64, u64) = (sum(|play| &play.plays), sum(|play| &play.bytes));
        DetailItem { time: window.print(bucket.start), file_id: file_id.to_owned(), play_times, traffic }
    });
    let shown = rows.filter(|row| zeroes(call) || row.play_times + row.traffic > 0);
    members(Details { play_stat_info_set: shown.collect() })
}

fn plays<'a>(call: &Call<'a>, file_id: &str) -> Vec<&'a Play> {
    call.application.play.iter().filter(|play| play.file_id == file_id).collect()
}

fn zeroes(call: &Call<'_>) -> bool {
    call.cloud.switches.empty_buckets == EmptyBuckets::Zero
}
