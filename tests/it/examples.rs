//! The published worked examples (`tests/data/billing-examples.json`) through `rate`: each is asserted here on the amount
//! that its own arithmetic gives (`check.assert_amount`), or named as a scenario with the reason why there is nothing to rate.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::rate::{CN21, H, HEADER, MAINLAND, day, of_type, rate, rate_with, row, run_in, short, table, total};

/// A published example: its id, the arguments after `--in`, and its usage as rows of
/// meter, area (`m` mainland, `o` outside), spec and quantity on the day.
type Example = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str, &'static str, &'static str)]);

const CN20: &str = "2020-06-01";
const US22: &str = "2022-10-01";

const ONE_DAY: &[Example] = &[
    ("ilvb17-relay-channel-fee", "vod-2017", "2017-06-01", &[("relay-channels", "", "", "12 count")]),
    ("ilvb17-screenshot-rounding", "vod-2017", "2017-06-01", &[("live-snapshots", "", "", "3600 count")]),
    (
        "d18-storage-origin-list",
        "vod-cn --set list_2018=launch",
        "2018-06-01",
        &[("storage", "m", "STANDARD", "100 GB"), ("origin-egress", "m", "", "10 GB")],
    ),
    (
        "d18-storage-origin-discount-conflict",
        "vod-cn",
        "2018-06-01",
        &[("storage", "m", "STANDARD", "100 GB"), ("origin-egress", "m", "", "10 GB")],
    ),
    (
        "d18-transcode-2k-and-1280x960",
        "vod-cn",
        "2018-06-01",
        &[("transcoding", "", "Standard.H264.2K", "60 min"), ("transcoding", "", "Standard.H264.FHD", "100 min")],
    ),
    ("d18-traffic-55GB-first-tiers", "vod-cn --set list_2018=launch", "2018-06-01", &[("traffic", "m", "", "55 GB")]),
    ("d18-traffic-55GB-conflict", "vod-cn", "2018-06-01", &[("traffic", "m", "", "55 GB")]),
    ("d20-storage-100GB", "vod-cn", CN20, &[("storage", "m", "STANDARD", "100 GB")]),
    (
        "d20-transcode-2k-hd-audio",
        "vod-cn",
        CN20,
        &[
            ("transcoding", "", "Standard.H264.2K", "100 min"),
            ("transcoding", "", H, "100 min"),
            ("transcoding", "", "Audio", "100 min"),
        ],
    ),
    ("d20-editing-splice", "vod-cn", CN20, &[("editing", "", "Edit.H264.HD", "25 min")]),
    ("d20-traffic-550GB", "vod-cn", CN20, &[("traffic", "m", "", "550 GB")]),
    (
        "d20-std-two-hd-remux-audio",
        "vod-cn",
        CN20,
        &[
            ("transcoding", "", H, "10 min"),
            ("transcoding", "", H, "10 min"),
            ("transcoding", "", "Remuxing", "10 min"),
            ("transcoding", "", "Audio", "10 min"),
        ],
    ),
    ("d20-nonstd-1024x800-area", "vod-cn", CN20, &[("transcoding", "", H, "10 min")]),
    (
        "d20-year-first-month-transcode",
        "vod-cn",
        CN20,
        &[("transcoding", "", "Standard.H264.FHD", "20000 min"), ("transcoding", "", H, "20000 min")],
    ),
    (
        "d20-year-later-month-transcode",
        "vod-cn",
        CN20,
        &[("transcoding", "", "Standard.H264.FHD", "8000 min"), ("transcoding", "", H, "8000 min")],
    ),
    ("d20-ai-analysis-two-apis", "vod-cn", CN20, &[("video-tag", "", "", "60 min"), ("video-classification", "", "", "60 min")]),
    ("d20-moderation-30min", "vod-cn", CN20, &[("content-audit", "", "", "30 min")]),
    ("d21-moderation-two-areas", "vod-cn", CN21, &[("content-audit", "", "", "30 min"), ("content-audit", "", "", "30 min")]),
    ("d21-cooldown-day1", "vod-cn", CN21, &[("storage", "m", "STANDARD", "100 GB"), ("storage", "m", "STANDARD_IA", "100 GB")]),
    ("d21-cooldown-day2", "vod-cn", "2021-05-21", &[("storage", "m", "STANDARD_IA", "100 GB")]),
    ("d21-deep-restore-retrieval-conflict", "vod-cn", CN21, &[("retrieval", "m", "DeepArchiveBulkRetrieval", "100 GB")]),
    (
        "d21-early-delete-day1",
        "vod-cn",
        CN21,
        &[("storage", "m", "STANDARD", "100 GB"), ("storage", "m", "DEEP_ARCHIVE", "100 GB")],
    ),
    ("d21-transcode-720p", "vod-cn", CN21, &[("transcoding", "", H, "100 min")]),
    (
        "d21-transcode-plus-storage",
        "vod-cn",
        CN21,
        &[("transcoding", "", H, "100 min"), ("storage", "m", "STANDARD", "1 GB"), ("storage", "m", "StandardStorage", "1 GB")],
    ),
    ("i20-storage-overseas", "vod-intl", "2020-12-24", &[("storage", "o", "STANDARD", "100 GB")]),
    ("i20-transcode-720p", "vod-intl", "2020-12-24", &[("transcoding", "", H, "100 min")]),
    // The table of the drafts was not read; the later one has 0.038 for this volume.
    ("i20-traffic-550GB-arith-wrong", "vod-intl", US22, &[("traffic", "m", "", "550 GB")]),
    (
        "i22-transcode-2k-hd-audio",
        "vod-intl",
        US22,
        &[
            ("transcoding", "", "Standard.H264.2K", "100 min"),
            ("transcoding", "", H, "100 min"),
            ("transcoding", "", "Audio", "100 min"),
        ],
    ),
    ("i22-editing", "vod-intl", US22, &[("editing", "", "Edit.H264.HD", "25 min")]),
    (
        "i22-watermark-removal",
        "vod-intl",
        US22,
        &[("remove-watermark", "", "2K", "100 min"), ("remove-watermark", "", "720P", "100 min")],
    ),
    ("i22-retrieval-deep-bulk", "vod-intl", US22, &[("retrieval", "m", "DeepArchiveBulkRetrieval", "100 GB")]),
    (
        "i22-ai-analysis-rounded",
        "vod-intl",
        US22,
        &[("video-tag", "", "", "100 min"), ("video-classification", "", "", "100 min")],
    ),
    ("i22-recognition", "vod-intl", US22, &[("content-recognition", "", "", "60 min")]),
    ("i22-drm-licences", "vod-intl", US22, &[("drm-licence", "", "", "50 count")]),
];

