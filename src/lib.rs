//! vodledger: find recordings in Tencent Cloud VOD, play them, set callbacks, and turn usage into exact cost reports.
//!
//! [`cloud`] is the signed client and can be used by itself; [`billing`] is the rating engine, free of I/O;
//! [`input`] reads what people hand in; [`model`] holds the words that all share. Everything else is the program around them (feature `app`).

pub mod billing;
pub mod cloud;
pub mod input;
pub mod model;

#[cfg(feature = "app")]
pub mod callbacks;
#[cfg(feature = "app")]
pub mod cli;
#[cfg(feature = "app")]
pub mod collect;
#[cfg(feature = "app")]
mod files;
#[cfg(feature = "app")]
pub mod ledger;
#[cfg(feature = "app")]
pub mod recordings;
#[cfg(feature = "app")]
pub mod report;
#[cfg(feature = "app")]
pub mod settings;
#[cfg(feature = "app")]
pub mod sim;
#[cfg(feature = "app")]
pub mod statement;
