//! Notices that the cloud cannot be reached any more, so that a run ends soon instead of waiting for every unit in turn.

use std::sync::{Mutex, PoisonError};

use super::ask::{Answer, Refusal};

/// So many failures in a row, of the kind that others would share, are an outage.
const IN_A_ROW: usize = 8;

/// How many units in a row failed, and why the last one did.
#[derive(Debug, Default)]
pub struct Outage(Mutex<(usize, String)>);

impl Outage {
    /// Whether asking is worth while.
    pub fn check(&self) -> Result<(), Refusal> {
        let (count, reason) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *count < IN_A_ROW {
            return Ok(());
        }
        Err(Refusal { reason: format!("not asked, since {count} questions before it failed: {reason}"), is_outage: false })
    }

    /// Takes note of how a question ended.
    pub fn note(&self, answer: &Result<Answer, Refusal>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(_) => state.0 = 0,
            Err(refusal) if refusal.is_outage => *state = (state.0 + 1, refusal.reason.clone()),
            Err(_) => {}
        }
    }
}
