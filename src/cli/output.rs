//! Listings: one table type, printed for people, as JSON or as CSV.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{SecondsFormat, Utc};
use clap::ValueEnum;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table as Grid, TableStyle, Width};
use serde_json::{Map, Value, json};

use super::Error;

/// Prints a line on standard output, and leaves the function where that fails.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::output::line(format_args!($($text)*))?
    };
}
pub(super) use say;

/// A line on standard output. That its reader has gone stops no work: a change that was begun is finished.
pub fn line(text: fmt::Arguments<'_>) -> Result<(), Error> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// How a listing is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns, for people.
    Table,
    /// An array of objects.
    Json,
    /// Comma-separated, with a header.
    Csv,
}

impl Format {
    /// What was asked for, else a table for a terminal and CSV for a pipe.
    pub fn or_default(asked: Option<Self>) -> Self {
        asked.unwrap_or_else(|| if io::stdout().is_terminal() { Self::Table } else { Self::Csv })
    }
}

/// The longest word that a table does not break: a time with its offset.
const UNBROKEN: usize = 25;

/// Spaces between columns.
const GAP: u16 = 2;

/// A listing: named columns, rows of JSON values. Numbers that may pass 2⁵³ and all ids are text.
#[derive(Debug)]
pub struct Listing {
    columns: Vec<String>,
    /// The columns that a table shows; people do not read twelve.
    shown: Vec<usize>,
    /// Whether a table may be wider than the terminal.
    unwrapped: bool,
    /// Spaces in front of a table.
    indent: u16,
    /// Columns aligned to the right although they are text.
    right: Vec<usize>,
    rows: Vec<Vec<Value>>,
}

