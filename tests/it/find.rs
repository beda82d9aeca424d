//! Finding all pages: past the 5 000 hits that a search shows, and on a legacy server whose page base nobody documents.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Query as UrlQuery;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vodledger::cloud::{Client, Credential, ErrorKind};
use vodledger::model::time::parse_time;
use vodledger::model::{FileId, Secret, SubAppId, Vid};
use vodledger::recordings::find::{Api, Filter};
use vodledger::recordings::{FindError, Found, Query, find};

const APP: [Option<SubAppId>; 1] = [Some(SubAppId(1))];

async fn serve(router: Router) -> Client {
    let address = crate::support::serve(router).await;
    let credential = Credential { secret_id: "AKID".into(), secret_key: Secret::new("key"), token: None };
    Client::builder(credential)
        .vod_endpoint(address.clone())
        .legacy_endpoint(address)
        .without_budget()
        .delays(Duration::from_millis(1), Duration::from_millis(2))
        .build()
        .unwrap()
}

fn start() -> DateTime<Utc> {
    parse_time("2026-10-01T00:00:00+08:00").unwrap()
}

/// SearchMedia as documented: prefix, CreateTime with `After` inclusive and `Before` exclusive, Offset + Limit up to
/// 5000, TotalCount capped at 5000. `created` gives each media's age in seconds.
fn search_server(created: Vec<i64>, calls: Arc<AtomicUsize>) -> Router {
    let created = Arc::new(created);
    Router::new().fallback(move |body: String| {
        let (created, calls) = (Arc::clone(&created), Arc::clone(&calls));
        async move {
            calls.fetch_add(1, Ordering::Relaxed);
            let request: Value = serde_json::from_str(&body).unwrap();
            let time = |name: &str| request["CreateTime"][name].as_str().map(|text| parse_time(text).unwrap());
            let (after, before, start) = (time("After"), time("Before"), start());
            let (offset, limit) = (request["Offset"].as_u64().unwrap() as usize, request["Limit"].as_u64().unwrap() as usize);
            assert!(offset + limit <= 5000, "asked past the wall");
            let hits: Vec<(usize, DateTime<Utc>)> = created
                .iter()
                .enumerate()
                .map(|(index, seconds)| (index, start + TimeDelta::seconds(*seconds)))
                .filter(|(_, at)| after.is_none_or(|after| *at >= after) && before.is_none_or(|before| *at < before))
                .collect();
            let media = |(index, at): &(usize, DateTime<Utc>)| {
                json!({"FileId": index.to_string(), "BasicInfo": {"Name": format!("room_{index}"), "CreateTime": at.to_rfc3339()}})
            };
            let page: Vec<Value> = hits.iter().skip(offset).take(limit).map(media).collect();
            json!({"Response": {"TotalCount": hits.len().min(5000), "MediaInfoSet": page, "RequestId": "r"}}).to_string()
        }
    })
}

async fn search(client: &Client) -> Found {
    let query = Query::Search(Filter { name_prefix: Some("room_".into()), ..Filter::default() });
    find(client, Api::V3, &APP, &query, start() + TimeDelta::days(30)).await.unwrap()
}

#[tokio::test]
async fn more_media_than_a_search_shows() {
    let calls = Arc::new(AtomicUsize::new(0));
    // Unevenly spread: 9 000 within three hours, the rest over weeks.
    let created = (0..12_000).map(|index| if index < 9_000 { index } else { index * 200 }).collect();
    let found = search(&serve(search_server(created, Arc::clone(&calls))).await).await;
    assert_eq!((found.media.len(), found.cut.len()), (12_000, 0));
    // 120 full pages, and a logarithmic number of windows besides.
    assert!(calls.load(Ordering::Relaxed) < 250, "{calls:?}");
}

#[tokio::test]
async fn more_media_in_a_second_than_can_be_shown_is_reported() {
    let created = vec![77; 5_300];
    let found = search(&serve(search_server(created, Arc::default())).await).await;
    assert_eq!(found.media.len(), 5_000);
    assert_eq!(found.cut.len(), 1);
    assert_eq!(found.cut[0].start, start() + TimeDelta::seconds(77));
    assert_eq!(found.cut[0].end, start() + TimeDelta::seconds(78));
}

