//! The embedded store. Only the adapter is here; every query is elsewhere.

use std::fs;
use std::io;
use std::mem;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, Statement, ToSql, params_from_iter};

use super::LedgerError;
use super::connection::{Connection, EachRow, Value};
use super::packed::{self, Batch};
use super::select::{REPORT_FUNCTIONS, Selection, too_slow};
use crate::files::{Workspace, folder_of, make_new};
use crate::model::Address;

/// How long a writer waits for another process. A unit of work commits in milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a process waits before it asks again where SQLite does not wait for it.
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// How many batches of rows wait at most for whoever works with them.
const BATCHES: usize = 4;

/// How many steps of its machine SQLite takes before it looks at the clock: some milliseconds.
const STEPS_BETWEEN_LOOKS: i32 = 100_000;

/// One SQLite file, or a store in memory.
pub struct Sqlite {
    connection: rusqlite::Connection,
    place: String,
    /// The file, unless the store is in memory.
    file: Option<PathBuf>,
}

impl Sqlite {
    /// A store that lives as long as the connection.
    pub fn in_memory() -> Result<Self, LedgerError> {
        let place = ":memory:".to_owned();
        let connection = rusqlite::Connection::open_in_memory().map_err(|error| translate(&place, &error))?;
        Self::ready(connection, place, None)
    }

    /// Opens a file; a missing one is made, for its owner alone.
    pub fn open(file: &Path) -> Result<Self, LedgerError> {
        refuse_bad_path(file)?;
        let place = shown(file);
        // SQLite would let others read it. The files that it makes beside have the permissions of this one.
        if !file.exists() {
            make_new(file).map_err(|error| LedgerError::Denied { place: place.clone(), why: error.to_string() })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(file, flags).map_err(|error| translate(&place, &error))?;
        Self::ready(connection, place, Some(file.to_owned()))
    }

    /// Opens a file that must be there, and changes nothing in it.
    pub fn open_read_only(file: &Path) -> Result<Self, LedgerError> {
        if !file.is_file() {
            return Err(LedgerError::Missing(file.into()));
        }
        let place = shown(file);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(file, flags).map_err(|error| translate(&place, &error))?;
        Self::ready(connection, place, Some(file.to_owned()))
    }

    /// Writes the content of one moment to a new file, while others go on reading and writing. The file appears when it is
    /// whole; one that is there is not replaced.
    pub fn save_as(&mut self, file: &Path) -> Result<(), LedgerError> {
        refuse_bad_path(file)?;
        let cannot = |error: io::Error| LedgerError::Denied { place: shown(file), why: error.to_string() };
        if file.exists() {
            return Err(LedgerError::Exists(file.into()));
        }
        let folder = folder_of(file);
        // In a folder of its own, since SQLite has locks of its own and makes files beside.
        let workspace = Workspace::new_in(folder).map_err(cannot)?;
        let growing = tempfile::NamedTempFile::new_in(workspace.path()).map_err(cannot)?;
        // Into an empty file; a copy page by page would begin anew with every write of another process.
        let target = growing
            .path()
            .to_str()
            .ok_or_else(|| LedgerError::Denied { place: shown(file), why: "the name of its folder is not UTF-8".to_owned() })?;
        let done = self.connection.execute("VACUUM INTO ?1", [target]);
        done.map_err(|error| translate(&self.place, &error))?;
        growing.as_file().sync_all().map_err(cannot)?;
        growing.persist_noclobber(file).map_err(|error| cannot(error.error))?;
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)
    }

