//! Reports on charges that are split: by application, recording, room, class and tag, over those who bear them, and between
//! two months. All figures are worked out by hand from the month that `cost_shares` describes.

use std::path::Path;

use serde_json::Value;
use vodledger::ledger::Ledger;

use crate::cost_shares::{folder, october, put};
use crate::support::run_in;

const GB: u64 = 1_000_000_000;

/// The named members of all rows of a report on October.
fn rows(folder: &Path, report: &str, names: &[&str]) -> Vec<String> {
    let common = ["--config", "vodledger.toml", "--ledger", "ledger.db"];
    let ran = run_in(folder, &[], &[&common[..], &["report", report, "--month", "2026-10", "--format", "json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &Value| names.iter().map(|name| text(&row[*name])).collect::<Vec<_>>().join("|");
    document["rows"].as_array().unwrap().iter().map(row).collect()
}

fn charge(folder: &Path) {
    let ran = run_in(folder, &[], &["--config", "vodledger.toml", "--ledger", "ledger.db", "charge"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn every_split_adds_up_to_the_total() {
    let folder = folder("vod-cn", october);
    charge(folder.path());
    let folder = folder.path();
    // As `charge --by recording` has them; dearest first, what no media pays behind them.
    assert_eq!(
        rows(folder, "cost-by-recording", &["row_type", "recording_id", "recording", "media", "billed_cost", "share"]),
        [
            "item|14651978969445155711|room_7|2|0.52800000|0.157143",
            "item|3|room_8|1|0.09600000|0.028571",
            "item|4|room_9|1|0.07200000|0.021429",
            "unattributed|||0|2.40000000|0.714286",
            "unattributed|||0|0.26400000|0.078571",
            "total|||4|3.36000000|1.000000",
        ]
    );
    assert_eq!(
        rows(folder, "cost-by-room", &["row_type", "room", "storage_cost"])[..3],
        ["item|7|0.52800000", "item|8|0.09600000", "item|9|0.07200000"]
    );
    // The first media carries two tags: 0.384 is counted twice and taken off once.
    assert_eq!(
        rows(folder, "cost-by-tag", &["row_type", "tag", "billed_cost"]),
        [
            "item|course:math|0.52800000",
            "item|exam|0.38400000",
            "item|course:art|0.09600000",
            "item|(no tag)|0.07200000",
            "overlap||-0.38400000",
            "unattributed||2.40000000",
            "unattributed||0.26400000",
            "total||3.36000000",
        ]
    );
    assert_eq!(
        rows(folder, "cost-by-application", &["row_type", "sub_app_id", "meter", "billed_cost"]),
        ["item|1|storage|0.72000000", "item|2|storage|0.24000000", "item|2|traffic|2.40000000", "total|||3.36000000"]
    );
    assert_eq!(
        rows(
            folder,
            "storage-by-class",
            &["row_type", "storage_class", "peak_quantity", "day_quantity", "day_unit", "billed_cost"]
        ),
        ["item|STANDARD|100|200|GB-day|0.96000000", "total||null|null||0.96000000"]
    );
}

const MAPPING: &str = r#"
[[rule]]
rule = "maths"
tag = "course:math"
department = "Maths"
cost_centre = "4711"

[[rule]]
rule = "eighth room"
room = "8"
from = 2026-10-06
department = "Art"
cost_centre = "4712"

[[rule]]
rule = "laboratory"
application = "2"
department = "Laboratory"
cost_centre = "4713"
course = "Physics"

[[shared]]
rule = "the rest in equal parts"
by = "equal"
"#;

#[test]
fn those_who_bear_a_cost() {
    let folder = folder("vod-cn", october);
    let folder = folder.path();
    std::fs::write(folder.join("mapping.toml"), MAPPING).unwrap();
    let config = std::fs::read_to_string(folder.join("vodledger.toml")).unwrap();
    std::fs::write(folder.join("vodledger.toml"), format!("[report]\nmapping = \"mapping.toml\"\n{config}")).unwrap();
    charge(folder);
    // Art bears a tenth of the second day alone. Of storage that no known media explains, application 2 measured 25 of 30 parts
    // on the first day (0.12 of 0.144) and all of the second (0.12); with the traffic that is 2.64. The 0.024 that are left are shared.
    // Nobody's are the ninth room (0.072) and the eighth on the first day (0.048).
    let names = ["row_type", "department", "cost_centre", "course", "direct_cost", "shared_cost", "unmapped_cost", "note"];
    assert_eq!(
        rows(folder, "chargeback", &names),
        [
            "item|Art|4712||0.04800000|0.00800000|0.00000000|",
            "item|Laboratory|4713|Physics|2.64000000|0.00800000|0.00000000|",
            "item|Maths|4711||0.52800000|0.00800000|0.00000000|",
            "unmapped||||0.00000000|0.00000000|0.12000000|no rule fits the media",
            "total||||3.21600000|0.02400000|0.12000000|",
        ]
    );
    // Without rules for shared cost it stays visible, and so does everything without a mapping.
    std::fs::write(folder.join("mapping.toml"), MAPPING.split("[[shared]]").next().unwrap()).unwrap();
    charge(folder);
    let names = ["row_type", "department", "billed_cost", "note"];
    assert_eq!(
        rows(folder, "chargeback", &names)[3..],
        [
            "unmapped||0.02400000|no media pays it and no rule shares it",
            "unmapped||0.12000000|no rule fits the media",
            "total||3.36000000|",
        ]
    );
}

#[test]
fn a_mapping_that_is_wrong_says_where() {
    let folder = folder("vod-cn", october);
    let folder = folder.path();
    let config = std::fs::read_to_string(folder.join("vodledger.toml")).unwrap();
    std::fs::write(folder.join("vodledger.toml"), format!("[report]\nmapping = \"mapping.toml\"\n{config}")).unwrap();
    for (mapping, said) in [
        ("[[rule]]\nname = \"x*\"", "mapping.toml:1: rule \"x*\": it names nobody"),
        ("[[rule]]\nnames = \"x*\"\ndepartment = \"a\"", "mapping.toml:2: rule 1: names: unknown key; did you mean \"name\"?"),
        ("[[rule]]\nfrom = 2026-10-02\nto = 2026-10-02\ndepartment = \"a\"", "the end must be later"),
        ("[[rule]]\nfrom = 12:00:00\ndepartment = \"a\"", "\"12:00:00\" is not a day"),
        ("[[shared]]\nby = \"size\"", "known: proportional equal fixed"),
        ("[[shared]]\nby = \"fixed\"", "needs parts"),
        ("[[shared]]\nby = \"fixed\"\nparts = { a = 0 }", "above 0"),
        ("[[rule]", "mapping.toml"),
    ] {
        std::fs::write(folder.join("mapping.toml"), mapping).unwrap();
        let ran = run_in(folder, &[], &["--config", "vodledger.toml", "--ledger", "ledger.db", "charge"]);
        assert_eq!(ran.code, 2, "{mapping}: {}", ran.err);
        assert!(ran.err.contains(said), "{mapping}: {}", ran.err);
    }
}

/// 30 days of 10 GB, then 31 of 20 GB, at 0.24 each: 72.00 and 148.80.
fn two_months(ledger: &Ledger) {
    for day in 1..=30 {
        put(ledger, 1, "traffic", &format!("2026-09-{day:02}"), 10 * GB);
    }
    for day in 1..=31 {
        put(ledger, 1, "traffic", &format!("2026-10-{day:02}"), 20 * GB);
    }
    put(ledger, 1, "storage", "2026-10-31", 100 * GB);
}

#[test]
fn from_one_month_to_the_next() {
    let folder = folder("vod-cn", two_months);
    charge(folder.path());
    // A day more at the old rate is 2.40; twice as much a day is 74.40; storage was not there before.
    assert_eq!(
        rows(folder.path(), "cost-bridge", &["row_type", "effect", "meter", "amount", "share"]),
        [
            "base|||72.00000000|1.000000",
            "change|days||2.40000000|0.033333",
            "cause|days|traffic|2.40000000|0.033333",
            "change|volume||74.88000000|1.040000",
            "cause|volume|traffic|74.40000000|1.033333",
            "cause|volume|storage|0.48000000|0.006667",
            "total|||149.28000000|2.073333",
        ]
    );
}
