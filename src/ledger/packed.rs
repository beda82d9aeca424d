//! A row of SQLite as one value.
//!
//! To ask a statement for the fields of a row one by one costs more than to find the row. A function of ours sees all of them at
//! once, and packs them: for each field a number (of a text, its length), then for each field a byte that says what it is, then all
//! texts. The bytes and the texts end at whole words, over which UTF-8 is checked several times as fast as byte by byte.

use std::ops::ControlFlow;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, Error, Result};

use super::connection::{EachRow, Field};
use super::select::{Selection, reuse};
use super::sqlite::not_exact;

/// The name of the function in SQL.
pub const FUNCTION: &str = "vodledger_packed";

const NULL: u8 = 0;
const INTEGER: u8 = 1;
const TEXT: u8 = 2;
/// What no field may be: a floating point number, which is not exact, or bytes.
const OTHER: u8 = 3;

/// Bytes of a number.
const NUMBER: usize = size_of::<i64>();

/// What all parts are a multiple of, in bytes.
const WORDS: usize = 2 * size_of::<usize>();

/// How long the part before the texts is.
const fn head(width: usize) -> usize {
    (width * (NUMBER + 1)).next_multiple_of(WORDS)
}

/// Bytes of rows that are gathered before they are handed on.
const BATCH: usize = 64 * 1024;

/// Packed rows on their way from the thread that finds them to the one that works with them.
pub struct Batch {
    width: usize,
    packed: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Batch {
    /// For rows of so many fields.
    pub fn new(width: usize) -> Self {
        Self { width, packed: Vec::with_capacity(BATCH + BATCH / 8), ends: Vec::new() }
    }

    /// Adds a packed row.
    pub fn add(&mut self, row: &[u8]) {
        self.packed.extend_from_slice(row);
        self.ends.push(self.packed.len());
    }

    /// Whether it is time to hand it on.
    pub fn is_full(&self) -> bool {
        self.packed.len() >= BATCH
    }

    /// Hands over row by row, until the end or until told to stop, which it gives back.
    pub fn each(&self, each: EachRow<'_>) -> Result<ControlFlow<()>> {
        let mut room = Vec::<Field<'static>>::new();
        let mut start = 0;
        for end in &self.ends {
            let mut fields = reuse(room);
            unpack(&self.packed[start..*end], self.width, &mut fields)?;
            if each(&fields).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            room = reuse(fields);
            start = *end;
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Makes the function known to a connection.
pub fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function(FUNCTION, -1, flags, |context| Ok(pack(context)))
}

/// The query for the packed rows. The function stands beside the ORDER BY: around a query in brackets, SQLite would first copy every
/// row for it.
pub fn query(selection: Selection<'_>) -> String {
    format!("SELECT {FUNCTION}({}) FROM {}", selection.columns, selection.from)
}

fn pack(context: &Context<'_>) -> Vec<u8> {
    let width = context.len();
    let mut packed = Vec::with_capacity(512);
    packed.resize(head(width), 0);
    for index in 0..width {
        let (kind, number) = match context.get_raw(index) {
            ValueRef::Null => (NULL, 0),
            ValueRef::Integer(number) => (INTEGER, number),
            ValueRef::Text(bytes) => {
                packed.extend_from_slice(bytes);
                (TEXT, bytes.len() as i64)
            }
            ValueRef::Real(_) | ValueRef::Blob(_) => (OTHER, 0),
        };
        packed[width * NUMBER + index] = kind;
        packed[index * NUMBER..][..NUMBER].copy_from_slice(&number.to_le_bytes());
    }
    packed.resize(packed.len().next_multiple_of(WORDS), 0);
    packed
}

/// Adds the fields of a packed row.
fn unpack<'p>(packed: &'p [u8], width: usize, fields: &mut Vec<Field<'p>>) -> Result<()> {
    let (head, texts) = packed.split_at_checked(head(width)).unwrap_or_default();
    let (numbers, kinds) = head.split_at_checked(width * NUMBER).unwrap_or_default();
    // All texts at once: one by one, this takes as long as all the rest.
    let mut texts = str::from_utf8(texts).map_err(|error| Error::Utf8Error(0, error))?;
    for (index, (number, kind)) in numbers.as_chunks::<NUMBER>().0.iter().zip(kinds).enumerate() {
        let number = i64::from_le_bytes(*number);
        fields.push(match *kind {
            NULL => Field::Null,
            INTEGER => Field::Integer(number),
            TEXT => {
                let cut = usize::try_from(number).ok().and_then(|length| texts.split_at_checked(length));
                let (text, behind) = cut.ok_or_else(|| not_text(index))?;
                texts = behind;
                Field::Text(text)
            }
            _ => return Err(not_exact(index)),
        });
    }
    Ok(())
}

/// Two texts that are UTF-8 only one behind the other.
fn not_text(index: usize) -> Error {
    Error::FromSqlConversionFailure(index, Type::Text, "a text is not UTF-8".into())
}
