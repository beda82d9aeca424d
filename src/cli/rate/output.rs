//! Writes charges: one row each, the same columns as CSV and as JSON Lines.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::RateFormat;
use crate::billing::Ratio;
use crate::cli::Error;
use crate::model::time::format_time;
use crate::model::{Charge, RowType, Unit};

/// The columns, in the order of the interface.
pub const COLUMNS: [&str; 27] = [
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
];

/// Writes all rows.
pub fn write(out: &mut dyn Write, charges: &[Charge], format: RateFormat) -> Result<(), Error> {
    match format {
        RateFormat::Csv => write_csv(out, charges),
        RateFormat::Json => write_json(out, charges),
    }
    .map_err(Error::from)
}

fn write_csv(out: &mut dyn Write, charges: &[Charge]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for charge in charges {
        writer.write_record(cells(charge).iter().map(|cell| cell.as_deref().unwrap_or_default()))?;
    }
    writer.flush()
}

fn write_json(out: &mut dyn Write, charges: &[Charge]) -> io::Result<()> {
    for charge in charges {
        let members: Map<String, Value> = COLUMNS
            .iter()
            .zip(cells(charge))
            .map(|(name, cell)| ((*name).to_owned(), cell.map_or(Value::Null, Value::from)))
            .collect();
        serde_json::to_writer(&mut *out, &members)?;
        out.write_all(b"\n")?;
    }
    out.flush()
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

/// Replaces a file as a whole: temporary name, sync, rename. On failure the old file stays as it was.
pub fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<(), Error>) -> Result<(), Error> {
    let failed = |error: io::Error| Error::failed(format!("cannot write {}: {error}", path.display()));
    let Some(name) = path.file_name() else {
        return Err(Error::usage(format!("--out {}: name a file, not a folder", path.display())));
    };
    let temporary = path.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let result = (|| {
        let mut out = BufWriter::new(File::create(&temporary).map_err(failed)?);
        fill(&mut out)?;
        let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        fs::rename(&temporary, path).map_err(failed)
    })();
    if result.is_err() {
        // The temporary file may not exist; the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    result
}
