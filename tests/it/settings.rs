//! The configuration file, the variables on top, and what is refused.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use vodledger::model::{BillingDay, Currency, Language, SecretRef, SubAppId};
use vodledger::settings::{
    ANNOTATED, Account, Applications, CredentialFrom, Mode, Settings, SettingsError, Settlement, Site, Surroundings, env,
};

use crate::support::run_in;

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse(Path::new("/etc/v/vodledger.toml"), text, Some(Path::new("/home/u")))
}

fn account(text: &str) -> Account {
    parse(&format!("[[account]]\nname = \"school\"\n{text}")).unwrap().accounts.remove(0)
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    fs::write(&path, text).unwrap();
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    Settings::load(Some(&path), Surroundings { variable: &variable, home: None })
}

fn day(text: &str) -> BillingDay {
    text.parse().unwrap()
}

#[test]
fn an_account_has_sensible_defaults() {
    let account = account("");
    assert_eq!((account.site, account.currency, account.price_book.as_str()), (Site::Cn, Currency::CNY, "vod-cn"));
    assert_eq!(account.applications, Applications::All);
    assert_eq!(account.id().as_str(), "school");
    assert!(!account.legacy_api);
    let assumed = account.mode_on(day("2026-10-01"));
    assert_eq!((assumed.mode, assumed.settlement, assumed.assumed), (Mode::Traffic, Settlement::Day, true));
}

#[test]
fn the_site_decides_currency_and_price_book() {
    let account = account("site = \"intl\"\nuin = 100000000001\n");
    assert_eq!((account.currency, account.price_book.as_str()), (Currency::USD, "vod-intl"));
    assert_eq!(account.id().as_str(), "100000000001");
}

#[test]
fn the_mode_history_holds_from_day_to_day() {
    let account = account(
        "[[account.mode]]\nfrom = 2017-01-01\nmode = \"package\"\npacks = \"p.toml\"\n\
         [[account.mode]]\nfrom = \"2021-06-01\"\nmode = \"bandwidth\"\nsettlement = \"month\"\n",
    );
    assert!(account.mode_on(day("2016-12-31")).assumed);
    let package = account.mode_on(day("2021-05-31"));
    assert_eq!((package.mode, package.assumed), (Mode::Package, false));
    assert_eq!(package.packs.unwrap(), Path::new("/etc/v/p.toml"));
    let bandwidth = account.mode_on(day("2021-06-01"));
    assert_eq!((bandwidth.mode, bandwidth.settlement), (Mode::Bandwidth, Settlement::Month));
}

#[test]
fn places_of_secrets_are_read() {
    let account = account(
        "applications = [1500000001, \"18446744073709551615\"]\n\
         [account.credential]\nfrom = \"profile\"\nsecret_id_env = \"SCHOOL_ID\"\nsecret_key_file = \"~/key\"\n\
         [[account.playback]]\ndomain = \"V.example.com\"\nkey_file = \"play-key\"\nexpires = 60\n\
         [account.switches]\nstorage_gb = 1024\noverflow = \"gross_total\"\n",
    );
    assert_eq!(account.applications, Applications::Listed(vec![SubAppId(1_500_000_001), SubAppId(u64::MAX)]));
    assert_eq!(account.credential.from, CredentialFrom::Profile);
    let keys = (SecretRef::Variable("SCHOOL_ID".into()), SecretRef::File("/home/u/key".into()));
    assert_eq!(account.credential.keys, Some(keys));
    let playback = &account.playback[0];
    assert_eq!((playback.domain.as_str(), playback.https, playback.expires), ("v.example.com", true, Some(60)));
    assert_eq!(playback.key, Some(SecretRef::File("/etc/v/play-key".into())));
    assert_eq!(account.switches["storage_gb"], "1024");
    assert_eq!(account.switches["overflow"], "gross_total");
}

#[test]
fn paths_are_meant_from_the_files_folder() {
    assert_eq!(parse("").unwrap().ledger.unwrap(), "/etc/v/vodledger.db");
    assert_eq!(parse("ledger = \"a/b.db\"").unwrap().ledger.unwrap(), "/etc/v/a/b.db");
    assert_eq!(parse("ledger = \"sqlite:~/b.db\"").unwrap().ledger.unwrap(), "sqlite:/home/u/b.db");
    assert_eq!(parse("ledger = \"postgres://h/d\"").unwrap().ledger.unwrap(), "postgres://h/d");
    assert_eq!(account("price_book = \"mine.toml\"").price_book, "/etc/v/mine.toml");
    assert_eq!(account("price_book = \"cn-2018\"").price_book, "cn-2018");
}

