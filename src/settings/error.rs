//! What can be wrong with a configuration.

use std::path::PathBuf;

use crate::input::document::Problems;

/// A configuration that cannot be used: where, what, and what to do. Values of secrets are never quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The file that was asked for cannot be read.
    #[error("configuration file {} cannot be read: {reason}; correct the path or write one with `vodledger init --path {}`", path.display(), path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Places in the file are wrong: all of them.
    #[error(transparent)]
    File(#[from] Problems),
    /// A variable is wrong.
    #[error("{variable}: {message}")]
    Variable {
        /// Its name.
        variable: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// No account has the name that was asked for.
    #[error("no account is named {name:?}; the configuration has {known}")]
    NoAccount {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
}
