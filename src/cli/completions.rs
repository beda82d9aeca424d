//! `vodledger completions`.

use std::io::{self, Write};

use clap_complete::{Shell, generate};

use super::{Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to complete for
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args, command: &mut clap::Command) -> Result<Outcome, Error> {
    // The generator panics when a write fails, so it writes to memory.
    let mut script = Vec::new();
    generate(args.shell, command, "vodledger", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Done)
}
