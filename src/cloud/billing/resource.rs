//! A month by resource.

use serde::{Deserialize, Serialize};

use super::Billing;
use super::actions::{DESCRIBE_BILL_RESOURCE_SUMMARY, DESCRIBE_BILL_RESOURCE_SUMMARY_FOR_ORGANIZATION};
use super::detail::{BillTag, month};
use super::money::{Money, some_money};
use crate::cloud::actions::Entry;
use crate::cloud::fields::{list, text};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::BillingMonth;

const PAGE: u64 = 1000;

/// `DescribeBillResourceSummary` (billing API): a month by resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceSummary {
    /// The month.
    #[serde(serialize_with = "month")]
    pub month: BillingMonth,
    /// `p_vod` for VOD; all products without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_code: Option<String>,
    /// One resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Only what carries this cost tag; bills from 2021-01 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_key: Option<String>,
    /// The value of that tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_value: Option<String>,
}

impl ResourceSummary {
    /// Everything of a month.
    pub fn of_month(month: BillingMonth) -> Self {
        Self { month, business_code: None, resource_id: None, tag_key: None, tag_value: None }
    }
}

/// What one resource cost. (Billing API, BillResourceSummary.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceCost {
    /// `p_vod`, …
    #[serde(default, deserialize_with = "text")]
    pub business_code: String,
    /// Its display name.
    #[serde(default, deserialize_with = "text")]
    pub business_code_name: String,
    /// The sub-product's display name.
    #[serde(default, deserialize_with = "text")]
    pub product_code_name: String,
    /// The region, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub region_name: String,
    /// The resource.
    #[serde(default, deserialize_with = "text")]
    pub resource_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub resource_name: String,
    /// The kind of transaction, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub action_type_name: String,
    /// Items and their amounts as one text.
    #[serde(default, deserialize_with = "text")]
    pub config_desc: String,
    /// At list price.
    #[serde(default, rename = "TotalCost", deserialize_with = "some_money")]
    pub list_cost: Option<Money>,
    /// What is paid.
    #[serde(default, rename = "RealTotalCost", deserialize_with = "some_money")]
    pub real_cost: Option<Money>,
    /// Of it, in cash.
    #[serde(default, rename = "CashPayAmount", deserialize_with = "some_money")]
    pub cash: Option<Money>,
    /// Of it, with free credit.
    #[serde(default, rename = "IncentivePayAmount", deserialize_with = "some_money")]
    pub incentive: Option<Money>,
    /// Of it, with vouchers.
    #[serde(default, rename = "VoucherPayAmount", deserialize_with = "some_money")]
    pub voucher: Option<Money>,
    /// Of it, with shared profit.
    #[serde(default, rename = "TransferPayAmount", deserialize_with = "some_money")]
    pub transfer: Option<Money>,
    /// Cost tags.
    #[serde(default, deserialize_with = "list")]
    pub tags: Vec<BillTag>,
}

impl<'a> Billing<'a> {
    /// The resources of a month, page by page, until a page is not full.
    pub fn bill_resources(self, request: ResourceSummary) -> Pages<'a, ResourceCost> {
        self.resources(&DESCRIBE_BILL_RESOURCE_SUMMARY, request)
    }

    /// The same for a member of an organization. (DescribeBillResourceSummaryForOrganization.)
    pub fn bill_resources_for_organization(self, request: ResourceSummary) -> Pages<'a, ResourceCost> {
        self.resources(&DESCRIBE_BILL_RESOURCE_SUMMARY_FOR_ORGANIZATION, request)
    }

    fn resources(self, entry: &'static Entry, request: ResourceSummary) -> Pages<'a, ResourceCost> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'r> {
            offset: u64,
            limit: u64,
            #[serde(flatten)]
            query: &'r ResourceSummary,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            resource_summary_set: Vec<ResourceCost>,
        }
        pages::by_cursor(entry.action.name, 0_u64, move |offset| {
            let query = request.clone();
            async move {
                let answer: Answer = self.client.ask(entry, &Request { offset, limit: PAGE, query: &query }).await?;
                let came = answer.resource_summary_set.len() as u64;
                Ok(Page { items: answer.resource_summary_set, next: (came >= PAGE).then_some(offset + came) })
            }
        })
    }
}
