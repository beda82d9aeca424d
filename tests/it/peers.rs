//! Rules of sister products and other vendors as price books of their own (`tests/data/peers/`): same program, other data. The
//! books were written from `docs/price-book.md` alone; every amount that is no published example is worked out by hand beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, TimeDelta};
use vodledger::billing::PriceBook;

use crate::examples::asserted;
use crate::rate::{Charges, MAINLAND, of_type, rate_with, short, table, total};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/peers");

#[test]
fn the_books_are_sound() {
    for entry in std::fs::read_dir(FOLDER).unwrap() {
        let path = entry.unwrap().path();
        let book = PriceBook::parse(&std::fs::read_to_string(&path).unwrap(), "book").unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(Some(book.id.as_str()), path.file_stem().and_then(|stem| stem.to_str()));
    }
}

fn rated(book: &str, rows: &str, arguments: &[&str], files: &[(&str, &str)]) -> Charges {
    let text = std::fs::read_to_string(format!("{FOLDER}/{book}.toml")).unwrap();
    let arguments = [&["--prices", "book.toml"], arguments].concat();
    table(&rate_with(rows, &arguments, &[&[("book.toml", text.as_str())], files].concat()))
}

/// What the rows cost in all, without trailing zeros.
fn cost(book: &str, rows: &str, arguments: &[&str]) -> String {
    total(&rated(book, rows, arguments, &[]))
}

/// One row of account 1 without specification, from a moment to a moment (`2022-01-31T10:00+08:00`).
fn row(from: &str, to: &str, meter: &str, area: &str, spec: &str, quantity: &str) -> String {
    let (number, unit) = quantity.split_once(' ').unwrap();
    let seconds = |time: &str| format!("{}:00{}", &time[..16], &time[16..]);
    format!("{},{},1,,{meter},{area},{spec},{number},{unit}\n", seconds(from), seconds(to))
}

/// One row of an hour of a day at UTC+8.
fn hour(day: &str, hour: u8, meter: &str, area: &str, spec: &str, quantity: &str) -> String {
    row(&format!("{day}T{hour:02}:00+08:00"), &format!("{day}T{:02}:00+08:00", hour + 1), meter, area, spec, quantity)
}

/// Samples of five minutes from the first moment of a day on; `None` leaves one out.
fn samples(first: &str, days: u32, meter: &str, megabits: impl Fn(u32) -> Option<u32>) -> String {
    let start: DateTime<FixedOffset> = format!("{first}T00:00:00+08:00").parse().unwrap();
    let mut rows = String::new();
    for index in 0..days * 288 {
        let Some(megabits) = megabits(index) else { continue };
        let from = start + TimeDelta::minutes(5 * i64::from(index));
        let to = from + TimeDelta::minutes(5);
        writeln!(rows, "{},{},1,,{meter},{MAINLAND},,{megabits},Mbit/s", from.to_rfc3339(), to.to_rfc3339()).unwrap();
    }
    rows
}

/// Cost of each charge, without trailing zeros.
fn costs(charges: &Charges) -> Vec<String> {
    of_type(charges, "charge").iter().map(|charge| short(&charge["billed_cost"])).collect()
}

fn column<'a>(charges: &'a [&BTreeMap<String, String>], name: &str) -> Vec<&'a str> {
    charges.iter().map(|charge| charge[name].as_str()).collect()
}

/// By the day: 3 TB from nothing (published), then 2 TB × 0.20. By the hour: 4 TB from nothing and 6 TB from 9 TB (published), with
/// 5 TB × 0.20 between; the next month begins anew, 1 TB × 0.21. However the account is settled, a month costs the same.
#[test]
fn tencent_cdn_traffic_is_graduated_over_the_month() {
    let traffic = |day: &str, at: u8, quantity: &str| hour(day, at, "cdn-traffic", MAINLAND, "", quantity);
    let settled =
        |rows: &str, settlement: &str| rated("tencent-cdn", rows, &["--mode", "traffic", "--settlement", settlement], &[]);

    let days = settled(&(traffic("2022-01-01", 10, "3 TB") + &traffic("2022-01-02", 10, "2 TB")), "day");
    assert_eq!(costs(&days), ["420", "200", "400"]);
    assert_eq!(asserted("cdn22-grad-day1"), "620", "420 + 200");

    let hours = [("2022-01-31", 10, "4 TB"), ("2022-01-31", 11, "5 TB"), ("2022-01-31", 12, "6 TB"), ("2022-02-01", 0, "1 TB")];
    let rows: String = hours.iter().map(|(day, at, quantity)| traffic(day, *at, quantity)).collect();
    let charges = settled(&rows, "hour");
    assert_eq!(costs(&charges), ["420", "400", "1000", "200", "900", "210"]);
    assert_eq!((asserted("cdn23-grad-hour1"), asserted("cdn23-grad-hour3")), ("820".to_owned(), "1100".to_owned()));
    for settlement in ["hour", "day", "month"] {
        assert_eq!(total(&settled(&rows, settlement)), "3130", "{settlement}");
    }

    // At a bound, and one byte past it.
    assert_eq!(costs(&settled(&traffic("2022-01-01", 0, "2000 GB"), "day")), ["420"]);
    let past = settled(&traffic("2022-01-01", 0, "2000000000001 B"), "day");
    assert_eq!(column(&of_type(&past, "charge"), "pricing_quantity"), ["2000", "0.000000001"]);
}

