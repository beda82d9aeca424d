//! DescribeDealsByCond and DescribeVoucherInfo.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::apps::page;
use super::super::params::{Field, Kind};
use super::super::{ApiError, Call, Outcome, members};
use super::{civil, civil_time, invalid};
use crate::sim::account::{Deal, Voucher};
use crate::sim::switches::DealOffset;
use crate::sim::words::{PAY_MODES, VOUCHER_STATUS};

/// The largest page.
const LARGEST: i64 = 1000;
/// Pages larger than this leave out what came out of an order.
const WITH_RESOURCES: u64 = 200;

const TIME: Kind = Kind::Text(19);
/// Request parameters.
pub(in super::super) const DEALS: &[Field] = &[
    Field::required("StartTime", TIME),
    Field::required("EndTime", TIME),
    Field::required("Limit", Kind::Int),
    Field::optional("Offset", Kind::Int),
    Field::optional("Status", Kind::Int),
    Field::optional("OrderId", Kind::Text(64)),
    Field::optional("BigDealId", Kind::Text(64)),
    Field::optional("ResourceId", Kind::Text(255)),
    Field::optional("StatusSet", Kind::Ints(20)),
];
/// Request parameters.
pub(in super::super) const VOUCHERS: &[Field] = &[
    Field::required("Limit", Kind::Int),
    Field::required("Offset", Kind::Int),
    Field::optional("Status", Kind::Choice(&VOUCHER_STATUS)),
    Field::optional("VoucherId", Kind::Text(64)),
    Field::optional("CodeId", Kind::Text(64)),
    Field::optional("ProductCode", Kind::Text(64)),
    Field::optional("ActivityId", Kind::Text(64)),
    Field::optional("VoucherName", Kind::Text(64)),
    Field::optional("TimeFrom", TIME),
    Field::optional("TimeTo", TIME),
    Field::optional("SortField", Kind::Choice(&["BeginTime", "EndTime", "CreateTime"])),
    Field::optional("SortOrder", Kind::Choice(&["desc", "asc"])),
    Field::optional("PayMode", Kind::Text(16)),
    Field::optional("PayScene", Kind::Text(16)),
    Field::optional("Operator", Kind::Text(64)),
    Field::optional("VoucherMainType", Kind::Choice(&["has_price", "no_price"])),
    Field::optional("VoucherSubType", Kind::Choice(&["discount", "deduct"])),
    Field::optional("StartTimeFrom", TIME),
    Field::optional("StartTimeTo", TIME),
    Field::optional("EndTimeFrom", TIME),
    Field::optional("EndTimeTo", TIME),
    Field::optional("CreateTimeFrom", TIME),
    Field::optional("CreateTimeTo", TIME),
    Field::optional("Lang", Kind::Text(16)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Deals {
    deals: Vec<Value>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Vouchers {
    total_count: usize,
    total_balance: i64,
    voucher_infos: Vec<Value>,
    /// 10⁻⁸ yuan.
    unit: &'static str,
}

fn limit(call: &Call<'_>) -> Result<u64, ApiError> {
    let limit = call.params.int("Limit").unwrap_or(0);
    let given = u64::try_from(limit).ok().filter(|_| (1..=LARGEST).contains(&limit));
    given.ok_or_else(|| invalid("Limit", &format!("is not from 1 to {LARGEST}")))
}

/// Orders by the time at which they were made. Only delivered ones where no status is named.
pub(in super::super) fn deals(call: &Call<'_>) -> Outcome {
    let limit = limit(call)?;
    let (start, end) = (civil_time(&call.params, "StartTime")?, civil_time(&call.params, "EndTime")?);
    if end < start {
        return Err(invalid("EndTime", "is before `StartTime`"));
    }
    let status: Vec<i128> = match call.params.ints("StatusSet") {
        Some(set) => set,
        None => vec![call.params.int("Status").unwrap_or(4).into()],
    };
    let is = |name: &str, value: &str| call.params.text(name).is_none_or(|wanted| wanted.is_empty() || wanted == value);
    let wanted = |deal: &&Deal| {
        (start..=end).contains(&deal.created)
            && deal.created <= call.cloud.now()
            && status.contains(&deal.status.into())
            && is("OrderId", &deal.order)
            && is("BigDealId", &deal.big_order)
            && call.params.text("ResourceId").is_none_or(|id| deal.resources.iter().any(|known| known == id))
    };
    let found: Vec<&Deal> = call.cloud.account.billing.deals.iter().filter(wanted).collect();
    let offset = call.params.int("Offset").and_then(|offset| u64::try_from(offset).ok()).unwrap_or(0);
    let row = match call.cloud.switches.deal_offset {
        DealOffset::Page => offset.saturating_mul(limit),
        DealOffset::Row => offset,
    };
    let shown = page(&found, Some(row), limit).iter().map(|deal| order(call, deal, limit <= WITH_RESOURCES));
    members(Deals { deals: shown.collect(), total_count: found.len() })
}

fn order(call: &Call<'_>, deal: &Deal, with_resources: bool) -> Value {
    let uin = call.cloud.account.uin.to_string();
    json!({
        "OrderId": deal.order,
        "Status": deal.status,
        "Payer": uin,
        "CreateTime": civil(deal.created),
        "Creator": uin,
        "RealTotalCost": deal.paid_fen - deal.voucher_fen,
        "VoucherDecline": deal.voucher_fen,
        "ProjectId": 0,
        "GoodsCategoryId": 0,
        "ProductInfo": deal.contents.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect::<Vec<_>>(),
        "TimeSpan": deal.time_span,
        "TimeUnit": deal.time_unit,
        "Currency": "RMB",
        "Policy": 100,
        "Price": deal.price_fen,
        "TotalCost": deal.paid_fen,
        "ProductCode": deal.product,
        "SubProductCode": deal.sub_product,
        "BigDealId": deal.big_order,
        "Formula": "",
        "RefReturnDeals": "",
        "PayMode": "prePay",
        "Action": deal.action,
        "ProductName": deal.product_name,
        "SubProductName": deal.sub_product_name,
        "ResourceId": with_resources.then_some(&deal.resources),
        "ZoneCode": "",
    })
}

/// Vouchers, page by page from 1 on: unlike everywhere else, `Offset` is the number of the page.
pub(in super::super) fn vouchers(call: &Call<'_>) -> Outcome {
    let limit = limit(call)?;
    let number = call.params.int("Offset").and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
    let number = number.ok_or_else(|| invalid("Offset", "is the number of a page, from 1 on"))?;
    let given = |name: &str| call.params.text(name).filter(|text| !text.is_empty());
    if given("PayMode").is_some_and(|mode| !PAY_MODES.contains(&mode) && !["riPay", "*"].contains(&mode)) {
        return Err(invalid("PayMode", "is none of postPay, prePay, riPay, *"));
    }
    let wanted = |voucher: &&Voucher| {
        given("Status").is_none_or(|status| status == voucher.status)
            && given("VoucherId").is_none_or(|id| id == voucher.id)
            && given("ProductCode").is_none_or(|code| voucher.product == "*" || voucher.product == code)
    };
    let found: Vec<&Voucher> = call.cloud.account.billing.vouchers.iter().filter(wanted).collect();
    let shown = page(&found, Some((number - 1).saturating_mul(limit)), limit).iter().map(|voucher| info(call, voucher));
    members(Vouchers {
        total_count: found.len(),
        total_balance: found.iter().map(|voucher| voucher.balance).sum(),
        voucher_infos: shown.collect(),
        unit: "micro",
    })
}

fn info(call: &Call<'_>, voucher: &Voucher) -> Value {
    json!({
        "OwnerUin": call.cloud.account.uin.to_string(),
        "Status": voucher.status,
        "NominalValue": voucher.nominal,
        "Balance": voucher.balance,
        "VoucherId": voucher.id,
        "PayMode": "*",
        "PayScene": "*",
        "BeginTime": civil(voucher.begin),
        "EndTime": civil(voucher.end),
        "ApplicableProducts": {"GoodsName": voucher.product, "PayMode": "*"},
        "ExcludedProducts": [],
        "PolicyRemark": "",
        "CreateTime": civil(voucher.begin),
    })
}
