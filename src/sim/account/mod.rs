//! A simulated account: what a file declares, read and checked.
//!
//! The format is described in `docs/simulator.md`; `fixtures/demo.toml` is a commented example.

mod access;
mod billing;
mod check;
mod declared;
mod large;
mod media;
mod statistics;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

pub use access::{Role, WebIdentity};
pub use billing::{Adjustment, BillComponent, BillLine, Billing, Deal, Voucher};
pub use declared::Declared;
pub use large::{Large, LargeSpec, Query, Recording};
pub use media::{KeyFrame, LiveSource, Media, Restore, Subtitle, TrtcSource};
pub use statistics::{Aigc, AigcText, DeclaredTask, Devices, Play};
pub use usage::{DayCount, DayValues, Levels, Process, ProcessDay, Retrieval, Traffic};

use super::SimError;
use crate::model::Secret;

/// The account that the program carries in itself.
const DEMO: &str = include_str!("../fixtures/demo.toml");

/// Where the account comes from.
#[derive(Clone, Debug, Default)]
pub enum AccountSource {
    /// The built-in account `demo`.
    #[default]
    Demo,
    /// A file in the same format.
    File(PathBuf),
    /// The text of such a file.
    Text(String),
    /// An account that is computed.
    Large(LargeSpec),
}

impl AccountSource {
    /// `demo`, `large:…` or the path of a file.
    pub fn of_argument(argument: &Path) -> Result<Self, SimError> {
        match argument.to_str().map(|text| (text, text.split_once(':'))) {
            Some(("demo", _)) => Ok(Self::Demo),
            Some(("large", _)) => Ok(Self::Large(LargeSpec::default())),
            Some((_, Some(("large", spec)))) => spec.parse().map(Self::Large),
            _ => Ok(Self::File(argument.to_owned())),
        }
    }

    /// Reads and checks the account.
    pub fn load(&self) -> Result<Account, SimError> {
        match self {
            Self::Demo => Account::parse(DEMO, "demo"),
            Self::Large(spec) => spec.account(),
            Self::Text(text) => Account::parse(text, "the given text"),
            Self::File(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| SimError::ReadAccount { path: path.display().to_string(), error })?;
                Account::parse(&text, &path.display().to_string())
            }
        }
    }
}

/// A whole account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Account number (UIN).
    pub uin: u64,
    /// The account's AppId: part of host names and URLs.
    pub app_id: u64,
    /// The account's clock stands here unless the caller says otherwise; the wall clock when absent.
    #[serde(default, deserialize_with = "optional_time")]
    pub now: Option<DateTime<Utc>>,
    /// Keys that may sign. The first is the one that is handed out.
    #[serde(rename = "credential")]
    pub credentials: Vec<Credential>,
    /// Applications. The first is the one that answers when `SubAppId` is omitted.
    #[serde(rename = "application")]
    pub applications: Vec<Application>,
    /// Roles that may be taken on.
    #[serde(default, rename = "role")]
    pub roles: Vec<Role>,
    /// Prepaid products.
    #[serde(default, rename = "pack")]
    pub packs: Vec<Pack>,
    /// What the billing API answers.
    #[serde(default)]
    pub billing: Billing,
}

impl Account {
    /// Reads and checks a file's text; `origin` names it in errors.
    pub fn parse(text: &str, origin: &str) -> Result<Self, SimError> {
        let bad = |message: String| SimError::BadAccount { origin: origin.to_owned(), message };
        let account: Self = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        check::check(&account).map_err(bad)?;
        Ok(account)
    }

    /// The application with this id, or the default one when none is named.
    pub fn application(&self, sub_app_id: Option<u64>) -> Option<&Application> {
        match sub_app_id {
            None => self.applications.first(),
            Some(id) => self.applications.iter().find(|application| application.sub_app_id == id),
        }
    }

    /// The key pair with this id.
    pub fn credential(&self, secret_id: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.secret_id == secret_id)
    }
}

/// A key pair.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The public half.
    pub secret_id: String,
    /// The secret half.
    #[serde(deserialize_with = "secret")]
    pub secret_key: Secret,
    /// A token makes the pair a temporary one, which is refused without it.
    #[serde(default, deserialize_with = "optional_secret")]
    pub token: Option<Secret>,
    /// Pairs of the same sub-account share their rate limits; a pair that names none is one by itself.
    pub sub_account: Option<String>,
}

