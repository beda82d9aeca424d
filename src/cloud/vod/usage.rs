//! What was processed, reviewed, licensed, uploaded and generated.

use serde::{Deserialize, Serialize};

use super::actions::{
    DESCRIBE_CLIENT_UPLOAD_ACCELERATION_USAGE_DATA, DESCRIBE_IMAGE_REVIEW_USAGE_DATA, DESCRIBE_LICENSE_USAGE_DATA,
    DESCRIBE_MEDIA_PROCESS_USAGE_DATA, DESCRIBE_REVIEW_DETAILS,
};
use super::{Point, TaskUsage, TimeWindow, Vod, wire};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::cloud::fields::number;
use crate::model::SubAppId;

/// The most days of one question about usage.
pub(super) const USAGE_DAYS: i64 = 90;

/// `DescribeMediaProcessUsageData`. At most 90 days, 365 days back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MediaProcessUsage {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
    /// A task type, or all of them. (What the API does without one is not stated; the client of a ledger
    /// asks for each type by name.)
    #[serde(rename = "Type")]
    pub task_type: Option<String>,
}

/// What calls ask that want nothing but an application and a period. At most 90 days, 365 days back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UsageOver {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The asked period.
    #[serde(flatten)]
    pub window: TimeWindow,
}

/// `DescribeClientUploadAccelerationUsageData`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadAcceleration {
    /// Of which application, when.
    #[serde(flatten)]
    pub usage: UsageOver,
    /// `AccelerationWithHTTP` or `AccelerationWithQUIC`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// Content review by day. (VOD API 3.0, DescribeReviewDetails; the API advises DescribeMediaProcessUsageData instead.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewDetails {
    /// Reviews in the days that the API counted, which include the one of the requested end.
    pub count: u64,
    /// Seconds reviewed, of the same days.
    pub seconds: u64,
    /// Seconds by day, inside the asked period.
    pub days: Vec<Point>,
}

impl Vod<'_> {
    /// Seconds or pieces of every kind of media processing, per day and specification; days outside the asked
    /// period are dropped.
    pub async fn describe_media_process_usage_data(self, request: &MediaProcessUsage) -> Result<Vec<TaskUsage>, Error> {
        Check::of(&DESCRIBE_MEDIA_PROCESS_USAGE_DATA).days(request.window.period(), USAGE_DAYS)?;
        let answer: wire::MediaProcessUsage = self.client.ask(&DESCRIBE_MEDIA_PROCESS_USAGE_DATA, request).await?;
        TaskUsage::from_wire(DESCRIBE_MEDIA_PROCESS_USAGE_DATA.action.name, answer, request.window.period())
    }

    /// Seconds of content review by day; days outside the asked period are dropped.
    pub async fn describe_review_details(self, request: &UsageOver) -> Result<ReviewDetails, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(deserialize_with = "number")]
            total_count: u64,
            #[serde(deserialize_with = "number")]
            total_duration: u64,
            data: Vec<wire::StatDataItem>,
        }
        Check::of(&DESCRIBE_REVIEW_DETAILS).days(request.window.period(), USAGE_DAYS)?;
        let answer: Answer = self.client.ask(&DESCRIBE_REVIEW_DETAILS, request).await?;
        let days = Point::inside(DESCRIBE_REVIEW_DETAILS.action.name, answer.data, request.window.period())?;
        Ok(ReviewDetails { count: answer.total_count, seconds: answer.total_duration, days })
    }

    /// Reviewed images. A span of more than a day gives points by day, a shorter one by five minutes; points outside
    /// the asked period are dropped.
    pub async fn describe_image_review_usage_data(self, request: &UsageOver) -> Result<Vec<Point>, Error> {
        Check::of(&DESCRIBE_IMAGE_REVIEW_USAGE_DATA).days(request.window.period(), USAGE_DAYS)?;
        let answer: wire::ImageReviewUsage = self.client.ask(&DESCRIBE_IMAGE_REVIEW_USAGE_DATA, request).await?;
        let points = answer.image_review_usage_data_set;
        Point::counted(DESCRIBE_IMAGE_REVIEW_USAGE_DATA.action.name, points, request.window.period())
    }

    /// Licence requests of commercial DRM, the only kind that is listed. Points as for image review.
    pub async fn describe_license_usage_data(self, request: &UsageOver) -> Result<Vec<Point>, Error> {
        Check::of(&DESCRIBE_LICENSE_USAGE_DATA).days(request.window.period(), USAGE_DAYS)?;
        let answer: wire::LicenseUsage = self.client.ask(&DESCRIBE_LICENSE_USAGE_DATA, request).await?;
        Point::counted(DESCRIBE_LICENSE_USAGE_DATA.action.name, answer.license_usage_data_set, request.window.period())
    }

    /// Bytes uploaded with acceleration of one type. Points as for image review. (That the unit is bytes is what the
    /// general text on statistics says; this action's own page does not state it.)
    pub async fn describe_client_upload_acceleration_usage_data(self, request: &UploadAcceleration) -> Result<Vec<Point>, Error> {
        let entry = &DESCRIBE_CLIENT_UPLOAD_ACCELERATION_USAGE_DATA;
        Check::of(entry).days(request.usage.window.period(), USAGE_DAYS)?;
        let answer: wire::UploadAccelerationUsage = self.client.ask(entry, request).await?;
        let points = answer.client_upload_acceleration_usage_data_set;
        Point::inside(entry.action.name, points, request.usage.window.period())
    }
}
