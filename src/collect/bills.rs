//! Bills: every line of a month, of every product.

use std::collections::HashMap;
use std::fmt;

use sha2::{Digest, Sha256};

use super::ask::{Answer, Refusal};
use super::plan::Question;
use crate::cloud::Client;
use crate::cloud::billing::{BillComponent, BillDetail, BillDetails, Money, Unread};
use crate::ledger::Facts;
use crate::model::{Bill, BillLine, BillingDay, BillingMonth};

/// So many places that cannot be read are told one by one.
const MOST_TOLD: usize = 5;

/// So much of a name is shown.
const MOST_SHOWN: usize = 60;

/// What the ledger keeps nothing of: a line is whole without it.
const NOT_KEPT: [&str; 13] = [
    "ProjectName",
    "ResourceName",
    "BillDay",
    "BillMonth",
    "PayerUin",
    "Tags",
    "ContractPrice",
    "PriceUnit",
    "RealTotalMeasure",
    "DeductedMeasure",
    "TimeSpan",
    "TimeUnitName",
    "Discount",
];

/// The bill of the month of a question: one line for each component of each line. What cannot be read is left out and named: an
/// amount that is not known is neither zero nor the one that was known before.
pub async fn of_month(client: &Client, question: &Question<'_>) -> Result<Answer, Refusal> {
    let month = BillingDay::of(question.unit.window.start).month();
    let mut details = client.billing().bill_details(BillDetails::of_month(month));
    let mut reading = Reading::default();
    while let Some(detail) = details.next().await {
        reading.add(&detail?);
    }
    reading.answer(month)
}

/// A bill that is being read.
#[derive(Default)]
struct Reading {
    lines: Vec<BillLine>,
    /// How many lines the answer has had so far.
    position: usize,
    /// Lines that nothing tells apart are told apart by their number.
    alike: HashMap<String, u32>,
    /// What is left out of the bill.
    missing: Places,
    /// What could not be read and is not kept anyway.
    unneeded: Places,
}

/// Places in a bill: the first ones, and how many there are.
#[derive(Default)]
struct Places {
    count: usize,
    told: Vec<String>,
}

impl Reading {
    fn add(&mut self, detail: &BillDetail) {
        self.position += 1;
        let is_kept = self.sift(detail, &detail.unread, None);
        for component in &detail.components {
            let name = name(detail, component);
            let nth = self.alike.entry(name.clone()).or_default();
            *nth += 1;
            let nth = *nth;
            if self.sift(detail, &component.unread, Some(component)) && is_kept {
                self.lines.push(line(detail, component, &name, nth));
            }
        }
    }

    /// Notes what could not be read. Says whether the rest can be kept without it.
    fn sift(&mut self, detail: &BillDetail, unread: &[Unread], of: Option<&BillComponent>) -> bool {
        let mut is_kept = true;
        for unread in unread {
            let is_needed = unread.member.as_deref().is_none_or(|member| !NOT_KEPT.contains(&member));
            // Another component that is missing takes nothing from those that are there.
            is_kept &= !is_needed || (of.is_none() && is_of_components(unread));
            let places = if is_needed { &mut self.missing } else { &mut self.unneeded };
            places.add(|| place(self.position, detail, of, unread));
        }
        is_kept
    }

    fn answer(self, month: BillingMonth) -> Result<Answer, Refusal> {
        let notes = match self.unneeded.count {
            0 => Vec::new(),
            _ => vec![format!("the bill of {month} holds what cannot be read and is not kept: {}", self.unneeded)],
        };
        let missing = match self.missing.count {
            0 => None,
            count => Some(format!(
                "the bill of {month} is not whole; places that cannot be read, left out with the line or component that they are in: \
                 {count} ({}); the answers are kept as they came",
                self.missing
            )),
        };
        match missing {
            // Of a bill in a form that nobody knows, nothing is known, and what was known before stays.
            Some(missing) if self.lines.is_empty() => Err(missing.into()),
            missing => {
                let bill = Bill { month, currency: String::new(), lines: self.lines };
                Ok(Answer { facts: Facts::Bill(bill), missing, notes })
            }
        }
    }
}

/// Whether it is the components that could not be read, and not what names the line.
fn is_of_components(unread: &Unread) -> bool {
    unread.component.is_some() || unread.member.as_deref() == Some("ComponentSet")
}

/// Where in the bill something could not be read, and why.
fn place(position: usize, detail: &BillDetail, of: Option<&BillComponent>, unread: &Unread) -> String {
    let mut names = vec![("bill", &detail.bill_id), ("resource", &detail.resource_id)];
    names.extend(of.map(|component| ("component", &component.component_name)));
    let shown = |name: &str| name.chars().filter(|char| !char.is_control()).take(MOST_SHOWN).collect::<String>();
    let names: Vec<String> =
        names.into_iter().filter(|(_, name)| !name.is_empty()).map(|(what, name)| format!("{what} {}", shown(name))).collect();
    let names = if names.is_empty() { String::new() } else { format!(" [{}]", names.join(", ")) };
    format!("line {position}{names}, {unread}")
}

impl Places {
    fn add(&mut self, place: impl FnOnce() -> String) {
        self.count += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(place());
        }
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told.join("; "))?;
        match self.count - self.told.len() {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
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
