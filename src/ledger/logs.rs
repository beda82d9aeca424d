//! Access logs that were counted: sums by media and by five minutes, hour by hour, then day by day.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha2::{Digest, Sha256};

use super::accounts::know_account;
use super::connection::{Connection, Row, Value, collect, transaction};
use super::{Ledger, LedgerError};
use crate::model::{AccountId, BillingDay, Period};

/// The sums of one file, unpacked: more is damaged.
const MOST_SUMS: u64 = 1 << 30;

/// What names a log file: an hour of a domain, inside or outside the mainland.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogKey {
    /// Whose.
    pub account: AccountId,
    /// The domain in lower case.
    pub domain: String,
    /// The beginning of the hour.
    pub start: DateTime<Utc>,
    /// Whether it holds what was delivered outside the mainland.
    pub overseas: bool,
}

impl LogKey {
    fn package(&self) -> &'static str {
        if self.overseas { "oversea" } else { "domestic" }
    }

    /// The number under which the file's sums are kept: 63 bits of a hash of the key.
    fn id(&self) -> i64 {
        let digest = Sha256::digest(format!("{}\n{}\n{}", self.domain, self.start.timestamp(), self.package()));
        let id = digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        i64::try_from(id >> 1).unwrap_or(0)
    }

    fn values(&self) -> [Value; 4] {
        [self.account.as_str().into(), self.domain.as_str().into(), self.start.into(), self.package().into()]
    }
}

/// What delivery is added up by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivered {
    /// The billing day.
    pub day: BillingDay,
    /// The domain that was asked.
    pub domain: String,
    /// One of the nine areas; empty where the log tells only that it is outside the mainland.
    pub area: String,
    /// The media; empty for what belongs to none.
    pub file_id: String,
}

/// Requests and logged bytes. A correction may take away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How many requests.
    pub requests: i64,
    /// Bytes as logged.
    pub bytes: i64,
}

/// How the lines of a file were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogLines {
    /// All.
    pub lines: i64,
    /// Of them, without text.
    pub empty: i64,
    /// Of them, not understood.
    pub broken: i64,
    /// Bytes that a known path was found for.
    pub by_catalogue: i64,
    /// Bytes whose path names a FileId.
    pub by_shape: i64,
}

/// A log file, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedLog {
    /// Which.
    pub key: LogKey,
    /// The hash of the file as it came, in hexadecimal.
    pub sha256: String,
    /// What was read.
    pub lines: LogLines,
    /// What makes billed bytes of logged bytes, in parts of ten thousand.
    pub overhead: u32,
    /// By media.
    pub media: BTreeMap<Delivered, Delivery>,
    /// By domain, area and the beginning of five minutes.
    pub intervals: BTreeMap<(String, String, DateTime<Utc>), Delivery>,
}

impl CountedLog {
    fn total(&self) -> Result<Delivery, LedgerError> {
        self.media.values().try_fold(Delivery::default(), |sum, delivery| plus(sum, *delivery))
    }
}

/// A log file of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLog {
    /// Which.
    pub key: LogKey,
    /// The hash of the file as it came.
    pub sha256: String,
    /// What was read.
    pub lines: LogLines,
    /// All of it.
    pub total: Delivery,
    /// See [`CountedLog::overhead`].
    pub overhead: u32,
    /// Whether its sums are part of a day.
    pub is_compacted: bool,
    /// When it was counted, by the wall clock of the account.
    pub counted: DateTime<Utc>,
}

/// Logged bytes by how they were attributed to media.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryWays {
    /// By a path or vid that the catalogue knows.
    pub by_catalogue: i64,
    /// By the FileId in the path.
    pub by_shape: i64,
    /// Of both, those of media that the ledger does not know.
    pub strangers: i64,
    /// Not at all.
    pub nobody: i64,
}

/// What became of a counted file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It was not known.
    New,
    /// The same file was counted before: nothing changed.
    Same,
    /// It had fewer lines when it was counted before: its sums were replaced.
    Restated,
    /// The same, but its hour was part of a day already: the difference was added as a correction.
    Corrected,
}

impl Ledger {
    /// A log file, if it was counted.
    pub fn log_file(&self, key: &LogKey) -> Result<Option<KnownLog>, LedgerError> {
        known(self.lock().as_mut(), key).map(|known| known.map(|(known, _)| known))
    }

