//! How cells look, by what they hold.

use chrono::NaiveDate;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::report::cell::Cell;
use crate::report::column::ColumnKind;

const SECONDS_OF_DAY: i64 = 86_400;
/// Days are days at UTC+8.
const OFFSET: i64 = 8 * 3600;
/// The day number of 1970-01-01, as spreadsheets count days.
const EPOCH: i64 = 25_569;
/// Before 1900-03-01 spreadsheets disagree about days; after 9999-12-31 there are none.
const DAYS: std::ops::Range<i64> = 61..2_958_466;
/// Decimals of a quantity that are shown.
const QUANTITY_DECIMALS: usize = 6;

/// How the cells of a column look.
pub struct ColumnStyle {
    kind: ColumnKind,
    /// Whether they are numbers, which stand at the right.
    pub is_number: bool,
    /// A cell.
    pub cell: Format,
    /// A cell of a total.
    pub total: Format,
    /// A quantity without decimals.
    pub whole: Format,
    /// A quantity without decimals in a total.
    pub whole_total: Format,
}

impl ColumnStyle {
    /// By what the column holds.
    pub fn of(kind: ColumnKind) -> Self {
        let (code, is_number) = match kind {
            ColumnKind::Text | ColumnKind::Word | ColumnKind::Status => ("General", false),
            // A text stays one when somebody edits the cell.
            ColumnKind::Id => ("@", false),
            ColumnKind::Day => ("yyyy-mm-dd", false),
            ColumnKind::Time => ("yyyy-mm-dd hh:mm:ss", false),
            ColumnKind::Number => ("#,##0", true),
            ColumnKind::Decimal => ("#,##0.00######", true),
            ColumnKind::Money { .. } => ("#,##0.00", true),
            ColumnKind::Quantity { .. } | ColumnKind::Percentile { .. } => ("#,##0.0#####", true),
            ColumnKind::Ratio { .. } => ("0.00%", true),
        };
        let align = if is_number { FormatAlign::Right } else { FormatAlign::Left };
        // Texts keep away from the number to the left of them.
        let indent = u8::from(!is_number);
        let styled =
            |code: &str| Format::new().set_num_format(code).set_align(align).set_align(FormatAlign::Top).set_indent(indent);
        let total = |format: Format| format.set_bold().set_border_top(FormatBorder::Thin);
        Self {
            kind,
            is_number,
            cell: styled(code),
            total: total(styled(code)),
            whole: styled("#,##0"),
            whole_total: total(styled("#,##0")),
        }
    }

    /// How wide a number or moment is when it is shown, by its text in full.
    pub fn width(&self, text: &str) -> usize {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let marks = whole.len().saturating_sub(1) / 3;
        let shown = match self.kind {
            ColumnKind::Money { .. } => 3,
            ColumnKind::Ratio { .. } => return whole.len() + 6,
            ColumnKind::Day => return text.len(),
            ColumnKind::Time => return "2026-10-01 00:00:00".len(),
            _ => decimals.trim_end_matches('0').len().clamp(1, QUANTITY_DECIMALS + 2) + 1,
        };
        whole.len() + marks + shown
    }

    /// A day or time as spreadsheets count: days since the end of 1899. `None` is a text, such as a month.
    pub fn moment(&self, cell: Cell<'_>) -> Option<f64> {
        let seconds = match cell {
            Cell::Day(text) => {
                let day = (text.len() == "2026-10-01".len()).then(|| text.parse::<NaiveDate>().ok()).flatten()?;
                day.and_hms_opt(0, 0, 0)?.and_utc().timestamp()
            }
            Cell::Time(seconds) => seconds.checked_add(OFFSET)?,
            _ => return None,
        };
        let day = seconds.div_euclid(SECONDS_OF_DAY) + EPOCH;
        let days = DAYS.contains(&day).then_some(day)?;
        // Time, not money: a double holds it to the microsecond.
        Some(days as f64 + seconds.rem_euclid(SECONDS_OF_DAY) as f64 / SECONDS_OF_DAY as f64)
    }
}

/// How headings look.
pub struct Header {
    /// Over texts.
    pub text: Format,
    /// Over numbers.
    pub number: Format,
}

impl Header {
    /// White on dark, so that it stands apart in print without colours too.
    pub fn new() -> Self {
        let format = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(Color::RGB(0x1F_3A_5F))
            .set_border_bottom(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter);
        Self { text: format.clone().set_align(FormatAlign::Left).set_indent(1), number: format.set_align(FormatAlign::Right) }
    }
}

/// How wide a text is, in digits: a Chinese letter takes two.
pub fn display_width(text: &str) -> usize {
    text.chars().map(|letter| if letter < '\u{1100}' { 1 } else { 2 }).sum()
}
