//! VOD, legacy API (v2). Announced offline from 2022-11-30; used only where it is configured.
//! Shapes from its pages and from captured answers, which differ from the pages: numbers that arrive as text and text that arrives
//! as numbers, `image_url` for `imageUrl`, bit rates in bit/s where the pages say kbit/s, and FileIds past 2⁶³.

mod convert;
mod events;
mod info;
mod request;
mod wire;

use super::actions::legacy as actions;
use super::{Client, Error};
use crate::model::{FileId, Media, Rendition, Vid};

pub use convert::VodPlayInfo;
pub use events::{LegacyEvent, LegacyEventData};
pub use info::{DescribeVodInfo, TimeOrder, VodInfo, VodInfoItem};
pub use request::{DescribeRecordPlayInfo, DescribeVodPlayInfo};

/// The page size that is asked for. No range is documented for this call; 100 is DescribeVodInfo's largest.
pub const PAGE: u64 = 100;

/// The actions of the legacy API. Get it from [`Client::legacy`].
#[derive(Clone, Copy, Debug)]
pub struct Legacy<'a> {
    pub(super) client: &'a Client,
}

impl Legacy<'_> {
    /// One page of media whose name begins with a text.
    pub async fn describe_vod_play_info(self, request: &DescribeVodPlayInfo) -> Result<VodPlayInfo, Error> {
        let answer: wire::FileSet = self.client.ask(&actions::DESCRIBE_VOD_PLAY_INFO, request).await?;
        Ok(VodPlayInfo::from_wire(answer))
    }

    /// The media of a recording by vid; with `notify_url` also where to call when it is complete,
    /// which counts only before the recording's work has ended.
    pub async fn describe_record_play_info(self, request: &DescribeRecordPlayInfo) -> Result<Vec<Media>, Error> {
        let answer: wire::Recorded = self.client.ask(&actions::DESCRIBE_RECORD_PLAY_INFO, request).await?;
        let vid = Vid::new(request.vid.as_str());
        Ok(answer.file_set.into_iter().map(|item| convert::media(item, Some(&vid))).collect())
    }

    /// Everything about one media.
    pub async fn get_video_info(self, file_id: &FileId) -> Result<Media, Error> {
        let answer: wire::VideoInfo = self.client.ask(&actions::GET_VIDEO_INFO, &request::OfFile { file_id }).await?;
        Ok(convert::video_info(answer, file_id))
    }

    /// What of one media can be played.
    pub async fn describe_vod_play_urls(self, file_id: &FileId) -> Result<Vec<Rendition>, Error> {
        let answer: wire::PlayUrls = self.client.ask(&actions::DESCRIBE_VOD_PLAY_URLS, &request::OfFile { file_id }).await?;
        Ok(convert::renditions(answer.play_set))
    }
}
