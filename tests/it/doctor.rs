//! The doctor: what it finds in a healthy account, and that it says what to do in a sick one.

use serde_json::Value;
use vodledger::cloud::actions::{self, Effect, Entry};
use vodledger::sim;

use crate::support::{Ran, run_in};

fn doctor(cloud: &sim::Running, key: &str, configuration: &str, arguments: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    if !configuration.is_empty() {
        std::fs::write(home.path().join("vodledger.toml"), configuration).unwrap();
    }
    let variables = [
        ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
        ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
        ("TENCENTCLOUD_SECRET_KEY", key),
    ];
    run_in(home.path(), &variables, &[&["--exclusive", "doctor", "--format", "json"], arguments].concat())
}

fn rows(ran: &Ran) -> Vec<Value> {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
}

fn row<'a>(rows: &'a [Value], check: &str) -> &'a Value {
    rows.iter().find(|row| row["check"] == check).unwrap_or_else(|| panic!("no {check} in {rows:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_account_is_told_so_and_nothing_is_changed() {
    let cloud = sim::start(sim::Config { limit: sim::Limit::Off, ..sim::Config::default() }).await.unwrap();
    let ran = tokio::task::block_in_place(|| doctor(&cloud, cloud.secret_key.expose(), "", &[]));
    let rows = rows(&ran);
    assert_eq!(ran.code, 0, "{rows:?}");
    for check in
        ["credentials", "endpoint", "clock", "uin", "vod:SearchMedia", "vod:DescribeStorageDetails", "finance:DescribeBillDetail"]
    {
        assert_eq!(row(&rows, check)["result"], "ok", "{check}: {rows:?}");
    }
    for check in ["vod:DeleteMedia", "vod:ModifyEventConfig", "ledger"] {
        assert_eq!(row(&rows, check)["result"], "not tried", "{check}");
    }
    assert!(!ran.out.contains(cloud.secret_key.expose()));
    // What no command calls is not asked for, and the legacy API only where it is configured.
    for never in ["PullEvents", "DescribeVoucherInfo", "ForOrganization", "ListFiles", "GetVideoInfo"] {
        assert!(!ran.out.contains(never), "{never}");
    }
    let play = tokio::task::block_in_place(|| doctor(&cloud, cloud.secret_key.expose(), "", &["--role", "play"]));
    assert!(!play.out.contains("DescribeBillDetail"), "{}", play.out);
}

const LEGACY: &str = "[[account]]\nname = \"a\"\nlegacy_api = true\n";

/// Every action that is tried, by the name that access management uses.
fn tried() -> Vec<&'static Entry> {
    actions::all().filter(|entry| !entry.roles.is_empty() && entry.effect == Effect::Reads).collect()
}

/// Each probe is a question that the cloud answers, and each refusal shows, alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_denied_action_is_told_from_an_allowed_one() {
    let rows_with = async |faults: &str, more: &'static [&'static str]| {
        let faults = faults.parse().unwrap();
        let cloud = sim::start(sim::Config { limit: sim::Limit::Off, faults, ..sim::Config::default() }).await.unwrap();
        let ran = tokio::task::block_in_place(|| doctor(&cloud, cloud.secret_key.expose(), LEGACY, more));
        (ran.code, rows(&ran))
    };
    let results = |rows: &[Value]| -> Vec<(String, String)> {
        let of_entry = |entry: &&Entry| {
            let found = row(rows, &entry.cam());
            (entry.cam(), found["result"].as_str().unwrap().to_owned())
        };
        tried().iter().map(of_entry).collect()
    };
    let (code, healthy) = rows_with("", &[]).await;
    assert_eq!(code, 0, "{healthy:?}");
    let mut looked_up = Vec::new();
    for entry in tried() {
        let finding = row(&healthy, &entry.cam())["finding"].as_str().unwrap().to_owned();
        match finding.as_str() {
            "allowed" => assert!(!entry.is_of_application(), "{}", entry.cam()),
            "allowed, in each of 5 applications" => assert!(entry.is_of_application(), "{}", entry.cam()),
            _ => looked_up.push((entry.action.name, finding)),
        }
    }
    // No probe is a wrong question. Two ask for a media that is not there; one application has no domain to ask about.
    assert!(looked_up.iter().all(|(_, finding)| finding.starts_with("allowed; there is nothing of what was asked for")));
    let names: Vec<&str> = looked_up.iter().map(|(name, _)| *name).collect();
    assert!(names.iter().all(|name| ["DescribeCdnLogs", "GetVideoInfo", "DescribeVodPlayUrls"].contains(name)), "{looked_up:?}");

    assert_eq!(tried().len(), 22);
    for denied in tried() {
        let (code, found) = rows_with(&format!("deny={}", denied.action.name), &["--app", "1500021001"]).await;
        assert_eq!(code, 3, "{}", denied.cam());
        for (name, result) in results(&found) {
            assert_eq!(result, if name == denied.cam() { "FAILED" } else { "ok" }, "{name} while {} is denied", denied.cam());
        }
    }
}

