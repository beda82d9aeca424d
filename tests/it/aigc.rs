//! Generated content: collected as a kind of its own, kept in the unit of the API, and unpriced where no book has a price.

use serde_json::Value;
use vodledger::model::time::parse_time;
use vodledger::sim;

use crate::support::{Ran, run_in};

/// Usage of three days, of which one is the first of a month; the types that are not named were not used.
const ACCOUNT: &str = r#"
uin = 100000000001
app_id = 1500000001
[[credential]]
secret_id = "AKIDexample"
secret_key = "example"
[[application]]
sub_app_id = 1500000001
name = "main"
created = "2024-01-01T00:00:00+08:00"
storage_regions = ["ap-chongqing"]
[[application.domain]]
name = "vod.example.com"
created = "2024-01-01T00:00:00+08:00"
[[application.traffic]]
area = "Chinese Mainland"
domain = "vod.example.com"
bytes.days = { 2026-10-03 = 1_000_000_000 }
[[application.aigc]]
type = "Video"
specification = "model-a_720P"
days = { 2026-10-01 = { count = 2, usage = 16 }, 2026-10-15 = { count = 1, usage = 8 }, 2026-11-01 = { count = 1, usage = 5 } }
[[application.aigc]]
type = "Video"
specification = "model-a_1080P"
days = { 2026-10-15 = { count = 1, usage = 10 } }
[[application.aigc]]
type = "SceneAigcTime"
specification = "scene"
days = { 2026-10-02 = { count = 1, usage = 30 } }
"#;

struct Place {
    /// The cloud runs on it.
    _runtime: tokio::runtime::Runtime,
    cloud: sim::Running,
    folder: tempfile::TempDir,
}

impl Place {
    fn new(now: &str, faults: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let config = sim::Config {
            account: sim::AccountSource::Text(ACCOUNT.to_owned()),
            now: Some(parse_time(now).unwrap()),
            limit: sim::Limit::Off,
            faults: faults.parse().unwrap(),
            ..sim::Config::default()
        };
        let cloud = runtime.block_on(sim::start(config)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mode = "[[account]]\nname = \"a\"\n[[account.mode]]\nfrom = \"2026-01-01\"\nmode = \"traffic\"\n";
        std::fs::write(folder.path().join("vodledger.toml"), mode).unwrap();
        Self { _runtime: runtime, cloud, folder }
    }

    fn run(&self, now: &str, arguments: &str) -> Ran {
        let variables = [
            ("VODLEDGER_ENDPOINT", self.cloud.http.as_str()),
            ("TENCENTCLOUD_SECRET_ID", self.cloud.secret_id.as_str()),
            ("TENCENTCLOUD_SECRET_KEY", self.cloud.secret_key.expose()),
        ];
        let arguments: Vec<&str> = ["--exclusive", "--as-of", now].into_iter().chain(arguments.split(' ')).collect();
        run_in(self.folder.path(), &variables, &arguments)
    }

    fn json(&self, now: &str, arguments: &str) -> Vec<Value> {
        let ran = self.run(now, &format!("{arguments} --format json"));
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
    }

    /// Meter, specification, day and quantity of what the ledger holds of generated content.
    fn facts(&self, now: &str) -> Vec<String> {
        let dump = self.run(now, "ledger dump --canonical");
        assert_eq!(dump.code, 0, "{}", dump.err);
        let rows = dump.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let facts = rows.filter(|row| row["table"] == "usage_fact" && row["action"] == "DescribeAigcUsageData");
        facts
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                format!("{} {} {} {}", text("meter"), text("spec"), text("usage_day"), row["quantity"])
            })
            .collect()
    }
}

const NOW: &str = "2026-11-05T10:00:00+08:00";

#[test]
fn what_was_generated_is_collected_and_listed_without_a_price() {
    let place = Place::new(NOW, "");
    // With everything else that a plain `sync` collects.
    assert_eq!(place.run(NOW, "sync --month 2026-10").code, 0);
    let expected = [
        "scene-aigc-time scene 2026-10-02 30",
        "aigc-video model-a_1080P 2026-10-15 10",
        "aigc-video model-a_720P 2026-10-01 16",
        "aigc-video model-a_720P 2026-10-15 8",
    ];
    assert_eq!(place.facts(NOW), expected);
    // The month is whole as far as collecting goes, and says of each item that it has no price.
    let rows = place.json(NOW, "charge --month 2026-10");
    let unpriced: Vec<String> = rows
        .iter()
        .filter(|row| row["row_type"] == "unpriced")
        .map(|row| format!("{} {}", row["meter"].as_str().unwrap(), row["spec"].as_str().unwrap()))
        .collect();
    assert_eq!(unpriced, ["aigc-video model-a_1080P", "aigc-video model-a_720P", "scene-aigc-time scene"], "{rows:?}");
    let report = place.run(NOW, "report cost-summary --month 2026-10 --format json");
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let summary = report["rows"].as_array().unwrap();
    let total = summary.iter().find(|row| row["row_type"] == "total").unwrap();
    assert!(total["note"].as_str().unwrap().contains("3 unpriced not included: the true total is higher"), "{total}");
    let item = summary.iter().find(|row| row["spec"] == "model-a_720P").unwrap();
    assert_eq!((&item["usage_quantity"], &item["unit"], &item["billed_cost"]), (&"24".into(), &"count".into(), &Value::Null));
}

/// On the first of a month the question spans no more than a day, and the answer comes by five minutes.
#[test]
fn a_single_day_is_added_up() {
    let first = "2026-11-01T20:00:00+08:00";
    let place = Place::new(first, "");
    assert_eq!(place.run(first, "sync --month 2026-11 --only aigc").code, 0);
    assert_eq!(place.facts(first), ["aigc-video model-a_720P 2026-11-01 5"]);
}

#[test]
fn a_key_that_may_not_ask_leaves_the_month_partial() {
    let place = Place::new(NOW, "deny=DescribeAigcUsageData");
    let synced = place.run(NOW, "sync --month 2026-10 --format json");
    assert_eq!(synced.code, 3, "{}", synced.err);
    let rows: Vec<Value> = serde_json::from_str(&synced.out).unwrap();
    let missing = rows.iter().find(|row| row["kind"] == "aigc").unwrap();
    assert_eq!((&missing["asked"], &missing["missing"]), (&7.into(), &7.into()));
    assert!(missing["reasons"].to_string().contains("DescribeAigcUsageData"), "{missing}");
    let status = |place: &Place| {
        let rows = place.json(NOW, "charge --month 2026-10");
        let total = rows.iter().find(|row| row["row_type"] == "total").unwrap().clone();
        total["status"].as_str().unwrap().to_owned()
    };
    let whole = Place::new(NOW, "");
    assert_eq!(whole.run(NOW, "sync --month 2026-10").code, 0);
    assert_eq!((status(&place), status(&whole)), ("partial".to_owned(), "final".to_owned()));
}
