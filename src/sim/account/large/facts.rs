//! What one media of a large account is: lessons, recorded from live streams.

use chrono::{DateTime, TimeDelta, Utc};

use super::{BEGIN, Large, mix};
use crate::model::time::BILLING_OFFSET;
use crate::sim::account::media::Transcode;
use crate::sim::account::{LiveSource, Media};

/// In front of all ids, which pass 2⁶³ as real ones do.
const FIRST_ID: u64 = 11_000_000_000_000_000_000;
/// From application to application, and from media to media.
const ID_STEPS: (u64, u64) = (10_000_000_000_000_000, 1_000_003);
/// Bits per second of the source file, and of its transcoded form.
const BITRATES: (u64, u64) = (1_500_000, 512_000);
/// How long after its end a recording becomes a media.
const DELAY: TimeDelta = TimeDelta::seconds(60);

/// One media in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Its number.
    pub index: u32,
    /// When it came.
    pub created: DateTime<Utc>,
    /// Seconds.
    pub duration: u32,
    /// The room, from 0 to 1999.
    pub room: u32,
    /// Bytes of the source file.
    pub size: u64,
    /// Whether it is in infrequent storage: one of ten.
    pub infrequent: bool,
}

impl Recording {
    /// When recording ended.
    pub fn end(&self) -> DateTime<Utc> {
        self.created - DELAY
    }

    /// When recording began.
    pub fn start(&self) -> DateTime<Utc> {
        self.end() - TimeDelta::seconds(i64::from(self.duration))
    }

    /// Bytes of the transcoded form.
    pub fn transcoded(&self) -> u64 {
        BITRATES.1 / 8 * u64::from(self.duration)
    }

    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.size + self.transcoded()
    }
}

impl Large {
    /// The media with a number that came at a second after the beginning.
    pub(super) fn recording(&self, index: u32, second: u32) -> Recording {
        let draw = mix(self.seed, u64::from(index));
        let duration = 600 + u32::try_from(draw % 6600).unwrap_or(0);
        Recording {
            index,
            created: DateTime::from_timestamp(BEGIN + i64::from(second), 0).unwrap_or_default(),
            duration,
            room: u32::try_from((draw >> 20) % 2000).unwrap_or(0),
            size: BITRATES.0 / 8 * u64::from(duration) + (draw >> 40) % 1000,
            infrequent: index % 10 == 9,
        }
    }

    /// The id of a number.
    pub fn file_id(&self, index: u32) -> String {
        self.id(index).to_string()
    }

    fn id(&self, index: u32) -> u64 {
        FIRST_ID + u64::from(self.number) * ID_STEPS.0 + u64::from(index) * ID_STEPS.1
    }

    /// The number of an id, if it belongs here.
    pub(super) fn index_of(&self, file_id: &str) -> Option<u32> {
        let past = file_id.parse::<u64>().ok()?.checked_sub(self.id(0))?;
        past.is_multiple_of(ID_STEPS.1).then(|| u32::try_from(past / ID_STEPS.1).ok()).flatten()
    }

    /// The whole media.
    pub fn media(&self, recording: &Recording) -> Media {
        let stream = format!("room_{}", recording.room);
        let civil = |time: DateTime<Utc>| time.with_timezone(&BILLING_OFFSET).format("%Y-%m-%d-%H-%M-%S");
        Media {
            file_id: self.file_id(recording.index),
            name: format!("{stream}_{}_{}", civil(recording.start()), civil(recording.end())),
            vid: String::new(),
            description: String::new(),
            created: recording.created,
            expires: None,
            transcoding_until: None,
            source: "Record".to_owned(),
            live: Some(LiveSource {
                stream,
                start: recording.start(),
                end: recording.end(),
                domain: "live.example.com".to_owned(),
                path: "live".to_owned(),
            }),
            trtc: None,
            class: 0,
            tags: Vec::new(),
            status: "Normal".to_owned(),
            category: "Video".to_owned(),
            container: "mp4".to_owned(),
            duration_ms: u64::from(recording.duration) * 1000,
            size: recording.size,
            width: 1920,
            height: 1080,
            bitrate: BITRATES.0,
            transcodes: vec![Transcode {
                definition: 100_030,
                width: 1280,
                height: 720,
                bitrate: BITRATES.1,
                container: "mp4".to_owned(),
            }],
            storage_class: if recording.infrequent { "STANDARD_IA" } else { "STANDARD" }.to_owned(),
            storage_region: None,
            path: None,
            changes: Default::default(),
        }
    }
}
