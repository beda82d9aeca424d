//! What can go wrong with a report.

use std::io;
use std::path::PathBuf;

use crate::ledger::LedgerError;

/// A report that could not be read, run or written. Files that were there before are untouched.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No definition of this name.
    #[error("there is no report {name:?}; known reports: {known}; a file of your own is named with its ending .sql")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A file that cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The header or the query of a definition is wrong.
    #[error("report {origin}, line {line}: {message}")]
    Definition {
        /// Where the definition came from.
        origin: String,
        /// The line in it, from 1.
        line: usize,
        /// What is wrong and what is expected.
        message: String,
    },
    /// The query was refused or failed.
    #[error("report {name}: {source}")]
    Query {
        /// Which report.
        name: String,
        /// Why.
        source: LedgerError,
    },
    /// A value does not fit its column.
    #[error("report {name}: column {column} holds {value}, which is not {expected}; correct the query or the column's kind")]
    Value {
        /// Which report.
        name: String,
        /// Which column.
        column: String,
        /// What it holds.
        value: String,
        /// What its kind is.
        expected: &'static str,
    },
    /// The report cannot be asked for so.
    #[error("report {name}: {message}")]
    Asked {
        /// Which report.
        name: String,
        /// What is wrong and what can be done.
        message: String,
    },
    /// The report is not written in this format.
    #[error("report {name} is not written as {format}; its formats: {known}")]
    Format {
        /// Which report.
        name: String,
        /// What was asked for.
        format: String,
        /// What there is.
        known: String,
    },
    /// The receiver of the bytes failed.
    #[error(transparent)]
    Output(#[from] io::Error),
}
