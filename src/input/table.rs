//! CSV: rows of cells, each with the line in which it begins.

use csv::StringRecord;
use memchr::memchr;

use super::InputError;
use super::separator::{Separator, clean, titles};
use super::stream::unify_line_ends;

/// What is wrong in a line.
pub type Wrong = (u64, String);

/// Hands over every row of CSV text whose line ends are LF or CRLF: its cells, and the line in which it begins. `first_line` is
/// the number of the text's first line; `wrong` makes an error of a line and what is wrong there.
///
/// # Errors
/// What `take` fails with; text that is not UTF-8, and quotes that do not close where a cell ends.
pub fn each_row<E>(
    text: &[u8],
    separator: Separator,
    first_line: u64,
    wrong: impl Fn(u64, String) -> E,
    mut take: impl FnMut(&[&str], u64) -> Result<(), E>,
) -> Result<(), E> {
    let stray = stray_quote(text, separator);
    let mut csv = csv::ReaderBuilder::new().delimiter(separator.0).has_headers(false).flexible(true).from_reader(text);
    let mut record = StringRecord::new();
    loop {
        let line = first_line + lines_before(text, csv.position());
        let more = csv.read_record(&mut record).map_err(|error| wrong(line, reason(&error)))?;
        // Rows before it are told of first.
        let end = usize::try_from(csv.position().byte()).unwrap_or(usize::MAX);
        if let Some(stray) = stray.filter(|stray| !more || *stray < end) {
            return Err(wrong(first_line + breaks(&text[..stray]), STRAY.to_owned()));
        }
        if !more {
            return Ok(());
        }
        take(&record.iter().collect::<Vec<_>>(), line)?;
    }
}

const STRAY: &str =
    "a quote opens here that does not close where its cell ends, so it would take rows in; close it, or double the quotes inside";

fn breaks(text: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u64::MAX)
}

/// How many lines end before the row that follows. The reader has not passed the line breaks in front of it yet.
fn lines_before(text: &[u8], position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() - 1 + breaks.filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>()
}

/// Where a cell begins with a quote that closes in the middle of it, or nowhere.
fn stray_quote(text: &[u8], separator: Separator) -> Option<usize> {
    let mut at = 0;
    while let Some(quote) = memchr(b'"', &text[at..]).map(|place| at + place) {
        let opens = quote == 0 || [separator.0, b'\n', b'\r'].contains(&text[quote - 1]);
        if !opens {
            at = quote + 1;
            continue;
        }
        match closing(text, quote + 1) {
            Some(end) if text.get(end).is_none_or(|next| [separator.0, b'\n', b'\r'].contains(next)) => at = end,
            _ => return Some(quote),
        }
    }
    None
}

/// The place behind the quote that closes what begins here.
fn closing(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let next = at + memchr(b'"', text.get(at..)?)? + 1;
        match text.get(next) {
            Some(b'"') => at = next + 1,
            _ => return Some(next),
        }
    }
}

/// What is wrong with CSV, in words.
pub fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => super::encoding::UNREADABLE.to_owned(),
        _ => error.to_string(),
    }
}

/// Rows of a file that is held in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The separator that was found.
    pub separator: Separator,
    /// Rows that are not blank, each with its line.
    pub rows: Vec<(u64, Vec<String>)>,
    /// Lines that hold nothing, or separators alone.
    pub blank: u64,
}

impl Table {
    /// Reads text whose first row is a header with some of these titles.
    ///
    /// # Errors
    /// A separator that is not read, or broken quotes.
    pub fn with_header(text: &str, expected: &[&str]) -> Result<Self, InputError> {
        let (text, declared) = prepared(text);
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let separator = declared.unwrap_or_else(|| Separator::of_header(first, expected));
        let found = titles(first, separator).iter().filter(|title| expected.contains(&title.as_str())).count();
        if let Some(name) = Separator::refused(first, expected).filter(|_| found < 2) {
            return Err(InputError::Line { line: 1, message: separated_by(name) });
        }
        Self::read(&text, separator, declared)
    }

    /// Reads text whose titles are not known: the separator is the one by which most rows are as wide as the first.
    ///
    /// # Errors
    /// Broken quotes.
    pub fn without_titles(text: &str) -> Result<Self, InputError> {
        let (text, declared) = prepared(text);
        if let Some(separator) = declared {
            return Self::read(&text, separator, declared);
        }
        // The last of equals is taken: so that is the comma.
        let mut separators: Vec<Separator> = Separator::all().collect();
        separators.reverse();
        let separator = separators.into_iter().max_by_key(|separator| fit(&text, *separator)).unwrap_or_default();
        Self::read(&text, separator, None)
    }

    fn read(text: &str, separator: Separator, declared: Option<Separator>) -> Result<Self, InputError> {
        let mut table = Self { separator, rows: Vec::new(), blank: 0 };
        let wrong = |line, message| InputError::Line { line, message };
        let mut lines = 0;
        each_row(text.as_bytes(), separator, 1, wrong, |cells, line| {
            lines += 1;
            let cells: Vec<String> = cells.iter().map(|cell| clean(cell)).collect();
            if lines == 1 && declared.is_some() {
                return Ok(());
            }
            if cells.iter().all(String::is_empty) {
                table.blank += 1;
            } else {
                table.rows.push((line, cells));
            }
            Ok(())
        })?;
        Ok(table)
    }

