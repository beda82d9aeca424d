//! Amounts of bills in every way that bills write them: read exactly, never written in E notation, and what cannot be read costs
//! one line and not the month.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use vodledger::cloud::ErrorKind;
use vodledger::cloud::billing::{BillDetail, BillDetails, GroupBy, Money, Prepared};
use vodledger::sim::{self, AccountSource, Config, Limit};

use crate::stand_in::StandIn;
use crate::support::{Ran, run_in};

fn plain(text: &str) -> Option<String> {
    text.parse::<Money>().ok().map(|money| money.to_string())
}

/// By hand.
#[test]
fn a_number_has_one_plain_form_for_each_way_to_write_it() {
    for (written, expected) in [
        ("2.4E-5", "0.000024"),
        ("2.4e-05", "0.000024"),
        ("-2.40E-5", "-0.0000240"),
        ("1E+3", "1000"),
        ("1.5e1", "15"),
        ("1.50E+1", "15.0"),
        ("123.456E2", "12345.6"),
        ("0E-8", "0.00000000"),
        ("0E+8", "0"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("+1.5", "1.5"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("007.10", "7.10"),
        ("115.20000000", "115.20000000"),
        ("1E000000000000000000000002", "100"),
        // More than a Decimal, a float or 128 bits can hold.
        ("12345678901234567890123456789012345678901234567890.5", "12345678901234567890123456789012345678901234567890.5"),
        ("1.2345678901234567890123456789012345678901E-3", "0.0012345678901234567890123456789012345678901"),
    ] {
        assert_eq!(plain(written).as_deref(), Some(expected), "{written}");
    }
    for none in [
        "",
        ".",
        "-",
        "+",
        "--",
        "E5",
        "5E",
        "5E+",
        "1.2.3",
        "1,234.50",
        "1_000",
        "0x10",
        "1e5.5",
        "1e+-5",
        "--1",
        "1 000",
        "NaN",
        "inf",
        "abc",
        "１",
        "12%",
        "1E101",
        "1E-101",
        "1E999999999",
        "1E-99999999999999999999",
        "0E999999999",
    ] {
        assert_eq!(plain(none), None, "{none}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The mantissa is an integer below 10^30, so the value is mantissa × 10^(exponent − places), computed with integers.
    #[test]
    fn e_notation_is_read_as_integer_arithmetic_says(
        mantissa in 0_u128..10_u128.pow(30), places in 0_usize..40, exponent in -100_i32..=100, sign in 0_usize..3, upper: bool, plus: bool,
    ) {
        let digits = format!("{mantissa:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let point = if places == 0 { "" } else { "." };
        let mark = if upper { "E" } else { "e" };
        let positive = if plus && exponent >= 0 { "+" } else { "" };
        let written = format!("{}{whole}{point}{fraction}{mark}{positive}{exponent}", ["", "-", "+"][sign]);

        let scale = i32::try_from(places).unwrap() - exponent;
        let magnitude = match usize::try_from(scale) {
            Ok(0) => mantissa.to_string(),
            Ok(scale) if scale <= 38 => {
                let unit = 10_u128.pow(u32::try_from(scale).unwrap());
                format!("{}.{:0>scale$}", mantissa / unit, mantissa % unit)
            }
            Ok(scale) => format!("0.{mantissa:0>scale$}"),
            Err(_) if mantissa == 0 => "0".to_owned(),
            Err(_) => format!("{mantissa}{}", "0".repeat(usize::try_from(-scale).unwrap())),
        };
        let negative = if sign == 1 && mantissa != 0 { "-" } else { "" };
        prop_assert_eq!(plain(&written), Some(format!("{negative}{magnitude}")));
    }

    #[test]
    fn whatever_is_read_is_written_plainly_and_stays_so(text in "[-+.eE0-9 ,]{0,12}") {
        if let Some(read) = plain(&text) {
            prop_assert!(read.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte)), "{read}");
            let again = plain(&read);
            prop_assert_eq!(again, Some(read));
        }
    }
}

async fn lines(details: &str) -> Result<Vec<BillDetail>, vodledger::cloud::Error> {
    let body = format!(r#"{{"Response": {{"DetailSet": {details}, "Context": "", "RequestId": "r"}}}}"#);
    let client = StandIn::default().text("DescribeBillDetail", body).client().await;
    client.billing().bill_details(BillDetails::of_month("2026-10".parse().unwrap())).all().await
}

/// Cost, RealCost, CashPayAmount and SinglePrice as a real bill had them; the numbers need more digits than a float has.
#[tokio::test]
async fn texts_and_numbers_of_json_keep_their_digits() {
    let read = lines(
        r#"[{"BillId": "b", "ComponentSet": [{"SinglePrice": "0.01", "Cost": "2.4E-5", "RealCost": "2.4E-5", "CashPayAmount": "2.4E-5",
            "UsedAmount": 0.1000000000000000055511151231257827, "TimeSpan": 2.50e1, "RealTotalMeasure": 9007199254740993,
            "VoucherPayAmount": "-", "IncentivePayAmount": "--", "TransferPayAmount": null, "Discount": " 1.0 ", "ContractPrice": ""}]}]"#,
    )
    .await
    .unwrap();
    let part = &read[0].components[0];
    let text = |money: &Option<Money>| money.as_ref().map(|money| money.as_str().to_owned()).unwrap_or_default();
    let told = [&part.unit_price, &part.list_cost, &part.real_cost, &part.cash, &part.used, &part.time_span, &part.measured];
    let expected =
        ["0.01", "0.000024", "0.000024", "0.000024", "0.1000000000000000055511151231257827", "25.0", "9007199254740993"];
    assert_eq!(told.map(text), expected.map(str::to_owned));
    assert_eq!([&part.voucher, &part.incentive, &part.transfer, &part.contract_price].map(text), [""; 4].map(str::to_owned));
    assert_eq!((text(&part.discount).as_str(), part.unread.len(), read[0].unread.len()), ("1.0", 0, 0));
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_rest_is_there() {
    let read = lines(
        r#"[{"BillId": "1", "ComponentSet": [{"ItemCode": "i", "RealCost": "abc", "Cost": "1"}, 7, {"RealCost": "2"}]},
            {"BillId": "2", "ComponentSet": null}, {"BillId": "3"}, {"BillId": "4", "ComponentSet": []}, {"BillId": "5", "ComponentSet": {}},
            null,
            {"BillId": "6", "ResourceId": {"a": 1}, "ComponentSet": [{"RealCost": "3"}]},
            {"BillId": "7", "ComponentSet": [{"RealCost": "3", "RealCost": "4"}]},
            {"BillId": "8", "ComponentSet": [{"RealCost": true}, {"RealCost": ["1"]}, {"RealCost": "1,234.50"}, {"ItemCode": 1.5}]}]"#,
    )
    .await
    .unwrap();
    let unread = |line: &BillDetail| {
        let parts = line.components.iter().flat_map(|component| &component.unread);
        line.unread.iter().chain(parts).map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(unread(&read[0]), ["component 2: 7 is no component of a line", "component 1, RealCost: \"abc\" is no amount"]);
    assert_eq!(read[0].components.iter().map(|part| part.real_cost.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(read[0].components[0].list_cost.as_ref().unwrap().as_str(), "1");
    assert_eq!(unread(&read[1]), ["ComponentSet: there is none, so no amount is told"]);
    assert_eq!(unread(&read[2]), unread(&read[1]));
    assert_eq!(unread(&read[3]), ["ComponentSet: it is empty, so no amount is told"]);
    assert_eq!(unread(&read[4]), ["ComponentSet: {} is no list"]);
    assert_eq!(unread(&read[5]), ["null is no line of a bill"]);
    assert!(unread(&read[6])[0].starts_with("ResourceId: ") && read[6].bill_id == "6", "{:?}", read[6]);
    assert_eq!(unread(&read[7]), ["component 1: duplicate field `RealCost`"]);
    assert_eq!(
        unread(&read[8])[..3],
        [
            "component 1, RealCost: true is no amount",
            "component 2, RealCost: [\"1\"] is no amount",
            "component 3, RealCost: \"1,234.50\" is no amount"
        ]
    );
    assert!(unread(&read[8])[3].starts_with("component 4, ItemCode: "), "{:?}", read[8]);
    assert!(read[0].raw.contains("abc") && read[1].raw == r#"{"BillId": "2", "ComponentSet": null}"#);
    // A month without lines is one; an answer without a place for them, or with nothing there, is none.
    assert_eq!(lines("[]").await.unwrap(), []);
    assert_eq!(lines("null").await.unwrap_err().kind, ErrorKind::Malformed);
    let client = StandIn::default().answer("DescribeBillDetail", json!({"Context": ""})).client().await;
    let refused = client.billing().bill_details(BillDetails::of_month("2026-10".parse().unwrap())).all().await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Malformed);
}

/// Every amount of the billing API goes through the one reader.
#[tokio::test]
async fn summaries_corrections_orders_and_balances_read_the_same() {
    let month = "2026-10".parse().unwrap();
    let body = |members: &str| format!(r#"{{"Response": {{{members}, "RequestId": "r"}}}}"#);
    let costs = r#""RealTotalCost": 2.4E-5, "CashPayAmount": "2.4E-5", "TotalCost": 1.10, "VoucherPayAmount": "-""#;
    let stand_in = StandIn::default()
        .text(
            "DescribeBillSummaryByProduct",
            body(&format!(
                r#""Ready": 1, "SummaryTotal": {{{costs}}}, "SummaryOverview": [{{"BusinessCode": "p_vod", {costs}}}]"#
            )),
        )
        .text(
            "DescribeBillSummaryForOrganization",
            body(&format!(
                r#""Ready": 1, "SummaryDetail": [{{"GroupKey": "k", "GroupValue": "v", {costs}, "Business": [{{{costs}}}]}}]"#
            )),
        )
        .text("DescribeBillResourceSummary", body(&format!(r#""ResourceSummarySet": [{{{costs}}}]"#)))
        .text(
            "DescribeBillAdjustInfo",
            body(r#""Data": [{"AdjustType": "a", "AdjustAmount": 2346.28}, {"AdjustType": "a", "AdjustAmount": null}]"#),
        )
        .text("DescribeVoucherInfo", body(r#""VoucherInfos": [{"VoucherId": "v", "NominalValue": 5E+9, "Balance": null}]"#))
        .text(
            "DescribeDealsByCond",
            body(r#""Deals": [{"OrderId": "o", "Status": 4, "RealTotalCost": 100, "VoucherDecline": null, "TotalCost": 1.5E2}]"#),
        )
        .text("DescribeAccountBalance", body(r#""Uin": 1, "Balance": null, "OweAmount": 0.5"#))
        .text("DescribeAccountBalance", body(r#""Uin": 1, "Balance": -1, "OweAmount": null"#));
    let client = stand_in.client().await;
    let billing = client.billing();
    let check = |real: &Option<Money>, cash: &Option<Money>, list: &Option<Money>, voucher: &Option<Money>| {
        let text = |money: &Option<Money>| money.as_ref().map(ToString::to_string);
        assert_eq!([real, cash, list].map(text), ["0.000024", "0.000024", "1.10"].map(|text| Some(text.to_owned())));
        assert_eq!(voucher, &None);
    };
    let Prepared::Ready(products) = billing.describe_bill_summary_by_product(month, None, None).await.unwrap() else { panic!() };
    let Prepared::Ready(groups) = billing.describe_bill_summary_for_organization(month, &GroupBy::Business).await.unwrap() else {
        panic!()
    };
    assert_eq!((groups[0].key.as_str(), groups[0].value.as_str()), ("k", "v"));
    for cost in [products.total.as_ref().unwrap(), &products.products[0], &groups[0].cost, &groups[0].business[0]] {
        check(&cost.real_cost, &cost.cash, &cost.list_cost, &cost.voucher);
    }
    let by_resource = vodledger::cloud::billing::ResourceSummary::of_month(month);
    let resource = &billing.bill_resources(by_resource).all().await.unwrap()[0];
    check(&resource.real_cost, &resource.cash, &resource.list_cost, &resource.voucher);

    let decimal = |text: &str| Some(text.parse().unwrap());
    let corrections = billing.describe_bill_adjust_info(month).await.unwrap();
    assert_eq!((corrections[0].amount, corrections[1].amount), (decimal("2346.28"), None));
    let voucher = &billing.vouchers(Default::default()).all().await.unwrap()[0];
    assert_eq!((voucher.nominal_value, voucher.balance), (decimal("5000000000"), None));
    let deals = vodledger::cloud::billing::Deals {
        start_time: String::new(),
        end_time: String::new(),
        status_set: Vec::new(),
        order_id: None,
    };
    let deal = &billing.deals(deals).all().await.unwrap()[0];
    assert_eq!((deal.paid_fen, deal.voucher_fen, deal.list_fen), (decimal("100"), None, decimal("150")));
    let balance = billing.describe_account_balance().await.unwrap();
    assert_eq!((balance.balance, balance.owe_amount), (None, decimal("0.5")));
    let balance = billing.describe_account_balance().await.unwrap();
    assert_eq!((balance.balance, balance.owe_amount), (decimal("-1"), None));
}

/// The demonstration account's bill of September with more lines.
fn account(lines: &[&str]) -> String {
    let mut text = include_str!("../../src/sim/fixtures/demo.toml").to_owned();
    for (number, line) in (1..).zip(lines) {
        text.push_str(&format!(
            "\n[[billing.line]]\nmonth = \"2026-09\"\nid = \"more-{number}\"\nresource = \"res-{number}\"\npaid = \"2026-10-01T13:05:00+08:00\"
begin = \"2026-09-01T00:00:00+08:00\"\nend = \"2026-09-30T23:59:59+08:00\"\n{line}\n"
        ));
    }
    text
}

async fn start(account: String) -> sim::Running {
    sim::start(Config { account: AccountSource::Text(account), limit: Limit::Off, ..Config::default() }).await.unwrap()
}

async fn run(home: &Path, cloud: &sim::Running, arguments: &'static [&'static str]) -> Ran {
    let home = home.to_owned();
    let (endpoint, id, key) = (cloud.http.clone(), cloud.secret_id.clone(), cloud.secret_key.expose().to_owned());
    let run = move || {
        let variables = [
            ("VODLEDGER_ENDPOINT", endpoint.as_str()),
            ("TENCENTCLOUD_SECRET_ID", id.as_str()),
            ("TENCENTCLOUD_SECRET_KEY", key.as_str()),
        ];
        run_in(&home, &variables, &[&["--as-of", "2026-11-02T10:00:00+08:00"], arguments].concat())
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

const SYNC: &[&str] = &["sync", "--month", "2026-09", "--only", "bill", "--format", "json"];
const DIGEST: &[&str] = &["ledger", "dump", "--canonical", "--digest"];

/// Resource, quantity, unit price, list cost, cost and cash of the lines that hold.
fn kept(home: &Path) -> Vec<[String; 6]> {
    let raw = rusqlite::Connection::open(home.join("vodledger.db")).unwrap();
    let sql = "SELECT resource_id, quantity, unit_price, list_cost, real_cost, cash_cost FROM v_bill_line ORDER BY resource_id, real_cost";
    let mut query = raw.prepare(sql).unwrap();
    let rows = query.query_map([], |row| Ok(std::array::from_fn(|column| row.get(column).unwrap()))).unwrap();
    rows.map(Result::unwrap).collect()
}

const CAPTURE: &str = r#"
[[billing.line.component]]
price = "0.01"
used = 0.0024
cost = "2.4E-5"
real_cost = "2.4E-5"
cash = "2.4E-5""#;

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_with_e_notation_is_collected_whole_and_shown_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let cloud =
        start(account(&[CAPTURE, "component = [{ real_cost = -1.5, cost = 3 }]", "component = [{ real_cost = \"1E+3\" }]"]))
            .await;
    let sync = run(folder.path(), &cloud, SYNC).await;
    assert_eq!(sync.code, 0, "{} {}", sync.err, sync.out);
    let rows = kept(folder.path());
    // Nine components of eight lines, and the three.
    assert_eq!(rows.len(), 12);
    let row = |resource: &str| rows.iter().find(|row| row[0] == resource).unwrap()[1..].to_vec();
    assert_eq!(row("res-1"), ["0.0024", "0.01", "0.000024", "0.000024", "0.000024"]);
    assert_eq!(row("res-2"), ["0", "", "3", "-1.5", "-1.50000000"]);
    assert_eq!(row("res-3")[3..], ["1000", "1000.00000000"]);

    let report = "-- title: Bill\n-- description: Bill\n-- column: resource_id id | R\n-- column: real_cost decimal | C\n\
                  SELECT resource_id, real_cost FROM v_bill_line WHERE resource_id >= 'res-' AND resource_id < 'res.' ORDER BY resource_id, real_cost\n";
    std::fs::write(folder.path().join("bill.sql"), report).unwrap();
    let shown = run(folder.path(), &cloud, &["report", "./bill.sql", "--month", "2026-09", "--format", "csv"]).await;
    assert_eq!(
        (shown.code, shown.out.lines().skip(1).collect::<Vec<_>>()),
        (0, vec!["res-1,0.000024", "res-2,-1.5", "res-3,1000"]),
        "{}",
        shown.err
    );
    let dump = run(folder.path(), &cloud, &["ledger", "dump", "--canonical"]).await;
    let line: Value = dump
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["table"] == "bill_line" && line["resource_id"] == "res-1")
        .unwrap();
    assert_eq!((&line["real_cost"], &line["values"]), (&json!("0.000024"), &json!(["0.000024"])));
    assert!(line["raw"].as_str().unwrap().contains("2.4E-5"), "as it came");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_cannot_be_read_is_a_gap_until_it_can() {
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let good = start(account(&[CAPTURE; 5])).await;
    let odd = start(account(&[
        "component = [{ real_cost = \"abc\" }, { real_cost = \"0.5\", discount = \"n/a\" }]",
        &format!("members = '{{\"ComponentSet\": null}}'{CAPTURE}"),
        &format!("members = '{{\"ComponentSet\": [7]}}'{CAPTURE}"),
        &format!("members = '{{\"ActionTypeName\": 1.5}}'{CAPTURE}"),
        &format!("members = '{{\"Tags\": 5}}'{CAPTURE}"),
    ]))
    .await;
    for _ in 0..2 {
        let sync = run(folder.path(), &odd, SYNC).await;
        assert_eq!(sync.code, 3, "{} {}", sync.err, sync.out);
        let manifest: Value = serde_json::from_str(&sync.out).unwrap();
        let line = manifest.as_array().unwrap().iter().find(|line| line["kind"] == "bill").unwrap();
        assert_eq!((&line["missing"], &line["facts"]), (&json!(1), &json!(11)));
        let reason = line["reasons"][0].as_str().unwrap();
        for told in [
            "the bill of 2026-09 is not whole; places that cannot be read, left out with the line or component that they are in: 4 (line 9",
            "line 9 [bill more-1, resource res-1], component 1, RealCost: \"abc\" is no amount",
            "line 10 [bill more-2, resource res-2], ComponentSet: there is none",
            "line 11 [bill more-3, resource res-3], component 1: 7 is no component of a line",
            "line 12 [bill more-4, resource res-4], ActionTypeName: invalid type: floating point `1.5`",
            "is not kept: line 9 [bill more-1, resource res-1], component 2, Discount: \"n/a\" is no amount; line 13 [bill more-5, resource res-5], Tags: ",
        ] {
            assert!(reason.contains(told), "{told} is not in {reason}");
        }
        let rows = kept(folder.path());
        assert_eq!(rows.len(), 11);
        let ours: Vec<_> = rows.iter().filter(|row| row[0].starts_with("res-")).map(|row| [&row[0], &row[4]]).collect();
        assert_eq!(ours, [["res-1", "0.50000000"], ["res-5", "0.000024"]]);
    }
    let snapshots = vodledger::ledger::Ledger::open(folder.path().join("vodledger.db").to_str().unwrap()).unwrap();
    let always = vodledger::model::Period { start: chrono::DateTime::UNIX_EPOCH, end: chrono::DateTime::<chrono::Utc>::MAX_UTC };
    let account = vodledger::model::AccountId::new("default");
    let kept_answers = snapshots.snapshots(&account, always).unwrap();
    assert!(kept_answers.iter().any(|snapshot| snapshot.answer.body.contains("\"abc\"")), "{}", kept_answers.len());
    drop(snapshots);

    let gaps = run(folder.path(), &good, &["report", "coverage", "--month", "2026-09", "--format", "csv"]).await;
    assert!(gaps.out.contains("DescribeBillDetail,") && gaps.out.contains("the bill of 2026-09 is not whole"), "{gaps:?}");

    // Once it can be read, the next run makes the month whole, and nothing tells that it was not.
    let sync = run(folder.path(), &good, SYNC).await;
    assert_eq!((sync.code, kept(folder.path()).len()), (0, 14), "{} {}", sync.err, sync.out);
    assert!(!sync.out.contains("not whole"), "{}", sync.out);
    assert_eq!(run(fresh.path(), &good, SYNC).await.code, 0);
    let digests = [run(folder.path(), &good, DIGEST).await, run(fresh.path(), &good, DIGEST).await];
    assert!(digests[0].code == 0 && digests[0].out == digests[1].out, "{digests:?}");
}

/// A form that nobody knows: what is known stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_of_which_nothing_can_be_read_fails_and_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let good = start(account(&[CAPTURE; 5])).await;
    assert_eq!(run(folder.path(), &good, SYNC).await.code, 0);
    let text = account(&[CAPTURE; 5]).replace("[[billing.line]]\n", "[[billing.line]]\nmembers = '{\"ComponentSet\": 1}'\n");
    let odd = start(text).await;
    let sync = run(folder.path(), &odd, SYNC).await;
    assert_eq!((sync.code, kept(folder.path()).len()), (1, 14), "{} {}", sync.err, sync.out);
    assert!(sync.out.contains("that they are in: 13 (line 1 ") && sync.out.contains("and 8 more"), "{}", sync.out);
}
