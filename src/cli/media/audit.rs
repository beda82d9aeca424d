//! `vodledger media audit`: what was changed, and the proof that the list is whole.

use std::ops::ControlFlow;

use serde_json::json;

use crate::cli::output::{Format, Listing, note};
use crate::cli::{Context, Error, Outcome};
use crate::ledger::{AuditRow, ChainCheck};
use crate::model::time::format_time;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only rows of the plan with this hash, or how it begins; the whole chain is proved all the same
    #[arg(long, value_name = "HASH")]
    plan: Option<String>,
    /// A hash that was noted earlier and must be in the chain: shows that nothing was cut off its end
    #[arg(long, value_name = "HASH")]
    head: Option<String>,
    /// Form of the list [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const COLUMNS: [&str; 12] =
    ["account", "position", "time", "actor", "plan", "action", "file_id", "outcome", "detail", "request_id", "previous", "hash"];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let ledger = context.required_ledger()?;
    let mut listing = Listing::new(&COLUMNS).narrow(&["position", "time", "actor", "action", "file_id", "outcome", "detail"]);
    let (mut broken, mut heads) = (Vec::new(), Vec::new());
    let mut head_seen = args.head.is_none();
    for account in context.accounts()? {
        let id = account.id();
        let mut chain = ChainCheck::new(&id);
        let each = |row: AuditRow| {
            broken.extend(chain.follow(&row).err().map(|error| format!("account {id}: {error}")));
            head_seen |= args.head.as_deref() == Some(row.hash.as_str());
            if args.plan.as_ref().is_none_or(|plan| row.entry.plan.starts_with(plan)) {
                listing.push(cells(id.as_str(), row));
            }
            ControlFlow::Continue(())
        };
        ledger.each_audit(&id, each).map_err(Error::failed)?;
        heads.push(match chain.rows() {
            0 => format!("account {id}: nothing was changed from here"),
            rows => format!("account {id}: {rows} rows, head {}", chain.head()),
        });
    }
    listing.print(Format::or_default(args.format))?;
    heads.iter().for_each(|line| note!("{line}"));
    broken.iter().for_each(|line| note!("broken: {line}"));
    if !broken.is_empty() {
        return Err(Error::failed("the audit was changed after it was written; compare it with a backup of the ledger"));
    }
    if !head_seen {
        return Err(Error::failed("the audit does not hold the hash of --head: rows were cut off, or it is of another ledger"));
    }
    Ok(Outcome::Done)
}

fn cells(account: &str, row: AuditRow) -> Vec<serde_json::Value> {
    vec![
        json!(account),
        json!(row.position),
        json!(format_time(row.entry.recorded)),
        json!(row.entry.actor),
        json!(row.entry.plan),
        json!(row.entry.action),
        json!(row.entry.file_id),
        json!(row.entry.outcome.as_str()),
        json!(row.entry.detail),
        json!(row.entry.request_id),
        json!(row.previous),
        json!(row.hash),
    ]
}
