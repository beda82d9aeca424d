//! Reports as a scheduled job writes them: periods, folders with their manifest, what is written again, and quiet runs.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use vodledger::ledger::Ledger;
use vodledger::report::{self, Format, Library, Manifest, Parameters};

use crate::cost_shares::{folder, put};
use crate::support::{Ran, run_in};

const GB: u64 = 1_000_000_000;

/// Traffic in four months, 0.24 CNY each.
fn four_months(ledger: &Ledger) {
    for month in ["2026-07", "2026-08", "2026-09", "2026-10"] {
        put(ledger, 1, "traffic", &format!("{month}-05"), GB);
    }
}

fn run(folder: &Path, today: &str, arguments: &str) -> Ran {
    let common = ["--config", "vodledger.toml", "--ledger", "ledger.db", "--as-of"];
    let today = format!("{today}T09:00:00+08:00");
    let arguments: Vec<&str> = common.into_iter().chain([today.as_str()]).chain(arguments.split(' ')).collect();
    run_in(folder, &[], &arguments)
}

fn charged() -> tempfile::TempDir {
    let folder = folder("vod-cn", four_months);
    assert_eq!(run(folder.path(), "2026-11-05", "charge").code, 0);
    folder
}

/// The total of a report as JSON.
fn total(folder: &Path, today: &str, period: &str) -> String {
    let ran = run(folder, today, &format!("report cost-summary --format json {period}"));
    assert_eq!(ran.code, 0, "{period}: {}", ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let last = document["rows"].as_array().unwrap().last().map(|row| row["billed_cost"].as_str().unwrap().to_owned());
    format!("{} {}", document["about"]["period"].as_str().unwrap(), last.unwrap_or_default())
}

#[test]
fn periods_are_half_open_and_fiscal_years_begin_where_the_configuration_says() {
    let folder = charged();
    let folder = folder.path();
    let all = |today: &str, period: &str| total(folder, today, period);
    assert_eq!(all("2026-11-05", "--month last"), "2026-10-01 – 2026-10-31 0.24000000");
    assert_eq!(all("2026-11-05", "--from 2026-09-05 --to 2026-10-05"), "2026-09-05 – 2026-10-04 0.24000000");
    assert_eq!(all("2026-11-05", "--quarter 2026-Q3"), "2026-07-01 – 2026-09-30 0.72000000");
    assert_eq!(all("2026-11-05", "--quarter last"), "2026-07-01 – 2026-09-30 0.72000000");
    assert_eq!(all("2027-01-01", "--quarter last"), "2026-10-01 – 2026-12-31 0.24000000");
    assert_eq!(all("2026-11-05", "--year 2026"), "2026-01-01 – 2026-12-31 0.96000000");
    let config = fs::read_to_string(folder.join("vodledger.toml")).unwrap();
    fs::write(folder.join("vodledger.toml"), format!("[report]\nfiscal_year_starts = 9\n{config}")).unwrap();
    assert_eq!(all("2026-11-05", "--year 2026"), "2026-09-01 – 2027-08-31 0.48000000");
    assert_eq!(all("2026-11-05", "--year last"), "2025-09-01 – 2026-08-31 0.48000000");
    assert_eq!(all("2026-12-01", "--quarter last"), "2026-09-01 – 2026-11-30 0.48000000");
    assert_eq!(all("2026-11-05", "--quarter 2025-Q4"), "2026-06-01 – 2026-08-31 0.48000000");
    fs::write(
        folder.join("vodledger.toml"),
        format!("[report]\nfiscal_year_starts = 9\nfiscal_year_named_by = \"end\"\n{config}"),
    )
    .unwrap();
    assert_eq!(all("2026-11-05", "--year 2026"), "2025-09-01 – 2026-08-31 0.48000000");
    for wrong in [
        "--quarter 2026-Q5",
        "--quarter 2026",
        "--year 26",
        "--month 2026-13",
        "--from 2026-10-02 --to 2026-10-02",
        "--since-last",
    ] {
        let ran = run(folder, "2026-11-05", &format!("report cost-summary {wrong}"));
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.err);
    }
    // Kept by whole months, and by usage alone.
    for wrong in ["--from 2026-10-01 --to 2026-10-15", "--by bill"] {
        let ran = run(folder, "2026-11-05", &format!("report cost-by-room {wrong}"));
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.err);
    }
}

