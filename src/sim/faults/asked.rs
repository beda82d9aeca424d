//! What a request asks for, whoever signs it and when.

use serde_json::Value;

use crate::sim::auth::Form;
use crate::sim::server::Incoming;
use crate::sim::{files, legacy, v3};

/// What answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Api {
    /// API 3.0 and its neighbours.
    Current,
    /// The legacy API.
    Legacy,
    /// Files for download.
    Files,
    /// The metadata of a machine, and what does not exist.
    Other,
}

/// A request without signature, nonce and time.
#[derive(Debug)]
pub(in crate::sim) struct Asked {
    pub api: Api,
    /// The action, or what kind of thing else was asked for: the name under which it is counted.
    pub action: String,
    /// Version, action and parameters in one order.
    pub canonical: String,
    /// Where the page of a list begins whose members come and go.
    pub offset: Option<u64>,
}

/// Parameters that differ between two requests for the same thing.
const PASSING: [&str; 10] = [
    "Timestamp",
    "Nonce",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Token",
    "Language",
    "RequestClient",
    "RoleSessionName",
    "WebIdentityToken",
];

impl Asked {
    /// Reads it from a request that nobody has checked yet.
    pub fn of(request: &Incoming) -> Self {
        match request.path.as_str() {
            "/" => Self::current(request),
            legacy::PATH => {
                let pairs = sent_pairs(request);
                let action = pairs.get("Action").filter(|name| legacy::is_known(name)).unwrap_or("unknown").to_owned();
                Self { api: Api::Legacy, action, canonical: canonical_pairs(&pairs), offset: None }
            }
            path => {
                let (api, action) =
                    if path.starts_with(files::FOLDER) { (Api::Files, "download") } else { (Api::Other, "metadata") };
                Self { api, action: action.to_owned(), canonical: path.to_owned(), offset: None }
            }
        }
    }

    fn current(request: &Incoming) -> Self {
        let (mut name, mut version) = (request.header("X-TC-Action").to_owned(), request.header("X-TC-Version").to_owned());
        let body: Option<Value> = (request.method != "GET").then(|| serde_json::from_slice(&request.body).ok()).flatten();
        let (parameters, offset) = match body {
            Some(mut body) => {
                let offset = body.get("Offset").and_then(Value::as_u64);
                if let Some(members) = body.as_object_mut() {
                    members.retain(|name, _| !PASSING.contains(&name.as_str()));
                }
                (body.to_string(), offset)
            }
            None => {
                let pairs = sent_pairs(request);
                if let (true, Some(action)) = (name.is_empty(), pairs.get("Action")) {
                    action.clone_into(&mut name);
                    pairs.get("Version").unwrap_or_default().clone_into(&mut version);
                }
                (canonical_pairs(&pairs), pairs.get("Offset").and_then(|text| text.parse().ok()))
            }
        };
        let known = v3::paging(&version, &name);
        Self {
            api: Api::Current,
            canonical: format!("{version}\n{name}\n{parameters}"),
            offset: known.filter(|paged| *paged).map(|_| offset.unwrap_or(0)),
            action: if known.is_some() { name } else { "unknown".to_owned() },
        }
    }
}

fn sent_pairs(request: &Incoming) -> Form {
    Form::decode(if request.method == "GET" { request.query.as_bytes() } else { &request.body })
}

fn canonical_pairs(form: &Form) -> String {
    let mut pairs: Vec<&(String, String)> = form.0.iter().filter(|(name, _)| !PASSING.contains(&name.as_str())).collect();
    pairs.sort();
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
