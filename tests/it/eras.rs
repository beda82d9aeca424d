//! What changes in time: modes, settlements, prices within a month; hours, counters, conditions. A made-up book with round
//! prices (`tests/data/rate/months.toml`); every amount is worked out by hand beside it.

use std::collections::BTreeMap;

use crate::rate::rate_with;

type Rows = Vec<BTreeMap<String, String>>;

const BOOK: &str = include_str!("../data/rate/months.toml");

/// `2026-MM-DDTHH:00` to an end, of account 1.
fn row(from: &str, to: &str, meter: &str, area: &str, quantity: &str) -> String {
    let (number, unit) = quantity.split_once(' ').unwrap();
    format!("2026-{from}:00:00+08:00,2026-{to}:00:00+08:00,1,,{meter},{area},,{number},{unit}\n")
}

fn run(rows: &[String], arguments: &[&str], files: &[(&str, &str)]) -> Rows {
    let output = output(rows, arguments, files);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect()
}

fn output(rows: &[String], arguments: &[&str], files: &[(&str, &str)]) -> std::process::Output {
    let arguments = [&["--prices", "months.toml"], arguments].concat();
    rate_with(&rows.concat(), &arguments, &[&[("months.toml", BOOK)], files].concat())
}

/// Meter, quantity that was priced, tier and cost of each line.
fn lines(rows: &Rows) -> Vec<(&str, &str, &str, &str)> {
    let charges = rows.iter().filter(|row| row["row_type"] == "charge");
    charges
        .map(|row| {
            let cost = row["billed_cost"].trim_end_matches('0').trim_end_matches('.');
            (row["meter"].as_str(), row["pricing_quantity"].as_str(), row["tier"].as_str(), cost)
        })
        .collect()
}

fn total(rows: &Rows) -> &str {
    rows.last().unwrap()["billed_cost"].trim_end_matches('0').trim_end_matches('.')
}

/// 8 GB in one hour, 6 GB in the next: 8 × 3, then 2 × 3 + 4 × 2. By the day and by the month the same 14 GB are 10 × 3 + 4 × 2.
#[test]
fn a_counter_of_the_month_runs_through_hours_days_and_months() {
    let rows = [row("02-03T10", "02-03T11", "net", "x", "8 GB"), row("02-03T11", "02-03T12", "net", "x", "6 GB")];
    let hours = run(&rows, &["--settlement", "hour", "--mode", "traffic"], &[]);
    let expected =
        [("net", "8", "up to 10 GB", "24"), ("net", "2", "up to 10 GB", "6"), ("net", "4", "over 10 GB up to 20 GB", "8")];
    assert_eq!(lines(&hours), expected);
    assert_eq!(
        (hours[0]["period_start"].as_str(), hours[0]["period_end"].as_str()),
        ("2026-02-03T10:00:00+08:00", "2026-02-03T11:00:00+08:00")
    );
    for settlement in ["day", "month"] {
        let whole = run(&rows, &["--settlement", settlement, "--mode", "traffic"], &[]);
        let expected = [("net", "10", "up to 10 GB", "30"), ("net", "4", "over 10 GB up to 20 GB", "8")];
        assert_eq!(lines(&whole), expected, "{settlement}");
    }
    let across = output(&[row("02-03T10", "02-03T12", "net", "x", "8 GB")], &["--settlement", "hour"], &[]);
    assert!(String::from_utf8_lossy(&across.stderr).contains("split it at the full hour"));
}

/// The prices of `net` are the same before and after the 16th of March, so its month is one; the counter goes on.
#[test]
fn a_new_version_with_the_same_price_cuts_nothing() {
    let rows = [row("03-03T10", "03-03T11", "net", "x", "12 GB"), row("03-20T10", "03-20T11", "net", "x", "12 GB")];
    let month = run(&rows, &["--settlement", "month", "--mode", "traffic"], &[]);
    assert_eq!(lines(&month).iter().map(|line| line.1).collect::<Vec<_>>(), ["10", "10", "4"]);
    // Days: 10 × 3 + 2 × 2, then 8 × 2 + 4 × 1: together the same 54.
    let days = run(&rows, &["--settlement", "day", "--mode", "traffic"], &[]);
    assert_eq!(lines(&days).iter().map(|line| line.1).collect::<Vec<_>>(), ["10", "2", "8", "4"]);
    assert_eq!((total(&month), total(&days)), ("54", "54"));
}

