//! Reads the counters that usage begins with.

use std::path::Path;

use serde::Deserialize;

use crate::billing::{Opening, PriceBook};
use crate::cli::{Error, file};
use crate::model::Unit;
use crate::model::time::parse_time;

/// A row of the file, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    account: String,
    meter: String,
    area: String,
    spec: String,
    at: String,
    quantity: String,
    unit: String,
}

/// Reads the file: `account,meter,area,spec,at,quantity,unit`.
pub fn read(path: &Path, book: &PriceBook) -> Result<Vec<Opening>, Error> {
    let name = path.display();
    let text = file::read_text(path).map_err(|error| Error::failed(format!("opening counters {name}: {error}")))?;
    let mut csv = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut openings = Vec::new();
    for row in csv.deserialize::<Row>() {
        let line = openings.len() + 2;
        let row = row.map_err(|error| {
            Error::failed(format!("{name} line {line}: {error}; the columns are account,meter,area,spec,at,quantity,unit"))
        })?;
        openings.push(opening(&row, book).map_err(|why| Error::failed(format!("{name} line {line}: {why}")))?);
    }
    Ok(openings)
}

fn opening(row: &Row, book: &PriceBook) -> Result<Opening, String> {
    let (_, base) = book.meter(&row.meter).ok_or_else(|| format!("meter {:?} is unknown; see `vodledger meters`", row.meter))?;
    let unit: Unit = row.unit.parse().map_err(|error| format!("column unit: {error}"))?;
    if unit.base != base {
        return Err(format!("column unit: meter {} counts {base}, not {}", row.meter, unit.name));
    }
    Ok(Opening {
        account: row.account.clone(),
        meter: row.meter.clone(),
        area: row.area.clone(),
        spec: row.spec.clone(),
        at: parse_time(&row.at).map_err(|error| format!("column at: {error}"))?,
        quantity: unit.to_base(&row.quantity).map_err(|error| format!("column quantity: {error}"))?,
    })
}
