//! Where a ledger is: an SQLite file, memory, or a schema of a PostgreSQL database.

use std::path::{Path, PathBuf};

use super::LedgerError;
use super::postgres::PostgresAddress;

/// A place for a ledger.
pub enum Address {
    /// A ledger that ends with the process.
    Memory,
    /// An SQLite file.
    File(PathBuf),
    /// A schema of a PostgreSQL database.
    Postgres(Box<PostgresAddress>),
}

impl Address {
    /// Reads `FILE`, `sqlite:FILE`, `:memory:` or `postgres://USER@HOST:PORT/DATABASE`.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let refused = || LedgerError::Address(without_secrets(text));
        let path = match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => return PostgresAddress::parse(text).map(|at| Self::Postgres(Box::new(at))),
            Some(("sqlite", path)) => path,
            Some(_) => return Err(refused()),
            None => text.strip_prefix("sqlite:").unwrap_or(text),
        };
        match path {
            "" => Err(refused()),
            ":memory:" => Ok(Self::Memory),
            path => Ok(Self::File(Path::new(path).to_owned())),
        }
    }
}

/// An address for messages: what follows the scheme of a URL may hold a password.
fn without_secrets(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://…"),
        None => text.to_owned(),
    }
}
