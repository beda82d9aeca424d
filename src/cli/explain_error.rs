//! `vodledger error`.

use std::io::{self, Write};

use serde_json::json;

use super::output::{Format, Listing};
use super::{Error, Outcome};
use crate::cloud::error_codes::{Explanation, explain, suggest};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code: 4100, 4000/1907, AuthFailure.SignatureFailure, 30000403, -43001
    #[arg(allow_negative_numbers = true)]
    code: String,
    /// How to print it [default: sentences]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Explains a code in every meaning it has.
pub fn run(args: &Args) -> Result<Outcome, Error> {
    let explanations = explain(&args.code);
    if explanations.is_empty() {
        return Err(unknown(&args.code));
    }
    match args.format {
        Some(format) => listing(&explanations).print(format)?,
        None => sentences(&explanations)?,
    }
    Ok(Outcome::Done)
}

fn unknown(code: &str) -> Error {
    let hint = match suggest(code).as_slice() {
        [] => "check the spelling, and quote the whole message with its request id when asking support".to_owned(),
        close => format!("did you mean {}?", close.join(", ")),
    };
    Error::failed(format!("{code:?} is in no list of codes; {hint}"))
}

fn listing(explanations: &[Explanation]) -> Listing {
    let mut listing = Listing::new(&["code", "said_by", "meaning", "retry", "advice"]);
    for Explanation { code, speaker, meaning, retry, advice } in explanations {
        listing.push(vec![json!(code), json!(speaker.to_string()), json!(meaning), json!(retry.to_string()), json!(advice)]);
    }
    listing
}

fn sentences(explanations: &[Explanation]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (index, Explanation { code, speaker, meaning, retry, advice }) in explanations.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{code} ({speaker})\n  {meaning}\n  What to do: {advice}\n  Repeating helps: {retry}")?;
    }
    Ok(())
}
