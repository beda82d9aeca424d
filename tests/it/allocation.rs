//! Shares: charges split over applications, rooms and recordings, exact to the last unit.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;

use proptest::prelude::*;
use vodledger::billing::{
    AllocateError, Allocation, Mode, Options, Place, PriceBook, Rater, Row, Settlement, Shares, basis, rate, shipped,
};
use vodledger::model::{AccountId, Amount, BillingDay, BillingMonth, Charge, MeterKind, RowType, Status, SubAppId, UsageRecord};

use crate::rate::run_in;

const GB: i128 = 1_000_000_000;

/// 1000 GB of traffic of a day, rated with the shipped book: 1000 × 0.23 = 230 CNY.
fn parent() -> Charge {
    let (id, text) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    let book = PriceBook::parse(text, id).unwrap();
    let usage = UsageRecord {
        period: "2026-10-05".parse::<BillingDay>().unwrap().period(),
        account: AccountId::new("1"),
        sub_app_id: None,
        meter: "traffic".to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: String::new(),
        quantity: 1000 * GB,
        status: Status::Final,
        tags: Vec::new(),
    };
    let charges = rate([usage], &book, &Options { explain: true, ..Options::default() }).unwrap();
    charges.into_iter().find(|charge| charge.row_type == RowType::Charge).unwrap()
}

