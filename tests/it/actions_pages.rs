//! Listings: whole or an error, bounded, cancellable; and requests that are refused before they are sent.

use std::time::Duration;

use futures_util::Stream;
use serde_json::{Value, json};
use vodledger::cloud::vod::{
    CdnFilter, CdnLogs, CdnMetric, CdnStatDetails, DeleteMedia, Deletion, FileEntry, Interval, ListFiles, ModifyMediaInfo,
    RestoreMedia, SearchMedia, StorageDetails, TimeWindow,
};
use vodledger::cloud::{Client, Error, ErrorKind};
use vodledger::model::{FileId, Period, SubAppId};

use crate::stand_in::StandIn;

fn applications(from: u64, to: u64, total: u64) -> Value {
    let set: Vec<Value> = (from..to).map(|id| json!({"SubAppId": id, "SubAppIdName": "a", "CreateTime": ""})).collect();
    json!({"TotalCount": total, "SubAppIdInfoSet": set})
}

fn days(start: &str, end: &str) -> Period {
    Period::of_days(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

#[tokio::test]
async fn a_listing_goes_on_where_the_last_page_ended() {
    let stand_in = StandIn::default()
        .answer("DescribeSubAppIds", applications(0, 200, 205))
        .answer("DescribeSubAppIds", applications(200, 205, 205));
    let all = stand_in.client().await.vod().sub_app_ids().all().await.unwrap();
    assert_eq!(all.iter().map(|application| application.sub_app_id.0).collect::<Vec<_>>(), (0..205).collect::<Vec<_>>());
    let offsets: Vec<Value> = stand_in.asked("DescribeSubAppIds").into_iter().map(|asked| asked["Offset"].clone()).collect();
    assert_eq!(offsets, [0, 200]);
}

#[tokio::test]
async fn what_is_counted_but_does_not_come_is_an_error() {
    let stand_in =
        StandIn::default().answer("DescribeSubAppIds", applications(0, 3, 5)).answer("DescribeSubAppIds", applications(0, 0, 5));
    let client = stand_in.client().await;
    let mut listing = client.vod().sub_app_ids();
    for _ in 0..3 {
        listing.next().await.unwrap().unwrap();
    }
    let error = listing.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.action), (ErrorKind::Malformed, "DescribeSubAppIds"));
    assert!(error.to_string().contains("TotalCount is 5, but nothing comes after 3"), "{error}");
    assert!(listing.next().await.is_none(), "an error ends a listing");
}

#[tokio::test]
async fn a_total_that_is_too_small_cuts_nothing() {
    let stand_in = StandIn::default()
        .answer("DescribeSubAppIds", applications(0, 200, 7))
        .answer("DescribeSubAppIds", applications(200, 203, 7));
    assert_eq!(stand_in.client().await.vod().describe_sub_app_ids().await.unwrap().len(), 203);
}

#[tokio::test]
async fn a_listing_without_end_ends_with_an_error() {
    let same =
        json!({"IsTruncated": true, "NextMarker": "a", "Contents": [{"Key": "a", "Size": "9007199254740993", "FileId": 7}]});
    let stand_in = StandIn::default().answer("ListFiles", same);
    let client = stand_in.client().await;
    let mut listing =
        client.vod().list_files(ListFiles { sub_app_id: SubAppId(1), prefix: None, delimiter: None, categories: Vec::new() });
    let Some(Ok(FileEntry::File(file))) = listing.next().await else { panic!("no file") };
    assert_eq!((file.size, file.file_id), (9_007_199_254_740_993, Some(FileId::from("7"))));
    let error = listing.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("has no end"), "{error}");
    assert_eq!(stand_in.asked("ListFiles").len(), 2);
    assert_eq!(stand_in.asked("ListFiles")[1], json!({"SubAppId": 1, "MaxKeys": 100, "Marker": "a"}));
}

#[tokio::test]
async fn a_listing_that_says_there_is_more_says_where() {
    let stand_in = StandIn::default().answer("ListFiles", json!({"IsTruncated": true, "NextMarker": null, "Contents": []}));
    let client = stand_in.client().await;
    let listing = ListFiles { sub_app_id: SubAppId(1), prefix: None, delimiter: None, categories: Vec::new() };
    assert_eq!(client.vod().list_files(listing).all().await.unwrap_err().kind, ErrorKind::Malformed);
}

fn search_page(from: u64, to: u64, total: u64) -> Value {
    let media: Vec<Value> = (from..to).map(|id| json!({"FileId": id.to_string(), "BasicInfo": {"Name": "a"}})).collect();
    json!({"TotalCount": total, "MediaInfoSet": media})
}

