//! VOD, legacy API (v2). Limits: the pages of the actions, a minute; no page gives one for DescribeRecordPlayInfo.
//!
//! The legacy API is used only where it is configured (`legacy_api`); the roles name what such an installation calls beside API 3.0.

use super::Ask::{Number, Text};
use super::Role::{Callback, Play};
use super::{Api, Entry, Limit};

const PER_MINUTE_100: Limit = Limit::per_minute(100);
const PER_MINUTE_1000: Limit = Limit::per_minute(1_000);

/// It takes no application, so permission can only be given for the operation.
const fn reads(name: &'static str) -> Entry {
    Entry::reads(Api::Legacy, name).operation()
}

/// A media that does not exist: no id is that short.
const NO_MEDIA: &str = "0";

table! {
    DESCRIBE_VOD_PLAY_INFO = reads("DescribeVodPlayInfo").documented(PER_MINUTE_100).by(&[Play])
        .tried(&[("fileName", Text("vodledger")), ("pageNo", Number(1)), ("pageSize", Number(10))])
        .needs(&["totalCount", "fileSet.fileId"]);
    // With `notifyUrl` it sets where a recording's end is told; setting it twice does no harm.
    DESCRIBE_RECORD_PLAY_INFO = reads("DescribeRecordPlayInfo").assumed(PER_MINUTE_100).sets().by(&[Play, Callback])
        .needs(&["fileSet.fileId"]);
    DESCRIBE_VOD_INFO = reads("DescribeVodInfo").documented(PER_MINUTE_100).tried(&[("pageNo", Number(1)), ("pageSize", Number(10))])
        .needs(&["fileSet.fileId"]);
    GET_VIDEO_INFO = reads("GetVideoInfo").documented(PER_MINUTE_100).by(&[Play]).tried(&[("fileId", Text(NO_MEDIA))])
        .needs(&["basicInfo"]);
    DESCRIBE_VOD_PLAY_URLS = reads("DescribeVodPlayUrls").documented(PER_MINUTE_100).by(&[Play]).tried(&[("fileId", Text(NO_MEDIA))])
        .needs(&["playSet"]);
    // Events whose answer was lost come again by themselves.
    PULL_EVENT = reads("PullEvent").documented(PER_MINUTE_1000).sets()
        .needs(&["eventList.msgHandle", "eventList.eventContent"]);
    CONFIRM_EVENT = reads("ConfirmEvent").documented(PER_MINUTE_1000).sets();
}
