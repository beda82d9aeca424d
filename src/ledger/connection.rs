//! The thin adapter between the queries and a store. A store implements [`Connection`] and nothing else; queries are
//! written once, in portable SQL with `?1`, `?2` … for parameters.

use std::ops::ControlFlow;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::LedgerError;
use super::select::Selection;

/// A value on its way into or out of the store. There are no floats.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Unknown.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A value of a row while the store holds it: what queries that were not written by us give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field<'a> {
    /// Unknown.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(&'a str),
}

/// What takes the rows of such a query.
pub type EachRow<'f> = &'f mut dyn FnMut(&[Field<'_>]) -> ControlFlow<()>;

/// One connection to a store.
pub trait Connection: Send {
    /// Where the store is, for messages.
    fn place(&self) -> &str;

    /// The names of the tables that exist.
    fn tables(&mut self) -> Result<Vec<String>, LedgerError>;

    /// Called once the content is known to be a ledger of a version that this program reads: settings that change the
    /// file happen here, so that a file that is refused stays as it was.
    fn settle(&mut self) -> Result<(), LedgerError>;

    /// Runs several statements without parameters.
    fn script(&mut self, sql: &str) -> Result<(), LedgerError>;

    /// Runs one statement and says how many rows it changed.
    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<usize, LedgerError>;

    /// Runs one query and hands over row by row, until the end or until told to stop.
    fn stream(
        &mut self,
        sql: &str,
        parameters: &[Value],
        each: &mut dyn FnMut(&[Value]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError>;

    /// Inserts many rows in one go.
    fn insert(&mut self, table: &str, columns: &[&str], rows: &mut dyn Iterator<Item = Vec<Value>>) -> Result<(), LedgerError>;

    /// The column names of a query that was not written by us. It may read views (`v_…`) and nothing else.
    fn foreign_columns(&mut self, sql: &str) -> Result<Vec<String>, LedgerError>;

    /// [`Connection::stream`] for a query that was not written by us. It may read views (`v_…`) and nothing else, and is stopped
    /// when its time is over.
    fn foreign_stream(
        &mut self,
        selection: Selection<'_>,
        parameters: &[Value],
        limit: Duration,
        each: EachRow<'_>,
    ) -> Result<(), LedgerError>;

    /// Begins a transaction that will write.
    fn begin(&mut self) -> Result<(), LedgerError>;

    /// Makes the transaction last.
    fn commit(&mut self) -> Result<(), LedgerError>;

    /// Undoes the transaction.
    fn roll_back(&mut self);

    /// Begins a transaction that only reads: every query in it sees the same moment.
    fn begin_reading(&mut self) -> Result<(), LedgerError>;

    /// Whether an older ledger is brought up to date as soon as it is opened, and not only when somebody asks for it.
    fn migrates_itself(&self) -> bool;

    /// Called before a ledger of this version is brought up to date; 0 is a new one.
    fn before_migration(&mut self, version: i64) -> Result<(), LedgerError>;

    /// What the store itself finds wrong with its content, in its own words.
    fn damage(&mut self) -> Result<Vec<String>, LedgerError>;

    /// The bytes that each table takes, with its indexes.
    fn sizes(&mut self) -> Result<Vec<(String, i64)>, LedgerError>;

    /// Gives back room that nothing needs any more, where the store does not do so by itself.
    fn tidy(&mut self) -> Result<(), LedgerError>;
}

/// Runs `work` in one transaction: all of it lasts, or none.
pub fn transaction<T>(
    connection: &mut dyn Connection,
    work: impl FnOnce(&mut dyn Connection) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    connection.begin()?;
    let result = work(connection).and_then(|value| connection.commit().map(|()| value));
    if result.is_err() {
        connection.roll_back();
    }
    result
}

/// Runs `work` in one transaction that only reads: all of it sees the same moment.
pub fn reading<T>(
    connection: &mut dyn Connection,
    work: impl FnOnce(&mut dyn Connection) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    connection.begin_reading()?;
    let result = work(connection);
    connection.roll_back();
    result
}

/// [`Connection::stream`] with a callback that may fail; the first failure ends it.
pub fn each_row(
    connection: &mut dyn Connection,
    sql: &str,
    parameters: &[Value],
    mut each: impl FnMut(Row<'_>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut result = Ok(());
    connection.stream(sql, parameters, &mut |values| match each(Row(values)) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            result = Err(error);
            ControlFlow::Break(())
        }
    })?;
    result
}

/// Reads all rows of a query into values.
pub fn collect<T>(
    connection: &mut dyn Connection,
    sql: &str,
    parameters: &[Value],
    mut read: impl FnMut(Row<'_>) -> Result<T, LedgerError>,
) -> Result<Vec<T>, LedgerError> {
    let mut rows = Vec::new();
    each_row(connection, sql, parameters, |row| {
        rows.push(read(row)?);
        Ok(())
    })?;
    Ok(rows)
}

/// A row that is read column by column.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a>(pub &'a [Value]);

impl<'a> Row<'a> {
    /// A text.
    pub fn text(&self, index: usize) -> Result<&'a str, LedgerError> {
        self.maybe_text(index)?.ok_or_else(|| self.damaged(index, "a text"))
    }

    /// A text, or null.
    pub fn maybe_text(&self, index: usize) -> Result<Option<&'a str>, LedgerError> {
        match self.0.get(index) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.damaged(index, "a text")),
        }
    }

    /// A text that is read into a type.
    pub fn parsed<T: std::str::FromStr>(&self, index: usize, what: &'static str) -> Result<T, LedgerError> {
        self.text(index)?.parse().map_err(|_| self.damaged(index, what))
    }

    /// A number.
    pub fn integer(&self, index: usize) -> Result<i64, LedgerError> {
        self.maybe_integer(index)?.ok_or_else(|| self.damaged(index, "a number"))
    }

    /// A number, or null.
    pub fn maybe_integer(&self, index: usize) -> Result<Option<i64>, LedgerError> {
        match self.0.get(index) {
            Some(Value::Integer(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.damaged(index, "a number")),
        }
    }

    /// A moment, stored as UTC seconds.
    pub fn time(&self, index: usize) -> Result<DateTime<Utc>, LedgerError> {
        DateTime::from_timestamp(self.integer(index)?, 0).ok_or_else(|| self.damaged(index, "a time"))
    }

    /// Bytes.
    pub fn blob(&self, index: usize) -> Result<&'a [u8], LedgerError> {
        match self.0.get(index) {
            Some(Value::Blob(bytes)) => Ok(bytes),
            _ => Err(self.damaged(index, "bytes")),
        }
    }

    fn damaged(&self, index: usize, what: &'static str) -> LedgerError {
        let value = match self.0.get(index) {
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Blob(_)) => "bytes".to_owned(),
            Some(Value::Null) | None => "nothing".to_owned(),
        };
        LedgerError::Damaged { what, value }
    }
}

impl From<Field<'_>> for Value {
    fn from(field: Field<'_>) -> Self {
        match field {
            Field::Null => Self::Null,
            Field::Integer(number) => Self::Integer(number),
            Field::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Integer(time.timestamp())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A quantity or amount as the store holds it, or a refusal: never wrapped, never rounded.
pub fn exact(what: &'static str, value: i128) -> Result<i64, LedgerError> {
    i64::try_from(value).map_err(|_| LedgerError::OutOfRange { what, value })
}
