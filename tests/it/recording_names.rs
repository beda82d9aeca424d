//! Names of recordings: taken apart from the right, joined without swallowing a neighbour.

use vodledger::model::time::format_time;
use vodledger::recordings::{RecordingName, join};

use crate::support::media_named;

#[test]
fn documented_and_captured_names() {
    // Name patterns of the legacy sheet §6.3; the captured name holds its own start as epoch milliseconds.
    let parsed = RecordingName::parse("liveId_4097_1478096982954_2016-11-02-22-29-42_2016-11-02-22-29-59").unwrap();
    assert_eq!(parsed.name, "liveId_4097_1478096982954");
    assert_eq!(parsed.period.start.timestamp(), 1_478_096_982);
    assert_eq!(format_time(parsed.period.end), "2016-11-02T22:29:59+08:00");
}

#[test]
fn the_name_itself_may_look_like_a_stamp() {
    let parsed = RecordingName::parse("课堂_2016-01-01-00-00-00_2016-11-02-22-29-42_2016-11-02-22-29-59").unwrap();
    assert_eq!(parsed.name, "课堂_2016-01-01-00-00-00");
    let empty = RecordingName::parse("_2016-11-02-22-29-42_2016-11-02-22-29-59").unwrap();
    assert_eq!(empty.name, "");
}

#[test]
fn what_does_not_follow_the_pattern() {
    for name in [
        "",
        "room_1",
        "房间",
        "2016-11-02-22-29-42_2016-11-02-22-29-59",
        "a_2016-11-02-22-29-42",
        "a_2016-13-02-22-29-42_2016-13-02-22-29-59",
        "a_2016-11-02-22-29-59_2016-11-02-22-29-42",
        "a_2016-11-02-22-29-42_2016-11-02-22-29-42",
        "a_2016-11-02-22-29-4２_2016-11-02-22-29-59",
        "a_+016-11-02-22-29-42_2016-11-02-22-29-59",
    ] {
        assert_eq!(RecordingName::parse(name), None, "{name}");
    }
}

#[test]
fn segments_join_by_name_application_and_time() {
    let recordings = join(vec![
        media_named("3", 1, "room_12_2026-10-01-08-00-00_2026-10-01-09-30-00"),
        media_named("2", 1, "room_1_2026-10-01-09-30-00_2026-10-01-10-10-00"),
        media_named("1", 1, "room_1_2026-10-01-08-00-00_2026-10-01-09-30-00"),
        media_named("4", 2, "room_1_2026-10-01-10-10-00_2026-10-01-10-20-00"),
        media_named("5", 1, "room_1_2026-10-01-10-11-01_2026-10-01-10-20-00"),
        media_named("6", 1, "trailer.mp4"),
    ]);
    let shape: Vec<(String, Vec<String>)> = recordings
        .iter()
        .map(|recording| {
            let files = recording.segments.iter().map(|segment| segment.media.file_id.to_string()).collect();
            (recording.name.clone(), files)
        })
        .collect();
    let expected = [
        ("room_1", vec!["1", "2"]),
        ("room_12", vec!["3"]),
        // Another application, then a start 61 s after the end: other recordings.
        ("room_1", vec!["4"]),
        ("room_1", vec!["5"]),
        ("trailer.mp4", vec!["6"]),
    ];
    let expected: Vec<(String, Vec<String>)> =
        expected.into_iter().map(|(name, files)| (name.to_owned(), files.into_iter().map(str::to_owned).collect())).collect();
    assert_eq!(shape, expected);
}
