//! What every command starts from.

use super::Global;
use crate::model::Clock;

/// The global options and what follows from them.
#[derive(Debug)]
pub struct Context {
    /// As typed.
    pub global: Global,
    /// The account's clock: the wall clock, or `--as-of`.
    pub clock: Clock,
}

impl Context {
    /// Takes the global options.
    pub fn new(global: Global) -> Self {
        let clock = global.as_of.map_or_else(Clock::wall, Clock::pinned);
        Self { global, clock }
    }
}
