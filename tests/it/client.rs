//! The client against a scripted server: retries, clock correction, envelopes, answers as they are really sent.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use vodledger::cloud::legacy::DescribeVodPlayInfo;
use vodledger::cloud::signature::{tc3, v1};
use vodledger::cloud::vod::{EventConfigChange, Interval, SearchMedia, StorageDetails, TimeWindow};
use vodledger::cloud::{Client, ClientBuilder, Credential, ErrorKind, HttpMethod, RawAnswer, Recorder};
use vodledger::model::{FileId, Secret};

const KEY: &str = "scriptedSecretKeyEXAMPLE0001";
const ID: &str = "AKIDscripted";
const DOCUMENTED: &str = include_str!("../data/legacy/play-info-documented.json");
const CAPTURED: &str = include_str!("../data/legacy/play-info-captured.json");

struct Seen {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

/// Status, body, and the `Date` header if it matters.
type Answer = (u16, String, Option<String>);

#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Script {
    fn then(self, status: u16, body: impl Into<String>) -> Self {
        self.answers.lock().unwrap().push_back((status, body.into(), None));
        self
    }

    /// The same answer to every attempt that an answer which is none is good for.
    fn stays(self, body: impl Into<String>) -> Self {
        let body = body.into();
        (0..3).fold(self, |script, _| script.then(200, body.clone()))
    }

    fn dated(self, body: impl Into<String>, date: String) -> Self {
        self.answers.lock().unwrap().push_back((200, body.into(), Some(date)));
        self
    }

    async fn serve(&self) -> String {
        crate::support::serve(Router::new().fallback(answer).with_state(self.clone())).await
    }

    fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

async fn answer(State(script): State<Script>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    script.seen.lock().unwrap().push(Seen { method, uri, headers, body });
    let (status, body, date) = script.answers.lock().unwrap().pop_front().expect("more requests than answers");
    let mut response = (axum::http::StatusCode::from_u16(status).unwrap(), body).into_response();
    response.headers_mut().insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    if let Some(date) = date {
        response.headers_mut().insert("date", date.parse().unwrap());
    }
    response
}

async fn builder(script: &Script) -> ClientBuilder {
    let address = script.serve().await;
    let credential = Credential { secret_id: ID.into(), secret_key: Secret::new(KEY), token: None };
    Client::builder(credential)
        .vod_endpoint(address.clone())
        .legacy_endpoint(address.clone())
        .billing_endpoint(address)
        .budget_percent(100)
        .delays(Duration::from_millis(5), Duration::from_millis(20))
}

async fn client(script: &Script) -> Client {
    builder(script).await.build().unwrap()
}

fn refusal(code: &str) -> String {
    format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"no"}},"RequestId":"r-1"}}}}"#)
}

const EMPTY: &str = r#"{"Response":{"TotalCount":0,"MediaInfoSet":[],"RequestId":"r-2"}}"#;

fn by_name() -> DescribeVodPlayInfo {
    DescribeVodPlayInfo { file_name: "13425173277".into(), page_no: 1, page_size: 100 }
}

/// Recomputes the signature from what arrived, the way a server does.
fn check_tc3(seen: &Seen, payload: &str) {
    let header = |name: &str| seen.headers[name].to_str().unwrap();
    let authorization = header("authorization");
    let scope = tc3::Scope { service: "vod", timestamp: header("x-tc-timestamp").parse().unwrap() };
    let request = tc3::Request {
        method: seen.method.as_str(),
        path: seen.uri.path(),
        query: seen.uri.query().unwrap_or(""),
        headers: &[("content-type", header("content-type")), ("host", header("host"))],
        payload: payload.as_bytes(),
    };
    assert_eq!(authorization, request.authorization(scope, ID, KEY));
}

fn check_v1(seen: &Seen) -> HashMap<String, String> {
    let encoded = if seen.method == Method::POST { seen.body.as_str() } else { seen.uri.query().unwrap() };
    let pairs: Vec<(String, String)> = form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
    let all: HashMap<String, String> = pairs.iter().cloned().collect();
    let host = seen.headers["host"].to_str().unwrap();
    let text = v1::string_to_sign(seen.method.as_str(), host, "/v2/index.php", &pairs, v1::KeyOrder::SortThenReplace);
    let method = v1::Method::of_parameter(all.get("SignatureMethod").map(String::as_str));
    assert_eq!(all["Signature"], v1::signature(&text, KEY, method));
    all
}

