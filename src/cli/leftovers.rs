//! What killed runs left on the disk: access logs, which hold addresses of people, and files that never became whole. Every command
//! that opens the ledger takes it away first; what a run that is at work needs stays.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Context;
use super::output::note;
use crate::collect::loose_logs;
use crate::files::{self, Leftover, folder_of};
use crate::ledger::Ledger;
use crate::model::Address;

/// Where access logs lie until they are counted.
pub struct LogFolder {
    /// The folder in which each run has one of its own.
    pub path: PathBuf,
    /// Whether it is for nothing else.
    pub is_own: bool,
}

impl LogFolder {
    /// As configured; else beside a ledger that is a file, else among the temporary files of the system.
    pub fn of(context: &Context) -> Self {
        // A configuration that cannot be read is told by whoever needs it.
        if let Some(path) = context.settings().ok().and_then(|settings| settings.logs.folder.clone()) {
            return Self { path, is_own: false };
        }
        match context.ledger_address().ok().and_then(|address| Ledger::file(address.expose())) {
            Some(file) => {
                let mut path = file.into_os_string();
                path.push(".logs");
                Self { path: path.into(), is_own: true }
            }
            None => Self { path: std::env::temp_dir(), is_own: false },
        }
    }

    /// Access logs that nobody needs any more. Nothing is changed.
    pub fn leftovers(&self) -> io::Result<Vec<Leftover>> {
        let mut found = files::leftovers(&self.path)?;
        for path in loose_logs(&self.path, self.is_own)? {
            let data = fs::metadata(&path)?;
            found.push(Leftover { path, files: 1, bytes: data.len(), written: data.modified().ok() });
        }
        Ok(found)
    }

    fn clean(&self) -> io::Result<()> {
        files::clean(&self.path)?;
        loose_logs(&self.path, self.is_own)?.iter().try_for_each(|path| remove(path))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

/// The folder of a ledger that is a file.
pub fn beside(address: &Address) -> Option<PathBuf> {
    Ledger::file(address.expose()).map(|file| folder_of(&file).to_owned())
}

/// Takes away what was left where the context's ledger is. What cannot be taken away is told, and hinders nothing.
pub fn clean(context: &Context) {
    tell(LogFolder::of(context).clean());
    if let Ok(address) = context.ledger_address() {
        clean_beside(address);
    }
}

/// Takes away what was left beside a ledger.
pub fn clean_beside(address: &Address) {
    if let Some(folder) = beside(address) {
        tell(files::clean(&folder));
    }
}

fn tell(cleaned: io::Result<()>) {
    if let Err(error) = cleaned {
        note!("warning: what a killed run left cannot be taken away; delete it: {error}");
    }
}

/// `3 files with 1200 bytes in PATH, last written 2 h ago`; `None` for nothing.
pub fn in_words(found: &[Leftover], folder: &Path) -> Option<String> {
    let (files, bytes) =
        found.iter().fold((0, 0_u64), |(files, bytes), one| (files + one.files, bytes.saturating_add(one.bytes)));
    let last = found.iter().filter_map(|one| one.written).max();
    let age = last.and_then(|last| SystemTime::now().duration_since(last).ok()).unwrap_or_default();
    (!found.is_empty())
        .then(|| format!("{files} files with {bytes} bytes in {}, last written {} ago", folder.display(), span(age.as_secs())))
}

fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
