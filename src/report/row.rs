//! From the fields of a row to its cells: quantities in their unit, ratios and percentiles worked out.

use super::ReportError;
use super::cell::{Cell, RATIO_SCALE, ends};
use super::column::{Column, ColumnKind};
use super::definition::Definition;
use crate::ledger::{Field, Value};
use crate::model::quantity::UNITS;
use crate::model::{Base, Status, Unit};

/// In a report, a level that is charged by the day carries this behind its unit: `GB-day`.
pub const PER_DAY: &str = "-day";

/// The unit of storage and traffic.
const GB: Unit = UNITS[3];

/// Where a column gets its value.
#[derive(Clone, Copy, Debug)]
enum Source {
    Field(usize),
    Ratio(usize, usize),
    /// Worked out over several rows; handed in beside the fields.
    Given,
}

/// How rows of a definition become cells.
pub struct Rows<'d> {
    definition: &'d Definition,
    /// For each shown column, its place in the definition, its value and the place of its unit's field.
    shown: Vec<(usize, Source, Option<usize>)>,
    /// Fields that hold units, with the fields of the quantities in them.
    units: Vec<(usize, Vec<usize>)>,
    /// The place of each column's field.
    fields: Vec<usize>,
    /// The columns of the fields.
    kinds: Vec<usize>,
    row_type: Option<usize>,
}

impl<'d> Rows<'d> {
    /// Looks at the columns once.
    pub fn of(definition: &'d Definition) -> Self {
        let columns = &definition.columns;
        let mut fields = vec![usize::MAX; columns.len()];
        let kinds: Vec<usize> = (0..columns.len()).filter(|place| !columns[*place].kind.is_computed()).collect();
        kinds.iter().enumerate().for_each(|(field, place)| fields[*place] = field);
        let mut units: Vec<(usize, Vec<usize>)> = Vec::new();
        for place in &kinds {
            if let ColumnKind::Quantity { unit } = columns[*place].kind {
                match units.iter_mut().find(|(known, _)| *known == fields[unit]) {
                    Some((_, quantities)) => quantities.push(fields[*place]),
                    None => units.push((fields[unit], vec![fields[*place]])),
                }
            }
        }
        let source = |column: &Column, place: usize| match column.kind {
            ColumnKind::Ratio { numerator, denominator } => Source::Ratio(fields[numerator], fields[denominator]),
            ColumnKind::Percentile { .. } => Source::Given,
            _ => Source::Field(fields[place]),
        };
        let unit = |column: &Column| match column.kind {
            ColumnKind::Quantity { unit } => Some(fields[unit]),
            ColumnKind::Percentile { of, .. } => match columns[of].kind {
                ColumnKind::Quantity { unit } => Some(fields[unit]),
                _ => None,
            },
            _ => None,
        };
        let shown = columns.iter().enumerate().filter(|(_, column)| !column.hidden);
        let shown = shown.map(|(place, column)| (place, source(column, place), unit(column))).collect();
        let row_type = definition.row_type().map(|place| fields[place]);
        Self { definition, shown, units, fields, kinds, row_type }
    }

    /// The place of a column's field.
    pub fn field(&self, column: usize) -> usize {
        self.fields[column]
    }

