//! Segments of one recording belong together: same application, same name, each beginning where the one
//! before ended.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::name::RecordingName;
use crate::model::{Media, Period, SubAppId};

/// How far apart two consecutive segments may be. A recording that gets no data stops after one minute
/// (recording guide), so a longer gap is another recording.
pub const MAX_GAP: TimeDelta = TimeDelta::seconds(60);

/// One file of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// When its content was recorded, as far as name or source information tell.
    pub period: Option<Period>,
    /// The file.
    pub media: Media,
}

/// What one session of one source produced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// What it was started with; the file name where that does not follow the pattern.
    pub name: String,
    /// The application that holds it.
    pub sub_app_id: Option<SubAppId>,
    /// Its files, oldest first. Never empty.
    pub segments: Vec<Segment>,
}

impl Recording {
    /// From the start of the first segment to the end of the last.
    pub fn period(&self) -> Option<Period> {
        let start = self.segments.first()?.period?.start;
        let end = self.segments.iter().filter_map(|segment| segment.period).map(|period| period.end).max()?;
        Period::new(start, end).ok()
    }

    /// The content's length in milliseconds; `None` while one segment's is unknown.
    pub fn duration_ms(&self) -> Option<u64> {
        total(self.segments.iter().map(|segment| segment.media.duration_ms))
    }

    /// The source files' bytes; `None` while one segment's are unknown.
    pub fn size(&self) -> Option<u64> {
        total(self.segments.iter().map(|segment| segment.media.size))
    }
}

/// A sum of which every part is known and that can be held.
fn total(mut parts: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    parts.try_fold(0_u64, |sum, part| sum.checked_add(part?))
}

/// Joins media into recordings, oldest first; media without a time come last, by name.
pub fn join(media: Vec<Media>) -> Vec<Recording> {
    let mut tracks: BTreeMap<(Option<SubAppId>, String), Vec<Segment>> = BTreeMap::new();
    let mut recordings = Vec::new();
    for media in media {
        match RecordingName::parse(&media.name) {
            Some(parsed) => {
                let segment = Segment { period: Some(parsed.period), media };
                tracks.entry((segment.media.sub_app_id, parsed.name)).or_default().push(segment);
            }
            None => recordings.push(Recording {
                name: media.name.clone(),
                sub_app_id: media.sub_app_id,
                segments: vec![Segment { period: media.recorded, media }],
            }),
        }
    }
    for ((sub_app_id, name), mut segments) in tracks {
        segments.sort_by(|a, b| (a.period, &a.media.file_id).cmp(&(b.period, &b.media.file_id)));
        let mut open: Option<Recording> = None;
        for segment in segments {
            match &mut open {
                Some(recording) if continues(recording, &segment) => recording.segments.push(segment),
                _ => {
                    let next = Recording { name: name.clone(), sub_app_id, segments: vec![segment] };
                    recordings.extend(open.replace(next));
                }
            }
        }
        recordings.extend(open);
    }
    recordings.sort_by(|a, b| order(a).cmp(&order(b)));
    recordings
}

fn order(recording: &Recording) -> (bool, Option<DateTime<Utc>>, &str, Option<SubAppId>) {
    let start = recording.period().map(|period| period.start);
    (start.is_none(), start, &recording.name, recording.sub_app_id)
}

fn continues(recording: &Recording, segment: &Segment) -> bool {
    match (recording.period(), segment.period) {
        (Some(before), Some(next)) => next.start - before.end <= MAX_GAP,
        _ => false,
    }
}