    /// The log files whose hours begin in a period, in the order of hour, domain and package.
    pub fn log_files(&self, account: &AccountId, period: Period) -> Result<Vec<KnownLog>, LedgerError> {
        let sql =
            format!("{SELECT_FILE} WHERE account = ?1 AND start_at >= ?2 AND start_at < ?3 ORDER BY start_at, domain, package");
        let parameters: [Value; 3] = [account.as_str().into(), period.start.into(), period.end.into()];
        collect(self.lock().as_mut(), &sql, &parameters, |row| file(account, row))
    }

    /// Counts a log file, in one transaction: all of it or nothing. The same file again changes nothing, one that grew
    /// replaces what it was.
    ///
    /// # Errors
    /// [`LedgerError::LogShrank`] for another file of the same hour with fewer lines, unless `replace` says that it is right;
    /// [`LedgerError::LogClosed`] for a change of an hour of which only the day is left.
    pub fn ingest_log(&self, counted: &CountedLog, replace: bool, at: DateTime<Utc>) -> Result<Ingested, LedgerError> {
        let total = counted.total()?;
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, &counted.key.account)?;
            let Some((before, closed)) = known(connection, &counted.key)? else {
                insert_file(connection, counted, total, at)?;
                insert_sums(connection, counted)?;
                insert_intervals(connection, counted)?;
                return Ok(Ingested::New);
            };
            if before.sha256 == counted.sha256 {
                return touch(connection, counted, at).map(|()| Ingested::Same);
            }
            if counted.lines.lines < before.lines.lines && !replace {
                let (known, found) = (before.lines.lines, counted.lines.lines);
                return Err(LedgerError::LogShrank {
                    domain: counted.key.domain.clone(),
                    start: counted.key.start,
                    known,
                    found,
                });
            }
            if closed {
                return Err(LedgerError::LogClosed { domain: counted.key.domain.clone(), start: counted.key.start });
            }
            if before.is_compacted {
                correct(connection, counted, before.overhead)?;
            } else {
                delete(connection, "log_media", &counted.key)?;
                insert_sums(connection, counted)?;
            }
            delete(connection, "log_interval", &counted.key)?;
            insert_intervals(connection, counted)?;
            update_file(connection, counted, total, before.is_compacted, at)?;
            Ok(if before.is_compacted { Ingested::Corrected } else { Ingested::Restated })
        })
    }

    /// Adds hours to their days, one transaction each: those that began before a moment and whose files were last counted so long
    /// after they began. The files' hashes stay, so that a later change is seen. Says how many hours they were.
    pub fn compact_logs(&self, account: &AccountId, before: DateTime<Utc>, age: TimeDelta) -> Result<usize, LedgerError> {
        let sql = "SELECT domain, start_at, package FROM log_file
                   WHERE account = ?1 AND start_at < ?2 AND counted_at - start_at >= ?3 AND form = 'hour'
                   ORDER BY start_at, domain, package";
        let parameters: [Value; 3] = [account.as_str().into(), before.into(), age.num_seconds().into()];
        let keys = collect(self.lock().as_mut(), sql, &parameters, |row| key(account, row))?;
        for key in &keys {
            transaction(self.lock().as_mut(), |connection| compact(connection, key))?;
        }
        Ok(keys.len())
    }

    /// Delivered bytes of a period of whole billing days by how they were attributed.
    pub fn delivery_ways(&self, account: &AccountId, days: Period) -> Result<DeliveryWays, LedgerError> {
        let mut connection = self.lock();
        let sql = "SELECT CAST(COALESCE(SUM(catalogue_bytes), 0) AS BIGINT), CAST(COALESCE(SUM(shape_bytes), 0) AS BIGINT),
                          CAST(COALESCE(SUM(bytes), 0) AS BIGINT)
                   FROM log_file WHERE account = ?1 AND start_at >= ?2 AND start_at < ?3";
        let parameters: [Value; 3] = [account.as_str().into(), days.start.into(), days.end.into()];
        let read = |row: Row<'_>| Ok((row.integer(0)?, row.integer(1)?, row.integer(2)?));
        let (by_catalogue, by_shape, all) = collect(connection.as_mut(), sql, &parameters, read)?.pop().unwrap_or_default();
        let sql = "SELECT CAST(COALESCE(SUM(d.logged_bytes), 0) AS BIGINT) FROM v_delivery_day d
                   WHERE d.account = ?1 AND d.usage_day >= ?2 AND d.usage_day < ?3 AND d.file_id <> ''
                     AND NOT EXISTS (SELECT 1 FROM media m WHERE m.account = d.account AND m.file_id = d.file_id)";
        let strangers = collect(connection.as_mut(), sql, &between(account, days), |row| row.integer(0))?.pop().unwrap_or(0);
        Ok(DeliveryWays { by_catalogue, by_shape, strangers, nobody: all - by_catalogue - by_shape })
    }

    /// What was delivered in a period of whole billing days: by day, domain and area, with the overhead of the files.
    pub fn delivery_by_area(&self, account: &AccountId, days: Period) -> Result<Vec<(Delivered, u32, Delivery)>, LedgerError> {
        let sql = "SELECT usage_day, domain, area, '', overhead, CAST(SUM(requests) AS BIGINT), CAST(SUM(logged_bytes) AS BIGINT)
                   FROM v_delivery_day WHERE account = ?1 AND usage_day >= ?2 AND usage_day < ?3
                   GROUP BY usage_day, domain, area, overhead ORDER BY usage_day, domain, area, overhead";
        collect(self.lock().as_mut(), sql, &between(account, days), delivery)
    }

    /// The same by media, row by row, in the order of media, day, domain and area.
    pub fn each_delivery(
        &self,
        account: &AccountId,
        days: Period,
        mut each: impl FnMut(Delivered, u32, Delivery) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let sql = "SELECT usage_day, domain, area, file_id, overhead, requests, logged_bytes FROM v_delivery_day
                   WHERE account = ?1 AND usage_day >= ?2 AND usage_day < ?3
                   ORDER BY file_id, usage_day, domain, area, overhead";
        let mut result = Ok(());
        self.lock().stream(sql, &between(account, days), &mut |values| match delivery(Row(values)) {
            Ok((of, overhead, delivery)) => each(of, overhead, delivery),
            Err(error) => {
                result = Err(error);
                ControlFlow::Break(())
            }
        })?;
        result
    }
}

