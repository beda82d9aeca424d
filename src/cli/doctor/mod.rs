//! `vodledger doctor`: whether everything is there that the other commands need, and what to do where it is not. It changes nothing.

mod permission;

use chrono::TimeDelta;
use serde_json::json;

use self::permission::Trial;
use super::leftovers::{self, LogFolder};
use super::output::{Format, Listing};
use super::{Context, Error, Outcome};
use crate::cloud::actions::{self, Entry, Role};
use crate::cloud::{Api, Client, ErrorKind};
use crate::files;
use crate::ledger::{Ledger, LedgerError};
use crate::model::SubAppId;
use crate::settings::{Account, Applications};

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
    /// It was tried, and what came does not tell.
    Unclear,
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
            Verdict::Unclear => "unclear",
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
    let bad = findings.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Bad | Verdict::Unclear));
    let good = findings.verdicts.iter().skip(1).any(|verdict| *verdict == Verdict::Good);
    match (bad, good) {
        (false, _) => Ok(Outcome::Done),
        (true, true) => Ok(Outcome::Partial),
        (true, false) => Err(Error::failed("nothing works yet; the findings say what to do")),
    }
}

/// The ledger is only looked at: one that is not there is not made.
fn ledger(context: &Context, findings: &mut Findings) -> Result<(), Error> {
    let address = context.ledger_address()?;
    match Ledger::open_existing(address.expose()).and_then(|ledger| ledger.check()) {
        Err(LedgerError::Missing(file)) => {
            findings.add("", "ledger", Verdict::Untried, format!("{file} is not there yet"), "`vodledger sync` makes it");
        }
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
    let beside = leftovers::beside(context.ledger_address()?).filter(|folder| *folder != logs.path);
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
    let wanted = context.applications(account)?;
    let now = context.clock.now();
    context.runtime()?.block_on(async {
        // The first call tells whether any other is worth while, and the server's time.
        let Some(applications) = endpoint(name, &client, wanted, findings).await else { return };
        clock(name, &client, findings);
        uin(account, &client, findings).await;
        let trial = Trial { client: &client, site: account.site, applications, now };
        for entry in actions::all().filter(|entry| args.concerns(entry, account)) {
            let (verdict, finding, advice) = trial.of(entry).await;
            findings.add(name, &entry.cam(), verdict, finding, advice);
        }
    });
    Ok(())
}

impl Args {
    /// Whether a command of the roles calls an action, as the account is configured.
    fn concerns(&self, entry: &Entry, account: &Account) -> bool {
        let roles = if self.role.is_empty() { &Role::ALL[..] } else { &self.role };
        entry.roles.iter().any(|role| roles.contains(role)) && (entry.action.api != Api::Legacy || account.legacy_api)
    }
}

/// The applications to try actions with; `None` when nothing answers.
async fn endpoint(name: &str, client: &Client, wanted: Applications, findings: &mut Findings) -> Option<Vec<Option<SubAppId>>> {
    let all = match client.vod().list_applications().await {
        Ok(listed) => {
            let count = listed.applications.len();
            findings.add(name, "endpoint", Verdict::Good, format!("answers; {count} applications listed"), "");
            listed.ids()
        }
        Err(error) => {
            let advice = error.kind.advice();
            findings.add(name, "endpoint", Verdict::Bad, &error, advice);
            if matches!(error.kind, ErrorKind::Network | ErrorKind::Credential | ErrorKind::Clock | ErrorKind::Malformed) {
                return None;
            }
            vec![None]
        }
    };
    Some(match wanted {
        Applications::All => all,
        Applications::Listed(ids) => ids.into_iter().map(Some).collect(),
    })
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
