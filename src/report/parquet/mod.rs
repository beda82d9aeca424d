//! Parquet in bounded memory: rows come in one by one, are laid out in columns and leave as row groups.
//!
//! Every column is nullable. Bytes depend on the rows alone: no clock and no version of a library is in the file.

mod column;

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use column::Buffer;

/// The most rows of a row group: as many as engines of analysis like to read at once.
const GROUP_ROWS: usize = 128 * 1024;
/// A row group ends early when its columns hold so many bytes.
const GROUP_BYTES: usize = 48 << 20;
/// A column whose distinct values take more is not worth a dictionary.
const DICTIONARY_BYTES: usize = 256 << 10;
/// Digits of a decimal number that is kept in 64 bits.
pub const NARROW_DIGITS: u32 = 18;
/// Digits of a decimal number that is kept in 128 bits.
pub const WIDE_DIGITS: u32 = 38;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text in UTF-8.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A decimal number of at most [`NARROW_DIGITS`] digits, of which so many are decimals.
    Narrow(u32),
    /// A decimal number of at most [`WIDE_DIGITS`] digits, of which so many are decimals.
    Wide(u32),
    /// A moment, in milliseconds since 1970 in UTC.
    Time,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A text.
    Text(&'a str),
    /// A whole number, a time, or the digits of a narrow decimal number.
    Integer(i64),
    /// The digits of a wide decimal number.
    Wide(i128),
}

/// Writes a table.
pub struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    fields: Vec<Field>,
    buffers: Vec<Buffer>,
    /// Rows in the buffers.
    pending: usize,
    /// Rows so far.
    rows: u64,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file. `notes` are kept in its footer.
    pub fn new(fields: Vec<Field>, notes: Vec<(String, String)>, out: W) -> io::Result<Self> {
        let columns = fields.iter().map(schema_of).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("schema").with_fields(columns).build().map_err(failed)?;
        let notes = notes.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
        let properties = WriterProperties::builder()
            .set_created_by("vodledger".to_owned())
            .set_compression(Compression::SNAPPY)
            .set_dictionary_page_size_limit(DICTIONARY_BYTES)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_max_row_group_row_count(None)
            .set_key_value_metadata(Some(notes))
            .build();
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        let buffers = fields.iter().map(|field| Buffer::of(field.kind)).collect();
        Ok(Self { file, fields, buffers, pending: 0, rows: 0 })
    }

    /// Adds a row, one value for each column.
    ///
    /// # Errors
    /// A value that its column does not hold, with the row and the column; what the receiver says.
    pub fn row<'v>(&mut self, values: impl IntoIterator<Item = Value<'v>>) -> io::Result<()> {
        let mut values = values.into_iter();
        for (field, buffer) in self.fields.iter().zip(&mut self.buffers) {
            let value = values.next().unwrap_or(Value::Null);
            if let Err(why) = buffer.push(value) {
                let message = format!("row {}, column {}: {why}", self.rows + 1, field.name);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        self.rows += 1;
        self.pending += 1;
        // Adding up the columns of every row would cost more than what it guards against.
        let full = self.pending >= GROUP_ROWS || (self.pending.is_multiple_of(256) && self.bytes() >= GROUP_BYTES);
        if full { self.end_group() } else { Ok(()) }
    }

    /// Ends the file and gives its receiver back.
    pub fn finish(mut self) -> io::Result<W> {
        if self.pending > 0 {
            self.end_group()?;
        }
        self.file.into_inner().map_err(failed)
    }

    fn bytes(&self) -> usize {
        self.buffers.iter().map(Buffer::bytes).sum()
    }

    fn end_group(&mut self) -> io::Result<()> {
        let mut group = self.file.next_row_group().map_err(failed)?;
        for buffer in &mut self.buffers {
            let Some(mut column) = group.next_column().map_err(failed)? else { break };
            buffer.write(&mut column).map_err(failed)?;
            column.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        self.pending = 0;
        Ok(())
    }
}

fn schema_of(field: &Field) -> Result<TypePtr, ParquetError> {
    let digits = |digits: u32| i32::try_from(digits).unwrap_or(i32::MAX);
    let decimal = |precision, scale| LogicalType::decimal(digits(scale), digits(precision));
    let (physical, logical) = match field.kind {
        FieldKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        FieldKind::Integer => (Physical::INT64, None),
        FieldKind::Narrow(scale) => (Physical::INT64, Some(decimal(NARROW_DIGITS, scale))),
        FieldKind::Wide(scale) => (Physical::FIXED_LEN_BYTE_ARRAY, Some(decimal(WIDE_DIGITS, scale))),
        FieldKind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
    };
    let mut builder =
        Type::primitive_type_builder(&field.name, physical).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
    builder = match field.kind {
        FieldKind::Narrow(scale) => builder.with_precision(digits(NARROW_DIGITS)).with_scale(digits(scale)),
        FieldKind::Wide(scale) => builder.with_length(16).with_precision(digits(WIDE_DIGITS)).with_scale(digits(scale)),
        _ => builder,
    };
    Ok(Arc::new(builder.build()?))
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        // A full disk says so in its own words.
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
