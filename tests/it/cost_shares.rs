//! `charge --by`: what applications, files, recordings, rooms and tags of a month cost, by hand.

use std::path::Path;

use serde_json::Value;
use vodledger::ledger::{Facts, Ledger, Outcome, Unit};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, BillingDay, FileId, Media, MediaState, Rendition, Status, SubAppId, UsageRecord};

use crate::support::{Ran, commit, result, run_in};

const GB: u64 = 1_000_000_000;
const GIB: u64 = 1 << 30;

pub fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn time(text: &str) -> chrono::DateTime<chrono::Utc> {
    parse_time(&format!("{text}+08:00")).unwrap()
}

/// A folder with a configuration and a ledger that holds what `fill` puts into it.
pub fn folder(price_book: &str, fill: impl FnOnce(&Ledger)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[[account]]\nname = \"school\"\nuin = \"100000000001\"\nprice_book = \"{price_book}\"\n[[account.mode]]\nfrom = 2016-01-01\nmode = \"traffic\"\n"
    );
    std::fs::write(folder.path().join("vodledger.toml"), config).unwrap();
    fill(&Ledger::open(folder.path().join("ledger.db").to_str().unwrap()).unwrap());
    folder
}

pub fn put(ledger: &Ledger, app: u64, meter: &str, day: &str, quantity: u64) {
    let day: BillingDay = day.parse().unwrap();
    let record = UsageRecord {
        period: day.period(),
        account: account(),
        sub_app_id: Some(SubAppId(app)),
        meter: meter.to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: if meter == "storage" { "STANDARD".to_owned() } else { String::new() },
        quantity: quantity.into(),
        status: Status::Final,
        tags: Vec::new(),
    };
    let unit = Unit {
        account: account(),
        action: "Test".to_owned(),
        sub_app_id: record.sub_app_id,
        subject: meter.to_owned(),
        window: day.period(),
    };
    let result = result(&unit, Outcome::Done(Facts::Usage(vec![record])), Status::Final, day.end());
    commit(ledger, &unit, &result).unwrap();
}

fn rendition(definition: i64, size: u64) -> Rendition {
    Rendition { definition, url: String::new(), bitrate: None, width: None, height: None, size: Some(size) }
}

/// A media of application 1.
fn media(file_id: &str, name: &str, room: &str, size: u64, created: &str) -> Media {
    Media {
        name: name.to_owned(),
        sub_app_id: Some(SubAppId(1)),
        state: MediaState::Normal,
        room_id: Some(room.to_owned()),
        size: Some(size),
        created: Some(time(created)),
        storage_region: "ap-chongqing".to_owned(),
        ..Media::new(FileId::new(file_id))
    }
}

/// Two days with 100 GB of storage each, 0.48 CNY a day, and 10 GB of traffic, 2.40 CNY. Of the media, one recording of two
/// segments comes into being on the first day, and one file is deleted at noon of the second.
pub fn october(ledger: &Ledger) {
    for day in ["2026-10-05", "2026-10-06"] {
        put(ledger, 1, "storage", day, 75 * GB);
        put(ledger, 2, "storage", day, 25 * GB);
    }
    put(ledger, 2, "traffic", "2026-10-05", 10 * GB);
    let first = Media {
        renditions: vec![rendition(0, 30 * GB), rendition(100_010, 10 * GB)],
        duration_ms: Some(5_400_000),
        tags: vec!["course:math".to_owned(), "exam".to_owned()],
        ..media("14651978969445155711", "room_7_2026-10-05-00-00-00_2026-10-05-01-30-00", "7", 30 * GB, "2026-10-05T00:00:00")
    };
    let second = Media {
        duration_ms: Some(1_790_000),
        tags: vec!["course:math".to_owned()],
        ..media("2", "room_7_2026-10-05-01-30-10_2026-10-05-02-00-00", "7", 20 * GB, "2026-10-05T12:00:00")
    };
    let old = Media { tags: vec!["course:art".to_owned()], ..media("3", "room_8", "8", 10 * GB, "2026-01-01T00:00:00") };
    let gone = Media { state: MediaState::Deleted, ..media("4", "room_9", "9", 10 * GB, "2026-01-01T00:00:00") };
    let later = media("5", "room_7_2026-11-05-00-00-00_2026-11-05-01-30-00", "7", 10 * GB, "2026-11-05T01:30:00");
    ledger.remember_media(&account(), &[first, second, old, later], time("2026-10-20T00:00:00")).unwrap();
    ledger.remember_media(&account(), &[gone], time("2026-10-06T12:00:00")).unwrap();
}

fn run(folder: &Path, arguments: &str) -> Ran {
    let before = "--config vodledger.toml --ledger ledger.db charge";
    run_in(folder, &[], &before.split(' ').chain(arguments.split(' ')).collect::<Vec<_>>())
}