/// SearchMedia over one media a second, whose total has nothing to do with how many media there are.
fn lying_server(total: u64, there: i64, calls: Arc<AtomicUsize>) -> Router {
    Router::new().fallback(move |body: String| {
        let request: Value = serde_json::from_str(&body).unwrap();
        calls.fetch_add(1, Ordering::Relaxed);
        let number = |name: &str| request[name].as_u64().map_or(0, |number| usize::try_from(number).unwrap());
        let time = |name: &str| parse_time(request["CreateTime"][name].as_str().unwrap()).unwrap();
        let page: Vec<Value> = (0..there)
            .map(|index| (index, start() + TimeDelta::seconds(index)))
            .filter(|(_, at)| (time("After")..=time("Before")).contains(at))
            .skip(number("Offset"))
            .take(number("Limit"))
            .map(|(index, at)| {
                json!({"FileId": index.to_string(), "BasicInfo": {"Name": format!("room_{index}"), "CreateTime": at.to_rfc3339()}})
            })
            .collect();
        async move { json!({"Response": {"TotalCount": total, "MediaInfoSet": page, "RequestId": "r"}}).to_string() }
    })
}

#[tokio::test]
async fn totals_that_cannot_be_true_neither_lose_media_nor_go_on_without_end() {
    let found = search(&serve(lying_server(0, 250, Arc::default())).await).await;
    assert_eq!((found.media.len(), found.cut.len()), (250, 0));
    // A total that promises media which never come is an error, not a search without them.
    let calls = Arc::new(AtomicUsize::new(0));
    let client = serve(lying_server(1 << 62, 250, Arc::clone(&calls))).await;
    let query = Query::Search(Filter { name_prefix: Some("room_".into()), ..Filter::default() });
    let refused = find(&client, Api::V3, &APP, &query, start() + TimeDelta::days(30)).await;
    assert!(matches!(&refused, Err(FindError::Cloud(error)) if error.kind == ErrorKind::Malformed), "{refused:?}");
    assert!(calls.load(Ordering::Relaxed) < 100, "{calls:?}");
}

/// DescribeVodPlayInfo with a page base and a largest page that nobody documents.
fn legacy_server(count: u64, base: u64, largest: u64) -> Router {
    Router::new().fallback(move |UrlQuery(request): UrlQuery<std::collections::HashMap<String, String>>| async move {
        let number = |name: &str| request[name].parse::<u64>().unwrap();
        let size = number("pageSize").min(largest);
        let first = number("pageNo").saturating_sub(base) * size;
        let files: Vec<Value> = (first..count.min(first + size))
            .map(|index| json!({"fileId": index.to_string(), "fileName": format!("room_{index}"), "duration": 1, "status": "2"}))
            .collect();
        json!({"code": 0, "message": "", "totalCount": count.to_string(), "fileSet": files}).to_string().into_response()
    })
}

#[tokio::test]
async fn legacy_pages_from_zero_or_one_and_of_any_size() {
    for (base, largest) in [(0, 100), (1, 100), (0, 20), (1, 20)] {
        for count in [0, 1, 99, 100, 101, 250] {
            let client = serve(legacy_server(count, base, largest)).await;
            let query = Query::Search(Filter { name_prefix: Some("room_".into()), ..Filter::default() });
            let found = find(&client, Api::V2, &[None], &query, start()).await.unwrap();
            assert_eq!(found.media.len() as u64, count, "base {base}, page {largest}");
        }
    }
}

#[tokio::test]
async fn a_vid_needs_the_index_or_a_name() {
    let client = serve(Router::new()).await;
    let vid = Vid::new("1200_c5997fa0f77745a49824150da4e4a6cc");
    let query = Query::Vids { vids: vec![vid.clone()], known: Vec::new(), name: None };
    let refused = find(&client, Api::V3, &APP, &query, start()).await.unwrap_err();
    assert_eq!(refused, FindError::VidNeedsName(vid));
    assert!(refused.to_string().contains("--name"));
}

#[tokio::test]
async fn unknown_ids_are_named() {
    let answer = json!({"Response": {"MediaInfoSet": [{"FileId": "11624759161874546966"}], "NotExistFileIdSet": ["5"]}});
    let client = serve(Router::new().fallback(move || async move { answer.to_string() })).await;
    let ids = vec![FileId::from("11624759161874546966"), FileId::from("5")];
    let found = find(&client, Api::V3, &APP, &Query::FileIds(ids), start()).await.unwrap();
    assert_eq!((found.media.len(), found.missing), (1, vec!["5".to_owned()]));
}
