//! Access logs from the simulated cloud into a ledger, and what recordings pay by them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use serde_json::Value;
use vodledger::cloud::{Client, Credential, ErrorKind};
use vodledger::model::Secret;
use vodledger::model::time::parse_time;
use vodledger::sim;

use crate::support::{Ran, run_in, serve};

/// An account with logs of a few days.
pub const ACCOUNT: &str = r#"
uin = 100000000001
app_id = 1500000001
now = "2026-10-12T10:00:00+08:00"
[[credential]]
secret_id = "AKIDexample"
secret_key = "example"
[[application]]
sub_app_id = 1500000001
name = "main"
created = "2024-01-01T00:00:00+08:00"
storage_regions = ["ap-chongqing"]
[[application.domain]]
name = "vod.example.com"
created = "2024-01-01T00:00:00+08:00"
[[application.media]]
file_id = "5285890784273533167"
name = "room_1_2026-10-01-00-00-00_2026-10-01-01-30-00"
duration_ms = 60_000
size = 1_000_000_000
created = "2026-10-01T10:00:00+08:00"
[[application.traffic]]
area = "Chinese Mainland"
domain = "vod.example.com"
district = "Guangdong"
isp = "China Telecom"
bytes.every_day = [{ from = "2026-10-01", to = "2026-11-03", value = 316_800_000 }]
[[application.traffic]]
area = "North America"
domain = "vod.example.com"
bytes.days = { 2026-10-08 = 316_800_000 }
"#;