fn by(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn costs(shares: &[Charge]) -> Vec<String> {
    shares.iter().map(|share| share.billed_cost.unwrap().to_decimal_text()).collect()
}

/// Splits over keys named after their places, the rest included.
fn split(parent: &Charge, weights: &[i128], total: i128) -> Vec<Charge> {
    let by = by(&["room"]);
    let mut allocation = Allocation::new(parent, &by, "traffic by room", total).unwrap();
    let keys = (0..weights.len()).map(|index| format!("{index:07}"));
    let mut shares: Vec<Charge> = keys.zip(weights).map(|(key, weight)| allocation.share(&[&key], *weight).unwrap()).collect();
    shares.extend(allocation.rest());
    shares
}

#[test]
fn a_charge_is_split_by_weight() {
    let parent = parent();
    let shares = split(&parent, &[1, 2, 4], 7);
    // 230 ÷ 7 = 32.857142857…, × 3 = 98.571428571…: running sums rounded half up, then differences.
    assert_eq!(costs(&shares), ["32.85714286", "65.71428571", "131.42857143"]);
    // 10¹² ÷ 7 = 142857142857.14…, × 3 = 428571428571.43…
    let quantities: Vec<i128> = shares.iter().map(|share| share.usage_quantity).collect();
    assert_eq!(quantities, [142_857_142_857, 285_714_285_714, 571_428_571_429]);
    // List cost to twelve decimals: 32.857142857142857…, 98.571428571428571…
    let list: Vec<&str> = shares.iter().map(|share| share.list_cost.as_deref().unwrap()).collect();
    assert_eq!(list, ["32.857142857143", "65.714285714286", "131.428571428571"]);
    assert_eq!(shares[0].tags, [("room".to_owned(), "0000000".to_owned())]);
    assert_eq!(shares[0].basis.as_deref(), Some("traffic by room"));
    assert_eq!((shares[0].status, &shares[0].tier), (parent.status, &parent.tier));
    assert_ne!(shares[0].charge_id, shares[1].charge_id);
    let step = &shares[1].steps[0];
    let values: Vec<(&str, &str)> = step.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(values, [("parent", parent.charge_id.as_str()), ("weight", "2"), ("total_weight", "7"), ("share", "2/7")]);
}

#[test]
fn the_rest_of_the_weight_is_unattributed() {
    let parent = parent();
    let shares = split(&parent, &[1, 1], 4);
    assert_eq!(costs(&shares), ["57.50000000", "57.50000000", "115.00000000"]);
    let rest = shares.last().unwrap();
    assert_eq!(rest.tags, [("room".to_owned(), String::new())]);
    assert_eq!(rest.basis.as_deref(), Some("unattributed, the rest of the weight: traffic by room"));
    // Without any weight the whole charge is unattributed.
    let whole = split(&parent, &[], 0);
    assert_eq!(costs(&whole), ["230.00000000"]);
    assert_eq!(costs(&split(&parent, &[0, 0], 0)), ["0.00000000", "0.00000000", "230.00000000"]);
}

#[test]
fn applications_have_a_column_of_their_own() {
    let parent = parent();
    let by = by(&["sub_app_id", "room"]);
    let mut allocation = Allocation::new(&parent, &by, "traffic by sub_app_id, room", 2).unwrap();
    let share = allocation.share(&["1500021001", "7"], 1).unwrap();
    assert_eq!(share.sub_app_id, Some(SubAppId(1_500_021_001)));
    assert_eq!(share.tags, [("room".to_owned(), "7".to_owned())]);
    let rest = allocation.rest().unwrap();
    assert_eq!((rest.sub_app_id, rest.tags), (None, vec![("room".to_owned(), String::new())]));
}

#[test]
fn what_does_not_fit_the_total_is_refused() {
    let parent = parent();
    let by = by(&["room"]);
    let mut allocation = Allocation::new(&parent, &by, "", 3).unwrap();
    assert_eq!(allocation.share(&["a"], -1), Err(AllocateError::Negative(-1)));
    assert_eq!(allocation.share(&["a"], 4), Err(AllocateError::TooMuch { total: 3 }));
    assert!(Shares::of(-1).is_err());
}

#[test]
fn bases_are_named() {
    let room = by(&["room"]);
    assert_eq!(basis("traffic", MeterKind::Event, &by(&["sub_app_id", "room"])), "traffic by sub_app_id, room");
    assert_eq!(basis("storage", MeterKind::Level, &room), "stored bytes × time by room");
    assert_eq!(basis("bandwidth", MeterKind::Rate, &room), "bandwidth × time by room");
}

#[test]
fn one_unit_over_a_million_shares() {
    let mut shares = Shares::of(1_000_000).unwrap();
    // Half a unit is reached with share 500 000, and there it goes to.
    let got: Vec<usize> = (1..=1_000_000).filter(|_| shares.take(1).unwrap().of(1) == 1).collect();
    assert_eq!(got, [500_000]);
    assert_eq!(shares.rest(), None);
}

#[test]
fn long_decimals_are_split_to_their_last_digit() {
    let mut shares = Shares::of(3).unwrap();
    let parts: Vec<String> =
        (0..3).map(|_| shares.take(1).unwrap().of_decimal("0.0000000000000000000000000000000000000000005")).collect();
    // 43 decimals and the digit before the point: 36 digits, then 8 of which 5 is split alone, as 2, 1 and 2.
    let last = |digit: u8| format!("0.{}{digit}", "0".repeat(42));
    assert_eq!(parts, [last(2), last(1), last(2)]);
    let mut shares = Shares::of(3).unwrap();
    let parts: Vec<String> = (0..3).map(|_| shares.take(1).unwrap().of_decimal("-1")).collect();
    assert_eq!(parts, ["-0.333333333333", "-0.333333333334", "-0.333333333333"]);
}

/// Decimals as integers of 10⁻³⁰.
fn scaled(text: &str) -> i128 {
    let (sign, number) = text.strip_prefix('-').map_or((1, text), |number| (-1, number));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    sign * format!("{whole}{decimals:0<30}").parse::<i128>().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_always_add_up(
        weights in prop::collection::vec(prop_oneof![Just(0), 0..9_i128, 0..(1_i128 << 120)], 1..40),
        rest in prop_oneof![Just(0), 0..(1_i128 << 100)],
        units in prop_oneof![Just(1), Just(-1), -1000..1000_i128, -(1_i128 << 126)..(1_i128 << 126)],
    ) {
        let total = weights.iter().sum::<i128>() + rest;
        let mut shares = Shares::of(total).unwrap();
        let mut portions: Vec<_> = weights.iter().map(|weight| shares.take(*weight).unwrap()).collect();
        portions.extend(shares.rest());
        let parts: Vec<i128> = portions.iter().map(|portion| portion.of(units)).collect();
        prop_assert_eq!(parts.iter().sum::<i128>(), units);
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(*part == 0 || part.signum() == units.signum());
            prop_assert!(*weight > 0 || *part == 0);
        }
    }

    #[test]
    fn parts_of_a_charge_add_up(
        weights in prop::collection::vec(0..1_000_000_i128, 1..30),
        rest in 0..1000_i128,
        units in -1_000_000_000_000_i128..1_000_000_000_000,
        list in "-?[0-9]{1,7}(\\.[0-9]{1,30})?",
    ) {
        let mut parent = parent();
        parent.billed_cost = parent.billed_cost.map(|cost| Amount { units, ..cost });
        parent.list_cost = Some(list.clone());
        parent.pack_quantity = 77;
        let shares = split(&parent, &weights, weights.iter().sum::<i128>() + rest);
        let sum = |of: &dyn Fn(&Charge) -> i128| shares.iter().map(of).sum::<i128>();
        prop_assert_eq!(sum(&|share| share.billed_cost.unwrap().units), units);
        prop_assert_eq!(sum(&|share| share.effective_cost.unwrap().units), parent.effective_cost.unwrap().units);
        prop_assert_eq!(sum(&|share| share.usage_quantity), parent.usage_quantity);
        prop_assert_eq!(sum(&|share| share.pack_quantity), 77);
        prop_assert_eq!(sum(&|share| share.pricing_quantity), parent.pricing_quantity);
        prop_assert_eq!(sum(&|share| scaled(share.list_cost.as_deref().unwrap())), scaled(&list));
    }
}

