//! Where nothing can be written: one sentence that says where, and an exit code that tells the truth.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::run_in;

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vodledger"));
    command.args(arguments).env_clear().env("HOME", folder).current_dir(folder).stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

#[test]
fn what_the_program_says_of_itself_into_a_full_disk_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["--help"][..],
        &["sync", "--help"],
        &["help", "sync"],
        &["--version"],
        &["man"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["meters"],
        &["policy", "--role", "play"],
        &["prices", "list"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ended = program(folder.path(), arguments).stdout(full).output().unwrap();
        let error = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {error}");
        assert!(
            error.starts_with("error: cannot write to standard output: ") && error.lines().count() == 1,
            "{arguments:?}: {error}"
        );

        // A reader who does not want any of it is no failure.
        let mut child = program(folder.path(), arguments).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        assert_eq!((child.wait().unwrap().code(), error.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// A report with many rows: every day that the ledger's calendar knows.
const DAYS: &str = "-- title: Days | 日\n-- description: Every day. | 每日。\n-- column: day day | Day | 日\n\
                    SELECT usage_day AS day FROM v_calendar ORDER BY day\n";

#[test]
fn workbooks_say_that_the_folder_for_temporary_files_is_gone_or_full() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run_in(folder.path(), &[], &["ledger", "migrate"]).code, 0);
    fs::write(folder.path().join("days.sql"), DAYS).unwrap();
    let report = ["report", "days.sql", "--month", "2026-10", "--format", "csv,xlsx", "--out", "out"];
    let whole = run_in(folder.path(), &[], &report);
    assert_eq!(whole.code, 0, "{}", whole.err);
    fs::remove_dir_all(folder.path().join("out")).unwrap();

    let gone = folder.path().join("gone");
    let ran = run_in(folder.path(), &[("TMPDIR", gone.to_str().unwrap())], &report);
    let expected = format!("error: the folder for temporary files, {}, cannot be written: it does not exist; ", gone.display());
    assert!(ran.code == 1 && ran.err.starts_with(&expected) && ran.err.lines().count() == 1, "{}", ran.err);

    // A limit of the size of files stands for a full disk. The rows of the sheet pass it, the ledger and CSV do not.
    let limited = format!("trap '' XFSZ; ulimit -f 400; exec {} {}", env!("CARGO_BIN_EXE_vodledger"), report.join(" "));
    let ended = Command::new("sh").args(["-c", &limited]).env("HOME", folder.path()).current_dir(folder.path()).output().unwrap();
    let error = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: the folder for temporary files, ") && error.lines().count() == 1, "{error}");
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 0, "nothing is left of what did not become whole");
}

#[test]
fn a_full_disk_is_told_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run_in(folder.path(), &[], &["ledger", "migrate"]).code, 0);
    let ran = run_in(folder.path(), &[], &["charge", "--month", "2026-10", "--out", "/dev/full"]);
    assert!(ran.code == 1 && ran.err.contains("error: cannot write /dev/full: there is no space left"), "{}", ran.err);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let xlsx = ["report", "cost-daily", "--month", "2026-10", "--format", "xlsx"];
    let ended = program(folder.path(), &xlsx).stdout(full).output().unwrap();
    let error = String::from_utf8(ended.stderr).unwrap();
    assert!(error.starts_with("error: cannot write to standard output: "), "{error}");
    assert_eq!(ended.status.code(), Some(1));
}
