//! Every answer of the simulated cloud against the API's own description, and against captured bodies.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vodledger::sim::{AccountSource, Config};

use crate::sim_caller::Caller;

fn read(name: &str) -> Value {
    let path = format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The objects of one API, and the objects and members met on the way.
struct Schema<'a> {
    objects: &'a Value,
    met: BTreeSet<String>,
}

impl Schema<'_> {
    fn check(&mut self, object: &str, answer: &Value, place: &str) {
        let Some(members) = answer.as_object() else { panic!("{place}: {answer} is no object") };
        let declared = self.objects[object].as_array().unwrap_or_else(|| panic!("{object} is not described")).clone();
        for name in members.keys() {
            assert!(declared.iter().any(|member| member["name"] == name.as_str()), "{place}: {object} has no member {name}");
        }
        for member in &declared {
            let name = member["name"].as_str().unwrap();
            let place = format!("{place}.{name}");
            match members.get(name) {
                None if member["alwaysReturned"] == false => {}
                None => panic!("{place} is missing"),
                Some(Value::Null) => assert_eq!(member["nullable"], true, "{place} is null"),
                Some(value) => self.check_member(member, value, &place),
            }
            self.met.insert(format!("{object}.{name}"));
        }
    }

    fn check_member(&mut self, member: &Value, value: &Value, place: &str) {
        let kind = member["member"].as_str().unwrap();
        match member["type"].as_str().unwrap() {
            "list" => {
                let items = value.as_array().unwrap_or_else(|| panic!("{place}: {value} is no list"));
                items.iter().enumerate().for_each(|(index, item)| self.check_value(kind, item, &format!("{place}[{index}]")));
            }
            _ => self.check_value(kind, value, place),
        }
    }

    fn check_value(&mut self, kind: &str, value: &Value, place: &str) {
        let fits = match kind {
            "string" | "datetime" => value.is_string(),
            "int64" => value.is_i64(),
            "uint64" => value.is_u64(),
            "float" => value.is_number(),
            "bool" => value.is_boolean(),
            object => return self.check(object, value, place),
        };
        assert!(fits, "{place}: {value} is no {kind}");
    }
}

