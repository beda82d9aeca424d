//! Request parameters: declared per action, checked before the action runs.

use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Map, Number, Value};

use super::error::ApiError;

/// A parameter of an action.
#[derive(Debug)]
pub(super) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// What a parameter may hold.
#[derive(Debug)]
pub(super) enum Kind {
    /// Text of so many characters at most.
    Text(usize),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A time with an offset, ISO 8601.
    Time,
    /// An integer from 0 on.
    Uint,
    /// An integer.
    Int,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// So many texts of so many characters at most.
    Texts(usize, usize),
    /// Texts out of these.
    Choices(&'static [&'static str]),
    /// So many integers at most.
    Ints(usize),
    /// So many numbers at most.
    Numbers(usize),
    /// An object.
    Object(&'static [Field]),
    /// So many objects at most.
    Objects(usize, &'static [Field]),
}

impl Field {
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: false }
    }

    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true }
    }

    fn check(&self, value: &Value) -> Result<(), ApiError> {
        match (&self.kind, value) {
            (Kind::Text(limit), Value::String(text)) => self.check_length(text, *limit),
            (Kind::Choice(choices), Value::String(text)) => self.check_choice(text, choices),
            (Kind::Time, Value::String(text)) => match DateTime::parse_from_rfc3339(text) {
                Ok(_) => Ok(()),
                Err(_) => Err(ApiError::value(self.name, format!("{text:?} is not an ISO 8601 time with an offset"))),
            },
            (Kind::Uint, Value::Number(number)) if number.is_u64() => Ok(()),
            (Kind::Int, Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(()),
            (Kind::Number, Value::Number(_)) | (Kind::Bool, Value::Bool(_)) => Ok(()),
            (Kind::Texts(items, length), Value::Array(values)) => {
                self.check_count(values, *items)?;
                self.texts(values)?.iter().try_for_each(|text| self.check_length(text, *length))
            }
            (Kind::Choices(choices), Value::Array(values)) => {
                self.texts(values)?.iter().try_for_each(|text| self.check_choice(text, choices))
            }
            (Kind::Ints(items), Value::Array(values)) => {
                self.check_count(values, *items)?;
                if values.iter().all(|value| value.is_i64() || value.is_u64()) { Ok(()) } else { Err(self.wrong_type()) }
            }
            (Kind::Numbers(items), Value::Array(values)) => {
                self.check_count(values, *items)?;
                if values.iter().all(Value::is_number) { Ok(()) } else { Err(self.wrong_type()) }
            }
            (Kind::Object(fields), Value::Object(members)) => check(members, fields),
            (Kind::Objects(items, fields), Value::Array(values)) => {
                self.check_count(values, *items)?;
                values.iter().try_for_each(|value| {
                    value.as_object().ok_or_else(|| self.wrong_type()).and_then(|members| check(members, fields))
                })
            }
            _ => Err(self.wrong_type()),
        }
    }

    fn texts<'a>(&self, values: &'a [Value]) -> Result<Vec<&'a str>, ApiError> {
        values.iter().map(|value| value.as_str().ok_or_else(|| self.wrong_type())).collect()
    }

    fn check_length(&self, text: &str, limit: usize) -> Result<(), ApiError> {
        match text.chars().count() {
            length if length > limit => {
                Err(ApiError::value(self.name, format!("{length} characters, at most {limit} are allowed")))
            }
            _ => Ok(()),
        }
    }

    fn check_choice(&self, text: &str, choices: &[&str]) -> Result<(), ApiError> {
        if choices.contains(&text) {
            Ok(())
        } else {
            Err(ApiError::value(self.name, format!("{text:?} is none of {}", choices.join(", "))))
        }
    }

    fn check_count(&self, values: &[Value], limit: usize) -> Result<(), ApiError> {
        match values.len() {
            count if count > limit => Err(ApiError::value(self.name, format!("{count} items, at most {limit} are allowed"))),
            _ => Ok(()),
        }
    }

    fn wrong_type(&self) -> ApiError {
        let expected = match self.kind {
            Kind::Text(_) | Kind::Choice(_) | Kind::Time => "a string",
            Kind::Uint => "an integer from 0 on",
            Kind::Int => "an integer",
            Kind::Number => "a number",
            Kind::Bool => "a boolean",
            Kind::Texts(..) | Kind::Choices(_) => "an array of strings",
            Kind::Ints(_) => "an array of integers",
            Kind::Numbers(_) => "an array of numbers",
            Kind::Object(_) => "an object",
            Kind::Objects(..) => "an array of objects",
        };
        ApiError::new("InvalidParameter", format!("The parameter `{}` must be {expected}.", self.name))
    }

    /// A value out of a query or form, where everything is text.
    fn read(&self, text: &str) -> Result<Value, ApiError> {
        match self.kind {
            Kind::Number | Kind::Numbers(_) => text.parse().map(Value::Number).map_err(|_| self.wrong_type()),
            Kind::Uint | Kind::Int | Kind::Ints(_) => {
                let number = text.parse::<u64>().map(Value::from).or_else(|_| text.parse::<i64>().map(Value::from));
                number.map_err(|_| self.wrong_type())
            }
            Kind::Bool => match text {
                "true" | "True" => Ok(Value::Bool(true)),
                "false" | "False" => Ok(Value::Bool(false)),
                _ => Err(self.wrong_type()),
            },
            _ => Ok(Value::from(text)),
        }
    }

    /// Puts a flattened value (`Name.0`, `A.B`, `A.0.B`) where it belongs; `path` is what follows the name.
    fn place(&self, slot: &mut Value, path: &[&str], text: &str) -> Result<(), ApiError> {
        match (&self.kind, path) {
            (Kind::Object(fields), [name, rest @ ..]) => place_member(slot, fields, name, rest, text),
            (Kind::Objects(_, fields), [index, name, rest @ ..]) => {
                place_member(self.item(slot, index)?, fields, name, rest, text)
            }
            (Kind::Texts(..) | Kind::Choices(_) | Kind::Ints(_) | Kind::Numbers(_), [index]) => {
                let value = self.read(text)?;
                *self.item(slot, index)? = value;
                Ok(())
            }
            (Kind::Text(_) | Kind::Choice(_) | Kind::Time | Kind::Uint | Kind::Int | Kind::Number | Kind::Bool, []) => {
                *slot = self.read(text)?;
                Ok(())
            }
            _ => Err(self.wrong_type()),
        }
    }

    fn item<'a>(&self, slot: &'a mut Value, index: &str) -> Result<&'a mut Value, ApiError> {
        /// More items than any parameter takes; keeps `Name.999999999` from filling the memory.
        const ITEMS: usize = 1000;
        let index: usize = index.parse().map_err(|_| self.wrong_type())?;
        if slot.is_null() {
            *slot = Value::Array(Vec::new());
        }
        match slot {
            Value::Array(items) if index < ITEMS => {
                if items.len() <= index {
                    items.resize(index + 1, Value::Null);
                }
                Ok(&mut items[index])
            }
            _ => Err(self.wrong_type()),
        }
    }
}

