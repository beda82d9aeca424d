//! The lines of a bill.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Billing;
use super::actions::{DESCRIBE_BILL_DETAIL, DESCRIBE_BILL_DETAIL_FOR_ORGANIZATION};
use super::money::{Money, some_money};
use super::unread::{self, Unread};
use crate::cloud::Error;
use crate::cloud::actions::Entry;
use crate::cloud::fields::{list, some_text, text};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::BillingMonth;

/// Lines of one answer at most: of an account's own bill, and of the part of a member of an organization.
const PAGE: u64 = 300;
const PAGE_OF_MEMBER: u64 = 100;

/// `DescribeBillDetail` (billing API): every line of a month, any product. The last 18 months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BillDetails {
    /// The month.
    #[serde(serialize_with = "month")]
    pub month: BillingMonth,
    /// `p_vod` for VOD; all products without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_code: Option<String>,
    /// `prePay` or `postPay`; both without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_mode: Option<String>,
    /// One resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Who pays, where that is another account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_uin: Option<String>,
}

impl BillDetails {
    /// Everything of a month.
    pub fn of_month(month: BillingMonth) -> Self {
        Self { month, business_code: None, pay_mode: None, resource_id: None, payer_uin: None }
    }
}

pub(super) fn month<S: serde::Serializer>(month: &BillingMonth, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(month)
}

/// A line of a bill. Times are texts in UTC+8, as the bill has them. (Billing API, BillDetail.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BillDetail {
    /// `p_vod`, …
    #[serde(default, deserialize_with = "text")]
    pub business_code: String,
    /// Its display name.
    #[serde(default, deserialize_with = "text")]
    pub business_code_name: String,
    /// The sub-product.
    #[serde(default, deserialize_with = "text")]
    pub product_code: String,
    /// Its display name.
    #[serde(default, deserialize_with = "text")]
    pub product_code_name: String,
    /// Prepaid or postpaid, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub pay_mode_name: String,
    /// The project, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub project_name: String,
    /// The region, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub region_name: String,
    /// What was used.
    #[serde(default, deserialize_with = "text")]
    pub resource_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub resource_name: String,
    /// The kind of transaction: a code.
    #[serde(default, deserialize_with = "text")]
    pub action_type: String,
    /// The kind of transaction, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub action_type_name: String,
    /// The order.
    #[serde(default, deserialize_with = "text")]
    pub order_id: String,
    /// The transaction.
    #[serde(default, deserialize_with = "text")]
    pub bill_id: String,
    /// When it was deducted.
    #[serde(default, deserialize_with = "text")]
    pub pay_time: String,
    /// Begin of use.
    #[serde(default, deserialize_with = "text")]
    pub fee_begin_time: String,
    /// End of use.
    #[serde(default, deserialize_with = "text")]
    pub fee_end_time: String,
    /// The day that the line belongs to.
    #[serde(default, deserialize_with = "text")]
    pub bill_day: String,
    /// The month that the line belongs to.
    #[serde(default, deserialize_with = "text")]
    pub bill_month: String,
    /// Who pays.
    #[serde(default, deserialize_with = "text")]
    pub payer_uin: String,
    /// Whose it is.
    #[serde(default, deserialize_with = "text")]
    pub owner_uin: String,
    /// What it is made of. Amounts stand here and nowhere else.
    #[serde(default, rename = "ComponentSet", deserialize_with = "list")]
    pub components: Vec<BillComponent>,
    /// Cost tags.
    #[serde(default, deserialize_with = "list")]
    pub tags: Vec<BillTag>,
    /// The line's own id; a member of an organization is not told it.
    #[serde(default, deserialize_with = "some_text")]
    pub id: Option<String>,
    /// The whole line as it came, as JSON.
    #[serde(skip)]
    pub raw: String,
    /// What could not be read: the line's own members, or whole components, which are missing above. Empty is the rule.
    #[serde(skip)]
    pub unread: Vec<Unread>,
}

