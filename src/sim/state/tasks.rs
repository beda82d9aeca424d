//! Tasks that requests began: asking for the attributes of a file.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{Event, State};
use crate::sim::cloud::Cloud;

/// How long a session id may not be used again.
const SESSION: TimeDelta = TimeDelta::days(3);

/// A finished task that read the attributes of a file.
#[derive(Clone, Debug)]
pub struct Attributes {
    /// The application.
    pub sub_app_id: u64,
    /// The media.
    pub file_id: String,
    /// When it was asked for, and done.
    pub at: DateTime<Utc>,
    /// As sent; may be empty.
    pub session_id: String,
    /// As sent; may be empty.
    pub session_context: String,
}

/// A session id was used before.
#[derive(Debug)]
pub struct Repeated;

impl Cloud {
    /// Reads the attributes of a file, at once, and tells the task's id.
    pub fn begin_attributes(&self, task: Attributes) -> Result<String, Repeated> {
        let mut state = self.state.lock();
        let same = |known: &&Attributes| {
            known.sub_app_id == task.sub_app_id && known.session_id == task.session_id && task.at - known.at < SESSION
        };
        if !task.session_id.is_empty() && state.tasks.values().any(|known| same(&known)) {
            return Err(Repeated);
        }
        let digest = hex::encode(Sha256::digest(format!("attributes:{}:{}", task.file_id, state.tasks.len())));
        let id = format!("{}-DescribeFileAttributes-{}t0", self.account.app_id, &digest[..32]);
        let pulls = self.events().get(&task.sub_app_id).is_some_and(|events| events.mode == "PULL");
        if pulls {
            state.enqueue(task.sub_app_id, task.at, Event::Attributes(id.clone()));
        }
        state.tasks.insert(id.clone(), task);
        Ok(id)
    }
}

impl State {
    /// A task that a request began.
    pub fn attributes(&self, id: &str) -> Option<Attributes> {
        self.lock().tasks.get(id).cloned()
    }
}
