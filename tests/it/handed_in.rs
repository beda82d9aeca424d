//! What people hand in as CSV: whatever program wrote it, its rows are all rated, or it is refused by line.

use std::path::Path;
use std::process::Output;

use crate::rate::{HEADER, run_in};

const BOOK: &str = r#"
format = 1
id = "plain"
title = "1 a GB"
currency = "CNY"

[[source]]
id = "none"
title = "made up"

[[version]]
name = "1"
from = "2020-01-01"
modes = ["traffic", "bandwidth"]
settlements = ["day", "month"]

[[version.price]]
name = "traffic"
meter = "traffic"
modes = ["traffic"]
unit = "GB"
rates = [{ price = "1" }]
source = "none"
verified_on = "2026-01-01"
evidence = "C"

[[version.ignored]]
meter = "traffic"
modes = ["bandwidth"]
reason = "billed by bandwidth"
"#;

fn day(day: u8, account: &str, area: &str, quantity: &str) -> String {
    let next = day + 1;
    format!("2026-10-{day:02}T00:00:00+08:00,2026-10-{next:02}T00:00:00+08:00,{account},,traffic,{area},,{quantity},GB\n")
}

/// 10 + 20 + 40.
fn plain() -> String {
    let rows = [(1, "10"), (2, "20"), (3, "40")].map(|(at, quantity)| day(at, "100000000001", "Chinese Mainland", quantity));
    format!("{HEADER}{}", rows.concat())
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn rate(folder: &Path, usage: impl AsRef<[u8]>, more: &[&str]) -> Ran {
    std::fs::write(folder.join("book.toml"), BOOK).unwrap();
    std::fs::write(folder.join("u.csv"), usage).unwrap();
    outcome(run_in(folder, &[&["rate", "--in", "u.csv", "--prices", "book.toml"], more].concat()))
}

fn outcome(output: Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// Account and amount of every total.
fn totals(ran: &Ran) -> Vec<(String, String)> {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let titles = reader.headers().unwrap().clone();
    let cell = |row: &csv::StringRecord, title: &str| row[titles.iter().position(|other| other == title).unwrap()].to_owned();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let totals = rows.iter().filter(|row| cell(row, "row_type") == "total");
    totals.map(|row| (cell(row, "account"), cell(row, "billed_cost"))).collect()
}

fn seventy() -> Vec<(String, String)> {
    vec![("100000000001".to_owned(), "70.00000000".to_owned())]
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

#[test]
fn a_usage_file_is_the_same_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let plain = plain();
    let header_with_return = plain.replacen("unit\n", "unit\r", 1);
    let quoted: String = plain.lines().map(|line| format!("\"{}\"\n", line.replace(',', "\",\""))).collect();
    let tagged = plain.replacen("unit\n", "unit,标签\n", 1).replace("GB\n", "GB,学校\n");
    let (gbk, _, _) = encoding_rs::GB18030.encode(&tagged);
    let spaced = format!("{}\n\n,,,,,,,,\n\n", plain);
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("LF", plain.clone().into()),
        ("CRLF", plain.replace('\n', "\r\n").into()),
        ("CR", plain.replace('\n', "\r").into()),
        ("a header that ends with CR", header_with_return.into()),
        ("all ends in one file", plain.replacen('\n', "\r\n", 1).replacen("GB\n", "GB\r", 1).into()),
        ("two CR", plain.replace('\n', "\r\r\n").into()),
        ("no last end", plain.trim_end().into()),
        ("semicolons", plain.replace(',', ";").into()),
        ("tabs", plain.replace(',', "\t").into()),
        ("semicolons, declared", format!("sep=;\r\n{}", plain.replace(',', ";")).into()),
        ("a mark and quotes", format!("\u{feff}{quoted}").into()),
        ("quotes and semicolons", quoted.replace(',', ";").into()),
        ("UTF-16, little end first", utf16(&plain, u16::to_le_bytes)),
        ("UTF-16, big end first, tabs", utf16(&plain.replace(',', "\t"), u16::to_be_bytes)),
        ("UTF-8 with a tag", tagged.clone().into()),
        ("GB 18030 with a tag", gbk.into_owned()),
        ("blank lines at the end", spaced.into()),
        ("a comma behind every row", plain.replace('\n', ",\n").into()),
        ("a comma behind every row but the header", plain.replace("GB\n", "GB,\n").into()),
        ("blanks in the header", plain.replacen("start,end", " start , end\u{a0}", 1).into()),
    ];
    for (what, bytes) in forms {
        let ran = rate(folder.path(), bytes, &[]);
        assert_eq!(ran.code, Some(0), "{what}: {}", ran.err);
        assert_eq!(totals(&ran), seventy(), "{what}");
        assert!(ran.err.contains("u.csv") && ran.err.contains(": 3 rows read"), "{what}: {}", ran.err);
    }
}

/// Shares go by the same rows and ids as charges.
#[test]
fn shares_are_the_same_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let text = plain().replace("100000000001,,", "100000000001,1500000001,");
    let expected = rate(folder.path(), &text, &["--by", "sub_app_id"]).out;
    let rewritten = text.replacen("1500000001", "'1500000001", 1).replace(',', ";").replace('\n', "\r");
    let ran = rate(folder.path(), rewritten, &["--by", "sub_app_id"]);
    assert_eq!((ran.code, ran.out), (Some(0), expected), "{}", ran.err);
}

