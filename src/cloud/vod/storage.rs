//! What is stored, where, and in which class.

use serde::{Deserialize, Serialize};

use super::actions::{
    DESCRIBE_STORAGE_DATA, DESCRIBE_STORAGE_DETAILS, DESCRIBE_STORAGE_REGIONS, MODIFY_MEDIA_STORAGE_CLASS, RESTORE_MEDIA,
};
use super::manage::Done;
use super::{ForApplication, Interval, Point, TimeWindow, Vod, wire};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::cloud::fields::{number, text, told_text};
use crate::model::{FileId, SubAppId};
pub use crate::model::{RestoreTier, StorageClass};

/// The most media that one RestoreMedia or ModifyMediaStorageClass takes.
pub const MAX_STORED: usize = 100;

/// Every `StorageType` of DescribeStorageDetails: bytes held by class, bytes deleted before the least duration of their class,
/// bytes read back by tier. `TotalStorage`, the sum of the four classes, is left out.
pub const STORAGE_TYPES: [&str; 13] = [
    "StandardStorage",
    "InfrequentStorage",
    "ArchiveStorage",
    "DeepArchiveStorage",
    "DeletedInfrequentStorage",
    "DeletedArchiveStorage",
    "DeletedDeepArchiveStorage",
    "ArchiveStandardRetrieval",
    "ArchiveExpeditedRetrieval",
    "ArchiveBulkRetrieval",
    "DeepArchiveStandardRetrieval",
    "DeepArchiveBulkRetrieval",
    "InfrequentRetrieval",
];

/// What an application stores now, in bytes. (VOD API 3.0, DescribeStorageData.) It lags about half an hour.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StorageData {
    /// Media.
    #[serde(deserialize_with = "number")]
    pub media_count: u64,
    /// All classes.
    #[serde(rename = "TotalStorage", deserialize_with = "number")]
    pub total: u64,
    /// `STANDARD`.
    #[serde(rename = "StandardStorage", deserialize_with = "number")]
    pub standard: u64,
    /// `STANDARD_IA`.
    #[serde(rename = "InfrequentStorage", deserialize_with = "number")]
    pub infrequent: u64,
    /// `ARCHIVE`.
    #[serde(rename = "ArchiveStorage", deserialize_with = "number")]
    pub archive: u64,
    /// `DEEP_ARCHIVE`.
    #[serde(rename = "DeepArchiveStorage", deserialize_with = "number")]
    pub deep_archive: u64,
    /// The same by billing area.
    #[serde(rename = "StorageStat")]
    pub areas: Vec<AreaStorage>,
}

/// What an application stores in one area, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AreaStorage {
    /// One of [`crate::model::area::STORAGE_AREAS`].
    #[serde(deserialize_with = "told_text")]
    pub area: String,
    /// All classes.
    #[serde(rename = "TotalStorage", deserialize_with = "number")]
    pub total: u64,
    /// `STANDARD`.
    #[serde(rename = "StandardStorage", deserialize_with = "number")]
    pub standard: u64,
    /// `STANDARD_IA`.
    #[serde(rename = "InfrequentStorage", deserialize_with = "number")]
    pub infrequent: u64,
    /// `ARCHIVE`.
    #[serde(rename = "ArchiveStorage", deserialize_with = "number")]
    pub archive: u64,
    /// `DEEP_ARCHIVE`.
    #[serde(rename = "DeepArchiveStorage", deserialize_with = "number")]
    pub deep_archive: u64,
}

/// `DescribeStorageDetails`. By minute at most 7 days, by day at most 90; 365 days back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StorageDetails {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// The width of a point.
    pub interval: Interval,
    /// One of [`STORAGE_TYPES`], or `TotalStorage`.
    pub storage_type: String,
    /// One of [`crate::model::area::STORAGE_AREAS`].
    pub area: String,
}

/// A region that can store media. (VOD API 3.0, DescribeStorageRegions.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StorageRegion {
    /// `ap-chongqing`, …
    #[serde(deserialize_with = "text")]
    pub region: String,
    /// Its name for people.
    #[serde(default, deserialize_with = "text")]
    pub description: String,
    /// `opened`, `unopened`.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// Whether new media go there.
    pub is_default: bool,
    /// One of [`crate::model::area::STORAGE_AREAS`].
    #[serde(deserialize_with = "text")]
    pub area: String,
}

/// `RestoreMedia`: a readable copy of archived media for some days. The event `RestoreMediaComplete` tells that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RestoreMedia {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// 1 to 100.
    pub file_ids: Vec<FileId>,
    /// How long the copy stays: at least a day.
    pub restore_day: u32,
    /// How fast; which one `None` means is not stated.
    pub restore_tier: Option<RestoreTier>,
}

/// `ModifyMediaStorageClass`. `STANDARD` to each other class, `STANDARD_IA` too; `ARCHIVE` and `DEEP_ARCHIVE` only to `STANDARD`,
/// which needs a tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifyMediaStorageClass {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// 1 to 100.
    pub file_ids: Vec<FileId>,
    /// The class they are to have.
    pub storage_class: StorageClass,
    /// How fast, where they leave `ARCHIVE` or `DEEP_ARCHIVE`.
    pub restore_tier: Option<RestoreTier>,
}

impl Vod<'_> {
    /// What an application stores now.
    pub async fn describe_storage_data(self, sub_app_id: Option<SubAppId>) -> Result<StorageData, Error> {
        self.client.ask(&DESCRIBE_STORAGE_DATA, &ForApplication { sub_app_id }).await
    }

    /// Stored bytes of one storage type in one area, oldest first.
    ///
    /// The answer includes the bucket in which the requested end lies; points outside the asked period are dropped.
    pub async fn describe_storage_details(self, request: &StorageDetails) -> Result<Vec<Point>, Error> {
        let most = if request.interval == Interval::Minute { 7 } else { 90 };
        Check::of(&DESCRIBE_STORAGE_DETAILS).days(request.window.period(), most)?;
        let answer: wire::Points = self.client.ask(&DESCRIBE_STORAGE_DETAILS, request).await?;
        Point::inside(DESCRIBE_STORAGE_DETAILS.action.name, answer.data, request.window.period())
    }

    /// The regions that can store an application's media.
    pub async fn describe_storage_regions(self, sub_app_id: Option<SubAppId>) -> Result<Vec<StorageRegion>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            storage_region_infos: Vec<StorageRegion>,
        }
        let answer: Answer = self.client.ask(&DESCRIBE_STORAGE_REGIONS, &ForApplication { sub_app_id }).await?;
        Ok(answer.storage_region_infos)
    }

    /// Has archived media copied to where they can be read. It costs by bytes and tier, each time.
    pub async fn restore_media(self, request: &RestoreMedia) -> Result<Done, Error> {
        let check = Check::of(&RESTORE_MEDIA);
        check.some("FileIds", &request.file_ids, MAX_STORED)?;
        check.holds(request.restore_day > 0, "RestoreDay: at least one day is needed")?;
        self.client.ask(&RESTORE_MEDIA, request).await
    }

    /// Moves media to another storage class.
    pub async fn modify_media_storage_class(self, request: &ModifyMediaStorageClass) -> Result<Done, Error> {
        Check::of(&MODIFY_MEDIA_STORAGE_CLASS).some("FileIds", &request.file_ids, MAX_STORED)?;
        self.client.ask(&MODIFY_MEDIA_STORAGE_CLASS, request).await
    }
}
