//! Reads a TOML table key by key. Asking for a key makes it known; what is left over is refused with the
//! nearest known key. Messages never quote a value: it may be a secret in the wrong place.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::SettingsError;
use crate::model::nearest::nearest;

/// Keys that people write secrets under.
const SECRETS: [&str; 4] = ["secret_id", "secret_key", "token", "key"];

/// The file that is being read.
#[derive(Debug)]
pub struct Source<'a> {
    /// Its name in messages.
    pub name: String,
    /// Its folder: paths in it are meant from there.
    pub folder: PathBuf,
    /// For `~/`.
    pub home: Option<&'a Path>,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a place in the text.
    pub fn error(&self, at: usize, message: impl Into<String>) -> SettingsError {
        let before = self.text.get(..at).unwrap_or(self.text);
        SettingsError::File { file: self.name.clone(), line: before.matches('\n').count() + 1, message: message.into() }
    }

    /// A path as written, made absolute where it can be: `~/` is the home folder, others are meant from the file's folder.
    pub fn path(&self, written: &str) -> PathBuf {
        match (written.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.folder.join(written),
        }
    }
}

/// One table of the file.
#[derive(Debug)]
pub struct Reader<'a> {
    source: &'a Source<'a>,
    table: &'a DeTable<'a>,
    /// How the table is called in messages: empty for the top, else `account.endpoint`.
    path: String,
    /// Where the table starts.
    pub at: usize,
    known: RefCell<Vec<&'static str>>,
}

/// A value, and where it stands.
#[derive(Debug)]
pub struct Value<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: usize,
}

impl<'a> Reader<'a> {
    /// Reads the top of a file.
    pub fn top(source: &'a Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(source, table.get_ref(), String::new(), table.span().start)
    }

    fn new(source: &'a Source<'a>, table: &'a DeTable<'a>, path: String, at: usize) -> Self {
        Self { source, table, path, at, known: RefCell::default() }
    }

    /// The file.
    pub fn source(&self) -> &'a Source<'a> {
        self.source
    }

    /// An error at a place in this table's file.
    pub fn error(&self, at: usize, message: impl Into<String>) -> SettingsError {
        self.source.error(at, message)
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Result<Option<Value<&'a str>>, SettingsError> {
        self.typed(key, "a text in quotes", |value| match value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        let flag = self.typed(key, "true or false", |value| match value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => None,
        })?;
        Ok(flag.map(|flag| flag.value))
    }

    /// A whole number between two bounds, both allowed.
    pub fn number(&self, key: &'static str, from: u64, to: u64) -> Result<Option<u64>, SettingsError> {
        let number = self.typed(key, &format!("a whole number from {from} to {to}"), |value| match value {
            DeValue::Integer(digits) => integer(digits).filter(|number| (from..=to).contains(number)),
            _ => None,
        })?;
        Ok(number.map(|number| number.value))
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Result<Option<T>, SettingsError> {
        let expected = words.iter().map(|(word, _)| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        let choice = self.typed(key, &format!("one of {expected}"), |value| match value {
            DeValue::String(text) => words.iter().find(|(word, _)| word == text).map(|(_, meaning)| *meaning),
            _ => None,
        })?;
        Ok(choice.map(|choice| choice.value))
    }

    /// A path, meant from the folder of the file.
    pub fn path(&self, key: &'static str) -> Result<Option<PathBuf>, SettingsError> {
        Ok(self.text(key)?.map(|text| self.source.path(text.value)))
    }

    /// A list of texts, none of them empty; no list is an empty one.
    pub fn texts(&self, key: &'static str) -> Result<Vec<String>, SettingsError> {
        self.list(key, "texts such as [\"one\"]", |value| match value {
            DeValue::String(text) if !text.is_empty() => Some(text.to_string()),
            _ => None,
        })
    }

    /// A list; no list is an empty one.
    pub fn list<T>(
        &self,
        key: &'static str,
        what: &str,
        item: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Result<Vec<T>, SettingsError> {
        let Some(Value { value, at }) = self.any(key) else { return Ok(Vec::new()) };
        let wrong = |at| self.error(at, format!("{} must be a list of {what}", self.name(key)));
        let DeValue::Array(items) = value else { return Err(wrong(at)) };
        items.iter().map(|one| item(one.get_ref()).ok_or_else(|| wrong(one.span().start))).collect()
    }

    /// A value of more than one type.
    pub fn any(&self, key: &'static str) -> Option<Value<&'a DeValue<'a>>> {
        self.known.borrow_mut().push(key);
        self.table.get(key).map(|value| Value { value: value.get_ref(), at: value.span().start })
    }

    /// A table below this one.
    pub fn table(&self, key: &'static str) -> Result<Option<Reader<'a>>, SettingsError> {
        let table = self.typed(key, &format!("a table [{}]", self.name(key)), |value| match value {
            DeValue::Table(table) => Some(table),
            _ => None,
        })?;
        Ok(table.map(|table| Reader::new(self.source, table.value, self.name(key), table.at)))
    }

    /// Tables of the same kind, in the order of the file.
    pub fn tables(&self, key: &'static str) -> Result<Vec<Reader<'a>>, SettingsError> {
        let expected = format!("a table [[{}]]; write the name in double brackets", self.name(key));
        let array = self.typed(key, &expected, |value| match value {
            DeValue::Array(array) => Some(array),
            _ => None,
        })?;
        let mut tables = Vec::new();
        for item in array.iter().flat_map(|array| array.value.iter()) {
            match item.get_ref() {
                DeValue::Table(table) => tables.push(Reader::new(self.source, table, self.name(key), item.span().start)),
                _ => return Err(self.error(item.span().start, format!("{} must be {expected}", self.name(key)))),
            }
        }
        Ok(tables)
    }

    /// Every key of the table with its value: for tables whose keys are the user's.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Value<&'a DeValue<'a>>)> {
        self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), Value { value: value.get_ref(), at: key.span().start }))
    }

    /// Refuses keys that nobody asked for.
    pub fn finish(self) -> Result<(), SettingsError> {
        let known = self.known.borrow();
        let Some(key) = self.table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) else { return Ok(()) };
        Err(self.error(key.span().start, self.refusal(key.get_ref(), &known)))
    }

    fn refusal(&self, key: &str, known: &[&str]) -> String {
        if let Some(kept) = SECRETS.iter().find(|secret| key.eq_ignore_ascii_case(secret)) {
            let name = self.name(key);
            return format!(
                "{name} would put a secret into the file; keep it elsewhere and name the place: `{kept}_env = \"VARIABLE\"` or `{kept}_file = \"PATH\"`"
            );
        }
        let place = if self.path.is_empty() { "the top of the file".to_owned() } else { format!("[{}]", self.path) };
        match nearest(key, known.iter().copied()).first() {
            Some(close) => format!("{key:?} is no key of {place}; did you mean {close:?}?"),
            None => format!("{key:?} is no key of {place}; keys there are {}", known.join(", ")),
        }
    }

    /// The key with the table's name in front.
    pub fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn typed<T>(
        &self,
        key: &'static str,
        expected: &str,
        take: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Result<Option<Value<T>>, SettingsError> {
        let Some(Value { value, at }) = self.any(key) else { return Ok(None) };
        match take(value) {
            Some(value) => Ok(Some(Value { value, at })),
            None => Err(self.error(at, format!("{} must be {expected}", self.name(key)))),
        }
    }
}

/// A TOML integer that is not negative.
pub fn integer(digits: &toml::de::DeInteger<'_>) -> Option<u64> {
    u64::from_str_radix(digits.as_str(), digits.radix()).ok()
}
