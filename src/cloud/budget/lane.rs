//! Whose turn it is: a queue in front of one budget.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::pace::Pace;
use super::{Limit, Priority, lock};

/// What a call asks of a budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub priority: Priority,
    /// Per cent of the limit to use; `None` is no bound.
    pub percent: Option<u32>,
    /// Requests under way at once.
    pub at_a_time: usize,
}

/// The longest pause of everybody that one answer leads to. The call that got it waits for as long as it was told, or fails.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// A pause of every action of a key.
#[derive(Debug, Default)]
pub(super) struct Hold(Mutex<Option<Instant>>);

impl Hold {
    fn until(&self, moment: Instant) {
        let mut hold = lock(&self.0);
        *hold = Some(hold.map_or(moment, |other| other.max(moment)));
    }

    fn end(&self) -> Option<Instant> {
        *lock(&self.0)
    }
}

/// Strict order: by priority, then by arrival.
type Ticket = (Priority, u64);

#[derive(Debug)]
struct State {
    pace: Pace,
    waiting: BTreeMap<Ticket, Arc<Notify>>,
    tickets: u64,
    under_way: usize,
}

impl State {
    /// Lets the first in the queue look again.
    fn wake_first(&self) {
        if let Some(first) = self.waiting.values().next() {
            first.notify_one();
        }
    }
}

/// One budget and those who wait for it.
#[derive(Debug)]
pub(crate) struct Lane {
    state: Mutex<State>,
    hold: Arc<Hold>,
}

/// What somebody who waits is told.
enum Word {
    /// It is your turn, with this number.
    Go(u64),
    /// You are first; look again at this moment.
    At(Instant),
    /// You will be woken.
    Later,
}

impl Lane {
    pub(super) fn new(limit: Limit, hold: Arc<Hold>) -> Self {
        let state = State { pace: Pace::new(limit), waiting: BTreeMap::new(), tickets: 0, under_way: 0 };
        Self { state: Mutex::new(state), hold }
    }

    /// Waits for a turn. Dropping the future leaves the queue without a trace.
    pub async fn turn(self: &Arc<Self>, wish: Wish) -> Turn {
        let place = Place::new(self, wish.priority);
        loop {
            match self.ask(place.ticket, wish, Instant::now()) {
                Word::Go(number) => return Turn { lane: Arc::clone(self), number },
                // Woken or not: ask again.
                Word::At(moment) => drop(timeout_at(moment, place.bell.notified()).await),
                Word::Later => place.bell.notified().await,
            }
        }
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        lock(&self.state).waiting.len()
    }

    fn ask(&self, ticket: Ticket, wish: Wish, now: Instant) -> Word {
        let mut state = lock(&self.state);
        let is_first = state.waiting.first_key_value().is_some_and(|(first, _)| *first == ticket);
        if !is_first || state.under_way >= wish.at_a_time {
            return Word::Later;
        }
        let ready = self.hold.end().unwrap_or(now).max(state.pace.ready(wish.percent, now));
        if ready > now {
            return Word::At(ready);
        }
        state.waiting.remove(&ticket);
        state.under_way += 1;
        let number = state.pace.send(wish.percent, now);
        state.wake_first();
        Word::Go(number)
    }
}

/// A place in the queue; left when dropped.
struct Place<'a> {
    lane: &'a Lane,
    ticket: Ticket,
    bell: Arc<Notify>,
}

impl<'a> Place<'a> {
    fn new(lane: &'a Lane, priority: Priority) -> Self {
        let bell = Arc::new(Notify::new());
        let mut state = lock(&lane.state);
        let ticket = (priority, state.tickets);
        state.tickets += 1;
        state.waiting.insert(ticket, Arc::clone(&bell));
        Self { lane, ticket, bell }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.lane.state);
        if state.waiting.remove(&self.ticket).is_some() {
            state.wake_first();
        }
    }
}

/// A request that may go now. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Turn {
    lane: Arc<Lane>,
    number: u64,
}

