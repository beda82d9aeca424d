//! What the catalogue knows of paths.

use std::collections::{HashMap, HashSet};

use memchr::memchr;
use rustc_hash::FxBuildHasher;

use super::path;

/// Paths and vids of known media.
#[derive(Clone, Debug, Default)]
pub struct Known {
    paths: HashMap<Vec<u8>, u64>,
    vids: HashMap<Vec<u8>, u64>,
    contradicted: HashSet<u64, FxBuildHasher>,
}

impl Known {
    /// Adds a vid, the name of a media before VOD 4.0: `/<vid>.f0.mp4`.
    pub fn vid(&mut self, vid: &str, file_id: u64) {
        if !vid.is_empty() {
            self.vids.insert(vid.as_bytes().to_vec(), file_id);
        }
    }

    /// Adds the path of a media's URL. One whose shape tells the same is not kept.
    pub fn path(&mut self, url_path: &[u8], file_id: u64) {
        match path::file_id(url_path) {
            Some(told) if told == file_id => return,
            Some(told) => {
                self.contradicted.insert(told);
            }
            None => {}
        }
        self.paths.insert(bare(url_path).to_vec(), file_id);
    }

    /// Whether some path of the shape of this media is known to belong to another one, so that each must be looked up.
    pub fn contradicts(&self, file_id: u64) -> bool {
        !self.contradicted.is_empty() && self.contradicted.contains(&file_id)
    }

    /// The media that the catalogue knows a path of.
    pub fn media_of(&self, url_path: &[u8]) -> Option<u64> {
        let bare = bare(url_path);
        let file = bare.iter().rposition(|byte| *byte == b'/').and_then(|slash| bare.get(slash + 1..)).unwrap_or(bare);
        let vid = memchr(b'.', file).and_then(|dot| file.get(..dot));
        self.paths.get(bare).or_else(|| vid.and_then(|vid| self.vids.get(vid))).copied()
    }
}

/// A path without its query string.
fn bare(path: &[u8]) -> &[u8] {
    memchr(b'?', path).and_then(|mark| path.get(..mark)).unwrap_or(path)
}
