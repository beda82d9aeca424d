//! DescribeBillDownloadUrl and DescribeBillAdjustInfo.

use chrono::TimeDelta;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::super::params::{Field, Kind};
use super::super::{Call, Outcome, members};
use super::{civil, invalid, month_of, month_of_range};
use crate::model::BillingMonth;
use crate::sim::account::Adjustment;
use crate::sim::files;

/// The first month with files.
const FIRST: &str = "2021-01";
/// Files that are made when the month is over.
const CLOSED: [&str; 2] = ["billOverview", "billPack"];

/// Request parameters.
pub(in super::super) const DOWNLOAD: &[Field] = &[
    Field::required("FileType", Kind::Choice(&["billOverview", "billSummary", "billResource", "billDetail", "billPack"])),
    Field::required("Month", Kind::Text(7)),
    Field::optional("ChildUin", Kind::Texts(100, 20)),
];
/// Request parameters.
pub(in super::super) const ADJUST: &[Field] = &[
    Field::optional("Month", Kind::Text(7)),
    Field::optional("TimeFrom", Kind::Text(10)),
    Field::optional("TimeTo", Kind::Text(10)),
    Field::optional("PayerUin", Kind::Text(20)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Download {
    ready: i64,
    download_url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Adjustments {
    total: usize,
    data: Vec<AdjustInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AdjustInfo {
    payer_uin: String,
    month: String,
    adjust_type: String,
    adjust_num: String,
    adjust_completion_time: String,
    /// A float, alone among the amounts of bills.
    adjust_amount: f64,
}

/// A link to a file of a month's bill, once it is there.
pub(in super::super) fn download_url(call: &Call<'_>) -> Outcome {
    let month = month_of(&call.params, "Month")?.ok_or_else(|| invalid("Month", "is empty"))?;
    if FIRST.parse::<BillingMonth>().is_ok_and(|first| month < first) {
        return Err(invalid("Month", &format!("is before {FIRST}")));
    }
    let kind = call.params.text("FileType").unwrap_or_default();
    let now = call.cloud.now();
    // At 19:00 on the first day of the next month.
    let closed = month.end_day().start() + TimeDelta::hours(19) <= now;
    let there = month.first_day().start() <= now && (closed || !CLOSED.contains(&kind));
    let ready = call.cloud.state.bills_are_ready() && there;
    members(Download { ready: ready.into(), download_url: ready.then(|| files::bill_url(call.cloud, month, kind)) })
}

/// Corrections of a month, or of all.
pub(in super::super) fn adjustments(call: &Call<'_>) -> Outcome {
    let month = match month_of_range(&call.params, "TimeFrom", "TimeTo")? {
        Some(month) => Some(month),
        None => month_of(&call.params, "Month")?,
    };
    let now = call.cloud.now();
    let wanted = |row: &&Adjustment| row.done <= now && month.is_none_or(|month| row.month == month);
    let data: Vec<AdjustInfo> = call.cloud.account.billing.adjustments.iter().filter(wanted).map(|row| info(call, row)).collect();
    members(Adjustments { total: data.len(), data })
}

fn info(call: &Call<'_>, row: &Adjustment) -> AdjustInfo {
    AdjustInfo {
        payer_uin: call.cloud.account.uin.to_string(),
        month: row.month.to_string(),
        adjust_type: row.kind.clone(),
        adjust_num: row.number.clone(),
        adjust_completion_time: civil(row.done),
        adjust_amount: row.amount.to_f64().unwrap_or(0.0),
    }
}
