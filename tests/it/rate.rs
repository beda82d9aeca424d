//! `rate` through the program: tiers, packs, bandwidth, dates, bad input. The published examples are in `examples`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

pub const HEADER: &str = "start,end,account,sub_app_id,meter,area,spec,quantity,unit\n";
pub const MAINLAND: &str = "Chinese Mainland";

/// Runs `rate` in a folder of its own with a usage file of these rows.
pub fn rate_with(rows: &str, arguments: &[&str], files: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("usage.csv"), format!("{HEADER}{rows}")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    run_in(folder.path(), &[&["rate", "--in", "usage.csv"], arguments].concat())
}

pub fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vodledger")).args(arguments).current_dir(folder).output().unwrap()
}

pub type Charges = Vec<BTreeMap<String, String>>;

pub fn table(output: &Output) -> Charges {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    reader.deserialize().map(Result::unwrap).collect()
}

pub fn rate(rows: &str, arguments: &[&str]) -> Charges {
    table(&rate_with(rows, arguments, &[]))
}

pub fn of_type<'a>(charges: &'a Charges, row_type: &str) -> Vec<&'a BTreeMap<String, String>> {
    charges.iter().filter(|charge| charge["row_type"] == row_type).collect()
}

pub fn total(charges: &Charges) -> String {
    let totals = of_type(charges, "total");
    assert_eq!(totals.len(), 1);
    short(&totals[0]["billed_cost"])
}

/// Without trailing zeros, so that it compares with what documents print.
pub fn short(number: &str) -> String {
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    number.to_owned()
}

/// One row: a day (or days), meter, area, spec, quantity and unit.
pub fn row(from: &str, to: &str, meter: &str, area: &str, spec: &str, quantity: &str) -> String {
    let (number, unit) = quantity.split_once(' ').unwrap();
    format!("{from}T00:00:00+08:00,{to}T00:00:00+08:00,100000,,{meter},{area},{spec},{number},{unit}\n")
}

pub fn day(day: &str, meter: &str, area: &str, spec: &str, quantity: &str) -> String {
    let next = (day.parse::<vodledger::model::BillingDay>().unwrap()).next();
    row(day, &next.to_string(), meter, area, spec, quantity)
}

pub const CN21: &str = "2021-05-20";
pub const H: &str = "Standard.H264.HD";

const ENTERPRISE: &str = "[[pack]]\nproduct = \"enterprise\"\n";

/// By hand: 500 GiB are included every month. May 300 + 250 = 550, so 50 × 0.59 = 29.50; June 400 is covered.
#[test]
fn package_traffic_resets_monthly() {
    let rows = [
        day("2017-05-01", "traffic", MAINLAND, "", "300 GiB"),
        day("2017-05-31", "traffic", "Europe", "", "250 GiB"),
        day("2017-06-01", "traffic", MAINLAND, "", "400 GiB"),
    ]
    .concat();
    let arguments = ["--prices", "vod-2017", "--mode", "package", "--packs", "packs.toml"];
    let charges = table(&rate_with(&rows, &arguments, &[("packs.toml", ENTERPRISE)]));
    assert_eq!(total(&charges), "29.5");
    let left: Vec<&str> = of_type(&charges, "pack").iter().map(|pack| pack["tier"].as_str()).collect();
    assert_eq!(left, ["enterprise: 0 GiB left", "enterprise: 100 GiB left"]);
}

/// The document's own case: 9 TB in a month cost 0.61 × 5 × 1024 + 0.45 × 4 × 1024 = 4966.4.
#[test]
fn postpaid_traffic_of_2017_is_graduated_over_the_month() {
    let rows: String =
        ["2017-05-01", "2017-05-17", "2017-05-31"].map(|date| day(date, "traffic", MAINLAND, "", "3 TiB")).concat();
    let charges = rate(&rows, &["--prices", "vod-2017", "--mode", "traffic"]);
    assert_eq!(total(&charges), "4966.4");
    let parts: Vec<(&str, &str)> =
        of_type(&charges, "charge").iter().map(|row| (row["pricing_quantity"].as_str(), row["unit_price"].as_str())).collect();
    assert_eq!(parts, [("5120", "0.61"), ("4096", "0.45")]);
    assert!(of_type(&charges, "charge").iter().all(|row| row["status"] == "final"));
}

