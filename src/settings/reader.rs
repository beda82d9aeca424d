//! What the configuration needs beyond [`crate::input::keys`]: paths, and keys under which people write secrets.

use std::path::{Path, PathBuf};

use crate::input::keys::Keys;

/// Keys that people write secrets under.
const SECRETS: [&str; 4] = ["secret_id", "secret_key", "token", "key"];

/// The file that is being read.
#[derive(Debug)]
pub struct Source<'a> {
    /// Its name in messages.
    pub name: String,
    /// Its folder: paths in it are meant from there.
    pub folder: PathBuf,
    /// For `~/`.
    pub home: Option<&'a Path>,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// A path, meant from the folder of the file.
    pub fn path_at(&self, table: &Keys<'_>, key: &str) -> Option<PathBuf> {
        table.written(key).map(|text| self.path(text.value))
    }

    /// A path as written, made absolute where it can be: `~/` is the home folder, others are meant from the file's folder.
    pub fn path(&self, written: &str) -> PathBuf {
        match (written.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.folder.join(written),
        }
    }
}

/// What to say of a key under which people write a secret.
pub fn secret(key: &str, name: &str) -> Option<String> {
    let kept = SECRETS.iter().find(|secret| key.eq_ignore_ascii_case(secret))?;
    Some(format!(
        "{name} would put a secret into the file; keep it elsewhere and name the place: `{kept}_env = \"VARIABLE\"` or `{kept}_file = \"PATH\"`"
    ))
}
