//! Plan files, rules of storage classes and tags, and the chain of the audit.

use std::ops::ControlFlow;

use chrono::TimeDelta;
use serde_json::Value;
use sha2::{Digest, Sha256};
use vodledger::ledger::{AuditEntry, AuditOutcome, BrokenChain, ChainCheck, Ledger};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, FileId, Media, Rendition, RestoreTier, StorageClass};
use vodledger::recordings::manage::{
    Change, ChangeError, Plan, PlanError, Share, Shows, Snapshot, StorageRefusal, Unfit, check_move, check_restore,
};

use crate::support::media_named;

fn media() -> Media {
    let rendition =
        |definition, size| Rendition { definition, url: String::new(), bitrate: None, width: None, height: None, size };
    Media {
        created: Some(parse_time("2026-10-01T10:00:00+08:00").unwrap()),
        tags: vec!["b".to_owned(), "a".to_owned()],
        storage_class: "STANDARD".to_owned(),
        storage_region: "ap-guangzhou-2".to_owned(),
        size: Some(10),
        renditions: vec![rendition(0, Some(10)), rendition(100_020, Some(3)), rendition(30, Some(2))],
        ..media_named("52858907997106706160", 1_500_000_001, "room \"1\"")
    }
}

fn plan() -> Plan {
    let now = parse_time("2026-11-02T10:00:00+08:00").unwrap();
    let mut plan = Plan::new(AccountId::new("1"), Change::Delete, "--name room".to_owned(), now, TimeDelta::days(7));
    plan.freeze(vec![Snapshot::of(&media())]);
    plan
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The canonical text, written by hand: members sorted by name, no spaces.
#[test]
fn the_hash_is_over_a_text_that_anybody_can_write() {
    let before = r#"{"class_id":null,"created":"2026-10-01T10:00:00+08:00","expires":null,"file_id":"52858907997106706160","name":"room \"1\"","renditions":[{"definition":30,"size":2},{"definition":100020,"size":3}],"size":10,"state":"normal","storage_class":"STANDARD","storage_region":"ap-guangzhou-2","sub_app_id":1500000001,"tags":["a","b"]}"#;
    let fingerprint = sha256(before);
    assert_eq!(Snapshot::of(&media()).fingerprint(), fingerprint);
    let content = format!(
        r#"{{"account":"1","change":{{"kind":"delete"}},"created_at":"2026-11-02T10:00:00+08:00","effect":null,"expires_at":"2026-11-09T10:00:00+08:00","left_out":[],"limits":{{"account_media":null,"max_media":100,"max_share":"1%"}},"media":[{{"before":{before},"fingerprint":"{fingerprint}"}}],"selection":"--name room","totals":{{"bytes":10,"media":1,"rendition_bytes":5,"unknown_sizes":0}}}}"#
    );
    assert_eq!(plan().hash(), sha256(&content));
    let file: Value = serde_json::from_str(&plan().to_text()).unwrap();
    assert_eq!(file["sha256"], sha256(&content));
    assert_eq!(file["plan"], serde_json::from_str::<Value>(&content).unwrap());
}

#[test]
fn a_plan_comes_back_as_it_was() {
    let kinds = [
        Change::Delete,
        Change::Tags { add: vec!["a".to_owned()], remove: Vec::new() },
        Change::Class { class_id: -1 },
        Change::Expire { at: Some(parse_time("2027-01-01T00:00:00+08:00").unwrap()) },
        Change::Expire { at: None },
        Change::StorageClass { to: StorageClass::DeepArchive, tier: None },
        Change::Restore { days: 5, tier: Some(RestoreTier::Expedited) },
    ];
    for change in kinds {
        let plan = Plan { change, ..plan() };
        assert_eq!(Plan::parse(&plan.to_text()).unwrap(), plan);
    }
}

#[test]
fn an_edited_plan_is_refused() {
    let text = plan().to_text();
    // Laid out otherwise, it is the same plan.
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(Plan::parse(&value.to_string()).unwrap(), plan());
    for (from, to) in
        [("52858907997106706160", "52858907997106706161"), ("\"delete\"", "\"expire\""), ("11-09T", "12-09T"), ("100,", "1000,")]
    {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text);
        assert!(matches!(Plan::parse(&edited), Err(PlanError::Hash { .. })), "{from}");
    }
    assert!(matches!(Plan::parse("{}"), Err(PlanError::Unreadable(_))));
    assert!(matches!(Plan::parse("no plan"), Err(PlanError::Unreadable(_))));
    let newer = text.replace("vodledger-media-plan-1", "vodledger-media-plan-2");
    assert_eq!(Plan::parse(&newer), Err(PlanError::Format("vodledger-media-plan-2".to_owned())));
}

