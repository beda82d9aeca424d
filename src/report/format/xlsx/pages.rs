//! The sheets with the table: one, or several where it has more rows than a sheet.

use rust_xlsxwriter::{Formula, IgnoreError, Workbook, Worksheet, XlsxError};

use super::MOST_WHOLE;
use super::about::ABOUT;
use super::styles::{ColumnStyle, Header, display_width};
use crate::model::Language;
use crate::report::cell::Cell;
use crate::report::column::ColumnKind;
use crate::report::format::{Table, TableColumn};

/// How many rows a sheet has; few in tests.
const ROWS: u32 = if cfg!(test) { 6 } else { 1_048_576 };
/// How long the name of a sheet may be, in UTF-16 units.
const MOST_NAME: usize = 31;
/// How wide the narrowest and the widest column are.
const WIDTHS: (usize, usize) = (8, 48);
/// What the button of the filter takes in a heading.
const BUTTON: usize = 3;

/// Where a row stands: the sheet, and the row in it, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub page: usize,
    pub row: u32,
}

impl Place {
    /// The row below the headings.
    pub const FIRST_ROW: u32 = 1;
    /// The last row of a sheet.
    pub const LAST_ROW: u32 = ROWS - 1;
}

/// The sheets so far.
pub struct Pages {
    title: String,
    language: Language,
    columns: Vec<TableColumn>,
    styles: Vec<ColumnStyle>,
    header: Header,
    /// The widest text of each column.
    widths: Vec<usize>,
    done: Vec<Worksheet>,
    open: Worksheet,
    names: Vec<String>,
    /// The row that is written.
    row: u32,
    text: String,
}

impl Pages {
    /// The first sheet, with its headings.
    pub fn new(table: &Table<'_>, workbook: &mut Workbook) -> Result<Self, XlsxError> {
        let styles: Vec<ColumnStyle> = table.columns.iter().map(|column| ColumnStyle::of(column.kind)).collect();
        let widths = table.columns.iter().map(|column| display_width(&column.heading) + BUTTON).collect();
        let mut pages = Self {
            title: sheet_title(table.definition.title.in_language(table.language)),
            language: table.language,
            columns: table.columns.clone(),
            styles,
            header: Header::new(),
            widths,
            done: Vec::new(),
            open: workbook.new_worksheet_with_constant_memory()?,
            names: Vec::new(),
            row: 0,
            text: String::new(),
        };
        pages.begin()?;
        Ok(pages)
    }

    /// The names of the sheets.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Goes to the next row, which may be on a new sheet.
    pub fn next_row(&mut self, workbook: &mut Workbook) -> Result<Place, XlsxError> {
        if self.row == Place::LAST_ROW {
            self.end()?;
            let full = std::mem::replace(&mut self.open, workbook.new_worksheet_with_constant_memory()?);
            self.done.push(full);
            self.begin()?;
        }
        self.row += 1;
        Ok(Place { page: self.names.len() - 1, row: self.row })
    }

