//! From stored values to what is printed: amounts as exact decimals, quantities in their unit.

use super::ReportError;
use super::definition::{ColumnKind, Definition};
use crate::ledger::Value;
use crate::model::{Amount, Currency, Status, Unit};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing: unknown, which is not zero.
    Empty,
    /// Words and ids.
    Text(String),
    /// A number in plain decimal notation.
    Number(String),
}

/// In a report, a level that is charged by the day carries this behind its unit: `GB-day`.
const PER_DAY: &str = "-day";

/// Turns one row of the query into cells.
pub fn cells(definition: &Definition, row: &[Value]) -> Result<Vec<Cell>, ReportError> {
    let mut cells = Vec::with_capacity(row.len());
    for (column, value) in definition.columns.iter().zip(row) {
        let refuse = |expected| ReportError::Value {
            name: definition.name.clone(),
            column: column.name.clone(),
            value: format!("{value:?}"),
            expected,
        };
        cells.push(match (column.kind, value) {
            (_, Value::Null) => Cell::Empty,
            (ColumnKind::Text | ColumnKind::Id | ColumnKind::Day, Value::Text(text)) => Cell::Text(text.clone()),
            (ColumnKind::Text | ColumnKind::Id | ColumnKind::Day, _) => return Err(refuse("a text")),
            (ColumnKind::Number, Value::Integer(number)) => Cell::Number(number.to_string()),
            (ColumnKind::Number, _) => return Err(refuse("a whole number")),
            (ColumnKind::Decimal, Value::Text(text)) if is_decimal(text) => Cell::Number(text.clone()),
            (ColumnKind::Decimal, _) => return Err(refuse("a decimal number as text")),
            (ColumnKind::Money, Value::Integer(units)) => Cell::Number(money(*units)),
            (ColumnKind::Money, _) => return Err(refuse("an amount in 10⁻⁸")),
            // Replaced below, when the unit of the row is known.
            (ColumnKind::Quantity { .. }, Value::Integer(base)) => Cell::Number(base.to_string()),
            (ColumnKind::Quantity { .. }, _) => return Err(refuse("a quantity in base units")),
            (ColumnKind::Status, Value::Integer(rank)) => {
                Cell::Text(status(*rank).ok_or_else(|| refuse("a status rank"))?.as_str().to_owned())
            }
            (ColumnKind::Status, _) => return Err(refuse("a status rank")),
        });
    }
    in_units(definition, row, &mut cells)?;
    Ok(cells)
}

/// Prints the quantities of a row in their unit. Where one would not end (seconds in hours), the whole row falls back to the
/// base unit, and its unit cell says so: one unit holds for all quantities of a row.
fn in_units(definition: &Definition, row: &[Value], cells: &mut [Cell]) -> Result<(), ReportError> {
    let units = || {
        definition.columns.iter().filter_map(|column| match column.kind {
            ColumnKind::Quantity { unit } => Some(unit),
            _ => None,
        })
    };
    for (place, unit_column) in units().enumerate() {
        if units().take(place).any(|earlier| earlier == unit_column) {
            continue;
        }
        let quantities: Vec<(usize, i64)> = definition
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.kind == ColumnKind::Quantity { unit: unit_column })
            .filter_map(|(index, _)| match row.get(index) {
                Some(Value::Integer(base)) => Some((index, *base)),
                _ => None,
            })
            .collect();
        if quantities.is_empty() {
            continue;
        }
        let (unit, suffix) = unit_of(definition, unit_column, row)?;
        let printed: Option<Vec<String>> = quantities.iter().map(|(_, base)| unit.format(i128::from(*base))).collect();
        match printed {
            Some(printed) => {
                for ((index, _), text) in quantities.iter().zip(printed) {
                    cells[*index] = Cell::Number(text);
                }
            }
            None => cells[unit_column] = Cell::Text(format!("{}{suffix}", unit.base)),
        }
    }
    Ok(())
}

fn unit_of<'a>(definition: &Definition, column: usize, row: &'a [Value]) -> Result<(Unit, &'a str), ReportError> {
    let refuse = || ReportError::Value {
        name: definition.name.clone(),
        column: definition.columns[column].name.clone(),
        value: format!("{:?}", row.get(column)),
        expected: "a unit",
    };
    let Some(Value::Text(text)) = row.get(column) else { return Err(refuse()) };
    let (name, suffix) = match text.strip_suffix(PER_DAY) {
        Some(name) => (name, &text[name.len()..]),
        None => (text.as_str(), ""),
    };
    Ok((name.parse().map_err(|_| refuse())?, suffix))
}

/// All eight decimals, as bills print them.
fn money(units: i64) -> String {
    Amount { units: units.into(), currency: Currency::CNY }.to_decimal_text()
}

fn status(rank: i64) -> Option<Status> {
    [Status::Assumed, Status::Estimated, Status::Partial, Status::Final].into_iter().find(|status| *status as i64 == rank)
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}
