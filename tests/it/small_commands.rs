//! `init`, `error`, `completions`, `man`, and what every run of the program shares.

use std::fs;

use serde_json::Value;
use vodledger::cloud::error_codes::{self, Retry};
use vodledger::settings::ANNOTATED;

use crate::support::{Ran, run_in};

fn run(arguments: &[&str]) -> Ran {
    run_in(tempfile::tempdir().unwrap().path(), &[], arguments)
}

#[test]
fn init_writes_the_annotated_file_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vodledger.toml");
    let first = run_in(folder.path(), &[], &["init"]);
    assert_eq!((first.code, first.out.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(&path).unwrap(), ANNOTATED);
    fs::write(&path, "# mine\n").unwrap();
    let second = run_in(folder.path(), &[], &["init"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains("vodledger.toml is already there"), "{}", second.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn init_says_why_it_cannot_write() {
    let ran = run(&["init", "--path", "no/such/folder/v.toml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no/such/folder/v.toml cannot be written"), "{}", ran.err);
}

/// Codes and meanings from the error pages; see the tables for their sources.
#[test]
fn codes_are_explained() {
    for (code, words) in [
        ("4100", "signature check failed"),
        ("AuthFailure.SignatureFailure", "TENCENTCLOUD_SECRET_ID"),
        ("authfailure.signaturefailure", "AuthFailure.SignatureFailure"),
        ("InvalidParameterValue.NamePrefixes", "The value given for NamePrefixes"),
        ("30000403", "room does not exist"),
        ("30000450", "flow-control server"),
        ("-43001", "While reading the source: the file is damaged"),
        ("-47104", "duration is out of bounds"),
        ("-503", "time-out"),
        ("303", "Transcoding has not finished"),
        ("70000", "failed inside"),
        ("10008", "file does not exist"),
        ("4000/10008", "file does not exist"),
        ("FailedOperation.SomethingOfBilling", "Detail: SomethingOfBilling"),
    ] {
        let ran = run(&["error", code]);
        let words = if code == "AuthFailure.SignatureFailure" { "SecretKey belongs to SecretId" } else { words };
        assert_eq!(ran.code, 0, "{code}: {}", ran.err);
        assert!(ran.out.contains(words), "{code}: {}", ran.out);
    }
}

#[test]
fn a_number_with_two_meanings_shows_both() {
    let ran = run(&["error", "1", "--format", "json"]);
    let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let speakers: Vec<&str> = rows.iter().map(|row| row["said_by"].as_str().unwrap()).collect();
    assert_eq!(speakers, ["legacy API v2", "recording SDK"]);
}

#[test]
fn unknown_codes_get_suggestions() {
    for (code, close) in [
        ("AuthFailure.SignatureFailur", "AuthFailure.SignatureFailure"),
        ("SignatureFailure", "AuthFailure.SignatureFailure"),
        ("4101x", "4101"),
        ("RequestLimitExceded", "RequestLimitExceeded"),
    ] {
        let ran = run(&["error", code]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("did you mean") && ran.err.contains(close), "{}", ran.err);
    }
    let ran = run(&["error", "complete-nonsense"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("is in no list of codes"), "{}", ran.err);
}

/// The SDK of 2018-07-17 lists 246 codes, and all of them are explained.
#[test]
fn every_code_of_the_vod_sdk_is_explained() {
    let codes: Vec<String> = error_codes::vod_codes().collect();
    assert_eq!(codes.len(), 246);
    for code in codes {
        let explanations = error_codes::explain(&code);
        assert!(explanations.len() == 1 && explanations[0].code == code, "{code}: {explanations:?}");
    }
}

/// Where the page itself says "retry later", so do the tables; a wrong key is never worth repeating.
#[test]
fn retry_advice_follows_the_pages() {
    let retry = |code: &str| error_codes::explain(code)[0].retry;
    for code in ["4400", "5100", "6000", "6200", "RequestLimitExceeded", "InternalError.DBError"] {
        assert_eq!(retry(code), Retry::Pause, "{code}");
    }
    for code in ["4100", "4104", "AuthFailure.SecretIdNotFound", "UnauthorizedOperation", "InvalidParameter"] {
        assert_eq!(retry(code), Retry::No, "{code}");
    }
    for code in ["4200", "4500", "AuthFailure.SignatureExpire", "AuthFailure.TokenFailure"] {
        assert_eq!(retry(code), Retry::AfterFix, "{code}");
    }
    assert_eq!(retry("30000412"), Retry::NotNeeded);
}

#[test]
fn completions_know_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&["completions", shell]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("completions") && ran.out.contains("as-of"), "{shell}");
    }
    assert_eq!(run(&["completions", "dos"]).code, 2);
}

#[test]
fn man_has_a_page_for_every_command() {
    let page = run(&["man"]);
    assert_eq!(page.code, 0);
    assert!(page.out.contains(".TH vodledger 1"), "{}", &page.out[..200]);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run_in(folder.path(), &[], &["man", "--out", "pages"]).code, 0);
    let names: Vec<String> = fs::read_dir(folder.path().join("pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in ["vodledger.1", "vodledger-find.1", "vodledger-error.1"] {
        assert!(names.iter().any(|other| other == name), "{name} in {names:?}");
    }
    let error = fs::read_to_string(folder.path().join("pages/vodledger-error.1")).unwrap();
    assert!(error.contains("vodledger error") && error.contains("VODLEDGER_CONFIG"), "{error}");
}

#[test]
fn help_does_not_show_what_variables_hold() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run_in(folder.path(), &[("VODLEDGER_APP", "1500000001")], &["--help"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("VODLEDGER_APP") && !ran.out.contains("1500000001"), "{}", ran.out);
}

#[test]
fn wrong_use_is_exit_code_2() {
    for arguments in [
        &[][..],
        &["no-such-command"],
        &["error"],
        &["error", "--format", "xml", "1"],
        &["init", "--nothing"],
        &["find", "--app", "x", "--name", "r"],
    ] {
        assert_eq!(run(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(run(&["--version"]).code, 0);
}

/// A file of one's own is found by its id and stands before the shipped book of the same id.
#[test]
fn price_books_of_ones_own_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    let shipped = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/prices/vod-cn.toml")).unwrap();
    fs::write(own.join("vod-cn.toml"), &shipped).unwrap();
    fs::write(own.join("notes.txt"), "no price book").unwrap();
    fs::write(folder.path().join("vodledger.toml"), "[prices]\ndir = \"own\"\n").unwrap();
    let listed = run_in(folder.path(), &[], &["prices", "list", "--format", "json"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let rows: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
    let origins: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["id"].as_str().unwrap(), row["origin"].as_str().unwrap())).collect();
    let file = std::path::Path::new("own").join("vod-cn.toml");
    assert_eq!(origins[0], ("vod-cn", file.to_str().unwrap()));
    assert!(origins[1..].iter().all(|(id, origin)| *id != "vod-cn" && *origin == "shipped"), "{origins:?}");
    fs::write(own.join("vod-cn.toml"), "id = 1\n").unwrap();
    let shown = run_in(folder.path(), &[], &["prices", "show", "vod-cn"]);
    assert_eq!(shown.code, 1, "{}", shown.out);
    assert!(shown.err.contains("vod-cn.toml"), "{}", shown.err);
}
