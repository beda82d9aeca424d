//! Media as an account file declares it.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Application, optional_time, time};

/// One media.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Decimal text; may pass 2⁶³.
    pub file_id: String,
    /// Its name. Recordings carry `<name>_<start>_<end>` at UTC+8.
    pub name: String,
    /// `<account number>_<32 hex digits>`; empty for media that was not recorded.
    #[serde(default)]
    pub vid: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// When it came into being. Media of the future is not there yet.
    #[serde(deserialize_with = "time")]
    pub created: DateTime<Utc>,
    /// When it deletes itself.
    #[serde(default, deserialize_with = "optional_time")]
    pub expires: Option<DateTime<Utc>>,
    /// Until when it is being transcoded; only the legacy API shows it, as status 4.
    #[serde(default, deserialize_with = "optional_time")]
    pub transcoding_until: Option<DateTime<Utc>>,
    /// `Record`, `Upload`, `VideoProcessing`, `TrtcRecord`, `WebPageRecord` or `Unknown`.
    #[serde(default = "upload")]
    pub source: String,
    /// Where a live recording comes from.
    pub live: Option<LiveSource>,
    /// Where a TRTC recording comes from.
    pub trtc: Option<TrtcSource>,
    /// Category; 0 is none.
    #[serde(default)]
    pub class: i64,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// `Normal`, `SystemForbidden` or `Forbidden`.
    #[serde(default = "normal")]
    pub status: String,
    /// `Video`, `Audio` or `Image`.
    #[serde(default = "video")]
    pub category: String,
    /// File suffix.
    #[serde(default = "mp4")]
    pub container: String,
    /// Milliseconds.
    pub duration_ms: u64,
    /// Bytes of the source file.
    pub size: u64,
    /// Pixels.
    #[serde(default)]
    pub width: u32,
    /// Pixels.
    #[serde(default)]
    pub height: u32,
    /// Bits per second; 0 where the cloud has not looked.
    #[serde(default)]
    pub bitrate: u64,
    /// Transcoded forms beside the original.
    #[serde(default)]
    pub transcodes: Vec<Transcode>,
    /// `STANDARD`, `STANDARD_IA`, `ARCHIVE` or `DEEP_ARCHIVE`.
    #[serde(default = "standard")]
    pub storage_class: String,
    /// The region that stores it, when not the application's first.
    pub storage_region: Option<String>,
    /// Its path, in an application with paths; `/NAME.CONTAINER` when absent.
    pub path: Option<String>,
    /// What requests have made of it.
    #[serde(skip)]
    pub changes: Changes,
}

/// What requests have made of a media since the account was read.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// It is gone.
    pub deleted: bool,
    /// Its source file is gone; other forms are still there.
    pub original_deleted: bool,
    /// When it was last changed.
    pub updated: Option<DateTime<Utc>>,
    /// How many covers were put up: each has an address of its own.
    pub covers: u32,
    /// Descriptions of moments.
    pub key_frames: Vec<KeyFrame>,
    /// Subtitles.
    pub subtitles: Vec<Subtitle>,
    /// Since when it has its storage class.
    pub class_since: Option<DateTime<Utc>>,
    /// What is under way.
    pub restore: Option<Restore>,
}

/// A description of a moment.
#[derive(Clone, Debug)]
pub struct KeyFrame {
    /// Seconds, as they were sent.
    pub offset: serde_json::Number,
    /// The text.
    pub content: String,
}

/// A subtitle.
#[derive(Clone, Debug)]
pub struct Subtitle {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `cn`, `en`, …
    pub language: String,
    /// `vtt`, …
    pub format: String,
}

/// Media on its way out of an archive.
#[derive(Clone, Debug)]
pub struct Restore {
    /// `Expedited`, `Standard` or `Bulk`.
    pub tier: String,
    /// The class it will have; its own when only a copy is made.
    pub class: String,
    /// Days that the copy stays; 0 when the class changes.
    pub days: u64,
    /// When it is done.
    pub done: DateTime<Utc>,
}