const SELECT_FILE: &str =
    "SELECT domain, start_at, package, sha256, lines, empty_lines, broken_lines, catalogue_bytes, shape_bytes,
                                  requests, bytes, overhead, form, counted_at FROM log_file";

fn between(account: &AccountId, days: Period) -> [Value; 3] {
    let day = |time| BillingDay::of(time).to_string().into();
    [account.as_str().into(), day(days.start), day(days.end)]
}

fn delivery(row: Row<'_>) -> Result<(Delivered, u32, Delivery), LedgerError> {
    let of = Delivered {
        day: row.parsed(0, "a billing day")?,
        domain: row.text(1)?.to_owned(),
        area: row.text(2)?.to_owned(),
        file_id: row.text(3)?.to_owned(),
    };
    Ok((of, overhead(row.integer(4)?)?, Delivery { requests: row.integer(5)?, bytes: row.integer(6)? }))
}

fn overhead(value: i64) -> Result<u32, LedgerError> {
    u32::try_from(value).map_err(|_| LedgerError::Damaged { what: "an overhead", value: value.to_string() })
}

fn key(account: &AccountId, row: Row<'_>) -> Result<LogKey, LedgerError> {
    let (domain, start, overseas) = (row.text(0)?.to_owned(), row.time(1)?, row.text(2)? == "oversea");
    Ok(LogKey { account: account.clone(), domain, start, overseas })
}

fn file(account: &AccountId, row: Row<'_>) -> Result<KnownLog, LedgerError> {
    Ok(KnownLog {
        key: key(account, row)?,
        sha256: row.text(3)?.to_owned(),
        lines: LogLines {
            lines: row.integer(4)?,
            empty: row.integer(5)?,
            broken: row.integer(6)?,
            by_catalogue: row.integer(7)?,
            by_shape: row.integer(8)?,
        },
        total: Delivery { requests: row.integer(9)?, bytes: row.integer(10)? },
        overhead: overhead(row.integer(11)?)?,
        is_compacted: row.text(12)? != "hour",
        counted: row.time(13)?,
    })
}

/// A file, and whether only its day is left.
fn known(connection: &mut dyn Connection, key: &LogKey) -> Result<Option<(KnownLog, bool)>, LedgerError> {
    let sql = format!("{SELECT_FILE} WHERE account = ?1 AND domain = ?2 AND start_at = ?3 AND package = ?4");
    let read = |row: Row<'_>| Ok((file(&key.account, row)?, row.text(12)? == "closed"));
    Ok(collect(connection, &sql, &key.values(), read)?.pop())
}

fn insert_file(
    connection: &mut dyn Connection,
    counted: &CountedLog,
    total: Delivery,
    at: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let mut values = counted.key.values().to_vec();
    values.push(counted.key.id().into());
    values.extend(described(counted, total, at));
    values.push(i64::from(counted.overhead).into());
    let sql =
        "INSERT INTO log_file (account, domain, start_at, package, log_id, sha256, lines, empty_lines, broken_lines, requests,
                                     bytes, catalogue_bytes, shape_bytes, counted_at, overhead, form, corrections)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 'hour', 0)";
    connection.execute(sql, &values).map(drop)
}

