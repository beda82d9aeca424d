//! Notices that the cloud cannot be reached any more, so that a run ends soon instead of trying every unit in turn.

/// So many failures in a row, of the kind that others would share, are an outage.
const IN_A_ROW: usize = 8;

/// How many units in a row failed, and why the last one did.
#[derive(Debug, Default)]
pub struct Outage {
    in_a_row: usize,
    last: String,
}

impl Outage {
    /// Why asking is not worth while any more.
    pub fn reason(&self) -> Option<String> {
        (self.in_a_row >= IN_A_ROW)
            .then(|| format!("not asked, since {} questions before it failed: {}", self.in_a_row, self.last))
    }

    /// Takes note of how a question ended: well, or in a way that others would share. `None` tells nothing.
    pub fn note(&mut self, ended: Option<Result<(), String>>) {
        match ended {
            Some(Ok(())) => self.in_a_row = 0,
            Some(Err(reason)) => (self.in_a_row, self.last) = (self.in_a_row + 1, reason),
            None => {}
        }
    }
}
