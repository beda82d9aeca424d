//! A file that grows.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

use super::{TRIES, clean, names};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner: what is collected, computed and reported is an account's own affair.
    Owner,
    /// Whoever the user's umask lets: for what tells nothing of an account.
    All,
}

/// A new file in a folder, until it gets its name. It is locked while it is open. What others left behind in the folder is taken
/// away first.
pub fn grow_in(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    clean_once(folder);
    for _ in 0..TRIES {
        let mut builder = names();
        #[cfg(unix)]
        if readers == Readers::All {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder)?;
        if hold(file.as_file(), file.path()) {
            return Ok(file);
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "somebody takes away new files here"))
}

/// Makes an empty file that only its owner may read, unless there is one.
pub fn make_new(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Locks what was just made. `false` when somebody who cleans had it before: then it is gone, or will be. Where a file system
/// knows no locks nobody else can lock it either, so nobody takes it away.
pub(super) fn hold(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => false,
        Ok(()) | Err(TryLockError::Error(_)) => fs::symlink_metadata(path).is_ok(),
    }
}

/// Cleans a folder the first time that this process writes to it. What cannot be taken away hinders nobody.
pub(super) fn clean_once(folder: &Path) {
    static CLEAN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let Ok(folder) = folder.canonicalize() else { return };
    if CLEAN.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone()) {
        let _ = clean(&folder);
    }
}
