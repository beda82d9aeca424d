//! Forward migrations: numbered SQL files, each applied once, in one transaction with its number.

use super::LedgerError;
use super::connection::{Connection, collect, transaction};

/// The migrations in order; the version of the schema is how many of them were applied.
const MIGRATIONS: &[&str] = &[include_str!("schema/0001.sql"), include_str!("schema/0002.sql")];

const VERSION_TABLE: &str = "ledger_schema";

/// Brings a new or older ledger up to date. What is no ledger, or is newer, is refused and stays as it was.
pub fn migrate(connection: &mut dyn Connection) -> Result<(), LedgerError> {
    check(connection)?;
    connection.settle()?;
    if version(connection)? == known() {
        return Ok(());
    }
    // Looked at again inside the transaction: another process may have been faster.
    transaction(connection, |connection| {
        let found = version(connection)?;
        if found == 0 {
            connection.script("CREATE TABLE ledger_schema (version BIGINT NOT NULL); INSERT INTO ledger_schema VALUES (0);")?;
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
            connection.script(migration)?;
        }
        connection.execute("UPDATE ledger_schema SET version = ?1", &[known().into()])?;
        Ok(())
    })
}

fn check(connection: &mut dyn Connection) -> Result<(), LedgerError> {
    let found = version(connection)?;
    if found > known() {
        return Err(LedgerError::Newer { place: connection.place().to_owned(), found, known: known() });
    }
    if found == 0 && !connection.tables()?.is_empty() {
        return Err(LedgerError::NotALedger {
            place: connection.place().to_owned(),
            why: "this is the database of another program".to_owned(),
        });
    }
    Ok(())
}

fn version(connection: &mut dyn Connection) -> Result<i64, LedgerError> {
    if !connection.tables()?.iter().any(|name| name == VERSION_TABLE) {
        return Ok(0);
    }
    let versions = collect(connection, "SELECT version FROM ledger_schema", &[], |row| row.integer(0))?;
    Ok(versions.into_iter().max().unwrap_or(0))
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}
