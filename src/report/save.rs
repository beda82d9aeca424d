//! Writes a report as files: each whole or not at all, the list of them last.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::manifest::{Manifest, ManifestEntry};
use super::{Basis, Definition, Format, Parameters, ReportError, Whole, Written, run};
use crate::files::{Readers, grow_in};
use crate::ledger::Ledger;

/// Files that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where, in the order of the formats.
    pub paths: Vec<PathBuf>,
    /// What is in each of them.
    pub written: Written,
}

/// Writes a report into a folder, which is created where missing: `cost-daily-2026-10.csv`. The files appear under their names when
/// all of them are complete and on the disk; those that were there before are replaced then. Last comes `manifest.json`,
/// which tells what is in the folder, with digests.
pub fn save(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    formats: &[Format],
    folder: &Path,
) -> Result<Saved, ReportError> {
    fs::create_dir_all(folder).map_err(|source| ReportError::File { path: folder.to_owned(), source })?;
    let mut files = Vec::with_capacity(formats.len());
    for format in formats {
        let name = format!("{}.{format}", stem(definition, parameters));
        files.push(Growing::create(folder, &name)?);
    }
    let outputs = formats.iter().zip(&mut files).map(|(format, file)| (*format, file as &mut (dyn Write + Send))).collect();
    let written = run::write(ledger, definition, parameters, outputs)?;
    let mut saved = Saved { paths: Vec::with_capacity(files.len()), written };
    let mut entries = Vec::with_capacity(files.len());
    for (format, file) in formats.iter().zip(files) {
        let (path, bytes, sha256) = file.finish()?;
        entries.push(ManifestEntry::new(&path, definition, parameters, *format, written, bytes, sha256));
        saved.paths.push(path);
    }
    Manifest::add(folder, entries)?;
    Ok(saved)
}

/// The name of the files without the ending.
fn stem(definition: &Definition, parameters: &Parameters) -> String {
    let mut stem = definition.name.clone();
    let mut add = |part: &str| {
        stem.push('-');
        stem.push_str(part);
    };
    match definition.whole {
        Whole::Now => add(&parameters.today.to_string()),
        Whole::Days | Whole::Months => add(&parameters.period_in_names()),
    }
    if parameters.by != Basis::Usage {
        add(parameters.by.as_str());
    }
    if let Some(account) = &parameters.account {
        add(account.as_str());
    }
    stem
}

/// A file that is not yet there, and what was written to it so far.
pub(super) struct Growing {
    path: PathBuf,
    /// Where it is until then; away if it never becomes whole.
    growing: TempPath,
    out: BufWriter<File>,
    bytes: u64,
    digest: Sha256,
}

impl Growing {
    /// Begins a file of this name.
    pub fn create(folder: &Path, name: &str) -> Result<Self, ReportError> {
        let path = folder.join(name);
        let file = grow_in(folder, Readers::Owner).map_err(|source| ReportError::File { path: path.clone(), source })?;
        let (file, growing) = file.into_parts();
        Ok(Self { path, growing, out: BufWriter::with_capacity(32 * 1024, file), bytes: 0, digest: Sha256::new() })
    }

    /// A failure to write, with the file: formats hand it on as it is.
    fn told(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.path.display()))
    }

    /// Puts the file under its name when it is on the disk. Gives its path, size and digest.
    pub fn finish(self) -> Result<(PathBuf, u64, String), ReportError> {
        let failed = |source: io::Error| ReportError::File { path: self.path.clone(), source };
        let file = self.out.into_inner().map_err(|error| failed(error.into_error()))?;
        if let Ok(old) = fs::metadata(&self.path) {
            file.set_permissions(old.permissions()).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        self.growing.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok((self.path, self.bytes, hex::encode(self.digest.finalize())))
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes).map_err(|error| self.told(&error))?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().map_err(|error| self.told(&error))
    }
}
