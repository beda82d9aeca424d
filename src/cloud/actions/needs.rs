//! Which needed member an answer lacks.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::Entry;
use crate::cloud::Api;

type Members<'a> = BTreeMap<String, &'a RawValue>;

impl Entry {
    /// The first member that the answer should tell and does not, in words. It is looked for only when an answer cannot be read:
    /// whether it can is decided where its members are declared.
    pub(in crate::cloud) fn untold(&self, body: &str) -> Option<String> {
        let answer: &RawValue = serde_json::from_str(body).ok()?;
        let answer = match self.action.api {
            Api::Legacy => answer,
            Api::Vod | Api::Billing | Api::Sts => members(answer)?.get("Response")?,
        };
        self.needs.iter().find_map(|path| {
            let steps: Vec<&str> = path.split('.').collect();
            untold(answer, &steps, "")
        })
    }
}

fn members(raw: &RawValue) -> Option<Members<'_>> {
    serde_json::from_str(raw.get()).ok()
}

/// The first step of a path that is missing or null in an object, or in an item of a list.
fn untold(raw: &RawValue, steps: &[&str], place: &str) -> Option<String> {
    let (step, rest) = steps.split_first()?;
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        return items.iter().find_map(|item| untold(item, steps, place));
    }
    let place = if place.is_empty() { (*step).to_owned() } else { format!("{place}.{step}") };
    match members(raw)?.get(*step) {
        None => Some(format!("{place} is missing")),
        Some(value) if value.get() == "null" => Some(format!("{place} is null")),
        Some(value) => untold(value, rest, &place),
    }
}
