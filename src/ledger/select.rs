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

/// A query over the views that was not written by us: `SELECT columns FROM from`. The store decides how it takes the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection<'q> {
    /// Expressions without names of their own, with commas between them.
    pub columns: &'q str,
    /// A view or a query in brackets and whatever follows it; `?1` is the first parameter.
    pub from: &'q str,
}

impl Selection<'_> {
    /// As one text.
    pub fn sql(self) -> String {
        format!("SELECT {} FROM {}", self.columns, self.from)
    }
}

impl Ledger {
    /// The names of the columns that a query over the views gives.
    pub fn select_columns(&self, selection: Selection<'_>) -> Result<Vec<String>, LedgerError> {
        self.lock().foreign_columns(&selection.sql())
    }

    /// Runs a query over the views (`v_…`) and hands over row by row, until the end or until told to stop. Anything that
    /// would write, or read what is not a view, is refused by the store itself, which also stops it after `limit`.
    pub fn select(
        &self,
        selection: Selection<'_>,
        parameters: &[Value],
        limit: Duration,
        mut each: impl FnMut(&[Field<'_>]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        self.lock().foreign_stream(selection, parameters, limit, &mut each)
    }
}

/// An empty vector in the room of another one, for rows that borrow from what is gone with the next: ten million of them need not
/// ask for room ten million times.
pub fn reuse<A, B>(mut old: Vec<A>) -> Vec<B> {
    old.clear();
    // Collecting from a vector keeps its room where both kinds of things are of one size.
    old.into_iter().filter_map(|_| None).collect()
}