/// A month's peak of 5 Mbit/s in the first half and 3 in the second, where the price doubles on the 16th:
/// 5 × 10 for 15 of the 31 days and 3 × 20 for 16 of them, 24.19354839 + 30.96774194; or the whole month at its end: 5 × 20 = 100.
#[test]
fn a_price_change_inside_a_month_splits_it_or_the_end_decides() {
    let rows = [row("03-03T10", "03-03T11", "peak", "", "5 Mbit/s"), row("03-20T10", "03-20T11", "peak", "", "3 Mbit/s")];
    let split = run(&rows, &["--mode", "bandwidth"], &[]);
    let costs: Vec<&str> = lines(&split).iter().map(|line| line.3).collect();
    assert_eq!(costs, ["24.19354839", "30.96774194"]);
    // Without a cut a whole month is paid: 3 × 20.
    let whole = run(&[row("04-20T10", "04-20T11", "peak", "", "3 Mbit/s")], &["--mode", "bandwidth"], &[]);
    assert_eq!(total(&whole), "60");
    assert_eq!((split[0]["usage_day"].as_str(), split[0]["price_version"].as_str()), ("2026-03-15", "old"));
    let end = run(&rows, &["--mode", "bandwidth", "--set", "month_change=end"], &[]);
    assert_eq!(lines(&end), [("peak", "5", "flat", "100")]);
}

/// Traffic until the 14th of February, bandwidth from the 15th: 4 GB × 3 before, peak 7 Mbit/s × 10 for half of the month after;
/// what lies on the other side is not charged. With the end of the month deciding, the whole month is bandwidth: its peak of 9.
#[test]
fn a_mode_change_inside_a_month() {
    let rows = [
        row("02-03T10", "02-03T11", "net", "x", "4 GB"),
        row("02-03T10", "02-03T11", "peak", "", "9 Mbit/s"),
        row("02-20T10", "02-20T11", "net", "x", "6 GB"),
        row("02-20T10", "02-20T11", "peak", "", "7 Mbit/s"),
    ];
    let mode = ["--mode", "traffic,2026-02-15=bandwidth"];
    let split = run(&rows, &mode, &[]);
    assert_eq!(lines(&split), [("net", "4", "up to 10 GB", "12"), ("peak", "3.5", "flat", "35")]);
    assert_eq!(split[1]["period_start"], "2026-02-15T00:00:00+08:00");
    let end = run(&rows, &[&mode[..], &["--set", "month_change=end"]].concat(), &[]);
    assert_eq!(lines(&end), [("peak", "9", "flat", "90")]);
}

/// Settled by the day until the 9th, by the month from the 10th on, and the bill of the deduction month from the 10th on.
#[test]
fn dates_follow_the_history_of_the_account() {
    let rows = [row("02-09T10", "02-09T11", "net", "x", "1 GB"), row("02-10T10", "02-10T11", "net", "x", "1 GB")];
    let settlement = "day,2026-02-10=month";
    let basis = "bill_month_basis=usage,2026-02-10=deduction";
    let rows = run(&rows, &["--mode", "traffic", "--settlement", settlement, "--set", basis], &[]);
    let dates = |row: &BTreeMap<String, String>| {
        (row["settlement_date"].clone(), row["bill_month"].clone(), row["posting_period"].clone())
    };
    assert_eq!(dates(&rows[0]), ("2026-02-10".into(), "2026-02".into(), "2026-02".into()));
    assert_eq!(dates(&rows[1]), ("2026-03-01".into(), "2026-03".into(), "2026-02".into()));
}

