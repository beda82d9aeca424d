//! Values of answers as they are sent: examples of the pages, ids past 2⁶³, numbers as text, nulls, secrets, events, and the table
//! of play statistics.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use vodledger::cloud::ErrorKind;
use vodledger::cloud::legacy::{DescribeVodInfo, TimeOrder};
use vodledger::cloud::vod::play_stats::{TableError, parse};
use vodledger::cloud::vod::{Event, EventContent, TimeWindow, UsageOver};
use vodledger::model::{FileId, MediaState, Period, Vid};

use crate::stand_in::StandIn;

#[tokio::test]
async fn storage_now_is_exact() {
    let answer = json!({"MediaCount": "3", "TotalStorage": 9_007_199_254_740_993_u64, "StandardStorage": "9007199254740992",
        "InfrequentStorage": 0, "ArchiveStorage": 1.0, "DeepArchiveStorage": 0, "StorageStat": []});
    let stand_in = StandIn::default().answer("DescribeStorageData", answer);
    let stored = stand_in.client().await.vod().describe_storage_data(None).await.unwrap();
    // 2^53 + 1: a float would lose the one.
    assert_eq!((stored.total, stored.standard, stored.archive), (9_007_199_254_740_993, 9_007_199_254_740_992, 1));
}

#[tokio::test]
async fn a_class_that_is_not_told_is_not_zero() {
    for answer in [
        json!({"MediaCount": 3, "TotalStorage": 1, "StandardStorage": 1, "InfrequentStorage": 0, "ArchiveStorage": 0}),
        json!({"MediaCount": 3, "TotalStorage": 1, "StandardStorage": 1, "InfrequentStorage": 0, "ArchiveStorage": 0, "DeepArchiveStorage": null}),
        json!({"MediaCount": -3, "TotalStorage": 1, "StandardStorage": 1, "InfrequentStorage": 0, "ArchiveStorage": 0, "DeepArchiveStorage": 0}),
    ] {
        let stand_in = StandIn::default().answer("DescribeStorageData", answer);
        let error = stand_in.client().await.vod().describe_storage_data(None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
    }
}

/// The example of the page: three rows in UTC for days that begin at Beijing midnight; the third is the day of the requested end.
#[tokio::test]
async fn review_days_are_days_at_utc_8() {
    let rows = json!([{"Time": "2018-12-01T16:00:00Z", "Value": 3}, {"Time": "2018-12-02T16:00:00Z", "Value": 5},
        {"Time": "2018-12-03T16:00:00Z", "Value": 7}]);
    let stand_in =
        StandIn::default().answer("DescribeReviewDetails", json!({"TotalCount": 10, "TotalDuration": 15, "Data": rows}));
    let window = TimeWindow(Period::of_days("2018-12-02".parse().unwrap(), "2018-12-04".parse().unwrap()).unwrap());
    let review = stand_in.client().await.vod().describe_review_details(&UsageOver { sub_app_id: None, window }).await.unwrap();
    assert_eq!(review.days.iter().map(|day| day.value).collect::<Vec<_>>(), [3, 5]);
}

#[tokio::test]
async fn media_of_which_little_is_told() {
    let answer = json!({"MediaInfoSet": [
        {"FileId": 11_624_759_161_874_546_966_u64, "BasicInfo": null, "MetaData": null, "TranscodeInfo": null, "SubtitleInfo": null},
        {"FileId": "2", "BasicInfo": {"Name": "a", "ExpireTime": "9999-12-31T23:59:59Z", "TagSet": null, "SourceInfo":
            {"SourceType": "Record", "SourceContext": "rtmp://push?txSecret=s3cret", "LiveRecordInfo": null}},
         "MetaData": {"Size": "12", "Duration": 0, "Rotate": 90},
         "AdaptiveDynamicStreamingInfo": {"AdaptiveDynamicStreamingSet": [{"Definition": 10, "Package": "HLS", "Size": 0, "SubStreamSet": null}]}},
    ], "NotExistFileIdSet": [3]});
    let stand_in = StandIn::default().answer("DescribeMediaInfos", answer);
    let ids = ["11624759161874546966".into(), "2".into(), "3".into()];
    let found = stand_in.client().await.vod().describe_media_details(None, &ids, &[]).await.unwrap();
    assert_eq!((found.media[0].file_id.as_str(), found.media[0].basics.is_none()), ("11624759161874546966", true));
    assert_eq!(found.missing, [FileId::from("3")]);
    let (basics, file) = (found.media[1].basics.as_ref().unwrap(), found.media[1].file.as_ref().unwrap());
    assert_eq!((basics.expires, basics.tags.len()), (None, 0));
    assert_eq!((file.size, file.duration_ms, file.rotate), (Some(12), None, Some(90)));
    assert!(!format!("{found:?}").contains("s3cret"));
    assert_eq!(stand_in.asked("DescribeMediaInfos"), [json!({"FileIds": ["11624759161874546966", "2", "3"]})]);
}

#[test]
fn events_by_type() {
    let uploaded = r#"{"EventHandle":"h1","EventType":"NewFileUpload","FileUploadEvent":{"FileId":"5285485487985271487",
        "MediaBasicInfo":{"Name":"room_1","StorageRegion":"ap-guangzhou-2","SourceInfo":{"SourceType":"Record","SourceContext":"s3cret",
        "LiveRecordInfo":{"StreamId":"room_1","RecordStartTime":"2026-10-12T11:00:00Z","RecordEndTime":"2026-10-12T12:30:00Z"}}},
        "ProcedureTaskId":"","ReviewAudioVideoTaskId":"","MetaData":null},"FileDeleteEvent":null}"#;
    let event = Event::parse(uploaded).unwrap();
    let EventContent::Uploaded(content) = &event.content else { panic!("{event:?}") };
    assert_eq!((event.handle.as_str(), content.file_id.as_str()), ("h1", "5285485487985271487"));
    assert_eq!((content.procedure_task_id.as_deref(), content.file.is_none()), (None, true));
    let live = content.basics.as_ref().unwrap().source.as_ref().unwrap().live.as_ref().unwrap();
    assert_eq!(live.began.unwrap().to_rfc3339(), "2026-10-12T11:00:00+00:00");
    assert!(!format!("{event:?}").contains("s3cret") && event.raw.expose() == uploaded);

    let deleted = r#"{"EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":["1",2],"FileDeleteResultInfo":
        [{"FileId":"1","DeleteParts":[]},{"FileId":2,"DeleteParts":[{"Type":"TranscodeFiles","Definition":100010}]}]}}"#;
    let event = Event::parse(deleted).unwrap();
    let EventContent::Deleted(content) = &event.content else { panic!("{event:?}") };
    assert_eq!((event.handle.as_str(), content.file_ids.len(), content.results[0].parts.len()), ("", 2, 0));
    assert_eq!(
        (content.results[1].parts[0].kind.as_str(), content.results[1].parts[0].definition),
        ("TranscodeFiles", Some(100_010))
    );

    let restored = r#"{"EventHandle":"h","EventType":"RestoreMediaComplete","RestoreMediaCompleteEvent":{"FileId":"5430000000000000001",
        "OriginalStorageClass":"ARCHIVE","TargetStorageClass":"STANDARD","RestoreTier":"Expedited","RestoreDay":0,"Status":0,"Message":""}}"#;
    let EventContent::Restored(content) = Event::parse(restored).unwrap().content else { panic!() };
    assert_eq!((content.target_storage_class.as_str(), content.restore_day), ("STANDARD", 0));

    let procedure = r#"{"EventHandle":"h","EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"TaskId":"t","Status":"FINISH",
        "FileId":"1","MediaProcessResultSet":[{"Type":"Transcode","TranscodeTask":{"Status":"SUCCESS","ErrCode":0,"ErrCodeExt":"",
        "Input":{"Definition":100010},"Output":{"Url":"http://a/b.mp4","Definition":100010,"Size":38394819},
        "BeginProcessTime":"2026-10-12T11:00:00Z","FinishTime":"0000-00-00T00:00:00Z"},"SampleSnapshotTask":null}]}}"#;
    let EventContent::Procedure(content) = Event::parse(procedure).unwrap().content else { panic!() };
    let result = &content.results[0];
    assert_eq!((result.definition, result.size, result.err_code_ext.as_ref()), (Some(100_010), Some(38_394_819), None));
    assert!(result.began.is_some() && result.ended.is_none());
}

