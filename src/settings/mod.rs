//! Layered configuration: file, then environment, then flags; later wins. This room says where
//! credentials are kept; fetching them is `cloud::credential`'s work.

pub mod account;
mod endpoint;
pub mod env;
mod error;
mod file;
mod protect;
mod reader;

use std::path::{Path, PathBuf};

use url::Url;

pub use account::{
    Account, Applications, CredentialFrom, CredentialSource, Endpoints, Mode, ModeFrom, ModeInForce, Playback, Settlement, Site,
};
pub use error::SettingsError;
pub use protect::Protect;

use crate::input::encoding::Text;
use crate::input::{self, InputError};
use crate::model::{Address, Language};

/// The annotated configuration that `init` writes.
pub const ANNOTATED: &str = include_str!("../../config/vodledger.toml");

/// The file's name in the working folder and in the user's configuration folder.
const FILE_NAME: &str = "vodledger.toml";
/// The ledger's file name when nothing names another.
const LEDGER_NAME: &str = "vodledger.db";

const LANGUAGES: &[(&str, Language)] =
    &[(Language::English.code(), Language::English), (Language::Chinese.code(), Language::Chinese)];

/// How usage is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collect {
    /// Requests under way at the same time.
    pub concurrency: usize,
    /// Media that one call of a listing asks for.
    pub media_per_call: u64,
    /// Whether media processing is asked for in one call without a type, instead of type by type.
    pub process_all_at_once: bool,
}

impl Default for Collect {
    fn default() -> Self {
        Self { concurrency: 4, media_per_call: 1000, process_all_at_once: false }
    }
}

/// How access logs are fetched and counted. What is `None` is as documented for the cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logs {
    /// Whether `sync` fetches them too.
    pub sync: bool,
    /// Only these domains; none is all.
    pub domains: Vec<String>,
    /// Where files lie until they are counted.
    pub folder: Option<PathBuf>,
    /// The largest file that is taken.
    pub most_bytes: Option<u64>,
    /// What makes billed bytes of logged bytes, in parts of ten thousand.
    pub overhead: Option<u32>,
    /// Of a thousand lines, so many may be broken before a file is refused.
    pub broken_permille: Option<u64>,
}

/// How reports are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The user's own report definitions.
    pub dir: Option<PathBuf>,
    /// Who bears which cost.
    pub mapping: Option<PathBuf>,
    /// How long a query may take.
    pub seconds: Option<u64>,
    /// The month with which a fiscal year begins, from 1; January where nothing says otherwise.
    pub fiscal_year_starts: Option<u32>,
    /// Whether a fiscal year has the number of the year in which it ends, and not of that in which it starts.
    pub fiscal_year_ends_it: bool,
}

/// The whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The file it came from.
    pub file: Option<PathBuf>,
    /// Where facts and charges are kept.
    pub ledger: Option<Address>,
    /// Language of headings and labels.
    pub lang: Option<Language>,
    /// The accounts, in the order of the file; never empty once loaded.
    pub accounts: Vec<Account>,
    /// How usage is collected.
    pub collect: Collect,
    /// How access logs are fetched and counted.
    pub logs: Logs,
    /// What changes of media must leave alone.
    pub protect: Protect,
    /// How reports are made.
    pub report: Report,
    /// The user's own price books.
    pub prices_dir: Option<PathBuf>,
}

/// What the configuration is loaded from, besides its file.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Gives the value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The user's home folder.
    pub home: Option<&'a Path>,
}

impl Settings {
    /// Loads the configuration: the file that was asked for, else the first one found; then the environment
    /// on top. Without any file there is one account named `default`.
    pub fn load(asked: Option<&Path>, surroundings: Surroundings<'_>) -> Result<Self, SettingsError> {
        let variable = |name: &str| (surroundings.variable)(name).filter(|value| !value.trim().is_empty());
        let mut settings = match find(asked, &variable, surroundings.home)? {
            Some((path, text)) => Self::parse(&path, &text, surroundings.home)?,
            None => Self { ledger: Some(Address::new(LEDGER_NAME)), ..Self::default() },
        };
        if settings.accounts.is_empty() {
            settings.accounts.push(Account::new("default", Site::default()));
        }
        settings.overlay(&variable)?;
        Ok(settings)
    }

