//! Where a ledger is: an SQLite file, memory, or a schema of a PostgreSQL database.

use std::path::{Path, PathBuf};

use super::LedgerError;
use super::postgres::PostgresAddress;
use crate::model::address::{Address, LedgerPlace};

/// A place for a ledger.
pub enum Place {
    /// A ledger that ends with the process.
    Memory,
    /// An SQLite file.
    File(PathBuf),
    /// A schema of a PostgreSQL database.
    Postgres(Box<PostgresAddress>),
}

impl Place {
    /// Reads `FILE`, `sqlite:FILE`, `:memory:` or `postgres://USER@HOST:PORT/DATABASE`.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let address = Address::new(text);
        match address.ledger() {
            Some(LedgerPlace::Memory) => Ok(Self::Memory),
            Some(LedgerPlace::File(path)) => Ok(Self::File(Path::new(path).to_owned())),
            Some(LedgerPlace::Postgres(url)) => PostgresAddress::parse(url).map(|at| Self::Postgres(Box::new(at))),
            None => Err(LedgerError::Address(address)),
        }
    }
}

/// Refuses a path that is the text of a connection and no name of a file: it would end up in the folder, password and all.
pub fn require_file(path: &Path) -> Result<(), LedgerError> {
    let address = Address::from(path);
    match address.ledger() {
        Some(LedgerPlace::File(_)) => Ok(()),
        _ => Err(LedgerError::NoFile(address)),
    }
}
