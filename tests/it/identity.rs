//! An application is stored under one identity, whether or not its id was known when it was asked.

use std::path::Path;

use chrono::{DateTime, Utc};
use vodledger::ledger::{Application, Domain, Facts, Ledger, LedgerError, Outcome, Unit, UnitResult};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, BillingDay, BillingMonth, FileId, Media, Period, Status, SubAppId, UsageRecord};
use vodledger::sim::{self, Config, Limit};

use crate::stores::on_both_stores;
use crate::support::{self, Ran, run_in};

const AS_OF: &str = "2026-11-05T10:00:00+08:00";
const TOTAL: &str = "4197.74420348";
/// The demo account's default application.
const DEFAULT: &str = "1500021001";

async fn cloud(faults: &str) -> sim::Running {
    sim::start(Config { faults: faults.parse().unwrap(), limit: Limit::Off, ..Config::default() }).await.unwrap()
}

fn run(home: &Path, cloud: &sim::Running, arguments: &str) -> Ran {
    let variables = [
        ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
        ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
        ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose()),
    ];
    let all = format!("--as-of {AS_OF} {arguments}");
    tokio::task::block_in_place(|| run_in(home, &variables, &all.split(' ').collect::<Vec<_>>()))
}

const SYNC: &str = "sync --month 2026-10 --exclusive";

fn sqlite(home: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(home.join("vodledger.db")).unwrap()
}

