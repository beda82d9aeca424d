//! Bytes that moved: what the levels and amounts of the account file do not know of.

use chrono::{DateTime, Utc};

use super::State;
use crate::sim::points::POINT;

/// Bytes that came or went at a moment.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The application.
    pub sub_app_id: u64,
    /// The storage area.
    pub area: &'static str,
    /// The storage type.
    pub kind: &'static str,
    /// When.
    pub at: DateTime<Utc>,
    /// How many; below 0 where they went.
    pub bytes: i128,
}

/// What moved in one application.
#[derive(Clone, Debug)]
pub struct Shifts {
    levels: Vec<Moved>,
    amounts: Vec<Moved>,
}

impl State {
    /// What moved in one application so far.
    pub fn shifts(&self, sub_app_id: u64) -> Shifts {
        let state = self.lock();
        let of = |moved: &[Moved]| moved.iter().filter(|moved| moved.sub_app_id == sub_app_id).cloned().collect();
        Shifts { levels: of(&state.shifts), amounts: of(&state.retrieved) }
    }
}

impl Shifts {
    /// A declared level with what came and went until a moment. It never falls below nothing, also where the account
    /// file declares less than its media.
    pub fn level(&self, declared: u64, area: &str, kind: &str, time: DateTime<Utc>) -> u64 {
        let moved = self.levels.iter().filter(|moved| moved.area == area && moved.kind == kind && moved.at <= time);
        u64::try_from((i128::from(declared) + moved.map(|moved| moved.bytes).sum::<i128>()).max(0)).unwrap_or(u64::MAX)
    }

    /// Bytes of one type in the point that begins at a moment.
    pub fn amount(&self, area: &str, kind: &str, point: DateTime<Utc>) -> u64 {
        let inside = |at: DateTime<Utc>| point <= at && at < point + POINT;
        let moved = self.amounts.iter().filter(|moved| moved.area == area && moved.kind == kind && inside(moved.at));
        u64::try_from(moved.map(|moved| moved.bytes).sum::<i128>()).unwrap_or(0)
    }
}
