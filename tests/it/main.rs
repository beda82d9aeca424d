//! The one integration test binary: one file per capability.
#![allow(clippy::unwrap_used, missing_docs)]

mod ledger;
mod client;
mod playback;
mod recording_names;
mod signatures;
mod support;