/// A file that changed. Sums that are part of a day keep the overhead that they were counted with.
fn update_file(
    connection: &mut dyn Connection,
    counted: &CountedLog,
    total: Delivery,
    is_compacted: bool,
    at: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let mut values = counted.key.values().to_vec();
    values.extend(described(counted, total, at));
    let rest = if is_compacted {
        values.push(Value::Blob(pack(&counted.media)?));
        "corrections = corrections + 1, sums = ?14"
    } else {
        values.push(i64::from(counted.overhead).into());
        "overhead = ?14"
    };
    let sql = format!(
        "UPDATE log_file SET sha256 = ?5, lines = ?6, empty_lines = ?7, broken_lines = ?8, requests = ?9, bytes = ?10,
                             catalogue_bytes = ?11, shape_bytes = ?12, counted_at = ?13, {rest}
         WHERE account = ?1 AND domain = ?2 AND start_at = ?3 AND package = ?4"
    );
    connection.execute(&sql, &values).map(drop)
}

/// Notes that a file was looked at and had not changed.
fn touch(connection: &mut dyn Connection, counted: &CountedLog, at: DateTime<Utc>) -> Result<(), LedgerError> {
    let mut values = counted.key.values().to_vec();
    values.push(at.into());
    let sql = "UPDATE log_file SET counted_at = ?5
               WHERE account = ?1 AND domain = ?2 AND start_at = ?3 AND package = ?4 AND counted_at < ?5";
    connection.execute(sql, &values).map(drop)
}

fn described(counted: &CountedLog, total: Delivery, at: DateTime<Utc>) -> [Value; 9] {
    let lines = counted.lines;
    [
        counted.sha256.as_str().into(),
        lines.lines.into(),
        lines.empty.into(),
        lines.broken.into(),
        total.requests.into(),
        total.bytes.into(),
        lines.by_catalogue.into(),
        lines.by_shape.into(),
        at.into(),
    ]
}

fn delete(connection: &mut dyn Connection, table: &str, key: &LogKey) -> Result<(), LedgerError> {
    let sql = format!("DELETE FROM {table} WHERE account = ?1 AND log_id = ?2");
    connection.execute(&sql, &[key.account.as_str().into(), key.id().into()]).map(drop)
}

fn insert_sums(connection: &mut dyn Connection, counted: &CountedLog) -> Result<(), LedgerError> {
    let columns = ["account", "log_id", "usage_day", "domain", "area", "file_id", "requests", "bytes"];
    let mut rows = counted.media.iter().map(|(of, sum)| {
        let mut row = vec![counted.key.account.as_str().into(), counted.key.id().into()];
        row.extend(delivered(of));
        row.extend([sum.requests.into(), sum.bytes.into()]);
        row
    });
    connection.insert("log_media", &columns, &mut rows)
}

fn insert_intervals(connection: &mut dyn Connection, counted: &CountedLog) -> Result<(), LedgerError> {
    let columns = ["account", "log_id", "domain", "area", "start_at", "requests", "bytes"];
    let mut rows = counted.intervals.iter().map(|((domain, area, start), sum)| {
        vec![
            counted.key.account.as_str().into(),
            counted.key.id().into(),
            domain.as_str().into(),
            area.as_str().into(),
            (*start).into(),
            sum.requests.into(),
            sum.bytes.into(),
        ]
    });
    connection.insert("log_interval", &columns, &mut rows)
}

fn delivered(of: &Delivered) -> [Value; 4] {
    [of.day.to_string().into(), of.domain.as_str().into(), of.area.as_str().into(), of.file_id.as_str().into()]
}

