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

/// A media that does not exist: no id is that short.
const NO_MEDIA: &str = "0";

table! {
    SEARCH_MEDIA = reads("SearchMedia").by(&[Collector, Play, Manage]).tried(ONE_ROW);
    DESCRIBE_MEDIA_INFOS = reads("DescribeMediaInfos").documented(PER_SECOND_100).by(&[Collector, Play, Manage])
        .tried(&[("FileIds", One(NO_MEDIA))]);
    LIST_FILES = reads("ListFiles").tried(&[("MaxKeys", Number(1))]);
    DESCRIBE_SUB_APP_IDS = reads("DescribeSubAppIds").documented(PER_SECOND_100).operation().by(&[Collector, Play, Callback, Manage])
        .tried(ONE_ROW);

    DESCRIBE_STORAGE_DATA = reads("DescribeStorageData").documented(PER_SECOND_20).by(&[Collector]).tried(NOTHING);
    DESCRIBE_STORAGE_DETAILS = reads("DescribeStorageDetails").documented(PER_SECOND_100).by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("Interval", Text("Day")), ("StorageType", Text("StandardStorage"))]);
    DESCRIBE_STORAGE_REGIONS = reads("DescribeStorageRegions").documented(PER_SECOND_20).tried(NOTHING);

    DESCRIBE_CDN_USAGE_DATA = reads("DescribeCDNUsageData").documented(PER_SECOND_100).by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("DataType", Text("Flux"))]);
    DESCRIBE_CDN_STAT_DETAILS = reads("DescribeCDNStatDetails").documented(PER_SECOND_20).by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("Metric", Text("Traffic")), ("DataInterval", Number(1440))]);
    DESCRIBE_CDN_LOGS = reads("DescribeCdnLogs").documented(PER_SECOND_20).by(&[Collector])
        .tried(&[("DomainName", Domain), ("StartTime", Start), ("EndTime", End), ("Limit", Number(1))]);
    DESCRIBE_VOD_DOMAINS = reads("DescribeVodDomains").documented(PER_SECOND_20).by(&[Collector]).tried(ONE_ROW);
    DESCRIBE_DEFAULT_DISTRIBUTION_CONFIG = reads("DescribeDefaultDistributionConfig").tried(NOTHING);

    DESCRIBE_MEDIA_PROCESS_USAGE_DATA =
        reads("DescribeMediaProcessUsageData").documented(PER_SECOND_20).by(&[Collector]).tried(DAY);
    DESCRIBE_REVIEW_DETAILS = reads("DescribeReviewDetails").documented(PER_SECOND_20).tried(DAY);
    DESCRIBE_IMAGE_REVIEW_USAGE_DATA =
        reads("DescribeImageReviewUsageData").documented(PER_SECOND_20).by(&[Collector]).tried(DAY);
    DESCRIBE_LICENSE_USAGE_DATA = reads("DescribeLicenseUsageData").by(&[Collector]).tried(DAY);
    DESCRIBE_CLIENT_UPLOAD_ACCELERATION_USAGE_DATA =
        reads("DescribeClientUploadAccelerationUsageData").documented(PER_SECOND_20).by(&[Collector])
            .tried(&[("StartTime", Start), ("EndTime", End), ("Type", Text("AccelerationWithHTTP"))]);
    DESCRIBE_AIGC_USAGE_DATA = reads("DescribeAigcUsageData").by(&[Collector])
        .tried(&[("StartTime", Start), ("EndTime", End), ("AigcType", Text("Video"))]);
    DESCRIBE_PREPAID_PRODUCTS = reads("DescribePrepaidProducts").operation().not_intl().by(&[Collector]).tried(NOTHING);

    DESCRIBE_DAILY_PLAY_STAT_FILE_LIST =
        reads("DescribeDailyPlayStatFileList").documented(PER_SECOND_20).by(&[Collector]).tried(DAY);
    DESCRIBE_DAILY_MEDIA_PLAY_STAT = reads("DescribeDailyMediaPlayStat")
        .tried(&[("FileId", Text(NO_MEDIA)), ("StartDate", Start), ("EndDate", End)]);
    DESCRIBE_DAILY_MOST_PLAYED_STAT =
        reads("DescribeDailyMostPlayedStat").documented(PER_SECOND_20).tried(&[("Date", Start)]);
    DESCRIBE_MEDIA_PLAY_STAT_DETAILS = reads("DescribeMediaPlayStatDetails").documented(PER_SECOND_20)
        .tried(&[("FileId", Text(NO_MEDIA)), ("StartTime", Start), ("EndTime", End)]);

    DESCRIBE_EVENT_CONFIG = reads("DescribeEventConfig").documented(PER_SECOND_100).by(&[Callback]).tried(NOTHING);
    // Sets values and does not add to them, so sending it twice leaves what sending it once leaves.
    MODIFY_EVENT_CONFIG = reads("ModifyEventConfig").documented(PER_SECOND_20).sets().by(&[Callback]);
    // Events whose answer was lost come again by themselves.
    PULL_EVENTS = reads("PullEvents").documented(PER_SECOND_100).sets();
    CONFIRM_EVENTS = reads("ConfirmEvents").documented(PER_SECOND_100).sets();
    DESCRIBE_EVENTS_STATE = reads("DescribeEventsState").not_intl().tried(NOTHING);

    // Sets values, and adds and takes away tags by name.
    MODIFY_MEDIA_INFO = reads("ModifyMediaInfo").sets().by(&[Manage]);
    DELETE_MEDIA = reads("DeleteMedia").documented(PER_SECOND_100).changes().by(&[Manage]);
    MODIFY_MEDIA_STORAGE_CLASS = reads("ModifyMediaStorageClass").changes().by(&[Manage]);
    RESTORE_MEDIA = reads("RestoreMedia").changes().by(&[Manage]);
    DESCRIBE_TASK_DETAIL = reads("DescribeTaskDetail").tried(&[("TaskId", Text("0"))]);
}