#[test]
fn variables_win_over_the_file() {
    let text = "[[account]]\nname = \"a\"\n[account.endpoint]\nvod = \"https://vod.example.com\"\n[[account]]\nname = \"b\"\n";
    let variables =
        [(env::ENDPOINT, "http://127.0.0.1:9000"), (env::BILLING_ENDPOINT, "https://bill.example.com"), (env::SITE, "intl")];
    for account in load(text, &variables).unwrap().accounts {
        let url = |url: Option<url::Url>| url.unwrap().to_string();
        assert_eq!(url(account.endpoint.vod), "http://127.0.0.1:9000/");
        assert_eq!(url(account.endpoint.legacy), "http://127.0.0.1:9000/");
        assert_eq!(url(account.endpoint.billing), "https://bill.example.com/");
        assert_eq!((account.site, account.currency, account.price_book.as_str()), (Site::Intl, Currency::USD, "vod-intl"));
    }
    let empty = load(text, &[(env::ENDPOINT, ""), (env::SITE, "")]).unwrap();
    assert_eq!(empty.accounts[0].endpoint.vod.as_ref().unwrap().as_str(), "https://vod.example.com/");
    assert_eq!(empty.accounts[0].site, Site::Cn);
}

#[test]
fn without_accounts_there_is_one() {
    let settings = load("lang = \"zh\"\n", &[]).unwrap();
    assert_eq!(settings.names(), "default");
    assert_eq!(settings.lang, Some(Language::Chinese));
}

