//! A workbook: the table on a sheet to sort, filter and add up, and a sheet that says from what it was made.
//!
//! Cells hold numbers as the format knows them, doubles; the last sheet holds the exact amounts of the totals as text. Rows go
//! to a temporary file as they come, so that memory does not grow with them.

mod about;
mod guard;
mod pages;
mod styles;
mod totals;

use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{Sheet, SheetRow, Table};
use crate::report::cell::Cell;

use about::AboutSheet;
use guard::guarded;
use pages::Pages;
use totals::Totals;

/// The longest text of a cell, in UTF-16 units.
const MOST_TEXT: usize = 32_767;
/// The largest whole number up to which a double holds every one.
const MOST_WHOLE: u64 = 1 << 53;

/// Writes a table as a workbook.
pub struct Xlsx<'a> {
    workbook: Workbook,
    pages: Pages,
    totals: Totals,
    about: AboutSheet,
    table: Table<'a>,
    rows: u64,
    out: &'a mut (dyn Write + Send),
}

impl<'a> Xlsx<'a> {
    /// Writes to `out` at the end.
    pub fn new(table: Table<'a>, out: &'a mut (dyn Write + Send)) -> io::Result<Self> {
        let mut workbook = Workbook::new();
        let title = table.definition.title.in_language(table.language);
        let properties = DocProperties::new().set_title(title).set_creation_datetime(&guarded(fixed_time)?);
        workbook.set_properties(&properties);
        let pages = guarded(|| Pages::new(&table, &mut workbook))?;
        let (totals, about) = (Totals::of(&table), AboutSheet::of(&table));
        Ok(Self { workbook, pages, totals, about, table, rows: 0, out })
    }

    /// What does not fit is refused: nothing is cut.
    fn check(&self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (place, cell) in cells.iter().enumerate() {
            let (Cell::Text(text) | Cell::Word(text) | Cell::Day(text)) = cell else { continue };
            if text.len() > MOST_TEXT && text.encode_utf16().count() > MOST_TEXT {
                let message = format!(
                    "row {}, column {}: the text has {} characters, and a cell of a workbook holds {MOST_TEXT}; \
                     write this report as csv",
                    self.rows,
                    self.table.columns[place].name,
                    text.chars().count()
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(())
    }
}

impl Sheet for Xlsx<'_> {
    fn row(&mut self, row: SheetRow<'_>) -> io::Result<()> {
        self.rows += 1;
        self.check(row.cells)?;
        let at = guarded(|| self.pages.next_row(&mut self.workbook))?;
        if row.is_total {
            let sums = self.totals.take(row.cells, at, self.pages.names());
            guarded(|| self.pages.total(row.cells, &sums))?;
            self.about.total(&self.table, row.cells);
        } else {
            self.totals.add(row.cells, at);
            guarded(|| self.pages.row(row.cells))?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let Self { mut workbook, pages, about, table, out, .. } = *self;
        guarded(|| {
            let about = about.write(&table)?;
            pages.finish(&mut workbook)?;
            workbook.push_worksheet(about);
            workbook.save_to_writer(&mut *out)
        })?;
        out.flush()
    }
}

/// Every workbook says that it was made then, so that the same rows give the same bytes.
fn fixed_time() -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(2000, 1, 1)
}
