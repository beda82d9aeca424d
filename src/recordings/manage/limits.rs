//! How many media one plan may change: a bound against a slip of the hand.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A part of a whole in millionths: `1%` is 10 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Share(u32);

impl Share {
    /// The whole.
    pub const WHOLE: Self = Self(1_000_000);

    /// How many of so many, rounded down.
    pub fn of(self, whole: u64) -> u64 {
        let part = u128::from(whole) * u128::from(self.0) / u128::from(Self::WHOLE.0);
        u64::try_from(part).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        write!(f, "{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Share {
    type Err = String;

    /// A percentage: `1`, `1%`, `2.5%`; at most four decimals, above 0 and at most 100.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || format!("{text:?} is not a percentage such as 1% or 2.5%, above 0 and at most 100");
        let digits = text.trim().trim_end_matches('%').trim_end();
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || part.len() > 4 || !plain(whole) || !plain(part) {
            return Err(error());
        }
        let millionths = format!("{whole}{part:0<4}").parse().map(Self).map_err(|_| error())?;
        if millionths > Self(0) && millionths <= Self::WHOLE { Ok(millionths) } else { Err(error()) }
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// How many media one plan may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// At most so many media.
    pub max_media: u64,
    /// At most this share of the account's media; one media is always allowed.
    pub max_share: Share,
    /// How many media the account has; `None` is not known. At least so many, where the cloud shows no more.
    pub account_media: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_media: 100, max_share: Share(10_000), account_media: None }
    }
}

/// A limit that a plan passes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitPassed {
    /// The number.
    #[error("the plan changes {media} media, more than {max}; if all of them are meant, give --max-media {media}")]
    Media {
        /// How many it changes.
        media: u64,
        /// How many it may.
        max: u64,
    },
    /// The share.
    #[error(
        "the plan changes {media} of the account's {account} media, more than {share} of them ({max}); \
         if all of them are meant, give --max-share with a larger percentage"
    )]
    Share {
        /// How many it changes.
        media: u64,
        /// How many there are.
        account: u64,
        /// The share that it may.
        share: Share,
        /// The number that this is.
        max: u64,
    },
    /// The share cannot be told.
    #[error(
        "how many media the account has is not known, so {0} of them cannot be told; run `sync` first, or give --max-share 100%"
    )]
    Unknown(Share),
}

impl Limits {
    /// Whether so many media may be changed.
    pub fn check(&self, media: u64) -> Result<(), LimitPassed> {
        if media > self.max_media {
            return Err(LimitPassed::Media { media, max: self.max_media });
        }
        if self.max_share == Share::WHOLE || media <= 1 {
            return Ok(());
        }
        let Some(account) = self.account_media else { return Err(LimitPassed::Unknown(self.max_share)) };
        let max = self.max_share.of(account).max(1);
        if media > max { Err(LimitPassed::Share { media, account, share: self.max_share, max }) } else { Ok(()) }
    }
}
