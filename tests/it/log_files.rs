//! Access logs: what a file of lines adds up to, whatever it is packed in and whatever is broken in it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use vodledger::collect::cdn_log::{FileSums, Known, LogError, NOBODY, Reading, sum_files};

const TODAY: &str = "/0a1b2c3dvodtransgzp1250000001/4e5f6a7b5285890784273533167/v.f100030.mp4";
const FILE_ID: u64 = 5_285_890_784_273_533_167;
/// The sample of the documentation, with a path of ours.
const SAMPLE: &str = "20240930180135 203.0.113.9 www.example.com PATH 6969 120 2 200 https://www.example.com/ 3 \
                      \"Mozilla/5.0 (X11; Linux x86_64)\" \"(null)\" GET HTTPS hit 32768\n";

fn line(path: &str) -> String {
    SAMPLE.replace("PATH", path)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

fn read_with(name: &str, content: &[u8], known: &Known, reading: Reading) -> Result<FileSums, LogError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, content).unwrap();
    let mut all = Vec::new();
    sum_files(&[file], known, reading, |_, sums| all.push(sums));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn read(content: &[u8]) -> Result<FileSums, LogError> {
    read_with("2024093018-www.example.com.gz", content, &Known::default(), Reading::default())
}

/// (day, domain, area, file id) → (requests, bytes).
type Rows = BTreeMap<(String, String, String, u64), (u64, u64)>;

fn rows(sums: &FileSums) -> Rows {
    let mut rows = Rows::new();
    for part in &sums.parts {
        for (file_id, sum) in &part.media {
            let key = (part.day.to_string(), part.domain.clone(), part.area.to_owned(), *file_id);
            assert!(rows.insert(key, (sum.requests, sum.bytes)).is_none());
        }
        let intervals = part.intervals.values().fold((0, 0), |all, sum| (all.0 + sum.requests, all.1 + sum.bytes));
        let media = part.media.values().fold((0, 0), |all, sum| (all.0 + sum.requests, all.1 + sum.bytes));
        assert_eq!(intervals, media);
    }
    rows
}

fn one(path: &str) -> u64 {
    let sums = read(line(path).as_bytes()).unwrap();
    let media: Vec<u64> = sums.parts.iter().flat_map(|part| part.media.keys().copied()).collect();
    assert_eq!((media.len(), sums.lines, sums.broken), (1, 1, 0), "{path}");
    media[0]
}

#[test]
fn a_line_counts_for_the_day_domain_area_and_media_it_names() {
    let sums = read(line(TODAY).as_bytes()).unwrap();
    let key = ("2024-09-30".to_owned(), "www.example.com".to_owned(), "Chinese Mainland".to_owned(), FILE_ID);
    assert_eq!(rows(&sums), Rows::from([(key, (1, 6969))]));
    let (start, sum) = sums.parts[0].intervals.iter().next().unwrap();
    assert_eq!((start.to_rfc3339(), sum.requests, sum.bytes), ("2024-09-30T10:00:00+00:00".to_owned(), 1, 6969));
}

#[test]
fn paths_of_all_shapes_name_their_media() {
    for path in [
        TODAY,
        "/0a1b2c3dvodcq1250000001/4e5f6a7b5285890784273533167/f0.mp4",
        "/0a1b2c3dvodtransgzp1250000001/4E5F6A7B5285890784273533167/v.f100220_12.ts",
        "/0a1b2c3dvodgzp1250000001/4e5f6a7b5285890784273533167/f0.mp4?t=5f2b&us=x&sign=1",
        "/vod1250000001/5285890784273533167/f0.flv",
        "/0a1b2c3dvodcq1250000001/4e5f6a7b5285890784273533167/%E8%AF%BE%E7%A8%8B.mp4",
        "/0a1b2c3dvodcq1250000001/4e5f6a7b5285890784273533167/课程.mp4",
    ] {
        assert_eq!(one(path), FILE_ID, "{path}");
    }
    for path in [
        "/index.html",
        "/",
        "-",
        "/favicon.ico",
        "/0a1b2c3dvodcq1250000001/",
        "/0a1b2c3dvodcq1250000001/4e5f6a7b/f0.mp4",
        "/0a1b2c3dvodcq/4e5f6a7b5285890784273533167/f0.mp4",
        "/0a1b2c3dvodcq1250000001/4e5f6a7b5285890784273533167",
        "/0a1b2c3dvodcq1250000001/4e5f6a7b99999999999999999999/f0.mp4",
        "/0a1b2c3dvodcq1250000001/4e5f6a7b05285890784273533167/f0.mp4",
        "/1203_7626dd7d1c3e48eea1230026126caf7d.f10.mp4",
    ] {
        assert_eq!(one(path), NOBODY, "{path}");
    }
}

