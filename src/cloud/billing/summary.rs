//! Sums of a month, and whole bills as files.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::Billing;
use super::actions::{DESCRIBE_BILL_DOWNLOAD_URL, DESCRIBE_BILL_SUMMARY_BY_PRODUCT, DESCRIBE_BILL_SUMMARY_FOR_ORGANIZATION};
use super::detail::month;
use super::money::{Money, some_money};
use crate::cloud::Error;
use crate::cloud::fields::{list, number, some_secret, text};
use crate::model::{BillingMonth, Secret};

/// What the cloud has to prepare before it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared<T> {
    /// It is being prepared: ask again in 5 to 10 minutes.
    NotYet,
    /// Here it is.
    Ready(T),
}

/// What an answer tells with its `Ready`: what is said to be ready must be there.
fn prepared<T>(ready: u8, member: &str, value: Option<T>) -> Result<Prepared<T>, String> {
    match (ready, value) {
        (0, _) => Ok(Prepared::NotYet),
        (_, Some(value)) => Ok(Prepared::Ready(value)),
        (_, None) => Err(format!("Ready is {ready}, but {member} is not told")),
    }
}

impl<T> Prepared<T> {
    /// What is there, if it is.
    pub fn ready(self) -> Option<T> {
        match self {
            Self::NotYet => None,
            Self::Ready(value) => Some(value),
        }
    }
}

/// Which transactions a summary holds; bills from 2021-05 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PayType {
    /// What was used.
    Consume,
    /// What was given back.
    Refund,
    /// What was corrected.
    Adjustment,
}

/// A month by product. (Billing API, DescribeBillSummaryByProduct.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductCosts {
    /// All products.
    pub total: Option<ProductCost>,
    /// Each of them.
    pub products: Vec<ProductCost>,
}

/// What one product cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ProductCost {
    /// `p_vod` for VOD; empty in a total.
    #[serde(deserialize_with = "text")]
    pub business_code: String,
    /// Its display name.
    #[serde(deserialize_with = "text")]
    pub business_code_name: String,
    /// At list price.
    #[serde(rename = "TotalCost", deserialize_with = "some_money")]
    pub list_cost: Option<Money>,
    /// What is paid.
    #[serde(rename = "RealTotalCost", deserialize_with = "some_money")]
    pub real_cost: Option<Money>,
    /// Of it, in cash.
    #[serde(rename = "CashPayAmount", deserialize_with = "some_money")]
    pub cash: Option<Money>,
    /// Of it, with free credit.
    #[serde(rename = "IncentivePayAmount", deserialize_with = "some_money")]
    pub incentive: Option<Money>,
    /// Of it, with vouchers.
    #[serde(rename = "VoucherPayAmount", deserialize_with = "some_money")]
    pub voucher: Option<Money>,
    /// Of it, with shared profit.
    #[serde(rename = "TransferPayAmount", deserialize_with = "some_money")]
    pub transfer: Option<Money>,
}

/// By what the bill of a member of an organization is summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Products.
    Business,
    /// Projects.
    Project,
    /// Regions.
    Region,
    /// Prepaid and postpaid.
    PayMode,
    /// The values of these cost tags.
    Tag(Vec<String>),
}

/// A group and what it cost, with its products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCost {
    /// What the group is of.
    pub key: String,
    /// Which group it is.
    pub value: String,
    /// What it cost.
    pub cost: ProductCost,
    /// The same by product.
    pub business: Vec<ProductCost>,
}

/// The costs stand beside the names. They are read by themselves: what serde flattens has been parsed before, and the digits of its
/// numbers are gone.
impl<'de> Deserialize<'de> for GroupCost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Names {
            #[serde(default, deserialize_with = "text")]
            group_key: String,
            #[serde(default, deserialize_with = "text")]
            group_value: String,
            #[serde(default, deserialize_with = "list")]
            business: Vec<ProductCost>,
        }
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let Names { group_key: key, group_value: value, business } = serde_json::from_str(raw).map_err(D::Error::custom)?;
        Ok(Self { key, value, business, cost: serde_json::from_str(raw).map_err(D::Error::custom)? })
    }
}

