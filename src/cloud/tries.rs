//! The attempts of one call: whether another may follow, after which pause, and until when.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use super::builder::Habits;
use super::error::{Error, ErrorKind};
use super::transport::Action;

/// How one client's calls wait and how long they may take.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Patience {
    /// From the moment of the call on, its place in the queue included.
    pub within: Option<Duration>,
    /// All calls end here.
    pub until: Option<std::time::Instant>,
}

/// An attempt that failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: Error,
    /// Nothing was sent, or the server says that it did nothing.
    pub without_effect: bool,
    /// An answer of status 200 came, but none of the API: another may be better.
    pub garbled: bool,
    /// How long the server asks to be left alone.
    pub wait: Option<Duration>,
}

impl Failure {
    /// An attempt that ended before anything was sent.
    pub fn unsent(error: Error) -> Self {
        Self { error, without_effect: true, garbled: false, wait: None }
    }
}

/// The attempts of one call so far.
pub(super) struct Tries {
    action: &'static Action,
    called: Instant,
    /// From the first turn on: waiting for it behind other calls is no failure of this one.
    started: Option<Instant>,
    /// The moment that the caller set.
    deadline: Option<Instant>,
    total: Duration,
    max_attempts: u32,
    attempts: u32,
    /// Those of them that were refused for the rate.
    refusals: u32,
    delays: ExponentialBackoff,
    last: Option<Error>,
    request_ids: Vec<String>,
}

/// Attempts that a clock or an answer that is none of the API is good for.
const FEW: u32 = 3;
/// A call may be refused for its rate so many times as often: that says when to come again, not that something is wrong.
const REFUSALS_IN_AN_ATTEMPT: u32 = 4;

impl Tries {
    pub fn new(action: &'static Action, habits: &Habits, patience: Patience) -> Self {
        let called = Instant::now();
        let within = patience.within.and_then(|time| called.checked_add(time));
        let until = patience.until.map(Instant::from_std);
        let delays = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(habits.min_delay)
            .with_max_delay(habits.max_delay)
            .without_max_times()
            .build();
        Self {
            action,
            called,
            started: None,
            deadline: within.into_iter().chain(until).min(),
            total: habits.total_timeout,
            max_attempts: habits.max_attempts.max(1),
            attempts: 0,
            refusals: 0,
            delays,
            last: None,
            request_ids: Vec::new(),
        }
    }

    /// When everything must be over; `None` while the call waits for its first turn and has no deadline.
    pub fn end(&self) -> Option<Instant> {
        let total = self.started.and_then(|started| started.checked_add(self.total));
        self.deadline.into_iter().chain(total).min()
    }

    /// A turn came: how long the attempt may take.
    pub fn begin(&mut self) -> Duration {
        self.started.get_or_insert_with(Instant::now);
        self.attempts += 1;
        self.end().map_or(self.total, |end| end.saturating_duration_since(Instant::now()))
    }

    /// After a failure: the pause before the next attempt, or the error that ends the call.
    pub fn pause_after(&mut self, failure: Failure) -> Result<Duration, Error> {
        if let Some(id) = self.last.take().and_then(|previous| previous.request_id) {
            self.request_ids.push(id);
        }
        self.refusals += u32::from(failure.error.kind == ErrorKind::RateLimit);
        let may_repeat = self.may_repeat(&failure);
        let Failure { mut error, without_effect, wait, .. } = failure;
        error.effect_unknown = !without_effect && !self.action.repeatable;
        let delay = self.delays.next().unwrap_or_default();
        let delay = wait.map_or(delay, |wait| wait.max(delay));
        let in_time = self.end().is_none_or(|end| Instant::now() + delay < end);
        if may_repeat && in_time {
            tracing::info!(%error, delay_ms = delay.as_millis(), "will repeat");
            self.last = Some(error);
            return Ok(delay);
        }
        if let (true, false, Some(wait)) = (may_repeat, in_time, wait) {
            error.message = format!("{}; it asks to wait {} s, more than is left", error.message, wait.as_secs());
        }
        Err(self.told(error))
    }

    /// No turn came in time, with so many calls in the queue.
    pub fn out_of_time(&mut self, waiting: usize) -> Error {
        let error = self.last.take().unwrap_or_else(|| {
            let waited = self.called.elapsed().as_secs_f32();
            let message = format!("not sent: its turn did not come within {waited:.1} s, {waiting} calls wait for this action");
            Error::new(ErrorKind::Deadline, message)
        });
        self.told(error)
    }

    /// An error with everything that is known of the call.
    fn told(&mut self, mut error: Error) -> Error {
        error.action = self.action.name;
        error.attempts = self.attempts;
        error.elapsed = self.started.unwrap_or(self.called).elapsed();
        error.with_earlier(std::mem::take(&mut self.request_ids))
    }

    /// Whether an attempt may follow. A refusal before the action ran is safe to repeat for every action; a lost answer is
    /// not.
    fn may_repeat(&self, failure: &Failure) -> bool {
        let repeatable = self.action.repeatable || failure.without_effect;
        let failures = self.attempts - self.refusals;
        match failure.error.kind {
            ErrorKind::RateLimit => self.max_attempts > 1 && self.refusals < self.max_attempts * REFUSALS_IN_AN_ATTEMPT,
            ErrorKind::Clock => failures < FEW.min(self.max_attempts),
            ErrorKind::Service | ErrorKind::Network => repeatable && failures < self.max_attempts,
            ErrorKind::Malformed => failure.garbled && repeatable && failures < FEW.min(self.max_attempts),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Api, Limit};
    use super::*;

    static READS: Action = Action { api: Api::Vod, name: "Reads", limit: Limit::per_second(20), repeatable: true };
    static CHANGES: Action = Action { api: Api::Vod, name: "Changes", limit: Limit::per_second(20), repeatable: false };

    /// How often a call is sent that always fails like this, and the error in the end.
    fn sent(action: &'static Action, kind: ErrorKind, without_effect: bool) -> (u32, Error) {
        let mut tries = Tries::new(action, &Habits::default(), Patience::default());
        loop {
            tries.begin();
            let error = Error::new(kind, "no").with_request_id(Some("r".to_owned()));
            let failure = Failure { error, without_effect, garbled: kind == ErrorKind::Malformed, wait: None };
            if let Err(error) = tries.pause_after(failure) {
                return (error.attempts, error);
            }
        }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        for (kind, of_reads, of_changes) in [
            (ErrorKind::Network, 5, 1),
            (ErrorKind::Service, 5, 1),
            (ErrorKind::Malformed, 3, 1),
            (ErrorKind::Clock, 3, 3),
            (ErrorKind::RateLimit, 20, 20),
            (ErrorKind::Request, 1, 1),
        ] {
            assert_eq!((sent(&READS, kind, false).0, sent(&CHANGES, kind, false).0), (of_reads, of_changes), "{kind:?}");
        }
        // No connection came about.
        assert_eq!(sent(&CHANGES, ErrorKind::Network, true).0, 5);
    }

    #[test]
    fn an_unknown_effect_is_told() {
        let (_, error) = sent(&CHANGES, ErrorKind::Network, false);
        let text = "Changes: no; whether it took effect is not known: look before you run it again (request id r)";
        assert_eq!((error.effect_unknown, error.to_string().as_str()), (true, text));
        assert!(!sent(&READS, ErrorKind::Network, false).1.effect_unknown);
        assert!(!sent(&CHANGES, ErrorKind::Network, true).1.effect_unknown);
    }
}
