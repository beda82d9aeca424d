//! TOML: a document, and everything that is wrong in it, all at once, each with its line.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use toml::Spanned;
use toml::de::DeTable;

/// One thing wrong in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1; `None` where no line is to blame.
    pub line: Option<usize>,
    /// Table and key, such as `version "2021" price "traffic": up_to`; empty where the message names it.
    pub place: String,
    /// What is wrong and what is expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.place, self.message)
    }
}

/// Everything wrong in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file, or the name of a shipped one.
    pub origin: String,
    /// Never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let start = if index == 0 { "" } else { "\n" };
            let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
            write!(f, "{start}{}{line}: {problem}", self.origin)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A sentence about a key that nobody knows, for keys of which there is more to say than that; takes key and full name.
pub type Remark = fn(&str, &str) -> Option<String>;

/// A document while it is read.
#[derive(Debug)]
pub struct Document<'t> {
    origin: String,
    text: &'t str,
    found: RefCell<Vec<Problem>>,
    /// Where tables begin, by their labels.
    places: RefCell<BTreeMap<String, usize>>,
    /// Whether places are dotted names of keys, such as `account.uin`, and values are never quoted: they may be secrets.
    pub(super) is_dotted: bool,
    pub(super) remark: Option<Remark>,
}

/// Past so many faults of syntax the others follow from the first.
const MOST_SYNTAX: usize = 10;

impl<'t> Document<'t> {
    /// A document whose tables are told by what they describe: `version "2021" price "traffic"`.
    pub fn new(origin: &str, text: &'t str) -> Self {
        // A byte order mark at the start is nothing.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (found, places) = (RefCell::default(), RefCell::default());
        Self { origin: origin.to_owned(), text, found, places, is_dotted: false, remark: None }
    }

    /// A document whose keys are told by dotted names, without their values.
    pub fn dotted(origin: &str, text: &'t str, remark: Remark) -> Self {
        Self { is_dotted: true, remark: Some(remark), ..Self::new(origin, text) }
    }

    /// Syntax.
    ///
    /// # Errors
    /// Every line that is no TOML. The lines are not quoted: they may be of any length, or hold a secret.
    pub fn parse(&self) -> Result<Spanned<DeTable<'t>>, Problems> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let line = error.span().map(|span| self.line(span.start));
            let is_new = self.found.borrow().iter().all(|problem| problem.line != line);
            if is_new && self.found.borrow().len() < MOST_SYNTAX {
                let what = error.message().replace('\n', ", ");
                let message = if self.is_dotted { format!("this is no TOML: {what}") } else { format!("not TOML: {what}") };
                self.found.borrow_mut().push(Problem { line, place: String::new(), message });
            }
        }
        if errors.is_empty() { Ok(table) } else { Err(self.taken()) }
    }

    /// Notes a problem at a place in the text.
    pub fn note(&self, at: usize, place: impl Into<String>, message: impl Into<String>) {
        let problem = Problem { line: Some(self.line(at)), place: place.into(), message: message.into() };
        self.found.borrow_mut().push(problem);
    }

    /// Notes a problem of a table, by its label and what follows it.
    pub fn add(&self, place: impl Into<String>, message: impl Into<String>) {
        let place = place.into();
        let is_of = |label: &str| place.strip_prefix(label).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ' ']));
        let places = self.places.borrow();
        let at = places.iter().filter(|(label, _)| is_of(label)).max_by_key(|(label, _)| label.len()).map(|(_, at)| *at);
        self.found.borrow_mut().push(Problem { line: at.map(|at| self.line(at)), place, message: message.into() });
    }

    /// Remembers where a table begins.
    pub(super) fn remember(&self, label: &str, at: usize) {
        self.places.borrow_mut().entry(label.to_owned()).or_insert(at);
    }

    /// Whether nothing is wrong so far.
    pub fn is_sound(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// The value, or everything that is wrong, in the order of the lines.
    ///
    /// # Errors
    /// Everything that was noted.
    pub fn into_result<T>(self, value: T) -> Result<T, Problems> {
        if self.is_sound() { Ok(value) } else { Err(self.taken()) }
    }

    fn taken(&self) -> Problems {
        let mut problems = self.found.take();
        problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        problems.dedup();
        Problems { origin: self.origin.clone(), problems }
    }

    fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).matches('\n').count() + 1
    }
}
