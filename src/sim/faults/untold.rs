//! Good answers in which a member is missing, or null.

use serde_json::Value;

use super::{Api, Asked, Decider};

/// A member that no answer of an action tells: `DescribeStorageDetails:Data.Value:null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Untold {
    action: String,
    /// The path of the member; a step into a list means each of its items.
    path: Vec<String>,
    how: How,
}

/// How a member is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum How {
    /// It is not there.
    Dropped,
    /// It is null.
    Null,
}

impl Untold {
    pub fn parse(text: &str) -> Option<Self> {
        let (action, rest) = text.split_once(':')?;
        let (path, how) = rest.split_once(':')?;
        let how = match how {
            "drop" => How::Dropped,
            "null" => How::Null,
            _ => return None,
        };
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let is_whole = !action.is_empty() && path.iter().all(|step| !step.is_empty());
        is_whole.then(|| Self { action: action.to_owned(), path, how })
    }
}

impl How {
    fn take(self, members: &mut serde_json::Map<String, Value>, name: &str) {
        match (self, members.get_mut(name)) {
            (_, None) => {}
            (Self::Null, Some(value)) => *value = Value::Null,
            (Self::Dropped, Some(_)) => drop(members.remove(name)),
        }
    }
}

impl Decider {
    /// Whether answers to this request lack something.
    pub fn leaves_untold(&self, asked: &Asked) -> bool {
        self.untold_of(asked).next().is_some()
    }

    /// An answer less what the action does not tell; `None` for a refusal.
    pub fn without_untold(&self, asked: &Asked, body: &[u8]) -> Option<String> {
        let mut answer: Value = serde_json::from_slice(body).ok()?;
        let inside = inside(&mut answer, asked.api)?;
        for untold in self.untold_of(asked) {
            take(inside, &untold.path, untold.how);
        }
        Some(answer.to_string())
    }

    fn untold_of(&self, asked: &Asked) -> impl Iterator<Item = &Untold> {
        self.faults.untold.iter().filter(|untold| untold.action == asked.action)
    }
}

/// The members of an answer, less the envelope; a refusal has none.
fn inside(answer: &mut Value, api: Api) -> Option<&mut Value> {
    match api {
        Api::Legacy => Some(answer),
        _ => answer.get_mut("Response").filter(|response| response.get("Error").is_none()),
    }
}

fn take(value: &mut Value, path: &[String], how: How) {
    match (value, path) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| take(item, path, how)),
        (Value::Object(members), [last]) => how.take(members, last),
        (Value::Object(members), [step, rest @ ..]) => {
            if let Some(value) = members.get_mut(step) {
                take(value, rest, how);
            }
        }
        _ => {}
    }
}

/// Members that belong to the envelope and not to the answer.
const OF_ENVELOPE: [&str; 4] = ["RequestId", "code", "message", "codeDesc"];

/// In how many ways a member can be left untold in an answer.
pub(in crate::sim) fn ways_untold(answer: &mut Value, api: Api) -> u64 {
    2 * inside(answer, api).map_or(0, |members| names(members).len()) as u64
}

/// Drops a member of an answer, or makes it null.
pub(in crate::sim) fn one_untold(answer: &mut Value, api: Api, way: u64) {
    let Some(members) = inside(answer, api) else { return };
    let name = names(members).into_iter().nth(usize::try_from(way / 2).unwrap_or(usize::MAX));
    let how = if way.is_multiple_of(2) { How::Dropped } else { How::Null };
    if let (Some(name), Some(members)) = (name, members.as_object_mut()) {
        how.take(members, &name);
    }
}

fn names(members: &Value) -> Vec<String> {
    let names = members.as_object().into_iter().flat_map(|members| members.keys());
    names.filter(|name| !OF_ENVELOPE.contains(&name.as_str())).cloned().collect()
}
