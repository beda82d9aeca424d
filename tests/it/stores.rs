//! The stores that a ledger's tests run on: SQLite always, PostgreSQL where `VODLEDGER_TEST_POSTGRES` names a database whose
//! user may create schemas.

use std::sync::atomic::{AtomicUsize, Ordering};

use vodledger::ledger::{Application, Facts, Ledger, NewSnapshot, Outcome, Unit, UnitResult};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, BillingDay, Media, Status, SubAppId, UsageRecord};

use crate::support;

/// Makes two tests of each function that takes a [`Ledger`]: `sqlite::NAME` and `postgres::NAME`.
macro_rules! on_both_stores {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(vodledger::ledger::Ledger::open(":memory:").unwrap()) })*
        }
        mod postgres {
            $(#[test] fn $test() {
                if let Some(schema) = crate::stores::Schema::create() {
                    super::$test(schema.ledger());
                }
            })*
        }
    };
}
pub(crate) use on_both_stores;

/// Fills a ledger with something of most tables: two applications with facts, of which one is restated and one gone, media,
/// answers, a charge, an event configuration. `how` changes what leaves no trace in the canonical dump: times, ids of
/// requests, how often something was asked.
pub fn fill(ledger: &Ledger, how: &str) {
    let at = parse_time(if how == "late" { "2026-11-09T10:00:00+08:00" } else { "2026-11-05T10:00:00+08:00" }).unwrap();
    let account = AccountId::new("100000000001");
    let unit = |app: u64| Unit {
        account: account.clone(),
        action: "DescribeCDNStatDetails".to_owned(),
        sub_app_id: Some(SubAppId(app)),
        subject: "Traffic".to_owned(),
        window: "2026-10-01".parse::<BillingDay>().unwrap().period(),
    };
    let record = |app: u64, area: &str, quantity: i128| UsageRecord {
        period: unit(app).window,
        account: account.clone(),
        sub_app_id: Some(SubAppId(app)),
        meter: "traffic".to_owned(),
        area: area.to_owned(),
        spec: String::new(),
        quantity,
        status: Status::Partial,
        tags: Vec::new(),
    };
    let commit = |app: u64, records: Vec<UsageRecord>, body: &str| {
        let snapshot = NewSnapshot {
            kind: "usage".to_owned(),
            action: "DescribeCDNStatDetails".to_owned(),
            sub_app_id: Some(SubAppId(app)),
            request: "{}".to_owned(),
            body: body.to_owned(),
            request_id: format!("r-{how}"),
            received: at,
        };
        let result = support::result(&unit(app), Outcome::Done(Facts::Usage(records)), Status::Partial, at);
        support::commit(ledger, &unit(app), &UnitResult { snapshots: vec![snapshot], ..result }).unwrap();
    };
    commit(7, vec![record(7, "b", 5), record(7, "Z", 6), record(7, "ä", 7)], "first");
    commit(7, vec![record(7, "b", 50), record(7, "Z", 6)], "second");
    if how == "late" {
        commit(7, vec![record(7, "b", 50), record(7, "Z", 6)], "second");
    }
    commit(10, vec![record(10, "b", 9)], "first");
    let seen = Application { sub_app_id: SubAppId(7), name: "a \"name\"\nü".to_owned(), status: "On".to_owned() };
    ledger.remember_applications(&account, &[seen], at).unwrap();
    let media = Media { tags: vec!["b".to_owned(), "B".to_owned()], size: Some(3), ..support::media_named("1", 7, "lesson") };
    ledger.remember_media(&account, &[media], at).unwrap();
    ledger.push_event_config(&account, Some(SubAppId(7)), "{\"Mode\":\"PULL\"}", at).unwrap();
}

/// A schema of its own with an empty ledger; it goes away at the end.
pub struct Schema {
    database: String,
    name: String,
}

impl Schema {
    /// A new one with a ledger in it; `None`, and a word about it, where no database is named.
    pub fn create() -> Option<Self> {
        let schema = Self::empty()?;
        assert_eq!(Ledger::migrate(&schema.address()).unwrap().0, 0);
        Some(schema)
    }

    /// A new one that does not exist yet.
    pub fn empty() -> Option<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let Some(database) = std::env::var("VODLEDGER_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) else {
            println!("not run on PostgreSQL: VODLEDGER_TEST_POSTGRES names no database");
            return None;
        };
        let name = format!("t_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Some(Self { database, name })
    }

    /// Its URL.
    pub fn address(&self) -> String {
        let mark = if self.database.contains('?') { '&' } else { '?' };
        format!("{}{mark}schema={}", self.database, self.name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its ledger.
    pub fn ledger(&self) -> Ledger {
        Ledger::open(&self.address()).unwrap()
    }

    /// Runs statements in it, past the ledger.
    pub fn script(&self, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.database, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute(&format!("SET search_path = {}; {sql}", self.name)).await.unwrap();
        });
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.script(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        }
    }
}