#[test]
fn an_account_that_a_spreadsheet_rewrote_is_the_account() {
    let folder = tempfile::tempdir().unwrap();
    for written in [
        "'100000000001",
        "=\"100000000001\"",
        "\"=\"\"100000000001\"\"\"",
        "100000000001.0",
        "1.00000000001E+11",
        "\"100,000,000,001\"",
        "100 000 000 001",
        "\u{a0}100000000001\u{200b}",
        "１０００００００００００1",
        "\u{feff}100000000001",
    ] {
        let expected = if written.starts_with('１') { "1000000000001" } else { "100000000001" };
        let rows = plain().replace("100000000001", expected).replacen(expected, written, 2);
        let ran = rate(folder.path(), rows, &[]);
        assert_eq!(totals(&ran), [(expected.to_owned(), "70.00000000".to_owned())], "{written}");
    }
    for written in ["1.00E+11", "100.000", "-100000000001", "100000000001.5", "#REF!", "=A1", "'", "١٠٠"] {
        let rows =
            plain().replacen("100000000001", "x", 1).replacen("100000000001", written, 1).replacen(",x,", ",100000000001,", 1);
        let ran = rate(folder.path(), rows, &[]);
        assert!(ran.code == Some(1) && ran.out.is_empty(), "{written}");
        assert!(ran.err.contains("u.csv line 3, column account"), "{written}: {}", ran.err);
    }
}

#[test]
fn a_slip_of_the_pen_is_no_area_meter_or_specification_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    for (written, near) in [
        ("chinese mainland", "Chinese Mainland"),
        ("Chinese  Mainland", "Chinese Mainland"),
        ("Chinese Mainlnad", "Chinese Mainland"),
        ("Ｅurope", "Europe"),
        ("Eurpoe", "Europe"),
    ] {
        let ran = rate(folder.path(), format!("{}{}", plain(), day(4, "1", written, "5")), &[]);
        assert_eq!(ran.code, Some(1), "{written}");
        assert!(ran.err.contains("u.csv line 5, column area") && ran.err.contains(&format!("nearly {near:?}")), "{}", ran.err);
    }
    // Another area is another area; it stays.
    let ran = rate(folder.path(), format!("{}{}", plain(), day(4, "100000000001", "Antarctica", "5")), &[]);
    assert_eq!(totals(&ran)[0].1, "75.00000000");
    let ran = rate(folder.path(), plain().replacen(",traffic,", ",Traffic,", 1), &[]);
    assert!(ran.err.contains("line 2, column meter") && ran.err.contains("did you mean \"traffic\"?"), "{}", ran.err);
    // A specification that a price book need not name is known all the same.
    let minutes = |spec: &str| day(1, "1", "", "5").replace("traffic,,", &format!("transcoding,,{spec}")).replace("GB", "min");
    for (spec, code) in [("Standard.H264.FHD", 0), ("Standard.AV1.HD", 0), ("standard.h264.fhd", 1), ("Standrad.H265.4K", 1)] {
        std::fs::write(folder.path().join("u.csv"), format!("{HEADER}{}", minutes(spec))).unwrap();
        let ran = outcome(run_in(folder.path(), &["rate", "--in", "u.csv", "--prices", "vod-cn"]));
        assert_eq!(ran.code, Some(code), "{spec}: {}", ran.err);
    }
}

