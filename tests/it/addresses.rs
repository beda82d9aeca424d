//! A password is never printed: no address that the program is given is repeated with user information or a query, by no command,
//! in no form, at no level of the log, and none becomes the name of a file.

use std::fs;
use std::path::Path;

use vodledger::model::Address;
use vodledger::sim;

use crate::support::{Ran, run_in};

/// What must never be seen again.
const MARK: &str = "M4rk3r";

/// Addresses with a password that are none of a ledger, or lead nowhere; `@@` stands for the password.
const NASTY: &[&str] = &[
    "postgres://u:@@@127.0.0.1:1/db",
    "Postgres://u:@@@127.0.0.1:1/db?schema=finance",
    "POSTGRESQL://u:@@@127.0.0.1:1/db",
    " postgres://u:@@@127.0.0.1:1/db ",
    "postgres ://u:@@@127.0.0.1/db",
    "postgres:// u:@@@127.0.0.1/db",
    "postgres: //u:@@@127.0.0.1/db",
    "postgres://u:x/@@@127.0.0.1/db",
    "postgres://u:12/@@@127.0.0.1/db",
    "postgres://u:1?@@@127.0.0.1/db",
    "postgres://u:1#@@@127.0.0.1/db",
    "postgres://127.0.0.1:1/db password=@@",
    "postgres://127.0.0.1:1/db?password=@@",
    "postgres://127.0.0.1:1/db?@@=1",
    "postgres://u:@@@127.0.0.1:port/db",
    "postgres://u password=@@@127.0.0.1:1/db",
    "postgres:u:@@@127.0.0.1/db",
    "postgres:/u:@@@127.0.0.1/db",
    "postgres//u:@@@127.0.0.1/db",
    "postgres;//u:@@@127.0.0.1/db",
    "postgres%3A%2F%2Fu%3A@@%40127.0.0.1%2Fdb",
    "mysql://u:@@@h/db",
    "https://u:@@@h/db",
    "https://h/db?token=@@",
    "https://h/db;password=@@",
    "jdbc:postgresql://h/db?user=u&password=@@",
    "sqlserver://h;user=u;password=@@",
    "mysql:host=h;password=@@",
    "host=h user=u password=@@",
    "host = h password = @@",
    "password=@@",
    "user='u' password='@@' host=h",
    "Server=h;User Id=u;Pwd=@@",
    "PGPASSWORD=@@",
    "sqlite:host=h user=u password=@@",
    "sqlite://u:@@@h/db",
    "u:@@@h/db",
    "u:x/@@@h/db",
    "//u:@@@h/db",
    "user u password @@",
];

/// Commands that open the ledger or name it in what they say.
const LEDGER: &[&[&str]] = &[
    &["doctor"],
    &["sync", "--month", "2026-10"],
    &["charge"],
    &["report", "cost-daily"],
    &["report", "focus", "--out", "out"],
    &["explain", "abc"],
    &["find", "--name", "room_1"],
    &["play", "room_1"],
    &["media", "plan", "delete", "--name", "room_1", "--out", "plan.json"],
    &["media", "audit"],
    &["callback", "set", "https://backend.example.com/events", "--app", "1500021001"],
    &["callback", "rollback", "--app", "1500021001"],
    &["callback", "clear", "--app", "1500021001"],
    &["logs", "fetch"],
    &["logs", "ingest", "log.gz"],
    &["logs", "check"],
    &["logs", "shares"],
    &["ledger", "migrate"],
    &["ledger", "check"],
    &["ledger", "backup", "copy.db"],
    &["ledger", "restore", "backup.db", "--verify"],
    &["ledger", "dump", "--canonical"],
    &["ledger", "prune"],
    &["ledger", "size"],
];

fn nasty() -> impl Iterator<Item = String> {
    NASTY.iter().map(|text| text.replace("@@", MARK))
}

/// Says what a run let slip: on standard output, on standard error, or as the name of a file.
fn assert_silent(folder: &Path, ran: &Ran, what: &str) {
    for said in [&ran.out, &ran.err] {
        assert!(!said.contains(MARK), "{what}: {said}");
    }
    assert_ne!(ran.code, 101, "{what}: {}", ran.err);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert!(!path.to_string_lossy().contains(MARK), "{what}: {}", path.display());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
}

/// A folder in which commands have what they need, but for the ledger.
struct Desk {
    folder: tempfile::TempDir,
    cloud: sim::Running,
}

