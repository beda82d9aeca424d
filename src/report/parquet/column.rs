//! The values of one column of a row group, until they are written.

use bytes::Bytes;
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedColumnWriter;

use super::{FieldKind, NARROW_DIGITS, Value, WIDE_DIGITS};

/// How many values are handed on at once.
const BATCH: usize = 4096;
/// Definition levels, which is how the format spells "there" and "not there".
const THERE: i16 = 1;
const NULL: i16 = 0;

/// The values of a column that are not yet written.
pub struct Buffer {
    kind: FieldKind,
    /// One for each row.
    levels: Vec<i16>,
    /// Those that are there.
    values: Values,
}

enum Values {
    Integers(Vec<i64>),
    Bytes(ByteValues),
}

/// Values of bytes, in one piece of memory. Neighbours that are equal share their bytes.
#[derive(Default)]
struct ByteValues {
    bytes: Vec<u8>,
    /// Where each value begins and ends.
    spans: Vec<(usize, usize)>,
}

impl Buffer {
    /// An empty one.
    pub fn of(kind: FieldKind) -> Self {
        let values = match kind {
            FieldKind::Integer | FieldKind::Narrow(_) | FieldKind::Time => Values::Integers(Vec::new()),
            FieldKind::Text | FieldKind::Wide(_) => Values::Bytes(ByteValues::default()),
        };
        Self { kind, levels: Vec::new(), values }
    }

    /// Adds a value; why not, in words.
    pub fn push(&mut self, value: Value<'_>) -> Result<(), String> {
        match (self.kind, &mut self.values, value) {
            (_, _, Value::Null) => {
                self.levels.push(NULL);
                return Ok(());
            }
            (FieldKind::Text, Values::Bytes(values), Value::Text(text)) => values.push(text.as_bytes()),
            (FieldKind::Narrow(scale), Values::Integers(values), Value::Integer(number)) => {
                if number.unsigned_abs() >= 10_u64.pow(NARROW_DIGITS) {
                    return Err(too_long(i128::from(number), scale, NARROW_DIGITS));
                }
                values.push(number);
            }
            (FieldKind::Integer | FieldKind::Time, Values::Integers(values), Value::Integer(number)) => values.push(number),
            (FieldKind::Wide(scale), Values::Bytes(values), Value::Wide(number)) => {
                if number.unsigned_abs() >= 10_u128.pow(WIDE_DIGITS) {
                    return Err(too_long(number, scale, WIDE_DIGITS));
                }
                values.push(&number.to_be_bytes());
            }
            (kind, _, value) => return Err(format!("{value:?} is no value of a column of {kind:?}")),
        }
        self.levels.push(THERE);
        Ok(())
    }

    /// How much memory the values take, about.
    pub fn bytes(&self) -> usize {
        let values = match &self.values {
            Values::Integers(values) => values.len() * size_of::<i64>(),
            Values::Bytes(values) => values.bytes.len() + values.spans.len() * size_of::<(usize, usize)>(),
        };
        values + self.levels.len() * size_of::<i16>()
    }

    /// Writes the values and forgets them.
    pub fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match (&mut self.values, self.kind) {
            (Values::Integers(values), _) => {
                column.typed::<Int64Type>().write_batch(values, Some(&self.levels), None)?;
                values.clear();
            }
            (Values::Bytes(values), FieldKind::Wide(_)) => {
                let value = |bytes| FixedLenByteArray::from(ByteArray::from(bytes));
                values.write(&self.levels, column.typed::<FixedLenByteArrayType>(), value)?;
            }
            (Values::Bytes(values), _) => values.write(&self.levels, column.typed::<ByteArrayType>(), ByteArray::from)?,
        }
        self.levels.clear();
        Ok(())
    }
}

impl ByteValues {
    fn push(&mut self, value: &[u8]) {
        if let Some(&(start, end)) = self.spans.last()
            && self.bytes[start..end] == *value
        {
            self.spans.push((start, end));
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.spans.push((start, self.bytes.len()));
    }

    fn write<T: DataType>(
        &mut self,
        levels: &[i16],
        column: &mut ColumnWriterImpl<'_, T>,
        value: impl Fn(Bytes) -> T::T,
    ) -> Result<(), ParquetError> {
        let bytes = Bytes::from(std::mem::take(&mut self.bytes));
        let mut spans = self.spans.iter();
        let mut batch: Vec<T::T> = Vec::with_capacity(BATCH);
        for levels in levels.chunks(BATCH) {
            let there = levels.iter().filter(|level| **level == THERE).count();
            batch.extend(spans.by_ref().take(there).map(|(start, end)| value(bytes.slice(*start..*end))));
            column.write_batch(&batch, Some(levels), None)?;
            batch.clear();
        }
        self.spans.clear();
        Ok(())
    }
}

fn too_long(number: i128, scale: u32, digits: u32) -> String {
    format!("{number} × 10^-{scale} has more digits than the {digits} that a column of this kind holds")
}