    /// Writes a row that is no total.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        for (column, cell) in cells.iter().enumerate() {
            self.cell(column, *cell, false)?;
        }
        Ok(())
    }

    /// Writes a total, with formulas in these columns.
    pub fn total(&mut self, cells: &[Cell<'_>], formulas: &[(usize, String)]) -> Result<(), XlsxError> {
        for (column, cell) in cells.iter().enumerate() {
            match formulas.iter().find(|(place, _)| *place == column) {
                None => self.cell(column, *cell, true)?,
                Some((_, formula)) => {
                    self.spell(column, *cell);
                    // What a program shows that does not calculate.
                    let result: f64 = self.text.parse().unwrap_or_default();
                    let formula = Formula::new(formula).set_result(result.to_string());
                    self.open.write_formula_with_format(self.row, place(column), formula, &self.styles[column].total)?;
                }
            }
        }
        Ok(())
    }

    /// Hands the sheets over.
    pub fn finish(mut self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        self.end()?;
        self.done.push(self.open);
        for sheet in self.done {
            workbook.push_worksheet(sheet);
        }
        Ok(())
    }

    /// Writes the headings of a new sheet. The formats of cells come from their columns, which costs less than one for each cell.
    fn begin(&mut self) -> Result<(), XlsxError> {
        self.names.push(page_name(&self.title, self.names.len() + 1));
        self.row = 0;
        for (column, style) in self.styles.iter().enumerate() {
            self.open.set_column_format(place(column), &style.cell)?;
            let header = if style.is_number { &self.header.number } else { &self.header.text };
            self.open.write_string_with_format(0, place(column), &self.columns[column].heading, header)?;
        }
        Ok(())
    }

    /// What is known when all rows of a sheet are written.
    fn end(&mut self) -> Result<(), XlsxError> {
        let sheet = &mut self.open;
        sheet.set_name(self.names.last().map(String::as_str).unwrap_or_default())?;
        sheet.set_freeze_panes(1, 0)?;
        let last = place(self.columns.len().saturating_sub(1));
        sheet.autofilter(0, 0, self.row, last)?;
        for (column, width) in self.widths.iter().enumerate() {
            let width = (*width + 1).clamp(WIDTHS.0, WIDTHS.1);
            sheet.set_column_width(place(column), u32::try_from(width).unwrap_or_default())?;
            if self.columns[column].kind == ColumnKind::Id && self.row > 0 {
                sheet.ignore_error_range(1, place(column), self.row, place(column), IgnoreError::NumberStoredAsText)?;
            }
        }
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        Ok(())
    }

    /// The text of a cell, as CSV has it; its column is as wide as it needs.
    fn spell(&mut self, column: usize, cell: Cell<'_>) {
        self.text = cell.text(self.language);
        let most = &mut self.widths[column];
        let width = match cell {
            Cell::Text(_) | Cell::Word(_) if self.text.len() > *most => display_width(&self.text),
            Cell::Text(_) | Cell::Word(_) => 0,
            _ => self.styles[column].width(&self.text),
        };
        *most = (*most).max(width);
    }

    fn cell(&mut self, column: usize, cell: Cell<'_>, total: bool) -> Result<(), XlsxError> {
        self.spell(column, cell);
        let (row, at, style) = (self.row, place(column), &self.styles[column]);
        let format = total.then_some(&style.total);
        let number = match cell {
            Cell::Empty => None,
            Cell::Number(number) if number.unsigned_abs() > MOST_WHOLE => None,
            Cell::Day(_) | Cell::Time(_) => style.moment(cell),
            cell if cell.is_number() => self.text.parse::<f64>().ok(),
            _ => None,
        };
        match (number, format) {
            // A whole quantity would otherwise end in a point.
            (Some(number), _) if matches!(cell, Cell::Quantity(..)) && !self.text.contains('.') => {
                let format = if total { &style.whole_total } else { &style.whole };
                self.open.write_number_with_format(row, at, number, format)?
            }
            (Some(number), Some(format)) => self.open.write_number_with_format(row, at, number, format)?,
            (Some(number), None) => self.open.write_number(row, at, number)?,
            (None, Some(format)) => self.open.write_string_with_format(row, at, self.text.as_str(), format)?,
            (None, None) => self.open.write_string(row, at, self.text.as_str())?,
        };
        Ok(())
    }
}

/// A column as the library counts it. It refuses what is past the last column of a sheet.
fn place(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// A title without what the name of a sheet may not have.
fn sheet_title(title: &str) -> String {
    let kept: String =
        title.chars().map(|letter| if r"[]:*?/\".contains(letter) || letter.is_control() { ' ' } else { letter }).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = kept.trim_matches(['\'', ' ']);
    // Programs keep these names to themselves, or the last sheet has it.
    let lower = kept.to_lowercase();
    let taken = lower.is_empty() || lower == "history" || [ABOUT.en.to_lowercase().as_str(), ABOUT.zh].contains(&lower.as_str());
    if taken { format!("{kept} report").trim().to_owned() } else { kept.to_owned() }
}

/// The title, and from the second sheet on its number, within the length of names.
fn page_name(title: &str, number: usize) -> String {
    let suffix = if number == 1 { String::new() } else { format!(" ({number})") };
    let mut room = MOST_NAME - suffix.len();
    let fits = |letter: &char| {
        let needed = letter.len_utf16();
        let fits = needed <= room;
        room = room.saturating_sub(needed);
        fits
    };
    let name: String = title.chars().take_while(fits).collect();
    format!("{}{suffix}", name.trim_end_matches(['\'', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_what_programs_take() {
        assert_eq!(sheet_title("Cost: by [day] / item?"), "Cost by day item");
        assert_eq!(sheet_title("'quoted'"), "quoted");
        assert_eq!(sheet_title("about"), "about report");
        assert_eq!(sheet_title("说明"), "说明 report");
        assert_eq!(sheet_title("::"), "report");
        assert_eq!(page_name("Cost by day", 1), "Cost by day");
        assert_eq!(page_name("Cost by day", 2), "Cost by day (2)");
        let long = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三";
        assert_eq!(page_name(long, 12).chars().count(), MOST_NAME);
        assert!(page_name(long, 12).ends_with(" (12)"));
    }
}
