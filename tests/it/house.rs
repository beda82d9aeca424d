//! The rules of the house: which room may use which, and what no file may hold.

use std::fs;
use std::path::{Path, PathBuf};

/// Room, and what it may use. `ARCHITECTURE.md` shows the same table.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("input", &["model"]),
    ("files", &[]),
    ("settings", &["model", "input"]),
    ("cloud", &["model"]),
    ("billing", &["model", "input"]),
    ("ledger", &["model", "files"]),
    ("collect", &["model", "files", "cloud", "ledger"]),
    ("recordings", &["model", "cloud", "ledger"]),
    ("callbacks", &["model", "cloud", "ledger"]),
    ("statement", &["model", "input", "ledger", "billing"]),
    ("report", &["model", "input", "files", "ledger"]),
    ("cli", &["every room"]),
    ("sim", &["model", "cloud::signature"]),
];

/// Rooms in which no number may be a float: money and quantities pass through them.
const EXACT: &[&str] = &["billing", "ledger", "collect", "statement", "model"];
/// No source file grows past this many lines.
const MOST_LINES: usize = 700;
/// What input must never reach.
const PANICS: &[&str] = &[".unwrap()", ".expect(", ".expect_err(", ".unwrap_err()", "panic!(", "todo!(", "unimplemented!("];

struct Source {
    name: String,
    room: String,
    text: String,
}

impl Source {
    /// The lines before the unit tests, without comments; the number of each from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
        lines.enumerate().map(|(index, line)| (index + 1, without_comment(line)))
    }
}

/// A line without what follows `//`, unless that is inside a text such as a URL.
fn without_comment(line: &str) -> &str {
    match line.split_once("//") {
        Some((code, _)) if code.matches('"').count() % 2 == 0 => code,
        _ => line,
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if matches!(name.as_str(), "target" | ".git" | "reports-out" | "node_modules") {
            continue;
        }
        match path.is_dir() {
            true => files_below(&path, found),
            false => found.push(path),
        }
    }
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    files_below(&root().join("src"), &mut paths);
    let source = |path: PathBuf| {
        let name = path.strip_prefix(root().join("src")).unwrap().to_string_lossy().replace('\\', "/");
        let room = name.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        Source { text: fs::read_to_string(&path).unwrap(), name, room }
    };
    paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).map(source).collect()
}

/// Every `crate::a::b` in the code as `(line, "a::b")`; groups `crate::{a::b, c}` are taken apart.
fn uses(source: &Source) -> Vec<(usize, String)> {
    let lines: Vec<(usize, &str)> = source.code().collect();
    let code: String = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
    let line_of = |at: usize| code[..at].matches('\n').count() + 1;
    let mut found = Vec::new();
    for (at, _) in code
        .match_indices("crate::")
        .filter(|(at, _)| !code[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '$'))
    {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_members(group).into_iter().map(|member| (line_of(at), member))),
            None => found.push((line_of(at), path_at(rest))),
        }
    }
    found
}

fn path_at(text: &str) -> String {
    let end = text.find(|next: char| !(next.is_alphanumeric() || next == '_' || next == ':')).unwrap_or(text.len());
    text[..end].trim_end_matches(':').to_owned()
}

/// The members of a group up to its closing brace; what nested groups hold is left out.
fn group_members(text: &str) -> Vec<String> {
    let (mut depth, mut members, mut member) = (0, Vec::new(), String::new());
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(std::mem::take(&mut member)),
            _ if depth == 0 => member.push(letter),
            _ => {}
        }
    }
    members.push(member);
    members.iter().map(|member| path_at(member.trim())).filter(|member| !member.is_empty()).collect()
}

fn may_use(room: &str, path: &str) -> bool {
    let allowed = ROOMS.iter().find(|(name, _)| *name == room).map_or(&[] as &[&str], |(_, allowed)| allowed);
    let inside = |allowed: &str| path == allowed || path.strip_prefix(allowed).is_some_and(|rest| rest.starts_with("::"));
    inside(room) || allowed.iter().any(|allowed| *allowed == "every room" || inside(allowed))
}

fn assert_none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn rooms_use_only_what_they_may() {
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.room.as_str(), "lib" | "main")) {
        if !ROOMS.iter().any(|(room, _)| *room == source.room) {
            problems.push(format!("src/{}: {} is no room of the table", source.name, source.room));
        }
        for (line, path) in uses(source) {
            if !may_use(&source.room, &path) {
                problems.push(format!("src/{}:{line}: {} may not use {path}", source.name, source.room));
            }
        }
    }
    assert_none(problems);
}