    fn ready(connection: rusqlite::Connection, place: String, file: Option<PathBuf>) -> Result<Self, LedgerError> {
        let prepare = || {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            // A misspelt column in double quotes would otherwise be taken for a text.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            // FULL: a commit survives a power cut. What is lost otherwise is small but cannot always be had again: the event
            // configuration before a change, and usage that the cloud has meanwhile dropped. One sync per unit is cheap.
            connection.pragma_update(None, "synchronous", "FULL")?;
            packed::register(&connection)?;
            connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0)).map(drop)
        };
        prepare().map_err(|error| translate(&place, &error))?;
        Ok(Self { connection, place, file })
    }

    /// Runs a query that was not written by us and hands its rows on.
    fn find(
        &mut self,
        selection: Selection<'_>,
        parameters: &[Value],
        limit: Duration,
        batches: &SyncSender<Batch>,
    ) -> Result<(), LedgerError> {
        let end = Instant::now() + limit;
        // Not cached: a statement prepared under the guard must not be met outside, nor the other way round.
        let prepare = |sql: &str| self.connection.prepare(sql).map_err(|error| explain(&self.place, &error));
        // As it is first, for the number of its columns and for messages that speak of what was asked.
        let width = prepare(&selection.sql())?.column_count();
        let mut statement = prepare(&packed::query(selection))?;
        if !statement.readonly() {
            return Err(LedgerError::Query("it would change the ledger".to_owned()));
        }
        let watch = |set: bool| {
            let hook = move || Instant::now() > end;
            self.connection.progress_handler(STEPS_BETWEEN_LOOKS, set.then_some(hook))
        };
        watch(true).map_err(|error| translate(&self.place, &error))?;
        let result = gather(&mut statement, width, parameters, batches);
        watch(false).map_err(|error| translate(&self.place, &error))?;
        result.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => too_slow(limit),
            _ => explain(&self.place, &error),
        })
    }

    /// Runs `work` while the connection lets queries read views and nothing else.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        let set = |on: bool| {
            let hook = if on { Some(only_views as fn(AuthContext<'_>) -> Authorization) } else { None };
            self.connection.authorizer(hook)
        };
        set(true).map_err(|error| translate(&self.place, &error))?;
        let result = work(self);
        let cleared = self.connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>);
        cleared.map_err(|error| translate(&self.place, &error))?;
        result
    }
}

/// Allows a SELECT that reads views; tables are readable only from inside a view.
fn only_views(context: AuthContext<'_>) -> Authorization {
    let is_view = |name: &str| name.starts_with("v_");
    let allowed = match context.action {
        AuthAction::Select | AuthAction::Recursive => true,
        // A query that counts rows reads "no column" of the table that is behind the view.
        AuthAction::Read { table_name, column_name } => {
            column_name.is_empty() || is_view(table_name) || context.accessor.is_some_and(is_view)
        }
        AuthAction::Function { function_name: packed::FUNCTION } => true,
        AuthAction::Function { function_name } => REPORT_FUNCTIONS.contains(&function_name.to_ascii_lowercase().as_str()),
        _ => false,
    };
    if allowed { Authorization::Allow } else { Authorization::Deny }
}

/// A file for messages.
fn shown(file: &Path) -> String {
    Address::from(file).to_string()
}

fn refuse_bad_path(file: &Path) -> Result<(), LedgerError> {
    if file.is_dir() {
        return Err(LedgerError::NotAFile(file.into()));
    }
    let folder = folder_of(file);
    if !folder.is_dir() {
        return Err(LedgerError::NoFolder { file: file.into(), folder: folder.into() });
    }
    // SQLite would open a file that it cannot write for reading, and say so only at the first write.
    if let Ok(metadata) = fs::metadata(file)
        && metadata.permissions().readonly()
    {
        return Err(LedgerError::Denied { place: shown(file), why: "it is read-only".to_owned() });
    }
    Ok(())
}

impl Connection for Sqlite {
    fn place(&self) -> &str {
        &self.place
    }

