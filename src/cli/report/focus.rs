//! `vodledger report focus-cost-and-usage`: the ledger's charges as FOCUS, and `report check FILE.csv` for such files.

use std::io::BufReader;
use std::path::Path;

use serde_json::{Value, json};

use super::Args;
use crate::cli::output::{note, say};
use crate::cli::{Context, Error, Outcome};
use crate::input;
use crate::input::file::Lines;
use crate::model::Language;
use crate::report::Parameters;
use crate::report::focus::{self, FORMATS, NAME, Options, Version, check as look};

/// The parameter that names who bills.
const ISSUER: &str = "issuer";

/// Whether the report is among those that are asked for.
pub fn is_asked(names: &[String]) -> bool {
    names.iter().any(|name| name == NAME)
}

/// Whether these are files of FOCUS to check.
pub fn are_files(names: &[String]) -> bool {
    !names.is_empty() && names.iter().all(|name| Path::new(name).extension().is_some_and(|end| end == "csv"))
}

/// Its line in the list of reports.
pub fn listed(language: Language) -> Vec<Value> {
    let (title, description) = match language {
        Language::English => {
            ("FOCUS cost and usage", "Charges, billing periods and packs by FOCUS 1.4 or 1.2, for FinOps tools.")
        }
        Language::Chinese => ("FOCUS 费用与用量", "按 FOCUS 1.4 或 1.2 输出费用、账期与资源包,供 FinOps 工具读取。"),
    };
    let formats: Vec<Value> = FORMATS.iter().map(|format| json!(format.as_str())).collect();
    let parameters = json!([format!("{ISSUER}=Tencent Cloud")]);
    vec![json!(NAME), json!(title), json!(description), parameters, json!(formats), json!("shipped")]
}

/// Writes it, a period after the other.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let [_] = args.names.as_slice() else {
        return Err(Error::usage(format!("{NAME} writes several data sets; ask for it alone")));
    };
    let Some(folder) = &args.out else {
        return Err(Error::usage(format!("{NAME} writes several files; name a folder with --out")));
    };
    let mut asked = args.parameters(context)?;
    let mut options = Options { version: args.focus, formats: args.formats()?, ..Options::new(context.clock.now()) };
    if let Some(issuer) = asked.set.remove(ISSUER) {
        options.invoice_issuer = issuer;
    }
    if let Some(other) = asked.set.keys().next() {
        return Err(Error::usage(format!("--set {other}: {NAME} knows {ISSUER} only: who bills")));
    }
    for account in &context.settings()?.accounts {
        options.account_names.insert(account.id().to_string(), account.name.clone());
    }
    let ledger = context.required_ledger()?;
    let mut left_out = 0;
    for (from, to) in args.period.of_report(context, &focus::manifest_name(args.focus), Some(folder))? {
        let parameters = Parameters { from, to, ..asked.clone() };
        let saved = focus::save(&ledger, &parameters, &options, folder)?;
        for path in &saved.paths {
            say!("{}", path.display());
        }
        for (why, rows) in &saved.left_out {
            note!("warning: {rows} rows are in no file: {why}");
        }
        for note in &saved.notes {
            note!("note: {note}");
        }
        if saved.rows == 0 {
            note!("{NAME} has no rows: nothing is charged in this period; see `vodledger sync` and `vodledger charge`");
        }
        left_out += saved.left_out.values().sum::<u64>();
    }
    Ok(if left_out == 0 { Outcome::Done } else { Outcome::Partial })
}

/// Checks files.
pub fn check(files: &[String], version: Version) -> Result<Outcome, Error> {
    let mut refused = 0;
    for name in files {
        let file = input::file::open(Path::new(name)).map_err(|error| Error::usage(format!("{name} cannot be read: {error}")))?;
        let checked = look::file(version, BufReader::new(Lines::new(file)))?;
        for found in &checked.findings {
            say!("{name}:{}: {} {}: {}", found.line, found.column, found.rule, found.message);
        }
        let set = checked.data_set.map_or("no data set", |set| set.id());
        let verdict = if checked.is_fine() { "ok" } else { "refused" };
        say!("{verdict:<8} {name} ({set}, FOCUS {version}): {} rows, {} findings", checked.rows, checked.count);
        refused += usize::from(!checked.is_fine());
    }
    match refused {
        0 => Ok(Outcome::Done),
        count => Err(Error::failed(format!("{count} of {} files are refused", files.len()))),
    }
}
