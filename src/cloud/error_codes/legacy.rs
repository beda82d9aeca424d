//! Codes of the legacy API (v2): common codes, module codes, video processing, and callbacks of VOD 1.0.
//! Sources: the error code page of the legacy API (with 4101 to 4110 from its authorisation page), the error
//! tables of its calls, and the page of video processing codes. Retry advice is judgement where no page says it.

use super::Retry::{AfterFix, No, Pause};
use super::{Explanation, Row, Speaker, explain_row};

const SUPPORT: &str = "Run again later; if it stays, ask Tencent Cloud support.";
const GRANT: &str = "Grant the call to the key's user in CAM, or use the account owner's key.";

const COMMON: &[Row<i64>] = &[
    (
        4000,
        "A parameter is missing or malformed; also carries module codes, in codeDesc or in front of the message.",
        No,
        "Correct the parameter that the message names; look up the module code as well.",
    ),
    (
        4100,
        "The signature check failed.",
        No,
        "Check SecretKey, the clock of this machine, and that no proxy changes the request.",
    ),
    (4101, "The user of the key may not make this call.", No, GRANT),
    (4102, "The user of the key may not use what the call names.", No, GRANT),
    (4103, "Only the account owner's key may make this call.", No, "Use the account owner's key."),
    (4104, "The SecretId is unknown or disabled.", No, "Check TENCENTCLOUD_SECRET_ID in the console."),
    (4110, "The permission check failed.", No, GRANT),
    (4200, "The request has expired.", AfterFix, "Set the clock of this machine (NTP); it is then signed anew."),
    (4300, "Access is denied: the account is blocked or not eligible.", No, "See the account's state in the console."),
    (4400, "A quota or rate is exceeded.", Pause, "Wait and repeat; other systems that use the same account count too."),
    (
        4500,
        "The request counts as a replay: its Nonce was used, or its Timestamp is far from the server's.",
        AfterFix,
        "Sign anew with a new Nonce; if it comes again, set the clock of this machine (NTP).",
    ),
    (4600, "The protocol is not supported.", No, "Use https."),
    (5000, "What the call names does not exist or belongs to someone else.", No, "Check the id and the account."),
    (5100, "The operation failed.", Pause, SUPPORT),
    (5200, "A purchase failed: configuration or stock.", No, "Choose another configuration."),
    (5300, "A purchase failed: balance.", No, "Top up the account."),
    (5400, "Only a part of a batch was done.", No, "See the result of each item, and repeat those that failed."),
    (5500, "A purchase failed: the account does not qualify.", No, "See the account's state in the console."),
    (6000, "The server failed inside.", Pause, SUPPORT),
    (6100, "The call is not supported in this version.", No, "Check the host; use API 3.0 if the call was withdrawn."),
    (6200, "The call is in maintenance.", Pause, SUPPORT),
];

const MODULE: &[Row<i64>] = &[
    (1, "The module failed inside (database).", Pause, SUPPORT),
    (1000, "A parameter is not valid.", No, "Correct the parameter."),
    (1001, "The module failed inside (reading the user).", Pause, SUPPORT),
    (1003, "The module failed inside (reading the file).", Pause, SUPPORT),
    (2000, "The module failed inside (database).", Pause, SUPPORT),
    (10_008, "The file does not exist.", No, "Check the id and the account; the file may have been deleted."),
    (10_022, "The module failed inside (reading transcode settings).", Pause, SUPPORT),
];

const CALLBACK: &[Row<i64>] = &[
    (303, "Transcoding has not finished yet.", Pause, "Wait for the next callback, or ask for the file's state."),
    (-302, "Inside the service: the file is missing.", Pause, SUPPORT),
    (-303, "Inside the service: transcoding gave an empty list.", Pause, SUPPORT),
    (-350, "Inside the service: the file cannot be reached.", Pause, SUPPORT),
    (-502, "Inside the service: transcoding failed.", Pause, SUPPORT),
    (-503, "Inside the service: time-out.", Pause, SUPPORT),
    (-550, "The source file is wrong.", No, "Check that the source can be played, then upload it again."),
];
/// Codes of callbacks of which only "internal" is documented.
const CALLBACK_INTERNAL: &[i64] = &[-300, -301, -304, -305, -308, -309, -400, -401, -500, -501];

