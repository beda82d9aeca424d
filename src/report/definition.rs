//! A report definition: a header in SQL comments, then one SELECT.

use super::ReportError;
use super::format::Format;
use super::sql::{self, Query};
use crate::model::Language;

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Label {
    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }

    /// `English | Chinese`; one text serves for both.
    fn parse(text: &str) -> Self {
        let (en, zh) = text.split_once('|').unwrap_or((text, text));
        Self { en: en.trim().to_owned(), zh: zh.trim().to_owned() }
    }
}

/// What the values of a column are, and so how they are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words.
    Text,
    /// An id: text, even when it looks like a number.
    Id,
    /// A billing day or month, as text.
    Day,
    /// A whole number.
    Number,
    /// A decimal number, as text.
    Decimal,
    /// 10⁻⁸ of the currency in another column.
    Money,
    /// Base units, printed in the unit that another column names.
    Quantity {
        /// The place of that column.
        unit: usize,
    },
    /// A `status_rank`, printed as its word.
    Status,
}

/// One column of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the query.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Its heading.
    pub heading: Label,
}

/// A report, ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name it is called by.
    pub name: String,
    /// Where it came from, for messages.
    pub origin: String,
    /// Its title.
    pub title: Label,
    /// What it shows.
    pub description: Label,
    /// What it is written as.
    pub formats: Vec<Format>,
    /// Its columns, in the order of the query.
    pub columns: Vec<Column>,
    pub(super) query: Query,
}

impl Definition {
    /// Reads a definition. `origin` says where the text came from.
    pub fn parse(name: &str, text: &str, origin: &str) -> Result<Self, ReportError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let refuse = |line: usize, message: String| ReportError::Definition { origin: origin.to_owned(), line, message };
        let mut header = Header::default();
        for (index, line) in text.lines().enumerate() {
            match line.trim().strip_prefix("--") {
                Some(comment) => header.read(index + 1, comment).map_err(|message| refuse(index + 1, message))?,
                None if line.trim().is_empty() => {}
                None => break,
            }
        }
        let query = sql::read(text).map_err(|(at, message)| refuse(text[..at].matches('\n').count() + 1, message))?;
        if header.columns.is_empty() {
            return Err(refuse(
                1,
                "the header names no columns; write `-- column: NAME KIND | English | 中文` for each".to_owned(),
            ));
        }
        let columns = header.resolve().map_err(|(line, message)| refuse(line, message))?;
        let formats = if header.formats.is_empty() { vec![Format::Csv] } else { header.formats };
        Ok(Self {
            name: name.to_owned(),
            origin: origin.to_owned(),
            title: header.title.unwrap_or_else(|| Label::parse(name)),
            description: header.description,
            formats,
            columns,
            query,
        })
    }
}

#[derive(Default)]
struct Header {
    title: Option<Label>,
    description: Label,
    formats: Vec<Format>,
    columns: Vec<RawColumn>,
}

struct RawColumn {
    line: usize,
    name: String,
    kind: String,
    heading: Label,
}

impl Header {
    /// Reads one comment line; what is no `key: value` of ours is a comment.
    fn read(&mut self, line: usize, comment: &str) -> Result<(), String> {
        let Some((key, value)) = comment.split_once(':') else { return Ok(()) };
        match key.trim() {
            "title" => self.title = Some(Label::parse(value)),
            "description" => self.description = Label::parse(value),
            "formats" => {
                for word in value.split([',', ' ']).filter(|word| !word.is_empty()) {
                    self.formats.push(word.parse()?);
                }
            }
            "column" => self.columns.push(RawColumn::parse(line, value)?),
            _ => {}
        }
        Ok(())
    }

    fn resolve(&self) -> Result<Vec<Column>, (usize, String)> {
        let kind = |column: &RawColumn| self.kind(&column.kind).map_err(|message| (column.line, message));
        let column = |raw: &RawColumn| Ok(Column { name: raw.name.clone(), kind: kind(raw)?, heading: raw.heading.clone() });
        self.columns.iter().map(column).collect()
    }

    fn kind(&self, text: &str) -> Result<ColumnKind, String> {
        let (word, argument) = match text.split_once('(') {
            Some((word, rest)) => (word, Some(rest.strip_suffix(')').ok_or_else(|| format!("{text:?} lacks its `)`"))?)),
            None => (text, None),
        };
        let other = || {
            let name = argument.ok_or_else(|| format!("{word} needs another column in brackets, such as {word}(unit)"))?;
            let position = self.columns.iter().position(|column| column.name == name);
            position.ok_or_else(|| format!("{text:?} names a column that the header does not have"))
        };
        Ok(match word {
            "text" => ColumnKind::Text,
            "id" => ColumnKind::Id,
            "day" | "month" => ColumnKind::Day,
            "number" => ColumnKind::Number,
            "decimal" => ColumnKind::Decimal,
            "money" => other().map(|_| ColumnKind::Money)?,
            "quantity" => ColumnKind::Quantity { unit: other()? },
            "status" => ColumnKind::Status,
            _ => {
                return Err(format!(
                    "kind {text:?} is unknown; known kinds: text id day month number decimal money(CURRENCY COLUMN) quantity(UNIT COLUMN) status"
                ));
            }
        })
    }
}

impl RawColumn {
    /// `NAME KIND | English | 中文`.
    fn parse(line: usize, text: &str) -> Result<Self, String> {
        let (left, heading) = text.split_once('|').unwrap_or((text, ""));
        let words: Vec<&str> = left.split_whitespace().collect();
        let &[name, kind] = words.as_slice() else {
            return Err(format!("{:?} is not `NAME KIND | English | 中文`", text.trim()));
        };
        let heading = Label::parse(if heading.trim().is_empty() { name } else { heading });
        Ok(Self { line, name: name.to_owned(), kind: kind.to_owned(), heading })
    }
}
