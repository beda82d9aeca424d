//! Reading what people hand in, and writing files so that nobody ever sees half of one: temporary name, sync, rename.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::output::note;
use crate::files::{Readers, folder_of, grow_in};
use crate::input::encoding::Text;
use crate::input::{self, InputError, Kind};

/// The text of a file that the user named, whatever its encoding. One that is not UTF-8 is mentioned: it may be guessed wrong.
pub fn text(path: &Path, kind: Kind) -> Result<String, InputError> {
    let Text { text, encoding } = input::file::text(path, kind)?;
    if let Some(encoding) = encoding {
        note!("note: {} is read as {encoding}", path.display());
    }
    Ok(text)
}

/// Writes a file, in place of one that may be there. A new one is for its owner alone.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, |out| out.write_all(content))
}

/// Like [`replace`], but everybody may read a new one, as far as the user's umask allows: for what tells nothing of an account.
pub fn replace_for_all(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_for(path, Readers::All, |out| out.write_all(content))
}

/// Like [`replace`], with content that is written piece by piece. What `fill` fails with leaves the old file as it was.
///
/// A symbolic link stays one: the file that it names is replaced. An old file's permissions stay. What is there and is
/// no file, such as `/dev/stdout` or a named pipe, is written to and never replaced.
pub fn replace_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    replace_for(path, Readers::Owner, fill)
}

fn replace_for(path: &Path, readers: Readers, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let old = match fs::metadata(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            temporary(path, readers, None, fill)?.persist(path)?;
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    if old.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !old.is_file() {
        let mut out = BufWriter::new(File::options().write(true).open(path)?);
        fill(&mut out)?;
        return out.flush();
    }
    let target = fs::canonicalize(path)?;
    temporary(&target, readers, Some(old.permissions()), fill)?.persist(&target)?;
    Ok(())
}

/// Writes a file that must not be there yet, for all to read: [`io::ErrorKind::AlreadyExists`] otherwise, without a race.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    temporary(path, Readers::All, None, |out| out.write_all(content))?.persist_noclobber(path)?;
    Ok(())
}

/// What went wrong with writing a file, and what to do about it.
pub fn why_not_written(path: &Path, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist; create it first",
        io::ErrorKind::IsADirectory => "it is a folder; name a file in it",
        io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder; name another place",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "no permission; name a place that you may write to"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "there is no space left; make room, or name another place",
        _ => return format!("cannot write {}: {error}", path.display()),
    };
    format!("cannot write {}: {remedy}", path.display())
}

fn temporary(
    path: &Path,
    readers: Readers,
    permissions: Option<Permissions>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut out = BufWriter::new(grow_in(folder_of(path), readers)?);
    fill(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}