/// Every action that is answered, in forms that fill what can be filled.
fn requests() -> Vec<(&'static str, &'static str, Value)> {
    let october = json!({"StartTime": "2026-10-01T00:00:00+08:00", "EndTime": "2026-10-31T00:00:00+08:00"});
    let with = |more: Value| {
        let mut all = october.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    vec![
        ("vod", "SearchMedia", json!({"Limit": 50})),
        ("vod", "SearchMedia", json!({"Limit": 50, "Filters": ["basicInfo"]})),
        ("vod", "SearchMedia", json!({"SubAppId": 1500021005})),
        ("vod", "DescribeMediaInfos", json!({"FileIds": ["11624759161874546966", "5285890799710670616", "1"]})),
        ("vod", "ListFiles", json!({"SubAppId": 1500021004})),
        ("vod", "DescribeStorageData", json!({})),
        ("vod", "DescribeStorageRegions", json!({})),
        ("vod", "DescribeStorageDetails", october.clone()),
        ("vod", "DescribeCDNUsageData", with(json!({"DataType": "Flux"}))),
        ("vod", "DescribeCDNUsageData", with(json!({"DataType": "Bandwidth", "DataInterval": 60}))),
        ("vod", "DescribeCDNStatDetails", with(json!({"Metric": "Traffic"}))),
        ("vod", "DescribeMediaProcessUsageData", october.clone()),
        ("vod", "DescribeReviewDetails", october.clone()),
        ("vod", "DescribeImageReviewUsageData", october.clone()),
        ("vod", "DescribeLicenseUsageData", october.clone()),
        ("vod", "DescribeClientUploadAccelerationUsageData", october.clone()),
        ("vod", "DescribeDailyPlayStatFileList", october.clone()),
        ("vod", "DescribeDailyMostPlayedStat", json!({"Date": "2026-10-13T00:00:00+08:00"})),
        (
            "vod",
            "DescribeDailyMediaPlayStat",
            json!({"FileId": "11624759161874546966", "StartDate": "2026-10-13T00:00:00Z", "EndDate": "2026-10-14T00:00:00Z"}),
        ),
        ("vod", "DescribeMediaPlayStatDetails", with(json!({"FileId": "11624759161874546966"}))),
        (
            "vod",
            "DescribeCdnLogs",
            json!({"DomainName": "1500021001.vod2.myqcloud.com", "StartTime": "2026-10-12T00:00:00+08:00", "EndTime": "2026-10-13T00:00:00+08:00"}),
        ),
        ("vod", "DescribeAigcUsageData", with(json!({"AigcType": "Video"}))),
        ("vod", "DescribeAigcUsageData", with(json!({"AigcType": "TextDetail"}))),
        ("vod", "DescribeFileAttributes", json!({"FileId": "11624759161874547021", "SubAppId": 1500021004})),
        ("vod", "RestoreMedia", json!({"FileIds": ["11624759161874547021"], "RestoreDay": 1, "SubAppId": 1500021004})),
        ("vod", "ModifyMediaStorageClass", json!({"FileIds": ["5285890799710670617"], "StorageClass": "STANDARD_IA"})),
        ("vod", "PullEvents", json!({"SubAppId": 1500021004})),
        ("vod", "DescribeEventsState", json!({})),
        ("vod", "ConfirmEvents", json!({"EventHandles": ["1500021004-1-1"], "SubAppId": 1500021004})),
        ("vod", "DescribeSubAppIds", json!({})),
        ("vod", "DescribeVodDomains", json!({})),
        ("vod", "DescribeDefaultDistributionConfig", json!({})),
        ("vod", "DescribePrepaidProducts", json!({})),
        ("vod", "DescribeEventConfig", json!({})),
        ("vod", "ModifyEventConfig", json!({"Mode": "PUSH"})),
        ("billing", "DescribeAccountBalance", json!({})),
        ("billing", "DescribeBillSummaryByProduct", json!({"BeginTime": "2026-09", "EndTime": "2026-09"})),
        ("billing", "DescribeBillDetail", json!({"Offset": 0, "Limit": 300, "Month": "2026-09", "NeedRecordNum": 1})),
        ("billing", "DescribeBillResourceSummary", json!({"Offset": 0, "Limit": 1000, "Month": "2026-09"})),
        ("billing", "DescribeBillDownloadUrl", json!({"FileType": "billDetail", "Month": "2026-09"})),
        ("billing", "DescribeBillAdjustInfo", json!({"Month": "2026-09"})),
        (
            "billing",
            "DescribeDealsByCond",
            json!({"StartTime": "2026-07-01 00:00:00", "EndTime": "2026-09-01 00:00:00", "Limit": 20}),
        ),
        ("billing", "DescribeVoucherInfo", json!({"Limit": 20, "Offset": 1})),
    ]
}

#[tokio::test]
async fn answers_have_the_described_members_and_types() {
    let file = read("api3-schema");
    let caller = Caller::demo().await;
    let mut met = BTreeSet::new();
    for (api, action, params) in requests() {
        let answer = match api {
            "billing" => caller.billing(action, params).await,
            _ => caller.vod(action, params).await,
        };
        let mut schema = Schema { objects: &file[api]["objects"], met: BTreeSet::new() };
        // ModifyEventConfig and its like answer nothing but the request id, which the description may leave out.
        let output = file[api]["actions"][action]["output"].as_str().unwrap_or_else(|| panic!("{action} is not described"));
        assert!(answer["RequestId"].is_string(), "{action}: {answer}");
        schema.check(output, &answer, action);
        met.append(&mut schema.met);
    }
    // Nested objects were really looked at: an empty list would pass for anything.
    for object in [
        "MediaTranscodeItem.VideoStreamSet",
        "DynamicRangeInfo.HDRType",
        "LiveRecordInfo.StreamId",
        "TrtcRecordInfo.UserIds",
        "StorageStatData.Area",
        "SpecificationDataItem.Specification",
        "DomainDetailInfo.IPFilterPolicy",
        "ProductInstanceResource.Left",
        "ResourceTag.TagKey",
        "BusinessSummaryOverviewItem.RealTotalCostRatio",
        "FileContent.SubtitleID",
        "StorageRegionInfo.IsDefault",
        "PlayStatFileInfo.Url",
        "DailyPlayStatInfo.PlayTimes",
        "PlayStatInfo.Traffic",
        "CdnLogInfo.EndTime",
        "AigcUsageDataItem.Specification",
        "AigcTextDetailData.TTFT",
        "DescribeFileAttributesTaskOutput.Sha1",
        "BillDetailComponent.BlendedDiscount",
        "BillDetailAssociatedOrder.Original",
        "BillResourceSummary.ConfigDesc",
        "AdjustInfoDetail.AdjustAmount",
        "Deal.VoucherDecline",
        "ApplicableProducts.GoodsName",
    ] {
        assert!(met.contains(object), "{object} was never answered");
    }
}

/// Same member names and JSON types, all the way down. Of a list, the first item stands for all.
fn same_shape(expected: &Value, got: &Value, place: &str) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let names = |members: &serde_json::Map<String, Value>| members.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(names(expected), names(got), "{place}");
            expected.iter().for_each(|(name, value)| same_shape(value, &got[name], &format!("{place}.{name}")));
        }
        (Value::Array(expected), Value::Array(got)) => {
            assert!(!got.is_empty(), "{place} is empty");
            got.iter().enumerate().for_each(|(index, item)| same_shape(&expected[0], item, &format!("{place}[{index}]")));
        }
        _ => assert_eq!(std::mem::discriminant(expected), std::mem::discriminant(got), "{place}: {got}"),
    }
}

