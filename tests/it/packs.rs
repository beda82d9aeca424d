//! Packs through the program: shipped products, order, renewal, refunds, amortised cost, roll-forward. Amounts come from the
//! published examples or are worked out by hand beside the test.

use std::collections::BTreeMap;
use std::process::Output;

use serde_json::Value;

use crate::rate::rate_with;

type Row = BTreeMap<String, String>;

const MAINLAND: &str = "Chinese Mainland";
const ABROAD: &str = "Outside Chinese Mainland";
const CN: [&str; 4] = ["--prices", "vod-cn", "--mode", "traffic"];

/// One day's usage: meter, area, spec, quantity with unit.
fn usage(day: &str, meter: &str, area: &str, spec: &str, quantity: &str) -> String {
    let next = day.parse::<vodledger::model::BillingDay>().unwrap().next();
    let (number, unit) = quantity.split_once(' ').unwrap();
    format!("{day}T00:00:00+08:00,{next}T00:00:00+08:00,1,,{meter},{area},{spec},{number},{unit}\n")
}

fn traffic(day: &str, quantity: &str) -> String {
    usage(day, "traffic", MAINLAND, "", quantity)
}

fn stored(day: &str, spec: &str, quantity: &str) -> String {
    usage(day, "storage", MAINLAND, spec, quantity)
}

fn output(rows: &[String], packs: &str, arguments: &[&str]) -> Output {
    let arguments = [arguments, &["--packs", "packs.toml"]].concat();
    rate_with(&rows.concat(), &arguments, &[("packs.toml", packs)])
}

fn read(csv: &[u8]) -> Vec<Row> {
    csv::Reader::from_reader(csv).deserialize().map(Result::unwrap).collect()
}

fn run(rows: &[String], packs: &str, arguments: &[&str]) -> Vec<Row> {
    let output = output(rows, packs, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&output.stdout)
}

fn refused(rows: &[String], packs: &str) -> String {
    let output = output(rows, packs, &CN);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// Rows of a meter, as day, tier, billed and effective cost.
fn of<'a>(rows: &'a [Row], row_type: &str, meter: &str) -> Vec<(&'a str, &'a str, &'a str, &'a str)> {
    let own = rows.iter().filter(|row| row["row_type"] == row_type && row["meter"] == meter);
    own.map(|row| (row["usage_day"].as_str(), row["tier"].as_str(), row["billed_cost"].as_str(), row["effective_cost"].as_str()))
        .collect()
}

fn total<'a>(rows: &'a [Row], column: &str) -> &'a str {
    &rows.iter().rfind(|row| row["row_type"] == "total").unwrap()[column]
}

fn asserted(id: &str) -> String {
    let path = format!("{}/tests/data/billing-examples.json", env!("CARGO_MANIFEST_DIR"));
    let list: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let found = list.iter().find(|example| example["id"] == id).unwrap();
    found["check"]["assert_amount"].as_str().unwrap_or_default().to_owned()
}

fn pack(product: &str, more: &str) -> String {
    format!("[[pack]]\nproduct = \"{product}\"\n{more}\n")
}

/// The published examples with the products of the shipped books: what is left of 300 minutes, of 100 GB, or of 3000 minutes.
#[test]
fn published_examples_with_shipped_products() {
    let day = "2021-05-20";
    let hd = "Standard.H264.HD";
    let intl = ["--prices", "vod-intl", "--mode", "traffic"];
    let left = |rows: &[String], product: &str, arguments: &[&str]| {
        let found = run(rows, &pack(product, "from = \"2021-01-01\"\nto = \"2023-01-01\""), arguments);
        assert_eq!(total(&found, "billed_cost"), "0.00000000");
        let last = found.iter().rfind(|row| row["row_type"] == "pack" && row["meter"] != "unused").unwrap();
        last["tier"].strip_prefix(product).unwrap().to_owned()
    };
    let minutes = usage(day, "transcoding", "", hd, "100 min");
    assert_eq!(left(&[minutes], "transcoding-5h", &CN), format!(": {} min left", asserted("d21-pack-ratio-5h")));
    let cold = stored(day, "STANDARD_IA", "200 GB");
    assert_eq!(left(&[cold], "storage-100gb", &CN), format!(": {} GB left", asserted("d21-pack-storage-ia-only")));
    let mixed = [stored("2022-10-01", "STANDARD", "50 GB"), stored("2022-10-01", "STANDARD_IA", "100 GB")];
    assert_eq!(left(&mixed, "storage-100gb", &intl), format!(": {} GB left", asserted("i22-pack-storage-mixed")));
    // One minute takes 1 of 300, and 2 of 3000.
    assert_eq!((asserted("d21-pack-transcode-sd"), asserted("d21-pack-teshd-hd")), ("1".to_owned(), "2".to_owned()));
    let sd = usage(day, "transcoding", "", "Standard.H264.SD", "1 min");
    assert_eq!(left(&[sd], "transcoding-5h", &CN), ": 299 min left");
    let teshd = usage(day, "transcoding-teshd", "", "TESHD-10.H264.HD", "1 min");
    assert_eq!(left(&[teshd], "teshd-50h", &CN), ": 2998 min left");
}

