//! `vodledger logs shares`: how delivered bytes found their media.

use serde_json::json;

use super::super::output::{Format, Listing};
use super::days::Days;
use super::part::per_cent;
use super::{Context, Error, Outcome};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    days: Days,
    /// Form of the listing [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let period = args.days.period(context)?;
    let mut listing = Listing::new(&["account", "way", "logged_bytes", "per_cent"]).right(&["logged_bytes", "per_cent"]);
    let Some(ledger) = context.existing_ledger()? else {
        return Err(Error::failed("there is no ledger yet: count logs with `vodledger logs fetch` or `vodledger logs ingest`"));
    };
    for account in context.accounts()? {
        let ways = ledger.delivery_ways(&account.id(), period).map_err(Error::failed)?;
        let all = ways.by_catalogue + ways.by_shape + ways.nobody;
        let rows = [
            ("path of a known media", ways.by_catalogue),
            ("FileId in the path", ways.by_shape),
            ("unattributed", ways.nobody),
            ("all", all),
            ("of all: media that the ledger does not know", ways.strangers),
        ];
        for (way, bytes) in rows {
            let part = per_cent(bytes.into(), all.into());
            listing.push(vec![json!(account.name), json!(way), json!(bytes), json!(part)]);
        }
    }
    listing.print(Format::or_default(args.format))?;
    Ok(Outcome::Done)
}
