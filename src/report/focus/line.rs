//! A charge, or the part of one that an application pays, as the query gives it.

use super::number::{Number, Quantity};
use super::packs::Measured;
use super::read::{Failed, maybe_text, maybe_whole, month, text, whole, wrong};
use super::unit::{Held, name};
use crate::ledger::{Field, Selection};
use crate::model::money::AMOUNT_SCALE;
use crate::model::{BillingDay, BillingMonth, Period, Status, Unit};

/// Charges that were split, part by part; then the others, and what packs took.
pub const CHARGES: Selection<'_> = Selection {
    columns:
        "account, row_type, charge_id, sub_app_id, usage_day, settlement_date, usage_month, bill_month, posting_period, start_at,
        end_at, meter, meter_kind, area, spec, usage_quantity, pack_quantity, pricing_quantity, whole_quantity, unit, unit_price,
        contracted_unit_price, tier, list_cost, contracted_cost, billed_cost, effective_cost, currency, price_book, price_version,
        status_rank, unpriced, split_basis",
    from: "(
        SELECT c.account, c.row_type, c.charge_id, p.sub_app_id, c.usage_day, c.settlement_date, c.usage_month, c.bill_month,
               c.posting_period, c.start_at, c.end_at, c.meter, c.meter_kind, c.area, c.spec, p.usage_quantity, p.pack_quantity,
               p.pricing_quantity, c.pricing_quantity AS whole_quantity, c.unit, c.unit_price, c.contracted_unit_price, c.tier,
               c.list_cost, c.contracted_cost, p.billed_cost, p.effective_cost, c.currency, c.price_book, c.price_version,
               c.status_rank, c.unpriced, p.basis AS split_basis
        FROM v_charge_by c
        JOIN v_charge_application p ON p.account = c.account AND p.usage_month = c.usage_month AND p.charge_id = c.charge_id
        WHERE c.basis = ?2 AND c.day >= ?3 AND c.day < ?4 AND (?1 = '' OR c.account = ?1) AND c.row_type = 'charge'
        UNION ALL
        SELECT c.account, c.row_type, c.charge_id, c.sub_app_id, c.usage_day, c.settlement_date, c.usage_month, c.bill_month,
               c.posting_period, c.start_at, c.end_at, c.meter, c.meter_kind, c.area, c.spec, c.usage_quantity, c.pack_quantity,
               c.pricing_quantity, c.pricing_quantity AS whole_quantity, c.unit, c.unit_price, c.contracted_unit_price, c.tier,
               c.list_cost, c.contracted_cost, c.billed_cost, c.effective_cost, c.currency, c.price_book, c.price_version,
               c.status_rank, c.unpriced, CAST(NULL AS TEXT) AS split_basis
        FROM v_charge_by c
        WHERE c.basis = ?2 AND c.day >= ?3 AND c.day < ?4 AND (?1 = '' OR c.account = ?1)
          AND (c.row_type = 'pack' OR NOT EXISTS (
              SELECT p.charge_id FROM v_charge_application p
              WHERE p.account = c.account AND p.usage_month = c.usage_month AND p.charge_id = c.charge_id))
    ) AS lines
    ORDER BY usage_day, account, charge_id, row_type, sub_app_id",
};

/// A line of the query.
pub struct Line<'f> {
    pub account: &'f str,
    pub row_type: &'f str,
    pub charge_id: &'f str,
    pub sub_app_id: &'f str,
    pub usage_day: BillingDay,
    pub settlement_date: &'f str,
    pub usage_month: BillingMonth,
    pub bill_month: BillingMonth,
    pub posting_period: &'f str,
    pub seconds: (i64, i64),
    pub meter: &'f str,
    pub area: &'f str,
    pub spec: &'f str,
    pub used: i128,
    pub covered: i128,
    pub priced: i128,
    /// What was priced of the whole charge.
    pub whole: i128,
    pub unit: Unit,
    pub held: Held,
    pub unit_price: Option<Number>,
    pub agreed_price: Option<Number>,
    pub tier: &'f str,
    pub list_cost: Option<Number>,
    pub contracted_cost: Option<Number>,
    pub billed: Option<Number>,
    pub effective: Option<Number>,
    pub currency: &'f str,
    pub price_book: &'f str,
    pub price_version: &'f str,
    pub status: Status,
    pub unpriced: &'f str,
    pub split_basis: Option<&'f str>,
}

