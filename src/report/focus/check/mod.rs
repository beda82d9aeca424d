//! Looks at a CSV file of FOCUS as a stranger would: what conformance tools check, and what they miss (the grammar of units, the
//! case of words, arithmetic, UTC, empty texts in place of nothing).

mod records;
mod rules;
mod values;

use std::collections::BTreeMap;
use std::io::BufRead;

use super::columns::{Column, Kind, Level};
use super::{BILLING_PERIOD, CONTRACT_COMMITMENT, COST_AND_USAGE, DataSet, Version, of_version};
use crate::report::ReportError;
use records::{Cell, Records};

/// Something that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line on which the row begins, from 1; the heading is line 1.
    pub line: u64,
    /// The column; empty where the row as a whole is meant.
    pub column: String,
    /// The rule, in one word.
    pub rule: &'static str,
    /// What is wrong, in words.
    pub message: String,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The data set, by the heading.
    pub data_set: Option<DataSet>,
    /// How many rows there are.
    pub rows: u64,
    /// What is wrong, at most [`MOST`] of it.
    pub findings: Vec<Finding>,
    /// How much is wrong.
    pub count: u64,
}

/// So much is told of one file.
pub const MOST: usize = 1000;

/// What a column must be.
#[derive(Clone, Copy)]
struct Rule {
    name: &'static str,
    kind: Kind,
    level: Level,
    nulls: bool,
}

/// A row of a file, by the names of its columns; what is not there, or nothing, is `None`.
struct Line<'l> {
    number: u64,
    values: BTreeMap<&'l str, &'l str>,
}

impl Line<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).copied()
    }
}

/// Checks a file.
///
/// # Errors
/// What cannot be read. What is wrong in the file is no error but a finding.
pub fn file(version: Version, input: impl BufRead) -> Result<Checked, ReportError> {
    let mut checked = Checked::default();
    let mut records = Records::new(input);
    let Some(heading) = records.next()? else {
        checked.add(1, "", "heading", "the file is empty".to_owned());
        return Ok(checked);
    };
    let names: Vec<String> = heading.cells.iter().map(|cell| cell.text.clone()).collect();
    let data_set = data_set_of(&names);
    checked.data_set = Some(data_set);
    let rules = rules_of(data_set, version);
    check_heading(&names, &rules, &mut checked);
    let by_place: Vec<Option<&Rule>> = names.iter().map(|name| rules.iter().find(|rule| rule.name == name)).collect();
    while let Some(record) = records.next()? {
        checked.rows += 1;
        let number = record.line;
        if record.cells.len() != names.len() {
            let message = format!("{} cells under {} columns", record.cells.len(), names.len());
            checked.add(number, "", "cells", message);
            continue;
        }
        let mut line = Line { number, values: BTreeMap::new() };
        for ((name, rule), cell) in names.iter().zip(&by_place).zip(&record.cells) {
            check_cell(number, name, *rule, cell, &mut checked);
            if !cell.text.is_empty() {
                line.values.insert(name, &cell.text);
            }
        }
        rules::of_row(data_set, &line, &mut |column, rule, message| checked.add(number, column, rule, message));
    }
    Ok(checked)
}

impl Checked {
    /// Whether nothing is wrong, and there was something to look at.
    pub fn is_fine(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, line: u64, column: &str, rule: &'static str, message: String) {
        self.count += 1;
        if self.findings.len() < MOST {
            self.findings.push(Finding { line, column: column.to_owned(), rule, message });
        }
    }
}

/// The data set that a heading belongs to, by a column that no other has.
fn data_set_of(names: &[String]) -> DataSet {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    if has("ContractCommitmentId") {
        DataSet::ContractCommitment
    } else if has("BillingPeriodStatus") {
        DataSet::BillingPeriod
    } else {
        DataSet::CostAndUsage
    }
}

fn rules_of(data_set: DataSet, version: Version) -> Vec<Rule> {
    fn rules<R: 'static>(columns: &[Column<R>], version: Version) -> Vec<Rule> {
        let rule = |column: Column<R>| Rule { name: column.name, kind: column.kind, level: column.level, nulls: column.nulls };
        of_version(columns, version).map(rule).collect()
    }
    match data_set {
        DataSet::CostAndUsage => rules(&COST_AND_USAGE, version),
        DataSet::BillingPeriod => rules(&BILLING_PERIOD, version),
        DataSet::ContractCommitment => rules(&CONTRACT_COMMITMENT, version),
    }
}

fn check_heading(names: &[String], rules: &[Rule], checked: &mut Checked) {
    for rule in rules.iter().filter(|rule| rule.level == Level::Mandatory) {
        if !names.iter().any(|name| name == rule.name) {
            checked.add(1, rule.name, "missing-column", "the column must be there".to_owned());
        }
    }
    let mut own = false;
    for (place, name) in names.iter().enumerate() {
        let is_own = name.starts_with("x_");
        if names[..place].contains(name) {
            checked.add(1, name, "column-twice", "the column is there twice".to_owned());
        }
        if name.len() > 50 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            checked.add(1, name, "column-name", "a name has at most 50 letters and digits".to_owned());
        }
        if !is_own && !rules.iter().any(|rule| rule.name == name) {
            checked.add(1, name, "unknown-column", "this version has no such column, or it is not written here".to_owned());
        }
        if !is_own && own {
            checked.add(1, name, "column-order", "columns of one's own come after those of the standard".to_owned());
        }
        own |= is_own;
    }
}

/// Words that stand for nothing where nothing should stand.
const PLACEHOLDERS: [&str; 8] = ["n/a", "na", "null", "none", "nil", "nan", "-", "unknown"];

fn check_cell(line: u64, name: &str, rule: Option<&Rule>, cell: &Cell, checked: &mut Checked) {
    let text = cell.text.as_str();
    if cell.quoted && text.is_empty() {
        checked.add(line, name, "empty-text", "an empty text stands where nothing should stand".to_owned());
        return;
    }
    let Some(rule) = rule else { return };
    if text.is_empty() {
        if !rule.nulls {
            checked.add(line, name, "null", "the column must not be null".to_owned());
        }
        return;
    }
    if text.trim() != text || PLACEHOLDERS.contains(&text.to_lowercase().as_str()) {
        checked.add(line, name, "placeholder", format!("{text:?} stands where a value or nothing should stand"));
        return;
    }
    if let Err(message) = values::check(rule.kind, text) {
        checked.add(line, name, values::name(rule.kind), message);
    }
}
