//! Whether a ledger holds what it should: what the store says of itself, and the rules that no store knows.

use chrono::DateTime;
use sha2::{Digest, Sha256};

use super::connection::{Connection, Row, Value, collect, each_row, reading};
use super::snapshots::inflate;
use super::tables::{Dump, TABLES, Table};
use super::{ChainCheck, Ledger, LedgerError, dump, identity};
use crate::model::{AccountId, BillingDay};

/// So many problems are told of one rule.
const MOST_TOLD: usize = 20;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The rule that is broken.
    pub rule: &'static str,
    /// The table.
    pub table: String,
    /// Which row, and what is wrong with it.
    pub what: String,
}

/// What a check went through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The rows of all tables.
    pub rows: i64,
    /// What is wrong, at most twenty of each rule and table.
    pub problems: Vec<Problem>,
}

impl Checked {
    fn note(&mut self, rule: &'static str, table: &str, what: String) {
        let told = self.problems.iter().filter(|problem| problem.rule == rule && problem.table == table).count();
        if told < MOST_TOLD {
            self.problems.push(Problem { rule, table: table.to_owned(), what });
        }
    }
}

impl Ledger {
    /// Checks the whole ledger as it is at one moment; the audit as it is right after.
    pub fn check(&self) -> Result<Checked, LedgerError> {
        let mut checked = Checked::default();
        let accounts = reading(self.lock().as_mut(), |connection| {
            for line in connection.damage()? {
                checked.note("store", "", line);
            }
            for table in TABLES {
                checked.rows += dump::count(connection, table)?;
                accounts_are_known(connection, table, &mut checked)?;
                if let Dump::Revisions(_) = table.dump {
                    one_revision_holds(connection, table, &mut checked)?;
                }
            }
            for table in ["usage_fact", "reading"] {
                days_fit(connection, table, &mut checked)?;
            }
            units_are_sound(connection, &mut checked)?;
            media_days_follow(connection, &mut checked)?;
            bodies_fit(connection, &mut checked)?;
            let sql = "SELECT account FROM account ORDER BY account";
            let accounts = collect(connection, sql, &[], |row| Ok(AccountId::new(row.text(0)?)))?;
            for account in &accounts {
                applications_are_one(connection, account, &mut checked)?;
            }
            Ok(accounts)
        })?;
        for account in &accounts {
            self.audit_is_whole(account, &mut checked)?;
        }
        Ok(checked)
    }

    fn audit_is_whole(&self, account: &AccountId, checked: &mut Checked) -> Result<(), LedgerError> {
        let mut chain = ChainCheck::new(account);
        self.each_audit(account, |row| {
            if let Err(broken) = chain.follow(&row) {
                checked.note("audit chain", "audit", format!("account {account}: {broken}"));
            }
            std::ops::ControlFlow::Continue(())
        })
    }
}

