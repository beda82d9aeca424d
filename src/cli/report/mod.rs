//! `vodledger report`: writes reports, lists and checks them.

mod check;
mod focus;
mod period;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::output::{self, Listing, note, say};
use super::{Context, Error, Outcome};
use crate::ledger::Ledger;
use crate::report::focus::Version;
use crate::report::{self, Basis, CsvEncoding, CsvOptions, Definition, Format, Library, Parameters, ReportError};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names of reports, or .sql files of your own; `list` for all names, `check` to check definitions
    #[arg(value_name = "NAME|FILE.sql|list|check", required = true)]
    names: Vec<String>,
    #[command(flatten)]
    period: period::Args,
    /// By what a charge is placed in time: usage (the day of use), bill or posting (the month)
    #[arg(long, value_name = "BASIS", default_value_t)]
    by: Basis,
    /// A parameter of the report's own; `report list` names them
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// What to write it as: csv, xlsx, json, jsonl, parquet, html; several go into --out. The list takes table, json and csv
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    format: Vec<String>,
    /// Write files into this folder instead of standard output, and list them in its manifest.json
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The version of focus-cost-and-usage, or of the FOCUS files that are checked: 1.4 or 1.2
    #[arg(long, value_name = "VERSION", default_value_t)]
    focus: Version,
    #[command(flatten)]
    csv: CsvArgs,
}

/// How CSV is written.
#[derive(Debug, clap::Args)]
#[group(skip)]
struct CsvArgs {
    /// Bytes of CSV: utf-8, utf-8-bom or gbk
    #[arg(long, value_name = "ENCODING", default_value = "utf-8", value_parser = encoding)]
    csv_encoding: CsvEncoding,
    /// What stands between cells: `,` `;` `|` or tab
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = separator)]
    csv_separator: char,
    /// What stands before decimals: `.` or `,`
    #[arg(long, value_name = "CHARACTER", default_value = ".", value_parser = decimal_point)]
    csv_decimal: char,
}

fn encoding(text: &str) -> Result<CsvEncoding, String> {
    match text.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Ok(CsvEncoding::Utf8),
        "utf-8-bom" | "utf8-bom" => Ok(CsvEncoding::Utf8Bom),
        "gbk" | "gb18030" => Ok(CsvEncoding::Gbk),
        _ => Err("known encodings: utf-8 utf-8-bom gbk".to_owned()),
    }
}

fn separator(text: &str) -> Result<char, String> {
    let letter = if text == "tab" { Some('\t') } else { text.chars().next().filter(|letter| letter.len_utf8() == text.len()) };
    let known = letter.filter(|letter| CsvOptions::SEPARATORS.contains(letter));
    known.ok_or_else(|| "known separators: , ; | tab".to_owned())
}

fn decimal_point(text: &str) -> Result<char, String> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err("it is . or ,".to_owned()),
    }
}

impl From<ReportError> for Error {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Output(error) => error.into(),
            ReportError::Unknown { .. } | ReportError::Format { .. } | ReportError::Asked { .. } => Self::usage(error),
            other => Self::failed(other),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let library = Library::new(context.settings()?.report.dir.clone());
    match args.names.as_slice() {
        [word] if word == "list" => return list(args, context, &library),
        [word, files @ ..] if word == "check" && focus::are_files(files) => return focus::check(files, args.focus),
        [word, names @ ..] if word == "check" => return check::run(names, &library),
        names if focus::is_asked(names) => return focus::run(args, context),
        _ => {}
    }
    let definitions = args.names.iter().map(|name| library.get(name)).collect::<Result<Vec<_>, _>>()?;
    let formats = args.formats()?;
    let parameters = args.parameters(context)?;
    let ledger = context.required_ledger()?;
    let mut rows = 0;
    for definition in &definitions {
        for period in args.period.of(context, definition, args.out.as_deref())? {
            let parameters = Parameters { from: period.0, to: period.1, ..parameters.clone() };
            rows += match &args.out {
                Some(folder) => save(&ledger, definition, &parameters, &formats, folder)?,
                None => print(&ledger, definition, &parameters, &formats, args.names.len())?,
            };
        }
    }
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
    folder: &Path,
) -> Result<u64, Error> {
    let saved = report::save(ledger, definition, parameters, formats, folder)?;
    // For people; a run that nobody watches is quiet, and manifest.json says what was written.
    if io::stdout().is_terminal() {
        for path in saved.paths {
            say!("{}", path.display());
        }
    } else {
        saved.paths.iter().for_each(|path| tracing::info!(file = %path.display(), rows = saved.written.rows, "written"));
    }
    Ok(saved.written.rows)
}

fn print(
    ledger: &Ledger,
    definition: &Definition,
    parameters: &Parameters,
    formats: &[Format],
    reports: usize,
) -> Result<u64, Error> {
    let (&[format], 1) = (formats, reports) else {
        return Err(Error::usage("several reports or formats cannot share standard output; name a folder with --out"));
    };
    if !format.is_text() && io::stdout().is_terminal() {
        return Err(Error::usage(format!("{format} is not for a terminal; name a folder with --out, or write into a pipe")));
    }
    let mut out = BufWriter::new(io::stdout());
    let written = report::run(ledger, definition, parameters, format, &mut out)?;
    out.flush()?;
    Ok(written.rows)
}

impl Args {
    fn formats(&self) -> Result<Vec<Format>, Error> {
        if self.format.is_empty() {
            return Ok(vec![Format::default()]);
        }
        let mut formats: Vec<Format> = Vec::new();
        for word in &self.format {
            let format = word.parse().map_err(|error| Error::usage(format!("--format: {error}")))?;
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        Ok(formats)
    }

    /// All but the period.
    fn parameters(&self, context: &Context) -> Result<Parameters, Error> {
        let settings = context.settings()?;
        let today = context.clock.today();
        let mut parameters = Parameters::of_days(today, today.next());
        // Without --profile a report shows every account of the ledger, configured or not.
        if !context.global.profile.is_empty() {
            parameters.account = Some(context.account()?.id());
        }
        parameters.by = self.by;
        parameters.language = context.language()?;
        parameters.today = today;
        parameters.csv = CsvOptions {
            encoding: self.csv.csv_encoding,
            separator: self.csv.csv_separator,
            decimal_point: self.csv.csv_decimal,
        };
        parameters.limit = settings.report.seconds.map_or(report::LIMIT, Duration::from_secs);
        for pair in &self.set {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(Error::usage(format!("--set {pair}: write NAME=VALUE")));
            };
            parameters.set.insert(name.trim().to_owned(), value.to_owned());
        }
        Ok(parameters)
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
    let mut listing =
        Listing::new(&["name", "title", "description", "parameters", "formats", "origin"]).narrow(&["name", "title", "origin"]);
    for listed in library.list()? {
        let definition = listed.definition;
        let formats: Vec<Value> = definition.formats.iter().map(|format| json!(format.as_str())).collect();
        let parameters: Vec<Value> =
            definition.parameters.iter().map(|parameter| json!(format!("{}={}", parameter.name, parameter.default))).collect();
        listing.push(vec![
            json!(definition.name),
            json!(definition.title.in_language(language)),
            json!(definition.description.in_language(language)),
            json!(parameters),
            json!(formats),
            json!(listed.file.map_or_else(|| "shipped".to_owned(), |file| file.display().to_string())),
        ]);
    }
    listing.push(focus::listed(language));
    listing.print(output::Format::or_default(format))?;
    Ok(Outcome::Done)
}
