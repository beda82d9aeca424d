//! Charges: the rated lines of a month's usage, replaced as a whole when the month is rated again.

use std::collections::BTreeSet;

use super::accounts::know_account;
use super::connection::{Connection, Row, Value, collect, exact};
use super::{Ledger, LedgerError, MonthSplit, app_of, app_text};
use crate::model::{AccountId, Amount, BillingDay, BillingMonth, Charge, Meter, Period, RowType, Unit};

/// What names a row.
pub const KEY: &[&str] = &["account", "usage_month", "position"];

/// What it says.
pub const SAID: &[&str] = &[
    "row_type",
    "charge_id",
    "sub_app_id",
    "usage_day",
    "settlement_date",
    "bill_month",
    "posting_period",
    "start_at",
    "end_at",
    "meter",
    "meter_kind",
    "area",
    "spec",
    "usage_quantity",
    "pack_quantity",
    "pricing_quantity",
    "unit",
    "unit_price",
    "tier",
    "list_cost",
    "contracted_cost",
    "billed_cost",
    "currency",
    "price_book",
    "price_version",
    "status",
    "status_rank",
    "unpriced",
    "steps",
    "effective_cost",
    "tags",
    "basis",
    "contracted_unit_price",
];

impl Ledger {
    /// Makes `charges` the charges of a month of usage. Totals are not stored: they are sums.
    ///
    /// Every line must belong to the account and have its usage day in the month. `uncovered` are the days of the month of
    /// which not everything was collected. What stood beside the charges of before (shares, terms) goes with them.
    pub fn replace_charges(
        &self,
        account: &AccountId,
        month: BillingMonth,
        charges: &[Charge],
        uncovered: &BTreeSet<BillingDay>,
    ) -> Result<(), LedgerError> {
        self.replace_month(account, month, (charges, uncovered), &MonthSplit::default(), |_| Ok(()))
    }

    /// The charges of an account whose ids begin so, in the order of months.
    pub fn charges_with_id(&self, account: &AccountId, prefix: &str) -> Result<Vec<Charge>, LedgerError> {
        let sql = format!(
            "SELECT {} FROM charge WHERE account = ?1 AND charge_id >= ?2 AND charge_id < ?3 ORDER BY usage_month, position",
            columns().join(", ")
        );
        // Ids are hexadecimal: "g" comes after every digit.
        let end = format!("{prefix}g");
        collect(self.lock().as_mut(), &sql, &[account.as_str().into(), prefix.into(), end.into()], read)
    }

    /// The charges of a month of usage, in the order in which they were rated.
    pub fn charges(&self, account: &AccountId, month: BillingMonth) -> Result<Vec<Charge>, LedgerError> {
        let sql =
            format!("SELECT {} FROM charge WHERE account = ?1 AND usage_month = ?2 ORDER BY position", columns().join(", "));
        collect(self.lock().as_mut(), &sql, &[account.as_str().into(), month.to_string().into()], read)
    }
}

/// [`Ledger::replace_charges`] in a transaction that is open.
pub(super) fn replace(
    connection: &mut dyn Connection,
    account: &AccountId,
    month: BillingMonth,
    charges: &[Charge],
    uncovered: &BTreeSet<BillingDay>,
) -> Result<(), LedgerError> {
    let lines = charges.iter().filter(|charge| charge.row_type != RowType::Total);
    let rows = (0_i64..)
        .zip(lines)
        .map(|(position, charge)| write(account, month, position, charge))
        .collect::<Result<Vec<_>, LedgerError>>()?;
    know_account(connection, account)?;
    let key = [account.as_str().into(), month.to_string().into()];
    connection.execute("DELETE FROM charge WHERE account = ?1 AND usage_month = ?2", &key)?;
    connection.insert("charge", &columns(), &mut rows.into_iter())?;
    connection.execute("DELETE FROM uncovered_day WHERE account = ?1 AND usage_month = ?2", &key)?;
    let mut days = uncovered.iter().map(|day| vec![account.as_str().into(), month.to_string().into(), day.to_string().into()]);
    connection.insert("uncovered_day", &["account", "usage_month", "usage_day"], &mut days)
}

fn columns() -> Vec<&'static str> {
    [KEY, SAID].concat()
}

