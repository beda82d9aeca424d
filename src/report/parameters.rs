//! What a report is asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::definition::{Definition, Parameter, ParameterKind};
use super::format::CsvOptions;
use crate::ledger::Value;
use crate::model::{AccountId, BillingDay, BillingMonth, Language};

/// How long a query may take when nobody says.
pub const LIMIT: Duration = Duration::from_secs(300);

/// By what a charge is placed in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// The day of use.
    #[default]
    Usage,
    /// The month of the bill that carries it.
    Bill,
    /// The month in which the books carry it.
    Posting,
}

impl Basis {
    /// The word used on the command line and in the views.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Bill => "bill",
            Self::Posting => "posting",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Basis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Usage, Self::Bill, Self::Posting]
            .into_iter()
            .find(|basis| basis.as_str() == text)
            .ok_or_else(|| format!("{text:?} is not usage, bill or posting"))
    }
}

/// What a report is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// One account, or all of the ledger.
    pub account: Option<AccountId>,
    /// By what charges are placed in time.
    pub by: Basis,
    /// The first day. By bill and by posting only the first days of months matter.
    pub from: BillingDay,
    /// The first day after.
    pub to: BillingDay,
    /// The language of headings.
    pub language: Language,
    /// A word that every row carries in a last column `mark`, such as `SIMULATED`. A column survives sorting, filtering and
    /// pasting in a spreadsheet, which a line above the table does not.
    pub mark: Option<String>,
    /// The day on which it is asked for.
    pub today: BillingDay,
    /// Values of the definition's own parameters, by name; those that are not here have their defaults.
    pub set: BTreeMap<String, String>,
    /// How CSV is written.
    pub csv: CsvOptions,
    /// How long the query may take.
    pub limit: Duration,
}

impl Parameters {
    /// All accounts, by usage, in English, not marked.
    pub fn of_month(month: BillingMonth) -> Self {
        Self::of_days(month.first_day(), month.end_day())
    }

    /// All accounts, by usage, in English, not marked, for the days from `from` up to, not including, `to`.
    pub fn of_days(from: BillingDay, to: BillingDay) -> Self {
        Self {
            account: None,
            by: Basis::Usage,
            from,
            to,
            language: Language::English,
            mark: None,
            today: to,
            set: BTreeMap::new(),
            csv: CsvOptions::default(),
            limit: LIMIT,
        }
    }

    /// The period in a file name: `2026-10`, or `2026-10-01_2026-10-15` with the last day included.
    pub fn period_in_names(&self) -> String {
        let month = self.from.month();
        if month.first_day() == self.from && month.end_day() == self.to {
            month.to_string()
        } else {
            format!("{}_{}", self.from, self.to.minus(1))
        }
    }

    /// The value of a definition's own parameter.
    pub(super) fn own<'p>(&'p self, parameter: &'p Parameter) -> &'p str {
        self.set.get(&parameter.name).unwrap_or(&parameter.default)
    }

    pub(super) fn value(&self, definition: &Definition, name: &str) -> Value {
        match name {
            "account" => self.account.as_ref().map_or("", AccountId::as_str).into(),
            "by" => self.by.as_str().into(),
            "from" => self.from.to_string().into(),
            "to" => self.to.to_string().into(),
            "today" => self.today.to_string().into(),
            name => match definition.parameters.iter().find(|parameter| parameter.name == name) {
                // As text: the query casts it, which every store reads alike.
                Some(parameter) if parameter.kind == ParameterKind::Number => self.own(parameter).trim().into(),
                Some(parameter) => self.own(parameter).into(),
                None => Value::Null,
            },
        }
    }
}
