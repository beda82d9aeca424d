//! Lists of media: a column `file_id` of CSV, or one id a line.

use std::path::Path;

use crate::cli::output::note;
use crate::cli::{Error, file};
use crate::input::table::Table;
use crate::input::{Kind, id};
use crate::model::FileId;

const COLUMN: &str = "file_id";
/// The longest id.
const MOST_DIGITS: usize = 20;

/// Whether a list may hold remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remarks {
    /// It holds ids alone.
    None,
    /// What follows `#` is a remark, and a list may be empty.
    Hash,
}

/// The ids of a file. Every wrong one is told.
pub fn read(path: &Path, remarks: Remarks) -> Result<Vec<FileId>, Error> {
    let name = path.display();
    let wrong = |why: &dyn std::fmt::Display| Error::usage(format!("{name}: {why}"));
    let mut text = file::text(path, Kind::List).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if remarks == Remarks::Hash {
        text = without_remarks(&text);
    }
    let table = Table::with_header(&text, &[COLUMN]).map_err(|error| wrong(&error))?;
    let mut rows = table.rows.as_slice();
    let named = rows.first().and_then(|(_, titles)| titles.iter().position(|title| title == COLUMN));
    if named.is_some() {
        rows = &rows[1..];
    }
    if rows.is_empty() && remarks == Remarks::None {
        let what = if named.is_some() { "it names no media" } else { "it is empty" };
        return Err(wrong(&format!("{what}; give one file id a line, or CSV with a column {COLUMN}")));
    }
    let (mut ids, mut problems) = (Vec::new(), Vec::new());
    for (line, cells) in rows {
        let cell = cells.get(named.unwrap_or(0)).map_or("", String::as_str);
        match file_id(cell) {
            Ok(id) => ids.push(id),
            Err(why) => problems.push(format!("{name}: line {line}: {cell:?} is no file id: {why}")),
        }
    }
    if !problems.is_empty() {
        return Err(Error::usage(problems.join("\n")));
    }
    if !ids.is_empty() && ids.iter().all(|id| id::looks_rounded(id.as_str())) {
        return Err(wrong(&"every id ends with zeros: a spreadsheet has rounded them; export the list anew, with ids as text"));
    }
    note!("{name}: {} ids read, all used; skipped: {} blank lines", ids.len(), table.blank);
    Ok(ids)
}

fn file_id(cell: &str) -> Result<FileId, String> {
    let digits = id::read_digits(cell).map_err(|error| error.to_string())?;
    if digits.is_empty() || digits.len() > MOST_DIGITS {
        return Err(format!("that is a number of up to {MOST_DIGITS} digits"));
    }
    Ok(FileId::new(digits))
}

/// The text with its remarks taken out, line by line.
fn without_remarks(text: &str) -> String {
    let line = |line: &str| line.split('#').next().unwrap_or_default().trim_end().to_owned() + "\n";
    text.replace("\r\n", "\n").split(['\n', '\r']).map(line).collect()
}
