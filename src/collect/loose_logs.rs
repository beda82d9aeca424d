//! Files of access logs that lie in the log folder itself, as this program once put them there: `2026101219-vod.example.com.log`,
//! with `.etag` beside while the download is not whole. They hold addresses of people.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The digits of an hour.
const HOUR: usize = 10;

/// Those of a folder. In one that is for nothing else the name is enough; elsewhere it must be certain that the file is no copy that
/// somebody keeps, so only downloads that broke off count.
pub fn loose_logs(folder: &Path, is_own_folder: bool) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(log) = name.to_str().map(|name| name.strip_suffix(".etag").unwrap_or(name)) else { continue };
        let is_left = is_log(log) && (is_own_folder || folder.join(tag_of(log)).is_file());
        if is_left && entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    // Tags last: while one is there, what it belongs to is known for ours.
    found.sort_by_key(|path| path.extension().is_some_and(|end| end == "etag"));
    Ok(found)
}

fn is_log(name: &str) -> bool {
    let Some((hour, rest)) = name.split_at_checked(HOUR) else { return false };
    let domain = rest.strip_prefix('-').and_then(|rest| rest.strip_suffix(".log"));
    hour.bytes().all(|byte| byte.is_ascii_digit()) && domain.is_some_and(|domain| !domain.is_empty())
}

fn tag_of(log: &str) -> OsString {
    format!("{log}.etag").into()
}
