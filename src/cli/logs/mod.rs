//! `vodledger logs`: CDN access logs, and what each recording delivered by them.

mod sum;

use super::{Context, Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add up log files and write the sums as CSV; needs no ledger and no credentials
    Sum(sum::Args),
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    match &args.command {
        Command::Sum(args) => sum::run(args, context),
    }
}
