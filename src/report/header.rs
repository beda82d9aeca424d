//! The header of a definition: comments at the top of the file, one `key: value` each.

use super::column::{Column, ColumnKind};
use super::definition::{Chart, ChartKind, Parameter, ParameterKind, Whole};
use super::format::Format;
use super::label::Label;
use super::sql::FIXED_PARAMETERS;

/// Why a line was refused.
pub type Refusal = (usize, String);

/// What the lines said, not yet held against each other.
#[derive(Default)]
pub struct Header {
    pub title: Option<Label>,
    pub description: Label,
    pub formats: Vec<Format>,
    pub whole: Whole,
    pub parameters: Vec<Parameter>,
    columns: Vec<RawColumn>,
    charts: Vec<RawChart>,
}

struct RawColumn {
    line: usize,
    name: String,
    kind: String,
    hidden: bool,
    heading: Label,
}

struct RawChart {
    line: usize,
    words: Vec<String>,
    title: Label,
}

impl Header {
    /// Reads the comments before the query.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let mut header = Self::default();
        for (index, line) in text.lines().enumerate() {
            match line.trim().strip_prefix("--") {
                Some(comment) => header.line(index + 1, comment).map_err(|message| (index + 1, message))?,
                None if line.trim().is_empty() => {}
                None => break,
            }
        }
        Ok(header)
    }

    /// Reads one comment line; what is no `key: value` of ours is a comment.
    fn line(&mut self, line: usize, comment: &str) -> Result<(), String> {
        let Some((key, value)) = comment.split_once(':') else { return Ok(()) };
        match key.trim() {
            "title" => self.title = Some(Label::parse(value)),
            "description" => self.description = Label::parse(value),
            "formats" => {
                for word in value.split([',', ' ']).filter(|word| !word.is_empty()) {
                    self.formats.push(word.parse()?);
                }
            }
            "period" => self.whole = value.trim().parse()?,
            "parameter" => {
                let parameter = parameter(value)?;
                if self.parameters.iter().any(|known| known.name == parameter.name) {
                    return Err(format!("parameter {:?} is there twice", parameter.name));
                }
                self.parameters.push(parameter);
            }
            "column" => {
                let column = RawColumn::parse(line, value)?;
                if self.columns.iter().any(|known| known.name == column.name) {
                    return Err(format!("column {:?} is there twice", column.name));
                }
                self.columns.push(column);
            }
            "chart" => {
                let (left, title) = value.split_once('|').unwrap_or((value, ""));
                let words = left.split_whitespace().map(str::to_owned).collect();
                self.charts.push(RawChart { line, words, title: Label::parse(title) });
            }
            _ => {}
        }
        Ok(())
    }

    /// The columns, each with the places of those that it names.
    pub fn columns(&self) -> Result<Vec<Column>, Refusal> {
        if self.columns.is_empty() {
            return Err((1, "the header names no columns; write `-- column: NAME KIND | English | 中文` for each".to_owned()));
        }
        let mut columns = Vec::with_capacity(self.columns.len());
        for raw in &self.columns {
            let kind = self.kind(&raw.kind).map_err(|message| (raw.line, message))?;
            columns.push(Column { name: raw.name.clone(), kind, heading: raw.heading.clone(), hidden: raw.hidden });
        }
        for (raw, column) in self.columns.iter().zip(&columns) {
            fits(column, &columns).map_err(|message| (raw.line, message))?;
        }
        if columns.iter().all(|column| column.hidden) {
            return Err((self.columns[0].line, "every column is hidden; show one at least".to_owned()));
        }
        Ok(columns)
    }

    /// The charts, over these columns.
    pub fn charts(&self, columns: &[Column]) -> Result<Vec<Chart>, Refusal> {
        self.charts.iter().map(|raw| raw.resolve(columns).map_err(|message| (raw.line, message))).collect()
    }

    fn place(&self, kind: &str, name: &str) -> Result<usize, String> {
        let position = self.columns.iter().position(|column| column.name == name);
        position.ok_or_else(|| format!("{kind:?} names {name:?}, a column that the header does not have"))
    }

    fn kind(&self, text: &str) -> Result<ColumnKind, String> {
        let (word, arguments) = match text.split_once('(') {
            Some((word, rest)) => (word, rest.strip_suffix(')').ok_or_else(|| format!("{text:?} lacks its `)`"))?),
            None => (text, ""),
        };
        let arguments: Vec<&str> = arguments.split(',').map(str::trim).filter(|argument| !argument.is_empty()).collect();
        let form = |form: &str| format!("{text:?} is not of the form {form}");
        Ok(match (word, arguments.as_slice()) {
            ("text", []) => ColumnKind::Text,
            ("word", []) => ColumnKind::Word,
            ("id", []) => ColumnKind::Id,
            ("day" | "month", []) => ColumnKind::Day,
            ("time", []) => ColumnKind::Time,
            ("number", []) => ColumnKind::Number,
            ("decimal", []) => ColumnKind::Decimal,
            ("status", []) => ColumnKind::Status,
            ("money", [currency]) => ColumnKind::Money { currency: self.place(text, currency)? },
            ("money", _) => return Err(form("money(CURRENCY COLUMN)")),
            ("quantity", [unit]) => ColumnKind::Quantity { unit: self.place(text, unit)? },
            ("quantity", _) => return Err(form("quantity(UNIT COLUMN)")),
            ("ratio", [numerator, denominator]) => {
                ColumnKind::Ratio { numerator: self.place(text, numerator)?, denominator: self.place(text, denominator)? }
            }
            ("ratio", _) => return Err(form("ratio(COLUMN,COLUMN), without blanks")),
            ("percentile", [percent, of]) => {
                let percent = percent.parse().ok().filter(|percent| (1..=99).contains(percent));
                let percent = percent.ok_or_else(|| format!("{text:?}: the percentile is a whole number from 1 to 99"))?;
                ColumnKind::Percentile { percent, of: self.place(text, of)? }
            }
            ("percentile", _) => return Err(form("percentile(95,COLUMN), without blanks")),
            _ => {
                return Err(format!(
                    "kind {text:?} is unknown; known kinds: text word id day month time number decimal status \
                     money(CURRENCY COLUMN) quantity(UNIT COLUMN) ratio(COLUMN,COLUMN) percentile(95,COLUMN)"
                ));
            }
        })
    }
}

