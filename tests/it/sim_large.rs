//! Large accounts of the simulated cloud: every media is found, and none is found twice, while some come and go.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vodledger::sim::{AccountSource, Config, Limit};

use crate::sim_caller::Caller;

/// The first application of a large account.
const APP: u64 = 1_500_000_001;

async fn large(spec: &str) -> Caller {
    let account = AccountSource::Large(spec.parse().unwrap());
    Caller::with(Config { account, limit: Limit::Off, ..Config::default() }).await
}

fn media(answer: &Value) -> &[Value] {
    answer["MediaInfoSet"].as_array().unwrap_or_else(|| panic!("{answer}"))
}

fn id(media: &Value) -> String {
    media["FileId"].as_str().unwrap().to_owned()
}

fn created(media: &Value) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(media["BasicInfo"]["CreateTime"].as_str().unwrap()).unwrap().to_utc()
}

/// Ids in a state, as the simulated cloud itself tells them.
async fn ids(caller: &Caller, app: u64, state: &str) -> BTreeSet<String> {
    caller.told(&format!("media?sub_app_id={app}&state={state}")).await.lines().map(str::to_owned).collect()
}

/// Walks along the time of creation: an answer is whole up to the second of its last media, which is asked for again.
async fn walk(caller: &Caller, app: u64, page: u64) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = DateTime::UNIX_EPOCH;
    for _ in 0..1000 {
        let answer = caller.vod("SearchMedia", window(app, after, None, 0, page)).await;
        let rows = media(&answer);
        let whole = (rows.len() as u64) < page;
        let last = rows.last().map(created).unwrap_or(after);
        found.extend(rows.iter().filter(|media| whole || created(media) < last).map(id));
        if whole {
            return found;
        }
        assert!(last > after, "more than a page in the second {last}");
        after = last;
    }
    panic!("no end of media");
}

fn window(app: u64, after: DateTime<Utc>, before: Option<DateTime<Utc>>, offset: u64, limit: u64) -> Value {
    let mut range = json!({"After": after.to_rfc3339()});
    if let Some(before) = before {
        range["Before"] = json!(before.to_rfc3339());
    }
    json!({
        "SubAppId": app, "CreateTime": range, "Sort": {"Field": "CreateTime", "Order": "Asc"}, "Filters": ["basicInfo"],
        "Offset": offset, "Limit": limit
    })
}

#[tokio::test]
async fn a_walk_finds_every_media_once() {
    let caller = large("media=12001,apps=2,seed=5,per_second=300").await;
    let mut sizes = Vec::new();
    for app in [APP, APP + 1] {
        let found = walk(&caller, app, 1000).await;
        let distinct: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(distinct.len(), found.len());
        assert_eq!(distinct, ids(&caller, app, "alive").await);
        sizes.push(found.len());
        assert_eq!(caller.vod("DescribeStorageData", json!({"SubAppId": app})).await["MediaCount"], found.len());
    }
    assert_eq!(sizes, [6001, 6000]);
    // No more than 5000 are counted or shown.
    let all = caller.vod("SearchMedia", json!({"SubAppId": APP, "Limit": 1})).await;
    assert_eq!(all["TotalCount"], 5000);
    assert_eq!(
        caller.refusal("SearchMedia", json!({"SubAppId": APP, "Offset": 1, "Limit": 5000})).await,
        "InvalidParameterValue.Offset"
    );
}

/// More media in one second than a search shows.
#[tokio::test]
async fn a_second_may_hold_more_than_can_be_shown() {
    let caller = large("media=11000,per_second=5200").await;
    // The crowd begins in the middle: the media with number 5500 is the first of it.
    let middle = format!("{}", 11_000_000_000_000_000_000 + 5500 * 1_000_003_u64);
    let first = caller.vod("DescribeMediaInfos", json!({"FileIds": [middle]})).await;
    let second = created(&media(&first)[0]);
    let crowd = caller.vod("SearchMedia", window(APP, second, Some(second + TimeDelta::seconds(1)), 0, 5000)).await;
    assert_eq!((media(&crowd).len(), &crowd["TotalCount"]), (5000, &json!(5000)));
    assert!(media(&crowd).iter().all(|media| created(media) == second));
    // The page at an offset is the rest of the same list.
    let page = caller.vod("SearchMedia", window(APP, second, Some(second + TimeDelta::seconds(1)), 4990, 10)).await;
    assert_eq!(media(&page).iter().map(id).collect::<Vec<_>>(), media(&crowd)[4990..].iter().map(id).collect::<Vec<_>>());
}

#[tokio::test]
async fn media_come_and_go_while_it_is_read() {
    let caller = large("media=10000,churn=7,seed=2").await;
    let before = ids(&caller, APP, "alive").await;
    assert_eq!(before.len(), 10_000);
    let found = walk(&caller, APP, 500).await;
    let distinct: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(distinct.len(), found.len());
    let (alive, added, deleted) =
        (ids(&caller, APP, "alive").await, ids(&caller, APP, "added").await, ids(&caller, APP, "deleted").await);
    assert!(added.len() > 20 && deleted.len() > 20, "{} {}", added.len(), deleted.len());
    assert!(alive.is_subset(&before) && alive.is_disjoint(&deleted) && added.is_disjoint(&before));
    assert!(distinct.is_superset(&alive));
    assert!(distinct.iter().all(|id| alive.contains(id) || added.contains(id) || deleted.contains(id)));

    // The n-th search brings about the same everywhere.
    let other = large("media=10000,churn=7,seed=2").await;
    let stats: Value = serde_json::from_str(&caller.told("stats").await).unwrap();
    for _ in 0..stats["actions"]["SearchMedia"]["requests"].as_u64().unwrap() {
        other.vod("SearchMedia", json!({})).await;
    }
    assert_eq!(ids(&other, APP, "alive").await, alive);
    assert_eq!(ids(&other, APP, "added").await, added);
}

