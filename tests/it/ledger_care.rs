//! Checking and pruning.

use std::collections::BTreeMap;

use vodledger::ledger::{Ledger, Pruned, Retention};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, BillingMonth};

use crate::stores::{Schema, fill, on_both_stores};

on_both_stores! {
    a_sound_ledger_has_no_problems
    pruning_takes_out_answers_and_units_and_leaves_the_facts
}

/// Damage, and the rule that it breaks. SQLite is told not to look at references for it.
const DAMAGE: &[(&str, &str)] = &[
    ("INSERT INTO uncovered_day VALUES ('stranger', '2026-10', '2026-10-01')", "account"),
    ("UPDATE usage_fact SET replaced_at = NULL", "one current revision"),
    ("UPDATE usage_fact SET replaced_at = CASE WHEN revision = 1 AND quantity = 5 THEN NULL ELSE 9 END", "one current revision"),
    ("UPDATE usage_fact SET usage_day = '2026-10-02'", "billing day"),
    ("UPDATE usage_fact SET end_at = end_at + 1", "billing day"),
    ("UPDATE unit SET owner = 'somebody'", "units of work"),
    ("UPDATE unit SET state = 'leased', fence = 0", "units of work"),
    ("UPDATE snapshot_body SET size = size + 1", "snapshot digests"),
    ("UPDATE snapshot_body SET body = x'00'", "snapshot digests"),
    (
        "INSERT INTO media_day VALUES ('100000000001', '1', '2026-10-01', NULL, '', 0, 1, 1, '[]', '', '', '', '[]'),
                                      ('100000000001', '1', '2026-10-02', NULL, '', 0, 1, 1, '[]', '', '', '', '[]')",
        "media by day",
    ),
    ("INSERT INTO audit VALUES ('100000000001', 1, 0, 'a', 'b', 'c', 'd', 'done', '', '', '', 'no hash')", "audit chain"),
];

fn rules(ledger: &Ledger) -> Vec<&'static str> {
    let mut rules: Vec<&str> = ledger.check().unwrap().problems.iter().map(|problem| problem.rule).collect();
    rules.dedup();
    rules
}

fn a_sound_ledger_has_no_problems(ledger: Ledger) {
    fill(&ledger, "early");
    let checked = ledger.check().unwrap();
    assert_eq!(checked.problems, []);
    // 1 account, 1 application, 1 media, 2 tags, 2 units, 5 revisions, 1 configuration, 2 bodies, 3 answers.
    assert_eq!(checked.rows, 18);
}

#[test]
fn every_damage_is_found_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    fill(&Ledger::open(sound.to_str().unwrap()).unwrap(), "early");
    for (index, (sql, rule)) in DAMAGE.iter().enumerate() {
        let file = folder.path().join(format!("{index}.db"));
        std::fs::copy(&sound, &file).unwrap();
        let raw = rusqlite::Connection::open(&file).unwrap();
        raw.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
        drop(raw);
        let found = rules(&Ledger::open(file.to_str().unwrap()).unwrap());
        assert!(found.contains(rule), "{sql}: {found:?}");
        let expected = if *rule == "account" { 2 } else { 1 };
        assert_eq!(found.len(), expected, "{sql}: {found:?}");
    }
}

#[test]
fn damage_is_found_in_postgres() {
    for (sql, rule) in DAMAGE.iter().filter(|(_, rule)| *rule != "account") {
        let Some(schema) = Schema::create() else { return };
        fill(&schema.ledger(), "early");
        schema.script(&sql.replace("x'00'", "'\\x00'"));
        assert_eq!(rules(&schema.ledger()), [*rule], "{sql}");
    }
}

fn pruning_takes_out_answers_and_units_and_leaves_the_facts(ledger: Ledger) {
    fill(&ledger, "early");
    let before = ledger.digest().unwrap();
    // The answers came on 5 November; the units are about 1 October.
    let now = parse_time("2026-12-05T10:00:01+08:00").unwrap();
    let retention = |days, units| Retention { snapshots: BTreeMap::from([("usage".to_owned(), days)]), units, log_hours: None };
    let nothing = ledger.prune(&retention(Some(31), None), now, false).unwrap();
    assert_eq!(nothing, Pruned { snapshots: BTreeMap::from([("usage".to_owned(), 0)]), ..Pruned::default() });
    let tried = ledger.prune(&retention(Some(30), Some(60)), now, true).unwrap();
    assert_eq!((tried.snapshots["usage"], tried.bodies, tried.units), (3, 2, 0), "units that may be restated stay");
    let november = "2026-11".parse::<BillingMonth>().unwrap().period();
    let account = AccountId::new("100000000001");
    assert_eq!(ledger.snapshots(&account, november).unwrap().len(), 3, "a dry run takes nothing out");
    assert_eq!(ledger.prune(&retention(Some(30), None), now, false).unwrap(), Pruned { units: 0, ..tried });
    assert_eq!(ledger.snapshots(&account, november).unwrap(), []);
    assert_eq!(ledger.digest().unwrap(), before);
    assert_eq!(ledger.check().unwrap().problems, []);
    ledger.compact().unwrap();
}
