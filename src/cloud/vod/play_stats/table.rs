//! The table of play statistics: `.csv.gz`, comma separated, one header row.
//!
//! Columns are found by name. The API model calls them `pc_play_times`, …; files that were seen say `play_times_pc`, …: both are
//! taken. Columns that nobody knows are skipped.

use std::io::{BufReader, Chain, Cursor, Read};

use csv::StringRecord;
use flate2::read::MultiGzDecoder;

use crate::cloud::lenient::whole;
use crate::model::time::parse_time;
use crate::model::{BillingDay, FileId};

/// How a file that is packed begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// One media of one day, over one domain where the file tells domains apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayRow {
    /// The day.
    pub day: BillingDay,
    /// The media.
    pub file_id: FileId,
    /// Addresses that played.
    pub ip_count: Option<u64>,
    /// Bytes delivered.
    pub bytes: u64,
    /// How often it was played. Of HLS the lists count and not the segments; of other files what does not begin in the middle.
    pub plays: u64,
    /// By computers.
    pub pc_plays: Option<u64>,
    /// By mobile devices.
    pub mobile_plays: Option<u64>,
    /// By iPhones.
    pub iphone_plays: Option<u64>,
    /// By Android devices.
    pub android_plays: Option<u64>,
    /// The domain.
    pub domain: Option<String>,
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A column is missing.
    #[error("play statistics: no column {column:?}; the header says {header:?}")]
    Column {
        /// Its name.
        column: &'static str,
        /// The header as it came.
        header: String,
    },
    /// A value is no value of its column.
    #[error("play statistics, line {line}, column {column:?}: {found:?} is not {expected}")]
    Value {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// The text is no CSV, or was cut off.
    #[error("play statistics: {0}; fetch the file again")]
    Csv(#[from] csv::Error),
    /// The file cannot be read.
    #[error("play statistics: {0}; fetch the file again")]
    Read(#[from] std::io::Error),
}

/// Where the columns are.
struct Columns {
    day: usize,
    file_id: usize,
    bytes: usize,
    plays: usize,
    ip_count: Option<usize>,
    pc: Option<usize>,
    mobile: Option<usize>,
    iphone: Option<usize>,
    android: Option<usize>,
    domain: Option<usize>,
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self, TableError> {
        let find = |names: &[&str]| {
            let is =
                |given: &str| names.iter().any(|name| given.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name));
            header.iter().position(is)
        };
        let needed = |column: &'static str| {
            let missing = || TableError::Column { column, header: header.iter().collect::<Vec<_>>().join(",") };
            find(&[column]).ok_or_else(missing)
        };
        Ok(Self {
            day: needed("date")?,
            file_id: needed("file_id")?,
            bytes: needed("flux")?,
            plays: needed("play_times")?,
            ip_count: find(&["ip_count"]),
            pc: find(&["pc_play_times", "play_times_pc"]),
            mobile: find(&["mobile_play_times", "play_times_mobile"]),
            iphone: find(&["iphone_play_times", "play_times_iphone"]),
            android: find(&["android_play_times", "play_times_android"]),
            domain: find(&["host_name"]),
        })
    }
}

/// The text of a file, packed or not.
enum Text<R: Read> {
    Plain(Begun<R>),
    Packed(Box<MultiGzDecoder<Begun<R>>>),
}

/// A reader whose first bytes were looked at.
type Begun<R> = Chain<Cursor<Vec<u8>>, BufReader<R>>;

impl<R: Read> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(into),
            Self::Packed(reader) => reader.read(into),
        }
    }
}

/// The rows of a table, read as they are wanted. After an error there are no more.
pub struct PlayRows<R: Read> {
    reader: csv::Reader<Text<R>>,
    columns: Columns,
    record: StringRecord,
    over: bool,
}

