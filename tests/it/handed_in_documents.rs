//! What people hand in as TOML: every problem at once, each with its line, unknown keys with the nearest known one.

use std::path::Path;

use vodledger::billing::{Contract, PriceBook, packs_from_toml, shipped};
use vodledger::settings::Settings;
use vodledger::statement::share::Mapping;

fn book() -> PriceBook {
    let (id, toml) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    PriceBook::parse(toml, id).unwrap()
}

/// The lines that a message names.
fn lines(message: &str, origin: &str) -> Vec<usize> {
    let of = |line: &str| line.strip_prefix(origin)?.strip_prefix(':')?.split(':').next()?.parse().ok();
    message.lines().map(|line| of(line).unwrap_or_else(|| panic!("no place: {line}"))).collect()
}

#[test]
fn a_configuration_tells_everything_that_is_wrong() {
    let text = "\u{feff}ledgr = \"a\"\nlang = \"klingon\"\n[collect]\nconcurrency = 0\n[[account]]\nsite = \"cn\"\nuin = \"1.00E+11\"\n[[account.mode]]\nfrom = \"x\"\nmod = \"traffic\"\n[bogus]\n";
    let error = Settings::parse(Path::new("v.toml"), text, None).unwrap_err().to_string();
    assert_eq!(lines(&error, "v.toml"), [1, 2, 4, 5, 7, 9, 10, 11], "{error}");
    for said in [
        "did you mean \"ledger\"",
        "did you mean \"mode\"",
        "\"bogus\" is no key of the top of the file",
        "this account has no name",
    ] {
        assert!(error.contains(said), "{said}: {error}");
    }
    // An account number that a spreadsheet rewrote.
    let read = Settings::parse(Path::new("v.toml"), "[[account]]\nname = \"a\"\nuin = \"'100000000001\"\n", None).unwrap();
    assert_eq!(read.accounts[0].uin.as_deref(), Some("100000000001"));
    // Line ends of Windows count as one.
    let error = Settings::parse(Path::new("v.toml"), &text.replace('\n', "\r\n"), None).unwrap_err().to_string();
    assert_eq!(lines(&error, "v.toml"), [1, 2, 4, 5, 7, 9, 10, 11]);
}

#[test]
fn syntax_is_told_with_its_lines() {
    let error = PriceBook::parse("format = 1\nid = \nname = \"x\"\nb = = 2\n", "b.toml").unwrap_err().to_string();
    assert_eq!(lines(&error, "b.toml"), [2, 4], "{error}");
}

#[test]
fn contracts_and_packs_tell_lines_and_nearest_names() {
    let text = "format = 1\nid = \"c\"\ntitle = \"t\"\nbook = \"vod-cn\"\naccounts = [\"1.00E+11\"]\n[[term]]\nname = \"t\"\nmeter = \"traffic\"\ndiscont = \"0.8\"\n";
    let error = Contract::parse(text, "c.toml", &book()).unwrap_err().to_string();
    assert_eq!(lines(&error, "c.toml"), [5, 6, 9], "{error}");
    assert!(error.contains("term \"t\": discont: unknown key; did you mean \"discount\"?"), "{error}");
    let text = "format = 1\nid = \"c\"\ntitle = \"t\"\nbook = \"vod-cn\"\n[[term]]\nname = \"t\"\nmeter = \"traffic\"\narea = \"Chinese mainland\"\ndiscount = \"0.8\"\n";
    let error = Contract::parse(text, "c.toml", &book()).unwrap_err().to_string();
    assert!(
        error.contains("c.toml:5: term \"t\": area: \"Chinese mainland\": it is no known area, but nearly \"Chinese Mainland\""),
        "{error}"
    );
    let ids = |written: &str| format!("format = 1\nid = \"c\"\ntitle = \"t\"\nbook = \"vod-cn\"\naccounts = [\"{written}\"]\n");
    assert_eq!(Contract::parse(&ids("'100000000001"), "c.toml", &book()).unwrap().accounts, ["100000000001"]);
    let pack = "[[pack]]\nid = \"p\"\naccount = \"1.00000000001E+11\"\n[[pack.part]]\nkind = \"consumable\"\ncapacity = \"1\"\nunit = \"TB\"\ncovers = [{ meter = \"traffic\", area = \"Eurpoe\" }]\n";
    let error = packs_from_toml(pack, "p.toml", &book()).unwrap_err().to_string();
    assert!(error.starts_with("p.toml:1: pack \"p\" covers: area: \"Eurpoe\""), "{error}");
    let packs = packs_from_toml(&pack.replace("Eurpoe", "Europe"), "p.toml", &book()).unwrap();
    assert_eq!(packs[0].account.as_ref().unwrap().as_str(), "100000000001");
}

#[test]
fn a_mapping_tells_everything_that_is_wrong() {
    let text = "[[rule]]\ntag = [\"a\"]\n[[rule]]\nfile_id = \"5.28E+18\"\ncourse = \"x\"\ncost_center = \"1\"\n[[shared]]\nby = \"fixed\"\nmeter = \"trafic\"\nparts = { a = 0 }\n";
    let error = Mapping::parse(text, "m.toml").unwrap_err().to_string();
    assert_eq!(lines(&error, "m.toml"), [1, 4, 6, 9, 10, 10], "{error}");
    assert!(error.contains("did you mean \"cost_centre\"?"), "{error}");
}
