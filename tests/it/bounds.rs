//! Numbers and days past every bound are refused where they are given, by the name of the option; none is a panic.

use std::fs;

use crate::support::run_in;

/// Past what any of the options takes, or at least odd.
const NUMBERS: [&str; 7] = [
    "0",
    "-1",
    "99999999",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "340282366920938463463374607431768211456",
];

/// Options that take a number: the arguments with a `#` where it stands, the option as messages name it, and what it takes of
/// the above.
const OPTIONS: [(&str, &str, &[&str]); 15] = [
    ("ledger prune --dry-run --units=#", "--units <DAYS>", &["0"]),
    ("ledger prune --dry-run --keep=media=#", "--keep <KIND=DAYS>", &["0"]),
    ("play --file-id 1 --expires=#s", "--expires <DURATION>", &[]),
    ("play --file-id 1 --expires=#d", "--expires <DURATION>", &[]),
    ("play --file-id 1 --max-ips=#", "--max-ips <COUNT>", &[]),
    ("play --file-id 1 --preview=#", "--preview <SECONDS>", &[]),
    ("media plan delete --name a --out p --older-than=#", "--older-than <DAYS>", &[]),
    ("media plan delete --name a --out p --older-than=#d", "--older-than <DAYS>", &[]),
    ("media plan delete --name a --out p --valid-days=#", "--valid-days <DAYS>", &[]),
    ("media apply p --yes --max-media=#", "--max-media <COUNT>", &["99999999"]),
    ("media apply p --yes --max-share=#", "--max-share <PERCENT>", &[]),
    ("media plan expire --name a --out p --at=#", "--at <DAY|TIME|never>", &[]),
    ("report cost-daily --year=#", "--year", &[]),
    ("report cost-daily --quarter=#-Q1", "--quarter", &[]),
    ("report cost-daily --month=#", "--month", &[]),
];

/// The same for what may serve for ever once it is taken.
const SIMULATOR: [(&str, &str, &[&str]); 9] = [
    ("--latency=#", "--latency <MS>", &["0"]),
    ("--account=large:media=#", "media=", &["0"]),
    ("--account=large:apps=#", "apps=", &[]),
    ("--account=large:churn=#", "churn=", &["0"]),
    ("--account=large:per_second=#", "per_second=", &["0"]),
    ("--faults=late=#h", "late=", &["0"]),
    ("--faults=skew=#s", "skew=", &["0", "-1"]),
    ("--write-logs=l --logs=hours=#", "hours=", &[]),
    ("--write-logs=l --logs=domains=#", "domains=", &[]),
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = run_in(folder.path(), &[], &["ledger", "migrate"]);
    assert_eq!(made.code, 0, "{}", made.err);
    folder
}

fn refused(folder: &tempfile::TempDir, arguments: &str, name: &str) {
    let ran = run_in(folder.path(), &[], &arguments.split(' ').collect::<Vec<_>>());
    assert!(!ran.err.contains("panicked"), "{arguments}: {}", ran.err);
    assert_eq!(ran.code, 2, "{arguments}: {}", ran.err);
    assert!(ran.err.contains(name), "{arguments}: {}", ran.err);
}

#[test]
fn numbers_past_their_bounds_are_refused_by_name() {
    let folder = folder();
    for (arguments, name, taken) in OPTIONS {
        for number in NUMBERS.iter().filter(|number| !taken.contains(number)) {
            refused(&folder, &arguments.replace('#', number), name);
        }
    }
    for (arguments, name, taken) in SIMULATOR {
        for number in NUMBERS.iter().filter(|number| !taken.contains(number)) {
            refused(&folder, &format!("sim {}", arguments.replace('#', number)), name);
        }
    }
    for number in ["1000000000000001", "-9223372036854775808", "9223372036854775808"] {
        refused(
            &folder,
            &format!("report late-data --month 2026-10 --set late_hours={number}"),
            "\"late_hours\" is a whole number",
        );
    }
    for days in ["--units=0", "--units=36525", "--keep=media=0", "--keep=media=36525", "--keep=media=ever"] {
        let ran = run_in(folder.path(), &[], &["ledger", "prune", "--dry-run", days]);
        assert_eq!(ran.code, 0, "{days}: {}", ran.err);
    }
    let ran = run_in(folder.path(), &[], &["ledger", "prune", "--dry-run", "--units=36526"]);
    assert!(ran.code == 2 && ran.err.contains("is not a number of days from 0 to 36525"), "{}", ran.err);
}

