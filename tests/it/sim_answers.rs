//! How the simulated cloud behaves: what it refuses, what it hides, and its switches.

use chrono::Utc;
use serde_json::{Value, json};
use vodledger::model::time::parse_time;
use vodledger::sim::{
    AccountSource, Bound, Config, EmptyBuckets, LegacyModuleErrors, LegacyNoMatch, Limit, Order, PageBase, StorageDay,
    SubAppIdRule, Switches,
};

use crate::sim_caller::Caller;

fn days(start: &str, end: &str) -> Value {
    json!({"StartTime": format!("{start}T00:00:00+08:00"), "EndTime": format!("{end}T00:00:00+08:00")})
}

fn with(mut params: Value, more: &Value) -> Value {
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

fn values(answer: &Value) -> Vec<u64> {
    let rows = answer["Data"].as_array().unwrap_or_else(|| panic!("no rows: {answer}"));
    rows.iter().map(|row| row["Value"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_nonce_works_once() {
    let caller = Caller::demo().await;
    let query = caller.signed("GET", Utc::now().timestamp(), "DescribeVodPlayInfo", &[("fileName", "room")]);
    let path = format!("/v2/index.php?{query}");
    assert_eq!(caller.send("GET", &path, &[], String::new()).await.json()["code"], 0);
    let again = caller.send("GET", &path, &[], String::new()).await.json();
    assert_eq!(again["code"], 4500);
    assert!(again["message"].as_str().unwrap().contains("server Timestamp = "), "{again}");
}

#[tokio::test]
async fn a_legacy_post_ignores_its_query() {
    let caller = Caller::demo().await;
    let body = caller.signed("POST", Utc::now().timestamp(), "DescribeVodPlayInfo", &[("fileName", "intro")]);
    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let reply = caller.send("POST", "/v2/index.php?fileName=room_1&Action=Nothing", &form, body).await.json();
    assert_eq!((&reply["code"], &reply["totalCount"]), (&json!(0), &json!("1")));
    let query = caller.signed("GET", Utc::now().timestamp(), "DescribeVodPlayInfo", &[("fileName", "intro")]);
    let reply = caller.send("POST", &format!("/v2/index.php?{query}"), &form, String::new()).await.json();
    assert_eq!(reply["code"], 4000);
}

#[tokio::test]
async fn clocks_may_be_off_by_five_minutes_and_two_hours() {
    let caller = Caller::demo().await;
    let now = Utc::now().timestamp();
    for (seconds, refused) in [(-290, false), (290, false), (-310, true), (310, true)] {
        let answer = caller.v3_at(now + seconds, "2018-07-17", "DescribeSubAppIds", "{}").await.json();
        let code = answer["Response"]["Error"]["Code"].as_str();
        assert_eq!(code, refused.then_some("AuthFailure.SignatureExpire"), "{seconds}");
    }
    for (seconds, code) in [(-7100, 0), (7100, 0), (-7300, 4500), (7300, 4500)] {
        let query = caller.signed("GET", now + seconds, "DescribeVodPlayInfo", &[("fileName", "room")]);
        let answer = caller.send("GET", &format!("/v2/index.php?{query}"), &[], String::new()).await.json();
        assert_eq!(answer["code"], code, "{seconds}");
    }
}

#[tokio::test]
async fn nothing_is_answered_unsigned() {
    let caller = Caller::demo().await;
    let refusal = |reply: crate::sim_caller::Reply| reply.json()["Response"]["Error"]["Code"].as_str().unwrap().to_owned();
    assert_eq!(refusal(caller.send("POST", "/", &[], "{}".to_owned()).await), "MissingParameter");
    let odd = [("authorization", "Bearer abc".to_owned())];
    assert_eq!(refusal(caller.send("POST", "/", &odd, "{}".to_owned()).await), "AuthFailure.InvalidAuthorization");
    assert_eq!(refusal(caller.send("PUT", "/", &[], "{}".to_owned()).await), "UnsupportedProtocol");
    assert_eq!(caller.send("GET", "/v2/index.php", &[], String::new()).await.json()["code"], 4000);
    assert_eq!(caller.send("GET", "/else", &[], String::new()).await.status, 404);
}

#[tokio::test]
async fn parameters_are_checked() {
    let caller = Caller::demo().await;
    let october = days("2026-10-01", "2026-10-31");
    for (action, params, code) in [
        ("SearchMedia", json!({"NamePrefix": "x"}), "UnknownParameter"),
        ("SearchMedia", json!({"Limit": "10"}), "InvalidParameter"),
        ("SearchMedia", json!({"Limit": -1}), "InvalidParameter"),
        ("SearchMedia", json!({"Tags": [1]}), "InvalidParameter"),
        ("SearchMedia", json!({"NamePrefixes": vec!["x"; 11]}), "InvalidParameterValue.NamePrefixes"),
        ("SearchMedia", json!({"NamePrefixes": ["x".repeat(101)]}), "InvalidParameterValue.NamePrefixes"),
        ("SearchMedia", json!({"Offset": 4991, "Limit": 10}), "InvalidParameterValue.Offset"),
        ("SearchMedia", json!({"CreateTime": {"After": "yesterday"}}), "InvalidParameterValue"),
        ("SearchMedia", json!({"Sort": {"Field": "Name"}}), "InvalidParameterValue"),
        ("SearchMedia", json!({"SubAppId": 7}), "InvalidParameterValue.SubAppId"),
        ("DescribeMediaInfos", json!({"FileIds": vec!["1"; 21]}), "InvalidParameterValue.FileIds"),
        ("DescribeMediaInfos", json!({}), "MissingParameter"),
        ("DescribeCDNUsageData", october.clone(), "MissingParameter"),
        ("DescribeCDNUsageData", with(json!({"DataType": "Sum"}), &october), "InvalidParameterValue.DataType"),
        (
            "DescribeCDNStatDetails",
            with(json!({"Metric": "Traffic", "DataInterval": 60}), &october),
            "InvalidParameterValue.DataInterval",
        ),
        ("DescribeStorageDetails", days("2026-10-02", "2026-10-01"), "InvalidParameterValue.EndTime"),
        ("DescribeStorageDetails", days("2025-10-01", "2025-10-02"), "InvalidParameterValue.StartTime"),
        ("DescribeStorageDetails", days("2026-07-01", "2026-10-01"), "InvalidParameterValue.EndTime"),
        ("ModifyEventConfig", json!({"SignKey": "with space"}), "InvalidParameterValue"),
        ("DescribeNothing", json!({}), "InvalidAction"),
    ] {
        assert_eq!(caller.refusal(action, params.clone()).await, code, "{action} {params}");
    }
}

/// 288 points of declared bytes add up to the day, and the bandwidth of a point is bytes × 8 / 300.
#[tokio::test]
async fn points_add_up_to_the_declared_day() {
    let caller = Caller::demo().await;
    let ask = |metric: &str, area: &str, interval: u64| {
        let window = json!({"StartTime": "2026-10-12T00:00:00+08:00", "EndTime": "2026-10-12T23:59:59+08:00"});
        with(json!({"Metric": metric, "Area": area, "DataInterval": interval}), &window)
    };
    for (area, declared) in [("Asia Pacific Region 1", 10_000_000_007), ("Chinese Mainland", 400_000_000_000)] {
        let points = values(&caller.vod("DescribeCDNStatDetails", ask("Traffic", area, 5)).await);
        let day = values(&caller.vod("DescribeCDNStatDetails", ask("Traffic", area, 1440)).await);
        assert_eq!((points.len(), points.iter().sum::<u64>(), day), (288, declared, vec![declared]));
        let speed = values(&caller.vod("DescribeCDNStatDetails", ask("Bandwidth", area, 5)).await);
        assert_eq!(speed, points.iter().map(|bytes| bytes * 8 / 300).collect::<Vec<_>>());
        let peak = values(&caller.vod("DescribeCDNStatDetails", ask("Bandwidth", area, 1440)).await);
        assert_eq!(peak, vec![*speed.iter().max().unwrap()]);
    }
}

/// On 15 October the level is 1000 GB until 14:30, 1500 GB until 20:00, then 1200 GB:
/// (174 × 1000 + 66 × 1500 + 48 × 1200) / 288 = 330600 / 288 = 1147.91666… GB.
#[tokio::test]
async fn a_day_of_storage_is_what_the_switch_says() {
    let params = with(json!({"StorageType": "StandardStorage", "Interval": "Day"}), &days("2026-10-15", "2026-10-15"));
    let params = with(params, &json!({"EndTime": "2026-10-15T12:00:00+08:00"}));
    for (storage_day, bytes) in
        [(StorageDay::Peak, 1_500_000_000_000), (StorageDay::Mean, 1_147_916_666_666), (StorageDay::Last, 1_200_000_000_000)]
    {
        let caller = Caller::switched(Switches { storage_day, ..Switches::default() }).await;
        assert_eq!(values(&caller.vod("DescribeStorageDetails", params.clone()).await), [bytes], "{storage_day:?}");
    }
}

#[tokio::test]
async fn rows_follow_their_switches() {
    let retrieval = json!({"StorageType": "ArchiveStandardRetrieval", "Interval": "Day"});
    let params = with(retrieval, &days("2026-10-14", "2026-10-17"));
    for (empty_buckets, end_day, expected) in [
        (EmptyBuckets::Zero, Bound::Inclusive, vec![0, 0, 50_000_000_000, 0]),
        (EmptyBuckets::Zero, Bound::Exclusive, vec![0, 0, 50_000_000_000]),
        (EmptyBuckets::Omitted, Bound::Inclusive, vec![50_000_000_000]),
    ] {
        let caller = Caller::switched(Switches { empty_buckets, end_day, ..Switches::default() }).await;
        assert_eq!(values(&caller.vod("DescribeStorageDetails", params.clone()).await), expected);
    }
}

#[tokio::test]
async fn a_newer_account_must_name_the_application() {
    let caller = Caller::switched(Switches { sub_app_id: SubAppIdRule::Required, ..Switches::default() }).await;
    assert_eq!(caller.refusal("DescribeStorageData", json!({})).await, "MissingParameter");
    assert_eq!(
        caller.vod("DescribeStorageData", json!({"SubAppId": 1500021003})).await["InfrequentStorage"],
        5_000_000_000_000_u64
    );
    assert_eq!(caller.vod("DescribeSubAppIds", json!({})).await["TotalCount"], 5);
}

#[tokio::test]
async fn legacy_pages_and_misses_follow_their_switches() {
    let ask = |page: &'static str| [("fileName", "room_1_2026-10-12"), ("pageSize", "2"), ("pageNo", page)];
    let names = |answer: &Value| -> Vec<String> {
        answer["fileSet"].as_array().unwrap().iter().map(|file| file["fileId"].as_str().unwrap()[17..].to_owned()).collect()
    };
    let one = Caller::demo().await;
    assert_eq!(names(&one.legacy("DescribeVodPlayInfo", &ask("1")).await), ["968", "967"]);
    assert_eq!(names(&one.legacy("DescribeVodPlayInfo", &ask("2")).await), ["966"]);
    let nothing = one.legacy("DescribeVodPlayInfo", &[("fileName", "nobody")]).await;
    assert_eq!((&nothing["code"], &nothing["totalCount"], &nothing["fileSet"]), (&json!(0), &json!("0"), &json!([])));
    assert_eq!(one.legacy("DescribeVodPlayInfo", &[]).await["code"], 4000);

    let zero = Caller::switched(Switches {
        page_base: PageBase::Zero,
        legacy_order: Order::Ascending,
        legacy_no_match: LegacyNoMatch::Error,
        legacy_module_errors: LegacyModuleErrors::Plain,
        ..Switches::default()
    })
    .await;
    assert_eq!(names(&zero.legacy("DescribeVodPlayInfo", &ask("0")).await), ["966", "967"]);
    assert_eq!(zero.legacy("DescribeVodPlayInfo", &[("fileName", "nobody")]).await["code"], 10008);
}

/// The last segment is transcoded until 10:30; the account's clock stands at 10:00, then at 10:30.
#[tokio::test]
async fn a_notify_url_must_come_in_time() {
    let file_id = "11624759161874546990";
    for (now, status, kept) in [("2026-11-02T10:00:00+08:00", "4", 1), ("2026-11-02T10:30:00+08:00", "2", 0)] {
        let caller = Caller::with(Config { now: Some(parse_time(now).unwrap()), ..Config::default() }).await;
        let info = caller.vod("DescribeMediaInfos", json!({"FileIds": [file_id]})).await;
        let vid = info["MediaInfoSet"][0]["BasicInfo"]["Vid"].as_str().unwrap().to_owned();
        let hook = [("vid", vid.as_str()), ("notifyUrl", "https://example.com/hook")];
        let answer = caller.legacy("DescribeRecordPlayInfo", &hook).await;
        assert_eq!((&answer["code"], &answer["fileSet"][0]["status"]), (&json!(0), &json!(status)), "{now}");
        assert_eq!(caller.cloud.notify_urls().len(), kept, "{now}");
    }
}

#[tokio::test]
async fn what_is_later_than_the_clock_is_not_there() {
    let at = |now: &str| Config { now: Some(parse_time(now).unwrap()), ..Config::default() };
    let search = json!({"NamePrefixes": ["room_1_"]});
    for (now, found) in [("2026-10-12T20:34:59+08:00", 0), ("2026-10-12T20:35:00+08:00", 1), ("2026-11-05T00:00:00+08:00", 6)] {
        let caller = Caller::with(at(now)).await;
        assert_eq!(caller.vod("SearchMedia", search.clone()).await["TotalCount"], found, "{now}");
    }
    // Traffic takes ten minutes to be counted, storage thirty.
    let caller = Caller::with(at("2026-10-12T12:00:00+08:00")).await;
    let today = days("2026-10-12", "2026-10-13");
    let traffic = caller.vod("DescribeCDNStatDetails", with(json!({"Metric": "Traffic"}), &today)).await;
    assert_eq!(values(&traffic).len(), 12 * 12 - 2);
    let storage = caller.vod("DescribeStorageDetails", with(json!({"Interval": "Minute"}), &today)).await;
    assert_eq!(values(&storage).len(), 12 * 12 - 6);
}

#[tokio::test]
async fn each_limit_lets_a_second_through() {
    for (limit, most) in [(Limit::Token, 40), (Limit::Fixed, 40), (Limit::Sliding, 40), (Limit::Off, 60)] {
        let caller = Caller::with(Config { limit, ..Config::default() }).await;
        let mut passed = 0;
        let begun = std::time::Instant::now();
        for _ in 0..60 {
            let answer = caller.vod("DescribeVodDomains", json!({})).await;
            match answer["Error"]["Code"].as_str() {
                None => passed += 1,
                code => assert_eq!(code, Some("RequestLimitExceeded")),
            }
        }
        // Twenty a second; on a machine too slow to exceed that, nothing is told.
        if begun.elapsed().as_secs() < 1 {
            assert!((20..=most).contains(&passed), "{limit}: {passed}");
        }
    }
}

#[test]
fn an_account_that_is_none_says_where() {
    let demo = std::fs::read_to_string(format!("{}/src/sim/fixtures/demo.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let refused = |from: &str, to: &str| {
        assert!(demo.contains(from), "{from}");
        AccountSource::Text(demo.replacen(from, to, 1)).load().unwrap_err().to_string()
    };
    assert!(AccountSource::Demo.load().is_ok());
    for (from, to, said) in [
        ("area = \"Asia Pacific Region 1\"", "area = \"Asia\"", "application 1500021001: traffic: area: \"Asia\" is none of"),
        ("file_id = \"11624759161874546967\"", "file_id = \"11624759161874546966\"", "two [[media]] have the file_id"),
        ("sub_app_id = 1500021002", "sub_app_id = 1500021001", "two [[application]] have the sub_app_id"),
        ("domain = \"vod.example.com\"", "domain = \"else.example.com\"", "is not a [[application.domain]]"),
        ("class = \"ArchiveStorage\"", "class = \"ARCHIVE\"", "is none of StandardStorage"),
        ("now = \"2026-11-02T10:00:00+08:00\"", "now = \"2026-11-02\"", "a time with an offset"),
        ("uin = 100000021001", "uin = 100000021001\nunknown = 1", "unknown field"),
        ("2026-09-01T00:00:00+08:00\", bytes = 800", "2025-01-01T00:00:00+08:00\", bytes = 800", "does not come after"),
        ("cost = \"88.12000000\"", "cost = \"much\"", "is not a decimal amount"),
    ] {
        let error = refused(from, to);
        assert!(error.contains(said), "{error}");
    }
}

/// The example in the documentation is an account.
#[test]
fn the_documented_account_loads() {
    let page = std::fs::read_to_string(format!("{}/docs/simulator.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let account = AccountSource::Text(example.to_owned()).load().unwrap();
    assert_eq!(account.applications[0].media[0].size, 1_350_000_000);
}