#[tokio::test]
async fn the_wall_of_a_search_is_told() {
    let mut stand_in = StandIn::default();
    for page in 0..5 {
        stand_in = stand_in.answer("SearchMedia", search_page(page * 1_000, (page + 1) * 1_000, 5_000));
    }
    let client = stand_in.client().await;
    let mut pages = client.vod().search_media_pages(SearchMedia { limit: 1_000, ..SearchMedia::default() });
    let mut media = 0;
    let error = loop {
        match pages.next().await.unwrap() {
            Ok(page) => media += page.media.len(),
            Err(error) => break error,
        }
    };
    assert_eq!((media, error.kind, stand_in.asked("SearchMedia").len()), (5_000, ErrorKind::Request, 5));
    assert!(error.to_string().contains("narrow it by CreateTime"), "{error}");
}

#[tokio::test]
async fn a_search_below_the_wall_ends() {
    let stand_in =
        StandIn::default().answer("SearchMedia", search_page(0, 100, 130)).answer("SearchMedia", search_page(100, 130, 130));
    let pages = stand_in.client().await.vod().search_media_pages(SearchMedia::by_prefix("a")).all().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.media.len()).collect::<Vec<_>>(), [100, 30]);
}

/// So many hours of log files, from one hour on.
fn logs(from: u32, to: u32) -> Value {
    let log = |hour: u32| {
        let start = format!("2026-10-{:02}T{:02}:00:00+08:00", 1 + hour / 24, hour % 24);
        let end = start.replace(":00:00", ":59:59");
        json!({"Date": &start[..10], "Name": format!("{hour}-vod.example.com"), "Url": "https://a/b?sign=s3cret", "StartTime": start, "EndTime": end})
    };
    Value::Array((from..to).map(log).collect())
}

async fn all_logs(stand_in: &StandIn) -> Result<usize, Error> {
    let request =
        CdnLogs { sub_app_id: None, domain_name: "vod.example.com".into(), window: TimeWindow(days("2026-10-01", "2026-10-31")) };
    let all = stand_in.client().await.vod().cdn_logs(request).all().await?;
    assert!(!format!("{all:?}").contains("s3cret"));
    Ok(all.len())
}

/// 720 hours inside and 700 outside: 1420 files, more than one page takes of both together.
#[tokio::test]
async fn logs_are_whole_however_the_two_lists_are_counted() {
    // Each list by itself: both fit into the first page.
    let each = json!({"TotalCount": 1420, "DomesticCdnLogs": logs(0, 720), "OverseaCdnLogs": logs(0, 700)});
    assert_eq!(all_logs(&StandIn::default().answer("DescribeCdnLogs", each)).await.unwrap(), 1_420);
    // Together, the mainland first: rows 0 to 999, then from 720 on, since the longer list has moved so far.
    let first = json!({"TotalCount": 1420, "DomesticCdnLogs": logs(0, 720), "OverseaCdnLogs": logs(0, 280)});
    let second = json!({"TotalCount": 1420, "DomesticCdnLogs": [], "OverseaCdnLogs": logs(0, 700)});
    let stand_in = StandIn::default().answer("DescribeCdnLogs", first.clone()).answer("DescribeCdnLogs", second);
    assert_eq!(all_logs(&stand_in).await.unwrap(), 1_420);
    assert_eq!(stand_in.asked("DescribeCdnLogs")[1]["Offset"], 720);
    // A server that says the same again and again.
    let error = all_logs(&StandIn::default().answer("DescribeCdnLogs", first)).await.unwrap_err();
    assert!(error.to_string().contains("TotalCount is 1420, but only 1000 files came"), "{error}");
}