/// d20-year-total-packs: a year's old packs cost what their prices add up to.
#[test]
fn a_years_old_packs() {
    let bought = [
        ("old-storage-10tb", 1),
        ("old-storage-3tb", 2),
        ("old-storage-200gb", 1),
        ("old-transcoding-500h", 7),
        ("old-transcoding-24h", 5),
        ("old-traffic-50tb", 1),
        ("old-traffic-5tb", 4),
        ("old-traffic-1.2tb", 2),
    ];
    let packs: String = bought
        .iter()
        .flat_map(|(product, count)| (0..*count).map(move |index| (product, index)))
        .map(|(product, index)| pack(product, &format!("id = \"{product}-{index}\"\nbought = \"2019-06-01\"")))
        .collect();
    // The example's first month needs 4200 GB; all of it is covered.
    let found = run(&[stored("2019-06-01", "STANDARD", "4200 GB")], &packs, &CN);
    assert_eq!(of(&found, "charge", "purchase").len(), 23);
    assert_eq!(total(&found, "billed_cost").trim_end_matches('0').trim_end_matches('.'), asserted("d20-year-total-packs"));
}

/// d21-autorenew-usedup: 500 GB (renewed, to 2022-05-15) and 100 GB (to 2022-06-15) are used up on the 15th of April: 20 + 5 GB
/// were left, 40 GB are used. A pack of 500 GB is bought on the 16th, before the settlement, and covers the other 15 GB.
#[test]
fn a_pack_is_renewed_when_the_last_of_its_family_is_used_up() {
    let packs = [
        pack("traffic-500gb", "from = \"2021-05-16\"\nauto_renew = true\nused = \"480 GB\""),
        pack("traffic-100gb", "from = \"2021-06-16\"\nused = \"95 GB\""),
    ]
    .concat();
    let days = [traffic("2022-04-15", "40 GB"), traffic("2022-04-16", "10 GB")];
    let found = run(&days, &packs, &CN);
    let renewed = "traffic-500gb renewed 2022-04-16";
    let tiers: Vec<String> = of(&found, "pack", "traffic").iter().map(|row| row.1.to_owned()).collect();
    let expected = [
        "traffic-500gb: 0 GB left".to_owned(),
        "traffic-100gb: 0 GB left".to_owned(),
        format!("{renewed}: 485 GB left"),
        format!("{renewed}: 475 GB left"),
    ];
    assert_eq!(tiers, expected);
    let purchase = (format!("{renewed}, 2022-04-15 to 2023-04-15"), "88.00000000");
    let purchases = of(&found, "charge", "purchase");
    assert_eq!(purchases, [("2022-04-16", purchase.0.as_str(), purchase.1, "0.00000000")]);
    assert_eq!(total(&found, "billed_cost"), "88.00000000");
    // Where it does not look back, 15 GB cost 0.24 each; the new pack begins with the 16th.
    let no_look_back = run(&days, &packs, &[&CN[..], &["--set", "pack_renewal_look_back=no"]].concat());
    assert_eq!(total(&no_look_back, "billed_cost"), "91.60000000");
    assert_eq!(of(&no_look_back, "pack", "traffic").last().unwrap().1, format!("{renewed}: 490 GB left"));
    // One of the two still has something left: nothing is bought.
    let enough = run(&[traffic("2022-04-15", "24 GB")], &packs, &CN);
    assert_eq!((of(&enough, "charge", "purchase").len(), total(&enough, "billed_cost")), (0, "0.00000000"));
}

