//! `vodledger man`: from the same definitions as the parser.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::{Error, Outcome, file};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write one page per command into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the page of the program, or writes all pages.
pub fn run(args: &Args, command: clap::Command) -> Result<Outcome, Error> {
    match &args.out {
        None => io::stdout().lock().write_all(&page(&man(command))?)?,
        Some(folder) => write_all(folder, command)?,
    }
    Ok(Outcome::Done)
}

fn man(command: clap::Command) -> Man {
    Man::new(command).source(concat!("vodledger ", env!("CARGO_PKG_VERSION")))
}

fn page(man: &Man) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok(page)
}

fn write_all(folder: &Path, command: clap::Command) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|error| wrong(folder, error))?;
    // Built once at the top, so that every page knows the global options and its full name.
    let mut command = command.disable_help_subcommand(true);
    command.build();
    write_tree(folder, &command)
}

/// Writes the page of a command, then those of the commands below it.
fn write_tree(folder: &Path, command: &clap::Command) -> Result<(), Error> {
    let man = man(command.clone());
    let path = folder.join(man.get_filename());
    file::replace_for_all(&path, &page(&man)?).map_err(|error| wrong(&path, error))?;
    command.get_subcommands().filter(|below| !below.is_hide_set()).try_for_each(|below| write_tree(folder, below))
}

fn wrong(path: &Path, error: io::Error) -> Error {
    Error::failed(format!("{} cannot be written: {error}", path.display()))
}
