//! The smallest question that an action answers, to find out whether a key may ask it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::{Api, Entry, Granularity};
use crate::model::time::{BILLING_OFFSET, format_time};
use crate::model::{BillingDay, SubAppId};

/// What a parameter of a probe holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// This text.
    Text(&'static str),
    /// This number.
    Number(u64),
    /// A list of this one text.
    One(&'static str),
    /// The first moment of yesterday, ISO 8601.
    Start,
    /// The last second of yesterday, ISO 8601.
    End,
    /// The first moment of yesterday as billing writes it: `2026-10-31 00:00:00` at UTC+8.
    CivilStart,
    /// The last second of yesterday as billing writes it.
    CivilEnd,
    /// The month before this one.
    Month,
    /// A domain of the application; without one, a domain that nobody has.
    Domain,
}

/// The parameters of a probe, all that the action requires and nothing that makes its answer large. `SubAppId` comes by itself.
pub type Probe = &'static [(&'static str, Ask)];

/// A domain that nobody has (RFC 2606).
const NO_DOMAIN: &str = "vodledger.invalid";

/// What a probe is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The account's present moment.
    pub now: DateTime<Utc>,
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// A domain of the application, if one is known.
    pub domain: Option<&'a str>,
}

impl Ask {
    fn value(self, about: &About<'_>) -> Value {
        let yesterday = BillingDay::of(about.now).minus(1);
        let last_second = yesterday.end() - TimeDelta::seconds(1);
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::One(text) => json!([text]),
            Self::Start => json!(format_time(yesterday.start())),
            Self::End => json!(format_time(last_second)),
            Self::CivilStart => json!(civil(yesterday.start())),
            Self::CivilEnd => json!(civil(last_second)),
            Self::Month => json!(BillingDay::of(about.now).month().previous().to_string()),
            Self::Domain => json!(about.domain.unwrap_or(NO_DOMAIN)),
        }
    }
}

fn civil(time: DateTime<Utc>) -> String {
    time.with_timezone(&BILLING_OFFSET).format("%Y-%m-%d %H:%M:%S").to_string()
}

impl Entry {
    /// Whether it is asked for an application by `SubAppId`.
    pub fn is_of_application(&self) -> bool {
        self.action.api == Api::Vod && self.granularity == Granularity::Resource
    }

    /// The parameters with which the action is tried; `None` for what must not be called for a try.
    pub fn question(&self, about: &About<'_>) -> Option<Map<String, Value>> {
        let mut parameters: Map<String, Value> =
            self.probe?.iter().map(|(name, ask)| ((*name).to_owned(), ask.value(about))).collect();
        if let (true, Some(id)) = (self.is_of_application(), about.sub_app_id) {
            parameters.insert("SubAppId".to_owned(), json!(id));
        }
        Some(parameters)
    }
}