type Rows = Vec<BTreeMap<String, String>>;

/// `rate` with a usage file that has the tag columns `room` and `course`.
fn rate_by(rows: &[&str], arguments: &str, files: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let header = "start,end,account,sub_app_id,meter,area,spec,quantity,unit,room,course";
    std::fs::write(folder.path().join("usage.csv"), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let arguments: Vec<&str> = ["rate", "--in", "usage.csv"].into_iter().chain(arguments.split_whitespace()).collect();
    run_in(folder.path(), &arguments)
}

fn table(output: &Output) -> Rows {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect()
}

/// The named columns of the rows that are no totals.
fn columns(rows: &Rows, names: &[&str]) -> Vec<String> {
    let shares = rows.iter().filter(|row| row["row_type"] != "total");
    shares.map(|row| names.iter().map(|name| row[*name].as_str()).collect::<Vec<_>>().join("|")).collect()
}

/// Traffic of two applications on one day and one row without an application: 1600 GB × 0.23 = 368 CNY. Storage of one all
/// day and of the other until noon: 400 GB × 0.0048 = 1.92 CNY.
const DAY: [&str; 5] = [
    "2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,1,11,traffic,Chinese Mainland,,400,GB,a,x",
    "2026-10-05T09:00:00+08:00,2026-10-05T10:00:00+08:00,1,12,traffic,Chinese Mainland,,1000,GB,b,x",
    "2026-10-05T10:00:00+08:00,2026-10-05T11:00:00+08:00,1,,traffic,Chinese Mainland,,200,GB,b,",
    "2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,1,11,storage,Chinese Mainland,STANDARD,100,GB,a,x",
    "2026-10-05T00:00:00+08:00,2026-10-05T12:00:00+08:00,1,12,storage,Chinese Mainland,STANDARD,300,GB,b,x",
];

#[test]
fn rate_splits_by_application() {
    let rows = table(&rate_by(&DAY, "--prices vod-cn --mode traffic --by sub_app_id", &[]));
    assert_eq!(
        columns(&rows, &["meter", "sub_app_id", "usage_quantity", "usage_unit", "billed_cost", "allocation_basis"]),
        [
            // 100 GB × 24 h : 300 GB × 12 h = 2 : 3
            "storage|11|160|GB|0.76800000|stored bytes × time by sub_app_id",
            "storage|12|240|GB|1.15200000|stored bytes × time by sub_app_id",
            // What names no application is a line of its own.
            "traffic||200|GB|46.00000000|traffic by sub_app_id",
            "traffic|11|400|GB|92.00000000|traffic by sub_app_id",
            "traffic|12|1000|GB|230.00000000|traffic by sub_app_id",
        ]
    );
    let totals: Rows = rows.iter().filter(|row| row["row_type"] == "total").cloned().collect();
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0]["billed_cost"].as_str(), totals[0]["sub_app_id"].as_str()), ("369.92000000", ""));
    // The order of the rows changes nothing, and neither does splitting change the totals.
    let mut shuffled = DAY;
    shuffled.reverse();
    assert_eq!(table(&rate_by(&shuffled, "--prices vod-cn --mode traffic --by sub_app_id", &[])), rows);
}

