//! What to ask: units of work for a period, less what is known for good.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{CollectError, on_blocking_thread};
use crate::ledger::{Ledger, Unit};
use crate::model::area::{STORAGE_AREAS, TRAFFIC_AREAS};
use crate::model::meter::{RETRIEVALS, STORAGE_CLASSES, UPLOAD_ACCELERATIONS};
use crate::model::{AccountId, BillingDay, Period, Status, SubAppId};

/// A day is final when it ended this long ago; until then it is read again. The console's delays are 10 minutes for traffic, 30
/// minutes for storage and 2 to 4 hours for retrieval, logs are stable after 24 hours, and bills of a day are made on the next
/// afternoon; twice the longest of them is on the safe side.
pub const FRESHNESS_HOURS: i64 = 48;
/// How far back usage can be asked (`DescribeStorageDetails`, `DescribeMediaProcessUsageData`).
pub const HISTORY_DAYS: u64 = 365;

/// The most days of one question by minute (documented: a span of at most 7 days).
const DAYS_BY_MINUTE: usize = 7;
/// The most days of one question by day. Documented are 90; a month is enough and leaves room for either reading of the end.
const DAYS_BY_DAY: usize = 31;
/// A day is worth asking for when its first point is there.
const FIRST_POINT: TimeDelta = TimeDelta::minutes(5);

/// A kind of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
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
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Storage,
        Self::Traffic,
        Self::Bandwidth,
        Self::Process,
        Self::Retrieval,
        Self::ImageReview,
        Self::Licence,
        Self::Upload,
    ];

    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Traffic => "traffic",
            Self::Bandwidth => "bandwidth",
            Self::Process => "process",
            Self::Retrieval => "retrieval",
            Self::ImageReview => "image-review",
            Self::Licence => "licence",
            Self::Upload => "upload",
        }
    }

    /// The action that answers it.
    pub fn action(self) -> &'static str {
        match self {
            Self::Storage | Self::Retrieval => "DescribeStorageDetails",
            Self::Traffic | Self::Bandwidth => "DescribeCDNStatDetails",
            Self::Process => "DescribeMediaProcessUsageData",
            Self::ImageReview => "DescribeImageReviewUsageData",
            Self::Licence => "DescribeLicenseUsageData",
            Self::Upload => "DescribeClientUploadAccelerationUsageData",
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
}

impl Plan {
    /// All applications; every kind but bandwidth, which only some billing modes need; four units at a time.
    pub fn new(account: AccountId, period: Period, now: DateTime<Utc>) -> Self {
        Self {
            account,
            applications: Applications::All,
            period,
            now,
            kinds: Kind::ALL.into_iter().filter(|kind| *kind != Kind::Bandwidth).collect(),
            process_types: ProcessTypes::default(),
            at_a_time: 4,
        }
    }

    /// The first day that can still be asked for.
    pub(super) fn first_day(&self) -> BillingDay {
        BillingDay::of(self.now).minus(HISTORY_DAYS - 1)
    }

    /// The days to ask for: those of the period that are neither too old nor yet to come.
    fn days(&self) -> Vec<BillingDay> {
        let first = self.first_day();
        self.period.days().filter(|day| *day >= first && day.start() + FIRST_POINT <= self.now).collect()
    }

    fn status_of(&self, day: BillingDay) -> Status {
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
}

impl Subject {
    fn of(kind: Kind) -> Vec<Self> {
        match kind {
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
        }
    }

    fn text(self) -> String {
        match self {
            Self::Storage { storage_type, area, .. } | Self::Retrieval { storage_type, area } => {
                format!("{storage_type}, {area}")
            }
            Self::Traffic(area) => format!("Traffic, {area}"),
            Self::Bandwidth(area) => format!("Bandwidth, {area}"),
            Self::Process | Self::ImageReview | Self::Licence => String::new(),
            Self::Upload(kind) => kind.to_owned(),
        }
    }

    fn most_days(self) -> usize {
        match self {
            Self::Storage { .. } => DAYS_BY_MINUTE,
            // Five-minute points of delivery come for at most 24 hours.
            Self::Bandwidth(_) => 1,
            _ => DAYS_BY_DAY,
        }
    }
}

/// A unit to be worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The unit.
    pub unit: Unit,
    /// Which kind of usage it brings.
    pub kind: Kind,
    /// What it is narrowed to.
    pub subject: Subject,
    /// How sure its facts will be.
    pub status: Status,
}

impl Question {
    /// What to ask for: the unit's window, up to now.
    pub fn asked(&self, now: DateTime<Utc>) -> Period {
        Period { start: self.unit.window.start, end: self.unit.window.end.min(now) }
    }
}

/// What is left to do.
#[derive(Debug, Default)]
pub struct Questions {
    /// To be asked.
    pub to_ask: Vec<Question>,
    /// Days, counted once per question, that are known for good.
    pub known_days: usize,
}

/// Every question of a plan, less the days that were answered for good before.
pub async fn questions(ledger: &Arc<Ledger>, plan: &Plan, applications: &[Option<SubAppId>]) -> Result<Questions, CollectError> {
    let (plan, applications) = (plan.clone(), applications.to_vec());
    on_blocking_thread(ledger, move |ledger| {
        let mut questions = Questions::default();
        let days = plan.days();
        for sub_app_id in applications {
            for (kind, subject) in
                plan.kinds.iter().flat_map(|kind| Subject::of(*kind).into_iter().map(|subject| (*kind, subject)))
            {
                let unit = Unit {
                    account: plan.account.clone(),
                    action: kind.action().to_owned(),
                    sub_app_id,
                    subject: subject.text(),
                    window: plan.period,
                };
                let known = ledger.final_days(&unit)?;
                let open: Vec<BillingDay> = days.iter().copied().filter(|day| !known.contains(day)).collect();
                questions.known_days += days.len() - open.len();
                for (window, status) in windows(&plan, &open, subject.most_days()) {
                    questions.to_ask.push(Question { unit: Unit { window, ..unit.clone() }, kind, subject, status });
                }
            }
        }
        Ok(questions)
    })
    .await
}

/// Days as windows: consecutive, of one status, not too long.
fn windows(plan: &Plan, days: &[BillingDay], most: usize) -> Vec<(Period, Status)> {
    let together =
        |left: &BillingDay, right: &BillingDay| left.next() == *right && plan.status_of(*left) == plan.status_of(*right);
    let runs = days.chunk_by(together).flat_map(|run| run.chunks(most));
    runs.filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        Some((Period { start: first.start(), end: last.end() }, plan.status_of(*first)))
    })
    .collect()
}
