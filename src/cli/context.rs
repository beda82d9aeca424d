//! What every command starts from. Nothing is read before a command asks for it.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::runtime::Runtime;

use super::signer::Signer;
use super::{Error, Global, file, leftovers};
use crate::cloud::credential::{self, World};
use crate::cloud::{Client, ClientBuilder, Priority};
use crate::input::{self, Kind};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Address, Clock, Language, SubAppId};
use crate::recordings::playback::Domain;
use crate::settings::{self, Account, Applications, Settings, SettingsError, Site, Surroundings};

/// The global options and what follows from them.
#[derive(Debug)]
pub struct Context {
    /// As typed.
    pub global: Global,
    /// The account's clock: the wall clock, or `--as-of`.
    pub clock: Clock,
    world: Arc<World>,
    settings: OnceLock<Settings>,
    runtime: OnceLock<Runtime>,
}

/// The process's own environment and files; a file of a key that has no end is refused.
fn world() -> World {
    let home = std::env::home_dir().filter(|path| !path.as_os_str().is_empty());
    World::new(|name| std::env::var(name).ok(), input::file::small, home)
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        Self::usage(error)
    }
}

impl Context {
    /// Takes the global options.
    pub fn new(global: Global) -> Self {
        let clock = global.as_of.map_or_else(Clock::wall, Clock::pinned);
        Self { global, clock, world: Arc::new(world()), settings: OnceLock::new(), runtime: OnceLock::new() }
    }