#[test]
fn rate_splits_by_tags() {
    let arguments = "--prices vod-cn --mode traffic --by course,room --format json";
    let output = rate_by(&DAY, arguments, &[]);
    assert!(output.status.success());
    let rows: Vec<serde_json::Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown: Vec<String> = rows
        .iter()
        .filter(|row| row["meter"] == "traffic")
        .map(|row| {
            format!("{}|{}|{}|{}", row["course"], row["room"], row["billed_cost"], row["allocation_basis"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "|b|46.00000000|traffic by course, room",
            "x|a|92.00000000|traffic by course, room",
            "x|b|230.00000000|traffic by course, room",
        ]
    );
    let ids: BTreeSet<String> = rows.iter().map(|row| row["charge_id"].to_string()).collect();
    assert_eq!(ids.len(), rows.len());
}

#[test]
fn levels_are_weighed_day_by_day_and_packs_month_by_month() {
    let storage = [
        "2026-10-05T00:00:00+08:00,2026-10-07T00:00:00+08:00,1,11,storage,Chinese Mainland,STANDARD,100,GB,,",
        "2026-10-06T00:00:00+08:00,2026-10-07T00:00:00+08:00,1,12,storage,Chinese Mainland,STANDARD,100,GB,,",
    ];
    let rows = table(&rate_by(&storage, "--prices vod-cn --mode traffic --by sub_app_id", &[]));
    // 100 GB × 0.0048 on the first day, 200 GB × 0.0048 on the second.
    assert_eq!(
        columns(&rows, &["usage_day", "sub_app_id", "billed_cost"]),
        ["2026-10-05|11|0.48000000", "2026-10-06|11|0.48000000", "2026-10-06|12|0.48000000"]
    );
    // 600 GiB in the month less the package's 500 GiB: 100 GiB × 0.59 = 59 CNY, a quarter and three quarters of it.
    let traffic = [
        "2017-05-02T00:00:00+08:00,2017-05-03T00:00:00+08:00,1,11,traffic,Chinese Mainland,,150,GiB,,",
        "2017-05-20T00:00:00+08:00,2017-05-21T00:00:00+08:00,1,12,traffic,Chinese Mainland,,450,GiB,,",
    ];
    let packs = "[[pack]]\nid = \"e\"\nproduct = \"enterprise\"\nfrom = \"2017-01-01\"\nto = \"2018-01-01\"\n";
    let arguments = "--prices vod-2017 --mode package --packs packs.toml --by sub_app_id";
    let output = rate_by(&traffic, arguments, &[("packs.toml", packs)]);
    let mut rows = table(&output);
    // The days' shares of the package's price that nothing was used for are nobody's.
    rows.retain(|row| row["row_type"] != "pack" || row["pack_quantity"] != "0");
    assert_eq!(
        columns(&rows, &["row_type", "sub_app_id", "pack_quantity", "pricing_quantity", "billed_cost"]),
        ["charge|11|125|25|14.75000000", "charge|12|375|75|44.25000000", "pack|11|125|0|0.00000000", "pack|12|375|0|0.00000000"]
    );
}

#[test]
fn wrong_tags_are_named() {
    for (by, said) in [
        ("floor", "--by floor: usage.csv has no such tag column; it has room, course"),
        ("meter", "--by meter: charges have a column of that name already"),
        ("room,room", "--by room is given twice"),
    ] {
        let output = rate_by(&DAY, &format!("--prices vod-cn --by {by}"), &[]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(said), "{message}");
    }
}

/// Whatever is asked for, the parts add up to the rows that they replace, and to the total.
#[test]
fn shares_add_up_to_the_rows_without_them() {
    let rooms: Vec<String> = (0..300_i64)
        .map(|index| {
            let (start, end) = (index % 20, index % 20 + 1 + index % 4);
            let time = |hour: i64| format!("2026-10-{:02}T{:02}:00:00+08:00", 5 + hour / 24, hour % 24);
            let meter = ["traffic,Chinese Mainland,", "traffic,Europe,", "storage,Chinese Mainland,STANDARD"]
                [usize::try_from(index % 3).unwrap()];
            format!("{},{},1,{},{meter},{},B,{},", time(start), time(end), index % 7, 1 + index * index * 77_777, index % 11)
        })
        .collect();
    let rooms: Vec<&str> = rooms.iter().map(String::as_str).collect();
    let sums = |by: &str| {
        let rows = table(&rate_by(&rooms, &format!("--prices vod-cn --mode traffic {by}"), &[]));
        let mut sums: BTreeMap<(String, String, String), (i128, i128)> = BTreeMap::new();
        for row in rows {
            let key = (row["row_type"].clone(), row["meter"].clone(), format!("{} {}", row["area"], row["usage_day"]));
            let sum = sums.entry(key).or_default();
            sum.0 += scaled(&row["billed_cost"]);
            sum.1 += scaled(&row["list_cost"]);
        }
        sums
    };
    let whole = sums("");
    assert_eq!(sums("--by sub_app_id"), whole);
    assert_eq!(sums("--by room,sub_app_id"), whole);
}

/// Every charge that usage stands behind is found by the places of its records, whatever its window.
#[test]
fn places_lead_to_charges() {
    for (book, mode, settlement, month) in [
        (2, Mode::PostpaidByTraffic, Settlement::Day, "2026-10"),
        (0, Mode::PostpaidByTraffic, Settlement::Month, "2017-12"),
        (0, Mode::PostpaidByBandwidth, Settlement::Month, "2017-12"),
        (1, Mode::PostpaidByTraffic, Settlement::Hour, "2026-10"),
    ] {
        let (id, text) = shipped()[book];
        let book = PriceBook::parse(text, id).unwrap();
        let options = Options { mode: mode.into(), settlement: settlement.into(), ..Options::default() };
        let first = month.parse::<BillingMonth>().unwrap().first_day();
        let mut rater = Rater::new(&book, &options).unwrap();
        let mut weights: BTreeMap<(String, String, String, String), i128> = BTreeMap::new();
        for index in 0..120_i64 {
            let (meter, area, spec) = [
                ("traffic", "Chinese Mainland", ""),
                ("traffic", "Europe", ""),
                ("storage", "Chinese Mainland", "STANDARD"),
                ("bandwidth", "Chinese Mainland", ""),
                ("transcoding", "", "Standard.H264.HD"),
            ][usize::try_from(index % 5).unwrap()];
            let start = first.start() + chrono::TimeDelta::hours(index * 7);
            // Levels may span days.
            let hours = if meter == "storage" { 60 } else { 1 };
            let row = Row {
                start,
                end: start + chrono::TimeDelta::hours(hours),
                account: "1",
                meter,
                area,
                spec,
                quantity: 1_000_000 + i128::from(index),
                status: Status::Final,
            };
            rater.add(&row).unwrap();
            let mut sum = 0;
            let mut add = |place: Place<'_>| {
                let key = (place.meter.to_owned(), place.area.to_owned(), place.spec.to_owned(), place.start.to_rfc3339());
                *weights.entry(key).or_default() += place.weight;
                sum += place.weight;
            };
            rater.places(&row, &mut add).unwrap();
            // What weighs is all of the record, or nothing where another mode charges something else.
            let time = if matches!(meter, "storage" | "bandwidth") { i128::from(hours) * 3600 } else { 1 };
            assert!(sum == row.quantity * time || sum == 0, "{id} {meter}: {sum}");
        }
        let charges = rater.finish().unwrap();
        let mut found = BTreeSet::new();
        for charge in charges.iter().filter(|charge| charge.row_type != RowType::Total) {
            let key = (charge.meter.clone(), charge.area.clone(), charge.spec.clone(), charge.period.start.to_rfc3339());
            assert!(weights.contains_key(&key), "{id} {mode}: {key:?}");
            found.insert(key);
        }
        assert_eq!(found.len(), weights.len(), "{id} {mode}");
    }
}
