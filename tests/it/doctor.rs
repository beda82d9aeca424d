//! The doctor: what it finds in a healthy account, and that it says what to do in a sick one.

use serde_json::Value;
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
    for check in ["vod:DeleteMedia", "vod:ModifyEventConfig", "vod:PullEvents", "ledger"] {
        assert_eq!(row(&rows, check)["result"], "not tried", "{check}");
    }
    assert!(!ran.out.contains(cloud.secret_key.expose()));
    let play = tokio::task::block_in_place(|| doctor(&cloud, cloud.secret_key.expose(), "", &["--role", "play"]));
    assert!(!play.out.contains("DescribeBillDetail"), "{}", play.out);
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