#[test]
fn the_catalogue_knows_what_no_shape_tells() {
    let mut known = Known::default();
    known.vid("1203_7626dd7d1c3e48eea1230026126caf7d", 9);
    known.path("/live/lesson.mp4".as_bytes(), 8);
    // A copy that lies where another media's files are.
    known.path("/0a1b2c3dvodcq1250000001/4e5f6a7b5285890784273533167/copy.mp4".as_bytes(), 7);
    let expected = [
        ("/1203_7626dd7d1c3e48eea1230026126caf7d.f220.av.m3u8", 9),
        ("/live/lesson.mp4?sign=1", 8),
        ("/live/other.mp4", NOBODY),
        ("/0a1b2c3dvodcq1250000001/4e5f6a7b5285890784273533167/copy.mp4", 7),
        (TODAY, FILE_ID),
    ];
    for (path, media) in expected {
        let sums = read_with("a.log", line(path).as_bytes(), &known, Reading::default()).unwrap();
        assert_eq!(sums.parts[0].media.keys().copied().collect::<Vec<_>>(), [media], "{path}");
    }
}

#[test]
fn hosts_clients_places_and_old_lines_are_understood() {
    let text = [
        line(TODAY).replace("www.example.com /", "WWW.Example.COM /"),
        line(TODAY).replace("203.0.113.9", "2001:db8::1"),
        line(TODAY).replace("120 2", "-1 -1"),
        line(TODAY).replace("120 2", "2000000005 -1"),
        line(TODAY).replace(" 32768", ""),
        line(TODAY).replace(" 6969 ", " 0 "),
    ]
    .concat();
    let sums = read(text.as_bytes()).unwrap();
    let key = |area: &str| ("2024-09-30".to_owned(), "www.example.com".to_owned(), area.to_owned(), FILE_ID);
    let expected = Rows::from([(key("Chinese Mainland"), (5, 4 * 6969)), (key("North America"), (1, 6969))]);
    assert_eq!(rows(&sums), expected);
    // The package of what is outside the mainland, with the id of a country: of which area is not told.
    let text = line(TODAY).replace("120 2", "73 -1");
    let name = "2024093018-www.example.com-oversea.gz";
    let sums = read_with(name, text.as_bytes(), &Known::default(), Reading::default()).unwrap();
    assert_eq!(rows(&sums), Rows::from([(key(""), (1, 6969))]));
}

#[test]
fn empty_and_broken_lines_are_counted_and_shown() {
    let mut text = "\n".to_owned() + &line(TODAY).repeat(1000) + "  \r\n";
    text += "not a line\n";
    text += &line(TODAY).replace(" 6969 ", " -5 ");
    text += "20240930180135 203.0.113.9 www.example.com /cut 69";
    let sums = read(text.as_bytes()).unwrap();
    assert_eq!((sums.lines, sums.empty, sums.broken), (1005, 2, 3));
    let shown: Vec<(u64, &str)> = sums.flaws.iter().map(|(line, flaw)| (*line, flaw.as_str())).collect();
    let expected = [
        (1003, "no time of the form YYYYMMDDhhmmss"),
        (1004, "the fifth column is no number of bytes"),
        (1005, "the fifth column is no number of bytes"),
    ];
    assert_eq!(shown, expected);
    assert_eq!(rows(&sums).into_values().collect::<Vec<_>>(), [(1000, 6_969_000)]);
    // A line that was cut off in a later column would count bytes that are cut, too.
    let cut = "20240930180135 203.0.113.9 www.example.com /a 696 120 2 200";
    assert!(matches!(read(cut.as_bytes()), Err(LogError::Broken { broken: 1, lines: 1, .. })));
}

