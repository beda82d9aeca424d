//! DescribePrepaidProducts of VOD; DescribeAccountBalance and DescribeBillSummaryByProduct of billing.

use rust_decimal::Decimal;
use serde::Serialize;

use super::params::{Field, Kind};
use super::{ApiError, Call, Outcome, members};
use crate::model::BillingMonth;
use crate::sim::account::{BilledMonth, Pack};

/// Request parameters.
pub(super) const BALANCE: &[Field] = &[Field::optional("TempCredit", Kind::Bool)];
/// Request parameters.
pub(super) const SUMMARY: &[Field] = &[
    Field::required("BeginTime", Kind::Text(19)),
    Field::required("EndTime", Kind::Text(19)),
    Field::optional("PayerUin", Kind::Text(20)),
    Field::optional("PayType", Kind::Choice(&["consume", "refund", "adjustment"])),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Products {
    product_instance_set: Vec<ProductInstance>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProductInstance {
    product_type: String,
    start_time: String,
    expire_time: String,
    product_instance_id: String,
    last_consume_date: String,
    bind_status: i64,
    /// The older name of the same set.
    product_instance_resource_set: Vec<Resource>,
    resource_set: Vec<Resource>,
    product_instance_status: String,
    refund_status: &'static str,
    renew_status: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_type: String,
    amount: i64,
    left: i64,
}

/// Lists packs; there are no pages.
pub(super) fn prepaid_products(call: &Call<'_>) -> Outcome {
    let now = call.cloud.now();
    let bought = call.cloud.account.packs.iter().filter(|pack| pack.start <= now);
    members(Products { product_instance_set: bought.map(product).collect() })
}

fn product(pack: &Pack) -> ProductInstance {
    let resources = vec![Resource { resource_type: pack.resource.clone(), amount: pack.amount, left: pack.left }];
    ProductInstance {
        product_type: pack.kind.clone(),
        start_time: super::utc(pack.start),
        expire_time: super::utc(pack.expire),
        product_instance_id: pack.id.clone(),
        last_consume_date: super::utc(pack.last_consumed),
        bind_status: 0,
        product_instance_resource_set: resources.clone(),
        resource_set: resources,
        product_instance_status: pack.status.clone(),
        refund_status: "Denied",
        renew_status: "Never",
    }
}

/// Amounts in fen. Most are declared as floats.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Balance {
    balance: i64,
    uin: u64,
    real_balance: serde_json::Number,
    cash_account_balance: serde_json::Number,
    income_into_account_balance: serde_json::Number,
    present_account_balance: serde_json::Number,
    freeze_amount: serde_json::Number,
    owe_amount: serde_json::Number,
    is_allow_arrears: bool,
    is_credit_limited: bool,
    credit_amount: serde_json::Number,
    credit_balance: serde_json::Number,
    real_credit_balance: serde_json::Number,
    temp_credit: serde_json::Number,
    temp_amount_info_list: Vec<serde_json::Value>,
}

/// What is left on the account.
pub(super) fn account_balance(call: &Call<'_>) -> Outcome {
    let fen = call.cloud.account.billing.balance_fen;
    let (balance, nothing) = (|| serde_json::Number::from(fen), || serde_json::Number::from(0));
    members(Balance {
        balance: fen,
        uin: call.cloud.account.uin,
        real_balance: balance(),
        cash_account_balance: balance(),
        income_into_account_balance: nothing(),
        present_account_balance: nothing(),
        freeze_amount: nothing(),
        owe_amount: nothing(),
        is_allow_arrears: true,
        is_credit_limited: true,
        credit_amount: nothing(),
        credit_balance: balance(),
        real_credit_balance: balance(),
        temp_credit: nothing(),
        temp_amount_info_list: Vec::new(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    ready: u64,
    summary_total: Costs,
    summary_overview: Vec<Overview>,
}

/// All paid in cash: the simulated account has no vouchers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Costs {
    real_total_cost: String,
    voucher_pay_amount: &'static str,
    incentive_pay_amount: &'static str,
    cash_pay_amount: String,
    transfer_pay_amount: &'static str,
    total_cost: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Overview {
    business_code: String,
    business_code_name: String,
    real_total_cost_ratio: String,
    bill_month: String,
    #[serde(flatten)]
    costs: Costs,
}

impl Costs {
    fn of(cost: Decimal) -> Self {
        let text = format!("{cost:.8}");
        Self {
            real_total_cost: text.clone(),
            voucher_pay_amount: "0.00000000",
            incentive_pay_amount: "0.00000000",
            cash_pay_amount: text.clone(),
            transfer_pay_amount: "0.00000000",
            total_cost: text,
        }
    }
}

/// What a month cost, by product.
pub(super) fn summary_by_product(call: &Call<'_>) -> Outcome {
    let month = |name: &str| -> Result<BillingMonth, ApiError> {
        let text = call.params.text(name).unwrap_or_default();
        // `yyyy-mm` is documented; the older form with a day and time is taken as well.
        let month = text.get(..7).and_then(|month| month.parse().ok());
        month.ok_or_else(|| ApiError::new("InvalidParameter", format!("The parameter `{name}` must be a month such as 2026-10.")))
    };
    let (begin, end) = (month("BeginTime")?, month("EndTime")?);
    if begin != end {
        return Err(ApiError::new("InvalidParameter", "`BeginTime` and `EndTime` must be in the same month."));
    }
    let rows: Vec<(&BilledMonth, Decimal)> = call
        .cloud
        .account
        .billing
        .month
        .iter()
        .filter(|row| row.month == begin)
        .map(|row| (row, row.cost.parse().unwrap_or_default()))
        .collect();
    let total: Decimal = rows.iter().map(|(_, cost)| *cost).sum();
    let overview = rows.into_iter().map(|(row, cost)| Overview {
        business_code: row.business.clone(),
        business_code_name: row.name.clone(),
        real_total_cost_ratio: ratio(cost, total),
        bill_month: begin.to_string(),
        costs: Costs::of(cost),
    });
    members(Summary { ready: 1, summary_overview: overview.collect(), summary_total: Costs::of(total) })
}

fn ratio(cost: Decimal, total: Decimal) -> String {
    let percent = (cost * Decimal::ONE_HUNDRED).checked_div(total).unwrap_or_default();
    format!("{percent:.2}")
}
