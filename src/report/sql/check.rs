//! What a query may say. SQLite and PostgreSQL must read it alike and give the same whole numbers and texts; everything else is
//! refused, with the remedy.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Distinct, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr,
    LimitClause, Query, Select, SelectItem, SetExpr, Spanned, TableFactor, UnaryOperator, Value, Visit, Visitor, WindowType,
};

use super::Refusal;
use crate::ledger::REPORT_FUNCTIONS;

/// Functions of windows, which need an order to mean anything.
const ORDERED_FUNCTIONS: [&str; 7] = ["dense_rank", "first_value", "lag", "last_value", "lead", "rank", "row_number"];
/// Functions that make one value of many rows.
const AGGREGATES: [&str; 4] = ["count", "max", "min", "sum"];

/// Checks a query and every query in it.
pub fn query(query: &Query) -> Result<(), Refusal> {
    let mut rules = Rules { cast: BTreeSet::new(), known: with_names(query) };
    match query.visit(&mut rules) {
        ControlFlow::Break(refusal) => Err(refusal),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// The line of an expression.
pub fn line(expression: &impl Spanned) -> usize {
    usize::try_from(expression.span().start.line).unwrap_or(1).max(1)
}

/// The names of the columns that a query gives.
pub fn output(body: &SetExpr) -> Result<Vec<String>, Refusal> {
    match body {
        SetExpr::Select(select) => select.projection.iter().map(name_of).collect(),
        SetExpr::Query(query) => output(&query.body),
        SetExpr::SetOperation { left, .. } => output(left),
        other => Err((line(other), "a report is a SELECT".to_owned())),
    }
}

fn name_of(item: &SelectItem) -> Result<String, Refusal> {
    match item {
        SelectItem::UnnamedExpr(Expr::Identifier(name)) | SelectItem::ExprWithAlias { alias: name, .. } => Ok(name.value.clone()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(names)) => {
            Ok(names.last().map(|name| name.value.clone()).unwrap_or_default())
        }
        SelectItem::UnnamedExpr(other) => Err((line(other), format!("{other} has no name; write {other} AS name"))),
        other => Err((line(other), format!("{other}: name each column, since views grow with new versions"))),
    }
}

/// The names that WITH gives to queries.
fn with_names(query: &Query) -> BTreeSet<String> {
    #[derive(Default)]
    struct Names(BTreeSet<String>);
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
            let tables = query.with.iter().flat_map(|with| &with.cte_tables);
            self.0.extend(tables.map(|table| table.alias.name.value.to_lowercase()));
            ControlFlow::Continue(())
        }
    }
    let mut names = Names::default();
    let _: ControlFlow<()> = query.visit(&mut names);
    names.0
}

struct Rules {
    /// Sums that stand in a CAST to BIGINT, by where they start.
    cast: BTreeSet<(u64, u64)>,
    /// The names that WITH gives.
    known: BTreeSet<String>,
}

fn refuse(what: &impl Spanned, message: impl Into<String>) -> ControlFlow<Refusal> {
    ControlFlow::Break((line(what), message.into()))
}

