//! `vodledger demo`: the whole main job against a simulated account, inside this process.

use std::path::PathBuf;

use super::{Context, Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the reports; files of an earlier demo are replaced
    #[arg(long, value_name = "DIR", default_value = "vodledger-demo")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(_args: &Args, _context: &Context) -> Result<Outcome, Error> {
    Err(Error::failed("not built yet"))
}
