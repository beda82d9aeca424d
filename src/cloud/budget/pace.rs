//! When the next request of a budget may go: arithmetic without clock, lock or waiting.
//!
//! Servers count in different ways (a bucket that fills, windows, the last second), and none says which. What is safe
//! under all of them: of any `count` + 1 requests in a row, the last *arrives* at least one window after the first.
//! Requests are sent, and when they arrive is not told; but an answer's delay beyond the fastest one bounds it. With `f`
//! the fastest answer ever, a request sent at `s` and answered after `r` arrived no later than one that is sent at
//! `s + (r − f)` and travels fastest. So each request holds back the one that follows it a window later by its own
//! `r − f`. That guard is measured for each request; [`Pace::allowance`] bounds what all of them together may cost.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Limit;

/// Full speed, in the unit of [`Pace::speed`].
const FULL: u32 = 100_000;
/// The slowest that refusals make: a twentieth.
const SLOWEST: u32 = FULL / 20;
/// What a whole window without refusal wins back.
const REGAINED: u32 = FULL / 20;
/// Answers after which the fastest of them begins to be forgotten.
const AGE: u32 = 500;
/// The longest pause that refusals alone lead to.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A request that was let go.
#[derive(Clone, Copy, Debug)]
struct Sent {
    at: Instant,
    /// When the answer began; not known before.
    took: Option<Duration>,
}

/// The requests of one budget so far, and what they say about the next.
#[derive(Debug)]
pub(super) struct Pace {
    limit: Limit,
    /// The last requests, as many as the limit counts; oldest first.
    sent: VecDeque<Sent>,
    /// Number of the first in `sent`.
    first: u64,
    /// When the next request is due if they are spread evenly.
    even: Option<Instant>,
    /// Nothing goes before.
    not_before: Option<Instant>,
    /// Part of the share that is used: [`FULL`] unless the server has refused.
    speed: u32,
    /// When it was last lowered; refusals of requests that were under way then say nothing new.
    slowed: Option<Instant>,
    /// Refusals without an admitted request between.
    refusals: u32,
    /// The fastest answers of this age and of the one before it; they are forgotten, since ways change.
    fastest: [Duration; 2],
    /// Answers in this age.
    answers: u32,
    /// What guards may hold back now. It earns [`Pace::earns`] a window and pays what they cost.
    allowance: Duration,
    /// What guards may cost on average: a fiftieth of a window, more after refusals.
    earns: Duration,
}

/// A share of a limit: so many requests in any such time.
#[derive(Clone, Copy, Debug)]
struct Window {
    count: u32,
    per: Duration,
}

impl Window {
    /// Whole requests, in a time that makes the share exact: 30 % of 5 a second are 2 in 1.33 seconds.
    fn of(limit: Limit, percent: u32, speed: u32) -> Self {
        let hundredths = limit.requests.max(1) * percent.clamp(1, 100);
        let count = hundredths.div_ceil(100);
        Self { count, per: limit.per * (count * 100) / hundredths * (FULL / 100) / (speed / 100).max(1) }
    }

    fn interval(self) -> Duration {
        self.per / self.count
    }

    /// How much a budget that rested may make up for at once: a quarter of the window.
    fn rested(self) -> Duration {
        self.interval() * (self.count / 4)
    }
}

impl Pace {
    pub fn new(limit: Limit) -> Self {
        Self {
            limit,
            sent: VecDeque::new(),
            first: 0,
            even: None,
            not_before: None,
            speed: FULL,
            slowed: None,
            refusals: 0,
            fastest: [Duration::MAX; 2],
            answers: 0,
            allowance: limit.per / 2,
            earns: limit.per / 50,
        }
    }

    /// The earliest moment for the next request under so many per cent of the limit; `None` is no budget, which only
    /// heeds refusals.
    pub fn ready(&self, percent: Option<u32>, now: Instant) -> Instant {
        let pause = self.not_before.unwrap_or(now).max(now);
        let Some(percent) = percent else {
            return pause;
        };
        let window = Window::of(self.limit, percent, self.speed);
        let even = self.even.and_then(|even| even.checked_sub(window.rested()));
        let window_ago = self.window_ago(window).map(|sent| sent.at + window.per + self.guard(sent));
        pause.max(even.unwrap_or(now)).max(window_ago.unwrap_or(now))
    }

    /// The request that must have left the window before the next may come.
    fn window_ago(&self, window: Window) -> Option<Sent> {
        let index = self.sent.len().checked_sub(window.count as usize)?;
        self.sent.get(index).copied()
    }

