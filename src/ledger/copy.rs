//! One ledger into another, whatever store each is in.

use super::connection::{Connection, Value, collect, each_row, reading, transaction};
use super::dump::{self, Dumped};
use super::tables::{TABLES, Table};
use super::{Ledger, LedgerError, schema};

/// Rows that are handed over at a time: so many, or so many bytes.
const ROWS_AT_ONCE: usize = 1000;
const BYTES_AT_ONCE: usize = 4 << 20;

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Each table with its rows.
    pub tables: Vec<(&'static str, i64)>,
    /// The canonical dump, of the one as of the other.
    pub dumped: Dumped,
}

/// Copies everything of a ledger, as it is at one moment, into an empty one. All of it lasts, or nothing: before it lasts,
/// the rows of each table are counted and the canonical dumps compared.
///
/// # Errors
/// [`LedgerError::NotEmpty`] when the other holds anything; [`LedgerError::NotMigrated`] when one of them is not of this
/// program's version; [`LedgerError::CopyDiffers`] when a store did not give back what it was given.
pub fn copy(from: &Ledger, to: &Ledger) -> Result<Copied, LedgerError> {
    let (mut source, mut target) = (from.lock(), to.lock());
    schema::require_current(source.as_mut())?;
    schema::require_current(target.as_mut())?;
    reading(source.as_mut(), |source| {
        transaction(target.as_mut(), |target| {
            for table in TABLES {
                if !is_empty(target, table)? {
                    return Err(LedgerError::NotEmpty(target.place().to_owned()));
                }
            }
            let mut tables = Vec::new();
            for table in TABLES {
                copy_table(source, target, table)?;
                let (rows, arrived) = (dump::count(source, table)?, dump::count(target, table)?);
                if rows != arrived {
                    return Err(differs(target, format!("{arrived} rows of {rows} arrived in {}", table.name)));
                }
                tables.push((table.name, rows));
            }
            let (dumped, arrived) = (dump::digest(source)?, dump::digest(target)?);
            if dumped != arrived {
                return Err(differs(target, format!("its dump is {}, not {}", arrived.sha256, dumped.sha256)));
            }
            Ok(Copied { tables, dumped })
        })
    })
}

fn differs(target: &dyn Connection, what: String) -> LedgerError {
    LedgerError::CopyDiffers { place: target.place().to_owned(), what }
}

fn is_empty(connection: &mut dyn Connection, table: &Table) -> Result<bool, LedgerError> {
    Ok(collect(connection, &format!("SELECT 1 FROM {} LIMIT 1", table.name), &[], |_| Ok(()))?.is_empty())
}

fn copy_table(source: &mut dyn Connection, target: &mut dyn Connection, table: &Table) -> Result<(), LedgerError> {
    let columns = table.columns();
    let (mut rows, mut bytes) = (Vec::new(), 0);
    each_row(source, &format!("SELECT {} FROM {}", columns.join(", "), table.name), &[], |row| {
        bytes += row.0.iter().map(size).sum::<usize>();
        rows.push(row.0.to_vec());
        if rows.len() >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE {
            bytes = 0;
            target.insert(table.name, &columns, &mut rows.drain(..))?;
        }
        Ok(())
    })?;
    target.insert(table.name, &columns, &mut rows.into_iter())
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) => 8,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    }
}