/// Reads a table of play statistics, packed or not, in little memory.
///
/// # Errors
/// A header without `date`, `file_id`, `flux` or `play_times`, or a file that cannot be read. An empty file has no header either.
///
/// ```
/// use vodledger::cloud::vod::play_stats::parse;
///
/// let text = "date,file_id,ip_count,flux,play_times\n2025-01-10,5285485487985271487,2,9007199254740993,7\n";
/// let rows: Vec<_> = parse(text.as_bytes())?.collect::<Result<_, _>>()?;
/// assert_eq!((rows[0].bytes, rows[0].plays), (9_007_199_254_740_993, 7));
/// # Ok::<(), vodledger::cloud::vod::play_stats::TableError>(())
/// ```
pub fn parse<R: Read>(reader: R) -> Result<PlayRows<R>, TableError> {
    let mut reader = BufReader::new(reader);
    let mut first = Vec::new();
    reader.by_ref().take(GZIP.len() as u64).read_to_end(&mut first)?;
    let packed = first == GZIP;
    let begun = Cursor::new(first).chain(reader);
    let text = if packed { Text::Packed(Box::new(MultiGzDecoder::new(begun))) } else { Text::Plain(begun) };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let columns = Columns::of(reader.headers()?)?;
    Ok(PlayRows { reader, columns, record: StringRecord::new(), over: false })
}

impl<R: Read> PlayRows<R> {
    fn row(&self) -> Result<PlayRow, TableError> {
        let Columns { day, file_id, bytes, plays, ip_count, pc, mobile, iphone, android, domain } = self.columns;
        Ok(PlayRow {
            day: self.day(day)?,
            file_id: FileId::new(self.told("file_id", file_id)?),
            bytes: self.number("flux", bytes)?,
            plays: self.number("play_times", plays)?,
            ip_count: self.some_number("ip_count", ip_count)?,
            pc_plays: self.some_number("pc_play_times", pc)?,
            mobile_plays: self.some_number("mobile_play_times", mobile)?,
            iphone_plays: self.some_number("iphone_play_times", iphone)?,
            android_plays: self.some_number("android_play_times", android)?,
            domain: domain.and_then(|domain| self.record.get(domain)).filter(|domain| !domain.is_empty()).map(str::to_owned),
        })
    }

    fn wrong(&self, column: &'static str, found: &str, expected: &'static str) -> TableError {
        let line = self.record.position().map_or(0, csv::Position::line);
        TableError::Value { line, column, found: found.to_owned(), expected }
    }

    fn told(&self, column: &'static str, at: usize) -> Result<&str, TableError> {
        let found = self.record.get(at).unwrap_or_default();
        if found.is_empty() { Err(self.wrong(column, found, "told")) } else { Ok(found) }
    }

    fn day(&self, at: usize) -> Result<BillingDay, TableError> {
        let found = self.told("date", at)?;
        let day = found.parse().or_else(|_| parse_time(found).map(BillingDay::of));
        day.map_err(|_| self.wrong("date", found, "a day such as 2025-01-10"))
    }

    fn number(&self, column: &'static str, at: usize) -> Result<u64, TableError> {
        let found = self.record.get(at).unwrap_or_default();
        let number = whole(found).ok().and_then(|number| u64::try_from(number).ok());
        number.ok_or_else(|| self.wrong(column, found, "a whole number"))
    }

    fn some_number(&self, column: &'static str, at: Option<usize>) -> Result<Option<u64>, TableError> {
        match at.and_then(|at| self.record.get(at).map(|found| (at, found))) {
            Some((at, found)) if !found.is_empty() => self.number(column, at).map(Some),
            _ => Ok(None),
        }
    }
}

impl<R: Read> Iterator for PlayRows<R> {
    type Item = Result<PlayRow, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = match self.reader.read_record(&mut self.record) {
            Ok(true) => self.row(),
            Ok(false) => {
                self.over = true;
                return None;
            }
            Err(error) => Err(error.into()),
        };
        self.over = row.is_err();
        Some(row)
    }
}