/// Notes every row that a query finds; its columns say which it is.
fn each_found(
    connection: &mut dyn Connection,
    (rule, table, what): (&'static str, &str, &str),
    sql: &str,
    checked: &mut Checked,
) -> Result<(), LedgerError> {
    let sql = format!("{sql} LIMIT {MOST_TOLD}");
    each_row(connection, &sql, &[], |row| {
        checked.note(rule, table, format!("{}: {what}", named(row.0)));
        Ok(())
    })
}

/// A row by its key.
fn named(values: &[Value]) -> String {
    let shown = values.iter().map(|value| match value {
        Value::Null => "nothing".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) if text.is_empty() => "''".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Blob(_) => "bytes".to_owned(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn accounts_are_known(connection: &mut dyn Connection, table: &Table, checked: &mut Checked) -> Result<(), LedgerError> {
    let sql = format!(
        "SELECT DISTINCT account FROM {} WHERE account = '' OR account NOT IN (SELECT account FROM account) ORDER BY account",
        table.name
    );
    each_found(connection, ("account", table.name, "rows of an account that the ledger does not know"), &sql, checked)
}

fn one_revision_holds(connection: &mut dyn Connection, table: &Table, checked: &mut Checked) -> Result<(), LedgerError> {
    let (name, key) = (table.name, table.key.join(", "));
    let sql = format!("SELECT {key} FROM {name} WHERE replaced_at IS NULL GROUP BY {key} HAVING COUNT(*) > 1 ORDER BY {key}");
    each_found(connection, ("one current revision", name, "has several"), &sql, checked)?;
    let sql = format!(
        "SELECT {key} FROM {name} GROUP BY {key}
         HAVING MAX(CASE WHEN replaced_at IS NULL THEN revision END) < MAX(revision) ORDER BY {key}"
    );
    each_found(connection, ("one current revision", name, "the one that holds is not the newest"), &sql, checked)
}

/// A fact lies within the billing day that it names.
fn days_fit(connection: &mut dyn Connection, table: &str, checked: &mut Checked) -> Result<(), LedgerError> {
    let sql = format!("SELECT usage_day, start_at, end_at, account, action, meter FROM {table}");
    each_row(connection, &sql, &[], |row| {
        let fits = row.text(0)?.parse::<BillingDay>().is_ok_and(|day| {
            let within = |at: i64| DateTime::from_timestamp(at, 0).is_some_and(|at| day.start() <= at && at <= day.end());
            row.integer(1).is_ok_and(within) && row.integer(2).is_ok_and(within)
        });
        if !fits {
            checked.note("billing day", table, format!("{}: not within the day that it names", named(row.0)));
        }
        Ok(())
    })
}

fn units_are_sound(connection: &mut dyn Connection, checked: &mut Checked) -> Result<(), LedgerError> {
    const KEY: &str = "account, action, sub_app_id, subject, start_at, end_at";
    let rules = [
        ("state = 'leased' AND (owner = '' OR fence < 1)", "is taken, but by nobody or under no fence"),
        ("state <> 'leased' AND owner <> ''", "is taken by somebody, but its state says otherwise"),
        ("fence < 0 OR attempts < 0", "a count below zero"),
        ("state IN ('done', 'split') AND finished_at IS NULL", "is done, but never ended"),
        ("end_at < start_at OR asked_until > end_at", "its times do not fit"),
    ];
    for (wrong, what) in rules {
        let sql = format!("SELECT {KEY} FROM unit WHERE {wrong} ORDER BY {KEY}");
        each_found(connection, ("units of work", "unit", what), &sql, checked)?;
    }
    Ok(())
}

/// What a media was like from a day on ends where the next begins, and the last of them is open.
fn media_days_follow(connection: &mut dyn Connection, checked: &mut Checked) -> Result<(), LedgerError> {
    let sql = "SELECT account, file_id, from_day, until_day FROM media_day ORDER BY account, file_id, from_day";
    let mut before: Option<(Vec<Value>, Option<String>)> = None;
    each_row(connection, sql, &[], |row| {
        let until = row.maybe_text(3)?.map(str::to_owned);
        let overlaps = before.as_ref().is_some_and(|(media, until)| {
            media[..] == row.0[..2] && until.as_deref().is_none_or(|until| row.text(2).is_ok_and(|from| from < until))
        });
        if overlaps || until.as_deref().is_some_and(|until| row.text(2).is_ok_and(|from| from >= until)) {
            checked.note("media by day", "media_day", format!("{}: overlaps another or is empty", named(row.0)));
        }
        before = Some((row.0[..2].to_vec(), until));
        Ok(())
    })
}

/// Nothing of an application is there twice, with its id and without.
fn applications_are_one(connection: &mut dyn Connection, account: &AccountId, checked: &mut Checked) -> Result<(), LedgerError> {
    const RULE: &str = "one identity";
    if let Some(id) = identity::is_evident(connection, account)? {
        for (table, and) in identity::TABLES {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE account = ?1 AND sub_app_id = '' {and}");
            let rows = collect(connection, &sql, &[account.as_str().into()], |row| row.integer(0))?.into_iter().sum::<i64>();
            if rows > 0 {
                let what =
                    format!("account {account}: {rows} rows of application {id} are stored without its id; run sync or charge");
                checked.note(RULE, table, what);
            }
        }
    } else if identity::is_ambiguous(connection, account)? {
        checked.note(RULE, "usage_fact", LedgerError::TwoIdentities(account.to_string()).to_string());
    }
    Ok(())
}

fn bodies_fit(connection: &mut dyn Connection, checked: &mut Checked) -> Result<(), LedgerError> {
    each_row(connection, "SELECT account, sha256, size, body FROM snapshot_body", &[], |row: Row<'_>| {
        let (sha256, size) = (row.text(1)?, row.integer(2)?);
        let what = match inflate(row.blob(3)?) {
            Err(error) => error.to_string(),
            Ok(body) if hex::encode(Sha256::digest(&body)) != sha256 => {
                "the body is not the one that its digest names".to_owned()
            }
            Ok(body) if i64::try_from(body.len()).ok() != Some(size) => "the body is of another size than noted".to_owned(),
            Ok(_) => return Ok(()),
        };
        checked.note("snapshot digests", "snapshot_body", format!("{sha256}: {what}"));
        Ok(())
    })
}
