//! `vodledger init`.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::{Error, Outcome, file};
use crate::settings::ANNOTATED;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write it
    #[arg(long, value_name = "FILE", default_value = "vodledger.toml")]
    path: PathBuf,
}

/// Writes the annotated configuration, never over a file.
pub fn run(args: &Args) -> Result<Outcome, Error> {
    let path = args.path.display();
    match file::create(&args.path, ANNOTATED.as_bytes()) {
        Ok(()) => {
            super::output::note!("wrote {path}; every line in it is explained, and nothing in it must be changed to start");
            Ok(Outcome::Done)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Error::failed(format!("{path} is already there and stays as it is; choose another place with --path FILE")))
        }
        Err(error) => Err(Error::failed(format!("{path} cannot be written: {error}"))),
    }
}
