//! The event configuration of an application (DescribeEventConfig, ModifyEventConfig).
//!
//! Its switches are OFF by default, so a URL alone calls nobody: [`set`] turns on what is asked for.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::cloud::vod::{EventConfig, EventConfigChange};
use crate::cloud::{Client, Error};
use crate::model::{Secret, SubAppId};

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
    pub url: String,
    /// Upload (and recording) finished.
    pub upload: bool,
    /// Media deleted.
    pub delete: bool,
    /// Clip made persistent.
    pub persistence: bool,
}

/// What is wished for. `None` leaves a setting as it is.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// How events travel.
    pub mode: Option<Mode>,
    /// The callback address, checked by [`check_url`].
    pub url: Option<String>,
    /// The events to turn on, by [`EVENTS`]; the others are left as they are.
    pub events: Vec<Event>,
    /// Signs callbacks.
    pub sign_key: Option<Secret>,
    /// The address that may be replaced.
    pub replace: Option<String>,
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

/// A change that was made and read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What was there.
    pub before: Setting,
    /// What is there.
    pub after: Setting,
}

/// Why a setting was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The address cannot be a callback address.
    #[error("callback URL {url:?}: {reason}")]
    Url {
        /// As given.
        url: String,
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
        current: String,
    },
    /// `--replace` names something that is not there.
    #[error("--replace names {given:?}, but {current:?} is set; nothing was changed")]
    NotThere {
        /// As given.
        given: String,
        /// What is set.
        current: String,
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
pub fn check_url(text: &str, allow_private: bool) -> Result<String, CallbackError> {
    let refuse = |reason| Err(CallbackError::Url { url: text.to_owned(), reason });
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
    Ok(url.to_string())
}

/// What is set.
pub async fn show(client: &Client, application: Option<SubAppId>) -> Result<Setting, CallbackError> {
    Ok(Setting::from(client.vod().describe_event_config(application).await?))
}

/// What would be set: the difference to show first, or why it may not be.
pub fn plan(before: &Setting, wish: &Wish) -> Result<Setting, CallbackError> {
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
    guard(before, &after, wish.replace.as_deref())?;
    if after.mode == "PUSH" && after.url.is_empty() {
        return Err(CallbackError::NoUrl);
    }
    Ok(after)
}

/// A URL or mode that is there is replaced only by whoever names it. A mode is no one's choice while nothing
/// is delivered: no URL and every switch off.
fn guard(before: &Setting, after: &Setting, replace: Option<&str>) -> Result<(), CallbackError> {
    let in_use = !before.url.is_empty() || before.upload || before.delete || before.persistence;
    let url_taken = !before.url.is_empty() && before.url != after.url;
    let mode_taken = in_use && !before.mode.is_empty() && before.mode != after.mode;
    let named = |current: &str| replace == Some(current);
    match replace {
        Some(given) if !named(&before.url) && !named(&before.mode) => {
            Err(CallbackError::NotThere { given: given.to_owned(), current: before.url.clone() })
        }
        Some(_) => Ok(()),
        None if url_taken => Err(CallbackError::Taken { what: "the callback URL", current: before.url.clone() }),
        None if mode_taken => {
            let current = if before.url.is_empty() { before.mode.clone() } else { before.url.clone() };
            Err(CallbackError::Taken { what: "the callback mode", current })
        }
        None => Ok(()),
    }
}

/// Sets what is wished for and reads it back. `keep` is called with the old setting before anything changes.
pub async fn set<E: From<CallbackError>>(
    client: &Client,
    application: Option<SubAppId>,
    wish: &Wish,
    keep: impl FnOnce(&Setting) -> Result<(), E>,
) -> Result<Applied, E> {
    let before = show(client, application).await?;
    let after = plan(&before, wish)?;
    keep(&before)?;
    Ok(write(client, application, before, after, wish.sign_key.clone()).await?)
}

/// Sets an earlier setting again. What is there now must be what was set last, or be named in `replace`.
pub async fn roll_back<E: From<CallbackError>>(
    client: &Client,
    application: Option<SubAppId>,
    earlier: &Setting,
    keep: impl FnOnce(&Setting) -> Result<(), E>,
) -> Result<Applied, E> {
    let before = show(client, application).await?;
    keep(&before)?;
    Ok(write(client, application, before, earlier.clone(), None).await?)
}

/// Takes the callback away: no URL, every switch off.
pub async fn clear<E: From<CallbackError>>(
    client: &Client,
    application: Option<SubAppId>,
    replace: Option<&str>,
    keep: impl FnOnce(&Setting) -> Result<(), E>,
) -> Result<Applied, E> {
    let before = show(client, application).await?;
    let after = Setting { mode: before.mode.clone(), ..Setting::default() };
    guard(&before, &after, replace)?;
    keep(&before)?;
    Ok(write(client, application, before, after, None).await?)
}

async fn write(
    client: &Client,
    application: Option<SubAppId>,
    before: Setting,
    after: Setting,
    sign_key: Option<Secret>,
) -> Result<Applied, CallbackError> {
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
    let same =
        read_back == Setting { mode: if after.mode.is_empty() { read_back.mode.clone() } else { after.mode.clone() }, ..after };
    if same { Ok(Applied { before, after: read_back }) } else { Err(CallbackError::ReadBack(format!("{read_back:?}"))) }
}

impl From<EventConfig> for Setting {
    fn from(config: EventConfig) -> Self {
        Self { mode: config.mode, url: config.url, upload: config.upload, delete: config.delete, persistence: config.persistence }
    }
}