#[tokio::test]
async fn every_attempt_is_signed_anew() {
    let script = Script::default().then(500, "down").then(200, r#"{"code":6000,"message":"busy"}"#).then(200, CAPTURED);
    let found = client(&script).await.legacy().describe_vod_play_info(&by_name()).await.unwrap();
    assert_eq!(found.total, 1);
    let seen = script.seen.lock().unwrap();
    let nonces: std::collections::HashSet<String> = seen.iter().map(|seen| check_v1(seen)["Nonce"].clone()).collect();
    assert_eq!((seen.len(), nonces.len()), (3, 3));
}

#[tokio::test]
async fn tc3_by_post_and_by_get_and_unsigned() {
    let script = Script::default().then(200, EMPTY).then(200, EMPTY).then(200, EMPTY);
    let base = builder(&script).await;
    let request = SearchMedia::by_prefix("房间 1&b=c");
    base.clone().build().unwrap().vod().search_media(&request).await.unwrap();
    base.clone().method(HttpMethod::Get).build().unwrap().vod().search_media(&request).await.unwrap();
    base.unsigned_payload(true).build().unwrap().vod().search_media(&request).await.unwrap();
    let seen = script.seen.lock().unwrap();
    check_tc3(&seen[0], &seen[0].body);
    check_tc3(&seen[1], "");
    assert_eq!(seen[1].method, Method::GET);
    assert!(seen[1].uri.query().unwrap().contains("NamePrefixes.0=%E6%88%BF%E9%97%B4%201%26b%3Dc"));
    check_tc3(&seen[2], "UNSIGNED-PAYLOAD");
    assert_eq!(seen[0].headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_token_travels_with_both_signatures() {
    let script = Script::default().then(200, EMPTY).then(200, CAPTURED);
    let address = script.serve().await;
    let credential = Credential { secret_id: ID.into(), secret_key: Secret::new(KEY), token: Some(Secret::new("tmp+/=")) };
    let client = Client::builder(credential).vod_endpoint(address.clone()).legacy_endpoint(address).build().unwrap();
    client.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap();
    client.legacy().describe_vod_play_info(&by_name()).await.unwrap();
    let seen = script.seen.lock().unwrap();
    assert_eq!(seen[0].headers["x-tc-token"], "tmp+/=");
    assert_eq!(check_v1(&seen[1])["Token"], "tmp+/=");
}

#[tokio::test]
async fn refusals_are_not_repeated() {
    for (code, kind) in [
        ("InvalidParameterValue.Limit", ErrorKind::Request),
        ("AuthFailure.SignatureFailure", ErrorKind::Credential),
        ("UnauthorizedOperation", ErrorKind::Permission),
        ("ResourceNotFound.FileNotExist", ErrorKind::NotFound),
        ("FailedOperation.UserStatusInavlid", ErrorKind::Permission),
    ] {
        let script = Script::default().then(200, refusal(code));
        let error = client(&script).await.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap_err();
        assert_eq!((error.kind, error.attempts, script.count()), (kind, 1, 1), "{code}");
        let text = error.to_string();
        assert!(text.starts_with(&format!("SearchMedia: {code}: no; ")) && text.ends_with("(request id r-1)"), "{text}");
    }
}

#[tokio::test]
async fn attempts_are_bounded_and_told() {
    let mut script = Script::default();
    for _ in 0..5 {
        script = script.then(200, refusal("InternalError"));
    }
    let error = client(&script).await.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap_err();
    assert_eq!((error.kind, error.attempts, script.count()), (ErrorKind::Service, 5, 5));
    assert!(error.to_string().contains("5 attempts in"), "{error}");
}

#[tokio::test]
async fn a_rate_limit_is_waited_out() {
    let script = Script::default().then(200, refusal("RequestLimitExceeded")).then(200, EMPTY);
    let started = std::time::Instant::now();
    client(&script).await.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    let seen = script.seen.lock().unwrap();
    assert_ne!(seen[0].headers["x-tc-timestamp"], seen[1].headers["x-tc-timestamp"]);
}

#[tokio::test]
async fn the_clock_is_corrected_from_the_date_header() {
    let server = chrono::Utc::now() + chrono::TimeDelta::hours(3);
    let script = Script::default().dated(refusal("AuthFailure.SignatureExpire"), server.to_rfc2822()).then(200, EMPTY);
    client(&script).await.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap();
    let seen = script.seen.lock().unwrap();
    let sent: i64 = seen[1].headers["x-tc-timestamp"].to_str().unwrap().parse().unwrap();
    assert!((sent - server.timestamp()).abs() <= 5, "{sent}");
}

#[tokio::test]
async fn event_configuration_sends_only_what_changes() {
    let script = Script::default().then(200, r#"{"Response":{"RequestId":"r"}}"#);
    let change = EventConfigChange { upload: Some(true), url: Some("".into()), ..EventConfigChange::default() };
    client(&script).await.vod().modify_event_config(None, &change).await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&script.seen.lock().unwrap()[0].body).unwrap();
    assert_eq!(body, serde_json::json!({"NotificationUrl": "", "UploadMediaCompleteEventSwitch": "ON"}));
}

#[tokio::test]
async fn legacy_answers_as_documented_and_as_captured() {
    let newer = DOCUMENTED.replace("image_url", "imageUrl").replace(r#""totalCount":"105""#, r#""totalCount":105"#);
    let quoted =
        DOCUMENTED.replace(r#""duration":600"#, r#""duration":"600""#).replace("\"definition\":0", "\"definition\":\"0\"");
    for body in [DOCUMENTED, &newer, &quoted] {
        let script = Script::default().then(200, body);
        let found = client(&script).await.legacy().describe_vod_play_info(&by_name()).await.unwrap();
        assert_eq!((found.total, found.media.len()), (105, 2));
        let media = &found.media[0];
        assert_eq!(media.file_id, FileId::from("11624759161874546966"));
        assert_eq!(media.duration_ms, Some(600_000));
        assert_eq!(media.cover_url, "http://p.qpic.cn/videoyun/0/1203_7626dd7d1c3e48eea1230026126caf7d_1/640");
        let definitions: Vec<i64> = media.renditions.iter().map(|rendition| rendition.definition).collect();
        assert_eq!(definitions, [0, 10, 20, 30, 40, 220]);
        assert_eq!(media.renditions[0].bitrate, Some(250_000));
    }
    let script = Script::default().then(200, CAPTURED);
    let found = client(&script).await.legacy().describe_vod_play_info(&by_name()).await.unwrap();
    // Zero stands for unknown in an un-transcoded recording.
    assert_eq!((found.total, found.media[0].renditions[0].bitrate), (1, None));
}

#[tokio::test]
async fn module_codes_in_all_their_places() {
    let cases = [
        (r#"{"code":4000,"codeDesc":1907,"message":"(1907)no class"}"#, "4000/1907", ErrorKind::Request),
        (r#"{"code":4000,"message":"(60024)no"}"#, "4000/60024", ErrorKind::Request),
        (r#"{"code":"10008","message":"file does not exist"}"#, "10008", ErrorKind::NotFound),
        (r#"{"code":4000,"codeDesc":"10008","message":""}"#, "4000/10008", ErrorKind::NotFound),
        (r#"{"code":4100,"codeDesc":"AuthFailure ","message":"bad signature"}"#, "4100", ErrorKind::Credential),
        (r#"{"code":-24990,"msg":"upload"}"#, "-24990", ErrorKind::Other),
    ];
    for (body, code, kind) in cases {
        let script = Script::default().then(200, body);
        let error = client(&script).await.legacy().describe_vod_play_info(&by_name()).await.unwrap_err();
        assert_eq!((error.code.as_deref(), error.kind), (Some(code), kind), "{body}");
    }
}

#[tokio::test]
async fn rubbish_is_one_clear_error() {
    for body in ["", "<html>", "[]", "{}", "null", r#"{"Response":null}"#, r#"{"Response":{"MediaInfoSet":7}}"#] {
        let script = Script::default().stays(body);
        let error = client(&script).await.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap_err();
        assert_eq!((error.kind, error.action), (ErrorKind::Malformed, "SearchMedia"), "{body:?}");
    }
    let script = Script::default().then(403, "<html>proxy</html>");
    let error = client(&script).await.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap_err();
    assert!(error.to_string().contains("HTTP status 403"), "{error}");
}

#[tokio::test]
async fn usage_that_was_not_told_is_not_zero() {
    let day: vodledger::model::BillingDay = "2026-10-01".parse().unwrap();
    let request = StorageDetails {
        sub_app_id: None,
        window: TimeWindow(day.period()),
        interval: Interval::Day,
        storage_type: "StandardStorage".into(),
        area: "Chinese Mainland".into(),
    };
    let answer = |value: &str| {
        let point = format!(r#"{{"Time":"2026-10-01T00:00:00+08:00"{value}}}"#);
        format!(r#"{{"Response":{{"Data":[{point}],"RequestId":"r"}}}}"#)
    };
    for value in [r#","Value":null"#, r#","Value":"""#, "", r#","Value":-1"#, r#","Value":1.5"#, r#","Value":{}"#] {
        let script = Script::default().stays(answer(value));
        let error = client(&script).await.vod().describe_storage_details(&request).await.unwrap_err();
        assert_eq!((error.kind, error.action), (ErrorKind::Malformed, "DescribeStorageDetails"), "{value}");
    }
    for value in [r#","Value":18446744073709551617"#, r#","Value":"18446744073709551617""#] {
        let script = Script::default().then(200, answer(value));
        let points = client(&script).await.vod().describe_storage_details(&request).await.unwrap();
        assert_eq!(points[0].value, 18_446_744_073_709_551_617);
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_off_is_asked_for_again() {
    let script = Script::default().then(200, "{\"Response\":{\"Tot").then(200, EMPTY);
    let answer = client(&script).await.vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap();
    assert_eq!(answer.media.len(), 0);
}

#[tokio::test]
async fn an_empty_answer_is_no_free_event_configuration() {
    let script = Script::default().stays(r#"{"Response":{"RequestId":"r"}}"#);
    let error = client(&script).await.vod().describe_event_config(None).await.unwrap_err();
    assert_eq!((error.kind, error.action), (ErrorKind::Malformed, "DescribeEventConfig"));
}

#[tokio::test]
async fn an_error_shows_no_secret() {
    let credential = Credential { secret_id: ID.into(), secret_key: Secret::new(KEY), token: Some(Secret::new("tokenXYZ")) };
    // Nothing listens on this port.
    let client = Client::builder(credential)
        .vod_endpoint("http://127.0.0.1:9")
        .legacy_endpoint("http://127.0.0.1:9")
        .max_attempts(1)
        .build()
        .unwrap();
    let error = client.legacy().describe_vod_play_info(&by_name()).await.unwrap_err();
    let shown = format!("{error} {error:?} {client:?}");
    assert_eq!(error.kind, ErrorKind::Network);
    for secret in [KEY, "tokenXYZ", "Signature="] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn answers_are_recorded_before_they_are_read() {
    #[derive(Default)]
    struct Keep(Mutex<Vec<RawAnswer>>);
    impl Recorder for Keep {
        fn record(&self, answer: &RawAnswer) {
            self.0.lock().unwrap().push(answer.clone());
        }
    }
    let script = Script::default().stays(r#"{"Response":{"MediaInfoSet":7}}"#);
    let keep = Arc::new(Keep::default());
    let recorder: Arc<dyn Recorder> = keep.clone();
    client(&script).await.recording(recorder).vod().search_media(&SearchMedia::by_prefix("a")).await.unwrap_err();
    let kept = keep.0.lock().unwrap();
    assert_eq!(kept[0].body, r#"{"Response":{"MediaInfoSet":7}}"#);
    assert_eq!(kept[0].action, "SearchMedia");
    assert!(kept[0].request.contains("NamePrefixes") && !kept[0].request.contains(KEY));
}

#[test]
fn endpoints_are_checked_when_the_client_is_built() {
    let build = |address: &str| {
        let credential = Credential { secret_id: ID.into(), secret_key: Secret::new(KEY), token: None };
        Client::builder(credential).vod_endpoint(address).build().map(|_| ()).map_err(|error| error.to_string())
    };
    assert!(build("http://127.0.0.1:8080").is_ok());
    assert!(build("https://vod.tencentcloudapi.com").is_ok());
    assert!(build("http://vod.tencentcloudapi.com").unwrap_err().contains("use https"));
    for (wrong, shown) in [
        ("vod.tencentcloudapi.com", "vod.tencentcloudapi.com"),
        ("ftp://a", "ftp://a"),
        ("https://user@a", "https://a"),
        ("https://a/?q=1", "https://a/?…"),
        ("https://a/path", "https://a/path"),
        ("", ""),
    ] {
        let message = build(wrong).unwrap_err();
        assert!(message.starts_with(&format!("endpoint {shown:?}: ")), "{message}");
    }
}
