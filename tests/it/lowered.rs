//! A restatement that takes away much is kept, as a revision, and told.

use std::path::Path;

use vodledger::ledger::{Facts, Ledger, Outcome, Unit, UnitResult};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, BillingDay, BillingMonth, Status, SubAppId, UsageRecord};
use vodledger::sim::{self, Config, Limit};

use crate::stores::on_both_stores;
use crate::support::{self, Ran, run_in};

async fn cloud(faults: &str) -> sim::Running {
    sim::start(Config { faults: faults.parse().unwrap(), limit: Limit::Off, ..Config::default() }).await.unwrap()
}

fn run(home: &Path, cloud: &sim::Running, arguments: &str) -> Ran {
    let variables = [
        ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
        ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
        ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose()),
    ];
    tokio::task::block_in_place(|| run_in(home, &variables, &arguments.split(' ').collect::<Vec<_>>()))
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_that_vanishes_is_told_and_strict_does_not_end_well() {
    // The second cloud tells nothing of the last weeks.
    let (whole, empty) = (cloud("").await, cloud("late=4000h").await);
    let home = tempfile::tempdir().unwrap();
    let sync = |hour: u32, more: &str| {
        format!("--as-of 2026-11-01T{hour}:00:00+08:00 sync --month 2026-10 --exclusive --only traffic{more}")
    };
    assert_eq!(run(home.path(), &whole, &sync(10, " --strict")).code, 0);
    let lowered = run(home.path(), &empty, &sync(11, " --strict"));
    assert_eq!(lowered.code, 3, "{} {}", lowered.out, lowered.err);
    assert!(lowered.out.contains("restated downwards by more than half: traffic, "), "{}", lowered.out);
    assert!(lowered.err.contains(": 0 instead of "), "{}", lowered.err);
    // Once it is told, it is what the cloud says.
    assert_eq!(run(home.path(), &empty, &sync(12, " --strict")).code, 0);
    assert_eq!(run(home.path(), &whole, &sync(13, " --strict")).code, 0);
    let again = run(home.path(), &empty, &sync(14, ""));
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.err.contains("restated downwards"), "{}", again.err);
    let report = run(home.path(), &whole, "report late-data --month 2026-10 --format csv");
    assert!(report.out.contains("withdrawn,2026-10-"), "{} {}", report.out, report.err);
}

fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn unit() -> Unit {
    Unit {
        account: account(),
        action: "DescribeCDNStatDetails".to_owned(),
        sub_app_id: Some(SubAppId(7)),
        subject: String::new(),
        window: "2026-10".parse::<BillingMonth>().unwrap().period(),
    }
}

fn traffic(day: &str, quantity: i128) -> UsageRecord {
    UsageRecord {
        period: day.parse::<BillingDay>().unwrap().period(),
        account: account(),
        sub_app_id: Some(SubAppId(7)),
        meter: "traffic".to_owned(),
        area: "a".to_owned(),
        spec: String::new(),
        quantity,
        status: Status::Partial,
        tags: Vec::new(),
    }
}

fn told(ledger: &Ledger, records: Vec<UsageRecord>, at: &str) -> Vec<String> {
    let result = support::result(&unit(), Outcome::Done(Facts::Usage(records)), Status::Partial, parse_time(at).unwrap());
    let lease = support::take(ledger, &unit());
    let change = ledger.commit_change(&lease, &UnitResult { ..result }).unwrap();
    change.lowered.iter().map(ToString::to_string).collect()
}

fn days_that_fall_by_more_than_half_are_named(ledger: Ledger) {
    let none: [&str; 0] = [];
    let first = vec![traffic("2026-10-01", 10), traffic("2026-10-02", 10), traffic("2026-10-03", 0)];
    assert_eq!(told(&ledger, first, "2026-11-01T00:00:00Z"), none);
    // Half is not more than half.
    let second = vec![traffic("2026-10-01", 5), traffic("2026-10-02", 4), traffic("2026-10-03", 0)];
    assert_eq!(told(&ledger, second.clone(), "2026-11-01T01:00:00Z"), ["traffic, a, 2026-10-02: 4 instead of 10"]);
    assert_eq!(told(&ledger, second, "2026-11-01T02:00:00Z"), none);
    // A window that is emptied.
    let emptied = ["traffic, a, 2026-10-01: 0 instead of 5", "traffic, a, 2026-10-02: 0 instead of 4"];
    assert_eq!(told(&ledger, Vec::new(), "2026-11-01T03:00:00Z"), emptied);
    let october = unit().window;
    let kept = ledger.usage_revisions(&account(), october).unwrap();
    assert_eq!((kept.len(), kept.iter().filter(|(.., holds)| *holds).count()), (5, 0));
    let reason = ledger.units(&account(), vodledger::ledger::Brings::Usage, october).unwrap().remove(0).reason;
    assert_eq!(reason, format!("restated downwards by more than half: {}", emptied.join("; ")));
}

on_both_stores! {
    days_that_fall_by_more_than_half_are_named
}

#[test]
fn what_is_withdrawn_is_in_the_report() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(home.path().join("vodledger.db").to_str().unwrap()).unwrap();
    told(&ledger, vec![traffic("2026-10-01", 10_000_000_000)], "2026-11-01T00:00:00Z");
    told(&ledger, Vec::new(), "2026-11-01T01:00:00Z");
    drop(ledger);
    let ran = run_in(home.path(), &[], &["report", "late-data", "--month", "2026-10", "--format", "csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("\nwithdrawn,2026-10-01,100000000001,7,traffic,a,"), "{}", ran.out);
}
