//! From what a report was made: what a reader needs to judge a figure without asking.

use std::ops::ControlFlow;

use super::ReportError;
use super::definition::{Definition, Whole};
use super::label::Label;
use super::parameters::Parameters;
use crate::ledger::{Field, Ledger, Selection};
use crate::model::{BillingMonth, Language};

/// From what a report was made. The same ledger and parameters give the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    key: String,
    label: Label,
    value: String,
}

impl About {
    /// Asks the ledger on what terms the months of the period were charged.
    pub fn read(ledger: &Ledger, definition: &Definition, parameters: &Parameters) -> Result<Self, ReportError> {
        let mut about = Self::default();
        about.push("report", "Report", "报表", &definition.name);
        match definition.whole {
            Whole::Now => about.push("as_of", "As of", "截至", &parameters.today.to_string()),
            Whole::Days | Whole::Months => {
                let (from, last) = (parameters.from, parameters.to.minus(1));
                about.push("period", "Period (days at UTC+8)", "期间（UTC+8）", &format!("{from} – {last}"));
            }
        }
        if definition.follows_basis() {
            about.push("by", "Placed in time by", "归属口径", parameters.by.as_str());
        }
        let account = parameters.account.as_ref().map_or("all accounts of the ledger", |account| account.as_str());
        about.push("account", "Account", "账号", account);
        for parameter in &definition.parameters {
            let value = parameters.own(parameter);
            about.push(&parameter.name, &parameter.label.en, &parameter.label.zh, value);
        }
        if definition.whole != Whole::Now {
            about.terms(ledger, definition, parameters)?;
        }
        about.push("program", "Made by", "生成程序", concat!("vodledger ", env!("CARGO_PKG_VERSION")));
        Ok(about)
    }

    /// Names and values in a language; names for machines where that is English.
    pub fn entries(&self, language: Language) -> Vec<(String, String)> {
        let name = |entry: &Entry| match language {
            Language::English => entry.key.clone(),
            Language::Chinese => entry.label.zh.clone(),
        };
        self.entries.iter().map(|entry| (name(entry), entry.value.clone())).collect()
    }

    /// Labels and values for people.
    pub fn labelled(&self, language: Language) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(move |entry| (entry.label.in_language(language), entry.value.as_str()))
    }

    fn push(&mut self, key: &str, en: &str, zh: &str, value: &str) {
        self.entries.push(Entry { key: key.to_owned(), label: Label::new(en, zh), value: value.to_owned() });
    }

    fn terms(&mut self, ledger: &Ledger, definition: &Definition, parameters: &Parameters) -> Result<(), ReportError> {
        // What a month's bill or books carry was used in it or in the month before.
        let (first, last): (BillingMonth, BillingMonth) = (parameters.from.month(), parameters.to.minus(1).month());
        let first = if parameters.by == super::Basis::Usage { first } else { first.previous() };
        let terms = Selection {
            columns: "account, usage_month, name, value",
            from: "v_charge_term WHERE usage_month >= ?1 AND usage_month <= ?2 AND (?3 = '' OR account = ?3)
                   ORDER BY name, value, account, usage_month",
        };
        let values = [
            first.to_string().into(),
            last.to_string().into(),
            parameters.account.as_ref().map_or("", |account| account.as_str()).into(),
        ];
        let mut found: Vec<(String, String, String)> = Vec::new();
        let finished = ledger.select(terms, &values, parameters.limit, |row| {
            if let [Field::Text(account), Field::Text(month), Field::Text(name), Field::Text(value)] = row {
                found.push(((*name).to_owned(), (*value).to_owned(), format!("{account} {month}")));
            }
            ControlFlow::Continue(())
        });
        finished.map_err(|source| ReportError::Query { name: definition.name.clone(), source })?;
        // One line for each term; whose and when only where it is not the same everywhere.
        for same in found.chunk_by(|left, right| left.0 == right.0) {
            let values: Vec<String> = same
                .chunk_by(|left, right| left.1 == right.1)
                .map(|rows| {
                    let whose: Vec<&str> = rows.iter().map(|(.., whose)| whose.as_str()).collect();
                    if rows.len() == same.len() { rows[0].1.clone() } else { format!("{} ({})", rows[0].1, whose.join(", ")) }
                })
                .collect();
            let name = &same[0].0;
            let (en, zh) =
                LABELS.iter().find(|(key, ..)| key == name).map_or((name.as_str(), name.as_str()), |(_, en, zh)| (en, zh));
            self.push(name, en, zh, &values.join("; "));
        }
        Ok(())
    }
}

const LABELS: [(&str, &str, &str); 5] = [
    ("mode", "Billing mode", "计费模式"),
    ("price_book", "Price book", "价目表"),
    ("settlement", "Settlement", "结算周期"),
    ("status", "Least sure line", "最低确定性"),
    ("switches", "Open switches", "未决选项"),
];
