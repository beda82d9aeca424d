//! What to ask: units of work for a period.
//!
//! Time is cut into the same windows in every run, so that a question has the same unit whoever asks it and whenever: calendar
//! months, quarters of them for five-minute points of storage, days for those of delivery. A window is asked again until all
//! of its days are final.

use chrono::{DateTime, TimeDelta, Utc};

use super::logs::{self, LogHabits};
use crate::cloud::vod::AigcKind;
use crate::ledger::{Brings, Lease, NewUnit, Scope, Unit};
use crate::model::area::{STORAGE_AREAS, TRAFFIC_AREAS};
use crate::model::meter::{RETRIEVALS, STORAGE_CLASSES, UPLOAD_ACCELERATIONS};
use crate::model::{AccountId, BillingDay, BillingMonth, Period, Status, SubAppId};

/// A day is final when it ended this long ago; until then it is read again. The console's delays are 10 minutes for traffic, 30
/// minutes for storage and 2 to 4 hours for retrieval, logs are stable after 24 hours, and bills of a day are made on the next
/// afternoon; twice the longest of them is on the safe side.
pub const FRESHNESS_HOURS: i64 = 48;
/// How far back usage can be asked (`DescribeStorageDetails`, `DescribeMediaProcessUsageData`).
pub const HISTORY_DAYS: u64 = 365;

/// How far back bills can be asked for, and how long after a month they are read again: late settlements and corrections arrive
/// weeks after it.
const BILL_MONTHS: usize = 18;
const BILL_SETTLES: TimeDelta = TimeDelta::days(60);
/// The window of what has no time.
const TIMELESS: Period = Period {
    start: DateTime::UNIX_EPOCH,
    end: match DateTime::from_timestamp(86_400, 0) {
        Some(end) => end,
        None => DateTime::UNIX_EPOCH,
    },
};
/// A day is worth asking for when its first point is there.
const FIRST_POINT: TimeDelta = TimeDelta::minutes(5);
/// What ended before the account's last so many days is backfill: it waits for what is recent.
const RECENT: TimeDelta = TimeDelta::days(40);

/// A kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The media inventory: what there is today.
    Media,
    /// Stored bytes: four classes, two areas, five-minute points.
    Storage,
    /// Delivered bytes: nine areas, daily.
    Traffic,
    /// Delivery speed: nine areas, five-minute points. Worth asking only when the account is billed by it.
    Bandwidth,
    /// Media processing: daily, by kind of task and specification.
    Process,
    /// Bytes read back from cold classes: six types, two areas, daily.
    Retrieval,
    /// Reviewed images, daily.
    ImageReview,
    /// Licence requests of commercial DRM, daily.
    Licence,
    /// Bytes uploaded with acceleration, of two types, daily.
    Upload,
    /// What was generated: seven types, daily, by specification.
    Aigc,
    /// Delivered bytes of all areas together, daily: to be compared with those by area.
    CdnUsage,
    /// Stored bytes of today: to be compared with the inventory.
    StorageNow,
    /// Plays by media, daily.
    Plays,
    /// Domains, and which of them are not VOD's.
    Domains,
    /// Prepaid products and what is left of them, today.
    Packs,
    /// Every line of the account's bills, all products.
    Bill,
    /// Access logs: delivered bytes by media. Files may be large.
    Logs,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Media,
        Self::Storage,
        Self::Traffic,
        Self::Bandwidth,
        Self::Process,
        Self::Retrieval,
        Self::ImageReview,
        Self::Licence,
        Self::Upload,
        Self::Aigc,
        Self::CdnUsage,
        Self::StorageNow,
        Self::Plays,
        Self::Domains,
        Self::Packs,
        Self::Bill,
        Self::Logs,
    ];

    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Storage => "storage",
            Self::Traffic => "traffic",
            Self::Bandwidth => "bandwidth",
            Self::Process => "process",
            Self::Retrieval => "retrieval",
            Self::ImageReview => "image-review",
            Self::Licence => "licence",
            Self::Upload => "upload",
            Self::Aigc => "aigc",
            Self::CdnUsage => "cdn-usage",
            Self::StorageNow => "storage-now",
            Self::Plays => "plays",
            Self::Domains => "domains",
            Self::Packs => "packs",
            Self::Bill => "bill",
            Self::Logs => "logs",
        }
    }

    /// What its facts are.
    pub fn brings(self) -> Brings {
        match self {
            Self::Media => Brings::Media,
            Self::CdnUsage | Self::StorageNow => Brings::Reading,
            Self::Plays => Brings::Plays,
            Self::Domains => Brings::Domains,
            Self::Packs => Brings::Packs,
            Self::Bill => Brings::Bill,
            Self::Logs => Brings::Logs,
            _ => Brings::Usage,
        }
    }

    /// The window in which a day is asked for. Documented limits: five-minute points of storage for at most 7 days, those of
    /// delivery for at most 24 hours, anything by day for at most 90 days; a month leaves room for either reading of the end.
    fn window(self, day: BillingDay) -> Period {
        let month = day.month();
        match self {
            Self::Storage => {
                let week = usize::try_from((day.start() - month.first_day().start()).num_days() / 7).unwrap_or(0);
                let mut days = month.first_day().until(month.end_day()).skip(7 * week);
                let first = days.next().unwrap_or(day);
                let last = days.take(6).last().unwrap_or(first);
                Period { start: first.start(), end: last.end() }
            }
            Self::Bandwidth | Self::Plays | Self::StorageNow | Self::Packs | Self::Logs => day.period(),
            Self::Domains => TIMELESS,
            _ => month.period(),
        }
    }

    /// Whether it is asked once for the account, not for each application.
    fn is_of_account(self) -> bool {
        matches!(self, Self::Packs | Self::Bill)
    }

    /// The action that answers it.
    pub fn action(self) -> &'static str {
        match self {
            Self::Media => "SearchMedia",
            Self::Storage | Self::Retrieval => "DescribeStorageDetails",
            Self::Traffic | Self::Bandwidth => "DescribeCDNStatDetails",
            Self::Process => "DescribeMediaProcessUsageData",
            Self::ImageReview => "DescribeImageReviewUsageData",
            Self::Licence => "DescribeLicenseUsageData",
            Self::Upload => "DescribeClientUploadAccelerationUsageData",
            Self::Aigc => "DescribeAigcUsageData",
            Self::CdnUsage => "DescribeCDNUsageData",
            Self::StorageNow => "DescribeStorageData",
            Self::Plays => "DescribeDailyPlayStatFileList",
            Self::Domains => "DescribeVodDomains",
            Self::Packs => "DescribePrepaidProducts",
            Self::Bill => "DescribeBillDetail",
            Self::Logs => "DescribeCdnLogs",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("{text:?} is not a kind of usage; kinds: {known}")
        })
    }
}

