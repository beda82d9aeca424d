//! The one integration test binary: one file per capability.
#![allow(clippy::unwrap_used, missing_docs)]

mod callbacks;
mod client;
mod credentials;
mod house;
mod ledger;
mod playback;
mod recording_names;
mod settings;
mod signatures;
mod small_commands;
mod support;
