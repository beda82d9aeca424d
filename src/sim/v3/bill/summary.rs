//! DescribeBillSummaryByProduct and DescribeBillSummaryForOrganization.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::super::params::{Field, Kind};
use super::super::{Call, Outcome, members};
use super::{Costs, Sum, check_reach, invalid, lines, month_of, month_of_range};
use crate::model::BillingMonth;
use crate::sim::account::BillLine;

/// Request parameters.
pub(in super::super) const SUMMARY: &[Field] = &[
    Field::required("BeginTime", Kind::Text(19)),
    Field::required("EndTime", Kind::Text(19)),
    Field::optional("PayerUin", Kind::Text(20)),
    Field::optional("PayType", Kind::Choice(&["consume", "refund", "adjustment"])),
];
/// Request parameters.
pub(in super::super) const SUMMARY_FOR_ORGANIZATION: &[Field] = &[
    Field::required("Month", Kind::Text(19)),
    Field::required("GroupType", Kind::Choice(&["business", "project", "region", "payMode", "tag"])),
    Field::optional("TagKey", Kind::Texts(10, 127)),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    ready: u64,
    summary_total: Option<Costs>,
    summary_overview: Option<Vec<Overview>>,
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

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Grouped {
    ready: u64,
    summary_detail: Vec<Group>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_key: String,
    group_value: String,
    #[serde(flatten)]
    costs: Costs,
    business: Vec<Business>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Business {
    business_code: String,
    business_code_name: String,
    #[serde(flatten)]
    costs: Costs,
}

/// A product: its code and name.
type Product = (String, String);

/// What products cost in a month: as the account file says, else the sum of their lines.
fn products(call: &Call<'_>, month: BillingMonth, pay_type: Option<&str>) -> BTreeMap<Product, Sum> {
    let declared = call.cloud.account.billing.month.iter().filter(|row| row.month == month);
    let mut products: BTreeMap<Product, Sum> = declared
        .clone()
        .filter(|_| pay_type.is_none_or(|pay_type| pay_type == "consume"))
        .map(|row| ((row.business.clone(), row.name.clone()), Sum::cash(row.cost.parse().unwrap_or_default())))
        .collect();
    for line in lines(call, month).filter(|line| pay_type.is_none_or(|pay_type| pay_type == pay_type_of(line))) {
        if declared.clone().all(|row| row.business != line.business) {
            let sum = products.entry((line.business.clone(), line.business_name.clone())).or_default();
            *sum = sum.plus(Sum::line(line));
        }
    }
    products
}

/// Spent, given back, or corrected.
fn pay_type_of(line: &BillLine) -> &'static str {
    match line.action.as_str() {
        "prepay_return" => "refund",
        action if action.starts_with("recon_") => "adjustment",
        _ => "consume",
    }
}

/// What a month cost, by product.
pub(in super::super) fn by_product(call: &Call<'_>) -> Outcome {
    let month = month_of_range(&call.params, "BeginTime", "EndTime")?.ok_or_else(|| invalid("BeginTime", "is empty"))?;
    check_reach(call, month)?;
    if !call.cloud.state.bills_are_ready() {
        return members(Summary { ready: 0, summary_total: None, summary_overview: None });
    }
    let products = products(call, month, call.params.text("PayType"));
    let total = products.values().copied().fold(Sum::default(), Sum::plus);
    let overview = products.into_iter().map(|((code, name), sum)| Overview {
        business_code: code,
        business_code_name: name,
        real_total_cost_ratio: ratio(sum.real, total.real),
        bill_month: month.to_string(),
        costs: sum.costs(),
    });
    members(Summary { ready: 1, summary_overview: Some(overview.collect()), summary_total: Some(total.costs()) })
}

fn ratio(cost: Decimal, total: Decimal) -> String {
    let percent = (cost * Decimal::ONE_HUNDRED).checked_div(total).unwrap_or_default();
    format!("{percent:.2}")
}

/// What a month cost a member account, grouped.
pub(in super::super) fn for_organization(call: &Call<'_>) -> Outcome {
    let month = month_of(&call.params, "Month")?.ok_or_else(|| invalid("Month", "is empty"))?;
    check_reach(call, month)?;
    if !call.cloud.state.bills_are_ready() {
        return members(Grouped { ready: 0, summary_detail: Vec::new() });
    }
    let group_type = call.params.text("GroupType").unwrap_or_default();
    let tags = call.params.texts("TagKey").unwrap_or_default();
    if group_type == "tag" && tags.is_empty() {
        return Err(invalid("TagKey", "is needed to group by tag"));
    }
    let mut groups: BTreeMap<(String, String), BTreeMap<Product, Sum>> = BTreeMap::new();
    if group_type == "business" {
        for (product, sum) in products(call, month, None) {
            groups.entry(product.clone()).or_default().insert(product, sum);
        }
    } else {
        for line in lines(call, month) {
            let group = groups.entry(key(line, group_type, &tags)).or_default();
            let sum = group.entry((line.business.clone(), line.business_name.clone())).or_default();
            *sum = sum.plus(Sum::line(line));
        }
    }
    members(Grouped { ready: 1, summary_detail: groups.into_iter().map(group).collect() })
}

/// Key and name of the group of a line.
fn key(line: &BillLine, group_type: &str, tags: &[&str]) -> (String, String) {
    match group_type {
        "project" => ("0".to_owned(), "默认项目".to_owned()),
        "region" => (line.region_name.clone(), line.region_name.clone()),
        "payMode" => (line.pay_mode.clone(), super::pay_mode_name(&line.pay_mode).to_owned()),
        _ => line.tags.iter().find(|(key, _)| tags.contains(&key.as_str())).cloned().unwrap_or_default(),
    }
}

fn group(((group_key, group_value), products): ((String, String), BTreeMap<Product, Sum>)) -> Group {
    let total = products.values().copied().fold(Sum::default(), Sum::plus);
    let business = products.into_iter().map(|((business_code, business_code_name), sum)| Business {
        business_code,
        business_code_name,
        costs: sum.costs(),
    });
    Group { group_key, group_value, business: business.collect(), costs: total.costs() }
}
