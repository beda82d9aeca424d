//! Parameters as name–value pairs: how lists and objects are written where there is no JSON.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Lists become `Name.0`, objects `A.B`, both together `A.0.B`; nulls and empty lists are left out.
pub(crate) fn flatten(parameters: &Map<String, Value>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in parameters {
        flatten_value(name, value, &mut pairs);
    }
    pairs
}

fn flatten_value(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(text) => pairs.push((name.to_owned(), text.clone())),
        Value::Bool(_) | Value::Number(_) => pairs.push((name.to_owned(), value.to_string())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten_value(&format!("{name}.{index}"), item, pairs);
            }
        }
        Value::Object(members) => {
            for (member, item) in members {
                flatten_value(&format!("{name}.{member}"), item, pairs);
            }
        }
    }
}

/// `name=value&name=value`, both percent-encoded.
pub(crate) fn encode(pairs: &[(String, String)]) -> String {
    let encode = |text| utf8_percent_encode(text, RESERVED);
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}
