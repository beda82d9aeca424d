//! Values on their way to and from PostgreSQL, in its binary form.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Row, Statement};

use crate::ledger::Value;

/// The types that a statement's parameters have, which the server need not guess then. Of a null it must.
pub fn types(parameters: &[Value]) -> Vec<Type> {
    parameters
        .iter()
        .map(|value| match value {
            Value::Null => Type::UNKNOWN,
            Value::Integer(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Blob(_) => Type::BYTEA,
        })
        .collect()
}

/// Parameters as the driver takes them.
pub fn references(parameters: &[Value]) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
    parameters.iter().map(|value| value as &(dyn ToSql + Sync))
}

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Integer(number) => match *wanted {
                Type::INT8 => out.put_i64(*number),
                Type::INT4 => out.put_i32(i32::try_from(*number)?),
                _ => return Err(format!("a number was given for {wanted}").into()),
            },
            Self::Text(text) => out.put_slice(text.as_bytes()),
            Self::Blob(bytes) => out.put_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A value as it came.
enum Cell {
    Value(Value),
    /// A number that is no whole number, or too large.
    Inexact,
    /// Of a type that no ledger holds.
    Other(String),
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::INT8 => Self::Value(Value::Integer(i64::from_sql(kind, raw)?)),
            Type::INT4 => Self::Value(Value::Integer(i32::from_sql(kind, raw)?.into())),
            Type::INT2 => Self::Value(Value::Integer(i16::from_sql(kind, raw)?.into())),
            // As SQLite has it.
            Type::BOOL => Self::Value(Value::Integer(bool::from_sql(kind, raw)?.into())),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
                Self::Value(Value::Text(std::str::from_utf8(raw)?.to_owned()))
            }
            Type::BYTEA => Self::Value(Value::Blob(raw.to_vec())),
            Type::NUMERIC => whole(raw).map_or(Self::Inexact, |number| Self::Value(Value::Integer(number))),
            Type::FLOAT4 | Type::FLOAT8 => Self::Inexact,
            _ => Self::Other(kind.name().to_owned()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Value(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A NUMERIC without decimals, such as the sum of whole numbers: four counts (digits, weight of the first, sign, decimals) and
/// digits of base 10000.
fn whole(raw: &[u8]) -> Option<i64> {
    let word = |index: usize| Some(i16::from_be_bytes([*raw.get(2 * index)?, *raw.get(2 * index + 1)?]));
    let (digits, weight, sign, decimals) = (word(0)?, word(1)?, word(2)?, word(3)?);
    if decimals != 0 || !matches!(sign, 0 | 0x4000) {
        return None;
    }
    // Digits that are zero at the end are left out.
    let number = (0..=weight).try_fold(0_i64, |number, place| {
        let digit = if place < digits { word(4 + usize::try_from(place).ok()?)? } else { 0 };
        let digit = if sign == 0 { i64::from(digit) } else { -i64::from(digit) };
        number.checked_mul(10_000)?.checked_add(digit)
    })?;
    Some(number)
}

/// What a row holds, or why that cannot be given.
pub fn values(row: &Row) -> Result<Vec<Value>, String> {
    (0..row.len())
        .map(|index| match row.try_get(index) {
            Ok(Cell::Value(value)) => Ok(value),
            Ok(Cell::Inexact) => Err(format!(
                "column {} is not a whole number in the range of the ledger, so it is not exact; leave out divisions and decimal \
                 literals",
                index + 1
            )),
            Ok(Cell::Other(kind)) => Err(format!("column {} is of type {kind}; give whole numbers and texts", index + 1)),
            Err(error) => Err(error.to_string()),
        })
        .collect()
}

/// The names of a statement's columns.
pub fn names(statement: &Statement) -> Vec<String> {
    statement.columns().iter().map(|column| column.name().to_owned()).collect()
}
