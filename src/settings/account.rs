//! One account as configured: who it is, how it is billed, how it is reached.

use std::collections::BTreeMap;
use std::path::PathBuf;

use url::Url;

use crate::model::{AccountId, BillingDay, Currency, SecretRef, SubAppId};

/// The site an account belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Site {
    /// cloud.tencent.com.
    #[default]
    Cn,
    /// The international site.
    Intl,
}

impl Site {
    /// The words used in the configuration.
    pub const WORDS: &'static [(&'static str, Self)] = &[("cn", Self::Cn), ("intl", Self::Intl)];

    /// The currency the site bills in.
    pub fn currency(self) -> Currency {
        match self {
            Self::Cn => Currency::CNY,
            Self::Intl => Currency::USD,
        }
    }

    /// The id of the site's present price list.
    pub fn price_book(self) -> &'static str {
        match self {
            Self::Cn => "vod-cn",
            Self::Intl => "vod-intl",
        }
    }
}

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name by which `--profile` picks it.
    pub name: String,
    /// Its site.
    pub site: Site,
    /// The account number; `None` is to be asked of the cloud.
    pub uin: Option<String>,
    /// What it is billed in.
    pub currency: Currency,
    /// The applications to work on.
    pub applications: Applications,
    /// Id or file of its price book.
    pub price_book: String,
    /// The file of prices agreed with it.
    pub contract: Option<PathBuf>,
    /// A bill that says how it is billed, where [`Account::modes`] does not.
    pub bill: Option<PathBuf>,
    /// How it is billed, oldest first.
    pub modes: Vec<ModeFrom>,
    /// Where its credential is kept.
    pub credential: CredentialSource,
    /// Where its APIs are reached, where configured.
    pub endpoint: Endpoints,
    /// Whether the legacy API v2 may be used.
    pub legacy_api: bool,
    /// Domains it plays from.
    pub playback: Vec<Playback>,
    /// Values for what the price documents leave open, by switch name.
    pub switches: BTreeMap<String, String>,
}

impl Account {
    /// An account of which only the name and the site are known.
    pub fn new(name: impl Into<String>, site: Site) -> Self {
        Self {
            name: name.into(),
            site,
            uin: None,
            currency: site.currency(),
            applications: Applications::All,
            price_book: site.price_book().to_owned(),
            contract: None,
            bill: None,
            modes: Vec::new(),
            credential: CredentialSource::default(),
            endpoint: Endpoints::default(),
            legacy_api: false,
            playback: Vec::new(),
            switches: BTreeMap::new(),
        }
    }

    /// Puts the account on another site; currency and price book follow where they were the old site's.
    pub fn move_to(&mut self, site: Site) {
        if self.currency == self.site.currency() {
            self.currency = site.currency();
        }
        if self.price_book == self.site.price_book() {
            site.price_book().clone_into(&mut self.price_book);
        }
        self.site = site;
    }

    /// The id under which the ledger keeps it: the account number where it is known, else the name.
    pub fn id(&self) -> AccountId {
        AccountId::new(self.uin.as_ref().unwrap_or(&self.name))
    }

    /// How it is billed on a day. Before the first entry, and without any, postpaid by traffic, settled
    /// daily, is assumed.
    pub fn mode_on(&self, day: BillingDay) -> ModeInForce {
        match self.modes.iter().rev().find(|entry| entry.from <= day) {
            Some(entry) => {
                ModeInForce { mode: entry.mode, settlement: entry.settlement, packs: entry.packs.clone(), assumed: false }
            }
            None => ModeInForce { mode: Mode::default(), settlement: Settlement::default(), packs: None, assumed: true },
        }
    }
}

/// The applications to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applications {
    /// Every one that the account has.
    All,
    /// These.
    Listed(Vec<SubAppId>),
}

/// How delivery is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Afterwards, by bytes.
    #[default]
    Traffic,
    /// Afterwards, by peak bandwidth.
    Bandwidth,
    /// By a package with allowances.
    Package,
}

impl Mode {
    /// The words used in the configuration.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("traffic", Self::Traffic), ("bandwidth", Self::Bandwidth), ("package", Self::Package)];
}

/// How often usage is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settlement {
    /// Hourly.
    Hour,
    /// Daily.
    #[default]
    Day,
    /// Monthly.
    Month,
}

impl Settlement {
    /// The words used in the configuration.
    pub const WORDS: &'static [(&'static str, Self)] = &[("hour", Self::Hour), ("day", Self::Day), ("month", Self::Month)];
}

/// One entry of the history of billing modes: it holds until the next one starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeFrom {
    /// Its first day.
    pub from: BillingDay,
    /// The mode.
    pub mode: Mode,
    /// The settlement.
    pub settlement: Settlement,
    /// The file that lists packs or the package.
    pub packs: Option<PathBuf>,
}

/// The mode of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeInForce {
    /// The mode.
    pub mode: Mode,
    /// The settlement.
    pub settlement: Settlement,
    /// The file that lists packs or the package.
    pub packs: Option<PathBuf>,
    /// Whether nobody said so.
    pub assumed: bool,
}

/// Which places may give the credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialFrom {
    /// All, in the fixed order.
    #[default]
    Auto,
    /// The usual variables only.
    Env,
    /// What this table names, only.
    Profile,
    /// The official command line's file only.
    Tccli,
    /// The official SDKs' file only.
    File,
    /// The role of the virtual machine only.
    Machine,
    /// The role of the cluster's pod only.
    Cluster,
}

impl CredentialFrom {
    /// The words used in the configuration.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("auto", Self::Auto),
        ("env", Self::Env),
        ("profile", Self::Profile),
        ("tccli", Self::Tccli),
        ("file", Self::File),
        ("machine", Self::Machine),
        ("cluster", Self::Cluster),
    ];
}

/// Where an account's credential is kept: places, never the secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialSource {
    /// Which places may give it.
    pub from: CredentialFrom,
    /// The id and the key, when both are named.
    pub keys: Option<(SecretRef, SecretRef)>,
    /// The token of temporary credentials.
    pub token: Option<SecretRef>,
    /// The profile of the official command line.
    pub tccli_profile: Option<String>,
    /// The official SDKs' file.
    pub file: Option<PathBuf>,
    /// The section in it.
    pub section: Option<String>,
    /// The role to take on with what was found.
    pub role: Option<RoleToAssume>,
}

/// A role, and how to take it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleToAssume {
    /// `qcs::cam::uin/UIN:roleName/NAME`.
    pub arn: String,
    /// Names this program in the cloud's audit trail.
    pub session: Option<String>,
    /// What the role's owner has agreed on with its taker.
    pub external_id: Option<String>,
    /// Life of a key pair in seconds.
    pub seconds: Option<u32>,
}

/// Where the APIs are reached; `None` is the cloud itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// VOD 3.0.
    pub vod: Option<Url>,
    /// VOD v2.
    pub legacy: Option<Url>,
    /// Billing.
    pub billing: Option<Url>,
    /// STS.
    pub sts: Option<Url>,
    /// The machine's metadata service.
    pub metadata: Option<Url>,
    /// Whether signed requests may go unencrypted to any host.
    pub allow_http: bool,
    /// A certificate authority (PEM) to trust beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// A domain that media are played from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playback {
    /// The domain, in lower case.
    pub domain: String,
    /// Where the hotlink KEY is kept, when the domain asks for signed URLs.
    pub key: Option<SecretRef>,
    /// `https` unless configured as `http`.
    pub https: bool,
    /// How long a URL works when nothing else is said, in seconds.
    pub expires: Option<u64>,
}