/// The month had 9 GB before: 1 GB more at 3, the next 2 GB at 2.
#[test]
fn counters_open_where_the_month_stood() {
    let opening = "account,meter,area,spec,at,quantity,unit\n1,net,x,,2026-02-03T00:00:00+08:00,9,GB\n";
    let arguments = ["--mode", "traffic", "--opening", "opening.csv"];
    let rows = [row("02-03T10", "02-03T11", "net", "x", "3 GB")];
    let found = run(&rows, &arguments, &[("opening.csv", opening)]);
    assert_eq!(lines(&found), [("net", "1", "up to 10 GB", "3"), ("net", "2", "over 10 GB up to 20 GB", "4")]);
    // Another area has its own counter, another month begins anew.
    let rows = [row("02-03T10", "02-03T11", "net", "y", "3 GB"), row("03-03T10", "03-03T11", "net", "x", "3 GB")];
    assert_eq!(total(&run(&rows, &arguments, &[("opening.csv", opening)])), "18");
    // Usage of before the moment may be in the counter already.
    let rows = [row("02-02T10", "02-02T11", "net", "x", "3 GB")];
    let refused = output(&rows, &arguments, &[("opening.csv", opening)]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("2026-02-02"), "{}", String::from_utf8_lossy(&refused.stderr));
    let nothing = "account,meter,area,spec,at,quantity,unit\n1,peak,,,2026-02-03T00:00:00+08:00,9,bit/s\n";
    let refused = output(&rows, &arguments, &[("opening.csv", nothing)]);
    assert_eq!(refused.status.code(), Some(1));
}

/// Two calls of the month are free, wherever they are: 1 + 1 free, 2 of the second day at 4 (the month then stands at 2), 4 of
/// the third day reach 6 and cost 1 each.
#[test]
fn free_quantities_and_volumes_of_the_month_to_date() {
    let rows = [
        row("02-01T10", "02-01T11", "calls", "x", "1 count"),
        row("02-02T10", "02-02T11", "calls", "y", "3 count"),
        row("02-03T10", "02-03T11", "calls", "x", "4 count"),
    ];
    let found = run(&rows, &["--mode", "traffic"], &[]);
    let costs: Vec<(&str, &str)> = lines(&found).iter().map(|line| (line.1, line.3)).collect();
    assert_eq!(costs, [("0", "0"), ("2", "8"), ("4", "4")]);
}

/// The published case: 9 GB down, 1 GB up at 101 Mbit/s; 9:1 is below 10:1, so the upstream is charged. Slower, or with ten times
/// the downstream, it is not.
#[test]
fn conditions_look_at_other_meters_of_the_same_area() {
    let up = |down: &str, speed: &str| {
        let rows = [
            row("02-01T10", "02-01T11", "net", "x", down),
            row("02-01T10", "02-01T11", "net", "y", "900 GB"),
            row("02-01T11", "02-01T12", "up", "x", "1 GB"),
            row("02-01T11", "02-01T12", "up-speed", "x", speed),
        ];
        let found = run(&rows, &["--mode", "traffic"], &[]);
        let line = found.iter().find(|row| row["meter"] == "up").unwrap().clone();
        (line["billed_cost"].clone(), line["tier"].clone())
    };
    assert_eq!(up("9 GB", "101 Mbit/s"), ("0.14960000".to_owned(), "flat".to_owned()));
    assert_eq!(up("9 GB", "100 Mbit/s").1, "not charged");
    assert_eq!(up("10 GB", "101 Mbit/s"), ("0.00000000".to_owned(), "not charged".to_owned()));
}

/// Converted on the 20th of January, deleted on the 21st: two calendar days of 180, so 178 are missing: 100 × 178 × 0.0004 = 7.12.
/// What stayed long enough costs nothing.
#[test]
fn what_leaves_early_pays_for_the_missing_days() {
    let deleted = |from: &str, to: &str| {
        let row = format!("2026-{from}T09:00:00+08:00,2026-{to}T15:00:00+08:00,1,,left-early,,DEEP_ARCHIVE,100,GB\n");
        let found = run(&[row], &["--mode", "traffic"], &[]);
        (found[0]["usage_day"].clone(), found[0]["billed_cost"].clone())
    };
    assert_eq!(deleted("01-20", "01-21"), ("2026-01-21".to_owned(), "7.12000000".to_owned()));
    assert_eq!(deleted("01-20", "01-20").1, "7.16000000");
    let long = "2025-08-01T00:00:00+08:00,2026-02-01T00:00:00+08:00,1,,left-early,,DEEP_ARCHIVE,100,GB\n".to_owned();
    assert_eq!(total(&run(&[long], &["--mode", "traffic"], &[])), "0");
}