    /// Whether a row is a total of those before it.
    pub fn is_total(&self, fields: &[Field<'_>]) -> bool {
        self.row_type.is_some_and(|place| fields.get(place) == Some(&Field::Text("total")))
    }

    /// The cells of a row. `given` are its percentiles, in the order of their columns.
    pub fn cells<'a>(&self, fields: &[Field<'a>], given: &[Option<i64>]) -> Result<Vec<Cell<'a>>, ReportError> {
        let mut units: Vec<(usize, Unit, &'a str)> = Vec::with_capacity(self.units.len());
        for (place, quantities) in &self.units {
            if let Some((unit, text)) = self.unit(fields, *place, quantities, given)? {
                units.push((*place, unit, text));
            }
        }
        let unit_at = |place: usize| units.iter().find(|(known, ..)| *known == place);
        let mut cells = Vec::with_capacity(self.shown.len());
        let mut percentiles = given.iter();
        for (place, source, unit) in &self.shown {
            let column = &self.definition.columns[*place];
            let (kind, field) = match source {
                Source::Field(field) => (column.kind, fields[*field]),
                Source::Ratio(numerator, denominator) => {
                    cells.push(ratio(fields[*numerator], fields[*denominator]).map_or(Cell::Empty, Cell::Ratio));
                    continue;
                }
                Source::Given => {
                    let ColumnKind::Percentile { of, .. } = column.kind else { continue };
                    let value = percentiles.next().copied().flatten();
                    (self.definition.columns[of].kind, value.map_or(Field::Null, Field::Integer))
                }
            };
            if let Source::Field(field) = source
                && let Some((_, _, text)) = unit_at(*field)
            {
                cells.push(Cell::Text(text));
                continue;
            }
            cells.push(match (kind, field) {
                (_, Field::Null) => Cell::Empty,
                (ColumnKind::Text | ColumnKind::Id, Field::Text(text)) => Cell::Text(text),
                (ColumnKind::Word, Field::Text(text)) => Cell::Word(text),
                (ColumnKind::Day, Field::Text(text)) => Cell::Day(text),
                (ColumnKind::Time, Field::Integer(seconds)) => Cell::Time(seconds),
                (ColumnKind::Number, Field::Integer(number)) => Cell::Number(number),
                (ColumnKind::Decimal, Field::Text(text)) if is_decimal(text) => Cell::Decimal(text),
                (ColumnKind::Money { .. }, Field::Integer(units)) => Cell::Money(units),
                (ColumnKind::Quantity { .. }, Field::Integer(base)) => {
                    let unit = unit.and_then(unit_at).map(|(_, unit, _)| *unit);
                    Cell::Quantity(base, unit.ok_or_else(|| self.refuse(column, field, "a quantity beside its unit"))?)
                }
                (ColumnKind::Status, Field::Integer(rank)) => {
                    Cell::Word(Status::of_rank(rank).ok_or_else(|| self.refuse(column, field, "a status rank"))?.as_str())
                }
                (kind, _) => return Err(self.refuse(column, field, expected(kind))),
            });
        }
        Ok(cells)
    }

    /// The unit of a row's quantities, and the text of its cell. Where one of them would not end (seconds in hours), it is the base
    /// unit for all of them. `None` where there is no quantity.
    fn unit<'a>(
        &self,
        fields: &[Field<'a>],
        place: usize,
        quantities: &[usize],
        given: &[Option<i64>],
    ) -> Result<Option<(Unit, &'a str)>, ReportError> {
        let whole = |field: &usize| match fields.get(*field) {
            Some(Field::Integer(base)) => Some(*base),
            _ => None,
        };
        let mut known = quantities.iter().filter_map(whole).peekable();
        if known.peek().is_none() {
            return Ok(None);
        }
        let column = &self.definition.columns[self.kinds[place]];
        let refuse = || self.refuse(column, fields[place], "a unit");
        let Field::Text(text) = fields[place] else { return Err(refuse()) };
        let (name, per_day) = text.strip_suffix(PER_DAY).map_or((text, false), |name| (name, true));
        let unit = match name {
            // What nearly all rows have, without a look at all units.
            "GB" => GB,
            name => name.parse().map_err(|_| refuse())?,
        };
        if known.chain(given.iter().copied().flatten()).all(|base| ends(base, unit)) {
            return Ok(Some((unit, text)));
        }
        Ok(Some(base_unit(unit.base, per_day)))
    }

    fn refuse(&self, column: &Column, field: Field<'_>, expected: &'static str) -> ReportError {
        let value = match field {
            Field::Null => "nothing".to_owned(),
            Field::Integer(number) => number.to_string(),
            Field::Text(text) => format!("{text:?}"),
        };
        ReportError::Value { name: self.definition.name.clone(), column: column.name.clone(), value, expected }
    }
}

/// A base unit as a unit, and its name; behind it the day where it is charged by days.
pub fn base_unit(base: Base, per_day: bool) -> (Unit, &'static str) {
    let name = match (base, per_day) {
        (Base::Bytes, false) => "B",
        (Base::Bytes, true) => "B-day",
        (Base::Seconds, false) => "s",
        (Base::Seconds, true) => "s-day",
        (Base::BitsPerSecond, false) => "bit/s",
        (Base::BitsPerSecond, true) => "bit/s-day",
        (Base::Count, false) => "count",
        (Base::Count, true) => "count-day",
    };
    (Unit { name: base.name(), base, factor: 1 }, name)
}

