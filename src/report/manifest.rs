//! `manifest.json`: what is in a folder of reports, so that whoever picks files up knows that they are whole, and the next run
//! knows what was written already.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::save::Growing;
use super::{Definition, Format, Parameters, ReportError, Whole, Written};
use crate::model::{BillingDay, Status};

/// The name of the file.
const NAME: &str = "manifest.json";

/// What is in a folder of reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this form.
    pub version: u32,
    /// The files, by name.
    pub files: Vec<ManifestEntry>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// Its name in the folder.
    pub file: String,
    /// The report.
    pub report: String,
    /// What it is written as.
    pub format: String,
    /// The first day; null where a report shows what is.
    pub from: Option<BillingDay>,
    /// The first day after.
    pub to: Option<BillingDay>,
    /// By what charges are placed in time.
    pub by: String,
    /// Whose; null is every account of the ledger.
    pub account: Option<String>,
    /// How many rows it has.
    pub rows: u64,
    /// The least sure of them; null where the report does not say.
    pub status: Option<Status>,
    /// Its size.
    pub bytes: u64,
    /// Its digest, in hexadecimal.
    pub sha256: String,
    /// What is not in it, and why; left out where there is nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl ManifestEntry {
    pub(super) fn new(
        path: &Path,
        definition: &Definition,
        parameters: &Parameters,
        format: Format,
        written: Written,
        bytes: u64,
        sha256: String,
    ) -> Self {
        let dated = definition.whole != Whole::Now;
        Self {
            file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            report: definition.name.clone(),
            format: format.as_str().to_owned(),
            from: dated.then_some(parameters.from),
            to: dated.then_some(parameters.to),
            by: parameters.by.as_str().to_owned(),
            account: parameters.account.as_ref().map(ToString::to_string),
            rows: written.rows,
            status: written.status,
            bytes,
            sha256,
            note: None,
        }
    }
}

impl Manifest {
    const VERSION: u32 = 1;

    /// Reads the manifest of a folder; an empty one where there is none.
    ///
    /// # Errors
    /// A file that is no manifest of a version that this program knows.
    pub fn read(folder: &Path) -> Result<Self, ReportError> {
        let path = folder.join(NAME);
        let failed = |source: io::Error| ReportError::File { path: path.clone(), source };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { version: Self::VERSION, files: Vec::new() });
            }
            Err(error) => return Err(failed(error)),
        };
        let wrong = |why: String| {
            failed(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("this is no list of reports that this program reads ({why}); move it away, or name another folder"),
            ))
        };
        let manifest: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        match manifest.version {
            Self::VERSION => Ok(manifest),
            other => Err(wrong(format!("version {other}"))),
        }
    }

    /// Adds files to the manifest of a folder, in place of those of the same names. Files that are gone are left out.
    pub(super) fn add(folder: &Path, entries: Vec<ManifestEntry>) -> Result<(), ReportError> {
        // Two runs may write into one folder; where folders cannot be locked, the later one wins.
        let lock = File::open(folder);
        if let Ok(lock) = &lock {
            let _ = lock.lock();
        }
        let mut manifest = Self::read(folder)?;
        manifest.files.retain(|old| entries.iter().all(|new| new.file != old.file) && folder.join(&old.file).is_file());
        manifest.files.extend(entries);
        manifest.files.sort_by(|left, right| left.file.cmp(&right.file));
        let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
        let mut file = Growing::create(folder, NAME)?;
        writeln!(file, "{text}")?;
        file.finish().map(drop)
    }
}
