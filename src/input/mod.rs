//! What people hand in: files and pipes of bounded size, their encodings, CSV and TOML with places, ids that a spreadsheet
//! rewrote, names that are nearly known ones.
//!
//! What the cloud answers is read elsewhere and taken as it is.

pub mod document;
#[cfg(feature = "app")]
pub mod encoding;
#[cfg(feature = "app")]
pub mod file;
pub mod id;
pub mod keys;
pub mod names;
#[cfg(feature = "app")]
pub mod separator;
#[cfg(feature = "app")]
pub mod stream;
#[cfg(feature = "app")]
pub mod table;

#[cfg(feature = "app")]
pub use file::{InputError, Kind};
