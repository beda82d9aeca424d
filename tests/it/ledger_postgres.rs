//! What is special to a ledger in PostgreSQL: its address, its passwords, writers that take turns, and reports that see views
//! alone.

use std::ops::ControlFlow;
use std::thread;

use vodledger::ledger::{Brings, Ledger, LedgerError, NewUnit, Scope, Selection, Unit, Value};
use vodledger::model::{AccountId, Period};
use vodledger::report::{Library, Manifest};
use vodledger::sim;

use crate::ledger::parts;
use crate::stores::{Schema, fill};
use crate::support::run_in;

const PASSWORD: &str = "s3cr3t-Pa55";

#[test]
fn no_message_repeats_a_password() {
    let addresses = [
        format!("postgres://user:{PASSWORD}@127.0.0.1:1/db"),
        format!("postgres://user:{PASSWORD}@127.0.0.1:1/db?schema=x&sslmode=require"),
        format!("postgres://user:{PASSWORD}@127.0.0.1:1/db?sslrootcert=/no/such/file"),
        format!("postgres://user:{PASSWORD}@127.0.0.1:port/db"),
        format!("postgres://user:x/{PASSWORD}@127.0.0.1/db"),
        format!("postgres://user@127.0.0.1/db?sslmode={PASSWORD}"),
        format!("postgres://user@127.0.0.1/db?schema={PASSWORD}"),
        format!("postgres://user@127.0.0.1/db?{PASSWORD}=1"),
        format!("postgres:///?password={PASSWORD}"),
        format!("mysql://user:{PASSWORD}@127.0.0.1/db"),
    ];
    for address in addresses {
        let refused = Ledger::open(&address).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains(PASSWORD), "{address}: {refused}");
        let folder = tempfile::tempdir().unwrap();
        let ran = run_in(folder.path(), &[("VODLEDGER_LEDGER", &address)], &["-vv", "ledger", "size"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(!format!("{}{}", ran.out, ran.err).contains(PASSWORD), "{ran:?}");
    }
}

#[test]
fn a_wrong_password_is_refused_and_a_right_one_comes_from_the_environment() {
    let Some(schema) = Schema::create() else { return };
    let mut url = url::Url::parse(&schema.address()).unwrap();
    let right = percent_encoding::percent_decode_str(url.password().unwrap_or_default()).decode_utf8().unwrap().into_owned();
    let place = schema.ledger().place().to_owned();
    assert!(right.is_empty() || !place.contains(&right), "{place}");
    let folder = tempfile::tempdir().unwrap();
    url.set_password(None).unwrap();
    let from_environment =
        run_in(folder.path(), &[("PGPASSWORD", &right)], &["--ledger", url.as_str(), "ledger", "dump", "--canonical"]);
    assert_eq!(from_environment.code, 0, "{from_environment:?}");
    if right.is_empty() {
        return;
    }
    url.set_password(Some(PASSWORD)).unwrap();
    let refused = Ledger::open(url.as_str()).unwrap_err();
    assert!(matches!(refused, LedgerError::Unreachable { .. }), "{refused:?}");
    assert!(!refused.to_string().contains(PASSWORD) && !refused.to_string().contains(&right));
}

fn planned(number: i64) -> NewUnit {
    let start = chrono::DateTime::from_timestamp(1_790_784_000 + number * 60, 0).unwrap();
    let window = Period { start, end: start + chrono::TimeDelta::minutes(1) };
    let unit = Unit { account: AccountId::new("1"), action: "A".to_owned(), sub_app_id: None, subject: String::new(), window };
    NewUnit { unit, kind: "k".to_owned(), brings: Brings::Media, priority: 0 }
}

#[test]
fn runs_at_once_take_every_unit_once() {
    let Some(schema) = Schema::create() else { return };
    let now = chrono::Utc::now();
    let account = AccountId::new("1");
    schema.ledger().plan_units(&account, &mut (0..60).map(planned), now).unwrap();
    let window = Period { start: planned(0).unit.window.start, end: planned(59).unit.window.end };
    let scope = Scope { account: account.clone(), kinds: vec![("k".to_owned(), window)] };
    let run = |name: &str| {
        let ledger = schema.ledger();
        let mut taken = Vec::new();
        loop {
            let leases = ledger.take_units(&scope, name, 3, now, now + chrono::TimeDelta::hours(1)).unwrap();
            if leases.is_empty() {
                return taken;
            }
            taken.extend(leases.into_iter().map(|lease| (lease.unit.window.start, lease.fence)));
            // Single statements take their turn too.
            ledger.extend_leases(&account, name, now + chrono::TimeDelta::hours(2)).unwrap();
        }
    };
    let mut all: Vec<_> = thread::scope(|threads| {
        let runs: Vec<_> = ["a", "b", "c", "d"].map(|name| threads.spawn(move || run(name))).into_iter().collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).collect()
    });
    all.sort_unstable();
    let expected: Vec<_> = (0..60).map(|number| (planned(number).unit.window.start, 1)).collect();
    assert_eq!(all, expected);
}

