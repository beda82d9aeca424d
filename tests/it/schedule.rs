//! The examples for schedulers: their commands are run as they stand, but for paths, against a simulated account.

use std::fs;
use std::path::Path;

use vodledger::sim;

use crate::support::run_in;

const CONFIG: &str = "[[account]]\nname = \"demo\"\n";

/// The commands of all examples: what follows the name of the program, up to the end of the line.
fn commands() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schedule");
    let mut commands = Vec::new();
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        for line in fs::read_to_string(&file).unwrap().lines().filter(|line| !line.trim_start().starts_with('#')) {
            if let Some((_, arguments)) = line.split_once("vodledger --config ") {
                commands.push((file.file_name().unwrap().to_string_lossy().into_owned(), format!("--config {arguments}")));
            }
        }
    }
    commands
}

#[test]
fn the_examples_run() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = sim::Config { limit: sim::Limit::Off, ..sim::Config::default() };
    let cloud = runtime.block_on(sim::start(config)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vodledger.toml"), CONFIG).unwrap();
    let variables = [
        ("VODLEDGER_LEDGER", "ledger.db"),
        ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
        ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
        ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose()),
    ];
    let mut seen = Vec::new();
    for (file, command) in commands() {
        let command = command.split(['>', '|']).next().unwrap().trim_end();
        let command = command
            .replace("/etc/vodledger/vodledger.toml", "vodledger.toml")
            .replace("/var/lib/vodledger/reports", "reports")
            .replace("--out /reports", "--out reports");
        let sync = command.ends_with("sync");
        if sync && seen.contains(&"sync".to_owned()) {
            continue;
        }
        let command = if sync { format!("{command} --month 2026-10 --only storage,traffic,media") } else { command };
        let as_of = ["--as-of", "2026-11-05T15:00:00+08:00"];
        let ran = run_in(folder.path(), &variables, &as_of.into_iter().chain(command.split(' ')).collect::<Vec<_>>());
        assert_eq!(ran.code, 0, "{file}: {command}\n{}", ran.err);
        seen.push(if sync { "sync".to_owned() } else { file });
    }
    for file in ["sync", "cronjob.yaml", "crontab", "vodledger-daily.service", "vodledger-month.service"] {
        assert!(seen.contains(&file.to_owned()), "{file} has no command");
    }
    assert!(folder.path().join("reports/manifest.json").is_file());
}
