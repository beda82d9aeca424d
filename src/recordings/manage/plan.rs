//! The plan file: what is to be changed, frozen, with a hash over all of it. `docs/media.md` describes the format.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::change::Change;
use super::limits::Limits;
use super::snapshot::Snapshot;
use super::{canonical, times};
use crate::model::time::format_time;
use crate::model::{AccountId, CostEffect, FileId, SubAppId};

/// The format that this program writes and reads.
pub const FORMAT: &str = "vodledger-media-plan-1";
/// How long a plan may be applied, unless it is said otherwise.
pub const VALID_DAYS: i64 = 7;

/// A plan: media as they are now, and what shall be done to each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Whose media.
    pub account: AccountId,
    /// What is done to each.
    pub change: Change,
    /// What was selected, in words.
    pub selection: String,
    /// When the media were read.
    #[serde(with = "times")]
    pub created_at: DateTime<Utc>,
    /// From when on it is no longer applied.
    #[serde(with = "times")]
    pub expires_at: DateTime<Utc>,
    /// The media, by id.
    pub media: Vec<Planned>,
    /// What was selected and is left out, and why.
    pub left_out: Vec<LeftOut>,
    /// Sums over the media.
    pub totals: Totals,
    /// How many media a plan may change when this one was made, and how many the account had.
    pub limits: Limits,
    /// What it costs or saves; `None` where nothing of it can.
    pub effect: Option<CostEffect>,
}

/// A media of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// As it was when the plan was made.
    pub before: Snapshot,
    /// [`Snapshot::fingerprint`]: the media is refused when it has another one.
    pub fingerprint: String,
}

/// A media that was selected and is not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Its id.
    pub file_id: FileId,
    /// Where it was found.
    pub sub_app_id: Option<SubAppId>,
    /// Its name; empty where it was not found.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Sums over the media of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// How many.
    pub media: u64,
    /// Bytes of source files, as far as they are known.
    pub bytes: u64,
    /// Bytes of what was made of them, as far as they are known.
    pub rendition_bytes: u64,
    /// Media of which a size is unknown.
    pub unknown_sizes: u64,
}

impl Totals {
    /// Adds the media up.
    pub fn of<'a>(media: impl IntoIterator<Item = &'a Snapshot>) -> Self {
        media.into_iter().fold(Self::default(), |sum, media| {
            let (size, made) = (media.size, media.rendition_size());
            Self {
                media: sum.media + 1,
                bytes: sum.bytes.saturating_add(size.unwrap_or_default()),
                rendition_bytes: sum.rendition_bytes.saturating_add(made.unwrap_or_default()),
                unknown_sizes: sum.unknown_sizes + u64::from(size.is_none() || made.is_none()),
            }
        })
    }
}

/// Why a plan is not applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The text is no plan.
    #[error("this is no plan file: {0}; make one with `media plan`")]
    Unreadable(String),
    /// Written by another version.
    #[error("the plan has format {0:?}, this program reads {FORMAT:?}; make the plan anew")]
    Format(String),
    /// Somebody edited it.
    #[error(
        "the plan was changed after it was made: its content has the hash {found}, it says {said}; make the plan anew instead of \
         editing it"
    )]
    Hash {
        /// What it says.
        said: String,
        /// What it has.
        found: String,
    },
    /// Its time is over.
    #[error("the plan was valid until {}; make it anew", format_time(*.0))]
    Expired(DateTime<Utc>),
    /// For another account.
    #[error("the plan is for account {plan}, this is account {here}; choose the account with --profile")]
    Account {
        /// Whose it is.
        plan: AccountId,
        /// Whose was asked for.
        here: AccountId,
    },
}

impl Plan {
    /// A plan that is valid for some time from now on. Media are put in the order of application and id.
    pub fn new(account: AccountId, change: Change, selection: String, now: DateTime<Utc>, valid: TimeDelta) -> Self {
        Self {
            account,
            change,
            selection,
            created_at: now,
            expires_at: now + valid,
            media: Vec::new(),
            left_out: Vec::new(),
            totals: Totals::default(),
            limits: Limits::default(),
            effect: None,
        }
    }

    /// Puts media into the plan, each once.
    pub fn freeze(&mut self, mut media: Vec<Snapshot>) {
        media.sort_by(|left, right| (left.sub_app_id, &left.file_id).cmp(&(right.sub_app_id, &right.file_id)));
        media.dedup_by(|left, right| (left.sub_app_id, &left.file_id) == (right.sub_app_id, &right.file_id));
        self.totals = Totals::of(&media);
        self.media = media.into_iter().map(|before| Planned { fingerprint: before.fingerprint(), before }).collect();
    }

    /// The hash that names the plan: SHA-256 over the canonical text of its content.
    pub fn hash(&self) -> String {
        canonical::hash(&self.content())
    }

    fn content(&self) -> Value {
        // Texts, whole numbers and lists can always be written as JSON.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The text of the plan file.
    pub fn to_text(&self) -> String {
        let content = self.content();
        let file = json!({ "format": FORMAT, "sha256": canonical::hash(&content), "plan": content });
        format!("{file:#}\n")
    }

    /// Reads a plan file and proves that nobody changed it.
    ///
    /// # Errors
    /// What is no plan, what has another format, and what has another hash than it says.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(rename = "format")]
            _format: String,
            sha256: String,
            plan: Value,
        }
        let unreadable = |error: serde_json::Error| PlanError::Unreadable(error.to_string());
        let value: Value = serde_json::from_str(text).map_err(unreadable)?;
        match value.get("format") {
            Some(Value::String(format)) if format == FORMAT => {}
            Some(Value::String(format)) => return Err(PlanError::Format(format.clone())),
            _ => return Err(PlanError::Unreadable("it names no format".to_owned())),
        }
        let file: File = serde_json::from_value(value).map_err(unreadable)?;
        let found = canonical::hash(&file.plan);
        if found != file.sha256 {
            return Err(PlanError::Hash { said: file.sha256, found });
        }
        serde_json::from_value(file.plan).map_err(unreadable)
    }

    /// Whether the plan may be applied to this account at this moment.
    pub fn check(&self, account: &AccountId, now: DateTime<Utc>) -> Result<(), PlanError> {
        if self.account != *account {
            return Err(PlanError::Account { plan: self.account.clone(), here: account.clone() });
        }
        if now >= self.expires_at { Err(PlanError::Expired(self.expires_at)) } else { Ok(()) }
    }
}
