//! From the text of a definition to the query that is run: parameters numbered, the rules checked, the order of rows total.

mod check;
mod lexer;

use sqlparser::ast::{Expr, OrderByKind, OrderBySort, Query as Ast, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};

use super::column::Column;
use super::definition::Parameter;
use crate::ledger::Selection;

/// The parameters that every query may use.
pub const FIXED_PARAMETERS: [&str; 5] = ["account", "by", "from", "to", "today"];

/// A query that is ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Its columns, as a list of SQL.
    columns: String,
    /// What is behind FROM, to the end: `?1` is the first of `parameters`.
    from: String,
    /// The names of the parameters, in the order of their numbers.
    pub parameters: Vec<String>,
}

impl Query {
    /// For the store.
    pub fn selection(&self) -> Selection<'_> {
        Selection { columns: &self.columns, from: &self.from }
    }
}

/// What is wrong, and in which line.
pub type Refusal = (usize, String);

/// Reads a query: one SELECT, with `:name` for parameters, that gives the same on every store.
pub fn read(text: &str, own: &[Parameter], columns: &[Column]) -> Result<Query, Refusal> {
    let known: Vec<&str> = FIXED_PARAMETERS.into_iter().chain(own.iter().map(|parameter| parameter.name.as_str())).collect();
    let line_of = |at: usize| text[..at].matches('\n').count() + 1;
    let (sql, parameters) = lexer::number(text, &known).map_err(|(at, message)| (line_of(at), message))?;
    let mut query = parse(&sql)?;
    check::query(&query)?;
    names(&query, columns)?;
    let (columns, from) = ordered(&mut query, columns)?;
    Ok(Query { columns, from, parameters })
}

fn parse(sql: &str) -> Result<Ast, Refusal> {
    // Texts stay as they are written: read and written again, quotes beside quotes or backslashes would be lost.
    let options = ParserOptions::new().with_unescape(false);
    let parser = Parser::new(&GenericDialect {}).with_options(options).try_with_sql(sql);
    let statements = parser.and_then(|mut parser| parser.parse_statements()).map_err(|error| {
        let message = match error {
            ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
            ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
        };
        let (message, line) = match message.rsplit_once(" at Line: ") {
            Some((message, place)) => (message.to_owned(), place.split(',').next().and_then(|line| line.trim().parse().ok())),
            None => (message, None),
        };
        (line.unwrap_or(1), format!("the query cannot be read: {message}"))
    })?;
    match <[Statement; 1]>::try_from(statements) {
        Ok([Statement::Query(query)]) => Ok(*query),
        _ => Err((1, "a report is one SELECT".to_owned())),
    }
}

/// The header and the query must speak of the same columns in the same order.
fn names(query: &Ast, columns: &[Column]) -> Result<(), Refusal> {
    let found = check::output(&query.body)?;
    let named: Vec<&str> =
        columns.iter().filter(|column| !column.kind.is_computed()).map(|column| column.name.as_str()).collect();
    if found == named {
        return Ok(());
    }
    Err((1, format!("the header names the columns {}, the query gives {}", named.join(", "), found.join(", "))))
}

/// Columns and source of the query, with the rows in one order only: as it says itself, texts by their bytes, unknown values first, and where that leaves
/// rows side by side, by all other columns.
fn ordered(query: &mut Ast, columns: &[Column]) -> Result<(String, String), Refusal> {
    let remedy = "end the query with an ORDER BY that names every column of words, ids and days";
    let Some(order) = query.order_by.take() else {
        return Err((1, format!("the rows have no order, so every run might give another one; {remedy}")));
    };
    let OrderByKind::Expressions(keys) = order.kind else { return Err((1, remedy.to_owned())) };
    let asked: Vec<&Column> = columns.iter().filter(|column| !column.kind.is_computed()).collect();
    let mut terms: Vec<(&Column, bool)> = Vec::new();
    for key in &keys {
        let line = check::line(&key.expr);
        let name = match &key.expr {
            Expr::Identifier(name) => name.value.as_str(),
            other => return Err((line, format!("ORDER BY {other}: order by columns of the report, by their names"))),
        };
        let column = asked.iter().find(|column| column.name == name);
        let column = column.ok_or_else(|| {
            (
                line,
                format!("ORDER BY {name}: the report has no such column; add it to the query, `hidden` in the header if need be"),
            )
        })?;
        if key.options.nulls_first.is_some() {
            return Err((line, "ORDER BY … NULLS: unknown values always come first; leave NULLS out".to_owned()));
        }
        terms.push((column, key.options.sort == Some(OrderBySort::Desc)));
    }
    let missing: Vec<&str> = asked
        .iter()
        .filter(|column| column.kind.is_key() && !terms.iter().any(|(term, _)| term.name == column.name))
        .map(|column| column.name.as_str())
        .collect();
    if !missing.is_empty() {
        return Err((1, format!("the order of rows leaves out {}; {remedy}", missing.join(", "))));
    }
    for column in &asked {
        if !terms.iter().any(|(term, _)| term.name == column.name) {
            terms.push((column, false));
        }
    }
    let term = |(column, down): &(&Column, bool)| {
        let collation = if column.kind.is_text() { " COLLATE BINARY" } else { "" };
        let direction = if *down { " DESC" } else { "" };
        format!("{}{collation}{direction} NULLS FIRST", column.name)
    };
    let limit = query.limit_clause.take().map(|limit| limit.to_string()).unwrap_or_default();
    let list: Vec<&str> = asked.iter().map(|column| column.name.as_str()).collect();
    let terms: Vec<String> = terms.iter().map(term).collect();
    Ok((list.join(", "), format!("({query}) AS report ORDER BY {}{limit}", terms.join(", "))))
}
