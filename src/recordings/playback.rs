//! From a media to URLs that play.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::hotlink::{self, Limits, SignError};
use crate::model::{Media, Rendition, Secret};

/// A hotlink key and the domain it belongs to.
#[derive(Clone, Debug)]
pub struct DomainKey {
    /// Host name as in the URLs.
    pub domain: String,
    /// The KEY of the domain's hotlink protection.
    pub key: Secret,
}

/// How URLs are made.
#[derive(Clone, Debug, Default)]
pub struct Playback {
    /// Only this definition; all otherwise.
    pub definition: Option<i64>,
    /// Replaces the host, for accounts that play from a domain of their own.
    pub domain: Option<String>,
    /// Leaves plain http as it is. Default: https.
    pub keep_http: bool,
    /// How long a signed URL works; by default [`default_validity`].
    pub validity: Option<TimeDelta>,
    /// Further limits of a signed URL.
    pub limits: Limits,
    /// The keys there are. A URL on another host stays unsigned.
    pub keys: Vec<DomainKey>,
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
    let duration = i64::try_from(duration_ms.unwrap_or(0)).unwrap_or(i64::MAX / 4);
    let generous = TimeDelta::try_milliseconds(duration / 2 * 3).unwrap_or(TimeDelta::days(365)) + TimeDelta::minutes(5);
    generous.max(TimeDelta::hours(2))
}

/// The URLs of a media, one per rendition, the original first.
pub fn urls(media: &Media, playback: &Playback, now: DateTime<Utc>) -> Result<Vec<PlaybackUrl>, PlaybackError> {
    let expires = now + playback.validity.unwrap_or_else(|| default_validity(media.duration_ms));
    media
        .renditions
        .iter()
        .filter(|rendition| playback.definition.is_none_or(|definition| definition == rendition.definition))
        .map(|rendition| url(rendition, playback, expires))
        .collect()
}

fn url(rendition: &Rendition, playback: &Playback, expires: DateTime<Utc>) -> Result<PlaybackUrl, PlaybackError> {
    let location = |reason| PlaybackError::Location { definition: rendition.definition, reason };
    let mut url = Url::parse(&rendition.url).map_err(|_| location(SignError::NotAUrl(rendition.url.clone())))?;
    if let Some(domain) = &playback.domain {
        url.set_host(Some(domain)).map_err(|_| location(SignError::NotAUrl(domain.clone())))?;
    }
    if url.scheme() == "http" && !playback.keep_http {
        // The `url` crate refuses only changes between special and other schemes.
        let _ = url.set_scheme("https");
    }
    let host = url.host_str().unwrap_or_default();
    match playback.keys.iter().find(|key| key.domain.eq_ignore_ascii_case(host)) {
        Some(DomainKey { key, .. }) => {
            let url = hotlink::sign(url.as_str(), key, expires, &playback.limits).map_err(location)?;
            Ok(PlaybackUrl { rendition: rendition.clone(), url, expires: Some(expires) })
        }
        None if playback.validity.is_some() || playback.limits != Limits::default() => Err(PlaybackError::NoKey(host.to_owned())),
        None => Ok(PlaybackUrl { rendition: rendition.clone(), url: Secret::new(url.as_str()), expires: None }),
    }
}
