//! What cannot be read of a line of a bill: it costs that member or component, and nothing else.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::detail::{BillComponent, BillDetail};
use super::money::shortened;

/// A place of a line that could not be read. What stands there is in [`BillDetail::raw`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// In which component, from 1 on; `None` for the line's own.
    pub component: Option<usize>,
    /// Which member; `None` for all of it.
    pub member: Option<String>,
    /// Why, with the beginning of what stands there.
    pub why: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let component = self.component.map(|number| format!("component {number}"));
        let place: Vec<&str> = component.as_deref().into_iter().chain(self.member.as_deref()).collect();
        if !place.is_empty() {
            write!(f, "{}: ", place.join(", "))?;
        }
        f.write_str(&self.why)
    }
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// A line, as much of it as can be read.
pub(super) fn line(raw: &RawValue) -> BillDetail {
    let line = match serde_json::from_str::<BillDetail>(raw.get()) {
        Ok(line) if !line.components.is_empty() => line,
        strict => in_parts(raw, strict.err()).unwrap_or_else(|why| BillDetail {
            unread: vec![Unread { component: None, member: None, why }],
            ..BillDetail::default()
        }),
    };
    BillDetail { raw: raw.get().to_owned(), ..line }
}

/// A line that was refused at once for this error, or tells no component: its own members, then its components one by one.
fn in_parts(raw: &RawValue, refused: Option<serde_json::Error>) -> Result<BillDetail, String> {
    let mut members: Members<'_> =
        serde_json::from_str(raw.get()).map_err(|_| format!("{} is no line of a bill", shortened(raw.get())))?;
    let list = members.remove("ComponentSet").map_or("null", RawValue::get);
    let mut unread = without_faults::<BillDetail>(&mut members, None);
    let mut components = Vec::new();
    let mut odd_set = |why: &str| {
        unread.push(Unread { component: None, member: Some("ComponentSet".to_owned()), why: why.to_owned() });
    };
    match serde_json::from_str::<Option<Vec<&RawValue>>>(list) {
        Ok(None) => odd_set("there is none, so no amount is told"),
        Ok(Some(list)) if list.is_empty() => odd_set("it is empty, so no amount is told"),
        Ok(Some(list)) => {
            for (number, raw) in (1..).zip(list) {
                match component(raw, number) {
                    Ok(component) => components.push(component),
                    Err(why) => unread.push(Unread { component: Some(number), member: None, why }),
                }
            }
        }
        Err(_) => odd_set(&format!("{} is no list", shortened(list))),
    }
    match refused {
        // What is refused at once and fits in parts, such as a member that stands there twice, is not known to be right.
        Some(error) if unread.is_empty() && components.iter().all(|component| component.unread.is_empty()) => Err(reason(&error)),
        _ => Ok(BillDetail { components, unread, ..parsed(&members).map_err(|error| reason(&error))? }),
    }
}

/// A component, as much of it as can be read.
fn component(raw: &RawValue, number: usize) -> Result<BillComponent, String> {
    let refused = match serde_json::from_str(raw.get()) {
        Ok(component) => return Ok(component),
        Err(error) => reason(&error),
    };
    let mut members: Members<'_> =
        serde_json::from_str(raw.get()).map_err(|_| format!("{} is no component of a line", shortened(raw.get())))?;
    let unread = without_faults::<BillComponent>(&mut members, Some(number));
    match parsed::<BillComponent>(&members) {
        Ok(component) if !unread.is_empty() => Ok(BillComponent { unread, ..component }),
        _ => Err(refused),
    }
}

/// Takes out the members that do not fit, each told by itself: no member needs another.
fn without_faults<T: for<'de> Deserialize<'de>>(members: &mut Members<'_>, component: Option<usize>) -> Vec<Unread> {
    let mut unread = Vec::new();
    members.retain(|name, value| match parsed::<T>(&BTreeMap::from([(name.clone(), *value)])) {
        Ok(_) => true,
        Err(error) => {
            unread.push(Unread { component, member: Some(name.clone()), why: reason(&error) });
            false
        }
    });
    unread
}

fn parsed<T: for<'de> Deserialize<'de>>(members: &Members<'_>) -> Result<T, serde_json::Error> {
    serde_json::from_str(&serde_json::to_string(members)?)
}

/// What the reader of JSON says, without the place in a text that nobody sees.
fn reason(error: &serde_json::Error) -> String {
    let told = error.to_string();
    told.rsplit_once(" at line ").map_or(told.as_str(), |(reason, _)| reason).to_owned()
}
