//! What a caller sees while units are worked on.

use super::Line;

/// Sees how the work goes on. Calls come one at a time.
pub trait Progress: Send + Sync {
    /// So many units will be asked.
    fn planned(&self, units: usize);

    /// One of them has ended.
    fn finished(&self, line: &Line);
}

/// Sees nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn planned(&self, _units: usize) {}

    fn finished(&self, _line: &Line) {}
}
