//! A large account: up to ten million media, each computed from its number when somebody asks for it.
//!
//! Only the second of creation is stored, four bytes a media. What a media is follows from the seed and its number, so that the
//! same description makes the same account everywhere.

mod changes;
mod facts;
mod query;
mod spec;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};

use self::changes::Changes;
pub use self::changes::State;
pub use self::facts::Recording;
pub use self::query::Query;
pub use self::spec::LargeSpec;

/// Midnight at UTC+8 of 1 November 2025, when the first media came.
const BEGIN: i64 = 1_761_926_400;
/// Seconds from the first media to the last: 365 days.
const SPAN: u32 = 365 * 86_400;

/// The media of one application of a large account.
pub struct Large {
    seed: u64,
    /// The application's place among those of the account.
    number: u32,
    /// When each media came, in seconds after [`BEGIN`]; in order.
    created: Vec<u32>,
    /// Media that come and go at each search.
    churn: u32,
    searches: AtomicU64,
    changes: RwLock<Changes>,
}

impl std::fmt::Debug for Large {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Large").field("seed", &self.seed).field("media", &self.created.len()).finish_non_exhaustive()
    }
}

/// A well mixed number of two (SplitMix64).
fn mix(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_mul(0xD6E8_FEB8_6659_FD93).wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Large {
    /// The media of the application with this place; `together` of them came in one second.
    fn new(spec: &LargeSpec, number: u32, media: u32) -> Self {
        let seed = mix(spec.seed, u64::from(number));
        Self {
            seed,
            number,
            created: creation(seed, media, spec.per_second),
            churn: spec.churn,
            searches: AtomicU64::new(0),
            changes: RwLock::new(Changes::new(media)),
        }
    }

    /// Lets media come and go, as many as each search brings about. What happens at the n-th search is always the same.
    pub fn stir(&self, now: DateTime<Utc>) {
        if self.churn == 0 {
            return;
        }
        let search = self.searches.fetch_add(1, Ordering::Relaxed);
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        for step in 0..self.churn {
            let draw = mix(self.seed ^ 0xC0FF_EE00, search * u64::from(self.churn) + u64::from(step));
            if draw.is_multiple_of(2) {
                // A media may be found some time after it was created.
                let hour = u32::try_from((draw >> 8) % 3600).unwrap_or(0);
                changes.add(self.second(now).saturating_sub(hour));
            } else {
                changes.delete(draw >> 8);
            }
        }
    }

    /// Ids by what became of them since the account was started, one a line.
    pub fn ids(&self, state: State, now: DateTime<Utc>) -> String {
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let there = u32::try_from(self.created.partition_point(|second| *second <= self.second(now))).unwrap_or(u32::MAX);
        let mut text = String::new();
        for index in changes.members(state, there) {
            text.push_str(&self.file_id(index));
            text.push('\n');
        }
        text
    }

    /// How many media there are.
    pub fn count(&self, now: DateTime<Utc>) -> usize {
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let there = self.created.partition_point(|second| *second <= self.second(now));
        changes.count(there)
    }

    /// A moment in seconds after [`BEGIN`]; 0 before it.
    fn second(&self, time: DateTime<Utc>) -> u32 {
        u32::try_from((time.timestamp() - BEGIN).max(0)).unwrap_or(u32::MAX)
    }
}

/// When each media came: irregular, often several in a second, and `together` of them in one second in the middle.
fn creation(seed: u64, media: u32, together: u32) -> Vec<u32> {
    let mean = u64::from(SPAN) * 1000 / u64::from(media.max(1));
    let crowded = media / 2..(media / 2).saturating_add(together);
    let mut moment = 0;
    let mut second = |index: u32| {
        let draw = mix(seed ^ 0x0011_2233, u64::from(index));
        // One of eight comes at the very moment of the one before it.
        if !draw.is_multiple_of(8) && !(crowded.contains(&index) && index > crowded.start) {
            moment += (draw >> 3) % (2 * mean + 1);
        }
        u32::try_from(moment / 1000).unwrap_or(SPAN).min(SPAN)
    };
    (0..media).map(&mut second).collect()
}