#[test]
fn rows_are_not_lost_in_quotes_and_widths() {
    let folder = tempfile::tempdir().unwrap();
    let tagged = plain().replacen("unit\n", "unit,tag\n", 1).replace("GB\n", "GB,x\n");
    for (text, said) in [
        (tagged.replacen("GB,x", "GB,\"x", 1), "line 2: a quote opens here"),
        (
            tagged.replacen("GB,x", "GB,\"x", 1) + &day(4, "1", "", "1").replace("GB\n", "GB,\"y\"\n"),
            "line 2: a quote opens here",
        ),
        (plain().replacen("GB\n", "GB,x\n", 1), "line 2: 10 columns"),
        (plain().replacen(",GB\n", "\n", 1), "line 2: 8 columns"),
        (plain().replacen("area", "meter", 1), "column \"area\" is missing"),
        (plain().replacen("unit\n", "unit,unit\n", 1), "there twice"),
        (plain().replacen("meter", "Meter", 1), "column \"meter\" is missing (there is \"Meter\")"),
        (plain().replacen("10,GB", "1\0,GB", 1), "line 2: there is a NUL"),
    ] {
        let ran = rate(folder.path(), &text, &[]);
        assert!(ran.code == Some(1) && ran.err.contains("u.csv line ") && ran.err.contains(said), "{said}: {}", ran.err);
    }
}

const BILL: &str = "产品,计费模式,配置描述,总价\n云点播,按月结算,点播带宽,1\n云直播,按量付费,直播带宽,9\n";

#[test]
fn a_bill_says_the_same_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let (gbk, _, _) = encoding_rs::GBK.encode(BILL);
    let quoted: String = BILL.lines().map(|line| format!("\"{}\"\r\n", line.replace(',', "\";\""))).collect();
    for (what, bytes) in [
        ("commas", BILL.as_bytes().to_vec()),
        ("semicolons", BILL.replace(',', ";").into()),
        ("semicolons and a title with a comma", BILL.replace(',', ";").replacen("总价", "总价(元,含税)", 1).into()),
        ("tabs", BILL.replace(',', "\t").into()),
        ("a mark, quotes, semicolons", format!("\u{feff}{quoted}").into()),
        ("GBK", gbk.into_owned()),
        ("UTF-16", utf16(&BILL.replace(',', "\t"), u16::to_le_bytes)),
        ("CR", BILL.replace('\n', "\r").into()),
        ("blanks", BILL.replace("点播带宽", " 点播带宽\u{3000}").into()),
        ("lines in front", format!("账单月份：2026-10\n\n{BILL}").into()),
    ] {
        std::fs::write(folder.path().join("bill.csv"), bytes).unwrap();
        let ran = rate(folder.path(), plain(), &["--bill", "bill.csv"]);
        // By bandwidth, traffic is not charged.
        assert!(ran.code == Some(0) && ran.out.lines().count() == 1, "{what}: {}", ran.err);
        assert!(ran.err.contains("3 of meter traffic, which is not charged in mode bandwidth"), "{what}: {}", ran.err);
        assert!(ran.err.contains("bill bill.csv: ") && ran.err.contains(" lines read, 1 used"), "{what}: {}", ran.err);
    }
    for (what, bill, said) in [
        ("another product", BILL.replace("点播带宽", "直播流量"), "none of its 3 lines is known as one of VOD"),
        ("nothing", String::new(), "none of its 0 lines"),
        ("bars", BILL.replace(',', "|"), "none of its 3 lines"),
        ("both", format!("{BILL}云点播,按月结算,点播流量,2\n"), "give its history with --mode"),
    ] {
        std::fs::write(folder.path().join("bill.csv"), bill).unwrap();
        let ran = rate(folder.path(), plain(), &["--bill", "bill.csv"]);
        assert!(ran.code.is_some_and(|code| code != 0) && ran.err.contains(said), "{what}: {}", ran.err);
        assert!(what == "both" || ran.code == Some(2), "{what}");
    }
}