/// Rated from the middle of the month on, where the counter stood at 9 TB (published, third hour).
#[test]
fn tencent_cdn_traffic_goes_on_from_an_opening_counter() {
    let opening = format!("account,meter,area,spec,at,quantity,unit\n1,cdn-traffic,{MAINLAND},,2022-01-31T12:00:00+08:00,9,TB\n");
    let arguments = ["--mode", "traffic", "--settlement", "hour", "--opening", "opening.csv"];
    let rows = hour("2022-01-31", 12, "cdn-traffic", MAINLAND, "", "6 TB");
    let charges = rated("tencent-cdn", &rows, &arguments, &[("opening.csv", &opening)]);
    assert_eq!(total(&charges), asserted("cdn23-grad-hour3"));
}

/// Bounds belong to the higher tier: one bit/s below 500 Mbit/s costs 0.53, 500 Mbit/s 0.52, 5 Gbit/s 0.49, 50 Gbit/s 0.48.
#[test]
fn tencent_cdn_daily_peak_has_lower_inclusive_bounds() {
    let peak = |quantity: &str| {
        cost("tencent-cdn", &hour("2022-01-01", 0, "cdn-bandwidth", MAINLAND, "", quantity), &["--mode", "bandwidth"])
    };
    assert_eq!(peak("499999999 bit/s"), "264.99999947");
    assert_eq!(peak("500 Mbit/s"), "260");
    assert_eq!(peak("4999999999 bit/s"), "2599.99999948");
    assert_eq!(peak("5 Gbit/s"), "2450");
    assert_eq!(peak("50 Gbit/s"), "24000");
}

/// Two days of 300 Mbit/s in a month of 31 days: 300 × 20 × 2 ÷ 31. A day of 1000 bit/s is not valid; one of 1001 bit/s is:
/// 600.001001 ÷ 3 × 20 × 3 ÷ 31 = 12000.02002 ÷ 31.
#[test]
fn tencent_cdn_mean_of_daily_peaks() {
    let method = ["--mode", "bandwidth", "--set", "bandwidth_method=monthMax"];
    let mean = |third: &str| {
        let days = [("2022-01-03", "300 Mbit/s"), ("2022-01-04", "300 Mbit/s"), ("2022-01-09", third)];
        let rows: String = days.iter().map(|(day, quantity)| hour(day, 9, "cdn-bandwidth", MAINLAND, "", quantity)).collect();
        cost("tencent-cdn", &rows, &method)
    };
    assert_eq!(mean("1000 bit/s"), "387.09677419");
    assert_eq!(mean("1001 bit/s"), "387.09742");
    // Fourteen days whose peaks are 288, 576, … 4032: the mean is 288 × 7.5 = 2160; × 20 × 14 ÷ 31 = 604800 ÷ 31.
    let rows = samples("2022-01-03", 14, "cdn-bandwidth", |index| Some(index + 1));
    assert_eq!(cost("tencent-cdn", &rows, &method), "19509.67741935");
}

/// A month of 30 days has 8640 points: 432 are dropped, the 433rd counts. Of 1 … 8640 in any order it is 8208; × 20.
/// Fourteen days of 31 have 4032 points: 201.6, so 201 are dropped and the 202nd counts: 3831 × 20 × 14 ÷ 31 = 1072680 ÷ 31.
#[test]
fn tencent_cdn_percentile_of_the_month() {
    let method = ["--mode", "bandwidth", "--set", "bandwidth_method=month95"];
    let shuffled = samples("2022-04-01", 30, "cdn-bandwidth", |index| Some(index * 7919 % 8640 + 1));
    assert_eq!(cost("tencent-cdn", &shuffled, &method), "164160");
    let rows = samples("2022-01-03", 14, "cdn-bandwidth", |index| Some(index + 1));
    assert_eq!(cost("tencent-cdn", &rows, &method), "34602.58064516");
}

