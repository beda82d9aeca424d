//! `vodledger logs fetch`: access logs from the cloud into the ledger.

use std::sync::Arc;

use super::super::bounds;
use super::super::output::Format;
use super::super::sync;
use super::{Context, Error, Outcome};
use crate::collect::{Kind, Overall};
use crate::model::{BillingDay, Period};

/// Days that the cloud keeps logs.
const KEPT: u64 = 30;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The first day [default: as far back as the cloud keeps logs, 30 days]
    #[arg(long, value_name = "DAY", value_parser = bounds::day)]
    since: Option<BillingDay>,
    /// Up to, not including, this day [default: up to now]
    #[arg(long, value_name = "DAY", value_parser = bounds::day)]
    until: Option<BillingDay>,
    /// Form of the manifest [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let today = context.clock.today();
    let since = args.since.unwrap_or_else(|| today.minus(KEPT - 1));
    let period = Period::of_days(since, args.until.unwrap_or_else(|| today.next())).map_err(Error::usage)?;
    let ledger = Arc::new(context.ledger()?);
    let mut listing = sync::manifests();
    let mut ends = Vec::new();
    let accounts = context.accounts()?;
    for account in &accounts {
        let mut plan = sync::plan(context, account, period)?;
        plan.kinds = vec![Kind::Logs];
        match sync::work(context, account, &ledger, &plan) {
            Ok(manifest) => {
                sync::list(&mut listing, account, &manifest);
                ends.push(manifest.overall());
            }
            // One account that fails does not keep the others from being fetched.
            Err(error) if accounts.len() > 1 => {
                error.report();
                ends.push(Overall::Failed);
            }
            Err(error) => return Err(error),
        }
    }
    match listing.print(Format::or_default(args.format)) {
        Ok(()) | Err(Error::BrokenPipe) => {}
        Err(error) => return Err(error),
    }
    sync::ended(&ends)
}
