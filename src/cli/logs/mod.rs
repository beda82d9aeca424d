//! `vodledger logs`: CDN access logs, and what each recording delivered by them.

mod check;
mod days;
mod fetch;
mod ingest;
mod part;
mod shares;
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
    /// Download the access logs of every domain, count them into the ledger, and delete them
    Fetch(fetch::Args),
    /// Count log files into the ledger; needs no credentials
    Ingest(ingest::Args),
    /// Compare, day by day, what the logs say with what was metered
    Check(check::Args),
    /// Say how delivered bytes were attributed to media, and how many were not
    Shares(shares::Args),
    /// Add up log files and write the sums as CSV; needs no ledger and no credentials
    Sum(sum::Args),
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    match &args.command {
        Command::Fetch(args) => fetch::run(args, context),
        Command::Ingest(args) => ingest::run(args, context),
        Command::Check(args) => check::run(args, context),
        Command::Shares(args) => shares::run(args, context),
        Command::Sum(args) => sum::run(args, context),
    }
}