/// A counter of 100 GB before the first row: the same from every form.
#[test]
fn openings_are_the_same_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let tiers = BOOK.replace(
        "rates = [{ price = \"1\" }]",
        "tiers = { kind = \"graduated\", reset = \"month\", up_to = [\"100\"] }\nrates = [{ prices = [\"2\", \"1\"] }]",
    );
    std::fs::write(folder.path().join("tiers.toml"), tiers).unwrap();
    // Usage of the 2nd to the 4th; the counter is that of the 1st.
    let days = plain().replace("10-04", "10-05").replace("10-03", "10-04").replace("10-02", "10-03").replace("10-01", "10-02");
    std::fs::write(folder.path().join("u.csv"), days).unwrap();
    let opening =
        "account,meter,area,spec,at,quantity,unit\n100000000001,traffic,Chinese Mainland,,2026-10-02T00:00:00+08:00,100,GB\n";
    let run = |bytes: &[u8]| {
        std::fs::write(folder.path().join("o.csv"), bytes).unwrap();
        outcome(run_in(folder.path(), &["rate", "--in", "u.csv", "--prices", "tiers.toml", "--opening", "o.csv"]))
    };
    for text in [
        opening.to_owned(),
        opening.replace(',', ";"),
        opening.replace('\n', "\r"),
        format!("\u{feff}{opening}\n\n,,,,,,\n"),
        opening.replace("100000000001", "'100000000001"),
    ] {
        assert_eq!(totals(&run(text.as_bytes())), seventy(), "{text:?}");
    }
    for (from, to, said) in [
        ("100000000001", "1.00E+11", "o.csv line 2, column account"),
        ("Chinese Mainland", "Chinese mainland", "o.csv line 2, column area"),
        (",traffic,", ",trafic,", "did you mean \"traffic\"?"),
        (",100,GB", ",100", "line 2: 6 columns"),
        ("spec,", "spezi,", "column \"spec\" is missing"),
    ] {
        let ran = run(opening.replacen(from, to, 1).as_bytes());
        assert!(ran.code == Some(1) && ran.err.contains(said), "{said}: {}", ran.err);
    }
    // Every wrong row is told.
    let two = opening.replace("100,GB\n", "x,GB\n") + "1,traffic,,,2026-10-01T00:00:00+08:00,y,GB\n";
    let err = run(two.as_bytes()).err;
    assert!(err.contains("line 2, column quantity") && err.contains("line 3, column quantity"), "{err}");
}

/// Whatever is named, memory and time stay bounded, and the error names what was given.
#[cfg(target_os = "linux")]
#[test]
fn what_has_no_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("book.toml"), BOOK).unwrap();
    std::fs::write(folder.path().join("u.csv"), plain()).unwrap();
    std::fs::create_dir(folder.path().join("dir")).unwrap();
    std::fs::write(folder.path().join("x.xlsx"), b"PK\x03\x04\x14\0\x06\0rest").unwrap();
    std::fs::write(folder.path().join("y.sh"), "ulimit -v 2000000\nyes 'a very long word without an end' | \"$@\"\n").unwrap();
    let usual = ["--in", "u.csv", "--prices", "book.toml"];
    for given in ["/dev/zero", "dir", "x.xlsx", "/dev/stdin"] {
        for flag in ["--in", "--prices", "--packs", "--contract", "--bill", "--opening"] {
            let mut arguments: Vec<&str> = vec!["y.sh", env!("CARGO_BIN_EXE_vodledger"), "rate"];
            arguments.extend(usual.chunks(2).filter(|pair| pair[0] != flag).flatten());
            arguments.extend([flag, given]);
            let output = std::process::Command::new("sh").args(&arguments).current_dir(folder.path()).output().unwrap();
            let ran = outcome(output);
            assert!(matches!(ran.code, Some(1 | 2)) && ran.out.is_empty(), "{flag} {given}: {:?} {}", ran.code, ran.err);
            assert!(ran.err.contains(given) && ran.err.len() < 2_000, "{flag} {given}: {}", ran.err);
        }
    }
    for given in ["/dev/zero", "dir", "x.xlsx", "/dev/stdin"] {
        let arguments = ["y.sh", env!("CARGO_BIN_EXE_vodledger"), "--config", given, "find", "--name", "x"];
        let ran = outcome(std::process::Command::new("sh").args(arguments).current_dir(folder.path()).output().unwrap());
        assert!(ran.code == Some(2) && ran.err.contains(given) && ran.err.len() < 2_000, "{given}: {:?} {}", ran.code, ran.err);
    }
}
