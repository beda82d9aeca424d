//! What the billing API answers: the lines of bills and their neighbours, as an account file declares them.
//!
//! Nothing here is computed from usage: a bill is what the file says, so that a report can be compared with it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::declared::Declared;
use super::time;
use crate::model::BillingMonth;

/// What the billing API answers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Billing {
    /// Money left, in fen (1/100 yuan).
    #[serde(default)]
    pub balance_fen: i64,
    /// How many requests are answered with `Ready` 0 before bills are there.
    #[serde(default)]
    pub unready: u64,
    /// What each month cost, by product, where it shall not be the sum of the lines.
    #[serde(default)]
    pub month: Vec<BilledMonth>,
    /// Lines of the bills of all products.
    #[serde(default, rename = "line")]
    pub lines: Vec<BillLine>,
    /// Corrections.
    #[serde(default, rename = "adjustment")]
    pub adjustments: Vec<Adjustment>,
    /// Orders.
    #[serde(default, rename = "deal")]
    pub deals: Vec<Deal>,
    /// Vouchers.
    #[serde(default, rename = "voucher")]
    pub vouchers: Vec<Voucher>,
}

/// One product of one month's bill.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BilledMonth {
    /// The month, `2026-10`.
    pub month: BillingMonth,
    /// `p_vod` for VOD.
    pub business: String,
    /// Its display name.
    pub name: String,
    /// Yuan, decimal text.
    pub cost: String,
}

/// One line of a bill. Texts that are not declared are empty, as they are in lines that belong to no product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillLine {
    /// The bill.
    pub month: BillingMonth,
    /// `p_vod` for VOD; empty where the line has no code.
    #[serde(default)]
    pub business: String,
    /// Its display name.
    #[serde(default)]
    pub business_name: String,
    /// Code of the sub-product.
    #[serde(default)]
    pub product: String,
    /// Its display name.
    #[serde(default)]
    pub product_name: String,
    /// `postPay` or `prePay`.
    #[serde(default = "post_pay")]
    pub pay_mode: String,
    /// Code of the transaction, `postpay_deduct_d`.
    #[serde(default)]
    pub action: String,
    /// Its display name, by which requests filter.
    #[serde(default)]
    pub action_name: String,
    /// Display name of the region.
    #[serde(default)]
    pub region_name: String,
    /// Resource.
    #[serde(default)]
    pub resource: String,
    /// Its display name.
    #[serde(default)]
    pub resource_name: String,
    /// Number of the order, for what was bought.
    #[serde(default)]
    pub order: String,
    /// Number of the deduction; unique in the account.
    pub id: String,
    /// When it was deducted.
    #[serde(deserialize_with = "time")]
    pub paid: DateTime<Utc>,
    /// First moment that it pays for.
    #[serde(deserialize_with = "time")]
    pub begin: DateTime<Utc>,
    /// Last moment that it pays for.
    #[serde(deserialize_with = "time")]
    pub end: DateTime<Utc>,
    /// Account that used it; the account itself when absent.
    pub owner: Option<u64>,
    /// Tags, key and value.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    /// Members of the line's answer that stand in place of those that follow from the rest, as a JSON object.
    #[serde(default, deserialize_with = "json_object")]
    pub members: Map<String, Value>,
    /// What it consists of.
    #[serde(rename = "component")]
    pub components: Vec<BillComponent>,
}

/// A component of a line. Amounts are yuan in decimal text, `-` where the cloud hides them; answers repeat them as they are declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillComponent {
    /// Code of the component.
    #[serde(default)]
    pub code: String,
    /// Its display name.
    #[serde(default)]
    pub name: String,
    /// Code of the item.
    #[serde(default)]
    pub item: String,
    /// Its display name.
    #[serde(default)]
    pub item_name: String,
    /// List price.
    #[serde(default = "hidden")]
    pub price: Declared,
    /// Unit of the price.
    #[serde(default)]
    pub price_unit: String,
    /// What is paid for: `measured` less `deducted`.
    #[serde(default = "zero")]
    pub used: Declared,
    /// Its unit.
    #[serde(default)]
    pub unit: String,
    /// What was measured.
    #[serde(default = "zero")]
    pub measured: Declared,
    /// What packs took off.
    #[serde(default = "zero")]
    pub deducted: Declared,
    /// How long.
    #[serde(default = "one")]
    pub time_span: Declared,
    /// Unit of that.
    #[serde(default)]
    pub time_unit: String,
    /// Price × used × time span.
    #[serde(default = "hidden")]
    pub cost: Declared,
    /// Discount.
    #[serde(default = "one")]
    pub discount: Declared,
    /// What is to be paid. May be negative.
    pub real_cost: Declared,
    /// Of it, paid by voucher.
    #[serde(default = "zero")]
    pub voucher: Declared,
    /// Of it, paid by gifted money.
    #[serde(default = "zero")]
    pub incentive: Declared,
    /// Of it, paid by shared revenue.
    #[serde(default = "zero")]
    pub transfer: Declared,
    /// Of it, paid in cash; the rest when absent.
    #[serde(rename = "cash")]
    pub declared_cash: Option<Declared>,
}

