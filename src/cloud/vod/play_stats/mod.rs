//! Who played what: files with a row a media and day, and calls for single media.

mod table;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::actions::{
    DESCRIBE_DAILY_MEDIA_PLAY_STAT, DESCRIBE_DAILY_MOST_PLAYED_STAT, DESCRIBE_DAILY_PLAY_STAT_FILE_LIST,
    DESCRIBE_MEDIA_PLAY_STAT_DETAILS,
};
use super::{TimeWindow, Vod};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::cloud::fields::{file_id, number, time, told_secret};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::time::format_time;
use crate::model::{BillingDay, FileId, Period, Secret, SubAppId};

pub use table::{PlayRow, PlayRows, TableError, parse};

/// The most days of one question.
const MOST_DAYS: i64 = 90;

/// A file of play statistics: one day of one application, `.csv.gz`, read by [`parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayStatFile {
    /// The day.
    pub day: BillingDay,
    /// Where it is, signed for some hours.
    pub url: Secret,
}

/// What DescribeDailyMostPlayedStat ranks by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum MostPlayedBy {
    /// Bytes.
    #[default]
    Traffic,
    /// Plays.
    PlayTimes,
}

/// `DescribeDailyMostPlayedStat`. A year back. (VOD API 3.0.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MostPlayed {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The day; there after it has ended.
    pub day: BillingDay,
    /// One domain, or all of them.
    pub domain_name: Option<String>,
    /// What to rank by.
    pub by: MostPlayedBy,
}

/// One media of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyPlays {
    /// The day.
    pub day: BillingDay,
    /// The media.
    pub file_id: FileId,
    /// How often it was played.
    pub plays: u64,
    /// Bytes delivered.
    pub bytes: u64,
}

/// The width of a point of DescribeMediaPlayStatDetails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PlayInterval {
    /// An hour; at most 7 days.
    Hour,
    /// A day at UTC+8; at most 90 days.
    Day,
}

/// `DescribeMediaPlayStatDetails`. A year back; about 3 hours late. (VOD API 3.0.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MediaPlays {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The media.
    pub file_id: FileId,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// The width of a point.
    pub interval: PlayInterval,
}

