//! What changes of media must leave alone, and how many media a plan may change.

use std::path::PathBuf;

use toml::de::DeValue;

use super::reader::Source;
use crate::input::keys::{Keys, integer};

/// The longest minimum age: 100 years.
const LONGEST_AGE: u64 = 36_525;

/// The table `[protect]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protect {
    /// Media are not deleted before they are so many days old.
    pub minimum_age_days: Option<u64>,
    /// Media with one of these tags are kept as they are.
    pub tags: Vec<String>,
    /// Media in one of these categories are kept as they are.
    pub classes: Vec<i64>,
    /// Media of these storage classes are kept as they are, by the API's names.
    pub storage_classes: Vec<String>,
    /// Media with this tag are under a legal hold.
    pub legal_hold_tag: Option<String>,
    /// A file with the ids of media under a legal hold, one a line.
    pub legal_hold_file: Option<PathBuf>,
    /// How many media a plan may change unless a flag says otherwise.
    pub max_media: Option<u64>,
    /// Which percentage of the account's media a plan may change unless a flag says otherwise.
    pub max_share: Option<String>,
}

/// Reads the table.
pub(super) fn protect(table: &Keys<'_>, source: &Source<'_>) -> Protect {
    let text = |key| table.written(key).map(|text| text.value.to_owned());
    let known = |text: &String| crate::model::meter::STORAGE_CLASSES.iter().any(|(class, _)| class == text);
    let storage_classes = texts(table, "storage_classes");
    for class in storage_classes.iter().filter(|class| !known(class)) {
        let message = format!("{class:?} is no storage class: STANDARD, STANDARD_IA, ARCHIVE or DEEP_ARCHIVE");
        table.note(table.at, format!("{}: {message}", table.name("storage_classes")));
    }
    let protect = Protect {
        minimum_age_days: table.number("minimum_age_days", 1, LONGEST_AGE),
        tags: texts(table, "tags"),
        classes: table.list("classes", "category ids such as [1203]", |value| match value {
            DeValue::Integer(digits) => integer(digits).filter(|id: &i64| *id >= 0),
            _ => None,
        }),
        storage_classes,
        legal_hold_tag: text("legal_hold_tag").filter(|tag| !tag.is_empty()),
        legal_hold_file: source.path_at(table, "legal_hold_file"),
        max_media: table.number("max_media", 1, u64::from(u32::MAX)),
        max_share: text("max_share"),
    };
    table.finish();
    protect
}

/// A list of texts, none of them empty; no list is an empty one.
pub(super) fn texts(table: &Keys<'_>, key: &str) -> Vec<String> {
    table.list(key, "texts such as [\"one\"]", |value| match value {
        DeValue::String(text) if !text.is_empty() => Some(text.to_string()),
        _ => None,
    })
}
