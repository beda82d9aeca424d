//! VOD, API 3.0. Limits: the pages of the actions and 266/37571 for DeleteMedia.

use super::Ask::{Domain, End, Number, One, Start, Text};
use super::Role::{Callback, Collector, Manage, Play};
use super::{Api, Ask, Entry, Limit};

const fn reads(name: &'static str) -> Entry {
    Entry::reads(Api::Vod, name)
}

const PER_SECOND_100: Limit = Limit::per_second(100);
const PER_SECOND_20: Limit = Limit::per_second(20);

/// Yesterday.
const DAY: &[(&str, Ask)] = &[("StartTime", Start), ("EndTime", End)];
const ONE_ROW: &[(&str, Ask)] = &[("Limit", Number(1))];
const NOTHING: &[(&str, Ask)] = &[];

const POINTS: &[&str] = &["Data.Time", "Data.Value"];
const PLAYED: &[&str] = &[
    "DailyPlayStatInfoSet.Date",
    "DailyPlayStatInfoSet.FileId",
    "DailyPlayStatInfoSet.PlayTimes",
    "DailyPlayStatInfoSet.Traffic",
];
const STORED: &[&str] = &[
    "MediaCount",
    "TotalStorage",
    "StandardStorage",
    "InfrequentStorage",
    "ArchiveStorage",
    "DeepArchiveStorage",
    "StorageStat.Area",
    "StorageStat.TotalStorage",
    "StorageStat.StandardStorage",
    "StorageStat.InfrequentStorage",
    "StorageStat.ArchiveStorage",
    "StorageStat.DeepArchiveStorage",
];
const PROCESSED: &[&str] = &[
    "MediaProcessDataSet.TaskType",
    "MediaProcessDataSet.Summary.Time",
    "MediaProcessDataSet.Summary.Count",
    "MediaProcessDataSet.Summary.Usage",
    "MediaProcessDataSet.Details.Specification",
    "MediaProcessDataSet.Details.Data.Time",
    "MediaProcessDataSet.Details.Data.Count",
    "MediaProcessDataSet.Details.Data.Usage",
];

/// A media that does not exist: no id is that short.
const NO_MEDIA: &str = "0";