/// The shorthand in which pages are written says the same as the whole media, and the figures fit each other.
#[tokio::test]
async fn a_media_is_the_same_however_it_is_found() {
    let caller = large("media=500").await;
    let page = caller.vod("SearchMedia", json!({"SubAppId": APP, "Limit": 500})).await;
    let rows = media(&page);
    assert_eq!(rows.len(), 500);
    let mut stored = 0;
    for row in rows {
        let (basic, meta) = (&row["BasicInfo"], &row["MetaData"]);
        let live = &basic["SourceInfo"]["LiveRecordInfo"];
        let time = |name: &str| DateTime::parse_from_rfc3339(live[name].as_str().unwrap()).unwrap();
        let (start, end) = (time("RecordStartTime"), time("RecordEndTime"));
        let seconds = meta["Duration"].as_f64().unwrap();
        assert_eq!((end - start).num_seconds() as f64, seconds, "{row}");
        assert_eq!(created(row) - end.to_utc(), TimeDelta::seconds(60), "{row}");
        let civil = |time: DateTime<chrono::FixedOffset>| (time + TimeDelta::hours(8)).format("%Y-%m-%d-%H-%M-%S").to_string();
        let stream = live["StreamId"].as_str().unwrap();
        assert_eq!(basic["Name"], format!("{stream}_{}_{}", civil(start), civil(end)), "{row}");
        assert!(id(row).parse::<i64>().is_err() && basic["MediaUrl"].as_str().unwrap().contains(&id(row)), "{row}");
        let forms = row["TranscodeInfo"]["TranscodeSet"].as_array().unwrap();
        assert_eq!((forms.len(), &forms[0]["Size"]), (2, &meta["Size"]));
        // 512 000 bit/s are 64 000 bytes a second.
        assert_eq!(forms[1]["Size"].as_u64().unwrap() as f64, seconds * 64_000.0);
        stored += forms.iter().map(|form| form["Size"].as_u64().unwrap()).sum::<u64>();
    }
    assert_eq!(caller.vod("DescribeStorageData", json!({})).await["TotalStorage"], stored);
    // One of ten is in infrequent storage, written with a form of its own.
    let infrequent = rows.iter().filter(|row| row["BasicInfo"]["StorageClass"] == "STANDARD_IA").count();
    assert_eq!(infrequent, 50);

    let asked: Vec<String> = rows[3..8].iter().map(id).chain(["1".to_owned()]).collect();
    let infos = caller.vod("DescribeMediaInfos", json!({"FileIds": asked})).await;
    assert_eq!((media(&infos), &infos["NotExistFileIdSet"]), (&rows[3..8], &json!(["1"])));
    // A search that narrows looks at each media as usual.
    let name = rows[3]["BasicInfo"]["Name"].as_str().unwrap();
    let by_name = caller.vod("SearchMedia", json!({"NamePrefixes": [name]})).await;
    assert_eq!((media(&by_name), &by_name["TotalCount"]), (&rows[3..4], &json!(1)));
}

/// Newest first is the other way round, except that media of one second stay in the order of their ids.
#[tokio::test]
async fn newest_first_is_the_same_media() {
    let caller = large("media=3000,per_second=40").await;
    let sorted = |order: &str| json!({"Sort": {"Field": "CreateTime", "Order": order}, "Limit": 3000, "Filters": ["basicInfo"]});
    let ascending = caller.vod("SearchMedia", sorted("Asc")).await;
    let descending = caller.vod("SearchMedia", sorted("Desc")).await;
    let mut expected: Vec<(DateTime<Utc>, String)> = media(&ascending).iter().map(|media| (created(media), id(media))).collect();
    assert!(expected.is_sorted());
    expected.sort_by(|(left, a), (right, b)| right.cmp(left).then(a.cmp(b)));
    let found: Vec<(DateTime<Utc>, String)> = media(&descending).iter().map(|media| (created(media), id(media))).collect();
    assert_eq!(found, expected);
}

/// On 1 May 2026, half of the year is over: what came later is not there.
#[tokio::test]
async fn what_is_later_than_the_clock_is_not_there() {
    let now = vodledger::model::time::parse_time("2026-05-01T00:00:00+08:00").unwrap();
    let account = AccountSource::Large("media=2000".parse().unwrap());
    let caller = Caller::with(Config { account, now: Some(now), limit: Limit::Off, ..Config::default() }).await;
    let found = caller.vod("SearchMedia", json!({"Limit": 2000, "Filters": ["basicInfo"]})).await;
    let count = media(&found).len();
    assert!((900..1100).contains(&count) && media(&found).iter().all(|media| created(media) <= now), "{count}");
    assert_eq!(ids(&caller, APP, "alive").await.len(), count);
    assert_eq!(caller.vod("DescribeStorageData", json!({})).await["MediaCount"], count);
}

#[test]
fn a_large_account_that_is_none_says_why() {
    for (text, said) in [
        ("media=many", "media=, apps=, seed=, per_second= or churn=NUMBER"),
        ("rooms=5", "media=, apps="),
        ("media=10000001", "above 10000000"),
        ("apps=0", "between 1 and 100"),
    ] {
        let error = text.parse::<vodledger::sim::LargeSpec>().unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}
