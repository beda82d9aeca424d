//! A simulated cloud: the legacy API, API 3.0 and the billing API of one account, on loopback.
//!
//! It is built from the documents and captured answers alone and has answer structures of its own, so that it can
//! tell when the client is wrong. Unmodified official clients work against it. What the documents leave open is
//! a [`Switches`] member.

mod access_logs;
mod account;
mod auth;
mod cloud;
mod control;
mod faults;
mod files;
mod legacy;
mod limit;
mod metadata;
mod points;
mod server;
mod state;
mod stats;
mod switches;
mod tls;
mod troubled;
mod v3;
mod words;

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use access_logs::{LogSpec, LogTotals, write_logs};
pub use account::{Account, AccountSource, LargeSpec};
pub use faults::Faults;
pub use limit::Limit;
pub use server::{Running, start};
pub use switches::{
    Bound, CdnLogPaging, DealOffset, EmptyBuckets, LegacyModuleErrors, LegacyNoMatch, Order, PageBase, PlayStatHeader,
    StorageDay, SubAppIdRule, Switches,
};

/// How to run a simulated cloud.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose.
    pub account: AccountSource,
    /// The account's clock; the account's own `now`, then the wall clock, when absent.
    pub now: Option<DateTime<Utc>>,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to listen with TLS, under a certificate authority made for this run.
    pub tls_listen: Option<SocketAddr>,
    /// How long every answer takes.
    pub latency: Duration,
    /// How rate limits are counted.
    pub limit: Limit,
    /// What goes wrong.
    pub faults: Faults,
    /// What the documents leave open.
    pub switches: Switches,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            account: AccountSource::Demo,
            now: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls_listen: None,
            latency: Duration::ZERO,
            limit: Limit::default(),
            faults: Faults::default(),
            switches: Switches::default(),
        }
    }
}

/// Why a simulated cloud could not start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The account file could not be read.
    #[error("account {path}: cannot be read: {error}; give `demo` or the path of an account file")]
    ReadAccount {
        /// The file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The account is not one.
    #[error("account {origin}: {message}")]
    BadAccount {
        /// Its file, or `demo`.
        origin: String,
        /// What is wrong, and where.
        message: String,
    },
    /// A description of faults that cannot be read.
    #[error("faults {given:?}: {message}")]
    BadFaults {
        /// As given.
        given: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A description of access logs that cannot be read.
    #[error("logs {given:?}: {message}")]
    BadLogs {
        /// As given.
        given: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// Access logs could not be written.
    #[error("{path}: cannot be written: {error}")]
    WriteLogs {
        /// The file or folder.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// A switch that does not exist, or has no such value.
    #[error("switch {given:?}: {message}")]
    BadSwitch {
        /// As given.
        given: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; choose another port, or 0 for a free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
    /// The certificates could not be made.
    #[error("cannot make certificates: {0}")]
    Tls(String),
}

impl SimError {
    /// Whether the caller asked for something that cannot be, rather than the machine failing.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::ReadAccount { .. } | Self::BadAccount { .. } | Self::BadFaults { .. } => true,
            Self::BadLogs { .. } | Self::BadSwitch { .. } => true,
            Self::WriteLogs { .. } | Self::Listen { .. } | Self::Tls(_) => false,
        }
    }
}
