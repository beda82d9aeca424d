//! Whose key it is: a ledger takes one account's usage under one id.

use std::path::Path;

use vodledger::ledger::Ledger;
use vodledger::model::AccountId;
use vodledger::sim;

use crate::support::{Ran, run_in};

const UIN: &str = "100000021001";
const SYNC: [&str; 7] =
    ["--as-of", "2026-11-05T10:00:00+08:00", "--exclusive", "sync", "--month=2026-10", "--only", "licence,image-review"];

async fn cloud(uin: &str, faults: &str) -> sim::Running {
    let account = include_str!("../../src/sim/fixtures/demo.toml").replace(UIN, uin);
    let (account, faults) = (sim::AccountSource::Text(account), faults.parse().unwrap());
    sim::start(sim::Config { account, limit: sim::Limit::Off, faults, ..sim::Config::default() }).await.unwrap()
}

fn sync(cloud: &sim::Running, home: &Path, configuration: &str) -> Ran {
    std::fs::write(home.join("vodledger.toml"), configuration).unwrap();
    let variables = [
        ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
        ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
        ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose()),
    ];
    tokio::task::block_in_place(|| run_in(home, &variables, &SYNC))
}

/// The number that the ledger has for an account, and how many answers it holds of it.
fn kept(home: &Path, account: &str) -> (Option<String>, i64) {
    let ledger = Ledger::open_existing(home.join("vodledger.db").to_str().unwrap()).unwrap();
    let raw = rusqlite::Connection::open(home.join("vodledger.db")).unwrap();
    let answers = raw.query_row("SELECT COUNT(*) FROM snapshot WHERE account = ?1", [account], |row| row.get(0)).unwrap();
    (ledger.account_uin(&AccountId::new(account)).unwrap(), answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_account_collects_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (cloud(UIN, "").await, cloud("100000021002", "").await);
    let ran = sync(&first, home.path(), "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let (uin, answers) = kept(home.path(), "default");
    assert_eq!(uin.as_deref(), Some(UIN));
    assert!(answers > 0);

    let ran = sync(&second, home.path(), "");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("100000021002") && ran.err.contains("the ledger says 100000021001"), "{}", ran.err);
    assert_eq!(kept(home.path(), "default"), (uin, answers));

    let ran = sync(&second, home.path(), "[[account]]\nname = \"b\"\nuin = \"100000021001\"\n");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("the configuration says 100000021001"), "{}", ran.err);
    assert_eq!(kept(home.path(), UIN), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_is_not_collected_under_two_ids() {
    let home = tempfile::tempdir().unwrap();
    let cloud = cloud(UIN, "").await;
    assert_eq!(sync(&cloud, home.path(), "[[account]]\nname = \"a\"\n").code, 0);
    let ran = sync(&cloud, home.path(), "[[account]]\nname = \"a\"\nuin = \"100000021001\"\n");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("keeps account 100000021001 as a,"), "{}", ran.err);
    assert_eq!(kept(home.path(), UIN), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_not_ask_is_believed() {
    let cloud = cloud(UIN, "deny=DescribeAccountBalance").await;
    let home = tempfile::tempdir().unwrap();
    let ran = sync(&cloud, home.path(), "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(kept(home.path(), "default").0, None);
    // What the configuration says is noted, so that the account cannot come under another id later.
    let home = tempfile::tempdir().unwrap();
    let ran = sync(&cloud, home.path(), "[[account]]\nname = \"a\"\nuin = \"100000021001\"\n");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(kept(home.path(), UIN).0.as_deref(), Some(UIN));
}
