//! The canonical dump, and ledgers that come into being from others: copies and backups.

use std::fs;
use std::path::Path;

use vodledger::ledger::{self, Ledger, LedgerError};

use crate::stores::{Schema, fill, on_both_stores};
use crate::support::run_in;

on_both_stores! {
    the_dump_says_what_is_there_in_a_fixed_form
    the_dump_does_not_tell_how_the_content_came_about
    one_fact_less_shows_in_the_dump
    a_copy_is_equal_and_nothing_is_copied_over_something
}

/// Written by hand after `docs/ledger.md`.
const DUMP: &str = r#"{"format":"vodledger canonical dump","version":1}
{"table":"account","account":"100000000001","uin":""}
{"table":"application","account":"100000000001","sub_app_id":"7","name":"a \"name\"\nü","status":"On"}
{"table":"media","account":"100000000001","file_id":"1","sub_app_id":"7","vid":"","name":"lesson","state":"normal","source_type":"","stream_id":"","room_id":"","class_id":"","class_name":"","storage_class":"","storage_region":"","size":3,"rendition_size":null,"duration_ms":null,"created_at":null,"expires_at":null}
{"table":"media_tag","account":"100000000001","file_id":"1","tag":"B"}
{"table":"media_tag","account":"100000000001","file_id":"1","tag":"b"}
{"table":"unit","account":"100000000001","action":"DescribeCDNStatDetails","sub_app_id":"10","subject":"Traffic","start_at":1790784000,"end_at":1790870400,"kind":"DescribeCDNStatDetails Traffic","brings":"usage","state":"done","status":"partial","asked_until":1790870400}
{"table":"unit","account":"100000000001","action":"DescribeCDNStatDetails","sub_app_id":"7","subject":"Traffic","start_at":1790784000,"end_at":1790870400,"kind":"DescribeCDNStatDetails Traffic","brings":"usage","state":"done","status":"partial","asked_until":1790870400}
{"table":"usage_fact","account":"100000000001","action":"DescribeCDNStatDetails","sub_app_id":"10","subject":"Traffic","meter":"traffic","area":"b","spec":"","start_at":1790784000,"usage_day":"2026-10-01","end_at":1790870400,"quantity":9,"status":"partial","values":[9]}
{"table":"usage_fact","account":"100000000001","action":"DescribeCDNStatDetails","sub_app_id":"7","subject":"Traffic","meter":"traffic","area":"Z","spec":"","start_at":1790784000,"usage_day":"2026-10-01","end_at":1790870400,"quantity":6,"status":"partial","values":[6]}
{"table":"usage_fact","account":"100000000001","action":"DescribeCDNStatDetails","sub_app_id":"7","subject":"Traffic","meter":"traffic","area":"b","spec":"","start_at":1790784000,"usage_day":"2026-10-01","end_at":1790870400,"quantity":50,"status":"partial","values":[5,50]}
{"table":"event_config","account":"100000000001","sub_app_id":"7","position":1,"config":"{\"Mode\":\"PULL\"}"}
"#;

fn dump(ledger: &Ledger) -> String {
    let mut bytes = Vec::new();
    let dumped = ledger.dump(&mut bytes).unwrap();
    assert_eq!(dumped, ledger.digest().unwrap());
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(dumped.lines, text.lines().count() as u64);
    text
}

fn the_dump_says_what_is_there_in_a_fixed_form(ledger: Ledger) {
    assert_eq!(dump(&ledger), "{\"format\":\"vodledger canonical dump\",\"version\":1}\n");
    fill(&ledger, "early");
    assert_eq!(dump(&ledger), DUMP);
}

fn the_dump_does_not_tell_how_the_content_came_about(ledger: Ledger) {
    fill(&ledger, "late");
    assert_eq!(dump(&ledger), DUMP);
}

fn one_fact_less_shows_in_the_dump(ledger: Ledger) {
    fill(&ledger, "early");
    let before = ledger.digest().unwrap();
    assert!(ledger.pop_event_config(&"100000000001".into(), Some(vodledger::model::SubAppId(7))).unwrap());
    assert_ne!(ledger.digest().unwrap(), before);
}

fn a_copy_is_equal_and_nothing_is_copied_over_something(ledger: Ledger) {
    fill(&ledger, "early");
    let other = Ledger::open(":memory:").unwrap();
    let copied = ledger::copy(&ledger, &other).unwrap();
    assert_eq!(dump(&other), DUMP);
    let rows = |name: &str| copied.tables.iter().find(|(table, _)| *table == name).unwrap().1;
    assert_eq!((rows("usage_fact"), rows("snapshot"), rows("snapshot_body")), (5, 3, 2));
    let again = ledger::copy(&other, &ledger);
    assert!(matches!(again, Err(LedgerError::NotEmpty(_))), "{again:?}");
    assert_eq!(dump(&ledger), DUMP);
}