fn examples() -> BTreeMap<String, Value> {
    let path = format!("{}/tests/data/billing-examples.json", env!("CARGO_MANIFEST_DIR"));
    let list: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    list.into_iter().map(|example| (example["id"].as_str().unwrap().to_owned(), example)).collect()
}

/// The amount to assert, as the file of examples gives it.
pub fn asserted(id: &str) -> String {
    examples()[id]["check"]["assert_amount"].as_str().unwrap().to_owned()
}

#[test]
fn examples_of_one_day() {
    for (id, arguments, date, usage) in ONE_DAY {
        let rows: String = usage
            .iter()
            .map(|(meter, area, spec, quantity)| {
                let area = match *area {
                    "m" => MAINLAND,
                    "o" => "Outside Chinese Mainland",
                    other => other,
                };
                day(date, meter, area, spec, quantity)
            })
            .collect();
        let arguments: Vec<&str> = std::iter::once("--prices").chain(arguments.split(' ')).collect();
        assert_eq!(total(&rate(&rows, &arguments)), short(&asserted(id)), "{id}");
    }
}

const STORED: [(&str, &str, &str, &str, usize); 3] = [
    ("d20-year-first-month-storage", "2020-06-01", "2020-07-01", "4200 GB", 30),
    ("d21-year-first-month-storage", "2021-06-01", "2021-07-01", "3000 GB", 30),
    ("d21-storage-50GB-year", "2022-01-01", "2023-01-01", "50 GB", 365),
];

#[test]
fn examples_of_stored_months() {
    for (id, from, to, quantity, days) in STORED {
        let charges = rate(&row(from, to, "storage", MAINLAND, "STANDARD", quantity), &["--prices", "vod-cn"]);
        assert_eq!(of_type(&charges, "charge").len(), days, "{id}");
        assert_eq!(total(&charges), asserted(id), "{id}");
    }
}

