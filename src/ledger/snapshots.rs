//! Raw answers: redacted by the caller, compressed, stored once per content.

use std::io::{Read, Write};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha2::{Digest, Sha256};

use super::accounts::know_account;
use super::connection::{Connection, Value, collect, transaction};
use super::{Ledger, LedgerError, app_of, app_text};
use crate::model::{AccountId, Period, SubAppId};

/// More than any answer of the cloud; a stored body that inflates past it is damaged.
const MAX_BODY: u64 = 256 << 20;

/// An answer on its way into the ledger. The secrets in it are already removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSnapshot {
    /// What kind of answer it is, for retention: `usage`, `media`, `bill`, …
    pub kind: String,
    /// The action that was asked.
    pub action: String,
    /// The application that was asked about.
    pub sub_app_id: Option<SubAppId>,
    /// What was asked, as JSON.
    pub request: String,
    /// The answer.
    pub body: String,
    /// The cloud's id of the request.
    pub request_id: String,
    /// When it came.
    pub received: DateTime<Utc>,
}

/// A stored answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The hash of the body, in hexadecimal: equal answers share it.
    pub sha256: String,
    /// What was stored.
    pub answer: NewSnapshot,
}

impl Ledger {
    /// Stores answers that belong to no unit of work.
    pub fn store_snapshots(&self, account: &AccountId, snapshots: &[NewSnapshot]) -> Result<(), LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            snapshots.iter().try_for_each(|snapshot| store(connection, account, snapshot))
        })
    }

    /// The answers that came in a period, in the order in which they came.
    pub fn snapshots(&self, account: &AccountId, received: Period) -> Result<Vec<Snapshot>, LedgerError> {
        let sql = "SELECT s.sha256, s.kind, s.action, s.sub_app_id, s.request, b.body, s.request_id, s.received_at
                   FROM snapshot s JOIN snapshot_body b ON b.account = s.account AND b.sha256 = s.sha256
                   WHERE s.account = ?1 AND s.received_at >= ?2 AND s.received_at < ?3
                   ORDER BY s.received_at, s.action, s.sub_app_id, s.request, s.request_id";
        let parameters: [Value; 3] = [account.as_str().into(), received.start.into(), received.end.into()];
        collect(self.lock().as_mut(), sql, &parameters, |row| {
            Ok(Snapshot {
                sha256: row.text(0)?.to_owned(),
                answer: NewSnapshot {
                    kind: row.text(1)?.to_owned(),
                    action: row.text(2)?.to_owned(),
                    sub_app_id: app_of(row.text(3)?)?,
                    request: row.text(4)?.to_owned(),
                    body: inflate(row.blob(5)?)?,
                    request_id: row.text(6)?.to_owned(),
                    received: row.time(7)?,
                },
            })
        })
    }
}

/// Stores one answer inside a transaction.
pub fn store(connection: &mut dyn Connection, account: &AccountId, snapshot: &NewSnapshot) -> Result<(), LedgerError> {
    let sha256 = hex::encode(Sha256::digest(&snapshot.body));
    let key = [Value::from(account.as_str()), sha256.as_str().into()];
    let known = collect(connection, "SELECT 1 FROM snapshot_body WHERE account = ?1 AND sha256 = ?2", &key, |_| Ok(()))?;
    if known.is_empty() {
        let size = i64::try_from(snapshot.body.len()).unwrap_or(i64::MAX);
        connection.execute(
            "INSERT INTO snapshot_body (account, sha256, size, body) VALUES (?1, ?2, ?3, ?4)",
            &[account.as_str().into(), sha256.as_str().into(), size.into(), Value::Blob(deflate(&snapshot.body)?)],
        )?;
    }
    connection.execute(
        "INSERT INTO snapshot (account, received_at, sha256, kind, action, sub_app_id, request, request_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            account.as_str().into(),
            snapshot.received.into(),
            sha256.into(),
            snapshot.kind.as_str().into(),
            snapshot.action.as_str().into(),
            app_text(snapshot.sub_app_id).into(),
            snapshot.request.as_str().into(),
            snapshot.request_id.as_str().into(),
        ],
    )?;
    Ok(())
}

fn deflate(body: &str) -> Result<Vec<u8>, LedgerError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(body.as_bytes())
        .and_then(|()| encoder.finish())
        .map_err(|error| LedgerError::Misplaced(format!("an answer could not be compressed: {error}")))
}

pub(super) fn inflate(bytes: &[u8]) -> Result<String, LedgerError> {
    let mut body = String::new();
    let read = ZlibDecoder::new(bytes).take(MAX_BODY).read_to_string(&mut body);
    read.map_err(|error| LedgerError::Damaged { what: "a compressed answer", value: error.to_string() })?;
    Ok(body)
}
