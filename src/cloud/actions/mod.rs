//! The table of actions: what a client calls, how often it may, who needs it, and where it exists.
//!
//! Sources: limits from each action's page and the API model; granularity and names in access management (CAM) from the list of
//! services that support it (598/57178, 598/92835); which actions the international site lacks from its own SDK (3.1.193).
//!
//! ```
//! use vodledger::cloud::actions::{self, Role};
//!
//! let needed: Vec<String> = actions::all().filter(|entry| entry.roles.contains(&Role::Play)).map(|entry| entry.cam()).collect();
//! assert!(needed.contains(&"vod:SearchMedia".to_owned()));
//! ```

/// A static for each entry, and `ALL` of them.
macro_rules! table {
    ($($name:ident = $entry:expr;)*) => {
        $(pub(crate) static $name: Entry = $entry;)*
        pub(super) static ALL: &[&Entry] = &[$(&$name),*];
    };
}

pub(crate) mod billing;
pub(crate) mod legacy;
mod needs;
mod probe;
pub(crate) mod sts;
pub(crate) mod vod;

use std::fmt;

pub use probe::{About, Ask, Probe};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::transport::Action;
use super::{Api, Client, Error, ErrorKind, Limit};

/// One action: what the transport must know of it, and what people ask about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// API, name, limit, and whether sending it twice does no harm.
    pub action: Action,
    /// Where the limit comes from.
    pub limit_source: LimitSource,
    /// Whether it leaves the account as it was.
    pub effect: Effect,
    /// How finely permission for it can be given.
    pub granularity: Granularity,
    /// The roles whose commands call it: what a key for the role must be allowed. Empty: the library has it, no command calls it.
    pub roles: &'static [Role],
    /// How it is tried whether a key may call it. `None`: it changes something, or has no harmless question.
    pub probe: Option<Probe>,
    /// Whether the international site has it.
    pub intl: bool,
    /// The members of an answer that our figures rest on, each with its path: an answer without one, or with null there, is no
    /// answer. A step into a list means each of its items; what a step leads through is needed as well.
    pub needs: &'static [&'static str],
}

/// Where a rate limit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitSource {
    /// The page of the action, or the API model, gives the figure.
    Documented,
    /// No page with the figure was found: 20 a second, the usual default of API 3.0, or what the sibling actions of the legacy
    /// API have.
    Assumed,
}

/// What an action does to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Reads,
    /// It changes, deletes or takes something; pulled events are hidden from others for a while.
    Changes,
}

/// How finely access management tells actions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Per application: `qcs::vod::uin/UIN:subAppId/ID`. Documented for VOD as a whole; the list of its reading actions could not
    /// be had, so an action counts as resource-level if it takes a `SubAppId`.
    Resource,
    /// The resource must be `*`, in a statement without other resources; anything else is judged "no permission".
    Operation,
}

/// What a key is for. `policy` and `doctor` sort actions by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Collects media, usage, logs and bills.
    Collector,
    /// Finds recordings and gives playback URLs.
    Play,
    /// Sets callbacks, and pulls and confirms events.
    Callback,
    /// Changes and deletes media.
    Manage,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Collector, Self::Play, Self::Callback, Self::Manage];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Play => "play",
            Self::Callback => "callback",
            Self::Manage => "manage",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Entry {
    /// Its name in access management: `vod:SearchMedia`, `finance:DescribeBillDetail`. (Billing is called `finance` there. That
    /// the legacy API shares the prefix of VOD is taken from its service name; no page lists its actions.)
    pub fn cam(&self) -> String {
        let prefix = match self.action.api {
            Api::Vod | Api::Legacy => "vod",
            Api::Billing => "finance",
            Api::Sts => "sts",
        };
        format!("{prefix}:{}", self.action.name)
    }

    /// A reading action of API 3.0 with the usual limit; everything else is said by the methods below.
    const fn reads(api: Api, name: &'static str) -> Self {
        Self {
            action: Action { api, name, limit: Limit::per_second(20), repeatable: true },
            limit_source: LimitSource::Assumed,
            effect: Effect::Reads,
            granularity: Granularity::Resource,
            roles: &[],
            probe: None,
            intl: true,
            needs: &[],
        }
    }

    const fn documented(mut self, limit: Limit) -> Self {
        self.action.limit = limit;
        self.limit_source = LimitSource::Documented;
        self
    }

    const fn assumed(mut self, limit: Limit) -> Self {
        self.action.limit = limit;
        self
    }

    /// It changes something; sending it twice does no harm.
    const fn sets(mut self) -> Self {
        self.effect = Effect::Changes;
        self
    }

    /// It changes something, and whether it did must be looked up before it is sent again.
    const fn changes(mut self) -> Self {
        self.action.repeatable = false;
        self.sets()
    }

    const fn operation(mut self) -> Self {
        self.granularity = Granularity::Operation;
        self
    }

    const fn not_intl(mut self) -> Self {
        self.intl = false;
        self
    }

    /// A harmless question, with all that is required.
    const fn tried(mut self, probe: Probe) -> Self {
        self.probe = Some(probe);
        self
    }

    const fn needs(mut self, needs: &'static [&'static str]) -> Self {
        self.needs = needs;
        self
    }

    const fn by(mut self, roles: &'static [Role]) -> Self {
        self.roles = roles;
        self
    }
}

/// Every action that this client has a method for.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    vod::ALL.iter().chain(legacy::ALL).chain(billing::ALL).chain(sts::ALL).copied()
}

/// The entry of an action by API and name.
pub fn of(api: Api, name: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.action.api == api && entry.action.name == name)
}

impl Client {
    /// Asks the smallest question of an action and throws the answer away: to find out whether a key may.
    ///
    /// # Errors
    /// Those of a call; [`ErrorKind::Request`] for an action without a probe, which is not sent.
    pub async fn probe(&self, entry: &'static Entry, about: &About<'_>) -> Result<(), Error> {
        let Some(parameters) = entry.question(about).filter(|_| entry.effect == Effect::Reads) else {
            let mut error = Error::new(ErrorKind::Request, "it is not called for a try: it may change something");
            error.action = entry.action.name;
            return Err(error);
        };
        self.ask::<serde::de::IgnoredAny>(entry, &parameters).await.map(drop)
    }

    /// Calls an action of the table. One that the client's site does not have is refused here and never sent.
    pub(super) async fn ask<T: DeserializeOwned + Send>(
        &self,
        entry: &'static Entry,
        request: &impl Serialize,
    ) -> Result<T, Error> {
        if self.intl && !entry.intl {
            let mut error = Error::new(ErrorKind::Unsupported, "the international site does not have this action");
            error.action = entry.action.name;
            return Err(error);
        }
        self.call(entry, request).await
    }
}