impl Visitor for Rules {
    type Break = Refusal;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refusal> {
        if query.fetch.is_some()
            || !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty()
        {
            return refuse(query, "FETCH, FOR, SETTINGS, FORMAT and pipes are not the same on every store; write LIMIT");
        }
        if let Some(clause) = &query.limit_clause {
            let LimitClause::LimitOffset { limit, offset: None, limit_by } = clause else {
                return refuse(query, "LIMIT takes a number alone; leave OFFSET out");
            };
            if !limit_by.is_empty() {
                return refuse(query, "LIMIT BY is not the same on every store; use ROW_NUMBER() OVER (PARTITION BY …)");
            }
            if query.order_by.is_none() {
                return refuse(query, "LIMIT without ORDER BY takes any rows; add an ORDER BY");
            }
            if !limit.as_ref().is_some_and(is_number) {
                return refuse(query, "LIMIT takes a whole number or CAST(:parameter AS BIGINT)");
            }
        }
        match &*query.body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::SetOperation { .. } => ControlFlow::Continue(()),
            other => refuse(other, "a report reads views by SELECT; leave VALUES, TABLE, INSERT and UPDATE out"),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Refusal> {
        if matches!(select.distinct, Some(Distinct::On(_))) {
            return refuse(select, "DISTINCT ON is PostgreSQL's alone; use ROW_NUMBER() OVER (PARTITION BY …)");
        }
        if select.top.is_some()
            || select.into.is_some()
            || select.exclude.is_some()
            || select.prewhere.is_some()
            || select.qualify.is_some()
            || !select.connect_by.is_empty()
            || !select.named_window.is_empty()
            || !select.lateral_views.is_empty()
            || select.value_table_mode.is_some()
        {
            return refuse(select, "a SELECT has FROM, WHERE, GROUP BY and HAVING, nothing else");
        }
        for item in &select.projection {
            // What the query itself has named may be taken as a whole.
            let whole = matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
            if whole && reads_views(select) {
                return refuse(item, format!("{item}: name each column, since views grow with new versions"));
            }
            if let SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } = item
                && is_condition(expression)
            {
                return refuse(
                    expression,
                    format!("{expression} is true or false, which stores write differently; write CASE WHEN … THEN 1 ELSE 0 END"),
                );
            }
        }
        grouped(select)
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Refusal> {
        match table {
            TableFactor::Table { name, args: None, with_hints, version: None, partitions, sample: None, .. }
                if with_hints.is_empty() && partitions.is_empty() =>
            {
                let text = name.to_string().to_lowercase();
                let plain = name.0.len() == 1;
                if plain && (text.starts_with("v_") || self.known.contains(&text)) {
                    return ControlFlow::Continue(());
                }
                refuse(
                    table,
                    format!("{name} is not a view; a report reads the views that the manual lists (v_…), and what WITH names"),
                )
            }
            TableFactor::Derived { lateral: false, .. } | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            other => refuse(other, format!("{other} is not the same on every store; read views and queries in brackets")),
        }
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Refusal> {
        let refused = |remedy: &str| refuse(expression, format!("{expression}: {remedy}"));
        match expression {
            Expr::Identifier(name)
                if ["current_date", "current_time", "current_timestamp"].contains(&name.value.to_lowercase().as_str()) =>
            {
                refused("no clock stands still; days come as :from, :to and :today")
            }
            Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::Between { .. }
            | Expr::Nested(_)
            | Expr::Case { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_) => ControlFlow::Continue(()),
            Expr::Value(value) => match &value.value {
                Value::Number(text, _) if text.bytes().all(|byte| byte.is_ascii_digit()) => ControlFlow::Continue(()),
                Value::Number(..) => refused("decimal literals are floats; count in whole base units"),
                Value::SingleQuotedString(_) | Value::Null | Value::Placeholder(_) => ControlFlow::Continue(()),
                Value::Boolean(_) => refused("TRUE and FALSE are not the same on every store; write 1 and 0"),
                _ => refused("write texts in single quotes"),
            },
            Expr::UnaryOp { op: UnaryOperator::Not | UnaryOperator::Minus | UnaryOperator::Plus, .. } => {
                ControlFlow::Continue(())
            }
            Expr::BinaryOp { op, .. } => match op {
                BinaryOperator::Plus
                | BinaryOperator::Minus
                | BinaryOperator::Multiply
                | BinaryOperator::StringConcat
                | BinaryOperator::Gt
                | BinaryOperator::Lt
                | BinaryOperator::GtEq
                | BinaryOperator::LtEq
                | BinaryOperator::Eq
                | BinaryOperator::NotEq
                | BinaryOperator::And
                | BinaryOperator::Or => ControlFlow::Continue(()),
                BinaryOperator::Divide | BinaryOperator::Modulo => refused(
                    "a division rounds, each store in its way; give both columns and compute a column of kind ratio(COLUMN,COLUMN)",
                ),
                _ => refused("this operator is not the same on every store"),
            },
            Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None } => match data_type {
                DataType::BigInt(None) => {
                    self.cast.insert(start(bare(expr)));
                    ControlFlow::Continue(())
                }
                DataType::Text => ControlFlow::Continue(()),
                _ => refused("cast to BIGINT or TEXT: these are whole numbers and texts on every store"),
            },
            Expr::Cast { .. } => refused("write CAST(… AS BIGINT) or CAST(… AS TEXT)"),
            Expr::Like { .. } | Expr::ILike { .. } | Expr::SimilarTo { .. } | Expr::RLike { .. } => refused(
                "patterns match letters differently on every store; compare whole texts, or ranges such as name >= 'a' AND name < 'b'",
            ),
            Expr::Extract { .. } | Expr::AtTimeZone { .. } | Expr::TypedString(_) | Expr::Interval(_) => refused(
                "date functions are not the same on every store; join v_calendar, or compare days as texts with :from, :to and :today",
            ),
            Expr::JsonAccess { .. } => refused("JSON functions are not the same on every store; read a view with columns"),
            Expr::Collate { .. } => refused("texts are always compared by their bytes; leave COLLATE out"),
            Expr::IsTrue(_) | Expr::IsNotTrue(_) | Expr::IsFalse(_) | Expr::IsNotFalse(_) => {
                refused("TRUE and FALSE are not the same on every store; compare with numbers")
            }
            Expr::Function(function) => self.function(expression, function),
            Expr::Substring { .. } | Expr::Trim { .. } | Expr::Position { .. } | Expr::Floor { .. } | Expr::Ceil { .. } => {
                refused("this function is not the same on every store")
            }
            _ => refused("this is not the same on every store"),
        }
    }
}

impl Rules {
    fn function(&self, expression: &Expr, function: &Function) -> ControlFlow<Refusal> {
        let refused = |remedy: &str| refuse(expression, format!("{expression}: {remedy}"));
        let name = function.name.to_string().to_lowercase();
        if !REPORT_FUNCTIONS.contains(&name.as_str()) {
            return refused(&unknown(&name));
        }
        if function.filter.is_some() || !function.within_group.is_empty() || function.null_treatment.is_some() {
            return refused("leave FILTER, WITHIN GROUP and IGNORE NULLS out; write CASE WHEN … END inside");
        }
        let FunctionArguments::List(list) = &function.args else { return refused("write its arguments in brackets") };
        if !list.clauses.is_empty() {
            return refused("leave ORDER BY and other clauses out of the brackets");
        }
        let named = |argument: &FunctionArg| !matches!(argument, FunctionArg::Unnamed(_));
        if list.args.iter().any(named) {
            return refused("arguments have no names");
        }
        if ["max", "min"].contains(&name.as_str()) && list.args.len() != 1 {
            return refused("with several arguments it is SQLite's alone; write CASE WHEN a > b THEN a ELSE b END");
        }
        if name == "sum" && !self.cast.contains(&start(expression)) {
            return refused("the sum has another type on every store; write CAST(SUM(…) AS BIGINT)");
        }
        match &function.over {
            None if ORDERED_FUNCTIONS.contains(&name.as_str()) => refused("it needs OVER (ORDER BY …)"),
            None => ControlFlow::Continue(()),
            Some(WindowType::NamedWindow(_)) => refused("write the window out: OVER (PARTITION BY … ORDER BY …)"),
            Some(WindowType::WindowSpec(window)) => {
                if ORDERED_FUNCTIONS.contains(&name.as_str()) && window.order_by.is_empty() {
                    return refused("it needs an ORDER BY in its window");
                }
                match window.order_by.iter().find(|key| key.options.nulls_first.is_none()) {
                    Some(key) => {
                        refused(&format!("stores put unknown values at different ends; write ORDER BY {} NULLS FIRST", key.expr))
                    }
                    None => ControlFlow::Continue(()),
                }
            }
        }
    }
}

fn reads_views(select: &Select) -> bool {
    let tables =
        select.from.iter().flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)));
    tables.into_iter().any(|table| match table {
        TableFactor::Table { name, .. } => name.to_string().to_lowercase().starts_with("v_"),
        TableFactor::Derived { .. } => false,
        _ => true,
    })
}