/// Permission is given by application, so one that is left out shows, unless it is not worked on.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_left_out_is_named() {
    let faults = "deny=1500021003".parse().unwrap();
    let cloud = sim::start(sim::Config { limit: sim::Limit::Off, faults, ..sim::Config::default() }).await.unwrap();
    let ask = |more: &[&str]| tokio::task::block_in_place(|| doctor(&cloud, cloud.secret_key.expose(), "", more));
    let all = ask(&["--role", "play"]);
    let found = rows(&all);
    let search = row(&found, "vod:SearchMedia");
    assert_eq!((all.code, &search["result"]), (3, &Value::from("FAILED")));
    assert!(search["finding"].as_str().unwrap().starts_with("application 1500021003: "), "{search}");
    assert_eq!(ask(&["--role", "play", "--app", "1500021001"]).code, 0);
}

/// A question that is refused as such tells nothing about the key, and is not called allowed.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_question_is_no_permission() {
    let faults = "deny=DescribeSubAppIds".parse().unwrap();
    let switches = sim::Switches { sub_app_id: sim::SubAppIdRule::Required, ..sim::Switches::default() };
    let cloud = sim::start(sim::Config { limit: sim::Limit::Off, faults, switches, ..sim::Config::default() }).await.unwrap();
    let ask = |more: &[&str]| tokio::task::block_in_place(|| doctor(&cloud, cloud.secret_key.expose(), "", more));
    // The key cannot list applications, and the cloud takes no question without one.
    let ran = ask(&["--role", "play"]);
    let found = rows(&ran);
    let search = row(&found, "vod:SearchMedia");
    assert_eq!((ran.code, &search["result"]), (3, &Value::from("unclear")));
    assert!(search["finding"].as_str().unwrap().contains("MissingParameter"), "{search}");
    let named = rows(&ask(&["--role", "play", "--app", "1500021001"]));
    assert_eq!(row(&named, "vod:SearchMedia")["result"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_with_what_to_do() {
    let faults = "deny=DescribeBillDetail".parse().unwrap();
    let cloud = sim::start(sim::Config { limit: sim::Limit::Off, faults, ..sim::Config::default() }).await.unwrap();
    let other = "[[account]]\nname = \"a\"\nuin = \"100000000009\"\n";
    let ran = tokio::task::block_in_place(|| doctor(&cloud, cloud.secret_key.expose(), other, &["--role", "collector"]));
    let found = rows(&ran);
    assert_eq!(ran.code, 3, "{found:?}");
    assert_eq!(row(&found, "finance:DescribeBillDetail")["result"], "FAILED");
    assert_eq!(row(&found, "finance:DescribeBillDetail")["advice"], "grant this action to the key in CAM");
    assert_eq!(row(&found, "uin")["result"], "FAILED");

    let wrong = tokio::task::block_in_place(|| doctor(&cloud, "wrongSecretKeyEXAMPLE", "", &[]));
    let found = rows(&wrong);
    assert_eq!(wrong.code, 3, "{found:?}");
    assert_eq!(row(&found, "endpoint")["result"], "FAILED");
    assert_eq!(row(&found, "endpoint")["advice"], "check SecretId and SecretKey");
    assert!(!wrong.out.contains("wrongSecretKeyEXAMPLE"));
}
