//! Access logs in a ledger: counted once, restated, made part of their day, corrected.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use vodledger::ledger::{CountedLog, Delivered, Delivery, Ingested, Ledger, LedgerError, LogKey, LogLines, Retention};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, BillingDay, Period};
use vodledger::sim;

use crate::stores::on_both_stores;
use crate::support::run_in;

on_both_stores! { a_file_is_counted_once_and_replaced_when_it_grew an_hour_of_a_day_is_corrected_and_in_the_end_closed }

fn account() -> AccountId {
    AccountId::new("a")
}

/// Hour 0 begins at midnight of 1 October at UTC+8.
fn hour(number: i64) -> DateTime<Utc> {
    parse_time("2026-10-01T00:00:00+08:00").unwrap() + TimeDelta::hours(number)
}

fn october() -> Period {
    Period { start: hour(0), end: hour(24 * 31) }
}

/// A file of an hour: (media, requests, bytes).
fn log(number: i64, sha256: &str, media: &[(&str, i64, i64)]) -> CountedLog {
    let key = LogKey { account: account(), domain: "v.example.com".to_owned(), start: hour(number), overseas: false };
    let of = |file_id: &str| Delivered {
        day: BillingDay::of(hour(number)),
        domain: "v.example.com".to_owned(),
        area: "Chinese Mainland".to_owned(),
        file_id: file_id.to_owned(),
    };
    let media: BTreeMap<Delivered, Delivery> =
        media.iter().map(|(id, requests, bytes)| (of(id), Delivery { requests: *requests, bytes: *bytes })).collect();
    let lines = media.values().map(|sum| sum.requests).sum();
    let whole = media
        .values()
        .fold(Delivery::default(), |sum, one| Delivery { requests: sum.requests + one.requests, bytes: sum.bytes + one.bytes });
    let interval = ("v.example.com".to_owned(), "Chinese Mainland".to_owned(), hour(number));
    CountedLog {
        key,
        sha256: sha256.to_owned(),
        lines: LogLines { lines, by_shape: whole.bytes, ..LogLines::default() },
        overhead: 11_000,
        media,
        intervals: BTreeMap::from([(interval, whole)]),
    }
}

/// `day media requests bytes`
fn days(ledger: &Ledger) -> Vec<String> {
    let mut rows = Vec::new();
    ledger
        .each_delivery(&account(), october(), |of, overhead, sum| {
            assert_eq!(overhead, 11_000);
            rows.push(format!("{} {} {} {}", of.day, of.file_id, sum.requests, sum.bytes));
            ControlFlow::Continue(())
        })
        .unwrap();
    rows.sort();
    rows
}

fn now() -> DateTime<Utc> {
    hour(24 * 32)
}

fn a_file_is_counted_once_and_replaced_when_it_grew(ledger: Ledger) {
    let first = log(3, "one", &[("5", 2, 100), ("", 1, 7)]);
    assert_eq!(ledger.ingest_log(&first, false, now()).unwrap(), Ingested::New);
    assert_eq!(ledger.ingest_log(&first, false, now()).unwrap(), Ingested::Same);
    assert_eq!(ledger.ingest_log(&log(4, "other", &[("5", 1, 50)]), false, now()).unwrap(), Ingested::New);
    assert_eq!(days(&ledger), ["2026-10-01  1 7", "2026-10-01 5 3 150"]);
    let grown = log(3, "two", &[("5", 3, 130), ("6", 1, 1), ("", 1, 7)]);
    assert_eq!(ledger.ingest_log(&grown, false, now()).unwrap(), Ingested::Restated);
    assert_eq!(days(&ledger), ["2026-10-01  1 7", "2026-10-01 5 4 180", "2026-10-01 6 1 1"]);
    let part = log(3, "three", &[("5", 1, 9)]);
    let refused = ledger.ingest_log(&part, false, now());
    assert!(matches!(refused, Err(LedgerError::LogShrank { known: 5, found: 1, .. })), "{refused:?}");
    assert_eq!(days(&ledger).len(), 3);
    assert_eq!(ledger.ingest_log(&part, true, now()).unwrap(), Ingested::Restated);
    assert_eq!(days(&ledger), ["2026-10-01 5 2 59"]);
    let ways = ledger.delivery_ways(&account(), october()).unwrap();
    assert_eq!((ways.by_shape, ways.nobody, ways.strangers), (59, 0, 59));
}

