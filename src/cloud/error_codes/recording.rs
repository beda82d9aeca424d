//! Codes of the interactive-live recording SDK. Sources: its recording guide (ranges) and its error list
//! (single codes).

use super::Retry::{No, NotNeeded, Pause};
use super::{Explanation, Row, Speaker, explain_row};

const FIELDS: &str = "Check the fields of the recording request: file name, operation, source type.";
const AGAIN: &str = "It may be the network: start again; if it stays, ask Tencent Cloud support.";
const SUPPORT: &str = "Ask Tencent Cloud support, with the room and the time.";
const ROOM: &str = "Check the room number, and that the user is still in the room.";
const NOTHING: &str = "Nothing is left to do.";

const SINGLE: &[Row<i64>] = &[
    (1, "The account may not record.", No, "Have recording enabled for the account, and open VOD."),
    (2, "The VOD balance is used up.", No, "Top up the account or buy a package, then record again."),
    (30_000_000, "The request cannot be parsed.", No, FIELDS),
    (30_000_001, "The request has no recording body.", No, FIELDS),
    (30_000_002, "The request has no file name.", No, FIELDS),
    (30_000_003, "The request has no operation.", No, FIELDS),
    (30_000_004, "The type of the video source is wrong.", No, FIELDS),
    (30_000_201, "The request to the recording server could not be packed.", No, SUPPORT),
    (30_000_202, "The request to the recording server could not be packed.", No, SUPPORT),
    (30_000_203, "The request to the recording server could not be packed.", No, SUPPORT),
    (30_000_207, "No address of a recording server was found.", No, SUPPORT),
    (30_000_208, "The recording server did not answer in time.", Pause, AGAIN),
    (30_000_301, "The recording server's reply cannot be parsed.", No, SUPPORT),
    (30_000_302, "The recording server's reply cannot be parsed.", No, SUPPORT),
    (30_000_303, "The recording server's reply has no address.", No, SUPPORT),
    (30_000_304, "The recording server's reply has no port.", No, SUPPORT),
    (30_000_305, "The recording server's reply has no result.", No, SUPPORT),
    (30_000_401, "Looking up the room: no service address.", Pause, AGAIN),
    (30_000_402, "Looking up the room: reading failed.", Pause, AGAIN),
    (30_000_403, "The room does not exist.", No, ROOM),
    (30_000_404, "The flow-control server did not answer in time.", Pause, AGAIN),
    (30_000_405, "Looking up the room: the reply cannot be parsed.", No, SUPPORT),
    (30_000_406, "Looking up the room: the reply cannot be parsed.", No, SUPPORT),
    (30_000_407, "Looking up the room: the reply cannot be parsed.", No, SUPPORT),
    (30_000_408, "Looking up the room: the reply has no result.", No, SUPPORT),
    (30_000_409, "Looking up the room: the reply cannot be parsed.", No, SUPPORT),
    (30_000_410, "The room that was recorded does not exist, or the user has left it.", No, ROOM),
    (30_000_411, "The room or the user who started does not exist.", No, ROOM),
    (30_000_412, "Stop was sent again; the recording had stopped.", NotNeeded, NOTHING),
    (30_000_413, "Stop was sent again; the recording had stopped.", NotNeeded, NOTHING),
    (30_000_414, "The type of the internal operation is wrong.", No, SUPPORT),
    (
        30_000_415,
        "Start was sent again while recording, or the user who started is not there.",
        No,
        "If the recording runs, nothing; else check that the user is in the room.",
    ),
];

/// First and last code of a range, and what the range is about.
const RANGES: &[(i64, i64, &str, &str)] = &[
    (30_000_000, 30_000_099, "The client's request could not be read.", FIELDS),
    (30_000_200, 30_000_299, "The request to the recording server failed.", SUPPORT),
    (30_000_300, 30_000_399, "The recording server's reply could not be read.", SUPPORT),
    (30_000_400, 30_000_499, "The flow-control server or the room lookup failed.", SUPPORT),
];

/// What a code of the recording SDK means: by itself, else by its range.
pub fn explain(number: i64) -> Option<Explanation> {
    if let Some(row) = SINGLE.iter().find(|(code, ..)| *code == number) {
        return Some(explain_row(Speaker::Recording, row));
    }
    let (_, _, meaning, advice) = RANGES.iter().find(|(first, last, ..)| (*first..=*last).contains(&number))?;
    Some(explain_row(Speaker::Recording, &(number, meaning, No, advice)))
}

/// Every listed number.
pub fn codes() -> impl Iterator<Item = i64> {
    SINGLE.iter().map(|(code, ..)| *code)
}