fn unknown(name: &str) -> ApiError {
    ApiError::new("UnknownParameter", format!("The parameter `{name}` is not recognized."))
}

fn place_member(slot: &mut Value, fields: &[Field], name: &str, path: &[&str], text: &str) -> Result<(), ApiError> {
    let field = fields.iter().find(|field| field.name == name).ok_or_else(|| unknown(name))?;
    if slot.is_null() {
        *slot = Value::Object(Map::new());
    }
    match slot {
        Value::Object(members) => field.place(members.entry(name).or_insert(Value::Null), path, text),
        _ => Err(field.wrong_type()),
    }
}

/// Makes one object of flattened parameters.
pub(super) fn unflatten(pairs: &[(String, String)], fields: &[Field]) -> Result<Map<String, Value>, ApiError> {
    let mut root = Value::Object(Map::new());
    for (key, text) in pairs {
        let mut path = key.split('.');
        let name = path.next().unwrap_or_default();
        place_member(&mut root, fields, name, &path.collect::<Vec<_>>(), text)?;
    }
    match root {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

fn check(members: &Map<String, Value>, fields: &[Field]) -> Result<(), ApiError> {
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        fields.iter().find(|field| field.name == name).ok_or_else(|| unknown(name))?.check(value)?;
    }
    match fields.iter().find(|field| field.required && members.get(field.name).is_none_or(Value::is_null)) {
        Some(field) => Err(ApiError::new("MissingParameter", format!("The request lacks the parameter `{}`.", field.name))),
        None => Ok(()),
    }
}

/// Parameters that were checked: the accessors need not fear.
#[derive(Debug)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    pub fn check(members: Map<String, Value>, fields: &[Field]) -> Result<Self, ApiError> {
        check(&members, fields)?;
        Ok(Self(members))
    }

    /// A text, if given.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A number, if given.
    pub fn uint(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }

    /// An integer, if given. One past 2⁶³ is taken for the largest.
    pub fn int(&self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        value.as_i64().or_else(|| value.as_u64().map(|_| i64::MAX))
    }

    /// A number as it was sent, if given.
    pub fn number(&self, name: &str) -> Option<&Number> {
        self.0.get(name).and_then(Value::as_number)
    }

    /// Numbers as they were sent.
    pub fn numbers(&self, name: &str) -> Vec<&Number> {
        let values = self.0.get(name).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_number).collect()
    }

    /// Whether none but these are given.
    pub fn has_only(&self, names: &[&str]) -> bool {
        self.0.iter().all(|(name, value)| value.is_null() || names.contains(&name.as_str()))
    }

    /// Puts another number in the place of one.
    pub fn set_uint(&mut self, name: &str, value: u64) {
        self.0.insert(name.to_owned(), Value::from(value));
    }

    /// Texts; nothing when absent or empty, which filters nothing.
    pub fn texts(&self, name: &str) -> Option<Vec<&str>> {
        let values = self.0.get(name).and_then(Value::as_array).filter(|values| !values.is_empty())?;
        Some(values.iter().filter_map(Value::as_str).collect())
    }

    /// Integers; nothing when absent or empty.
    pub fn ints(&self, name: &str) -> Option<Vec<i128>> {
        let values = self.0.get(name).and_then(Value::as_array).filter(|values| !values.is_empty())?;
        Some(
            values.iter().filter_map(|value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))).collect(),
        )
    }

    /// An object's members, if given.
    pub fn object(&self, name: &str) -> Option<Self> {
        self.0.get(name).and_then(Value::as_object).map(|members| Self(members.clone()))
    }

    /// Objects; nothing when absent or empty.
    pub fn objects(&self, name: &str) -> Option<Vec<Self>> {
        let values = self.0.get(name).and_then(Value::as_array).filter(|values| !values.is_empty())?;
        Some(values.iter().filter_map(Value::as_object).map(|members| Self(members.clone())).collect())
    }

    /// A time, if given.
    pub fn time(&self, name: &str) -> Option<DateTime<Utc>> {
        self.zoned(name).map(|time| time.to_utc())
    }

    /// A time with the offset it was sent with.
    pub fn zoned(&self, name: &str) -> Option<DateTime<FixedOffset>> {
        self.text(name).and_then(|text| DateTime::parse_from_rfc3339(text).ok())
    }
}
