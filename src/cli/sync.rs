//! `vodledger sync`: collects usage, then charges the months it belongs to.

use std::collections::BTreeSet;
use std::sync::Arc;

use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::leftovers::LogFolder;
use super::output::{Format, Listing, note};
use super::terms::Terms;
use super::{Context, Error, Outcome, bounds, charge, signal};
use crate::collect::{self, CollectError, Kind, LogHabits, Manifest, Overall, Plan, ProcessTypes, Progress, Stop};
use crate::ledger::Ledger;
use crate::model::{BillingDay, BillingMonth, Period};
use crate::settings::{Account, Applications, Mode};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The first day to collect [default: the first of last month]
    #[arg(long, value_name = "DAY", value_parser = bounds::day)]
    since: Option<BillingDay>,
    /// Collect up to, not including, this day [default: up to now]
    #[arg(long, value_name = "DAY", value_parser = bounds::day)]
    until: Option<BillingDay>,
    /// Collect this month
    #[arg(long, value_name = "YYYY-MM", value_parser = bounds::month, conflicts_with_all = ["since", "until"])]
    month: Option<BillingMonth>,
    /// Only these kinds: media, storage, traffic, bandwidth, process, retrieval, image-review, licence, upload, aigc, cdn-usage,
    /// storage-now, plays, domains, packs, bill, logs [default: all, bandwidth where the billing mode needs it, logs where the configuration says so]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    only: Vec<Kind>,
    /// All but these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',', conflicts_with = "only")]
    skip: Vec<Kind>,
    /// Exit with 3 when an answer lowers a day's usage by more than half, or takes away all of a window
    #[arg(long)]
    strict: bool,
    /// Form of the manifest [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const COLUMNS: [&str; 9] = ["account", "kind", "sub_app_id", "asked", "fetched", "missing", "facts", "restated", "reasons"];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let period = args.period(context)?;
    let ledger = Arc::new(context.ledger()?);
    let accounts = context.accounts()?;
    let terms = accounts.iter().map(|account| Terms::of(context, account)).collect::<Result<Vec<_>, Error>>()?;
    let mut listing = manifests();
    let mut ends = Vec::new();
    for account in &accounts {
        match collect(args, context, account, &ledger, period) {
            Ok(manifest) => {
                list(&mut listing, account, &manifest);
                for lowered in &manifest.lowered {
                    note!("{}: restated downwards by more than half: {lowered}", account.name);
                }
                let is_doubtful = args.strict && !manifest.lowered.is_empty() && manifest.overall() == Overall::Done;
                ends.push(if is_doubtful { Overall::Partial } else { manifest.overall() });
            }
            // One account that fails does not keep the others from being collected.
            Err(error) if accounts.len() > 1 => {
                error.report();
                ends.push(Overall::Failed);
            }
            Err(error) => return Err(error),
        }
    }
    let printed = listing.print(Format::or_default(args.format));
    // What was collected is charged, and the exit code tells the truth, whether or not anybody reads the manifest.
    for (account, terms) in accounts.iter().zip(&terms) {
        charge_months(account, terms, &ledger, period)?;
    }
    match printed {
        Ok(()) | Err(Error::BrokenPipe) => {}
        Err(error) => return Err(error),
    }
    ended(&ends)
}

/// A listing for manifests.
pub fn manifests() -> Listing {
    Listing::new(&COLUMNS).narrow(&["account", "kind", "sub_app_id", "asked", "missing", "restated", "reasons"])
}

/// How the command ends when its accounts ended so.
pub fn ended(ends: &[Overall]) -> Result<Outcome, Error> {
    if ends.iter().all(|end| *end == Overall::Failed) {
        return Err(Error::failed("nothing could be collected; the manifest says why"));
    }
    Ok(if ends.iter().all(|end| *end == Overall::Done) { Outcome::Done } else { Outcome::Partial })
}

/// Charges every month of the period that was collected, not only those that this run changed: one that was stopped between
/// collecting and charging may have left some.
fn charge_months(account: &Account, terms: &Terms<'_>, ledger: &Ledger, period: Period) -> Result<(), Error> {
    for month in months(ledger, account, period)? {
        let statement = terms.charge(ledger, month, false)?;
        for total in statement.totals() {
            note!("{} {month}: {} ({})", account.name, total.billed, total.status);
        }
        charge::warn(&statement);
    }
    charge::recordings::remember(ledger, &account.id())
}

impl Args {
    fn period(&self, context: &Context) -> Result<Period, Error> {
        let today = context.clock.today();
        if let Some(month) = self.month {
            if month > today.month() {
                return Err(Error::usage(format!("--month {month} is in the future; today is {today}")));
            }
            return Ok(month.period());
        }
        let since = self.since.unwrap_or_else(|| today.month().previous().first_day());
        if since > today {
            return Err(Error::usage(format!("--since {since} is in the future; today is {today}")));
        }
        Period::of_days(since, self.until.unwrap_or_else(|| today.next())).map_err(Error::usage)
    }
}

