//! A data set on its way into files.

use std::io;
use std::path::PathBuf;

use super::columns::{Cell, Column, Kind};
use super::csv::Csv;
use super::number::DECIMALS;
use super::{Failed, Format};
use crate::report::parquet::{Field, FieldKind, ParquetWriter, Value};
use crate::report::save::Growing;

/// A file of a data set.
enum Sheet {
    Csv(Box<Csv<Growing>>),
    Parquet(Box<ParquetWriter<Growing>>),
}

/// The files of a data set.
pub struct Sheets<R: 'static> {
    columns: Vec<Column<R>>,
    sheets: Vec<(Format, Sheet)>,
    /// How many rows were written.
    pub rows: u64,
}

/// A file that is complete.
#[derive(Clone, Debug)]
pub struct Complete {
    /// Where.
    pub path: PathBuf,
    /// As what.
    pub format: Format,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: String,
}

impl<R: 'static> Sheets<R> {
    /// Begins one file for each format; `create` opens them.
    pub fn new(
        columns: Vec<Column<R>>,
        formats: &[Format],
        create: impl Fn(Format) -> Result<Growing, Failed>,
    ) -> Result<Self, Failed> {
        let mut sheets = Vec::with_capacity(formats.len());
        for format in formats {
            let out = create(*format)?;
            let sheet = match format {
                Format::Parquet => {
                    let fields = columns.iter().map(|column| Field { name: column.name.to_owned(), kind: kind(column.kind) });
                    Sheet::Parquet(Box::new(ParquetWriter::new(fields.collect(), Vec::new(), out)?))
                }
                _ => Sheet::Csv(Box::new(Csv::new(columns.iter().map(|column| column.name), out))),
            };
            sheets.push((*format, sheet));
        }
        Ok(Self { columns, sheets, rows: 0 })
    }

    /// Writes a row into all of them.
    pub fn row(&mut self, row: &R) -> Result<(), Failed> {
        let cells: Vec<Cell<'_>> = self.columns.iter().map(|column| (column.cell)(row)).collect();
        self.rows += 1;
        for (_, sheet) in &mut self.sheets {
            match sheet {
                Sheet::Csv(csv) => csv.row(&cells)?,
                Sheet::Parquet(parquet) => {
                    let values = cells.iter().map(value).collect::<io::Result<Vec<_>>>()?;
                    parquet.row(values)?;
                }
            }
        }
        Ok(())
    }

    /// Ends the files; none has its name yet.
    pub fn finish(self) -> Result<Vec<(Format, Growing)>, Failed> {
        let end = |(format, sheet)| {
            let file = match sheet {
                Sheet::Csv(csv) => csv.finish()?,
                Sheet::Parquet(parquet) => parquet.finish()?,
            };
            Ok((format, file))
        };
        self.sheets.into_iter().map(end).collect()
    }
}

/// Puts a file under its name.
pub fn complete(format: Format, file: Growing) -> Result<Complete, Failed> {
    let (path, bytes, sha256) = file.finish()?;
    Ok(Complete { path, format, bytes, sha256 })
}

fn kind(kind: Kind) -> FieldKind {
    match kind {
        Kind::Decimal | Kind::Price => FieldKind::Wide(DECIMALS),
        Kind::Time => FieldKind::Time,
        Kind::Text | Kind::OneOf(_) | Kind::Currency | Kind::Unit | Kind::KeyValue | Kind::Json => FieldKind::Text,
    }
}

fn value<'c>(cell: &Cell<'c>) -> io::Result<Value<'c>> {
    let too_long = || io::Error::new(io::ErrorKind::InvalidData, "a number has more than 20 digits before the point");
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::Text(text),
        Cell::Number(number) => Value::Wide(number.at(DECIMALS).ok_or_else(too_long)?),
        Cell::Time(seconds) => Value::Integer(seconds.checked_mul(1000).ok_or_else(too_long)?),
    })
}