    /// The configuration, with the environment on top; read once.
    pub fn settings(&self) -> Result<&Settings, Error> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let surroundings = Surroundings { variable: &|name| self.world.variable(name), home: self.world.home() };
        let settings = Settings::load(self.global.config.as_deref(), surroundings)?;
        Ok(self.settings.get_or_init(|| settings))
    }

    /// The accounts to work on: those of `--profile`, all with `--all-profiles`, else the only one.
    pub fn accounts(&self) -> Result<Vec<&Account>, Error> {
        let settings = self.settings()?;
        match (self.global.profile.as_slice(), settings.accounts.as_slice()) {
            (_, all) if self.global.all_profiles => Ok(all.iter().collect()),
            ([], [only]) => Ok(vec![only]),
            ([], _) => Err(Error::usage(format!(
                "the configuration has several accounts ({}); name one with --profile, or give --all-profiles",
                settings.names()
            ))),
            (names, _) => Ok(settings.pick(names)?),
        }
    }

    /// The account to work on, for commands that work on one.
    pub fn account(&self) -> Result<&Account, Error> {
        match self.accounts()?.as_slice() {
            [only] => Ok(only),
            _ => Err(Error::usage("this command works on one account; name it with --profile")),
        }
    }

    /// The applications to work on: `--app`, else those of the account.
    pub fn applications(&self, account: &Account) -> Result<Applications, Error> {
        match self.global.app.as_deref().map(str::trim) {
            None | Some("") => Ok(account.applications.clone()),
            Some("all") => Ok(Applications::All),
            Some(id) => match id.parse() {
                Ok(id) => Ok(Applications::Listed(vec![id])),
                Err(_) => Err(Error::usage(format!("--app: {id:?} is neither a SubAppId such as 1500000001 nor `all`"))),
            },
        }
    }

    /// The one application to work on; `None` is the account's main application.
    pub fn application(&self, account: &Account) -> Result<Option<SubAppId>, Error> {
        match self.applications(account)? {
            Applications::All => Ok(None),
            Applications::Listed(ids) => match ids.as_slice() {
                [only] => Ok(Some(*only)),
                _ => Err(Error::usage("this command works on one application; name it with --app")),
            },
        }
    }

    /// Where the ledger is: `--ledger`, else the configuration, else a file in the working folder.
    pub fn ledger_address(&self) -> Result<&Address, Error> {
        match self.global.ledger.as_ref().filter(|address| !address.expose().trim().is_empty()) {
            Some(address) => Ok(address),
            None => {
                self.settings()?.ledger.as_ref().ok_or_else(|| Error::usage("no ledger is configured; name a file with --ledger"))
            }
        }
    }

    /// The language of headings and labels: `--lang`, else the configuration, else English.
    pub fn language(&self) -> Result<Language, Error> {
        match self.global.lang {
            Some(language) => Ok(language),
            None => Ok(self.settings()?.lang.unwrap_or_default()),
        }
    }

    /// What signs for the account, and where it was found.
    pub fn signer(&self, account: &Account) -> Result<Signer, Error> {
        let signer = Signer::find(self, account, &self.world)?;
        tracing::info!(account = account.name, origin = signer.origin(), "credential found");
        Ok(signer)
    }

    /// A client for the account.
    pub fn client(&self, account: &Account) -> Result<Client, Error> {
        let builder = self.addressed(account, self.signer(account)?.builder())?;
        // Somebody waits for what a command asks; collecting gives its own calls a lower priority.
        builder.build().map(|client| client.with_priority(Priority::Interactive)).map_err(Error::usage)
    }

    /// A client with the addresses and habits of the account.
    pub fn addressed(&self, account: &Account, builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        let endpoint = &account.endpoint;
        let mut builder = builder.intl(account.site == Site::Intl).allow_http(endpoint.allow_http);
        if self.global.exclusive {
            builder = builder.exclusive();
        }
        if let Some(url) = &endpoint.vod {
            builder = builder.vod_endpoint(url.as_str());
        }
        if let Some(url) = &endpoint.legacy {
            builder = builder.legacy_endpoint(url.as_str());
        }
        if let Some(url) = &endpoint.billing {
            builder = builder.billing_endpoint(url.as_str());
        }
        if let Some(url) = &endpoint.sts {
            builder = builder.sts_endpoint(url.as_str());
        }
        if let Some(path) = &endpoint.ca_file {
            builder = builder.root_certificate(self.read(path, Kind::Secret)?);
        }
        Ok(builder)
    }

    /// The domains that the account's media are played from, with their hotlink keys.
    pub fn playback_domains(&self, account: &Account) -> Result<Vec<Domain>, Error> {
        let domain = |configured: &settings::Playback| {
            let key = configured.key.as_ref().map(|reference| credential::resolve(reference, &self.world)).transpose();
            let key = key.map_err(|error| Error::usage(format!("hotlink key of {}: {error}", configured.domain)))?;
            let validity =
                configured.expires.map(|seconds| TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000)));
            Ok(Domain { host: configured.domain.clone(), key, https: configured.https, validity })
        };
        account.playback.iter().map(domain).collect()
    }

    /// The runtime that asynchronous work runs on; one for the whole command, since connections live on it.
    pub fn runtime(&self) -> Result<&Runtime, Error> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| Error::failed(format!("the runtime cannot start: {error}")))?;
        Ok(self.runtime.get_or_init(|| runtime))
    }

    /// The ledger; a file that is not there is created.
    pub fn ledger(&self) -> Result<Ledger, Error> {
        leftovers::clean(self);
        Ledger::open(self.ledger_address()?.expose()).map_err(Error::failed)
    }

    /// The ledger, which must be there.
    pub fn required_ledger(&self) -> Result<Ledger, Error> {
        leftovers::clean(self);
        Ledger::open_existing(self.ledger_address()?.expose()).map_err(Error::failed)
    }

    /// The ledger, if it is there: looking something up must not create one.
    pub fn existing_ledger(&self) -> Result<Option<Ledger>, Error> {
        leftovers::clean(self);
        match Ledger::open_existing(self.ledger_address()?.expose()) {
            Ok(ledger) => Ok(Some(ledger)),
            Err(LedgerError::Missing(_) | LedgerError::NotMigrated { found: 0, .. }) => Ok(None),
            Err(error) => Err(Error::failed(error)),
        }
    }

    /// A progress bar for a known number of steps; silent unless standard error is a terminal.
    pub fn progress(&self, steps: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(steps), self.draw_target());
        match ProgressStyle::with_template("{bar:32} {pos}/{len} {msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    /// A sign of life for work of unknown length; silent unless standard error is a terminal.
    pub fn spinner(&self, message: impl Into<String>) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, self.draw_target());
        bar.set_message(message.into());
        bar
    }

    fn draw_target(&self) -> ProgressDrawTarget {
        if self.global.no_progress || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        }
    }

    /// The text of a file that the user named.
    pub fn read(&self, path: &Path, kind: Kind) -> Result<String, Error> {
        file::text(path, kind).map_err(|error| Error::usage(format!("{} cannot be read: {error}", path.display())))
    }
}
