//! Least privilege: a role's list is what its commands really call, recorded by the simulated cloud.
//!
//! Every optional source is switched on once, so nothing can be called that is not seen here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use vodledger::cloud::Api;
use vodledger::cloud::actions::{self, Role};
use vodledger::model::time::parse_time;
use vodledger::sim;

use crate::sim_caller::Caller;
use crate::support::{Ran, run_in};

const NOW: &str = "2026-11-05T10:00:00+08:00";
const APP: &str = "1500021001";

/// A simulated account, and what was asked of it by commands.
struct Place {
    runtime: Runtime,
    caller: Caller,
    folder: tempfile::TempDir,
    called: BTreeSet<String>,
}

impl Place {
    fn new(configuration: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = sim::Config { now: Some(parse_time(NOW).unwrap()), limit: sim::Limit::Off, ..sim::Config::default() };
        let caller = runtime.block_on(Caller::with(config));
        let place = Self { runtime, caller, folder: tempfile::tempdir().unwrap(), called: BTreeSet::new() };
        place.configure(configuration);
        place
    }

    fn configure(&self, configuration: &str) {
        fs::write(self.folder.path().join("vodledger.toml"), configuration).unwrap();
    }

    /// Requests by action so far.
    fn counted(&self) -> BTreeMap<String, u64> {
        let stats: Value = serde_json::from_str(&self.runtime.block_on(self.caller.told("stats"))).unwrap();
        let counts = stats["actions"].as_object().unwrap().iter();
        counts.map(|(action, counts)| (action.clone(), counts["requests"].as_u64().unwrap())).collect()
    }

    /// Runs a command, which must end well, and notes what it called. Files that answers link to need no permission.
    fn run(&mut self, arguments: &str) -> Ran {
        self.run_at(NOW, arguments)
    }

    fn run_at(&mut self, now: &str, arguments: &str) -> Ran {
        let cloud = &self.caller.cloud;
        let variables = [
            ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
            ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
            ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose()),
        ];
        let before = self.counted();
        let arguments: Vec<&str> = ["--exclusive", "--as-of", now].into_iter().chain(arguments.split(' ')).collect();
        let ran = run_in(self.folder.path(), &variables, &arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        let after = self.counted();
        assert!(!after.contains_key("unknown"), "{arguments:?}");
        self.called
            .extend(after.into_iter().filter(|(action, count)| before.get(action) < Some(count)).map(|(action, _)| action));
        self.called.remove("download");
        ran
    }
}

/// The actions of a role by the table.
fn listed(role: Role) -> BTreeSet<String> {
    actions::all().filter(|entry| entry.roles.contains(&role)).map(|entry| entry.action.name.to_owned()).collect()
}

#[test]
fn a_collector_calls_what_its_list_names() {
    let mode = "[[account]]\nname = \"a\"\n[[account.mode]]\nfrom = \"2026-01-01\"\nmode = \"bandwidth\"\n";
    let logs = "[logs]\nsync = true\ndomains = [\"1500021001.vod2.myqcloud.com\"]\n";
    let mut place = Place::new(&format!("{mode}{logs}"));
    place.run("sync --since 2026-11-04 --only domains,packs");
    place.run(&format!("--app {APP} sync --since 2026-11-04"));
    // A media that was there and is not seen is looked up.
    let gone = json!({"SubAppId": 1_500_021_001, "FileId": "5285890799710670617"});
    assert!(place.runtime.block_on(place.caller.vod("DeleteMedia", gone))["Error"].is_null());
    place.caller.set_now("2026-11-06T10:00:00+08:00");
    place.configure(&format!("{mode}[collect]\nprocess_all_at_once = true\n"));
    place.run_at("2026-11-06T10:00:00+08:00", &format!("--app {APP} sync --since 2026-11-05"));
    place.run_at("2026-11-06T10:00:00+08:00", "logs fetch --since 2026-11-05");
    for reading in ["logs check --since 2026-11-04", "logs shares --since 2026-11-04", "charge --month 2026-11", "report list"] {
        place.run_at("2026-11-06T10:00:00+08:00", reading);
    }
    assert_eq!(place.called, listed(Role::Collector));
}

#[test]
fn a_player_calls_what_its_list_names() {
    let mut place = Place::new("[[account]]\nname = \"a\"\nlegacy_api = true\n");
    for command in [
        "find --name room_1",
        "find --name room_1 --segments --tag math",
        "find --file-id 11624759161874546966",
        "find --name room_1 --vid 1500021001_d7d62eeb68a50a054970e58a44d56e14",
        "play --file-id 11624759161874546966",
        "play --name room_12",
        "find --api v2 --name room_1",
        "find --api v2 --file-id 11624759161874546966",
        "find --api v2 --vid 1500021001_d7d62eeb68a50a054970e58a44d56e14",
    ] {
        place.run(command);
    }
    assert_eq!(place.called, listed(Role::Play));
}

#[test]
fn a_callback_setter_calls_what_its_list_names() {
    let mut place = Place::new("[[account]]\nname = \"a\"\nlegacy_api = true\n");
    place.run("callback show");
    let set = format!("--app {APP} callback set https://backend.example.com/events");
    place.run(&set);
    place.run(&format!("--app {APP} callback rollback"));
    place.run(&set);
    place.run(&format!("--app {APP} callback clear"));
    place.run("callback set https://backend.example.com/events --vid 1500021001_d7d62eeb68a50a054970e58a44d56e14");
    assert_eq!(place.called, listed(Role::Callback));
}

#[test]
fn a_manager_calls_what_its_list_names() {
    let mut place = Place::new("[[account]]\nname = \"a\"\n");
    let id = "--file-id 11624759161874546966";
    for change in [
        format!("tag --add kept {id}"),
        format!("class --to 100 {id}"),
        format!("expire --at 2027-11-05 {id}"),
        format!("storage-class --to ARCHIVE {id}"),
        format!("restore --days 3 --tier Bulk {id}"),
        "delete --name room_12".to_owned(),
    ] {
        place.run(&format!("media plan {change} --out p.json"));
        place.run("media apply p.json --yes --max-share 100%");
    }
    place.run("media audit");
    assert_eq!(place.called, listed(Role::Manage));
}

/// What no command calls is in no policy; nothing of STS is, which lets itself be called by whoever the role trusts.
#[test]
fn roles_have_few_actions() {
    let of_role: BTreeSet<(&str, bool)> = actions::all()
        .filter(|entry| !entry.roles.is_empty())
        .map(|entry| (entry.action.name, entry.action.api == Api::Sts))
        .collect();
    for never in [
        "ListFiles",
        "DescribeBillDownloadUrl",
        "DescribeBillSummaryForOrganization",
        "DescribeVoucherInfo",
        "DescribeTaskDetail",
        "PullEvents",
        "PullEvent",
    ] {
        assert!(!of_role.iter().any(|(name, _)| *name == never), "{never}");
    }
    assert!(of_role.iter().all(|(_, is_sts)| !is_sts));
}
