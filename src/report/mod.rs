//! Reports: SQL files over the ledger's views, with a header that says what their columns mean. `docs/reports.md` is the
//! manual for people who write one.

mod cell;
mod definition;
mod error;
pub mod format;
mod library;
mod parameters;
mod run;
mod save;
mod sql;

pub use definition::{Column, ColumnKind, Definition, Label};
pub use error::ReportError;
pub use format::Format;
pub use library::{Library, Listed};
pub use parameters::{Basis, Parameters};
pub use run::run;
pub use save::{Saved, save};