#[test]
fn reports_see_views_and_nothing_of_the_server() {
    let Some(schema) = Schema::create() else { return };
    let ledger = schema.ledger();
    fill(&ledger, "early");
    let refused = [
        "SELECT rolname FROM pg_roles",
        "SELECT rolname FROM \"pg_roles\"",
        "SELECT table_name FROM information_schema.tables",
        "SELECT pg_sleep(1) FROM v_usage",
        "SELECT quantity FROM v_usage, usage_fact",
        "SELECT (SELECT COUNT(*) FROM media) FROM v_usage",
        "SELECT set_config('a.b', 'c', false)",
        "SELECT \"set_config\"('a.b', 'c', false)",
        "SELECT current_setting /* ( */ ('a.b')",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT 1; DROP TABLE charge",
        "SELECT 1) AS q; DROP TABLE charge; SELECT (1",
        "WITH x AS (DELETE FROM charge RETURNING 1) SELECT * FROM x",
        "SELECT quantity INTO TEMPORARY t FROM v_usage",
        "SELECT E'\\'' FROM v_usage",
        "SELECT $$a$$ FROM v_usage",
        "SELECT area FROM v_usage WHERE area LIKE 'b'",
        "SELECT current_user FROM v_usage",
        "SELECT CAST(quantity AS REAL) FROM v_usage",
    ];
    for sql in refused {
        let (columns, from) = parts(sql);
        let asked = Selection { columns: &columns, from: &from };
        let outcome = ledger.select(asked, &[], std::time::Duration::from_secs(60), |_| ControlFlow::Continue(()));
        assert!(matches!(outcome, Err(LedgerError::Query(_))), "{sql}: {outcome:?}");
    }
    let mut rows = Vec::new();
    let from = "(WITH x (a, b) AS (SELECT area, SUM(quantity) FROM v_usage WHERE ?1 = '' OR account = ?1 GROUP BY area)
                 SELECT a, b FROM x WHERE EXISTS (SELECT 1 FROM v_unit) AND a IN ('b', 'Z')) AS q ORDER BY a";
    let asked = Selection { columns: "a, b", from };
    assert_eq!(ledger.select_columns(asked).unwrap(), ["a", "b"]);
    ledger
        .select(asked, &["".into()], std::time::Duration::from_secs(60), |row| {
            rows.push(row.iter().map(|field| (*field).into()).collect::<Vec<Value>>());
            ControlFlow::Continue(())
        })
        .unwrap();
    // By bytes, as SQLite sorts, whatever language the database speaks.
    assert_eq!(rows, [["Z".into(), 6_i64.into()], ["b".into(), 59_i64.into()]]);
    // The guard leaves nothing behind.
    fill(&ledger, "late");
}

#[test]
fn a_broken_connection_is_made_anew() {
    let Some(schema) = Schema::create() else { return };
    let ledger = Ledger::open(&format!("{}&application_name={}", schema.address(), schema.name())).unwrap();
    fill(&ledger, "early");
    let before = ledger.digest().unwrap();
    let of_this = format!("FROM pg_stat_activity WHERE application_name = '{}'", schema.name());
    schema.script(&format!("SELECT pg_terminate_backend(pid, 5000) {of_this}"));
    // The call that meets the broken connection may fail; the next one works.
    let again = ledger.digest().or_else(|_| ledger.digest()).unwrap();
    assert_eq!(again, before);
}

const SYNC: [&str; 8] =
    ["--as-of", "2026-11-05T10:00:00+08:00", "sync", "--month", "2026-10", "--only", "storage,media,traffic", "--no-progress"];

#[test]
fn a_sync_brings_the_same_into_both_stores() {
    let Some(schema) = Schema::create() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = sim::Config { limit: sim::Limit::Off, ..sim::Config::default() };
    let cloud = runtime.block_on(sim::start(config)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |ledger: &str, arguments: &[&str]| {
        let variables = [
            ("VODLEDGER_LEDGER", ledger),
            ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
            ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
            ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose()),
        ];
        let ran = run_in(folder.path(), &variables, arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out
    };
    let file = folder.path().join("ledger.db");
    let dumps = [file.to_str().unwrap().to_owned(), schema.address()].map(|ledger| {
        run(&ledger, &SYNC);
        let out = folder.path().join(if ledger.starts_with("postgres") { "postgres" } else { "sqlite" });
        let names = Library::default().names().unwrap();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let how = ["--month", "2026-10", "--format", "csv,xlsx,json,jsonl,parquet,html", "--out", out.to_str().unwrap()];
        run(&ledger, &[&["--as-of", "2026-11-05T10:00:00+08:00", "report"], &names[..], &how].concat());
        (run(&ledger, &["ledger", "dump", "--canonical"]), out)
    });
    assert!(dumps[0].0.lines().count() > 100);
    assert_eq!(dumps[0].0, dumps[1].0);
    // Every shipped report is the same bytes in every format.
    let manifests = [&dumps[0].1, &dumps[1].1].map(|out| Manifest::read(out).unwrap());
    assert_eq!(manifests[0].files.len(), 6 * Library::default().names().unwrap().len());
    assert_eq!(manifests[0], manifests[1]);
    assert!(manifests[0].files.iter().filter(|file| file.rows > 1).count() > 60);
}
