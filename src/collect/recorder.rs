//! Keeps the raw answers of one unit until they are committed with it.

use std::sync::{Mutex, PoisonError};

use super::redact::redact;
use crate::cloud::{RawAnswer, Recorder};
use crate::ledger::NewSnapshot;
use crate::model::SubAppId;

/// The answers of one unit, redacted as they come.
#[derive(Debug)]
pub struct Answers {
    sub_app_id: Option<SubAppId>,
    answers: Mutex<Vec<NewSnapshot>>,
}

impl Answers {
    /// Nothing yet, about an application.
    pub fn of(sub_app_id: Option<SubAppId>) -> Self {
        Self { sub_app_id, answers: Mutex::default() }
    }

    /// Everything that has come.
    pub fn all(&self) -> Vec<NewSnapshot> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Recorder for Answers {
    fn record(&self, answer: &RawAnswer) {
        let snapshot = NewSnapshot {
            kind: "usage".to_owned(),
            action: answer.action.to_owned(),
            sub_app_id: self.sub_app_id,
            request: redact(&answer.request),
            request_id: request_id(&answer.body),
            body: redact(&answer.body),
            received: answer.received_at,
        };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(snapshot);
    }
}

/// The id of the request, where the answer can be read.
fn request_id(body: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    answer["Response"]["RequestId"].as_str().unwrap_or_default().to_owned()
}