fn digest(home: &Path) -> String {
    Ledger::open_existing(home.join("vodledger.db").to_str().unwrap()).unwrap().digest().unwrap().sha256
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_application_is_charged_once_in_either_order() {
    let (quiet, denied) = (cloud("").await, cloud("deny=DescribeSubAppIds").await);
    for (order, codes) in [([&denied, &quiet], [3, 0]), ([&quiet, &denied], [0, 3])] {
        let home = tempfile::tempdir().unwrap();
        for (cloud, code) in order.into_iter().zip(codes) {
            let ran = run(home.path(), cloud, SYNC);
            assert_eq!(ran.code, code, "{} {}", ran.out, ran.err);
        }
        let charged = run(home.path(), &quiet, "charge --month 2026-10 --format json");
        assert!(charged.out.contains(TOTAL), "{}", charged.out);
        let unnamed = "SELECT COUNT(*) FROM usage_fact WHERE sub_app_id = ''";
        assert_eq!(sqlite(home.path()).query_row(unnamed, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
        let checked = run(home.path(), &quiet, "ledger check");
        assert_eq!(checked.code, 0, "{} {}", checked.out, checked.err);
    }
}

/// What an older program left: everything of the default application twice.
fn doubled(home: &Path) {
    let ledger = sqlite(home);
    for table in ["usage_fact", "reading", "play_stat", "domain", "inventory_day", "unit"] {
        let columns: Vec<String> = ledger
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}') WHERE name <> 'sub_app_id'"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let columns = columns.join(", ");
        let sql = format!(
            "INSERT INTO {table} (sub_app_id, {columns}) SELECT '', {columns} FROM {table} WHERE sub_app_id = '{DEFAULT}'"
        );
        assert!(ledger.execute(&sql, []).unwrap() > 0, "{table}");
    }
    ledger
        .execute_batch("UPDATE account SET default_app = ''; UPDATE media SET sub_app_id = '' WHERE sub_app_id = '1500021001'")
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_has_both_is_found_and_mended() {
    let quiet = cloud("").await;
    let home = tempfile::tempdir().unwrap();
    assert_eq!(run(home.path(), &quiet, SYNC).code, 0);
    let before = digest(home.path());
    doubled(home.path());
    let checked = run(home.path(), &quiet, "ledger check");
    assert_eq!(checked.code, 1, "{}", checked.out);
    assert!(checked.out.contains("one identity") && checked.out.contains(DEFAULT), "{} {}", checked.out, checked.err);
    // Charging mends it: nothing is rated twice.
    let charged = run(home.path(), &quiet, "charge --month 2026-10 --format json");
    assert!(charged.out.contains(TOTAL), "{}", charged.out);
    assert_eq!(digest(home.path()), before);
    // So does the migration of a ledger of the version before.
    doubled(home.path());
    sqlite(home.path())
        .execute_batch("ALTER TABLE account DROP COLUMN default_app; UPDATE ledger_schema SET version = 5")
        .unwrap();
    let checked = run(home.path(), &quiet, "ledger check");
    assert_eq!(checked.code, 0, "{} {}", checked.out, checked.err);
    // The charges counted both, so they are gone until the month is charged anew.
    let ledger = Ledger::open_existing(home.path().join("vodledger.db").to_str().unwrap()).unwrap();
    let october: BillingMonth = "2026-10".parse().unwrap();
    assert_eq!(ledger.charges(&AccountId::new("default"), october).unwrap(), []);
    drop(ledger);
    let charged = run(home.path(), &quiet, "charge --month 2026-10 --format json");
    assert!(charged.out.contains(TOTAL), "{}", charged.out);
    assert_eq!(digest(home.path()), before);
}

fn time(text: &str) -> DateTime<Utc> {
    parse_time(text).unwrap()
}

fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn unit(application: Option<u64>, action: &str) -> Unit {
    Unit {
        account: account(),
        action: action.to_owned(),
        sub_app_id: application.map(SubAppId),
        subject: String::new(),
        window: "2026-10-01".parse::<BillingDay>().unwrap().period(),
    }
}

fn traffic(ledger: &Ledger, application: Option<u64>, quantity: i128, at: &str) {
    let unit = unit(application, "DescribeCDNStatDetails");
    let record = UsageRecord {
        period: unit.window,
        account: account(),
        sub_app_id: unit.sub_app_id,
        meter: "traffic".to_owned(),
        area: "a".to_owned(),
        spec: String::new(),
        quantity,
        status: Status::Partial,
        tags: Vec::new(),
    };
    let result = support::result(&unit, Outcome::Done(Facts::Usage(vec![record])), Status::Partial, time(at));
    support::commit(ledger, &unit, &result).unwrap();
}

fn october() -> Period {
    "2026-10".parse::<BillingMonth>().unwrap().period()
}

fn quantities(ledger: &Ledger) -> Vec<(Option<SubAppId>, i128)> {
    ledger.usage(&account(), october()).unwrap().into_iter().map(|record| (record.sub_app_id, record.quantity)).collect()
}

fn revisions(ledger: &Ledger) -> Vec<(i128, i64, bool)> {
    let all = ledger.usage_revisions(&account(), october()).unwrap();
    all.into_iter().map(|(record, revision, holds)| (record.quantity, revision, holds)).collect()
}

fn the_newer_answer_holds(ledger: Ledger) {
    traffic(&ledger, Some(7), 5, "2026-11-01T00:00:00Z");
    traffic(&ledger, None, 6, "2026-11-02T00:00:00Z");
    ledger.adopt_default(&account(), SubAppId(7)).unwrap();
    assert_eq!(quantities(&ledger), [(Some(SubAppId(7)), 6)]);
    assert_eq!(revisions(&ledger), [(5, 1, false), (6, 2, true)]);
    // What a run that began before still brings is the same application's.
    traffic(&ledger, None, 6, "2026-11-03T00:00:00Z");
    assert_eq!(ledger.default_application(&account()).unwrap(), Some(SubAppId(7)));
    assert_eq!(revisions(&ledger), [(5, 1, false), (6, 2, true)]);
    assert_eq!(ledger.check().unwrap().problems, []);
}

fn the_older_answer_without_an_id_is_a_revision(ledger: Ledger) {
    traffic(&ledger, None, 6, "2026-11-01T00:00:00Z");
    traffic(&ledger, Some(7), 5, "2026-11-02T00:00:00Z");
    ledger.adopt_default(&account(), SubAppId(7)).unwrap();
    assert_eq!((quantities(&ledger), revisions(&ledger)), (vec![(Some(SubAppId(7)), 5)], vec![(6, 1, false), (5, 2, true)]));
    assert_eq!(ledger.check().unwrap().problems, []);
}

fn a_shared_domain_tells_the_default_application(ledger: Ledger) {
    let domains = |application, name: &str| {
        let unit = unit(application, "DescribeVodDomains");
        let domain = Domain { name: name.to_owned(), kind: "VOD".to_owned(), status: "Online".to_owned() };
        let result = support::result(&unit, Outcome::Done(Facts::Domains(vec![domain])), Status::Partial, time(AS_OF));
        support::commit(&ledger, &unit, &UnitResult { ..result }).unwrap();
    };
    let listed = |id| Application { sub_app_id: SubAppId(id), name: String::new(), status: "On".to_owned() };
    ledger.remember_applications(&account(), &[listed(7), listed(8)], time(AS_OF)).unwrap();
    traffic(&ledger, None, 5, AS_OF);
    traffic(&ledger, Some(7), 9, AS_OF);
    traffic(&ledger, Some(8), 5, AS_OF);
    // Which of both it is nobody can tell yet, so nothing is rated.
    assert_eq!(ledger.default_application(&account()).unwrap(), None);
    assert!(matches!(ledger.one_identity(&account()), Err(LedgerError::TwoIdentities(_))));
    assert_eq!(ledger.check().unwrap().problems[0].rule, "one identity");
    domains(None, "a.example.com");
    domains(Some(7), "b.example.com");
    domains(Some(8), "a.example.com");
    assert_eq!(ledger.check().unwrap().problems.iter().filter(|problem| problem.what.contains("application 8")).count(), 3);
    ledger.one_identity(&account()).unwrap();
    assert_eq!(quantities(&ledger), [(Some(SubAppId(7)), 9), (Some(SubAppId(8)), 5)]);
    assert_eq!(ledger.check().unwrap().problems, []);
}

fn an_application_beside_the_default_one_is_another(ledger: Ledger) {
    // Named on the command line, never listed.
    traffic(&ledger, None, 5, AS_OF);
    traffic(&ledger, Some(8), 6, AS_OF);
    ledger.one_identity(&account()).unwrap();
    assert_eq!(quantities(&ledger), [(None, 5), (Some(SubAppId(8)), 6)]);
    assert_eq!(ledger.check().unwrap().problems, []);
}

fn media_that_were_found_without_an_id_are_its(ledger: Ledger) {
    let found =
        |id: &str, application: Option<u64>| Media { sub_app_id: application.map(SubAppId), ..Media::new(FileId::new(id)) };
    let applications = || {
        let mut all = Vec::new();
        ledger
            .each_stored(&account(), |media| {
                all.push((media.file_id.to_string(), media.sub_app_id));
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        all
    };
    ledger.remember_media(&account(), &[found("1", None), found("2", Some(8))], time(AS_OF)).unwrap();
    ledger.push_event_config(&account(), None, "{}", time(AS_OF)).unwrap();
    ledger.adopt_default(&account(), SubAppId(7)).unwrap();
    let (seven, eight) = (Some(SubAppId(7)), Some(SubAppId(8)));
    assert_eq!(applications(), [("1".to_owned(), seven), ("2".to_owned(), eight)]);
    ledger.remember_media(&account(), &[found("2", None), found("3", None)], time(AS_OF)).unwrap();
    assert_eq!(applications(), [("1".to_owned(), seven), ("2".to_owned(), eight), ("3".to_owned(), seven)]);
    assert_eq!(ledger.event_config_history(&account(), seven).unwrap().len(), 1);
    assert_eq!(ledger.event_config_history(&account(), None).unwrap().len(), 1);
}

on_both_stores! {
    the_newer_answer_holds
    the_older_answer_without_an_id_is_a_revision
    a_shared_domain_tells_the_default_application
    an_application_beside_the_default_one_is_another
    media_that_were_found_without_an_id_are_its
}