    fn tables(&mut self) -> Result<Vec<String>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement =
                self.connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        read().map_err(|error| translate(&self.place, &error))
    }

    fn settle(&mut self) -> Result<(), LedgerError> {
        // Readers and one writer side by side. The answer is the mode in force; memory has its own and needs none.
        let began = Instant::now();
        loop {
            let mode = self.connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
            match mode.map_err(|error| translate(&self.place, &error)) {
                // Two that change the mode of a new file at once would wait for each other, so SQLite refuses one of them at once.
                Err(LedgerError::Busy(_)) if began.elapsed() < BUSY_TIMEOUT => thread::sleep(BUSY_PAUSE),
                result => return result.map(drop),
            }
        }
    }

    fn script(&mut self, sql: &str) -> Result<(), LedgerError> {
        self.connection.execute_batch(sql).map_err(|error| translate(&self.place, &error))
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<usize, LedgerError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params_from_iter(parameters)))
            .map_err(|error| translate(&self.place, &error))
    }

    fn stream(
        &mut self,
        sql: &str,
        parameters: &[Value],
        each: &mut dyn FnMut(&[Value]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| hand_over(&mut statement, parameters, each))
            .map_err(|error| translate(&self.place, &error))
    }

    fn insert(&mut self, table: &str, columns: &[&str], rows: &mut dyn Iterator<Item = Vec<Value>>) -> Result<(), LedgerError> {
        let marks: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), marks.join(", "));
        let run = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            for row in rows {
                statement.execute(params_from_iter(&row))?;
            }
            Ok(())
        };
        run().map_err(|error| translate(&self.place, &error))
    }

    fn foreign_columns(&mut self, sql: &str) -> Result<Vec<String>, LedgerError> {
        self.guarded(|this| {
            let statement = this.connection.prepare(sql).map_err(|error| explain(&this.place, &error))?;
            Ok(statement.column_names().into_iter().map(str::to_owned).collect())
        })
    }

    fn foreign_stream(
        &mut self,
        selection: Selection<'_>,
        parameters: &[Value],
        limit: Duration,
        each: EachRow<'_>,
    ) -> Result<(), LedgerError> {
        // To find rows takes about as long as to work with them, so both go on side by side.
        self.guarded(|this| {
            thread::scope(|scope| {
                let (sender, batches) = mpsc::sync_channel(BATCHES);
                let reader = scope.spawn(move || this.find(selection, parameters, limit, &sender).map(|()| this));
                let hand_over = || -> rusqlite::Result<()> {
                    for batch in batches {
                        if batch.each(each)?.is_break() {
                            break;
                        }
                    }
                    Ok(())
                };
                let handed = hand_over();
                let this = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                handed.map_err(|error| explain(&this.place, &error))
            })
        })
    }

    fn begin(&mut self) -> Result<(), LedgerError> {
        self.script("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), LedgerError> {
        self.script("COMMIT")
    }

    fn roll_back(&mut self) {
        // Some failures end the transaction by themselves; then there is nothing to undo.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    fn begin_reading(&mut self) -> Result<(), LedgerError> {
        self.script("BEGIN DEFERRED")
    }

    fn migrates_itself(&self) -> bool {
        true
    }

    fn before_migration(&mut self, version: i64) -> Result<(), LedgerError> {
        match self.file.clone() {
            Some(file) if version > 0 => {
                let copy = free_name(&file, version + 1);
                tracing::info!(ledger = self.place, copy = shown(&copy), "kept a copy before bringing the ledger up to date");
                self.save_as(&copy)
            }
            _ => Ok(()),
        }
    }

    fn damage(&mut self) -> Result<Vec<String>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
            let mut found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            found.retain(|line| line != "ok");
            let mut statement =
                self.connection.prepare("SELECT \"table\", parent, COUNT(*) FROM pragma_foreign_key_check GROUP BY 1, 2")?;
            let orphans = statement.query_map([], |row| {
                let (table, parent, count) = (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?);
                Ok(format!("{count} rows of {table} refer to rows of {parent} that are not there"))
            })?;
            found.extend(orphans.collect::<rusqlite::Result<Vec<String>>>()?);
            Ok(found)
        };
        read().map_err(|error| translate(&self.place, &error))
    }

    fn sizes(&mut self) -> Result<Vec<(String, i64)>, LedgerError> {
        let sql = "SELECT s.tbl_name, SUM(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name GROUP BY s.tbl_name";
        let mut sizes = Vec::new();
        self.stream(sql, &[], &mut |row| {
            if let [Value::Text(table), Value::Integer(bytes)] = row {
                sizes.push((table.clone(), *bytes));
            }
            ControlFlow::Continue(())
        })?;
        Ok(sizes)
    }

    fn tidy(&mut self) -> Result<(), LedgerError> {
        self.script("VACUUM")
    }
}

