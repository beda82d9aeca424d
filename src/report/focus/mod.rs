//! FOCUS (FinOps Open Cost and Usage Specification) 1.4 and 1.2: the ledger's charges as a data set that FinOps tools read.
//!
//! One row model feeds both versions; the table of columns says which of them each has. [`check`] looks at files again, as a stranger would.
//! `docs/focus.md` is the page for those who load the files.

mod billing_period;
pub mod check;
mod columns;
mod contract_commitment;
mod csv;
mod line;
mod metadata;
mod number;
mod packs;
mod read;
mod row;
mod rows;
mod sheet;
mod time;
mod unit;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::manifest::{Manifest, ManifestEntry};
use super::save::Growing;
use super::{Basis, Format, Parameters, ReportError};
use crate::ledger::{Ledger, Selection};
use crate::model::{AccountId, BillingDay, Status};
use billing_period::BILLING_PERIOD;
use columns::{COST_AND_USAGE, Column};
use contract_commitment::CONTRACT_COMMITMENT;
use metadata::{About, Described};
use packs::Packs;
use read::{Failed, Source};
use rows::Seen;
use sheet::{Complete, Sheets};

/// The name of the report.
pub const NAME: &str = "focus-cost-and-usage";
/// What it can be written as.
pub const FORMATS: [Format; 2] = [Format::Csv, Format::Parquet];
/// The column that is there only where rows are marked.
const MARK: &str = "x_Mark";

/// A version of the standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// 1.2: the newest that the official validator knows.
    V1_2,
    /// 1.4: the newest.
    #[default]
    V1_4,
}

impl Version {
    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_4 => "1.4",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::V1_2, Self::V1_4].into_iter().find(|version| version.as_str() == text);
        known.ok_or_else(|| format!("FOCUS {text:?} is not written; known versions: 1.4, 1.2"))
    }
}

/// A data set of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataSet {
    /// Charges.
    CostAndUsage,
    /// Months of bills; since 1.4.
    BillingPeriod,
    /// Packs; since 1.3.
    ContractCommitment,
}

impl DataSet {
    /// The standard's id.
    pub fn id(self) -> &'static str {
        match self {
            Self::CostAndUsage => "CostAndUsage",
            Self::BillingPeriod => "BillingPeriod",
            Self::ContractCommitment => "ContractCommitment",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::CostAndUsage => "Cost and Usage",
            Self::BillingPeriod => "Billing Period",
            Self::ContractCommitment => "Contract Commitment",
        }
    }

    /// What its files begin with.
    fn file(self) -> &'static str {
        match self {
            Self::CostAndUsage => NAME,
            Self::BillingPeriod => "focus-billing-period",
            Self::ContractCommitment => "focus-contract-commitment",
        }
    }
}

/// What is written, and what the ledger does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The version.
    pub version: Version,
    /// As what; of [`FORMATS`].
    pub formats: Vec<Format>,
    /// The moment of writing.
    pub now: DateTime<Utc>,
    /// Who bills: Tencent Cloud, or a reseller.
    pub invoice_issuer: String,
    /// The user's own names of accounts.
    pub account_names: BTreeMap<String, String>,
    /// Account numbers of accounts that the ledger keeps under a name.
    pub account_numbers: BTreeMap<String, String>,
}

impl Options {
    /// Version 1.4 as CSV, billed by Tencent Cloud.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            version: Version::default(),
            formats: vec![Format::Csv],
            now,
            invoice_issuer: columns::PROVIDER.to_owned(),
            account_names: BTreeMap::new(),
            account_numbers: BTreeMap::new(),
        }
    }

    /// `BillingAccountId`. An id of digits alone would be taken for a number, so it says what it is.
    fn account_id(&self, account: &str) -> String {
        let number = self.account_numbers.get(account).map_or(account, String::as_str);
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { format!("uin-{number}") } else { format!("account-{account}") }
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// The files, metadata last.
    pub paths: Vec<PathBuf>,
    /// Rows of Cost and Usage.
    pub rows: u64,
    /// The least sure of them.
    pub status: Option<Status>,
    /// Rows that are in no file, by item and reason: their cost is not known, and the standard has no way to say so.
    pub left_out: BTreeMap<String, u64>,
    /// What is not in the files, and why.
    pub notes: Vec<String>,
}