fn an_hour_of_a_day_is_corrected_and_in_the_end_closed(ledger: Ledger) {
    for (number, bytes) in [(0, 10), (1, 20), (25, 5)] {
        ledger.ingest_log(&log(number, &format!("{number}"), &[("5", 1, bytes), ("6", 1, 1)]), false, now()).unwrap();
    }
    let before = days(&ledger);
    assert_eq!(ledger.compact_logs(&account(), hour(24), TimeDelta::zero()).unwrap(), 2);
    assert_eq!(ledger.compact_logs(&account(), hour(24), TimeDelta::zero()).unwrap(), 0);
    assert_eq!(days(&ledger), before);
    let same = log(1, "1", &[("5", 1, 20), ("6", 1, 1)]);
    assert_eq!(ledger.ingest_log(&same, false, now()).unwrap(), Ingested::Same);
    let late = log(1, "late", &[("5", 2, 22), ("7", 1, 3)]);
    assert_eq!(ledger.ingest_log(&late, false, now()).unwrap(), Ingested::Corrected);
    let later = log(0, "later", &[("5", 2, 12), ("6", 1, 1)]);
    assert_eq!(ledger.ingest_log(&later, false, now()).unwrap(), Ingested::Corrected);
    assert_eq!(
        days(&ledger),
        ["2026-10-01 5 4 34", "2026-10-01 6 1 1", "2026-10-01 7 1 3", "2026-10-02 5 1 5", "2026-10-02 6 1 1"]
    );
    let pruned = ledger.prune(&Retention { log_hours: Some(30), ..Retention::default() }, now(), false).unwrap();
    assert_eq!(pruned.log_hours, 2);
    assert_eq!(ledger.ingest_log(&late, false, now()).unwrap(), Ingested::Same);
    let refused = ledger.ingest_log(&log(1, "latest", &[("5", 9, 22)]), false, now());
    assert!(matches!(refused, Err(LedgerError::LogClosed { .. })), "{refused:?}");
    assert_eq!(days(&ledger).len(), 5);
}

/// A file that is counted is counted whole, whenever the program is killed.
#[test]
fn a_killed_ingest_leaves_whole_files() {
    let folder = tempfile::tempdir().unwrap();
    let spec: sim::LogSpec = "lines=120000,hours=12,media=4000".parse().unwrap();
    sim::write_logs(&folder.path().join("logs"), &spec).unwrap();
    let mut files: Vec<_> = std::fs::read_dir(folder.path().join("logs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let ingest = |ledger: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vodledger"));
        command.current_dir(folder.path()).env_clear().env("HOME", folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command.args(["--ledger", ledger, "--as-of", "2026-10-13T10:00:00+08:00", "logs", "ingest"]).args(&files);
        command
    };
    let began = std::time::Instant::now();
    assert!(ingest("quiet.db").status().unwrap().success());
    let whole = began.elapsed();
    for part in 1..8 {
        let mut child = ingest("killed.db").spawn().unwrap();
        std::thread::sleep(whole * part / 8);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(ingest("killed.db").status().unwrap().success());
    let dump = |ledger: &str| run_in(folder.path(), &[], &["--ledger", ledger, "ledger", "dump", "--canonical"]).out;
    let quiet = dump("quiet.db");
    assert!(quiet.lines().count() > 4000 && quiet == dump("killed.db"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// However hours come, grow and are made part of days: a day is the sum of the newest file of each hour.
    #[test]
    fn days_are_the_sum_of_the_newest_files(
        steps in prop::collection::vec(
            (0..40_i64, prop::collection::btree_map(0..5_u8, (1..9_i64, 0..1000_i64), 0..4), prop::option::weighted(0.3, 0..60_i64)),
            1..25,
        ),
    ) {
        let ledger = Ledger::open(":memory:").unwrap();
        let mut newest: BTreeMap<i64, CountedLog> = BTreeMap::new();
        for (step, (number, media, compact)) in steps.into_iter().enumerate() {
            let names: Vec<(String, (i64, i64))> = media.into_iter().map(|(id, sums)| (id.to_string(), sums)).collect();
            let media: Vec<(&str, i64, i64)> = names.iter().map(|(id, (requests, bytes))| (id.as_str(), *requests, *bytes)).collect();
            let file = log(number, &format!("{step}"), &media);
            ledger.ingest_log(&file, true, now()).unwrap();
            newest.insert(number, file);
            if let Some(before) = compact {
                ledger.compact_logs(&account(), hour(before), TimeDelta::zero()).unwrap();
            }
        }
        let mut expected: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
        for (of, sum) in newest.values().flat_map(|file| &file.media) {
            let entry = expected.entry((of.day.to_string(), of.file_id.clone())).or_default();
            *entry = (entry.0 + sum.requests, entry.1 + sum.bytes);
        }
        let expected: Vec<String> =
            expected.into_iter().map(|((day, id), (requests, bytes))| format!("{day} {id} {requests} {bytes}")).collect();
        // What a correction took away altogether stays as a row of nothing.
        let mut found = days(&ledger);
        found.retain(|row| !row.ends_with(" 0 0"));
        prop_assert_eq!(found, expected);
    }
}
