//! `vodledger ledger`: looking after the store.

mod content;
mod transfer;

use super::{Context, Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create the ledger, or bring an older one up to date (a database is changed by nothing else)
    Migrate(transfer::Migrate),
    /// Check that nothing is damaged: rows, revisions, units, days, answers, audit
    Check(content::Check),
    /// Write the ledger as it is at this moment to a new file, while others go on working
    Backup(transfer::Backup),
    /// Make a ledger of a backup where there is none
    Restore(transfer::Restore),
    /// Copy a ledger into an empty one, from either store to either
    Copy(transfer::Copy),
    /// Print what the ledger holds in a form that can be compared, byte for byte
    Dump(content::Dump),
    /// Take out old answers, and units of work that are done; facts and charges stay
    Prune(content::Prune),
    /// List the tables with their rows and bytes
    Size(content::Size),
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    match &args.action {
        Action::Migrate(args) => transfer::migrate(args, context),
        Action::Check(args) => content::check(args, context),
        Action::Backup(args) => transfer::backup(args, context),
        Action::Restore(args) => transfer::restore(args, context),
        Action::Copy(args) => transfer::copy(args),
        Action::Dump(args) => content::dump(args, context),
        Action::Prune(args) => content::prune(args, context),
        Action::Size(args) => content::size(args, context),
    }
}
