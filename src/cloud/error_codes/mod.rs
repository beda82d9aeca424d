//! What error codes mean and what to do about them: API 3.0, the legacy API, video processing, callbacks of
//! the legacy API, and the recording SDK. One number can mean different things to different parts.

mod api3;
mod legacy;
mod recording;

use std::fmt;

use crate::model::nearest::nearest;

pub use api3::vod_codes;

/// Whether doing the same again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It cannot.
    No,
    /// It can, after a pause and a limited number of times.
    Pause,
    /// It can once, after what the advice says.
    AfterFix,
    /// There is nothing left to do.
    NotNeeded,
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::No => "no",
            Self::Pause => "yes, after a pause, a few times",
            Self::AfterFix => "once, after the fix",
            Self::NotNeeded => "not needed",
        })
    }
}

/// Which part of the cloud speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// API 3.0: VOD and billing.
    Api3,
    /// The legacy API, `code` or the module code in front of its message.
    Legacy,
    /// Status of a video processing task.
    Processing,
    /// `data.ret` of a callback of VOD 1.0.
    Callback,
    /// `ErrCode` of a task of API 3.0.
    Task,
    /// The recording SDK.
    Recording,
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Api3 => "API 3.0",
            Self::Legacy => "legacy API v2",
            Self::Processing => "video processing",
            Self::Callback => "callback of VOD 1.0 (data.ret)",
            Self::Task => "task of API 3.0 (ErrCode)",
            Self::Recording => "recording SDK",
        })
    }
}

/// One meaning of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code as documented, spelling mistakes included.
    pub code: String,
    /// Who says it.
    pub speaker: Speaker,
    /// What happened.
    pub meaning: String,
    /// Whether doing the same again can help.
    pub retry: Retry,
    /// What to do.
    pub advice: &'static str,
}

/// A row of the tables: code, meaning, retry, advice.
type Row<Code> = (Code, &'static str, Retry, &'static str);

fn explain_row<Code: fmt::Display>(speaker: Speaker, (code, meaning, retry, advice): &Row<Code>) -> Explanation {
    Explanation { code: code.to_string(), speaker, meaning: (*meaning).to_owned(), retry: *retry, advice }
}

/// Every meaning of a code: `4100`, `4000/1907`, `AuthFailure.SignatureFailure`, `30000403`, `-43001`.
/// Empty when no table knows it.
pub fn explain(code: &str) -> Vec<Explanation> {
    let code = code.trim();
    if let Some((outer, module)) = code.split_once('/') {
        // As errors print it: the common code, then the module's.
        return explain(outer).into_iter().chain(explain(module)).collect();
    }
    match code.parse::<i64>() {
        Ok(number) => legacy::explain(number).into_iter().chain(api3::task(number)).chain(recording::explain(number)).collect(),
        Err(_) => api3::explain(code).into_iter().collect(),
    }
}

/// Known codes close to one that is not known, closest first.
pub fn suggest(code: &str) -> Vec<String> {
    let code = code.trim();
    let numbers = legacy::codes().chain(recording::codes()).map(|known| known.to_string());
    let known: Vec<String> = api3::codes().chain(numbers).collect();
    let mut close: Vec<&str> = known.iter().map(String::as_str).filter(|known| ends_like(known, code)).collect();
    close.extend(nearest(code, known.iter().map(String::as_str)));
    let mut seen = Vec::new();
    for known in close {
        if !seen.iter().any(|other| other == known) {
            seen.push(known.to_owned());
        }
    }
    seen.truncate(5);
    seen
}

/// Whether only the detail of a code was typed: `SignatureFailure`.
fn ends_like(known: &str, typed: &str) -> bool {
    known.split_once('.').is_some_and(|(_, detail)| detail.eq_ignore_ascii_case(typed))
}