/// A quotient in 10⁻⁶, rounded half up (away from zero).
fn ratio(numerator: Field<'_>, denominator: Field<'_>) -> Option<i64> {
    let (Field::Integer(numerator), Field::Integer(denominator)) = (numerator, denominator) else { return None };
    let (numerator, denominator) = (i128::from(numerator) * 10_i128.pow(RATIO_SCALE), i128::from(denominator));
    let (size, by) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let quotient = size.checked_mul(2)?.checked_add(by)?.checked_div(by.checked_mul(2)?)?;
    let quotient = i64::try_from(quotient).ok()?;
    Some(if (numerator < 0) == (denominator < 0) { quotient } else { -quotient })
}

/// The value of nearest rank: the smallest that at least so many per cent of all values do not exceed. Sorts the values.
pub fn percentile(values: &mut [i64], percent: u8) -> Option<i64> {
    let rank = (values.len() * usize::from(percent)).div_ceil(100).checked_sub(1)?;
    Some(*values.select_nth_unstable(rank).1)
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn expected(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text | ColumnKind::Word | ColumnKind::Id | ColumnKind::Day => "a text",
        ColumnKind::Time => "a moment in seconds",
        ColumnKind::Number => "a whole number",
        ColumnKind::Decimal => "a decimal number as text",
        ColumnKind::Money { .. } => "an amount in 10⁻⁸",
        ColumnKind::Quantity { .. } => "a quantity in base units",
        ColumnKind::Status => "a status rank",
        ColumnKind::Ratio { .. } | ColumnKind::Percentile { .. } => "a number",
    }
}

/// Rows that are equal in all shown columns become one, with the percentiles of their hidden ones.
pub struct Group {
    /// The percentiles, and the fields of the values.
    wanted: Vec<(u8, usize)>,
    /// The fields that tell one group from another.
    keys: Vec<usize>,
    /// The fields of the group's last row.
    open: Option<Vec<Value>>,
    values: Vec<Vec<i64>>,
}

impl Group {
    /// `None` where no percentile is wanted.
    pub fn of(definition: &Definition, rows: &Rows<'_>) -> Option<Self> {
        let percentile = |column: &Column| match column.kind {
            ColumnKind::Percentile { percent, of } => Some((percent, rows.field(of))),
            _ => None,
        };
        let wanted: Vec<(u8, usize)> = definition.columns.iter().filter_map(percentile).collect();
        let columns = definition.columns.iter().enumerate();
        let keys = columns.filter(|(_, column)| !column.hidden && !column.kind.is_computed()).map(|(place, _)| rows.field(place));
        let (keys, values) = (keys.collect(), vec![Vec::new(); wanted.len()]);
        (!wanted.is_empty()).then_some(Self { wanted, keys, open: None, values })
    }

    /// Adds a row. Where it begins another group, gives the one before.
    pub fn add(&mut self, fields: &[Field<'_>]) -> Option<(Vec<Value>, Vec<Option<i64>>)> {
        let same = |open: &Vec<Value>| self.keys.iter().all(|key| open[*key] == Value::from(fields[*key]));
        let done = if self.open.as_ref().is_some_and(same) { None } else { self.take() };
        self.open.get_or_insert_with(|| fields.iter().map(|field| Value::from(*field)).collect());
        for ((_, field), values) in self.wanted.iter().zip(&mut self.values) {
            if let Field::Integer(value) = fields[*field] {
                values.push(value);
            }
        }
        done
    }

    /// The open group, if there is one.
    pub fn take(&mut self) -> Option<(Vec<Value>, Vec<Option<i64>>)> {
        let open = self.open.take()?;
        let given = self.wanted.iter().zip(&mut self.values).map(|((percent, _), values)| {
            let value = percentile(values, *percent);
            values.clear();
            value
        });
        Some((open, given.collect()))
    }
}

/// Fields of owned values.
pub fn fields(values: &[Value]) -> Vec<Field<'_>> {
    let field = |value| match value {
        &Value::Integer(number) => Field::Integer(number),
        Value::Text(text) => Field::Text(text),
        Value::Null | Value::Blob(_) => Field::Null,
    };
    values.iter().map(field).collect()
}
