//! The signed client.

pub mod signature;