#[tokio::test]
async fn long_periods_of_play_statistics_are_asked_in_parts() {
    let stand_in = StandIn::default().answer(
        "DescribeDailyPlayStatFileList",
        json!({"PlayStatFileSet": [{"Date": "2025-01-10T00:00:00+08:00", "Url": "http://a/b.csv.gz?q-signature=s3cret"}]}),
    );
    let files = stand_in.client().await.vod().play_stat_files(None, days("2025-01-01", "2025-07-01")).all().await.unwrap();
    // The same file comes in every answer and counts where its day was asked for.
    assert_eq!((files.len(), files[0].day.to_string()), (1, "2025-01-10".to_owned()));
    let asked = stand_in.asked("DescribeDailyPlayStatFileList");
    assert_eq!(asked.len(), 3);
    assert_eq!(
        (&asked[0]["EndTime"], &asked[1]["StartTime"]),
        (&json!("2025-03-31T23:59:59+08:00"), &json!("2025-04-01T00:00:00+08:00"))
    );
    assert!(!format!("{files:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_dropped_future_loses_nothing() {
    let stand_in = StandIn::default()
        .answer("DescribeSubAppIds", applications(0, 200, 201))
        .answer("DescribeSubAppIds", applications(200, 201, 201));
    let client = stand_in.client().await;
    let mut listing = client.vod().sub_app_ids();
    let mut seen = Vec::new();
    // Every attempt is dropped at its first await; the listing goes on where it was.
    while seen.len() < 201 {
        tokio::select! {
            biased;
            next = listing.next() => seen.push(next.unwrap().unwrap().sub_app_id.0),
            () = tokio::time::sleep(Duration::from_micros(50)) => {}
        }
    }
    assert_eq!(seen, (0..201).collect::<Vec<_>>());
    assert_eq!(stand_in.asked("DescribeSubAppIds").len(), 2);
}

#[test]
fn listings_are_streams_that_threads_can_share() {
    fn is_stream<S: Stream<Item = Result<vodledger::cloud::vod::Application, Error>> + Send + Unpin>(_: S) {}
    fn check(client: &Client) {
        is_stream(client.vod().sub_app_ids());
    }
    let _ = check;
}

#[tokio::test]
async fn what_the_api_would_refuse_is_not_sent() {
    let stand_in = StandIn::default();
    let client = stand_in.client().await;
    let vod = client.vod();
    let long = "x".repeat(101);
    let refused = |error: Error, what: &str| {
        assert_eq!(error.kind, ErrorKind::Request);
        assert!(error.to_string().contains(what), "{error}");
    };
    let eleven = SearchMedia { class_ids: (0..11).collect(), ..SearchMedia::default() };
    refused(vod.search_media(&eleven).await.unwrap_err(), "ClassIds: 11 given, at most 10 are taken");
    refused(vod.search_media(&SearchMedia::by_prefix(&long)).await.unwrap_err(), "101 characters, at most 100");
    let beyond = SearchMedia { offset: 4_950, limit: 100, ..SearchMedia::default() };
    refused(vod.search_media(&beyond).await.unwrap_err(), "Offset + Limit is 5050");
    let week = StorageDetails {
        sub_app_id: None,
        window: TimeWindow(days("2026-10-01", "2026-10-09")),
        interval: Interval::Minute,
        storage_type: "TotalStorage".into(),
        area: "Chinese Mainland".into(),
    };
    refused(vod.describe_storage_details(&week).await.unwrap_err(), "longer than 7 days");
    let abroad = CdnStatDetails {
        sub_app_id: None,
        metric: CdnMetric::Traffic,
        window: TimeWindow(days("2026-10-01", "2026-10-09")),
        area: "Europe".into(),
        data_interval: Interval::Day,
        only: CdnFilter { districts: vec!["Beijing".into()], ..CdnFilter::default() },
    };
    refused(vod.describe_cdn_stat_details(&abroad).await.unwrap_err(), "only with the area Chinese Mainland");
    let nothing = DeleteMedia { sub_app_id: None, file_id: "1".into(), what: Deletion::Parts(Vec::new()) };
    refused(vod.delete_media(&nothing).await.unwrap_err(), "takes for the whole media");
    let both = ModifyMediaInfo { add_tags: vec!["a".into()], clear_tags: true, ..ModifyMediaInfo::of(None, "1".into()) };
    refused(vod.modify_media_info(&both).await.unwrap_err(), "exclude each other");
    let many = RestoreMedia { sub_app_id: None, file_ids: vec!["1".into(); 101], restore_day: 1, restore_tier: None };
    refused(vod.restore_media(&many).await.unwrap_err(), "101 given, at most 100");
    refused(vod.confirm_events(None, &[]).await.unwrap_err(), "at least one is needed");
    assert!(stand_in.all().is_empty());
}

#[tokio::test]
async fn what_the_international_site_lacks_is_not_sent() {
    let stand_in = StandIn::default().answer("DescribeStorageData", json!({}));
    let client = stand_in.builder().await.intl(true).build().unwrap();
    for error in
        [client.vod().describe_prepaid_products().await.unwrap_err(), client.vod().describe_events_state(None).await.unwrap_err()]
    {
        assert_eq!(error.kind, ErrorKind::Unsupported);
        assert!(error.to_string().contains("the international site does not have this action"), "{error}");
    }
    assert!(stand_in.all().is_empty());
}
