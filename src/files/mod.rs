//! Files that are not whole yet: each grows under a name of its own and is locked for as long as somebody writes it.
//!
//! The system gives the lock back however a process ends, also by `kill -9`. So what has such a name and can be locked was left
//! behind, and whoever writes into the same folder next takes it away. What belongs to a run that is at work stays.

mod growing;
mod leftover;
mod temporary;
mod workspace;

pub use growing::{Readers, folder_of, grow_in, make_new};
pub use leftover::{Leftover, clean, leftovers};
pub use temporary::no_room;
pub use workspace::{Workspace, make_private};

/// How the names begin and end; between stand [`RANDOM`] letters and digits.
const PREFIX: &str = ".vodledger-";
const SUFFIX: &str = ".tmp";
const RANDOM: usize = 12;

/// How often another name is tried when somebody who cleans was faster than the lock.
const TRIES: usize = 16;

/// Whether a name is one of those that are given here, so that nothing of anybody else is taken away.
fn is_ours(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Names like these.
fn names() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    builder
}
