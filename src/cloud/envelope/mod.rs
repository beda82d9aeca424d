//! The two forms of an answer: API 3.0 wraps everything in `Response`; the legacy API puts `code` beside the data.

mod watch;

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::value::RawValue;

use super::endpoint::Api;
use super::error::{Error, ErrorKind};
use super::lenient::{Text, Whole};
use watch::Outer;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "Response", borrow)]
    response: &'a RawValue,
}

#[derive(Deserialize, Default)]
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

impl From<Head> for Result<(), Error> {
    fn from(head: Head) -> Self {
        match head.error {
            None => Ok(()),
            Some(refusal) => Err(Error::new(ErrorKind::of_code(&refusal.code), refusal.message)
                .with_code(refusal.code)
                .with_request_id(head.request_id)),
        }
    }
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

/// Reads an answer, or says why it is none. Both APIs answer refusals with HTTP 200.
pub(crate) fn read<T: DeserializeOwned>(api: Api, status: u16, body: &str) -> Result<T, Error> {
    let outcome = match api {
        Api::Legacy => read_legacy(body),
        Api::Vod | Api::Billing | Api::Sts => read_v3(body),
    };
    match outcome {
        Err(error) if status != 200 && matches!(error.kind, ErrorKind::Malformed | ErrorKind::Network) => {
            Err(refused_by_status(status))
        }
        Ok(_) if status != 200 => Err(refused_by_status(status)),
        outcome => outcome,
    }
}

/// Answers are large and refusals are small, so an answer is read in one pass that looks out for a refusal.
fn read_v3<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    let mut head = Head::default();
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let parsed = Outer { head: &mut head, answer: PhantomData }
        .deserialize(&mut deserializer)
        .and_then(|answer| deserializer.end().map(|()| answer));
    match parsed {
        Ok(answer) => Result::from(head).map(|()| answer),
        // A refusal lacks the members of an answer; what is no answer at all is told apart from what only does not fit.
        Err(error) => Err(check_v3(body).err().unwrap_or_else(|| unfit(&error))),
    }
}

fn read_legacy<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    check_legacy(body)?;
    serde_json::from_str(body).map_err(|error| unfit(&error))
}

/// An answer of the API, but not to this action.
fn unfit(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Malformed, format!("the answer cannot be read: {error}"))
}

/// A body that ends too early was cut off on its way, which repeating mends; anything else is not from the API.
fn no_answer(of: &str, body: &str, error: &serde_json::Error) -> Error {
    if error.is_eof() && !body.trim().is_empty() {
        return Error::new(ErrorKind::Network, format!("the answer of {of} was cut off after {} bytes", body.len()));
    }
    Error::new(ErrorKind::Malformed, format!("not an answer of {of}: {error}"))
}

fn check_v3(body: &str) -> Result<(), Error> {
    let head: Head = serde_json::from_str::<Envelope<'_>>(body)
        .and_then(|envelope| serde_json::from_str(envelope.response.get()))
        .map_err(|error| no_answer("API 3.0", body, &error))?;
    head.into()
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