impl Desk {
    async fn new() -> Self {
        let cloud = sim::start(sim::Config { limit: sim::Limit::Off, ..sim::Config::default() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("log.gz"), "no log\n").unwrap();
        let made = run_in(folder.path(), &[], &["--ledger", "backup.db", "ledger", "migrate"]);
        assert_eq!(made.code, 0, "{made:?}");
        Self { folder, cloud }
    }

    fn run(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let own = [
            ("VODLEDGER_ENDPOINT", self.cloud.http.as_str()),
            ("TENCENTCLOUD_SECRET_ID", self.cloud.secret_id.as_str()),
            ("TENCENTCLOUD_SECRET_KEY", self.cloud.secret_key.expose()),
        ];
        run_in(self.folder.path(), &[&own, more].concat(), arguments)
    }

    /// Without a key, so that no command gets as far as the cloud.
    fn run_alone(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        run_in(self.folder.path(), &[&[("VODLEDGER_METADATA_ENDPOINT", "http://127.0.0.1:1")], more].concat(), arguments)
    }

    fn silent(&self, ran: &Ran, what: &str) {
        assert_silent(self.folder.path(), ran, what);
    }
}

/// The ledger's address in one of its forms.
fn given(form: usize, address: &str, desk: &Desk, arguments: &[&str], run: impl Fn(&[(&str, &str)], &[&str]) -> Ran) -> Ran {
    match form % 4 {
        0 => run(&[], &[&["--ledger", address], arguments].concat()),
        1 => run(&[], &[&["-vv", &format!("--ledger={address}")], arguments].concat()),
        2 => run(&[("VODLEDGER_LEDGER", address)], &[&["-vv"], arguments].concat()),
        _ => {
            let file = desk.folder.path().join("nasty.toml");
            fs::write(&file, format!("ledger = '''{address}'''\n[[account]]\nname = \"a\"\n")).unwrap();
            let ran = run(&[], &[&["-v", "--config", "nasty.toml"], arguments].concat());
            fs::remove_file(file).unwrap();
            ran
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_hides_a_ledgers_password_in_every_form() {
    let desk = Desk::new().await;
    for address in nasty() {
        for form in 0..4 {
            let ran = given(form, &address, &desk, &["doctor", "--format", "csv"], |more, all| desk.run_alone(more, all));
            desk.silent(&ran, &format!("{address}, form {form}"));
            // A finding says which forms are right, or what is wrong with the database.
            let line = ran.out.lines().find(|line| line.starts_with(",ledger,")).unwrap_or_else(|| panic!("{address}: {ran:?}"));
            let advice = ["give a file path, sqlite:FILE, or postgres://", "expected postgres://", "check the address"];
            assert!(line.starts_with(",ledger,FAILED") && advice.iter().any(|words| line.contains(words)), "{address}: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_hides_a_ledgers_password() {
    let desk = Desk::new().await;
    for (command, arguments) in LEDGER.iter().enumerate() {
        for (number, address) in nasty().enumerate().filter(|(number, _)| (number + command) % 4 == 0) {
            let form = number / 4 + command;
            // A doctor with a key asks the cloud about every permission, which is not what is tried here.
            let ran = match arguments {
                ["doctor", ..] => given(form, &address, &desk, arguments, |more, all| desk.run_alone(more, all)),
                _ => given(form, &address, &desk, arguments, |more, all| desk.run(more, all)),
            };
            desk.silent(&ran, &format!("{arguments:?} with {address}, form {}", form % 4));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_of_ledger_commands_hide_theirs() {
    let desk = Desk::new().await;
    let refused = |arguments: &[&str], address: &str| {
        let ran = desk.run(&[], arguments);
        desk.silent(&ran, address);
        assert_ne!(ran.code, 0, "{arguments:?}: {ran:?}");
    };
    for address in nasty() {
        refused(&["-vv", "ledger", "copy", &address, "new.db"], &address);
        refused(&["ledger", "copy", "backup.db", &address], &address);
        refused(&["--ledger", "backup.db", "ledger", "backup", &address], &address);
        refused(&["--ledger", "other.db", "ledger", "restore", &address], &address);
    }
}

/// What is typed where it does not belong is quoted by the parser of the command line, or by a command.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_in_the_wrong_place_is_not_repeated() {
    let desk = Desk::new().await;
    let url = &format!("postgres://u:{MARK}@127.0.0.1:1/db");
    let pairs = &format!("host=h user=u password={MARK}");
    for address in [url, pairs] {
        for arguments in [
            &["ledger", "size", address][..],
            &[address, "ledger", "size"],
            &[&format!("--ledgre={address}"), "meters"],
            &["--app", address, "meters"],
            &[&format!("--app={address}"), "meters"],
            &["--profile", address, "find", "--name", "x"],
            &["--config", address, "charge"],
            &["--lang", address, "meters"],
            &["--log-format", address, "meters"],
            &["--as-of", address, "meters"],
            &["sync", "--month", address],
            &["sync", "--only", address],
            &["report", address],
            &["report", "cost-daily", "--month", address],
            &["explain", address],
            &["rate", "--in", address, "--prices", "vod-cn"],
            &["prices", "show", address],
            &["policy", "--role", address],
            &["sim", "--listen", address],
            &["sim", "--account", address],
            &["sim", "--faults", address],
            &["callback", "set", "https://b.example.com/x", "--events", address],
            &["demo", "--out", "out", address],
            &["completions", address],
        ] {
            let ran = desk.run_alone(&[], arguments);
            assert_ne!(ran.code, 0, "{arguments:?}: {ran:?}");
            assert!(!ran.err.is_empty(), "{arguments:?}: {ran:?}");
            desk.silent(&ran, &format!("{arguments:?}"));
        }
        let variables = ["VODLEDGER_PROFILE", "VODLEDGER_APP", "VODLEDGER_CONFIG", "VODLEDGER_LANG", "VODLEDGER_SITE"];
        for variable in variables {
            let ran = desk.run_alone(&[(variable, address.as_str())], &["find", "--name", "x"]);
            assert_ne!(ran.code, 0, "{variable}: {ran:?}");
            desk.silent(&ran, variable);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_hide_theirs() {
    let desk = Desk::new().await;
    for endpoint in [
        "http://u:@@@127.0.0.1:1",
        "https://u:@@@h",
        "https://@@@h",
        "https://h/?token=@@",
        "https://h/#@@",
        "http://u:12/@@@h",
        "https://u:x/@@@h",
        "u:@@@h",
        "https ://u:@@@h",
        "https:// u:@@@h",
        "ftp://u:@@@h",
        "password=@@",
    ] {
        let endpoint = endpoint.replace("@@", MARK);
        for name in ["", "VOD_", "LEGACY_", "BILLING_", "STS_", "METADATA_"] {
            let variable = format!("VODLEDGER_{name}ENDPOINT");
            let ran = desk.run_alone(&[(&variable, &endpoint)], &["-vv", "doctor"]);
            desk.silent(&ran, &endpoint);
            assert!(
                ran.code == 2 && ran.err.contains(&variable) && ran.err.contains("write https://HOST"),
                "{endpoint}: {ran:?}"
            );
        }
        for key in ["vod", "legacy", "billing", "sts", "metadata"] {
            let text = format!("[[account]]\nname = \"a\"\n[account.endpoint]\nallow_http = true\n{key} = \"{endpoint}\"\n");
            fs::write(desk.folder.path().join("e.toml"), text).unwrap();
            let ran = desk.run_alone(&[], &["--config", "e.toml", "-vv", "sync"]);
            desk.silent(&ran, &endpoint);
            assert!(ran.code == 2 && ran.err.contains("e.toml:5: account.endpoint"), "{endpoint}: {ran:?}");
        }
        let key = vodledger::cloud::Credential { secret_id: "id".to_owned(), secret_key: "key".into(), token: None };
        let builder = vodledger::cloud::Client::builder(key).allow_http(true).vod_endpoint(endpoint.as_str());
        assert!(!format!("{builder:?}").contains(MARK), "{builder:?}");
        let refused = builder.build().unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains(MARK), "{refused:?}");
        let machine = vodledger::cloud::credential::MachineRole::new(&endpoint).unwrap();
        assert!(!format!("{machine:?}").contains(MARK), "{machine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_hides_its_own() {
    let desk = Desk::new().await;
    for proxy in [format!("http://u:{MARK}@127.0.0.1:1"), format!("socks5://u:{MARK}@127.0.0.1:1")] {
        // A proxy stands between only where no endpoint is on this machine.
        let variables = [
            ("HTTPS_PROXY", proxy.as_str()),
            ("ALL_PROXY", proxy.as_str()),
            ("VODLEDGER_ENDPOINT", "https://vod.invalid"),
            ("TENCENTCLOUD_SECRET_ID", "id"),
            ("TENCENTCLOUD_SECRET_KEY", "key"),
        ];
        let ran = run_in(desk.folder.path(), &variables, &["-vv", "find", "--name", "x"]);
        assert!(ran.code == 1 && ran.err.contains("tunnel error"), "{ran:?}");
        desk.silent(&ran, &proxy);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callback_urls_hide_theirs_and_show_that_they_change() {
    let desk = Desk::new().await;
    let callback = |arguments: &[&str]| {
        let all = [&["-vv", "--ledger", "callbacks.db", "--app", "1500021001", "callback"], arguments].concat();
        let ran = desk.run(&[], &all);
        desk.silent(&ran, &format!("{arguments:?}"));
        ran
    };
    let first = &format!("https://backend.example.com/events?token={MARK}");
    let second = &format!("https://backend.example.com/events?token={MARK}2");
    let elsewhere = &format!("https://other.example.com/vod?key={MARK}");

    assert_eq!(callback(&["set", first]).code, 0);
    let listed = callback(&["show", "--format", "json"]);
    assert!(listed.out.contains("https://backend.example.com/events?…"), "{listed:?}");

    let changed = callback(&["set", second]);
    let line = "https://backend.example.com/events?… -> https://backend.example.com/events?… (it differs in what is not shown)";
    assert!(changed.code == 0 && changed.out.contains(line), "{changed:?}");
    let moved = callback(&["set", elsewhere]);
    let line = "https://backend.example.com/events?… -> https://other.example.com/vod?…";
    assert!(moved.code == 0 && moved.out.contains(line), "{moved:?}");

    // What is set is the whole URL, and so is what a rollback sets again.
    assert_eq!(callback(&["rollback"]).code, 0);
    assert_eq!(callback(&["set", second, "--replace", second]).code, 0, "the URL that is set again is the one that was kept");

    for url in
        ["https://u:@@@b.example.com/x", "u:@@@b.example.com", "https://b.example.com /?t=@@", "https://h/?t=@@", "password=@@"]
    {
        let url = url.replace("@@", MARK);
        for arguments in [
            &["set", &url][..],
            &["set", first, "--replace", &url],
            &["clear", "--replace", &url],
            &["rollback", "--replace", &url],
        ] {
            let refused = callback(arguments);
            assert_ne!(refused.code, 0, "{arguments:?}: {refused:?}");
            assert!(refused.err.contains("callback URL") || refused.err.contains("--replace names"), "{refused:?}");
        }
    }
}

#[test]
fn files_with_unusual_names_are_ledgers() {
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["my ledger@home.db", "a b.db", "me@home.db", "10:00/ledger@home.db", "month=2026-10.db", "sqlite:x y.db", "SQLite:z.db"]
    {
        let name = name.replace("10:00", "./10:00");
        fs::create_dir_all(folder.path().join("10:00")).unwrap();
        let made = run_in(folder.path(), &[], &["--ledger", &name, "ledger", "migrate"]);
        assert_eq!(made.code, 0, "{name}: {made:?}");
        let checked = run_in(folder.path(), &[("VODLEDGER_LEDGER", &format!(" {name} "))], &["ledger", "check"]);
        let file = name.split_once("ite:").map_or(name.as_str(), |(_, file)| file);
        assert!(checked.code == 0 && checked.err.contains(file), "{name}: {checked:?}");
        assert!(folder.path().join(file).is_file(), "{name}");
    }
}

#[test]
fn what_is_shown_of_an_address() {
    for (given, shown) in [
        ("https://user:pw@example.com:8443/a/b?c=d#e", "https://example.com:8443/a/b?…#…"),
        ("https://token@example.com", "https://example.com"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("postgres://u:p@a,b/db", "postgres://a,b/db"),
        ("https://user:1/pw@example.com/", "https://…"),
        ("https://user:pw", "https://…"),
        ("https://example.com/a;password=pw", "https://example.com/…"),
        ("https://example.com/a b", "https://…"),
        ("u:pw://h", "(not shown: it may hold a password)"),
        ("/var/lib/vodledger/ledger.db", "/var/lib/vodledger/ledger.db"),
        ("C:\\data\\me@home.db", "C:\\data\\me@home.db"),
        ("sqlite:/data/me@home.db", "sqlite:/data/me@home.db"),
        (":memory:", ":memory:"),
        ("PULL", "PULL"),
        ("", ""),
        ("mysql -h h -u u -ppw", "(not shown: it may hold a password)"),
    ] {
        assert_eq!(Address::new(given).to_string(), shown, "{given}");
        assert_eq!(format!("{:?}", Address::new(given)), format!("{shown:?}"), "{given}");
        assert_eq!(Address::new(given).expose(), given);
    }
}