impl Listing {
    /// An empty listing.
    pub fn new<S: AsRef<str>>(columns: &[S]) -> Self {
        Self {
            columns: columns.iter().map(|name| name.as_ref().to_owned()).collect(),
            shown: (0..columns.len()).collect(),
            unwrapped: false,
            indent: 0,
            right: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Shows only these columns, in this order, in a table; JSON and CSV hold them all.
    pub fn narrow(mut self, columns: &[&str]) -> Self {
        self.shown = columns.iter().filter_map(|name| self.columns.iter().position(|column| column == name)).collect();
        self
    }

    /// Lets a table be wider than the terminal: for URLs, which must not be cut.
    pub fn unwrapped(mut self) -> Self {
        self.unwrapped = true;
        self
    }

    /// Sets a table off from the left margin.
    pub fn indented(mut self, spaces: u16) -> Self {
        self.indent = spaces;
        self
    }

    /// Aligns columns of amounts, which are text, to the right.
    pub fn right(mut self, columns: &[&str]) -> Self {
        self.right = columns.iter().filter_map(|name| self.columns.iter().position(|column| column == name)).collect();
        self
    }

    /// Adds a row; one value per column.
    pub fn push(&mut self, row: Vec<Value>) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    /// Prints the listing on standard output.
    pub fn print(&self, format: Format) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        match format {
            Format::Table => self.write_table(&mut out)?,
            Format::Json => {
                let rows: Vec<Value> = self.rows.iter().map(|row| self.object(row)).collect();
                serde_json::to_writer_pretty(&mut out, &rows).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(&mut out);
                writer.write_record(&self.columns).map_err(into_io)?;
                for row in &self.rows {
                    writer.write_record(row.iter().map(text)).map_err(into_io)?;
                }
                writer.flush()?;
            }
        }
        Ok(())
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Writes the listing as a table.
    pub fn write_table(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.grid())
    }

    /// A row as JSON.
    pub fn object(&self, row: &[Value]) -> Value {
        let members: Map<String, Value> = self.columns.iter().cloned().zip(row.iter().cloned()).collect();
        Value::Object(members)
    }

    /// How wide each shown column must be, so that no id, time or amount in it is broken. Where all of that is wider than the
    /// terminal, the widest columns give way.
    fn bounds(&self, terminal: u16) -> Vec<u16> {
        let mut bounds: Vec<u16> = self.shown.iter().map(|index| self.unbroken(*index)).collect();
        while bounds.iter().map(|bound| bound + GAP).sum::<u16>() + self.indent > terminal
            && let Some(widest) = bounds.iter_mut().max().filter(|widest| **widest > 0)
        {
            *widest = 0;
        }
        bounds
    }

    /// How wide each shown column is, where all together are wider than the terminal: what its words need, and of the rest as
    /// much as it can use. What a narrow column leaves goes to the wider ones.
    fn widths(&self, terminal: u16, whole: &[u16]) -> Option<Vec<u16>> {
        let gaps = GAP * u16::try_from(whole.len()).ok()? + self.indent;
        if whole.iter().sum::<u16>() + gaps <= terminal {
            return None;
        }
        let mut widths = self.bounds(terminal);
        let mut rest = terminal.saturating_sub(gaps + widths.iter().sum::<u16>());
        let mut wanting: Vec<usize> = (0..whole.len()).collect();
        wanting.sort_by_key(|place| whole[*place].saturating_sub(widths[*place]));
        for (done, place) in wanting.iter().enumerate() {
            let share = rest / u16::try_from(wanting.len() - done).ok()?;
            let more = share.min(whole[*place].saturating_sub(widths[*place]));
            widths[*place] += more;
            rest -= more;
        }
        Some(widths)
    }

    fn unbroken(&self, index: usize) -> u16 {
        let cells = self.rows.iter().map(|row| text(&row[index]));
        let longest =
            |cell: String| cell.split_whitespace().map(|word| word.chars().count()).filter(|width| *width <= UNBROKEN).max();
        cells.filter_map(longest).max().and_then(|width| u16::try_from(width).ok()).unwrap_or(0)
    }

    /// The listing as a table.
    pub fn grid(&self) -> Grid {
        let mut grid = Grid::new();
        let arrangement = if self.unwrapped { ContentArrangement::Disabled } else { ContentArrangement::Dynamic };
        grid.load_style(TableStyle::new()).set_content_arrangement(arrangement);
        grid.set_header(self.shown.iter().map(|index| self.columns[*index].replace('_', " ")));
        for row in &self.rows {
            grid.add_row(self.shown.iter().map(|index| text(&row[*index])));
        }
        let whole = grid.column_max_content_widths();
        let widths = grid.width().and_then(|terminal| self.widths(terminal, &whole));
        for (place, (column, index)) in grid.column_iter_mut().zip(&self.shown).enumerate() {
            let left = if place == 0 { self.indent } else { 0 };
            column.set_padding((left, GAP));
            if let Some(width) = widths.as_ref().and_then(|widths| widths.get(place)) {
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed((*width).max(1) + left + GAP)));
            }
            if self.right.contains(index) || !self.rows.is_empty() && self.rows.iter().all(|row| row[*index].is_number()) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        grid
    }
}

/// Prints a line on standard error, like `eprintln!`, but a reader who has gone is no panic: there is nobody left to tell.
macro_rules! note {
    ($($argument:tt)*) => {
        $crate::cli::output::tell(format_args!($($argument)*))
    };
}
pub(super) use note;

/// Whether standard error is a log of JSON lines.
static JSON_LOG: AtomicBool = AtomicBool::new(false);

/// Makes every message on standard error a line of JSON, of the form that the log has.
pub fn tell_in_json() {
    JSON_LOG.store(true, Ordering::Relaxed);
}

/// A message on standard error.
pub fn tell(text: fmt::Arguments<'_>) {
    let mut out = io::stderr().lock();
    let _ = if JSON_LOG.load(Ordering::Relaxed) {
        let text = text.to_string();
        let level = match text.split_once(": ") {
            Some(("error", _)) => "ERROR",
            Some(("warning", _)) => "WARN",
            _ => "INFO",
        };
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
        writeln!(out, "{}", json!({ "timestamp": now, "level": level, "fields": { "message": text } }))
    } else {
        writeln!(out, "{text}")
    };
}

/// The error below a CSV error, so that a closed pipe is still known as one.
pub fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A value as CSV and tables show it.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
