//! What changes of media must leave alone, and how many media a plan may change.

use std::path::PathBuf;

use toml::de::DeValue;

use super::SettingsError;
use super::reader::{Reader, integer};

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
pub(super) fn protect(table: Reader<'_>) -> Result<Protect, SettingsError> {
    let text = |key| Ok::<_, SettingsError>(table.text(key)?.map(|text| text.value.to_owned()));
    let known = |text: &String| crate::model::meter::STORAGE_CLASSES.iter().any(|(class, _)| class == text);
    let storage_classes = table.texts("storage_classes")?;
    if let Some(class) = storage_classes.iter().find(|class| !known(class)) {
        let message = format!("{class:?} is no storage class: STANDARD, STANDARD_IA, ARCHIVE or DEEP_ARCHIVE");
        return Err(table.error(table.at, format!("{}: {message}", table.name("storage_classes"))));
    }
    let protect = Protect {
        minimum_age_days: table.number("minimum_age_days", 1, LONGEST_AGE)?,
        tags: table.texts("tags")?,
        classes: classes(&table)?,
        storage_classes,
        legal_hold_tag: text("legal_hold_tag")?.filter(|tag| !tag.is_empty()),
        legal_hold_file: table.path("legal_hold_file")?,
        max_media: table.number("max_media", 1, u64::from(u32::MAX))?,
        max_share: text("max_share")?,
    };
    table.finish()?;
    Ok(protect)
}

fn classes(table: &Reader<'_>) -> Result<Vec<i64>, SettingsError> {
    table.list("classes", "category ids such as [1203]", |value| match value {
        DeValue::Integer(digits) => integer(digits).and_then(|id| i64::try_from(id).ok()),
        _ => None,
    })
}
