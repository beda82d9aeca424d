//! `vodledger doctor`: whether everything is there that the other commands need, and what to do where it is not. It changes nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::leftovers::{self, LogFolder};
use super::output::{Format, Listing};
use super::{Context, Error, Outcome};
use crate::cloud::actions::{self, Effect, Entry, Role};
use crate::cloud::{Api, Client, ErrorKind};
use crate::files;
use crate::ledger::Ledger;
use crate::model::time::format_time;
use crate::model::{BillingDay, SubAppId};
use crate::settings::{Account, Site};

/// A clock that is off by more is worth telling; requests are refused at five minutes.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(30);

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the key is for: collector, play, callback, manage; the actions of other roles are not asked about [default: all]
    #[arg(long, value_name = "ROLE", value_delimiter = ',', value_parser = super::policy::role)]
    role: Vec<Role>,
    /// Form of the findings [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Bad,
    /// Nothing was tried, for a reason that is told.
    Untried,
}

struct Findings {
    listing: Listing,
    verdicts: Vec<Verdict>,
}

impl Findings {
    fn add(&mut self, account: &str, check: &str, verdict: Verdict, finding: impl ToString, advice: &str) {
        let word = match verdict {
            Verdict::Good => "ok",
            Verdict::Bad => "FAILED",
            Verdict::Untried => "not tried",
        };
        self.verdicts.push(verdict);
        self.listing.push(vec![json!(account), json!(check), json!(word), json!(finding.to_string()), json!(advice)]);
    }
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let listing = Listing::new(&["account", "check", "result", "finding", "advice"]);
    let mut findings = Findings { listing, verdicts: Vec::new() };
    let file = context.settings()?.file.as_ref();
    let found = file.map_or_else(|| "none; the defaults hold".to_owned(), |path| path.display().to_string());
    findings.add("", "configuration", Verdict::Good, found, "");
    ledger(context, &mut findings)?;
    left_behind(context, &mut findings)?;
    for account in context.accounts()? {
        cloud(args, context, account, &mut findings)?;
    }
    findings.listing.print(Format::or_default(args.format))?;
    let (bad, good) =
        (findings.verdicts.contains(&Verdict::Bad), findings.verdicts.iter().skip(1).any(|verdict| *verdict == Verdict::Good));
    match (bad, good) {
        (false, _) => Ok(Outcome::Done),
        (true, true) => Ok(Outcome::Partial),
        (true, false) => Err(Error::failed("nothing works yet; the findings say what to do")),
    }
}

/// The ledger is only looked at: one that is not there is not made.
fn ledger(context: &Context, findings: &mut Findings) -> Result<(), Error> {
    let place = context.ledger_url()?;
    if Ledger::file(place).is_some_and(|file| !file.exists()) {
        let finding = format!("{place} is not there yet");
        findings.add("", "ledger", Verdict::Untried, finding, "`vodledger sync` makes it");
        return Ok(());
    }
    match Ledger::open_existing(place).and_then(|ledger| ledger.check()) {
        Ok(checked) if checked.problems.is_empty() => {
            findings.add("", "ledger", Verdict::Good, format!("{} rows, nothing wrong", checked.rows), "");
        }
        Ok(checked) => {
            let finding = format!("{} problems", checked.problems.len());
            findings.add("", "ledger", Verdict::Bad, finding, "see `vodledger ledger check`, then restore a backup");
        }
        Err(error) => findings.add("", "ledger", Verdict::Bad, error, "see the finding"),
    }
    Ok(())
}

/// What killed runs left, which holds addresses of people or fills the disk.
fn left_behind(context: &Context, findings: &mut Findings) -> Result<(), Error> {
    const ADVICE: &str = "`vodledger ledger size`, like every command that opens the ledger, takes it away";
    let logs = LogFolder::of(context);
    let beside = leftovers::beside(context.ledger_url()?).filter(|folder| *folder != logs.path);
    let found = logs.leftovers();
    let others = beside.map(|folder| ("files left behind", files::leftovers(&folder), folder));
    for (check, found, folder) in [("access logs", found, logs.path)].into_iter().chain(others) {
        match found.map(|found| leftovers::in_words(&found, &folder)) {
            Ok(None) => {}
            Ok(Some(finding)) => findings.add("", check, Verdict::Bad, finding, ADVICE),
            Err(error) => findings.add("", check, Verdict::Bad, format!("{}: {error}", folder.display()), "see the finding"),
        }
    }
    Ok(())
}