const YEAR: &str = "d20-year-total-postpaid";

/// The document's year has twelve months of 30 days, each with 1200 GB more stored (172.8 CNY), 1440 CNY of traffic (200 GB a day)
/// and a twelfth of 108 000 minutes in each of two specifications: here twelve accounts have the same June each.
#[test]
fn example_of_a_year() {
    let mut rows = String::new();
    for month in 0..12 {
        let stored = row("2020-06-01", "2020-07-01", "storage", MAINLAND, "STANDARD", &format!("{} GB", 4200 + 1200 * month));
        let minutes = ["FHD", "HD"].map(|height| day(CN20, "transcoding", "", &format!("Standard.H264.{height}"), "9000 min"));
        let traffic: String =
            (1..=30).map(|date| day(&format!("2020-06-{date:02}"), "traffic", MAINLAND, "", "200 GB")).collect();
        rows += &[stored, minutes.concat(), traffic].concat().replace(",100000,", &format!(",{},", 100_000 + month));
    }
    let charges = rate(&rows, &["--prices", "vod-cn"]);
    let totals = of_type(&charges, "total").into_iter().map(|total| total["billed_cost"].replace('.', ""));
    let units: u64 = totals.map(|units| units.parse::<u64>().unwrap()).sum();
    assert_eq!(short(&format!("{}.{:08}", units / 100_000_000, units % 100_000_000)), asserted(YEAR));
}

const PACKS: [&str; 5] =
    ["d21-pack-ratio-5h", "d21-pack-storage-ia-only", "i22-pack-storage-mixed", "d21-pack-transcode-sd", "d21-pack-teshd-hd"];

/// The last pack row says what is left; the amounts of the examples are what is left or taken.
#[test]
fn examples_of_packs() {
    let packs = include_str!("../data/rate/packs-2021.toml");
    let storage = |spec, quantity| day(CN21, "storage", MAINLAND, spec, quantity);
    let left = |id: &str| asserted(id).parse::<u32>().unwrap();
    let cases = [
        (day(CN21, "transcoding", "", H, "100 min"), format!("transcode-5h: {} min left", left(PACKS[0]))),
        (storage("STANDARD_IA", "200 GB"), format!("storage-100: {} GB left", left(PACKS[1]))),
        (
            [storage("STANDARD", "50 GB"), storage("STANDARD_IA", "100 GB")].concat(),
            format!("storage-100: {} GB left", left(PACKS[2])),
        ),
        (day(CN21, "transcoding", "", "Standard.H264.SD", "1 min"), format!("transcode-5h: {} min left", 300 - left(PACKS[3]))),
        (
            day(CN21, "transcoding-teshd", "", "TESHD-10.H264.HD", "1 min"),
            format!("teshd-50h: {} min left", 3000 - left(PACKS[4])),
        ),
    ];
    for ((rows, left), id) in cases.iter().zip(PACKS) {
        let arguments = ["--prices", "vod-cn", "--packs", "packs.toml"];
        let charges = table(&rate_with(rows, &arguments, &[("packs.toml", packs)]));
        assert_eq!(of_type(&charges, "pack").last().unwrap()["tier"], *left, "{id}");
        assert_eq!(total(&charges), "0", "{id}: everything is covered");
    }
}

const PACKAGE: &str = "p17-pkg-storage-overage";

#[test]
fn example_of_a_package() {
    let rows = [
        row("2017-05-01", "2017-05-03", "storage", MAINLAND, "STANDARD", "99 GiB"),
        day("2017-05-03", "storage", MAINLAND, "STANDARD", "101 GiB"),
        day("2017-05-04", "storage", MAINLAND, "STANDARD", "110 GiB"),
    ]
    .concat();
    let arguments = ["--prices", "vod-2017", "--mode", "package", "--packs", "packs.toml"];
    let charges = table(&rate_with(&rows, &arguments, &[("packs.toml", "[[pack]]\nproduct = \"enterprise\"\n")]));
    assert_eq!(total(&charges), asserted(PACKAGE));
    assert_eq!(of_type(&charges, "pack").len(), 4);
    let last = of_type(&charges, "charge")[3];
    assert_eq!((last["usage_quantity"].as_str(), last["pack_quantity"].as_str()), ("110", "100"));
    assert_eq!((last["pricing_quantity"].as_str(), last["settlement_date"].as_str()), ("10", "2017-06-01"));
}

