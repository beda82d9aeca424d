//! The one integration test binary: one file per capability.
#![allow(clippy::unwrap_used, missing_docs)]

mod billing_properties;
mod prices;
mod rate;
mod signatures;
