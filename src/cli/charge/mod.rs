//! `vodledger charge`: rates the usage in the ledger.

mod by;
pub mod recordings;
mod shares;
mod sorted;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::output::{Format, Listing, note};
use super::stream::Stream;
use super::terms::Terms;
use super::{Context, Error, Outcome, bounds, file};
use crate::ledger::Ledger;
use crate::model::BillingMonth;
use crate::settings::Account;
use crate::statement::Statement;
use by::By;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month whose usage is rated [default: every month of which usage was collected]
    #[arg(long, value_name = "YYYY-MM", value_parser = bounds::month)]
    month: Option<BillingMonth>,
    /// Show the result and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Split the charges: sub_app_id, file_id, recording, room, class, or tags of media
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    by: Vec<String>,
    /// Write to a file instead of standard output (`-`); it is replaced only when all went well
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Form of the list [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const COLUMNS: [&str; 10] =
    ["account", "month", "row_type", "meter", "area", "spec", "billed_cost", "currency", "status", "note"];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let ledger = context.required_ledger()?;
    let by = if args.by.is_empty() { None } else { Some(By::parse(&args.by)?) };
    let listing = match &by {
        None => Listing::new(&COLUMNS).narrow(&["month", "meter", "area", "spec", "billed_cost", "currency", "status"]),
        Some(by) => shares::listing(by)?,
    };
    let fill = |out: &mut dyn Write, format: Format| -> Result<(), Error> {
        let mut stream = Stream::new(out, listing, format)?;
        months(args, context, &ledger, &mut |terms, statement| {
            match &by {
                None => list(&mut stream, statement)?,
                Some(by) => shares::Month { stream: &mut stream, by, ledger: &ledger, terms, statement }.write()?,
            }
            warn(statement);
            Ok(())
        })?;
        Ok(stream.finish()?)
    };
    match args.out.as_deref().filter(|path| path.as_os_str() != "-") {
        None => fill(&mut BufWriter::new(io::stdout().lock()), Format::or_default(args.format))?,
        Some(path) => write_file(path, |out| fill(out, args.format.unwrap_or(Format::Csv)))?,
    }
    Ok(Outcome::Done)
}

/// What fails leaves the old file as it was.
fn write_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<(), Error>) -> Result<(), Error> {
    let (mut result, mut failure) = (Ok(()), None);
    let written = file::replace_with(path, |out| {
        result = fill(&mut Noting { out, failure: &mut failure });
        if result.is_ok() { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
    });
    let wrong = |error: &io::Error| Error::failed(file::why_not_written(path, error));
    match (result, failure) {
        (Ok(()), _) => written.map_err(|error| wrong(&error)),
        (Err(Error::Failed(_)), Some(error)) => Err(wrong(&error)),
        (Err(error), _) => Err(error),
    }
}

/// Notes a failure to write, so that it is told apart from one to find what is written.
struct Noting<'o> {
    out: &'o mut dyn Write,
    failure: &'o mut Option<io::Error>,
}

impl Noting<'_> {
    fn note(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.failure.get_or_insert(error);
        kind.into()
    }
}

impl Write for Noting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|error| self.note(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().map_err(|error| self.note(error))
    }
}

/// Rates every month that was asked for, account by account.
fn months(
    args: &Args,
    context: &Context,
    ledger: &Ledger,
    each: &mut dyn FnMut(&Terms<'_>, &Statement) -> Result<(), Error>,
) -> Result<(), Error> {
    for account in context.accounts()? {
        let terms = Terms::of(context, account)?;
        let months = match args.month {
            Some(month) => vec![month],
            None => collected_months(ledger, account)?,
        };
        for month in months {
            each(&terms, &terms.charge(ledger, month, args.dry_run)?)?;
        }
        if !args.dry_run {
            recordings::remember(ledger, &account.id())?;
        }
    }
    Ok(())
}

fn collected_months(ledger: &Ledger, account: &Account) -> Result<Vec<BillingMonth>, Error> {
    let months = ledger.usage_months(&account.id()).map_err(Error::failed)?;
    if months.is_empty() {
        note!("account {:?} has no usage in the ledger; run `vodledger sync` first", account.name);
    }
    Ok(months.into_iter().collect())
}

fn list(stream: &mut Stream<'_>, statement: &Statement) -> Result<(), Error> {
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
        stream.push(row("item", [&item.meter, &item.area, &item.spec], cost, currency, item.status.as_str(), ""))?;
    }
    for item in statement.unpriced() {
        let names = [item.meter.as_str(), &item.area, &item.spec];
        stream.push(row("unpriced", names, Value::Null, Value::Null, "", &item.reason))?;
    }
    for total in statement.totals() {
        let (cost, currency) = (json!(total.billed.to_decimal_text()), json!(total.billed.currency));
        stream.push(row("total", [""; 3], cost, currency, total.status.as_str(), ""))?;
    }
    Ok(())
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
