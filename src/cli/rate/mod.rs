//! `vodledger rate`: rates a usage file, offline. No ledger, no credentials.

mod blocks;
mod by;
mod lane;
mod opening;
pub mod output;
mod packs;
mod plain_time;
mod rows;
mod taken;
mod weights;
mod workers;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::note;
use super::{Context, Error, Outcome, file, prices};
use crate::billing::{
    Adjustment, AdjustmentKind, BillRead, BilledAs, Contract, Dated, Mode, Names, Options, Pack, PriceBook, Rated, Rater,
    Settlement, Switches, packs_from_toml,
};
use crate::input::table::Table;
use crate::input::{self, Kind};
use crate::model::{Charge, RowType};
use blocks::Blocks;
use by::{By, Shares};
use rows::{Rows, is_blank};
use taken::Taken;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// Split every charge over applications (sub_app_id) or the values of tag columns, by usage
    #[arg(long, value_name = "TAG,…", value_delimiter = ',')]
    by: Vec<String>,
    /// Form of the output; json is one object a line
    #[arg(long, value_enum, default_value_t = RateFormat::Csv)]
    format: RateFormat,
    /// Write to a file instead of standard output (`-`); it is replaced only when all went well
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write what became of each pack, month by month: opening, bought, used, expired, refunded, closing, and the cloud's
    /// `left` beside it (CSV)
    #[arg(long, value_name = "FILE")]
    pack_report: Option<PathBuf>,
}

/// What is rated, and by what.
#[derive(Debug, clap::Args)]
pub struct Inputs {
    /// Usage file (CSV with a header; `-` is standard input)
    #[arg(long = "in", value_name = "USAGE.csv")]
    pub input: Option<PathBuf>,
    /// Price book: the id of a shipped one (`prices list`), or a file
    #[arg(long, value_name = "ID|FILE")]
    pub prices: Option<String>,
    /// Packs and packages that were bought (TOML)
    #[arg(long, value_name = "FILE")]
    pub packs: Option<PathBuf>,
    /// Prices agreed with the account, over those of the book (TOML)
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// Billing mode: traffic, bandwidth or package; `traffic,2026-10-15=bandwidth` when it changes [default: traffic, marked as assumed]
    #[arg(long, value_name = "MODE[,DAY=MODE]…")]
    pub mode: Option<Dated<Mode>>,
    /// Take mode and settlement from a bill (CSV of the console, resource or detail list) where the options do not say them
    #[arg(long, value_name = "FILE")]
    pub bill: Option<PathBuf>,
    /// Settlement: hour, day or month; dated like the mode [default: the price list's usual one]
    #[arg(long, value_name = "SETTLEMENT[,DAY=…]…")]
    pub settlement: Option<Dated<Settlement>>,
    /// What counters of the month (or day) to date had seen before the usage begins (CSV)
    #[arg(long, value_name = "FILE")]
    pub opening: Option<PathBuf>,
    /// Answer a question that the documents leave open (`prices show`); repeat for several
    #[arg(long, value_name = "SWITCH=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RateFormat {
    /// Comma-separated, with a header.
    Csv,
    /// JSON Lines.
    Json,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err("expected SWITCH=VALUE, such as minute_rounding=per_day".to_owned()),
    }
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    check_out(args)?;
    let by = By::of(&args.by)?;
    let input = args.inputs.input()?;
    let (book, options) = args.inputs.terms(context)?;
    let (Rated { charges, packs: months }, mut shares, taken) = rate_file(input, &book, &options, by)?;
    write(args, &charges, shares.as_mut())?;
    if let Some(path) = &args.pack_report {
        file::replace_with(path, |out| packs::write(out, &months))
            .map_err(|error| Error::failed(file::why_not_written(path, &error)))?;
    }
    taken.tell(&input.display().to_string(), &charges, &options);
    if charges.is_empty() {
        note!("warning: no charges: {} has no rows that are charged in mode {}", input.display(), options.mode);
    }
    warn_unpriced(&charges);
    let has_prices = |contract: &&Contract| !contract.terms.is_empty() || !contract.items.is_empty();
    if let Some(contract) = options.contract.as_ref().filter(has_prices)
        && charges.iter().all(|charge| charge.contracted_unit_price.is_none())
    {
        note!("warning: contract {} changed no charge: compare its accounts, meters, areas and days with the usage", contract.id);
    }
    if let Some(contract) = &options.contract {
        say_span(contract, &charges);
    }
    Ok(Outcome::Done)
}

/// A minimum holds for every month of a contract; only those of the usage are known here.
fn say_span(contract: &Contract, charges: &[Charge]) {
    let of_usage = || charges.iter().filter(|charge| charge.row_type != RowType::Total).map(|charge| charge.posting_period);
    let (Some(first), Some(last)) = (of_usage().min(), of_usage().max()) else { return };
    let reaches_out = |adjustment: &&Adjustment| {
        let (from, to) = (adjustment.days.from, adjustment.days.to);
        adjustment.kind == AdjustmentKind::Minimum
            && (from.is_none_or(|from| from < first.first_day()) || to.is_none_or(|to| last.end_day() < to))
    };
    if contract.settlements.iter().any(|adjustment| reaches_out(&adjustment)) {
        note!(
            "contract {}: its minimum is settled for the months of the usage, {first} to {last}; months before and after are left out",
            contract.id
        );
    }
}

