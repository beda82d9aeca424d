//! Queries that were not written by us read views of the ledger and nothing else.
//!
//! What a query reads is asked of the server itself: it notes on which relations a view depends, and a view of the query is
//! made for a moment and undone. It notes nothing of its own catalogue and functions, so these are told by their names.

use tokio_postgres::types::Type;

use super::failure::report_failure;
use super::wire::wait;
use super::{PREPARING, Postgres, sql};
use crate::ledger::connection::{Connection, collect};
use crate::ledger::select::REPORT_FUNCTIONS;
use crate::ledger::{LedgerError, Value};

/// Words that mean something in PostgreSQL alone, or whose value is not the ledger's.
const REFUSED_WORDS: [&str; 18] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "glob",
    "ilike",
    "like",
    "localtime",
    "localtimestamp",
    "random",
    "regexp",
    "session_user",
    "similar",
    "tablesample",
    "user",
];

/// What stands in front of a bracket and calls nothing, although a function has the same name.
const NO_CALLS: [&str; 2] = ["cast", "exists"];

/// Refuses a query that reads anything but views.
pub fn check(postgres: &mut Postgres, query: &str) -> Result<(), LedgerError> {
    let refused = |what: &str| {
        LedgerError::Query(format!(
            "{what} is not authorized; a report is one SELECT over the views (v_…) with the functions {}",
            REPORT_FUNCTIONS.join(", ")
        ))
    };
    if let Some(form) = sql::foreign_form(query) {
        return Err(refused(form));
    }
    let words = sql::words(query);
    let is_refused = |word: &str| word.starts_with("pg_") || REFUSED_WORDS.contains(&word);
    if let Some((word, _)) = words.iter().find(|(word, _)| is_refused(word)) {
        return Err(refused(word));
    }
    let called = words.iter().filter(|(_, called)| *called).map(|(word, _)| word.as_str());
    let unknown: Vec<&str> = called.filter(|word| !REPORT_FUNCTIONS.contains(word) && !NO_CALLS.contains(word)).collect();
    if let Some(function) = first_function(postgres, &unknown)? {
        return Err(refused(&function));
    }
    match relations(postgres, query)?.into_iter().find(|(name, ours)| !ours || !name.starts_with("v_")) {
        Some((name, _)) => Err(refused(&name)),
        None => Ok(()),
    }
}

fn first_function(postgres: &mut Postgres, words: &[&str]) -> Result<Option<String>, LedgerError> {
    if words.is_empty() {
        return Ok(None);
    }
    let places: Vec<String> = (1..=words.len()).map(|number| format!("?{number}")).collect();
    let sql = format!("SELECT proname FROM pg_catalog.pg_proc WHERE proname IN ({}) ORDER BY proname", places.join(", "));
    let names: Vec<Value> = words.iter().map(|word| (*word).into()).collect();
    Ok(collect(postgres, &sql, &names, |row| row.text(0).map(str::to_owned))?.into_iter().next())
}

/// The relations that a query names, and whether each is in the schema of the ledger.
fn relations(postgres: &mut Postgres, query: &str) -> Result<Vec<(String, bool)>, LedgerError> {
    postgres.batch("BEGIN")?;
    postgres.open = true;
    let result = noted_relations(postgres, query);
    postgres.roll_back();
    result
}

fn noted_relations(postgres: &mut Postgres, query: &str) -> Result<Vec<(String, bool)>, LedgerError> {
    // A statement on its own: whatever the query says, it is not run, and nothing can follow it.
    let view = format!(
        "CREATE TEMPORARY VIEW vodledger_query AS SELECT 1 AS one FROM (\n{}\n) AS query",
        sql::without_parameters(query)
    );
    let made = wait(async {
        let statement = postgres.client.prepare_typed(&view, &[] as &[Type]).await?;
        postgres.client.execute(&statement, &[]).await
    });
    made.map_err(|error| report_failure(&postgres.address.place, &error, PREPARING))?;
    let sql = "SELECT DISTINCT c.relname, n.nspname = current_schema()
               FROM pg_catalog.pg_rewrite r
               JOIN pg_catalog.pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
               JOIN pg_catalog.pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE r.ev_class = 'pg_temp.vodledger_query'::regclass AND c.oid <> r.ev_class
               ORDER BY c.relname";
    collect(postgres, sql, &[], |row| Ok((row.text(0)?.to_owned(), row.integer(1)? == 1)))
}
