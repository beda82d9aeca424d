//! DescribeBillDetail and DescribeBillDetailForOrganization: the lines of the whole account, of every product.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::params::{Field, Kind};
use super::super::{ApiError, Call, Outcome, members};
use super::{civil, invalid, is_wanted, limit, lines, month_of, month_of_range, pay_mode_name};
use crate::model::BillingMonth;
use crate::sim::account::{BillComponent, BillLine};

const OFFSET: Field = Field::required("Offset", Kind::Uint);
const LIMIT: Field = Field::required("Limit", Kind::Uint);
const PERIOD_TYPE: Field = Field::optional("PeriodType", Kind::Choice(&["byUsedTime", "byPayTime"]));
const MONTH: Field = Field::optional("Month", Kind::Text(19));
const BEGIN: Field = Field::optional("BeginTime", Kind::Text(19));
const END: Field = Field::optional("EndTime", Kind::Text(19));
const COUNT: Field = Field::optional("NeedRecordNum", Kind::Int);
const PAY_MODE: Field = Field::optional("PayMode", Kind::Choice(&["prePay", "postPay"]));
const RESOURCE: Field = Field::optional("ResourceId", Kind::Text(255));
const ACTION: Field = Field::optional("ActionType", Kind::Text(64));
const PROJECT: Field = Field::optional("ProjectId", Kind::Int);
const BUSINESS: Field = Field::optional("BusinessCode", Kind::Text(64));
const CONTEXT: Field = Field::optional("Context", Kind::Text(255));

/// Request parameters.
pub(in super::super) const DETAIL: &[Field] = &[
    OFFSET,
    LIMIT,
    PERIOD_TYPE,
    MONTH,
    BEGIN,
    END,
    COUNT,
    Field::optional("ProductCode", Kind::Text(64)),
    PAY_MODE,
    RESOURCE,
    ACTION,
    PROJECT,
    BUSINESS,
    CONTEXT,
    Field::optional("PayerUin", Kind::Text(20)),
];
/// Request parameters.
pub(in super::super) const DETAIL_FOR_ORGANIZATION: &[Field] =
    &[OFFSET, LIMIT, PERIOD_TYPE, MONTH, BEGIN, END, COUNT, PAY_MODE, RESOURCE, ACTION, PROJECT, BUSINESS, CONTEXT];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    detail_set: Vec<Map<String, Value>>,
    total: u64,
    context: String,
}

/// The largest pages.
const LARGEST: u64 = 300;
const LARGEST_FOR_ORGANIZATION: u64 = 100;
/// Members of a line that a member account does not see.
const OWN: [&str; 9] = [
    "Id",
    "PayerUin",
    "ExtendField",
    "ReserveDetail",
    "DiscountObject",
    "DiscountType",
    "DiscountContent",
    "RegionType",
    "RegionTypeName",
];

/// The lines of a month.
pub(in super::super) fn detail(call: &Call<'_>) -> Outcome {
    members(answer(call, LARGEST)?)
}

/// The same for a member account.
pub(in super::super) fn detail_for_organization(call: &Call<'_>) -> Outcome {
    let mut answer = answer(call, LARGEST_FOR_ORGANIZATION)?;
    for line in &mut answer.detail_set {
        OWN.iter().for_each(|name| drop(line.remove(*name)));
    }
    members(answer)
}

fn answer(call: &Call<'_>, largest: u64) -> Result<Answer, ApiError> {
    let limit = limit(&call.params, largest)?;
    let month = month(call)?;
    super::check_reach(call, month)?;
    let found: Vec<&BillLine> = lines(call, month).filter(|line| is_wanted(call, line)).collect();
    // The context of the page before says where to go on, whatever the offset.
    let start = match call.params.text("Context").filter(|context| !context.is_empty()) {
        None => call.params.uint("Offset").unwrap_or(0),
        Some(context) => from_context(context, month).ok_or_else(|| invalid("Context", "is none that an answer held"))?,
    };
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let shown: Vec<_> = found.iter().skip(size(start)).take(size(limit)).map(|line| bill_detail(call, line)).collect();
    let next = start.saturating_add(shown.len() as u64);
    let total = if call.params.int("NeedRecordNum") == Some(1) { found.len() as u64 } else { 0 };
    Ok(Answer { detail_set: shown, total, context: context(month, next) })
}

