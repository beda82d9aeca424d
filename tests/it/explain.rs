//! `explain`: the numbers behind a charge, for people and for programs.

use std::fmt::Write as _;
use std::process::Output;

use serde_json::Value;
use vodledger::billing::{Options, PriceBook, shipped};
use vodledger::ledger::{Facts, Ledger, Outcome, Unit};
use vodledger::model::{AccountId, BillingDay, Status, SubAppId, UsageRecord};

use crate::rate::run_in;

use crate::support::{commit, result};

const HEADER: &str = "start,end,account,sub_app_id,meter,area,spec,quantity,unit\n";

fn explain(rows: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("u.csv"), format!("{HEADER}{rows}")).unwrap();
    run_in(folder.path(), &[&["explain"], arguments, &["--in", "u.csv"]].concat())
}

fn json(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The values of the first step of a kind.
fn step<'a>(charge: &'a Value, name: &str) -> &'a Value {
    &charge["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).unwrap()["values"]
}

/// The document's own numbers: 288 points, the top 5 % are 14.4, so 14 are dropped and the 15th highest counts.
#[test]
fn the_rank_of_a_percentile() {
    let mut rows = String::new();
    for index in 0..288 {
        let (hour, minute, value) = (index / 12, index % 12 * 5, 1_000 - index);
        let end = format!("2017-05-01T{hour:02}:{:02}:59+08:00", minute + 4);
        let end = end.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap() + chrono::TimeDelta::seconds(1);
        writeln!(rows, "2017-05-01T{hour:02}:{minute:02}:00+08:00,{},1,,bandwidth,,,{value},Mbit/s", end.to_rfc3339()).unwrap();
    }
    let charges = json(&explain(&rows, &["all", "--format", "json", "--prices", "vod-2017", "--mode", "bandwidth"]));
    let day = step(&charges[0], "day");
    assert_eq!((day["points"].as_str(), day["dropped"].as_str(), day["rank"].as_str()), (Some("288"), Some("14"), Some("15")));
    // The 15th highest of 1000, 999, … is 986.
    assert_eq!(day["quantity"], "986 Mbit/s");
}

/// 90 s are rounded up to 2 min × 0.0325 = 0.065.
#[test]
fn sentences_for_people() {
    let row = "2026-10-01T10:00:00+08:00,2026-10-01T10:05:00+08:00,1,,transcoding,,Standard.H264.HD,90,s\n";
    let output = explain(row, &["all", "--prices", "vod-cn", "--mode", "traffic"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "charge transcoding, Standard.H264.HD: 0.065 CNY",
        "1 record of 2026-10-01, in all 1.5 min",
        "each record rounded up to whole 1 min: 2 min",
        "2 min × 0.0325 CNY per min = 0.065 CNY",
        "source daily-2021 verified on",
        "switch: minute_rounding = per_record (it could be none, per_day)",
        "settled on 2026-10-02",
    ] {
        assert!(joined.contains(part), "{part}: {joined}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

/// The id of a charge in the ledger, or how it begins, is enough; the arithmetic is that of the rating.
#[test]
fn charges_of_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let account = AccountId::new("100000000001");
    let day: BillingDay = "2026-10-05".parse().unwrap();
    let ledger = Ledger::open(folder.path().join("vodledger.db").to_str().unwrap()).unwrap();
    let record = UsageRecord {
        period: day.period(),
        account: account.clone(),
        sub_app_id: Some(SubAppId(1)),
        meter: "traffic".to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: String::new(),
        quantity: 1_600_000_000_000,
        status: Status::Final,
        tags: Vec::new(),
    };
    let unit = Unit {
        account: account.clone(),
        action: "Test".to_owned(),
        sub_app_id: Some(SubAppId(1)),
        subject: "traffic".to_owned(),
        window: day.period(),
    };
    let result = result(&unit, Outcome::Done(Facts::Usage(vec![record])), Status::Final, day.end());
    commit(&ledger, &unit, &result).unwrap();
    let (id, text) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    let book = PriceBook::parse(text, id).unwrap();
    let options = Options { explain: true, ..Options::default() };
    let statement = vodledger::statement::charge(&ledger, &account, day.month(), &book, &options).unwrap();
    let id = statement.charges[0].charge_id.clone();
    drop(ledger);
    let configuration = "ledger = \"vodledger.db\"\n[[account]]\nname = \"a\"\nuin = \"100000000001\"\n";
    std::fs::write(folder.path().join("vodledger.toml"), configuration).unwrap();
    let found = json(&run_in(folder.path(), &["explain", &id[..8], "--format", "json"]));
    assert_eq!(found[0]["charge_id"], id.as_str());
    assert_eq!(found[0]["billed_cost"], "368.00000000");
    assert_eq!(step(&found[0], "tier")["counter"], "1600 GB");
    let unknown = run_in(folder.path(), &["explain", "ffffffff"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no charge \"ffffffff\" in the ledger"));
}

/// The words of the console's resource list say by what an account is billed; other products say nothing.
#[test]
fn the_mode_comes_from_the_bill_where_nobody_gave_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let rows = "2021-10-01T00:00:00+08:00,2021-10-02T00:00:00+08:00,1,,traffic,Chinese Mainland,,1,GB\n";
    std::fs::write(at("u.csv"), format!("{HEADER}{rows}")).unwrap();
    let rate = |bill: &str, more: &[&str]| {
        std::fs::write(at("bill.csv"), bill).unwrap();
        run_in(folder.path(), &[&["rate", "--in", "u.csv", "--prices", "vod-cn", "--bill", "bill.csv"], more].concat())
    };
    let traffic =
        "产品,计费模式,配置描述,总价\n云点播,按月结算,点播流量,0.24\n云点播,包年包月,点播带宽,1\n云直播,按量付费,直播带宽,9\n";
    let text = String::from_utf8_lossy(&rate(traffic, &[]).stdout).into_owned();
    assert!(text.contains(",final,") && text.contains(",2021-11-01,"), "settled by the month, not assumed: {text}");
    let bandwidth = traffic.replace("点播流量", "点播带宽");
    assert_eq!(String::from_utf8_lossy(&rate(&bandwidth, &[]).stdout).lines().count(), 1, "traffic is not charged by bandwidth");
    let given = rate(&bandwidth, &["--mode", "traffic"]);
    assert!(String::from_utf8_lossy(&given.stdout).contains("0.24000000"), "what was given wins");
    let both = format!("{traffic}云点播,按月结算,点播带宽,2\n");
    assert!(String::from_utf8_lossy(&rate(&both, &[]).stderr).contains("give its history with --mode"));
    let nothing = rate("a,b\n1,2\n", &[]);
    assert_eq!(nothing.status.code(), Some(2), "a bill of something else says nothing");
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("bill.csv: none of its 2 lines is known as one of VOD"));
}
