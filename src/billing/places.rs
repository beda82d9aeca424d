//! Where a usage record ends up: the lines that it is part of, and how much it weighs in each.

use chrono::{DateTime, Utc};

/// A line, as its finished charges name it, and what one record weighs in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Whose line.
    pub account: &'a str,
    /// The meter.
    pub meter: &'a str,
    /// The area; empty where the price adds areas up.
    pub area: &'a str,
    /// The specification; empty where the price adds them up.
    pub spec: &'a str,
    /// The first moment of the line's period.
    pub start: DateTime<Utc>,
    /// Base units for what happened; base units × seconds for levels and samples.
    pub weight: i128,
}
