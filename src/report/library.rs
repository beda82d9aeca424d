//! Where definitions are: the shipped ones are in the program, a folder of one's own comes before them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Definition, ReportError};
use crate::input::{self, InputError, Kind};

const SHIPPED: [(&str, &str); 18] = [
    ("bandwidth-peaks", include_str!("../../reports/bandwidth-peaks.sql")),
    ("charge-lines", include_str!("../../reports/charge-lines.sql")),
    ("chargeback", include_str!("../../reports/chargeback.sql")),
    ("cost-bridge", include_str!("../../reports/cost-bridge.sql")),
    ("cost-by-application", include_str!("../../reports/cost-by-application.sql")),
    ("cost-by-class", include_str!("../../reports/cost-by-class.sql")),
    ("cost-by-recording", include_str!("../../reports/cost-by-recording.sql")),
    ("cost-by-room", include_str!("../../reports/cost-by-room.sql")),
    ("cost-by-tag", include_str!("../../reports/cost-by-tag.sql")),
    ("cost-daily", include_str!("../../reports/cost-daily.sql")),
    ("cost-summary", include_str!("../../reports/cost-summary.sql")),
    ("coverage", include_str!("../../reports/coverage.sql")),
    ("late-data", include_str!("../../reports/late-data.sql")),
    ("never-played", include_str!("../../reports/never-played.sql")),
    ("packs", include_str!("../../reports/packs.sql")),
    ("recordings-inventory", include_str!("../../reports/recordings-inventory.sql")),
    ("storage-by-class", include_str!("../../reports/storage-by-class.sql")),
    ("usage-daily", include_str!("../../reports/usage-daily.sql")),
];

/// The definitions that can be called by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Library {
    folder: Option<PathBuf>,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The definition.
    pub definition: Definition,
    /// The file it comes from; `None` is shipped.
    pub file: Option<PathBuf>,
}

impl Library {
    /// The shipped definitions, and before them the `.sql` files of a folder, where one is given.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The definition of this name, or in this `.sql` file.
    pub fn get(&self, name: &str) -> Result<Definition, ReportError> {
        if Path::new(name).extension().is_some_and(|ending| ending == "sql") {
            return from_file(Path::new(name));
        }
        if let Some(file) = self.own_files()?.into_iter().find(|file| stem(file) == name) {
            return from_file(&file);
        }
        match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            Some((name, text)) => Definition::parse(name, text, name),
            None => Err(ReportError::Unknown { name: name.to_owned(), known: self.names()?.join(", ") }),
        }
    }

    /// Every definition, by name.
    pub fn list(&self) -> Result<Vec<Listed>, ReportError> {
        let own = self.own_files()?;
        let listed = |name: &String| {
            let file = own.iter().find(|file| stem(file) == *name).cloned();
            Ok(Listed { definition: self.get(name)?, file })
        };
        self.names()?.iter().map(listed).collect()
    }

    /// The names of all definitions, in order.
    pub fn names(&self) -> Result<Vec<String>, ReportError> {
        let mut names: Vec<String> = self.own_files()?.iter().map(|file| stem(file)).collect();
        names.extend(SHIPPED.iter().map(|(name, _)| (*name).to_owned()));
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn own_files(&self) -> Result<Vec<PathBuf>, ReportError> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let failed = |source| ReportError::File { path: folder.clone(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending == "sql") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

fn stem(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn from_file(file: &Path) -> Result<Definition, ReportError> {
    let failed = |error: InputError| io::Error::other(error.to_string());
    let text = input::file::text(file, Kind::Document).map_err(failed);
    let text = text.map_err(|source| ReportError::File { path: file.to_owned(), source })?.text;
    Definition::parse(&stem(file), &text, &file.display().to_string())
}
