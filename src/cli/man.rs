//! `vodledger man`.

use super::{Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args, _command: clap::Command) -> Result<Outcome, Error> {
    Err(Error::failed("not built yet"))
}
