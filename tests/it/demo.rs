//! The demo writes the same bytes every time, and they are the expected ones.
//!
//! The golden files are held against arithmetic of its own by `tests/compat/demo_costs.py`, which reads the account's
//! declarations and the published prices.

use std::fs;
use std::path::Path;

use crate::support::run_in;

fn demo(folder: &Path) -> String {
    let ran = run_in(folder, &[], &["demo", "--out", "out"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

#[test]
fn the_main_job_end_to_end_twice() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let outputs: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = folders.iter().map(|folder| scope.spawn(|| demo(folder.path()))).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for report in ["cost-summary-2026-10.csv", "cost-daily-2026-10.csv", "manifest.json"] {
        let golden = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/demo").join(report)).unwrap();
        for folder in &folders {
            let written = fs::read(folder.path().join("out").join(report)).unwrap();
            assert!(written == golden, "{report} is not tests/data/demo/{report}");
        }
    }
    let output = &outputs[0];
    for part in [
        "SIMULATED",
        "room_12",
        "11624759161874546966/f0.mp4",
        "url   (none) -> https://backend.example.com/vod-events",
        "UploadMediaComplete  OFF -> ON, read back",
        "ASSUMED",
        "4197.74420348 CNY",
        "retrieval, Chinese Mainland, InfrequentRetrieval: 10 GB",
    ] {
        assert!(output.contains(part), "{part:?} is missing in\n{output}");
    }
    // Nothing but the reports is left behind.
    for folder in &folders {
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 3);
    }
}

/// What is printed is not the work: a reader who has gone does not stop it, a full disk is an error and no panic.
#[cfg(target_os = "linux")]
#[test]
fn output_that_nobody_takes() {
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let demo = |stdout: Stdio| {
        let mut demo = Command::new(env!("CARGO_BIN_EXE_vodledger"));
        demo.args(["demo", "--out", "out"]).env_clear().current_dir(folder.path()).stdout(stdout).stderr(Stdio::piped());
        let output = demo.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, error) = demo(fs::File::options().write(true).open("/dev/full").unwrap().into());
    assert_eq!((code, error.lines().count()), (Some(1), 1), "{error}");
    assert!(error.starts_with("error: "), "{error}");
    assert!(!folder.path().join("out").exists());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(demo(writer.into()), (Some(0), String::new()));
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 3);
}
