//! Forward migrations: numbered SQL files, each applied once, in one transaction with its number.
//!
//! Programs of two versions may share a ledger while one replaces the other. A migration therefore says which programs still
//! work after it, which the ledger remembers, and which ledgers its own program works on before it.

use std::cmp::Ordering;

use super::connection::{Connection, collect, transaction};
use super::{LedgerError, calendar, identity};

/// Changes rows, where that needs more than SQL.
type Fill = fn(&mut dyn Connection) -> Result<(), LedgerError>;

struct Migration {
    sql: &'static str,
    /// The oldest program that works on a ledger after this migration.
    oldest_program: i64,
    /// The oldest ledger that a program of this version works on.
    oldest_ledger: i64,
    /// What is put into new tables that are the same in every ledger, or what else becomes of the rows.
    fill: Option<Fill>,
}

/// The migrations in order; the version of a ledger is how many of them were applied, that of a program how many it knows.
const MIGRATIONS: &[Migration] = &[
    Migration { sql: include_str!("schema/0001.sql"), oldest_program: 1, oldest_ledger: 1, fill: None },
    Migration { sql: include_str!("schema/0002.sql"), oldest_program: 2, oldest_ledger: 2, fill: None },
    Migration { sql: include_str!("schema/0003.sql"), oldest_program: 2, oldest_ledger: 3, fill: None },
    Migration { sql: include_str!("schema/0004.sql"), oldest_program: 2, oldest_ledger: 4, fill: None },
    Migration { sql: include_str!("schema/0005.sql"), oldest_program: 2, oldest_ledger: 5, fill: Some(calendar::fill) },
    Migration { sql: include_str!("schema/0006.sql"), oldest_program: 2, oldest_ledger: 6, fill: Some(identity::settle_all) },
];

const VERSION_TABLE: &str = "ledger_schema";

/// What a ledger says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    /// 0 is none.
    ledger: i64,
    oldest_program: i64,
}

/// Makes sure that this program works on what is there, and brings up to date what may be without being asked. What is no
/// ledger, or is of a version that is too new, is refused and stays as it was.
pub fn open(connection: &mut dyn Connection) -> Result<(), LedgerError> {
    let found = check(connection)?.ledger;
    if found < known() && connection.migrates_itself() {
        return migrate(connection).map(drop);
    }
    if found < oldest_ledger() {
        return Err(LedgerError::NotMigrated { place: connection.place().to_owned(), found, known: known() });
    }
    connection.settle()
}

/// Creates a ledger, or brings an older one up to date. Gives the version before and after.
pub fn migrate(connection: &mut dyn Connection) -> Result<(i64, i64), LedgerError> {
    let before = check(connection)?.ledger;
    if before >= known() {
        connection.settle()?;
        return Ok((before, before));
    }
    connection.before_migration(before)?;
    connection.settle()?;
    // Looked at again inside the transaction: another process may have been faster.
    transaction(connection, |connection| {
        let found = version(connection)?.ledger;
        if found == 0 {
            connection.script("CREATE TABLE ledger_schema (version BIGINT NOT NULL); INSERT INTO ledger_schema VALUES (0);")?;
        }
        let missing = MIGRATIONS.get(usize::try_from(found).unwrap_or(usize::MAX)..).unwrap_or_default();
        for migration in missing {
            connection.script(migration.sql)?;
            if let Some(fill) = migration.fill {
                fill(connection)?;
            }
        }
        if let Some(last) = missing.last() {
            let numbers = [known().into(), last.oldest_program.into()];
            connection.execute("UPDATE ledger_schema SET version = ?1, oldest_program = ?2", &numbers)?;
        }
        Ok((before, known()))
    })
}

/// Whether what is there is a ledger of the newest version that this program knows.
pub fn is_current(connection: &mut dyn Connection) -> Result<bool, LedgerError> {
    Ok(check(connection)?.ledger == known())
}

/// Refuses a ledger of another version than this program's, on which only that version knows all tables.
pub fn require_current(connection: &mut dyn Connection) -> Result<(), LedgerError> {
    let found = check(connection)?.ledger;
    let place = || connection.place().to_owned();
    match found.cmp(&known()) {
        Ordering::Equal => Ok(()),
        Ordering::Less => Err(LedgerError::NotMigrated { place: place(), found, known: known() }),
        Ordering::Greater => Err(LedgerError::Newer { place: place(), found, known: known() }),
    }
}

/// Refuses what is no ledger, also an empty database; a ledger of an older version is one.
pub fn require_ledger(connection: &mut dyn Connection) -> Result<(), LedgerError> {
    match check(connection)?.ledger {
        0 => Err(LedgerError::NotALedger { place: connection.place().to_owned(), why: "this is not a ledger".to_owned() }),
        _ => Ok(()),
    }
}

/// Refuses what is no ledger, and a ledger on which this program does not work any more. Changes nothing.
fn check(connection: &mut dyn Connection) -> Result<Version, LedgerError> {
    let found = version(connection)?;
    if found.ledger > known() && found.oldest_program > known() {
        return Err(LedgerError::Newer { place: connection.place().to_owned(), found: found.ledger, known: known() });
    }
    if found.ledger == 0 && !connection.tables()?.is_empty() {
        return Err(LedgerError::NotALedger {
            place: connection.place().to_owned(),
            why: "this is the database of another program".to_owned(),
        });
    }
    Ok(found)
}

fn version(connection: &mut dyn Connection) -> Result<Version, LedgerError> {
    if !connection.tables()?.iter().any(|name| name == VERSION_TABLE) {
        return Ok(Version { ledger: 0, oldest_program: 0 });
    }
    let ledger = number(connection, "SELECT MAX(version) FROM ledger_schema")?;
    // Version 1 did not yet remember it.
    let oldest_program = if ledger > 1 { number(connection, "SELECT MAX(oldest_program) FROM ledger_schema")? } else { ledger };
    Ok(Version { ledger, oldest_program })
}

fn number(connection: &mut dyn Connection, sql: &str) -> Result<i64, LedgerError> {
    let numbers = collect(connection, sql, &[], |row| row.maybe_integer(0))?;
    Ok(numbers.into_iter().flatten().next().unwrap_or(0))
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

fn oldest_ledger() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.oldest_ledger)
}
