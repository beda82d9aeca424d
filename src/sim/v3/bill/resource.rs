//! DescribeBillResourceSummary and DescribeBillResourceSummaryForOrganization: the lines of a month, by resource.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::params::{Field, Kind};
use super::super::{ApiError, Call, Outcome, members};
use super::{Sum, civil, invalid, is_wanted, limit, lines, month_of, pay_mode_name, text};
use crate::sim::account::BillLine;

/// The largest page.
const LARGEST: u64 = 1000;
const PERIOD_TYPES: [&str; 2] = ["byUsedTime", "byPayTime"];

const OFFSET: Field = Field::required("Offset", Kind::Uint);
const LIMIT: Field = Field::required("Limit", Kind::Uint);
const MONTH: Field = Field::required("Month", Kind::Text(7));
const PERIOD_TYPE: Field = Field::optional("PeriodType", Kind::Choice(&PERIOD_TYPES));
const COUNT: Field = Field::optional("NeedRecordNum", Kind::Int);
const ACTION: Field = Field::optional("ActionType", Kind::Text(64));
const ID: Field = Field::optional("ResourceId", Kind::Text(255));
const PAY_MODE: Field = Field::optional("PayMode", Kind::Choice(&["prePay", "postPay"]));
const BUSINESS: Field = Field::optional("BusinessCode", Kind::Text(64));
const TAG_KEY: Field = Field::optional("TagKey", Kind::Text(127));
const TAG_VALUE: Field = Field::optional("TagValue", Kind::Text(255));

/// Request parameters.
pub(in super::super) const RESOURCE: &[Field] = &[
    OFFSET,
    LIMIT,
    MONTH,
    PERIOD_TYPE,
    COUNT,
    ACTION,
    ID,
    PAY_MODE,
    BUSINESS,
    Field::optional("PayerUin", Kind::Text(20)),
    TAG_KEY,
    TAG_VALUE,
];
/// Request parameters.
pub(in super::super) const RESOURCE_FOR_ORGANIZATION: &[Field] =
    &[OFFSET, LIMIT, MONTH, PERIOD_TYPE, COUNT, ACTION, ID, PAY_MODE, BUSINESS, TAG_KEY, TAG_VALUE];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    resource_summary_set: Vec<Map<String, Value>>,
    total: Option<u64>,
}

/// The lines of a month, each with its sum.
pub(in super::super) fn resource(call: &Call<'_>) -> Outcome {
    members(answer(call)?)
}

/// The same for a member account, which is not told who pays.
pub(in super::super) fn resource_for_organization(call: &Call<'_>) -> Outcome {
    let mut answer = answer(call)?;
    answer.resource_summary_set.iter_mut().for_each(|line| drop(line.remove("PayerUin")));
    members(answer)
}

fn answer(call: &Call<'_>) -> Result<Answer, ApiError> {
    let limit = limit(&call.params, LARGEST)?;
    let month = month_of(&call.params, "Month")?.ok_or_else(|| invalid("Month", "is empty"))?;
    super::check_reach(call, month)?;
    let found: Vec<&BillLine> = lines(call, month).filter(|line| is_wanted(call, line)).collect();
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let offset = call.params.uint("Offset").unwrap_or(0);
    let shown = found.iter().skip(size(offset)).take(size(limit)).map(|line| summary(call, line)).collect();
    let total = (call.params.int("NeedRecordNum") == Some(1)).then_some(found.len() as u64);
    Ok(Answer { resource_summary_set: shown, total })
}

fn summary(call: &Call<'_>, line: &BillLine) -> Map<String, Value> {
    let uin = call.cloud.account.uin.to_string();
    let owner = line.owner.map_or_else(|| uin.clone(), |owner| owner.to_string());
    let sum = Sum::line(line);
    // One text of all components: item and amount.
    let items: Vec<String> =
        line.components.iter().map(|part| format!("{}:{}{}", part.item_name, part.used.text(), part.unit)).collect();
    let summary = json!({
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
        "PayTime": civil(line.paid),
        "FeeBeginTime": civil(line.begin),
        "FeeEndTime": civil(line.end),
        "ConfigDesc": items.join(";"),
        "ExtendField1": "",
        "ExtendField2": "",
        "TotalCost": text(sum.real),
        "Discount": "1",
        "ReduceType": "折扣",
        "RealTotalCost": text(sum.real),
        "VoucherPayAmount": text(sum.voucher),
        "CashPayAmount": text(sum.cash),
        "IncentivePayAmount": text(sum.incentive),
        "TransferPayAmount": text(sum.transfer),
        "ExtendField3": "",
        "ExtendField4": "",
        "ExtendField5": "",
        "Tags": line.tags.iter().map(|(key, value)| json!({"TagKey": key, "TagValue": value})).collect::<Vec<_>>(),
        "PayerUin": uin,
        "OwnerUin": owner,
        "OperateUin": owner,
        "BusinessCode": line.business,
        "ProductCode": line.product,
        // A number here, a text in DescribeBillDetail.
        "RegionId": 0,
        "InstanceType": "-",
        "OriginalCostWithRI": "0",
        "SPDeduction": "0",
        "OriginalCostWithSP": "0",
        "BillMonth": line.month.to_string(),
    });
    match summary {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