/// A live stream.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveSource {
    /// Stream id.
    pub stream: String,
    /// When recording began.
    #[serde(deserialize_with = "time")]
    pub start: DateTime<Utc>,
    /// When recording ended.
    #[serde(deserialize_with = "time")]
    pub end: DateTime<Utc>,
    /// Domain of the push.
    #[serde(default)]
    pub domain: String,
    /// Path of the push.
    #[serde(default)]
    pub path: String,
}

/// A TRTC room.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrtcSource {
    /// The TRTC application.
    pub sdk_app_id: u64,
    /// The room.
    pub room: String,
    /// The recording task.
    pub task: String,
    /// Who was recorded.
    #[serde(default)]
    pub users: Vec<String>,
}

/// One transcoded form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcode {
    /// Template.
    pub definition: i64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits per second.
    pub bitrate: u64,
    /// File suffix.
    #[serde(default = "mp4")]
    pub container: String,
}

impl Transcode {
    /// Bytes: what the bit rate makes of the duration.
    pub fn size(&self, media: &Media) -> u64 {
        u64::try_from(u128::from(self.bitrate) * u128::from(media.duration_ms) / 8000).unwrap_or(u64::MAX)
    }
}

impl Media {
    /// The URL of one form; definition 0 is the original.
    pub fn url(&self, app_id: u64, application: &Application, definition: i64, container: &str) -> String {
        let host = self.host(app_id, application);
        let hash = &self.digest("url")[..8];
        let kind = if definition == 0 { "vodcq" } else { "vodtranscq" };
        let file = match (definition, container) {
            (0, "m3u8") => "playlist.m3u8".to_owned(),
            (_, "m3u8") => format!("v.f{definition}.m3u8"),
            _ => format!("f{definition}.{container}"),
        };
        format!("http://{host}/{hash}{kind}{app_id}/{hash}{id}/{file}", id = self.file_id)
    }

    /// The URL of the cover picture.
    pub fn cover_url(&self, app_id: u64, application: &Application) -> String {
        let hash = &self.digest("url")[..8];
        let file = match self.changes.covers {
            0 => "cover.jpg".to_owned(),
            count => format!("cover_{count}.jpg"),
        };
        format!("http://{}/{hash}vodcq{app_id}/{hash}{}/{file}", self.host(app_id, application), self.file_id)
    }

    /// The URL of a subtitle.
    pub fn subtitle_url(&self, app_id: u64, application: &Application, subtitle: &Subtitle) -> String {
        let hash = &self.digest("url")[..8];
        let (host, id) = (self.host(app_id, application), &self.file_id);
        format!("http://{host}/{hash}vodcq{app_id}/{hash}{id}/{}.{}", subtitle.id, subtitle.format)
    }

    /// Bytes of all forms that are still there.
    pub fn stored_bytes(&self) -> u64 {
        let original = if self.changes.original_deleted { 0 } else { self.size };
        original + self.transcodes.iter().map(|form| form.size(self)).sum::<u64>()
    }

    /// The region that stores it.
    pub fn region<'a>(&'a self, application: &'a Application) -> &'a str {
        let region = self.storage_region.as_ref().or(application.storage_regions.first());
        region.map(String::as_str).unwrap_or_default()
    }

    /// 32 hex digits that stand in for the MD5 of a file that does not exist.
    pub fn md5(&self, definition: i64) -> String {
        self.digest(&format!("f{definition}"))[..32].to_owned()
    }

    fn host(&self, app_id: u64, application: &Application) -> String {
        application.domains.first().map_or_else(|| format!("{app_id}.vod2.myqcloud.com"), |domain| domain.name.clone())
    }

    fn digest(&self, salt: &str) -> String {
        hex::encode(Sha256::digest(format!("{salt}:{}", self.file_id)))
    }
}

fn upload() -> String {
    "Upload".to_owned()
}

fn normal() -> String {
    "Normal".to_owned()
}

fn video() -> String {
    "Video".to_owned()
}

fn mp4() -> String {
    "mp4".to_owned()
}

fn standard() -> String {
    "STANDARD".to_owned()
}
