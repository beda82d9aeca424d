//! What the columns of a report hold, and so how they are printed.

use super::label::Label;

/// What the values of a column are. Columns of other kinds than `Ratio` and `Percentile` are columns of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words.
    Text,
    /// A word of the program's own vocabulary, such as `total` or `traffic`, which is translated for people.
    Word,
    /// An id: text, even when it looks like a number.
    Id,
    /// A billing day or month, as text.
    Day,
    /// A moment: seconds since 1970 in UTC, printed at UTC+8.
    Time,
    /// A whole number.
    Number,
    /// A decimal number, as text.
    Decimal,
    /// 10⁻⁸ of the currency in another column.
    Money {
        /// The place of that column.
        currency: usize,
    },
    /// Base units, printed in the unit that another column names.
    Quantity {
        /// The place of that column.
        unit: usize,
    },
    /// A `status_rank`, printed as its word.
    Status,
    /// One column divided by another, rounded half up to six decimals; empty where that divides by nothing.
    Ratio {
        /// The place of what is divided.
        numerator: usize,
        /// The place of what it is divided by.
        denominator: usize,
    },
    /// The nearest-rank percentile of a column over rows that are equal in all other shown columns: they become one row.
    Percentile {
        /// From 1 to 99.
        percent: u8,
        /// The place of the column, which is hidden.
        of: usize,
    },
}

impl ColumnKind {
    /// Whether the column is worked out here and not by the query.
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Ratio { .. } | Self::Percentile { .. })
    }

    /// The place of the column with its unit, where it is a quantity.
    pub fn unit(self) -> Option<usize> {
        match self {
            Self::Quantity { unit } => Some(unit),
            _ => None,
        }
    }

    /// Whether a row is told from others by it: such columns must be part of the order of rows.
    pub fn is_key(self) -> bool {
        matches!(self, Self::Text | Self::Word | Self::Id | Self::Day)
    }

    /// Whether it holds texts in the query.
    pub fn is_text(self) -> bool {
        self.is_key() || self == Self::Decimal
    }

    /// Whether it holds whole numbers that can be divided and compared.
    pub fn is_measure(self) -> bool {
        matches!(self, Self::Number | Self::Money { .. } | Self::Quantity { .. })
    }
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
    /// Whether it is there for others to be computed from, and not shown.
    pub hidden: bool,
}
