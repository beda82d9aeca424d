//! Media: one FileId in VOD, the same shape from both APIs.

use chrono::{DateTime, Utc};

use super::id::{FileId, SubAppId, Vid};
use super::time::Period;

/// What can be done with a media at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaState {
    /// Playable.
    Normal,
    /// Still being written, transcoded or published (legacy states 0, 4, 5 and 10).
    Processing,
    /// Processing failed (legacy states 1 and 7).
    Failed,
    /// Switched off by its owner or by the platform (`Forbidden`, `SystemForbidden`, legacy 3).
    Forbidden,
    /// Being deleted, or gone (legacy −1, 6 and 100).
    Deleted,
    /// A value that no document lists.
    Unknown,
}

impl MediaState {
    /// The word used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Processing => "processing",
            Self::Failed => "failed",
            Self::Forbidden => "forbidden",
            Self::Deleted => "deleted",
            Self::Unknown => "unknown",
        }
    }
}

/// One media. What an API does not tell is `None` or empty, never zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its id.
    pub file_id: FileId,
    /// Its name; for recordings the pattern `<name>_<start>_<end>`.
    pub name: String,
    /// The recording's vid, where an API tells it.
    pub vid: Option<Vid>,
    /// The application it belongs to, where asked for.
    pub sub_app_id: Option<SubAppId>,
    /// Whether it can be played.
    pub state: MediaState,
    /// `Record`, `Upload`, `TrtcRecord`, … as the API says; empty on the legacy API.
    pub source_type: String,
    /// When it was created.
    pub created: Option<DateTime<Utc>>,
    /// When it will be deleted by itself; `None` is never or unknown.
    pub expires: Option<DateTime<Utc>>,
    /// The stretch that was recorded, where the API tells it (live recordings).
    pub recorded: Option<Period>,
    /// The live stream it was recorded from.
    pub stream_id: Option<String>,
    /// The TRTC room it was recorded from.
    pub room_id: Option<String>,
    /// Category id.
    pub class_id: Option<i64>,
    /// Category name.
    pub class_name: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Bytes of the source file.
    pub size: Option<u64>,
    /// `STANDARD`, `STANDARD_IA`, `ARCHIVE`, `DEEP_ARCHIVE`.
    pub storage_class: String,
    /// The region that stores it.
    pub storage_region: String,
    /// The cover picture.
    pub cover_url: String,
    /// What can be played: the original (definition 0) first, then the transcodes.
    pub renditions: Vec<Rendition>,
}

impl Media {
    /// A media of which only the id is known.
    pub fn new(file_id: FileId) -> Self {
        Self {
            file_id,
            name: String::new(),
            vid: None,
            sub_app_id: None,
            state: MediaState::Unknown,
            source_type: String::new(),
            created: None,
            expires: None,
            recorded: None,
            stream_id: None,
            room_id: None,
            class_id: None,
            class_name: String::new(),
            tags: Vec::new(),
            duration_ms: None,
            size: None,
            storage_class: String::new(),
            storage_region: String::new(),
            cover_url: String::new(),
            renditions: Vec::new(),
        }
    }
}

/// One playable form of a media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// The template: 0 is the original; an open number.
    pub definition: i64,
    /// Where it is played from, unsigned.
    pub url: String,
    /// Bits per second. (The legacy tables say kbit/s; the values are bit/s.)
    pub bitrate: Option<u64>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Bytes.
    pub size: Option<u64>,
}