    /// Reads the text of a configuration file. Paths in it are meant from its folder.
    pub fn parse(path: &Path, text: &str, home: Option<&Path>) -> Result<Self, SettingsError> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let source = reader::Source { name: path.display().to_string(), folder, home, text };
        let mut settings = file::parse(&source)?;
        settings.ledger.get_or_insert_with(|| source.path(LEDGER_NAME).as_path().into());
        settings.file = Some(path.to_owned());
        Ok(settings)
    }

    /// The accounts with these names, in this order, each once.
    pub fn pick(&self, names: &[String]) -> Result<Vec<&Account>, SettingsError> {
        let mut picked: Vec<&Account> = Vec::new();
        for name in names {
            let account = self
                .accounts
                .iter()
                .find(|account| account.name == *name)
                .ok_or_else(|| SettingsError::NoAccount { name: name.clone(), known: self.names() })?;
            if !picked.iter().any(|other| other.name == account.name) {
                picked.push(account);
            }
        }
        Ok(picked)
    }

    /// The accounts' names, for messages.
    pub fn names(&self) -> String {
        self.accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Lays the environment over the file.
    fn overlay(&mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<(), SettingsError> {
        let site = word(variable, env::SITE, Site::WORDS)?;
        let legacy_api = word(variable, env::LEGACY_API, &[("true", true), ("false", false)])?;
        let all = url(variable, env::ENDPOINT)?;
        let vod = url(variable, env::VOD_ENDPOINT)?.or(all.clone());
        let legacy = url(variable, env::LEGACY_ENDPOINT)?.or(all.clone());
        let billing = url(variable, env::BILLING_ENDPOINT)?.or(all.clone());
        let sts = url(variable, env::STS_ENDPOINT)?.or(all.clone());
        let metadata = url(variable, env::METADATA_ENDPOINT)?.or(all);
        let ca_file = variable(env::CA_FILE).map(PathBuf::from);
        let price_book = variable(env::PRICE_BOOK);
        for account in &mut self.accounts {
            if let Some(site) = site {
                account.move_to(site);
            }
            if let Some(book) = &price_book {
                account.price_book.clone_from(book);
            }
            account.legacy_api = legacy_api.unwrap_or(account.legacy_api);
            let endpoint = &mut account.endpoint;
            overlay(&mut endpoint.vod, &vod);
            overlay(&mut endpoint.legacy, &legacy);
            overlay(&mut endpoint.billing, &billing);
            overlay(&mut endpoint.sts, &sts);
            overlay(&mut endpoint.metadata, &metadata);
            overlay(&mut endpoint.ca_file, &ca_file);
        }
        Ok(())
    }
}

/// Puts a given value over a configured one.
fn overlay<T: Clone>(configured: &mut Option<T>, given: &Option<T>) {
    if given.is_some() {
        configured.clone_from(given);
    }
}

/// The file that was asked for, else the first of the usual ones that exists, with its text.
fn find(
    asked: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<String>,
    home: Option<&Path>,
) -> Result<Option<(PathBuf, String)>, SettingsError> {
    let asked = asked.map(Path::to_owned).or_else(|| variable(env::CONFIG).map(PathBuf::from));
    let user = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let user = user.or_else(|| home.map(|home| home.join(".config"))).map(|folder| folder.join("vodledger").join(FILE_NAME));
    let must_exist = asked.is_some();
    let candidates = match asked {
        Some(path) => vec![path],
        None => [PathBuf::from(FILE_NAME)].into_iter().chain(user).collect(),
    };
    for path in candidates {
        match input::file::text(&path, input::Kind::Document) {
            Ok(Text { text, .. }) => return Ok(Some((path, text))),
            Err(InputError::Missing) if !must_exist => {}
            Err(error) => return Err(SettingsError::Unreadable { path, reason: error.to_string() }),
        }
    }
    Ok(None)
}

fn word<T: Copy>(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    words: &[(&str, T)],
) -> Result<Option<T>, SettingsError> {
    let Some(value) = variable(name) else { return Ok(None) };
    match words.iter().find(|(word, _)| *word == value.trim()) {
        Some((_, meaning)) => Ok(Some(*meaning)),
        None => {
            let expected = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
            Err(SettingsError::Variable { variable: name, message: format!("{value:?} is not {expected}") })
        }
    }
}

fn url(variable: &dyn Fn(&str) -> Option<String>, name: &'static str) -> Result<Option<Url>, SettingsError> {
    variable(name)
        .map(|text| endpoint::parse(&text, false).map_err(|message| SettingsError::Variable { variable: name, message }))
        .transpose()
}