#[test]
fn a_file_with_too_much_that_is_broken_is_refused_whole() {
    let text = line(TODAY).repeat(500) + &"rubbish\n".repeat(11);
    let refused = read(text.as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("11 of 511 lines are not understood, first line 501: no time"), "{refused}");
    assert!(read((line(TODAY).repeat(500) + &"rubbish\n".repeat(10)).as_bytes()).is_ok());
}

#[test]
fn packing_makes_no_difference() {
    let first = (1..200).map(|n| line(&format!("/vod1/{n}/f0.mp4"))).collect::<String>();
    let second = (100..300).map(|n| line(&format!("/vod1/{n}/f0.mp4"))).collect::<String>();
    let whole = first.clone() + &second;
    let expected = read(whole.as_bytes()).unwrap();
    assert_eq!(expected.lines, 399);
    let members = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    let archive = tar(&[("a.log", first.as_bytes()), ("b.log.gz", &gzip(second.as_bytes()))]);
    let packed = [gzip(whole.as_bytes()), members, archive.clone(), gzip(&archive)];
    for (number, packed) in packed.iter().enumerate() {
        for memory in [384 << 20, 0] {
            let reading = Reading { memory, ..Reading::default() };
            let sums = read_with("x.bin", packed, &Known::default(), reading).unwrap();
            assert_eq!((rows(&sums), sums.lines), (rows(&expected), 399), "form {number}, memory {memory}");
        }
    }
    // Two members of the same length, even the same content.
    let twice = gzip(first.as_bytes()).repeat(2);
    assert_eq!(read(&twice).unwrap().lines, 2 * 199);
}

#[test]
fn a_damaged_file_counts_for_nothing() {
    let packed = gzip(line(TODAY).repeat(3000).as_bytes());
    let mut flipped = packed.clone();
    flipped[packed.len() / 2] ^= 0x55;
    for damaged in [&packed[..packed.len() - 1], &packed[..packed.len() / 2], &packed[..5], &flipped] {
        for memory in [384 << 20, 0] {
            let reading = Reading { memory, ..Reading::default() };
            let refused = read_with("x.gz", damaged, &Known::default(), reading).unwrap_err();
            assert!(refused.to_string().ends_with("nothing of the file is counted"), "{refused}");
        }
    }
    let mut all = Vec::new();
    sum_files(&[PathBuf::from("no-such-file")], &Known::default(), Reading::default(), |_, sums| all.push(sums.is_err()));
    assert_eq!(all, [true]);
}

#[test]
fn a_line_without_end_is_one_broken_line() {
    let text = line(TODAY) + &"x".repeat(3 << 20) + "\n" + &line(TODAY);
    for memory in [384 << 20, 0] {
        let reading = Reading { memory, ..Reading::default() };
        let sums = read_with("x.log", text.as_bytes(), &Known::default(), reading).unwrap();
        assert_eq!((sums.lines, sums.broken, rows(&sums).into_values().collect::<Vec<_>>()), (3, 1, vec![(2, 2 * 6969)]));
    }
}

/// Another way to read a log, slow and plain.
fn plainly(text: &[u8]) -> (Rows, u64, u64, u64) {
    let (mut rows, mut lines, mut empty, mut broken) = (Rows::new(), 0, 0, 0);
    let mut pieces: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if pieces.last().is_some_and(|last| last.is_empty()) {
        pieces.pop();
    }
    for line in pieces {
        lines += 1;
        match plain_line(line) {
            Some((key, bytes)) => {
                let sum = rows.entry(key).or_default();
                *sum = (sum.0 + 1, sum.1 + bytes);
            }
            None if line.iter().all(u8::is_ascii_whitespace) => empty += 1,
            None => broken += 1,
        }
    }
    (rows, lines, empty, broken)
}