/// Which applications to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applications {
    /// Every one of the account, whatever its state.
    All,
    /// These.
    Listed(Vec<SubAppId>),
}

/// How media processing is asked for. What the API does without a type is not documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProcessTypes {
    /// Each known type by name, then once without a type for those that are not known. Right either way; 23 calls instead of one.
    #[default]
    ByName,
    /// Once without a type, trusting that it brings all of them.
    AllAtOnce,
}

/// What to collect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Whose usage.
    pub account: AccountId,
    /// Of which applications.
    pub applications: Applications,
    /// Of which time; every billing day that it touches is asked for whole.
    pub period: Period,
    /// The present moment of the account: what is later is not asked for.
    pub now: DateTime<Utc>,
    /// Which kinds.
    pub kinds: Vec<Kind>,
    /// How media processing is asked for.
    pub process_types: ProcessTypes,
    /// How many units are worked on at a time. The client's budget decides how fast; this only hides waiting times.
    pub at_a_time: usize,
    /// How access logs are fetched.
    pub logs: LogHabits,
    /// Media per call of a listing. (Documented is only that offset and limit together pass no 5000.)
    pub page: u64,
}

impl Plan {
    /// All applications; every kind but bandwidth, which only some billing modes need, and logs, which are large; four units at a time.
    pub fn new(account: AccountId, period: Period, now: DateTime<Utc>) -> Self {
        Self {
            account,
            applications: Applications::All,
            period,
            now,
            kinds: Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Bandwidth | Kind::Logs)).collect(),
            process_types: ProcessTypes::default(),
            at_a_time: 4,
            logs: LogHabits::default(),
            page: 1000,
        }
    }

    /// The first day that can still be asked for.
    pub(super) fn first_day(&self) -> BillingDay {
        BillingDay::of(self.now).minus(HISTORY_DAYS - 1)
    }

    /// The days to ask for: those of the period that are neither too old nor yet to come.
    fn days(&self) -> impl Iterator<Item = BillingDay> + use<> {
        let (first, now) = (self.first_day(), self.now);
        self.period.days().filter(move |day| *day >= first && day.start() + FIRST_POINT <= now)
    }

    /// The days of the period that can be asked for, as one stretch.
    pub(super) fn reach(&self) -> Option<Period> {
        let first = self.days().next()?;
        Some(Period { start: first.start(), end: self.days().last()?.end() })
    }

    /// The day whose inventory a run takes.
    pub(super) fn today(&self) -> BillingDay {
        BillingDay::of(self.now)
    }

    /// Which units a run works on.
    pub(super) fn scope(&self) -> Scope {
        let kinds = self.kinds.iter().filter_map(|kind| Some((kind.as_str().to_owned(), self.windows_of(*kind)?)));
        Scope { account: self.account.clone(), kinds: kinds.collect() }
    }

    /// The windows of a kind that count for this plan.
    pub(super) fn windows_of(&self, kind: Kind) -> Option<Period> {
        match kind {
            Kind::Media => Some(Period { start: DateTime::UNIX_EPOCH, end: self.today().end() }),
            Kind::Domains => Some(TIMELESS),
            Kind::Logs => logs::reach(self.period, self.now),
            Kind::StorageNow | Kind::Packs => Some(self.today().period()),
            Kind::Bill => {
                let months = self.bill_months();
                Some(Period { start: months.first()?.period().start, end: months.last()?.period().end })
            }
            _ => self.reach(),
        }
    }

    /// The months of the period whose bills can be asked for.
    fn bill_months(&self) -> Vec<BillingMonth> {
        let mut first = self.today().month();
        for _ in 1..BILL_MONTHS {
            first = first.previous();
        }
        let mut months: Vec<BillingMonth> = self.period.days().map(BillingDay::month).collect();
        months.dedup();
        months.retain(|month| *month >= first && *month <= self.today().month());
        months
    }

    /// The windows in which a kind is asked for.
    fn windows(&self, kind: Kind) -> Vec<Period> {
        let mut windows: Vec<Period> = match kind {
            Kind::StorageNow | Kind::Packs | Kind::Domains => vec![kind.window(self.today())],
            Kind::Bill => self.bill_months().into_iter().map(BillingMonth::period).collect(),
            // The statistics of a day are made on the next one.
            Kind::Plays => self.days().filter(|day| *day < self.today()).map(|day| kind.window(day)).collect(),
            _ => self.days().map(|day| kind.window(day)).collect(),
        };
        windows.dedup();
        windows
    }

    /// The units of some applications; the media inventory and logs are planned apart.
    pub(super) fn units(&self, applications: Vec<Option<SubAppId>>) -> impl Iterator<Item = NewUnit> + use<'_> {
        let kinds = self.kinds.iter().copied().filter(|kind| !matches!(kind, Kind::Media | Kind::Logs));
        kinds.flat_map(move |kind| {
            let windows = self.windows(kind);
            let applications = if kind.is_of_account() { vec![None] } else { applications.clone() };
            windows.into_iter().flat_map(move |window| {
                applications.clone().into_iter().flat_map(move |sub_app_id| {
                    Subject::of(kind).into_iter().map(move |subject| self.unit(kind, sub_app_id, subject.text(), window))
                })
            })
        })
    }

    /// A unit, to be planned.
    pub(super) fn unit(&self, kind: Kind, sub_app_id: Option<SubAppId>, subject: String, window: Period) -> NewUnit {
        let account = self.account.clone();
        let is_backfill = !matches!(kind, Kind::Media | Kind::Domains) && window.end + RECENT < self.now;
        NewUnit {
            unit: Unit { account, action: kind.action().to_owned(), sub_app_id, subject, window },
            kind: kind.as_str().to_owned(),
            brings: kind.brings(),
            priority: if is_backfill { BACKFILL } else { 0 },
        }
    }

    /// How sure a day's usage is.
    pub(super) fn status_of(&self, day: BillingDay) -> Status {
        if day.end() + TimeDelta::hours(FRESHNESS_HOURS) <= self.now { Status::Final } else { Status::Partial }
    }
}

