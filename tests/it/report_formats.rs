//! The formats of reports: what a program that reads them finds, against the figures that `cost_shares` works out by hand.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use vodledger::ledger::Ledger;
use vodledger::model::{FileId, Media, MediaState, SubAppId};

use crate::cost_shares::{account, folder, october};
use crate::support::run_in;

/// The month of `cost_shares`, and a recording with a name that wants to be a formula, a tag and a cell of its own.
fn month(ledger: &Ledger) {
    october(ledger);
    let media = Media {
        name: "=1+1;<script>alert(\"x\")</script>, 直播".to_owned(),
        sub_app_id: Some(SubAppId(1)),
        state: MediaState::Normal,
        size: Some(1_000_000_000),
        storage_region: "ap-chongqing".to_owned(),
        created: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        ..Media::new(FileId::new("99999999999999999999"))
    };
    ledger.remember_media(&account(), &[media], "2026-10-20T00:00:00Z".parse().unwrap()).unwrap();
}

fn charged() -> tempfile::TempDir {
    let folder = folder("vod-cn", month);
    let ran = run_in(folder.path(), &[], &["--config", "vodledger.toml", "--ledger", "ledger.db", "charge"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    folder
}

/// Writes a report of October into a folder, and gives the path without the ending.
fn write(folder: &Path, report: &str, arguments: &str, out: &str) -> std::path::PathBuf {
    let common = ["--config", "vodledger.toml", "--ledger", "ledger.db", "report", report, "--month", "2026-10", "--out", out];
    let ran = run_in(folder, &[], &common.into_iter().chain(arguments.split_whitespace()).collect::<Vec<_>>());
    assert_eq!(ran.code, 0, "{}", ran.err);
    folder.join(out).join(format!("{report}-2026-10"))
}

#[test]
fn csv_for_other_spreadsheets() {
    let folder = charged();
    let folder = folder.path();
    let plain = fs::read(write(folder, "cost-by-recording", "", "a").with_extension("csv")).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    // Quoted for its comma and quotes, disarmed for its equals sign; the id keeps its twenty digits.
    let cell = "99999999999999999999,\"'=1+1;<script>alert(\"\"x\"\")</script>, 直播\",";
    assert!(plain.contains(cell), "{plain}");
    let bom = fs::read(write(folder, "cost-by-recording", "--csv-encoding utf-8-bom", "b").with_extension("csv")).unwrap();
    assert_eq!(bom, [b"\xef\xbb\xbf", plain.as_bytes()].concat());
    let options = "--csv-encoding gbk --csv-separator ; --csv-decimal ,";
    let gbk = fs::read(write(folder, "cost-by-recording", options, "c").with_extension("csv")).unwrap();
    // 直播 in GBK, from its code table.
    assert!(gbk.windows(4).any(|four| four == [0xd6, 0xb1, 0xb2, 0xa5]));
    assert!(gbk.windows(12).any(|part| part == b";3,36000000;"));
    assert!(!String::from_utf8_lossy(&gbk).contains("3.36"));
    let tabs = fs::read_to_string(write(folder, "cost-summary", "--csv-separator tab", "d").with_extension("csv")).unwrap();
    assert!(tabs.starts_with("row_type\taccount\tmeter\t"), "{tabs}");
}

#[test]
fn json_has_the_amounts_of_csv_as_texts() {
    let folder = charged();
    let stem = write(folder.path(), "cost-summary", "--format csv,json,jsonl", "out");
    let csv = csv::Reader::from_path(stem.with_extension("csv")).unwrap().into_records().map(Result::unwrap).collect::<Vec<_>>();
    let document: Value = serde_json::from_slice(&fs::read(stem.with_extension("json")).unwrap()).unwrap();
    let lines = fs::read_to_string(stem.with_extension("jsonl")).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(document["rows"].as_array(), Some(&lines));
    assert_eq!((lines.len(), csv.len()), (3, 3));
    for (row, record) in lines.iter().zip(&csv) {
        assert_eq!(row["billed_cost"].as_str(), record.get(9));
        assert_eq!(row["meter"].as_str(), record.get(2));
    }
    assert_eq!(lines[2]["billed_cost"], "3.36000000");
    assert_eq!(lines[2]["usage_quantity"], Value::Null);
    assert_eq!(document["about"]["price_book"], "vod-cn 2021");
    assert_eq!(document["columns"][9], serde_json::json!({ "name": "billed_cost", "heading": "Cost" }));
}

/// A part of a workbook.
fn part(workbook: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(File::open(workbook).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_workbook_has_numbers_texts_and_sums() {
    let folder = charged();
    let stem = write(folder.path(), "cost-by-recording", "--format xlsx", "out");
    let workbook = stem.with_extension("xlsx");
    let sheet = part(&workbook, "xl/worksheets/sheet1.xml");
    // Six rows before the total (four recordings, two that no media pays): the sum is a formula, and its result is there.
    let sums: Vec<&str> = sheet.match_indices("<f>").map(|(at, _)| sheet[at + 3..].split('<').next().unwrap()).collect();
    assert!(!sums.is_empty() && sums.iter().all(|sum| sum.starts_with("SUM(") && sum.ends_with("7)")), "{sums:?}");
    assert!(sheet.contains("</f><v>3.36</v>"), "{sheet}");
    assert!(sheet.contains("state=\"frozen\"") && sheet.contains("<autoFilter"), "{sheet}");
    // Ids and what looks like a formula are texts.
    for text in ["99999999999999999999", "=1+1;&lt;script&gt;"] {
        let at = sheet.find(&format!(">{text}")).unwrap_or_else(|| panic!("{text} is not there: {sheet}"));
        assert!(sheet[..at].rsplit("<c ").next().unwrap().contains("t=\"inlineStr\""), "{text}");
    }
    let about = part(&workbook, "xl/sharedStrings.xml");
    assert!(about.contains("3.36000000") && about.contains("vod-cn 2021"), "{about}");
    let chinese = write(folder.path(), "cost-by-recording", "--format xlsx", "zh");
    let ran = run_in(
        folder.path(),
        &[],
        &[
            "--config",
            "vodledger.toml",
            "--ledger",
            "ledger.db",
            "--lang",
            "zh",
            "report",
            "cost-by-recording",
            "--month",
            "2026-10",
            "--format",
            "xlsx",
            "--out",
            "zh",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let sheet = part(&chinese.with_extension("xlsx"), "xl/worksheets/sheet1.xml");
    for word in ["行类型", "费用", "合计", "未归属"] {
        assert!(sheet.contains(word), "{word}");
    }
}

#[test]
fn parquet_has_exact_types() {
    let folder = charged();
    let stem = write(folder.path(), "cost-daily", "--format parquet", "out");
    let reader = SerializedFileReader::new(File::open(stem.with_extension("parquet")).unwrap()).unwrap();
    let mut total = None;
    let mut bytes = Vec::new();
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let column =
            |name: &str| row.get_column_iter().find(|(column, _)| *column == name).map(|(_, field)| field.clone()).unwrap();
        let Field::Decimal(cost) = column("billed_cost") else { panic!("{row}") };
        assert_eq!((cost.precision(), cost.scale()), (18, 8));
        let units = cost.data().iter().fold(0_i64, |units, byte| units << 8 | i64::from(*byte));
        match column("row_type") {
            Field::Str(word) if word == "total" => total = Some(units),
            _ => {
                let Field::Long(quantity) = column("usage_quantity") else { panic!("{row}") };
                bytes.push((quantity, column("unit"), units));
            }
        }
    }
    // Base units: 100 GB of storage for 0.48 on each of two days, 10 GB of traffic for 2.40.
    let unit = || Field::Str("B".to_owned());
    bytes.sort_by_key(|(quantity, _, units)| (*quantity, *units));
    assert_eq!(
        bytes,
        [(10_000_000_000, unit(), 240_000_000), (100_000_000_000, unit(), 48_000_000), (100_000_000_000, unit(), 48_000_000)]
    );
    assert_eq!(total, Some(336_000_000));
}

#[test]
fn a_page_stands_alone_and_escapes() {
    let folder = charged();
    let stem = write(folder.path(), "cost-by-recording", "--format html", "out");
    let page = fs::read_to_string(stem.with_extension("html")).unwrap();
    assert!(
        page.contains("3.36") && page.contains("<svg") && page.contains("prefers-color-scheme") && page.contains("@media print")
    );
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    for outside in ["src=", "@import", "url(http", "href=\"http"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    let folder = charged();
    let formats = "--format csv,xlsx,json,jsonl,parquet,html";
    for report in ["cost-daily", "cost-by-tag", "usage-daily"] {
        let (first, second) = (write(folder.path(), report, formats, "a"), write(folder.path(), report, formats, "b"));
        for ending in ["csv", "xlsx", "json", "jsonl", "parquet", "html"] {
            let bytes = |stem: &Path| fs::read(stem.with_extension(ending)).unwrap();
            assert!(bytes(&first) == bytes(&second), "{report}.{ending}");
        }
    }
}
