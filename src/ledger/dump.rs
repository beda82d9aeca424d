//! The canonical dump: what a ledger holds, however it came to hold it. `docs/ledger.md` describes the format.

use std::io::{self, Write};
use std::ops::ControlFlow;

use sha2::{Digest, Sha256};

use super::connection::{Connection, Row, Value, each_row, reading};
use super::tables::{Dump, TABLES, Table};
use super::{Ledger, LedgerError};

/// The first line: a reader of another version can refuse.
const HEAD: &str = r#"{"format":"vodledger canonical dump","version":1}"#;

/// What was dumped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dumped {
    /// Lines, with the first.
    pub lines: u64,
    /// SHA-256 of all bytes, in hexadecimal: ledgers of the same content have the same.
    pub sha256: String,
}

/// A dump that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The dump could not be written.
    #[error("the dump cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl Ledger {
    /// Writes the canonical dump, in memory that does not grow with the ledger.
    pub fn dump(&self, out: &mut dyn Write) -> Result<Dumped, DumpError> {
        let mut failed = None;
        let dumped = reading(self.lock().as_mut(), |connection| {
            dump(connection, &mut |line| match out.write_all(line.as_bytes()) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            })
        })?;
        failed.map_or(Ok(()), Err)?;
        out.flush()?;
        Ok(dumped)
    }

    /// What [`Ledger::dump`] would have written.
    pub fn digest(&self) -> Result<Dumped, LedgerError> {
        reading(self.lock().as_mut(), digest)
    }
}

/// [`Ledger::digest`] inside a transaction.
pub(super) fn digest(connection: &mut dyn Connection) -> Result<Dumped, LedgerError> {
    dump(connection, &mut |_| ControlFlow::Continue(()))
}

/// Hands over the lines, each with its end, inside a transaction, until told to stop.
fn dump(connection: &mut dyn Connection, each: &mut dyn FnMut(&str) -> ControlFlow<()>) -> Result<Dumped, LedgerError> {
    let (mut lines, mut hash, mut stopped) = (0, Sha256::new(), false);
    let mut line = |text: &str| {
        lines += 1;
        hash.update(text);
        stopped |= each(text).is_break();
        if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut flow = line(&format!("{HEAD}\n"));
    for table in TABLES {
        if flow.is_break() {
            break;
        }
        flow = match table.dump {
            Dump::Rows => rows(connection, table, &mut line)?,
            Dump::Revisions(column) => revisions(connection, table, column, &mut line)?,
            Dump::Nothing => flow,
        };
    }
    Ok(Dumped { lines, sha256: hex::encode(hash.finalize()) })
}

type Line<'a> = &'a mut dyn FnMut(&str) -> ControlFlow<()>;

fn rows(connection: &mut dyn Connection, table: &Table, line: Line<'_>) -> Result<ControlFlow<()>, LedgerError> {
    let columns = [table.key, table.said].concat();
    let sql = format!("SELECT {} FROM {} ORDER BY {}", columns.join(", "), table.name, table.key.join(", "));
    let mut flow = ControlFlow::Continue(());
    connection.stream(&sql, &[], &mut |values| {
        let mut text = Object::new(table.name);
        text.members(&columns, values);
        flow = line(&text.end());
        flow
    })?;
    Ok(flow)
}

/// A fact while its revisions go by.
#[derive(Default)]
struct Fact {
    key: Vec<Value>,
    /// What it says now; `None` while no revision holds.
    said: Option<Vec<Value>>,
    values: Vec<Value>,
}

impl Fact {
    fn line(&self, table: &Table) -> Option<String> {
        let mut text = Object::new(table.name);
        text.members(table.key, &self.key);
        text.members(table.said, self.said.as_ref()?);
        text.list("values", &self.values);
        Some(text.end())
    }
}

fn revisions(
    connection: &mut dyn Connection,
    table: &Table,
    column: &str,
    line: Line<'_>,
) -> Result<ControlFlow<()>, LedgerError> {
    let columns = [table.key, table.said].concat().join(", ");
    let sql = format!(
        "SELECT {columns}, {column}, CASE WHEN replaced_at IS NULL THEN 1 ELSE 0 END FROM {} ORDER BY {}, revision",
        table.name,
        table.key.join(", ")
    );
    let (keys, said) = (table.key.len(), table.said.len());
    let (mut fact, mut flow) = (Fact::default(), ControlFlow::Continue(()));
    let mut result = Ok(());
    connection.stream(&sql, &[], &mut |row| {
        let (key, rest) = row.split_at(keys);
        if fact.key != key {
            if let Some(text) = fact.line(table) {
                flow = line(&text);
            }
            fact = Fact { key: key.to_vec(), ..Fact::default() };
        }
        match Row(rest).integer(said + 1) {
            Ok(1) => fact.said = Some(rest[..said].to_vec()),
            Ok(_) => {}
            Err(error) => {
                result = Err(error);
                flow = ControlFlow::Break(());
            }
        }
        if !fact.values.contains(&rest[said]) {
            fact.values.push(rest[said].clone());
        }
        flow
    })?;
    result?;
    if flow.is_continue()
        && let Some(text) = fact.line(table)
    {
        flow = line(&text);
    }
    Ok(flow)
}

/// A line that grows: one JSON object, members in a fixed order, no blanks.
struct Object(String);

impl Object {
    fn new(table: &str) -> Self {
        Self(format!("{{\"table\":\"{table}\""))
    }

    fn members(&mut self, names: &[&str], values: &[Value]) {
        for (name, value) in names.iter().zip(values) {
            self.0.push_str(&format!(",\"{name}\":"));
            self.value(value);
        }
    }

    fn list(&mut self, name: &str, values: &[Value]) {
        self.0.push_str(&format!(",\"{name}\":["));
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.value(value);
        }
        self.0.push(']');
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.push_str("null"),
            Value::Integer(number) => self.0.push_str(&number.to_string()),
            Value::Text(text) => self.0.push_str(&serde_json::Value::from(text.as_str()).to_string()),
            Value::Blob(bytes) => self.0.push_str(&format!("\"{}\"", hex::encode(bytes))),
        }
    }

    fn end(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

/// Rows of a table.
pub(super) fn count(connection: &mut dyn Connection, table: &Table) -> Result<i64, LedgerError> {
    let mut rows = 0;
    each_row(connection, &format!("SELECT COUNT(*) FROM {}", table.name), &[], |row| {
        rows = row.integer(0)?;
        Ok(())
    })?;
    Ok(rows)
}