/// The remedy for a function that is not allowed.
fn unknown(name: &str) -> String {
    match name {
        "avg" | "total" | "round" | "floor" | "ceil" | "ceiling" | "trunc" => {
            "it gives floats; give the parts and compute a column of kind ratio(COLUMN,COLUMN)".to_owned()
        }
        "percentile_cont" | "percentile_disc" | "median" => "compute a column of kind percentile(95,COLUMN) instead".to_owned(),
        name if name.contains("date") || name.contains("time") || ["now", "julianday", "to_char", "age"].contains(&name) => {
            "date functions are not the same on every store; join v_calendar, or compare days as texts with :from, :to and :today"
                .to_owned()
        }
        name if name.contains("json") => "JSON functions are not the same on every store; read a view with columns".to_owned(),
        "group_concat" | "string_agg" => "lists in one cell are not the same on every store; give one row for each".to_owned(),
        _ => format!("a report may call {}", REPORT_FUNCTIONS.join(", ")),
    }
}

/// Where an expression starts.
fn start(expression: &Expr) -> (u64, u64) {
    let place = expression.span().start;
    (place.line, place.column)
}

/// An expression without brackets around it.
fn bare(mut expression: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expression {
        expression = inner;
    }
    expression
}

fn is_number(expression: &Expr) -> bool {
    match expression {
        Expr::Value(value) => matches!(&value.value, Value::Number(text, _) if text.bytes().all(|byte| byte.is_ascii_digit())),
        Expr::Cast { data_type: DataType::BigInt(None), expr, .. } => {
            matches!(&**expr, Expr::Value(value) if matches!(value.value, Value::Placeholder(_)))
        }
        _ => false,
    }
}