#[test]
fn a_ledger_goes_to_postgres_and_back_unchanged() {
    let Some(schema) = Schema::create() else { return };
    let first = Ledger::open(":memory:").unwrap();
    fill(&first, "early");
    let there = schema.ledger();
    ledger::copy(&first, &there).unwrap();
    assert_eq!(dump(&there), DUMP);
    assert_eq!(there.check().unwrap().problems, []);
    let back = Ledger::open(":memory:").unwrap();
    assert_eq!(ledger::copy(&there, &back).unwrap().dumped, first.digest().unwrap());
    // What is copied can be worked with.
    fill(&back, "late");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_is_taken_while_others_write_and_restored_where_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (file, backup, target) = (folder.path().join("a.db"), folder.path().join("b.db"), folder.path().join("c.db"));
    let ledger = Ledger::open(text(&file)).unwrap();
    fill(&ledger, "early");
    ledger::backup(text(&file), &backup).unwrap();
    fill(&ledger, "late");
    let kept = fs::read(&backup).unwrap();
    let refused = ledger::backup(text(&file), &backup);
    assert!(matches!(refused, Err(LedgerError::Exists(_))), "{refused:?}");
    let restored = ledger::restore(&backup, text(&target), true).unwrap();
    assert_eq!(dump(&restored.ledger), DUMP);
    assert_eq!(restored.verified, Some(restored.ledger.digest().unwrap()));
    let over = ledger::restore(&backup, text(&file), true);
    assert!(matches!(over, Err(LedgerError::Exists(_))), "{over:?}");
    assert_eq!(fs::read(&backup).unwrap(), kept);
    assert_eq!(
        fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "db"))
            .count(),
        3
    );
}

#[test]
fn a_backup_of_postgres_is_a_file_and_goes_back() {
    let (Some(schema), Some(empty)) = (Schema::create(), Schema::create()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db");
    fill(&schema.ledger(), "early");
    ledger::backup(&schema.address(), &backup).unwrap();
    assert_eq!(dump(&Ledger::open_existing(text(&backup)).unwrap()), DUMP);
    let restored = ledger::restore(&backup, &empty.address(), true).unwrap();
    assert_eq!(dump(&restored.ledger), DUMP);
    let over = ledger::restore(&backup, &schema.address(), false);
    assert!(matches!(over, Err(LedgerError::NotEmpty(_))), "{over:?}");
}

#[test]
fn what_is_no_ledger_is_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let (garbage, target) = (folder.path().join("garbage"), folder.path().join("target.db"));
    fs::write(&garbage, "id,amount\n".repeat(200)).unwrap();
    let refused = ledger::restore(&garbage, text(&target), true);
    assert!(matches!(refused, Err(LedgerError::NotALedger { .. })), "{refused:?}");
    assert!(!target.exists());
}

#[test]
fn the_commands_end_with_the_right_codes() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), &[("VODLEDGER_LEDGER", "a.db")], arguments);
    assert_eq!(run(&["ledger", "dump", "--canonical"]).code, 1);
    let made = run(&["ledger", "migrate"]);
    assert_eq!((made.code, made.out.as_str()), (0, "the ledger was created with schema version 6\n"));
    fill(&Ledger::open(text(&folder.path().join("a.db"))).unwrap(), "early");
    assert_eq!(run(&["ledger", "dump"]).code, 2);
    assert_eq!(run(&["ledger", "dump", "--canonical"]).out, DUMP);
    assert_eq!(run(&["ledger", "backup", "b.db"]).code, 0);
    let restored = run(&["--ledger", "c.db", "ledger", "restore", "b.db", "--verify"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(restored.err.contains("nothing wrong"), "{restored:?}");
    assert_eq!(run(&["ledger", "copy", "c.db", "d.db"]).code, 0);
    assert_eq!(run(&["ledger", "copy", "c.db", "d.db"]).code, 1);
    assert_eq!(run(&["ledger", "check"]).code, 0);
    let size = run(&["ledger", "size", "--format", "csv"]);
    assert!(size.out.lines().any(|line| line.starts_with("usage_fact,5,")), "{size:?}");
    let pruned = run(&["--as-of", "2030-01-01T00:00:00Z", "ledger", "prune", "--dry-run", "--format", "csv"]);
    assert!(pruned.out.lines().any(|line| line == "answers,usage,400,3,"), "{pruned:?}");
    assert_eq!(run(&["ledger", "prune", "--keep", "usages=3"]).code, 2);
}
