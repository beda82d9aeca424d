//! Writes a report as a file: whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Definition, Format, Parameters, ReportError, run};
use crate::ledger::Ledger;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where.
    pub path: PathBuf,
    /// How many rows it has, the headings not counted.
    pub rows: u64,
}

/// Writes a report into a folder, which is created where missing, and gives the path: `cost-daily-2026-10.csv`. The file
/// appears under its name when it is complete and on the disk; one that was there before is replaced then.
pub fn save(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    format: Format,
    folder: &Path,
) -> Result<Saved, ReportError> {
    let path = folder.join(format!("{}-{}.{format}", definition.name, parameters.period_in_names()));
    let failed = |source: io::Error| ReportError::File { path: path.clone(), source };
    fs::create_dir_all(folder).map_err(|source| ReportError::File { path: folder.to_owned(), source })?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".vodledger-");
    // Reports are for others to read, as far as the user's umask allows.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let rows = run(ledger, definition, parameters, format, &mut out)?;
    out.flush().map_err(failed)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(Saved { path, rows })
}
