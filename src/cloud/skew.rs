//! How far the server's clock is from this machine's. Signatures carry a time that the server compares with its own.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Answers that are looked at: enough for a median that one odd answer does not move.
const KEPT: usize = 5;
/// What an answer's date, in whole seconds, and the way of the answer cannot explain.
const NOTICEABLE: TimeDelta = TimeDelta::seconds(30);

/// The server's clock, as its answers date themselves.
#[derive(Debug, Default)]
pub(super) struct ServerClock(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// The last differences, the newest last.
    differences: Vec<TimeDelta>,
    /// What is added to this machine's time.
    correction: TimeDelta,
}

impl Seen {
    fn median(&self) -> Option<TimeDelta> {
        let mut sorted = self.differences.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

impl ServerClock {
    /// The time to sign with.
    pub fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.checked_add_signed(self.seen().correction).unwrap_or(now)
    }

    /// Server's time less this machine's; `None` before the first dated answer.
    pub fn skew(&self) -> Option<TimeDelta> {
        self.seen().median()
    }

    /// Notes the date of an answer to a request of that moment. A clock that is off by more than 30 seconds in most of the
    /// last answers is corrected.
    pub fn note(&self, sent: DateTime<Utc>, date: DateTime<Utc>) {
        let mut seen = self.seen();
        if seen.differences.len() >= KEPT {
            seen.differences.remove(0);
        }
        seen.differences.push(difference(sent, date));
        if seen.differences.len() == KEPT
            && let Some(median) = seen.median()
        {
            seen.correction = if median.abs() > NOTICEABLE { median } else { TimeDelta::zero() };
        }
    }

    /// The server refused a request for its time: what it says now counts at once.
    pub fn refused(&self, sent: DateTime<Utc>, date: DateTime<Utc>) {
        let difference = difference(sent, date);
        tracing::warn!(seconds = difference.num_seconds(), "this machine's clock differs from the server's");
        *self.seen() = Seen { differences: vec![difference; KEPT], correction: difference };
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A date in whole seconds was half a second past on average, and was set halfway between request and answer.
fn difference(sent: DateTime<Utc>, date: DateTime<Utc>) -> TimeDelta {
    date + TimeDelta::milliseconds(500) - (sent + (Utc::now() - sent) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(clock: &ServerClock) -> i64 {
        (clock.now() - Utc::now()).num_seconds()
    }

    #[test]
    fn one_odd_answer_moves_nothing() {
        let clock = ServerClock::default();
        assert_eq!(clock.skew(), None);
        for minutes in [0, 90, 0, 0, 90, 0, 0] {
            clock.note(Utc::now(), Utc::now() + TimeDelta::minutes(minutes));
        }
        assert_eq!(corrected(&clock), 0);
        assert!(clock.skew().is_some_and(|skew| skew.abs() < TimeDelta::seconds(2)));
    }

    #[test]
    fn a_clock_that_is_off_is_corrected_and_trusted_again_once_it_is_set() {
        let clock = ServerClock::default();
        let answers = |minutes: i64| (0..5).for_each(|_| clock.note(Utc::now(), Utc::now() + TimeDelta::minutes(minutes)));
        answers(10);
        assert!((599..=601).contains(&corrected(&clock)));
        answers(0);
        assert_eq!(corrected(&clock), 0);
    }

    #[test]
    fn a_refusal_counts_at_once() {
        let clock = ServerClock::default();
        clock.refused(Utc::now(), Utc::now() - TimeDelta::hours(3));
        assert!((-10_801..=-10_799).contains(&corrected(&clock)));
    }
}