    /// What a request holds back its successor by; a thousandth at least, for clocks that tick differently.
    fn guard(&self, sent: Sent) -> Duration {
        let late = sent.took.map_or(Duration::MAX, |took| took.saturating_sub(self.fastest[0].min(self.fastest[1])));
        late.min(self.allowance) + self.limit.per / 1000
    }

    /// Lets a request go and gives its number.
    pub fn send(&mut self, percent: Option<u32>, now: Instant) -> u64 {
        if let Some(percent) = percent {
            let window = Window::of(self.limit, percent, self.speed);
            if let Some(sent) = self.window_ago(window) {
                self.pay(self.guard(sent), window.count);
            }
            self.even = Some(self.even.unwrap_or(now).max(now) + window.interval());
        }
        if self.sent.len() >= self.limit.requests.max(1) as usize {
            self.sent.pop_front();
            self.first += 1;
        }
        self.sent.push_back(Sent { at: now, took: None });
        self.first + self.sent.len() as u64 - 1
    }

    fn pay(&mut self, guard: Duration, count: u32) {
        self.allowance = (self.allowance + self.earns / count).saturating_sub(guard / count).min(self.limit.per / 2);
    }

    /// The server let a request pass, whatever it answered.
    pub fn admitted(&mut self, number: u64, now: Instant) {
        self.arrived(number, now);
        self.refusals = 0;
        self.speed = (self.speed + REGAINED / self.limit.requests.max(1)).min(FULL);
        self.earns -= self.earns.saturating_sub(self.limit.per / 50) / 4000;
    }

    /// The server refused a request as one too many. Nothing goes for a while, and then at half the speed.
    pub fn refused(&mut self, number: u64, now: Instant) {
        let sent = self.arrived(number, now);
        let is_news = match (sent, self.slowed) {
            (Some(sent), Some(slowed)) => sent.at >= slowed,
            _ => true,
        };
        if is_news {
            self.refusals += 1;
            self.slowed = Some(now);
            self.speed = (self.speed / 2).max(SLOWEST);
            self.earns = (self.earns * 2).min(self.limit.per / 4);
            self.allowance = self.limit.per / 2;
            let first = (self.limit.per / 20).max(Duration::from_secs(1));
            self.pause_until(now + (first * 2_u32.pow((self.refusals - 1).min(5))).min(LONGEST_PAUSE));
        }
    }

    /// Lets nothing go before this moment.
    pub fn pause_until(&mut self, moment: Instant) {
        self.not_before = Some(self.not_before.map_or(moment, |other| other.max(moment)));
    }

    /// Notes when a request was answered, if it still matters.
    fn arrived(&mut self, number: u64, now: Instant) -> Option<Sent> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let sent = self.sent.get_mut(index)?;
        let took = now.saturating_duration_since(sent.at);
        sent.took = Some(took);
        let sent = *sent;
        if self.answers >= AGE {
            (self.fastest, self.answers) = ([Duration::MAX, self.fastest[0]], 0);
        }
        self.answers += 1;
        self.fastest[0] = self.fastest[0].min(took);
        Some(sent)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LIMIT: Limit = Limit::per_second(20);

    /// A server that counts in one of three ways.
    enum Counting {
        Token { owed: f64, at: f64 },
        Fixed { start: f64, count: u32 },
        Sliding(VecDeque<f64>),
    }

    impl Counting {
        fn admits(&mut self, now: f64) -> bool {
            match self {
                Self::Token { owed, at } => {
                    *owed = (*owed - 20.0 * (now - *at)).max(0.0);
                    *at = now;
                    let passes = *owed <= 19.0;
                    *owed += if passes { 1.0 } else { 0.0 };
                    passes
                }
                Self::Fixed { start, count } => {
                    if now - *start >= 1.0 {
                        (*start, *count) = (now, 0);
                    }
                    *count += 1;
                    *count <= 20
                }
                Self::Sliding(times) => {
                    times.retain(|time| now - time < 1.0);
                    let passes = times.len() < 20;
                    times.extend(passes.then_some(now));
                    passes
                }
            }
        }
    }

