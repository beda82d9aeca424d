//! Queries that were not written by us: one SELECT over the documented views.

use std::ops::ControlFlow;
use std::time::Duration;

use super::{Field, Ledger, LedgerError, Value};

/// Functions that a query of a report may call: exact, the same on every store, without side effects.
pub const REPORT_FUNCTIONS: [&str; 17] = [
    "abs",
    "coalesce",
    "count",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "length",
    "lower",
    "max",
    "min",
    "nullif",
    "rank",
    "row_number",
    "sum",
    "upper",
];

/// What is said of a query that was stopped.
pub(super) fn too_slow(limit: Duration) -> LedgerError {
    LedgerError::Query(format!(
        "it took longer than {} seconds and was stopped; narrow its period, or raise `seconds` in [report]",
        limit.as_secs()
    ))
}

impl Ledger {
    /// The names of the columns that a query over the views gives.
    pub fn select_columns(&self, sql: &str) -> Result<Vec<String>, LedgerError> {
        self.lock().foreign_columns(sql)
    }

    /// Runs a query over the views (`v_…`) and hands over row by row, until the end or until told to stop. Anything that
    /// would write, or read what is not a view, is refused by the store itself, which also stops it after `limit`.
    pub fn select(
        &self,
        sql: &str,
        parameters: &[Value],
        limit: Duration,
        mut each: impl FnMut(&[Field<'_>]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        self.lock().foreign_stream(sql, parameters, limit, &mut each)
    }
}
