//! SearchMedia and DescribeMediaInfos of a large account, written without a tree of JSON: a page of 5000 media must not
//! take the time of those who are measured beside it.
//!
//! A media is written once as usual, with marks where media differ; every other media is that text with its own values.

use std::fmt::Write;

use chrono::{DateTime, Timelike, Utc};

use super::media::{self, REACH};
use super::media_answer::{Filters, MediaInfo};
use super::{ApiError, Call, utc};
use crate::model::time::BILLING_OFFSET;
use crate::sim::account::{Large, Media, Query, Recording};
use crate::sim::switches::Order;

/// Parameters that a search answers from the order of creation alone.
const BY_TIME: [&str; 8] = ["SubAppId", "CreateTime", "StartTime", "EndTime", "Sort", "Offset", "Limit", "Filters"];

/// The beginning of every answer.
const BEGIN: &str = "{\"Response\":{";

/// An answer as text, up to where the request id follows.
pub(super) fn search(call: &Call<'_>, large: &Large, repeat_first: bool) -> Result<String, ApiError> {
    let (offset, limit) = media::page_of(&call.params)?;
    let now = call.cloud.now();
    let (after, before) = media::created_range(&call.params);
    let prefixes = call.params.texts("NamePrefixes").unwrap_or_default();
    let others = |recording: &Recording| {
        // Most of those that do not fit are told by their room.
        (prefixes.is_empty() || prefixes.iter().any(|prefix| may_begin_with(recording, prefix)))
            && media::matches(&call.params, call.application, &large.media(recording))
    };
    let mut page = large.search(&Query {
        after,
        before,
        now,
        newest_first: media::order(call) == Order::Descending,
        offset,
        limit,
        reach: REACH,
        wanted: (!call.params.has_only(&BY_TIME)).then_some(&others),
    });
    large.stir(now);
    if let (true, Some(first)) = (repeat_first, page.recordings.first().copied()) {
        page.recordings.push(first);
    }
    let mut text = format!("{BEGIN}\"TotalCount\":{},", page.total);
    write_set(call, large, &page.recordings, &mut text)?;
    Ok(text)
}

/// The same for media whose ids are known.
pub(super) fn infos(call: &Call<'_>, large: &Large) -> Result<String, ApiError> {
    let wanted = call.params.texts("FileIds").ok_or_else(|| ApiError::value("FileIds", "it is empty"))?;
    let now = call.cloud.now();
    let found: Vec<Recording> = wanted.iter().filter_map(|id| large.by_id(id, now)).collect();
    let missing: Vec<&&str> = wanted.iter().filter(|id| large.by_id(id, now).is_none()).collect();
    let mut text = BEGIN.to_owned();
    write_set(call, large, &found, &mut text)?;
    text += ",\"NotExistFileIdSet\":";
    text += &json(&missing)?;
    Ok(text)
}

/// Whether the name of a media may have this prefix, as far as its room tells.
fn may_begin_with(recording: &Recording, prefix: &str) -> bool {
    let beginning = format!("room_{}_", recording.room);
    beginning.starts_with(prefix) || prefix.starts_with(&beginning)
}

fn write_set(call: &Call<'_>, large: &Large, recordings: &[Recording], text: &mut String) -> Result<(), ApiError> {
    text.push_str("\"MediaInfoSet\":[");
    let mut forms = [None, None];
    let mut dates = Dates::default();
    for (place, recording) in recordings.iter().enumerate() {
        let form = &mut forms[usize::from(recording.infrequent)];
        let form = match form {
            Some(form) => form,
            None => {
                let new = Form::of(call, large, recording)?;
                // All that follow are about as long.
                text.reserve(new.length * recordings.len());
                form.insert(new)
            }
        };
        if place > 0 {
            text.push(',');
        }
        form.write(text, large, recording, &mut dates);
    }
    text.push(']');
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| ApiError::new("InternalError", error.to_string()))
}

/// What differs from media to media.
#[derive(Clone, Copy, Debug)]
enum Hole {
    Id,
    Name,
    Stream,
    Created,
    Start,
    End,
    Size,
    Transcoded,
    Seconds,
}

/// The text of a media, cut where media differ.
struct Form {
    /// Each text, and what follows it.
    pieces: Vec<(String, Hole)>,
    rest: String,
    length: usize,
}

