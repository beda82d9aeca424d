//! Every environment variable of the product, declared once.

/// One variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
}

macro_rules! variables {
    ($($constant:ident = $name:literal, $doc:literal;)*) => {
        $(#[doc = $doc] pub const $constant: &str = $name;)*

        /// All of them, in the order of the documentation.
        pub const ALL: &[Variable] = &[$(Variable { name: $name, doc: $doc }),*];
    };
}

variables! {
    CONFIG = "VODLEDGER_CONFIG", "The configuration file, as `--config`.";
    PROFILE = "VODLEDGER_PROFILE", "Names of the accounts to work on, separated by commas, as `--profile`.";
    APP = "VODLEDGER_APP", "The application to work on, or `all`, as `--app`.";
    LEDGER = "VODLEDGER_LEDGER", "Where facts and charges are kept, as `--ledger`.";
    LANG = "VODLEDGER_LANG", "Language of headings and labels, `en` or `zh`, as `--lang`.";
    LOG_FORMAT = "VODLEDGER_LOG_FORMAT", "Form of the log, `text` or `json`, as `--log-format`.";
    SITE = "VODLEDGER_SITE", "The site of the accounts worked on, `cn` or `intl`.";
    PRICE_BOOK = "VODLEDGER_PRICE_BOOK", "The price book of the accounts worked on: an id or a file.";
    ENDPOINT = "VODLEDGER_ENDPOINT", "One URL for all APIs, such as that of a simulator.";
    VOD_ENDPOINT = "VODLEDGER_VOD_ENDPOINT", "URL of the VOD API 3.0; wins over `VODLEDGER_ENDPOINT`.";
    LEGACY_ENDPOINT = "VODLEDGER_LEGACY_ENDPOINT", "URL of the legacy VOD API v2; wins over `VODLEDGER_ENDPOINT`.";
    BILLING_ENDPOINT = "VODLEDGER_BILLING_ENDPOINT", "URL of the billing API; wins over `VODLEDGER_ENDPOINT`.";
    STS_ENDPOINT = "VODLEDGER_STS_ENDPOINT", "URL of STS; wins over `VODLEDGER_ENDPOINT`.";
    METADATA_ENDPOINT = "VODLEDGER_METADATA_ENDPOINT", "URL of the machine's metadata service; wins over `VODLEDGER_ENDPOINT`.";
    CA_FILE = "VODLEDGER_CA_FILE", "A certificate authority (PEM) to trust beside the system's, such as that of a simulator.";
    LEGACY_API = "VODLEDGER_LEGACY_API", "Whether the legacy API v2 may be used, `true` or `false`.";
}