const REJECTED: &[Row<i64>] = &[
    (-47_100, "The information about the source is no JSON.", Pause, SUPPORT),
    (-47_101, "The source has no picture size or colour space.", No, REENCODE),
    (-47_102, "The source's encoder is unknown.", No, REENCODE),
    (-47_104, "The source's duration is out of bounds (0.01 s to 604800 s).", No, REENCODE),
    (-47_200, "The source's duration is 0.", No, REENCODE),
    (-47_300, "The files to join are too large.", No, "Join fewer or smaller files."),
    (-47_301, "The files to join have different resolutions.", No, "Bring them to one resolution first."),
    (-47_302, "The information about the files to join could not be read.", Pause, SUPPORT),
    (-47_400, "The source has neither sound nor picture.", No, REENCODE),
    (-47_401, "The source has no sound.", No, REENCODE),
    (-47_402, "The source has no picture.", No, REENCODE),
    (-47_403, "The source's width, height, rotation or aspect is wrong.", No, REENCODE),
];
const REENCODE: &str = "Check that the source can be played; encode it anew and upload it again.";

/// First three digits of a processing code: the stage.
const STAGES: &[(i64, &str)] = &[
    (430, "reading the source"),
    (431, "reading a file to be joined"),
    (440, "taking snapshots"),
    (441, "reading snapshot information"),
    (450, "transcoding"),
    (451, "checking the output"),
    (452, "reading information before the upload"),
    (491, "checking the transcoded file"),
];

/// Last two digits of a processing code: what was wrong.
const FAULTS: &[(i64, &str)] = &[
    (1, "the file is damaged"),
    (29, "decoding failed"),
    (89, "the codec is unknown"),
    (90, "the audio frame size is wrong"),
    (91, "the audio sample format is wrong"),
    (92, "the audio sample rate is wrong"),
    (93, "the number of audio channels is wrong"),
    (94, "frames have no decoding time (DTS)"),
    (95, "width or height is unknown"),
    (96, "the colour space is unknown"),
    (97, "RV30/40 without a pixel aspect"),
    (98, "the file ends too early"),
    (99, "a position past the end was asked for"),
];

/// Everything that speaks in plain numbers, but for the recording SDK.
pub fn explain(number: i64) -> Vec<Explanation> {
    let tables =
        [(Speaker::Legacy, COMMON), (Speaker::Legacy, MODULE), (Speaker::Callback, CALLBACK), (Speaker::Processing, REJECTED)];
    let listed = tables
        .into_iter()
        .filter_map(|(speaker, rows)| rows.iter().find(|(code, ..)| *code == number).map(|row| explain_row(speaker, row)));
    listed.chain(callback(number)).chain(processing(number)).collect()
}

fn callback(number: i64) -> Option<Explanation> {
    CALLBACK_INTERNAL
        .contains(&number)
        .then(|| explain_row(Speaker::Callback, &(number, "The service failed inside.", Pause, SUPPORT)))
}

/// A code made of stage and fault: −45029 is "transcoding: decoding failed".
fn processing(number: i64) -> Option<Explanation> {
    let digits = number.checked_neg()?;
    let stage = STAGES.iter().find(|(stage, _)| *stage == digits / 100)?.1;
    let fault = FAULTS.iter().find(|(fault, _)| *fault == digits % 100).map(|(_, fault)| *fault);
    let meaning = match fault {
        Some(fault) => format!("While {stage}: {fault}."),
        None => format!("While {stage}: a fault that is not listed."),
    };
    Some(Explanation { code: number.to_string(), speaker: Speaker::Processing, meaning, retry: No, advice: REENCODE })
}

/// Every listed number.
pub fn codes() -> impl Iterator<Item = i64> {
    let rows = [COMMON, MODULE, CALLBACK, REJECTED].into_iter().flatten().map(|(code, ..)| *code);
    let made = STAGES.iter().flat_map(|(stage, _)| FAULTS.iter().map(move |(fault, _)| -(stage * 100 + fault)));
    rows.chain(CALLBACK_INTERNAL.iter().copied()).chain(made)
}
