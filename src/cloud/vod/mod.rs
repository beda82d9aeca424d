//! VOD, API 3.0, version 2018-07-17. Shapes and limits from the API model of tccli 3.1.189.1.

mod applications;
mod convert;
mod request;
mod walk;
mod wire;

use serde::Serialize;

use super::actions::vod as actions;
use super::{Client, Error};
use crate::model::{FileId, SubAppId};

pub use applications::Listed;
pub use convert::{Application, EventConfig, MediaInfos, Point, SearchMediaAnswer, TaskUsage};
pub use request::{
    CdnMetric, CdnStatDetails, EventConfigChange, Interval, MediaProcessUsage, OldestFirst, SearchMedia, StorageDetails,
    TimeWindow, UploadAcceleration, UsageOver,
};

pub use walk::{Step, VOD_BEGINNING};

/// The most FileIds that one DescribeMediaInfos takes.
pub const MAX_FILE_IDS: usize = 20;
/// The most media that SearchMedia shows of one query; `TotalCount` stops here too.
pub const SEARCH_WALL: u64 = 5_000;
/// The largest page of SearchMedia that is asked for. The API states only Offset + Limit ≤ 5000.
pub const SEARCH_PAGE: u64 = 100;

/// The actions of VOD, API 3.0. Get it from [`Client::vod`].
#[derive(Clone, Copy, Debug)]
pub struct Vod<'a> {
    pub(super) client: &'a Client,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ForApplication {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_app_id: Option<SubAppId>,
}

