//! Event notifications: where they go, and those that wait to be pulled.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::actions::{CONFIRM_EVENTS, DESCRIBE_EVENT_CONFIG, DESCRIBE_EVENTS_STATE, MODIFY_EVENT_CONFIG, PULL_EVENTS};
use super::event::Event;
use super::{ForApplication, Vod, wire};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::cloud::convert::malformed;
use crate::cloud::fields::{list, number};
use crate::model::{Address, Secret, SubAppId};

/// The most events that one pull gives and one confirmation takes.
pub const MAX_EVENTS: usize = 16;

/// Where event notifications go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventConfig {
    /// `PUSH` or `PULL`; empty if never set.
    pub mode: String,
    /// The callback address; empty if none.
    pub url: Address,
    /// Upload (and recording) finished.
    pub upload: bool,
    /// Media deleted.
    pub delete: bool,
    /// Clip made persistent.
    pub persistence: bool,
}

impl EventConfig {
    fn from_wire(answer: wire::EventConfig) -> Self {
        let on = |switch: &str| switch.eq_ignore_ascii_case("ON");
        Self {
            mode: answer.mode.0,
            url: Address::new(answer.notification_url.0),
            upload: on(&answer.upload_media_complete_event_switch.0),
            delete: on(&answer.delete_media_complete_event_switch.0),
            persistence: on(&answer.persistence_complete_event_switch.0),
        }
    }
}

/// A change of the event configuration. `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventConfigChange {
    /// `PUSH` or `PULL`.
    pub mode: Option<String>,
    /// The callback address; empty clears it.
    pub url: Option<Address>,
    /// Upload (and recording) finished.
    pub upload: Option<bool>,
    /// Media deleted.
    pub delete: Option<bool>,
    /// Clip made persistent.
    pub persistence: Option<bool>,
    /// Signs callbacks: letters and digits, at most 32.
    pub sign_key: Option<Secret>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ModifyEventConfig<'a> {
    sub_app_id: Option<SubAppId>,
    mode: Option<&'a str>,
    notification_url: Option<&'a str>,
    upload_media_complete_event_switch: Option<&'static str>,
    delete_media_complete_event_switch: Option<&'static str>,
    persistence_complete_event_switch: Option<&'static str>,
    sign_key: Option<&'a str>,
}

impl<'a> ModifyEventConfig<'a> {
    fn new(sub_app_id: Option<SubAppId>, change: &'a EventConfigChange) -> Self {
        let switch = |on: Option<bool>| on.map(|on| if on { "ON" } else { "OFF" });
        Self {
            sub_app_id,
            mode: change.mode.as_deref(),
            notification_url: change.url.as_ref().map(Address::expose),
            upload_media_complete_event_switch: switch(change.upload),
            delete_media_complete_event_switch: switch(change.delete),
            persistence_complete_event_switch: switch(change.persistence),
            sign_key: change.sign_key.as_ref().map(Secret::expose),
        }
    }
}

impl Vod<'_> {
    /// Where event notifications go. The sign key is never told.
    pub async fn describe_event_config(self, sub_app_id: Option<SubAppId>) -> Result<EventConfig, Error> {
        let answer: wire::EventConfig = self.client.ask(&DESCRIBE_EVENT_CONFIG, &ForApplication { sub_app_id }).await?;
        Ok(EventConfig::from_wire(answer))
    }

    /// Changes where event notifications go. What is `None` stays as it is.
    pub async fn modify_event_config(self, sub_app_id: Option<SubAppId>, change: &EventConfigChange) -> Result<(), Error> {
        let check = Check::of(&MODIFY_EVENT_CONFIG);
        let is_key = |key: &str| (1..=32).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let key = change.sign_key.as_ref().map(Secret::expose);
        check.holds(key.is_none_or(is_key), "SignKey: 1 to 32 letters and digits are taken")?;
        let _: IgnoredAny = self.client.ask(&MODIFY_EVENT_CONFIG, &ModifyEventConfig::new(sub_app_id, change)).await?;
        Ok(())
    }

    /// Events that wait, at most [`MAX_EVENTS`], in no promised order; none after up to 5 s without. They are hidden for 30 s and come
    /// again unless they are confirmed. What is not pulled in 4 days is lost.
    ///
    /// An event whose content cannot be read comes all the same, so that it can be kept and confirmed.
    pub async fn pull_events(self, sub_app_id: Option<SubAppId>) -> Result<Vec<Event>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(default, deserialize_with = "list")]
            event_set: Vec<Box<RawValue>>,
        }
        let answer: Answer = self.client.ask(&PULL_EVENTS, &ForApplication { sub_app_id }).await?;
        let events = answer.event_set.iter().map(|event| Event::parse(event.get()));
        events.collect::<Result<_, _>>().map_err(|error| malformed(PULL_EVENTS.action.name, format!("an event: {error}")))
    }

    /// Confirms pulled events by their handles, 1 to [`MAX_EVENTS`], within 30 s of the pull.
    pub async fn confirm_events(self, sub_app_id: Option<SubAppId>, handles: &[String]) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'a> {
            sub_app_id: Option<SubAppId>,
            event_handles: &'a [String],
        }
        Check::of(&CONFIRM_EVENTS).some("EventHandles", handles, MAX_EVENTS)?;
        let _: IgnoredAny = self.client.ask(&CONFIRM_EVENTS, &Request { sub_app_id, event_handles: handles }).await?;
        Ok(())
    }

    /// How many events wait to be pulled: about, and some 3 minutes ago. Not on the international site.
    pub async fn describe_events_state(self, sub_app_id: Option<SubAppId>) -> Result<u64, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(deserialize_with = "number")]
            count_of_events_to_pull: u64,
        }
        let answer: Answer = self.client.ask(&DESCRIBE_EVENTS_STATE, &ForApplication { sub_app_id }).await?;
        Ok(answer.count_of_events_to_pull)
    }
}