fn is_condition(expression: &Expr) -> bool {
    match bare(expression) {
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Exists { .. } => true,
        Expr::UnaryOp { op: UnaryOperator::Not, .. } => true,
        Expr::BinaryOp { op, .. } => matches!(
            op,
            BinaryOperator::Gt
                | BinaryOperator::Lt
                | BinaryOperator::GtEq
                | BinaryOperator::LtEq
                | BinaryOperator::Eq
                | BinaryOperator::NotEq
                | BinaryOperator::And
                | BinaryOperator::Or
        ),
        _ => false,
    }
}

/// Where rows are grouped, what is given must be named by GROUP BY or be an aggregate: SQLite would take any row of the group.
fn grouped(select: &Select) -> ControlFlow<Refusal> {
    let keys = match &select.group_by {
        GroupByExpr::Expressions(keys, modifiers) if modifiers.is_empty() => keys,
        other => return refuse(other, "GROUP BY lists columns; leave ALL, ROLLUP and CUBE out"),
    };
    if let Some(key) = keys.iter().find(|key| matches!(key, Expr::Value(_))) {
        return refuse(key, format!("GROUP BY {key}: name the column"));
    }
    let items = || {
        select.projection.iter().filter_map(|item| match item {
            SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } => Some(expression),
            _ => None,
        })
    };
    if keys.is_empty() && !items().any(aggregates) {
        return ControlFlow::Continue(());
    }
    match items().chain(&select.having).find_map(|expression| loose(expression, keys)) {
        Some(name) => refuse(
            name,
            format!(
                "{name} is neither in GROUP BY nor in an aggregate, so its value would be that of any row; add it to GROUP BY"
            ),
        ),
        None => ControlFlow::Continue(()),
    }
}

/// Whether an aggregate that is no window function stands in an expression.
fn aggregates(expression: &Expr) -> bool {
    struct Find(bool);
    impl Visitor for Find {
        type Break = ();
        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }
        fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
            self.0 |= matches!(expression, Expr::Function(function) if is_aggregate(function));
            ControlFlow::Continue(())
        }
    }
    let mut find = Find(false);
    let _: ControlFlow<()> = expression.visit(&mut find);
    find.0
}

fn is_aggregate(function: &Function) -> bool {
    let one = |list: &sqlparser::ast::FunctionArgumentList| list.args.len() == 1;
    function.over.is_none()
        && AGGREGATES.contains(&function.name.to_string().to_lowercase().as_str())
        && matches!(&function.args, FunctionArguments::List(list) if one(list))
}

/// A column of an expression that is neither grouped nor aggregated.
fn loose<'e>(expression: &'e Expr, keys: &[Expr]) -> Option<&'e Expr> {
    let same = |key: &Expr| last_name(key).map_or_else(|| key == expression, |name| last_name(expression) == Some(name));
    if keys.iter().any(same) {
        return None;
    }
    let all = |parts: &[&'e Expr]| parts.iter().find_map(|part| loose(part, keys));
    match expression {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Some(expression),
        Expr::Function(function) if is_aggregate(function) => None,
        // Refused for itself.
        Expr::Function(function) if !REPORT_FUNCTIONS.contains(&function.name.to_string().to_lowercase().as_str()) => None,
        Expr::Function(function) => {
            let FunctionArguments::List(list) = &function.args else { return None };
            list.args.iter().find_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => loose(expression, keys),
                _ => None,
            })
        }
        Expr::Nested(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => loose(inner, keys),
        Expr::UnaryOp { expr, .. } | Expr::Cast { expr, .. } | Expr::InSubquery { expr, .. } => loose(expr, keys),
        Expr::BinaryOp { left, right, .. } => all(&[left, right]),
        Expr::Between { expr, low, high, .. } => all(&[expr, low, high]),
        Expr::InList { expr, list, .. } => loose(expr, keys).or_else(|| list.iter().find_map(|item| loose(item, keys))),
        Expr::Case { operand, conditions, else_result, .. } => {
            let parts = conditions.iter().flat_map(|case| [&case.condition, &case.result]);
            operand.as_deref().into_iter().chain(parts).chain(else_result.as_deref()).find_map(|part| loose(part, keys))
        }
        _ => None,
    }
}

fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.as_str()),
        _ => None,
    }
}
