//! Errors of the cloud, one kind for both envelopes, in the caller's words.
//!
//! Sources of the tables: legacy common codes (§5.1 of the error page) and the common codes of API 3.0.

use std::fmt;
use std::time::Duration;

/// What went wrong, by what the caller can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The client was built with something that cannot work. Fix the configuration.
    Configuration,
    /// The key is unknown, disabled, or signed wrongly. Check the key pair.
    Credential,
    /// The clock of this machine is off. Set it.
    Clock,
    /// The key is fine but may not do this. Grant the permission.
    Permission,
    /// A parameter is missing or refused. Repeating cannot help.
    Request,
    /// The thing asked for is not there.
    NotFound,
    /// Too many requests. The client waits and repeats by itself; it gave up after its bounds.
    RateLimit,
    /// The service failed or is down. Repeated by itself where repeating is safe.
    Service,
    /// No answer: connection refused, reset, cut off, or past the time limit.
    Network,
    /// The time that the caller gave was over before the call had its turn.
    Deadline,
    /// The call does not exist (any more) at this endpoint.
    Unsupported,
    /// An answer that is not what the API sends.
    Malformed,
    /// Any other refusal.
    Other,
}

impl ErrorKind {
    /// Whether the same request, signed anew, may succeed a moment later.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimit | Self::Service | Self::Network | Self::Clock)
    }

    /// What to do next, in a few words.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Configuration => "correct the configuration",
            Self::Credential => "check SecretId and SecretKey",
            Self::Clock => "set the clock of this machine",
            Self::Permission => "grant this action to the key in CAM",
            Self::Request => "correct the request",
            Self::NotFound => "check the id and the application (--app)",
            Self::RateLimit => "run again later, or lower what else uses this account",
            Self::Service => "run again later",
            Self::Network => "check the network and the endpoint, then run again",
            Self::Deadline => "allow more time, or run again when less waits",
            Self::Unsupported => "check the endpoint and the site",
            Self::Malformed => "check that the endpoint is the API and not a proxy page",
            Self::Other => "see `vodledger error CODE`",
        }
    }

    /// The kind of an API 3.0 code.
    pub fn of_code(code: &str) -> Self {
        let family = code.split('.').next().unwrap_or(code);
        match (family, code) {
            (_, "AuthFailure.SignatureExpire") => Self::Clock,
            (_, "AuthFailure.UnauthorizedOperation") => Self::Permission,
            ("AuthFailure", _) => Self::Credential,
            ("UnauthorizedOperation" | "IpInBlacklist" | "IpNotInWhitelist", _) => Self::Permission,
            (_, "FailedOperation.DBError" | "FailedOperation.NetWorkError" | "FailedOperation.UploadCosFail") => Self::Service,
            (_, "FailedOperation.NoPrivileges" | "FailedOperation.InvalidVodUser" | "FailedOperation.UserStatusInavlid") => {
                Self::Permission
            }
            ("RequestLimitExceeded", _) => Self::RateLimit,
            ("InternalError" | "ServiceUnavailable" | "ResourceUnavailable", _) => Self::Service,
            ("ResourceNotFound", _) => Self::NotFound,
            ("InvalidAction" | "NoSuchVersion" | "NoSuchProduct" | "ActionOffline" | "UnsupportedRegion", _) => Self::Unsupported,
            ("InvalidParameter" | "InvalidParameterValue" | "MissingParameter" | "UnknownParameter" | "InvalidRequest", _) => {
                Self::Request
            }
            ("RequestSizeLimitExceeded" | "ResponseSizeLimitExceeded" | "UnsupportedProtocol" | "UnsupportedOperation", _) => {
                Self::Request
            }
            _ => Self::Other,
        }
    }

    /// The kind of a legacy common code. Module codes travel inside 4000 and stay [`ErrorKind::Request`],
    /// but for 10008, "file does not exist".
    pub fn of_legacy(code: i128, module: Option<i128>) -> Self {
        match module.unwrap_or(code) {
            10008 => return Self::NotFound,
            1 | 1001 | 1003 | 2000 | 10022 => return Self::Service,
            1000 => return Self::Request,
            _ => {}
        }
        match code {
            4000 => Self::Request,
            4100 | 4104 => Self::Credential,
            4101 | 4102 | 4103 | 4110 | 4300 => Self::Permission,
            4200 | 4500 => Self::Clock,
            4400 => Self::RateLimit,
            5000 => Self::NotFound,
            5100 | 6000 | 6200 => Self::Service,
            4600 | 6100 => Self::Unsupported,
            _ => Self::Other,
        }
    }
}

/// A call that failed: what, why, after how many attempts, and the request id to quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What went wrong, by what can be done about it.
    pub kind: ErrorKind,
    /// The action that was called; empty before any call.
    pub action: &'static str,
    /// The service's own code: `AuthFailure.SignatureFailure`, `4100`, `4000/1907`.
    pub code: Option<String>,
    /// The service's own words, or the transport's.
    pub message: String,
    /// The id that Tencent's support asks for: that of the last answer.
    pub request_id: Option<String>,
    /// Whether a call that changes something may have been carried out all the same: no answer said that it was not.
    pub effect_unknown: bool,
    /// How often the call was sent.
    pub attempts: u32,
    /// How long all attempts took together.
    pub elapsed: Duration,
    /// Request ids of the attempts before the last. Boxed, since every result carries the room.
    earlier: Option<Box<Earlier>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Earlier(Vec<String>);

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            action: "",
            code: None,
            message: message.into(),
            request_id: None,
            effect_unknown: false,
            attempts: 0,
            elapsed: Duration::ZERO,
            earlier: None,
        }
    }

    /// The request ids of all attempts that were answered, in order.
    pub fn request_ids(&self) -> impl Iterator<Item = &str> {
        let earlier = self.earlier.iter().flat_map(|earlier| &earlier.0);
        earlier.chain(&self.request_id).map(String::as_str)
    }

    /// Whether the server counted all requests of the key or the address and not those of the action alone: then every
    /// action waits.
    pub(crate) fn concerns_every_action(&self) -> bool {
        self.code.as_deref().is_some_and(|code| {
            let scope = code.strip_prefix("RequestLimitExceeded.");
            matches!(scope, Some("UinLimitExceeded" | "IPLimitExceeded" | "GlobalRegionUinLimitExceeded"))
        })
    }

    pub(crate) fn with_earlier(mut self, request_ids: Vec<String>) -> Self {
        self.earlier = (!request_ids.is_empty()).then(|| Box::new(Earlier(request_ids)));
        self
    }

    pub(crate) fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.request_id = request_id;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.action.is_empty() {
            write!(f, "{}: ", self.action)?;
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}; ", self.message.trim_end_matches('.'))?;
        if self.effect_unknown {
            write!(f, "whether it took effect is not known: look before you run it again")?;
        } else {
            write!(f, "{}", self.kind.advice())?;
        }
        let mut notes = Vec::new();
        if self.attempts > 1 {
            notes.push(format!("{} attempts in {:.1} s", self.attempts, self.elapsed.as_secs_f32()));
        }
        match self.request_ids().collect::<Vec<_>>().as_slice() {
            [] => {}
            [id] => notes.push(format!("request id {id}")),
            ids => notes.push(format!("request ids {}", ids.join(", "))),
        }
        if notes.is_empty() { Ok(()) } else { write!(f, " ({})", notes.join(", ")) }
    }
}

impl std::error::Error for Error {}
