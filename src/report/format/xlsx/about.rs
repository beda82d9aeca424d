//! The last sheet: what the report is, from what it was made, and the exact amounts of its totals.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::styles::{Header, display_width};
use crate::model::Language;
use crate::report::cell::Cell;
use crate::report::column::ColumnKind;
use crate::report::format::{Phrase, Table};

/// The name of the sheet.
pub const ABOUT: Phrase = Phrase { en: "About", zh: "说明" };
const EXACT: Phrase = Phrase { en: "Exact totals", zh: "精确合计" };
const NOTE: Phrase = Phrase {
    en: "Cells of a spreadsheet hold about fifteen digits. The amounts here are exact, with all their decimals, as text.",
    zh: "电子表格的单元格约有十五位有效数字。此处金额为文本，保留全部小数，完全精确。",
};
const MORE: Phrase = Phrase {
    en: "further totals: the report as csv has all of them exactly",
    zh: "项合计未列出：CSV 格式的报表含全部精确合计",
};
/// More totals than anybody reads are left to other formats, since they are held in memory.
const MOST: usize = 10_000;
/// How wide the widest column is; the first holds what the lines are about.
const WIDEST: usize = 60;

/// The totals so far, and the columns that tell them.
pub struct AboutSheet {
    columns: Vec<usize>,
    totals: Vec<Vec<String>>,
    left_out: u64,
}

impl AboutSheet {
    /// For a table.
    pub fn of(table: &Table<'_>) -> Self {
        let kept = |kind: ColumnKind| kind.is_key() || matches!(kind, ColumnKind::Money { .. } | ColumnKind::Status);
        let columns = table.columns.iter().enumerate().filter(|(_, column)| kept(column.kind));
        Self { columns: columns.map(|(place, _)| place).collect(), totals: Vec::new(), left_out: 0 }
    }

    /// Remembers a total.
    pub fn total(&mut self, table: &Table<'_>, cells: &[Cell<'_>]) {
        if self.totals.len() == MOST {
            self.left_out += 1;
        } else {
            self.totals.push(self.columns.iter().map(|place| cells[*place].text(table.language)).collect());
        }
    }

    /// The sheet.
    pub fn write(&self, table: &Table<'_>) -> Result<Worksheet, XlsxError> {
        let mut lines = Lines { sheet: Worksheet::new(), row: 0, widths: Vec::new() };
        let language = table.language;
        let (title, description) = (&table.definition.title, &table.definition.description);
        lines.sheet.set_name(ABOUT.in_language(language))?;
        lines.alone(title.in_language(language), &Format::new().set_bold().set_font_size(14))?;
        lines.alone(description.in_language(language), &Format::new())?;
        lines.row += 1;
        let (label, value) = (Format::new().set_bold().set_align(FormatAlign::Top), Format::new().set_align(FormatAlign::Top));
        for (name, text) in table.about.labelled(language) {
            lines.cell(0, name, &label)?;
            lines.beside(1, text, &value)?;
            lines.row += 1;
        }
        if !self.totals.is_empty() {
            lines.row += 1;
            self.exact(&mut lines, table, language)?;
        }
        lines.finish()
    }

    fn exact(&self, lines: &mut Lines, table: &Table<'_>, language: Language) -> Result<(), XlsxError> {
        lines.alone(EXACT.in_language(language), &Format::new().set_bold().set_font_size(12))?;
        lines.alone(NOTE.in_language(language), &Format::new())?;
        let header = Header::new();
        let used: Vec<usize> =
            (0..self.columns.len()).filter(|at| self.totals.iter().any(|total| !total[*at].is_empty())).collect();
        let is_money = |at: usize| matches!(table.columns[self.columns[at]].kind, ColumnKind::Money { .. });
        for (column, at) in used.iter().enumerate() {
            let format = if is_money(*at) { &header.number } else { &header.text };
            lines.cell(column, &table.columns[self.columns[*at]].heading, format)?;
        }
        lines.row += 1;
        let text = Format::new().set_num_format("@").set_border_bottom(FormatBorder::Hair);
        let money = text.clone().set_align(FormatAlign::Right);
        for total in &self.totals {
            for (column, at) in used.iter().enumerate() {
                lines.cell(column, &total[*at], if is_money(*at) { &money } else { &text })?;
            }
            lines.row += 1;
        }
        if self.left_out > 0 {
            let more = format!("{} {}", self.left_out, MORE.in_language(language));
            lines.alone(&more, &Format::new())?;
        }
        Ok(())
    }
}

struct Lines {
    sheet: Worksheet,
    row: u32,
    widths: Vec<usize>,
}

impl Lines {
    /// A line that may be as long as it likes: nothing stands beside it.
    fn alone(&mut self, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, text, format)?;
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, column: usize, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.beside(column, text, format)?;
        if self.widths.len() <= column {
            self.widths.resize(column + 1, 0);
        }
        self.widths[column] = self.widths[column].max(display_width(text));
        Ok(())
    }

    /// A cell that does not make its column wider.
    fn beside(&mut self, column: usize, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, u16::try_from(column).unwrap_or(u16::MAX), text, format)?;
        Ok(())
    }

    fn finish(mut self) -> Result<Worksheet, XlsxError> {
        for (column, width) in self.widths.iter().enumerate() {
            let width = u32::try_from((width + 3).min(WIDEST)).unwrap_or_default();
            self.sheet.set_column_width(u16::try_from(column).unwrap_or(u16::MAX), width)?;
        }
        self.sheet.set_landscape().set_print_fit_to_pages(1, 0);
        Ok(self.sheet)
    }
}
