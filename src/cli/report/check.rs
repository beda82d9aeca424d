//! `vodledger report check`: whether definitions are what every store reads alike.

use crate::cli::output::say;
use crate::cli::{Error, Outcome};
use crate::ledger::Ledger;
use crate::report::{Definition, Library, ReportError, Whole};

/// Checks the named definitions, or all that can be called by name. No ledger is needed.
pub fn run(names: &[String], library: &Library) -> Result<Outcome, Error> {
    let names = if names.is_empty() { library.names()? } else { names.to_vec() };
    let ledger = Ledger::open(":memory:").map_err(Error::failed)?;
    let mut refused = Vec::new();
    for name in &names {
        match library.get(name).and_then(|definition| prepared(&ledger, definition)) {
            Ok(definition) => {
                let period = match definition.whole {
                    Whole::Days => "days",
                    Whole::Months => "whole months",
                    Whole::Now => "now",
                };
                say!("ok       {} ({} columns, {period})", definition.origin, definition.columns.len());
            }
            Err(error) => {
                say!("refused  {error}");
                refused.push(error);
            }
        }
    }
    match refused.len() {
        0 => Ok(Outcome::Done),
        count => Err(Error::failed(format!("{count} of {} definitions are refused", names.len()))),
    }
}

/// A view or column that is not there is known to the store alone; an empty one knows as much as a full one.
fn prepared(ledger: &Ledger, definition: Definition) -> Result<Definition, ReportError> {
    definition.check_on(ledger)?;
    Ok(definition)
}
