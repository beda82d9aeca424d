//! The stores that a ledger's tests run on: SQLite always, PostgreSQL where `VODLEDGER_TEST_POSTGRES` names a database whose
//! user may create schemas.

use std::sync::atomic::{AtomicUsize, Ordering};

use vodledger::ledger::Ledger;

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