/// By hand: 120 Mbit/s all month. Volume 120 × 63 = 7560; graduated 50 × 76 + 50 × 69 + 20 × 63 = 8510.
#[test]
fn bandwidth_tiers_are_a_switch() {
    let rows = row("2017-05-01", "2017-05-02", "bandwidth", MAINLAND, "", "120 Mbit/s");
    let arguments = ["--prices", "vod-2017", "--mode", "bandwidth"];
    assert_eq!(total(&rate(&rows, &arguments)), "7560");
    let graduated = [&arguments[..], &["--set", "bandwidth_tiers=graduated"]].concat();
    assert_eq!(total(&rate(&rows, &graduated)), "8510");
}

/// Rule 7: 1600 × 0.23 = 368.00, not 4 × 400 × 0.24 = 384.
#[test]
fn tiers_belong_to_the_account() {
    let rows: String = (1..=4)
        .map(|application| {
            format!("2026-10-01T00:00:00+08:00,2026-10-02T00:00:00+08:00,100000,{application},traffic,{MAINLAND},,400,GB\n")
        })
        .collect();
    let output = rate_with(&rows, &["--prices", "vod-cn"], &[]);
    let charges = table(&output);
    assert_eq!(of_type(&charges, "total")[0]["billed_cost"], "368.00000000");
    assert_eq!(of_type(&charges, "charge")[0]["status"], "assumed");
}

/// Peaks too: two applications of 60 GB, one until noon and one from noon on, never make 120 GB.
#[test]
fn peaks_are_taken_after_applications_are_added() {
    let half = |from: &str, to: &str, application: u32| {
        format!("2026-10-01T{from}:00:00+08:00,{to}:00:00+08:00,100000,{application},storage,{MAINLAND},STANDARD,60,GB\n")
    };
    let apart = [half("00", "2026-10-01T12", 1), half("12", "2026-10-02T00", 2)].concat();
    assert_eq!(total(&rate(&apart, &["--prices", "vod-cn"])), "0.288");
    let together = [half("00", "2026-10-01T13", 1), half("12", "2026-10-02T00", 2)].concat();
    assert_eq!(total(&rate(&together, &["--prices", "vod-cn"])), "0.576");
}

/// By hand, at and just past each bound of the mainland tiers.
#[test]
fn a_bound_belongs_to_the_lower_tier() {
    let cost = |quantity: &str| total(&rate(&day("2026-10-01", "traffic", MAINLAND, "", quantity), &["--prices", "vod-cn"]));
    assert_eq!(cost("500 GB"), "120");
    assert_eq!(cost("500000000001 B"), "115");
    assert_eq!(cost("2000 GB"), "460");
    assert_eq!(cost("2001 GB"), "440.22");
    assert_eq!(cost("100000 GB"), "20000");
    assert_eq!(cost("100001 GB"), "15000.15");
}

#[test]
fn areas_and_days_have_their_own_counters() {
    let rows = [
        day("2026-10-01", "traffic", MAINLAND, "", "400 GB"),
        day("2026-10-01", "traffic", "Europe", "", "400 GB"),
        day("2026-10-02", "traffic", MAINLAND, "", "400 GB"),
    ]
    .concat();
    // 400 × 0.24 twice and 400 × 0.43.
    assert_eq!(total(&rate(&rows, &["--prices", "vod-cn", "--mode", "traffic"])), "364");
}

#[test]
fn what_has_no_price_is_empty_and_named() {
    let rows = [
        day("2026-10-01", "video-snapshot", "", "SampleSnapshot", "1000 count"),
        day("2026-10-01", "retrieval", MAINLAND, "InfrequentRetrieval", "5 GB"),
        day("2026-10-01", "transcoding", "", "Standard.AV1.HD", "5 min"),
        day("2015-10-01", "traffic", MAINLAND, "", "5 GB"),
        day("2026-10-01", "traffic", MAINLAND, "", "1 GB"),
    ]
    .concat();
    let output = rate_with(&rows, &["--prices", "vod-cn"], &[]);
    let charges = table(&output);
    let unpriced: Vec<_> = charges.iter().filter(|charge| charge["tier"] == "unpriced").collect();
    assert_eq!(unpriced.len(), 4);
    for charge in unpriced {
        for column in ["unit_price", "list_cost", "contracted_cost", "billed_cost"] {
            assert_eq!(charge[column], "", "{charge:?}");
        }
    }
    assert_eq!(total(&charges), "0.24");
    assert_eq!(of_type(&charges, "total")[0]["tier"], "without 4 unpriced");
    let warnings = String::from_utf8(output.stderr).unwrap();
    assert!(warnings.contains("its price was not found") && warnings.contains("no version for this day"), "{warnings}");
}