#[test]
fn the_check_sees_every_form() {
    let source = |text: &str| Source { name: "sim/x.rs".into(), room: "sim".into(), text: text.into() };
    let seen = |text: &str| uses(&source(text)).into_iter().map(|(line, path)| format!("{line} {path}")).collect::<Vec<_>>();
    assert_eq!(seen("use crate::ledger::Ledger;\n"), ["1 ledger::Ledger"]);
    assert_eq!(seen("\nuse crate::{model::{Unit, Base}, cloud::\n  Client};\n"), ["2 model", "2 cloud"]);
    assert_eq!(seen("let a = crate::billing::rate(b); // crate::ledger\n"), ["1 billing::rate"]);
    assert_eq!(seen("/// [`crate::ledger`]\nlet a = \"http://x\"; crate::report::run();\n"), ["2 report::run"]);
    assert!(may_use("sim", "cloud::signature::tc3") && may_use("sim", "model") && may_use("sim", "sim::world"));
    assert!(!may_use("sim", "cloud::signatures") && !may_use("sim", "cloud") && !may_use("model", "cloud"));
}

#[test]
fn the_page_shows_the_same_table() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect::<Vec<_>>();
    let after = page.lines().skip_while(|line| !line.starts_with("| room |")).skip(2);
    let shown: Vec<(String, Vec<String>)> = after
        .take_while(|line| line.starts_with('|'))
        .map(|row| {
            let cells = cells(row);
            let used = cells[2].split(", ").filter(|room| *room != "–").map(str::to_owned).collect();
            (cells[0].clone(), used)
        })
        .collect();
    let held: Vec<(String, Vec<String>)> =
        ROOMS.iter().map(|(room, used)| ((*room).to_owned(), used.iter().map(|room| (*room).to_owned()).collect())).collect();
    assert_eq!(shown, held);
}

#[test]
fn files_stay_small() {
    let long = |source: Source| {
        let lines = source.text.lines().count();
        (lines > MOST_LINES).then(|| format!("src/{}: {lines} lines; split it by what it holds", source.name))
    };
    assert_none(sources().into_iter().filter_map(long).collect());
}

#[test]
fn no_float_touches_money_or_bytes() {
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| EXACT.contains(&source.room.as_str())) {
        for (line, code) in source.code() {
            let mut words = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            if words.any(|word| ["f32", "f64"].iter().any(|float| word == *float || word.ends_with(&format!("_{float}")))) {
                problems.push(format!("src/{}:{line}: {}", source.name, code.trim()));
            }
        }
    }
    assert_none(problems);
}

#[test]
fn no_panic_is_written_outside_tests() {
    let mut problems = Vec::new();
    for source in &sources() {
        for (line, code) in source.code() {
            if PANICS.iter().any(|call| code.contains(call)) {
                problems.push(format!("src/{}:{line}: {}", source.name, code.trim()));
            }
        }
    }
    assert_none(problems);
}

#[test]
fn variables_are_named_in_one_place() {
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| source.name != "settings/env.rs") {
        for (line, code) in source.code().filter(|(_, code)| code.contains("\"VODLEDGER_")) {
            problems.push(format!("src/{}:{line}: use settings::env: {}", source.name, code.trim()));
        }
    }
    assert_none(problems);
}

#[test]
fn files_name_no_machine_and_no_registry() {
    // Put together here, so that this file does not hold what it looks for.
    let needles: Vec<String> = [
        ["/wo", "rk/"],
        ["/tmp/", "wt"],
        ["/tmp/", "brief"],
        ["/ro", "ot/"],
        ["index.crates", ".io"],
        ["static.crates", ".io"],
        ["py", "pi.org"],
        ["pythonhosted", ".org"],
        ["npm", "js.org"],
    ]
    .map(|parts| parts.concat())
    .to_vec();
    let mut paths = Vec::new();
    files_below(&root(), &mut paths);
    let mut problems = Vec::new();
    for path in paths.iter().filter(|path| path.file_name().is_some_and(|name| name != "Cargo.lock")) {
        let bytes = fs::read(path).unwrap();
        for (index, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            if let Some(needle) = needles.iter().find(|needle| line.contains(needle.as_str())) {
                problems.push(format!("{}:{}: {needle}", path.display(), index + 1));
            }
        }
    }
    assert_none(problems);
}
