//! `vodledger sim` from the outside.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::run_in;

#[test]
fn wrong_accounts_and_faults_are_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.toml"), "uin = 1\n").unwrap();
    for (arguments, said) in [
        (&["sim", "--account", "nowhere.toml"][..], "nowhere.toml"),
        (&["sim", "--account", "bad.toml"], "missing field"),
        (&["sim", "--faults", "earthquake=1%"], "earthquake"),
        (&["sim", "--account", "large:media=many"], "media=, apps="),
        (&["sim", "--set", "storage-day=median"], "peak, mean, last"),
        (&["sim", "--set", "day=mean"], "none of sub-app-id, search-order"),
        (&["sim", "--set", "storage-day"], "SWITCH=VALUE"),
        (&["sim", "--limit", "sometimes"], "token, fixed, sliding, off"),
        (&["sim", "--now", "noon"], "a time with an offset"),
        (&["sim", "--tls-listen", "127.0.0.1:0"], "--ca-out"),
    ] {
        let ran = run_in(folder.path(), &[], arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn it_says_where_it_answers_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vodledger"))
        .args(["sim", "--ready-file", "ready.json", "--tls-listen", "127.0.0.1:0", "--ca-out", "ca.pem"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let ready = folder.path().join("ready.json");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !ready.exists() {
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none(), "it did not get ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    // The file is there only when it is whole.
    let said = std::fs::read_to_string(&ready).unwrap();
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert!(answer["http"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{said}");
    assert!(answer["https"].as_str().unwrap().starts_with("https://127.0.0.1:"), "{said}");
    assert!(answer["secret_id"].is_string() && answer["secret_key"].is_string(), "{said}");
    let ca = std::fs::read_to_string(answer["ca"].as_str().unwrap()).unwrap();
    assert!(ca.starts_with("-----BEGIN CERTIFICATE-----"), "{ca}");

    let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().next(), said.lines().next());
}