/// The upstream is charged with less than ten times the downstream and more than 100 Mbit/s (published); at either limit it is not.
#[test]
fn tencent_live_upstream_is_charged_under_conditions() {
    let area = "Asia Pacific 1";
    let live = |down: &str, speed: &str| {
        let rows = [("leb-down", down), ("leb-up", "1 GB"), ("leb-up-bandwidth", speed)];
        let rows: String = rows.iter().map(|(meter, quantity)| hour("2022-10-01", 9, meter, area, "", quantity)).collect();
        cost("tencent-live", &rows, &["--mode", "traffic"])
    };
    assert_eq!(live("9 GB", "101 Mbit/s"), asserted("leb22-upstream-billed"));
    // The downstream alone: 9 × 0.1496 and 10 × 0.1496.
    assert_eq!(live("9 GB", "100 Mbit/s"), "1.3464");
    assert_eq!(live("10 GB", "101 Mbit/s"), "1.496");
    // One byte less than ten times, one bit/s more than the limit: 9.999999999 × 0.1496, which rounds to 1.496, and 0.1496.
    assert_eq!(live("9999999999 B", "100000001 bit/s"), "1.6456");
}

#[test]
fn tencent_live_and_others_as_published() {
    let mainland = |meter: &str, quantity: &str| hour("2022-10-01", 9, meter, MAINLAND, "", quantity);
    let bandwidth = cost("tencent-live", &mainland("leb-bandwidth", "50 Mbit/s"), &["--mode", "bandwidth"]);
    assert_eq!(bandwidth, asserted("leb22-daily-peak-mainland"));
    for (id, meter, quantity) in [
        ("leb22-traffic-mainland", "leb-down", "22.5 GB"),
        ("css26-coefficient", "css-vertical", "60 min"),
        ("i24-eo-upload-accel", "eo-upload", "100 GB"),
    ] {
        assert_eq!(cost("tencent-live", &mainland(meter, quantity), &["--mode", "traffic"]), asserted(id), "{id}");
    }
}

/// The month's peak: core 100 × 120; edge 5000 × 23 at the bound and 5000.000001 × 21.5 past it; seven channels × 30, however often;
/// 2500 pictures × 1.3 ÷ 1000 and 1000 × 0.4 ÷ 1000.
#[test]
fn tencent_ilvb_of_2017() {
    let cost_of = |rows: &[(&str, &str, &str)]| {
        let rows = rows
            .iter()
            .zip(1..)
            .map(|((meter, spec, quantity), day)| hour(&format!("2017-05-{day:02}"), 9, meter, "", spec, quantity));
        cost("tencent-ilvb", &rows.collect::<String>(), &["--mode", "bandwidth"])
    };
    assert_eq!(cost_of(&[("ilvb-core", "", "100 Mbit/s"), ("ilvb-core", "", "70 Mbit/s")]), "12000");
    assert_eq!(cost_of(&[("ilvb-edge", "", "5 Gbit/s")]), "115000");
    assert_eq!(cost_of(&[("ilvb-edge", "", "5000000001 bit/s")]), "107500.0000215");
    assert_eq!(cost_of(&[("recording-channels", "", "7 count"), ("recording-channels", "", "7 count")]), "210");
    assert_eq!(cost_of(&[("porn-detection", "certain", "2500 count"), ("porn-detection", "uncertain", "1000 count")]), "3.65");
}

/// The page's own 10 300 GB: 10 000 × 0.20 + 300 × 0.17 = 2051, here in two hours of two days. The daily peak of 912 Mbit/s is
/// published; 500 Mbit/s belongs to the lower tier (× 0.52), one bit/s more does not (500.000001 × 0.51).
#[test]
fn baidu_cdn_traffic_and_daily_peak() {
    let traffic = |day: &str, quantity: &str| hour(day, 9, "cdn-traffic", MAINLAND, "", quantity);
    let rows = traffic("2026-03-01", "9900 GB") + &traffic("2026-03-02", "400 GB");
    let charges = rated("baidu-cdn", &rows, &["--mode", "traffic"], &[]);
    assert_eq!((costs(&charges), total(&charges).as_str()), (vec!["1980".to_owned(), "20".to_owned(), "51".to_owned()], "2051"));

    let peak = |quantity: &str| {
        cost("baidu-cdn", &hour("2026-03-01", 9, "cdn-bandwidth", MAINLAND, "", quantity), &["--mode", "bandwidth"])
    };
    assert_eq!(peak("912 Mbit/s"), asserted("peer-baidu-daily-peak"));
    assert_eq!(peak("500 Mbit/s"), "260");
    assert_eq!(peak("500000001 bit/s"), "255.00000051");
    assert_eq!(peak("20 Gbit/s"), "9600");
}