    /// Takes the header off: where each of the titles stands. Further columns are allowed.
    ///
    /// # Errors
    /// A title that is missing or twice there; no header at all.
    pub fn header(&mut self, expected: &[&str]) -> Result<Vec<usize>, InputError> {
        let list = expected.join(",");
        let wrong = |line, message: String| InputError::Line { line, message: format!("{message}; the header is {list}") };
        if self.rows.is_empty() {
            return Err(wrong(1, "the file is empty".to_owned()));
        }
        let (line, titles) = self.rows.remove(0);
        for (index, title) in titles.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
            if titles[..index].contains(title) {
                return Err(wrong(line, format!("column {title:?} is there twice; rename or drop one")));
            }
        }
        let place =
            |column: &&str| titles.iter().position(|title| title == column).ok_or_else(|| wrong(line, missing(column, &titles)));
        let places = expected.iter().map(place).collect();
        // Cells behind the header that hold nothing are nothing: programs write a separator too many.
        for (line, cells) in &mut self.rows {
            while cells.len() > titles.len() && cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            if cells.len() != titles.len() {
                let message = width(cells.len(), titles.len(), self.separator);
                return Err(InputError::Line { line: *line, message });
            }
        }
        places
    }
}

/// How many of the first hundred rows have more than one cell and the commonest width, and that width.
fn fit(text: &str, separator: Separator) -> (usize, usize) {
    let mut widths: Vec<usize> = Vec::new();
    // Only the beginning is looked at: an error ends it.
    let _ = each_row(
        text.as_bytes(),
        separator,
        1,
        |_, _| (),
        |cells, _| {
            widths.extend((cells.len() > 1).then_some(cells.len()));
            if widths.len() < 100 { Ok(()) } else { Err(()) }
        },
    );
    widths.sort_unstable();
    widths.chunk_by(|one, other| one == other).map(|equal| (equal.len(), equal[0])).max().unwrap_or_default()
}

/// What to say of a column that a header does not have.
pub fn missing<T: AsRef<str>>(column: &str, titles: &[T]) -> String {
    let close = match super::names::compare(column, titles.iter().map(AsRef::as_ref)) {
        super::names::Name::Near(title) => format!(" (there is {title:?})"),
        _ => String::new(),
    };
    format!("column {column:?} is missing{close}")
}

/// What to say of a row of another width.
pub fn width(found: usize, expected: usize, separator: Separator) -> String {
    let name = separator.name();
    format!("{found} columns where the header has {expected}; quote values that hold a {name}, and close every quote")
}

/// What to say of a separator that is not read.
pub fn separated_by(name: &str) -> String {
    format!("columns are separated by {name}; save the file with commas, semicolons or tabs")
}

/// The text with one kind of line ends, and the separator that its first line declares.
fn prepared(text: &str) -> (String, Option<Separator>) {
    let mut bytes = text.trim_start_matches('\u{feff}').as_bytes().to_vec();
    unify_line_ends(&mut bytes);
    // One ASCII byte took the place of another.
    let text = String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned());
    let declared = Separator::declared(text.lines().next().unwrap_or_default());
    (text, declared)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Table;

    fn lines(text: &str) -> Vec<(u64, String)> {
        let mut table = Table::with_header(text, &["a", "b"]).unwrap();
        assert_eq!(table.header(&["a", "b"]).unwrap(), [0, 1]);
        table.rows.into_iter().map(|(line, cells)| (line, cells.join("|"))).collect()
    }

    #[test]
    fn rows_are_the_same_in_every_form() {
        let expected = [(2, "1|x".to_owned()), (3, "2|y".to_owned())];
        for text in [
            "a,b\n1,x\n2,y\n",
            "a,b\r\n1,x\r\n2,y",
            "a,b\r1,x\r2,y\r",
            "a,b\r1,x\r\n2,y\n\n\n,\n",
            "\u{feff}a;b\n1;x\n2;y\n",
            "\u{feff}\"a\"\t\"b\"\n1\t\"x\"\n2\ty\t\n",
        ] {
            assert_eq!(lines(text), expected, "{text:?}");
        }
        assert_eq!(lines("sep=;\na;b\n1;x\n")[0], (3, "1|x".to_owned()));
        assert_eq!(lines("a,b\n1,\"x\ny\"\n\n2,z\n"), [(2, "1|x\ny".to_owned()), (5, "2|z".to_owned())]);
    }

    #[test]
    fn rows_are_never_lost_in_a_quote() {
        for (text, line) in
            [("a,b\n1,\"x\n2,y\n", "line 2"), ("a,b\n1,\"x\n2,\"y\"\n", "line 2"), ("a,b\n0,5\" disk\n1,\"x\"z\n", "line 3")]
        {
            let error = Table::with_header(text, &["a", "b"]).unwrap_err().to_string();
            assert!(error.starts_with(line), "{text:?}: {error}");
        }
        for (text, said) in
            [("a|b\n1|2\n", "vertical bars"), ("a,b\n1\n", "line 2: 1 columns"), ("a,a,b\n", "twice"), ("", "empty")]
        {
            let read = Table::with_header(text, &["a", "b"]).and_then(|mut table| table.header(&["a", "b"]));
            assert!(read.as_ref().is_err_and(|error| error.to_string().contains(said)), "{text:?}: {read:?}");
        }
    }
}