fn collect(args: &Args, context: &Context, account: &Account, ledger: &Arc<Ledger>, period: Period) -> Result<Manifest, Error> {
    let mut plan = plan(context, account, period)?;
    if !args.only.is_empty() {
        plan.kinds.clone_from(&args.only);
    } else {
        if period.days().any(|day| account.mode_on(day).mode == Mode::Bandwidth) {
            plan.kinds.push(Kind::Bandwidth);
        }
        if context.settings()?.logs.sync {
            plan.kinds.push(Kind::Logs);
        }
    }
    plan.kinds.retain(|kind| !args.skip.contains(kind));
    work(context, account, ledger, &plan)
}

/// What to collect of an account, as configured.
pub fn plan(context: &Context, account: &Account, period: Period) -> Result<Plan, Error> {
    let settings = context.settings()?;
    let mut plan = Plan::new(account.id(), period, context.clock.now());
    plan.at_a_time = settings.collect.concurrency;
    plan.page = settings.collect.media_per_call;
    if settings.collect.process_all_at_once {
        plan.process_types = ProcessTypes::AllAtOnce;
    }
    plan.applications = match context.applications(account)? {
        Applications::All => collect::Applications::All,
        Applications::Listed(ids) => collect::Applications::Listed(ids),
    };
    let LogFolder { path: folder, is_own: is_own_folder } = LogFolder::of(context);
    plan.logs = LogHabits {
        domains: settings.logs.domains.clone(),
        folder,
        is_own_folder,
        most_bytes: settings.logs.most_bytes.unwrap_or(plan.logs.most_bytes),
        overhead: settings.logs.overhead.unwrap_or(plan.logs.overhead),
        broken_permille: settings.logs.broken_permille.unwrap_or(plan.logs.broken_permille),
    };
    Ok(plan)
}

/// Collects, showing how far it is, until it is done or somebody asks it to stop.
pub fn work(context: &Context, account: &Account, ledger: &Arc<Ledger>, plan: &Plan) -> Result<Manifest, Error> {
    let client = context.client(account)?;
    let progress = Bar::new(context);
    let manifest = context.runtime()?.block_on(async {
        let (asked, stop) = (signal::Stop::new().map_err(Error::failed)?, Stop::default());
        let listener = tokio::spawn({
            let stop = stop.clone();
            async move {
                asked.asked().await;
                note!("stopping after the questions under way; what is left is for the next run");
                stop.now();
            }
        });
        let manifest = async {
            let gap = collect::check_account(&client, ledger, &plan.account, account.uin.as_deref()).await?;
            let mut manifest = collect::sync(&client, ledger, plan, &stop, &progress).await?;
            manifest.gaps.extend(gap);
            Ok::<_, CollectError>(manifest)
        }
        .await;
        listener.abort();
        Ok::<_, Error>(manifest)
    })?;
    progress.clear();
    manifest.map_err(|error| Error::failed(format!("account {:?}: {error}", account.name)))
}

/// Shows on a terminal how many questions are answered.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar for the questions of a plan.
    pub fn new(context: &Context) -> Self {
        Self(context.progress(0))
    }

    /// Takes it off the screen.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn planned(&self, units: usize) {
        self.0.inc_length(units as u64);
    }

    fn finished(&self, kind: &str) {
        self.0.set_message(kind.to_owned());
        self.0.inc(1);
    }
}

/// The months of the period of which usage was collected, whether any was used or not.
fn months(ledger: &Ledger, account: &Account, period: Period) -> Result<BTreeSet<BillingMonth>, Error> {
    let collected = ledger.usage_months(&account.id()).map_err(Error::failed)?;
    let wanted: BTreeSet<BillingMonth> = period.days().map(BillingDay::month).collect();
    Ok(collected.intersection(&wanted).copied().collect())
}

/// One row per kind and application, and one per gap.
pub fn list(listing: &mut Listing, account: &Account, manifest: &Manifest) {
    for ((kind, sub_app_id), count) in &manifest.lines {
        listing.push(vec![
            json!(account.name),
            json!(kind.as_str()),
            sub_app_id.map_or(Value::Null, |id| json!(id.to_string())),
            json!(count.asked),
            json!(count.fetched),
            json!(count.missing),
            json!(count.facts),
            json!(count.restated),
            json!(count.reasons),
        ]);
    }
    for domain in &manifest.outside {
        let reason = json!([format!("{domain} is delivered, metered and billed by EdgeOne: no figure of VOD holds it")]);
        let none = || Value::Null;
        listing.push(vec![json!(account.name), json!("outside"), none(), none(), none(), none(), none(), none(), reason]);
    }
    for gap in &manifest.gaps {
        let reason = json!([format!("{}: {}", gap.what, gap.reason)]);
        let none = || Value::Null;
        listing.push(vec![json!(account.name), json!("gap"), none(), none(), none(), json!(1), none(), none(), reason]);
    }
}
