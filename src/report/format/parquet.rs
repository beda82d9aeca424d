//! Parquet: columns of exact types, for engines of analysis.
//!
//! Columns are the definition's own names and words are English, whatever the language. Quantities are whole numbers of base
//! units, and the unit column names the base unit; the unit that people see stands beside it, since prices belong to it.

use std::io::{self, Write};

use super::{Sheet, SheetRow, Table};
use crate::model::money::AMOUNT_SCALE;
use crate::model::{Language, Unit};
use crate::report::cell::{Cell, RATIO_SCALE};
use crate::report::column::ColumnKind;
use crate::report::parquet::{Field, FieldKind, ParquetWriter, Value};
use crate::report::row::{PER_DAY, base_unit};

/// Decimals of a decimal number that the query gives as text.
const DECIMAL_SCALE: u32 = 18;
/// Behind the name of the column with the unit that people see.
const SHOWN: &str = "_shown";

/// Where a column of the file gets its values.
enum Source {
    /// A cell.
    Cell(usize),
    /// The base unit of the unit in a cell.
    BaseUnit(usize),
}

/// Writes a table as Parquet.
pub struct Parquet<'a> {
    sources: Vec<Source>,
    names: Vec<String>,
    rows: u64,
    writer: ParquetWriter<&'a mut (dyn Write + Send)>,
}

impl<'a> Parquet<'a> {
    /// Writes to `out`.
    pub fn new(table: &Table<'_>, out: &'a mut (dyn Write + Send)) -> io::Result<Self> {
        let units: Vec<usize> =
            table.columns.iter().filter_map(|column| column.kind.unit()).filter_map(|unit| table.shown(unit)).collect();
        let mut sources = Vec::with_capacity(table.columns.len());
        let mut fields: Vec<Field> = Vec::with_capacity(table.columns.len());
        for (place, column) in table.columns.iter().enumerate() {
            let kind = kind(column.kind);
            if units.contains(&place) {
                sources.push(Source::BaseUnit(place));
                fields.push(Field { name: column.name.clone(), kind });
                let mut name = format!("{}{SHOWN}", column.name);
                while table.columns.iter().any(|other| other.name == name) {
                    name.push('_');
                }
                fields.push(Field { name, kind });
            } else {
                fields.push(Field { name: column.name.clone(), kind });
            }
            sources.push(Source::Cell(place));
        }
        let mut notes = vec![("title".to_owned(), table.definition.title.in_language(Language::English).to_owned())];
        notes.extend(table.about.entries(Language::English));
        let names = fields.iter().map(|field| field.name.clone()).collect();
        Ok(Self { sources, names, rows: 0, writer: ParquetWriter::new(fields, notes, out)? })
    }
}

impl Sheet for Parquet<'_> {
    fn row(&mut self, row: SheetRow<'_>) -> io::Result<()> {
        self.rows += 1;
        let mut refused = None;
        let values = self.sources.iter().enumerate().map(|(at, source)| match source {
            Source::Cell(place) => value(row.cells[*place]).unwrap_or_else(|| {
                refused.get_or_insert((at, *place));
                Value::Null
            }),
            Source::BaseUnit(place) => match row.cells[*place] {
                Cell::Text(text) | Cell::Word(text) => Value::Text(base_name(text)),
                _ => Value::Null,
            },
        });
        self.writer.row(values)?;
        match refused {
            None => Ok(()),
            Some((at, place)) => {
                let message = format!(
                    "row {}, column {}: {} has more than {DECIMAL_SCALE} decimals or more than 20 digits before them; \
                     write this report as csv or json",
                    self.rows,
                    self.names[at],
                    row.cells[place].text(Language::English)
                );
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
        }
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.writer.finish()?.flush()
    }
}

fn kind(kind: ColumnKind) -> FieldKind {
    match kind {
        // A day may be a month, and nothing in a total: texts.
        ColumnKind::Text | ColumnKind::Word | ColumnKind::Id | ColumnKind::Day | ColumnKind::Status => FieldKind::Text,
        ColumnKind::Time => FieldKind::Time,
        ColumnKind::Number | ColumnKind::Quantity { .. } | ColumnKind::Percentile { .. } => FieldKind::Integer,
        ColumnKind::Decimal => FieldKind::Wide(DECIMAL_SCALE),
        ColumnKind::Money { .. } => FieldKind::Narrow(AMOUNT_SCALE),
        ColumnKind::Ratio { .. } => FieldKind::Narrow(RATIO_SCALE),
    }
}

/// `None` is a decimal number that is too long.
fn value(cell: Cell<'_>) -> Option<Value<'_>> {
    Some(match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) | Cell::Word(text) | Cell::Day(text) => Value::Text(text),
        Cell::Time(seconds) => Value::Integer(seconds.checked_mul(1000)?),
        Cell::Number(number) | Cell::Money(number) | Cell::Ratio(number) | Cell::Quantity(number, _) => Value::Integer(number),
        Cell::Decimal(text) => Value::Wide(scaled(text, DECIMAL_SCALE)?),
    })
}

/// The name of the base unit of a unit; a text that is no unit stays.
fn base_name(text: &str) -> &str {
    let (name, per_day) = text.strip_suffix(PER_DAY).map_or((text, false), |name| (name, true));
    name.parse::<Unit>().map_or(text, |unit| base_unit(unit.base, per_day).1)
}

/// A plain decimal number in 10⁻ˢ, where it is a whole number of them.
fn scaled(text: &str, scale: u32) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = decimals.trim_end_matches('0');
    let missing = scale.checked_sub(u32::try_from(decimals.len()).ok()?)?;
    let mut number: i128 = 0;
    for digit in whole.bytes().chain(decimals.bytes()) {
        let digit = digit.is_ascii_digit().then(|| i128::from(digit - b'0'))?;
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    let number = number.checked_mul(10_i128.checked_pow(missing)?)?;
    Some(if negative { -number } else { number })
}
