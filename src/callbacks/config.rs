//! The event configuration of an application (DescribeEventConfig, ModifyEventConfig).
//!
//! Its switches are OFF by default, so a URL alone calls nobody: [`plan`] turns on what is asked for.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::cloud::vod::{EventConfig, EventConfigChange};
use crate::cloud::{Client, Error};
use crate::model::{Address, Secret, SubAppId};

/// How events travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// VOD posts each event to the URL.
    Push,
    /// Events wait to be pulled; the URL is ignored.
    Pull,
}

impl Mode {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "PUSH",
            Self::Pull => "PULL",
        }
    }
}

/// A whole event configuration, as it is kept for rolling back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// `PUSH`, `PULL`, or empty if never set.
    pub mode: String,
    /// The callback address; empty if none.
    #[serde(with = "kept")]
    pub url: Address,
    /// Upload (and recording) finished.
    pub upload: bool,
    /// Media deleted.
    pub delete: bool,
    /// Clip made persistent.
    pub persistence: bool,
}

/// The address as the ledger keeps it: whole, so that it can be set again.
mod kept {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::Address;

    pub fn serialize<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
        address.expose().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
        String::deserialize(deserializer).map(Address::new)
    }
}

/// What is wished for. `None` leaves a setting as it is.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// How events travel.
    pub mode: Option<Mode>,
    /// The callback address, checked by [`check_url`].
    pub url: Option<Address>,
    /// The events to turn on, by [`EVENTS`]; the others are left as they are.
    pub events: Vec<Event>,
    /// Signs callbacks.
    pub sign_key: Option<Secret>,
    /// The address that may be replaced, whole or as it is shown.
    pub replace: Option<Address>,
}

/// An event with a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `UploadMediaComplete`: also how a finished recording is told.
    Upload,
    /// `DeleteMediaComplete`.
    Delete,
    /// `PersistenceComplete`.
    Persistence,
}

/// The names of [`Event`]s, as the API has them.
pub const EVENTS: [(&str, Event); 3] =
    [("UploadMediaComplete", Event::Upload), ("DeleteMediaComplete", Event::Delete), ("PersistenceComplete", Event::Persistence)];

/// A change of an event configuration, as it is kept: what was there, what was put there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What was there.
    pub before: Setting,
    /// What was put there, and read back.
    pub after: Setting,
}

/// Why a setting was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The address cannot be a callback address.
    #[error("callback URL {url:?}: {reason}")]
    Url {
        /// As given.
        url: Address,
        /// What is wrong.
        reason: &'static str,
    },
    /// The sign key is not one.
    #[error("the sign key must be 1 to 32 letters and digits")]
    SignKey,
    /// Someone else set something else.
    #[error("{what} is set to {current:?} already and was left as it is; to replace it, add --replace '{current}'")]
    Taken {
        /// What is taken.
        what: &'static str,
        /// By what.
        current: Address,
    },
    /// `--replace` names something that is not there.
    #[error("--replace names {given:?}, but {current:?} is set; nothing was changed")]
    NotThere {
        /// As given.
        given: Address,
        /// What is set.
        current: Address,
    },
    /// A push configuration without address calls nobody.
    #[error("mode PUSH needs a callback URL")]
    NoUrl,
    /// The cloud answered that it was done, but it was not.
    #[error("the change was accepted but reads back differently ({0}); run `callback show` in a minute and check")]
    ReadBack(String),
    /// The cloud refused.
    #[error(transparent)]
    Cloud(#[from] Error),
}

/// Checks an address before anything is changed: absolute, http or https, a public-looking host, no user name.
pub fn check_url(text: &str, allow_private: bool) -> Result<Address, CallbackError> {
    let refuse = |reason| Err(CallbackError::Url { url: text.into(), reason });
    if text.trim() != text || text.is_empty() {
        return refuse("empty, or with spaces around it");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("not a URL; write it like https://example.com/vod-events");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("the scheme must be https or http");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("a user name or password in a URL ends up in logs; protect the callback with --sign-key-file");
    }
    if url.fragment().is_some() {
        return refuse("a fragment (#…) is never sent to a server");
    }
    let private = match url.host() {
        None => return refuse("it has no host"),
        Some(Host::Domain(name)) => !name.contains('.') || name.ends_with(".local") || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => {
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || ip.is_broadcast()
        }
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    if private && !allow_private {
        return refuse("Tencent Cloud cannot reach this host; give a public one");
    }
    Ok(Address::new(url))
}

/// What is set.
pub async fn show(client: &Client, application: Option<SubAppId>) -> Result<Setting, CallbackError> {
    Ok(Setting::from(client.vod().describe_event_config(application).await?))
}

/// What would be set: the difference to show first, or why it may not be.
///
/// `last` is the last change made from here: what we set ourselves may be replaced without being named.
pub fn plan(before: &Setting, wish: &Wish, last: Option<&Change>) -> Result<Setting, CallbackError> {
    if let Some(key) = &wish.sign_key {
        let key = key.expose();
        if key.is_empty() || key.len() > 32 || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(CallbackError::SignKey);
        }
    }
    let mut after = before.clone();
    if let Some(mode) = wish.mode {
        after.mode = mode.as_str().to_owned();
    }
    if let Some(url) = &wish.url {
        after.url.clone_from(url);
    }
    for event in &wish.events {
        match event {
            Event::Upload => after.upload = true,
            Event::Delete => after.delete = true,
            Event::Persistence => after.persistence = true,
        }
    }
    guard(before, &after, wish.replace.as_ref().map(Address::expose), last)?;
    if after.mode == "PUSH" && after.url.is_empty() {
        return Err(CallbackError::NoUrl);
    }
    Ok(after)
}

