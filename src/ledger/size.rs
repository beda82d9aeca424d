//! How large a ledger is.

use std::collections::BTreeMap;

use super::connection::reading;
use super::dump::count;
use super::tables::TABLES;
use super::{Ledger, LedgerError};

/// A table's share of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSize {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: i64,
    /// The bytes that it takes with its indexes.
    pub bytes: i64,
}

impl Ledger {
    /// Every table with its rows and bytes, in the order in which they are dumped.
    pub fn size(&self) -> Result<Vec<TableSize>, LedgerError> {
        reading(self.lock().as_mut(), |connection| {
            let sizes: BTreeMap<String, i64> = connection.sizes()?.into_iter().collect();
            let size = |table: &super::tables::Table| {
                let bytes = sizes.get(table.name).copied().unwrap_or(0);
                Ok(TableSize { table: table.name, rows: count(connection, table)?, bytes })
            };
            TABLES.iter().map(size).collect()
        })
    }
}