impl Inputs {
    /// The price book and how the account is billed. A book is looked for among the user's own first.
    fn terms(&self, context: &Context) -> Result<(PriceBook, Options), Error> {
        let Some(name) = &self.prices else {
            let known = prices::known_ids();
            return Err(Error::usage(format!("--prices is missing: name a file, or a shipped price book: {known}")));
        };
        let is_file = Path::new(name).is_file();
        let book = prices::load(&if is_file { name.clone() } else { prices::place(context, name)? })?;
        let options = options(self, &book)?;
        Ok((book, options))
    }

    /// The charges of the usage, each with its arithmetic.
    pub fn explained(&self, context: &Context) -> Result<Vec<Charge>, Error> {
        let (book, options) = self.terms(context)?;
        rate_file(self.input()?, &book, &Options { explain: true, ..options }, None).map(|(rated, ..)| rated.charges)
    }

    fn input(&self) -> Result<&Path, Error> {
        self.input.as_deref().ok_or_else(|| Error::usage("--in is missing: name the usage file, or - for standard input"))
    }

    /// Whether a usage file or anything that goes with it is named.
    pub fn are_given(&self) -> bool {
        self.input.is_some() || self.prices.is_some()
    }
}

/// Refuses to write over what is read, or both results into one file.
fn check_out(args: &Args) -> Result<(), Error> {
    let inputs = &args.inputs;
    let read = [
        ("--in", inputs.input.as_deref()),
        ("--prices", inputs.prices.as_deref().map(Path::new)),
        ("--packs", inputs.packs.as_deref()),
        ("--contract", inputs.contract.as_deref()),
        ("--bill", inputs.bill.as_deref()),
        ("--opening", inputs.opening.as_deref()),
    ];
    for (flag, path) in [("--out", args.out.as_deref()), ("--pack-report", args.pack_report.as_deref())] {
        let Some(out) = path.and_then(|out| out.canonicalize().ok()).filter(|out| out.is_file()) else { continue };
        let is_out = |path: &Path| path.canonicalize().is_ok_and(|path| path == out);
        if let Some((other, _)) = read.iter().find(|(_, path)| path.is_some_and(is_out)) {
            return Err(Error::usage(format!("{flag} {}: that is the file given as {other}; name another", out.display())));
        }
    }
    if args.out.is_some() && args.out == args.pack_report {
        return Err(Error::usage("--out and --pack-report name the same file; name another"));
    }
    Ok(())
}

/// Writes where `--out` says; `-` is standard output, as it is standard input for `--in`.
fn write(args: &Args, charges: &[Charge], shares: Option<&mut Shares<'_>>) -> Result<(), Error> {
    match args.out.as_deref().filter(|path| path.as_os_str() != "-") {
        Some(path) => {
            file::replace_with(path, |out| output::write(out, charges, args.format, shares)).map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Error::BrokenPipe,
                _ => Error::failed(file::why_not_written(path, &error)),
            })
        }
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            output::write(&mut out, charges, args.format, shares).map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Error::BrokenPipe,
                _ => Error::failed(format!("cannot write to standard output: {error}")),
            })
        }
    }
}

fn options(args: &Inputs, book: &PriceBook) -> Result<Options, Error> {
    let is_unknown = |asked: &&Settlement| !book.versions.iter().any(|version| version.settlements.contains(asked));
    if let Some(asked) = args.settlement.iter().flat_map(Dated::values).find(is_unknown) {
        let known: BTreeSet<&str> =
            book.versions.iter().flat_map(|version| &version.settlements).map(|known| known.as_str()).collect();
        let known: Vec<&str> = known.into_iter().collect();
        return Err(Error::usage(format!("--settlement {asked}: price book {} knows only {}", book.id, known.join(", "))));
    }
    let mut switches = Switches::default();
    for (name, value) in &args.set {
        if let Some(before) = switches.get(name) {
            return Err(Error::usage(format!("--set {name} is given twice, as {before} and as {value}; drop one")));
        }
        switches.set(name, value);
    }
    let usual = book.versions.first().and_then(|version| version.settlements.first()).copied();
    let contract = args.contract.as_deref().map(|path| read_contract(path, book)).transpose()?;
    let packs = args.packs.as_deref().map_or(Ok(Vec::new()), |path| read_packs(path, book))?;
    let names = names(book, contract.as_ref(), &packs);
    let opening = args.opening.as_deref().map_or(Ok(Vec::new()), |path| opening::read(path, &names))?;
    let billed = args.bill.as_deref().map(read_bill).transpose()?.unwrap_or_default();
    Ok(Options {
        mode: args.mode.clone().unwrap_or_else(|| Dated::always(billed.mode.unwrap_or_default())),
        mode_assumed: args.mode.is_none() && billed.mode.is_none(),
        settlement: args.settlement.clone().unwrap_or_else(|| Dated::always(billed.settlement.or(usual).unwrap_or_default())),
        packs,
        since: None,
        until: None,
        accounts: Vec::new(),
        switches,
        contract,
        opening,
        explain: false,
    })
}

