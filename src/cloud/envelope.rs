//! The two forms of an answer: API 3.0 wraps everything in `Response`; the legacy API puts `code` beside the data.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::endpoint::Api;
use super::error::{Error, ErrorKind};
use super::lenient::{Text, Whole};

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Response")]
    response: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Head {
    error: Option<Refusal>,
    request_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    code: String,
    #[serde(default)]
    message: String,
}

/// `codeDesc` is a text on success and was seen as a number on failure; some hosts say `msg`.
#[derive(Deserialize)]
struct LegacyHead {
    code: Whole,
    #[serde(default, alias = "msg")]
    message: Text,
    #[serde(default, rename = "codeDesc")]
    code_desc: Text,
}

/// Whether a body is an answer and no refusal. Both APIs answer refusals with HTTP 200.
pub(crate) fn check(api: Api, status: u16, body: &str) -> Result<(), Error> {
    let outcome = match api {
        Api::Legacy => check_legacy(body),
        Api::Vod | Api::Billing => check_v3(body),
    };
    match outcome {
        Err(error) if status != 200 && matches!(error.kind, ErrorKind::Malformed | ErrorKind::Network) => {
            Err(refused_by_status(status))
        }
        Ok(()) if status != 200 => Err(refused_by_status(status)),
        outcome => outcome,
    }
}

/// Reads an answer that [`check`] let pass.
pub(crate) fn read<T: DeserializeOwned>(api: Api, action: &'static str, body: &str) -> Result<T, Error> {
    let parsed = match api {
        Api::Legacy => serde_json::from_str(body),
        Api::Vod | Api::Billing => {
            serde_json::from_str::<Envelope>(body).and_then(|envelope| serde_json::from_str(envelope.response.get()))
        }
    };
    parsed.map_err(|error| {
        let mut error = Error::new(ErrorKind::Malformed, format!("the answer cannot be read: {error}"));
        error.action = action;
        error
    })
}

/// A body that ends too early was cut off on its way, which repeating mends; anything else is not from the API.
fn no_answer(of: &str, body: &str, error: &serde_json::Error) -> Error {
    if error.is_eof() && !body.trim().is_empty() {
        return Error::new(ErrorKind::Network, format!("the answer of {of} was cut off after {} bytes", body.len()));
    }
    Error::new(ErrorKind::Malformed, format!("not an answer of {of}: {error}"))
}

fn check_v3(body: &str) -> Result<(), Error> {
    let head: Head = serde_json::from_str::<Envelope>(body)
        .and_then(|envelope| serde_json::from_str(envelope.response.get()))
        .map_err(|error| no_answer("API 3.0", body, &error))?;
    match head.error {
        None => Ok(()),
        Some(refusal) => Err(Error::new(ErrorKind::of_code(&refusal.code), refusal.message)
            .with_code(refusal.code)
            .with_request_id(head.request_id)),
    }
}

fn check_legacy(body: &str) -> Result<(), Error> {
    let head: LegacyHead = serde_json::from_str(body).map_err(|error| no_answer("the legacy API", body, &error))?;
    let code = head.code.0;
    if code == 0 {
        return Ok(());
    }
    let module = module_code(&head.code_desc.0, &head.message.0);
    let shown = match module {
        Some(module) if module != code => format!("{code}/{module}"),
        _ => code.to_string(),
    };
    let message = if head.message.0.is_empty() { "refused without a message".to_owned() } else { head.message.0 };
    Err(Error::new(ErrorKind::of_legacy(code, module), message).with_code(shown))
}

/// A module code arrives as `codeDesc`, or as `(1907)` in front of the message.
fn module_code(code_desc: &str, message: &str) -> Option<i128> {
    code_desc.trim().parse().ok().or_else(|| message.trim().strip_prefix('(')?.split_once(')')?.0.trim().parse().ok())
}

fn refused_by_status(status: u16) -> Error {
    let kind = match status {
        429 => ErrorKind::RateLimit,
        500.. => ErrorKind::Service,
        404 => ErrorKind::Unsupported,
        _ => ErrorKind::Malformed,
    };
    Error::new(kind, format!("HTTP status {status}"))
}
