//! What was bought ahead.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Vod;
use super::actions::DESCRIBE_PREPAID_PRODUCTS;
use crate::cloud::Error;
use crate::cloud::fields::{number, some_number, some_time, text, told_text};

/// A pack, package or plugin of the account. (VOD API 3.0, DescribePrepaidProducts; not on the international site.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrepaidProduct {
    /// Its id.
    #[serde(rename = "ProductInstanceId", deserialize_with = "told_text")]
    pub id: String,
    /// `StarterPackage`, `MiniProgramPlugin`, `ResourcePackage`.
    #[serde(rename = "ProductType", deserialize_with = "told_text")]
    pub kind: String,
    /// From when it holds.
    #[serde(default, rename = "StartTime", deserialize_with = "some_time")]
    pub start: Option<DateTime<Utc>>,
    /// Until when it holds.
    #[serde(default, rename = "ExpireTime", deserialize_with = "some_time")]
    pub expires: Option<DateTime<Utc>>,
    /// The last day that something was taken from it.
    #[serde(default, rename = "LastConsumeDate", deserialize_with = "some_time")]
    pub last_consumed: Option<DateTime<Utc>>,
    /// As the API numbers it; no table of its values was found.
    #[serde(default, deserialize_with = "some_number")]
    pub bind_status: Option<i64>,
    /// What is in it.
    #[serde(rename = "ResourceSet")]
    pub resources: Vec<PackedResource>,
    /// `Effective`, `Isolated`.
    #[serde(default, rename = "ProductInstanceStatus", deserialize_with = "text")]
    pub status: String,
    /// `FullRefund`, `Denied`.
    #[serde(default, deserialize_with = "text")]
    pub refund_status: String,
    /// `Never`, `Expire`, `ExpireOrUseOut`, `NotSupport`.
    #[serde(default, deserialize_with = "text")]
    pub renew_status: String,
}

/// One resource of a product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PackedResource {
    /// `Storage`, `Traffic` (bytes); `Transcode`, `TESHD`, `Review`, `MediaProcess`, `MLLMMediaProcess` (seconds).
    #[serde(rename = "ResourceType", deserialize_with = "told_text")]
    pub kind: String,
    /// What was bought.
    #[serde(deserialize_with = "number")]
    pub amount: i64,
    /// What is left.
    #[serde(deserialize_with = "number")]
    pub left: i64,
}

impl Vod<'_> {
    /// Everything that the account bought ahead.
    pub async fn describe_prepaid_products(self) -> Result<Vec<PrepaidProduct>, Error> {
        #[derive(Serialize)]
        struct Nothing {}
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            product_instance_set: Vec<PrepaidProduct>,
        }
        let answer: Answer = self.client.ask(&DESCRIBE_PREPAID_PRODUCTS, &Nothing {}).await?;
        Ok(answer.product_instance_set)
    }
}
