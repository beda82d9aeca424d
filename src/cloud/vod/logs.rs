//! DescribeCdnLogs: where the access logs of a domain can be fetched.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::actions::DESCRIBE_CDN_LOGS;
use super::{TimeWindow, Vod};
use crate::cloud::check::Check;
use crate::cloud::convert::malformed;
use crate::cloud::fields::{number, text, time, told_secret, told_text};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::{Secret, SubAppId};

/// The largest page.
const PAGE: u64 = 1_000;

/// The logs of one domain. The last 30 days exist; an hour without requests has no file, and the last day's files still grow.
/// (VOD API 3.0, DescribeCdnLogs.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CdnLogs {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// One domain.
    pub domain_name: String,
    /// The asked period.
    pub window: TimeWindow,
}

/// One log file: an hour of one domain inside or outside the mainland.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CdnLog {
    /// Whether it holds requests from outside the mainland.
    pub overseas: bool,
    /// The file's name.
    pub name: String,
    /// The day, as the API writes it.
    pub date: String,
    /// The first second of the hour.
    pub start: DateTime<Utc>,
    /// The last second of the hour.
    pub last: DateTime<Utc>,
    /// Where it is, signed for 24 hours.
    pub url: Secret,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    sub_app_id: Option<SubAppId>,
    domain_name: &'a str,
    #[serde(flatten)]
    window: TimeWindow,
    offset: u64,
    limit: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(deserialize_with = "number")]
    total_count: u64,
    oversea_cdn_logs: Vec<Item>,
    domestic_cdn_logs: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(default, deserialize_with = "text")]
    date: String,
    #[serde(deserialize_with = "told_text")]
    name: String,
    #[serde(deserialize_with = "told_secret")]
    url: Secret,
    #[serde(deserialize_with = "time")]
    start_time: DateTime<Utc>,
    #[serde(deserialize_with = "time")]
    end_time: DateTime<Utc>,
}

impl Item {
    fn into_log(self, overseas: bool) -> CdnLog {
        let Self { date, name, url, start_time: start, end_time: last } = self;
        CdnLog { overseas, name, date, start, last, url }
    }
}

/// Where a listing stands: the offset, and the files that came, by what makes one.
#[derive(Clone, Default)]
struct Place {
    offset: u64,
    seen: HashSet<(bool, String, DateTime<Utc>)>,
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.offset == other.offset
    }
}

impl<'a> Vod<'a> {
    /// The log files of a domain whose hour begins in the asked period, by page, each once.
    ///
    /// Whether Offset and Limit count the two lists of an answer together or each is not stated. The listing goes on by the longer
    /// list, which skips nothing either way, and drops what comes twice.
    pub fn cdn_logs(self, request: CdnLogs) -> Pages<'a, CdnLog> {
        let action = DESCRIBE_CDN_LOGS.action.name;
        pages::by_cursor(action, Place::default(), move |mut place| {
            let request = request.clone();
            async move {
                let period = request.window.period();
                let check = Check::of(&DESCRIBE_CDN_LOGS);
                check.days(period, 31)?;
                check.holds(!request.domain_name.is_empty(), "DomainName: a domain is needed")?;
                let CdnLogs { sub_app_id, domain_name, window } = &request;
                let asked = Request { sub_app_id: *sub_app_id, domain_name, window: *window, offset: place.offset, limit: PAGE };
                let answer: Answer = self.client.ask(&DESCRIBE_CDN_LOGS, &asked).await?;
                let step = answer.domestic_cdn_logs.len().max(answer.oversea_cdn_logs.len()) as u64;
                let domestic = answer.domestic_cdn_logs.into_iter().map(|item| item.into_log(false));
                let overseas = answer.oversea_cdn_logs.into_iter().map(|item| item.into_log(true));
                let mut logs: Vec<CdnLog> = domestic.chain(overseas).collect();
                logs.retain(|log| place.seen.insert((log.overseas, log.name.clone(), log.start)));
                let seen = place.seen.len() as u64;
                let total = answer.total_count;
                if logs.is_empty() && seen < total {
                    return Err(malformed(action, format!("TotalCount is {total}, but only {seen} files came; list again")));
                }
                let came = !logs.is_empty();
                logs.retain(|log| period.contains(log.start));
                place.offset += step;
                let more = seen < total || (seen > total && came && step >= PAGE);
                Ok(Page { items: logs, next: more.then_some(place) })
            }
        })
    }
}
