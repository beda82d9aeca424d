//! Reads TOML tables key by key, remembering every problem with its place, and which keys nobody asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use toml::{Table, Value};

use crate::billing::Choice;

/// One thing wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Table and key, such as `version "2021" price "traffic": up_to`; empty for the file as a whole.
    pub place: String,
    /// What is wrong and what is expected.
    pub message: String,
}

/// Everything wrong in a file, all at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookErrors {
    /// The file, or the name of a shipped book.
    pub origin: String,
    /// Never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for BookErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            let colon = if problem.place.is_empty() { "" } else { ": " };
            write!(f, "{line}{}: {}{colon}{}", self.origin, problem.place, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for BookErrors {}

/// The problems of one file while it is read.
pub(in crate::billing) struct Problems {
    origin: String,
    found: RefCell<Vec<Problem>>,
}

impl Problems {
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), found: RefCell::default() }
    }

    /// Syntax. A byte order mark at the start is nothing.
    pub fn parse(&self, toml: &str) -> Result<Table, BookErrors> {
        let toml = toml.strip_prefix('\u{feff}').unwrap_or(toml);
        toml.parse::<Table>().map_err(|error| BookErrors { origin: self.origin.clone(), problems: vec![syntax(toml, &error)] })
    }

    pub fn add(&self, place: impl Into<String>, message: impl Into<String>) {
        self.found.borrow_mut().push(Problem { place: place.into(), message: message.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    pub fn into_result<T>(self, value: T) -> Result<T, BookErrors> {
        let problems = self.found.into_inner();
        if problems.is_empty() { Ok(value) } else { Err(BookErrors { origin: self.origin, problems }) }
    }
}

/// Where the text stops being TOML. The line itself is not shown: it may be of any length, or no text for people.
fn syntax(toml: &str, error: &toml::de::Error) -> Problem {
    let before = error.span().and_then(|span| toml.get(..span.start));
    let place = before.map_or_else(String::new, |before| format!("line {}", before.matches('\n').count() + 1));
    Problem { place, message: format!("not TOML: {}", error.message().replace('\n', ", ")) }
}

/// One table, read key by key. Methods give `None` for what is missing or wrong, after noting why.
pub(in crate::billing) struct Keys<'a> {
    table: &'a Table,
    place: String,
    problems: &'a Problems,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Keys<'a> {
    pub fn new(table: &'a Table, place: String, problems: &'a Problems) -> Self {
        Self { table, place, problems, asked: RefCell::default() }
    }

    /// Notes a problem with one key.
    pub fn problem(&self, key: &str, message: &str) {
        let place = match (self.place.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.place.clone(),
            (false, false) => format!("{}: {key}", self.place),
        };
        self.problems.add(place, message);
    }

    /// Notes every key that nobody asked for: a misspelt rule must not be a rule left out.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.contains(*key)) {
            let known: Vec<&str> = asked.iter().map(String::as_str).collect();
            self.problem(key, &format!("unknown key; known here: {}", known.join(", ")));
        }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    fn wrong_type(&self, key: &str, value: &Value, expected: &str) {
        self.problem(key, &format!("is a {}; expected {expected}", value.type_str()));
    }

    fn missing<T>(&self, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.table.contains_key(key) {
            self.problem(key, "is missing");
        }
        value
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A text. Empty is a problem: leave the key out instead.
    pub fn optional_text(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::String(_) => {
                self.problem(key, "is empty");
                None
            }
            other => {
                self.wrong_type(key, other, "a text in quotes (numbers too, so that they stay exact)");
                None
            }
        }
    }

    pub fn text(&self, key: &str) -> Option<String> {
        let value = self.optional_text(key);
        self.missing(key, value)
    }

    pub fn flag(&self, key: &str) -> bool {
        match self.get(key) {
            None => false,
            Some(Value::Boolean(flag)) => *flag,
            Some(other) => {
                self.wrong_type(key, other, "true or false");
                false
            }
        }
    }

    pub fn optional_integer(&self, key: &str) -> Option<i64> {
        match self.get(key)? {
            Value::Integer(number) => Some(*number),
            other => {
                self.wrong_type(key, other, "a whole number without quotes");
                None
            }
        }
    }

    /// A text that is read further: a day, a number, a word.
    pub fn optional_parsed<T: FromStr<Err: fmt::Display>>(&self, key: &str) -> Option<T> {
        let text = self.optional_text(key)?;
        self.read(key, &text)
    }

    pub fn parsed<T: FromStr<Err: fmt::Display>>(&self, key: &str) -> Option<T> {
        let value = self.optional_parsed(key);
        self.missing(key, value)
    }

    fn read<T: FromStr<Err: fmt::Display>>(&self, key: &str, text: &str) -> Option<T> {
        text.parse().map_err(|error: T::Err| self.problem(key, &error.to_string())).ok()
    }

    /// A text or a list of texts; empty when missing.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let texts: Option<Vec<String>> = match value {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        match texts {
            Some(texts) if !texts.is_empty() => texts,
            _ => {
                self.problem(key, "expected a text or a list of texts in quotes, not empty");
                Vec::new()
            }
        }
    }

    pub fn parsed_list<T: FromStr<Err: fmt::Display>>(&self, key: &str) -> Vec<T> {
        self.texts(key).iter().filter_map(|text| self.read(key, text)).collect()
    }

    /// A value, or `{ switch = "name" }`: one value per setting of the switch.
    pub fn choice<T: FromStr<Err: fmt::Display>>(&self, key: &str, switches: &[super::SwitchRule]) -> Option<Choice<T>> {
        let Some(Value::Table(table)) = self.get(key) else {
            return self.optional_parsed(key).map(Choice::Fixed);
        };
        let inner = self.inner(key, table);
        let name = inner.text("switch");
        inner.finish();
        let name = name?;
        let Some(rule) = switches.iter().find(|rule| rule.name == name) else {
            self.problem(key, &format!("there is no [[switch]] named {name:?} in this book"));
            return None;
        };
        let options: Vec<(String, T)> =
            rule.values.iter().filter_map(|value| Some((value.clone(), self.read(key, value)?))).collect();
        (options.len() == rule.values.len()).then_some(Choice::Switch { name, options })
    }

    /// A list of tables; empty when missing. Each is named by its `id` or `name`, else by its number.
    pub fn tables(&self, key: &str) -> Vec<Keys<'a>> {
        match self.get(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let found: Vec<Keys<'a>> = items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| Some(self.inner(&label(key, index, item.as_table()?), item.as_table()?)))
                    .collect();
                if found.len() != items.len() {
                    self.problem(key, "expected a list of tables");
                }
                found
            }
            Some(other) => {
                self.wrong_type(key, other, &format!("[[{key}]] tables"));
                Vec::new()
            }
        }
    }

    /// One table; `None` when missing.
    pub fn table(&self, key: &str) -> Option<Keys<'a>> {
        match self.get(key)? {
            Value::Table(table) => Some(self.inner(key, table)),
            other => {
                self.wrong_type(key, other, "a table");
                None
            }
        }
    }

    /// A table of texts.
    pub fn pairs(&self, key: &str) -> Vec<(String, String)> {
        match self.get(key) {
            None => Vec::new(),
            Some(Value::Table(table)) => {
                let inner = self.inner(key, table);
                table.keys().filter_map(|name| Some((name.clone(), inner.text(name)?))).collect()
            }
            Some(other) => {
                self.wrong_type(key, other, "a table such as { name = \"value\" }");
                Vec::new()
            }
        }
    }

    fn inner(&self, label: &str, table: &'a Table) -> Keys<'a> {
        let place = if self.place.is_empty() { label.to_owned() } else { format!("{} {label}", self.place) };
        Keys::new(table, place, self.problems)
    }
}

fn label(key: &str, index: usize, table: &Table) -> String {
    match ["id", "name", "from"].iter().find_map(|name| table.get(*name).and_then(Value::as_str)) {
        Some(name) => format!("{key} {name:?}"),
        None => format!("{key} {}", index + 1),
    }
}