    /// Sends for this many seconds as fast as the pace lets, over a way that takes `way` of each request: there, and
    /// back. Gives requests admitted and refused.
    fn run(mut server: Counting, percent: u32, seconds: u32, mut way: impl FnMut(u64) -> (f64, f64)) -> (u32, u32) {
        let start = Instant::now();
        let mut pace = Pace::new(LIMIT);
        let (mut now, mut passed, mut refused) = (start, 0, 0);
        // Arrivals and answers that are still to come, with the number of the request and whether it was admitted.
        let mut arrivals: Vec<(f64, u64, f64)> = Vec::new();
        let mut answers: Vec<(f64, u64, bool)> = Vec::new();
        while now < start + SECOND * seconds {
            let ready = pace.ready(Some(percent), now);
            let soonest = |times: &mut dyn Iterator<Item = f64>| times.fold(f64::MAX, f64::min);
            let arrival = soonest(&mut arrivals.iter().map(|(time, ..)| *time));
            let answer = soonest(&mut answers.iter().map(|(time, ..)| *time));
            let turn = (ready - start).as_secs_f64();
            let next = arrival.min(answer).min(turn);
            now = start + Duration::from_secs_f64(next);
            if next == arrival {
                let at = arrivals.iter().position(|(time, ..)| *time == arrival).unwrap();
                let (_, number, back) = arrivals.swap_remove(at);
                let passes = server.admits(arrival);
                *(if passes { &mut passed } else { &mut refused }) += 1;
                answers.push((arrival + back, number, passes));
            } else if next == answer {
                let at = answers.iter().position(|(time, ..)| *time == answer).unwrap();
                let (_, number, passes) = answers.swap_remove(at);
                if passes { pace.admitted(number, now) } else { pace.refused(number, now) }
            } else {
                let number = pace.send(Some(percent), now);
                let (there, back) = way(number);
                arrivals.push((next + there, number, back));
            }
        }
        (passed, refused)
    }

    fn servers() -> [Counting; 3] {
        [Counting::Token { owed: 0.0, at: 0.0 }, Counting::Fixed { start: -9.0, count: 0 }, Counting::Sliding(VecDeque::new())]
    }

    #[test]
    fn nearly_the_whole_limit_and_no_refusal() {
        for seed in 0..3 {
            for server in servers() {
                let mut random = fastrand::Rng::with_seed(seed);
                // 20 ms each way, up to 5 ms more, and a first connection that takes three times as long.
                let way = |number: u64| {
                    let first = if number < 6 { 0.08 } else { 0.0 };
                    (0.02 + first + random.f64() * 0.005, 0.02 + random.f64() * 0.005)
                };
                let (passed, refused) = run(server, 100, 100, way);
                // 20 a second for 100 seconds are 2000.
                assert!(passed >= 1940, "{passed}");
                assert_eq!(refused, 0);
            }
        }
    }

    #[test]
    fn slow_answers_cost_at_most_a_thirtieth() {
        for server in servers() {
            let mut random = fastrand::Rng::with_seed(7);
            let (passed, _) = run(server, 100, 200, |_| (0.02, random.f64() * 3.0));
            assert!(passed >= 3880, "{passed} of 4000");
        }
    }

    #[test]
    fn a_jittery_way_is_learnt() {
        for server in servers() {
            let mut random = fastrand::Rng::with_seed(7);
            let (passed, refused) = run(server, 100, 1000, |_| (0.02 + random.f64() * 0.1, 0.02));
            assert!(refused * 1000 <= passed + refused, "{refused} of {passed}");
        }
    }

    #[test]
    fn a_share_is_kept_in_every_window() {
        let mut way = |_| (0.02, 0.02);
        for percent in [1, 7, 30, 50] {
            let [token, ..] = servers();
            let (passed, _) = run(token, percent, 100, &mut way);
            let share = 20 * percent;
            assert!(passed <= share + 6 && passed >= share * 95 / 100, "{percent} %: {passed} instead of {share}");
        }
    }

    #[test]
    fn refusals_slow_down_once_and_wear_off() {
        let start = Instant::now();
        let mut pace = Pace::new(LIMIT);
        let numbers: Vec<u64> = (0..4).map(|_| pace.send(Some(100), start)).collect();
        let moment = start + Duration::from_millis(50);
        numbers.iter().for_each(|number| pace.refused(*number, moment));
        // One pause of a second, half the speed: four refusals of requests that were under way together are one.
        assert_eq!((pace.speed, pace.ready(None, moment)), (FULL / 2, moment + SECOND));
        let again = pace.send(Some(100), moment + SECOND);
        pace.refused(again, moment + SECOND);
        assert_eq!((pace.speed, pace.ready(None, moment)), (FULL / 4, moment + SECOND * 3));
        let mut now = moment + SECOND * 3;
        for _ in 0..300 {
            now = pace.ready(Some(100), now);
            let number = pace.send(Some(100), now);
            pace.admitted(number, now);
        }
        assert_eq!(pace.speed, FULL);
    }
}
