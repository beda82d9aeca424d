//! The signed client.

pub mod credential;
pub mod signature;
