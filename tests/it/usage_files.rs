//! Usage files of many blocks: what they are made of never changes what they cost, and a bad row is found by its own line.

use std::path::Path;
use std::process::{Output, Stdio};

use crate::rate::run_in;

const HEADER: &str = "start,end,account,sub_app_id,meter,area,spec,quantity,unit";

/// 40 000 rows, four blocks and more: day, account, application, area and quantity go round at different lengths.
fn rows() -> Vec<String> {
    let areas = ["Chinese Mainland", "Europe", "Asia Pacific Region 1"];
    (0..40_000_u64)
        .map(|index| {
            let (day, hour) = (index % 28 + 1, index / 28 % 24);
            let quantity = match index % 3 {
                0 => format!("{}.5,GB", index * 7_919 % 1_000),
                1 => format!("{},MB", index * 104_729 % 1_000_000),
                _ => format!("{},B", index * 1_299_709 % 1_000_000_007),
            };
            format!(
                "2026-10-{day:02}T{hour:02}:00:00+08:00,2026-10-{day:02}T{hour:02}:30:00+08:00,10000{},{},traffic,{},,{quantity}",
                index % 5,
                index % 11,
                areas[usize::try_from(index % 3).unwrap()],
            )
        })
        .collect()
}

fn text(rows: &[String], line_end: &str) -> String {
    std::iter::once(HEADER).chain(rows.iter().map(String::as_str)).flat_map(|row| [row, line_end]).collect()
}

fn rate(folder: &Path, text: impl AsRef<[u8]>) -> Output {
    std::fs::write(folder.join("u.csv"), text).unwrap();
    run_in(folder, &["rate", "--in", "u.csv", "--prices", "vod-cn", "--mode", "traffic"])
}

#[test]
fn the_form_of_a_file_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows();
    let plain = rate(folder.path(), text(&rows, "\n"));
    assert!(plain.status.success(), "{}", String::from_utf8_lossy(&plain.stderr));
    // 5 accounts × 28 days × 3 areas, and five totals. Each account sees every day and area.
    assert_eq!(String::from_utf8_lossy(&plain.stdout).lines().count(), 1 + 5 * 28 * 3 + 5);
    let mut mixed = rows.clone();
    for index in 0..mixed.len() {
        let other = index * 7_919 % mixed.len();
        mixed.swap(index, other);
    }
    // A quote in the middle of the file, and blank lines.
    let mut quoted = rows.clone();
    quoted[20_000] = quoted[20_000].replacen("traffic", "\"traffic\"", 1) + "\n";
    let spaced: Vec<String> = rows.iter().map(|row| row.replacen(",traffic,", ", traffic ,", 1)).collect();
    let cut = text(&rows, "\n");
    let forms = [
        ("shuffled", text(&mixed, "\n")),
        ("line ends of Windows", text(&rows, "\r\n")),
        ("a mark at the start", format!("\u{feff}{}", text(&rows, "\n"))),
        ("no line end at the end", cut.trim_end().to_owned()),
        ("a quote", text(&quoted, "\n")),
        ("spaces", text(&spaced, "\n")),
    ];
    for (what, text) in forms {
        let other = rate(folder.path(), text);
        assert!(plain.stdout == other.stdout, "{what}: {}", String::from_utf8_lossy(&other.stderr));
    }
    // Columns in another order, and a tag behind.
    let turned: Vec<String> = rows.iter().map(|row| row.rsplit(',').chain(["x"]).collect::<Vec<_>>().join(",")).collect();
    let header = HEADER.rsplit(',').collect::<Vec<_>>().join(",") + ",tag\n";
    let other = rate(folder.path(), header + &turned.join("\n"));
    assert!(plain.stdout == other.stdout, "turned: {}", String::from_utf8_lossy(&other.stderr));
}

#[test]
fn standard_input_is_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows();
    let plain = rate(folder.path(), text(&rows, "\n"));
    let input = std::fs::File::open(folder.path().join("u.csv")).unwrap();
    let piped = std::process::Command::new(env!("CARGO_BIN_EXE_vodledger"))
        .args(["rate", "--in", "-", "--prices", "vod-cn", "--mode", "traffic"])
        .stdin(Stdio::from(input))
        .output()
        .unwrap();
    assert!(plain.stdout == piped.stdout);
}

/// Whatever is wrong, and wherever: the first line that is wrong is the one that is told.
#[test]
fn the_first_bad_row_is_told_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let good = rows();
    let bad = ["2026-10-01T00:00:00+08:00,x,1,,traffic,,,1,GB", "only,three,columns"];
    for (place, other) in [(0, 39_000), (15_000, 15_001), (12_345, 30_000), (39_999, 39_998)] {
        let mut rows = good.clone();
        rows[place] = bad[0].to_owned();
        rows[other] = bad[1].to_owned();
        let output = rate(folder.path(), text(&rows, "\n"));
        let first = place.min(other) + 2;
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && message.contains(&format!("u.csv line {first}")), "{first}: {message}");
    }
    // A row that spans days is known only to the engine; a byte that is no text only to the reader.
    let mut rows = good.clone();
    rows[25_000] = rows[25_000].replacen(",2026-10-", ",2026-11-", 1);
    let message = rate(folder.path(), text(&rows, "\n")).stderr;
    assert!(String::from_utf8_lossy(&message).contains("u.csv line 25002: a record of meter traffic spans"));
    let mut bytes = text(&good, "\n").into_bytes();
    let place = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(33_000).unwrap().0 + 5;
    bytes[place] = 0xff;
    let message = rate(folder.path(), bytes).stderr;
    assert!(
        String::from_utf8_lossy(&message).contains("u.csv line 33002: the text is not UTF-8"),
        "{}",
        String::from_utf8_lossy(&message)
    );
    // A line break inside quotes counts as a line of the file, and is refused where it would end up in a name.
    let mut rows = good.clone();
    rows[20_000] = rows[20_000].replacen("Chinese Mainland", "\"Chinese\nMainland\"", 1).replacen("Europe", "\"Eur\nope\"", 1);
    rows[20_000] = rows[20_000].replacen("Asia Pacific Region 1", "\"Asia\nPacific\"", 1);
    let message = rate(folder.path(), text(&rows, "\n")).stderr;
    assert!(String::from_utf8_lossy(&message).contains("u.csv line 20002, column area"), "{}", String::from_utf8_lossy(&message));
    let mut rows = good;
    rows[20_000] += ",\"a\nb\"";
    let message = rate(folder.path(), text(&rows, "\n")).stderr;
    assert!(String::from_utf8_lossy(&message).contains("u.csv line 20002: 10 columns"), "{}", String::from_utf8_lossy(&message));
}