impl Form {
    fn of(call: &Call<'_>, large: &Large, like: &Recording) -> Result<Self, ApiError> {
        let (media, marks) = marked(large.media(like));
        let filters = Filters::of(call.params.texts("Filters"));
        let text = json(&MediaInfo::of(&call.cloud.account, call.application, &media, &filters))?;
        let (mut pieces, mut rest) = (Vec::new(), text.as_str());
        let next = |rest: &str| {
            let found = marks.iter().filter_map(|(mark, hole)| rest.find(mark.as_str()).map(|at| (at, mark.len(), *hole)));
            found.min_by_key(|(at, ..)| *at)
        };
        while let Some((at, length, hole)) = next(rest) {
            pieces.push((rest[..at].to_owned(), hole));
            rest = &rest[at + length..];
        }
        Ok(Self { pieces, rest: rest.to_owned(), length: text.len() + 64 })
    }

    fn write(&self, text: &mut String, large: &Large, recording: &Recording, dates: &mut Dates) {
        for (piece, hole) in &self.pieces {
            text.push_str(piece);
            match hole {
                Hole::Id => text.push_str(&large.file_id(recording.index)),
                Hole::Name => {
                    number(text, "room_", u64::from(recording.room));
                    for time in [recording.start(), recording.end()] {
                        text.push('_');
                        dates.civil(text, time);
                    }
                }
                Hole::Stream => number(text, "room_", u64::from(recording.room)),
                Hole::Created => dates.utc(text, recording.created),
                Hole::Start => dates.utc(text, recording.start()),
                Hole::End => dates.utc(text, recording.end()),
                Hole::Size => number(text, "", recording.size),
                Hole::Transcoded => number(text, "", recording.transcoded()),
                Hole::Seconds => {
                    number(text, "", u64::from(recording.duration));
                    text.push_str(".0");
                }
            }
        }
        text.push_str(&self.rest);
    }
}

fn number(text: &mut String, before: &str, number: u64) {
    // Writing to a string does not fail.
    let _ = write!(text, "{before}{number}");
}

/// A media with marks for values, and how each mark is written.
fn marked(mut media: Media) -> (Media, Vec<(String, Hole)>) {
    let moment = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    // Values that occur nowhere else in an answer.
    let [created, start, end] = [moment(7_000_001), moment(17_000_002), moment(27_000_003)];
    media.file_id = "@ID@".to_owned();
    media.name = "@NAME@".to_owned();
    media.created = created;
    if let Some(live) = &mut media.live {
        "@STREAM@".clone_into(&mut live.stream);
        (live.start, live.end) = (start, end);
    }
    media.size = 7_777_777_777_001;
    media.duration_ms = 888_888_125;
    let transcoded = media.transcodes.first().map(|form| form.size(&media)).unwrap_or_default();
    let marks = vec![
        (media.file_id.clone(), Hole::Id),
        (media.name.clone(), Hole::Name),
        ("@STREAM@".to_owned(), Hole::Stream),
        (utc(created), Hole::Created),
        (utc(start), Hole::Start),
        (utc(end), Hole::End),
        (media.size.to_string(), Hole::Size),
        (transcoded.to_string(), Hole::Transcoded),
        ("888888.125".to_owned(), Hole::Seconds),
    ];
    (media, marks)
}

/// Writes times, and remembers the date of the last one, which the next mostly shares.
#[derive(Default)]
struct Dates {
    days: i64,
    date: String,
}

impl Dates {
    /// `2026-10-12T11:00:00Z`
    fn utc(&mut self, text: &mut String, time: DateTime<Utc>) {
        self.date(text, time.timestamp(), time);
        clock(text, time.num_seconds_from_midnight(), 'T', ':');
        text.push('Z');
    }

    /// `2026-10-12-19-00-00` at UTC+8
    fn civil(&mut self, text: &mut String, time: DateTime<Utc>) {
        let shifted = time + BILLING_OFFSET;
        self.date(text, shifted.timestamp(), shifted);
        clock(text, shifted.num_seconds_from_midnight(), '-', '-');
    }

    fn date(&mut self, text: &mut String, seconds: i64, time: DateTime<Utc>) {
        let days = seconds.div_euclid(86_400);
        if self.date.is_empty() || self.days != days {
            (self.days, self.date) = (days, time.format("%Y-%m-%d").to_string());
        }
        text.push_str(&self.date);
    }
}

fn clock(text: &mut String, seconds: u32, first: char, between: char) {
    for (mark, part) in [(first, seconds / 3600), (between, seconds / 60 % 60), (between, seconds % 60)] {
        text.push(mark);
        for digit in [part / 10, part % 10] {
            text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
    }
}