/// By bandwidth from the 6th of January on: 26 days, 7488 points, 374 dropped, the 375th counts, and the factor is 0.83870968.
/// Twenty points of 700 a day reach it: 500 × 0.83870968 × 30 + 200 × 0.83870968 × 20. Fourteen a day (364) do not: 600 counts.
#[test]
fn baidu_cdn_percentile_with_a_rounded_factor() {
    let arguments = ["--mode", "traffic,2019-01-06=bandwidth", "--set", "bandwidth_method=month95"];
    let charges = |high: u32| {
        let rows = samples("2019-01-01", 31, "cdn-bandwidth", |index| Some(if index % 288 < high { 700 } else { 600 }));
        costs(&rated("baidu-cdn", &rows, &arguments, &[]))
    };
    assert_eq!(charges(20), ["12580.6452", "3354.83872"]);
    assert_eq!(charges(14), ["12580.6452", "1677.41936"]);
}

/// Ten thousand requests are the least, each hour: 0.15 for one as for ten thousand, 0.30 for one more or in another hour.
#[test]
fn baidu_cdn_requests_by_blocks() {
    let requests = |at: u8, quantity: &str| hour("2026-03-01", at, "dynamic-requests", "", "", quantity);
    let blocks = |rows: &str| cost("baidu-cdn", rows, &["--mode", "traffic"]);
    assert_eq!(blocks(&requests(9, "1 count")), "0.15");
    assert_eq!(blocks(&requests(9, "10000 count")), "0.15");
    assert_eq!(blocks(&requests(9, "10001 count")), "0.3");
    assert_eq!(blocks(&(requests(9, "1 count") + &requests(10, "1 count"))), "0.3");
}

/// Ten days of October with traffic: 2880 points, 144 dropped, the 145th of 1 … 2880 is 2736; × 20 × 10 ÷ 31 = 547200 ÷ 31. The mean
/// of the days' peaks 288, 576, … 2880 is 1584; × 20 × 10 ÷ 31 = 316800 ÷ 31. Days of nothing but zeros are not valid.
#[test]
fn huawei_cdn_months() {
    let rows = samples("2020-10-01", 12, "cdn-bandwidth", |index| Some(if index < 2880 { index + 1 } else { 0 }));
    let method = |name: &str| cost("huawei", &rows, &["--mode", "bandwidth", "--set", &format!("bandwidth_method={name}")]);
    assert_eq!(method("month95"), "17651.61290323");
    assert_eq!(method("mean_of_daily_peaks"), "10219.35483871");
}

/// A pack of 22 minutes: 2 × 3 + 4 × 1.5 + 5 × 1 + 22 × 5/22 = 22. Of 100 minutes of low definition alone it covers 22 × 22/5 = 96.8
/// exactly, and 3.2 × 0.022 is charged.
#[test]
fn huawei_packs_take_fractions() {
    let minutes = |spec: &str, quantity: &str| hour("2023-05-01", 9, "transcoding-h264", "", spec, quantity);
    let packs = [("packs.toml", "[[pack]]\nproduct = \"transcoding-22min\"\nfrom = \"2023-01-01\"\n")];
    let covered = |rows: &str| rated("huawei", rows, &["--mode", "bandwidth", "--packs", "packs.toml"], &packs);
    let mixed = [minutes("4K", "2 min"), minutes("2K", "4 min"), minutes("HD", "5 min"), minutes("LD", "22 min")].concat();
    let charges = covered(&mixed);
    assert_eq!(total(&charges), "0");
    assert_eq!(of_type(&charges, "pack").last().unwrap()["tier"], "transcoding-22min: 0 min left");
    let charges = covered(&minutes("LD", "100 min"));
    assert_eq!(column(&of_type(&charges, "pack"), "pack_quantity"), ["96.8"]);
    assert_eq!(total(&charges), "0.0704");
}

/// Below 10 GB nothing; from 10 GB on the whole: 10 × 0.30; from 1000 GB on 1000 × 0.25.
#[test]
fn qingcloud_first_band_is_free() {
    let month =
        |quantity: &str| cost("qingcloud-vod", &hour("2026-03-01", 9, "cdn-traffic", "", "", quantity), &["--mode", "traffic"]);
    assert_eq!(month("9999999999 B"), "0");
    assert_eq!(month("10 GB"), "3");
    assert_eq!(month("999 GB"), "299.7");
    assert_eq!(month("1000 GB"), "250");
}

