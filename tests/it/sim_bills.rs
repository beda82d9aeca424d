//! Bills of the simulated cloud: what the account file declares, and nothing else.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use vodledger::sim::{AccountSource, Config, DealOffset, Limit, Switches};

use crate::sim_caller::Caller;

fn amount(value: &Value) -> Decimal {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

async fn lines(caller: &Caller, params: Value) -> Vec<Value> {
    let mut all = json!({"Offset": 0, "Limit": 300, "Month": "2026-09"});
    all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
    let answer = caller.billing("DescribeBillDetail", all).await;
    answer["DetailSet"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

fn sum(lines: &[Value]) -> Decimal {
    let components = lines.iter().flat_map(|line| line["ComponentSet"].as_array().unwrap());
    components.map(|component| amount(&component["RealCost"])).sum()
}

/// 115.20 + 252.00 + 10.80 + 240.00 + 1512.00 - 606.1235 are VOD's; 88.12 + 12.50 - 0.0035 are not.
#[tokio::test]
async fn details_hold_the_whole_account_and_agree_with_the_summary() {
    let caller = Caller::demo().await;
    let all = lines(&caller, json!({})).await;
    assert_eq!((all.len(), sum(&all)), (8, "1624.49300000".parse().unwrap()));
    let vod = lines(&caller, json!({"BusinessCode": "p_vod"})).await;
    assert_eq!((vod.len(), sum(&vod)), (5, "1523.87650000".parse().unwrap()));
    for component in all.iter().flat_map(|line| line["ComponentSet"].as_array().unwrap()) {
        let parts = ["CashPayAmount", "VoucherPayAmount", "IncentivePayAmount", "TransferPayAmount"];
        let paid: Decimal = parts.map(|name| amount(&component[name])).into_iter().sum();
        assert_eq!(paid, amount(&component["RealCost"]));
    }
    let nobodys = all.iter().find(|line| line["BusinessCode"] == "").unwrap();
    assert_eq!((&nobodys["ActionType"], &nobodys["ActionTypeName"]), (&json!("billVirtualId"), &json!("月度计费精度差异")));
    assert_eq!(lines(&caller, json!({"ActionType": "包年包月退款"})).await.len(), 1);
    assert_eq!(lines(&caller, json!({"PayMode": "prePay"})).await.len(), 1);

    let summary = caller.billing("DescribeBillSummaryByProduct", json!({"BeginTime": "2026-09", "EndTime": "2026-09"})).await;
    assert_eq!(amount(&summary["SummaryTotal"]["RealTotalCost"]), sum(&all));
    let products: BTreeSet<&str> =
        summary["SummaryOverview"].as_array().unwrap().iter().map(|row| row["BusinessCode"].as_str().unwrap()).collect();
    assert_eq!(products, BTreeSet::from(["", "p_cos", "p_live", "p_vod"]));
    let resources = caller
        .billing("DescribeBillResourceSummary", json!({"Offset": 0, "Limit": 1000, "Month": "2026-09", "NeedRecordNum": 1}))
        .await;
    let cost: Decimal = resources["ResourceSummarySet"].as_array().unwrap().iter().map(|row| amount(&row["RealTotalCost"])).sum();
    assert_eq!((&resources["Total"], cost), (&json!(8), sum(&all)));
}

#[tokio::test]
async fn pages_go_on_by_context_or_by_offset() {
    // More requests than five a second.
    let caller = Caller::with(Config { limit: Limit::Off, ..Config::default() }).await;
    let page = async |params: Value| caller.billing("DescribeBillDetail", params).await;
    let (mut context, mut seen) = (String::new(), Vec::new());
    for _ in 0..4 {
        let answer = page(json!({"Offset": 0, "Limit": 3, "Month": "2026-09", "NeedRecordNum": 1, "Context": context})).await;
        assert_eq!(answer["Total"], 8);
        seen.extend(answer["DetailSet"].as_array().unwrap().iter().map(|line| line["BillId"].as_str().unwrap().to_owned()));
        context = answer["Context"].as_str().unwrap().to_owned();
    }
    assert_eq!(seen, (1..=8).map(|number| format!("sim-bill-000{number}")).collect::<Vec<_>>());
    let second = page(json!({"Offset": 3, "Limit": 3, "Month": "2026-09"})).await;
    assert_eq!((&second["DetailSet"][0]["BillId"], &second["Total"]), (&json!("sim-bill-0004"), &json!(0)));
    let day = json!({"Offset": 0, "Limit": 3, "BeginTime": "2026-09-05 00:00:00", "EndTime": "2026-09-06 00:00:00"});
    assert_eq!(page(day).await["DetailSet"].as_array().unwrap().len(), 3, "the whole month, whatever the days");
    for (params, code) in [
        (json!({"Offset": 0, "Limit": 301, "Month": "2026-09"}), "InvalidParameter"),
        (json!({"Offset": 0, "Limit": 3, "Month": "2026-09", "Context": "00"}), "InvalidParameter"),
        (json!({"Offset": 0, "Limit": 3, "Month": "2025-04"}), "InvalidParameter"),
        (json!({"Offset": 0, "Limit": 3}), "MissingParameter"),
        (json!({"Limit": 3, "Month": "2026-09"}), "MissingParameter"),
        (json!({"Offset": 0, "Limit": 3, "Month": "2026-09", "Product": "x"}), "UnknownParameter"),
    ] {
        assert_eq!(page(params.clone()).await["Error"]["Code"], code, "{params}");
    }
}

/// A member account sees the same lines, without who pays; its pages are smaller.
#[tokio::test]
async fn a_member_account_reads_what_is_paid_for_it() {
    let caller = Caller::demo().await;
    let params = |limit: u64| json!({"Offset": 0, "Limit": limit, "Month": "2026-09"});
    let answer = caller.billing("DescribeBillDetailForOrganization", params(100)).await;
    let line = answer["DetailSet"][0].as_object().unwrap();
    assert!(line.contains_key("OwnerUin") && !line.contains_key("PayerUin") && !line.contains_key("Id"), "{line:?}");
    assert_eq!(caller.billing("DescribeBillDetailForOrganization", params(101)).await["Error"]["Code"], "InvalidParameter");
    let resources = caller.billing("DescribeBillResourceSummaryForOrganization", params(1000)).await;
    assert!(resources["ResourceSummarySet"][0].get("PayerUin").is_none() && resources["Total"].is_null(), "{resources}");

    let group = async |kind: &str, tags: Value| {
        let params = json!({"Month": "2026-09", "GroupType": kind, "TagKey": tags});
        caller.billing("DescribeBillSummaryForOrganization", params).await
    };
    let modes = group("payMode", Value::Null).await;
    let costs: Vec<Decimal> =
        modes["SummaryDetail"].as_array().unwrap().iter().map(|row| amount(&row["RealTotalCost"])).collect();
    assert_eq!(costs, ["2230.6165", "-606.1235"].map(|cost| cost.parse::<Decimal>().unwrap()));
    let teams = group("tag", json!(["team"])).await["SummaryDetail"].clone();
    let live = teams.as_array().unwrap().iter().find(|row| row["GroupValue"] == "live").unwrap();
    assert_eq!(amount(&live["RealTotalCost"]), "115.2".parse().unwrap());
    assert_eq!(group("tag", Value::Null).await["Error"]["Code"], "InvalidParameter");
}

#[tokio::test]
async fn bills_may_not_be_ready_at_first() {
    let text = include_str!("../../src/sim/fixtures/demo.toml").replace("balance_fen = ", "unready = 2\nbalance_fen = ");
    let caller = Caller::with(Config { account: AccountSource::Text(text), ..Config::default() }).await;
    let ask =
        async || caller.billing("DescribeBillSummaryByProduct", json!({"BeginTime": "2026-09", "EndTime": "2026-09"})).await;
    let first = ask().await;
    assert_eq!((&first["Ready"], &first["SummaryTotal"], &first["SummaryOverview"]), (&json!(0), &Value::Null, &Value::Null));
    assert_eq!((ask().await["Ready"].as_u64(), ask().await["Ready"].as_u64()), (Some(0), Some(1)));
}

/// Real bills hold more than plain texts, so a simulated one can: what is declared is what is answered.
#[tokio::test]
async fn amounts_are_answered_as_they_are_declared() {
    let line = r#"
[[billing.line]]
month = "2026-09"
id = "odd"
paid = "2026-10-01T13:05:00+08:00"
begin = "2026-09-01T00:00:00+08:00"
end = "2026-09-30T23:59:59+08:00"
members = '{"OrderId": null, "Odd": [1]}'
[[billing.line.component]]
price = "abc"
used = 1.5
measured = 3
cost = "-"
real_cost = "2.4E-5"
voucher = "0.00001"
incentive = "n/a"
transfer = 0
[[billing.line.component]]
real_cost = "1"
cash = "2.4E-5"
"#;
    let text = include_str!("../../src/sim/fixtures/demo.toml").to_owned() + line;
    let caller = Caller::with(Config { account: AccountSource::Text(text.clone()), ..Config::default() }).await;
    let lines = lines(&caller, json!({})).await;
    let odd = lines.iter().find(|line| line["BillId"] == "odd").unwrap();
    assert_eq!((&odd["OrderId"], &odd["Odd"]), (&Value::Null, &json!([1])));
    let told = |name: &str| odd["ComponentSet"][0][name].clone();
    assert_eq!(
        ["SinglePrice", "UsedAmount", "RealTotalMeasure", "Cost"].map(told),
        [json!("abc"), json!(1.5), json!(3), json!("-")]
    );
    let paid = ["RealCost", "VoucherPayAmount", "IncentivePayAmount", "TransferPayAmount", "CashPayAmount"].map(told);
    assert_eq!(paid, [json!("2.4E-5"), json!("0.00001000"), json!("n/a"), json!(0), json!("0.00001400")]);
    assert_eq!(odd["ComponentSet"][1]["CashPayAmount"], "2.4E-5");
    // What is a number counts: 1 + 0.000024 more than the lines of the demonstration account.
    let summary = caller.billing("DescribeBillSummaryByProduct", json!({"BeginTime": "2026-09", "EndTime": "2026-09"})).await;
    assert_eq!(amount(&summary["SummaryTotal"]["RealTotalCost"]), "1625.49302400".parse().unwrap());

    for (good, bad) in [("used = 1.5", "used = [1]"), ("members = '{", "members = '[")] {
        let refused =
            vodledger::sim::start(Config { account: AccountSource::Text(text.replace(good, bad)), ..Config::default() });
        assert!(refused.await.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn files_of_a_bill_are_there_in_time_and_their_links_end() {
    let caller = Caller::demo().await;
    let ask = async |kind: &str, month: &str| {
        caller.billing("DescribeBillDownloadUrl", json!({"FileType": kind, "Month": month})).await
    };
    // The pack of a month is made at 19:00 on the first of the next one; details are there at once.
    assert_eq!(ask("billPack", "2026-11").await["Ready"], 0);
    assert_eq!(
        (ask("billPack", "2026-10").await["Ready"].as_i64(), ask("billDetail", "2026-11").await["Ready"].as_i64()),
        (Some(1), Some(1))
    );
    assert_eq!(ask("billDetail", "2020-12").await["Error"]["Code"], "InvalidParameter");
    let url = ask("billDetail", "2026-09").await["DownloadUrl"].as_str().unwrap().to_owned();
    let (status, bytes) = caller.download(&url).await;
    let text = String::from_utf8(bytes).unwrap();
    // A heading, and one row for each component: eight lines, one of them with two.
    assert_eq!((status, text.lines().count(), text.starts_with('\u{feff}')), (200, 10, true));
    assert!(text.contains(",-606.12350000,") && text.contains("月度计费精度差异"), "{text}");
    caller.set_now("2026-11-03T10:00:00+08:00");
    assert_eq!(caller.download(&url).await.0, 403);
}

#[tokio::test]
async fn orders_vouchers_and_corrections() {
    let deals = |limit: i64, offset: i64| json!({"StartTime": "2025-01-01 00:00:00", "EndTime": "2026-12-31 00:00:00", "Limit": limit, "Offset": offset});
    let order = |answer: &Value| answer["Deals"][0]["OrderId"].as_str().map(str::to_owned);
    let caller = Caller::demo().await;
    let first = caller.billing("DescribeDealsByCond", deals(1, 0)).await;
    assert_eq!((order(&first).as_deref(), &first["TotalCount"]), (Some("20260801000001"), &json!(2)));
    assert_eq!(first["Deals"][0]["ResourceId"], json!(["vod-pack-review-0001"]));
    // The second page of one, or the second row of two.
    assert_eq!(order(&caller.billing("DescribeDealsByCond", deals(1, 1)).await).as_deref(), Some("20250901000001"));
    assert_eq!(order(&caller.billing("DescribeDealsByCond", deals(2, 1)).await), None);
    let by_row = Caller::switched(Switches { deal_offset: DealOffset::Row, ..Switches::default() }).await;
    assert_eq!(order(&by_row.billing("DescribeDealsByCond", deals(2, 1)).await).as_deref(), Some("20250901000001"));
    assert!(caller.billing("DescribeDealsByCond", deals(201, 0)).await["Deals"][0]["ResourceId"].is_null());

    let vouchers = async |params: Value| caller.billing("DescribeVoucherInfo", params).await;
    let all = vouchers(json!({"Limit": 20, "Offset": 1})).await;
    assert_eq!((&all["TotalCount"], &all["TotalBalance"], &all["Unit"]), (&json!(2), &json!(5_000_000_000_i64), &json!("micro")));
    let unused = vouchers(json!({"Limit": 20, "Offset": 1, "Status": "unUsed"})).await;
    assert_eq!(unused["VoucherInfos"][0]["VoucherId"], "sim-voucher-0002");
    assert_eq!(vouchers(json!({"Limit": 1, "Offset": 2})).await["VoucherInfos"][0]["VoucherId"], "sim-voucher-0002");
    assert_eq!(vouchers(json!({"Limit": 1, "Offset": 0})).await["Error"]["Code"], "InvalidParameter", "pages begin at 1");

    let adjust = async |params: Value| caller.billing("DescribeBillAdjustInfo", params).await;
    let september = adjust(json!({"Month": "2026-09"})).await;
    assert_eq!((&september["Total"], &september["Data"][0]["AdjustAmount"]), (&json!(1), &json!(-1.25)));
    assert_eq!(adjust(json!({"TimeFrom": "2026-10-01", "TimeTo": "2026-10-31"})).await["Total"], 0);
    assert_eq!(adjust(json!({"TimeFrom": "2026-09-01", "TimeTo": "2026-10-31"})).await["Error"]["Code"], "InvalidParameter");
}
