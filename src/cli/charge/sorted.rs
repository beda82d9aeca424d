//! Media in the order of a key, in bounded memory.

use std::io;

use crate::cli::runs::{Merged, Runs};
use crate::ledger::StoredMedia;

/// So many media are sorted in memory.
const IN_MEMORY: usize = 1 << 15;

/// Media that are brought in order.
#[derive(Debug, Default)]
pub struct Sorter {
    open: Vec<(Vec<u8>, Vec<u8>)>,
    runs: Runs,
}

impl Sorter {
    /// Takes a media in. Media of equal keys keep the order in which they came.
    pub fn push(&mut self, key: String, media: &StoredMedia) -> io::Result<()> {
        if self.open.len() == IN_MEMORY {
            self.spill()?;
        }
        self.open.push((key.into_bytes(), serde_json::to_vec(media)?));
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.open.sort_by(|left, right| left.0.cmp(&right.0));
        self.runs.add(self.open.drain(..).as_slice().iter().map(|(key, media)| (key.as_slice(), media.as_slice())))
    }

    /// All media with their keys, in order.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.spill()?;
        Ok(Sorted { merged: self.runs.merge()? })
    }
}

/// Media in order.
pub struct Sorted {
    merged: Merged,
}

impl Iterator for Sorted {
    type Item = io::Result<(String, StoredMedia)>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.merged.next()?;
        Some(entry.and_then(|entry| {
            let key = String::from_utf8(entry.key).map_err(io::Error::other)?;
            Ok((key, serde_json::from_slice(&entry.value)?))
        }))
    }
}
