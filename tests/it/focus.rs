//! FOCUS: rows of both versions against golden files, money that adds up to the ledger's, packs over their lives, and a check that
//! sees what is spoiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use vodledger::billing::{Options as Terms, PriceBook, Rater, Row as UsageRow, packs_from_toml, shipped};
use vodledger::ledger::{Application, ApplicationPart, Ledger, LedgerError, MonthSplit, PackPart};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, Amount, BillingDay, BillingMonth, Charge, Currency, RowType, Status, SubAppId, UsageRecord};
use vodledger::report::focus::check::{self, Checked};
use vodledger::report::focus::{Options, Saved, Version, save};
use vodledger::report::{Format, Manifest, Parameters};

use crate::stores::on_both_stores;

on_both_stores! {
    every_column_is_as_worked_out_by_hand
    the_effective_cost_of_packs_over_their_lives_is_their_price
}

const ACCOUNT: &str = "100000000001";
const MAINLAND: &str = "Chinese Mainland";
const GB: i128 = 1_000_000_000;

type Row = BTreeMap<String, String>;

fn october() -> BillingMonth {
    "2026-10".parse().unwrap()
}

fn now() -> DateTime<Utc> {
    parse_time("2026-11-05T10:00:00+08:00").unwrap()
}

fn options(version: Version) -> Options {
    let mut options = Options { version, ..Options::new(now()) };
    options.account_names.insert(ACCOUNT.to_owned(), "Lessons".to_owned());
    options
}

fn account() -> AccountId {
    AccountId::new(ACCOUNT)
}

/// A final line of traffic without quantities and money, on a day of October.
fn line(id: &str, day: &str, meter: &str, area: &str, spec: &str, unit: &str) -> Charge {
    let day: BillingDay = day.parse().unwrap();
    Charge {
        row_type: RowType::Charge,
        charge_id: id.to_owned(),
        account: account(),
        sub_app_id: None,
        tags: Vec::new(),
        basis: None,
        parent_id: None,
        usage_day: day,
        settlement_date: day.next(),
        bill_month: day.month(),
        posting_period: day.month(),
        period: day.period(),
        meter: meter.to_owned(),
        area: area.to_owned(),
        spec: spec.to_owned(),
        usage_quantity: 0,
        pack_quantity: 0,
        pricing_quantity: 0,
        unit: unit.parse().unwrap(),
        unit_price: None,
        contracted_unit_price: None,
        tier: "flat".to_owned(),
        list_cost: None,
        contracted_cost: None,
        billed_cost: None,
        effective_cost: None,
        currency: Currency::CNY,
        price_book: "test".to_owned(),
        price_version: "1".to_owned(),
        status: Status::Final,
        unpriced: None,
        steps: Vec::new(),
    }
}

/// A line at a price: used and priced, unit price, list and agreed cost, billed cost in 10⁻⁸.
fn at_price(charge: Charge, quantity: (i128, i128), price: (&str, Option<&str>), costs: (&str, &str), billed: i128) -> Charge {
    let amount = Some(Amount { units: billed, currency: Currency::CNY });
    Charge {
        usage_quantity: quantity.0,
        pricing_quantity: quantity.1,
        unit_price: (!price.0.is_empty()).then(|| price.0.to_owned()),
        contracted_unit_price: price.1.map(str::to_owned),
        list_cost: (!costs.0.is_empty()).then(|| costs.0.to_owned()),
        contracted_cost: Some(costs.1.to_owned()),
        billed_cost: amount,
        effective_cost: amount,
        ..charge
    }
}

