//! The one integration test binary: one file per capability.
#![allow(clippy::unwrap_used, missing_docs)]

mod client;
mod ledger;
mod playback;
mod recording_names;
mod report;
mod signatures;
mod statement;
mod support;