fn write(account: &AccountId, month: BillingMonth, position: i64, charge: &Charge) -> Result<Vec<Value>, LedgerError> {
    if charge.account != *account || charge.usage_day.month() != month {
        return Err(LedgerError::Misplaced(format!(
            "charge {} of account {} and day {} does not belong to account {account}, month {month}",
            charge.charge_id, charge.account, charge.usage_day
        )));
    }
    let kind = Meter::named(&charge.meter).map_or("", |meter| meter.kind.as_str());
    let billed = charge.billed_cost.map(|amount| exact("amount", amount.units)).transpose()?;
    let effective = charge.effective_cost.map(|amount| exact("effective amount", amount.units)).transpose()?;
    let steps = serde_json::to_string(&charge.steps).unwrap_or_default();
    let tags = serde_json::to_string(&charge.tags).unwrap_or_default();
    Ok(vec![
        account.as_str().into(),
        month.to_string().into(),
        position.into(),
        charge.row_type.as_str().into(),
        charge.charge_id.as_str().into(),
        app_text(charge.sub_app_id).into(),
        charge.usage_day.to_string().into(),
        charge.settlement_date.to_string().into(),
        charge.bill_month.to_string().into(),
        charge.posting_period.to_string().into(),
        charge.period.start.into(),
        charge.period.end.into(),
        charge.meter.as_str().into(),
        kind.into(),
        charge.area.as_str().into(),
        charge.spec.as_str().into(),
        exact("usage", charge.usage_quantity)?.into(),
        exact("pack usage", charge.pack_quantity)?.into(),
        exact("priced usage", charge.pricing_quantity)?.into(),
        charge.unit.name.into(),
        charge.unit_price.clone().into(),
        charge.tier.as_str().into(),
        charge.list_cost.clone().into(),
        charge.contracted_cost.clone().into(),
        billed.into(),
        charge.currency.as_str().into(),
        charge.price_book.as_str().into(),
        charge.price_version.as_str().into(),
        charge.status.as_str().into(),
        i64::from(charge.status as u8).into(),
        charge.unpriced.as_deref().unwrap_or_default().into(),
        steps.into(),
        effective.into(),
        tags.into(),
        charge.basis.clone().into(),
        charge.contracted_unit_price.clone().into(),
    ])
}

fn read(row: Row<'_>) -> Result<Charge, LedgerError> {
    let text = |index| row.maybe_text(index).map(|text| text.map(str::to_owned));
    let currency = row.parsed(25, "a currency")?;
    let steps = serde_json::from_str(row.text(31)?)
        .map_err(|error| LedgerError::Damaged { what: "the steps of a charge", value: error.to_string() })?;
    let tags = serde_json::from_str(row.text(33)?)
        .map_err(|error| LedgerError::Damaged { what: "the tags of a charge", value: error.to_string() })?;
    let unpriced = row.text(30)?;
    Ok(Charge {
        row_type: if row.text(3)? == "pack" { RowType::Pack } else { RowType::Charge },
        charge_id: row.text(4)?.to_owned(),
        account: AccountId::new(row.text(0)?),
        sub_app_id: app_of(row.text(5)?)?,
        tags,
        basis: text(34)?,
        // Shares are worked out when they are asked for.
        parent_id: None,
        usage_day: row.parsed(6, "a billing day")?,
        settlement_date: row.parsed(7, "a billing day")?,
        bill_month: row.parsed(8, "a month")?,
        posting_period: row.parsed(9, "a month")?,
        period: Period { start: row.time(10)?, end: row.time(11)? },
        meter: row.text(12)?.to_owned(),
        area: row.text(14)?.to_owned(),
        spec: row.text(15)?.to_owned(),
        usage_quantity: row.integer(16)?.into(),
        pack_quantity: row.integer(17)?.into(),
        pricing_quantity: row.integer(18)?.into(),
        unit: row.parsed::<Unit>(19, "a unit")?,
        unit_price: text(20)?,
        contracted_unit_price: text(35)?,
        tier: row.text(21)?.to_owned(),
        list_cost: text(22)?,
        contracted_cost: text(23)?,
        billed_cost: row.maybe_integer(24)?.map(|units| Amount { units: units.into(), currency }),
        effective_cost: row.maybe_integer(32)?.map(|units| Amount { units: units.into(), currency }),
        currency,
        price_book: row.text(26)?.to_owned(),
        price_version: row.text(27)?.to_owned(),
        status: row.parsed(28, "a status")?,
        unpriced: (!unpriced.is_empty()).then(|| unpriced.to_owned()),
        steps,
    })
}
