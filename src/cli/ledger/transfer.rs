//! Ledgers that come into being: `migrate`, `backup`, `restore`, `copy`.

use std::path::Path;

use serde_json::json;

use super::content;
use crate::cli::output::{Format, Listing, note, say};
use crate::cli::{Context, Error, Outcome, leftovers};
use crate::ledger::{self, Ledger};
use crate::model::Address;

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
pub struct Migrate {}

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The new file: an SQLite ledger, whatever store the ledger is in
    #[arg(value_name = "FILE")]
    file: Address,
}

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The backup; it stays as it is
    #[arg(value_name = "FILE")]
    file: Address,
    /// Compare the canonical dumps of both, and check the new ledger
    #[arg(long)]
    verify: bool,
}

/// Arguments of `copy`.
#[derive(Debug, clap::Args)]
pub struct Copy {
    /// The ledger to copy: a file, or postgres://USER@HOST/DATABASE with the password in PGPASSWORD
    #[arg(value_name = "FROM")]
    from: Address,
    /// An empty ledger; a file that is not there is created
    #[arg(value_name = "TO")]
    to: Address,
    /// Form of the list of tables [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs `migrate`.
pub fn migrate(_: &Migrate, context: &Context) -> Result<Outcome, Error> {
    leftovers::clean(context);
    match Ledger::migrate(context.ledger_address()?.expose()).map_err(Error::failed)? {
        (0, after) => say!("the ledger was created with schema version {after}"),
        (before, after) if before == after => say!("the ledger has schema version {after}; there was nothing to do"),
        (before, after) => say!("the ledger was brought from schema version {before} to {after}"),
    }
    Ok(Outcome::Done)
}

/// Runs `backup`.
pub fn backup(args: &Backup, context: &Context) -> Result<Outcome, Error> {
    leftovers::clean(context);
    ledger::backup(context.ledger_address()?.expose(), Path::new(args.file.expose())).map_err(Error::failed)?;
    note!("{} holds the ledger as it was at this moment", args.file);
    Ok(Outcome::Done)
}

/// Runs `restore`.
pub fn restore(args: &Restore, context: &Context) -> Result<Outcome, Error> {
    leftovers::clean(context);
    let restored =
        ledger::restore(Path::new(args.file.expose()), context.ledger_address()?.expose(), args.verify).map_err(Error::failed)?;
    let place = restored.ledger.place();
    note!("ledger {place} was made of {}", args.file);
    if !args.verify {
        return Ok(Outcome::Done);
    }
    match &restored.verified {
        Some(dumped) => note!("equal to the backup: {} lines of canonical dump, SHA-256 {}", dumped.lines, dumped.sha256),
        None => note!("the backup is of an older version and was brought up to date, so the dumps were not compared"),
    }
    content::report(&restored.ledger, None)
}

/// Runs `copy`.
pub fn copy(args: &Copy) -> Result<Outcome, Error> {
    leftovers::clean_beside(&args.to);
    let from = Ledger::open_existing(args.from.expose()).map_err(Error::failed)?;
    let to = Ledger::open(args.to.expose()).map_err(Error::failed)?;
    let copied = ledger::copy(&from, &to).map_err(Error::failed)?;
    let mut listing = Listing::new(&["table", "rows"]);
    for (table, rows) in &copied.tables {
        listing.push(vec![json!(table), json!(rows)]);
    }
    listing.print(Format::or_default(args.format))?;
    note!(
        "{} equals {}: {} lines of canonical dump, SHA-256 {}",
        to.place(),
        from.place(),
        copied.dumped.lines,
        copied.dumped.sha256
    );
    Ok(Outcome::Done)
}