/// d21-autorenew-expiry: a pack that expires with the 15th of May is bought again on the 16th, for a year; its rest lapses.
#[test]
fn a_pack_is_renewed_when_it_expires() {
    let packs = pack("traffic-500gb", "from = \"2021-05-16\"\nauto_renew = true");
    let days = [traffic("2022-05-15", "10 GB"), traffic("2022-05-16", "10 GB")];
    let found = run(&days, &packs, &CN);
    let tier = "traffic-500gb renewed 2022-05-16, 2022-05-16 to 2023-05-15";
    assert_eq!(of(&found, "charge", "purchase"), [("2022-05-16", tier, "88.00000000", "0.00000000")]);
    // 88 × 490 ÷ 500 = 86.24 were for nothing; 88 × 10 ÷ 500 = 1.76 a day.
    assert_eq!(of(&found, "pack", "unused"), [("2022-05-15", "traffic-500gb: 490 GB unused", "0.00000000", "86.24000000")]);
    assert!(of(&found, "pack", "traffic").iter().all(|row| row.3 == "1.76000000"));
    // What the file lists as bought on that day is that renewal.
    let listed = [packs, pack("traffic-100gb", "bought = \"2022-05-16\"\nfamily = \"traffic\"")].concat();
    let found = run(&days, &listed, &CN);
    assert_eq!(of(&found, "charge", "purchase")[0].1, "traffic-100gb, 2022-05-16 to 2023-05-15");
    assert_eq!(of(&found, "charge", "purchase").len(), 1);
}

/// 2500 GB on a day: the first pack of 100 GB, 20 more, and 400 GB at 0.24. The next day goes on.
#[test]
fn twenty_renewals_a_day_at_most() {
    let packs = pack("traffic-100gb", "from = \"2022-01-01\"\nauto_renew = true");
    let found = run(&[traffic("2022-04-15", "2500 GB"), traffic("2022-04-16", "50 GB")], &packs, &CN);
    let days: Vec<&str> = of(&found, "charge", "purchase").iter().map(|row| row.0).collect();
    assert_eq!(days, [&["2022-04-16"; 20][..], &["2022-04-17"]].concat());
    let billed: Vec<&str> = of(&found, "charge", "traffic").iter().map(|row| row.2).collect();
    assert_eq!(billed, ["96.00000000", "0.00000000"]);
}

/// 97 CNY over 365 days: 0.26575342(4657…), the second day up to 0.53150684(93…) → 0.53150685. On the first day 50 of 100 GB cover
/// standard storage: 0.13287671; then 25 more: 0.199315065 → 0.19931507; the rest lapses.
#[test]
fn the_price_of_a_level_goes_by_days() {
    let packs = pack("storage-100gb", "bought = \"2021-05-20\"");
    let rows = [
        stored("2021-05-20", "STANDARD", "50 GB"),
        stored("2021-05-20", "STANDARD_IA", "50 GB"),
        stored("2021-05-21", "STANDARD", "120 GB"),
    ];
    let found = run(&rows, &packs, &CN);
    let covered: Vec<(&str, &str)> = of(&found, "pack", "storage").iter().map(|row| (row.0, row.3)).collect();
    assert_eq!(covered, [("2021-05-20", "0.13287671"), ("2021-05-20", "0.06643836"), ("2021-05-21", "0.26575343")]);
    assert_eq!(of(&found, "pack", "unused"), [("2021-05-20", "storage-100gb: 25 GB unused", "0.00000000", "0.06643835")]);
    let purchase = ("2021-05-20", "storage-100gb, 2021-05-20 to 2022-05-19", "97.00000000", "0.00000000");
    assert_eq!(of(&found, "charge", "purchase"), [purchase]);
    // 20 GB over: 0.096. Effective: two days of the pack and the overflow.
    assert_eq!((total(&found, "billed_cost"), total(&found, "effective_cost")), ("97.09600000", "0.62750685"));
}

