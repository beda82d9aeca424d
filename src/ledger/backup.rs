//! Backups: SQLite files, whatever store the ledger is in.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::address::{Place, require_file};
use super::connection::Connection;
use super::copy::copy;
use super::dump::Dumped;
use super::sqlite::Sqlite;
use super::{Ledger, LedgerError, schema};
use crate::files::{Workspace, folder_of};

/// A restored ledger.
#[derive(Debug)]
pub struct Restored {
    /// It, open.
    pub ledger: Ledger,
    /// Its canonical dump, where it was compared with that of the backup.
    pub verified: Option<Dumped>,
}

/// Writes a ledger as it is at one moment to a new file, while others go on working with it. The file is a ledger in itself.
/// A ledger of an older version is kept as it is.
///
/// # Errors
/// [`LedgerError::Exists`] when the file is there already.
pub fn backup(address: &str, file: &Path) -> Result<(), LedgerError> {
    require_file(file)?;
    if file.exists() {
        return Err(LedgerError::Exists(file.into()));
    }
    match Place::parse(address)? {
        Place::Memory => Err(LedgerError::Address(address.into())),
        Place::File(ledger) => {
            let mut connection = Sqlite::open_read_only(&ledger)?;
            schema::require_ledger(&mut connection)?;
            connection.save_as(file)
        }
        Place::Postgres(_) => {
            let from = Ledger::open(address)?;
            // Beside the backup, where there must be room for it anyway.
            let (workspace, staged) = stage(folder_of(file))?;
            copy(&from, &Ledger::open(&staged.display().to_string())?)?;
            Sqlite::open_read_only(&staged)?.save_as(file)?;
            drop(workspace);
            Ok(())
        }
    }
}

/// Makes a ledger of a backup where there is none: a file that does not exist, or an empty ledger in PostgreSQL. An older
/// backup is brought up to date on the way; the file stays as it is.
///
/// With `verify`, the canonical dumps are compared; of a backup of an older version there is none to compare with.
///
/// # Errors
/// [`LedgerError::Exists`], [`LedgerError::NotEmpty`] when there is something already.
pub fn restore(file: &Path, address: &str, verify: bool) -> Result<Restored, LedgerError> {
    require_file(file)?;
    let mut backup = Sqlite::open_read_only(file)?;
    schema::require_ledger(&mut backup)?;
    let is_current = schema::is_current(&mut backup)?;
    let ledger = match Place::parse(address)? {
        Place::Memory => return Err(LedgerError::Address(address.into())),
        Place::File(target) => {
            backup.save_as(&target)?;
            Ledger::open(address)?
        }
        Place::Postgres(_) => {
            let ledger = Ledger::open(address)?;
            // The backup's own folder may be one that nobody writes to.
            let (workspace, staged) = stage(&std::env::temp_dir())?;
            backup.save_as(&staged)?;
            copy(&Ledger::open(&staged.display().to_string())?, &ledger)?;
            drop(workspace);
            ledger
        }
    };
    let verified = if verify && is_current { Some(compare(backup, &ledger)?) } else { None };
    Ok(Restored { ledger, verified })
}

fn compare(backup: Sqlite, ledger: &Ledger) -> Result<Dumped, LedgerError> {
    let backup = Ledger { place: backup.place().to_owned(), connection: Mutex::new(Box::new(backup)) };
    let (before, after) = (backup.digest()?, ledger.digest()?);
    if before == after {
        return Ok(after);
    }
    let what = format!("its dump is {}, that of the backup {}", after.sha256, before.sha256);
    Err(LedgerError::CopyDiffers { place: ledger.place().to_owned(), what })
}

/// A folder for a ledger on its way, and the name of that ledger.
fn stage(folder: &Path) -> Result<(Workspace, PathBuf), LedgerError> {
    let denied = |error: io::Error| LedgerError::Denied {
        place: folder.display().to_string(),
        why: format!("a ledger on its way cannot lie there: {error}"),
    };
    let workspace = Workspace::new_in(folder).map_err(denied)?;
    let staged = workspace.path().join("ledger.db");
    Ok((workspace, staged))
}
