//! `vodledger media apply`: makes the changes of a plan.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::actor::actor;
use super::{plan, protection, summary};
use crate::cli::output::{Format, Listing, note};
use crate::cli::{Context, Error, Outcome, bounds};
use crate::input::Kind;
use crate::ledger::AuditOutcome;
use crate::recordings::manage::{Applier, ApplyError, Plan, Settled, Share};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The plan file
    #[arg(value_name = "FILE")]
    plan: PathBuf,
    /// Do not ask; needed where there is no terminal
    #[arg(long)]
    yes: bool,
    /// Change at most so many media [default: 100, or protect.max_media of the configuration]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(bounds::MEDIA))]
    max_media: Option<u64>,
    /// Change at most this percentage of the account's media [default: 1%, or protect.max_share of the configuration]
    #[arg(long, value_name = "PERCENT")]
    max_share: Option<Share>,
    /// Ask again for what may have happened already and cannot be seen; it may be charged twice
    #[arg(long)]
    repeat_unknown: bool,
    /// Form of the list [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let plan = Plan::parse(&context.read(&args.plan, Kind::List)?)
        .map_err(|error| Error::usage(format!("{}: {error}", args.plan.display())))?;
    let account = context.account()?;
    let id = account.id();
    plan.check(&id, context.clock.now()).map_err(Error::usage)?;
    let protection = protection::protection(context)?;
    let key = context.signer(account)?.hint();
    let client = context.client(account)?;
    let mut limits = protection::limits(context)?;
    limits.max_media = args.max_media.unwrap_or(limits.max_media);
    limits.max_share = args.max_share.unwrap_or(limits.max_share);
    limits.account_media = plan::account_media(context, account, &client)?;
    limits.check(plan.media.len() as u64).map_err(Error::usage)?;
    summary::lines(&plan).iter().for_each(|line| note!("{line}"));
    if !args.yes {
        confirm(&plan)?;
    }
    let ledger = Arc::new(context.ledger()?);
    let applier = Applier {
        cloud: &client,
        ledger: &ledger,
        account: &id,
        protection: &protection,
        actor: actor(&key),
        clock: context.clock,
        repeat_unknown: args.repeat_unknown,
    };
    let bar = context.progress(plan.media.len() as u64);
    let settled = context.runtime()?.block_on(applier.apply(&plan, &limits, |_| bar.inc(1)));
    bar.finish_and_clear();
    let settled = settled.map_err(|error| match error {
        ApplyError::Plan(_) | ApplyError::Limit(_) => Error::usage(error),
        ApplyError::Ledger(_) | ApplyError::Cloud(_) | ApplyError::Closed => {
            Error::failed(format!("{error}; what was done is in the audit, run it again to go on"))
        }
    })?;
    report(&plan, &settled, args.format)
}

/// Asks for the number of media, which nobody types by accident.
fn confirm(plan: &Plan) -> Result<(), Error> {
    let media = plan.totals.media;
    if !io::stdin().is_terminal() {
        return Err(Error::usage("there is no terminal to ask on; give --yes to apply the plan"));
    }
    note!("Type {media}, the number of media, to {}:", plan.change.words());
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(Error::failed)?;
    if answer.trim() == media.to_string() { Ok(()) } else { Err(Error::usage("not confirmed; nothing was changed")) }
}

/// Lists every media and says how many came how far.
fn report(plan: &Plan, settled: &[Settled], format: Option<Format>) -> Result<Outcome, Error> {
    let mut listing = Listing::new(&["file_id", "name", "sub_app_id", "outcome", "detail", "earlier"])
        .narrow(&["file_id", "name", "outcome", "detail"]);
    let mut counts: BTreeMap<AuditOutcome, u64> = BTreeMap::new();
    for (media, settled) in plan.media.iter().zip(settled) {
        *counts.entry(settled.outcome).or_default() += 1;
        listing.push(vec![
            json!(settled.file_id),
            json!(media.before.name),
            json!(media.before.sub_app_id.map(|id| id.to_string())),
            json!(settled.outcome.as_str()),
            json!(settled.detail),
            json!(settled.before),
        ]);
    }
    listing.print(Format::or_default(format))?;
    let words: Vec<String> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    note!("{}: {}", plan.change.word(), words.join(", "));
    let all_done = settled.iter().all(|settled| settled.outcome == AuditOutcome::Done);
    Ok(if all_done { Outcome::Done } else { Outcome::Partial })
}
