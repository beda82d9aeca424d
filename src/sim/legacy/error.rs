//! Errors of the legacy API.

use serde_json::{Value, json};

use crate::sim::switches::LegacyModuleErrors;

/// An error answer; the HTTP status is 200 all the same.
#[derive(Debug)]
pub(super) enum ApiError {
    /// A code that all products share.
    Common(u32, String),
    /// A code of VOD itself.
    Module(u32, String),
}

impl ApiError {
    pub fn common(code: u32, message: impl Into<String>) -> Self {
        Self::Common(code, message.into())
    }

    pub fn module(code: u32, message: impl Into<String>) -> Self {
        Self::Module(code, message.into())
    }

    pub fn body(&self, form: LegacyModuleErrors) -> Value {
        match (self, form) {
            (Self::Common(code, message), _) => json!({"code": code, "message": message, "codeDesc": name(*code)}),
            (Self::Module(code, message), LegacyModuleErrors::Plain) => json!({"code": code, "message": message}),
            (Self::Module(code, message), LegacyModuleErrors::Wrapped) => {
                json!({"code": 4000, "codeDesc": code, "message": format!("({code}){message}")})
            }
        }
    }
}

/// The word beside a common code.
fn name(code: u32) -> &'static str {
    match code {
        4000 => "InvalidParameter",
        4100 => "AuthFailure",
        4104 => "InvalidSecretId",
        4400 => "LimitExceeded",
        4500 => "ReplayAttack",
        6100 => "NotSupported",
        _ => "InternalError",
    }
}
