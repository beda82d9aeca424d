//! Writes charges: one row each, the same columns as CSV and as JSON Lines.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::RateFormat;
use super::by::Shares;
use crate::billing::Ratio;
use crate::cli::output::into_io;
use crate::model::time::format_time;
use crate::model::{Charge, RowType, Unit};

/// The columns, in the order of the interface.
pub const COLUMNS: [&str; 29] = [
    "row_type",
    "charge_id",
    "account",
    "usage_day",
    "settlement_date",
    "bill_month",
    "posting_period",
    "period_start",
    "period_end",
    "meter",
    "area",
    "spec",
    "usage_quantity",
    "usage_unit",
    "pack_quantity",
    "pricing_quantity",
    "pricing_unit",
    "unit_price",
    "tier",
    "list_cost",
    "contracted_cost",
    "billed_cost",
    "currency",
    "price_book",
    "price_version",
    "status",
    "sub_app_id",
    "effective_cost",
    "contracted_unit_price",
];

/// The column that says what shares were weighed by; with the columns of their tags it follows the others.
pub const BASIS: &str = "allocation_basis";
/// The column that names the charge of a share: `explain` takes its id.
pub const PARENT: &str = "parent_charge_id";

/// Writes all rows; shares in the place of the charges and packs that are split.
pub fn write(out: &mut dyn Write, charges: &[Charge], format: RateFormat, mut shares: Option<&mut Shares>) -> io::Result<()> {
    let tags: Vec<String> = shares.as_ref().map(|shares| shares.tags().map(str::to_owned).collect()).unwrap_or_default();
    let more = tags.iter().map(String::as_str).chain(shares.iter().flat_map(|_| [BASIS, PARENT]));
    let names: Vec<&str> = COLUMNS.into_iter().chain(more).collect();
    let mut rows = Rows::new(out, format, &names)?;
    for charge in charges {
        match &mut shares {
            None => rows.push(cells(charge))?,
            Some(_) if charge.row_type == RowType::Total => rows.push(cells_with_tags(charge, &tags))?,
            Some(shares) => shares.split(charge, |share| rows.push(cells_with_tags(share, &tags)))?,
        }
    }
    rows.finish()
}

/// Rows on their way out.
enum Rows<'a> {
    Csv(Box<csv::Writer<&'a mut dyn Write>>),
    Json(&'a mut dyn Write, &'a [&'a str]),
}

impl<'a> Rows<'a> {
    fn new(out: &'a mut dyn Write, format: RateFormat, names: &'a [&'a str]) -> io::Result<Self> {
        if format == RateFormat::Json {
            return Ok(Self::Json(out, names));
        }
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(names).map_err(into_io)?;
        Ok(Self::Csv(Box::new(writer)))
    }

    fn push(&mut self, cells: impl IntoIterator<Item = Option<String>>) -> io::Result<()> {
        match self {
            Self::Csv(writer) => {
                for cell in cells {
                    writer.write_field(cell.as_deref().unwrap_or_default()).map_err(into_io)?;
                }
                writer.write_record(None::<&[u8]>).map_err(into_io)
            }
            Self::Json(out, names) => {
                let value = |cell: Option<String>| cell.map_or(Value::Null, Value::from);
                let members: Map<String, Value> =
                    names.iter().map(|name| (*name).to_owned()).zip(cells.into_iter().map(value)).collect();
                serde_json::to_writer(&mut **out, &members)?;
                out.write_all(b"\n")
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush(),
            Self::Json(out, _) => out.flush(),
        }
    }
}

/// The tags of a share, and what it was weighed by, behind the other cells.
fn cells_with_tags(charge: &Charge, tags: &[String]) -> impl Iterator<Item = Option<String>> {
    let tag = |name: &String| charge.tags.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    let more: Vec<Option<String>> = tags.iter().map(tag).chain([charge.basis.clone(), charge.parent_id.clone()]).collect();
    cells(charge).into_iter().chain(more)
}

/// A charge as a JSON object: one member a column.
pub fn object(charge: &Charge) -> Map<String, Value> {
    let members = COLUMNS.iter().zip(cells(charge));
    members.map(|(name, cell)| ((*name).to_owned(), cell.map_or(Value::Null, Value::from))).collect()
}

/// One text a column; `None` is unknown or does not apply. Numbers are text, so that they stay exact.
fn cells(charge: &Charge) -> [Option<String>; COLUMNS.len()] {
    let total = charge.row_type == RowType::Total;
    let (usage_unit, usage) = quantities(charge.unit, &[charge.usage_quantity, charge.pack_quantity]);
    let (pricing_unit, pricing) = quantities(charge.unit, &[charge.pricing_quantity]);
    let quantity = |texts: &[String], index: usize| texts.get(index).filter(|_| !total).cloned();
    [
        Some(charge.row_type.to_string()),
        Some(charge.charge_id.clone()),
        Some(charge.account.to_string()),
        Some(charge.usage_day.to_string()),
        Some(charge.settlement_date.to_string()),
        Some(charge.bill_month.to_string()),
        Some(charge.posting_period.to_string()),
        Some(format_time(charge.period.start)),
        Some(format_time(charge.period.end)),
        Some(charge.meter.clone()),
        Some(charge.area.clone()),
        Some(charge.spec.clone()),
        quantity(&usage, 0),
        (!total).then(|| usage_unit.to_owned()),
        quantity(&usage, 1),
        quantity(&pricing, 0),
        (!total).then(|| pricing_unit.to_owned()),
        charge.unit_price.clone(),
        Some(charge.tier.clone()),
        charge.list_cost.clone(),
        charge.contracted_cost.clone(),
        charge.billed_cost.map(crate::model::Amount::to_decimal_text),
        Some(charge.currency.to_string()),
        Some(charge.price_book.clone()),
        Some(charge.price_version.clone()),
        Some(charge.status.to_string()),
        charge.sub_app_id.map(|id| id.to_string()),
        charge.effective_cost.map(crate::model::Amount::to_decimal_text),
        charge.contracted_unit_price.clone(),
    ]
}

/// Quantities in the unit where all of them have an end there, else in base units.
fn quantities(unit: Unit, base_units: &[i128]) -> (&'static str, Vec<String>) {
    let exact: Option<Vec<String>> = base_units
        .iter()
        .map(|quantity| Ratio::new(*quantity, unit.factor).filter(|ratio| ratio.terminates()).map(Ratio::to_text))
        .collect();
    match exact {
        Some(texts) => (unit.name, texts),
        None => (unit.base.name(), base_units.iter().map(ToString::to_string).collect()),
    }
}
