//! Access logs in bulk.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use vodledger::sim::{LogSpec, LogTotals, write_logs};

use crate::support::run_in;

const LINES: usize = 20_000;

fn spec(seed: u64) -> LogSpec {
    format!("lines={LINES},hours=3,media=500,domains=2,seed={seed}").parse().unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = |path: std::path::PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
    std::fs::read_dir(folder).unwrap().map(|entry| file(entry.unwrap().path())).collect()
}

fn written(spec: &LogSpec) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(write_logs(folder.path(), spec).unwrap(), LogTotals { files: 6, lines: LINES as u64 });
    files(folder.path())
}

fn rows(packed: &[u8]) -> Vec<Vec<String>> {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let mut csv = csv::ReaderBuilder::new().has_headers(false).delimiter(b' ').flexible(true).from_reader(text.as_bytes());
    csv.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let first = written(&spec(1));
    assert_eq!(first, written(&spec(1)));
    let other = written(&spec(2));
    assert_eq!(first.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(first.iter().all(|(name, bytes)| other[name] != *bytes));
}

#[test]
fn lines_are_as_asked_and_as_documented() {
    let files = written(&spec(1));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names[..2], ["2026101200-vod.example.com.gz", "2026101200-vod2.example.com.gz"]);
    let (mut count, mut media, mut seen) = (0, HashSet::new(), HashSet::new());
    for (name, packed) in &files {
        let rows = rows(packed);
        count += rows.len();
        assert!(rows.is_sorted_by_key(|row| row[0].clone()), "{name}");
        for row in rows {
            assert_eq!(row.len(), 16, "{row:?}");
            let hour = row[0].get(..10).unwrap();
            assert_eq!((format!("{hour}-{}.gz", row[2]), row[0].len()), (name.clone(), 14), "{row:?}");
            assert!(row[1].parse::<std::net::IpAddr>().is_ok(), "{row:?}");
            assert!([4, 5, 6, 9, 15].iter().all(|at| row[*at].parse::<u64>().is_ok()), "{row:?}");
            seen.insert(row[7].clone());
            let range = row[11].split_once('-').map(|(first, last)| (first.parse::<u64>(), last.parse::<u64>()));
            assert!(row[11] == "(null)" || matches!(range, Some((Ok(first), Ok(last))) if first <= last), "{row:?}");
            match row[3].split('/').collect::<Vec<_>>()[..] {
                ["", _, folder, _] => media.insert(folder.get(8..).unwrap().to_owned()),
                _ => seen.insert("no media".to_owned()),
            };
        }
    }
    assert_eq!(count, LINES);
    assert!(media.iter().all(|id| id.parse::<u64>().is_ok() && matches!(id.len(), 19 | 20)), "{media:?}");
    assert!((300..=500).contains(&media.len()), "{} media", media.len());
    assert_eq!(seen, ["200", "206", "304", "404", "no media"].map(str::to_owned).into());
}

#[test]
fn the_command_writes_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), &[], &[&["sim", "--write-logs", "logs"], arguments].concat());
    let ran = run(&["--logs", "lines=100,hours=2"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "100 lines in 2 files in logs\n"), "{}", ran.err);
    assert_eq!(files(&folder.path().join("logs")).len(), 2);
    for wrong in ["lines=0", "lines=many", "hours", "colour=1"] {
        let ran = run(&["--logs", wrong]);
        assert!(ran.code == 2 && ran.err.contains(wrong), "{wrong}: {}", ran.err);
    }
}