/// A book whose days are days in UTC: 2026-02-01T00:00Z is 08:00 of that day at UTC+8, and its first moment in the book.
#[test]
fn a_book_has_its_own_zone() {
    let book = BOOK.replace("currency = \"CNY\"", "currency = \"CNY\"\ntime_zone = \"Z\"");
    let rows =
        "2026-01-31T23:00:00Z,2026-02-01T00:00:00Z,1,,net,x,,1,GB\n2026-02-01T00:00:00Z,2026-02-02T00:00:00Z,1,,net,x,,1,GB\n";
    let arguments = ["--prices", "utc.toml", "--mode", "traffic"];
    let output = rate_with(rows, &arguments, &[("utc.toml", &book)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Rows = csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect();
    assert_eq!((rows[0]["usage_day"].as_str(), rows[1]["usage_day"].as_str()), ("2026-01-31", "2026-02-01"));
    assert_eq!(rows[1]["period_start"], "2026-02-01T08:00:00+08:00");
}

/// The published case d21-early-delete-day2, which prints 0.0716 and means 7.16: stored and converted on the 20th of May, deleted on
/// the 21st. The second day bills the day's peak, 100 × 0.0004, and the 178 days that are missing of 180.
#[test]
fn early_deletion_of_the_shipped_book() {
    let rows = "2021-05-21T00:00:00+08:00,2021-05-21T15:00:00+08:00,1,,storage,Chinese Mainland,DEEP_ARCHIVE,100,GB\n\
                2021-05-20T09:00:00+08:00,2021-05-21T15:00:00+08:00,1,,early-deletion,Chinese Mainland,DEEP_ARCHIVE,100,GB\n";
    let output = rate_with(rows, &["--prices", "vod-cn"], &[]);
    let rows: Rows = csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.last().unwrap()["billed_cost"], "7.16000000");
}

/// Downstream and upstream share one counter of the day by its name: 9 + 2 = 11 GB reach the second tier, for both.
#[test]
fn prices_share_a_counter_by_name() {
    let tiers = "tiers = { kind = \"volume\", reset = \"day\", counter = \"both\", up_to = [\"10\"] }";
    let price = |meter: &str| {
        format!(
            "[[version.price]]\nname = \"{meter}\"\nmeter = \"{meter}\"\nunit = \"GB\"\n{tiers}\nsource = \"s\"\n\
             verified_on = \"2026-11-23\"\nevidence = \"C\"\nrates = [{{ prices = [\"3\", \"2\"] }}]\n"
        )
    };
    let meter = |name: &str| format!("[[meter]]\nname = \"{name}\"\nkind = \"event\"\nbase = \"B\"\n");
    let book = format!(
        "format = 1\nid = \"b\"\ntitle = \"b\"\ncurrency = \"CNY\"\n[[source]]\nid = \"s\"\ntitle = \"made up\"\n{}{}[[version]]\n\
         name = \"1\"\nfrom = \"2026-01-01\"\nmodes = \"traffic\"\nsettlements = \"day\"\n{}{}",
        meter("down"),
        meter("up"),
        price("down"),
        price("up")
    );
    let cost = |up: &str| {
        let rows = [row("02-01T10", "02-01T11", "down", "x", "9 GB"), row("02-01T10", "02-01T11", "up", "x", up)].concat();
        let output = rate_with(&rows, &["--prices", "b.toml"], &[("b.toml", &book)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rows: Rows = csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect();
        rows.last().unwrap()["billed_cost"].clone()
    };
    assert_eq!((cost("1 GB").as_str(), cost("2 GB").as_str()), ("30.00000000", "22.00000000"));
}

/// Without any record of the speed nobody knows whether upstream is charged: it has no price, which is not the price 0.
#[test]
fn a_condition_that_was_not_measured_decides_nothing() {
    let rows = [row("02-01T10", "02-01T11", "net", "x", "9 GB"), row("02-01T11", "02-01T12", "up", "x", "1 GB")];
    let output = output(&rows, &["--mode", "traffic"], &[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.contains(",up,")).unwrap();
    assert!(line.contains(",unpriced,"), "{line}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("no records of meter up-speed"));
}
