//! VOD, API 3.0, version 2018-07-17. Shapes and limits from the API model of tccli 3.1.189.1.
//!
//! One method for each action, named like it; a listing in pages is a stream ([`Pages`](crate::cloud::Pages)). Members that nobody
//! here has a use for are not declared, and unknown ones are ignored. Ids are text, quantities whole numbers, and whatever gives
//! access is a [`Secret`](crate::model::Secret). Limits that can be checked without the account are checked before anything is sent.

mod aigc;
mod applications;
mod convert;
mod delivery;
mod details;
mod domains;
mod event;
mod events;
mod files;
mod logs;
mod manage;
mod media;
pub mod play_stats;
mod point;
mod products;
mod search;
mod storage;
mod tasks;
mod usage;
mod walk;
mod window;
mod wire;

use serde::Serialize;

use super::Client;
use super::actions::vod as actions;
use crate::model::SubAppId;

pub use aigc::{AigcKind, AigcText, AigcUsage};
pub use applications::{Application, Listed};
pub use delivery::{CdnData, CdnFilter, CdnInterval, CdnMetric, CdnStatDetails, CdnUsage, MAX_DOMAINS};
pub use details::{
    AdaptiveStream, Animation, AudioStream, FileProperties, LiveSource, MediaBasics, MediaDetails, PageSource, Source, SubStream,
    Subtitle, Transcode, TrtcSource, VideoStream,
};
pub use domains::{AcceleratedArea, AddressRule, DefaultDistribution, Domain, HttpsConfig, Quic, RefererRule, UrlSignature};
pub use event::{ClipPersisted, DeletedPart, Event, EventContent, FileDeletion, FileUploaded, FilesDeleted, MediaRestored};
pub use events::{EventConfig, EventConfigChange, MAX_EVENTS};
pub use files::{FileEntry, ListFiles, StoredFile};
pub use logs::{CdnLog, CdnLogs};
pub use manage::{DeleteMedia, DeletePart, Deletion, Done, Expiry, MediaFiles, ModifyMediaInfo};
pub use media::{DetailedMedia, MAX_FILE_IDS, MediaInfos, MediaPart};
pub use play_stats::{DailyPlays, MediaPlays, MostPlayed, MostPlayedBy, PlayInterval, PlayPoint, PlayStatFile};
pub use point::{Point, TaskUsage};
pub use products::{PackedResource, PrepaidProduct};
pub use search::{OldestFirst, SEARCH_PAGE, SEARCH_WALL, SearchMedia, SearchMediaAnswer};
pub use storage::{
    AreaStorage, MAX_STORED, ModifyMediaStorageClass, RestoreMedia, RestoreTier, STORAGE_TYPES, StorageClass, StorageData,
    StorageDetails, StorageRegion,
};
pub use tasks::{ProcedureTask, ProcessResult, TaskDetail, TaskOutcome, TaskOutput};
pub use usage::{MediaProcessUsage, ReviewDetails, UploadAcceleration, UsageOver};
pub use walk::{Step, VOD_BEGINNING};
pub use window::{Interval, TimeWindow};

/// The actions of VOD, API 3.0. Get it from [`Client::vod`].
#[derive(Clone, Copy, Debug)]
pub struct Vod<'a> {
    pub(super) client: &'a Client,
}

/// What calls ask that want nothing but an application.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ForApplication {
    sub_app_id: Option<SubAppId>,
}
