//! Rate limits, counted in the three ways that a server may count them.
//!
//! A limit belongs to an action, the region where the request reached the cloud, and the sub-account that asks (1278/109059).

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::cloud::Cloud;
use super::server::Incoming;

/// How rate limits are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limit {
    /// Not at all.
    Off,
    /// A bucket that fills steadily and holds one window's worth.
    #[default]
    Token,
    /// Windows that begin with their first request.
    Fixed,
    /// The last window before each request.
    Sliding,
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "token" => Ok(Self::Token),
            "fixed" => Ok(Self::Fixed),
            "sliding" => Ok(Self::Sliding),
            _ => Err(format!("{text:?} is none of token, fixed, sliding, off")),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Token => "token",
            Self::Fixed => "fixed",
            Self::Sliding => "sliding",
        })
    }
}

impl Cloud {
    /// Counts a request against the limit of its action, and says whether it may pass.
    pub fn admits(&self, request: &Incoming, secret_id: &str, action: &str, count: u32, window: Duration) -> bool {
        // A key pair that names no sub-account is one by itself.
        let named = self.account.credential(secret_id).and_then(|pair| pair.sub_account.as_deref());
        let key = format!("{action} {} {}", access_region(request.header("host")), named.unwrap_or(secret_id));
        let admitted = self.limiter.admits(&key, count, window);
        if !admitted {
            self.stats.refused(action);
        }
        admitted
    }
}

/// The region in a host name such as `vod.ap-guangzhou.tencentcloudapi.com`; others reach the nearest one.
fn access_region(host: &str) -> &str {
    let mut labels = host.split('.');
    match (labels.next(), labels.next(), labels.next()) {
        (Some(_), Some(region), Some(_)) if region.contains('-') => region,
        _ => "",
    }
}

/// What has been counted, by key.
#[derive(Debug)]
pub(super) struct Limiter {
    limit: Limit,
    counters: Mutex<HashMap<String, Counter>>,
}

/// Requests of one key.
#[derive(Debug)]
enum Counter {
    /// When a steadily filling bucket will be full again.
    Token { full_at: Instant },
    /// Start of the window and requests in it.
    Fixed { start: Instant, count: u32 },
    /// Times of the requests in the last window.
    Sliding { times: VecDeque<Instant> },
}

impl Limiter {
    pub fn new(limit: Limit) -> Self {
        Self { limit, counters: Mutex::default() }
    }

    /// Counts a request and says whether it may pass: at most `count` in each `window`.
    pub fn admits(&self, key: &str, count: u32, window: Duration) -> bool {
        self.admits_at(key, count, window, Instant::now())
    }

    fn admits_at(&self, key: &str, limit: u32, window: Duration, now: Instant) -> bool {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || match self.limit {
            Limit::Token | Limit::Off => Counter::Token { full_at: now },
            Limit::Fixed => Counter::Fixed { start: now, count: 0 },
            Limit::Sliding => Counter::Sliding { times: VecDeque::new() },
        };
        if self.limit == Limit::Off {
            return true;
        }
        match counters.entry(key.to_owned()).or_insert_with(fresh) {
            Counter::Token { full_at } => {
                // Each request takes one part of the window; the bucket is empty when a whole window is owed.
                let next = (*full_at).max(now) + window / limit.max(1);
                let passes = next <= now + window;
                if passes {
                    *full_at = next;
                }
                passes
            }
            Counter::Fixed { start, count } => {
                if now.duration_since(*start) >= window {
                    (*start, *count) = (now, 0);
                }
                *count += 1;
                *count <= limit
            }
            Counter::Sliding { times } => {
                while times.front().is_some_and(|time| now.duration_since(*time) >= window) {
                    times.pop_front();
                }
                let passes = times.len() < limit as usize;
                if passes {
                    times.push_back(now);
                }
                passes
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `burst` requests at one moment pass, and how many of as many more after `later`.
    fn passes(limit: Limit, burst: usize, later: Duration) -> (usize, usize) {
        let (limiter, start) = (Limiter::new(limit), Instant::now());
        let passed = |now: Instant| (0..burst).filter(|_| limiter.admits_at("key", 20, Duration::from_secs(1), now)).count();
        (passed(start), passed(start + later))
    }

    #[test]
    fn only_a_region_in_the_host_name_counts_apart() {
        assert_eq!(access_region("vod.ap-guangzhou.tencentcloudapi.com"), "ap-guangzhou");
        assert_eq!(access_region("vod.tencentcloudapi.com"), "");
        assert_eq!(access_region("127.0.0.1:8080"), "");
    }

    #[test]
    fn each_way_of_counting_lets_a_window_through() {
        let half = Duration::from_millis(500);
        assert_eq!(passes(Limit::Off, 50, half), (50, 50));
        assert_eq!(passes(Limit::Token, 50, half), (20, 10));
        assert_eq!(passes(Limit::Fixed, 50, half), (20, 0));
        assert_eq!(passes(Limit::Sliding, 50, half), (20, 0));
        assert_eq!(passes(Limit::Fixed, 50, Duration::from_secs(1)), (20, 20));
        assert_eq!(passes(Limit::Sliding, 50, Duration::from_secs(1)), (20, 20));
    }
}