/// The names that usage may have without a question.
fn names<'a>(book: &'a PriceBook, contract: Option<&'a Contract>, packs: &'a [Pack]) -> Names<'a> {
    let names = Names::of(book).with_packs(packs);
    contract.map_or_else(|| names.clone(), |contract| names.clone().with_contract(contract))
}

/// Reads a file of packs.
pub fn read_packs(path: &Path, book: &PriceBook) -> Result<Vec<Pack>, Error> {
    let toml = file::text(path, Kind::Document).map_err(|error| Error::failed(format!("packs {}: {error}", path.display())))?;
    packs_from_toml(&toml, &path.display().to_string(), book).map_err(Error::failed)
}

/// Reads what a bill says of how the account is billed.
pub fn read_bill(path: &Path) -> Result<BilledAs, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::failed(format!("bill {}: {error}", path.display()));
    let text = file::text(path, Kind::List).map_err(|error| wrong(&error))?;
    let table = Table::without_titles(&text).map_err(|error| wrong(&error))?;
    let lines = table.rows.iter().map(|(_, cells)| cells.iter().map(String::as_str));
    let BillRead { billed, lines, of_vod, prepaid } = BilledAs::of_lines(lines).map_err(|error| wrong(&error))?;
    if of_vod == 0 {
        return Err(Error::usage(format!(
            "bill {}: none of its {lines} lines is known as one of VOD (点播流量, 点播带宽, 点播存储, …); give the console's resource \
             or detail list as CSV, or say how the account is billed with --mode and --settlement",
            path.display()
        )));
    }
    let others = lines - of_vod;
    note!(
        "bill {}: {lines} lines read, {} used; skipped: {others} of other products or of no product, {prepaid} paid in advance",
        path.display(),
        of_vod - prepaid
    );
    if billed == BilledAs::default() {
        note!("warning: bill {}: no line of VOD says how the account is billed", path.display());
    }
    Ok(billed)
}

/// Reads a contract.
pub fn read_contract(path: &Path, book: &PriceBook) -> Result<Contract, Error> {
    let toml =
        file::text(path, Kind::Document).map_err(|error| Error::failed(format!("contract {}: {error}", path.display())))?;
    Contract::parse(&toml, &path.display().to_string(), book).map_err(Error::failed)
}

/// What a usage file costs, and the shares that charges are split into where that was asked for.
fn rate_file<'b>(
    path: &Path,
    book: &'b PriceBook,
    options: &Options,
    mut by: Option<By>,
) -> Result<(Rated, Option<Shares<'b>>, Taken), Error> {
    let (name, source): (String, Box<dyn Read>) = if path.as_os_str() == "-" {
        ("standard input".to_owned(), Box::new(io::stdin().lock()))
    } else {
        let name = path.display().to_string();
        let file = input::file::open(path).map_err(|error| Error::failed(format!("usage file {name}: {error}")))?;
        (name, Box::new(file))
    };
    let (blocks, header) = Blocks::new(source, &name, by.as_ref().map_or(&[], By::names))?;
    let names = names(book, options.contract.as_ref(), &options.packs);
    let (rater, taken) = match &mut by {
        None => workers::rate(blocks, &header, book, options, &names)?,
        Some(by) => {
            let mut rater = Rater::new(book, options).map_err(Error::usage)?;
            let mut rows = Rows::new(&header, &names);
            let mut taken = Taken { encoding: blocks.encoding(), ..Taken::default() };
            blocks.each_row(|cells, line| {
                if is_blank(cells) {
                    taken.blank += 1;
                    return Ok(());
                }
                let record = rows.row(cells, line)?;
                let row = record.row();
                taken.count(row.meter);
                let failed = |error: String| Error::failed(format!("{name} line {line}: {error}"));
                rater.add(&row).map_err(|error| failed(error.to_string()))?;
                by.weigh(&mut rater, &row, &rows.picked(cells, line)?).map_err(failed)
            })?;
            (rater, taken)
        }
    };
    let rated = rater.finish_with_packs().map_err(Error::failed)?;
    Ok((rated, by.map(|by| by.finish(book)).transpose()?, taken))
}

/// What has no price must not go unseen in a file that nobody reads line by line.
fn warn_unpriced(charges: &[Charge]) {
    let mut seen = BTreeSet::new();
    for charge in charges.iter().filter(|charge| charge.row_type == RowType::Charge && charge.billed_cost.is_none()) {
        let reason = charge.unpriced.as_deref().unwrap_or("unpriced");
        if seen.insert((charge.meter.as_str(), charge.area.as_str(), charge.spec.as_str(), charge.price_version.as_str())) {
            note!("warning: meter {} area {:?} spec {:?}: {reason}", charge.meter, charge.area, charge.spec);
        }
    }
}
