//! Runs a definition and hands its rows to a format, one at a time.

use std::io::Write;
use std::ops::ControlFlow;

use super::cell::{Cell, cells};
use super::definition::Definition;
use super::format::Format;
use super::parameters::Parameters;
use super::{ReportError, format};
use crate::ledger::{Ledger, Value};
use crate::model::Language;

/// The heading of the column that carries [`Parameters::mark`].
const MARK: &str = "mark";

/// Writes a report, and says how many rows it has. The same ledger and parameters give the same bytes.
///
/// English headings of CSV are the columns' own names, so that scripts can rely on them; other languages use the headings of
/// the definition.
pub fn run(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    format: Format,
    mut out: impl Write,
) -> Result<u64, ReportError> {
    check(ledger, definition, format)?;
    let mut sheet = format.sheet(&mut out);
    sheet.headings(&headings(definition, parameters))?;
    let values: Vec<Value> = definition.query.parameters.iter().map(|name| parameters.value(name)).collect();
    let mut rows = 0;
    let mut failed = None;
    let finished =
        ledger.select(&definition.query.sql, &values, |row| match write(sheet.as_mut(), definition, parameters, row) {
            Ok(()) => {
                rows += 1;
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        });
    finished.map_err(|source| ReportError::Query { name: definition.name.clone(), source })?;
    if let Some(error) = failed {
        return Err(error);
    }
    sheet.finish()?;
    Ok(rows)
}

/// The header and the query must speak of the same columns in the same order.
fn check(ledger: &Ledger, definition: &Definition, format: Format) -> Result<(), ReportError> {
    if !definition.formats.contains(&format) {
        let known: Vec<&str> = definition.formats.iter().map(|format| format.as_str()).collect();
        return Err(ReportError::Format { name: definition.name.clone(), format: format.to_string(), known: known.join(", ") });
    }
    let found = ledger
        .select_columns(&definition.query.sql)
        .map_err(|source| ReportError::Query { name: definition.name.clone(), source })?;
    let named: Vec<&str> = definition.columns.iter().map(|column| column.name.as_str()).collect();
    if found == named {
        return Ok(());
    }
    Err(ReportError::Definition {
        origin: definition.origin.clone(),
        line: 1,
        message: format!("the header names the columns {}, the query gives {}", named.join(", "), found.join(", ")),
    })
}

fn headings<'a>(definition: &'a Definition, parameters: &Parameters) -> Vec<&'a str> {
    let own = definition.columns.iter().map(|column| match parameters.language {
        Language::English => column.name.as_str(),
        Language::Chinese => column.heading.zh.as_str(),
    });
    let mark = match parameters.language {
        Language::English => MARK,
        Language::Chinese => "标记",
    };
    own.chain(parameters.mark.is_some().then_some(mark)).collect()
}

fn write(
    sheet: &mut dyn format::Sheet,
    definition: &Definition,
    parameters: &Parameters,
    row: &[Value],
) -> Result<(), ReportError> {
    let mut cells = cells(definition, row)?;
    cells.extend(parameters.mark.clone().map(Cell::Text));
    Ok(sheet.row(&cells)?)
}
