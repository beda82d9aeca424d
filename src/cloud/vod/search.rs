//! SearchMedia: media by what is known of them.

use serde::{Serialize, Serializer};

use super::actions::SEARCH_MEDIA;
use super::window::range;
use super::{MediaPart, Vod, wire};
use crate::cloud::check::Check;
use crate::cloud::pages::{self, Page, Pages};
use crate::cloud::{Error, ErrorKind};
use crate::model::{FileId, Media, Period, SubAppId};

/// The most media that SearchMedia shows of one query; `TotalCount` stops here too.
pub const SEARCH_WALL: u64 = 5_000;
/// The largest page of SearchMedia that is asked for. The API states only Offset + Limit ≤ 5000.
pub const SEARCH_PAGE: u64 = 100;

/// `SearchMedia`. Members of one list are alternatives; different lists must all match; an empty list matches everything.
/// (VOD API 3.0, SearchMedia.) Media that have expired are never found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SearchMedia {
    /// The application; `None` is the default one, where the account allows that.
    pub sub_app_id: Option<SubAppId>,
    /// At most 10, each up to 40 characters.
    pub file_ids: Vec<FileId>,
    /// Parts of names, matched loosely; at most 10, each up to 100 characters. Hits come by how well they match.
    pub names: Vec<String>,
    /// At most 10, each up to 100 characters.
    pub name_prefixes: Vec<String>,
    /// Parts of descriptions, matched loosely; at most 10, each up to 100 characters. Hits come by how well they match.
    pub descriptions: Vec<String>,
    /// At most 16, each up to 32 characters.
    pub tags: Vec<String>,
    /// At most 10; sub-classes are included.
    pub class_ids: Vec<i64>,
    /// `Video`, `Audio`, `Image`.
    pub categories: Vec<String>,
    /// `Record`, `Upload`, `VideoProcessing`, `TrtcRecord`, `WebPageRecord`, `Unknown`; at most 10.
    pub source_types: Vec<String>,
    /// Live streams; at most 10.
    pub stream_ids: Vec<String>,
    /// Domains of live streams; only media recorded from one have it.
    pub stream_domains: Vec<String>,
    /// Paths of live streams; only media recorded from one have it.
    pub stream_paths: Vec<String>,
    /// TRTC applications; at most 10.
    pub trtc_sdk_app_ids: Vec<u64>,
    /// At most 10, each up to 64 characters.
    pub trtc_room_ids: Vec<String>,
    /// Created in this half-open period.
    #[serde(serialize_with = "range")]
    pub create_time: Option<Period>,
    /// Expiring in this half-open period.
    #[serde(serialize_with = "range")]
    pub expire_time: Option<Period>,
    /// `ap-chongqing`, …; at most 20, each up to 20 characters.
    pub storage_regions: Vec<String>,
    /// `STANDARD`, `STANDARD_IA`, `ARCHIVE`, `DEEP_ARCHIVE`.
    pub storage_classes: Vec<String>,
    /// Container formats: `mp4`, …; at most 10.
    pub media_types: Vec<String>,
    /// `Normal`, `SystemForbidden`, `Forbidden`.
    pub status: Vec<String>,
    /// `pass`, `review`, `block`, `notModerated`.
    pub review_results: Vec<String>,
    /// What to tell of each media; empty is everything.
    pub filters: Vec<MediaPart>,
    /// Row offset. Offset + Limit must not pass 5000.
    pub offset: u64,
    /// Rows.
    pub limit: u64,
    /// Always the same order.
    pub sort: OldestFirst,
}

/// By creation time, oldest first, so that pages do not shift when media arrive meanwhile. The API ignores it where
/// [`SearchMedia::names`] or [`SearchMedia::descriptions`] are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OldestFirst;

impl Serialize for OldestFirst {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::json!({"Field": "CreateTime", "Order": "Asc"}).serialize(serializer)
    }
}

