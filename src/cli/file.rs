//! Writing files so that nobody ever sees half of one: temporary name, sync, rename.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file, in place of one that may be there.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    temporary(path, content)?.persist(path)?;
    Ok(())
}

/// Writes a file that must not be there yet: [`io::ErrorKind::AlreadyExists`] otherwise, without a race.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    temporary(path, content)?.persist_noclobber(path)?;
    Ok(())
}

fn temporary(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = new_file(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Temporary files are private by default; what is written here has the permissions of any new file.
#[cfg(unix)]
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    tempfile::Builder::new().prefix(".vodledger-").permissions(std::fs::Permissions::from_mode(0o666)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".vodledger-").tempfile_in(folder)
}