#[test]
fn an_event_that_cannot_be_read_is_kept() {
    let other =
        Event::parse(r#"{"EventHandle":"h","EventType":"WechatPublishComplete","WechatPublishCompleteEvent":{}}"#).unwrap();
    assert_eq!(other.content, EventContent::Other);
    for odd in [
        r#"{"EventHandle":"h","EventType":"NewFileUpload"}"#,
        r#"{"EventHandle":"h","EventType":"NewFileUpload","FileUploadEvent":null}"#,
        r#"{"EventHandle":"h","EventType":"NewFileUpload","FileUploadEvent":{"FileId":""}}"#,
    ] {
        let event = Event::parse(odd).unwrap();
        assert!(matches!(event.content, EventContent::Unreadable(_)) && event.handle == "h", "{odd}");
    }
    assert!(Event::parse("7").is_err() && Event::parse(r#"{"EventHandle":"h"}"#).is_err());
}

#[tokio::test]
async fn an_empty_pull_is_null_or_empty() {
    for answer in [json!({"EventSet": null}), json!({"EventSet": []}), json!({})] {
        let stand_in = StandIn::default().answer("PullEvents", answer);
        assert_eq!(stand_in.client().await.vod().pull_events(None).await.unwrap(), []);
    }
}

/// Values of the example of the page.
#[tokio::test]
async fn legacy_media_by_time() {
    let body = r#"{"code":0,"message":"","fileSet":[{"fileId":"9896587163607667063","fileName":"a","fileIntro":"","size":"7865592",
        "duration":"147","status":"2","vid":"1200_1870483a9a6011e4a137dfa495b17abf","createTime":"2015-01-12 21:37:11",
        "updateTime":"2015-01-13 11:23:01","classId":"0","className":"","imageUrl":"http://p/1","tags":["x"]}]}"#;
    let stand_in = StandIn::default().text("DescribeVodInfo", body);
    let client = stand_in.client().await;
    let at = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    let request = DescribeVodInfo {
        from: Some(at("2015-01-01 00:00:00")),
        orderby: Some(TimeOrder::NewestFirst),
        page_size: Some(100),
        ..DescribeVodInfo::default()
    };
    let found = client.legacy().describe_vod_info(&request).await.unwrap();
    let media = &found.media[0];
    assert_eq!((found.total, media.size, media.duration_ms), (None, Some(7_865_592), Some(147_000)));
    assert_eq!(media.vid, Some(Vid::from("1200_1870483a9a6011e4a137dfa495b17abf")));
    assert_eq!((media.state, media.created.as_str()), (MediaState::Normal, "2015-01-12 21:37:11"));
    let asked = &stand_in.asked("DescribeVodInfo")[0];
    assert_eq!(
        (&asked["from"], &asked["orderby"], &asked["pageSize"]),
        (&json!("2015-01-01 00:00:00"), &json!("1"), &json!("100"))
    );
    assert!(asked.get("to").is_none() && asked.get("classId").is_none());
    let small = DescribeVodInfo { page_size: Some(9), ..DescribeVodInfo::default() };
    assert_eq!(client.legacy().describe_vod_info(&small).await.unwrap_err().kind, ErrorKind::Request);
}

