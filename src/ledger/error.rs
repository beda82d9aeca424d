//! What can go wrong with a ledger, in the user's words.

use chrono::{DateTime, Utc};

use crate::model::Address;
use crate::model::time::format_time;

/// A ledger that could not be opened, read or written. The ledger is as it was before the call.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A log file of an hour that was counted, with fewer lines than then.
    #[error(
        "{domain}, hour of {}: the file has {found} lines, the one that was counted had {known}; nothing was changed: a log grows, so this \
         may be a part of it; if it is right, say --replace", format_time(*.start)
    )]
    LogShrank {
        /// The domain.
        domain: String,
        /// The beginning of the hour.
        start: DateTime<Utc>,
        /// Lines that were counted.
        known: i64,
        /// Lines of the file.
        found: i64,
    },
    /// A changed log file of an hour of which only the day's sums are left.
    #[error(
        "{domain}, hour of {}: the file is not the one that was counted, and of that one only the sums of the day are left; nothing \
         was changed", format_time(*.start)
    )]
    LogClosed {
        /// The domain.
        domain: String,
        /// The beginning of the hour.
        start: DateTime<Utc>,
    },
    /// Usage of the default application without its id beside that of every application with theirs.
    #[error(
        "account {0}: usage of the default application is stored without its id, and that of the applications that the cloud listed \
         with theirs; which of them is the default one is not known, and nothing is counted twice: run `vodledger sync` with a key that \
         may call DescribeVodDomains"
    )]
    TwoIdentities(String),
    /// No address of a ledger: of a kind that is not known, or a text that tells how to connect to something.
    #[error(
        "ledger {0:?}: this is no address of a ledger; give a file path, sqlite:FILE, or postgres://USER@HOST:PORT/DATABASE with the \
         password in PGPASSWORD"
    )]
    Address(Address),
    /// No file where one is meant: of a backup, for example.
    #[error("file {0:?}: this is no path of a file; give one, such as ledger-backup.db")]
    NoFile(Address),
    /// The URL of a database cannot be read. It is not repeated, since it may hold a password.
    #[error(
        "the ledger's URL: {0}; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME, with %XX for letters of the \
         password that mean something in a URL, or the password in PGPASSWORD"
    )]
    PostgresUrl(String),
    /// The database does not answer, or does not let this user in.
    #[error("ledger {place}: the database cannot be used: {why}; check the address, the network, the user and the password")]
    Unreachable {
        /// Where.
        place: String,
        /// What was said.
        why: String,
    },
    /// The database's user may not do this.
    #[error("ledger {place}: {why}; let the user who owns the schema grant this right")]
    NoRight {
        /// Where.
        place: String,
        /// What the database said.
        why: String,
    },
    /// A database with nothing in it, or with an older ledger: somebody is to say so before it is changed.
    #[error("ledger {place} {}; run `vodledger ledger migrate`", if *.found == 0 { "does not exist yet".to_owned() } else { format!("has schema version {found}, this program needs {known}") })]
    NotMigrated {
        /// Where.
        place: String,
        /// Its version; 0 is none.
        found: i64,
        /// The version that this program makes of it.
        known: i64,
    },
    /// Something is already there that would have to be replaced.
    #[error("{} is already there and is not replaced; name another file, or move it away", .0)]
    Exists(Address),
    /// A ledger that was to be filled holds something.
    #[error("ledger {0} is not empty; name another one")]
    NotEmpty(String),
    /// A store did not give back what it was given.
    #[error("ledger {place}: the copy is not equal: {what}; do not use it")]
    CopyDiffers {
        /// Where.
        place: String,
        /// In what it differs.
        what: String,
    },
    /// There is nothing where a ledger was expected.
    #[error("ledger {}: there is no such file; run `vodledger sync` first, or name another with --ledger", .0)]
    Missing(Address),
    /// The folder that should hold the file is not there.
    #[error("ledger {}: the folder {} does not exist; create it, or name another file with --ledger", .file, .folder)]
    NoFolder {
        /// The file asked for.
        file: Address,
        /// Its folder.
        folder: Address,
    },
    /// A folder, device or the like.
    #[error("ledger {}: this is a folder, not a file; name a file with --ledger", .0)]
    NotAFile(Address),
    /// A file with other content. It was not touched.
    #[error("ledger {place}: {why}; it was left as it is, name another file with --ledger")]
    NotALedger {
        /// Where.
        place: String,
        /// What it is instead.
        why: String,
    },
    /// Written by a later version. It was not touched.
    #[error("ledger {place} has schema version {found}, this program knows versions up to {known}; use a newer vodledger")]
    Newer {
        /// Where.
        place: String,
        /// Its version.
        found: i64,
        /// The newest known here.
        known: i64,
    },
    /// No right to read or write.
    #[error(
        "ledger {place}: it cannot be opened for reading and writing ({why}); check the rights of the file and of its folder"
    )]
    Denied {
        /// Where.
        place: String,
        /// What the system said.
        why: String,
    },
    /// Another process holds it for too long.
    #[error("ledger {0}: another process is writing to it; try again when that has ended")]
    Busy(String),
    /// A number that the store cannot hold exactly.
    #[error("{what} {value} is beyond what the ledger holds exactly (0 to 9223372036854775807)")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: i128,
    },
    /// One unit of work brought two values for the same fact.
    #[error("two values for one fact: {0}")]
    Contradiction(String),
    /// Another run has taken the unit of work since: what this one brought was not written.
    #[error("another run has taken over this unit of {0}; what this one brought was not written")]
    Fenced(String),
    /// Something was handed over that does not belong there.
    #[error("{0}")]
    Misplaced(String),
    /// A stored value that makes no sense: the file was changed by something else.
    #[error("ledger holds {value:?} as {what}, which cannot be read; restore a backup")]
    Damaged {
        /// Which value.
        what: &'static str,
        /// As found.
        value: String,
    },
    /// A query that reads what only the ledger itself may read, or that cannot be run.
    #[error("the query was refused: {0}")]
    Query(String),
    /// Anything else that the store says.
    #[error("ledger {place}: {message}")]
    Store {
        /// Where.
        place: String,
        /// What the store said.
        message: String,
    },
}
