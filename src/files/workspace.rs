//! A folder for files that nobody is meant to keep.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::growing::{clean_once, hold};
use super::{TRIES, names};

/// The file in a folder that is locked for as long as somebody works there.
pub(super) const LOCK: &str = "lock";

/// A folder that only its owner may enter, and that is away with all that is in it when it is dropped; or, after a kill, when
/// somebody cleans.
#[derive(Debug)]
pub struct Workspace {
    // Dropped before its lock, so that nobody else takes it away meanwhile.
    folder: TempDir,
    _lock: File,
}

impl Workspace {
    /// A new one in a folder that is there.
    pub fn new_in(folder: &Path) -> io::Result<Self> {
        clean_once(folder);
        for _ in 0..TRIES {
            let mut builder = names();
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let folder = builder.tempdir_in(folder)?;
            let path = folder.path().join(LOCK);
            match File::options().write(true).create(true).truncate(false).open(&path) {
                Ok(lock) if hold(&lock, &path) => return Ok(Self { folder, _lock: lock }),
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Err(io::Error::new(io::ErrorKind::ResourceBusy, "somebody takes away new folders here"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes a folder that only its owner may enter; one that is there and that others may enter becomes such a folder.
pub fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(folder)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}
