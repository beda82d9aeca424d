//! Access logs: one file for each hour and domain with traffic, those of the mainland apart from all others.
//!
//! A log is small and always the same: a few requests that add up to what the domain logged in that hour.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{File, gzip, link};
use crate::model::area::MAINLAND;
use crate::model::time::BILLING_OFFSET;
use crate::sim::account::{Application, Domain, Traffic};
use crate::sim::cloud::Cloud;
use crate::sim::points::{self, delay};
use crate::sim::words::{DISTRICTS, ISPS};

/// How long a link is good.
const LIFE: TimeDelta = TimeDelta::hours(24);
const HOUR: TimeDelta = TimeDelta::hours(1);
/// Requests of one area in an hour. The last one is written late: an hour's log may grow for a day.
const REQUESTS: u64 = 6;
/// Usage is 110 % of what is logged (228/36181).
const USAGE: (u128, u128) = (10, 11);

/// Ids of the provinces, in the order of the words for them.
pub(in crate::sim) const DISTRICT_IDS: [i64; 34] = [
    22, 86, 146, 1069, 1177, 119, 152, 1208, 1467, 1468, 145, 1445, 1464, 2, 120, 121, 122, 1050, 1442, 182, 1135, 1465, 1466,
    118, 153, 1051, 1068, 1155, 4, 173, 1441, 1, -1, 0,
];
/// Ids of the providers, in the order of the words for them.
pub(in crate::sim) const ISP_IDS: [i64; 8] = [2, 26, 38, 43, 1046, 3947, -1, 0];
/// Ids of the areas outside the mainland.
const AREA_IDS: [(&str, i64); 8] = [
    ("Asia Pacific Region 1", 2_000_000_001),
    ("Asia Pacific Region 2", 2_000_000_002),
    ("Asia Pacific Region 3", 2_000_000_003),
    ("Middle East", 2_000_000_004),
    ("North America", 2_000_000_005),
    ("Europe", 2_000_000_006),
    ("South America", 2_000_000_007),
    ("Africa", 2_000_000_008),
];

/// One file.
#[derive(Clone, Debug)]
pub(in crate::sim) struct LogHour {
    /// The domain.
    pub domain: String,
    /// The first moment of the hour.
    pub start: DateTime<Utc>,
    /// Whether it is the file of everything outside the mainland.
    pub oversea: bool,
}

impl LogHour {
    /// `2026101219-vod.example.com.gz`, with `-oversea` for what is outside the mainland.
    pub fn name(&self) -> String {
        let hour = self.start.with_timezone(&BILLING_OFFSET).format("%Y%m%d%H");
        format!("{hour}-{}{}.gz", self.domain, if self.oversea { "-oversea" } else { "" })
    }
}

/// The hours that touch `[start, end)` and have a file by now.
pub(in crate::sim) fn log_hours(
    cloud: &Cloud,
    application: &Application,
    domain: &Domain,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    oversea: bool,
) -> Vec<LogHour> {
    let until = end.min(cloud.now() - delay::LOG - HOUR + TimeDelta::seconds(1));
    let first = points::floor(start, HOUR);
    let hours = std::iter::successors(Some(first), |hour| Some(*hour + HOUR)).take_while(|hour| *hour < until);
    // Logs are those of the domains that VOD meters.
    let hours = hours.filter(|_| domain.kind == "VOD");
    let hours = hours.map(|start| LogHour { domain: domain.name.clone(), start, oversea });
    hours.filter(|hour| series(application, hour).any(|traffic| logged(traffic, hour.start) > 0)).collect()
}

/// The link to a file.
pub(in crate::sim) fn log_url(cloud: &Cloud, application: &Application, hour: &LogHour) -> String {
    let path = format!("{}cdnlog/{}/{}", super::FOLDER, application.sub_app_id, hour.name());
    link::sign(cloud, &path, LIFE)
}

/// `1500000001/2026101219-vod.example.com.gz`.
pub(super) fn file(cloud: &Cloud, path: &str) -> Option<File> {
    let (sub_app_id, name) = path.split_once('/')?;
    let application = cloud.account.application(Some(sub_app_id.parse().ok()?))?;
    let (time, rest) = name.strip_suffix(".gz")?.split_once('-')?;
    let (domain, oversea) = rest.strip_suffix("-oversea").map_or((rest, false), |domain| (domain, true));
    let domain = application.domains.iter().find(|known| known.name == domain)?;
    let civil = chrono::NaiveDateTime::parse_from_str(&format!("{time}0000"), "%Y%m%d%H%M%S").ok()?;
    let start = civil.and_local_timezone(BILLING_OFFSET).single()?.to_utc();
    let hours = log_hours(cloud, application, domain, start, start + HOUR, oversea);
    hours.first().map(|hour| gzip(&text(cloud, application, hour)))
}

