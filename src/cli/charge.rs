//! `vodledger charge`: rates the usage in the ledger.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::output::{Format, Listing, note};
use super::terms::Terms;
use super::{Context, Error, Outcome};
use crate::ledger::Ledger;
use crate::model::BillingMonth;
use crate::settings::Account;
use crate::statement::Statement;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month whose usage is rated [default: every month that has usage]
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<BillingMonth>,
    /// Show the result and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Form of the list [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const COLUMNS: [&str; 10] =
    ["account", "month", "row_type", "meter", "area", "spec", "billed_cost", "currency", "status", "note"];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let ledger = Ledger::open_existing(context.ledger_url()?).map_err(Error::failed)?;
    let mut listing = Listing::new(&COLUMNS).narrow(&["month", "meter", "area", "spec", "billed_cost", "currency", "status"]);
    for account in context.accounts()? {
        let terms = Terms::of(context, account)?;
        let months = match args.month {
            Some(month) => vec![month],
            None => months_with_usage(&ledger, account)?,
        };
        for month in months {
            let statement = terms.charge(&ledger, month, args.dry_run)?;
            list(&mut listing, &statement);
            warn(&statement);
        }
    }
    listing.print(Format::or_default(args.format))?;
    Ok(Outcome::Done)
}

fn months_with_usage(ledger: &Ledger, account: &Account) -> Result<Vec<BillingMonth>, Error> {
    let days = ledger.usage_days(&account.id()).map_err(Error::failed)?;
    let months: BTreeSet<BillingMonth> = days.into_iter().map(|day| day.month()).collect();
    if months.is_empty() {
        note!("account {:?} has no usage in the ledger; run `vodledger sync` first", account.name);
    }
    Ok(months.into_iter().collect())
}

fn list(listing: &mut Listing, statement: &Statement) {
    let row = |row_type: &str, item: [&str; 3], cost: Value, currency: Value, status: &str, note: &str| {
        let [meter, area, spec] = item;
        let (account, month) = (statement.account.as_str(), statement.month.to_string());
        vec![
            json!(account),
            json!(month),
            json!(row_type),
            json!(meter),
            json!(area),
            json!(spec),
            cost,
            currency,
            json!(status),
            json!(note),
        ]
    };
    for item in statement.items() {
        let (cost, currency) = (json!(item.billed.to_decimal_text()), json!(item.billed.currency));
        listing.push(row("item", [&item.meter, &item.area, &item.spec], cost, currency, item.status.as_str(), ""));
    }
    for item in statement.unpriced() {
        let names = [item.meter.as_str(), &item.area, &item.spec];
        listing.push(row("unpriced", names, Value::Null, Value::Null, "", &item.reason));
    }
    for total in statement.totals() {
        let (cost, currency) = (json!(total.billed.to_decimal_text()), json!(total.billed.currency));
        listing.push(row("total", [""; 3], cost, currency, total.status.as_str(), ""));
    }
}

/// What must not go unseen: usage without a price, and a mode that nobody confirmed.
pub fn warn(statement: &Statement) {
    let (account, month) = (&statement.account, statement.month);
    for item in statement.unpriced() {
        let names = [item.meter.as_str(), &item.area, &item.spec].into_iter().filter(|name| !name.is_empty());
        note!(
            "warning: {account} {month}: {} ({}) is in no total; {}",
            names.collect::<Vec<_>>().join(" "),
            item.unit.show(item.quantity),
            item.reason
        );
    }
    if let (Some(first), Some(last)) = (statement.uncovered.first(), statement.uncovered.last()) {
        note!(
            "warning: {account} {month}: {} days between {first} and {last} are not collected whole, so the total is partial; \
             run `vodledger sync --month {month}`",
            statement.uncovered.len()
        );
    }
    if statement.mode_assumed && !statement.charges.is_empty() {
        let modes: Vec<&str> = statement.modes.iter().map(|mode| mode.as_str()).collect();
        note!(
            "warning: {account} {month}: billing mode {} is assumed; confirm it by an [[account.mode]] in the configuration",
            modes.join(", then ")
        );
    }
}
