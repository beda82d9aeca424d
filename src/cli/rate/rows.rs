//! Rows of a usage file; every wrong cell is named by file, line, column and value.

use std::borrow::Cow;
use std::collections::HashSet;

use chrono::{DateTime, Datelike, Utc};

use crate::billing::{Names, Row, billed_spec};
use crate::cli::Error;
use crate::input::id::{self, IdError};
use crate::input::separator::{self, Separator};
use crate::input::table;
use crate::model::time::{YEARS, parse_time};
use crate::model::{Base, Status, SubAppId, Unit};

/// The columns that every usage file has. Further ones are tags.
const COLUMNS: [&str; 9] = ["start", "end", "account", "sub_app_id", "meter", "area", "spec", "quantity", "unit"];

/// The place of the application among them.
const APPLICATION: usize = 3;
/// So many combinations of meter, area and specification are remembered.
const MOST_JUDGED: usize = 1 << 16;

/// The first line of a usage file: where its columns stand.
#[derive(Debug)]
pub struct Header {
    /// The file, for messages.
    pub name: String,
    /// How many columns every row has.
    pub width: usize,
    /// What stands between them.
    pub separator: Separator,
    places: [usize; COLUMNS.len()],
    /// The columns that charges are split by.
    picked: Vec<usize>,
    /// Which of these is the application.
    application: Option<usize>,
}

impl Header {
    /// Reads the header, which stands in this line; `picked` are the columns whose cells are wanted with every row: the
    /// application, or tags. `declared` is the separator that a line before it names.
    pub fn of(text: &str, line: u64, declared: Option<Separator>, name: &str, picked: &[String]) -> Result<Self, Error> {
        let wrong = |why: String| Error::failed(format!("{name} line {line}: {why}; the header is {}", COLUMNS.join(",")));
        let separator = declared.unwrap_or_else(|| Separator::of_header(text, &COLUMNS));
        let titles = separator::titles(text, separator);
        if titles.iter().all(String::is_empty) {
            return Err(wrong("the file is empty".to_owned()));
        }
        if let Some(other) = Separator::refused(text, &COLUMNS).filter(|_| titles.len() < COLUMNS.len()) {
            return Err(wrong(table::separated_by(other)));
        }
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            let found = titles.iter().position(|title| title == column);
            *place = found.ok_or_else(|| wrong(table::missing(column, &titles)))?;
        }
        for (index, title) in titles.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
            if titles[..index].contains(title) {
                return Err(Error::failed(format!("{name} line {line}: column {title:?} is there twice; rename or drop one")));
            }
        }
        let place_of = |wanted: &String| {
            titles.iter().position(|title| title == wanted).ok_or_else(|| {
                let is_tag = |title: &&str| !title.is_empty() && !COLUMNS.contains(title);
                let tags: Vec<&str> = titles.iter().map(String::as_str).filter(is_tag).collect();
                let known = if tags.is_empty() { "it has none".to_owned() } else { format!("it has {}", tags.join(", ")) };
                Error::usage(format!("--by {wanted}: {name} has no such tag column; {known}"))
            })
        };
        let picked: Vec<usize> = picked.iter().map(place_of).collect::<Result<_, _>>()?;
        let application = picked.iter().position(|place| *place == places[APPLICATION]);
        Ok(Self { name: name.to_owned(), width: titles.len(), separator, places, picked, application })
    }

    /// Whether the columns stand in the usual order, tags behind them.
    pub fn is_usual(&self) -> bool {
        self.places.iter().enumerate().all(|(index, place)| index == *place)
    }

    /// The cells of a row without those behind the header that hold nothing: programs write a separator too many.
    fn trimmed<'c, 'r>(&self, cells: &'c [&'r str]) -> &'c [&'r str] {
        let mut cells = cells;
        while let Some((last, before)) = cells.split_last().filter(|_| cells.len() > self.width) {
            if !last.trim().is_empty() {
                break;
            }
            cells = before;
        }
        cells
    }
}

/// Whether a row holds nothing, or separators alone.
pub fn is_blank(cells: &[&str]) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty())
}

/// A row whose ids are as they are meant, whatever a spreadsheet made of them.
#[derive(Debug)]
pub struct Record<'r> {
    account: Cow<'r, str>,
    row: Row<'r>,
}

impl Record<'_> {
    /// The row.
    pub fn row(&self) -> Row<'_> {
        Row { account: &self.account, ..self.row }
    }
}

/// Reads rows out of cells. One row after another mostly shares times and meter, so these are remembered.
pub struct Rows<'a> {
    pub header: &'a Header,
    names: &'a Names<'a>,
    times: [Option<(String, DateTime<Utc>)>; 2],
    meter: (String, Base),
    /// Meters with an area and a specification that were found to be no slip of the pen.
    judged: HashSet<String>,
}

impl<'a> Rows<'a> {
    pub fn new(header: &'a Header, names: &'a Names<'a>) -> Self {
        Self { header, names, times: [None, None], meter: (String::new(), Base::Count), judged: HashSet::new() }
    }