/// What a unit's question is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One storage class (name in media, name in the API) in one area.
    Storage {
        /// `STANDARD`
        class: &'static str,
        /// `StandardStorage`
        storage_type: &'static str,
        /// The area.
        area: &'static str,
    },
    /// Bytes delivered in one area.
    Traffic(&'static str),
    /// Speed of delivery in one area.
    Bandwidth(&'static str),
    /// All media processing.
    Process,
    /// Bytes read back one way in one area.
    Retrieval {
        /// `ArchiveStandardRetrieval`
        storage_type: &'static str,
        /// The area.
        area: &'static str,
    },
    /// Reviewed images.
    ImageReview,
    /// Licence requests.
    Licence,
    /// Bytes uploaded with one type of acceleration.
    Upload(&'static str),
    /// What was generated of one type.
    Aigc(AigcKind),
    /// Delivered bytes of all areas together.
    CdnUsage,
    /// Stored bytes at the moment.
    StorageNow,
    /// Plays by media.
    Plays,
    /// Domains.
    Domains,
    /// Prepaid products.
    Packs,
    /// Lines of a bill.
    Bill,
}

impl Subject {
    fn of(kind: Kind) -> Vec<Self> {
        match kind {
            Kind::Media | Kind::Logs => Vec::new(),
            Kind::Storage => STORAGE_CLASSES
                .into_iter()
                .flat_map(|(class, storage_type)| STORAGE_AREAS.map(|area| Self::Storage { class, storage_type, area }))
                .collect(),
            Kind::Traffic => TRAFFIC_AREAS.map(Self::Traffic).to_vec(),
            Kind::Bandwidth => TRAFFIC_AREAS.map(Self::Bandwidth).to_vec(),
            Kind::Process => vec![Self::Process],
            Kind::Retrieval => RETRIEVALS
                .into_iter()
                .flat_map(|storage_type| STORAGE_AREAS.map(|area| Self::Retrieval { storage_type, area }))
                .collect(),
            Kind::ImageReview => vec![Self::ImageReview],
            Kind::Licence => vec![Self::Licence],
            Kind::Upload => UPLOAD_ACCELERATIONS.map(Self::Upload).to_vec(),
            Kind::Aigc => AigcKind::ALL.map(Self::Aigc).to_vec(),
            Kind::CdnUsage => vec![Self::CdnUsage],
            Kind::StorageNow => vec![Self::StorageNow],
            Kind::Plays => vec![Self::Plays],
            Kind::Domains => vec![Self::Domains],
            Kind::Packs => vec![Self::Packs],
            Kind::Bill => vec![Self::Bill],
        }
    }

    fn text(self) -> String {
        match self {
            Self::Storage { storage_type, area, .. } | Self::Retrieval { storage_type, area } => {
                format!("{storage_type}, {area}")
            }
            Self::Traffic(area) => format!("Traffic, {area}"),
            Self::Bandwidth(area) => format!("Bandwidth, {area}"),
            Self::Upload(kind) => kind.to_owned(),
            Self::Aigc(kind) => kind.as_str().to_owned(),
            Self::Process
            | Self::ImageReview
            | Self::Licence
            | Self::CdnUsage
            | Self::StorageNow
            | Self::Plays
            | Self::Domains
            | Self::Packs
            | Self::Bill => String::new(),
        }
    }
}

/// The priority of backfill; anything else is sooner.
pub const BACKFILL: i64 = 10;

/// A question about usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// What to collect.
    pub plan: &'a Plan,
    /// The unit.
    pub unit: &'a Unit,
    /// What it is narrowed to.
    pub subject: Subject,
}

impl<'a> Question<'a> {
    /// The question that a unit stands for; `None` when this version plans no such unit.
    pub fn of(plan: &'a Plan, lease: &'a Lease) -> Option<Self> {
        let kind: Kind = lease.kind.parse().ok()?;
        let subject = Subject::of(kind).into_iter().find(|subject| subject.text() == lease.unit.subject)?;
        Some(Self { plan, unit: &lease.unit, subject })
    }

    /// What to ask for: the part of the window that can be asked for, up to now.
    pub fn asked(&self) -> Period {
        let window = self.unit.window;
        if matches!(self.subject, Subject::Bill | Subject::Domains | Subject::StorageNow | Subject::Packs) {
            return window;
        }
        let start = window.start.max(self.plan.first_day().start()).min(window.end);
        Period { start, end: window.end.min(self.plan.now).max(start) }
    }

    /// [`Status::Final`] when the window will not be answered otherwise any more.
    pub fn status(&self) -> Status {
        let is_final = match self.subject {
            Subject::Domains | Subject::StorageNow | Subject::Packs => false,
            Subject::Bill => self.unit.window.end + BILL_SETTLES <= self.plan.now,
            _ => self.unit.window.days().all(|day| self.plan.status_of(day) == Status::Final),
        };
        if is_final { Status::Final } else { Status::Partial }
    }
}