/// The plays of a media in one interval.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PlayPoint {
    /// Where the interval begins.
    #[serde(deserialize_with = "time")]
    pub time: DateTime<Utc>,
    /// The media.
    #[serde(deserialize_with = "file_id")]
    pub file_id: FileId,
    /// How often it was played.
    #[serde(rename = "PlayTimes", deserialize_with = "number")]
    pub plays: u64,
    /// Bytes delivered.
    #[serde(rename = "Traffic", deserialize_with = "number")]
    pub bytes: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Daily {
    daily_play_stat_info_set: Vec<DailyItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DailyItem {
    #[serde(deserialize_with = "time")]
    date: DateTime<Utc>,
    #[serde(deserialize_with = "file_id")]
    file_id: FileId,
    #[serde(deserialize_with = "number")]
    play_times: u64,
    #[serde(deserialize_with = "number")]
    traffic: u64,
}

impl From<DailyItem> for DailyPlays {
    fn from(item: DailyItem) -> Self {
        Self { day: BillingDay::of(item.date), file_id: item.file_id, plays: item.play_times, bytes: item.traffic }
    }
}

impl<'a> Vod<'a> {
    /// The files of play statistics of the days that begin in a period, oldest first within each 90 days. A year back; the day
    /// before is there in the course of a day; a day without plays may have none. Longer periods are asked for in parts.
    pub fn play_stat_files(self, sub_app_id: Option<SubAppId>, period: Period) -> Pages<'a, PlayStatFile> {
        let action = DESCRIBE_DAILY_PLAY_STAT_FILE_LIST.action.name;
        pages::by_cursor(action, period.start, move |start| async move {
            let end = period.end.min(start + TimeDelta::days(MOST_DAYS));
            let mut items = self.play_stat_file_list(sub_app_id, Period { start, end }).await?;
            items.sort_by_key(|file| file.day);
            Ok(Page { items, next: (end < period.end).then_some(end) })
        })
    }

    async fn play_stat_file_list(&self, sub_app_id: Option<SubAppId>, period: Period) -> Result<Vec<PlayStatFile>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request {
            sub_app_id: Option<SubAppId>,
            #[serde(flatten)]
            window: TimeWindow,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            play_stat_file_set: Vec<Item>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Item {
            #[serde(deserialize_with = "time")]
            date: DateTime<Utc>,
            #[serde(deserialize_with = "told_secret")]
            url: Secret,
        }
        Check::of(&DESCRIBE_DAILY_PLAY_STAT_FILE_LIST).days(period, MOST_DAYS)?;
        let request = Request { sub_app_id, window: TimeWindow(period) };
        let answer: Answer = self.client.ask(&DESCRIBE_DAILY_PLAY_STAT_FILE_LIST, &request).await?;
        let inside = answer.play_stat_file_set.into_iter().filter(|item| period.contains(item.date));
        Ok(inside.map(|item| PlayStatFile { day: BillingDay::of(item.date), url: item.url }).collect())
    }

    /// The most played media of a day: at most 100.
    pub async fn describe_daily_most_played_stat(self, request: &MostPlayed) -> Result<Vec<DailyPlays>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'a> {
            sub_app_id: Option<SubAppId>,
            date: String,
            domain_name: Option<&'a str>,
            metric: MostPlayedBy,
        }
        let MostPlayed { sub_app_id, day, domain_name, by } = request;
        let date = format_time(day.start());
        let request = Request { sub_app_id: *sub_app_id, date, domain_name: domain_name.as_deref(), metric: *by };
        let answer: Daily = self.client.ask(&DESCRIBE_DAILY_MOST_PLAYED_STAT, &request).await?;
        Ok(answer.daily_play_stat_info_set.into_iter().map(DailyPlays::from).collect())
    }

    /// The plays of one media by day, from `from` up to, not including, `to`: at most 90 days, a year back. A day is there after
    /// 12:00 of the next.
    pub async fn describe_daily_media_play_stat(
        self,
        sub_app_id: Option<SubAppId>,
        file_id: &FileId,
        from: BillingDay,
        to: BillingDay,
    ) -> Result<Vec<DailyPlays>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'a> {
            sub_app_id: Option<SubAppId>,
            file_id: &'a FileId,
            start_date: String,
            end_date: String,
        }
        let period = Period { start: from.start(), end: to.start() };
        Check::of(&DESCRIBE_DAILY_MEDIA_PLAY_STAT).days(period, MOST_DAYS)?;
        // Of both only the date counts, and the last day is included.
        let (start_date, end_date) = (format_time(period.start), format_time(to.minus(1).start()));
        let request = Request { sub_app_id, file_id, start_date, end_date };
        let answer: Daily = self.client.ask(&DESCRIBE_DAILY_MEDIA_PLAY_STAT, &request).await?;
        let days = answer.daily_play_stat_info_set.into_iter().map(DailyPlays::from);
        Ok(days.filter(|plays| from <= plays.day && plays.day < to).collect())
    }

    /// The plays of one media by hour or day, oldest first; points outside the asked period are dropped.
    pub async fn describe_media_play_stat_details(self, request: &MediaPlays) -> Result<Vec<PlayPoint>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            play_stat_info_set: Vec<PlayPoint>,
        }
        let period = request.window.period();
        let most = if request.interval == PlayInterval::Hour { 7 } else { MOST_DAYS };
        Check::of(&DESCRIBE_MEDIA_PLAY_STAT_DETAILS).days(period, most)?;
        let answer: Answer = self.client.ask(&DESCRIBE_MEDIA_PLAY_STAT_DETAILS, request).await?;
        let mut points = answer.play_stat_info_set;
        points.retain(|point| period.contains(point.time));
        points.sort_by_key(|point| point.time);
        Ok(points)
    }
}
