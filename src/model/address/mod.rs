//! Addresses of servers, databases and files: one type for all that the program is given, since any of them may hold a password.

mod ledger;
mod shown;
mod suspicion;

use std::fmt;

use url::{Host, Url};

use super::Secret;

pub use ledger::LedgerPlace;
pub use shown::{HIDDEN, harmless};
pub use suspicion::connects;

/// An address as it was given. `Display` and `Debug` show what is certainly no secret: scheme, host, port and path of a URL, the
/// path of a file. User name, password, query and fragment stay hidden, and so does every text that may be an address with a
/// slip in it, such as `host=… password=…` or a URL with a blank.
///
/// ```
/// use vodledger::model::Address;
/// let address = Address::new("https://user:pw@example.com:8443/events?token=t");
/// assert_eq!(address.to_string(), "https://example.com:8443/events?…");
/// assert_eq!(Address::new("/data/my ledger@home.db").to_string(), "/data/my ledger@home.db");
/// assert!(!Address::new("user:pw@example.com/db").to_string().contains("pw"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Secret);

impl Address {
    /// Takes the text in, as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }

    /// Gives the whole text out. Call it only where the address is used: to connect, to open, to send, to compare.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether messages show it as this text.
    pub fn is_shown_as(&self, text: &str) -> bool {
        shown::shown(self.expose()) == text
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown::shown(self.expose()))
    }
}

/// In quotes, as a text.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", shown::shown(self.expose()))
    }
}

impl Default for Address {
    fn default() -> Self {
        Self::new("")
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Address {
    fn from(text: &String) -> Self {
        Self::new(text.as_str())
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&std::path::Path> for Address {
    fn from(path: &std::path::Path) -> Self {
        Self::new(path.display().to_string())
    }
}

impl PartialEq<&str> for Address {
    fn eq(&self, other: &&str) -> bool {
        self.expose() == *other
    }
}

/// Whether a URL leads to this machine: `localhost`, `127.0.0.0/8` or `[::1]`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