struct Place {
    /// The cloud runs on it.
    _runtime: tokio::runtime::Runtime,
    cloud: sim::Running,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self::with("")
    }

    fn with(faults: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let account = sim::AccountSource::Text(ACCOUNT.to_owned());
        let config = sim::Config { account, limit: sim::Limit::Off, faults: faults.parse().unwrap(), ..sim::Config::default() };
        let cloud = runtime.block_on(sim::start(config)).unwrap();
        Self { _runtime: runtime, cloud, folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, now: &str, arguments: &str) -> Ran {
        self.cloud.set_now(parse_time(now).unwrap());
        let variables = [
            ("VODLEDGER_ENDPOINT", self.cloud.http.as_str()),
            ("TENCENTCLOUD_SECRET_ID", self.cloud.secret_id.as_str()),
            ("TENCENTCLOUD_SECRET_KEY", self.cloud.secret_key.expose()),
        ];
        let arguments: Vec<&str> = ["--as-of", now].into_iter().chain(arguments.split(' ')).collect();
        run_in(self.folder.path(), &variables, &arguments)
    }

    /// The named members of all rows.
    fn rows(&self, now: &str, arguments: &str, names: &[&str]) -> Vec<String> {
        let ran = self.run(now, &format!("{arguments} --format json"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        rows.iter().map(|row| names.iter().map(|name| text(&row[*name])).collect::<Vec<_>>().join("|")).collect()
    }
}

const MONDAY: &str = "2026-10-12T10:00:00+08:00";
const LATER: &str = "2026-10-15T10:00:00+08:00";
const MANIFEST: [&str; 5] = ["kind", "asked", "fetched", "missing", "facts"];

#[test]
fn logs_are_fetched_once_and_agree_with_the_meter() {
    let place = Place::new();
    let fetched = place.rows(MONDAY, "logs fetch --since 2026-10-07", &MANIFEST);
    // 5 days of 24 hours and 9 hours of the last one; 24 hours of another package. The hour before 10:00 is not out yet.
    assert_eq!(fetched, ["logs|6|6|0|153"]);
    let left: Vec<_> = std::fs::read_dir(place.folder.path().join("vodledger.db.logs")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(place.run(MONDAY, "sync --month 2026-10 --only traffic,cdn-usage,media --format csv").code, 0);
    let names = ["row_type", "usage_day", "metered_bytes", "areas_bytes", "areas_residue_bytes", "residue_per_cent", "status"];
    let check = place.rows(MONDAY, "logs check --since 2026-10-07 --until 2026-10-13", &names);
    assert_eq!(
        check[..4],
        [
            "day|2026-10-07|316800000|316800000|0|0.00|final",
            "day|2026-10-08|633600000|633600000|0|0.00|final",
            "day|2026-10-09|316800000|316800000|0|0.00|final",
            "day|2026-10-10|316800000|316800000|0|0.00|partial",
        ]
    );
    let exact = ["usage_day", "logged_bytes", "billed_bytes", "residue_bytes"];
    for row in place.rows(MONDAY, "logs check --since 2026-10-07 --until 2026-10-11", &exact).iter().take(4) {
        let [day, logged, billed, residue] = row.split('|').collect::<Vec<_>>().try_into().unwrap();
        let tenths = |text: &str| -> i64 {
            let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
            whole.parse::<i64>().unwrap() * 10 + tenth.parse::<i64>().unwrap()
        };
        let (areas, metered) = if day == "2026-10-08" { (2, 6_336_000_000) } else { (1, 3_168_000_000) };
        assert_eq!(tenths(billed), tenths(logged) / 10 * 11, "{row}");
        assert_eq!(tenths(residue), metered - tenths(billed), "{row}");
        // The simulator logs whole bytes, an hour and area at a time.
        assert!((0..=24 * 11 * areas).contains(&tenths(residue)), "{row}");
    }
    // Of yesterday's hours the last line may still come: a sixth of what was logged.
    let late: f64 = check[4].split('|').nth(5).unwrap().parse().unwrap();
    assert!((1.0..16.7).contains(&late), "{check:?}");
    // Days that are final are not asked for again, hours that were whole neither; those that grew are restated.
    let again =
        place.rows(LATER, "logs fetch --since 2026-10-07 --until 2026-10-13", &["kind", "missing", "restated", "reasons"]);
    assert_eq!(again[0].split('|').take(2).collect::<Vec<_>>(), ["logs", "0"], "{again:?}");
    assert_ne!(again[0].split('|').nth(2), Some("0"), "{again:?}");
    let check = place.rows(LATER, "logs check --since 2026-10-11 --until 2026-10-12", &names);
    assert_eq!(check[0].split('|').nth(5), Some("0.00"), "{check:?}");
    let shares = place.rows(LATER, "logs shares --since 2026-10-07 --until 2026-10-13", &["way", "logged_bytes", "per_cent"]);
    assert!(shares[1].starts_with("FileId in the path|") && shares[1].ends_with("|100.00"), "{shares:?}");
    assert_eq!(shares[2], "unattributed|0|0.00");
    let dump = std::fs::read(place.folder.path().join("vodledger.db")).unwrap();
    assert!(!dump.windows(10).any(|window| window == b"203.0.113."), "the address of a client is in the ledger");
}

#[test]
fn damaged_files_and_expired_links_change_nothing() {
    let counted = |place: &Place| -> Vec<String> {
        let dump = place.run(MONDAY, "ledger dump --canonical").out;
        dump.lines().filter(|line| line.contains("{\"table\":\"log_")).map(str::to_owned).collect()
    };
    let (quiet, faulty) = (Place::new(), Place::with("html=8%,truncated=8%,expired=8%,cut=4%,http503=4%,seed=7"));
    assert_eq!(quiet.run(MONDAY, "logs fetch --since 2026-10-09 --format csv").code, 0);
    let runs: Vec<i32> = std::iter::repeat_with(|| faulty.run(MONDAY, "logs fetch --since 2026-10-09 --format csv").code)
        .take(8)
        .scan(true, |more, code| std::mem::replace(more, code != 0).then_some(code))
        .collect();
    assert_eq!(runs.last(), Some(&0), "{runs:?}");
    let quiet = counted(&quiet);
    assert!(quiet.len() > 80 && quiet == counted(&faulty), "{} rows", quiet.len());
}

#[test]
fn a_month_is_shared_by_what_logs_say_was_delivered() {
    let place = Place::new();
    assert_eq!(place.run(MONDAY, "logs fetch --since 2026-10-01 --format csv").code, 0);
    assert_eq!(place.run(MONDAY, "sync --month 2026-10 --only traffic,media --format csv").code, 0);
    let names = ["row_type", "recording", "meter", "area", "billed_cost", "allocation_basis"];
    let mut rows = place.rows(MONDAY, "charge --month 2026-10 --by recording", &names);
    rows.retain(|row| row.contains("|traffic|"));
    let of = |rows: &[String], start: &str| -> Vec<i64> {
        let cost = |row: &String| row.split('|').nth(4).unwrap().replace('.', "").parse().unwrap();
        rows.iter().filter(|row| row.starts_with(start)).map(cost).collect()
    };
    let (shared, rest) = (of(&rows, "share|room_1|traffic|"), of(&rows, "unattributed|"));
    assert_eq!(shared.len(), 2, "{rows:?}");
    assert!(rows.iter().all(|row| row.ends_with("delivered bytes in access logs by recording")), "{rows:?}");
    // On 1 October the media was not there until ten o'clock, and of today and yesterday lines are still to come.
    assert!(shared[0] > rest[0] && rest[0] > 0, "{rows:?}");
    // All of North America's was delivered of the one media, but for less than a byte an hour that no log tells.
    assert!(shared[1] > 0 && rest[1..].iter().all(|rest| *rest <= 1), "{rows:?}");
}

#[test]
fn files_are_counted_without_the_cloud_and_broken_ones_are_refused() {
    let place = Place::new();
    let line = "20261007100000 203.0.113.9 vod.example.com /0a1b2c3dvodcq1500000001/4e5f6a7b5285890784273533167/f0.mp4 1000 120 2 200 \
                https://www.example.com/ 3 \"Mozilla/5.0 (X11; Linux x86_64)\" \"(null)\" GET HTTPS hit 32768\n";
    let write = |name: &str, text: &str| std::fs::write(place.folder.path().join(name), text).unwrap();
    write("2026100710-vod.example.com", line);
    write("any name.log", &line.replace("2026100710", "2026100711"));
    write("2026100712-vod.example.com-oversea.log", &line.replace("2026100710", "2026100712").replace(" 120 2 ", " 73 -1 "));
    write("2026100713-vod.example.com.log", line);
    write("broken.log", "no log at all\n");
    let files =
        ["2026100710-vod.example.com", "2026100712-vod.example.com-oversea.log", "2026100713-vod.example.com.log", "broken.log"];
    let names = ["result", "hour", "package", "media", "bytes"];
    let ran = place.run(MONDAY, &format!("logs ingest {} --format json", files.join(" ")));
    assert_eq!(ran.code, 3, "{}", ran.err);
    let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let row = |row: &Value| names.map(|name| row[name].to_string()).join("|");
    assert_eq!(row(&rows[0]), "\"counted\"|\"2026-10-07T10:00:00+08:00\"|\"domestic\"|1|1000");
    assert_eq!(row(&rows[1]), "\"counted\"|\"2026-10-07T12:00:00+08:00\"|\"oversea\"|1|1000");
    assert!(rows[2]["reason"].as_str().unwrap().contains("by its name it is the hour of 2026-10-07T13:00:00+08:00"));
    assert!(rows[3]["reason"].as_str().unwrap().contains("1 of 1 lines are not understood"));
    let named = place.folder.path().join("any name.log");
    let ran = run_in(place.folder.path(), &[], &["logs", "ingest", named.to_str().unwrap(), "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("2026-10-07T11:00:00+08:00"), "{}", ran.out);
    let again = place.rows(MONDAY, "logs ingest 2026100710-vod.example.com", &["result"]);
    assert_eq!(again, ["known"]);
    let ways = place.rows(MONDAY, "logs shares --month 2026-10", &["way", "logged_bytes"]);
    assert_eq!(ways[3], "all|3000");
}

/// A server that cuts off after some bytes, knows ranges, and changes the file once.
#[derive(Default)]
struct Flaky {
    asked: AtomicUsize,
}

fn content(version: usize) -> Vec<u8> {
    (0..100_000_u32).map(|number| (number % 251) as u8 ^ version as u8).collect()
}

async fn flaky(State(state): State<Arc<Flaky>>, headers: HeaderMap) -> Response {
    let number = state.asked.fetch_add(1, Ordering::SeqCst);
    // From the third request on it is another file.
    let version = usize::from(number >= 2);
    let (all, tag) = (content(version), format!("\"{version}\""));
    let range =
        headers.get("range").and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let from: usize = range.filter(|_| headers.get("if-range").is_some_and(|meant| *meant == *tag)).unwrap_or(0);
    let status = if from > 0 { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let rest = all[from..].to_vec();
    let length = rest.len().to_string();
    if number < 4 {
        // A promise that is not kept: the connection ends after a quarter of what is left.
        let part = rest[..rest.len() / 4].to_vec();
        let end = async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            Err(std::io::Error::other("cut off"))
        };
        let pieces = stream::iter([Ok(part)]).chain(stream::once(end));
        return (status, [("etag", tag), ("content-length", length)], axum::body::Body::from_stream(pieces)).into_response();
    }
    (status, [("etag", tag)], rest).into_response()
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off_unless_the_file_is_another() {
    let state = Arc::new(Flaky::default());
    let url = Secret::new(format!("{}/file", serve(Router::new().fallback(flaky).with_state(Arc::clone(&state))).await));
    let credential = Credential { secret_id: "AKIDlogs".into(), secret_key: Secret::new("logsKeyEXAMPLE"), token: None };
    let millisecond = std::time::Duration::from_millis(1);
    let client =
        |attempts| Client::builder(credential.clone()).max_attempts(attempts).delays(millisecond, millisecond).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |data| data.len());
    // Another process goes on with what this one leaves.
    let broken = client(2).download_to(&url, &path, 1 << 20).await.unwrap_err();
    assert_eq!(broken.kind, ErrorKind::Network);
    assert_eq!((state.asked.load(Ordering::SeqCst), size(&path)), (2, 25_000 + 18_750));
    assert_eq!(client(5).download_to(&url, &path, 1 << 20).await.unwrap(), 100_000);
    assert!(std::fs::read(&path).unwrap() == content(1), "the parts of two files were mixed");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the tag is still there");
    let large = client(5).download_to(&url, &folder.path().join("large"), 99_999).await.unwrap_err();
    assert_eq!(large.kind, ErrorKind::Request);
}
