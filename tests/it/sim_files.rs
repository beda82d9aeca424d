//! Files of the simulated cloud: play statistics and access logs, and the answers that tell where they are.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use vodledger::sim::{CdnLogPaging, PlayStatHeader, Switches};

use crate::sim_caller::Caller;

const ROOM_1: &str = "11624759161874546966";
const INTRO: &str = "5285890799710670617";
const DOMAIN: &str = "1500021001.vod2.myqcloud.com";

async fn unpacked(caller: &Caller, url: &str) -> String {
    let (status, bytes) = caller.download(url).await;
    assert_eq!(status, 200, "{url}");
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    text
}

async fn play_files(caller: &Caller, start: &str, end: &str) -> Vec<Value> {
    let params = json!({"StartTime": format!("{start}T00:00:00+08:00"), "EndTime": format!("{end}T00:00:00+08:00")});
    let answer = caller.vod("DescribeDailyPlayStatFileList", params).await;
    answer["PlayStatFileSet"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

/// 200 plays on 13 October: 80 by computer, 120 by phone, half of them iPhones.
#[tokio::test]
async fn plays_of_a_day_are_a_packed_table() {
    let caller = Caller::demo().await;
    let files = play_files(&caller, "2026-10-13", "2026-10-13").await;
    assert_eq!((files.len(), &files[0]["Date"]), (1, &json!("2026-10-13T00:00:00+08:00")));
    let url = files[0]["Url"].as_str().unwrap();
    let expected = format!(
        "date,file_id,ip_count,flux,play_times,pc_play_times,mobile_play_times,iphone_play_times,android_play_times,host_name\n\
         2026-10-13,{ROOM_1},105,90000000000,150,60,90,45,45,{DOMAIN}\n\
         2026-10-13,{ROOM_1},35,30000000007,50,20,30,15,15,vod.example.com\n\
         2026-10-13,{INTRO},211,11556840519,301,120,181,90,91,{DOMAIN}\n"
    );
    assert_eq!(unpacked(&caller, url).await, expected);

    // A link without its signature, and one that is half a day old.
    let bare = url.split('?').next().unwrap();
    assert_eq!(caller.download(bare).await.0, 403);
    assert_eq!(caller.download(&url.replace("20261013", "20261014")).await.0, 403);
    caller.set_now("2026-11-02T21:59:59+08:00");
    assert_eq!(caller.download(url).await.0, 200);
    caller.set_now("2026-11-02T22:00:00+08:00");
    assert_eq!(caller.download(url).await.0, 403);
}

#[tokio::test]
async fn the_columns_of_devices_have_two_spellings() {
    let caller = Caller::switched(Switches { play_stat_header: PlayStatHeader::Seen, ..Switches::default() }).await;
    let files = play_files(&caller, "2026-10-14", "2026-10-14").await;
    let text = unpacked(&caller, files[0]["Url"].as_str().unwrap()).await;
    assert!(text.starts_with("date,file_id,ip_count,flux,play_times,play_times_pc,play_times_mobile,"), "{text}");
}

/// A day's statistics are there from noon of the next day on; the account's clock stands at 10:00.
#[tokio::test]
async fn yesterday_is_counted_at_noon() {
    let caller = Caller::demo().await;
    assert_eq!(play_files(&caller, "2026-10-31", "2026-11-02").await.len(), 1);
    caller.set_now("2026-11-02T12:00:00+08:00");
    assert_eq!(play_files(&caller, "2026-10-31", "2026-11-02").await.len(), 2);
    for (start, end, code) in [
        ("2026-10-02", "2026-10-01", "EndTime"),
        ("2026-06-01", "2026-09-01", "EndTime"),
        ("2025-10-01", "2025-10-02", "StartTime"),
    ] {
        let params = json!({"StartTime": format!("{start}T00:00:00+08:00"), "EndTime": format!("{end}T00:00:00+08:00")});
        assert_eq!(caller.refusal("DescribeDailyPlayStatFileList", params).await, format!("InvalidParameterValue.{code}"));
    }
}

#[tokio::test]
async fn plays_of_single_media() {
    let caller = Caller::demo().await;
    let daily = json!({"FileId": ROOM_1, "StartDate": "2026-10-12T23:00:00+08:00", "EndDate": "2026-10-14T01:00:00+08:00"});
    let rows = caller.vod("DescribeDailyMediaPlayStat", daily).await["DailyPlayStatInfoSet"].clone();
    let row = |day: &str, plays: u64, bytes: u64| json!({"Date": format!("{day}T00:00:00+08:00"), "FileId": ROOM_1, "PlayTimes": plays, "Traffic": bytes});
    let expected =
        json!([row("2026-10-12", 0, 0), row("2026-10-13", 200, 120_000_000_007_u64), row("2026-10-14", 20, 12_000_000_000)]);
    assert_eq!(rows, expected);

    let most = async |more: Value| {
        let mut params = json!({"Date": "2026-10-13T00:00:00+08:00"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let rows = caller.vod("DescribeDailyMostPlayedStat", params).await["DailyPlayStatInfoSet"].clone();
        rows.as_array().unwrap().iter().map(|row| row["FileId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(most(json!({})).await, [ROOM_1, INTRO]);
    assert_eq!(most(json!({"Metric": "PlayTimes"})).await, [INTRO, ROOM_1]);
    assert_eq!(most(json!({"DomainName": "vod.example.com"})).await, [ROOM_1]);

    // Hours end before EndTime, days include it; three hours pass until a play is counted.
    let details = async |start: &str, end: &str| {
        let params = json!({"FileId": ROOM_1, "StartTime": start, "EndTime": end});
        caller.vod("DescribeMediaPlayStatDetails", params).await["PlayStatInfoSet"].as_array().unwrap().clone()
    };
    let hours = details("2026-10-13T00:00:00+08:00", "2026-10-13T02:00:00+08:00").await;
    assert_eq!(
        hours.iter().map(|row| row["Time"].as_str().unwrap()).collect::<Vec<_>>(),
        ["2026-10-13T00:00:00+08:00", "2026-10-13T01:00:00+08:00"]
    );
    let days = details("2026-10-13T00:00:00+08:00", "2026-10-14T00:00:00+08:00").await;
    assert_eq!(days.iter().map(|row| row["PlayTimes"].as_u64().unwrap()).collect::<Vec<_>>(), [200, 20]);
    let today = details("2026-11-02T00:00:00+08:00", "2026-11-02T12:00:00+08:00").await;
    assert_eq!(today.last().unwrap()["Time"], "2026-11-02T06:00:00+08:00");
}

async fn logs(caller: &Caller, start: &str, end: &str, more: Value) -> Value {
    let mut params = json!({"DomainName": DOMAIN, "StartTime": start, "EndTime": end});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    caller.vod("DescribeCdnLogs", params).await
}

/// Usage is 110 % of what is logged: each hour's file adds up to its points × 10 / 11.
#[tokio::test]
async fn an_hours_log_adds_up_to_its_usage() {
    let caller = Caller::demo().await;
    let (start, end) = ("2026-10-12T19:00:00+08:00", "2026-10-12T20:00:00+08:00");
    let answer = logs(&caller, start, end, json!({})).await;
    assert_eq!(answer["TotalCount"], 2);
    for (list, area) in [("DomesticCdnLogs", "Chinese Mainland"), ("OverseaCdnLogs", "Asia Pacific Region 1")] {
        let file = &answer[list][0];
        assert_eq!((&file["StartTime"], &file["EndTime"]), (&json!(start), &json!("2026-10-12T19:59:59+08:00")));
        assert_eq!((&file["Date"], file["Name"].as_str().unwrap().starts_with("2026101219-")), (&json!("2026-10-12"), true));
        let text = unpacked(&caller, file["Url"].as_str().unwrap()).await;
        let params = json!({"Metric": "Traffic", "Area": area, "StartTime": start, "EndTime": end, "DataInterval": 5, "DomainNames": [DOMAIN]});
        let usage = caller.vod("DescribeCDNStatDetails", params).await;
        let used: u64 = usage["Data"].as_array().unwrap().iter().map(|row| row["Value"].as_u64().unwrap()).sum();
        let mut logged = 0;
        for line in text.lines() {
            // The agent is quoted and holds spaces; the columns before it do not.
            let columns: Vec<&str> = line.split(' ').collect();
            assert!(columns[0].starts_with("2026101219") && columns[0].len() == 14, "{line}");
            assert_eq!(columns[2], DOMAIN);
            logged += columns[4].parse::<u64>().unwrap();
            let place = if area == "Chinese Mainland" { ["4", "2"] } else { ["2000000001", "-1"] };
            assert_eq!(columns[5..7], place, "{line}");
            assert_eq!(line.split('"').count(), 5, "{line}");
        }
        assert_eq!(u128::from(logged), u128::from(used) * 10 / 11, "{area}");
    }
    assert_eq!(logs(&caller, start, end, json!({})).await["DomesticCdnLogs"][0]["Name"], answer["DomesticCdnLogs"][0]["Name"]);
}

#[tokio::test]
async fn logs_come_late_grow_for_a_day_and_go_after_a_month() {
    let caller = Caller::demo().await;
    // At 10:00, the hour from 8 has been there since 9:30, that from 9 not yet.
    let today = logs(&caller, "2026-11-02T07:00:00+08:00", "2026-11-02T12:00:00+08:00", json!({})).await;
    assert_eq!(today["DomesticCdnLogs"].as_array().unwrap().len(), 2);
    let url = today["DomesticCdnLogs"][1]["Url"].as_str().unwrap().to_owned();
    let young = unpacked(&caller, &url).await;
    caller.set_now("2026-11-03T09:00:00+08:00");
    let whole = unpacked(&caller, &url).await;
    assert_eq!((young.lines().count(), whole.lines().count()), (5, 6));
    caller.set_now("2026-11-03T10:00:00+08:00");
    assert_eq!(caller.download(&url).await.0, 403, "a link is good for a day");

    let old = logs(&caller, "2026-10-03T00:00:00+08:00", "2026-10-04T00:00:00+08:00", json!({})).await;
    assert_eq!(old["Error"]["Code"], "InvalidParameterValue.StartTime");
    let day = ("2026-10-20T00:00:00+08:00", "2026-10-21T00:00:00+08:00");
    for (more, code) in [
        (json!({"DomainName": "else.example.com"}), "InvalidParameterValue.DomainName"),
        (json!({"Limit": 1001}), "InvalidParameterValue.Limit"),
    ] {
        assert_eq!(logs(&caller, day.0, day.1, more).await["Error"]["Code"], code);
    }
}

/// 24 hours in each list; whether a page counts both together is not documented.
#[tokio::test]
async fn pages_of_logs_count_both_lists_or_each() {
    let lengths = |answer: &Value| ["DomesticCdnLogs", "OverseaCdnLogs"].map(|list| answer[list].as_array().unwrap().len());
    let (start, end) = ("2026-10-20T00:00:00+08:00", "2026-10-21T00:00:00+08:00");
    let page = json!({"Offset": 20, "Limit": 10});
    let together = Caller::demo().await;
    let answer = logs(&together, start, end, page.clone()).await;
    assert_eq!((lengths(&answer), &answer["TotalCount"]), ([4, 6], &json!(48)));
    let each = Caller::switched(Switches { cdn_log_paging: CdnLogPaging::Each, ..Switches::default() }).await;
    assert_eq!(lengths(&logs(&each, start, end, page).await), [4, 4]);
}

#[tokio::test]
async fn files_with_paths_are_listed_in_order() {
    let caller = Caller::demo().await;
    assert_eq!(caller.refusal("ListFiles", json!({"SubAppId": 1500021001})).await, "UnsupportedOperation");
    assert_eq!(caller.refusal("ListFiles", json!({})).await, "MissingParameter");
    let list = async |more: Value| {
        let mut params = json!({"SubAppId": 1500021004});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        caller.vod("ListFiles", params).await
    };
    let all = list(json!({})).await;
    assert_eq!((&all["IsTruncated"], &all["Contents"][0]["Key"]), (&json!(false), &json!("/board/2024.mp4")));
    let grouped = list(json!({"Prefix": "/", "Delimiter": "/"})).await;
    assert_eq!((&grouped["CommonPrefixes"], &grouped["Contents"]), (&json!(["/board/"]), &json!([])));
    assert_eq!(list(json!({"Marker": "/board/2024.mp4"})).await["Contents"], json!([]));
    assert_eq!(list(json!({"MaxKeys": 101})).await["Error"]["Code"], "InvalidParameterValue");
}

#[tokio::test]
async fn generated_content_by_day_and_by_request() {
    let caller = Caller::demo().await;
    let ask = async |kind: &str, more: Value| {
        let mut params =
            json!({"AigcType": kind, "StartTime": "2026-10-15T00:00:00+08:00", "EndTime": "2026-10-16T23:59:59+08:00"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        caller.vod("DescribeAigcUsageData", params).await
    };
    let video = ask("Video", json!({})).await["AigcUsageDataSet"][0].clone();
    let row = |day: u8, count: u64, usage: u64| json!({"Time": format!("2026-10-{day}T00:00:00+08:00"), "Count": count, "Usage": usage});
    assert_eq!(video, json!({"Specification": "sim-video-1.0_720P", "DataSet": [row(15, 2, 16), row(16, 1, 8)]}));
    let first = ask("TextDetail", json!({"PageSize": 1})).await["AigcTextDetails"].clone();
    assert_eq!((&first["Data"][0]["ReqId"], &first["Data"][0]["TotalTokens"]), (&json!("sim-request-1"), &json!(900)));
    let second = ask("TextDetail", json!({"PageSize": 1, "ScrollToken": first["ScrollToken"]})).await["AigcTextDetails"].clone();
    assert_eq!((&second["Data"][0]["ReqId"], &second["ScrollToken"]), (&json!("sim-request-2"), &json!("")));
    assert_eq!(ask("Music", json!({})).await["Error"]["Code"], "InvalidParameterValue");
}
