//! A server that answers each action with what a test wrote down, and keeps what it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};
use vodledger::cloud::{Client, ClientBuilder, Credential};

/// Answers by action. The last answer to an action is given again and again.
#[derive(Clone, Default)]
pub struct StandIn {
    answers: Arc<Mutex<HashMap<String, VecDeque<String>>>>,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl StandIn {
    /// The members that API 3.0 answers to an action.
    pub fn answer(self, action: &str, members: Value) -> Self {
        let mut members = members;
        members["RequestId"] = json!("r-1");
        self.text(action, json!({"Response": members}).to_string())
    }

    /// The whole body.
    pub fn text(self, action: &str, body: impl Into<String>) -> Self {
        self.answers.lock().unwrap().entry(action.to_owned()).or_default().push_back(body.into());
        self
    }

    pub async fn builder(&self) -> ClientBuilder {
        let address = crate::support::serve(Router::new().fallback(answer).with_state(self.clone())).await;
        let credential = Credential { secret_id: "AKIDstandin".into(), secret_key: "standInKeyEXAMPLE".into(), token: None };
        Client::builder(credential)
            .vod_endpoint(address.clone())
            .billing_endpoint(address.clone())
            .legacy_endpoint(address)
            .without_budget()
            .delays(Duration::from_millis(1), Duration::from_millis(5))
    }

    pub async fn client(&self) -> Client {
        self.builder().await.build().unwrap()
    }

    /// What an action was asked, in order: the JSON of API 3.0, or the parameters of the legacy API.
    pub fn asked(&self, action: &str) -> Vec<Value> {
        self.seen.lock().unwrap().iter().filter(|(asked, _)| asked == action).map(|(_, request)| request.clone()).collect()
    }

    /// Every request, in order.
    pub fn all(&self) -> Vec<(String, Value)> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(State(stand_in): State<StandIn>, headers: HeaderMap, uri: Uri, body: Bytes) -> String {
    let (action, request) = match headers.get("x-tc-action") {
        Some(action) => (action.to_str().unwrap().to_owned(), serde_json::from_slice(&body).unwrap()),
        None => {
            let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
            let request: HashMap<String, String> = pairs.collect();
            (request["Action"].clone(), json!(request))
        }
    };
    stand_in.seen.lock().unwrap().push((action.clone(), request));
    let mut answers = stand_in.answers.lock().unwrap();
    let waiting = answers.get_mut(&action).unwrap_or_else(|| panic!("nobody wrote an answer to {action}"));
    if waiting.len() > 1 { waiting.pop_front().unwrap() } else { waiting[0].clone() }
}
