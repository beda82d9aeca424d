//! `vodledger explain_error`.

use super::{Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args) -> Result<Outcome, Error> {
    Err(Error::failed("not built yet"))
}
