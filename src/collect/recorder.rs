//! Keeps the raw answers of one unit until they are committed with it.

use std::sync::{Mutex, PoisonError};

use super::redact::redact;
use crate::cloud::{RawAnswer, Recorder};
use crate::ledger::{Brings, NewSnapshot};
use crate::model::SubAppId;

/// The answers of one unit.
#[derive(Debug)]
pub struct Answers {
    kind: &'static str,
    sub_app_id: Option<SubAppId>,
    answers: Mutex<Vec<RawAnswer>>,
}

impl Answers {
    /// Nothing yet, about an application.
    pub fn of(brings: Brings, sub_app_id: Option<SubAppId>) -> Self {
        Self { kind: brings.as_str(), sub_app_id, answers: Mutex::default() }
    }

    /// Everything that has come since the last call, redacted.
    pub fn take(&self) -> Vec<NewSnapshot> {
        let answers = std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner));
        answers.into_iter().map(|answer| self.redacted(&answer)).collect()
    }

    fn redacted(&self, answer: &RawAnswer) -> NewSnapshot {
        NewSnapshot {
            kind: self.kind.to_owned(),
            action: answer.action.to_owned(),
            sub_app_id: self.sub_app_id,
            request: redact(&answer.request),
            request_id: request_id(&answer.body),
            body: redact(&answer.body),
            received: answer.received_at,
        }
    }
}

impl Recorder for Answers {
    fn record(&self, answer: &RawAnswer) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer.clone());
    }
}

/// The id of the request, where the answer can be read.
fn request_id(body: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    answer["Response"]["RequestId"].as_str().unwrap_or_default().to_owned()
}