/// The named members of all rows.
fn rows(folder: &Path, arguments: &str, names: &[&str]) -> Vec<String> {
    let ran = run(folder, &format!("{arguments} --format json"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    rows.iter().map(|row| names.iter().map(|name| text(&row[*name])).collect::<Vec<_>>().join("|")).collect()
}

const TRAFFIC: &str = "unattributed: traffic per file is not known; `vodledger logs fetch` brings it";

#[test]
fn applications_by_measured_usage() {
    let folder = folder("vod-cn", october);
    assert_eq!(
        rows(
            folder.path(),
            "--month 2026-10 --by sub_app_id",
            &["row_type", "sub_app_id", "meter", "billed_cost", "allocation_basis"]
        ),
        [
            "share|1|storage|0.72000000|stored bytes × time by sub_app_id",
            "share|2|storage|0.24000000|stored bytes × time by sub_app_id",
            "share|2|traffic|2.40000000|traffic by sub_app_id",
            "total|null|null|3.36000000|null",
        ]
    );
}

#[test]
fn recordings_with_their_segments() {
    let folder = folder("vod-cn", october);
    let names = ["recording", "segments", "start", "duration", "bytes", "billed_cost", "currency", "status"];
    assert_eq!(
        rows(folder.path(), "--month 2026-10 --by recording", &names),
        [
            // 5 October: 40 GB all day and 20 GB half of it are 50 of 100 GB-days; 6 October: 60 of 100.
            "room_7|2|2026-10-05T00:00:00+08:00|1:59:50|50000000000|0.52800000|CNY|final",
            "room_8|1|null|null|10000000000|0.09600000|CNY|final",
            // 10 of 100, then 5 of 100.
            "room_9|1|null|null|10000000000|0.07200000|CNY|final",
            // 30 of 100, then 25 of 100.
            "null|null|null|null|null|0.26400000|CNY|final",
            "null|null|null|null|null|2.40000000|CNY|final",
            "null|null|null|null|null|3.36000000|CNY|partial",
        ]
    );
    let unattributed = rows(folder.path(), "--month 2026-10 --by recording", &["row_type", "allocation_basis"]);
    let storage = "unattributed, more was measured than the known media store: stored bytes × time by recording";
    assert_eq!(unattributed[3..5], [format!("unattributed|{storage}"), format!("unattributed|{TRAFFIC}")]);
}

#[test]
fn files_rooms_and_tags() {
    let folder = folder("vod-cn", october);
    let shares = |by: &str, names: &[&str]| {
        let all = rows(folder.path(), &format!("--month 2026-10 --dry-run --by {by}"), names);
        let totals = all.len() - 1;
        all[..totals].to_vec()
    };
    // 40 of 100 on both days; 10 and 20; 10 and 10; 10 and 5.
    assert_eq!(
        shares("file_id", &["file_id", "billed_cost"]),
        ["14651978969445155711|0.38400000", "2|0.14400000", "3|0.09600000", "4|0.07200000", "null|0.26400000", "null|2.40000000"]
    );
    assert_eq!(
        shares("room", &["room", "billed_cost"]),
        ["7|0.52800000", "8|0.09600000", "9|0.07200000", "null|0.26400000", "null|2.40000000"]
    );
    // Known media without the tags are a line of their own.
    assert_eq!(
        shares("course,exam", &["course", "exam", "billed_cost"]),
        [
            "null|null|0.07200000",
            "art|null|0.09600000",
            "math|null|0.14400000",
            "math|exam|0.38400000",
            "null|null|0.26400000",
            "null|null|2.40000000"
        ]
    );
}

#[test]
fn in_2017_only_source_files_count() {
    let fill = |ledger: &Ledger| {
        put(ledger, 1, "storage", "2017-05-05", 100 * GIB);
        let renditions = vec![rendition(0, 20 * GIB), rendition(20, 60 * GIB)];
        let first = Media { renditions, ..media("1", "a", "", 20 * GIB, "2017-01-01T00:00:00") };
        let second = media("2", "b", "", 30 * GIB, "2017-01-01T00:00:00");
        ledger.remember_media(&account(), &[first, second], time("2017-06-01T00:00:00")).unwrap();
    };
    let folder = folder("vod-2017", fill);
    // 100 GiB × 0.03: 20, 30 and 50 parts of a hundred.
    assert_eq!(
        rows(folder.path(), "--month 2017-05 --by file_id", &["file_id", "billed_cost"]),
        ["1|0.60000000", "2|0.90000000", "null|1.50000000", "null|3.00000000"]
    );
}

#[test]
fn known_media_share_all_where_less_was_measured() {
    let fill = |ledger: &Ledger| {
        put(ledger, 1, "storage", "2026-10-05", 10 * GB);
        let one = media("1", "a", "", 20 * GB, "2026-01-01T00:00:00");
        let other = Media { storage_region: String::new(), ..media("2", "b", "", 10 * GB, "2026-01-01T00:00:00") };
        // Another area and another class: none of it is in the line.
        let abroad = Media { storage_region: "ap-singapore".to_owned(), ..media("3", "c", "", 10 * GB, "2026-01-01T00:00:00") };
        let cold = Media { storage_class: "ARCHIVE".to_owned(), ..media("4", "d", "", 10 * GB, "2026-01-01T00:00:00") };
        ledger.remember_media(&account(), &[one, other, abroad, cold], time("2026-10-20T00:00:00")).unwrap();
    };
    let folder = folder("vod-cn", fill);
    // 10 GB × 0.0048 = 0.048: two thirds and one third.
    assert_eq!(
        rows(folder.path(), "--month 2026-10 --by file_id", &["file_id", "billed_cost"]),
        ["1|0.03200000", "2|0.01600000", "null|0.04800000"]
    );
}

#[test]
fn shares_go_to_a_file_and_wrong_names_are_refused() {
    let folder = folder("vod-cn", october);
    let ran = run(folder.path(), "--month 2026-10 --by room --out shares.csv");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let text = std::fs::read_to_string(folder.path().join("shares.csv")).unwrap();
    let header = "account,month,row_type,room,meter,area,spec,billed_cost,effective_cost,currency,status,allocation_basis";
    assert_eq!(text.lines().next(), Some(header));
    assert_eq!(text.lines().count(), 7);
    for (by, said) in [
        ("recording,room", "--by recording cannot be combined"),
        ("room,room", "--by room is given twice"),
        ("meter", "the listing has a column of that name already"),
    ] {
        let ran = run(folder.path(), &format!("--month 2026-10 --by {by} --out shares.csv"));
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("shares.csv")).unwrap(), text);
}
