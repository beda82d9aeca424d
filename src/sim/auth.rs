//! What both signatures of parameters need: the nonces seen, forms, and comparing without a hint.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::cloud::signature::v1::{self, KeyOrder};
use crate::model::Secret;

/// How long a nonce is remembered: longer than any accepted difference of clocks, to both sides.
const REMEMBERED: i64 = 5 * 3600;

/// Nonces that were used.
#[derive(Debug, Default)]
pub(super) struct Nonces(Mutex<HashMap<(String, String, i64), i64>>);

impl Nonces {
    /// Notes a use, and says whether it is the first one.
    pub fn first_use(&self, secret_id: &str, nonce: &str, timestamp: i64, now: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, at| now - *at < REMEMBERED);
        seen.insert((secret_id.to_owned(), nonce.to_owned(), timestamp), now).is_none()
    }
}

/// Parameters as sent in a query or a form.
#[derive(Debug)]
pub(super) struct Form(pub Vec<(String, String)>);

impl Form {
    /// Decodes `a=b&c=d`.
    pub fn decode(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The value of a parameter, if it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether `Signature` fits. Both orders of sorting and replacing `_` are taken: the page and an official
    /// client differ.
    pub fn is_signed(&self, method: &str, host: &str, path: &str, secret_key: &Secret) -> bool {
        let given = self.get("Signature").unwrap_or_default();
        let algorithm = v1::Method::of_parameter(self.get("SignatureMethod"));
        [KeyOrder::SortThenReplace, KeyOrder::ReplaceThenSort].into_iter().any(|order| {
            let text = v1::string_to_sign(method, host, path, &self.0, order);
            same(&v1::signature(&text, secret_key.expose(), algorithm), given)
        })
    }
}

/// Whether two signatures are equal, in a time that does not depend on where they differ.
pub(super) fn same(expected: &str, given: &str) -> bool {
    let difference = expected.bytes().zip(given.bytes()).fold(0, |sum, (left, right)| sum | (left ^ right));
    expected.len() == given.len() && difference == 0
}
