//! Which file is read next.
//!
//! Files are best inflated at once, and the largest first; but all together have only so much memory. What does not fit beside
//! what others are reading waits for its turn, as long as there is something else to do.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::unpack::{GZIP, Unpacker};

/// Deflate makes nothing smaller than by this.
const DENSEST: usize = 1032;

/// A file to read.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Its place among all.
    pub index: usize,
    /// What it takes to inflate it at once; else it must be streamed.
    pub at_once: Option<Room>,
}

/// The room for a file and its content, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// As it is.
    pub packed: usize,
    /// As text.
    pub text: usize,
}

impl Room {
    fn whole(self) -> usize {
        self.packed.saturating_add(self.text)
    }
}

/// The files that nobody has read yet.
pub struct Queue {
    state: Mutex<State>,
}

struct State {
    /// What needs least memory first.
    waiting: Vec<Job>,
    /// Memory that nobody uses.
    free: usize,
}

impl Job {
    fn needs(&self) -> usize {
        self.at_once.map_or(usize::MAX, Room::whole)
    }
}

impl Queue {
    /// All files, and the memory for them.
    pub fn new(files: &[PathBuf], memory: usize) -> Self {
        let jobs = files.iter().enumerate().map(|(index, file)| Job { index, at_once: room(file).ok().flatten() });
        let mut waiting: Vec<Job> = jobs.collect();
        waiting.sort_by_key(Job::needs);
        Self { state: Mutex::new(State { waiting, free: memory }) }
    }

    /// The next file for somebody who has read the one before, with buffers of its size.
    pub fn next(&self, unpacker: &mut Unpacker) -> Option<Job> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.free += unpacker.room().whole();
        let fits = state.waiting.partition_point(|job| job.needs() <= state.free);
        let job = match fits.checked_sub(1) {
            Some(largest) => state.waiting.remove(largest),
            // To be streamed: the largest, as that leaves most of the memory to others.
            None => Job { at_once: None, ..state.waiting.pop()? },
        };
        unpacker.make(job.at_once.unwrap_or_default());
        state.free = state.free.saturating_sub(unpacker.room().whole());
        Some(job)
    }
}

/// The room for a gzip file of one member, as its end says.
fn room(path: &Path) -> io::Result<Option<Room>> {
    let mut file = File::open(path)?;
    let mut magic = [0; GZIP.len()];
    file.read_exact(&mut magic)?;
    let mut size = [0; 4];
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut size)?;
    let (packed, text) = (file.stream_position()?, u32::from_le_bytes(size));
    let packed = usize::try_from(packed).ok().filter(|_| magic == GZIP);
    // More than deflate can pack is another member's size.
    let room = packed.zip(usize::try_from(text).ok()).map(|(packed, text)| Room { packed, text });
    Ok(room.filter(|room| room.packed.checked_mul(DENSEST).is_none_or(|most| room.text <= most)))
}
