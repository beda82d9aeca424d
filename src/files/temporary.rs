//! The system's folder for temporary files.

use std::io;

/// A failure to write there, in words that name the folder. It is no failure of the file that is written in the end, so it has
/// no kind of its own.
pub fn no_room(error: &io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::other(format!(
        "the folder for temporary files, {}, cannot be written: {}; make room there, or name another folder in TMPDIR",
        folder.display(),
        why(error)
    ))
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "it is full".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission".to_owned(),
        _ => error.to_string(),
    }
}
