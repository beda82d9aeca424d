//! Lists whose rows seem to move while they are read.

use serde_json::Value;

use super::Fault;

/// Where a page begins that a fault has disturbed.
pub(in crate::sim) fn disturb(fault: Option<Fault>, offset: u64, limit: u64) -> u64 {
    match fault {
        // The page before, once more.
        Some(Fault::Duplicate) => offset.saturating_sub(limit.max(1)),
        // One to three rows came in front of it meanwhile.
        Some(Fault::Shift) => offset.saturating_sub(1 + offset % 3),
        _ => offset,
    }
}

/// Shows the first row of an answer's list again at its end.
pub(in crate::sim) fn repeat_first(members: &mut Value) {
    let lists = members.as_object_mut().into_iter().flat_map(|members| members.values_mut());
    for list in lists.filter_map(Value::as_array_mut) {
        if let Some(first) = list.first().cloned() {
            list.push(first);
        }
    }
}