/// 2017: one price for storage and traffic, spread by days over the storage: 3899 ÷ 365 = 10.68219178.
#[test]
fn the_price_of_a_package_belongs_to_its_first_part() {
    let packs = pack("enterprise", "bought = \"2017-05-01\"");
    let rows = [stored("2017-05-01", "STANDARD", "100 GiB"), traffic("2017-05-01", "500 GiB")];
    let found = run(&rows, &packs, &["--prices", "vod-2017", "--mode", "package"]);
    assert_eq!(of(&found, "pack", "storage"), [("2017-05-01", "enterprise: 0 GiB left", "0.00000000", "10.68219178")]);
    assert_eq!(of(&found, "pack", "traffic")[0].3, "0.00000000");
    // The month's line of traffic ends with May, so the other 30 days of storage were idle: 331.14794521 less the first day.
    assert_eq!(of(&found, "pack", "unused").len(), 30);
    assert_eq!(total(&found, "effective_cost"), "331.14794521");
}

/// 4.8 CNY for 300 minutes: 100 minutes of HD take 200 of them and 3.2; the rest lapses with the last day.
#[test]
fn the_price_of_a_consumable_goes_by_quantity() {
    let packs = pack("transcoding-5h", "bought = \"2021-05-20\"\npaid = \"4.5\"\nto = \"2021-05-22\"");
    let hd = "Standard.H264.HD";
    let rows = [usage("2021-05-20", "transcoding", "", hd, "100 min"), usage("2021-05-25", "transcoding", "", hd, "10 min")];
    let found = run(&rows, &packs, &CN);
    // 4.5 × 200 ÷ 300 = 3; 1.5 lapse; after the term 10 × 0.0325.
    assert_eq!(of(&found, "pack", "transcoding")[0].3, "3.00000000");
    assert_eq!(of(&found, "pack", "unused"), [("2021-05-21", "transcoding-5h: 100 min unused", "0.00000000", "1.50000000")]);
    let purchase = found.iter().find(|row| row["meter"] == "purchase").unwrap();
    let costs = ["unit_price", "list_cost", "contracted_unit_price", "contracted_cost", "billed_cost"];
    assert_eq!(costs.map(|column| purchase[column].as_str()), ["4.8", "4.8", "4.5", "4.5", "4.50000000"]);
    assert_eq!(total(&found, "effective_cost"), "4.82500000");
    // A pack of which nobody knows the price: its cover has no effective cost.
    let plain = "[[pack]]\nid = \"gift\"\nbought = \"2021-05-20\"\npart = [{ allowance = \"transcoding\", capacity = \"9\", unit = \"h\" }]\n";
    let found = run(&rows[..1], plain, &CN);
    assert_eq!(of(&found, "pack", "transcoding")[0].3, "");
    let purchase = found.iter().find(|row| row["meter"] == "purchase").unwrap();
    assert_eq!((purchase["billed_cost"].as_str(), purchase["spec"].as_str()), ("", "gift"));
}

/// 30000 ÷ 365 = 82.19178082; a licence covers nothing.
#[test]
fn licences_go_by_days() {
    let packs = pack("short-video-player", "bought = \"2021-05-20\"");
    let found = run(&[traffic("2021-05-20", "1 GB"), traffic("2021-05-21", "1 GB")], &packs, &CN);
    let days: Vec<(&str, &str)> = of(&found, "pack", "licence").iter().map(|row| (row.0, row.3)).collect();
    assert_eq!(days, [("2021-05-20", "82.19178082"), ("2021-05-21", "82.19178082")]);
    assert_eq!(total(&found, "billed_cost"), "30000.48000000");
}