#[test]
fn a_folder_tells_what_is_in_it_and_only_what_is_missing_is_written() {
    let folder = charged();
    let folder = folder.path();
    let names = || {
        let mut names: Vec<String> =
            fs::read_dir(folder.join("out")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let write = |today: &str, arguments: &str| {
        let ran = run(folder, today, &format!("report {arguments} --out out"));
        // Quiet: nobody reads a job that went well.
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{arguments}");
    };
    write("2026-09-05", "cost-summary cost-by-room --since-last --format csv,jsonl");
    let august =
        ["cost-by-room-2026-08.csv", "cost-by-room-2026-08.jsonl", "cost-summary-2026-08.csv", "cost-summary-2026-08.jsonl"];
    assert_eq!(names(), [&august[..], &["manifest.json"]].concat());
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("out/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["version"], 1);
    for (entry, name) in manifest["files"].as_array().unwrap().iter().zip(august) {
        let bytes = fs::read(folder.join("out").join(name)).unwrap();
        assert_eq!((entry["file"].as_str(), entry["bytes"].as_u64()), (Some(name), Some(bytes.len() as u64)));
        assert_eq!(entry["sha256"], hex::encode(Sha256::digest(&bytes)));
        assert_eq!((entry["from"].as_str(), entry["to"].as_str()), (Some("2026-08-01"), Some("2026-09-01")));
    }
    // Two months later both that are missing; August was not final (some days were never collected), so it is written again.
    fs::write(folder.join("out/cost-summary-2026-08.csv"), "old").unwrap();
    write("2026-11-05", "cost-summary --since-last");
    assert!(names().contains(&"cost-summary-2026-09.csv".to_owned()) && names().contains(&"cost-summary-2026-10.csv".to_owned()));
    assert_ne!(fs::read_to_string(folder.join("out/cost-summary-2026-08.csv")).unwrap(), "old");
    // The same again is the same bytes, and files that are gone leave the manifest.
    let before = fs::read(folder.join("out/manifest.json")).unwrap();
    write("2026-11-05", "cost-summary --since-last");
    assert_eq!(fs::read(folder.join("out/manifest.json")).unwrap(), before);
    fs::remove_file(folder.join("out/cost-by-room-2026-08.jsonl")).unwrap();
    write("2026-11-05", "usage-daily --month 2026-10");
    let files = Manifest::read(&folder.join("out")).unwrap().files;
    assert!(files.iter().all(|entry| folder.join("out").join(&entry.file).is_file()));
    assert_eq!(files.len() + 1, names().len());
    // What is no manifest is not overwritten.
    fs::write(folder.join("out/manifest.json"), "{\"version\": 7, \"files\": []}").unwrap();
    let ran = run(folder, "2026-11-05", "report cost-summary --out out");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("version 7"), "{}", ran.err);
}

#[test]
fn two_runs_into_one_folder_lose_nothing() {
    let folder = charged();
    let out = folder.path().join("out");
    let ledger = folder.path().join("ledger.db");
    std::thread::scope(|scope| {
        for name in ["cost-summary", "cost-daily", "usage-daily", "charge-lines", "cost-by-room"] {
            let (out, ledger) = (&out, &ledger);
            scope.spawn(move || {
                let ledger = Ledger::open(ledger.to_str().unwrap()).unwrap();
                let definition = Library::default().get(name).unwrap();
                for month in ["2026-08", "2026-09", "2026-10"] {
                    let parameters = Parameters::of_month(month.parse().unwrap());
                    report::save(&ledger, &definition, &parameters, &[Format::Csv, Format::Json], out).unwrap();
                }
            });
        }
    });
    assert_eq!(Manifest::read(&out).unwrap().files.len(), 30);
}

#[test]
fn messages_are_lines_of_json_where_the_log_is() {
    let folder = charged();
    let ran = run(folder.path(), "2026-11-05", "--log-format json -v report cost-summary --month 2020-01 --out out");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said =
        |text: &str| lines.iter().any(|line| line["fields"]["message"].as_str().is_some_and(|message| message.contains(text)));
    assert!(said("the report has no rows") && said("written"), "{}", ran.err);
    let ran = run(folder.path(), "2026-11-05", "--log-format json report no-such-report");
    let line: Value = serde_json::from_str(ran.err.trim_end()).unwrap();
    assert_eq!((ran.code, line["level"].as_str()), (2, Some("ERROR")));
}

#[test]
fn parameters_of_a_report_are_set_by_name() {
    let folder = charged();
    let causes = |set: &str| {
        let ran = run(folder.path(), "2026-11-05", &format!("report cost-bridge --format csv --month 2026-07{set}"));
        (ran.code, ran.out.lines().filter(|line| line.starts_with("cause")).count(), ran.err)
    };
    assert_eq!(causes("").0, 0);
    assert_eq!(causes(" --set top=0").1, 0);
    assert!(causes(" --set top=1").1 > 0);
    assert!(causes(" --set top=many").2.contains("whole number"));
    assert!(causes(" --set most=1").2.contains("its parameters: top"));
    assert_eq!(causes(" --set top").0, 2);
}

#[test]
fn a_query_that_takes_too_long_is_stopped() {
    let folder = charged();
    let slow = "-- column: n number\nWITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 10000000000)\n\
                SELECT MAX(n) AS n FROM x ORDER BY n";
    fs::write(folder.path().join("slow.sql"), slow).unwrap();
    let config = fs::read_to_string(folder.path().join("vodledger.toml")).unwrap();
    fs::write(folder.path().join("vodledger.toml"), format!("[report]\nseconds = 1\n{config}")).unwrap();
    let ran = run(folder.path(), "2026-11-05", "report slow.sql");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("longer than 1 seconds"), "{}", ran.err);
}