/// 61 s and 30 s: by record 2 + 1 minutes, by day 91 s are 2 minutes, each × 0.0325.
#[test]
fn minutes_are_rounded_as_the_switch_says() {
    let rows = [day(CN21, "transcoding", "", H, "61 s"), day(CN21, "transcoding", "", H, "30 s")].concat();
    let cost = |value: &str| total(&rate(&rows, &["--prices", "vod-cn", "--set", &format!("minute_rounding={value}")]));
    assert_eq!(cost("per_record"), "0.0975");
    assert_eq!(cost("per_day"), "0.065");
    // 91 s × 0.0325 ÷ 60 = 0.049291666…
    assert_eq!(cost("none"), "0.04929167");
    assert_eq!(total(&rate(&rows, &["--prices", "vod-cn"])), "0.0975");
}

#[test]
fn dates_of_a_charge() {
    let rows = day("2026-10-31", "traffic", MAINLAND, "", "1 GB");
    let dates = |arguments: &[&str]| {
        let charges = rate(&rows, &[&["--prices", "vod-cn"], arguments].concat());
        ["usage_day", "settlement_date", "bill_month", "posting_period"].map(|column| charges[0][column].clone())
    };
    assert_eq!(dates(&[]), ["2026-10-31", "2026-11-01", "2026-10", "2026-10"]);
    assert_eq!(dates(&["--set", "bill_month_basis=deduction"]), ["2026-10-31", "2026-11-01", "2026-11", "2026-10"]);
    assert_eq!(dates(&["--settlement", "month"]), ["2026-10-31", "2026-11-01", "2026-10", "2026-10"]);
}

/// A stranger's file: byte order mark, CRLF, columns in another order, a tag column.
#[test]
fn files_of_other_programs_are_read() {
    let text = "\u{feff}unit,quantity,spec,area,meter,sub_app_id,account,end,start,room\r\n\
                GB,550,,Chinese Mainland,traffic,,,2026-10-02T00:00:00+08:00,2026-09-30T16:00:00Z,\"a, b\"\r\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("u.csv"), text).unwrap();
    let output = run_in(folder.path(), &["rate", "--in", "u.csv", "--prices", "vod-cn"]);
    assert_eq!(total(&table(&output)), "126.5");
}

#[test]
fn json_lines_have_the_same_columns() {
    let rows = day("2026-10-01", "traffic", MAINLAND, "", "550 GB");
    let csv = rate(&rows, &["--prices", "vod-cn"]);
    let output = rate_with(&rows, &["--prices", "vod-cn", "--format", "json"], &[]);
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), csv.len());
    for (line, row) in lines.iter().zip(&csv) {
        assert_eq!(line.as_object().unwrap().len(), row.len());
        for (column, value) in row {
            assert_eq!(line[column].as_str().unwrap_or_default(), value, "{column}");
        }
    }
}

