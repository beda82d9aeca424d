//! A report definition: a header in SQL comments, then one SELECT.

use std::str::FromStr;

use super::ReportError;
use super::column::Column;
use super::format::Format;
use super::header::Header;
use super::label::Label;
use super::sql::{self, Query};
use crate::ledger::Ledger;

/// Which periods a report can be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whole {
    /// From any day to any day.
    #[default]
    Days,
    /// Whole months: what it shows is kept by the month.
    Months,
    /// It shows what is, whatever the period.
    Now,
}

impl FromStr for Whole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "days" => Ok(Self::Days),
            "months" => Ok(Self::Months),
            "now" => Ok(Self::Now),
            _ => Err(format!("period {text:?} is unknown; known periods: days months now")),
        }
    }
}

/// What a parameter of a definition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Any text.
    Text,
    /// A whole number.
    Number,
}

/// A parameter of a definition's own, `--set NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, without the colon.
    pub name: String,
    /// What it holds.
    pub kind: ParameterKind,
    /// What it is when nobody says.
    pub default: String,
    /// What it means.
    pub label: Label,
}

/// The largest number: hours of it are still seconds that a store can add to a moment.
const MOST_NUMBER: u64 = 1_000_000_000_000_000;

impl Parameter {
    /// Whether a value is of its kind; why not, in words.
    pub fn check(&self, value: &str) -> Result<(), String> {
        match self.kind {
            ParameterKind::Text => Ok(()),
            ParameterKind::Number => match value.parse::<i64>() {
                Ok(number) if number.unsigned_abs() <= MOST_NUMBER => Ok(()),
                Ok(_) => Err(format!("parameter {:?} is a whole number from -{MOST_NUMBER} to {MOST_NUMBER}", self.name)),
                Err(_) => Err(format!("parameter {:?} is a whole number, and {value:?} is none", self.name)),
            },
        }
    }
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Bars, one for each place on the axis, piled up by series.
    Bars,
    /// A line for each series.
    Lines,
}

/// A chart over rows that are no totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// The column along the axis.
    pub x: usize,
    /// The column that is drawn, added up.
    pub y: usize,
    /// The column that tells series apart.
    pub by: Option<usize>,
    /// Only rows of this type; all but totals where nothing says.
    pub of: Option<String>,
    /// Its title.
    pub title: Label,
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
    /// Which periods it can be asked for.
    pub whole: Whole,
    /// Its own parameters.
    pub parameters: Vec<Parameter>,
    /// Its columns. Those that are not computed are those of the query, in its order.
    pub columns: Vec<Column>,
    /// Its charts.
    pub charts: Vec<Chart>,
    pub(super) query: Query,
}

impl Definition {
    /// Reads a definition and checks its query. `origin` says where the text came from.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and what to do about it.
    pub fn parse(name: &str, text: &str, origin: &str) -> Result<Self, ReportError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let refuse = |(line, message): (usize, String)| ReportError::Definition { origin: origin.to_owned(), line, message };
        let header = Header::read(text).map_err(refuse)?;
        let columns = header.columns().map_err(refuse)?;
        let charts = header.charts(&columns).map_err(refuse)?;
        let query = sql::read(text, &header.parameters, &columns).map_err(refuse)?;
        let formats = if header.formats.is_empty() { Format::ALL.to_vec() } else { header.formats };
        Ok(Self {
            name: name.to_owned(),
            origin: origin.to_owned(),
            title: header.title.unwrap_or_else(|| Label::parse(name)),
            description: header.description,
            formats,
            whole: header.whole,
            parameters: header.parameters,
            columns,
            charts,
            query,
        })
    }

    /// Whether charges are placed in time as the caller wishes; otherwise by usage alone.
    pub fn follows_basis(&self) -> bool {
        self.query.parameters.iter().any(|parameter| parameter == "by")
    }

    /// Whether a store knows all views and columns of the query.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn check_on(&self, ledger: &Ledger) -> Result<(), ReportError> {
        let columns = ledger.select_columns(self.query.selection());
        columns.map(drop).map_err(|source| ReportError::Query { name: self.name.clone(), source })
    }

    /// The place of the column that tells totals from other rows.
    pub(super) fn row_type(&self) -> Option<usize> {
        self.columns.iter().position(|column| column.name == "row_type")
    }
}