fn five_minutes(date: &str, index: u32, megabits: u32) -> String {
    let start = date.parse::<vodledger::model::BillingDay>().unwrap().start() + chrono::TimeDelta::minutes(5 * i64::from(index));
    let end = start + chrono::TimeDelta::minutes(5);
    format!("{},{},100000,7,bandwidth,{MAINLAND},,{megabits},Mbit/s\n", start.to_rfc3339(), end.to_rfc3339())
}

const PERCENTILE: &str = "p17-bandwidth-95-point";

/// 288 points: 14 at 900, one at 60, the others at 10. The 15th highest is 60. On a second day, all at 40.
/// Mean (60 + 40) ÷ 2 = 50 Mbit/s, still in the first tier: 50 × 76 = 3800. A third day without traffic is not valid.
#[test]
fn example_of_a_percentile() {
    let mut rows = String::new();
    for index in 0..288 {
        let megabits = match index % 20 {
            7 if index < 280 => 900,
            _ if index == 100 => 60,
            _ => 10,
        };
        rows.push_str(&five_minutes("2017-05-01", index, megabits));
        rows.push_str(&five_minutes("2017-05-02", index, 40));
        rows.push_str(&five_minutes("2017-05-03", index, 0));
    }
    let arguments = ["--prices", "vod-2017", "--mode", "bandwidth"];
    let charges = rate(&rows, &arguments);
    assert_eq!(total(&charges), "3800");
    let charge = of_type(&charges, "charge")[0];
    assert_eq!((charge["pricing_quantity"].as_str(), charge["usage_day"].as_str()), ("50", "2017-05-31"));

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("usage.csv"), format!("{HEADER}{rows}")).unwrap();
    let explain = ["explain", "all", "--in", "usage.csv", "--format", "json"];
    let output = run_in(folder.path(), &[&explain[..], &arguments].concat());
    let explained: Value = serde_json::from_slice(output.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    let day = explained["steps"].as_array().unwrap().iter().find(|step| step["step"] == "day").unwrap();
    assert_eq!(day["values"]["rank"], asserted(PERCENTILE));
}

/// Asserted where the rules of other products are tested: `peers`.
const PEERS: [&str; 9] = [
    "cdn22-grad-day1",
    "cdn23-grad-hour1",
    "cdn23-grad-hour3",
    "leb22-daily-peak-mainland",
    "leb22-traffic-mainland",
    "leb22-upstream-billed",
    "peer-baidu-daily-peak",
    "css26-coefficient",
    "i24-eo-upload-accel",
];

/// No usage that could be rated, and why.
const SCENARIOS: &[(&str, &str)] = &[
    ("ilvb17-bandwidth-estimate", "an estimate of usage: bit rate × viewers, no money"),
    ("lvb16-traffic-estimate-binary", "an estimate of usage: bit rate × time × viewers, no money"),
    ("d21-traffic-estimate", "an estimate of usage: bit rate × time × viewers, no money"),
    ("cdn-5min-bandwidth", "how a sample comes from bytes; samples come measured"),
    ("d20-year-total-packs", "packs::a_years_old_packs"),
    ("d20-ugsv-pack-credit", "a credit between two purchases"),
    ("d21-autorenew-usedup", "packs::a_pack_is_renewed_when_the_last_of_its_family_is_used_up"),
    ("d21-autorenew-expiry", "packs::a_pack_is_renewed_when_it_expires"),
    ("cdn-month95", "a formula with letters; `peers` rates it with numbers"),
];

#[test]
fn no_published_example_is_forgotten() {
    let mut known: Vec<&str> = ONE_DAY.iter().map(|example| example.0).collect();
    known.extend(STORED.map(|example| example.0));
    known.extend([YEAR, PACKAGE, PERCENTILE]);
    known.extend(PACKS);
    known.extend(PEERS);
    known.extend(SCENARIOS.iter().map(|(id, _)| *id));
    known.sort_unstable();
    assert_eq!(known, examples().keys().map(String::as_str).collect::<Vec<_>>());
}