/// One page of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchMediaAnswer {
    /// All hits of the query, capped at 5000.
    pub total: u64,
    /// The hits of this page.
    pub media: Vec<Media>,
}

impl SearchMedia {
    /// Media whose name begins with this text: the first page.
    pub fn by_prefix(prefix: impl Into<String>) -> Self {
        Self { name_prefixes: vec![prefix.into()], limit: SEARCH_PAGE, ..Self::default() }
    }

    fn check(&self) -> Result<(), Error> {
        let check = Check::of(&SEARCH_MEDIA);
        let ids: Vec<&str> = self.file_ids.iter().map(FileId::as_str).collect();
        check.texts("FileIds", &ids, 10, 40)?;
        check.texts("Names", &self.names, 10, 100)?;
        check.texts("NamePrefixes", &self.name_prefixes, 10, 100)?;
        check.texts("Descriptions", &self.descriptions, 10, 100)?;
        check.texts("Tags", &self.tags, 16, 32)?;
        check.at_most("ClassIds", &self.class_ids, 10)?;
        check.at_most("SourceTypes", &self.source_types, 10)?;
        check.at_most("StreamIds", &self.stream_ids, 10)?;
        check.at_most("TrtcSdkAppIds", &self.trtc_sdk_app_ids, 10)?;
        check.texts("TrtcRoomIds", &self.trtc_room_ids, 10, 64)?;
        check.texts("StorageRegions", &self.storage_regions, 20, 20)?;
        check.at_most("MediaTypes", &self.media_types, 10)?;
        let last = self.offset.saturating_add(self.limit);
        check.holds(last <= SEARCH_WALL, &format!("Offset + Limit is {last}; at most {SEARCH_WALL} hits of a query can be shown"))
    }
}

impl<'a> Vod<'a> {
    /// One page of a search. At most the first [`SEARCH_WALL`] hits of a query can be reached.
    pub async fn search_media(self, request: &SearchMedia) -> Result<SearchMediaAnswer, Error> {
        request.check()?;
        let answer: wire::SearchMedia = self.client.ask(&SEARCH_MEDIA, request).await?;
        Ok(SearchMediaAnswer::from_wire(answer, request.sub_app_id))
    }

    /// The pages of a search, from its offset on, each of [`SearchMedia::limit`] media (0 stands for [`SEARCH_PAGE`]).
    ///
    /// A query with more hits than [`SEARCH_WALL`] gives those that can be shown and then an error of kind
    /// [`ErrorKind::Request`]: narrow it by `create_time`. Media that are deleted meanwhile shift the pages after them.
    pub fn search_media_pages(self, request: SearchMedia) -> Pages<'a, SearchMediaAnswer> {
        let first = (request.offset, false);
        pages::by_cursor(SEARCH_MEDIA.action.name, first, move |(offset, walled)| {
            let page = if request.limit == 0 { SEARCH_PAGE } else { request.limit };
            let limit = page.min(SEARCH_WALL.saturating_sub(offset));
            let request = SearchMedia { offset, limit, ..request.clone() };
            async move {
                if walled {
                    return Err(beyond_the_wall());
                }
                let answer = self.search_media(&request).await?;
                let came = answer.media.len() as u64;
                let next = pages::after(SEARCH_MEDIA.action.name, offset, came, limit, Some(answer.total))?;
                // At the wall the total tells no longer how much there is.
                let at_wall = answer.total >= SEARCH_WALL && offset + came >= SEARCH_WALL;
                let next = if at_wall { Some((offset + came, true)) } else { next.map(|offset| (offset, false)) };
                Ok(Page { items: vec![answer], next })
            }
        })
    }
}

fn beyond_the_wall() -> Error {
    let message = format!("the query has {SEARCH_WALL} hits or more and no further ones can be shown; narrow it by CreateTime");
    let mut error = Error::new(ErrorKind::Request, message);
    error.action = SEARCH_MEDIA.action.name;
    error
}
