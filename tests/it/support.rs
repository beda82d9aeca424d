//! What several test files need.

use std::path::Path;
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use vodledger::ledger::{Brings, Committed, Lease, Ledger, LedgerError, NewUnit, Outcome, Scope, Unit, UnitResult};
use vodledger::model::{FileId, Media, MediaState, Status, SubAppId};

/// A media of which only id, application and name matter.
pub fn media_named(file_id: &str, sub_app_id: u64, name: &str) -> Media {
    Media {
        name: name.to_owned(),
        sub_app_id: Some(SubAppId(sub_app_id)),
        state: MediaState::Normal,
        ..Media::new(FileId::new(file_id))
    }
}

/// Serves on this machine for as long as the test runs, and says where.
pub async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the program in a folder, with these variables and no others.
pub fn run_in(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_vodledger"))
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Plans a unit, takes it and commits a result for it, as a run does.
pub fn commit(ledger: &Ledger, unit: &Unit, result: &UnitResult) -> Result<Committed, LedgerError> {
    let lease = take(ledger, unit);
    let committed = ledger.commit_unit(&lease, result);
    if committed.is_err() {
        ledger.release_leases(&unit.account, "test").unwrap();
    }
    committed
}

/// Plans a unit and takes it.
pub fn take(ledger: &Ledger, unit: &Unit) -> Lease {
    let (now, new) = (Utc::now(), planned(unit));
    let kind = new.kind.clone();
    ledger.plan_units(&unit.account, &mut std::iter::once(new), now).unwrap();
    let scope = Scope { account: unit.account.clone(), kinds: vec![(kind, unit.window)] };
    let taken = ledger.take_units(&scope, "test", 100, now, now + chrono::TimeDelta::minutes(1)).unwrap();
    let lease = taken.iter().find(|lease| lease.unit == *unit).cloned().unwrap_or_else(|| panic!("nothing to take of {unit:?}"));
    // What else was taken by the way is given back.
    taken.iter().filter(|other| **other != lease).for_each(|other| ledger.put_back(other, now).unwrap());
    lease
}

/// A result about the whole window of a unit.
pub fn result(unit: &Unit, outcome: Outcome, status: Status, at: DateTime<Utc>) -> UnitResult {
    UnitResult { outcome, asked: unit.window, status, note: String::new(), rest: vec![], snapshots: vec![], at }
}

/// A unit of usage as it is planned.
pub fn planned(unit: &Unit) -> NewUnit {
    NewUnit { unit: unit.clone(), kind: format!("{} {}", unit.action, unit.subject), brings: Brings::Usage, priority: 0 }
}