table! {
    SEARCH_MEDIA = reads("SearchMedia").by(&[Collector, Play, Manage]).tried(ONE_ROW)
        .needs(&["TotalCount", "MediaInfoSet.FileId"]);
    DESCRIBE_MEDIA_INFOS = reads("DescribeMediaInfos").documented(PER_SECOND_100).by(&[Collector, Play, Manage])
        .tried(&[("FileIds", One(NO_MEDIA))])
        .needs(&["MediaInfoSet.FileId", "NotExistFileIdSet"]);
    LIST_FILES = reads("ListFiles").tried(&[("MaxKeys", Number(1))])
        .needs(&["IsTruncated", "Contents.Key", "Contents.Size"]);
    DESCRIBE_SUB_APP_IDS = reads("DescribeSubAppIds").documented(PER_SECOND_100).operation().by(&[Collector, Play, Callback, Manage])
        .tried(ONE_ROW)
        .needs(&["TotalCount", "SubAppIdInfoSet.SubAppId"]);

    DESCRIBE_STORAGE_DATA = reads("DescribeStorageData").documented(PER_SECOND_20).by(&[Collector]).tried(NOTHING)
        .needs(STORED);
    DESCRIBE_STORAGE_DETAILS = reads("DescribeStorageDetails").documented(PER_SECOND_100).by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("Interval", Text("Day")), ("StorageType", Text("StandardStorage"))])
        .needs(POINTS);
    DESCRIBE_STORAGE_REGIONS = reads("DescribeStorageRegions").documented(PER_SECOND_20).tried(NOTHING)
        .needs(&["StorageRegionInfos"]);

    DESCRIBE_CDN_USAGE_DATA = reads("DescribeCDNUsageData").documented(PER_SECOND_100).by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("DataType", Text("Flux"))])
        .needs(POINTS);
    DESCRIBE_CDN_STAT_DETAILS = reads("DescribeCDNStatDetails").documented(PER_SECOND_20).by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("Metric", Text("Traffic")), ("DataInterval", Number(1440))])
        .needs(POINTS);
    DESCRIBE_CDN_LOGS = reads("DescribeCdnLogs").documented(PER_SECOND_20).by(&[Collector])
        .tried(&[("DomainName", Domain), ("StartTime", Start), ("EndTime", End), ("Limit", Number(1))])
        .needs(&["TotalCount", "OverseaCdnLogs", "DomesticCdnLogs", "OverseaCdnLogs.Name", "OverseaCdnLogs.Url", "OverseaCdnLogs.StartTime", "OverseaCdnLogs.EndTime", "DomesticCdnLogs.Name", "DomesticCdnLogs.Url", "DomesticCdnLogs.StartTime", "DomesticCdnLogs.EndTime"]);
    DESCRIBE_VOD_DOMAINS = reads("DescribeVodDomains").documented(PER_SECOND_20).by(&[Collector]).tried(ONE_ROW)
        .needs(&["TotalCount", "DomainSet.Domain", "DomainSet.Type"]);
    DESCRIBE_DEFAULT_DISTRIBUTION_CONFIG = reads("DescribeDefaultDistributionConfig").tried(NOTHING);

    DESCRIBE_MEDIA_PROCESS_USAGE_DATA =
        reads("DescribeMediaProcessUsageData").documented(PER_SECOND_20).by(&[Collector]).tried(DAY)
        .needs(PROCESSED);
    DESCRIBE_REVIEW_DETAILS = reads("DescribeReviewDetails").documented(PER_SECOND_20).tried(DAY)
        .needs(&["TotalCount", "TotalDuration", "Data.Time", "Data.Value"]);
    DESCRIBE_IMAGE_REVIEW_USAGE_DATA =
        reads("DescribeImageReviewUsageData").documented(PER_SECOND_20).by(&[Collector]).tried(DAY)
        .needs(&["ImageReviewUsageDataSet.Time", "ImageReviewUsageDataSet.Count"]);
    DESCRIBE_LICENSE_USAGE_DATA = reads("DescribeLicenseUsageData").by(&[Collector]).tried(DAY)
        .needs(&["LicenseUsageDataSet.Time", "LicenseUsageDataSet.Count"]);
    DESCRIBE_CLIENT_UPLOAD_ACCELERATION_USAGE_DATA =
        reads("DescribeClientUploadAccelerationUsageData").documented(PER_SECOND_20).by(&[Collector])
            .tried(&[("StartTime", Start), ("EndTime", End), ("Type", Text("AccelerationWithHTTP"))])
        .needs(&["ClientUploadAccelerationUsageDataSet.Time", "ClientUploadAccelerationUsageDataSet.Value"]);
    DESCRIBE_AIGC_USAGE_DATA = reads("DescribeAigcUsageData").by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("AigcType", Text("Video"))])
        .needs(&["AigcUsageDataSet.Specification", "AigcUsageDataSet.DataSet.Time", "AigcUsageDataSet.DataSet.Count", "AigcUsageDataSet.DataSet.Usage"]);
    DESCRIBE_PREPAID_PRODUCTS = reads("DescribePrepaidProducts").operation().not_intl().by(&[Collector]).tried(NOTHING)
        .needs(&["ProductInstanceSet.ProductInstanceId", "ProductInstanceSet.ProductType", "ProductInstanceSet.ResourceSet.ResourceType", "ProductInstanceSet.ResourceSet.Amount", "ProductInstanceSet.ResourceSet.Left"]);

    DESCRIBE_DAILY_PLAY_STAT_FILE_LIST =
        reads("DescribeDailyPlayStatFileList").documented(PER_SECOND_20).by(&[Collector]).tried(DAY)
        .needs(&["PlayStatFileSet.Date", "PlayStatFileSet.Url"]);
    DESCRIBE_DAILY_MEDIA_PLAY_STAT = reads("DescribeDailyMediaPlayStat")
        .tried(&[("FileId", Text(NO_MEDIA)), ("StartDate", Start), ("EndDate", End)])
        .needs(PLAYED);
    DESCRIBE_DAILY_MOST_PLAYED_STAT =
        reads("DescribeDailyMostPlayedStat").documented(PER_SECOND_20).tried(&[("Date", Start)])
        .needs(PLAYED);
    DESCRIBE_MEDIA_PLAY_STAT_DETAILS = reads("DescribeMediaPlayStatDetails").documented(PER_SECOND_20)
        .tried(&[("FileId", Text(NO_MEDIA)), ("StartTime", Start), ("EndTime", End)])
        .needs(&["PlayStatInfoSet.Time", "PlayStatInfoSet.FileId", "PlayStatInfoSet.PlayTimes", "PlayStatInfoSet.Traffic"]);

    DESCRIBE_EVENT_CONFIG = reads("DescribeEventConfig").documented(PER_SECOND_100).by(&[Callback]).tried(NOTHING);
    // Sets values and does not add to them, so sending it twice leaves what sending it once leaves.
    MODIFY_EVENT_CONFIG = reads("ModifyEventConfig").documented(PER_SECOND_20).sets().by(&[Callback]);
    // Events whose answer was lost come again by themselves.
    PULL_EVENTS = reads("PullEvents").documented(PER_SECOND_100).sets();
    CONFIRM_EVENTS = reads("ConfirmEvents").documented(PER_SECOND_100).sets();
    DESCRIBE_EVENTS_STATE = reads("DescribeEventsState").not_intl().tried(NOTHING)
        .needs(&["CountOfEventsToPull"]);

    // Sets values, and adds and takes away tags by name.
    MODIFY_MEDIA_INFO = reads("ModifyMediaInfo").sets().by(&[Manage]);
    DELETE_MEDIA = reads("DeleteMedia").documented(PER_SECOND_100).changes().by(&[Manage]);
    MODIFY_MEDIA_STORAGE_CLASS = reads("ModifyMediaStorageClass").changes().by(&[Manage]);
    RESTORE_MEDIA = reads("RestoreMedia").changes().by(&[Manage]);
    DESCRIBE_TASK_DETAIL = reads("DescribeTaskDetail").tried(&[("TaskId", Text("0"))]);
}
