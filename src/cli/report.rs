//! `vodledger report`: writes reports, and lists them.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::output::{self, Listing, note, say};
use super::{Context, Error, Outcome};
use crate::ledger::Ledger;
use crate::model::{BillingDay, BillingMonth};
use crate::report::{self, Basis, Definition, Format, Library, Parameters, ReportError};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The report's name, a .sql file of your own, or `list` for all names
    #[arg(value_name = "NAME|FILE.sql|list")]
    name: String,
    /// The month, or `last` for the last complete one [default: last]
    #[arg(long, value_name = "YYYY-MM|last", conflicts_with_all = ["from", "to"])]
    month: Option<String>,
    /// The first day
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<BillingDay>,
    /// Up to, not including, this day
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<BillingDay>,
    /// By what a charge is placed in time: usage (the day of use), bill or posting (the month)
    #[arg(long, value_name = "BASIS", default_value_t)]
    by: Basis,
    /// What to write it as; several go into --out. The list takes table, json and csv
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    format: Vec<String>,
    /// Write files into this folder instead of standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl From<ReportError> for Error {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Output(error) => error.into(),
            ReportError::Unknown { .. } | ReportError::Format { .. } => Self::usage(error),
            other => Self::failed(other),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let library = Library::new(context.settings()?.report_dir.clone());
    if args.name == "list" {
        return list(args, context, &library);
    }
    let definition = library.get(&args.name)?;
    let formats = args.formats()?;
    let parameters = args.parameters(context)?;
    let ledger = Ledger::open_existing(context.ledger_url()?).map_err(Error::failed)?;
    let rows = match &args.out {
        Some(folder) => save(&ledger, &definition, &parameters, &formats, folder)?,
        None => print(&ledger, &definition, &parameters, &formats)?,
    };
    if rows == 0 {
        note!("the report has no rows: nothing is charged in this period; see `vodledger sync` and `vodledger charge`");
    }
    Ok(Outcome::Done)
}

fn save(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    formats: &[Format],
    folder: &std::path::Path,
) -> Result<u64, Error> {
    let mut rows = 0;
    for format in formats {
        let saved = report::save(ledger, definition, parameters, *format, folder)?;
        rows = saved.rows;
        say!("{}", saved.path.display());
    }
    Ok(rows)
}

fn print(ledger: &Ledger, definition: &Definition, parameters: &Parameters, formats: &[Format]) -> Result<u64, Error> {
    let &[format] = formats else {
        return Err(Error::usage("several formats cannot share standard output; name a folder with --out"));
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let rows = report::run(ledger, definition, parameters, format, &mut out)?;
    out.flush()?;
    Ok(rows)
}

impl Args {
    fn formats(&self) -> Result<Vec<Format>, Error> {
        if self.format.is_empty() {
            return Ok(vec![Format::default()]);
        }
        self.format.iter().map(|word| word.parse().map_err(|error| Error::usage(format!("--format: {error}")))).collect()
    }

    fn parameters(&self, context: &Context) -> Result<Parameters, Error> {
        let mut parameters = match (self.from, self.to) {
            (Some(from), Some(to)) if from < to => Parameters::of_days(from, to),
            (Some(from), Some(to)) => {
                return Err(Error::usage(format!("--from {from} --to {to}: the end must be later than the start")));
            }
            _ => Parameters::of_month(self.month(context)?),
        };
        // Without --profile a report shows every account of the ledger, configured or not.
        if !context.global.profile.is_empty() {
            parameters.account = Some(context.account()?.id());
        }
        parameters.by = self.by;
        parameters.language = context.language()?;
        Ok(parameters)
    }

    fn month(&self, context: &Context) -> Result<BillingMonth, Error> {
        match self.month.as_deref() {
            None | Some("last") => Ok(context.clock.today().month().previous()),
            Some(month) => month.parse().map_err(|error| Error::usage(format!("--month: {error}, or `last`"))),
        }
    }
}

fn list(args: &Args, context: &Context, library: &Library) -> Result<Outcome, Error> {
    let format =
        match args.format.as_slice() {
            [] => None,
            [word] => Some(<output::Format as clap::ValueEnum>::from_str(word, true).map_err(|_| {
                Error::usage(format!("--format: {word:?} is unknown for a list; known formats: table, json, csv"))
            })?),
            _ => return Err(Error::usage("--format: a list has one format")),
        };
    let language = context.language()?;
    let mut listing = Listing::new(&["name", "title", "description", "formats", "origin"]);
    for listed in library.list()? {
        let definition = listed.definition;
        let formats: Vec<Value> = definition.formats.iter().map(|format| json!(format.as_str())).collect();
        listing.push(vec![
            json!(definition.name),
            json!(definition.title.in_language(language)),
            json!(definition.description.in_language(language)),
            json!(formats),
            json!(listed.file.map_or_else(|| "shipped".to_owned(), |file| file.display().to_string())),
        ]);
    }
    listing.print(output::Format::or_default(format))?;
    Ok(Outcome::Done)
}
