//! What was delivered: bytes, speeds and requests.

use serde::{Serialize, Serializer};

use super::actions::{DESCRIBE_CDN_STAT_DETAILS, DESCRIBE_CDN_USAGE_DATA};
use super::{Interval, Point, TimeWindow, Vod, wire};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::model::area::MAINLAND;
use crate::model::{Period, SubAppId};

/// The most domains that one call takes.
pub const MAX_DOMAINS: usize = 20;

/// What DescribeCDNUsageData counts: as billed, that is with the surcharge of 10 % on what access logs show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CdnData {
    /// Bytes in the interval.
    Flux,
    /// The peak of the interval, bit/s.
    Bandwidth,
}

/// The width of a point of DescribeCDNUsageData.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CdnInterval {
    /// Five minutes.
    FiveMinutes,
    /// An hour.
    Hour,
    /// A day at UTC+8.
    Day,
}

impl Serialize for CdnInterval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(match self {
            Self::FiveMinutes => 5,
            Self::Hour => 60,
            Self::Day => 1440,
        })
    }
}

/// `DescribeCDNUsageData`: all areas in one. At most 90 days, 365 days back. Only domains of VOD itself: what EdgeOne delivers is
/// not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CdnUsage {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// What to count.
    pub data_type: CdnData,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// The width of a point.
    pub data_interval: CdnInterval,
    /// At most 20, added up; empty is all.
    pub domain_names: Vec<String>,
}

/// What DescribeCDNStatDetails counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CdnMetric {
    /// Bytes.
    Traffic,
    /// bit/s, by the older text of the page; the newer text says byte/s.
    Bandwidth,
    /// Requests.
    Requests,
    /// Requests by QUIC.
    #[serde(rename = "QUICRequests")]
    QuicRequests,
    /// Addresses that asked.
    IpVisit,
}

/// Narrows DescribeCDNStatDetails. Empty lists are everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CdnFilter {
    /// At most 20, added up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domain_names: Vec<String>,
    /// Provinces by their English names; only with the mainland.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<String>,
    /// Carriers by their English names; only with the mainland.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub isps: Vec<String>,
}

/// `DescribeCDNStatDetails`. At most 90 days; five-minute points only for at most 24 hours. Only domains of VOD itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CdnStatDetails {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// What to count.
    pub metric: CdnMetric,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// One of [`crate::model::area::TRAFFIC_AREAS`].
    pub area: String,
    /// The width of a point.
    #[serde(serialize_with = "minutes")]
    pub data_interval: Interval,
    /// Which part of it.
    #[serde(flatten)]
    pub only: CdnFilter,
}

fn minutes<S: Serializer>(interval: &Interval, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(match interval {
        Interval::Minute => 5,
        Interval::Day => 1440,
    })
}

/// Five-minute points are told of one day at most.
fn check_interval(check: Check, period: Period, interval: Interval) -> Result<(), Error> {
    check.days(period, if interval == Interval::Minute { 1 } else { 90 })
}

impl Vod<'_> {
    /// Delivered bytes or speed of all areas together, oldest first; points outside the asked period are dropped.
    pub async fn describe_cdn_usage_data(self, request: &CdnUsage) -> Result<Vec<Point>, Error> {
        let check = Check::of(&DESCRIBE_CDN_USAGE_DATA);
        check.days(request.window.period(), 90)?;
        check.at_most("DomainNames", &request.domain_names, MAX_DOMAINS)?;
        let answer: wire::Points = self.client.ask(&DESCRIBE_CDN_USAGE_DATA, request).await?;
        Point::inside(DESCRIBE_CDN_USAGE_DATA.action.name, answer.data, request.window.period())
    }

    /// Delivered bytes, speed or requests in one area, oldest first; points outside the asked period are dropped.
    pub async fn describe_cdn_stat_details(self, request: &CdnStatDetails) -> Result<Vec<Point>, Error> {
        let check = Check::of(&DESCRIBE_CDN_STAT_DETAILS);
        check_interval(check, request.window.period(), request.data_interval)?;
        check.at_most("DomainNames", &request.only.domain_names, MAX_DOMAINS)?;
        let narrowed = !request.only.districts.is_empty() || !request.only.isps.is_empty();
        // The API ignores them there, and what is ignored would pass for an answer.
        check.holds(!narrowed || request.area == MAINLAND, "Districts and Isps exist only with the area Chinese Mainland")?;
        let answer: wire::Points = self.client.ask(&DESCRIBE_CDN_STAT_DETAILS, request).await?;
        Point::inside(DESCRIBE_CDN_STAT_DETAILS.action.name, answer.data, request.window.period())
    }
}