/// A bill as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BillFile {
    /// The overview (L0, PDF); not of the current month.
    BillOverview,
    /// By product (L1).
    BillSummary,
    /// By resource (L2).
    BillResource,
    /// Every line (L3).
    BillDetail,
    /// All of them; not of the current month.
    BillPack,
}

impl Billing<'_> {
    /// What each product cost in a month.
    pub async fn describe_bill_summary_by_product(
        &self,
        month: BillingMonth,
        pay_type: Option<PayType>,
        payer_uin: Option<&str>,
    ) -> Result<Prepared<ProductCosts>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'a> {
            begin_time: String,
            end_time: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            pay_type: Option<PayType>,
            #[serde(skip_serializing_if = "Option::is_none")]
            payer_uin: Option<&'a str>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            #[serde(deserialize_with = "number")]
            ready: u8,
            summary_total: Option<ProductCost>,
            summary_overview: Option<Vec<ProductCost>>,
        }
        #[derive(Deserialize)]
        #[serde(try_from = "Wire")]
        struct Answer(Prepared<ProductCosts>);
        impl TryFrom<Wire> for Answer {
            type Error = String;

            fn try_from(Wire { ready, summary_total: total, summary_overview }: Wire) -> Result<Self, String> {
                let costs = summary_overview.map(|products| ProductCosts { total, products });
                prepared(ready, "SummaryOverview", costs).map(Self)
            }
        }
        let request = Request { begin_time: month.to_string(), end_time: month.to_string(), pay_type, payer_uin };
        let answer: Answer = self.client.ask(&DESCRIBE_BILL_SUMMARY_BY_PRODUCT, &request).await?;
        Ok(answer.0)
    }

    /// What a member of an organization cost in a month, in groups.
    pub async fn describe_bill_summary_for_organization(
        &self,
        of: BillingMonth,
        by: &GroupBy,
    ) -> Result<Prepared<Vec<GroupCost>>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'a> {
            #[serde(serialize_with = "month")]
            month: BillingMonth,
            group_type: &'static str,
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            tag_key: &'a [String],
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            #[serde(deserialize_with = "number")]
            ready: u8,
            summary_detail: Option<Vec<GroupCost>>,
        }
        #[derive(Deserialize)]
        #[serde(try_from = "Wire")]
        struct Answer(Prepared<Vec<GroupCost>>);
        impl TryFrom<Wire> for Answer {
            type Error = String;

            fn try_from(Wire { ready, summary_detail }: Wire) -> Result<Self, String> {
                prepared(ready, "SummaryDetail", summary_detail).map(Self)
            }
        }
        let (group_type, tag_key): (_, &[String]) = match by {
            GroupBy::Business => ("business", &[]),
            GroupBy::Project => ("project", &[]),
            GroupBy::Region => ("region", &[]),
            GroupBy::PayMode => ("payMode", &[]),
            GroupBy::Tag(keys) => ("tag", keys),
        };
        let request = Request { month: of, group_type, tag_key };
        let answer: Answer = self.client.ask(&DESCRIBE_BILL_SUMMARY_FOR_ORGANIZATION, &request).await?;
        Ok(answer.0)
    }

    /// Where a bill can be downloaded for a day, by [`Client::download`](crate::cloud::Client::download). From 2021-01 on; overview and
    /// pack are there after 19:00 on the first of the next month.
    pub async fn describe_bill_download_url(&self, file: BillFile, of: BillingMonth) -> Result<Prepared<Secret>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request {
            file_type: BillFile,
            #[serde(serialize_with = "month")]
            month: BillingMonth,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            #[serde(deserialize_with = "number")]
            ready: u8,
            #[serde(default, deserialize_with = "some_secret")]
            download_url: Option<Secret>,
        }
        #[derive(Deserialize)]
        #[serde(try_from = "Wire")]
        struct Answer(Prepared<Secret>);
        impl TryFrom<Wire> for Answer {
            type Error = String;

            fn try_from(Wire { ready, download_url }: Wire) -> Result<Self, String> {
                prepared(ready, "DownloadUrl", download_url).map(Self)
            }
        }
        let answer: Answer = self.client.ask(&DESCRIBE_BILL_DOWNLOAD_URL, &Request { file_type: file, month: of }).await?;
        Ok(answer.0)
    }
}
