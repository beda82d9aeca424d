//! DescribeVodInfo: media by the time of their creation, and the documented bridge between FileId and vid.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize, Serializer};

use super::convert::state;
use super::{Legacy, actions};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::cloud::fields::{file_id, some_number, some_text, some_vid, text, texts};
use crate::cloud::lenient::Exact;
use crate::model::{FileId, MediaState, Vid};

/// The largest page.
pub const LARGEST_PAGE: u64 = 100;
/// The smallest page.
pub const SMALLEST_PAGE: u64 = 10;

/// `DescribeVodInfo`. In which zone its times are is not stated, so they are given as they are sent. Asking for several media by id
/// is not supported, by its own table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeVodInfo {
    /// Created from this moment on; by default from 1970 on.
    #[serde(serialize_with = "moment")]
    pub from: Option<NaiveDateTime>,
    /// Created up to this moment; by default up to 2038.
    #[serde(serialize_with = "moment")]
    pub to: Option<NaiveDateTime>,
    /// One class.
    pub class_id: Option<i64>,
    /// One status, by its number: 2 is normal.
    pub status: Option<i32>,
    /// The order in time. Two editions of the page differ on what `None` means.
    pub orderby: Option<TimeOrder>,
    /// Whether pages count from 0 or 1 is not documented.
    pub page_no: Option<u64>,
    /// 10 to 100.
    pub page_size: Option<u64>,
}

/// An order in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOrder {
    /// The oldest first.
    OldestFirst,
    /// The newest first.
    NewestFirst,
}

impl Serialize for TimeOrder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(match self {
            Self::OldestFirst => 0,
            Self::NewestFirst => 1,
        })
    }
}

fn moment<S: Serializer>(moment: &Option<NaiveDateTime>, serializer: S) -> Result<S::Ok, S::Error> {
    moment.map(|moment| moment.format("%Y-%m-%d %H:%M:%S").to_string()).serialize(serializer)
}

/// One page of DescribeVodInfo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VodInfo {
    /// All hits; the page's own example leaves it out.
    pub total: Option<u64>,
    /// The hits of this page.
    pub media: Vec<VodInfoItem>,
}

/// A media as DescribeVodInfo tells it: every number as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VodInfoItem {
    /// Its id.
    pub file_id: FileId,
    /// The recording's id.
    pub vid: Option<Vid>,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Bytes.
    pub size: Option<u64>,
    /// Milliseconds; the API tells whole seconds.
    pub duration_ms: Option<u64>,
    /// Whether it can be played.
    pub state: MediaState,
    /// When it was created, in a zone that is not stated: `2015-01-12 21:37:11`.
    pub created: String,
    /// When it was last changed, in the same zone.
    pub updated: String,
    /// Its class.
    pub class_id: Option<i64>,
    /// The name of its class.
    pub class_name: String,
    /// The cover picture.
    pub cover_url: String,
    /// Tags.
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default, deserialize_with = "some_number")]
    total_count: Option<u64>,
    file_set: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(deserialize_with = "file_id")]
    file_id: FileId,
    #[serde(default, deserialize_with = "some_vid")]
    vid: Option<Vid>,
    #[serde(default, deserialize_with = "text")]
    file_name: String,
    #[serde(default, deserialize_with = "some_text")]
    file_intro: Option<String>,
    #[serde(default, deserialize_with = "text")]
    description: String,
    #[serde(default, deserialize_with = "some_number")]
    size: Option<u64>,
    #[serde(default)]
    duration: Option<Exact>,
    #[serde(default, deserialize_with = "text")]
    status: String,
    #[serde(default, deserialize_with = "text")]
    create_time: String,
    #[serde(default, deserialize_with = "text")]
    update_time: String,
    #[serde(default, deserialize_with = "some_number")]
    class_id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    class_name: String,
    #[serde(default, deserialize_with = "some_text")]
    image_url: Option<String>,
    /// The same under the name of other answers that were captured.
    #[serde(default, rename = "image_url", deserialize_with = "text")]
    image_url_captured: String,
    #[serde(default, deserialize_with = "texts")]
    tags: Vec<String>,
}

impl From<Item> for VodInfoItem {
    fn from(item: Item) -> Self {
        Self {
            file_id: item.file_id,
            vid: item.vid,
            name: item.file_name,
            description: item.file_intro.unwrap_or(item.description),
            size: item.size,
            duration_ms: item.duration.and_then(Exact::to_millis).filter(|millis| *millis > 0),
            state: state(item.status.trim()),
            created: item.create_time,
            updated: item.update_time,
            class_id: item.class_id,
            class_name: item.class_name,
            cover_url: item.image_url.unwrap_or(item.image_url_captured),
            tags: item.tags,
        }
    }
}

impl Legacy<'_> {
    /// One page of media by the time of their creation.
    pub async fn describe_vod_info(self, request: &DescribeVodInfo) -> Result<VodInfo, Error> {
        let fits = request.page_size.is_none_or(|size| (SMALLEST_PAGE..=LARGEST_PAGE).contains(&size));
        Check::of(&actions::DESCRIBE_VOD_INFO).holds(fits, "pageSize: 10 to 100 are taken")?;
        let answer: Answer = self.client.ask(&actions::DESCRIBE_VOD_INFO, request).await?;
        Ok(VodInfo { total: answer.total_count, media: answer.file_set.into_iter().map(VodInfoItem::from).collect() })
    }
}
