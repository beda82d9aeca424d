//! The store for several machines: a schema of a PostgreSQL database. Only the adapter is here; every query is elsewhere.

mod address;
mod failure;
mod guard;
mod sql;
mod values;
mod wire;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Statement};

use super::LedgerError;
use super::connection::{Connection, EachRow, Field, Value, collect};
use super::select::Selection;
pub use address::PostgresAddress;
use failure::{failure, report_failure};
use values::{references, types, values};
use wire::wait;

/// How long a writer waits for another process. A unit of work commits in milliseconds.
const LOCK_TIMEOUT: &str = "10s";
/// After how long without a word a writer loses its transaction, and with it the lock: its machine may be gone.
const IDLE_TIMEOUT: &str = "60s";
/// How long the server may take to understand a query.
const PREPARING: Duration = Duration::from_secs(60);
/// So many prepared statements are kept.
const MOST_STATEMENTS: usize = 500;

/// One connection to a schema of a database.
pub struct Postgres {
    address: Box<PostgresAddress>,
    client: Client,
    statements: HashMap<(String, Vec<Type>), Statement>,
    /// Whether a transaction is open.
    open: bool,
}

impl Postgres {
    /// Connects. Whether the schema holds a ledger is not looked at.
    pub fn connect(address: Box<PostgresAddress>) -> Result<Self, LedgerError> {
        let client = session(&address)?;
        Ok(Self { address, client, statements: HashMap::new(), open: false })
    }

    /// Connects again where the connection broke between two transactions: the server was started anew, or lost a network.
    fn reconnect_if_broken(&mut self) -> Result<(), LedgerError> {
        if self.client.is_closed() && !self.open {
            self.statements.clear();
            self.client = session(&self.address)?;
        }
        Ok(())
    }

    fn failed(&self, error: &Error) -> LedgerError {
        failure(&self.address.place, error)
    }

    /// Several statements, or one without parameters.
    fn batch(&mut self, sql: &str) -> Result<(), LedgerError> {
        self.reconnect_if_broken()?;
        wait(self.client.batch_execute(sql)).map_err(|error| self.failed(&error))
    }

    fn prepared(&mut self, sql: &str, types: Vec<Type>) -> Result<Statement, LedgerError> {
        self.reconnect_if_broken()?;
        let key = (sql.to_owned(), types);
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let prepared = wait(self.client.prepare_typed(&sql::numbered(sql), &key.1)).map_err(|error| self.failed(&error))?;
        if self.statements.len() >= MOST_STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(key, prepared.clone());
        Ok(prepared)
    }

    /// Runs `work` in the transaction that is open, or in one of its own: every write takes its turn.
    fn writing<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        if self.open {
            return work(self);
        }
        self.begin()?;
        let result = work(self).and_then(|value| self.commit().map(|()| value));
        if result.is_err() {
            self.roll_back();
        }
        result
    }

    /// The types of some columns of a table.
    fn column_types(&mut self, table: &str, columns: &str) -> Result<Vec<Type>, LedgerError> {
        let statement = self.prepared(&format!("SELECT {columns} FROM {table}"), Vec::new())?;
        Ok(statement.columns().iter().map(|column| column.type_().clone()).collect())
    }

    fn copy(&mut self, table: &str, columns: &[&str], rows: &mut dyn Iterator<Item = Vec<Value>>) -> Result<(), LedgerError> {
        let Some(first) = rows.next() else { return Ok(()) };
        let names = columns.join(", ");
        let types = self.column_types(table, &names)?;
        let statement = self.prepared(&format!("COPY {table} ({names}) FROM STDIN BINARY"), Vec::new())?;
        let work = async {
            let sink = self.client.copy_in(&statement).await?;
            let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
            for row in std::iter::once(first).chain(rows) {
                debug_assert_eq!(row.len(), types.len());
                writer.as_mut().write_raw(references(&row)).await?;
            }
            writer.finish().await
        };
        wait(work).map(drop).map_err(|error| self.failed(&error))
    }
}

/// A connection with our settings.
fn session(address: &PostgresAddress) -> Result<Client, LedgerError> {
    let client = wire::connect(address)?;
    let mut settings =
        format!("SET standard_conforming_strings = on; SET TimeZone = 'UTC'; SET lock_timeout = '{LOCK_TIMEOUT}';");
    if let Some(schema) = &address.schema {
        settings.push_str(&format!(" SET search_path = \"{schema}\";"));
    }
    wait(client.batch_execute(&settings)).map_err(|error| failure(&address.place, &error))?;
    Ok(client)
}

