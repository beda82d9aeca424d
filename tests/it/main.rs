//! The one integration test binary: one file per capability.
#![allow(clippy::unwrap_used, missing_docs)]

mod allocation;
mod billing_properties;
mod callbacks;
mod client;
mod collect;
mod coverage;
mod credentials;
mod demo;
mod find;
mod house;
mod ledger;
mod playback;
mod prices;
mod rate;
mod recording_names;
mod report;
mod settings;
mod signatures;
mod sim_answers;
mod sim_caller;
mod sim_command;
mod sim_schema;
mod small_commands;
mod statement;
mod support;