/// One of each kind of line that no pack is in.
fn charges() -> Vec<Charge> {
    let traffic = line("01", "2026-10-01", "traffic", MAINLAND, "", "GB");
    let traffic = Charge { tier: "over 500 GB up to 2000 GB".to_owned(), ..traffic };
    let storage = line("02", "2026-10-01", "storage", MAINLAND, "STANDARD", "GB");
    let minutes = line("03", "2026-10-01", "transcoding", "", "Standard.H264.HD", "min");
    // 1003 pieces at 0.5 for 1000: the price of one is not published.
    let pieces = line("04", "2026-10-02", "video-snapshot", "", "SampleSnapshot", "count");
    let agreed = line("05", "2026-10-02", "traffic", "Europe", "", "GB");
    let speed = line("06", "2026-10-02", "bandwidth", MAINLAND, "", "Mbit/s");
    let unpriced = line("07", "2026-10-03", "voice-translation", "", "", "h");
    let rebate = line("08", "2026-10-31", "contract-rebate", "", "more than 100", "count");
    vec![
        at_price(traffic, (1600 * GB, 1600 * GB), ("0.23", None), ("368", "368"), 36_800_000_000),
        at_price(storage, (500 * GB + 1, 500 * GB + 1), ("0.0048", None), ("2.4000000000048", "2.4000000000048"), 240_000_000),
        at_price(minutes, (90, 120), ("0.0325", None), ("0.065", "0.065"), 6_500_000),
        at_price(pieces, (1003, 1003), ("0.5", None), ("0.5015", "0.5015"), 50_150_000),
        at_price(agreed, (100 * GB, 100 * GB), ("0.43", Some("0.4")), ("43", "40"), 4_000_000_000),
        Charge {
            status: Status::Partial,
            ..at_price(speed, (2_500_000, 2_500_000), ("0.9", None), ("2.25", "2.25"), 225_000_000)
        },
        Charge {
            usage_quantity: 100,
            pricing_quantity: 100,
            tier: "unpriced".to_owned(),
            unpriced: Some("unpriced: no price is published".to_owned()),
            ..unpriced
        },
        Charge {
            tier: String::new(),
            period: october().period(),
            ..at_price(rebate, (0, 0), ("", None), ("", "-10"), -1_000_000_000)
        },
    ]
}

/// 1000 GB and 600 GB of the first line by application.
fn split() -> MonthSplit {
    let part = |app: u64, gigabytes: i128, billed: i128| {
        let amount = Some(Amount { units: billed, currency: Currency::CNY });
        ApplicationPart {
            charge_id: "01".to_owned(),
            sub_app_id: Some(SubAppId(app)),
            quantities: [gigabytes * GB, 0, gigabytes * GB],
            billed: amount,
            effective: amount,
            basis: "bytes".to_owned(),
        }
    };
    let parts = vec![part(1_500_000_001, 1000, 23_000_000_000), part(1_500_000_002, 600, 13_800_000_000)];
    MonthSplit { applications: parts, ..MonthSplit::default() }
}

fn filled(ledger: Ledger) -> Ledger {
    let uncovered = ["2026-10-04".parse().unwrap()].into();
    ledger.replace_month::<LedgerError>(&account(), october(), (&charges(), &uncovered), &split(), |_| Ok(())).unwrap();
    let named = |id: u64, name: &str| Application { sub_app_id: SubAppId(id), name: name.to_owned(), status: "On".to_owned() };
    let applications = [named(1_500_000_001, "School"), named(1_500_000_002, "学堂, \"B\"")];
    ledger.remember_applications(&account(), &applications, now()).unwrap();
    ledger
}

fn written(ledger: &Ledger, parameters: &Parameters, options: &Options, folder: &Path) -> (Saved, String) {
    let saved = save(ledger, parameters, options, folder).unwrap();
    let text = fs::read_to_string(&saved.paths[0]).unwrap();
    (saved, text)
}

fn rows(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn checked(version: Version, text: &str) -> Checked {
    check::file(version, text.as_bytes()).unwrap()
}

/// The digits of a decimal number at 18 places.
fn exact(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, decimals) = digits.split_once('.').unwrap();
    sign * format!("{whole}{decimals:0<18}").parse::<i128>().unwrap()
}

fn sum(rows: &[Row], column: &str) -> i128 {
    rows.iter().map(|row| exact(&row[column])).sum()
}

/// Set, it makes the golden files anew; look at what changed.
const MAKE: &str = "VODLEDGER_TEST_GOLDEN";

fn every_column_is_as_worked_out_by_hand(ledger: Ledger) {
    let ledger = filled(ledger);
    let folder = tempfile::tempdir().unwrap();
    let marked = Parameters { mark: Some("SIMULATED".to_owned()), ..Parameters::of_month(october()) };
    for (version, golden) in [(Version::V1_4, "cost-and-usage-1.4.csv"), (Version::V1_2, "cost-and-usage-1.2.csv")] {
        let (saved, text) = written(&ledger, &marked, &options(version), folder.path());
        is_golden(golden, &text);
        assert_eq!((saved.rows, saved.status), (8, Some(Status::Partial)));
        assert_eq!(saved.left_out, BTreeMap::from([("voice-translation: unpriced: no price is published".to_owned(), 1)]));
        let checked = checked(version, &text);
        assert_eq!((checked.findings, checked.rows), (Vec::new(), 8));
        amounts(&rows(&text));
    }
    // Sums of what is billed are the ledger's: 368 + 2.4 + 0.065 + 0.5015 + 40 + 2.25 − 10.
    let (_, text) = written(&ledger, &marked, &options(Version::V1_4), folder.path());
    assert_eq!(sum(&rows(&text), "BilledCost"), exact("403.2165"));
    documents(folder.path());
}