fn series<'a>(application: &'a Application, hour: &LogHour) -> impl Iterator<Item = &'a Traffic> {
    application.traffic.iter().filter(move |traffic| traffic.domain == hour.domain && (traffic.area != MAINLAND) == hour.oversea)
}

/// The bytes that a log of one hour adds up to.
fn logged(traffic: &Traffic, hour: DateTime<Utc>) -> u64 {
    let used: u128 = points::starts(hour, hour + HOUR).map(|point| u128::from(points::value(&traffic.bytes, point))).sum();
    u64::try_from(used * USAGE.0 / USAGE.1).unwrap_or(u64::MAX)
}

fn text(cloud: &Cloud, application: &Application, hour: &LogHour) -> String {
    let whole = hour.start + HOUR + delay::WHOLE_LOG <= cloud.now();
    let written = if whole { REQUESTS } else { REQUESTS - 1 };
    let mut lines: Vec<String> = series(application, hour)
        .enumerate()
        .flat_map(|(at, traffic)| (0..written).map(move |request| line(cloud, application, hour, traffic, at as u64, request)))
        .collect();
    lines.sort();
    lines.concat()
}

/// 16 columns; see the page of VOD logs (266/7983).
fn line(cloud: &Cloud, application: &Application, hour: &LogHour, traffic: &Traffic, at: u64, request: u64) -> String {
    let chance = chance(&format!("{}:{}:{at}:{request}", hour.name(), traffic.area));
    let time = hour.start + TimeDelta::seconds(i64::try_from(request * 600 + chance % 600).unwrap_or(0));
    let path = path(cloud, application, hour.start, chance);
    // Parts of the hour that add up to it exactly.
    let bytes = u128::from(logged(traffic, hour.start));
    let up_to = |part: u64| bytes * u128::from(part) / u128::from(REQUESTS);
    let bytes = up_to(request + 1) - up_to(request);
    let (province, isp) = place(traffic);
    let phone = !chance.is_multiple_of(5);
    let agent = if phone { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)" } else { "Mozilla/5.0 (X11; Linux x86_64)" };
    let (status, range) = if chance.is_multiple_of(3) { (206, "0-1048575") } else { (200, "(null)") };
    let referer = if chance.is_multiple_of(4) { "NULL" } else { "https://www.example.com/play" };
    format!(
        "{} 203.0.113.{} {} {path} {bytes} {province} {isp} {status} {referer} {} \"{agent}\" \"{range}\" GET HTTPS {} {}\n",
        time.with_timezone(&BILLING_OFFSET).format("%Y%m%d%H%M%S"),
        chance % 254 + 1,
        hour.domain,
        chance % 900 + 3,
        if chance.is_multiple_of(7) { "miss" } else { "hit" },
        1024 + chance % 60_000,
    )
}

fn place(traffic: &Traffic) -> (i64, i64) {
    let id = |words: &[&str], ids: &[i64], word: &str| {
        words.iter().zip(ids).find(|(known, _)| **known == word).map_or(0, |(_, id)| *id)
    };
    match AREA_IDS.iter().find(|(area, _)| *area == traffic.area) {
        Some((_, area)) => (*area, -1),
        None => (id(&DISTRICTS, &DISTRICT_IDS, &traffic.district), id(&ISPS, &ISP_IDS, &traffic.isp)),
    }
}

/// A media of the application that was there at that hour.
fn path(cloud: &Cloud, application: &Application, hour: DateTime<Utc>, chance: u64) -> String {
    let there: Vec<_> = application.media.iter().filter(|media| media.created <= hour).collect();
    let index = usize::try_from(chance).unwrap_or(0).checked_rem(there.len());
    let Some(media) = index.and_then(|index| there.get(index)) else { return "/index.html".to_owned() };
    let url = media.url(cloud.account.app_id, application, 0, &media.container);
    // What follows the host.
    url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default()
}

/// A number that depends on the text alone.
fn chance(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    digest.iter().take(4).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
