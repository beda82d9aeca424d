//! The billing API, 2018-07-09. Bills come from the account file, line by line; nothing is computed from usage.

mod balance;
mod detail;
mod download;
mod orders;
mod resource;
mod summary;

use chrono::{DateTime, Months, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

pub(super) use balance::{BALANCE, account_balance};
pub(super) use detail::{DETAIL, DETAIL_FOR_ORGANIZATION, detail, detail_for_organization};
pub(super) use download::{ADJUST, DOWNLOAD, adjustments, download_url};
pub(super) use orders::{DEALS, VOUCHERS, deals, vouchers};
pub(super) use resource::{RESOURCE, RESOURCE_FOR_ORGANIZATION, resource, resource_for_organization};
pub(super) use summary::{SUMMARY, SUMMARY_FOR_ORGANIZATION, by_product, for_organization};

use super::params::Params;
use super::{ApiError, Call};
use crate::model::time::BILLING_OFFSET;
use crate::model::{BillingDay, BillingMonth};
use crate::sim::account::{BillComponent, BillLine};

/// How many months back bills can be asked for.
const REACH: u32 = 18;

/// What an amount consists of, as decimal text with eight places.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Costs {
    real_total_cost: String,
    voucher_pay_amount: String,
    incentive_pay_amount: String,
    cash_pay_amount: String,
    transfer_pay_amount: String,
    total_cost: String,
}

/// Amounts that are being added up.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    real: Decimal,
    voucher: Decimal,
    incentive: Decimal,
    cash: Decimal,
    transfer: Decimal,
}

impl Sum {
    /// All paid in cash.
    fn cash(amount: Decimal) -> Self {
        Self { real: amount, cash: amount, ..Self::default() }
    }

    fn of(component: &BillComponent) -> Self {
        Self {
            real: component.real_cost.value(),
            voucher: component.voucher.value(),
            incentive: component.incentive.value(),
            cash: component.cash().value(),
            transfer: component.transfer.value(),
        }
    }

    fn line(line: &BillLine) -> Self {
        line.components.iter().map(Self::of).fold(Self::default(), Self::plus)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            real: self.real + other.real,
            voucher: self.voucher + other.voucher,
            incentive: self.incentive + other.incentive,
            cash: self.cash + other.cash,
            transfer: self.transfer + other.transfer,
        }
    }

    /// The total before discounts is told as the one after them: the simulated account has none.
    fn costs(self) -> Costs {
        Costs {
            real_total_cost: text(self.real),
            voucher_pay_amount: text(self.voucher),
            incentive_pay_amount: text(self.incentive),
            cash_pay_amount: text(self.cash),
            transfer_pay_amount: text(self.transfer),
            total_cost: text(self.real),
        }
    }
}

/// Eight places, as bills are computed.
fn text(amount: Decimal) -> String {
    format!("{amount:.8}")
}

/// `2026-10-01 00:00:00` at UTC+8.
fn civil(time: DateTime<Utc>) -> String {
    time.with_timezone(&BILLING_OFFSET).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The name beside `postPay` and `prePay`.
fn pay_mode_name(mode: &str) -> &'static str {
    if mode == "prePay" { "包年包月" } else { "按量计费" }
}

fn invalid(parameter: &str, message: &str) -> ApiError {
    ApiError::new("InvalidParameter", format!("The parameter `{parameter}` {message}."))
}

/// A month in a parameter: `2026-10`, or a time in it.
fn month_of(params: &Params, name: &str) -> Result<Option<BillingMonth>, ApiError> {
    let Some(text) = params.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let month = text.get(..7).and_then(|month| month.parse().ok());
    month.map(Some).ok_or_else(|| invalid(name, "must be a month such as 2026-10"))
}

/// The one month of `BeginTime` and `EndTime`, if they are given.
fn month_of_range(params: &Params, begin: &str, end: &str) -> Result<Option<BillingMonth>, ApiError> {
    match (month_of(params, begin)?, month_of(params, end)?) {
        (Some(first), Some(last)) if first == last => Ok(Some(first)),
        (Some(_), Some(_)) => Err(invalid(end, &format!("must be in the same month as `{begin}`"))),
        (None, None) => Ok(None),
        _ => Err(invalid(begin, &format!("must be given together with `{end}`"))),
    }
}

/// Refuses months that bills do not reach.
fn check_reach(call: &Call<'_>, month: BillingMonth) -> Result<(), ApiError> {
    let current = BillingDay::of(call.cloud.now()).month();
    let oldest = current.first_day().date().checked_sub_months(Months::new(REACH));
    match oldest.is_some_and(|oldest| month.first_day().date() < oldest) {
        true => Err(invalid("Month", &format!("is more than {REACH} months ago"))),
        false => Ok(()),
    }
}

/// The lines of a month that have been deducted by now.
fn lines<'a>(call: &Call<'a>, month: BillingMonth) -> impl Iterator<Item = &'a BillLine> {
    let now = call.cloud.now();
    call.cloud.account.billing.lines.iter().filter(move |line| line.month == month && line.paid <= now)
}

/// The filters that details and resources share.
fn is_wanted(call: &Call<'_>, line: &BillLine) -> bool {
    let is = |name: &str, value: &str| call.params.text(name).is_none_or(|wanted| wanted.is_empty() || wanted == value);
    let project = call.params.int("ProjectId").is_none_or(|project| project == 0);
    let tag_key = call.params.text("TagKey").filter(|key| !key.is_empty());
    let tagged = tag_key.is_none_or(|key| {
        let value = call.params.text("TagValue").filter(|value| !value.is_empty());
        line.tags.iter().any(|(known, text)| known == key && value.is_none_or(|value| value == text))
    });
    is("BusinessCode", &line.business)
        && is("PayMode", &line.pay_mode)
        && is("ResourceId", &line.resource)
        // By the display name, not by the code.
        && is("ActionType", &line.action_name)
        && project
        && tagged
}

/// `yyyy-mm-dd hh:mm:ss` at UTC+8.
fn civil_time(params: &Params, name: &str) -> Result<DateTime<Utc>, ApiError> {
    let text = params.text(name).unwrap_or_default();
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
    let time = time.and_then(|time| time.and_local_timezone(BILLING_OFFSET).single());
    time.map(|time| time.to_utc()).ok_or_else(|| invalid(name, "must be a time such as 2026-10-01 00:00:00"))
}

/// A page size from 1 to the largest.
fn limit(params: &Params, largest: u64) -> Result<u64, ApiError> {
    match params.uint("Limit").unwrap_or(0) {
        0 => Err(invalid("Limit", "must be above 0")),
        limit if limit > largest => Err(invalid("Limit", &format!("is above {largest}"))),
        limit => Ok(limit),
    }
}