/// Line and column of a cell that cannot be read, with what to do; exit code 1.
#[test]
fn bad_cells_are_named() {
    let good = day("2026-10-01", "traffic", MAINLAND, "", "1 GB");
    let cases = [
        (day("2026-10-01", "traffic", MAINLAND, "", "x GB"), "line 3, column quantity, value \"x\""),
        (day("2026-10-01", "traffic", MAINLAND, "", "-1 GB"), "column quantity"),
        (day("2026-10-01", "traffic", MAINLAND, "", "1 EB"), "column unit, value \"EB\""),
        (day("2026-10-01", "traffic", MAINLAND, "", "1 min"), "meter traffic counts B"),
        (day("2026-10-01", "trafic", MAINLAND, "", "1 GB"), "unknown meter"),
        (row("2026-10-01", "2026-10-03", "traffic", MAINLAND, "", "1 GB"), "split it at midnight"),
        (row("2026-10-02", "2026-10-01", "traffic", MAINLAND, "", "1 GB"), "the end is not after the start"),
        (good.replace("2026-10-01T00:00:00+08:00", "2026-10-01"), "column start"),
        (good.replace("100000,,", "100000,app,"), "column sub_app_id"),
        (good.replace(",GB", ""), "8 columns where the header has 9"),
        (day("2026-10-01", "traffic", MAINLAND, "", &format!("1{} GB", "0".repeat(30))), "too many digits"),
        (day("2026-10-01", "traffic", MAINLAND, "", "1e9 GB"), "is not a number"),
        (day("2026-10-01", "traffic", "Chinese\0Mainland", "", "1 GB"), "control character"),
        (day("2026-10-01", "traffic", "\"Chinese\nMainland\"", "", "1 GB"), "line break"),
        (good.replace("10-01T00:00:00", "10-01T23:59:60"), "leap second"),
        (row("0001-01-01", "0001-01-02", "traffic", MAINLAND, "", "1 GB"), "a year from 1970 to 9998"),
        (row("9999-12-30", "9999-12-31", "traffic", MAINLAND, "", "1 GB"), "a year from 1970 to 9998"),
    ];
    for (bad, expected) in cases {
        let output = rate_with(&format!("{good}{bad}"), &["--prices", "vod-cn"], &[]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains("usage.csv line 3") && message.contains(expected), "{expected}: {message}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn wrong_use_says_what_there_is() {
    let good = day("2026-10-01", "traffic", MAINLAND, "", "1 GB");
    let cases: [(&[&str], &str); 8] = [
        (&[], "vod-2017, vod-cn, vod-intl"),
        (&["--prices", "vod-2030"], "vod-2017, vod-cn, vod-intl"),
        (&["--prices", "vod-cn", "--mode", "package"], "its modes: traffic, bandwidth"),
        (&["--prices", "vod-2017", "--mode", "package"], "trial, startup, enterprise"),
        (&["--prices", "vod-cn", "--set", "minute_rounding=up"], "none, per_record, per_day"),
        (&["--prices", "vod-cn", "--set", "rounding=up"], "its switches: ia_minimum_days, storage_unit, minute_rounding"),
        (&["--prices", "vod-cn", "--settlement", "hour"], "knows only day, month\n"),
        (&["--prices", "vod-cn", "--set", "minute_rounding=none", "--set", "minute_rounding=none"], "given twice"),
    ];
    for (arguments, expected) in cases {
        let output = rate_with(&good, arguments, &[]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

/// One line that names the file and what to do; exit code 1.
#[test]
fn files_that_are_no_usage_or_book_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = format!("{HEADER}{}", day("2026-10-01", "traffic", MAINLAND, "", "1 GB"));
    std::fs::create_dir(folder.path().join("dir")).unwrap();
    let files: [(&str, &[u8]); 7] = [
        ("good.csv", good.as_bytes()),
        ("empty.csv", b""),
        ("bars.csv", &good.replace(',', "|").into_bytes()),
        ("wide.csv", &good.replace(',', "，").into_bytes()),
        ("twice.csv", &good.replace("unit", "unit,unit").into_bytes()),
        ("latin.toml", b"id = \"\xe9\""),
        ("deep.toml", &[b"a = ".as_slice(), &[b'['; 100_000]].concat()),
    ];
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    for (usage, book, expected) in [
        ("empty.csv", "vod-cn", "empty.csv line 1: the file is empty"),
        ("bars.csv", "vod-cn", "bars.csv line 1: columns are separated by vertical bars"),
        ("wide.csv", "vod-cn", "wide.csv line 1: columns are separated by full-width commas"),
        ("twice.csv", "vod-cn", "column \"unit\" is there twice"),
        ("dir", "vod-cn", "usage file dir: it is a folder"),
        ("none.csv", "vod-cn", "usage file none.csv: there is no such file"),
        ("good.csv", "dir", "price book dir: it is a folder"),
        ("good.csv", "latin.toml", "price book latin.toml: line 1: the text is not UTF-8"),
        ("good.csv", "good.csv", "good.csv:1: not TOML"),
        ("good.csv", "deep.toml", "deep.toml:1: not TOML"),
    ] {
        let output = run_in(folder.path(), &["rate", "--in", usage, "--prices", book]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{message}");
        // A line for each place: the file that is no TOML has two.
        let most = if book == "good.csv" { 2 } else { 1 };
        assert!(message.contains(expected) && message.lines().count() <= most && message.len() < 300, "{expected}: {message}");
        assert!(output.stdout.is_empty());
    }
}

/// The international list has a price for it, the Chinese ones name none: a gap to be listed, not a meter to be refused.
#[test]
fn live_clipping_is_known_to_both_sites() {
    for (book, expected) in [("vod-cn", ""), ("vod-intl", "0.00098000")] {
        for date in ["2018-06-01", "2020-06-01", "2022-06-01"] {
            let charges = rate(&day(date, "live-clipping", "", "", "1 min"), &["--prices", book]);
            let expected = if date == "2022-06-01" { expected } else { "" };
            assert_eq!(of_type(&charges, "charge")[0]["billed_cost"], expected, "{book} {date}");
        }
    }
}

/// A bill of nothing must not look like a bill of zero.
#[test]
fn no_charges_at_all_is_said() {
    for (rows, mode) in [(String::new(), "traffic"), (day("2026-10-01", "traffic", MAINLAND, "", "1 GB"), "bandwidth")] {
        let output = rate_with(&rows, &["--prices", "vod-cn", "--mode", mode], &[]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stderr).unwrap().contains(&format!("no rows that are charged in mode {mode}")));
    }
}

/// Devices and links are written to; what is read is not written over; a folder is refused. Nothing is left behind.
#[cfg(unix)]
#[test]
fn out_replaces_only_files() {
    use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let usage = format!("{HEADER}{}", day("2026-10-01", "traffic", MAINLAND, "", "1 GB"));
    std::fs::write(at("u.csv"), &usage).unwrap();
    std::fs::write(at("real.csv"), "old").unwrap();
    std::fs::set_permissions(at("real.csv"), std::fs::Permissions::from_mode(0o600)).unwrap();
    symlink("real.csv", at("link.csv")).unwrap();
    symlink("u.csv", at("input.csv")).unwrap();
    std::fs::create_dir(at("dir")).unwrap();
    let to = |out: &str| run_in(folder.path(), &["rate", "--in", "u.csv", "--prices", "vod-cn", "--out", out]);

    assert!(to("link.csv").status.success());
    assert!(at("link.csv").symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(at("real.csv")).unwrap().starts_with("row_type,"));
    assert_eq!(at("real.csv").metadata().unwrap().mode() & 0o777, 0o600, "permissions stay");
    assert!(to("-").stdout.starts_with(b"row_type,"));

    for (out, code, expected) in [
        ("u.csv", 2, "that is the file given as --in"),
        ("./dir/../u.csv", 2, "that is the file given as --in"),
        ("input.csv", 2, "that is the file given as --in"),
        ("dir", 1, "it is a folder"),
        ("nowhere/x.csv", 1, "its folder does not exist"),
        ("u.csv/x.csv", 1, "is a file, not a folder"),
    ] {
        let output = to(out);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{out}: {message}");
        assert!(message.contains(expected) && message.lines().count() == 1, "{out}: {message}");
    }
    assert_eq!(std::fs::read_to_string(at("u.csv")).unwrap(), usage);

    // A pipe stands for every special file: it is in the test's own folder, so that a fault cannot harm the machine.
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = at("pipe");
        move || std::fs::read_to_string(pipe).unwrap()
    });
    assert!(to("pipe").status.success());
    assert!(at("pipe").metadata().unwrap().file_type().is_fifo(), "the pipe is still there");
    assert!(reader.join().unwrap().starts_with("row_type,"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 6, "no temporary file stays");
}

/// Whoever reads the output may stop early.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..3_000)
        .map(|account| day("2026-10-01", "traffic", MAINLAND, "", "1 GB").replace("100000,,", &format!("{account},,")))
        .collect();
    std::fs::write(folder.path().join("u.csv"), format!("{HEADER}{rows}")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vodledger"))
        .args(["rate", "--in", "u.csv", "--prices", "vod-cn"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), [].as_slice()));
}

#[test]
fn a_failed_run_leaves_the_old_output() {
    let folder = tempfile::tempdir().unwrap();
    let (usage, out) = (folder.path().join("u.csv"), folder.path().join("out.csv"));
    std::fs::write(&usage, format!("{HEADER}{}", day("2026-10-01", "traffic", MAINLAND, "", "1 GB"))).unwrap();
    std::fs::write(&out, "old").unwrap();
    let arguments = ["rate", "--in", "u.csv", "--prices", "vod-cn", "--out", "out.csv"];
    assert!(run_in(folder.path(), &arguments).status.success());
    let written = std::fs::read_to_string(&out).unwrap();
    assert!(written.starts_with("row_type,charge_id,account,"));
    std::fs::write(&usage, format!("{HEADER}nonsense\n")).unwrap();
    assert_eq!(run_in(folder.path(), &arguments).status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), written);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file stays");
}
