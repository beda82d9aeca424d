//! Bills: every line of a month, of every product.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::ask::Refusal;
use super::plan::Question;
use crate::cloud::Client;
use crate::cloud::billing::{BillComponent, BillDetail, BillDetails, Money};
use crate::model::{Bill, BillLine, BillingDay};

/// The bill of the month of a question: one line for each component of each line.
pub async fn of_month(client: &Client, question: &Question<'_>) -> Result<Bill, Refusal> {
    let month = BillingDay::of(question.unit.window.start).month();
    let mut details = client.billing().bill_details(BillDetails::of_month(month));
    let mut lines = Vec::new();
    // Lines that nothing tells apart are told apart by their number.
    let mut alike: HashMap<String, u32> = HashMap::new();
    while let Some(detail) = details.next().await {
        let detail = detail?;
        for component in &detail.components {
            let name = name(&detail, component);
            let nth = alike.entry(name.clone()).or_default();
            *nth += 1;
            lines.push(line(&detail, component, &name, *nth));
        }
    }
    Ok(Bill { month, currency: String::new(), lines })
}

/// What names a component of a line, whatever it costs.
fn name(detail: &BillDetail, component: &BillComponent) -> String {
    let parts = [
        detail.id.as_deref().unwrap_or_default(),
        &detail.bill_id,
        &detail.order_id,
        &detail.owner_uin,
        &detail.business_code,
        &detail.product_code,
        &detail.action_type,
        &detail.resource_id,
        &detail.region_name,
        &detail.fee_begin_time,
        &detail.fee_end_time,
        &component.component_code,
        &component.component_name,
        &component.item_code,
        &component.item_name,
    ];
    parts.join("\u{1f}")
}

fn line(detail: &BillDetail, component: &BillComponent, name: &str, nth: u32) -> BillLine {
    let hash = Sha256::digest(format!("{name}\u{1f}{nth}"));
    let money = |amount: &Option<Money>| amount.as_ref().map(|amount| amount.as_str().to_owned()).unwrap_or_default();
    BillLine {
        line_id: hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
        business: detail.business_code.clone(),
        business_name: detail.business_code_name.clone(),
        product: detail.product_code_name.clone(),
        action_type: detail.action_type_name.clone(),
        resource_id: detail.resource_id.clone(),
        region: detail.region_name.clone(),
        pay_mode: detail.pay_mode_name.clone(),
        component: component.component_name.clone(),
        item: component.item_name.clone(),
        used_from: detail.fee_begin_time.clone(),
        used_until: detail.fee_end_time.clone(),
        paid_at: detail.pay_time.clone(),
        quantity: money(&component.used),
        unit: component.used_amount_unit.clone(),
        unit_price: money(&component.unit_price),
        list_cost: money(&component.list_cost),
        real_cost: money(&component.real_cost),
        cash_cost: money(&component.cash),
        incentive_cost: money(&component.incentive),
        voucher_cost: money(&component.voucher),
        transfer_cost: money(&component.transfer),
        raw: detail.raw.clone(),
    }
}