/// One application and everything in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its id.
    pub sub_app_id: u64,
    /// Its name.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub created: DateTime<Utc>,
    /// `On`, `Off`, `Destroying` or `Destroyed`.
    #[serde(default = "on")]
    pub status: String,
    /// `fileid`, or `fileid+path` for an application whose files have paths and can be listed.
    #[serde(default = "by_file_id")]
    pub mode: String,
    /// Where media is stored unless it says otherwise; the first is the default.
    pub storage_regions: Vec<String>,
    /// Tags, key and value.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    /// Key of player signatures.
    #[serde(default = "no_secret", deserialize_with = "secret")]
    pub play_key: Secret,
    /// Event notification as somebody set it before.
    #[serde(default)]
    pub events: Events,
    /// Domains; the first one serves the media.
    #[serde(default, rename = "domain")]
    pub domains: Vec<Domain>,
    /// Categories.
    #[serde(default, rename = "class")]
    pub classes: Vec<Class>,
    /// Media.
    #[serde(default)]
    pub media: Vec<Media>,
    /// Media that is computed, of a large account.
    #[serde(skip)]
    pub large: Option<Arc<Large>>,
    /// Stored bytes, as levels.
    #[serde(default)]
    pub storage: Vec<Levels>,
    /// Bytes retrieved or deleted early.
    #[serde(default)]
    pub retrieval: Vec<Retrieval>,
    /// Delivered bytes.
    #[serde(default)]
    pub traffic: Vec<Traffic>,
    /// Media processing.
    #[serde(default)]
    pub process: Vec<Process>,
    /// Counted by day: `ImageReview`, `License`, `AccelerationWithHTTP`, `AccelerationWithQUIC`.
    #[serde(default)]
    pub daily: Vec<DayCount>,
    /// How often media was played, through which domain.
    #[serde(default)]
    pub play: Vec<Play>,
    /// Tasks that the application has run.
    #[serde(default, rename = "task")]
    pub tasks: Vec<DeclaredTask>,
    /// Generated content, by type and specification.
    #[serde(default)]
    pub aigc: Vec<Aigc>,
    /// Single requests for generated text.
    #[serde(default)]
    pub aigc_text: Vec<AigcText>,
}

/// Event notification settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Events {
    /// `PUSH` or `PULL`.
    pub mode: String,
    /// Where to push; empty is nowhere.
    pub notification_url: String,
    /// `ON` or `OFF`.
    pub upload_media_complete: String,
    /// `ON` or `OFF`.
    pub delete_media_complete: String,
    /// `ON` or `OFF`.
    pub persistence_complete: String,
}

impl Default for Events {
    /// What the cloud documents as the state of an application that nobody configured.
    fn default() -> Self {
        let off = || "OFF".to_owned();
        Self {
            mode: "PUSH".to_owned(),
            notification_url: String::new(),
            upload_media_complete: off(),
            delete_media_complete: off(),
            persistence_complete: off(),
        }
    }
}

/// A domain that delivers media.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Host name.
    pub name: String,
    /// When it was added.
    #[serde(deserialize_with = "time")]
    pub created: DateTime<Utc>,
    /// Hotlink key; the API gives it out in clear.
    #[serde(default, deserialize_with = "optional_secret")]
    pub hotlink_key: Option<Secret>,
    /// `VOD` or `EdgeOne`. Usage of EdgeOne domains is not reported.
    #[serde(default = "vod", rename = "type")]
    pub kind: String,
}

/// A category of media.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The category above it.
    pub parent: Option<i64>,
}

/// A prepaid product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Instance id.
    pub id: String,
    /// `StarterPackage`, `MiniProgramPlugin` or `ResourcePackage`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `Storage`, `Traffic`, `Transcode`, `TESHD`, `Review`, `MediaProcess` or `MLLMMediaProcess`.
    pub resource: String,
    /// Bytes or seconds bought.
    pub amount: i64,
    /// Bytes or seconds left.
    pub left: i64,
    /// First moment of validity.
    #[serde(deserialize_with = "time")]
    pub start: DateTime<Utc>,
    /// End of validity.
    #[serde(deserialize_with = "time")]
    pub expire: DateTime<Utc>,
    /// When it was last deducted from.
    #[serde(deserialize_with = "time")]
    pub last_consumed: DateTime<Utc>,
    /// `Effective` or `Isolated`.
    pub status: String,
}

fn on() -> String {
    "On".to_owned()
}

fn by_file_id() -> String {
    "fileid".to_owned()
}

fn vod() -> String {
    "VOD".to_owned()
}

fn no_secret() -> Secret {
    Secret::new("")
}

pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    crate::model::time::parse_time(&text).map_err(serde::de::Error::custom)
}

pub(super) fn optional_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    time(deserializer).map(Some)
}

pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

fn optional_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    secret(deserializer).map(Some)
}
