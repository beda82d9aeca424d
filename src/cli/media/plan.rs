//! `vodledger media plan`: freezes what is to be changed.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use super::filter::FilterArgs;
use super::{cost, protection, summary};
use crate::cli::output::{note, say};
use crate::cli::selection::{each, named};
use crate::cli::{Context, Error, Outcome, bounds, file};
use crate::cloud::Client;
use crate::model::{RestoreTier, StorageClass};
use crate::recordings::FindError;
use crate::recordings::manage::{Change, Plan, Selected, VALID_DAYS, count, leave_out, select};
use crate::settings::{Account, Applications};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    change: ChangeArgs,
}

#[derive(Debug, clap::Subcommand)]
enum ChangeArgs {
    /// Delete media with everything made of them; it cannot be undone
    Delete {
        #[command(flatten)]
        common: Common,
    },
    /// Put tags on, or take tags off
    Tag {
        /// Tag to put on; repeat for several
        #[arg(long, value_name = "TAG")]
        add: Vec<String>,
        /// Tag to take off; repeat for several
        #[arg(long, value_name = "TAG", conflicts_with = "add")]
        remove: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Move media to a category
    Class {
        /// The category
        #[arg(long, value_name = "CLASS_ID")]
        to: i64,
        #[command(flatten)]
        common: Common,
    },
    /// Set when media delete themselves
    Expire {
        /// The day or time, or `never`
        #[arg(long, value_name = "DAY|TIME|never", value_parser = expiry)]
        at: Expiry,
        #[command(flatten)]
        common: Common,
    },
    /// Move media to a storage class
    StorageClass {
        /// STANDARD, STANDARD_IA, ARCHIVE or DEEP_ARCHIVE
        #[arg(long, value_name = "CLASS")]
        to: StorageClass,
        /// How fast media leave ARCHIVE (Expedited, Standard, Bulk) or DEEP_ARCHIVE (Standard, Bulk)
        #[arg(long)]
        tier: Option<RestoreTier>,
        #[command(flatten)]
        common: Common,
    },
    /// Make media of ARCHIVE and DEEP_ARCHIVE readable for some days
    Restore {
        /// How many days
        #[arg(long, value_name = "DAYS", value_parser = bounds::days)]
        days: u32,
        /// How fast: Expedited (ARCHIVE only), Standard or Bulk
        #[arg(long)]
        tier: RestoreTier,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, clap::Args)]
struct Common {
    /// The plan file to write; one that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How many days the plan may be applied
    #[arg(long, value_name = "DAYS", default_value_t = VALID_DAYS, value_parser = clap::value_parser!(i64).range(1..=90))]
    valid_days: i64,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Clone, Copy, Debug)]
struct Expiry(Option<DateTime<Utc>>);

fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" { Ok(Expiry(None)) } else { bounds::moment(text).map(|at| Expiry(Some(at))) }
}

impl ChangeArgs {
    fn parts(&self) -> (Change, &Common) {
        match self {
            Self::Delete { common } => (Change::Delete, common),
            Self::Tag { add, remove, common } => (Change::Tags { add: add.clone(), remove: remove.clone() }, common),
            Self::Class { to, common } => (Change::Class { class_id: *to }, common),
            Self::Expire { at, common } => (Change::Expire { at: at.0 }, common),
            Self::StorageClass { to, tier, common } => (Change::StorageClass { to: *to, tier: *tier }, common),
            Self::Restore { days, tier, common } => (Change::Restore { days: *days, tier: Some(*tier) }, common),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let (change, common) = args.change.parts();
    let now = context.clock.now();
    change.check(now).map_err(Error::usage)?;
    let (selection, words) = common.filter.selection(context)?;
    let account = context.account()?;
    let protection = protection::protection(context)?;
    let client = context.client(account)?;
    let applications = context.applications(account)?;
    let (selected, whole) = context.runtime()?.block_on(async {
        let each = each(&client, &applications).await?;
        let selected = select(&client, &each.ids, &selection, now).await.map_err(into_error)?;
        Ok::<_, Error>((selected, each.is_complete))
    })?;
    let gaps = report_gaps(&selected) || !whole;
    let mut plan = Plan::new(account.id(), change, words, now, TimeDelta::days(common.valid_days));
    let (media, left_out) = leave_out(selected.media, &plan.change, &protection, now);
    plan.freeze(media);
    plan.left_out = left_out;
    if plan.media.is_empty() {
        summary::left_out(&plan.left_out).iter().for_each(|line| note!("{line}"));
        return Err(Error::failed("nothing is left to plan; no file was written"));
    }
    plan.limits = protection::limits(context)?;
    plan.limits.account_media = account_media(context, account, &client)?;
    plan.effect = cost::effect(context, account, &plan)?;
    file::replace(&common.out, plan.to_text().as_bytes())
        .map_err(|error| Error::failed(file::why_not_written(&common.out, &error)))?;
    for line in summary::lines(&plan) {
        say!("{line}");
    }
    if let Err(passed) = plan.limits.check(plan.totals.media) {
        say!("  limit: {passed}");
    }
    say!("written to {}; nothing was changed: `vodledger media apply` does that", common.out.display());
    Ok(if gaps { Outcome::Partial } else { Outcome::Done })
}

/// How many media the account has: by the ledger's inventory, else as far as the cloud counts.
pub fn account_media(context: &Context, account: &Account, client: &Client) -> Result<Option<u64>, Error> {
    if let Some(ledger) = context.existing_ledger()?
        && let Some(media) = ledger.inventory_media(&account.id()).map_err(Error::failed)?
    {
        return Ok(Some(media));
    }
    context.runtime()?.block_on(async {
        let all = each(client, &Applications::All).await?;
        match count(client, &all.ids).await {
            Ok(media) => Ok(Some(media)),
            Err(error) => {
                note!("how many media the account has could not be asked: {error}");
                Ok(None)
            }
        }
    })
}

/// A question that cannot be asked is a wrong use; a refusal of the cloud is a failure.
fn into_error(error: FindError) -> Error {
    match error {
        FindError::VidNeedsName(_) | FindError::LegacyFilter => Error::usage(error),
        FindError::Cloud(error) => Error::failed(error),
    }
}

/// What was asked for and may not be in the plan, on standard error; whether anything is.
fn report_gaps(selected: &Selected) -> bool {
    selected.missing.iter().for_each(|id| note!("not found: {id}"));
    selected.failed.iter().for_each(|(application, error)| note!("not asked: {}: {error}", named(*application)));
    selected.cut.iter().for_each(|period| note!("incomplete: more than 5000 media match in {period}; narrow the selection"));
    selected.has_gaps()
}