/// A component of a line: one item at one price. (Billing API, BillDetailComponent.)
///
/// `used = measured − deducted`; `list_cost = unit price × used × time span`; what was paid is the sum of its four parts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BillComponent {
    /// The component.
    #[serde(default, deserialize_with = "text")]
    pub component_code: String,
    /// Its display name.
    #[serde(default, rename = "ComponentCodeName", deserialize_with = "text")]
    pub component_name: String,
    /// The item.
    #[serde(default, deserialize_with = "text")]
    pub item_code: String,
    /// Its display name.
    #[serde(default, rename = "ItemCodeName", deserialize_with = "text")]
    pub item_name: String,
    /// List price of one unit; hidden under contract prices.
    #[serde(default, rename = "SinglePrice", deserialize_with = "some_money")]
    pub unit_price: Option<Money>,
    /// Price of one unit after discount.
    #[serde(default, deserialize_with = "some_money")]
    pub contract_price: Option<Money>,
    /// Unit of the price, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub price_unit: String,
    /// What is charged.
    #[serde(default, rename = "UsedAmount", deserialize_with = "some_money")]
    pub used: Option<Money>,
    /// Its unit, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub used_amount_unit: String,
    /// What was measured.
    #[serde(default, rename = "RealTotalMeasure", deserialize_with = "some_money")]
    pub measured: Option<Money>,
    /// What packs took of it.
    #[serde(default, rename = "DeductedMeasure", deserialize_with = "some_money")]
    pub deducted: Option<Money>,
    /// How long, and in which unit, as displayed.
    #[serde(default, deserialize_with = "some_money")]
    pub time_span: Option<Money>,
    /// The unit of the time span, as displayed.
    #[serde(default, deserialize_with = "text")]
    pub time_unit_name: String,
    /// At list price.
    #[serde(default, rename = "Cost", deserialize_with = "some_money")]
    pub list_cost: Option<Money>,
    /// The factor of the discount.
    #[serde(default, deserialize_with = "some_money")]
    pub discount: Option<Money>,
    /// What is paid.
    #[serde(default, deserialize_with = "some_money")]
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
    /// Members that could not be read; above they look as if they were not told. Empty is the rule.
    #[serde(skip)]
    pub unread: Vec<Unread>,
}

/// A cost tag.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BillTag {
    /// Its key.
    #[serde(default, rename = "TagKey", deserialize_with = "text")]
    pub key: String,
    /// Its value.
    #[serde(default, rename = "TagValue", deserialize_with = "text")]
    pub value: String,
}

impl<'a> Billing<'a> {
    /// The lines of a bill, page by page; what cannot be read of a line is told in [`BillDetail::unread`]. The total that the API tells is up to 24 hours old and may be too low, so pages are read
    /// until one is not full.
    pub fn bill_details(self, request: BillDetails) -> Pages<'a, BillDetail> {
        self.details(&DESCRIBE_BILL_DETAIL, PAGE, request)
    }

    /// The same for a member of an organization: the bill that its management account pays for it.
    /// (DescribeBillDetailForOrganization.)
    pub fn bill_details_for_organization(self, request: BillDetails) -> Pages<'a, BillDetail> {
        self.details(&DESCRIBE_BILL_DETAIL_FOR_ORGANIZATION, PAGE_OF_MEMBER, request)
    }

    fn details(self, entry: &'static Entry, limit: u64, request: BillDetails) -> Pages<'a, BillDetail> {
        pages::by_cursor(entry.action.name, (0_u64, String::new()), move |(offset, context)| {
            let request = request.clone();
            async move {
                let (items, next) = self.details_page(entry, &request, offset, limit, &context).await?;
                let came = items.len() as u64;
                Ok(Page { items, next: (came >= limit).then(|| (offset + came, next)) })
            }
        })
    }

    /// One page, and the context by which the next one is found faster.
    async fn details_page(
        self,
        entry: &'static Entry,
        request: &BillDetails,
        offset: u64,
        limit: u64,
        context: &str,
    ) -> Result<(Vec<BillDetail>, String), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'r> {
            offset: u64,
            limit: u64,
            #[serde(skip_serializing_if = "str::is_empty")]
            context: &'r str,
            #[serde(flatten)]
            query: &'r BillDetails,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            detail_set: Vec<Box<RawValue>>,
            #[serde(default, deserialize_with = "text")]
            context: String,
        }
        let answer: Answer = self.client.ask(entry, &Request { offset, limit, context, query: request }).await?;
        Ok((answer.detail_set.iter().map(|raw| unread::line(raw)).collect(), answer.context))
    }
}