#[test]
fn only_unused_packs_are_refunded_and_only_for_some_days() {
    let day = |quantity: &str| [traffic("2021-05-20", quantity), traffic("2021-05-25", "1 GB")];
    let twice = |first: &str, second: &str| {
        [pack("traffic-100gb", &format!("id = \"a\"\n{first}")), pack("traffic-500gb", &format!("id = \"b\"\n{second}"))].concat()
    };
    let packs = twice("from = \"2021-05-01\"", "bought = \"2021-05-20\"\nrefunded = \"2021-05-25\"");
    let found = run(&day("40 GB"), &packs, &CN);
    assert_eq!(of(&found, "charge", "purchase"), [("2021-05-20", "b, 2021-05-20 to 2022-05-19", "88.00000000", "0.00000000")]);
    assert_eq!(of(&found, "charge", "refund"), [("2021-05-25", "b, 2021-05-20 to 2022-05-19", "-88.00000000", "0.00000000")]);
    assert_eq!(total(&found, "billed_cost"), "0.00000000");
    // 120 GB take 20 of the second pack.
    let message = refused(&day("120 GB"), &packs);
    assert!(message.contains("\"b\" was refunded on 2021-05-25") && message.contains("2021-05-20"), "{message}");
    let message = refused(&day("1 GB"), &twice("", "bought = \"2021-05-20\"\nrefunded = \"2021-05-26\""));
    assert!(message.contains("can be given back for 5 days, until 2021-05-25"), "{message}");
    let message = refused(&day("1 GB"), &pack("ugsv-pro", "bought = \"2021-05-20\"\nrefunded = \"2021-05-21\""));
    assert!(message.contains("cannot be given back"), "{message}");
    let message = refused(&day("1 GB"), &pack("traffic-1tb", "refunded = \"2021-05-21\""));
    assert!(message.contains("bought"), "{message}");
}

/// 600 GB, of which a pack covers 100: the rest by itself is in the first tier (500 × 0.24), the day's total in the second (500 × 0.23).
#[test]
fn the_tier_of_the_overflow_is_a_switch() {
    let packs = pack("traffic-100gb", "from = \"2021-01-01\"");
    let cost = |arguments: &[&str]| {
        total(&run(&[traffic("2021-05-20", "600 GB")], &packs, &[&CN[..], arguments].concat()), "billed_cost").to_owned()
    };
    assert_eq!(cost(&[]), "120.00000000");
    assert_eq!(cost(&["--set", "pack_overflow_tier=total"]), "115.00000000");
}

/// 80 GB of the mainland first; the other 20 cover 20 ÷ 1.8 GB of Europe, down to whole bytes: 11.111111111 GB.
#[test]
fn the_mainland_comes_first() {
    let packs = pack("traffic-100gb", "from = \"2021-01-01\"");
    let rows = [usage("2021-05-20", "traffic", "Europe", "", "20 GB"), traffic("2021-05-20", "80 GB")];
    let found = run(&rows, &packs, &CN);
    let europe = found.iter().find(|row| row["row_type"] == "charge" && row["area"] == "Europe").unwrap();
    assert_eq!((europe["pack_quantity"].as_str(), europe["pricing_quantity"].as_str()), ("11.111111111", "8.888888889"));
    // 8.888888889 × 0.43, rounded once.
    assert_eq!(total(&found, "billed_cost"), "3.82222222");
}

/// A pack of 2021 to 2022 bought first and a short one bought later: which one gives the 10 GB.
#[test]
fn the_order_of_packs_is_a_switch() {
    let packs = [
        pack("traffic-500gb", "id = \"short\"\nfrom = \"2021-04-01\"\nto = \"2021-07-01\""),
        pack("traffic-100gb", "id = \"long\"\nfrom = \"2021-03-01\""),
    ]
    .concat();
    let first = |arguments: &[&str]| {
        let found = run(&[traffic("2021-05-20", "10 GB")], &packs, &[&CN[..], arguments].concat());
        of(&found, "pack", "traffic")[0].1.to_owned()
    };
    assert_eq!(first(&[]), "long: 90 GB left");
    assert_eq!(first(&["--set", "pack_order=expiry"]), "short: 490 GB left");
}

#[test]
fn packs_may_be_frozen_under_monthly_settlement() {
    let packs = pack("traffic-100gb", "from = \"2021-01-01\"");
    let cost = |arguments: &[&str]| {
        let arguments = [&CN[..], &["--settlement", "month"], arguments].concat();
        total(&run(&[traffic("2021-05-20", "10 GB")], &packs, &arguments), "billed_cost").to_owned()
    };
    assert_eq!((cost(&[]).as_str(), cost(&["--set", "pack_under_monthly=frozen"]).as_str()), ("0.00000000", "2.40000000"));
}