    /// The row of these cells.
    pub fn row<'r>(&mut self, cells: &[&'r str], line: u64) -> Result<Record<'r>, Error> {
        let cells = self.header.trimmed(cells);
        if cells.len() != self.header.width {
            let message = table::width(cells.len(), self.header.width, self.header.separator);
            return Err(Error::failed(format!("{} line {line}: {message}", self.header.name)));
        }
        let cells = Cells { header: self.header, cells, line };
        let (start, end) = (self.time(&cells, 0)?, self.time(&cells, 1)?);
        let base = self.base(&cells)?;
        if end <= start {
            return Err(cells.wrong(1, "the end is not after the start"));
        }
        application(cells.get(APPLICATION)).map_err(|why| cells.wrong(APPLICATION, why))?;
        let account = id::read(cells.get(2)).map_err(|error| cells.wrong(2, error))?;
        for column in [5, 6] {
            if cells.get(column).chars().any(char::is_control) {
                return Err(cells.wrong(column, IdError::Control));
            }
        }
        let meter = cells.get(4);
        let spec = self.judge(&cells)?;
        let quantity = quantity(&cells, meter, base)?;
        let row = Row { start, end, account: "", meter, area: cells.get(5), spec, quantity, status: Status::Final };
        Ok(Record { account, row })
    }

    /// The specification as price books call it, when neither it nor the area is nearly a known one.
    fn judge<'r>(&mut self, cells: &Cells<'_, 'r>) -> Result<&'r str, Error> {
        let (meter, area, spec) = (cells.get(4), cells.get(5), cells.get(6));
        let key = [meter, area, spec].join("\0");
        if !self.judged.contains(&key) {
            self.names.area(meter, area).map_err(|why| cells.wrong(5, why))?;
            self.names.spec(meter, spec).map_err(|why| cells.wrong(6, why))?;
            if self.judged.len() >= MOST_JUDGED {
                self.judged.clear();
            }
            self.judged.insert(key);
        }
        Ok(billed_spec(meter, spec))
    }

    /// The cells of the picked columns.
    pub fn picked<'r>(&self, cells: &[&'r str], line: u64) -> Result<Vec<Cow<'r, str>>, Error> {
        let cell = |(index, place): (usize, &usize)| {
            let value = cells.get(*place).copied().unwrap_or_default().trim();
            let wrong = |why: String| {
                let name = &self.header.name;
                Error::failed(format!("{name} line {line}, column {}, value {value:?}: {why}", place + 1))
            };
            if self.header.application == Some(index) {
                return application(value).map_err(wrong);
            }
            match value.bytes().any(|byte| byte.is_ascii_control()) {
                true => Err(wrong(IdError::Control.to_string())),
                false => Ok(Cow::Borrowed(value)),
            }
        };
        self.header.picked.iter().enumerate().map(cell).collect()
    }

    fn time(&mut self, cells: &Cells<'_, '_>, column: usize) -> Result<DateTime<Utc>, Error> {
        let text = cells.get(column);
        if let Some((known, time)) = &self.times[column]
            && known == text
        {
            return Ok(*time);
        }
        let time = parse_time(text).map_err(|error| cells.wrong(column, error))?;
        if !YEARS.contains(&time.year()) {
            return Err(cells.wrong(column, format!("expected a year from {} to {}", YEARS.start(), YEARS.end())));
        }
        if time.timestamp_subsec_nanos() >= 1_000_000_000 {
            return Err(cells.wrong(column, "billing days have no leap seconds; give the second before or the one after"));
        }
        self.times[column] = Some((text.to_owned(), time));
        Ok(time)
    }

    /// What the row's meter counts.
    fn base(&mut self, cells: &Cells<'_, '_>) -> Result<Base, Error> {
        let meter = cells.get(4);
        if meter != self.meter.0 {
            let (_, base) = self.names.meter(meter).map_err(|why| cells.wrong(4, why))?;
            self.meter = (meter.to_owned(), base);
        }
        Ok(self.meter.1)
    }
}

/// The cells of one row.
struct Cells<'h, 'r> {
    header: &'h Header,
    cells: &'h [&'r str],
    line: u64,
}

impl<'r> Cells<'_, 'r> {
    fn get(&self, column: usize) -> &'r str {
        self.cells.get(self.header.places[column]).copied().unwrap_or_default().trim()
    }

    fn wrong(&self, column: usize, why: impl std::fmt::Display) -> Error {
        let (name, line, value) = (&self.header.name, self.line, self.get(column));
        Error::failed(format!("{name} line {line}, column {}, value {value:?}: {why}", COLUMNS[column]))
    }
}

/// The number of an application, or nothing.
fn application(cell: &str) -> Result<Cow<'_, str>, String> {
    let digits = id::read_digits(cell)
        .map_err(|error| format!("expected the number of an application (SubAppId), or nothing: {error}"))?;
    if !digits.is_empty() && digits.parse::<SubAppId>().is_err() {
        return Err("expected the number of an application (SubAppId), or nothing".to_owned());
    }
    Ok(digits)
}

fn quantity(cells: &Cells<'_, '_>, meter: &str, base: Base) -> Result<i128, Error> {
    let unit: Unit = cells.get(8).parse().map_err(|error| cells.wrong(8, error))?;
    if unit.base != base {
        return Err(cells.wrong(8, format!("meter {meter} counts {base}; give a unit of that kind")));
    }
    unit.to_base(cells.get(7)).map_err(|error| cells.wrong(7, error))
}
