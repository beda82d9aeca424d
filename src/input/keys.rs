//! Reads a table of a document key by key. What is wrong is noted with its place, and so is every key that nobody asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeTable, DeValue};

use super::document::Document;
use crate::model::nearest::nearest;

/// A value, and where it stands in the text.
#[derive(Debug)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: usize,
}

/// One table. Methods give `None` for what is missing or wrong, after noting why.
#[derive(Debug)]
pub struct Keys<'a> {
    document: &'a Document<'a>,
    table: &'a DeTable<'a>,
    /// What it describes, for messages.
    place: String,
    /// Its dotted name: empty for the top, else such as `account.endpoint`.
    path: String,
    /// Where it begins.
    pub at: usize,
    asked: RefCell<BTreeSet<String>>,
}

/// A whole number that fits.
pub fn integer<T: TryFrom<i128>>(digits: &DeInteger<'_>) -> Option<T> {
    i128::from_str_radix(digits.as_str(), digits.radix()).ok()?.try_into().ok()
}

impl<'a> Keys<'a> {
    /// The top of a document.
    pub fn top(document: &'a Document<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(document, table.get_ref(), String::new(), String::new(), table.span().start)
    }

    fn new(document: &'a Document<'a>, table: &'a DeTable<'a>, place: String, path: String, at: usize) -> Self {
        if !place.is_empty() {
            document.remember(&place, at);
        }
        Self { document, table, place, path, at, asked: RefCell::default() }
    }

    fn inner(&self, key: &str, label: &str, table: &'a DeTable<'a>, at: usize) -> Self {
        let place = if self.place.is_empty() { label.to_owned() } else { format!("{} {label}", self.place) };
        Keys::new(self.document, table, place, self.name(key), at)
    }

    /// The key with the table's dotted name in front.
    pub fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Notes a problem at a place in the text; the message is a whole sentence.
    pub fn note(&self, at: usize, message: impl Into<String>) {
        self.document.note(at, "", message);
    }

    /// Notes a problem with one key, or with the table where the key is empty.
    pub fn problem(&self, key: &str, message: &str) {
        let at = self.table.get_key_value(key).map_or(self.at, |(key, _)| key.span().start);
        if self.document.is_dotted {
            return self.note(at, format!("{} {message}", self.name(key)));
        }
        let place = match (self.place.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.place.clone(),
            (false, false) => format!("{}: {key}", self.place),
        };
        self.document.note(at, place, message);
    }