/// Whether what a column names is what it needs.
fn fits(column: &Column, columns: &[Column]) -> Result<(), String> {
    let named = |place: usize, needed: &str, is: &dyn Fn(&Column) -> bool| {
        let other = &columns[place];
        if is(other) { Ok(()) } else { Err(format!("column {:?} needs {needed}, and {:?} is none", column.name, other.name)) }
    };
    let text = |place| named(place, "a column of words", &|other: &Column| other.kind.is_key());
    let measure = |place| named(place, "a number, quantity or money of the query", &|other: &Column| other.kind.is_measure());
    if column.hidden && column.kind.is_computed() {
        return Err(format!("column {:?} is computed, so nothing can need it hidden", column.name));
    }
    match column.kind {
        ColumnKind::Money { currency } => text(currency),
        ColumnKind::Quantity { unit } => text(unit),
        ColumnKind::Ratio { numerator, denominator } => measure(numerator).and_then(|()| measure(denominator)),
        ColumnKind::Percentile { of, .. } => {
            measure(of)?;
            named(of, "a hidden column: its rows become one", &|other: &Column| other.hidden)
        }
        _ => Ok(()),
    }
}

impl RawColumn {
    /// `NAME KIND [hidden] | English | 中文`.
    fn parse(line: usize, text: &str) -> Result<Self, String> {
        let (left, heading) = text.split_once('|').unwrap_or((text, ""));
        let words: Vec<&str> = left.split_whitespace().collect();
        let (name, kind, hidden) = match words.as_slice() {
            [name, kind] => (name, kind, false),
            [name, kind, "hidden"] => (name, kind, true),
            _ => return Err(format!("{:?} is not `NAME KIND | English | 中文`", text.trim())),
        };
        let heading = Label::parse(if heading.trim().is_empty() { name } else { heading });
        Ok(Self { line, name: (*name).to_owned(), kind: (*kind).to_owned(), hidden, heading })
    }
}

impl RawChart {
    /// `bars|lines X Y [by SERIES] [of ROW TYPE] | English | 中文`.
    fn resolve(&self, columns: &[Column]) -> Result<Chart, String> {
        let shown = |name: &str| {
            let place = columns.iter().position(|column| column.name == name && !column.hidden);
            place.ok_or_else(|| format!("the chart names {name:?}, which is no shown column"))
        };
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let (words, of) = match words.as_slice() {
            [words @ .., "of", row_type] => (words, Some((*row_type).to_owned())),
            words => (words, None),
        };
        let (kind, x, y, by) = match words {
            [kind, x, y] => (*kind, *x, *y, None),
            [kind, x, y, "by", by] => (*kind, *x, *y, Some(*by)),
            _ => return Err("a chart is `bars|lines X Y [by SERIES] [of ROW_TYPE] | English | 中文`".to_owned()),
        };
        if of.is_some() && !columns.iter().any(|column| column.name == "row_type") {
            return Err("`of` chooses rows by the column row_type, which the header does not have".to_owned());
        }
        let kind = match kind {
            "bars" => ChartKind::Bars,
            "lines" => ChartKind::Lines,
            _ => return Err(format!("chart {kind:?} is unknown; known charts: bars lines")),
        };
        let (x, y, by) = (shown(x)?, shown(y)?, by.map(shown).transpose()?);
        let wrong = |place: usize, needed: &str| format!("the chart needs {needed}, and {:?} is none", columns[place].name);
        if !columns[y].kind.is_measure() {
            return Err(wrong(y, "a number, quantity or money to draw"));
        }
        if let Some(place) = [Some(x), by].into_iter().flatten().find(|place| !columns[*place].kind.is_key()) {
            return Err(wrong(place, "words or days beside it"));
        }
        Ok(Chart { kind, x, y, by, of, title: self.title.clone() })
    }
}

/// `NAME KIND DEFAULT | English | 中文`.
fn parameter(text: &str) -> Result<Parameter, String> {
    let (left, label) = text.split_once('|').unwrap_or((text, ""));
    let words: Vec<&str> = left.split_whitespace().collect();
    let (name, kind, default) = match words.as_slice() {
        [name, kind, default @ ..] => (*name, *kind, default.join(" ")),
        _ => return Err(format!("{:?} is not `NAME text|number DEFAULT | English | 中文`", text.trim())),
    };
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if !name.starts_with(|letter: char| letter.is_ascii_lowercase()) || !name.chars().all(plain) {
        return Err(format!("parameter {name:?}: a name is small letters, digits and underscores"));
    }
    if FIXED_PARAMETERS.contains(&name) {
        return Err(format!("parameter {name:?} is there in every report; leave the line out"));
    }
    let kind = match kind {
        "text" => ParameterKind::Text,
        "number" => ParameterKind::Number,
        _ => return Err(format!("parameter {name:?}: {kind:?} is unknown; known kinds: text number")),
    };
    let label = Label::parse(if label.trim().is_empty() { name } else { label });
    let parameter = Parameter { name: name.to_owned(), kind, default, label };
    parameter.check(&parameter.default)?;
    Ok(parameter)
}