impl BillComponent {
    /// What is paid in cash.
    pub fn cash(&self) -> Declared {
        let rest = || self.real_cost.value() - self.voucher.value() - self.incentive.value() - self.transfer.value();
        self.declared_cash.clone().unwrap_or_else(|| Declared::from(rest()))
    }
}

/// A correction.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// The month that it belongs to.
    pub month: BillingMonth,
    /// `manualAdjustment`, `supplementarySettlement` or `reSettlement`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub number: String,
    /// When it was done.
    #[serde(deserialize_with = "time")]
    pub done: DateTime<Utc>,
    /// Yuan; the API sends a float.
    #[serde(deserialize_with = "decimal")]
    pub amount: Decimal,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// Its number.
    pub order: String,
    /// Number of the order that it is a part of.
    pub big_order: String,
    /// 1 to 13 or 30; 4 is delivered.
    #[serde(default = "delivered")]
    pub status: i64,
    /// When it was made.
    #[serde(deserialize_with = "time")]
    pub created: DateTime<Utc>,
    /// `purchase`, `renew`, `modify` or `refund`.
    pub action: String,
    /// `p_vod`.
    pub product: String,
    /// Its display name.
    pub product_name: String,
    /// Code of the sub-product.
    pub sub_product: String,
    /// Its display name.
    pub sub_product_name: String,
    /// What was bought, name and value.
    #[serde(default)]
    pub contents: Vec<(String, String)>,
    /// How many `unit`s it holds.
    #[serde(default = "one_month")]
    pub time_span: u32,
    /// `m`, `y`, `d`.
    #[serde(default = "month_unit")]
    pub time_unit: String,
    /// List price, fen.
    pub price_fen: i64,
    /// What was paid, fen.
    pub paid_fen: i64,
    /// Of it, by voucher, fen.
    #[serde(default)]
    pub voucher_fen: i64,
    /// What came out of it.
    #[serde(default)]
    pub resources: Vec<String>,
}

/// A voucher. Amounts are in 10⁻⁸ yuan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voucher {
    /// Its id.
    pub id: String,
    /// `unUsed`, `used`, `delivered`, `cancel` or `overdue`.
    pub status: String,
    /// What it was worth.
    pub nominal: i64,
    /// What is left.
    pub balance: i64,
    /// First moment of validity.
    #[serde(deserialize_with = "time")]
    pub begin: DateTime<Utc>,
    /// End of validity.
    #[serde(deserialize_with = "time")]
    pub end: DateTime<Utc>,
    /// What it may be used for; `*` is all.
    #[serde(default = "all")]
    pub product: String,
}

/// An amount as decimal text.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is not a decimal amount")))
}

fn post_pay() -> String {
    "postPay".to_owned()
}

/// A table that is written as a JSON object, since TOML has no null.
fn json_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let text = String::deserialize(deserializer)?;
    serde_json::from_str(&text).map_err(|error| serde::de::Error::custom(format!("{text:?} is not a JSON object: {error}")))
}

fn hidden() -> Declared {
    Declared::from("-")
}

fn zero() -> Declared {
    Declared::from("0")
}

fn one() -> Declared {
    Declared::from("1")
}

fn all() -> String {
    "*".to_owned()
}

fn delivered() -> i64 {
    4
}

fn one_month() -> u32 {
    1
}

fn month_unit() -> String {
    "m".to_owned()
}