/// Hands over the rows of a running query.
fn hand_over(
    client: &Client,
    statement: &Statement,
    parameters: &[Value],
    each: &mut dyn FnMut(&[Value]) -> ControlFlow<()>,
) -> Result<Result<(), String>, Error> {
    wait(async {
        let mut rows = pin!(client.query_raw(statement, references(parameters)).await?);
        while let Some(row) = rows.try_next().await? {
            match values(&row) {
                Ok(values) if each(&values).is_continue() => {}
                Ok(_) => break,
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(()))
    })
}

/// [`hand_over`] for rows of a query that was not written by us.
fn lend(client: &Client, statement: &Statement, parameters: &[Value], each: EachRow<'_>) -> Result<Result<(), String>, Error> {
    let mut bytes = false;
    let outcome = hand_over(client, statement, parameters, &mut |values| {
        let mut fields = Vec::with_capacity(values.len());
        for value in values {
            fields.push(match value {
                Value::Null => Field::Null,
                Value::Integer(number) => Field::Integer(*number),
                Value::Text(text) => Field::Text(text),
                Value::Blob(_) => {
                    bytes = true;
                    return ControlFlow::Break(());
                }
            });
        }
        each(&fields)
    })?;
    Ok(if bytes { Err("a column holds bytes; give whole numbers and texts".to_owned()) } else { outcome })
}

impl Connection for Postgres {
    fn place(&self) -> &str {
        &self.address.place
    }

    fn tables(&mut self) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname";
        collect(self, sql, &[], |row| row.text(0).map(str::to_owned))
    }

    fn settle(&mut self) -> Result<(), LedgerError> {
        Ok(())
    }

    fn script(&mut self, sql: &str) -> Result<(), LedgerError> {
        self.batch(&sql::schema(sql))
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<usize, LedgerError> {
        self.writing(|this| {
            let statement = this.prepared(sql, types(parameters))?;
            let changed = wait(this.client.execute_raw(&statement, references(parameters)));
            let changed = changed.map_err(|error| this.failed(&error))?;
            Ok(usize::try_from(changed).unwrap_or(usize::MAX))
        })
    }

    fn stream(
        &mut self,
        sql: &str,
        parameters: &[Value],
        each: &mut dyn FnMut(&[Value]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let statement = self.prepared(sql, types(parameters))?;
        match hand_over(&self.client, &statement, parameters, each) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(message)) => Err(LedgerError::Store { place: self.address.place.clone(), message }),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn insert(&mut self, table: &str, columns: &[&str], rows: &mut dyn Iterator<Item = Vec<Value>>) -> Result<(), LedgerError> {
        self.writing(|this| this.copy(table, columns, rows))
    }

    fn foreign_columns(&mut self, sql: &str) -> Result<Vec<String>, LedgerError> {
        let sql = &sql::foreign(sql);
        guard::check(self, sql)?;
        // All parameters of a report are texts.
        let prepared = wait(self.client.prepare_typed(&sql::numbered(sql), &vec![Type::TEXT; parameter_count(sql)]));
        let statement = prepared.map_err(|error| report_failure(&self.address.place, &error, PREPARING))?;
        Ok(values::names(&statement))
    }

    fn foreign_stream(
        &mut self,
        selection: Selection<'_>,
        parameters: &[Value],
        limit: Duration,
        each: EachRow<'_>,
    ) -> Result<(), LedgerError> {
        let sql = &sql::foreign(&selection.sql());
        guard::check(self, sql)?;
        self.batch(&format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {}", limit.as_millis().clamp(1, 2_147_483_647)))?;
        self.open = true;
        let outcome = wait(self.client.prepare_typed(&sql::numbered(sql), &types(parameters)))
            .and_then(|statement| lend(&self.client, &statement, parameters, each));
        self.roll_back();
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(LedgerError::Query(why)),
            Err(error) => Err(report_failure(&self.address.place, &error, limit)),
        }
    }

    /// Writers take their turn by a lock that is named after the schema and ends with the transaction, so that what a
    /// transaction read is still so when it writes, as under SQLite's `BEGIN IMMEDIATE`. Each statement after the lock sees
    /// what was committed before it (READ COMMITTED), so also what the writer before has just written.
    fn begin(&mut self) -> Result<(), LedgerError> {
        let schema = self.address.schema.as_deref().map_or("current_schema()".to_owned(), |name| format!("'{name}'"));
        self.batch(&format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED;
             SET LOCAL idle_in_transaction_session_timeout = '{IDLE_TIMEOUT}';
             SELECT pg_advisory_xact_lock({}, hashtext({schema}))",
            lock_space()
        ))
        .inspect_err(|_| {
            let _ = wait(self.client.batch_execute("ROLLBACK"));
        })?;
        self.open = true;
        Ok(())
    }

    fn begin_reading(&mut self) -> Result<(), LedgerError> {
        self.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        self.open = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), LedgerError> {
        self.batch("COMMIT")?;
        self.open = false;
        Ok(())
    }

    fn roll_back(&mut self) {
        if self.open {
            self.open = false;
            let _ = wait(self.client.batch_execute("ROLLBACK"));
        }
    }

    fn migrates_itself(&self) -> bool {
        false
    }

    fn before_migration(&mut self, _: i64) -> Result<(), LedgerError> {
        match self.address.schema.clone() {
            Some(name) => self.batch(&format!("CREATE SCHEMA IF NOT EXISTS \"{name}\"")),
            None => Ok(()),
        }
    }

    fn damage(&mut self) -> Result<Vec<String>, LedgerError> {
        // The server refuses rows that break a rule, except of rules and indexes that it was told not to trust.
        let sql = "SELECT 'the rule ' || conname || ' of ' || conrelid::regclass::text || ' was never applied to all rows'
                   FROM pg_catalog.pg_constraint WHERE connamespace = current_schema()::regnamespace AND NOT convalidated
                   UNION ALL
                   SELECT 'the index ' || i.indexrelid::regclass::text || ' is not usable'
                   FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                   WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisvalid";
        collect(self, sql, &[], |row| row.text(0).map(str::to_owned))
    }

    fn sizes(&mut self) -> Result<Vec<(String, i64)>, LedgerError> {
        let sql = "SELECT relname, pg_total_relation_size(oid) FROM pg_catalog.pg_class
                   WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname";
        collect(self, sql, &[], |row| Ok((row.text(0)?.to_owned(), row.integer(1)?)))
    }

    fn tidy(&mut self) -> Result<(), LedgerError> {
        // The server cleans up after itself.
        Ok(())
    }
}

/// The highest number of a parameter.
fn parameter_count(sql: &str) -> usize {
    let numbered = sql::numbered(sql);
    (1..).take_while(|number| numbered.contains(&format!("${number}"))).count()
}

/// Advisory locks of other programs in the same database have other numbers.
fn lock_space() -> i32 {
    let digest = Sha256::digest("vodledger writes");
    i32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}