impl<'f> Line<'f> {
    /// Reads it.
    pub fn read(fields: &[Field<'f>]) -> Result<Self, Failed> {
        let amount = |at| {
            let units = maybe_whole(fields, at)?;
            Ok::<_, Failed>(units.and_then(|units| Number::new(units.into(), AMOUNT_SCALE)))
        };
        let decimal = |at| match maybe_text(fields, at)? {
            None => Ok(None),
            Some(text) => Number::parse(text).map(Some).ok_or_else(|| wrong(at, fields.get(at), "a decimal number")),
        };
        let seconds = (whole(fields, 9)?, whole(fields, 10)?);
        let time = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let period = Period { start: time(seconds.0), end: time(seconds.1) };
        let unit = text(fields, 19)?.parse().map_err(|_| wrong(19, fields.get(19), "a unit"))?;
        Ok(Self {
            account: text(fields, 0)?,
            row_type: text(fields, 1)?,
            charge_id: text(fields, 2)?,
            sub_app_id: text(fields, 3)?,
            usage_day: text(fields, 4)?.parse().map_err(|_| wrong(4, fields.get(4), "a day"))?,
            settlement_date: text(fields, 5)?,
            usage_month: month(fields, 6)?,
            bill_month: month(fields, 7)?,
            posting_period: text(fields, 8)?,
            seconds,
            meter: text(fields, 11)?,
            area: text(fields, 13)?,
            spec: text(fields, 14)?,
            used: whole(fields, 15)?.into(),
            covered: whole(fields, 16)?.into(),
            priced: whole(fields, 17)?.into(),
            whole: whole(fields, 18)?.into(),
            unit,
            held: Held::of(text(fields, 12)?, period),
            unit_price: decimal(20)?,
            agreed_price: decimal(21)?,
            tier: text(fields, 22)?,
            list_cost: decimal(23)?,
            contracted_cost: decimal(24)?,
            billed: amount(25)?,
            effective: amount(26)?,
            currency: text(fields, 27)?,
            price_book: text(fields, 28)?,
            price_version: text(fields, 29)?,
            status: Status::of_rank(whole(fields, 30)?).ok_or_else(|| wrong(30, fields.get(30), "a status rank"))?,
            unpriced: text(fields, 31)?,
            split_basis: maybe_text(fields, 32)?,
        })
    }

    /// Meter, area and specification in words.
    pub fn item(&self) -> String {
        let names = [self.meter, self.area, self.spec].into_iter().filter(|name| !name.is_empty());
        names.collect::<Vec<_>>().join(", ")
    }

    /// So much of its unit.
    pub fn quantity(&self, base: i128) -> Quantity {
        Quantity { base, unit: self.unit }
    }

    /// A quantity in its unit.
    pub fn measured(&self, base: i128) -> Option<Measured> {
        Some((self.quantity(base).number()?, name(self.unit, self.held)))
    }

    /// A quantity in its unit; in base units where its decimals would not end.
    pub fn exactly(&self, base: i128) -> Option<Measured> {
        let quantity = self.quantity(base);
        if quantity.ends() {
            return self.measured(base);
        }
        let unit = Unit { name: self.unit.base.name(), base: self.unit.base, factor: 1 };
        Some((Number::new(base, 0)?, name(unit, self.held)))
    }

    /// Whether a contract adds it to a month.
    pub fn is_of_contract(&self) -> bool {
        self.meter.starts_with("contract-")
    }

    /// What is said of a line whose numbers cannot be kept.
    pub fn too_long(&self) -> Failed {
        let field = Field::Text(self.charge_id);
        wrong(2, Some(&field), "a charge whose numbers have at most 20 digits before the point")
    }
}