/// Writes the data sets of a version into a folder, and the metadata document; last comes `manifest.json`. All files appear when all
/// of them are complete.
pub fn save(ledger: &Ledger, parameters: &Parameters, options: &Options, folder: &Path) -> Result<Saved, ReportError> {
    check_formats(&options.formats)?;
    fs::create_dir_all(folder).map_err(|source| ReportError::File { path: folder.to_owned(), source })?;
    let options = &with_numbers(ledger, parameters, options)?;
    let source = Source { ledger, parameters };
    let writer = Writer { parameters, options, folder };
    let packs = Packs::read(&source)?;

    let columns: Vec<Column<row::Row>> =
        of_version(&COST_AND_USAGE, options.version).filter(|column| column.name != MARK || parameters.mark.is_some()).collect();
    let mut charges = Sheets::new(columns.clone(), &options.formats, |format| writer.create(DataSet::CostAndUsage, format))?;
    let seen = rows::each(&source, &packs, options, |row| charges.row(row))?;
    let mut described = vec![Described::new(DataSet::CostAndUsage, &columns, charges.rows)];
    let mut files = writer.ended(DataSet::CostAndUsage, charges.rows, charges.finish()?);
    if options.version == Version::V1_4 {
        files.extend(writer.periods(&seen, &mut described)?);
        files.extend(writer.commitments(&packs, &mut described)?);
    }
    let notes = notes(options.version, &seen, &packs);
    let missing = uncovered(&source)?;
    let asked: Vec<BillingDay> =
        if parameters.by == Basis::Usage { parameters.from.until(parameters.to).collect() } else { Vec::new() };
    let sectors = metadata::sectors(&seen, |day| missing.contains(&day), &asked);
    let about = About {
        version: options.version,
        stem: &writer.stem(),
        described: &described,
        sectors: &sectors,
        seen: &seen,
        notes: &notes,
        now: options.now.timestamp(),
        mark: parameters.mark.as_deref(),
    };
    writer.publish(files, &metadata::document(&about), seen, notes)
}

/// What the manifest calls a data set: versions are apart, since one may be there without the other.
fn report_name(data_set: DataSet, version: Version) -> String {
    format!("{}-{version}", data_set.file())
}

/// What the manifest calls Cost and Usage of a version.
pub fn manifest_name(version: Version) -> String {
    report_name(DataSet::CostAndUsage, version)
}

fn check_formats(formats: &[Format]) -> Result<(), ReportError> {
    match formats.iter().find(|format| !FORMATS.contains(format)) {
        None => Ok(()),
        Some(format) => {
            let known = FORMATS.map(Format::as_str).join(", ");
            Err(ReportError::Format { name: NAME.to_owned(), format: format.to_string(), known })
        }
    }
}

/// The columns of a version, in their order.
fn of_version<R: 'static>(columns: &[Column<R>], version: Version) -> impl Iterator<Item = Column<R>> {
    columns.iter().copied().filter(move |column| column.is_in(version))
}

/// The account numbers that the ledger noted.
fn with_numbers(ledger: &Ledger, parameters: &Parameters, options: &Options) -> Result<Options, ReportError> {
    let mut options = options.clone();
    let mut accounts: BTreeSet<String> = BTreeSet::new();
    let source = Source { ledger, parameters };
    let selection = Selection { columns: "account", from: "v_charge WHERE ?1 = '' OR account = ?1 GROUP BY account" };
    source.each(selection, &[source.account()], |fields| {
        accounts.insert(read::text(fields, 0)?.to_owned());
        Ok(ControlFlow::Continue(()))
    })?;
    for account in accounts {
        let found = ledger.account_uin(&AccountId::new(account.as_str()));
        let found = found.map_err(|source| ReportError::Query { name: NAME.to_owned(), source })?;
        if let Some(number) = found {
            options.account_numbers.entry(account).or_insert(number);
        }
    }
    Ok(options)
}

