//! One file per format.

mod csv;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::cell::Cell;

/// What a report is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, RFC 4180.
    #[default]
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 1] = [Self::Csv];

    /// The word used on the command line; also the ending of files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
        }
    }

    /// Something that writes rows in this format.
    pub(super) fn sheet<'a>(self, out: &'a mut dyn Write) -> Box<dyn Sheet + 'a> {
        match self {
            Self::Csv => Box::new(csv::Csv::new(out)),
        }
    }
}

/// Takes a table in, row by row.
pub(super) trait Sheet {
    /// The headings; comes first.
    fn headings(&mut self, headings: &[&str]) -> io::Result<()>;

    /// One row.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// The end of the table.
    fn finish(&mut self) -> io::Result<()>;
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("format {text:?} is unknown; known formats: {known}")
        })
    }
}
