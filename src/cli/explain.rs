//! `vodledger explain`: the whole arithmetic of a charge, step by step.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::rate::{Inputs, output};
use super::{Context, Error, Outcome};
use crate::model::{Charge, RowType, Step};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The charge's id, or how it begins; several; `all` for every charge of a usage file
    #[arg(value_name = "CHARGE_ID", required = true)]
    ids: Vec<String>,
    /// How to print it; json is one object a charge and line
    #[arg(long, value_enum, default_value_t)]
    format: ExplainFormat,
    #[command(flatten)]
    inputs: Inputs,
}

/// How an explanation is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// Numbered sentences.
    #[default]
    Text,
    /// JSON Lines: the columns of the charge, and `steps` with their numbers by name.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let charges = if args.inputs.are_given() { from_file(args, context)? } else { from_ledger(args, context)? };
    let mut out = io::stdout().lock();
    for (index, charge) in charges.iter().enumerate() {
        match args.format {
            ExplainFormat::Json => writeln!(out, "{}", Value::Object(object(charge)))?,
            ExplainFormat::Text => {
                if index > 0 {
                    writeln!(out)?;
                }
                text(&mut out, charge)?;
            }
        }
    }
    Ok(Outcome::Done)
}

/// Rates the file anew, so that nothing has to be kept.
fn from_file(args: &Args, context: &Context) -> Result<Vec<Charge>, Error> {
    let charges = args.inputs.explained(context)?;
    for id in args.ids.iter().filter(|id| *id != "all") {
        if !charges.iter().any(|charge| charge.charge_id.starts_with(id.as_str())) {
            return Err(unknown(id, "the usage file with these options"));
        }
    }
    let wanted = |charge: &Charge| args.ids.iter().any(|id| id == "all" || charge.charge_id.starts_with(id.as_str()));
    Ok(charges.into_iter().filter(wanted).collect())
}

fn from_ledger(args: &Args, context: &Context) -> Result<Vec<Charge>, Error> {
    if args.ids.iter().any(|id| id == "all") {
        return Err(Error::usage("`all` is for usage files: give --in and --prices, or the id of one charge"));
    }
    let ledger = context.required_ledger()?;
    let mut charges = Vec::new();
    for id in &args.ids {
        let before = charges.len();
        for account in context.accounts()? {
            charges.extend(ledger.charges_with_id(&account.id(), id).map_err(Error::failed)?);
        }
        if charges.len() == before {
            return Err(unknown(id, "the ledger"));
        }
    }
    Ok(charges)
}

fn unknown(id: &str, place: &str) -> Error {
    Error::failed(format!(
        "there is no charge {id:?} in {place}; ids are the column charge_id of `rate` and of the view v_charge"
    ))
}

fn object(charge: &Charge) -> Map<String, Value> {
    let step = |step: &Step| {
        let values: Map<String, Value> = step.values.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({ "step": step.step, "text": step.text, "values": values })
    };
    let mut members = output::object(charge);
    members.insert("unpriced".to_owned(), json!(charge.unpriced));
    members.insert("steps".to_owned(), charge.steps.iter().map(step).collect());
    members
}

/// The widest line that is printed.
const WIDTH: usize = 78;

fn text(out: &mut impl Write, charge: &Charge) -> io::Result<()> {
    let names = [charge.meter.as_str(), &charge.area, &charge.spec].into_iter().filter(|name| !name.is_empty());
    let names = names.collect::<Vec<_>>().join(", ");
    let what = if charge.row_type == RowType::Total { "total".to_owned() } else { format!("{} {names}", charge.row_type) };
    let cost = charge.billed_cost.map_or_else(|| "no price".to_owned(), |cost| cost.to_string());
    writeln!(out, "{what}: {cost}")?;
    let id = &charge.charge_id;
    writeln!(out, "id {id}, account {}, day of use {}, {}", charge.account, charge.usage_day, charge.status)?;
    for (index, step) in charge.steps.iter().enumerate() {
        let mut lead = format!("{:>3}. ", index + 1);
        for line in wrap(&step.text, WIDTH - lead.len()) {
            writeln!(out, "{lead}{line}")?;
            lead = " ".repeat(lead.len());
        }
    }
    Ok(())
}

/// Lines of whole words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
