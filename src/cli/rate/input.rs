//! Reads a usage file row by row; every wrong cell is named by file, line, column and value.

use std::io::Read;

use chrono::{DateTime, Datelike, Utc};
use csv::StringRecord;

use crate::billing::{PriceBook, Row};
use crate::cli::Error;
use crate::model::meter::{STORAGE_CLASSES, names};
use crate::model::time::parse_time;
use crate::model::{Base, Status, SubAppId, Unit};

/// The columns that every usage file has. Further ones are tags.
const COLUMNS: [&str; 9] = ["start", "end", "account", "sub_app_id", "meter", "area", "spec", "quantity", "unit"];

/// A usage file being read. Rows borrow from it, so that reading costs no allocation a row.
pub struct UsageReader<'a, R: Read> {
    name: String,
    csv: csv::Reader<R>,
    record: StringRecord,
    width: usize,
    places: [usize; COLUMNS.len()],
    book: &'a PriceBook,
    times: [Option<(String, DateTime<Utc>)>; 2],
    meter: (String, Base),
    /// The columns that charges are split by.
    picked: Vec<usize>,
}

/// A row with its line number, and the cells of the picked columns.
type Numbered<'r> = (u64, Row<'r>, Vec<&'r str>);

impl<'a, R: Read> UsageReader<'a, R> {
    /// Reads the header.
    pub fn new(source: R, name: &str, book: &'a PriceBook) -> Result<Self, Error> {
        let mut csv = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_reader(source);
        let header = csv.headers().map_err(|error| Error::failed(format!("{name} line 1: {}", reason(&error))))?.clone();
        let titles: Vec<&str> = header.iter().map(|title| title.trim_start_matches('\u{feff}').trim()).collect();
        if let Some(why) = not_our_header(&titles) {
            return Err(Error::failed(format!("{name} line 1: {why}; the header is {}", COLUMNS.join(","))));
        }
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            *place = titles.iter().position(|title| *title == column).ok_or_else(|| {
                Error::failed(format!("{name} line 1: column {column:?} is missing; the header is {}", COLUMNS.join(",")))
            })?;
        }
        for (index, title) in titles.iter().enumerate() {
            if titles[..index].contains(title) {
                return Err(Error::failed(format!("{name} line 1: column {title:?} is there twice; rename or drop one")));
            }
        }
        let width = titles.len();
        Ok(Self {
            name: name.to_owned(),
            csv,
            record: StringRecord::new(),
            width,
            places,
            book,
            times: [None, None],
            meter: (String::new(), Base::Count),
            picked: Vec::new(),
        })
    }

    /// Gives the cells of these columns with every row from now on: the application, or tags.
    pub fn pick(&mut self, names: &[String]) -> Result<(), Error> {
        let header = self.csv.headers().map_err(|error| Error::failed(format!("{} line 1: {}", self.name, reason(&error))))?;
        let titles: Vec<&str> = header.iter().map(|title| title.trim_start_matches('\u{feff}').trim()).collect();
        for name in names {
            let place = titles.iter().position(|title| title == name).ok_or_else(|| {
                let tags: Vec<&str> = titles.iter().copied().filter(|title| !COLUMNS.contains(title)).collect();
                let known = if tags.is_empty() { "it has none".to_owned() } else { format!("it has {}", tags.join(", ")) };
                Error::usage(format!("--by {name}: {} has no such tag column; {known}", self.name))
            })?;
            self.picked.push(place);
        }
        Ok(())
    }

    /// The next row with its line number and the picked cells.
    pub fn next_row(&mut self) -> Result<Option<Numbered<'_>>, Error> {
        match self.csv.read_record(&mut self.record) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) => {
                let line = error.position().map_or(self.csv.position().line(), csv::Position::line);
                return Err(Error::failed(format!("{} line {line}: {}", self.name, reason(&error))));
            }
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        if self.record.len() != self.width {
            let found = self.record.len();
            let message = format!("{} line {line}: {found} columns where the header has {}", self.name, self.width);
            return Err(Error::failed(format!("{message}; quote values that hold a comma, and close every quote")));
        }
        let (start, end) = (self.time(0, line)?, self.time(1, line)?);
        let base = self.base(line)?;
        let row = self.row(start, end, base, line)?;
        Ok(Some((line, row, self.picked_cells(line)?)))
    }

    fn picked_cells(&self, line: u64) -> Result<Vec<&str>, Error> {
        let cell = |place: &usize| {
            let value = self.record.get(*place).unwrap_or_default().trim();
            if value.bytes().any(|byte| byte.is_ascii_control()) {
                let why = "there is a control character or a line break in it; remove it";
                return Err(Error::failed(format!("{} line {line}, column {}, value {value:?}: {why}", self.name, place + 1)));
            }
            Ok(value)
        };
        self.picked.iter().map(cell).collect()
    }

    fn cell(&self, column: usize) -> &str {
        self.record.get(self.places[column]).unwrap_or_default().trim()
    }

    fn wrong(&self, column: usize, line: u64, why: impl std::fmt::Display) -> Error {
        let value = self.cell(column);
        Error::failed(format!("{} line {line}, column {}, value {value:?}: {why}", self.name, COLUMNS[column]))
    }

    /// Neighbouring rows mostly share their times: the last one is remembered.
    fn time(&mut self, column: usize, line: u64) -> Result<DateTime<Utc>, Error> {
        let text = self.cell(column);
        if let Some((known, time)) = &self.times[column]
            && known == text
        {
            return Ok(*time);
        }
        let time = parse_time(text).map_err(|error| self.wrong(column, line, error))?;
        if !YEARS.contains(&time.year()) {
            return Err(self.wrong(column, line, format!("expected a year from {} to {}", YEARS.start(), YEARS.end())));
        }
        if time.timestamp_subsec_nanos() >= 1_000_000_000 {
            return Err(self.wrong(column, line, "billing days have no leap seconds; give the second before or the one after"));
        }
        self.times[column] = Some((text.to_owned(), time));
        Ok(time)
    }

    /// What the row's meter counts; the last meter is remembered too.
    fn base(&mut self, line: u64) -> Result<Base, Error> {
        let meter = self.cell(4);
        if meter != self.meter.0 {
            let (_, base) = self.book.meter(meter).ok_or_else(|| {
                self.wrong(4, line, "unknown meter; see `vodledger meters`, or declare it as [[meter]] in the price book")
            })?;
            self.meter = (meter.to_owned(), base);
        }
        Ok(self.meter.1)
    }

    fn row(&self, start: DateTime<Utc>, end: DateTime<Utc>, base: Base, line: u64) -> Result<Row<'_>, Error> {
        if end <= start {
            return Err(self.wrong(1, line, "the end is not after the start"));
        }
        let application = self.cell(3);
        if !application.is_empty() {
            application
                .parse::<SubAppId>()
                .map_err(|_| self.wrong(3, line, "expected the number of an application (SubAppId), or nothing"))?;
        }
        for column in [2, 5, 6] {
            if self.cell(column).bytes().any(|byte| byte.is_ascii_control()) {
                return Err(self.wrong(column, line, "there is a control character or a line break in it; remove it"));
            }
        }
        let meter = self.cell(4);
        Ok(Row {
            start,
            end,
            account: self.cell(2),
            meter,
            area: self.cell(5),
            spec: spec(meter, self.cell(6)),
            quantity: self.quantity(meter, base, line)?,
            status: Status::Final,
        })
    }

    fn quantity(&self, meter: &str, base: Base, line: u64) -> Result<i128, Error> {
        let unit: Unit = self.cell(8).parse().map_err(|error| self.wrong(8, line, error))?;
        if unit.base != base {
            return Err(self.wrong(8, line, format!("meter {meter} counts {base}; give a unit of that kind")));
        }
        unit.to_base(self.cell(7)).map_err(|error| self.wrong(7, line, error))
    }
}

/// Far beyond any bill, and with four digits in every date that follows from them.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// What a file is that has none of our columns.
fn not_our_header(titles: &[&str]) -> Option<&'static str> {
    match titles {
        [] | [""] => Some("the file is empty"),
        [title] if title.contains('\t') => Some("columns are separated by tabs; save the file with commas"),
        [title] if title.contains(';') => Some("columns are separated by semicolons; save the file with commas"),
        _ => None,
    }
}

/// Storage classes have two names; price books use the one that media carry.
fn spec<'a>(meter: &str, spec: &'a str) -> &'a str {
    if meter != names::STORAGE {
        return spec;
    }
    STORAGE_CLASSES.iter().find(|(_, api)| *api == spec).map_or(spec, |(class, _)| class)
}

fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8; save the file as UTF-8".to_owned(),
        _ => error.to_string(),
    }
}