/// Byte-hours over hours of the month, in UTC: 100 TiB all January are 51200 × 0.023 + 51200 × 0.022; 31 TiB for one of 31 days are
/// 1024 × 0.023; 28 GiB for one of 28 days 0.023. At the bound one row.
#[test]
fn aws_s3_means_over_the_month() {
    let stored = |from: &str, to: &str, quantity: &str| {
        let rows = row(&format!("{from}T00:00Z"), &format!("{to}T00:00Z"), "s3-standard", "", "", quantity);
        costs(&rated("aws", &rows, &["--mode", "traffic"], &[]))
    };
    assert_eq!(stored("2022-01-01", "2022-02-01", "100 TiB"), ["1177.6", "1126.4"]);
    assert_eq!(stored("2022-01-01", "2022-02-01", "50 TiB"), ["1177.6"]);
    assert_eq!(stored("2022-01-01", "2022-02-01", "600 TiB"), ["1177.6", "10137.6", "2150.4"]);
    assert_eq!(stored("2022-01-31", "2022-02-01", "31 TiB"), ["23.552"]);
    assert_eq!(stored("2022-02-28", "2022-03-01", "28 GiB"), ["0.023"]);
}

/// One TiB a month is free wherever it goes: 11 TiB are 10240 × 0.085, one GiB more 0.080; 1 TiB in each of two areas of the same
/// price 1024 × 0.085. Areas have tiers of their own. 12.5 million requests, 10 million of them free: 250 × 0.01.
#[test]
fn aws_cloudfront_areas_and_free_allowance() {
    let out = |area: &str, quantity: &str| hour("2022-05-05", 9, "cloudfront-out", area, "", quantity);
    let month = |rows: &str| cost("aws", rows, &["--mode", "traffic"]);
    assert_eq!(month(&out("North America", "11 TiB")), "870.4");
    assert_eq!(month(&out("North America", "11265 GiB")), "870.48");
    assert_eq!(month(&(out("North America", "1 TiB") + &out("Europe", "1 TiB"))), "87.04");
    // 10240 × 0.085 for one, 10240 × 0.085 and 1024 × 0.080 for the other.
    assert_eq!(month(&(out("North America", "11 TiB") + &out("Europe", "11 TiB"))), "1822.72");
    assert_eq!(month(&hour("2022-05-05", 9, "cloudfront-requests", "North America", "HTTPS", "12500000 count")), "2.5");
}

/// Frame rate beside resolution: ten minutes at 0.015, at 0.030, and a half minute at 0.0075.
#[test]
fn aws_mediaconvert_by_resolution_and_frame_rate() {
    let minutes = |spec: &str, quantity: &str| hour("2022-05-05", 9, "mediaconvert", "", spec, quantity);
    let rows = minutes("AVC.HD.30", "10 min") + &minutes("AVC.HD.60", "10 min") + &minutes("AVC.SD.30", "30 s");
    assert_eq!(costs(&rated("aws", &rows, &["--mode", "traffic"], &[])), ["0.15", "0.3", "0.00375"]);
}

/// Two minutes of high definition in the mainland 2 × 0.0099 (90 s are rounded up), one of standard definition abroad 0.0125.
#[test]
fn aliyun_transcoding_by_area_and_specification() {
    let rows = hour("2026-03-01", 9, "mps-transcoding", MAINLAND, "H264.HD", "90 s")
        + &hour("2026-03-01", 9, "mps-transcoding", "Singapore", "H264.SD", "60 s");
    assert_eq!(costs(&rated("aliyun", &rows, &["--mode", "traffic"], &[])), ["0.0198", "0.0125"]);
}

/// All 8640 points of April count, 432 are dropped: 288 points of one day are not enough, those of ten days are, 100 × 3. The mean of
/// each day's percentile divides by all days, also those of nothing but zeros: 100 × 10 ÷ 30 × 3.
#[test]
fn aliyun_months_count_every_day() {
    let days = |busy: u32, method: &str| {
        let rows = samples("2026-04-01", 30, "cdn-bandwidth", |index| Some(if index < busy * 288 { 100 } else { 0 }));
        cost("aliyun", &rows, &["--mode", "bandwidth", "--set", &format!("bandwidth_method={method}")])
    };
    assert_eq!((days(1, "month95").as_str(), days(10, "month95").as_str()), ("0", "300"));
    assert_eq!((days(1, "mean_of_day95").as_str(), days(10, "mean_of_day95").as_str()), ("10", "100"));
}
