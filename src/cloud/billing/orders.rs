//! Orders, vouchers and adjustments.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Billing;
use super::actions::{DESCRIBE_BILL_ADJUST_INFO, DESCRIBE_DEALS_BY_COND, DESCRIBE_VOUCHER_INFO};
use super::detail::month;
use super::money::some_decimal;
use crate::cloud::Error;
use crate::cloud::fields::{number, text, texts, told_text};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::BillingMonth;

/// Above 200 an order no longer tells its resources.
const DEALS_PAGE: u64 = 200;
const VOUCHERS_PAGE: u64 = 1000;

/// `DescribeDealsByCond` (billing API): orders, such as packs that were bought. At most three months at a time are advised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deals {
    /// From, `YYYY-MM-DD hh:mm:ss` in UTC+8.
    pub start_time: String,
    /// To, likewise.
    pub end_time: String,
    /// States, 1 to 13 and 30; 4 (done) without.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status_set: Vec<u8>,
    /// One order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
}

/// An order. Amounts that end in `_fen` are hundredths of a yuan.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deal {
    /// The order.
    #[serde(deserialize_with = "told_text")]
    pub order_id: String,
    /// The order that it is a part of.
    #[serde(default, deserialize_with = "text")]
    pub big_deal_id: String,
    /// Its state: 4 is done.
    #[serde(deserialize_with = "number")]
    pub status: i64,
    /// When it was made, in UTC+8.
    #[serde(default, deserialize_with = "text")]
    pub create_time: String,
    /// What was paid.
    #[serde(default, rename = "RealTotalCost", deserialize_with = "some_decimal")]
    pub paid_fen: Option<Decimal>,
    /// Of it, with vouchers.
    #[serde(default, rename = "VoucherDecline", deserialize_with = "some_decimal")]
    pub voucher_fen: Option<Decimal>,
    /// At list price.
    #[serde(default, rename = "TotalCost", deserialize_with = "some_decimal")]
    pub list_fen: Option<Decimal>,
    /// `CNY`, `USD`.
    #[serde(default, deserialize_with = "text")]
    pub currency: String,
    /// `purchase`, `renew`, `refund`, … as the API says.
    #[serde(default, deserialize_with = "text")]
    pub action: String,
    /// The product's code.
    #[serde(default, deserialize_with = "text")]
    pub product_code: String,
    /// The product's display name.
    #[serde(default, deserialize_with = "text")]
    pub product_name: String,
    /// The sub-product's code.
    #[serde(default, deserialize_with = "text")]
    pub sub_product_code: String,
    /// The sub-product's display name.
    #[serde(default, deserialize_with = "text")]
    pub sub_product_name: String,
    /// Orders that give it back.
    #[serde(default, deserialize_with = "text")]
    pub ref_return_deals: String,
    /// What was bought.
    #[serde(default, rename = "ResourceId", deserialize_with = "texts")]
    pub resources: Vec<String>,
}

/// `DescribeVoucherInfo` (billing API). The last two years.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Vouchers {
    /// `unUsed`, `used`, `delivered`, `cancel`, `overdue`; all without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `p_vod` for those that VOD takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
}

/// A voucher. Amounts are in units of 10⁻⁸ of the account's currency.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Voucher {
    /// Its id.
    #[serde(deserialize_with = "told_text")]
    pub voucher_id: String,
    /// Whose it is.
    #[serde(default, deserialize_with = "text")]
    pub owner_uin: String,
    /// `unUsed`, …
    #[serde(default, deserialize_with = "text")]
    pub status: String,
    /// What it was worth.
    #[serde(default, deserialize_with = "some_decimal")]
    pub nominal_value: Option<Decimal>,
    /// What is left of it.
    #[serde(default, deserialize_with = "some_decimal")]
    pub balance: Option<Decimal>,
    /// `prePay`, `postPay`, `riPay`, or empty.
    #[serde(default, deserialize_with = "text")]
    pub pay_mode: String,
    /// From when on it can be used, in UTC+8.
    #[serde(default, deserialize_with = "text")]
    pub begin_time: String,
    /// Until when.
    #[serde(default, deserialize_with = "text")]
    pub end_time: String,
}

/// A correction of a bill. (Billing API, DescribeBillAdjustInfo.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Adjustment {
    /// Who pays.
    #[serde(default, deserialize_with = "text")]
    pub payer_uin: String,
    /// The month whose bill is corrected.
    #[serde(default, deserialize_with = "text")]
    pub month: String,
    /// `manualAdjustment`, `supplementarySettlement`, `reSettlement`.
    #[serde(rename = "AdjustType", deserialize_with = "text")]
    pub kind: String,
    /// Its number.
    #[serde(default, rename = "AdjustNum", deserialize_with = "text")]
    pub number: String,
    /// When it was done, in UTC+8.
    #[serde(default, rename = "AdjustCompletionTime", deserialize_with = "text")]
    pub completed: String,
    /// By how much.
    #[serde(default, rename = "AdjustAmount", deserialize_with = "some_decimal")]
    pub amount: Option<Decimal>,
}

impl<'a> Billing<'a> {
    /// Orders, page by page.
    pub fn deals(self, request: Deals) -> Pages<'a, Deal> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'r> {
            offset: u64,
            limit: u64,
            #[serde(flatten)]
            query: &'r Deals,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            deals: Vec<Deal>,
        }
        // The offset counts pages from 0, by its text.
        pages::by_cursor(DESCRIBE_DEALS_BY_COND.action.name, 0_u64, move |offset| {
            let query = request.clone();
            async move {
                let request = Request { offset, limit: DEALS_PAGE, query: &query };
                let answer: Answer = self.client.ask(&DESCRIBE_DEALS_BY_COND, &request).await?;
                let is_full = answer.deals.len() as u64 >= DEALS_PAGE;
                Ok(Page { items: answer.deals, next: is_full.then_some(offset + 1) })
            }
        })
    }

    /// Vouchers, page by page.
    pub fn vouchers(self, request: Vouchers) -> Pages<'a, Voucher> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'r> {
            offset: u64,
            limit: u64,
            #[serde(flatten)]
            query: &'r Vouchers,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            voucher_infos: Vec<Voucher>,
        }
        // Unlike anywhere else the offset counts pages from 1.
        pages::by_cursor(DESCRIBE_VOUCHER_INFO.action.name, 1_u64, move |offset| {
            let query = request.clone();
            async move {
                let request = Request { offset, limit: VOUCHERS_PAGE, query: &query };
                let answer: Answer = self.client.ask(&DESCRIBE_VOUCHER_INFO, &request).await?;
                let is_full = answer.voucher_infos.len() as u64 >= VOUCHERS_PAGE;
                Ok(Page { items: answer.voucher_infos, next: is_full.then_some(offset + 1) })
            }
        })
    }

    /// The corrections of a month's bill.
    pub async fn describe_bill_adjust_info(&self, of: BillingMonth) -> Result<Vec<Adjustment>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request {
            #[serde(serialize_with = "month")]
            month: BillingMonth,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            data: Vec<Adjustment>,
        }
        let answer: Answer = self.client.ask(&DESCRIBE_BILL_ADJUST_INFO, &Request { month: of }).await?;
        Ok(answer.data)
    }
}