impl Vod<'_> {
    /// One page of a search. At most the first [`SEARCH_WALL`] hits of a query can be reached.
    pub async fn search_media(&self, request: &SearchMedia) -> Result<SearchMediaAnswer, Error> {
        let answer: wire::SearchMedia = self.client.ask(&actions::SEARCH_MEDIA, request).await?;
        Ok(SearchMediaAnswer::from_wire(answer, request.sub_app_id))
    }

    /// Media by id. Ids that are unknown come back as such and are no error; more than [`MAX_FILE_IDS`] are
    /// asked for in several calls.
    pub async fn describe_media_infos(&self, sub_app_id: Option<SubAppId>, file_ids: &[FileId]) -> Result<MediaInfos, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request<'a> {
            file_ids: &'a [FileId],
            #[serde(skip_serializing_if = "Option::is_none")]
            sub_app_id: Option<SubAppId>,
        }
        let mut all = MediaInfos::default();
        for file_ids in file_ids.chunks(MAX_FILE_IDS) {
            let answer: wire::MediaInfos =
                self.client.ask(&actions::DESCRIBE_MEDIA_INFOS, &Request { file_ids, sub_app_id }).await?;
            all.append(answer, sub_app_id);
        }
        Ok(all)
    }

    /// Every application of the account, whatever its state.
    pub async fn describe_sub_app_ids(&self) -> Result<Vec<Application>, Error> {
        const PAGE: u64 = 200;
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Request {
            offset: u64,
            limit: u64,
        }
        let mut all: Vec<Application> = Vec::new();
        loop {
            let request = Request { offset: all.len() as u64, limit: PAGE };
            let answer: wire::SubAppIds = self.client.ask(&actions::DESCRIBE_SUB_APP_IDS, &request).await?;
            let total = answer.total_count.to_u64().unwrap_or(0);
            let before = all.len();
            for application in answer.set.into_iter().filter_map(Application::from_wire) {
                if !all.iter().any(|known| known.sub_app_id == application.sub_app_id) {
                    all.push(application);
                }
            }
            if all.len() == before || all.len() as u64 >= total {
                return Ok(all);
            }
        }
    }

    /// Stored bytes of one storage type in one area, oldest first.
    ///
    /// The answer includes the bucket in which the requested end lies; points outside the asked period are dropped.
    pub async fn describe_storage_details(&self, request: &StorageDetails) -> Result<Vec<Point>, Error> {
        let answer: wire::Points = self.client.ask(&actions::DESCRIBE_STORAGE_DETAILS, request).await?;
        Point::inside(actions::DESCRIBE_STORAGE_DETAILS.action.name, answer.data, request.window.period())
    }

    /// Delivered bytes, speed or requests in one area, oldest first; points outside the asked period are dropped.
    pub async fn describe_cdn_stat_details(&self, request: &CdnStatDetails) -> Result<Vec<Point>, Error> {
        let answer: wire::Points = self.client.ask(&actions::DESCRIBE_CDN_STAT_DETAILS, request).await?;
        Point::inside(actions::DESCRIBE_CDN_STAT_DETAILS.action.name, answer.data, request.window.period())
    }

    /// Seconds or pieces of every kind of media processing, per day and specification; days outside the asked
    /// period are dropped.
    pub async fn describe_media_process_usage_data(&self, request: &MediaProcessUsage) -> Result<Vec<TaskUsage>, Error> {
        let answer: wire::MediaProcessUsage = self.client.ask(&actions::DESCRIBE_MEDIA_PROCESS_USAGE_DATA, request).await?;
        TaskUsage::from_wire(actions::DESCRIBE_MEDIA_PROCESS_USAGE_DATA.action.name, answer, request.window.period())
    }

    /// Reviewed images. A span of more than a day gives points by day, a shorter one by five minutes; points outside
    /// the asked period are dropped.
    pub async fn describe_image_review_usage_data(&self, request: &UsageOver) -> Result<Vec<Point>, Error> {
        let answer: wire::ImageReviewUsage = self.client.ask(&actions::DESCRIBE_IMAGE_REVIEW_USAGE_DATA, request).await?;
        Point::counted(
            actions::DESCRIBE_IMAGE_REVIEW_USAGE_DATA.action.name,
            answer.image_review_usage_data_set,
            request.window.period(),
        )
    }

    /// Licence requests of commercial DRM, the only kind that is listed. Points as for image review.
    pub async fn describe_license_usage_data(&self, request: &UsageOver) -> Result<Vec<Point>, Error> {
        let answer: wire::LicenseUsage = self.client.ask(&actions::DESCRIBE_LICENSE_USAGE_DATA, request).await?;
        Point::counted(actions::DESCRIBE_LICENSE_USAGE_DATA.action.name, answer.license_usage_data_set, request.window.period())
    }

    /// Bytes uploaded with acceleration of one type. Points as for image review. (That the unit is bytes is what the
    /// general text on statistics says; this action's own page does not state it.)
    pub async fn describe_client_upload_acceleration_usage_data(
        &self,
        request: &UploadAcceleration,
    ) -> Result<Vec<Point>, Error> {
        let answer: wire::UploadAccelerationUsage =
            self.client.ask(&actions::DESCRIBE_CLIENT_UPLOAD_ACCELERATION_USAGE_DATA, request).await?;
        let points = answer.client_upload_acceleration_usage_data_set;
        Point::inside(actions::DESCRIBE_CLIENT_UPLOAD_ACCELERATION_USAGE_DATA.action.name, points, request.usage.window.period())
    }

    /// Where event notifications go. The sign key is never told.
    pub async fn describe_event_config(&self, sub_app_id: Option<SubAppId>) -> Result<EventConfig, Error> {
        let answer: wire::EventConfig = self.client.ask(&actions::DESCRIBE_EVENT_CONFIG, &ForApplication { sub_app_id }).await?;
        Ok(EventConfig::from_wire(answer))
    }

    /// Changes where event notifications go. What is `None` stays as it is.
    pub async fn modify_event_config(&self, sub_app_id: Option<SubAppId>, change: &EventConfigChange) -> Result<(), Error> {
        let request = request::ModifyEventConfig::new(sub_app_id, change);
        let _: serde::de::IgnoredAny = self.client.ask(&actions::MODIFY_EVENT_CONFIG, &request).await?;
        Ok(())
    }
}
