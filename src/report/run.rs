//! Runs a definition and hands its rows to formats, one at a time.

use std::io::Write;
use std::mem;
use std::ops::ControlFlow;

use super::ReportError;
use super::about::About;
use super::cell::Cell;
use super::column::ColumnKind;
use super::definition::{Definition, Whole};
use super::format::{Format, Sheet, SheetRow, Table, TableColumn};
use super::parameters::{Basis, Parameters};
use super::row::{Cells, Group, Rows, fields};
use crate::ledger::{Field, Ledger, Value};
use crate::model::{Language, Status};

/// The heading of the column that carries [`Parameters::mark`].
const MARK: &str = "mark";

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many rows, totals counted, headings not.
    pub rows: u64,
    /// The least sure of the rows' statuses; `None` where rows have none.
    pub status: Option<Status>,
}

/// Writes a report in one format. The same ledger and parameters give the same bytes.
pub fn run(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    format: Format,
    mut out: impl Write + Send,
) -> Result<Written, ReportError> {
    write(ledger, definition, parameters, vec![(format, &mut out)])
}

/// Writes a report in several formats at once, from one reading of the ledger.
pub fn write(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    outputs: Vec<(Format, &mut (dyn Write + Send))>,
) -> Result<Written, ReportError> {
    check(ledger, definition, parameters, outputs.iter().map(|(format, _)| *format))?;
    let about = About::read(ledger, definition, parameters)?;
    let table = table(definition, parameters, &about);
    let mut sheets = Vec::with_capacity(outputs.len());
    for (format, out) in outputs {
        sheets.push(format.sheet(table.clone(), out)?);
    }
    let rows = Rows::of(definition);
    let status = definition.columns.iter().enumerate().filter(|(_, column)| column.kind == ColumnKind::Status);
    let status = status.map(|(place, _)| rows.field(place)).collect();
    let mut writer = Writer {
        rows: &rows,
        mark: parameters.mark.as_deref(),
        room: Cells::default(),
        sheets,
        status,
        written: Written::default(),
    };
    let mut group = Group::of(definition, &rows);
    let values: Vec<Value> = definition.query.parameters.iter().map(|name| parameters.value(definition, name)).collect();
    let mut failed = None;
    let finished = ledger.select(definition.query.selection(), &values, parameters.limit, |row| {
        let written = match &mut group {
            None => writer.row(row, &[]),
            Some(group) => match group.add(row) {
                Some((done, given)) => writer.row(&fields(&done), &given),
                None => Ok(()),
            },
        };
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    finished.map_err(|source| ReportError::Query { name: definition.name.clone(), source })?;
    if let Some(error) = failed {
        return Err(error);
    }
    if let Some((last, given)) = group.as_mut().and_then(Group::take) {
        writer.row(&fields(&last), &given)?;
    }
    writer.finish()
}

/// What the definition does not promise is refused before anything is written.
fn check(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    formats: impl Iterator<Item = Format>,
) -> Result<(), ReportError> {
    let name = || definition.name.clone();
    for format in formats {
        if !definition.formats.contains(&format) {
            let known: Vec<&str> = definition.formats.iter().map(|format| format.as_str()).collect();
            return Err(ReportError::Format { name: name(), format: format.to_string(), known: known.join(", ") });
        }
    }
    if parameters.by != Basis::Usage && !definition.follows_basis() {
        let message = format!("it shows what was used, so it cannot be asked for --by {}; leave --by out", parameters.by);
        return Err(ReportError::Asked { name: name(), message });
    }
    let whole = |day: crate::model::BillingDay| day == day.month().first_day();
    if definition.whole == Whole::Months && !(whole(parameters.from) && whole(parameters.to)) {
        let message = format!(
            "it is kept by whole months, and {} to {} is none; ask for --month, or from the first of a month to the first of another",
            parameters.from, parameters.to
        );
        return Err(ReportError::Asked { name: name(), message });
    }
    for (set, value) in &parameters.set {
        let Some(parameter) = definition.parameters.iter().find(|parameter| parameter.name == *set) else {
            let known: Vec<&str> = definition.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(ReportError::Asked {
                name: name(),
                message: format!("it has no parameter {set:?}; its parameters: {known}"),
            });
        };
        parameter.check(value).map_err(|message| ReportError::Asked { name: name(), message })?;
    }
    definition.check_on(ledger)
}

fn table<'a>(definition: &'a Definition, parameters: &Parameters, about: &'a About) -> Table<'a> {
    let language = parameters.language;
    let shown = definition.columns.iter().enumerate().filter(|(_, column)| !column.hidden);
    let mut columns: Vec<TableColumn> = shown
        .map(|(place, column)| TableColumn {
            name: column.name.clone(),
            heading: column.heading.in_language(language).to_owned(),
            kind: match column.kind {
                ColumnKind::Percentile { of, .. } => definition.columns[of].kind,
                kind => kind,
            },
            place: Some(place),
        })
        .collect();
    if parameters.mark.is_some() {
        let heading = match language {
            Language::English => "Mark",
            Language::Chinese => "标记",
        };
        columns.push(TableColumn { name: MARK.to_owned(), heading: heading.to_owned(), kind: ColumnKind::Text, place: None });
    }
    Table { definition, columns, language, about, csv: parameters.csv }
}

struct Writer<'w> {
    rows: &'w Rows<'w>,
    mark: Option<&'w str>,
    room: Cells<'static>,
    sheets: Vec<Box<dyn Sheet + 'w>>,
    /// The fields of statuses.
    status: Vec<usize>,
    written: Written,
}

impl Writer<'_> {
    fn row(&mut self, fields: &[Field<'_>], given: &[Option<i64>]) -> Result<(), ReportError> {
        let mut row = mem::take(&mut self.room).reuse();
        self.rows.add(fields, given, &mut row)?;
        row.cells.extend(self.mark.map(Cell::Text));
        let is_total = self.rows.is_total(fields);
        for sheet in &mut self.sheets {
            sheet.row(SheetRow { is_total, cells: &row.cells })?;
        }
        self.room = row.reuse();
        self.written.rows += 1;
        for place in &self.status {
            let status = match fields[*place] {
                Field::Integer(rank) => Status::of_rank(rank),
                _ => None,
            };
            self.written.status = [self.written.status, status].into_iter().flatten().min();
        }
        Ok(())
    }

    fn finish(self) -> Result<Written, ReportError> {
        for sheet in self.sheets {
            sheet.finish()?;
        }
        Ok(self.written)
    }
}
