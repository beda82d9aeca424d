//! Faults on purpose. A seed decides them, so that a run can be repeated.
//!
//! Whether a request meets a fault follows from the seed, from what the request asks for, and from how often that very request
//! came before: not from the order in which different requests arrive. So the same seed gives the same faults however
//! many callers there are. No request meets more than a few faults in a row, so a patient caller always gets through.

mod asked;
mod decide;
mod line;
mod lists;
mod spec;
mod untold;

use std::time::Duration;

use chrono::TimeDelta;

pub(super) use asked::{Api, Asked};
pub(super) use decide::Decider;
pub(super) use line::{Fragile, Line, Socket};
pub(super) use lists::{disturb, repeat_first};
use untold::Untold;
pub(super) use untold::{one_untold, ways_untold};

/// What goes wrong, and how often: `throttle=5%,internal=2%,seed=7`, or `mixed,seed=7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Each kind with its share, in 1/10 000.
    shares: Vec<(Fault, u32)>,
    seed: u64,
    /// The most faults that one request meets in a row.
    burst: u32,
    /// How long usage is nothing, then half, after it came about.
    late: TimeDelta,
    /// The share of days, in 1/10 000, whose usage is told wrong at first.
    restated: u32,
    /// How far the cloud's clock is ahead.
    skew: TimeDelta,
    /// So many billing requests find that bills are not ready.
    unready: u64,
    denied: Vec<Denied>,
    /// Members that answers do not tell.
    untold: Vec<Untold>,
}

impl Default for Faults {
    /// Nothing goes wrong.
    fn default() -> Self {
        Self {
            shares: Vec::new(),
            seed: 0,
            burst: 2,
            late: TimeDelta::zero(),
            restated: 0,
            skew: TimeDelta::zero(),
            unready: 0,
            denied: Vec::new(),
            untold: Vec::new(),
        }
    }
}

/// What the account's keys may not do: an action, everything of an application, or an action of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Denied {
    action: Option<String>,
    sub_app_id: Option<u64>,
}

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `RequestLimitExceeded` or 4400.
    Throttle,
    /// `InternalError` or 6000.
    Internal,
    /// HTTP 500 before anything was done.
    Http500,
    /// HTTP 502 after all was done.
    Http502,
    /// HTTP 503 before anything was done.
    Http503,
    /// The connection is reset before anything was done.
    Reset,
    /// The connection is reset after all was done.
    Lost,
    /// The second half of the answer takes [`STALL`].
    Slow,
    /// A whole body that is half of the JSON.
    Truncated,
    /// The connection ends in the middle of the answer.
    Cut,
    /// JSON that is not the action's answer.
    Shape,
    /// HTTP 200 with a page for people.
    Html,
    /// A list that shows rows again: the page before, or on the first page its first row.
    Duplicate,
    /// A later page of a list that begins too early, as if rows had come in front of it meanwhile.
    Shift,
    /// A link for download that is not good any more.
    Expired,
}

/// How long a slow answer pauses.
pub(super) const STALL: Duration = Duration::from_secs(2);

/// Every kind under the name that a description uses.
const NAMES: [(&str, Fault); 15] = [
    ("throttle", Fault::Throttle),
    ("internal", Fault::Internal),
    ("http500", Fault::Http500),
    ("http502", Fault::Http502),
    ("http503", Fault::Http503),
    ("reset", Fault::Reset),
    ("lost", Fault::Lost),
    ("slow", Fault::Slow),
    ("truncated", Fault::Truncated),
    ("cut", Fault::Cut),
    ("shape", Fault::Shape),
    ("html", Fault::Html),
    ("duplicate", Fault::Duplicate),
    ("shift", Fault::Shift),
    ("expired", Fault::Expired),
];

/// The blend `mixed`, in 1/10 000.
const MIXED: [(Fault, u32); 15] = [
    (Fault::Throttle, 300),
    (Fault::Internal, 200),
    (Fault::Http500, 100),
    (Fault::Http502, 100),
    (Fault::Http503, 100),
    (Fault::Reset, 200),
    (Fault::Lost, 200),
    (Fault::Slow, 50),
    (Fault::Truncated, 150),
    (Fault::Cut, 150),
    (Fault::Shape, 150),
    (Fault::Html, 100),
    (Fault::Duplicate, 200),
    (Fault::Shift, 200),
    (Fault::Expired, 300),
];

impl Fault {
    /// Its name in descriptions and counts.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, fault)| *fault == self).map_or("", |(name, _)| name)
    }

    /// Whether it can happen to a request at all.
    fn fits(self, asked: &Asked) -> bool {
        match self {
            Self::Throttle | Self::Internal | Self::Shape => matches!(asked.api, Api::Current | Api::Legacy),
            Self::Duplicate => asked.offset.is_some(),
            Self::Shift => asked.offset.is_some_and(|offset| offset > 0),
            Self::Expired => asked.api == Api::Files,
            _ => true,
        }
    }
}
