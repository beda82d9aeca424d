//! Ledgers of other versions: older ones are kept and brought up to date, newer ones are used or refused.

use std::fs;
use std::path::Path;

use vodledger::ledger::{Brings, Ledger, LedgerError};
use vodledger::model::{AccountId, BillingMonth};

use crate::stores::{Schema, fill};

const VERSION_1: &str = concat!(
    include_str!("../../src/ledger/schema/0001.sql"),
    "CREATE TABLE ledger_schema (version BIGINT NOT NULL);
     INSERT INTO ledger_schema VALUES (1);
     INSERT INTO account VALUES ('100000000001');
     INSERT INTO unit VALUES ('100000000001', 'DescribeStorageDetails', '7', '', 1790784000, 1790870400, 'done', 'final', 3, '',
                              1790900000);"
);

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

fn raw(file: &Path, sql: &str) {
    rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
}

fn units(ledger: &Ledger) -> Vec<String> {
    let october = "2026-10".parse::<BillingMonth>().unwrap().period();
    let units = ledger.units(&AccountId::new("100000000001"), Brings::Usage, october).unwrap();
    units.iter().map(|row| format!("{} {} {}", row.unit.action, row.state.as_str(), row.facts)).collect()
}

#[test]
fn an_older_file_is_kept_beside_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    raw(&file, VERSION_1);
    assert_eq!(units(&Ledger::open(path(&file)).unwrap()), ["DescribeStorageDetails done 3"]);
    let kept = folder.path().join("ledger.db.before-v2");
    let version: i64 =
        rusqlite::Connection::open(&kept).unwrap().query_row("SELECT version FROM ledger_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    // Opened again there is nothing to keep.
    drop(Ledger::open(path(&file)).unwrap());
    assert!(!folder.path().join("ledger.db.before-v2.2").exists());
    // What was kept is a ledger that can be restored, and an older copy is not replaced.
    fs::remove_file(&file).unwrap();
    let restored = vodledger::ledger::restore(&kept, path(&file), true).unwrap();
    assert_eq!((units(&restored.ledger).len(), restored.verified), (1, None));
    assert!(folder.path().join("ledger.db.before-v2.2").exists());
}

#[test]
fn a_new_ledger_keeps_no_copy_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(Ledger::open(path(&folder.path().join("ledger.db"))).unwrap());
    assert!(fs::read_dir(folder.path()).unwrap().all(|entry| !path(&entry.unwrap().path()).contains("before")));
}

#[test]
fn a_newer_ledger_that_says_so_is_used_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    drop(Ledger::open(path(&file)).unwrap());
    raw(&file, "UPDATE ledger_schema SET version = 7, oldest_program = 2; CREATE TABLE later (account TEXT NOT NULL);");
    let ledger = Ledger::open(path(&file)).unwrap();
    fill(&ledger, "early");
    drop(ledger);
    let numbers = |column: &str| -> i64 {
        let raw = rusqlite::Connection::open(&file).unwrap();
        raw.query_row(&format!("SELECT {column} FROM ledger_schema"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((numbers("version"), numbers("oldest_program")), (7, 2));
    // A copy would leave out what only the newer program knows.
    let copied = vodledger::ledger::copy(&Ledger::open(path(&file)).unwrap(), &Ledger::open(":memory:").unwrap());
    assert!(matches!(copied, Err(LedgerError::Newer { found: 7, .. })), "{copied:?}");
}

#[test]
fn postgres_is_changed_when_it_is_asked_for_only() {
    let Some(schema) = Schema::empty() else { return };
    let refused = Ledger::open(&schema.address());
    assert!(matches!(refused, Err(LedgerError::NotMigrated { found: 0, known: 6, .. })), "{refused:?}");
    assert!(refused.unwrap_err().to_string().contains("vodledger ledger migrate"));
    let version_1 = VERSION_1.replace("BLOB", "BYTEA");
    schema.script(&format!("CREATE SCHEMA {0}; SET search_path = {0}; {version_1}", schema.name()));
    let refused = Ledger::open(&schema.address());
    assert!(matches!(refused, Err(LedgerError::NotMigrated { found: 1, known: 6, .. })), "{refused:?}");
    assert_eq!(Ledger::migrate(&schema.address()).unwrap(), (1, 6));
    assert_eq!(Ledger::migrate(&schema.address()).unwrap(), (6, 6));
    assert_eq!(units(&schema.ledger()), ["DescribeStorageDetails done 3"]);
}

#[test]
fn a_newer_schema_in_postgres_is_used_or_refused_as_it_says() {
    let Some(schema) = Schema::create() else { return };
    schema.script("UPDATE ledger_schema SET version = 7, oldest_program = 2");
    fill(&schema.ledger(), "early");
    schema.script("UPDATE ledger_schema SET oldest_program = 7");
    let refused = Ledger::open(&schema.address());
    assert!(matches!(refused, Err(LedgerError::Newer { found: 7, known: 6, .. })), "{refused:?}");
    let refused = Ledger::migrate(&schema.address());
    assert!(matches!(refused, Err(LedgerError::Newer { .. })), "{refused:?}");
}

#[test]
fn a_schema_with_other_tables_is_left_alone() {
    let Some(schema) = Schema::empty() else { return };
    schema.script(&format!("CREATE SCHEMA {0}; CREATE TABLE {0}.song (title TEXT)", schema.name()));
    for refused in [Ledger::open(&schema.address()).map(drop), Ledger::migrate(&schema.address()).map(drop)] {
        assert!(matches!(refused, Err(LedgerError::NotALedger { .. })), "{refused:?}");
    }
}
