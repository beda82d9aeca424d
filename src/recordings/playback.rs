//! From a media to URLs that play.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::hotlink::{self, Limits, SignError};
use crate::model::{Media, Rendition, Secret};

/// What is known of a domain that media are played from.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Host name as in the URLs.
    pub host: String,
    /// The KEY of its hotlink protection, if it has one.
    pub key: Option<Secret>,
    /// Whether it serves https. Where nothing is known of a domain, https is taken.
    pub https: bool,
    /// How long its signed URLs work when nothing else is asked for; never less than the media is long.
    pub validity: Option<TimeDelta>,
}

/// How URLs are made.
#[derive(Clone, Debug, Default)]
pub struct Playback {
    /// Only this definition; all otherwise.
    pub definition: Option<i64>,
    /// Replaces the host, for accounts that play from a domain of their own.
    pub domain: Option<String>,
    /// How long a signed URL works; else what its domain says, else [`default_validity`].
    pub validity: Option<TimeDelta>,
    /// Further limits of a signed URL.
    pub limits: Limits,
    /// The domains that something is known of. A URL on another one is https and unsigned.
    pub domains: Vec<Domain>,
}

/// A URL that plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybackUrl {
    /// What it plays.
    pub rendition: Rendition,
    /// Where. A signed one is as good as the right to watch.
    pub url: Secret,
    /// Until when, if it is signed.
    pub expires: Option<DateTime<Utc>>,
}

/// Why no URL can be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaybackError {
    /// The location that the cloud gave cannot be used.
    #[error("definition {definition}: {reason}")]
    Location {
        /// Which rendition.
        definition: i64,
        /// What is wrong with it.
        reason: SignError,
    },
    /// A limit needs a key to sign it with.
    #[error(
        "no hotlink key is configured for {0}, so the URL cannot be limited; add [[account.playback]] with its key, or drop the limit"
    )]
    NoKey(String),
}

/// The default: long enough to watch the whole of it with pauses, two hours at least.
pub fn default_validity(duration_ms: Option<u64>) -> TimeDelta {
    let length = length(duration_ms);
    (length + length / 2 + TimeDelta::minutes(5)).max(TimeDelta::hours(2))
}

/// A media's length; a year at most, which no recording reaches.
fn length(duration_ms: Option<u64>) -> TimeDelta {
    const YEAR: TimeDelta = TimeDelta::days(365);
    i64::try_from(duration_ms.unwrap_or(0)).ok().and_then(TimeDelta::try_milliseconds).map_or(YEAR, |length| length.min(YEAR))
}

/// The URLs of a media, one per rendition, the original first.
pub fn urls(media: &Media, playback: &Playback, now: DateTime<Utc>) -> Result<Vec<PlaybackUrl>, PlaybackError> {
    media
        .renditions
        .iter()
        .filter(|rendition| playback.definition.is_none_or(|definition| definition == rendition.definition))
        .map(|rendition| url(media, rendition, playback, now))
        .collect()
}

fn url(media: &Media, rendition: &Rendition, playback: &Playback, now: DateTime<Utc>) -> Result<PlaybackUrl, PlaybackError> {
    let location = |reason| PlaybackError::Location { definition: rendition.definition, reason };
    let mut url = Url::parse(&rendition.url).map_err(|_| location(SignError::NotAUrl(rendition.url.clone())))?;
    if let Some(host) = &playback.domain {
        url.set_host(Some(host)).map_err(|_| location(SignError::NotAUrl(host.clone())))?;
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let domain = playback.domains.iter().find(|domain| domain.host.eq_ignore_ascii_case(&host));
    let scheme = if domain.is_none_or(|domain| domain.https) { "https" } else { "http" };
    if !matches!(url.scheme(), "http" | "https") || url.set_scheme(scheme).is_err() {
        return Err(location(SignError::NotAUrl(rendition.url.clone())));
    }
    match domain.and_then(|domain| domain.key.as_ref()) {
        Some(key) => {
            let usual = || domain.and_then(|domain| domain.validity).map(|usual| usual.max(length(media.duration_ms)));
            let validity = playback.validity.or_else(usual).unwrap_or_else(|| default_validity(media.duration_ms));
            let expires = now.checked_add_signed(validity).ok_or_else(|| location(SignError::Expiry))?;
            let url = hotlink::sign(url.as_str(), key, expires, &playback.limits).map_err(location)?;
            Ok(PlaybackUrl { rendition: rendition.clone(), url, expires: Some(expires) })
        }
        None if playback.validity.is_some() || playback.limits != Limits::default() => Err(PlaybackError::NoKey(host)),
        None => Ok(PlaybackUrl { rendition: rendition.clone(), url: Secret::new(url.as_str()), expires: None }),
    }
}
