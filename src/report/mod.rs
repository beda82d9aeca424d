//! Reports: SQL files over the ledger's views, with a header that says what their columns mean. `docs/reports.md` is the
//! manual for people who write one.

mod about;
mod cell;
mod column;
mod definition;
mod error;
pub mod focus;
pub mod format;
mod header;
mod label;
mod library;
mod manifest;
mod parameters;
pub mod parquet;
mod row;
mod run;
mod save;
mod sql;
mod words;

pub use column::{Column, ColumnKind};
pub use definition::{Chart, ChartKind, Definition, Parameter, ParameterKind, Whole};
pub use error::ReportError;
pub use format::{CsvEncoding, CsvOptions, Format};
pub use label::Label;
pub use library::{Library, Listed};
pub use manifest::{Manifest, ManifestEntry};
pub use parameters::{Basis, LIMIT, Parameters};
pub use run::{Written, run, write};
pub use save::{Saved, save};