/// The directions and tiers of the API: ModifyMediaStorageClass and RestoreMedia.
#[test]
fn storage_classes_move_only_where_the_api_lets_them() {
    use StorageClass::{Archive, DeepArchive, Standard, StandardIa};
    let allowed = [
        (Standard, StandardIa),
        (Standard, Archive),
        (Standard, DeepArchive),
        (StandardIa, Standard),
        (StandardIa, Archive),
        (StandardIa, DeepArchive),
        (Archive, Standard),
        (DeepArchive, Standard),
    ];
    for from in StorageClass::ALL {
        for to in StorageClass::ALL {
            let outcome = check_move(from, to, Some(RestoreTier::Bulk));
            assert_eq!(outcome.is_ok(), allowed.contains(&(from, to)), "{from} {to} {outcome:?}");
        }
    }
    assert_eq!(check_move(Archive, Standard, None), Err(StorageRefusal::NoTier(Archive)));
    let message = check_restore(DeepArchive, Some(RestoreTier::Expedited)).unwrap_err().to_string();
    assert_eq!(message, "DEEP_ARCHIVE has no tier Expedited; give --tier Standard|Bulk");
    assert!(check_restore(Archive, Some(RestoreTier::Expedited)).is_ok());
    assert_eq!(check_restore(StandardIa, Some(RestoreTier::Bulk)), Err(StorageRefusal::NotCold(StandardIa)));
    let message = check_move(Archive, DeepArchive, None).unwrap_err().to_string();
    assert_eq!(message, "ARCHIVE cannot become DEEP_ARCHIVE, only STANDARD; move it there first, in a plan of its own");
}

#[test]
fn changes_that_cannot_be() {
    let now = parse_time("2026-11-02T10:00:00+08:00").unwrap();
    let tags = |add: Vec<String>, remove: Vec<String>| Change::Tags { add, remove };
    let many = |count: usize| (0..count).map(|number| format!("tag{number}")).collect::<Vec<_>>();
    assert_eq!(tags(vec![], vec![]).check(now), Err(ChangeError::NoTags));
    assert_eq!(tags(vec!["x".repeat(33)], vec![]).check(now), Err(ChangeError::Tag("x".repeat(33))));
    assert_eq!(tags(many(17), vec![]).check(now), Err(ChangeError::TooManyTags(17)));
    assert_eq!(tags(many(1), vec!["x".to_owned()]).check(now), Err(ChangeError::BothWays));
    assert_eq!(Change::Expire { at: Some(now) }.check(now), Err(ChangeError::ExpiryOver(now)));
    assert_eq!(Change::Restore { days: 0, tier: None }.check(now), Err(ChangeError::NoDays));
    let media = Snapshot::of(&media());
    // It has two tags, so fifteen more are one too many.
    assert_eq!(tags(many(15), vec![]).fits(&media), Err(Unfit::TooManyTags(17)));
    assert_eq!(tags(many(14), vec![]).fits(&media), Ok(()));
    assert_eq!(tags(vec!["a".to_owned()], vec![]).fits(&media), Err(Unfit::Already));
    assert_eq!(Change::Expire { at: None }.fits(&media), Err(Unfit::Already));
    assert_eq!(Change::Delete.shows(None), Shows::Made);
    assert_eq!(Change::Class { class_id: 1 }.shows(None), Shows::NotMade);
}

#[test]
fn percentages() {
    let share = |text: &str| text.parse::<Share>();
    assert_eq!(share("1").unwrap().of(250), 2);
    assert_eq!(share("0.5%").unwrap().of(1_000), 5);
    assert_eq!((share("2.50%").unwrap().to_string(), share("100%").unwrap()), ("2.5%".to_owned(), Share::WHOLE));
    for wrong in ["", "%", "0", "0.0%", "101", "100.0001%", "-1", "1.00001", "1e2", "½"] {
        assert!(share(wrong).is_err(), "{wrong}");
    }
}

fn entry(outcome: AuditOutcome) -> AuditEntry {
    AuditEntry {
        recorded: parse_time("2026-11-02T10:00:00+08:00").unwrap(),
        actor: "alice (1000), key …0001".to_owned(),
        plan: "p".to_owned(),
        action: "delete".to_owned(),
        file_id: FileId::new("52858907997106706160"),
        outcome,
        detail: "delete".to_owned(),
        request_id: String::new(),
    }
}

