//! `vodledger prices`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::output::{Format, Listing};
use super::{Context, Error, Outcome, file};
use crate::billing::{BookErrors, Price, PriceBook, Rate, Unpriced, Version, shipped};
use crate::input::Kind;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List price books: your own (`[prices] dir` of the configuration), then those that come with the program
    List {
        /// How to print [default: table on a terminal, else csv]
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
    /// Show every price, unpriced meter, switch and product of a price book
    Show {
        /// A price book's id, or a file
        #[arg(value_name = "ID|FILE")]
        book: String,
        /// How to print [default: table on a terminal, else csv]
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
    /// Prove price books: report every gap, overlap, unknown key and missing source at once
    Check {
        /// Ids or files [default: all that `list` shows]
        #[arg(value_name = "ID|FILE")]
        books: Vec<String>,
        /// How to print [default: table on a terminal, else csv]
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    match &args.action {
        Action::List { format } => list(&all(context)?, *format),
        Action::Show { book, format } => show(&load(&place(context, book)?)?, *format),
        Action::Check { books, format } if books.is_empty() => check(&all(context)?, *format),
        Action::Check { books, format } => {
            let places = books.iter().map(|book| place(context, book)).collect::<Result<Vec<_>, Error>>()?;
            check(&places, *format)
        }
    }
}

/// Where the price book of a name is: a file of this id in the user's own folder, else the name itself, for [`load`].
pub fn place(context: &Context, name: &str) -> Result<String, Error> {
    let own = own_files(context)?.into_iter().find(|file| file.file_stem().is_some_and(|id| id == name));
    Ok(own.map_or_else(|| name.to_owned(), |file| file.display().to_string()))
}

/// Every price book that can be called by its id: the user's own files, then the shipped ones that none of them replaces.
fn all(context: &Context) -> Result<Vec<String>, Error> {
    let own = own_files(context)?;
    let is_replaced = |id: &str| own.iter().any(|file| file.file_stem().is_some_and(|stem| stem == id));
    let shipped = shipped().iter().map(|(id, _)| *id).filter(|id| !is_replaced(id)).map(str::to_owned);
    Ok(own.iter().map(|file| file.display().to_string()).chain(shipped).collect())
}

fn own_files(context: &Context) -> Result<Vec<PathBuf>, Error> {
    let Some(folder) = &context.settings()?.prices_dir else { return Ok(Vec::new()) };
    let failed = |error: io::Error| Error::failed(format!("price books in {}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The price book of an id, else of a file.
pub fn load(name: &str) -> Result<PriceBook, Error> {
    parse(name)?.map_err(Error::failed)
}

/// The ids of the shipped price books, for messages.
pub fn known_ids() -> String {
    shipped().iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", ")
}

fn parse(name: &str) -> Result<Result<PriceBook, BookErrors>, Error> {
    if let Some((id, toml)) = shipped().iter().find(|(id, _)| *id == name) {
        return Ok(PriceBook::parse(toml, id));
    }
    if !Path::new(name).exists() {
        return Err(Error::usage(format!(
            "price book {name:?}: no such file, and no shipped price book; shipped: {}",
            known_ids()
        )));
    }
    let toml =
        file::text(Path::new(name), Kind::Document).map_err(|error| Error::failed(format!("price book {name}: {error}")))?;
    Ok(PriceBook::parse(&toml, name))
}

fn is_shipped(place: &str) -> bool {
    shipped().iter().any(|(id, _)| *id == place)
}

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn list(places: &[String], format: Option<Format>) -> Result<Outcome, Error> {
    let mut listing = Listing::new(&["id", "title", "currency", "versions", "origin"]);
    for place in places {
        let book = load(place)?;
        let origin = if is_shipped(place) { "shipped" } else { place.as_str() };
        let range = |version: &Version| {
            let to = version.to.map(|day| day.to_string()).unwrap_or_default();
            format!("{}: {}..{to}", version.name, version.from)
        };
        let versions: Vec<String> = book.versions.iter().map(range).collect();
        listing.push(vec![book.id.into(), book.title.into(), book.currency.as_str().into(), versions.into(), origin.into()]);
    }
    listing.print(Format::or_default(format))?;
    Ok(Outcome::Done)
}

fn check(books: &[String], format: Option<Format>) -> Result<Outcome, Error> {
    let mut listing = Listing::new(&["origin", "id", "result", "place", "problem"]);
    let mut bad = 0;
    for name in books {
        match parse(name)? {
            Ok(book) => listing.push(vec![name.as_str().into(), book.id.into(), "ok".into(), Value::Null, Value::Null]),
            Err(errors) => {
                bad += 1;
                for problem in errors.problems {
                    let (place, message) = (problem.place.into(), problem.message.into());
                    listing.push(vec![name.as_str().into(), Value::Null, "wrong".into(), place, message]);
                }
            }
        }
    }
    listing.print(Format::or_default(format))?;
    if bad == 0 { Ok(Outcome::Done) } else { Err(Error::failed(format!("{bad} of {} price books have problems", books.len()))) }
}

const COLUMNS: [&str; 16] = [
    "kind",
    "version",
    "from",
    "to",
    "item",
    "meter",
    "area",
    "spec",
    "modes",
    "tier",
    "price",
    "unit",
    "source",
    "verified_on",
    "evidence",
    "note",
];

fn show(book: &PriceBook, format: Option<Format>) -> Result<Outcome, Error> {
    let mut listing = Listing::new(&COLUMNS);
    for version in &book.versions {
        for price in &version.prices {
            for rate in &price.rates {
                show_rate(&mut listing, book, version, price, rate);
            }
        }
        for (kind, entries) in [("unpriced", &version.unpriced), ("ignored", &version.ignored)] {
            for (entry, meter) in entries.iter().flat_map(|entry| entry.meters.iter().map(move |meter| (entry, meter))) {
                listing.push(without_price(kind, version, entry, meter));
            }
        }
    }
    for switch in &book.switches {
        let note = format!("one of {}; {}", switch.values.join(", "), switch.reason);
        listing.push(row(&[("kind", "switch"), ("item", &switch.name), ("tier", &switch.default), ("note", &note)]));
    }
    for product in &book.products {
        let price = product.price.as_ref().map_or("", |price| price.as_str());
        let note = format!("{}, {}", product.title, product.term);
        let unit = book.currency.as_str();
        listing.push(row(&[("kind", "product"), ("item", &product.id), ("price", price), ("unit", unit), ("note", &note)]));
    }
    listing.print(Format::or_default(format))?;
    Ok(Outcome::Done)
}

fn row(values: &[(&str, &str)]) -> Vec<Value> {
    let value = |column: &&str| values.iter().find(|(name, _)| name == column).map(|(_, value)| *value);
    COLUMNS.iter().map(|column| value(column).filter(|text| !text.is_empty()).map_or(Value::Null, Value::from)).collect()
}

fn show_rate(listing: &mut Listing, book: &PriceBook, version: &Version, price: &Price, rate: &Rate) {
    let unit = price.unit.values().map(|unit| unit.name).collect::<Vec<_>>().join("|");
    let per = if price.per.as_str() == "1" { unit.clone() } else { format!("{} {unit}", price.per) };
    let weight = if rate.coefficient == crate::billing::Ratio::ONE { String::new() } else { format!(" × {}", rate.coefficient) };
    let conditions: Vec<String> = price.when.iter().map(|(name, value)| format!("when {name} = {value}")).collect();
    let notes: Vec<&str> = conditions.iter().map(String::as_str).chain(price.note.as_deref()).collect();
    for (index, number) in rate.prices.iter().enumerate() {
        let tier = price.tiers.as_ref().map_or_else(String::new, |tiers| tier(&tiers.up_to, index, &unit));
        listing.push(row(&[
            ("kind", "price"),
            ("version", &version.name),
            ("from", &version.from.to_string()),
            ("to", &version.to.map(|day| day.to_string()).unwrap_or_default()),
            ("item", &price.name),
            ("meter", &joined(&price.meters)),
            ("area", &rate.areas.join(", ")),
            ("spec", &rate.specs.join(", ")),
            ("modes", &joined(&price.modes)),
            ("tier", &tier),
            ("price", number.as_str()),
            ("unit", &format!("{} per {per}{weight}", book.currency)),
            ("source", &price.source),
            ("verified_on", &price.verified_on.to_string()),
            ("evidence", &price.evidence),
            ("note", &notes.join("; ")),
        ]));
    }
}

fn tier(bounds: &[crate::billing::Decimal], index: usize, unit: &str) -> String {
    let from = index.checked_sub(1).and_then(|below| bounds.get(below)).map_or("0", |bound| bound.as_str());
    match bounds.get(index) {
        Some(to) => format!("{from}-{to} {unit}"),
        None => format!("over {from} {unit}"),
    }
}

fn without_price(kind: &str, version: &Version, entry: &Unpriced, meter: &str) -> Vec<Value> {
    row(&[
        ("kind", kind),
        ("version", &version.name),
        ("from", &version.from.to_string()),
        ("to", &version.to.map(|day| day.to_string()).unwrap_or_default()),
        ("meter", meter),
        ("spec", &entry.specs.join(", ")),
        ("modes", &joined(&entry.modes)),
        ("note", &entry.reason),
    ])
}
