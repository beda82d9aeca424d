//! The store: what was asked of the cloud, what it answered, what was used, what that costs.
//!
//! Every call is one transaction and blocks; callers in async code use a blocking thread. A [`Ledger`] can be shared
//! between threads: calls then wait for each other.

mod accounts;
mod address;
mod applications;
mod audit;
mod backup;
mod bills;
mod calendar;
mod catalogue;
mod charges;
mod check;
mod connection;
mod copy;
mod dump;
mod error;
mod event_configs;
mod facts;
mod identity;
mod inventory;
mod logs;
mod lowered;
mod media;
mod media_history;
mod packed;
mod postgres;
mod prune;
mod rows;
mod schema;
mod select;
mod size;
mod snapshots;
mod split;
mod sqlite;
mod stored;
mod tables;
mod units;
mod usage;
mod work;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use applications::Application;
pub use audit::{AuditEntry, AuditOutcome, AuditRow, BrokenChain, ChainCheck};
pub use backup::{Restored, backup, restore};
pub use catalogue::{Domain, PackState, PlayStat};
pub use check::{Checked, Problem};
pub use connection::{Field, Value};
pub use copy::{Copied, copy};
pub use dump::{DumpError, Dumped};
pub use error::LedgerError;
pub use event_configs::EventConfigEntry;
pub use facts::Facts;
pub use inventory::{InventoryDay, Listing};
pub use logs::{CountedLog, Delivered, Delivery, DeliveryWays, Ingested, KnownLog, LogKey, LogLines};
pub use lowered::{Change, Lowered};
pub use prune::{Pruned, Retention};
pub use select::{REPORT_FUNCTIONS, Selection, reuse};
pub use size::TableSize;
pub use snapshots::{NewSnapshot, Snapshot};
pub use split::{ApplicationPart, Bearer, BornePart, BridgePart, MediaPart, MediaParts, MonthSplit, PackPart, RecordingSegment};
pub use stored::StoredMedia;
pub use units::{Brings, REASONS, Unit, UnitCount, UnitRow, UnitState};
pub use work::{Committed, Lease, NewUnit, Open, Outcome, Scope, UnitResult};

use crate::model::SubAppId;
use address::Place;
use connection::Connection;

/// An open ledger.
pub struct Ledger {
    connection: Mutex<Box<dyn Connection>>,
    place: String,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens a ledger. An SQLite file is brought up to date, after a copy of it was kept beside it, and created where there is
    /// none; a database is changed by [`Ledger::migrate`] alone.
    ///
    /// `address` is a file path or `sqlite:FILE`; `postgres://USER:PASSWORD@HOST/DATABASE`, with `?schema=NAME` for another
    /// schema than the user's own; `:memory:` is a ledger that ends with the process.
    pub fn open(address: &str) -> Result<Self, LedgerError> {
        Self::opened(Place::parse(address)?)
    }

    /// [`Ledger::open`] for commands that only read: a file that is not there is an error.
    pub fn open_existing(address: &str) -> Result<Self, LedgerError> {
        match Place::parse(address)? {
            Place::File(file) if !file.exists() => Err(LedgerError::Missing(file.as_path().into())),
            place => Self::opened(place),
        }
    }

    /// Creates a ledger where there is none, or brings an older one up to date. Gives the version before (0 is none) and
    /// after.
    pub fn migrate(address: &str) -> Result<(i64, i64), LedgerError> {
        schema::migrate(connect(Place::parse(address)?)?.as_mut())
    }

    /// The file of an address that is one of a file.
    pub fn file(address: &str) -> Option<PathBuf> {
        match Place::parse(address) {
            Ok(Place::File(file)) => Some(file),
            _ => None,
        }
    }

    fn opened(place: Place) -> Result<Self, LedgerError> {
        let mut connection = connect(place)?;
        schema::open(connection.as_mut())?;
        Ok(Self { place: connection.place().to_owned(), connection: Mutex::new(connection) })
    }

    /// Where the ledger is, for messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// A panic elsewhere cannot leave half a transaction behind, so a poisoned lock is as good as another.
    fn lock(&self) -> MutexGuard<'_, Box<dyn Connection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(place: Place) -> Result<Box<dyn Connection>, LedgerError> {
    Ok(match place {
        Place::Memory => Box::new(sqlite::Sqlite::in_memory()?),
        Place::File(file) => Box::new(sqlite::Sqlite::open(&file)?),
        Place::Postgres(address) => Box::new(postgres::Postgres::connect(address)?),
    })
}

/// An application as the store keeps it: unknown is the empty text.
fn app_text(sub_app_id: Option<SubAppId>) -> String {
    sub_app_id.map(|id| id.to_string()).unwrap_or_default()
}

fn app_of(text: &str) -> Result<Option<SubAppId>, LedgerError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| LedgerError::Damaged { what: "an application", value: text.to_owned() })
}