fn is_golden(name: &str, text: &str) {
    let path = format!("{}/tests/data/focus/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os(MAKE).is_some() {
        fs::write(&path, text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap(), "{name}");
}

/// Prices, quantities and costs, each worked out beside the charges above.
fn amounts(rows: &[Row]) {
    let columns =
        ["ListUnitPrice", "PricingQuantity", "PricingUnit", "ListCost", "ContractedCost", "BilledCost", "ConsumedQuantity"];
    let by_id = |id: &str| {
        let own = rows.iter().filter(|row| row["x_ChargeId"] == id);
        own.map(|row| columns.map(|column| row[column].as_str())).collect::<Vec<_>>()
    };
    assert_eq!(
        by_id("01"),
        [
            ["0.23", "1000.0", "GB", "230.0", "230.0", "230.0", "1000.0"],
            ["0.23", "600.0", "GB", "138.0", "138.0", "138.0", "600.0"]
        ]
    );
    // One byte more than 500 GB: not rounded at list price, rounded on the bill.
    assert_eq!(
        by_id("02"),
        [["0.0048", "500.000000001", "GB-Days", "2.4000000000048", "2.4000000000048", "2.4", "500.000000001"]]
    );
    assert_eq!(by_id("03"), [["0.0325", "2.0", "Minutes", "0.065", "0.065", "0.065", "1.5"]]);
    assert_eq!(by_id("04"), [["0.0005", "1003.0", "Count", "0.5015", "0.5015", "0.5015", "1003.0"]]);
    assert_eq!(by_id("05"), [["0.43", "100.0", "GB", "43.0", "40.0", "40.0", "100.0"]]);
    assert_eq!(by_id("06"), [["0.9", "2.5", "Mb/Second", "2.25", "2.25", "2.25", "2.5"]]);
    assert_eq!(by_id("08"), [["", "", "", "-10.0", "-10.0", "-10.0", ""]]);
    let agreed = rows.iter().find(|row| row["x_ChargeId"] == "05").unwrap();
    assert_eq!(agreed["ContractedUnitPrice"], "0.4");
    let named: Vec<(&str, &str)> =
        rows[..2].iter().map(|row| (row["SubAccountId"].as_str(), row["SubAccountName"].as_str())).collect();
    assert_eq!(named, [("vod-subapp:1500000001", "School"), ("vod-subapp:1500000002", "学堂, \"B\"")]);
    assert!(rows.iter().all(|row| row["BillingPeriodStart"] == "2026-09-30T16:00:00Z" && row["x_Mark"] == "SIMULATED"));
}

/// What stands beside the data: the metadata, the periods, the manifest.
fn documents(folder: &Path) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(
        read("focus-billing-period-1.4-2026-10.csv"),
        "BillingPeriodCreated,BillingPeriodEnd,BillingPeriodLastUpdated,BillingPeriodStart,BillingPeriodStatus,InvoiceIssuerName\r\n\
         2026-09-30T16:00:00Z,2026-10-31T16:00:00Z,2026-11-05T02:00:00Z,2026-09-30T16:00:00Z,Open,Tencent Cloud\r\n"
    );
    let metadata: serde_json::Value = serde_json::from_str(&read("focus-metadata-1.4-2026-10.json")).unwrap();
    let sectors: Vec<(&str, bool)> = metadata["Recency"][0]["TimeSectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sector| (sector["TimeSectorStart"].as_str().unwrap(), sector["TimeSectorComplete"].as_bool().unwrap()))
        .collect();
    // The first is final; the second has a partial line, the third one without a price, and nothing is known of others but the last.
    assert_eq!(sectors, [("2026-09-30T16:00:00Z", true), ("2026-10-01T16:00:00Z", false), ("2026-10-30T16:00:00Z", true)]);
    assert_eq!(metadata["x_LeftOut"][0]["x_Rows"], 1);
    let names: Vec<&str> =
        metadata["DatasetInstance"].as_array().unwrap().iter().map(|set| set["FocusDatasetId"].as_str().unwrap()).collect();
    assert_eq!(names, ["CostAndUsage", "BillingPeriod", "ContractCommitment"]);
    let manifest = Manifest::read(folder).unwrap();
    let note = manifest.files.iter().find(|file| file.file == "focus-metadata-1.4-2026-10.json").unwrap().note.clone().unwrap();
    assert!(note.contains("Invoice Detail is not written") && note.contains("1 rows are left out"), "{note}");
    assert_eq!(manifest.files.len(), 6);
}

/// Two packs from the 20th of October to the 9th of November, and usage in both months; the ledger by months as rating says.
fn with_packs(ledger: &Ledger) {
    let (id, toml) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    let book = PriceBook::parse(toml, id).unwrap();
    let packs = packs_from_toml(
        "[[pack]]\nproduct = \"traffic-100gb\"\nid = \"flow\"\nbought = \"2026-10-20\"\nto = \"2026-11-10\"\n\
         [[pack]]\nproduct = \"storage-100gb\"\nid = \"disk\"\nbought = \"2026-10-20\"\nto = \"2026-11-10\"\npaid = \"7.77\"\n",
        "packs.toml",
        &book,
    );
    let terms = Terms { packs: packs.unwrap(), ..Terms::default() };
    let record = |day: &str, meter: &str, spec: &str, quantity: i128| {
        let day: BillingDay = day.parse().unwrap();
        UsageRecord {
            period: day.period(),
            account: account(),
            sub_app_id: None,
            meter: meter.to_owned(),
            area: MAINLAND.to_owned(),
            spec: spec.to_owned(),
            quantity,
            status: Status::Final,
            tags: Vec::new(),
        }
    };
    let usage = [
        record("2026-10-01", "traffic", "", GB),
        record("2026-10-25", "traffic", "", 33 * GB),
        record("2026-11-02", "traffic", "", 20 * GB),
        record("2026-10-25", "storage", "STANDARD", 130 * GB),
        record("2026-11-03", "storage", "STANDARD_IA", 60 * GB),
        record("2026-11-12", "traffic", "", GB),
    ];
    let mut rater = Rater::new(&book, &terms).unwrap();
    for record in &usage {
        rater.add(&UsageRow::from(record)).unwrap();
    }
    let rated = rater.finish_with_packs().unwrap();
    for month in [october(), october().next()] {
        let own: Vec<Charge> = rated
            .charges
            .iter()
            .filter(|charge| charge.row_type != RowType::Total && charge.usage_day.month() == month)
            .cloned()
            .collect();
        let pack = |id: &str| terms.packs.iter().find(|pack| pack.id == id).unwrap();
        let parts = rated.packs.iter().filter(|moved| moved.month == month).map(|moved| {
            let pack = pack(&moved.pack);
            let price = if pack.id == "flow" { 1_900_000_000 } else { 777_000_000 };
            let quantities = [moved.opening, moved.bought, moved.used, moved.expired, moved.refunded, moved.closing];
            PackPart {
                pack_id: pack.id.clone(),
                part: i64::try_from(moved.part).unwrap(),
                product: pack.product.clone().unwrap(),
                unit: moved.unit.name,
                days: (pack.from, pack.to),
                bought: pack.bought,
                price: Some(Amount { units: price, currency: Currency::CNY }),
                currency: Currency::CNY,
                quantities: quantities.map(|quantity| quantity.round_half_up()),
            }
        });
        let split = MonthSplit { packs: parts.collect(), ..MonthSplit::default() };
        ledger.replace_month::<LedgerError>(&account(), month, (&own, &BTreeSet::new()), &split, |_| Ok(())).unwrap();
    }
}

fn the_effective_cost_of_packs_over_their_lives_is_their_price(ledger: Ledger) {
    with_packs(&ledger);
    let folder = tempfile::tempdir().unwrap();
    let both = Parameters::of_days("2026-10-01".parse().unwrap(), "2026-12-01".parse().unwrap());
    for version in [Version::V1_4, Version::V1_2] {
        let (saved, text) = written(&ledger, &both, &options(version), folder.path());
        let checked = checked(version, &text);
        assert_eq!(checked.findings, [], "{text}");
        assert!(saved.left_out.is_empty());
        let rows = rows(&text);
        let month = |month: BillingMonth| ledger.charges(&account(), month).unwrap();
        let billed = [october(), october().next()].into_iter().flat_map(month).filter_map(|charge| charge.billed_cost);
        assert_eq!(sum(&rows, "BilledCost"), billed.map(|amount| amount.units).sum::<i128>() * 10_i128.pow(10));
        for (pack, price) in [("flow", "19.0"), ("disk", "7.77")] {
            let of_pack = |category: &str| -> Vec<Row> {
                let id = format!("uin-{ACCOUNT}/pack/{pack}");
                let own = |row: &&Row| row["CommitmentDiscountId"] == id && row["ChargeCategory"] == category;
                rows.iter().filter(own).cloned().collect()
            };
            let (bought, used) = (of_pack("Purchase"), of_pack("Usage"));
            assert_eq!(bought.len(), 1);
            assert_eq!((bought[0]["BilledCost"].as_str(), bought[0]["EffectiveCost"].as_str()), (price, "0.0"));
            assert_eq!(sum(&used, "EffectiveCost"), exact(price), "{pack}");
            assert_eq!(sum(&used, "BilledCost"), 0);
            // What was bought was used or lapsed.
            assert_eq!(sum(&used, "CommitmentDiscountQuantity"), sum(&bought, "CommitmentDiscountQuantity"), "{pack}");
        }
        packs_in_detail(&rows);
        is_golden(&format!("packs-cost-and-usage-{version}.csv"), &text);
    }
    for name in ["billing-period", "contract-commitment"] {
        let path = folder.path().join(format!("focus-{name}-1.4-2026-10-01_2026-11-30.csv"));
        is_golden(&format!("packs-{name}-1.4.csv"), &fs::read_to_string(path).unwrap());
    }
    let commitments = fs::read_to_string(folder.path().join("focus-contract-commitment-1.4-2026-10-01_2026-11-30.csv")).unwrap();
    assert_eq!(checked(Version::V1_4, &commitments).findings, []);
    let quantities: Vec<(String, String, String)> = rows_of(&commitments, |row| {
        let pick = |column: &str| row[column].clone();
        (pick("ContractCommitmentId"), pick("ContractCommitmentQuantity"), pick("ContractCommitmentUnit"))
    });
    let id = |pack: &str| format!("uin-{ACCOUNT}/pack/{pack}");
    // 100 GB on each of 21 days.
    let expected = [(id("disk"), "2100.0".to_owned(), "GB-Days".to_owned()), (id("flow"), "100.0".to_owned(), "GB".to_owned())];
    assert_eq!(quantities, expected);
}

fn rows_of<T>(text: &str, pick: impl Fn(&Row) -> T) -> Vec<T> {
    rows(text).iter().map(pick).collect()
}

/// 33 of 100 GB cost 33 hundredths of 19; 60 GB of infrequent access take 30 of the 100 GB of a day, of which one of 21 cost 0.37.
fn packs_in_detail(rows: &[Row]) {
    let find = |day: &str, meter: &str, status: &str| {
        let fits = |row: &&Row| row["x_UsageDay"] == day && row["SkuMeter"] == meter && row["CommitmentDiscountStatus"] == status;
        rows.iter().find(fits).unwrap()
    };
    let flow = find("2026-10-25", "traffic", "Used");
    assert_eq!((flow["EffectiveCost"].as_str(), flow["CommitmentDiscountQuantity"].as_str()), ("6.27", "33.0"));
    assert_eq!((flow["ConsumedQuantity"].as_str(), flow["PricingCategory"].as_str()), ("33.0", "Committed"));
    let disk = find("2026-11-03", "storage", "Used");
    assert_eq!((disk["CommitmentDiscountQuantity"].as_str(), disk["CommitmentDiscountUnit"].as_str()), ("30.0", "GB-Days"));
    assert_eq!(disk["ConsumedQuantity"], "60.0");
    // What the packs took of the usage is not consumed twice.
    let paid = rows
        .iter()
        .find(|row| row["x_UsageDay"] == "2026-10-25" && row["SkuMeter"] == "storage" && row["PricingCategory"] == "Standard");
    assert_eq!(paid.unwrap()["ConsumedQuantity"], "30.0");
    let lapsed = rows.iter().filter(|row| row["CommitmentDiscountStatus"] == "Unused");
    let lapsed: Vec<&Row> = lapsed.filter(|row| row["CommitmentDiscountId"].ends_with("flow")).collect();
    assert_eq!(lapsed.len(), 1);
    assert_eq!((lapsed[0]["CommitmentDiscountQuantity"].as_str(), lapsed[0]["EffectiveCost"].as_str()), ("47.0", "8.93"));
    assert_eq!(lapsed[0]["ConsumedQuantity"], "");
}

#[test]
fn parquet_stands_beside_csv_and_other_formats_are_refused() {
    let ledger = filled(Ledger::open(":memory:").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let both = Options { formats: vec![Format::Csv, Format::Parquet], ..options(Version::V1_4) };
    let saved = save(&ledger, &Parameters::of_month(october()), &both, folder.path()).unwrap();
    let names: Vec<String> = saved.paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), 7);
    assert_eq!(names[1], "focus-cost-and-usage-1.4-2026-10.parquet");
    assert_eq!(&fs::read(&saved.paths[1]).unwrap()[..4], b"PAR1");
    let wrong = Options { formats: vec![Format::Html], ..options(Version::V1_4) };
    let error = save(&ledger, &Parameters::of_month(october()), &wrong, folder.path()).unwrap_err();
    assert!(error.to_string().contains("csv, parquet"), "{error}");
}