    /// Notes every key that nobody asked for: a misspelt rule must not be a rule left out.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        let known: Vec<&str> = asked.iter().map(String::as_str).collect();
        for key in self.table.keys().filter(|key| !asked.contains(key.get_ref().as_ref())) {
            let (at, key) = (key.span().start, key.get_ref().as_ref());
            if let Some(message) = self.document.remark.and_then(|remark| remark(key, &self.name(key))) {
                self.note(at, message);
                continue;
            }
            let close = nearest(key, known.iter().copied()).first().map(|close| format!("did you mean {close:?}?"));
            if self.document.is_dotted {
                let place = if self.path.is_empty() { "the top of the file".to_owned() } else { format!("[{}]", self.path) };
                let rest = close.unwrap_or_else(|| format!("keys there are {}", known.join(", ")));
                self.note(at, format!("{key:?} is no key of {place}; {rest}"));
            } else {
                let close = close.map_or_else(String::new, |close| format!("{close} "));
                self.problem(key, &format!("unknown key; {close}known here: {}", known.join(", ")));
            }
        }
    }

    /// A value of any type.
    pub fn any(&self, key: &str) -> Option<Found<&'a DeValue<'a>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key).map(|value| Found { value: value.get_ref(), at: value.span().start })
    }

    /// Every key with its value: for tables whose keys are the user's.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Found<&'a DeValue<'a>>)> {
        self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), Found { value: value.get_ref(), at: key.span().start }))
    }

    fn typed<T>(&self, key: &str, expected: &str, take: impl FnOnce(&'a DeValue<'a>) -> Option<T>) -> Option<Found<T>> {
        let Found { value, at } = self.any(key)?;
        match take(value) {
            Some(value) => Some(Found { value, at }),
            None => {
                self.wrong(key, at, value, expected);
                None
            }
        }
    }

    fn wrong(&self, key: &str, at: usize, value: &DeValue<'_>, expected: &str) {
        if self.document.is_dotted {
            self.note(at, format!("{} must be {expected}", self.name(key)));
        } else {
            self.problem(key, &format!("is a {}; expected {expected}", value.type_str()));
        }
    }

    fn missing<T>(&self, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.table.contains_key(key) {
            self.problem(key, "is missing");
        }
        value
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.any(key).is_some()
    }

    /// A text as it is written, with its place.
    pub fn written(&self, key: &str) -> Option<Found<&'a str>> {
        self.typed(key, "a text in quotes", |value| match value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => None,
        })
    }

    /// A text. Empty is a problem: leave the key out instead.
    pub fn optional_text(&self, key: &str) -> Option<String> {
        let expected = "a text in quotes (numbers too, so that they stay exact)";
        let text = self.typed(key, expected, |value| match value {
            DeValue::String(text) => Some(text.to_string()),
            // A day may be written without quotes.
            DeValue::Datetime(day) => Some(day.to_string()),
            _ => None,
        })?;
        if text.value.trim().is_empty() {
            self.problem(key, "is empty");
            return None;
        }
        Some(text.value)
    }

    /// A text that must be there.
    pub fn text(&self, key: &str) -> Option<String> {
        let value = self.optional_text(key);
        self.missing(key, value)
    }

    /// `true` or `false`, where it is said.
    pub fn optional_flag(&self, key: &str) -> Option<bool> {
        let flag = self.typed(key, "true or false", |value| match value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => None,
        })?;
        Some(flag.value)
    }

    /// `true`; false where nothing is said.
    pub fn flag(&self, key: &str) -> bool {
        self.optional_flag(key).unwrap_or_default()
    }

    /// A whole number.
    pub fn optional_integer(&self, key: &str) -> Option<i64> {
        let number = self.typed(key, "a whole number without quotes", |value| match value {
            DeValue::Integer(digits) => integer(digits),
            _ => None,
        })?;
        Some(number.value)
    }

    /// A whole number between two bounds, both allowed.
    pub fn number(&self, key: &str, from: u64, to: u64) -> Option<u64> {
        let number = self.typed(key, &format!("a whole number from {from} to {to}"), |value| match value {
            DeValue::Integer(digits) => integer(digits).filter(|number| (from..=to).contains(number)),
            _ => None,
        })?;
        Some(number.value)
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let expected = words.iter().map(|(word, _)| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        let word = self.typed(key, &format!("one of {expected}"), |value| match value {
            DeValue::String(text) => words.iter().find(|(word, _)| word == text).map(|(_, meaning)| *meaning),
            _ => None,
        })?;
        Some(word.value)
    }

    /// A text that is read further: a day, a number, a word.
    pub fn optional_parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Option<T> {
        let text = self.optional_text(key)?;
        self.read(key, &text)
    }

    /// A text that is read further and must be there.
    pub fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Option<T> {
        let value = self.optional_parsed(key);
        self.missing(key, value)
    }

    /// Reads a text that belongs to a key.
    pub fn read<T: FromStr<Err: Display>>(&self, key: &str, text: &str) -> Option<T> {
        text.parse().map_err(|error: T::Err| self.problem(key, &error.to_string())).ok()
    }

    /// A text or a list of texts; empty when missing.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let Some(Found { value, .. }) = self.any(key) else { return Vec::new() };
        let texts: Option<Vec<String>> = match value {
            DeValue::String(text) => Some(vec![text.to_string()]),
            DeValue::Array(items) => items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect(),
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

    /// Texts that are read further.
    pub fn parsed_list<T: FromStr<Err: Display>>(&self, key: &str) -> Vec<T> {
        self.texts(key).iter().filter_map(|text| self.read(key, text)).collect()
    }

    /// A list of what `item` takes; no list is an empty one.
    pub fn list<T>(&self, key: &str, what: &str, item: impl Fn(&DeValue<'_>) -> Option<T>) -> Vec<T> {
        let Some(Found { value, at }) = self.any(key) else { return Vec::new() };
        let wrong = |at| self.note(at, format!("{} must be a list of {what}", self.name(key)));
        let DeValue::Array(items) = value else {
            wrong(at);
            return Vec::new();
        };
        let read = |one: &Spanned<DeValue<'_>>| {
            let read = item(one.get_ref());
            if read.is_none() {
                wrong(one.span().start);
            }
            read
        };
        items.iter().filter_map(read).collect()
    }

    /// A list of tables; empty when missing. Each is told by its `id`, `name` or `from`, else by its number.
    pub fn tables(&self, key: &str) -> Vec<Keys<'a>> {
        let expected = match self.document.is_dotted {
            true => format!("a table [[{}]]; write the name in double brackets", self.name(key)),
            false => format!("[[{key}]] tables"),
        };
        let array = self.typed(key, &expected, |value| match value {
            DeValue::Array(array) => Some(array),
            _ => None,
        });
        let Some(Found { value: items, .. }) = array else { return Vec::new() };
        self.tables_of(key, items, &expected)
    }

    fn tables_of(&self, key: &str, items: &'a DeArray<'a>, expected: &str) -> Vec<Keys<'a>> {
        let mut found = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match item.get_ref() {
                DeValue::Table(table) => found.push(self.inner(key, &label(key, index, table), table, item.span().start)),
                _ if self.document.is_dotted => self.note(item.span().start, format!("{} must be {expected}", self.name(key))),
                _ => self.problem(key, "expected a list of tables"),
            }
        }
        found
    }

    /// One table; `None` when missing.
    pub fn table(&self, key: &str) -> Option<Keys<'a>> {
        let expected = if self.document.is_dotted { format!("a table [{}]", self.name(key)) } else { "a table".to_owned() };
        let table = self.typed(key, &expected, |value| match value {
            DeValue::Table(table) => Some(table),
            _ => None,
        })?;
        Some(self.inner(key, key, table.value, table.at))
    }

    /// The key's value where that is a table; nothing is noted where it is not.
    pub fn table_if_any(&self, key: &str) -> Option<Keys<'a>> {
        match self.any(key)? {
            Found { value: DeValue::Table(table), at } => Some(self.inner(key, key, table, at)),
            Found { .. } => None,
        }
    }

    /// A table of texts.
    pub fn pairs(&self, key: &str) -> Vec<(String, String)> {
        let table = self.typed(key, "a table such as { name = \"value\" }", |value| match value {
            DeValue::Table(table) => Some(table),
            _ => None,
        });
        let Some(Found { value, at }) = table else { return Vec::new() };
        let inner = self.inner(key, key, value, at);
        inner.entries().filter_map(|(name, _)| Some((name.to_owned(), inner.text(name)?))).collect()
    }
}

fn label(key: &str, index: usize, table: &DeTable<'_>) -> String {
    match ["id", "name", "from"].iter().find_map(|name| table.get(*name).and_then(|value| value.get_ref().as_str())) {
        Some(name) => format!("{key} {name:?}"),
        None => format!("{key} {}", index + 1),
    }
}
