//! The data set Contract Commitment: packs, each as one commitment of a contract of its own.

use super::columns::{Cell, Column, In, Kind, Level, PACK, PROVIDER, number, text};
use super::number::Number;
use super::packs::{Measured, Pack};
use crate::model::BillingDay;
use crate::model::money::AMOUNT_SCALE;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentRow {
    id: String,
    description: String,
    currency: String,
    cost: Option<Number>,
    quantity: Option<Measured>,
    created: i64,
    updated: i64,
    term: (i64, i64),
    duration: String,
    status: &'static str,
    interval: &'static str,
    model: &'static str,
    issuer: String,
}

/// The row of a pack whose term is known, under its id in files, as it stands on a day.
pub fn row(pack: &Pack, id: String, issuer: &str, today: BillingDay, now: i64) -> Option<CommitmentRow> {
    let (from, to) = pack.term()?;
    let status = match () {
        () if pack.is_refunded() => "Canceled",
        () if today < from => "Pending",
        () if to <= today => "Expired",
        () if pack.is_used_up() => "Exhausted",
        () => "Active",
    };
    let (interval, model) = match () {
        () if pack.is_level() => ("Daily", "Continuous"),
        () if pack.is_refilled() => ("Monthly", "Continuous"),
        () => ("Full Period", "Discontinuous"),
    };
    let created = pack.bought.unwrap_or(from).start().timestamp();
    let days = to.date().signed_duration_since(from.date()).num_days();
    Some(CommitmentRow {
        id,
        description: if pack.product.is_empty() { pack.id.clone() } else { pack.product.clone() },
        currency: pack.currency.clone(),
        cost: pack.price.and_then(|units| Number::new(units.into(), AMOUNT_SCALE)),
        quantity: pack.eligible(),
        created,
        updated: now.max(created),
        term: (from.start().timestamp(), to.start().timestamp()),
        duration: format!("{days} Day{}", if days == 1 { "" } else { "s" }),
        status,
        interval,
        model,
        issuer: issuer.to_owned(),
    })
}

const fn column(
    name: &'static str,
    kind: Kind,
    nulls: bool,
    cell: for<'r> fn(&'r CommitmentRow) -> Cell<'r>,
) -> Column<CommitmentRow> {
    Column { name, kind, level: Level::Mandatory, nulls, versions: In::V14, cell }
}

use Kind::{Currency, Decimal, Json, OneOf, Text, Time, Unit};

/// Its columns. Those about other currencies and about paying a part upfront are not here: neither is offered.
pub const CONTRACT_COMMITMENT: [Column<CommitmentRow>; 27] = [
    column("BillingCurrency", Currency, true, |row| text(Some(&row.currency))),
    // Which usage a product covers, and by which coefficients, stands in the price book: more than the form can say.
    column("ContractCommitmentApplicability", Json, false, |_| Cell::Text("{\"IsComplexScope\":true}")),
    column("ContractCommitmentBenefitCategory", OneOf(&["Discount", "Entitlement", "Availability", "Other"]), false, |_| {
        Cell::Text("Entitlement")
    }),
    column("ContractCommitmentCategory", OneOf(&["Spend", "Usage"]), false, |_| Cell::Text("Usage")),
    column("ContractCommitmentCost", Decimal, true, |row| number(row.cost)),
    column("ContractCommitmentCreated", Time, false, |row| Cell::Time(row.created)),
    column("ContractCommitmentDescription", Text, true, |row| text(Some(&row.description))),
    column("ContractCommitmentDiscountPercentage", Decimal, true, |_| Cell::Null),
    column("ContractCommitmentDurationType", Text, false, |row| Cell::Text(&row.duration)),
    column(
        "ContractCommitmentFulfillmentInterval",
        OneOf(&[
            "Hourly",
            "Daily",
            "Weekly",
            "Monthly",
            "Quarterly",
            "Semi-Annual",
            "Annual",
            "Full Period",
            "Transactional",
            "Custom",
        ]),
        false,
        |row| Cell::Text(row.interval),
    ),
    column("ContractCommitmentId", Text, false, |row| Cell::Text(&row.id)),
    column("ContractCommitmentLastUpdated", Time, false, |row| Cell::Time(row.updated)),
    column(
        "ContractCommitmentLifecycleStatus",
        OneOf(&["Proposed", "Pending", "Active", "Exhausted", "Expired", "Canceled", "Superseded"]),
        false,
        |row| Cell::Text(row.status),
    ),
    column("ContractCommitmentModel", OneOf(&["Continuous", "Discontinuous"]), false, |row| Cell::Text(row.model)),
    column("ContractCommitmentOfferCategory", OneOf(&["Negotiated", "Public"]), false, |_| Cell::Text("Public")),
    column(
        "ContractCommitmentPaymentInterval",
        OneOf(&["One-Time", "Monthly", "Quarterly", "Semi-Annual", "Annual", "Custom"]),
        false,
        |_| Cell::Text("One-Time"),
    ),
    column("ContractCommitmentPaymentModel", OneOf(&["No Upfront", "Partial Upfront", "All Upfront"]), false, |_| {
        Cell::Text("All Upfront")
    }),
    column("ContractCommitmentPeriodEnd", Time, false, |row| Cell::Time(row.term.1)),
    column("ContractCommitmentPeriodStart", Time, false, |row| Cell::Time(row.term.0)),
    column("ContractCommitmentQuantity", Decimal, true, |row| number(row.quantity.as_ref().map(|(number, _)| *number))),
    column("ContractCommitmentType", Text, false, |_| Cell::Text(PACK)),
    column("ContractCommitmentUnit", Unit, true, |row| text(row.quantity.as_ref().map(|(_, unit)| unit.as_str()))),
    column("ContractId", Text, false, |row| Cell::Text(&row.id)),
    column("ContractPeriodEnd", Time, false, |row| Cell::Time(row.term.1)),
    column("ContractPeriodStart", Time, false, |row| Cell::Time(row.term.0)),
    column("InvoiceIssuerName", Text, false, |row| Cell::Text(&row.issuer)),
    column("ServiceProviderName", Text, false, |_| Cell::Text(PROVIDER)),
];