/// A file with one thing spoiled in each line; the check names line, column and rule.
#[test]
fn what_is_spoiled_is_found_and_named() {
    let ledger = Ledger::open(":memory:").unwrap();
    with_packs(&ledger);
    let folder = tempfile::tempdir().unwrap();
    let (_, text) = written(&ledger, &Parameters::of_month(october()), &options(Version::V1_4), folder.path());
    let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let plain = rows(&text)
        .into_iter()
        .find(|row| row["x_UsageDay"] == "2026-10-25" && row["SkuMeter"] == "storage" && row["CommitmentDiscountId"].is_empty());
    let plain = plain.unwrap();
    let spoiled = [
        ("ChargeCategory", "usage", "allowed-values"),
        ("BillingCurrency", "RMB", "currency"),
        ("ChargePeriodStart", "2026-10-25T00:00:00+08:00", "time"),
        ("PricingUnit", "Gigabyte", "unit"),
        ("ConsumedUnit", "GB-Day", "unit"),
        ("ListCost", "0.5", "arithmetic"),
        ("ContractedCost", "0.1440001", "arithmetic"),
        ("ChargeCategory", "Tax", "consumption"),
        ("RegionName", "\"\"", "empty-text"),
        ("ChargeDescription", "N/A", "placeholder"),
        ("BilledCost", "", "null"),
        ("BilledCost", "1", "number"),
        ("BilledCost", "0.123456789", "scale"),
        ("ListUnitPrice", "-0.0048", "number"),
        ("SkuPriceId", "", "sku"),
        ("PricingQuantity", "", "pair"),
        ("BillingPeriodStart", "2026-10-01T00:00:00Z", "midnight"),
        ("ChargePeriodEnd", "2026-10-24T16:00:00Z", "period"),
        ("CommitmentDiscountStatus", "Used", "commitment"),
        ("PricingCategory", "Committed", "commitment"),
        ("ServiceCategory", "Storage", "service"),
        ("BillingAccountId", "100000000001", "id"),
        ("SkuPriceDetails", "\"{\"\"Tier\"\":1}\"", "json"),
        ("PricingCurrencyEffectiveCost", "1.0", "same-currency"),
        ("ChargeFrequency", "Recurring", "frequency"),
    ];
    let mut file = format!("{}\r\n", names.join(","));
    let quoted =
        |value: &str| if value.contains([',', '"']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() };
    for (column, value, _) in spoiled {
        let cells = names.iter().map(|name| if *name == column { value.to_owned() } else { quoted(&plain[*name]) });
        file.push_str(&format!("{}\r\n", cells.collect::<Vec<_>>().join(",")));
    }
    let checked = checked(Version::V1_4, &file);
    for (index, (column, value, rule)) in spoiled.iter().enumerate() {
        let line = index as u64 + 2;
        let found: Vec<_> = checked.findings.iter().filter(|found| found.line == line).collect();
        assert!(found.iter().any(|found| found.rule == *rule), "{column} {value}: {found:?}");
    }
    // The line as it was is fine; a heading that is not is not.
    let fine =
        format!("{}\r\n{}\r\n", names.join(","), names.iter().map(|name| quoted(&plain[*name])).collect::<Vec<_>>().join(","));
    assert_eq!(self::checked(Version::V1_4, &fine).findings, []);
    let without = fine.replace("BilledCost,", "Billed,");
    let rules: Vec<&str> = self::checked(Version::V1_4, &without).findings.iter().map(|found| found.rule).collect();
    assert!(rules.contains(&"missing-column") && rules.contains(&"unknown-column"), "{rules:?}");
}
