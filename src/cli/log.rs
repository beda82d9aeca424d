//! The log: standard error, quiet unless asked.

use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{Global, LogFormat};

/// Starts the log. Warnings always; `-v` what is done, `-vv` every request.
pub fn start(global: &Global) {
    let ours = match global.verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let filter = Targets::new().with_default(Level::WARN).with_target("vodledger", ours);
    let layer = fmt::layer().with_writer(io::stderr).with_target(false);
    // A log that is already there (another program uses the library) stays.
    let _ = match global.log_format {
        LogFormat::Text => {
            tracing_subscriber::registry().with(layer.with_ansi(io::stderr().is_terminal())).with(filter).try_init()
        }
        LogFormat::Json => {
            super::output::tell_in_json();
            tracing_subscriber::registry().with(layer.json()).with(filter).try_init()
        }
    };
}
