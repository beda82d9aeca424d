//! Plans on the simulated cloud: killed again and again, and the ways of storage classes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use vodledger::ledger::{AuditOutcome, ChainCheck, Ledger};
use vodledger::model::AccountId;
use vodledger::sim;

const HEAD: &str = r#"
uin = 100000000001
app_id = 1500000001
now = "2026-11-02T10:00:00+08:00"
[[credential]]
secret_id = "AKIDexample"
secret_key = "example"
[[application]]
sub_app_id = 1500000001
name = "main"
created = "2024-01-01T00:00:00+08:00"
storage_regions = ["ap-chongqing"]
"#;

fn account(media: u32) -> String {
    let mut text = HEAD.to_owned();
    for number in 0..media {
        let row = "duration_ms = 60_000\nsize = 1_000_000_000\ncreated = \"2026-10-01T10:00:00+08:00\"";
        writeln!(text, "[[application.media]]\nfile_id = \"{}\"\nname = \"room_{number}\"\n{row}", id(number)).unwrap();
    }
    text
}

fn id(number: u32) -> String {
    format!("116247591618{number:08}")
}

struct Place {
    /// The cloud runs on it.
    _runtime: tokio::runtime::Runtime,
    cloud: sim::Running,
    folder: tempfile::TempDir,
}

impl Place {
    fn new(media: u32, latency: u64) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let config = sim::Config {
            account: sim::AccountSource::Text(account(media)),
            limit: sim::Limit::Off,
            latency: Duration::from_millis(latency),
            ..sim::Config::default()
        };
        let cloud = runtime.block_on(sim::start(config)).unwrap();
        Self { _runtime: runtime, cloud, folder: tempfile::tempdir().unwrap() }
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vodledger"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("VODLEDGER_ENDPOINT", &self.cloud.http)
            .env("TENCENTCLOUD_SECRET_ID", &self.cloud.secret_id)
            .env("TENCENTCLOUD_SECRET_KEY", self.cloud.secret_key.expose())
            .args(["--as-of", "2026-11-02T10:00:00+08:00", "media"])
            .args(arguments.split(' '))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &str, code: i32) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.code(), Some(code), "{arguments}: {text}");
        text
    }
}

/// Outcomes of each media, in their order; the chain is whole.
fn audit(folder: &Path) -> BTreeMap<String, Vec<AuditOutcome>> {
    let ledger = Ledger::open_existing(folder.join("vodledger.db").to_str().unwrap()).unwrap();
    let account = AccountId::new("default");
    let (mut chain, mut outcomes) = (ChainCheck::new(&account), BTreeMap::<String, Vec<AuditOutcome>>::new());
    let each = |row: vodledger::ledger::AuditRow| {
        chain.follow(&row).unwrap();
        outcomes.entry(row.entry.file_id.to_string()).or_default().push(row.entry.outcome);
        ControlFlow::Continue(())
    };
    ledger.each_audit(&account, each).unwrap();
    outcomes
}

#[test]
fn a_plan_that_is_killed_again_and_again_is_done_in_the_end() {
    let place = Place::new(60, 10);
    place.run("plan delete --name room_ --out p.json", 0);
    let apply = "apply p.json --yes --max-share 100%";
    for after in [350, 500, 650, 800] {
        let mut child = place.command(apply).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(after));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = place.run(apply, 0);
    assert!(last.contains("delete: 60 done"), "{last}");
    let outcomes = audit(place.folder.path());
    assert_eq!(outcomes.len(), 60);
    for (file_id, outcomes) in &outcomes {
        // The simulated cloud refuses to delete what is gone, so a second request would show as failed.
        let done = outcomes.iter().filter(|outcome| **outcome == AuditOutcome::Done).count();
        assert_eq!((done, outcomes.last()), (1, Some(&AuditOutcome::Done)), "{file_id}: {outcomes:?}");
        assert!(!outcomes.contains(&AuditOutcome::Failed), "{file_id}: {outcomes:?}");
    }
    // Again, and nothing happens.
    place.run(apply, 0);
    assert_eq!(audit(place.folder.path()), outcomes);
}

#[test]
fn storage_classes_as_the_cloud_moves_them() {
    let place = Place::new(2, 0);
    let (first, apply) = (format!("--file-id {} --out p.json", id(0)), "apply p.json --yes");
    // 1 GB in ARCHIVE: 31 days × (0.0012 − 0.0048) = −0.1116.
    let planned = place.run(&format!("plan storage-class --to ARCHIVE {first}"), 0);
    assert!(planned.contains("storage per month (2026-12): -0.11160000 CNY"), "{planned}");
    place.run(apply, 0);
    // Put there today, restored by Bulk: 1 GB × 0.016; the copy's days have no documented price.
    let planned = place.run(&format!("plan restore --days 3 --tier Bulk {first}"), 0);
    assert!(planned.contains("once: 0.01600000 CNY") && planned.contains("storage per month (2026-12): unknown"), "{planned}");
    place.run(apply, 0);
    // The same media is being restored: the cloud's refusal is the media's own, and the plan stays open.
    place.run(&format!("plan restore --days 3 --tier Standard {first}"), 0);
    let refused = place.run(apply, 3);
    assert!(refused.contains("failed") && refused.contains("TaskDuplicate"), "{refused}");
    let message = place.run(&format!("plan storage-class --to DEEP_ARCHIVE {first}"), 1);
    assert!(message.contains("ARCHIVE cannot become DEEP_ARCHIVE, only STANDARD"), "{message}");
    let tagged = format!("plan tag --add keep --file-id {} --out t.json", id(1));
    place.run(&tagged, 0);
    place.run("apply t.json --yes", 0);
    let again = place.run(&tagged, 1);
    assert!(again.contains("it is so already"), "{again}");
}