fn month(call: &Call<'_>) -> Result<BillingMonth, ApiError> {
    match month_of_range(&call.params, "BeginTime", "EndTime")? {
        Some(month) => Ok(month),
        None => month_of(&call.params, "Month")?.ok_or_else(|| {
            ApiError::new("MissingParameter", "The request lacks the parameter `Month`, or `BeginTime` and `EndTime`.")
        }),
    }
}

/// Opaque to clients: month and row.
fn context(month: BillingMonth, next: u64) -> String {
    hex::encode(format!("{month}:{next}"))
}

fn from_context(context: &str, month: BillingMonth) -> Option<u64> {
    let text = String::from_utf8(hex::decode(context).ok()?).ok()?;
    text.strip_prefix(&format!("{month}:"))?.parse().ok()
}

fn bill_detail(call: &Call<'_>, line: &BillLine) -> Map<String, Value> {
    let uin = call.cloud.account.uin.to_string();
    let owner = line.owner.map_or_else(|| uin.clone(), |owner| owner.to_string());
    let day = crate::model::BillingDay::of(line.begin);
    let answer = json!({
        "BusinessCodeName": line.business_name,
        "ProductCodeName": line.product_name,
        "PayModeName": pay_mode_name(&line.pay_mode),
        "ProjectName": "默认项目",
        "RegionName": line.region_name,
        "ZoneName": "",
        "ResourceId": line.resource,
        "ResourceName": line.resource_name,
        "ActionTypeName": line.action_name,
        "OrderId": line.order,
        "BillId": line.id,
        "PayTime": civil(line.paid),
        "FeeBeginTime": civil(line.begin),
        "FeeEndTime": civil(line.end),
        "ComponentSet": line.components.iter().map(component).collect::<Vec<_>>(),
        "PayerUin": uin,
        "OwnerUin": owner,
        "OperateUin": owner,
        "Tags": line.tags.iter().map(|(key, value)| json!({"TagKey": key, "TagValue": value})).collect::<Vec<_>>(),
        "BusinessCode": line.business,
        "ProductCode": line.product,
        "ActionType": line.action,
        "RegionId": "0",
        "ProjectId": 0,
        "PriceInfo": [],
        "AssociatedOrder": {
            "PrepayPurchase": "", "PrepayRenew": "", "PrepayModifyUp": "", "ReverseOrder": "", "NewOrder": "", "Original": "",
        },
        "Formula": "",
        "FormulaUrl": "",
        "BillDay": day.to_string(),
        "BillMonth": line.month.to_string(),
        "Id": line.id,
        "RegionType": "",
        "RegionTypeName": "",
        "ReserveDetail": "",
        "DiscountObject": "",
        "DiscountType": "",
        "DiscountContent": "",
        "ExtendField": "",
    });
    let mut members = match answer {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.extend(line.members.clone());
    members
}

fn component(component: &BillComponent) -> Value {
    json!({
        "ComponentCodeName": component.name,
        "ItemCodeName": component.item_name,
        "SinglePrice": component.price,
        "SpecifiedPrice": "",
        "PriceUnit": component.price_unit,
        "UsedAmount": component.used,
        "UsedAmountUnit": component.unit,
        "RealTotalMeasure": component.measured,
        "DeductedMeasure": component.deducted,
        "TimeSpan": component.time_span,
        "TimeUnitName": component.time_unit,
        "Cost": component.cost,
        "Discount": component.discount,
        "ReduceType": "折扣",
        "RealCost": component.real_cost.cost(),
        "VoucherPayAmount": component.voucher.cost(),
        "CashPayAmount": component.cash().cost(),
        "IncentivePayAmount": component.incentive.cost(),
        "TransferPayAmount": component.transfer.cost(),
        "ItemCode": component.item,
        "ComponentCode": component.code,
        "ContractPrice": component.price,
        "InstanceType": "-",
        "RiTimeSpan": "0",
        "OriginalCostWithRI": "0",
        "SPDeductionRate": "0",
        "SPDeduction": "0",
        "OriginalCostWithSP": "0",
        "BlendedDiscount": component.discount,
        "ComponentConfig": [],
    })
}
