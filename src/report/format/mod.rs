//! One file per format.

mod csv;
mod html;
mod json;
mod parquet;
mod xlsx;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

pub use csv::{CsvEncoding, CsvOptions};

use super::about::About;
use super::cell::Cell;
use super::column::ColumnKind;
use super::definition::Definition;
use crate::model::Language;

/// What a report is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Comma-separated values, RFC 4180.
    #[default]
    Csv,
    /// A workbook of spreadsheet programs.
    Xlsx,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    JsonLines,
    /// Columns for engines of analysis.
    Parquet,
    /// A page to read and print.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Csv, Self::Xlsx, Self::Json, Self::JsonLines, Self::Parquet, Self::Html];

    /// The word used on the command line; also the ending of files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
            Self::Html => "html",
        }
    }

    /// Whether it is text, and so can be shown on a terminal.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Xlsx | Self::Parquet)
    }

    /// Something that writes rows in this format.
    pub(super) fn sheet<'a>(self, table: Table<'a>, out: &'a mut (dyn Write + Send)) -> io::Result<Box<dyn Sheet + 'a>> {
        Ok(match self {
            Self::Csv => Box::new(csv::Csv::new(table, out)?),
            Self::Xlsx => Box::new(xlsx::Xlsx::new(table, out)?),
            Self::Json => Box::new(json::Json::document(table, out)?),
            Self::JsonLines => Box::new(json::Json::lines(table, out)),
            Self::Parquet => Box::new(parquet::Parquet::new(&table, out)?),
            Self::Html => Box::new(html::Html::new(table, out)),
        })
    }
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

/// A text of the formats' own in both languages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phrase {
    pub en: &'static str,
    pub zh: &'static str,
}

impl Phrase {
    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        }
    }
}

/// A column that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableColumn {
    /// Its name in the definition: what machines call it.
    pub name: String,
    /// Its heading in the language of the table: what people call it.
    pub heading: String,
    /// What it holds. A percentile has the kind of what it is a percentile of.
    pub kind: ColumnKind,
    /// Its place in the definition; `None` is the mark.
    pub place: Option<usize>,
}

/// What is known of a table before its first row.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    /// What it is a table of.
    pub definition: &'a Definition,
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// The language of headings, labels and words.
    pub language: Language,
    /// From what it was made.
    pub about: &'a About,
    /// How CSV is written.
    pub csv: CsvOptions,
}

impl Table<'_> {
    /// The place of a column of the definition among those that are shown.
    pub fn shown(&self, place: usize) -> Option<usize> {
        self.columns.iter().position(|column| column.place == Some(place))
    }
}

/// A row on its way into a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct SheetRow<'r> {
    /// Whether it adds up the rows since the total before it.
    pub is_total: bool,
    /// Its cells, one for each column of the table.
    pub cells: &'r [Cell<'r>],
}

/// Takes a table in, row by row.
pub(super) trait Sheet {
    /// One row.
    fn row(&mut self, row: SheetRow<'_>) -> io::Result<()>;

    /// The end of the table. Everything is with the receiver after it.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
