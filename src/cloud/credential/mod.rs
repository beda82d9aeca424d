//! Where credentials come from: the places other Tencent Cloud tools use, in one fixed order.
//!
//! Every place either has a credential, has none, or is broken. A broken place stops the search: a later
//! place must not stand in silently for the one that was meant. Messages name places, never their content.

mod environment;
mod keys;
mod providers;
mod reference;
mod shared_file;
mod tccli;
mod world;

use std::fmt;
use std::path::PathBuf;

use crate::model::{Secret, SecretRef};

pub(in crate::cloud) use keys::Keys;
pub use keys::{Fetch, Provider, Temporary};
pub use providers::{AssumedRole, CLUSTER_VARIABLES, ClusterIdentity, ClusterRole, METADATA, MachineRole};

pub use environment::{SECRET_ID, SECRET_KEY, TOKEN};
pub use reference::resolve;
pub use tccli::PROFILE as TCCLI_PROFILE;
pub use world::World;

/// What a request is signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Says who signs; sent with every request.
    pub secret_id: String,
    /// Signs; never sent.
    pub secret_key: Secret,
    /// Belongs to temporary credentials; sent with every request.
    pub token: Option<Secret>,
}

/// One place to look in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `TENCENTCLOUD_SECRET_ID`, `TENCENTCLOUD_SECRET_KEY`, `TENCENTCLOUD_TOKEN`.
    Environment,
    /// Variables or files that the configuration names.
    Reference(Reference),
    /// The file of the official command line: `~/.tccli/<profile>.credential`.
    Tccli {
        /// The profile; `None` is `$TCCLI_PROFILE`, else `default`.
        profile: Option<String>,
    },
    /// The file of the official SDKs.
    SharedFile {
        /// `None` is `~/.tencentcloud/credentials`, else `/etc/tencentcloud/credentials`.
        path: Option<PathBuf>,
        /// The section; `None` is `default`.
        section: Option<String>,
    },
}

impl Place {
    /// The order in which places are tried when nothing else is said.
    pub fn usual() -> Vec<Self> {
        vec![Self::Environment, Self::Tccli { profile: None }, Self::SharedFile { path: None, section: None }]
    }
}

/// A credential whose parts the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where the id is kept.
    pub secret_id: SecretRef,
    /// Where the key is kept.
    pub secret_key: SecretRef,
    /// Where the token is kept, for temporary credentials.
    pub token: Option<SecretRef>,
}

/// A credential and the place that gave it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The credential.
    pub credential: Credential,
    /// The place, in words: `the environment`, a path.
    pub origin: String,
}

/// Why a place gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is nothing; the search goes on.
    Missing(String),
    /// There is something that this version cannot use; the search goes on.
    Unsupported(String),
    /// There is something, and it is wrong; the search ends.
    Broken(String),
}

impl Reason {
    fn text(&self) -> &str {
        match self {
            Self::Missing(text) | Self::Unsupported(text) | Self::Broken(text) => text,
        }
    }
}

/// A place that was looked in without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The place, in words.
    pub place: String,
    /// Why it gave nothing.
    pub reason: Reason,
}

/// No credential: every place that was looked in, and why each gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NotFound {
    /// In the order of the search.
    pub looked: Vec<Looked>,
}

impl NotFound {
    /// Whether a broken place ended the search.
    pub fn is_broken(&self) -> bool {
        self.looked.last().is_some_and(|last| matches!(last.reason, Reason::Broken(_)))
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no credentials; looked in:")?;
        for Looked { place, reason } in &self.looked {
            writeln!(f, "  {place}: {}", reason.text())?;
        }
        if self.is_broken() {
            f.write_str("Repair or remove the last one; places after it were not tried, so that they cannot stand in for it.")
        } else {
            write!(f, "Set {SECRET_ID} and {SECRET_KEY}, or name a variable or file in the account's [account.credential].")
        }
    }
}

/// Looks in each place in turn.
pub fn find(places: &[Place], world: &World) -> Result<Found, NotFound> {
    let mut looked = Vec::new();
    for place in places {
        let answers = match place {
            Place::Environment => environment::look(world),
            Place::Reference(reference) => reference::look(reference, world),
            Place::Tccli { profile } => tccli::look(profile.as_deref(), world),
            Place::SharedFile { path, section } => shared_file::look(path.as_deref(), section.as_deref(), world),
        };
        match answers {
            Ok(found) => return Ok(found),
            Err(nothing) => looked.extend(nothing),
        }
        if looked.last().is_some_and(|last: &Looked| matches!(last.reason, Reason::Broken(_))) {
            break;
        }
    }
    Err(NotFound { looked })
}

/// What a place answers: a credential, or what was looked at there.
type Answer = Result<Found, Vec<Looked>>;

fn nothing(place: impl fmt::Display, reason: Reason) -> Answer {
    Err(vec![Looked { place: place.to_string(), reason }])
}

/// An empty text counts as absent.
fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The parts as one credential, or the reason why they are none. `names` are those of the id and the key.
fn complete(parts: [Option<String>; 3], names: [&str; 2]) -> Result<Credential, Reason> {
    let [id, key, token] = parts.map(filled);
    let [id_name, key_name] = names;
    match (id, key) {
        (Some(secret_id), Some(key)) if is_header_text(&secret_id) => {
            Ok(Credential { secret_id, secret_key: Secret::new(key), token: token.map(Secret::new) })
        }
        (Some(_), Some(_)) => Err(Reason::Broken(format!("{id_name} holds characters that no SecretId has"))),
        (Some(_), None) => Err(Reason::Broken(format!("{id_name} is there, {key_name} is missing or empty"))),
        (None, Some(_)) => Err(Reason::Broken(format!("{key_name} is there, {id_name} is missing or empty"))),
        (None, None) => Err(Reason::Missing(format!("{id_name} and {key_name} are missing or empty"))),
    }
}

/// Whether a text can travel in a header: visible ASCII.
fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}
