//! What price books, contracts and packs need beyond [`crate::input::keys`]: values that a switch decides.

use std::fmt::Display;
use std::str::FromStr;

use super::{Choice, SwitchRule};
pub(in crate::billing) use crate::input::document::Document;
pub use crate::input::document::{Problem, Problems as BookErrors};
pub(in crate::billing) use crate::input::keys::Keys;

/// A value, or `{ switch = "name" }`: one value per setting of the switch.
pub(in crate::billing) fn choice<T: FromStr<Err: Display>>(
    keys: &Keys<'_>,
    key: &str,
    switches: &[SwitchRule],
) -> Option<Choice<T>> {
    let Some(inner) = keys.table_if_any(key) else {
        return keys.optional_parsed(key).map(Choice::Fixed);
    };
    let name = inner.text("switch");
    inner.finish();
    let name = name?;
    let Some(rule) = switches.iter().find(|rule| rule.name == name) else {
        keys.problem(key, &format!("there is no [[switch]] named {name:?} in this book"));
        return None;
    };
    let options: Vec<(String, T)> =
        rule.values.iter().filter_map(|value| Some((value.clone(), keys.read(key, value)?))).collect();
    (options.len() == rule.values.len()).then_some(Choice::Switch { name, options })
}