/// 10 GB of infrequent access overseas take 6, 5 or 12 GB of a pack. A pack of 50 GB that cannot cover 40 GB of standard and
/// 40 GB (20 of the pack) of infrequent access leaves over what it takes last.
#[test]
fn what_pages_leave_open_about_storage_packs_is_a_switch() {
    let packs = pack("storage-50gb", "from = \"2021-01-01\"");
    let rate = |rows: &[String], arguments: &[&str]| run(rows, &packs, &[&CN[..], arguments].concat());
    let abroad = [usage("2021-05-20", "storage", ABROAD, "STANDARD_IA", "10 GB")];
    for (answer, left) in [("product", "44"), ("class", "45"), ("area", "38")] {
        let found = rate(&abroad, &["--set", &format!("pack_overseas_classes={answer}")]);
        assert_eq!(of(&found, "pack", "storage")[0].1, format!("storage-50gb: {left} GB left"));
    }
    let both = [stored("2021-05-20", "STANDARD", "40 GB"), stored("2021-05-20", "STANDARD_IA", "40 GB")];
    // 20 GB × 0.0024 are left over, or 10 GB × 0.0048: the same by these prices, not the same line.
    let over = |found: &[Row]| of(found, "charge", "storage").iter().map(|row| row.2.to_owned()).collect::<Vec<_>>();
    assert_eq!(over(&rate(&both, &[])), ["0.00000000", "0.04800000"]);
    assert_eq!(over(&rate(&both, &["--set", "pack_spec_order=reversed"])), ["0.04800000", "0.00000000"]);
}

/// Old packs covered general transcoding up to 1080p until 2020-02-12.
#[test]
fn old_transcoding_packs_end_with_the_new_price_list() {
    let packs = pack("old-transcoding-24h", "from = \"2020-01-01\"");
    let day = |day: &str| usage(day, "transcoding", "", "Standard.H264.FHD", "10 min");
    let found = run(&[day("2020-02-12"), day("2020-02-13")], &packs, &CN);
    let billed: Vec<&str> = of(&found, "charge", "transcoding").iter().map(|row| row.2).collect();
    assert_eq!(billed, ["0.00000000", "0.63000000"]);
}

