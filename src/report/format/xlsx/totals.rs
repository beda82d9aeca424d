//! Totals as formulas: a reader sees what was added up, and a changed cell changes its total.

use super::pages::Place;
use crate::report::cell::Cell;
use crate::report::column::ColumnKind;
use crate::report::format::Table;

/// The amounts since the last total.
pub struct Totals {
    /// The columns with money, and their sums in 10⁻⁸.
    sums: Vec<(usize, i128)>,
    /// Where the first row since the last total stands.
    first: Option<Place>,
    /// Where the last one stands.
    last: Option<Place>,
}

impl Totals {
    /// For the columns of a table.
    pub fn of(table: &Table<'_>) -> Self {
        let money = table.columns.iter().enumerate().filter(|(_, column)| matches!(column.kind, ColumnKind::Money { .. }));
        Self { sums: money.map(|(place, _)| (place, 0)).collect(), first: None, last: None }
    }

    /// Adds a row that is no total.
    pub fn add(&mut self, cells: &[Cell<'_>], at: Place) {
        for (place, sum) in &mut self.sums {
            if let Cell::Money(units) = cells[*place] {
                *sum += i128::from(units);
            }
        }
        self.first.get_or_insert(at);
        self.last = Some(at);
    }

    /// The formulas of a total's cells, by their columns. There is none where the rows above do not add up to the total exactly:
    /// a total of something else.
    pub fn take(&mut self, cells: &[Cell<'_>], at: Place, names: &[String]) -> Vec<(usize, String)> {
        let (first, last) = (self.first.take(), self.last.take());
        let mut formulas = Vec::with_capacity(self.sums.len());
        for (place, sum) in &mut self.sums {
            let sum = std::mem::take(sum);
            if let (Some(first), Some(last), Cell::Money(units)) = (first, last, cells[*place])
                && sum == i128::from(units)
            {
                formulas.push((*place, formula(*place, [first, last, at], names)));
            }
        }
        formulas
    }
}

/// `=SUM(K2:K57)`, or a piece for each sheet where the rows are on several.
fn formula(column: usize, [first, last, at]: [Place; 3], names: &[String]) -> String {
    let letters = letters(column);
    let here = first.page == at.page && last.page == at.page;
    let pieces: Vec<String> = (first.page..=last.page)
        .map(|page| {
            let from = if page == first.page { first.row } else { Place::FIRST_ROW };
            let to = if page == last.page { last.row } else { Place::LAST_ROW };
            // Rows of the sheet are counted from 1 by people.
            let range = format!("{letters}{}:{letters}{}", from + 1, to + 1);
            match names.get(page) {
                Some(name) if !here => format!("'{}'!{range}", name.replace('\'', "''")),
                _ => range,
            }
        })
        .collect();
    format!("=SUM({})", pieces.join(","))
}

/// The name of a column: A, B, …, Z, AA.
fn letters(column: usize) -> String {
    let mut name = String::new();
    let mut left = column + 1;
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or_default();
        name.insert(0, char::from(b'A' + letter));
        left = (left - 1) / 26;
    }
    name
}
