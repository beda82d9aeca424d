//! What providers may see of the outside: variables, the home folder, files. Tests bring their own.

use std::io;
use std::path::{Path, PathBuf};

/// Gives the value of a variable.
pub type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;
/// Gives the text of a file.
pub type Read = dyn Fn(&Path) -> io::Result<String> + Send + Sync;

/// The outside as providers see it.
pub struct World {
    variable: Box<Lookup>,
    read: Box<Read>,
    home: Option<PathBuf>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("home", &self.home).finish_non_exhaustive()
    }
}

impl World {
    /// The process's own environment and files.
    pub fn system() -> Self {
        Self {
            variable: Box::new(|name| std::env::var(name).ok()),
            read: Box::new(|path| std::fs::read_to_string(path)),
            home: std::env::home_dir().filter(|path| !path.as_os_str().is_empty()),
        }
    }

    /// An outside made of the given parts.
    pub fn new(
        variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        read: impl Fn(&Path) -> io::Result<String> + Send + Sync + 'static,
        home: Option<PathBuf>,
    ) -> Self {
        Self { variable: Box::new(variable), read: Box::new(read), home }
    }

    /// The value of a variable; empty counts as absent.
    pub fn variable(&self, name: &str) -> Option<String> {
        super::filled((self.variable)(name))
    }

    /// The text of a file.
    pub fn read(&self, path: &Path) -> io::Result<String> {
        (self.read)(path)
    }

    /// The user's home folder.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }
}
