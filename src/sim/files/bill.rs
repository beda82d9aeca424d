//! Bills for download: the lines of a month as CSV. The overview is a page that says nothing.

use chrono::TimeDelta;

use super::{File, link};
use crate::model::BillingMonth;
use crate::model::time::BILLING_OFFSET;
use crate::sim::account::{BillComponent, BillLine, Declared};
use crate::sim::cloud::Cloud;

/// How long a link is good.
const LIFE: TimeDelta = TimeDelta::days(1);

/// The link to a file of a month's bill.
pub(in crate::sim) fn bill_url(cloud: &Cloud, month: BillingMonth, kind: &str) -> String {
    let extension = if kind == "billOverview" { "pdf" } else { "csv" };
    link::sign(cloud, &format!("{}bill/{month}/{kind}.{extension}", super::FOLDER), LIFE)
}

/// `2026-09/billDetail.csv`.
pub(super) fn file(cloud: &Cloud, path: &str) -> Option<File> {
    let (month, name) = path.split_once('/')?;
    let month: BillingMonth = month.parse().ok()?;
    if name == "billOverview.pdf" {
        return Some(File { content_type: "application/pdf", bytes: b"%PDF-1.4\n%%EOF\n".to_vec() });
    }
    // A table for people: with the mark that spreadsheets look for.
    let mut text = "\u{feff}BillMonth,BusinessCode,BusinessCodeName,ProductCodeName,ActionTypeName,ResourceId,OrderId,BillId,\
                    FeeBeginTime,FeeEndTime,ComponentCodeName,ItemCodeName,SinglePrice,PriceUnit,UsedAmount,UsedAmountUnit,\
                    RealCost,VoucherPayAmount,IncentivePayAmount,CashPayAmount\n"
        .to_owned();
    for line in cloud.account.billing.lines.iter().filter(|line| line.month == month && line.paid <= cloud.now()) {
        line.components.iter().for_each(|component| text.push_str(&row(line, component)));
    }
    Some(File { content_type: "text/csv", bytes: text.into_bytes() })
}

fn row(line: &BillLine, component: &BillComponent) -> String {
    let time = |time: chrono::DateTime<chrono::Utc>| time.with_timezone(&BILLING_OFFSET).format("%Y-%m-%d %H:%M:%S").to_string();
    let cost = |amount: &Declared| amount.cost().text();
    let cells = [
        line.month.to_string(),
        line.business.clone(),
        line.business_name.clone(),
        line.product_name.clone(),
        line.action_name.clone(),
        line.resource.clone(),
        line.order.clone(),
        line.id.clone(),
        time(line.begin),
        time(line.end),
        component.name.clone(),
        component.item_name.clone(),
        component.price.text(),
        component.price_unit.clone(),
        component.used.text(),
        component.unit.clone(),
        cost(&component.real_cost),
        cost(&component.voucher),
        cost(&component.incentive),
        cost(&component.cash()),
    ];
    let quoted = cells.map(|cell| match cell.contains([',', '"', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    });
    quoted.join(",") + "\n"
}
