//! Reads the counters that usage begins with.

use std::path::Path;

use crate::billing::{Names, Opening, billed_spec};
use crate::cli::output::note;
use crate::cli::{Error, file};
use crate::input::table::Table;
use crate::input::{InputError, Kind, id};
use crate::model::Unit;
use crate::model::time::parse_time;

const COLUMNS: [&str; 7] = ["account", "meter", "area", "spec", "at", "quantity", "unit"];

/// Reads the file: `account,meter,area,spec,at,quantity,unit`. Every wrong row is told.
pub fn read(path: &Path, names: &Names<'_>) -> Result<Vec<Opening>, Error> {
    let name = path.display();
    let wrong = |error: InputError| Error::failed(format!("opening counters {name}: {error}"));
    let mut table = file::text(path, Kind::List).and_then(|text| Table::with_header(&text, &COLUMNS)).map_err(wrong)?;
    let places = table.header(&COLUMNS).map_err(wrong)?;
    let (mut openings, mut problems) = (Vec::new(), Vec::new());
    for (line, cells) in &table.rows {
        let cell = |column: usize| places.get(column).and_then(|place| cells.get(*place)).map_or("", String::as_str);
        match opening(cell, names) {
            Ok(opening) => openings.push(opening),
            Err(why) => problems.push(format!("{name} line {line}, {why}")),
        }
    }
    if !problems.is_empty() {
        return Err(Error::failed(problems.join("\n")));
    }
    note!("opening counters {name}: {} rows read, all used; skipped: {} blank lines", openings.len(), table.blank);
    Ok(openings)
}

fn opening<'c>(cell: impl Fn(usize) -> &'c str, names: &Names<'_>) -> Result<Opening, String> {
    let at = |column: usize, why: &dyn std::fmt::Display| format!("column {}, value {:?}: {why}", COLUMNS[column], cell(column));
    let (meter, area, spec) = (cell(1), cell(2), cell(3));
    let account = id::read(cell(0)).map_err(|error| at(0, &error))?;
    let (_, base) = names.meter(meter).map_err(|why| at(1, &why))?;
    names.area(meter, area).map_err(|why| at(2, &why))?;
    names.spec(meter, spec).map_err(|why| at(3, &why))?;
    let unit: Unit = cell(6).parse().map_err(|error| at(6, &error))?;
    if unit.base != base {
        return Err(at(6, &format!("meter {meter} counts {base}, not {}", unit.name)));
    }
    Ok(Opening {
        account: account.into_owned(),
        meter: meter.to_owned(),
        area: area.to_owned(),
        spec: billed_spec(meter, spec).to_owned(),
        at: parse_time(cell(4)).map_err(|error| at(4, &error))?,
        quantity: unit.to_base(cell(5)).map_err(|error| at(5, &error))?,
    })
}