/// `FILE.before-vN`, or with a further number where that is taken: an older copy is never replaced.
fn free_name(file: &Path, version: i64) -> PathBuf {
    let named = |end: String| {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".before-v{version}{end}"));
        PathBuf::from(name)
    };
    let first = named(String::new());
    if !first.exists() {
        return first;
    }
    (2_u32..).map(|number| named(format!(".{number}"))).find(|name| !name.exists()).unwrap_or(first)
}

fn hand_over(
    statement: &mut Statement<'_>,
    parameters: &[Value],
    each: &mut dyn FnMut(&[Value]) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let width = statement.column_count();
    let mut values = Vec::with_capacity(width);
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        values.clear();
        for index in 0..width {
            values.push(value_of(index, row.get_ref(index)?)?);
        }
        if each(&values).is_break() {
            break;
        }
    }
    Ok(())
}

/// Gathers packed rows and hands them on, until the end or until nobody wants more.
fn gather(
    statement: &mut Statement<'_>,
    width: usize,
    parameters: &[Value],
    batches: &SyncSender<Batch>,
) -> rusqlite::Result<()> {
    let mut rows = statement.query(params_from_iter(parameters))?;
    let mut batch = Batch::new(width);
    while let Some(row) = rows.next()? {
        let ValueRef::Blob(packed) = row.get_ref(0)? else { return Err(not_exact(0)) };
        batch.add(packed);
        if batch.is_full() && batches.send(mem::replace(&mut batch, Batch::new(width))).is_err() {
            return Ok(());
        }
    }
    let _ = batches.send(batch);
    Ok(())
}

pub(super) fn not_exact(index: usize) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(index, "floating point".to_owned(), rusqlite::types::Type::Real)
}

fn value_of(index: usize, value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        // Nothing of ours is a float, so this is a division or a literal in somebody's report.
        ValueRef::Real(_) => return Err(not_exact(index)),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What SQLite says without the path that it repeats.
fn why(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => failure.to_string(),
        other => other.to_string(),
    }
}

/// A failure of one of our own statements.
fn translate(place: &str, error: &rusqlite::Error) -> LedgerError {
    let place = place.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => LedgerError::NotALedger { place, why: "this is not a ledger".to_owned() },
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            LedgerError::Denied { place, why: why(error) }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Busy(place),
        Some(ErrorCode::DatabaseCorrupt) => {
            LedgerError::Store { place, message: "the file is damaged; restore a backup".to_owned() }
        }
        Some(ErrorCode::DiskFull) => LedgerError::Store { place, message: "the disk is full; nothing was changed".to_owned() },
        _ => LedgerError::Store { place, message: error.to_string() },
    }
}

/// A failure of somebody's report: the remedy is in the report.
fn explain(place: &str, error: &rusqlite::Error) -> LedgerError {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let message = message.clone().unwrap_or_else(|| failure.to_string());
            match failure.code {
                ErrorCode::AuthorizationForStatementDenied => LedgerError::Query(format!(
                    "{message}; a report is one SELECT over the views (v_…) with the functions {}",
                    REPORT_FUNCTIONS.join(", ")
                )),
                ErrorCode::Unknown => LedgerError::Query(message),
                _ => translate(place, error),
            }
        }
        rusqlite::Error::SqlInputError { msg, .. } => LedgerError::Query(msg.clone()),
        rusqlite::Error::InvalidColumnType(index, ..) => LedgerError::Query(format!(
            "column {} is a floating point number, which is not exact; leave out divisions and decimal literals",
            index + 1
        )),
        rusqlite::Error::InvalidParameterCount(..) => LedgerError::Query(error.to_string()),
        _ => translate(place, error),
    }
}
