//! Rows of a usage file; every wrong cell is named by file, line, column and value.

use chrono::{DateTime, Datelike, Utc};
use csv::StringRecord;

use crate::billing::{PriceBook, Row};
use crate::cli::Error;
use crate::model::meter::{STORAGE_CLASSES, names};
use crate::model::time::{YEARS, parse_time};
use crate::model::{Base, Status, SubAppId, Unit};

/// The columns that every usage file has. Further ones are tags.
const COLUMNS: [&str; 9] = ["start", "end", "account", "sub_app_id", "meter", "area", "spec", "quantity", "unit"];

/// The first line of a usage file: where its columns stand.
pub struct Header {
    /// The file, for messages.
    pub name: String,
    /// How many columns every row has.
    pub width: usize,
    places: [usize; COLUMNS.len()],
    /// The columns that charges are split by.
    picked: Vec<usize>,
}

impl Header {
    /// Checks the titles; `picked` are the columns whose cells are wanted with every row: the application, or tags.
    pub fn of(titles: &[&str], name: &str, picked: &[String]) -> Result<Self, Error> {
        let titles: Vec<&str> = titles.iter().map(|title| title.trim_start_matches('\u{feff}').trim()).collect();
        let expected = COLUMNS.join(",");
        if let Some(why) = not_our_header(&titles) {
            return Err(Error::failed(format!("{name} line 1: {why}; the header is {expected}")));
        }
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            *place = titles
                .iter()
                .position(|title| *title == column)
                .ok_or_else(|| Error::failed(format!("{name} line 1: column {column:?} is missing; the header is {expected}")))?;
        }
        for (index, title) in titles.iter().enumerate() {
            if titles[..index].contains(title) {
                return Err(Error::failed(format!("{name} line 1: column {title:?} is there twice; rename or drop one")));
            }
        }
        let place_of = |wanted: &String| {
            titles.iter().position(|title| title == wanted).ok_or_else(|| {
                let tags: Vec<&str> = titles.iter().copied().filter(|title| !COLUMNS.contains(title)).collect();
                let known = if tags.is_empty() { "it has none".to_owned() } else { format!("it has {}", tags.join(", ")) };
                Error::usage(format!("--by {wanted}: {name} has no such tag column; {known}"))
            })
        };
        let picked = picked.iter().map(place_of).collect::<Result<_, _>>()?;
        Ok(Self { name: name.to_owned(), width: titles.len(), places, picked })
    }

    /// Whether the columns stand in the usual order, tags behind them.
    pub fn is_usual(&self) -> bool {
        self.places.iter().enumerate().all(|(index, place)| index == *place)
    }
}

/// Reads rows out of cells. One row after another mostly shares times and meter, so these are remembered.
pub struct Rows<'a> {
    pub header: &'a Header,
    book: &'a PriceBook,
    times: [Option<(String, DateTime<Utc>)>; 2],
    meter: (String, Base),
}

impl<'a> Rows<'a> {
    pub fn new(header: &'a Header, book: &'a PriceBook) -> Self {
        Self { header, book, times: [None, None], meter: (String::new(), Base::Count) }
    }

    /// The row of these cells.
    pub fn row<'r>(&mut self, cells: &[&'r str], line: u64) -> Result<Row<'r>, Error> {
        if cells.len() != self.header.width {
            let (name, found, width) = (&self.header.name, cells.len(), self.header.width);
            let message = format!("{name} line {line}: {found} columns where the header has {width}");
            return Err(Error::failed(format!("{message}; quote values that hold a comma, and close every quote")));
        }
        let cells = Cells { header: self.header, cells, line };
        let (start, end) = (self.time(&cells, 0)?, self.time(&cells, 1)?);
        let base = self.base(&cells)?;
        if end <= start {
            return Err(cells.wrong(1, "the end is not after the start"));
        }
        let application = cells.get(3);
        if !application.is_empty() {
            application
                .parse::<SubAppId>()
                .map_err(|_| cells.wrong(3, "expected the number of an application (SubAppId), or nothing"))?;
        }
        for column in [2, 5, 6] {
            if cells.get(column).bytes().any(|byte| byte.is_ascii_control()) {
                return Err(cells.wrong(column, "there is a control character or a line break in it; remove it"));
            }
        }
        let meter = cells.get(4);
        Ok(Row {
            start,
            end,
            account: cells.get(2),
            meter,
            area: cells.get(5),
            spec: spec(meter, cells.get(6)),
            quantity: quantity(&cells, meter, base)?,
            status: Status::Final,
        })
    }

    /// The cells of the picked columns.
    pub fn picked<'r>(&self, cells: &[&'r str], line: u64) -> Result<Vec<&'r str>, Error> {
        let cell = |place: &usize| {
            let value = cells.get(*place).copied().unwrap_or_default().trim();
            if value.bytes().any(|byte| byte.is_ascii_control()) {
                let why = "there is a control character or a line break in it; remove it";
                let name = &self.header.name;
                return Err(Error::failed(format!("{name} line {line}, column {}, value {value:?}: {why}", place + 1)));
            }
            Ok(value)
        };
        self.header.picked.iter().map(cell).collect()
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
            let (_, base) = self.book.meter(meter).ok_or_else(|| {
                cells.wrong(4, "unknown meter; see `vodledger meters`, or declare it as [[meter]] in the price book")
            })?;
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

fn quantity(cells: &Cells<'_, '_>, meter: &str, base: Base) -> Result<i128, Error> {
    let unit: Unit = cells.get(8).parse().map_err(|error| cells.wrong(8, error))?;
    if unit.base != base {
        return Err(cells.wrong(8, format!("meter {meter} counts {base}; give a unit of that kind")));
    }
    unit.to_base(cells.get(7)).map_err(|error| cells.wrong(7, error))
}

/// Hands over every row of CSV text: its cells, and the line in which it begins. `first_line` is the number of the first line.
pub fn each_row(
    text: &[u8],
    name: &str,
    first_line: u64,
    mut take: impl FnMut(&[&str], u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut record = StringRecord::new();
    loop {
        let line = first_line + lines_before(text, csv.position());
        match csv.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => take(&record.iter().collect::<Vec<_>>(), line)?,
            Err(error) => return Err(Error::failed(format!("{name} line {line}: {}", reason(&error)))),
        }
    }
}

/// How many lines end before the row that follows. The reader has not passed the line breaks in front of it yet.
fn lines_before(text: &[u8], position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() - 1 + breaks.filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>()
}

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

/// What is wrong with CSV, in words.
pub fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8; save the file as UTF-8".to_owned(),
        _ => error.to_string(),
    }
}