fn compact(connection: &mut dyn Connection, key: &LogKey) -> Result<(), LedgerError> {
    let of_log: [Value; 2] = [key.account.as_str().into(), key.id().into()];
    let sql = "SELECT usage_day, domain, area, file_id, 1, requests, bytes FROM log_media WHERE account = ?1 AND log_id = ?2";
    let sums = collect(connection, sql, &of_log, |row| delivery(row).map(|(of, _, sum)| (of, sum)))?;
    let sums: BTreeMap<Delivered, Delivery> = sums.into_iter().collect();
    connection.execute(
        "INSERT INTO log_day (account, usage_day, domain, area, file_id, overhead, correction, requests, bytes)
         SELECT m.account, m.usage_day, m.domain, m.area, m.file_id, f.overhead, 0, m.requests, m.bytes
         FROM log_media m JOIN log_file f ON f.account = m.account AND f.log_id = m.log_id
         WHERE m.account = ?1 AND m.log_id = ?2 AND f.form = 'hour'
         ON CONFLICT (account, usage_day, domain, area, file_id, overhead, correction) DO UPDATE
         SET requests = log_day.requests + excluded.requests, bytes = log_day.bytes + excluded.bytes",
        &of_log,
    )?;
    delete(connection, "log_media", key)?;
    let mut values = key.values().to_vec();
    values.push(Value::Blob(pack(&sums)?));
    let sql = "UPDATE log_file SET form = 'day', sums = ?5
               WHERE account = ?1 AND domain = ?2 AND start_at = ?3 AND package = ?4 AND form = 'hour'";
    connection.execute(sql, &values).map(drop)
}

/// Adds the difference between a file and what it was when its hour became part of a day.
fn correct(connection: &mut dyn Connection, counted: &CountedLog, overhead: u32) -> Result<(), LedgerError> {
    let key = &counted.key;
    let sql = "SELECT sums FROM log_file WHERE account = ?1 AND domain = ?2 AND start_at = ?3 AND package = ?4";
    let before = collect(connection, sql, &key.values(), |row| unpack(row.blob(0)?))?.pop().unwrap_or_default();
    let mut difference = counted.media.clone();
    for (of, sum) in before {
        let less = Delivery { requests: -sum.requests, bytes: -sum.bytes };
        let entry = difference.entry(of).or_default();
        *entry = plus(*entry, less)?;
    }
    difference.retain(|_, sum| *sum != Delivery::default());
    let mut days: Vec<BillingDay> = difference.keys().map(|of| of.day).collect();
    days.dedup();
    for day in days {
        let sql = "SELECT COALESCE(MAX(correction), 0) + 1 FROM log_day WHERE account = ?1 AND usage_day = ?2";
        let of_day: [Value; 2] = [key.account.as_str().into(), day.to_string().into()];
        let number = collect(connection, sql, &of_day, |row| row.integer(0))?.pop().unwrap_or(1);
        let columns = ["account", "usage_day", "domain", "area", "file_id", "overhead", "correction", "requests", "bytes"];
        let mut rows = difference.iter().filter(|(of, _)| of.day == day).map(|(of, sum)| {
            let mut row = vec![key.account.as_str().into()];
            row.extend(delivered(of));
            row.extend([i64::from(overhead).into(), number.into(), sum.requests.into(), sum.bytes.into()]);
            row
        });
        connection.insert("log_day", &columns, &mut rows)?;
    }
    Ok(())
}

fn plus(left: Delivery, right: Delivery) -> Result<Delivery, LedgerError> {
    let add = |what, left: i64, right: i64| {
        let out = || LedgerError::OutOfRange { what, value: i128::from(left) + i128::from(right) };
        left.checked_add(right).ok_or_else(out)
    };
    let requests = add("the requests of a log", left.requests, right.requests)?;
    Ok(Delivery { requests, bytes: add("the bytes of a log", left.bytes, right.bytes)? })
}

/// Sums by media as lines of text, compressed.
fn pack(sums: &BTreeMap<Delivered, Delivery>) -> Result<Vec<u8>, LedgerError> {
    let mut text = String::new();
    for (Delivered { day, domain, area, file_id }, Delivery { requests, bytes }) in sums {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{day}\t{domain}\t{area}\t{file_id}\t{requests}\t{bytes}");
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish())
        .map_err(|error| LedgerError::Misplaced(format!("the sums of a log could not be compressed: {error}")))
}

fn unpack(packed: &[u8]) -> Result<BTreeMap<Delivered, Delivery>, LedgerError> {
    let damaged = |value: String| LedgerError::Damaged { what: "the sums of a log", value };
    let mut text = String::new();
    let read = ZlibDecoder::new(packed).take(MOST_SUMS).read_to_string(&mut text);
    read.map_err(|error| damaged(error.to_string()))?;
    let line = |line: &str| {
        let [day, domain, area, file_id, requests, bytes] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        let of =
            Delivered { day: day.parse().ok()?, domain: domain.to_owned(), area: area.to_owned(), file_id: file_id.to_owned() };
        Some((of, Delivery { requests: requests.parse().ok()?, bytes: bytes.parse().ok()? }))
    };
    text.lines().map(|text| line(text).ok_or_else(|| damaged(text.to_owned()))).collect()
}