fn cloud(args: &Args, context: &Context, account: &Account, findings: &mut Findings) -> Result<(), Error> {
    let name = account.name.as_str();
    match context.signer(account) {
        Ok(signer) => findings.add(name, "credentials", Verdict::Good, signer.origin(), ""),
        Err(Error::Failed(message) | Error::Usage(message)) => {
            findings.add(name, "credentials", Verdict::Bad, message, "give the account a key pair or a role");
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    let client = context.client(account)?;
    let now = context.clock.now();
    context.runtime()?.block_on(async {
        // The first call tells whether any other is worth while, and the server's time.
        let application = match client.vod().list_applications().await {
            Ok(listed) => {
                let count = listed.applications.len();
                findings.add(name, "endpoint", Verdict::Good, format!("answers; {count} applications listed"), "");
                listed.ids().first().copied().flatten()
            }
            Err(error) => {
                let advice = error.kind.advice();
                findings.add(name, "endpoint", Verdict::Bad, &error, advice);
                if matches!(error.kind, ErrorKind::Network | ErrorKind::Credential | ErrorKind::Clock | ErrorKind::Malformed) {
                    return;
                }
                None
            }
        };
        clock(name, &client, findings);
        uin(account, &client, findings).await;
        let wanted = |entry: &&&Entry| {
            let roles = if args.role.is_empty() { &Role::ALL[..] } else { &args.role };
            entry.roles.iter().any(|role| roles.contains(role)) && entry.action.api != Api::Legacy
        };
        for entry in actions::all().collect::<Vec<_>>().iter().filter(wanted) {
            permission(account, &client, entry, application, now, findings).await;
        }
    });
    Ok(())
}

fn clock(name: &str, client: &Client, findings: &mut Findings) {
    let Some(skew) = client.skew() else {
        findings.add(name, "clock", Verdict::Untried, "no answer told the time", "");
        return;
    };
    let finding = format!("{} s off the server's", skew.num_seconds());
    if skew.abs() <= CLOCK_TOLERANCE {
        findings.add(name, "clock", Verdict::Good, finding, "");
    } else {
        findings.add(
            name,
            "clock",
            Verdict::Bad,
            finding,
            "set this machine's clock; requests are signed by the server's time meanwhile",
        );
    }
}

/// Whose key it is, against whose account it is said to be.
async fn uin(account: &Account, client: &Client, findings: &mut Findings) {
    let name = account.name.as_str();
    match (client.billing().describe_account_balance().await, &account.uin) {
        (Ok(balance), Some(configured)) if balance.uin != *configured => {
            let finding = format!("the key belongs to {}, the configuration says {configured}", balance.uin);
            findings.add(name, "uin", Verdict::Bad, finding, "use the key of that account, or correct account.uin");
        }
        (Ok(balance), _) => findings.add(name, "uin", Verdict::Good, balance.uin, ""),
        (Err(error), _) => findings.add(name, "uin", Verdict::Untried, &error, "finance:DescribeAccountBalance tells it"),
    }
}

async fn permission(
    account: &Account,
    client: &Client,
    entry: &'static Entry,
    application: Option<SubAppId>,
    now: DateTime<Utc>,
    findings: &mut Findings,
) {
    let (name, check) = (account.name.as_str(), entry.cam());
    if entry.effect == Effect::Changes {
        findings.add(name, &check, Verdict::Untried, "it changes something", "");
        return;
    }
    if account.site == Site::Intl && !entry.intl {
        findings.add(name, &check, Verdict::Untried, "the international site does not have it", "");
        return;
    }
    match client.probe(entry, &parameters(entry, application, now)).await {
        Ok(()) => findings.add(name, &check, Verdict::Good, "allowed", ""),
        // Refused for what was asked, not for who asked.
        Err(error) if matches!(error.kind, ErrorKind::Request | ErrorKind::NotFound | ErrorKind::Other) => {
            findings.add(name, &check, Verdict::Good, format!("answered: {error}"), "");
        }
        Err(error) => findings.add(name, &check, Verdict::Bad, &error, error.kind.advice()),
    }
}

/// The smallest question of an action: about yesterday, one row, a media that does not exist.
fn parameters(entry: &Entry, application: Option<SubAppId>, now: DateTime<Utc>) -> Map<String, Value> {
    let today = BillingDay::of(now);
    let (start, end) = (format_time(today.minus(1).start()), format_time(today.start() - TimeDelta::seconds(1)));
    let month = today.month().previous().to_string();
    let window = json!({"StartTime": start, "EndTime": end});
    let and = |more: Value| match (window.clone(), more) {
        (Value::Object(mut window), Value::Object(more)) => {
            window.extend(more);
            Value::Object(window)
        }
        (window, _) => window,
    };
    let asked = match entry.action.name {
        "SearchMedia" | "DescribeSubAppIds" | "DescribeVodDomains" => json!({"Limit": 1}),
        "DescribeMediaInfos" => json!({"FileIds": ["0"]}),
        "DescribeStorageDetails" => and(json!({"Interval": "Day", "StorageType": "StandardStorage"})),
        "DescribeCDNUsageData" => and(json!({"DataType": "Flux"})),
        "DescribeCDNStatDetails" => and(json!({"Metric": "Traffic", "DataInterval": 1440})),
        "DescribeMediaProcessUsageData"
        | "DescribeReviewDetails"
        | "DescribeImageReviewUsageData"
        | "DescribeLicenseUsageData"
        | "DescribeDailyPlayStatFileList" => window,
        "DescribeClientUploadAccelerationUsageData" => and(json!({"Type": "AccelerationWithHTTP"})),
        "DescribeBillDetail" => json!({"Offset": 0, "Limit": 1, "Month": month}),
        "DescribeBillResourceSummary" => json!({"Offset": 0, "Limit": 1, "Month": month}),
        "DescribeBillSummaryByProduct" => json!({"BeginTime": month, "EndTime": month}),
        "DescribeBillAdjustInfo" => json!({"Month": month}),
        // Whatever is missing is told, and that it is told is the answer.
        _ => json!({}),
    };
    let Value::Object(mut parameters) = asked else { return Map::new() };
    let is_of_application = entry.action.api == Api::Vod && entry.granularity == actions::Granularity::Resource;
    if let (true, Some(id)) = (is_of_application, application) {
        parameters.insert("SubAppId".to_owned(), json!(id));
    }
    parameters
}