fn plain_line(line: &[u8]) -> Option<((String, String, String, u64), u64)> {
    let text: String = line.iter().map(|byte| char::from(*byte)).collect();
    let fields: Vec<&str> = text.splitn(7, ' ').collect();
    let [time, client, host, path, bytes, place, tail] = fields.as_slice() else { return None };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if time.len() != 14 || !digits(time) || client.is_empty() || host.is_empty() || path.is_empty() || !digits(bytes) {
        return None;
    }
    let date = chrono::NaiveDate::parse_from_str(&time[..8], "%Y%m%d").ok()?;
    // The years of usage files (docs/price-book.md) hold for logs too.
    if !(1970..=9998).contains(&chrono::Datelike::year(&date)) {
        return None;
    }
    if time[8..10].parse::<u32>().unwrap() > 23 || time[10..12].parse::<u32>().unwrap() > 59 {
        return None;
    }
    let place = place.strip_prefix('-').unwrap_or(place);
    if !digits(place) || place.parse::<i64>().is_err() {
        return None;
    }
    let is_short = tail.chars().count() < 48 && {
        let (mut columns, mut rest) = (0, tail.trim_start_matches(' '));
        while !rest.is_empty() {
            let mut quoted = false;
            let end = rest.find(|letter| {
                quoted ^= letter == '"';
                letter == ' ' && !quoted
            });
            // A quotation that never ends is no column.
            columns += usize::from(end.is_some() || !quoted);
            rest = end.map_or("", |end| rest[end..].trim_start_matches(' '));
        }
        columns < 9
    };
    if is_short {
        return None;
    }
    let media = path.split('/').collect::<Vec<_>>();
    let file_id = match media.as_slice() {
        ["", account, id, _, ..] => plain_id(account, id),
        _ => None,
    };
    let raw = line.split(|byte| *byte == b' ').nth(2).unwrap();
    let host = String::from_utf8_lossy(raw).to_ascii_lowercase();
    let key = (date.to_string(), host, "Chinese Mainland".to_owned(), file_id.unwrap_or(NOBODY));
    Some((key, bytes.parse().ok()?))
}

fn plain_id(account: &str, id: &str) -> Option<u64> {
    let (hash, account, id) = match account.strip_prefix("vod") {
        Some(account) => ("", account, id),
        None => (id.get(..8)?, account.get(8..)?.strip_prefix("vod").filter(|_| is_hex(&account[..8]))?, &id[8..]),
    };
    let number = account.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
    let is_good = is_hex(hash) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = !id.is_empty() && !id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
    (is_good && is_id).then(|| id.parse().ok()).flatten()
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn some_line() -> impl Strategy<Value = String> {
    let path = prop_oneof![
        (0..5_u64).prop_map(|id| TODAY.replace("5285890784273533167", &(FILE_ID + id).to_string())),
        Just("/index.html".to_owned()),
        "/[a-f0-9]{8}vod[a-z]{0,3}[0-9]{0,10}/[a-f0-9]{8}[0-9]{0,22}/[a-z.]{0,5}",
    ];
    let host = prop_oneof![Just("www.example.com"), Just("WWW.example.com"), Just("b.example.com")];
    (path, host, 0..1_000_000_000_u64, 0..7_u32, 0..60_u32, 1..28_u32).prop_map(|(path, host, bytes, hour, minute, day)| {
        line(&path)
            .replace(" www.example.com /", &format!(" {host} /"))
            .replace(" 6969 ", &format!(" {bytes} "))
            .replace("20240930180135", &format!("202409{day:02}{hour:02}{minute:02}35"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Lines with random bytes changed, inserted and taken out: the same as the plain way, and every line counts once.
    #[test]
    fn broken_bytes_lose_and_double_nothing(
        lines in prop::collection::vec(some_line(), 1..30),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, prop_oneof![any::<u8>(), Just(b' '), Just(b'\n'), Just(b'"'), Just(b'-'), Just(b'0')]), 0..12),
    ) {
        let mut text = lines.concat().into_bytes();
        for (index, kind, byte) in changes {
            let at = index.index(text.len());
            match kind {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ => drop(text.remove(at)),
            }
        }
        let reading = Reading { broken_permille: 1000, ..Reading::default() };
        let (expected, lines, empty, broken) = plainly(&text);
        match read_with("x.log", &text, &Known::default(), reading) {
            Ok(sums) => {
                prop_assert_eq!((sums.lines, sums.empty, sums.broken), (lines, empty, broken));
                let rows = rows(&sums);
                prop_assert_eq!(rows.values().map(|row| row.0).sum::<u64>(), lines - empty - broken);
                prop_assert_eq!(rows, expected);
                let streamed = read_with("x.gz", &gzip(&text), &Known::default(), Reading { memory: 0, ..reading }).unwrap();
                prop_assert_eq!(streamed.lines, lines);
            }
            // A piece of text without any line, or one that begins as an archive does.
            Err(error) => prop_assert!(expected.is_empty() || text.starts_with(&[0x1f, 0x8b]), "{}", error),
        }
    }
}