#[tokio::test]
async fn legacy_answers_have_the_captured_shape() {
    let caller = Caller::demo().await;
    let by_name = caller.legacy("DescribeVodPlayInfo", &[("fileName", "room_1")]).await;
    same_shape(&read("legacy/play-info-captured"), &by_name, "DescribeVodPlayInfo");

    // The documented body has no codeDesc, as no page has; the captured one does.
    let mut documented = by_name.clone();
    documented.as_object_mut().unwrap().remove("codeDesc");
    same_shape(&read("legacy/play-info-documented"), &documented, "DescribeVodPlayInfo");

    // By vid there is never a total.
    let vid = caller.vod("DescribeMediaInfos", json!({"FileIds": ["11624759161874546966"]})).await["MediaInfoSet"][0]["BasicInfo"]
        ["Vid"]
        .as_str()
        .unwrap()
        .to_owned();
    let by_vid = caller.legacy("DescribeRecordPlayInfo", &[("vid", &vid)]).await;
    let mut captured = read("legacy/play-info-captured");
    captured.as_object_mut().unwrap().remove("totalCount");
    same_shape(&captured, &by_vid, "DescribeRecordPlayInfo");
}

/// The captured body of DescribeVodPlayUrls: escaped slashes, no codeDesc.
#[tokio::test]
async fn legacy_play_urls_escape_slashes() {
    let caller = Caller::demo().await;
    let query =
        caller.signed("GET", chrono::Utc::now().timestamp(), "DescribeVodPlayUrls", &[("fileId", "11624759161874546966")]);
    let reply = caller.send("GET", &format!("/v2/index.php?{query}"), &[], String::new()).await;
    assert!(reply.text.contains(r#""url":"http:\/\/1500021001.vod2.myqcloud.com\/"#), "{}", reply.text);
    let captured = json!({"code": 0, "message": "", "playSet": [
        {"url": "", "definition": 0, "vbitrate": 0, "vheight": 0, "vwidth": 0}]});
    same_shape(&captured, &reply.json(), "DescribeVodPlayUrls");
}

/// DescribeVodInfo is text throughout and spells the cover `imageUrl`; GetVideoInfo is numbers and `coverUrl`.
#[tokio::test]
async fn legacy_calls_keep_their_own_spelling() {
    let caller = Caller::demo().await;
    let batch = caller.legacy("DescribeVodInfo", &[("fileIds.1", "11624759161874546966")]).await;
    let file = &batch["fileSet"][0];
    for name in ["size", "duration", "status", "createTime", "classId", "imageUrl", "vid"] {
        assert!(file[name].is_string(), "{name}: {file}");
    }
    assert_eq!((file["duration"].as_str(), file["createTime"].as_str()), (Some("5400"), Some("2026-10-12 20:35:00")));

    let info = caller.legacy("GetVideoInfo", &[("fileId", "11624759161874546966")]).await;
    assert_eq!(info["basicInfo"]["duration"], 5400);
    // 2026-10-12 20:35:00 at UTC+8.
    assert_eq!(info["basicInfo"]["createTime"], 1_791_808_500);
    assert!(info["basicInfo"]["coverUrl"].is_string() && info["transcodeInfo"]["transcodeList"][3]["definition"] == 220);
}

/// Pages of a large account are written in another way, to the same description.
#[tokio::test]
async fn a_large_account_answers_in_the_same_shapes() {
    let file = read("api3-schema");
    let account = AccountSource::Large("media=40".parse().unwrap());
    let caller = Caller::with(Config { account, ..Config::default() }).await;
    let found = caller.vod("SearchMedia", json!({"Limit": 40})).await;
    let ids: Vec<&Value> = found["MediaInfoSet"].as_array().unwrap().iter().take(20).map(|media| &media["FileId"]).collect();
    let infos = caller.vod("DescribeMediaInfos", json!({"FileIds": ids})).await;
    let short = caller.vod("SearchMedia", json!({"Filters": ["metaData"]})).await;
    for (action, answer) in [("SearchMedia", found.clone()), ("DescribeMediaInfos", infos), ("SearchMedia", short)] {
        let mut schema = Schema { objects: &file["vod"]["objects"], met: BTreeSet::new() };
        schema.check(file["vod"]["actions"][action]["output"].as_str().unwrap(), &answer, action);
    }
}
