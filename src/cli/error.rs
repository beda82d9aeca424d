//! How a command ends.

use std::io;
use std::process::ExitCode;

use super::hide::Given;
use super::output::note;

/// A command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it: exit code 0.
    Done,
    /// A part of it; the manifest says what is missing: exit code 3.
    Partial,
    /// All of it, and a limit was exceeded: exit code 4.
    LimitExceeded,
}

impl Outcome {
    /// The exit code.
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Partial => 3,
            Self::LimitExceeded => 4,
        })
    }
}

/// A command that did not do its work, in the user's words.
#[derive(Debug)]
pub enum Error {
    /// It failed: exit code 1.
    Failed(String),
    /// It was asked for something that cannot be: exit code 2.
    Usage(String),
    /// Whoever read the output has gone: quiet, exit code 0.
    BrokenPipe,
}

impl Error {
    /// A failure: what happened, to which object, what to do next.
    pub fn failed(message: impl ToString) -> Self {
        Self::Failed(message.to_string())
    }

    /// A wrong use: what was given and what is expected.
    pub fn usage(message: impl ToString) -> Self {
        Self::Usage(message.to_string())
    }

    /// The same without what was given and must not be repeated.
    pub fn hiding(self, given: &Given) -> Self {
        match self {
            Self::Failed(message) => Self::Failed(given.hide(&message)),
            Self::Usage(message) => Self::Usage(given.hide(&message)),
            Self::BrokenPipe => Self::BrokenPipe,
        }
    }

    /// Prints the message on standard error.
    pub fn report(&self) {
        match self {
            Self::Failed(message) | Self::Usage(message) => note!("error: {message}"),
            Self::BrokenPipe => {}
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::BrokenPipe => 0,
        })
    }
}

/// Failures of files name the file. What the system says bare is about standard output.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ if error.raw_os_error().is_some() => Self::Failed(format!("cannot write to standard output: {error}")),
            _ => Self::failed(error),
        }
    }
}
