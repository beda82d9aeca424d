//! `vodledger callback`.

use super::{Context, Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args, _context: &Context) -> Result<Outcome, Error> {
    Err(Error::failed("not built yet"))
}
