//! What charts show, added up while rows pass. Amounts of several currencies and quantities of several kinds are never added:
//! each has a chart of its own.

use std::collections::BTreeMap;

use super::numbers;
use crate::model::{Language, Unit};
use crate::report::cell::Cell;
use crate::report::column::ColumnKind;
use crate::report::definition::Chart as Definition;
use crate::report::format::Table;
use crate::report::row::PER_DAY;
use crate::report::words;

/// Places on an axis that are told apart. More cannot be drawn, and memory must not grow with them.
const MOST_PLACES: usize = 20_000;
/// Series that are told apart while rows pass.
const MOST_SERIES: usize = 1_000;

/// A chart of a definition, on its way.
pub struct Chart<'t> {
    /// What was asked for.
    pub definition: &'t Definition,
    /// Whether the places on the axis are days or months.
    pub is_dated: bool,
    x: usize,
    y: usize,
    by: Option<usize>,
    /// The column that tells types of rows apart, where only one type is drawn.
    row_type: Option<usize>,
    /// The column with the currency or the unit.
    beside: Option<usize>,
    /// By currency or kind of quantity.
    pub parts: BTreeMap<String, Part>,
}

/// Sums of one currency or kind of quantity.
#[derive(Default)]
pub struct Part {
    /// How its numbers are written.
    pub measure: Measure,
    /// The sums, by series and place. [`None`] is what was too much to tell apart.
    pub series: BTreeMap<Option<String>, BTreeMap<Option<String>, i128>>,
}

/// What numbers of a chart are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Pieces.
    #[default]
    Number,
    /// 10⁻⁸ of a currency.
    Money(String),
    /// Base units, shown in a unit; whether times days.
    Quantity(Unit, bool),
}

impl Measure {
    /// A number without its unit.
    pub fn number(&self, value: i128) -> String {
        match self {
            Self::Number => numbers::sum(value, 0, 0),
            Self::Money(_) => numbers::amount(value),
            Self::Quantity(unit, _) => numbers::quantity(value, *unit),
        }
    }

    /// The unit or currency.
    pub fn unit(&self) -> String {
        match self {
            Self::Number => String::new(),
            Self::Money(currency) => currency.clone(),
            Self::Quantity(unit, per_day) => format!("{}{}", unit.name, if *per_day { PER_DAY } else { "" }),
        }
    }
}

impl<'t> Chart<'t> {
    /// For a table; `None` where it does not show what the chart needs.
    pub fn of(table: &Table<'t>, definition: &'t Definition) -> Option<Self> {
        let (x, y) = (table.shown(definition.x)?, table.shown(definition.y)?);
        let by = match definition.by {
            Some(by) => Some(table.shown(by)?),
            None => None,
        };
        let beside = match table.columns[y].kind {
            ColumnKind::Money { currency } => table.shown(currency),
            ColumnKind::Quantity { unit } => table.shown(unit),
            _ => None,
        };
        let is_dated = table.columns[x].kind == ColumnKind::Day;
        let row_type = definition.of.as_ref().and_then(|_| table.columns.iter().position(|column| column.name == "row_type"));
        Some(Self { row_type, definition, is_dated, x, y, by, beside, parts: BTreeMap::new() })
    }

    /// Adds a row that is no total. What is unknown is not drawn.
    pub fn add(&mut self, cells: &[Cell<'_>], language: Language) {
        if let (Some(place), Some(of)) = (self.row_type, &self.definition.of)
            && !matches!(cells[place], Cell::Word(word) | Cell::Text(word) if word == of)
        {
            return;
        }
        let beside = self.beside.map_or("", |place| key(cells[place], language));
        let (name, measure, value) = match cells[self.y] {
            Cell::Number(number) => ("", Measure::Number, number),
            Cell::Money(units) => (beside, Measure::Money(beside.to_owned()), units),
            Cell::Quantity(base, unit) => {
                let per_day = beside.ends_with(PER_DAY);
                (if per_day { "per day" } else { "" }, Measure::Quantity(*unit, per_day), base)
            }
            _ => return,
        };
        let name = match &measure {
            Measure::Quantity(unit, _) => format!("{}{name}", unit.base.name()),
            _ => name.to_owned(),
        };
        let part = self.parts.entry(name).or_insert_with(|| Part { measure: measure.clone(), ..Part::default() });
        part.measure = larger(part.measure.clone(), measure);
        let series = self.by.map_or("", |place| key(cells[place], language));
        let places = slot(&mut part.series, series, MOST_SERIES);
        *slot(places, key(cells[self.x], language), MOST_PLACES) += i128::from(value);
    }
}

/// Of two units of the same kind the larger one; smaller ones stand where a quantity would not end.
fn larger(known: Measure, other: Measure) -> Measure {
    match (&known, &other) {
        (Measure::Quantity(old, _), Measure::Quantity(new, _)) if new.factor > old.factor => other,
        _ => known,
    }
}

/// What stands under a key; under no key when there are too many.
fn slot<'m, V: Default>(map: &'m mut BTreeMap<Option<String>, V>, key: &str, most: usize) -> &'m mut V {
    let key = Some(key.to_owned());
    let key = if map.len() < most || map.contains_key(&key) { key } else { None };
    map.entry(key).or_default()
}

fn key<'c>(cell: Cell<'c>, language: Language) -> &'c str {
    match cell {
        Cell::Text(text) | Cell::Day(text) => text,
        Cell::Word(word) => words::word(word, language),
        _ => "",
    }
}