/// What taking the callback away would set: no URL, every switch off.
pub fn plan_clear(before: &Setting, replace: Option<&str>, last: Option<&Change>) -> Result<Setting, CallbackError> {
    let after = Setting { mode: before.mode.clone(), ..Setting::default() };
    guard(before, &after, replace, last)?;
    Ok(after)
}

/// What going back would set: what was there before the last change made from here.
pub fn plan_rollback(before: &Setting, replace: Option<&str>, last: &Change) -> Result<Setting, CallbackError> {
    guard(before, &last.before, replace, Some(last))?;
    Ok(last.before.clone())
}

/// A URL or mode that someone else set is replaced only by whoever names it. A mode is no one's choice while
/// nothing is delivered: no URL and every switch off.
fn guard(before: &Setting, after: &Setting, replace: Option<&str>, last: Option<&Change>) -> Result<(), CallbackError> {
    if let Some(given) = replace {
        // The URL as it is shown does, too: nobody can copy what is hidden.
        if before.url == given || before.mode == given || before.url.is_shown_as(given) {
            return Ok(());
        }
        return Err(CallbackError::NotThere { given: given.into(), current: before.name() });
    }
    let ours = last.is_some_and(|last| last.after == *before);
    let in_use = !before.url.is_empty() || before.upload || before.delete || before.persistence;
    if ours || !in_use {
        return Ok(());
    }
    let what = if !before.url.is_empty() && before.url != after.url {
        "the callback URL"
    } else if !before.mode.is_empty() && before.mode != after.mode {
        "the callback mode"
    } else {
        return Ok(());
    };
    Err(CallbackError::Taken { what, current: before.name() })
}

/// Puts a planned setting in place of another and reads it back. Keep `before` somewhere first.
pub async fn write(
    client: &Client,
    application: Option<SubAppId>,
    after: &Setting,
    sign_key: Option<Secret>,
) -> Result<Setting, CallbackError> {
    let change = EventConfigChange {
        mode: (!after.mode.is_empty()).then(|| after.mode.clone()),
        url: Some(after.url.clone()),
        upload: Some(after.upload),
        delete: Some(after.delete),
        persistence: Some(after.persistence),
        sign_key,
    };
    client.vod().modify_event_config(application, &change).await?;
    let read_back = show(client, application).await?;
    // A mode that was never set stays whatever the cloud takes for none.
    let mode_same = after.mode.is_empty() || read_back.mode == after.mode;
    let rest_same = Setting { mode: String::new(), ..read_back.clone() } == Setting { mode: String::new(), ..after.clone() };
    if mode_same && rest_same { Ok(read_back) } else { Err(CallbackError::ReadBack(read_back.to_string())) }
}

impl Setting {
    /// What `--replace` names it by: the URL, or the mode where there is none.
    fn name(&self) -> Address {
        if self.url.is_empty() { self.mode.as_str().into() } else { self.url.clone() }
    }

    /// The switches by the API's names.
    pub fn switches(&self) -> [(&'static str, bool); 3] {
        [(EVENTS[0].0, self.upload), (EVENTS[1].0, self.delete), (EVENTS[2].0, self.persistence)]
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mode {:?}, url {:?}", self.mode, self.url)?;
        self.switches().iter().try_for_each(|(name, on)| write!(f, ", {name} {}", if *on { "ON" } else { "OFF" }))
    }
}

impl From<EventConfig> for Setting {
    fn from(config: EventConfig) -> Self {
        Self { mode: config.mode, url: config.url, upload: config.upload, delete: config.delete, persistence: config.persistence }
    }
}
