//! `vodledger media`: changing media by plan, and the audit of what was changed.

mod actor;
mod apply;
mod audit;
mod cost;
mod filter;
mod ids;
mod plan;
mod protection;
mod summary;

use super::{Context, Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Write a plan: which media are changed how, and what that costs or saves; changes nothing
    Plan(Box<plan::Args>),
    /// Apply a plan: reads each media again, refuses what changed or is protected, and can be run again after any end
    Apply(apply::Args),
    /// List what was changed, and prove that nobody edited the list
    Audit(audit::Args),
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    match &args.action {
        Action::Plan(args) => plan::run(args, context),
        Action::Apply(args) => apply::run(args, context),
        Action::Audit(args) => audit::run(args, context),
    }
}
