//! Faults of the simulated cloud: the same seed, the same faults; what each kind looks like; how data gets late.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use vodledger::sim::{AccountSource, Config, Faults, Limit, Switches};

use crate::sim_caller::{Caller, Reply};

async fn faulty(spec: &str) -> Caller {
    let faults = spec.parse().unwrap();
    Caller::with(Config { faults, limit: Limit::Off, ..Config::default() }).await
}

/// What came of a request whose good answer holds a member.
fn outcome(reply: &Result<Reply, reqwest::Error>, member: &str) -> String {
    let Ok(reply) = reply else { return "broken".to_owned() };
    match serde_json::from_str::<Value>(&reply.text) {
        _ if reply.status != 200 => reply.status.to_string(),
        Err(_) if reply.content_type == "text/html" => "page".to_owned(),
        Err(_) => "half".to_owned(),
        Ok(answer) => match (&answer["Response"]["Error"]["Code"], &answer["Response"][member]) {
            (Value::String(code), _) => code.clone(),
            (_, Value::Array(_) | Value::String(_)) => "good".to_owned(),
            _ => "misshapen".to_owned(),
        },
    }
}

async fn applications(caller: &Caller, limit: u64) -> String {
    outcome(&caller.try_vod("DescribeSubAppIds", &json!({"Limit": limit})).await, "SubAppIdInfoSet")
}

const BLEND: &str =
    "throttle=10%,internal=5%,http500=5%,http502=5%,http503=5%,reset=5%,lost=5%,truncated=5%,cut=5%,html=5%,shape=5%";

/// Twelve different requests, each six times: one after the other, and all twelve at once.
async fn outcomes(seed: u64, at_once: bool) -> BTreeMap<u64, Vec<String>> {
    let caller = Arc::new(faulty(&format!("{BLEND},seed={seed}")).await);
    let six = async |caller: Arc<Caller>, limit: u64| {
        let mut all = Vec::new();
        for _ in 0..6 {
            all.push(applications(&caller, limit).await);
        }
        (limit, all)
    };
    let mut found = BTreeMap::new();
    let mut running = JoinSet::new();
    for limit in (1..=12).rev() {
        if at_once {
            running.spawn(six(caller.clone(), limit));
        } else {
            found.extend([six(caller.clone(), limit).await]);
        }
    }
    while let Some(done) = running.join_next().await {
        found.extend([done.unwrap()]);
    }
    found
}

