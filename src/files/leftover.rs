//! What killed processes left behind.

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::is_ours;
use super::workspace::LOCK;

/// A file, or a folder with files, that nobody writes any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Where it lies.
    pub path: PathBuf,
    /// How many files it has.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When it was last written.
    pub written: Option<SystemTime>,
}

/// What lies in a folder and belongs to nobody who is at work. A folder that is not there holds nothing. Nothing is changed.
pub fn leftovers(folder: &Path) -> io::Result<Vec<Leftover>> {
    let mut found = Vec::new();
    for entry in ours(folder)? {
        // A folder without a lock was left behind before it had one. What cannot be opened is somebody else's.
        let is_left = match File::open(lock_of(&entry)?) {
            Ok(lock) => lock.try_lock_shared().is_ok(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if is_left {
            // It may have got its name, or be taken away, while it is looked at.
            found.extend(measure(entry.path()).ok());
        }
    }
    Ok(found)
}

/// Takes away what lies in a folder and belongs to nobody who is at work.
///
/// # Errors
/// The first thing that could not be taken away; all others are.
pub fn clean(folder: &Path) -> io::Result<()> {
    let mut failure = None;
    for entry in ours(folder)? {
        match take_away(&entry) {
            // It has got its name, or somebody else who cleans was faster.
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let told = format!("{}: {error}", entry.path().display());
                failure.get_or_insert(io::Error::new(error.kind(), told));
            }
            _ => {}
        }
    }
    failure.map_or(Ok(()), Err)
}

fn take_away(entry: &DirEntry) -> io::Result<()> {
    let is_folder = entry.file_type()?.is_dir();
    // The lock of a folder is made where there is none: its owner may be about to make it, and must see that it is too late.
    let lock = match File::options().write(true).create(is_folder).truncate(false).open(lock_of(entry)?) {
        // Somebody else's, in a folder for all.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(()),
        lock => lock?,
    };
    if lock.try_lock().is_err() {
        return Ok(());
    }
    if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }
}

/// The entries of a folder that have a name of ours. Links are nobody's.
fn ours(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Vec::new()),
        entries => entries?,
    };
    let is_one = |entry: &DirEntry| {
        entry.file_name().to_str().is_some_and(is_ours) && entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir())
    };
    entries.filter(|entry| entry.as_ref().map_or(true, is_one)).collect()
}

fn lock_of(entry: &DirEntry) -> io::Result<PathBuf> {
    let path = entry.path();
    Ok(if entry.file_type()?.is_dir() { path.join(LOCK) } else { path })
}

/// Counts the files of a thing. Folders of ours hold files only.
fn measure(path: PathBuf) -> io::Result<Leftover> {
    let whole = fs::symlink_metadata(&path)?;
    let mut leftover = Leftover { path, files: 0, bytes: 0, written: whole.modified().ok() };
    if !whole.is_dir() {
        (leftover.files, leftover.bytes) = (1, whole.len());
        return Ok(leftover);
    }
    for entry in fs::read_dir(&leftover.path)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        let Ok(data) = entry.metadata() else { continue };
        leftover.files += 1;
        leftover.bytes += data.len();
        leftover.written = leftover.written.max(data.modified().ok());
    }
    Ok(leftover)
}
