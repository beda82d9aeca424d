//! What PostgreSQL refuses, in the user's words.

use std::error::Error as _;
use std::time::Duration;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::ledger::LedgerError;
use crate::ledger::select::too_slow;

/// A failure of one of our own statements, or of the connection.
pub fn failure(place: &str, error: &Error) -> LedgerError {
    let place = place.to_owned();
    let Some(refusal) = error.as_db_error() else {
        return LedgerError::Unreachable { place, why: chain(error) };
    };
    let message = match refusal.detail() {
        Some(detail) => format!("{} ({detail})", refusal.message()),
        None => refusal.message().to_owned(),
    };
    let code = refusal.code();
    match code.code() {
        _ if [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE]
            .contains(code) =>
        {
            LedgerError::Busy(place)
        }
        // Who asks (28…), which database (3D…, 08…), or that the server is starting, stopping or full (53…, 57P…).
        code if ["28", "3D", "08", "53", "57P"].iter().any(|class| code.starts_with(class)) => {
            LedgerError::Unreachable { place, why: message }
        }
        _ if *code == SqlState::INSUFFICIENT_PRIVILEGE => LedgerError::NoRight { place, why: message },
        _ => LedgerError::Store { place, message },
    }
}

/// A failure of somebody's report: the remedy is in the report.
pub fn report_failure(place: &str, error: &Error, limit: Duration) -> LedgerError {
    let Some(refusal) = error.as_db_error() else { return failure(place, error) };
    match refusal.code().code() {
        "57014" => too_slow(limit),
        "25006" => LedgerError::Query("it would change the ledger".to_owned()),
        // Syntax and names (42…), values (22…), what is not supported (0A…).
        code if ["42", "22", "0A"].iter().any(|class| code.starts_with(class)) => {
            LedgerError::Query(refusal.message().to_owned())
        }
        _ => failure(place, error),
    }
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}