#[tokio::test]
async fn the_same_seed_gives_the_same_faults_in_any_order() {
    let (first, again, other) = (outcomes(7, false).await, outcomes(7, true).await, outcomes(8, false).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
    let met: Vec<&String> = first.values().flatten().collect();
    for kind in ["good", "RequestLimitExceeded", "broken", "half"] {
        assert!(met.iter().any(|known| *known == kind), "{kind} in {met:?}");
    }
    // Never more than two in a row, and each request gets through in the end.
    for (limit, row) in &first {
        assert!(row.windows(3).all(|three| three.iter().any(|outcome| outcome == "good")), "{limit}: {row:?}");
    }
}

#[tokio::test]
async fn a_request_meets_no_more_than_a_burst() {
    for (spec, expected) in
        [("throttle=100%", "FF.FF."), ("throttle=100%,burst=1", "F.F.F."), ("throttle=100%,burst=0", "......")]
    {
        let caller = faulty(spec).await;
        let mut seen = String::new();
        for _ in 0..6 {
            seen.push(if applications(&caller, 5).await == "good" { '.' } else { 'F' });
        }
        assert_eq!(seen, expected, "{spec}");
    }
}

#[tokio::test]
async fn every_kind_looks_like_itself() {
    for (kind, expected) in [
        ("throttle", "RequestLimitExceeded"),
        ("internal", "InternalError"),
        ("http500", "500"),
        ("http502", "502"),
        ("http503", "503"),
        ("reset", "broken"),
        ("lost", "broken"),
        ("truncated", "half"),
        ("cut", "broken"),
        ("html", "page"),
        ("shape", "misshapen"),
        ("slow", "good"),
    ] {
        let caller = faulty(&format!("{kind}=100%,burst=1")).await;
        let begun = Instant::now();
        assert_eq!(applications(&caller, 5).await, expected, "{kind}");
        assert_eq!(begun.elapsed() >= Duration::from_secs(2), kind == "slow", "{kind}");
        assert_eq!(applications(&caller, 5).await, "good", "{kind}");
        let stats: Value = serde_json::from_str(&caller.told("stats").await).unwrap();
        assert_eq!(stats["actions"]["DescribeSubAppIds"]["faults"], json!({kind: 1}), "{stats}");
        assert_eq!((&stats["requests"], &stats["in_flight"], &stats["refused"]), (&json!(2), &json!(0), &json!(0)));
    }
}

#[tokio::test]
async fn the_legacy_api_has_faults_of_its_own_form() {
    for (kind, code) in [("throttle", json!(4400)), ("internal", json!(6000))] {
        let caller = faulty(&format!("{kind}=100%,burst=1")).await;
        assert_eq!(caller.legacy("DescribeVodPlayInfo", &[("fileName", "room")]).await["code"], code);
        // Another nonce and another time, but the same request.
        assert_eq!(caller.legacy("DescribeVodPlayInfo", &[("fileName", "room")]).await["code"], 0);
    }
}

/// A connection may be reset before a request is done, or after.
#[tokio::test]
async fn what_is_lost_has_happened() {
    let (before, url) = ("https://callbacks.example.com/classroom", "https://example.com/hook");
    for (kind, expected) in [("lost", url), ("http502", url), ("reset", before), ("http503", before)] {
        let caller = faulty(&format!("{kind}=100%,burst=1")).await;
        let modify = json!({"Mode": "PUSH", "NotificationUrl": url, "SubAppId": 1500021002});
        assert_ne!(outcome(&caller.try_vod("ModifyEventConfig", &modify).await, "RequestId"), "good");
        let ask = json!({"SubAppId": 1500021002});
        assert_ne!(outcome(&caller.try_vod("DescribeEventConfig", &ask).await, "Mode"), "good");
        assert_eq!(caller.vod("DescribeEventConfig", ask).await["NotificationUrl"], expected, "{kind}");
    }
}

fn ids(answer: &Value) -> Vec<String> {
    let media = answer["MediaInfoSet"].as_array().unwrap_or_else(|| panic!("{answer}"));
    media.iter().map(|media| media["FileId"].as_str().unwrap().to_owned()).collect()
}

/// Five recordings by name, oldest first: 0 to 4.
#[tokio::test]
async fn pages_repeat_and_shift() {
    let page = |offset: u64| json!({"NamePrefixes": ["room_1_"], "Sort": {"Field": "CreateTime", "Order": "Asc"}, "Offset": offset, "Limit": 2});
    let all = {
        let mut params = page(0);
        params["Limit"] = json!(5);
        ids(&Caller::demo().await.vod("SearchMedia", params).await)
    };
    for (kind, offset, expected) in [
        ("duplicate", 0, &[0, 1, 0][..]),
        ("duplicate", 2, &[0, 1]),
        ("shift", 0, &[0, 1]),
        // As if 1 + 3 mod 3 rows had come in front of it.
        ("shift", 3, &[2, 3]),
    ] {
        let caller = faulty(&format!("{kind}=100%,burst=1")).await;
        let expected: Vec<String> = expected.iter().map(|index| all[*index].clone()).collect();
        assert_eq!(ids(&caller.vod("SearchMedia", page(offset)).await), expected, "{kind} {offset}");
        let start = usize::try_from(offset).unwrap();
        assert_eq!(ids(&caller.vod("SearchMedia", page(offset)).await), all[start..start + 2], "{kind} {offset}");
    }
}

#[tokio::test]
async fn links_expire_before_their_time() {
    let caller = faulty("expired=100%,burst=1").await;
    let days = json!({"StartTime": "2026-10-13T00:00:00+08:00", "EndTime": "2026-10-13T00:00:00+08:00"});
    let files = caller.vod("DescribeDailyPlayStatFileList", days).await;
    let url = files["PlayStatFileSet"][0]["Url"].as_str().unwrap();
    assert_eq!(caller.download(url).await.0, 403);
    assert_eq!(caller.download(url).await.0, 200);
}

fn rows(answer: &Value) -> Vec<(DateTime<Utc>, u64)> {
    let rows = answer["Data"].as_array().unwrap_or_else(|| panic!("no rows: {answer}"));
    let time = |row: &Value| DateTime::parse_from_rfc3339(row["Time"].as_str().unwrap()).unwrap().to_utc();
    rows.iter().map(|row| (time(row), row["Value"].as_u64().unwrap())).collect()
}

fn window(start: &str, end: &str, more: Value) -> Value {
    let mut params = json!({"StartTime": format!("{start}:00+08:00"), "EndTime": format!("{end}:00+08:00")});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// The clock stands at 10:00. Late by 12 hours: nothing from the last 6 hours, half from the 6 before; and all of it 12 hours later.
#[tokio::test]
async fn late_usage_comes_with_the_clock() {
    let caller = faulty("late=12h").await;
    let ask = || window("2026-11-01T10:00", "2026-11-02T10:00", json!({"StorageType": "ArchiveStorage", "Interval": "Minute"}));
    let archive = 300_000_000_000;
    let now = DateTime::parse_from_rfc3339("2026-11-02T10:00:00+08:00").unwrap().to_utc();
    let found = rows(&caller.vod("DescribeStorageDetails", ask()).await);
    assert_eq!(found.len(), 288 - 6);
    for (time, bytes) in found {
        let expected = match (now - time).num_minutes() {
            ..360 => 0,
            360..720 => archive / 2,
            _ => archive,
        };
        assert_eq!(bytes, expected, "{time}");
    }
    let moved = caller.send("POST", "/_sim/now", &[], "2026-11-02T22:00:00+08:00".to_owned()).await;
    assert_eq!((moved.status, moved.text.trim()), (200, "2026-11-02T22:00:00+08:00"));
    let found = rows(&caller.vod("DescribeStorageDetails", ask()).await);
    assert!(found.len() == 288 && found.iter().all(|(_, bytes)| *bytes == archive), "{found:?}");
    // The clock does not go back, and wants a time.
    assert_eq!(caller.send("POST", "/_sim/now", &[], "2026-11-02T21:00:00+08:00".to_owned()).await.status, 409);
    assert_eq!(caller.send("POST", "/_sim/now", &[], "noon".to_owned()).await.status, 400);
    assert_eq!(caller.told("now").await.trim(), "2026-11-02T22:00:00+08:00");
}

/// A day is put right one to three days after its end: at 10:00 on 2 November, 1 November is told wrong, and all before 30
/// October is right.
#[tokio::test]
async fn a_restated_day_changes_once() {
    let ask = || window("2026-10-20T00:00", "2026-11-01T00:00", json!({"DataType": "Flux"}));
    let truth = rows(&Caller::demo().await.vod("DescribeCDNUsageData", ask()).await);
    let caller = faulty("restated=100%,seed=3").await;
    let early = rows(&caller.vod("DescribeCDNUsageData", ask()).await);
    assert_eq!(early, rows(&faulty("restated=100%,seed=3").await.vod("DescribeCDNUsageData", ask()).await));
    assert_eq!((truth.len(), &truth[..10]), (13, &early[..10]));
    let (right, wrong) = (truth[12].1, early[12].1);
    assert!(right * 79 / 100 < wrong && wrong < right, "{wrong} of {right}");
    // Points add up to the day also while it is wrong.
    let points = window("2026-11-01T00:00", "2026-11-02T00:00", json!({"DataType": "Flux", "DataInterval": 5}));
    let points = rows(&caller.vod("DescribeCDNUsageData", points).await);
    assert_eq!(points.iter().map(|(_, bytes)| bytes).sum::<u64>(), wrong);
    caller.set_now("2026-11-05T00:00:00+08:00");
    assert_eq!(rows(&caller.vod("DescribeCDNUsageData", ask()).await), truth);
}

#[tokio::test]
async fn a_clock_that_is_ahead_says_so() {
    let caller = faulty("skew=420s").await;
    let now = Utc::now().timestamp();
    let code = |reply: Reply| reply.json()["Response"]["Error"]["Code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(code(caller.v3_at(now, "2018-07-17", "DescribeSubAppIds", "{}").await), "AuthFailure.SignatureExpire");
    assert_eq!(code(caller.v3_at(now + 420, "2018-07-17", "DescribeSubAppIds", "{}").await), "");
    let answer = reqwest::Client::builder().no_proxy().build().unwrap().get(&caller.cloud.http).send().await.unwrap();
    let date = DateTime::parse_from_rfc2822(answer.headers()["date"].to_str().unwrap()).unwrap();
    assert!((date.timestamp() - now - 420).abs() < 60, "{date}");
}

#[tokio::test]
async fn bills_are_not_ready_at_first() {
    let caller = faulty("unready=2").await;
    let mut ready = Vec::new();
    for _ in 0..3 {
        let answer = caller.billing("DescribeBillSummaryByProduct", json!({"BeginTime": "2026-09", "EndTime": "2026-09"})).await;
        ready.push(answer["Ready"].as_u64().unwrap());
    }
    assert_eq!(ready, [0, 0, 1]);
}

#[tokio::test]
async fn actions_and_applications_may_be_denied() {
    let caller = faulty("deny=DescribeStorageData,deny=1500021002,deny=SearchMedia@1500021003,deny=DescribeVodPlayInfo").await;
    let search = |id: u64| json!({"SubAppId": id});
    for (action, params) in [
        ("DescribeStorageData", json!({})),
        ("SearchMedia", search(1500021002)),
        ("DescribeVodDomains", search(1500021002)),
        ("SearchMedia", search(1500021003)),
    ] {
        assert_eq!(caller.refusal(action, params.clone()).await, "UnauthorizedOperation", "{action} {params}");
    }
    assert!(caller.vod("SearchMedia", json!({})).await["TotalCount"].is_u64());
    assert!(caller.vod("DescribeVodDomains", search(1500021003)).await["TotalCount"].is_u64());
    assert_eq!(caller.vod("DescribeSubAppIds", json!({})).await["TotalCount"], 5);
    assert_eq!(caller.legacy("DescribeVodPlayInfo", &[("fileName", "room")]).await["code"], 4102);
}

/// Who may not ask is told so, whatever is wrong with the question; who may is told what is wrong.
#[tokio::test]
async fn permission_comes_before_parameters() {
    let wrong = json!({"NoSuchParameter": 1, "SubAppId": "text"});
    let denied = [
        "ListFiles",
        "DescribeAigcUsageData",
        "DescribeDailyPlayStatFileList",
        "DeleteMedia",
        "DescribeBillDownloadUrl",
        "DescribeVoucherInfo",
        "DescribeBillDetailForOrganization",
        "AssumeRole",
        "GetVideoInfo",
    ];
    let faults: Vec<String> = denied.iter().map(|action| format!("deny={action}")).collect();
    for (caller, is_denied) in [(faulty(&faults.join(",")).await, true), (faulty("deny=ListFiles@1500021002").await, false)] {
        for action in denied {
            let code = match action {
                "GetVideoInfo" => caller.legacy(action, &[]).await["code"].to_string(),
                "AssumeRole" => caller.sts(action, wrong.clone()).await["Error"]["Code"].to_string(),
                _ if action.contains("Bill") || action.contains("Voucher") => {
                    caller.billing(action, wrong.clone()).await["Error"]["Code"].to_string()
                }
                _ => caller.refusal(action, wrong.clone()).await,
            };
            let says_so = code.contains("UnauthorizedOperation") || code == "4102";
            assert_eq!(says_so, is_denied, "{action}: {code}");
        }
        // An application that is refused is refused before the rest of the question is read.
        let of = async |id: u64| caller.refusal("ListFiles", json!({"SubAppId": id, "MaxKeys": "many"})).await;
        assert_eq!(of(1500021002).await, "UnauthorizedOperation");
        assert_eq!(of(1500021003).await == "UnauthorizedOperation", is_denied);
    }
}

/// Ten requests of 300 ms each, all at once.
#[tokio::test]
async fn latency_holds_up_nobody_else() {
    let caller = Arc::new(Caller::with(Config { latency: Duration::from_millis(300), ..Config::default() }).await);
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for limit in 1..=10 {
        let caller = caller.clone();
        running.spawn(async move { applications(&caller, limit).await });
    }
    assert!(running.join_all().await.iter().all(|outcome| outcome == "good"));
    assert!(begun.elapsed() < Duration::from_millis(2000), "{:?}", begun.elapsed());
    let stats: Value = serde_json::from_str(&caller.told("stats").await).unwrap();
    let counted = &stats["actions"]["DescribeSubAppIds"];
    assert_eq!((&counted["requests"], &counted["most_in_flight"]), (&json!(10), &json!(10)), "{stats}");
}

/// A hundred a minute for both pairs together.
#[tokio::test]
async fn pairs_of_one_sub_account_share_a_limit() {
    let demo = std::fs::read_to_string(format!("{}/src/sim/fixtures/demo.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (sub_account, code) in [("", 0), ("sub_account = \"1\"", 4400)] {
        let two = format!(
            "{sub_account}\n[[credential]]\nsecret_id = \"AKIDsecond\"\nsecret_key = \"second\"\n{sub_account}\n[[credential]]"
        );
        let parts: Vec<&str> = demo.splitn(3, "[[credential]]").collect();
        let text = format!("{}[[credential]]{}{two}{}", parts[0], parts[1], parts[2]);
        let mut caller =
            Caller::with(Config { account: AccountSource::Text(text), limit: Limit::Fixed, ..Config::default() }).await;
        for _ in 0..100 {
            assert_eq!(caller.legacy("GetVideoInfo", &[("fileId", "11624759161874546966")]).await["code"], 0);
        }
        (caller.id, caller.key) = ("AKIDsecond".to_owned(), "second".to_owned());
        assert_eq!(caller.legacy("GetVideoInfo", &[("fileId", "11624759161874546966")]).await["code"], code);
        let stats: Value = serde_json::from_str(&caller.told("stats").await).unwrap();
        assert_eq!(stats["refused"], u64::from(code != 0), "{stats}");
    }
}

#[test]
fn a_description_that_is_none_says_why() {
    let refused = |text: &str| text.parse::<Faults>().unwrap_err().to_string();
    for (text, said) in [
        ("earthquake=1%", "none of throttle, internal, http500"),
        ("throttle=lots", "throttle=PERCENT%"),
        ("throttle=0.125%", "throttle=PERCENT%"),
        ("throttle=60%,internal=60%", "120%"),
        ("mixed,lost=90%", "at most 100%"),
        ("late=soon", "late=HOURSh"),
        ("late=-1h", "late=HOURSh"),
        ("skew=9999999h", "skew=SECONDSs"),
        ("deny=", "ACTION@SUBAPPID"),
        ("seed=x", "not a number"),
    ] {
        assert!(refused(text).contains(said), "{text}: {}", refused(text));
    }
    // A preset may be adjusted, and a kind said twice counts once.
    assert!("mixed,seed=9,throttle=60%,throttle=0.25%,skew=-90s".parse::<Faults>().is_ok());
    assert_eq!("".parse::<Faults>().unwrap(), Faults::default());
}

/// The page names every switch with its values, the default first; and every kind of fault.
#[test]
fn the_page_lists_switches_and_faults() {
    let page = std::fs::read_to_string(format!("{}/docs/simulator.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (name, values) in Switches::names() {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let row = format!("| `{name}` | {} |", values.join(", "));
        assert!(page.contains(&row), "{row}");
    }
    let kinds = "earthquake=1%".parse::<Faults>().unwrap_err().to_string();
    for kind in kinds.split("is none of ").nth(1).unwrap().split(", ") {
        assert!(page.contains(&format!("`{kind}")), "{kind}");
    }
}
