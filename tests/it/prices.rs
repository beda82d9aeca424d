//! Price books: the shipped ones prove themselves, a broken one is told all its faults, the documented one works.

use std::collections::BTreeMap;

use serde_json::Value;
use vodledger::billing::{PriceBook, shipped};
use vodledger::model::{Amount, BillingDay, Currency};

use crate::examples::asserted;
use crate::rate::{rate_with, run_in};

#[test]
fn shipped_books_are_sound() {
    for (id, toml) in shipped() {
        let book = PriceBook::parse(toml, id).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(book.id, *id);
    }
    let output = run_in(std::path::Path::new("."), &["prices", "check"]);
    assert!(output.status.success());
}

#[test]
fn versions_follow_each_other() {
    let (_, toml) = shipped()[1];
    let book = PriceBook::parse(toml, "vod-cn").unwrap();
    let on = |day: &str| book.version_on(day.parse::<BillingDay>().unwrap()).map(|version| version.name.as_str());
    assert_eq!(on("2017-12-31"), None);
    assert_eq!(on("2018-01-01"), Some("2018"));
    assert_eq!(on("2020-12-31"), Some("2020"));
    assert_eq!(on("2026-10-01"), Some("2021"));
}

/// The page's own example, cut out of the page.
fn documented_example() -> String {
    let path = format!("{}/docs/price-book.md", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(path).unwrap();
    let section = page.split("## A complete example").nth(1).unwrap();
    section.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

fn charges(rows: &str, mode: &str) -> Vec<BTreeMap<String, String>> {
    let arguments = ["--prices", "cdn.toml", "--mode", mode];
    let output = rate_with(rows, &arguments, &[("cdn.toml", &documented_example())]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect()
}

fn row(day: &str, meter: &str, quantity: &str) -> String {
    format!("2022-01-{day}T00:00:00+08:00,2022-01-{day}T01:00:00+08:00,1,,{meter},Chinese Mainland,,{quantity}\n")
}

/// Money of the charges of one day, without trailing zeros.
fn cost_of(charges: &[BTreeMap<String, String>], day: &str) -> String {
    let of_day = charges.iter().filter(|row| row["row_type"] == "charge" && row["usage_day"] == day);
    let units: i128 = of_day.map(|row| row["billed_cost"].replace('.', "").parse::<i128>().unwrap()).sum();
    let text = Amount { units, currency: Currency::CNY }.to_decimal_text();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[test]
fn the_documented_example_rates_another_product() {
    let rows = [row("01", "cdn-traffic", "3,TB"), row("02", "cdn-traffic", "2,TB")].concat();
    let traffic = charges(&rows, "traffic");
    assert_eq!(cost_of(&traffic, "2022-01-01"), asserted("cdn22-grad-day1"));
    assert_eq!(cost_of(&traffic, "2022-01-02"), "400");
    // 4 TB from nothing, then up to 9 TB, then 6 TB from there.
    let rows = [row("01", "cdn-traffic", "4,TB"), row("02", "cdn-traffic", "5,TB"), row("03", "cdn-traffic", "6,TB")].concat();
    let traffic = charges(&rows, "traffic");
    assert_eq!(cost_of(&traffic, "2022-01-01"), asserted("cdn23-grad-hour1"));
    assert_eq!(cost_of(&traffic, "2022-01-03"), asserted("cdn23-grad-hour3"));
    let peak = charges(&row("01", "cdn-bandwidth", "500,Mbit/s"), "bandwidth");
    assert_eq!(cost_of(&peak, "2022-01-01"), "260");
    let requests = charges(&row("01", "cdn-requests", "25000,count"), "traffic");
    assert_eq!(cost_of(&requests, "2022-01-01"), "0.125");
    let log = charges(&row("01", "cdn-log", "7,count"), "traffic");
    assert_eq!((log[0]["tier"].as_str(), log[0]["billed_cost"].as_str()), ("unpriced", ""));
}

/// A book of rules that no shipped book has, each computed by hand.
#[test]
fn other_aggregates() {
    let book = include_str!("../data/rate/rules.toml");
    let cost = |rows: &str, meter: &str| {
        let output = rate_with(rows, &["--prices", "rules.toml"], &[("rules.toml", book)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rows: Vec<BTreeMap<String, String>> =
            csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect();
        rows.iter().filter(|row| row["meter"] == meter).map(|row| row["billed_cost"].clone()).collect::<Vec<_>>()
    };
    let held = |from: &str, to: &str, meter: &str, spec: &str, quantity: &str| {
        format!("2022-01-{from}:00+08:00,2022-01-{to}:00+08:00,1,,{meter},,{spec},{quantity}\n")
    };
    let speed = |meter| {
        [
            held("01T00:00", "02T00:00", meter, "", "100,Mbit/s"),
            held("01T12:00", "01T12:05", meter, "", "100,Mbit/s"),
            held("02T00:00", "03T00:00", meter, "", "300,Mbit/s"),
        ]
        .concat()
    };
    // Daily peaks 200 and 300, mean 250; × 10 × 2 valid days ÷ 31.
    assert_eq!(cost(&speed("peak-mean"), "peak-mean"), ["161.29032258"]);
    // The factor 2/31 rounded to 8 decimals first: 0.06451613 × 250 × 10.
    assert_eq!(cost(&speed("peak-mean-rounded"), "peak-mean-rounded"), ["161.29032500"]);
    // 576 points, 28 dropped, the 29th is 300; × 10 × 2 ÷ 31.
    assert_eq!(cost(&speed("month95"), "month95"), ["193.54838710"]);
    // 300 is past 200, so each of 300 costs 10, and 2 of 31 days are paid: the tier is not that of 300 × 2/31.
    assert_eq!(cost(&speed("month95-volume"), "month95-volume"), ["193.54838710"]);
    // 200 × 20 and 100 × 10, each × 0.06451613.
    assert_eq!(cost(&speed("month95-graduated"), "month95-graduated"), ["258.06452000", "64.51613000"]);
    // 62 GiB for half of January: 31 GiB on average, × 0.023.
    assert_eq!(cost(&held("01T00:00", "16T12:00", "byte-hours", "", "62,GiB"), "byte-hours"), ["0.71300000"]);
    // Two specifications share one counter: 600 in all are past 500, so each 300 × 2.
    let shared = ["a", "b"].map(|spec| held("01T00:00", "02T00:00", "shared", spec, "300,count")).concat();
    assert_eq!(cost(&shared, "shared"), ["600.00000000", "600.00000000"]);
    // 22 units of which each counts 5/22: 5 × 3.
    assert_eq!(cost(&held("01T00:00", "02T00:00", "weighted", "", "22,count"), "weighted"), ["15.00000000"]);
}

/// One change each; the message names the place.
#[test]
fn every_fault_is_named_with_its_place() {
    let good = documented_example();
    let cases: [(&str, &str, &str); 19] = [
        ("reset = \"month\",", "reset = \"month\", rounds = \"up\",", "tiers: rounds: unknown key"),
        ("\"2000\", \"10000\"", "\"10000\", \"2000\"", "2000 comes after 10000"),
        ("\"2000\", \"10000\"", "\"10000\", \"10000\"", "10000 comes after 10000"),
        ("\"0.15\", \"0.11\"", "\"0.11\"", "expected 5 `prices`"),
        ("\"0.21\"", "0.21", "prices: expected a text or a list of texts"),
        ("unit = \"GB\"", "unit = \"gb\"", "price \"traffic\": unit: unit \"gb\" is unknown"),
        ("unit = \"GB\"", "unit = \"min\"", "min does not count B"),
        ("from = \"2022-01-01\"", "from = \"2022-13-01\"", "version \"2022-01\": from"),
        ("source = \"page\"", "source = \"paper\"", "there is no [[source]] \"paper\""),
        ("meter = \"cdn-log\"", "meter = \"cdn-logs\"", "says nothing of meter \"cdn-log\""),
        ("aggregate = \"max\"", "aggregate = \"sum\"", "cannot be aggregated so"),
        ("reset = \"day\"", "reset = \"month\"", "a month's volume is known only with its end"),
        ("meter = \"cdn-requests\"", "meter = \"cdn-traffic\"", "charges the same as price \"traffic\""),
        ("format = 1", "format = 2", "this program reads format 1"),
        ("aggregate = \"max\"", "aggregate = \"max\"\nprorate_decimals = 8", "has no effect without `prorate`"),
        ("aggregate = \"max\"", "aggregate = \"drop_top\"\ndrop = \"1.5\"", "at most all of them"),
        ("unit = \"GB\"", "unit = \"GB\"\nfree_per = \"month\"", "has no effect without `free`"),
        ("reset = \"month\"", "counter = \"k\", reset = \"settlement\"", "a counter starts again with each hour, day or month"),
        (
            "unit = \"GB\"\ntiers = { kind = \"graduated\", reset = \"month\"",
            "unit = \"GB\"\nwindow = \"settlement\"\ntiers = { kind = \"graduated\", reset = \"day\"",
            "may be a month's",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(good.contains(from), "{from}");
        let errors = PriceBook::parse(&good.replacen(from, to, 1), "cdn.toml").unwrap_err().to_string();
        assert!(errors.contains(expected) && errors.starts_with("cdn.toml:"), "{expected}: {errors}");
    }
}

#[test]
fn all_faults_come_at_once() {
    let bad = documented_example()
        .replace("unit = \"GB\"", "unit = \"gb\"")
        .replace("drop", "")
        .replace("evidence = \"C\"", "evidence = \"D\"");
    let errors = PriceBook::parse(&bad, "cdn.toml").unwrap_err();
    assert_eq!(errors.problems.len(), 2, "{errors}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cdn.toml"), bad).unwrap();
    let output = run_in(folder.path(), &["prices", "check", "vod-cn", "cdn.toml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let results: Vec<&str> = rows.iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["ok", "wrong", "wrong"]);
}

/// Versions that overlap, and a gap that leaves a day without a price, told apart.
#[test]
fn dates_do_not_overlap() {
    let good = documented_example();
    let (head, version) = good.split_once("[[version]]").unwrap();
    let second = version.replace("2022-01\"", "2023-01\"").replace("2022-01-01", "2023-01-01");
    let open = format!("{head}[[version]]{version}[[version]]{second}");
    let errors = PriceBook::parse(&open, "cdn.toml").unwrap_err().to_string();
    assert!(errors.contains("while version \"2022-01\" still holds"), "{errors}");
    let closed = open.replacen("from = \"2022-01-01\"", "from = \"2022-01-01\"\nto = \"2023-01-01\"", 1);
    assert_eq!(PriceBook::parse(&closed, "cdn.toml").unwrap().versions.len(), 2);
}

#[test]
fn listings_have_stable_columns() {
    let json = |arguments: &[&str]| -> Vec<Value> {
        let output = run_in(std::path::Path::new("."), &[arguments, &["--format", "json"]].concat());
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let books = json(&["prices", "list"]);
    assert_eq!(books.iter().map(|book| book["id"].as_str().unwrap()).collect::<Vec<_>>(), ["vod-2017", "vod-cn", "vod-intl"]);
    let shown = json(&["prices", "show", "vod-cn"]);
    let traffic = shown.iter().find(|row| {
        row["version"] == "2021" && row["meter"] == "traffic" && row["area"] == "Chinese Mainland" && row["tier"] == "500-2000 GB"
    });
    assert_eq!(traffic.unwrap()["price"], "0.23");
    let meters = json(&["meters"]);
    assert!(meters.iter().any(|meter| meter["meter"] == "storage" && meter["kind"] == "level"));
}