impl Turn {
    /// The server let the request pass, whatever it answered, and began to answer at this moment.
    pub fn admitted(&self, answered: Instant) {
        let mut state = lock(&self.lane.state);
        state.pace.admitted(self.number, answered);
        // The first may be waiting for longer than it now must.
        state.wake_first();
    }

    /// The server refused the request as one too many, and may have said for how long nothing should come. `of_key` says
    /// that it counted all requests of the key, not those of the action.
    pub fn refused(&self, of_key: bool, asked: Option<Duration>) {
        let now = Instant::now();
        let mut state = lock(&self.lane.state);
        state.pace.refused(self.number, now);
        if let Some(asked) = asked {
            state.pace.pause_until(now + asked.min(LONGEST_PAUSE));
        }
        if of_key {
            self.lane.hold.until(state.pace.ready(None, now));
        }
    }

    /// The server is there but wants to be left alone for a while.
    pub fn asked_to_wait(&self, time: Duration) {
        lock(&self.lane.state).pace.pause_until(Instant::now() + time.min(LONGEST_PAUSE));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = lock(&self.lane.state);
        state.under_way -= 1;
        state.wake_first();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::time::{sleep, timeout};

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn lane(requests: u32, per: Duration) -> Arc<Lane> {
        Arc::new(Lane::new(Limit { requests, per }, Arc::default()))
    }

    fn wish(priority: Priority) -> Wish {
        Wish { priority, percent: Some(100), at_a_time: 8 }
    }

    #[tokio::test]
    async fn the_urgent_go_first_and_the_rest_in_order() {
        let lane = lane(1, MS * 100);
        let went = Arc::new(Mutex::new(Vec::new()));
        let _first = lane.turn(wish(Priority::Backfill)).await;
        let calls = [("b", Priority::Backfill), ("s1", Priority::Sync), ("s2", Priority::Sync), ("i", Priority::Interactive)];
        let tasks = calls.map(|(name, priority)| {
            let (lane, went) = (Arc::clone(&lane), Arc::clone(&went));
            tokio::spawn(async move {
                let _turn = lane.turn(wish(priority)).await;
                lock(&went).push(name);
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*lock(&went), ["i", "s1", "s2", "b"]);
    }

    #[tokio::test]
    async fn whoever_leaves_costs_nothing() {
        let lane = lane(1, MS * 300);
        drop(lane.turn(wish(Priority::Sync)).await);
        let start = Instant::now();
        for _ in 0..20 {
            assert!(timeout(MS, lane.turn(wish(Priority::Interactive))).await.is_err());
        }
        assert_eq!(lane.waiting(), 0);
        drop(lane.turn(wish(Priority::Sync)).await);
        // One window and the guard of a request that nobody answered, not twenty windows.
        assert!(start.elapsed() < MS * 1_500, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn no_more_than_so_many_are_under_way() {
        let lane = lane(1000, MS * 1000);
        let narrow = Wish { at_a_time: 2, ..wish(Priority::Sync) };
        let (first, _second) = (lane.turn(narrow).await, lane.turn(narrow).await);
        assert!(timeout(MS * 50, lane.turn(narrow)).await.is_err());
        tokio::spawn(async move {
            sleep(MS * 20).await;
            drop(first);
        });
        assert!(timeout(MS * 1_000, lane.turn(narrow)).await.is_ok());
    }

    #[tokio::test]
    async fn a_refusal_of_the_key_holds_every_action() {
        let hold = Arc::new(Hold::default());
        let lanes = [(); 2].map(|()| Arc::new(Lane::new(Limit::per_second(100), Arc::clone(&hold))));
        lanes[0].turn(wish(Priority::Sync)).await.refused(true, Some(MS * 1_200));
        let start = Instant::now();
        drop(lanes[1].turn(wish(Priority::Interactive)).await);
        assert!(start.elapsed() >= MS * 1_190, "{:?}", start.elapsed());
    }
}
