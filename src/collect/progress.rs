//! What a caller sees while units are worked on.

/// Sees how the work goes on. Calls come one at a time.
pub trait Progress: Send + Sync {
    /// So many more units will be asked.
    fn planned(&self, units: usize);

    /// A unit of this kind has ended.
    fn finished(&self, kind: &str);
}

/// Sees nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn planned(&self, _units: usize) {}

    fn finished(&self, _kind: &str) {}
}