fn check(ledger: &Ledger, account: &AccountId) -> (Vec<BrokenChain>, i64) {
    let mut chain = ChainCheck::new(account);
    let mut broken = Vec::new();
    let each = |row| {
        broken.extend(chain.follow(&row).err());
        ControlFlow::Continue(())
    };
    ledger.each_audit(account, each).unwrap();
    (broken, chain.rows())
}

#[test]
fn the_chain_shows_what_was_done_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    let account = AccountId::new("1");
    let ledger = Ledger::open(file.to_str().unwrap()).unwrap();
    ledger.append_audit(&account, &[entry(AuditOutcome::Intended), entry(AuditOutcome::Done)]).unwrap();
    ledger.append_audit(&AccountId::new("2"), &[entry(AuditOutcome::Intended)]).unwrap();
    ledger.append_audit(&account, &[entry(AuditOutcome::Intended)]).unwrap();
    assert_eq!(check(&ledger, &account), (vec![], 3));
    // The first hash, by hand: 2026-11-02T10:00:00+08:00 is 1793584800.
    let first = r#"["1",1,1793584800,"alice (1000), key …0001","p","delete","52858907997106706160","intended","delete","",""]"#;
    let rows = ledger.audit_of_plan(&account, "p").unwrap();
    assert_eq!((rows[0].previous.as_str(), rows[0].hash.clone()), ("", sha256(first)));
    assert_eq!(rows[1].previous, rows[0].hash);
    drop(ledger);

    let tamper = |sql: &str| {
        let copy = folder.path().join("tampered.db");
        std::fs::copy(&file, &copy).unwrap();
        rusqlite::Connection::open(&copy).unwrap().execute_batch(sql).unwrap();
        let ledger = Ledger::open(copy.to_str().unwrap()).unwrap();
        check(&ledger, &account).0
    };
    let content = "UPDATE audit SET detail = 'tag' WHERE account = '1' AND position = 2";
    assert_eq!(tamper(content), [BrokenChain::Content(2)]);
    // Hashed anew, the row no longer leads to the next.
    let rehashed = "UPDATE audit SET hash = 'x' WHERE account = '1' AND position = 2";
    assert_eq!(tamper(rehashed), [BrokenChain::Content(2), BrokenChain::Link(3)]);
    assert_eq!(tamper("DELETE FROM audit WHERE account = '1' AND position = 2"), [BrokenChain::Missing(2)]);
    assert_eq!(tamper("DELETE FROM audit WHERE account = '1' AND position = 1"), [BrokenChain::Missing(1)]);
}

/// What the inventory tells: rows as a listing writes them.
#[test]
fn since_when_a_media_is_in_its_class_and_how_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    let (account, media) = (AccountId::new("1"), media());
    let ledger = Ledger::open(file.to_str().unwrap()).unwrap();
    ledger.remember_media(&account, std::slice::from_ref(&media), plan().created_at).unwrap();
    assert_eq!(ledger.inventory_media(&account).unwrap(), None);
    let store = rusqlite::Connection::open(&file).unwrap();
    let day = |from: &str, class: &str| {
        let sql =
            "INSERT INTO media_day (account, file_id, from_day, sub_app_id, gone, renditions, storage_class, storage_region,
                                          class_id, tags)
                   VALUES ('1', ?1, ?2, '1500000001', 0, '[]', ?3, '', '', '[]')";
        store.execute(sql, [media.file_id.as_str(), from, class]).unwrap();
    };
    let since = || ledger.in_class_since(&account, &media.file_id).unwrap();
    assert_eq!(since(), None);
    day("2026-10-01", "STANDARD");
    // It may have been in it before the first list.
    assert_eq!(since(), None);
    day("2026-10-10", "ARCHIVE");
    day("2026-10-20", "ARCHIVE");
    assert_eq!(since(), Some("2026-10-10".parse().unwrap()));
    // The last list of each application counts: 40 + 7.
    for (application, day, media) in [("1", "2026-10-01", 50), ("1", "2026-10-02", 40), ("2", "2026-10-01", 7)] {
        let sql = "INSERT INTO inventory_day (account, sub_app_id, usage_day, media, bytes) VALUES ('1', ?1, ?2, ?3, 0)";
        store.execute(sql, rusqlite::params![application, day, media]).unwrap();
    }
    assert_eq!(ledger.inventory_media(&account).unwrap(), Some(47));
}
