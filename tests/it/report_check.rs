//! What a definition may say, and what it is told when it may not: refusals with the remedy.

use std::fs;

use vodledger::ledger::Ledger;
use vodledger::report::{Definition, Library};

use crate::support::run_in;

const HEADER: &str = "-- column: meter text\n-- column: n number\n";

/// The refusal of a query.
fn refusal(query: &str) -> String {
    let parsed = Definition::parse("mine", &format!("{HEADER}{query}"), "mine.sql");
    match parsed {
        Ok(_) => panic!("not refused: {query}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_would_differ_or_harm_is_refused_with_the_remedy() {
    let refused = [
        ("SELECT meter, 1 AS n FROM v_charge", "no order"),
        ("SELECT meter, 1 AS n FROM v_charge ORDER BY n", "leaves out meter"),
        ("SELECT meter, 1 AS n FROM v_charge ORDER BY meter, usage_day", "no such column"),
        ("SELECT meter, 1 AS n FROM v_charge ORDER BY 1, n", "by their names"),
        ("SELECT meter, 1 AS n FROM v_charge ORDER BY meter NULLS LAST", "leave NULLS out"),
        ("SELECT meter, position / 2 AS n FROM v_charge ORDER BY meter", "ratio(COLUMN,COLUMN)"),
        ("SELECT meter, position % 2 AS n FROM v_charge ORDER BY meter", "ratio(COLUMN,COLUMN)"),
        ("SELECT meter, SUM(position) AS n FROM v_charge GROUP BY meter ORDER BY meter", "CAST(SUM(…) AS BIGINT)"),
        ("SELECT meter, AVG(position) AS n FROM v_charge GROUP BY meter ORDER BY meter", "ratio(COLUMN,COLUMN)"),
        ("SELECT meter, 1 AS n FROM v_charge WHERE meter LIKE 't%' ORDER BY meter", "compare whole texts"),
        ("SELECT meter, 1 AS n FROM v_charge WHERE day = date('now') ORDER BY meter", "v_calendar"),
        ("SELECT meter, 1 AS n FROM v_charge WHERE day = CURRENT_DATE ORDER BY meter", ":today"),
        ("SELECT meter, strftime('%s', day) AS n FROM v_charge ORDER BY meter", "v_calendar"),
        ("SELECT json_extract(meter, '$') AS meter, 1 AS n FROM v_charge ORDER BY meter", "JSON"),
        ("SELECT meter, random() AS n FROM v_charge ORDER BY meter", "a report may call"),
        ("SELECT meter, group_concat(meter) AS n FROM v_charge GROUP BY meter ORDER BY meter", "one row for each"),
        ("SELECT meter, 1.5 AS n FROM v_charge ORDER BY meter", "floats"),
        ("SELECT meter, CAST(position AS REAL) AS n FROM v_charge ORDER BY meter", "BIGINT or TEXT"),
        ("SELECT meter, position > 1 AS n FROM v_charge ORDER BY meter", "CASE WHEN"),
        ("SELECT meter, 1 AS n FROM v_charge WHERE TRUE ORDER BY meter", "write 1 and 0"),
        ("SELECT meter, MAX(position, 2) AS n FROM v_charge ORDER BY meter", "CASE WHEN a > b"),
        ("SELECT meter, position AS n FROM v_charge GROUP BY meter ORDER BY meter", "position is neither in GROUP BY"),
        ("SELECT meter, COUNT(*) AS n FROM v_charge ORDER BY meter", "meter is neither in GROUP BY"),
        ("SELECT meter, COUNT(*) AS n FROM v_charge GROUP BY 1 ORDER BY meter", "name the column"),
        ("SELECT meter, 1 AS n FROM charge ORDER BY meter", "not a view"),
        ("SELECT meter, 1 AS n FROM main.v_charge ORDER BY meter", "not a view"),
        ("SELECT meter, 1 AS n FROM v_charge WHERE meter IN (SELECT name FROM sqlite_schema) ORDER BY meter", "not a view"),
        ("SELECT * FROM v_charge ORDER BY meter", "name each column"),
        ("SELECT meter, 1 AS n FROM v_charge ORDER BY meter LIMIT 5 OFFSET 2", "leave OFFSET out"),
        ("SELECT meter, 1 AS n FROM (SELECT meter FROM v_charge LIMIT 5) AS a ORDER BY meter", "add an ORDER BY"),
        ("SELECT DISTINCT ON (meter) meter, 1 AS n FROM v_charge ORDER BY meter", "ROW_NUMBER()"),
        ("SELECT meter, ROW_NUMBER() OVER () AS n FROM v_charge ORDER BY meter", "ORDER BY in its window"),
        ("SELECT meter, ROW_NUMBER() OVER (ORDER BY day) AS n FROM v_charge ORDER BY meter", "NULLS FIRST"),
        ("SELECT meter COLLATE nocase AS meter, 1 AS n FROM v_charge ORDER BY meter", "leave COLLATE out"),
        ("SELECT meter, 1 AS n FROM v_charge ORDER BY meter; DELETE FROM charge", "one statement"),
        ("WITH x AS (DELETE FROM charge RETURNING meter) SELECT meter, 1 AS n FROM x ORDER BY meter", ""),
        ("SELECT meter, pg_sleep(10) AS n FROM v_charge ORDER BY meter", "a report may call"),
        ("SELECT meter, 1 AS n FROM generate_series(1, 10) ORDER BY meter", ""),
        ("SELECT meter, 1 AS n FROM v_charge FOR UPDATE ORDER BY meter", ""),
        ("SELECT meter, 1 AS m FROM v_charge ORDER BY meter", "the query gives meter, m"),
        ("SELECT meter, :top AS n FROM v_charge ORDER BY meter", "-- parameter: top"),
    ];
    for (query, remedy) in refused {
        let said = refusal(query);
        assert!(said.contains("mine.sql") && said.contains(remedy), "{query}\n{said}");
    }
}

#[test]
fn headers_that_contradict_themselves_are_refused() {
    let refused = [
        ("-- column: share ratio(meter,n) | x", "a number, quantity or money"),
        ("-- column: share ratio(n) | x", "ratio(COLUMN,COLUMN)"),
        ("-- column: p percentile(0,n) | x", "from 1 to 99"),
        ("-- column: p percentile(95,n) | x", "a hidden column"),
        ("-- column: cost money(n) | x", "a column of words"),
        ("-- column: n number", "twice"),
        ("-- parameter: from text x", "in every report"),
        ("-- parameter: top number many", "whole number"),
        ("-- parameter: Top number 3", "small letters"),
        ("-- period: weeks", "days months now"),
        ("-- chart: pie meter n | x", "bars lines"),
        ("-- chart: bars n meter | x", "to draw"),
        ("-- chart: bars meter cost | x", "no shown column"),
    ];
    for (line, said) in refused {
        let text = format!("{HEADER}{line}\nSELECT meter, 1 AS n FROM v_charge ORDER BY meter");
        let error = Definition::parse("mine", &text, "mine.sql").unwrap_err().to_string();
        assert!(error.contains(said), "{line}\n{error}");
    }
    let nothing = "-- column: meter text hidden\nSELECT meter FROM v_charge ORDER BY meter";
    let error = Definition::parse("mine", nothing, "mine.sql").unwrap_err().to_string();
    assert!(error.contains("show one at least"), "{error}");
}

#[test]
fn shipped_reports_are_what_they_ask_of_others() {
    let ledger = Ledger::open(":memory:").unwrap();
    let listed = Library::default().list().unwrap();
    assert!(listed.len() >= 17);
    for listed in listed {
        let definition = listed.definition;
        definition.check_on(&ledger).unwrap();
        for label in [&definition.title, &definition.description] {
            assert!(!label.en.is_empty() && label.zh.chars().any(|letter| letter > '\u{2e80}'), "{}", definition.name);
        }
        for column in definition.columns.iter().filter(|column| !column.hidden) {
            assert!(!column.heading.zh.is_ascii() || column.name == "file_id", "{} {}", definition.name, column.name);
        }
    }
}

#[test]
fn the_command_checks_files_of_ones_own_without_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.sql"), format!("{HEADER}SELECT meter, 1 AS n FROM v_charge ORDER BY meter")).unwrap();
    fs::write(folder.path().join("bad.sql"), format!("{HEADER}SELECT meter, 1 / 2 AS n\nFROM v_charge ORDER BY meter")).unwrap();
    fs::write(folder.path().join("column.sql"), format!("{HEADER}SELECT metre AS meter, 1 AS n FROM v_charge ORDER BY meter"))
        .unwrap();
    let ran = run_in(folder.path(), &[], &["report", "check", "good.sql"]);
    assert_eq!((ran.code, ran.out.starts_with("ok       good.sql")), (0, true), "{ran:?}");
    let ran = run_in(folder.path(), &[], &["report", "check", "good.sql", "bad.sql", "column.sql"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("refused  report bad.sql, line 3: 1 / 2: a division rounds"), "{}", ran.out);
    assert!(ran.out.contains("no such column: metre"), "{}", ran.out);
    assert!(ran.err.contains("2 of 3 definitions are refused"), "{}", ran.err);
    assert_eq!(run_in(folder.path(), &[], &["report", "check"]).code, 0);
}