fn report(rows: &[String], packs: &str, arguments: &[&str]) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("packs.csv");
    let output = output(rows, packs, &[arguments, &["--pack-report", file.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&std::fs::read(file).unwrap())
}

fn rolled(row: &Row) -> Vec<&str> {
    ["month", "unit", "opening", "bought", "used", "expired", "refunded", "closing"].map(|column| row[column].as_str()).to_vec()
}

#[test]
fn allowances_are_rolled_forward_and_compared_with_the_cloud() {
    let packs = [
        pack(
            "traffic-100gb",
            "bought = \"2021-05-20\"\nto = \"2021-07-01\"\nleft = [{ on = \"2021-05-20\", quantity = \"91 GB\" }]",
        ),
        pack("storage-50gb", "from = \"2021-05-21\"\nto = \"2021-05-23\""),
        pack("traffic-500gb", "from = \"2021-01-01\"\nused = \"500 GB\""),
    ]
    .concat();
    let rows = [
        traffic("2021-05-20", "10 GB"),
        stored("2021-05-21", "STANDARD", "20 GB"),
        traffic("2021-06-10", "30 GB"),
        traffic("2021-07-02", "5 GB"),
    ];
    let found = report(&rows, &packs, &CN);
    let traffic: Vec<Vec<&str>> = found.iter().filter(|row| row["pack"] == "traffic-100gb").map(rolled).collect();
    assert_eq!(traffic[0], ["2021-05", "GB", "0", "100", "10", "0", "0", "90"]);
    assert_eq!(traffic[1], ["2021-06", "GB", "90", "0", "30", "60", "0", "0"]);
    assert_eq!(traffic.len(), 2);
    let left = ["left_on", "left_cloud", "left_computed", "left_difference"].map(|column| found[0][column].as_str());
    assert_eq!(left, ["2021-05-20", "91", "90", "-1"]);
    // Two days of 50 GB: 20 of the first are used.
    let storage = found.iter().find(|row| row["pack"] == "storage-50gb").unwrap();
    assert_eq!(rolled(storage), ["2021-05", "GB × days", "0", "100", "20", "80", "0", "0"]);
    // Used up before, and there all the same, in every month that the usage is about.
    let spent: Vec<Vec<&str>> = found.iter().filter(|row| row["pack"] == "traffic-500gb").map(rolled).collect();
    assert_eq!(spent, ["2021-05", "2021-06", "2021-07"].map(|month| vec![month, "GB", "0", "0", "0", "0", "0", "0"]));
}

/// The last unit of an endless fraction is not lost: 100 GB less 1 byte × 1.8.
#[test]
fn fractions_are_shown_in_base_units() {
    let packs = pack("traffic-100gb", "from = \"2021-01-01\"");
    let found = report(&[usage("2021-05-20", "traffic", "Europe", "", "1 B")], &packs, &CN);
    assert_eq!(rolled(&found[0]), ["2021-05", "GB", "100", "0", "0.0000000018", "0", "0", "99.9999999982"]);
}

#[test]
fn what_is_wrong_with_a_file_of_packs_is_said_at_once() {
    let packs = [
        pack("traffic-100gb", "from = \"2021-01-01\"\nused = \"101 GB\"\nleft = [{ on = \"2021-05-20\", quantity = \"5 h\" }]"),
        pack("storage-50gb", "used = \"1 GB\""),
        "[[pack]]\nid = \"own\"\nauto_renew = true\npart = [{ kind = \"level\", capacity = \"1\", unit = \"min\", covers = [{ meter = \"storage\", when = { nothing = \"x\" } }] }]\n".to_owned(),
    ]
    .concat();
    let message = refused(&[traffic("2021-05-20", "1 GB")], &packs);
    for expected in [
        "more than the pack holds",
        "no allowance that counts s",
        "a level covers every day anew",
        "can be bought again",
        "min does not count",
        "no [[switch]] named \"nothing\"",
    ] {
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn what_is_wrong_with_products_and_rules_is_said_at_once() {
    let (_, book) = vodledger::billing::shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    let parse = |from: &str, to: &str| {
        assert!(book.contains(from), "{from}");
        vodledger::billing::PriceBook::parse(&book.replacen(from, to, 1), "book").unwrap_err().to_string()
    };
    let cases = [
        ("renewals_a_day = 20", "renewals_a_day = 0", "renewals_a_day: expected 1 to 1000"),
        ("order = { switch = \"pack_order\" }", "order = { switch = \"nothing\" }", "there is no [[switch]] named \"nothing\""),
        ("order = { switch = \"pack_order\" }", "order = \"random\"", "expected one of: listed, purchase, expiry"),
        ("term = \"1 year\"", "term = \"1 decade\"", "is not a term"),
        ("refund_days = 5", "refund_days = -1", "refund_days: expected a number of days"),
        ("allowance = \"traffic\", capacity", "allowance = \"trafic\", capacity", "there is no [[allowance]] \"trafic\""),
        ("capacity = \"50\", unit = \"GB\"", "capacity = \"50\", unit = \"h\"", "h does not count what meter \"storage\" counts"),
        (
            "when = { pack_spec_order = \"listed\" }",
            "when = { pack_spec_order = \"other\" }",
            "is no value of switch pack_spec_order",
        ),
        ("id = \"traffic-200tb\"", "id = \"traffic-50tb\"", "the name \"traffic-50tb\" is given twice"),
    ];
    for (from, to, expected) in cases {
        let message = parse(from, to);
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn explain_names_the_pack_its_cost_and_its_switches() {
    let packs = pack("traffic-100gb", "bought = \"2021-05-20\"");
    let folder = tempfile::tempdir().unwrap();
    let header = "start,end,account,sub_app_id,meter,area,spec,quantity,unit\n";
    std::fs::write(folder.path().join("u.csv"), format!("{header}{}", traffic("2021-05-20", "150 GB"))).unwrap();
    std::fs::write(folder.path().join("p.toml"), packs).unwrap();
    let arguments = ["explain", "all", "--in", "u.csv", "--packs", "p.toml"];
    let output = crate::rate::run_in(folder.path(), &[&arguments[..], &CN].concat());
    let text = String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "pack traffic-100gb covers 100 GB × 1 = 100 GB of its allowance; 0 GB left",
        "its share of the price of pack traffic-100gb is 19.00 CNY",
        "switch: pack_overflow_tier = overflow",
        "purchase of pack traffic-100gb",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
