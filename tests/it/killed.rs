//! A run that is killed: the next one goes on at once, and what it leaves is as if nothing had happened.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use vodledger::ledger::{Brings, Ledger};
use vodledger::model::{AccountId, BillingMonth};
use vodledger::sim;

const SYNC: [&str; 8] = [
    "--as-of",
    "2026-11-05T10:00:00+08:00",
    "sync",
    "--month",
    "2026-10",
    "--exclusive",
    "--only",
    "media,retrieval,upload,image-review",
];

fn command(cloud: &sim::Running, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vodledger"));
    command
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        .env("VODLEDGER_ENDPOINT", &cloud.http)
        .env("TENCENTCLOUD_SECRET_ID", &cloud.secret_id)
        .env("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose())
        .args(SYNC)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Facts, units and media of a ledger.
fn content(home: &Path) -> (Vec<String>, Vec<String>, Vec<String>) {
    let ledger = Ledger::open_existing(home.join("vodledger.db").to_str().unwrap()).unwrap();
    let (account, october) = (AccountId::new("default"), "2026-10".parse::<BillingMonth>().unwrap().period());
    let usage = ledger.usage(&account, october).unwrap().iter().map(|record| format!("{record:?}")).collect();
    let units = ledger.units(&account, Brings::Usage, october).unwrap();
    let mut media = Vec::new();
    ledger
        .each_stored(&account, |stored| {
            media.push(stored.file_id.to_string());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    (usage, units.iter().map(|row| format!("{:?} {:?} {}", row.unit, row.state, row.facts)).collect(), media)
}

#[test]
fn what_was_killed_goes_on_where_it_was() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = sim::Config { limit: sim::Limit::Off, latency: Duration::from_millis(20), ..sim::Config::default() };
    let cloud = runtime.block_on(sim::start(config)).unwrap();
    let (quiet, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(command(&cloud, quiet.path()).status().unwrap().success());
    for after in [300, 600, 900] {
        let mut child = command(&cloud, killed.path()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(after));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let began = Instant::now();
    assert!(command(&cloud, killed.path()).status().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(60), "the leases of a killed run are not waited for");
    let expected = content(quiet.path());
    assert!(!expected.0.is_empty() && !expected.2.is_empty());
    assert_eq!(content(killed.path()), expected);
}

#[test]
fn two_runs_at_once_share_the_work() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = sim::Config { limit: sim::Limit::Off, latency: Duration::from_millis(20), ..sim::Config::default() };
    let cloud = runtime.block_on(sim::start(config)).unwrap();
    let (alone, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(command(&cloud, alone.path()).status().unwrap().success());
    let spawn = |_| command(&cloud, shared.path()).stderr(Stdio::piped()).spawn().unwrap();
    for child in (0..2).map(spawn).collect::<Vec<_>>() {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(content(shared.path()), content(alone.path()));
}