/// Days of which not everything was collected.
fn uncovered(source: &Source<'_>) -> Result<BTreeSet<BillingDay>, Failed> {
    let mut days = BTreeSet::new();
    let selection = Selection { columns: "usage_day", from: "v_uncovered_day WHERE ?1 = '' OR account = ?1" };
    source.each(selection, &[source.account()], |fields| {
        days.extend(read::day(fields, 0)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(days)
}

/// What is not in the files, and why.
fn notes(version: Version, seen: &Seen, packs: &Packs) -> Vec<String> {
    let mut notes = Vec::new();
    let left_out: u64 = seen.left_out.values().sum();
    if left_out > 0 {
        notes.push(format!(
            "{left_out} rows are left out because their cost is not known: BilledCost must not be null, and 0 would be wrong"
        ));
    }
    if seen.unmeasured > 0 {
        notes.push(format!(
            "{} rows of packs have no CommitmentDiscountQuantity: the ledger does not tell what each of them took",
            seen.unmeasured
        ));
    }
    if version == Version::V1_4 {
        if packs.unlisted() > 0 {
            notes.push(format!("{} packs are not in Contract Commitment: their terms are not known", packs.unlisted()));
        }
        notes.push("Invoice Detail is not written: numbers, issue dates and payment terms of invoices are not known".to_owned());
    }
    notes
}

/// A file that is whole but has no name yet.
struct Ended {
    data_set: DataSet,
    rows: u64,
    format: Format,
    file: Growing,
}

struct Writer<'w> {
    parameters: &'w Parameters,
    options: &'w Options,
    folder: &'w Path,
}

impl Writer<'_> {
    /// What all files of a run have in their names: version, period, and what narrows it.
    fn stem(&self) -> String {
        let mut stem = format!("{}-{}", self.options.version, self.parameters.period_in_names());
        if self.parameters.by != Basis::Usage {
            stem.push('-');
            stem.push_str(self.parameters.by.as_str());
        }
        if let Some(account) = &self.parameters.account {
            stem.push('-');
            stem.push_str(account.as_str());
        }
        stem
    }

    fn create(&self, data_set: DataSet, format: Format) -> Result<Growing, Failed> {
        Growing::create(self.folder, &format!("{}-{}.{format}", data_set.file(), self.stem()))
    }

    fn ended(&self, data_set: DataSet, rows: u64, files: Vec<(Format, Growing)>) -> Vec<Ended> {
        files.into_iter().map(|(format, file)| Ended { data_set, rows, format, file }).collect()
    }

    fn periods(&self, seen: &Seen, described: &mut Vec<Described>) -> Result<Vec<Ended>, Failed> {
        let data_set = DataSet::BillingPeriod;
        let mut sheets = Sheets::new(BILLING_PERIOD.to_vec(), &self.options.formats, |format| self.create(data_set, format))?;
        for row in billing_period::rows(&seen.periods, &self.options.invoice_issuer, self.options.now.timestamp()) {
            sheets.row(&row)?;
        }
        described.push(Described::new(data_set, &BILLING_PERIOD, sheets.rows));
        Ok(self.ended(data_set, sheets.rows, sheets.finish()?))
    }

    fn commitments(&self, packs: &Packs, described: &mut Vec<Described>) -> Result<Vec<Ended>, Failed> {
        let data_set = DataSet::ContractCommitment;
        let columns = CONTRACT_COMMITMENT.to_vec();
        let mut sheets = Sheets::new(columns, &self.options.formats, |format| self.create(data_set, format))?;
        let today = BillingDay::of(self.options.now);
        for pack in packs.listed() {
            let id = packs::commitment_id(&self.options.account_id(&pack.account), &pack.id);
            let now = self.options.now.timestamp();
            if let Some(row) = contract_commitment::row(pack, id, &self.options.invoice_issuer, today, now) {
                sheets.row(&row)?;
            }
        }
        described.push(Described::new(data_set, &CONTRACT_COMMITMENT, sheets.rows));
        Ok(self.ended(data_set, sheets.rows, sheets.finish()?))
    }

    /// Puts all files under their names, the metadata document after the data, the manifest last.
    fn publish(
        &self,
        files: Vec<Ended>,
        document: &serde_json::Value,
        seen: Seen,
        notes: Vec<String>,
    ) -> Result<Saved, ReportError> {
        let mut text = Growing::create(self.folder, &format!("focus-metadata-{}.json", self.stem()))?;
        writeln!(text, "{document:#}")?;
        let mut saved = Saved { paths: Vec::new(), rows: seen.rows, status: seen.status, left_out: seen.left_out, notes };
        let mut entries = Vec::new();
        for Ended { data_set, rows, format, file } in files {
            let complete = sheet::complete(format, file)?;
            entries.push(self.entry(&report_name(data_set, self.options.version), &complete, rows, saved.status, None));
            saved.paths.push(complete.path);
        }
        let complete = sheet::complete(Format::Json, text)?;
        let note = (!saved.notes.is_empty()).then(|| saved.notes.join("; "));
        entries.push(self.entry(&format!("focus-metadata-{}", self.options.version), &complete, 0, saved.status, note));
        saved.paths.push(complete.path);
        Manifest::add(self.folder, entries)?;
        Ok(saved)
    }

    fn entry(&self, report: &str, file: &Complete, rows: u64, status: Option<Status>, note: Option<String>) -> ManifestEntry {
        ManifestEntry {
            file: file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            report: report.to_owned(),
            format: file.format.as_str().to_owned(),
            from: Some(self.parameters.from),
            to: Some(self.parameters.to),
            by: self.parameters.by.as_str().to_owned(),
            account: self.parameters.account.as_ref().map(ToString::to_string),
            rows,
            status,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            note,
        }
    }
}