#[test]
fn days_past_the_calendar_are_refused_by_name() {
    let folder = folder();
    let days: [(&str, &str); 9] = [
        ("sync --since=#", "--since <DAY>"),
        ("sync --until=#", "--until <DAY>"),
        ("logs fetch --since=#", "--since <DAY>"),
        ("logs check --since=#", "--since <DAY>"),
        ("logs shares --until=#", "--until <DAY>"),
        ("find --name a --from=#", "--from <DAY|TIME>"),
        ("report cost-daily --from=# --to=2026-10-01", "--from <DAY>"),
        ("media plan delete --name a --out p --created-before=#", "--created-before <DAY|TIME>"),
        ("media plan expire --name a --out p --at=#", "--at <DAY|TIME|never>"),
    ];
    for (arguments, name) in days {
        for day in ["0000-01-01", "0001-01-01", "1969-12-31", "9999-12-31", "10000-01-01", "262142-12-31", "-0001-01-01"] {
            refused(&folder, &arguments.replace('#', day), name);
        }
    }
    let months = ["sync --month=#", "charge --month=#", "logs check --month=#", "report cost-daily --month=#"];
    for arguments in months {
        for month in ["0000-01", "0001-01", "1969-12", "9999-12", "262142-12", "-001-01"] {
            refused(&folder, &arguments.replace('#', month), "--month");
        }
    }
    for time in ["0000-01-01T00:00:00Z", "1969-12-31T15:59:59Z", "9998-12-31T16:00:00Z", "262142-12-31T23:59:59Z"] {
        refused(&folder, &format!("--as-of={time} ledger size"), "--as-of <TIME>");
        refused(&folder, &format!("sim --now={time}"), "--now <TIME>");
    }
}

#[test]
fn everything_holds_at_the_ends_of_the_calendar() {
    let folder = folder();
    for time in ["1970-01-01T00:00:00+08:00", "9998-12-31T23:59:59+08:00"] {
        let _ = fs::remove_dir_all(folder.path().join("o"));
        for work in [
            "charge",
            "ledger prune --units=36525",
            "report cost-daily --since-last --out o",
            "report cost-daily --since-last --out o",
            "report cost-daily --quarter last",
            "report focus-cost-and-usage --out o",
            "logs check",
            "logs shares",
            "ledger check",
        ] {
            let arguments: Vec<&str> = ["--as-of", time].into_iter().chain(work.split(' ')).collect();
            let ran = run_in(folder.path(), &[], &arguments);
            assert!(matches!(ran.code, 0 | 3), "{time} {work}: {}", ran.err);
        }
    }
    for month in ["1970-01", "9998-12"] {
        for work in ["charge", "logs check", "report cost-daily --out o --format csv,html,xlsx"] {
            let arguments: Vec<&str> = work.split(' ').chain(["--month", month]).collect();
            let ran = run_in(folder.path(), &[], &arguments);
            assert_eq!(ran.code, 0, "{month} {work}: {}", ran.err);
        }
    }
}

#[test]
fn numbers_of_the_configuration_are_refused_by_key_and_range() {
    let folder = folder();
    for (key, range) in [
        ("collect.concurrency", "from 1 to 64"),
        ("collect.media_per_call", "from 1 to 5000"),
        ("logs.most_bytes", "from 1 to 9223372036854775807"),
        ("logs.broken_permille", "from 0 to 1000"),
        ("protect.minimum_age_days", "from 1 to 36525"),
        ("protect.max_media", "from 1 to 4294967295"),
        ("report.seconds", "from 1 to 86400"),
        ("report.fiscal_year_starts", "from 1 to 12"),
    ] {
        let (table, key) = key.split_once('.').unwrap();
        for number in ["-1", "9223372036854775808", "340282366920938463463374607431768211456"] {
            fs::write(folder.path().join("vodledger.toml"), format!("[{table}]\n{key} = {number}\n")).unwrap();
            let ran = run_in(folder.path(), &[], &["ledger", "size"]);
            assert!(ran.code == 2 || ran.code == 0 && number == "9223372036854775808", "{key} = {number}: {}", ran.err);
            assert!(ran.err.contains(&format!("{table}.{key}")) && ran.err.contains(range), "{key} = {number}: {}", ran.err);
        }
    }
}
