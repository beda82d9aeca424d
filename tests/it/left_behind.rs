//! What a killed run leaves is away with the next command that opens the ledger; what a run at work needs stays.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use vodledger::sim;

use crate::log_fetch::ACCOUNT;
use crate::support::{Ran, run_in};

const NOW: &str = "2026-10-12T10:00:00+08:00";

struct Place {
    /// The cloud runs on it.
    _runtime: tokio::runtime::Runtime,
    cloud: sim::Running,
    folder: tempfile::TempDir,
}

impl Place {
    /// Every answer takes so long, so that a run can be met at work.
    fn new(latency: Duration) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let account = sim::AccountSource::Text(ACCOUNT.to_owned());
        let config = sim::Config { account, limit: sim::Limit::Off, latency, ..sim::Config::default() };
        let cloud = runtime.block_on(sim::start(config)).unwrap();
        Self { _runtime: runtime, cloud, folder: tempfile::tempdir().unwrap() }
    }

    fn variables(&self) -> [(&str, &str); 3] {
        [
            ("VODLEDGER_ENDPOINT", self.cloud.http.as_str()),
            ("TENCENTCLOUD_SECRET_ID", self.cloud.secret_id.as_str()),
            ("TENCENTCLOUD_SECRET_KEY", self.cloud.secret_key.expose()),
        ]
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &str) -> Ran {
        let arguments: Vec<&str> = ["--as-of", NOW, "--exclusive"].into_iter().chain(arguments.split(' ')).collect();
        run_in(self.folder.path(), &self.variables(), &arguments)
    }

    /// A run that fetches logs.
    fn fetch(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_vodledger"))
            .args(["--as-of", NOW, "--exclusive", "logs", "fetch", "--since", "2026-10-10"])
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .envs(self.variables())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// A file on its way, in a folder of its run's below `logs`.
    fn under_way(&self, logs: &str) -> PathBuf {
        let began = Instant::now();
        loop {
            let is_under_way =
                |file: &PathBuf| file.extension().is_some_and(|end| end == "log") && !file.parent().unwrap().ends_with(logs);
            if let Some(file) = files_below(&self.at(logs)).into_iter().find(is_under_way) {
                return file;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "no file was fetched");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What the doctor finds under a name.
fn finding(place: &Place, check: &str) -> Option<String> {
    let ran = place.run("doctor --role play --format json");
    let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    let row = rows.iter().find(|row| row["check"] == check)?;
    assert_eq!((row["result"].as_str(), ran.code), (Some("FAILED"), 3), "{row}");
    assert!(row["advice"].as_str().unwrap().contains("takes it away"), "{row}");
    Some(row["finding"].as_str().unwrap().to_owned())
}

#[test]
fn access_logs_of_a_killed_run_are_away_with_the_next_command() {
    let place = Place::new(Duration::from_millis(50));
    let logs = "vodledger.db.logs";
    fs::create_dir(place.at(logs)).unwrap();
    fs::set_permissions(place.at(logs), fs::Permissions::from_mode(0o755)).unwrap();
    let (child, file) = (place.fetch(), place.under_way(logs));
    assert_eq!(mode(&place.at(logs)), 0o700, "a folder that was open to others is closed");
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    // A run at work keeps its files, whatever else is run meanwhile, and the doctor does not complain.
    assert_eq!(place.run("ledger size").code, 0);
    assert!(file.parent().unwrap().is_dir(), "a run at work lost its files");
    assert_eq!(finding(&place, "access logs"), None);
    kill(child);
    for (left, opens) in [
        ("", "ledger size"),
        ("2026110410-vod.example.com.log", "charge"),
        ("2026110410-vod.example.com.log.etag", "find --name room"),
        ("2026110410-vod.example.com-oversea.log", "logs check"),
        ("2026110410-vod.example.com.log", "sync --month 2026-10 --only storage-now"),
        ("2026110410-vod.example.com.log", "ledger prune"),
        ("2026110410-vod.example.com.log", "ledger migrate"),
        ("2026110410-vod.example.com.log", "report cost-daily"),
    ] {
        // What an earlier version of the program left has no folder of its own.
        let path = place.at(logs).join(left);
        if left.is_empty() {
            fs::write(&file, [b'x'; 1_000]).unwrap();
        } else {
            fs::write(&path, [b'x'; 1_000]).unwrap();
        }
        let found = finding(&place, "access logs").unwrap();
        // A run fetches several files at a time.
        let files: Vec<PathBuf> = files_below(&place.at(logs)).into_iter().filter(|file| !file.ends_with("lock")).collect();
        let bytes: u64 = files.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
        let expected = format!("{} files with {bytes} bytes in vodledger.db.logs, last written ", files.len());
        assert!(bytes >= 1_000 && found.starts_with(&expected) && found.ends_with(" s ago"), "{found} {expected}");
        let ran = place.run(opens);
        assert!(matches!(ran.code, 0 | 3), "{opens}: {}", ran.err);
        assert_eq!(files_below(&place.at(logs)), Vec::<PathBuf>::new(), "{opens}");
        assert_eq!(fs::read_dir(place.at(logs)).unwrap().count(), 0, "{opens}");
    }
    assert_eq!(finding(&place, "access logs"), None);
    assert_eq!(mode(&place.at("vodledger.db")), 0o600);
}

#[test]
fn a_folder_that_others_use_too_is_cleaned_of_ours_alone() {
    let place = Place::new(Duration::from_millis(50));
    fs::write(place.at("vodledger.toml"), "[[account]]\nname = \"default\"\n[logs]\nfolder = \"shared\"\n").unwrap();
    fs::create_dir(place.at("shared")).unwrap();
    fs::set_permissions(place.at("shared"), fs::Permissions::from_mode(0o755)).unwrap();
    // Copies that somebody keeps, and names that are like ours.
    let kept = [
        "2026110410-vod.example.com.log",
        "2026110410-vod.example.com.gz",
        "notes.txt",
        ".vodledger-notes",
        ".vodledger-0123456789a.tmp",
    ];
    kept.iter().for_each(|name| fs::write(place.at("shared").join(name), "kept").unwrap());
    fs::create_dir(place.at("shared/.vodledger-my-own-place.tmp")).unwrap();
    let (child, file) = (place.fetch(), place.under_way("shared"));
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    kill(child);
    assert_eq!(place.run("ledger size").code, 0);
    assert!(!file.parent().unwrap().exists());
    assert!(kept.iter().all(|name| place.at("shared").join(name).is_file()));
    assert!(place.at("shared/.vodledger-my-own-place.tmp").is_dir());
    assert_eq!(mode(&place.at("shared")), 0o755, "a folder of somebody else's stays as it was");
}

#[test]
fn files_that_never_became_whole_are_taken_away_unless_somebody_writes_them() {
    let place = Place::new(Duration::ZERO);
    assert_eq!(place.run("sync --month 2026-10 --only traffic,media").code, 0);
    let left = place.at(".vodledger-Ab3dEf6hIj9k.tmp");
    let held = place.at(".vodledger-Zb3dEf6hIj9k.tmp");
    let ledger = place.at(".vodledger-0123456789Ab.tmp");
    fs::write(&left, [b'x'; 500]).unwrap();
    fs::create_dir(&ledger).unwrap();
    fs::write(ledger.join("ledger.db"), [b'x'; 1_500]).unwrap();
    let writer = fs::File::create(&held).unwrap();
    writer.lock().unwrap();
    let found = finding(&place, "files left behind").unwrap();
    assert!(found.contains("2 files with 2000 bytes in "), "{found}");
    assert_eq!(place.run("ledger size").code, 0);
    assert!(!left.exists() && !ledger.exists());
    assert!(held.exists(), "somebody writes it");
    assert_eq!(finding(&place, "files left behind"), None);

    // Where files are exported to, whatever lay there.
    fs::create_dir(place.at("out")).unwrap();
    for export in [
        "report cost-daily --month 2026-10 --out out",
        "charge --month 2026-10 --out out/charges.csv",
        "ledger backup out/backup.db",
    ] {
        let left = place.at("out/.vodledger-Ab3dEf6hIj9k.tmp");
        fs::write(&left, "x").unwrap();
        let ran = place.run(export);
        assert_eq!(ran.code, 0, "{export}: {}", ran.err);
        assert!(!left.exists(), "{export}");
    }
}

#[test]
fn what_is_written_is_for_its_owner_alone() {
    let place = Place::new(Duration::ZERO);
    assert_eq!(place.run("sync --month 2026-10 --only traffic,media").code, 0);
    for write in [
        "charge --month 2026-10 --out charges.csv",
        "report cost-daily --month 2026-10 --format csv,xlsx,html,json,jsonl,parquet --out reports",
        "report focus-cost-and-usage --month 2026-10 --out focus",
        "ledger backup backup.db",
        "ledger copy vodledger.db copy.db",
        "--ledger restored.db ledger restore backup.db",
        "media plan delete --name room --out plan.json",
    ] {
        let ran = place.run(write);
        assert_eq!(ran.code, 0, "{write}: {}", ran.err);
    }
    let usage = "start,end,account,sub_app_id,meter,area,spec,quantity,unit\n";
    fs::write(place.at("usage.csv"), usage).unwrap();
    let ran = place.run("rate --in usage.csv --prices vod-cn --out rated.csv --pack-report packs.csv");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let files = files_below(place.folder.path());
    let open: Vec<_> = files.iter().filter(|file| !file.ends_with("usage.csv") && mode(file) != 0o600).collect();
    assert!(open.is_empty() && files.len() > 15, "{open:?} of {files:?}");
    // Pages of the manual tell nothing of an account, and are read by all.
    let ran = place.run("man --out pages");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ordinary = place.at("ordinary");
    fs::File::create(&ordinary).unwrap();
    assert_eq!(mode(&place.at("pages/vodledger.1")), mode(&ordinary));
}