#[tokio::test]
async fn legacy_events_are_pulled_and_confirmed() {
    let body = r#"{"code":0,"message":"","eventList":[
        {"msgHandle":"m1","eventContent":{"version":"4.0","eventType":"NewFileUpload","data":{"fileId":"14651978969409866913",
         "fileUrl":"http:\/\/a\/f0.flv","sourceType":"Record","sourceContext":"rtmp://a?txSecret=s3cret","streamId":"room_1"}}},
        {"msgHandle":"m2","eventContent":{"version":4,"eventType":"TranscodeComplete","data":{"status":-43001,"message":"","fileId":7,
         "vodTaskId":"Transcode-ab"}}},
        {"msgHandle":"m3","eventContent":{"version":"4.0","eventType":"Odd","data":7}}]}"#;
    let stand_in = StandIn::default()
        .text("PullEvent", body)
        .text("PullEvent", r#"{"code":0,"message":"","eventList":[]}"#)
        .text("ConfirmEvent", r#"{"code":0,"message":""}"#);
    let client = stand_in.client().await;
    let events = client.legacy().pull_event().await.unwrap();
    let first = events[0].data.as_ref().unwrap();
    assert_eq!(
        (first.file_id.as_ref(), first.stream_id.as_deref()),
        (Some(&FileId::from("14651978969409866913")), Some("room_1"))
    );
    let second = events[1].data.as_ref().unwrap();
    assert_eq!(
        (events[1].version.as_str(), second.status, second.file_id.as_ref()),
        ("4", Some(-43_001), Some(&FileId::from("7")))
    );
    assert!(events[2].data.is_none() && !format!("{events:?}").contains("s3cret"));
    assert_eq!(client.legacy().pull_event().await.unwrap(), []);
    client.legacy().confirm_event(&["m1".into(), "m2".into()]).await.unwrap();
    let asked = &stand_in.asked("ConfirmEvent")[0];
    assert_eq!((&asked["msgHandle.1"], &asked["msgHandle.2"]), (&json!("m1"), &json!("m2")));
}

/// Columns in the order of the API model; numbers by hand.
const TABLE: &str =
    "date,file_id,ip_count,flux,play_times,pc_play_times,mobile_play_times,iphone_play_times,android_play_times,host_name
2025-01-10,11624759161874546966,2,9007199254740993,7,3,4,1,3,vod.example.com
2025-01-10,5285485487985271487,0,0,0,0,0,0,0,
";

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn play_statistics_in_both_spellings_packed_or_not() {
    let other = TABLE.replace("pc_play_times", "play_times_pc").replace("mobile_play_times", "play_times_mobile");
    let shuffled = "\u{feff}play_times, flux,file_id,unknown,date\n7,9007199254740993,11624759161874546966,x,2025-01-10\n";
    for text in [TABLE, &other, shuffled] {
        for bytes in [text.as_bytes().to_vec(), packed(text)] {
            let rows: Vec<_> = parse(bytes.as_slice()).unwrap().collect::<Result<_, _>>().unwrap();
            let row = &rows[0];
            assert_eq!((row.day.to_string().as_str(), row.file_id.as_str()), ("2025-01-10", "11624759161874546966"));
            assert_eq!((row.bytes, row.plays), (9_007_199_254_740_993, 7));
            let parts = (row.pc_plays, row.mobile_plays, row.domain.as_deref());
            let expected = if text == shuffled { (None, None, None) } else { (Some(3), Some(4), Some("vod.example.com")) };
            assert_eq!(parts, expected);
        }
    }
    // Two packed parts one after the other are one file.
    let (first, second) = TABLE.split_at(TABLE.find("2025-01-10,528").unwrap());
    let parts = [packed(first), packed(second)].concat();
    assert_eq!(parse(parts.as_slice()).unwrap().count(), 2);
}

#[test]
fn a_table_that_cannot_be_read_says_where() {
    let error = |text: &str| match parse(text.as_bytes()) {
        Ok(rows) => rows.collect::<Result<Vec<_>, _>>().unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(error(""), TableError::Column { column: "date", .. }));
    assert!(matches!(error("date,file_id,play_times\n"), TableError::Column { column: "flux", .. }));
    let told = error(&TABLE.replace(",9007199254740993,", ",a lot,")).to_string();
    assert_eq!(told, "play statistics, line 2, column \"flux\": \"a lot\" is not a whole number");
    assert!(error(&TABLE.replace(",9007199254740993,", ",-1,")).to_string().contains("\"-1\" is not a whole number"));
    assert!(error(&TABLE.replace("2025-01-10,528", "20250110,528")).to_string().contains("line 3, column \"date\""));
    assert!(matches!(error(&TABLE.replace("vod.example.com", "a,b")), TableError::Csv(_)));
    // Cut off on its way: the rows before come, then an error and nothing more.
    let whole = packed(&format!("{TABLE}{}", "2025-01-10,1,1,1,1,1,1,1,1,a\n".repeat(1_000)));
    let mut rows = parse(&whole[..whole.len() - 4]).unwrap().skip_while(Result::is_ok);
    assert!(rows.next().unwrap().is_err() && rows.next().is_none());
}
