//! From the fields of a row to its cells: quantities in their unit, ratios and percentiles worked out.

use super::ReportError;
use super::cell::{Cell, RATIO_SCALE, ends};
use super::column::{Column, ColumnKind};
use super::definition::Definition;
use crate::ledger::{Field, Value, reuse};
use crate::model::quantity::UNITS;
use crate::model::{Base, Status, Unit};

/// In a report, a level that is charged by the day carries this behind its unit: `GB-day`.
pub const PER_DAY: &str = "-day";

/// The unit of storage and traffic.
const GB: &Unit = &UNITS[3];

/// Where a column gets its value.
#[derive(Clone, Copy, Debug)]
enum Source {
    Field(usize),
    /// A unit, by its place among them; where nothing is in it, the field.
    Unit(usize, usize),
    Ratio(usize, usize),
    /// Worked out over several rows; handed in beside the fields.
    Given,
}

/// A column that is shown.
#[derive(Debug)]
struct Shown {
    /// Its place in the definition.
    column: usize,
    source: Source,
    /// What stands in its cells.
    kind: ColumnKind,
    /// Where it holds quantities, the place of their unit among all units.
    unit: Option<usize>,
}

/// The cells of one row after the other.
#[derive(Debug, Default)]
pub struct Cells<'a> {
    /// The cells of a row.
    pub cells: Vec<Cell<'a>>,
    /// Its units, with the texts of their cells; `None` where nothing is in it.
    units: Vec<Option<(&'static Unit, &'a str)>>,
}

impl Cells<'_> {
    /// The room for the cells of another row.
    pub fn reuse<'b>(self) -> Cells<'b> {
        Cells { cells: reuse(self.cells), units: reuse(self.units) }
    }
}

/// How rows of a definition become cells.
pub struct Rows<'d> {
    definition: &'d Definition,
    shown: Vec<Shown>,
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
        let slot = |field: usize| units.iter().position(|(known, _)| *known == field);
        let source = |column: &Column, place: usize| match column.kind {
            ColumnKind::Ratio { numerator, denominator } => Source::Ratio(fields[numerator], fields[denominator]),
            ColumnKind::Percentile { .. } => Source::Given,
            _ => match slot(fields[place]) {
                Some(unit) => Source::Unit(unit, fields[place]),
                None => Source::Field(fields[place]),
            },
        };
        let kind = |column: &Column| match column.kind {
            ColumnKind::Percentile { of, .. } => columns[of].kind,
            kind => kind,
        };
        let shown = columns.iter().enumerate().filter(|(_, column)| !column.hidden);
        let shown = shown.map(|(place, column)| Shown {
            column: place,
            source: source(column, place),
            kind: kind(column),
            unit: match kind(column) {
                ColumnKind::Quantity { unit } => slot(fields[unit]),
                _ => None,
            },
        });
        let shown = shown.collect();
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

    /// Adds the cells of a row. `given` are its percentiles, in the order of their columns.
    pub fn add<'a>(&self, fields: &[Field<'a>], given: &[Option<i64>], to: &mut Cells<'a>) -> Result<(), ReportError> {
        for (place, quantities) in &self.units {
            to.units.push(self.unit(fields, *place, quantities, given)?);
        }
        let units = &to.units;
        let mut percentiles = given.iter();
        for shown in &self.shown {
            let cell = match shown.source {
                Source::Field(field) => self.cell(shown, fields[field], units)?,
                Source::Unit(unit, field) => match units[unit] {
                    Some((_, text)) => Cell::Text(text),
                    None => self.cell(shown, fields[field], units)?,
                },
                Source::Ratio(numerator, denominator) => {
                    ratio(fields[numerator], fields[denominator]).map_or(Cell::Empty, Cell::Ratio)
                }
                Source::Given => {
                    let field = percentiles.next().copied().flatten().map_or(Field::Null, Field::Integer);
                    self.cell(shown, field, units)?
                }
            };
            to.cells.push(cell);
        }
        Ok(())
    }

    /// The cell of a field.
    fn cell<'a>(
        &self,
        shown: &Shown,
        field: Field<'a>,
        units: &[Option<(&'static Unit, &'a str)>],
    ) -> Result<Cell<'a>, ReportError> {
        let refuse = |expected| Err(self.refuse(&self.definition.columns[shown.column], field, expected));
        Ok(match (shown.kind, field) {
            (_, Field::Null) => Cell::Empty,
            (ColumnKind::Text | ColumnKind::Id, Field::Text(text)) => Cell::Text(text),
            (ColumnKind::Word, Field::Text(text)) => Cell::Word(text),
            (ColumnKind::Day, Field::Text(text)) => Cell::Day(text),
            (ColumnKind::Time, Field::Integer(seconds)) => Cell::Time(seconds),
            (ColumnKind::Number, Field::Integer(number)) => Cell::Number(number),
            (ColumnKind::Decimal, Field::Text(text)) if is_decimal(text) => Cell::Decimal(text),
            (ColumnKind::Money { .. }, Field::Integer(units)) => Cell::Money(units),
            (ColumnKind::Quantity { .. }, Field::Integer(base)) => match shown.unit.and_then(|unit| units[unit]) {
                Some((unit, _)) => Cell::Quantity(base, unit),
                None => return refuse("a quantity beside its unit"),
            },
            (ColumnKind::Status, Field::Integer(rank)) => match Status::of_rank(rank) {
                Some(status) => Cell::Word(status.as_str()),
                None => return refuse("a status rank"),
            },
            (kind, _) => return refuse(expected(kind)),
        })
    }

    /// The unit of a row's quantities, and the text of its cell. Where one of them would not end (seconds in hours), it is the base
    /// unit for all of them. `None` where there is no quantity.
    fn unit<'a>(
        &self,
        fields: &[Field<'a>],
        place: usize,
        quantities: &[usize],
        given: &[Option<i64>],
    ) -> Result<Option<(&'static Unit, &'a str)>, ReportError> {
        let whole = |field: &usize| match fields[*field] {
            Field::Integer(base) => Some(base),
            _ => None,
        };
        if quantities.iter().all(|field| whole(field).is_none()) {
            return Ok(None);
        }
        let column = &self.definition.columns[self.kinds[place]];
        let refuse = || self.refuse(column, fields[place], "a unit");
        let Field::Text(text) = fields[place] else { return Err(refuse()) };
        let (name, per_day) = text.strip_suffix(PER_DAY).map_or((text, false), |name| (name, true));
        let unit = match name {
            // What nearly all rows have, without a look at all units.
            "GB" => GB,
            name => UNITS.iter().find(|unit| unit.name == name).ok_or_else(refuse)?,
        };
        let all_end = quantities.iter().filter_map(whole).all(|base| ends(base, unit))
            && given.iter().copied().flatten().all(|base| ends(base, unit));
        Ok(Some(if all_end { (unit, text) } else { base_unit(unit.base, per_day) }))
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
pub fn base_unit(base: Base, per_day: bool) -> (&'static Unit, &'static str) {
    let name = match (base, per_day) {
        (Base::Bytes, true) => "B-day",
        (Base::Seconds, true) => "s-day",
        (Base::BitsPerSecond, true) => "bit/s-day",
        (Base::Count, true) => "count-day",
        (base, false) => base.name(),
    };
    (base.unit(), name)
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
