//! `vodledger meters`.

use super::output::{Format, Listing};
use super::{Context, Error, Outcome};
use crate::model::meter::{Areas, METERS};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &Args, _context: &Context) -> Result<Outcome, Error> {
    let mut listing = Listing::new(&["meter", "kind", "base_unit", "areas", "specs", "api"]).narrow(&[
        "meter",
        "kind",
        "base_unit",
        "areas",
        "specs",
    ]);
    for meter in METERS {
        let areas = match meter.areas {
            Areas::None => "none",
            Areas::Storage => "storage",
            Areas::Traffic => "traffic",
        };
        let base = meter.base.name();
        listing.push([meter.name, meter.kind.as_str(), base, areas, meter.specs, meter.api].map(Into::into).to_vec());
    }
    listing.print(Format::or_default(args.format))?;
    Ok(Outcome::Done)
}
