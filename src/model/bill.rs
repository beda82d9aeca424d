//! What Tencent Cloud charged.

use super::time::BillingMonth;

/// One component of one line of a bill, as the bill says it (`DescribeBillDetail`). Amounts and quantities are decimal texts with the
/// digits that came, never in E notation; empty where the bill hides them (contract prices, refunds).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BillLine {
    /// A hash of what names the line, never of its amount.
    pub line_id: String,
    /// `p_vod` for VOD.
    pub business: String,
    /// Its display name.
    pub business_name: String,
    /// The sub-product's display name.
    pub product: String,
    /// What kind of transaction it is.
    pub action_type: String,
    /// What was used.
    pub resource_id: String,
    /// Where.
    pub region: String,
    /// Prepaid or postpaid, as displayed.
    pub pay_mode: String,
    /// The component's display name.
    pub component: String,
    /// The item's display name.
    pub item: String,
    /// Begin of use, as the bill writes it (UTC+8).
    pub used_from: String,
    /// End of use.
    pub used_until: String,
    /// When it was deducted.
    pub paid_at: String,
    /// How much was used and is paid for.
    pub quantity: String,
    /// Its unit, as displayed.
    pub unit: String,
    /// The list price of one unit.
    pub unit_price: String,
    /// At list price.
    pub list_cost: String,
    /// After discounts.
    pub real_cost: String,
    /// Of it, paid in cash.
    pub cash_cost: String,
    /// Of it, paid with free credit.
    pub incentive_cost: String,
    /// Of it, paid with vouchers.
    pub voucher_cost: String,
    /// Of it, paid with shared profit.
    pub transfer_cost: String,
    /// The whole line as JSON.
    pub raw: String,
}

/// A month of an account's bill: every line of every product that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// Which month.
    pub month: BillingMonth,
    /// The currency of all amounts.
    pub currency: String,
    /// The lines.
    pub lines: Vec<BillLine>,
}