#[test]
fn refusals_name_place_and_remedy() {
    for (text, place, remedy) in [
        ("ledgr = \"x\"", ":1: \"ledgr\" is no key of the top of the file", "did you mean \"ledger\"?"),
        ("[[account]]\nname = \"a\"\n\nsiet = \"cn\"", ":4: \"siet\" is no key of [account]", "did you mean \"site\"?"),
        ("[collect]\nzzz = 1", ":2: \"zzz\" is no key of [collect]", "keys there are concurrency, media_per_call"),
        ("lang = \"fr\"", ":1: lang must be", "\"en\", \"zh\""),
        ("lang = 1", ":1: lang must be", "\"en\", \"zh\""),
        ("[collect]\nconcurrency = \"4\"", ":2: collect.concurrency must be", "a whole number from 1 to 64"),
        ("[collect]\nconcurrency = 0", ":2: collect.concurrency must be", "from 1 to 64"),
        ("[account]\nname = \"a\"", ":1: account must be", "[[account]]; write the name in double brackets"),
        ("[[account]]\nsite = \"cn\"", ":1: this account has no name", "add `name = "),
        ("[[account]]\nname = \"a\"\n[[account]]\nname = \"a\"", ":3: two accounts are named \"a\"", "give each its own name"),
        ("[[account]]\nname = \"a\"\nuin = \"x1\"", ":3: account.uin must be", "\"100000000001\""),
        ("[[account]]\nname = \"a\"\ncurrency = \"yuan\"", ":3: account.currency", "three capital letters"),
        ("[[account]]\nname = \"a\"\napplications = [1, -2]", ":3: account.applications must be", "\"all\" or a list"),
        ("[[account]]\nname = \"a\"\n[[account.mode]]\nfrom = 2024-02-30", ":4: this is no TOML", ""),
        (
            "[[account]]\nname = \"a\"\n[[account.mode]]\nfrom = 2024-01-01T00:00:00Z",
            ":4: account.mode.from must be",
            "2024-01-01",
        ),
        (
            "[[account]]\nname = \"a\"\n[[account.mode]]\nfrom = 2024-01-01\n[[account.mode]]\nfrom = 2024-01-01",
            ":5: the entries of [[account.mode]]",
            "oldest first",
        ),
        (
            "[[account]]\nname = \"a\"\n[account.endpoint]\nvod = \"vod.example.com\"",
            ":4: account.endpoint.vod: this is no URL",
            "write https://HOST",
        ),
        (
            "[[account]]\nname = \"a\"\n[account.endpoint]\nvod = \"ftp://h\"",
            ":4: account.endpoint.vod: the scheme \"ftp\"",
            "https://HOST",
        ),
        (
            "[[account]]\nname = \"a\"\n[account.endpoint]\nvod = \"http://10.0.0.1\"",
            ":4: account.endpoint.vod: http://10.0.0.1/",
            "allow_http = true",
        ),
        (
            "[[account]]\nname = \"a\"\n[account.endpoint]\nvod = \"https://u:planted@h\"",
            ":4: account.endpoint.vod: a URL here has no user",
            "https://HOST",
        ),
        (
            "[[account]]\nname = \"a\"\n[account.endpoint]\nvod = \"http://127.0.0.1.example.com\"",
            ":4: account.endpoint.vod:",
            "allow_http",
        ),
        (
            "[[account]]\nname = \"a\"\n[[account.playback]]\ndomain = \"https://x/\"",
            ":4: account.playback.domain must be",
            "a host name",
        ),
        ("[[account]]\nname = \"a\"\n[account.switches]\nx = 1.5", ":4: account.switches.x must be", "a text"),
        ("x = [", "vodledger.toml:1: this is no TOML", ""),
    ] {
        let error = refused(text);
        assert!(error.contains(place) && error.contains(remedy), "{text}\n{error}");
        assert!(!error.contains("planted") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_shown() {
    let credential = |line: &str| format!("[[account]]\nname = \"a\"\n[account.credential]\n{line}\n");
    for (text, remedy) in [
        (
            credential("secret_id_env = \"A\"\nsecret_key_env = \"B\"\nsecret_key = \"planted\""),
            "`secret_key_env = \"VARIABLE\"` or `secret_key_file",
        ),
        (credential("secret_id = \"planted\""), "secret_id_env"),
        (credential("token = \"planted\""), "token_file"),
        ("secret_key = \"planted\"\n".to_owned(), "secret_key_env"),
        (
            "[[account]]\nname = \"a\"\n[[account.playback]]\ndomain = \"v.example.com\"\nkey = \"planted\"\n".to_owned(),
            "key_env",
        ),
        // The secret itself where the name of its variable belongs.
        (credential("secret_id_env = \"A\"\nsecret_key_env = \"planted8901234567890123456789012\""), "not the secret itself"),
        (credential("secret_id_env = \"A\"\nsecret_key_env = \"planted+/=\""), "not the secret itself"),
        (credential("secret_key = planted"), "this is no TOML"),
        (credential("secret_key = \"planted"), "this is no TOML"),
        (credential("from = \"planted\""), "account.credential.from must be one of"),
        (credential("secret_key_env = [\"planted\"]"), "must be a text"),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(error.to_string().contains(remedy), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
    }
}

#[test]
fn half_a_reference_names_the_other_half() {
    let error = refused("[[account]]\nname = \"a\"\n[account.credential]\nsecret_id_env = \"A\"\n");
    assert!(error.contains("not where the secret_key is; add secret_key_env or secret_key_file"), "{error}");
    let error = refused("[[account]]\nname = \"a\"\n[account.credential]\nfrom = \"profile\"\n");
    assert!(error.contains("needs secret_id_env or secret_id_file"), "{error}");
}

#[test]
fn unencrypted_endpoints_can_be_allowed() {
    let account = account("[account.endpoint]\nallow_http = true\nvod = \"http://10.0.0.1:8080\"\n");
    assert_eq!(account.endpoint.vod.unwrap().as_str(), "http://10.0.0.1:8080/");
}

#[test]
fn wrong_variables_are_named() {
    for (name, value, words) in [
        (env::SITE, "mars", "VODLEDGER_SITE: \"mars\" is not cn or intl"),
        (env::LEGACY_API, "maybe", "VODLEDGER_LEGACY_API: \"maybe\" is not true or false"),
        (env::ENDPOINT, "http://example.com", "VODLEDGER_ENDPOINT: http://example.com/ would send signed requests unencrypted"),
        (env::VOD_ENDPOINT, "::", "VODLEDGER_VOD_ENDPOINT: this is no URL"),
    ] {
        let error = load("", &[(name, value)]).unwrap_err().to_string();
        assert!(error.starts_with(words), "{error}");
    }
}

/// The shipped file with every commented key in use. Of two keys that name the same secret one is taken.
fn uncommented(without: &str) -> String {
    let is_key = |line: &str| {
        let name: String = line.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
        line.starts_with('[') || (!name.is_empty() && line[name.len()..].starts_with(" = "))
    };
    let lines = ANNOTATED.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if is_key(rest) => rest,
        _ => line,
    });
    let kept = lines.filter(|line| !line.split(" = ").next().is_some_and(|key| key.ends_with(without)));
    kept.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_shipped_file_parses_as_it_is_and_with_every_key_in_use() {
    let shipped = parse(ANNOTATED).unwrap();
    assert_eq!(shipped.names(), "default");
    for (without, other) in [("_file", "_env"), ("_env", "_file")] {
        let text = uncommented(without);
        assert!(text.contains(&format!("secret_key{other} = ")) && text.contains("[[account.mode]]"), "{text}");
        let account = parse(&text).unwrap().accounts.remove(0);
        assert!(account.credential.keys.is_some() && account.credential.token.is_some() && account.playback[0].key.is_some());
    }
}

/// The commented values of the shipped file are the defaults, where the file says so.
#[test]
fn the_shipped_defaults_are_the_defaults() {
    let (bare, full) = (parse("[[account]]\nname = \"default\"\n").unwrap(), parse(&uncommented("_file")).unwrap());
    assert_eq!((bare.ledger, bare.collect), (full.ledger, full.collect));
    let (bare, full) = (&bare.accounts[0], &full.accounts[0]);
    assert_eq!((bare.site, bare.currency, &bare.price_book), (full.site, full.currency, &full.price_book));
    assert_eq!((&bare.applications, bare.legacy_api), (&full.applications, full.legacy_api));
    assert_eq!(bare.credential.from, full.credential.from);
    assert_eq!(full.modes[0].mode, Mode::default());
    assert_eq!(full.modes[0].settlement, Settlement::default());
}

/// The page lists exactly the variables there are, in their order and words.
#[test]
fn the_page_lists_every_variable() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let shown: Vec<&str> = page.lines().filter(|line| line.starts_with("| `VODLEDGER_")).collect();
    let held: Vec<String> = env::ALL.iter().map(|variable| format!("| `{}` | {} |", variable.name, variable.doc)).collect();
    assert_eq!(shown, held);
}

/// From the outside: one clear error, exit code 2.
#[test]
fn a_bad_configuration_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let find = |variables: &[(&str, &str)], arguments: &[&str]| {
        let ran = run_in(folder.path(), variables, &[arguments, &["find", "--name", "room_1"]].concat());
        assert_eq!(ran.out, "");
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        (ran.code, ran.err)
    };
    let (code, error) = find(&[], &["--config", "none.toml"]);
    assert!(code == 2 && error.contains("none.toml cannot be read"), "{error}");
    fs::write(folder.path().join("vodledger.toml"), "ledgr = 1\n").unwrap();
    let (code, error) = find(&[], &[]);
    assert!(code == 2 && error.starts_with("error: vodledger.toml:1: \"ledgr\""), "{error}");
    fs::write(folder.path().join("vodledger.toml"), [0xff, 0xfe]).unwrap();
    let (code, error) = find(&[], &[]);
    assert!(code == 2 && error.contains("vodledger.toml cannot be read"), "{error}");
    fs::write(folder.path().join("vodledger.toml"), "[[account]]\nname = \"a\"\n[[account]]\nname = \"b\"\n").unwrap();
    let (code, error) = find(&[], &[]);
    assert!(code == 2 && error.contains("several accounts (a, b)"), "{error}");
    let (code, error) = find(&[("VODLEDGER_PROFILE", "c")], &[]);
    assert!(code == 2 && error.contains("no account is named \"c\"; the configuration has a, b"), "{error}");
}

/// Containers often set variables to nothing.
#[test]
fn empty_variables_count_as_absent() {
    let folder = tempfile::tempdir().unwrap();
    let empty: Vec<(&str, &str)> = env::ALL.iter().map(|variable| (variable.name, "")).collect();
    let ran = run_in(folder.path(), &empty, &["find", "--name", "room_1"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("no credentials; looked in:"), "{}", ran.err);
}

/// No credentials: every place is named, and nothing is left behind.
#[test]
fn without_credentials_every_place_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run_in(folder.path(), &[], &["find", "--name", "room_1"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    for place in
        ["TENCENTCLOUD_SECRET_ID", ".tccli/default.credential", ".tencentcloud/credentials", "/etc/tencentcloud/credentials"]
    {
        assert!(ran.err.contains(place), "{place} is not in {}", ran.err);
    }
}
