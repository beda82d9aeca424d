//! Reads views: one query after another, each row handed on as it comes.

use std::ops::ControlFlow;

use super::NAME;
use crate::ledger::{Field, Ledger, Selection, Value};
use crate::model::{BillingDay, BillingMonth};
use crate::report::{Parameters, ReportError};

/// What stops a row.
pub type Failed = ReportError;

/// Where rows come from.
pub struct Source<'s> {
    /// The store.
    pub ledger: &'s Ledger,
    /// What is asked for.
    pub parameters: &'s Parameters,
}

impl Source<'_> {
    /// The account that is asked for; empty is all.
    pub fn account(&self) -> Value {
        self.parameters.account.as_ref().map_or("", |account| account.as_str()).into()
    }

    /// Account, basis, first day and first day after: what most queries ask by.
    pub fn asked(&self) -> [Value; 4] {
        let parameters = self.parameters;
        [self.account(), parameters.by.as_str().into(), parameters.from.to_string().into(), parameters.to.to_string().into()]
    }

    /// Runs a query and hands over row by row.
    pub fn each(
        &self,
        selection: Selection<'_>,
        values: &[Value],
        mut each: impl FnMut(&[Field<'_>]) -> Result<ControlFlow<()>, Failed>,
    ) -> Result<(), Failed> {
        let mut failed = None;
        let done = self.ledger.select(selection, values, self.parameters.limit, |fields| match each(fields) {
            Ok(flow) => flow,
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        });
        match failed {
            Some(error) => Err(error),
            None => done.map_err(|source| ReportError::Query { name: NAME.to_owned(), source }),
        }
    }
}

/// A text.
pub fn text<'f>(fields: &[Field<'f>], at: usize) -> Result<&'f str, Failed> {
    match fields.get(at) {
        Some(Field::Text(text)) => Ok(text),
        other => Err(wrong(at, other, "a text")),
    }
}

/// A text or nothing.
pub fn maybe_text<'f>(fields: &[Field<'f>], at: usize) -> Result<Option<&'f str>, Failed> {
    if fields.get(at) == Some(&Field::Null) { Ok(None) } else { text(fields, at).map(Some) }
}

/// A whole number.
pub fn whole(fields: &[Field<'_>], at: usize) -> Result<i64, Failed> {
    match fields.get(at) {
        Some(Field::Integer(number)) => Ok(*number),
        other => Err(wrong(at, other, "a whole number")),
    }
}

/// A whole number or nothing.
pub fn maybe_whole(fields: &[Field<'_>], at: usize) -> Result<Option<i64>, Failed> {
    if fields.get(at) == Some(&Field::Null) { Ok(None) } else { whole(fields, at).map(Some) }
}

/// A day or nothing.
pub fn day(fields: &[Field<'_>], at: usize) -> Result<Option<BillingDay>, Failed> {
    let Some(text) = maybe_text(fields, at)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| wrong(at, fields.get(at), "a day"))
}

/// A month.
pub fn month(fields: &[Field<'_>], at: usize) -> Result<BillingMonth, Failed> {
    text(fields, at)?.parse().map_err(|_| wrong(at, fields.get(at), "a month"))
}

/// A value that is not what its column should hold.
pub fn wrong(at: usize, field: Option<&Field<'_>>, expected: &'static str) -> Failed {
    let value = match field {
        Some(Field::Text(text)) => format!("{text:?}"),
        Some(Field::Integer(number)) => number.to_string(),
        Some(Field::Null) | None => "nothing".to_owned(),
    };
    ReportError::Value { name: NAME.to_owned(), column: (at + 1).to_string(), value, expected }
}
