//! Collecting usage from a small scripted account over loopback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vodledger::cloud::{Client, Credential, ErrorKind};
use vodledger::collect::redact::redact;
use vodledger::collect::{self, Applications, CollectError, Kind, Manifest, Overall, Plan, ProcessTypes, Silent, Stop};
use vodledger::ledger::{Brings, Ledger};
use vodledger::model::time::{format_time, parse_time};
use vodledger::model::{AccountId, BillingDay, Period, Secret, Status, SubAppId};

use crate::support::{Ran, run_in};

const APPS: [u64; 2] = [1_500_000_001, 1_500_000_002];
const GB: u64 = 1_000_000_000;
/// What is rated, less bandwidth.
const KINDS: [Kind; 7] =
    [Kind::Storage, Kind::Traffic, Kind::Process, Kind::Retrieval, Kind::ImageReview, Kind::Licence, Kind::Upload];

/// What the account answers. Everything not said is zero.
#[derive(Default)]
struct Account {
    /// Bytes delivered per day in the mainland, the same in each application.
    traffic: BTreeMap<&'static str, u64>,
    /// Whether it lists no application, as an account from before there were any.
    unlisted: bool,
    /// `Action` or `Action of application` that is refused with this code.
    refused: BTreeMap<String, &'static str>,
    /// Every request: action and parameters.
    asked: Vec<(String, Value)>,
}

type Shared = Arc<Mutex<Account>>;

async fn start(account: &Shared) -> String {
    crate::support::serve(Router::new().fallback(answer).with_state(Arc::clone(account))).await
}

async fn serve(account: &Shared) -> Client {
    let credential = Credential { secret_id: "AKIDcollect".into(), secret_key: Secret::new("collectKeyEXAMPLE"), token: None };
    Client::builder(credential)
        .vod_endpoint(start(account).await)
        .budget_percent(100)
        .max_attempts(1)
        .delays(Duration::from_millis(1), Duration::from_millis(1))
        .build()
        .unwrap()
}

async fn answer(State(account): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let action = headers["x-tc-action"].to_str().unwrap().to_owned();
    let request: Value = serde_json::from_slice(&body).unwrap();
    let mut account = account.lock().unwrap();
    let app = request["SubAppId"].as_u64().unwrap_or_default();
    let refused = account.refused.get(&format!("{action} of {app}")).or(account.refused.get(&action)).copied();
    let mut response = match refused {
        Some("cut off") => {
            return ([("content-type", "application/json")], "{\"Response\":{\"EncryptedKey\":\"hotlink-secret").into_response();
        }
        Some(code) => json!({"Error": {"Code": code, "Message": "no"}}),
        None => account.respond(&action, &request),
    };
    account.asked.push((action, request));
    response["RequestId"] = json!("r-1");
    ([("content-type", "application/json")], json!({"Response": response}).to_string()).into_response()
}

impl Account {
    fn respond(&self, action: &str, request: &Value) -> Value {
        match action {
            "DescribeSubAppIds" if self.unlisted => json!({"TotalCount": 0, "SubAppIdInfoSet": []}),
            "DescribeSubAppIds" => {
                let app = |id: &u64| json!({"SubAppId": id, "SubAppIdName": format!("app {id}"), "Status": "Off"});
                json!({"TotalCount": 2, "SubAppIdInfoSet": APPS.iter().map(app).collect::<Vec<_>>()})
            }
            "DescribeStorageDetails" => json!({"Data": self.storage(request)}),
            "DescribeCDNStatDetails" => json!({"DataInterval": request["DataInterval"], "Data": self.delivery(request)}),
            "DescribeMediaProcessUsageData" => json!({"MediaProcessDataSet": Self::processing(request)}),
            "DescribeImageReviewUsageData" => json!({"ImageReviewUsageDataSet": [
                {"Time": "2026-10-01T00:00:00+08:00", "Count": 3}, {"Time": "2026-10-01T00:05:00+08:00", "Count": 4},
                {"Time": "2026-10-02T00:00:00+08:00", "Count": 5}]}),
            "DescribeLicenseUsageData" => json!({"LicenseUsageDataSet": []}),
            "DescribeClientUploadAccelerationUsageData" => json!({"ClientUploadAccelerationUsageDataSet": [
                {"Time": "2026-10-01T00:00:00+08:00", "Value": u64::from(request["Type"] == "AccelerationWithQUIC")}]}),
            "DescribeAigcUsageData" => json!({"AigcUsageDataSet": [{"Specification": "m", "DataSet": [
                {"Time": "2026-10-02T00:00:00+08:00", "Count": 1, "Usage": 8}]}]}),
            "DescribeAccountBalance" => json!({"Uin": 100_000_000_001_u64, "Balance": 0}),
            other => panic!("nobody asks for {other}"),
        }
    }

    /// 100 GB in the mainland; 300 GB from noon to 12:10 of 1 October.
    fn storage(&self, request: &Value) -> Vec<Value> {
        let is_stored = request["StorageType"] == "StandardStorage" && request["Area"] == "Chinese Mainland";
        let high = Period::new(time("2026-10-01T12:00:00+08:00"), time("2026-10-01T12:10:00+08:00")).unwrap();
        let value = |at| {
            if !is_stored {
                0
            } else if high.contains(at) {
                300 * GB
            } else {
                100 * GB
            }
        };
        // Read back in the mainland on the second day: 2 GB.
        let is_read_back = request["StorageType"] == "ArchiveBulkRetrieval" && request["Area"] == "Chinese Mainland";
        let second: BillingDay = "2026-10-02".parse().unwrap();
        let value = |at| if is_read_back && at == second.start() { 2 * GB } else { value(at) };
        let width = if request["Interval"] == "Day" { TimeDelta::days(1) } else { TimeDelta::minutes(5) };
        points(request, width).map(|at| json!({"Time": format_time(at), "Value": value(at)})).collect()
    }

    fn delivery(&self, request: &Value) -> Vec<Value> {
        let is_mainland = request["Area"] == "Chinese Mainland";
        let value = |at: DateTime<Utc>| {
            let day = BillingDay::of(at).to_string();
            self.traffic.get(day.as_str()).copied().filter(|_| is_mainland && request["Metric"] == "Traffic").unwrap_or_default()
        };
        let bucket = TimeDelta::minutes(request["DataInterval"].as_i64().unwrap());
        points(request, bucket).map(|at| json!({"Time": format_time(at), "Value": value(at)})).collect()
    }

    /// Transcoding has details, the unheard-of type only a summary, and the aggregate repeats transcoding.
    fn processing(request: &Value) -> Vec<Value> {
        let data = |seconds: u64| json!([{"Time": "2026-10-01T00:00:00+08:00", "Count": 1, "Usage": seconds}]);
        let all = [
            json!({"TaskType": "Transcoding", "Summary": data(90),
                   "Details": [{"Specification": "Standard.H264.HD", "Data": data(90)}]}),
            json!({"TaskType": "HologramMaking", "Summary": data(12), "Details": []}),
            json!({"TaskType": "Transcode", "Summary": data(90), "Details": []}),
        ];
        let wanted = |task: &Value| request["Type"].is_null() || request["Type"] == task["TaskType"];
        all.into_iter().filter(wanted).collect()
    }
}

/// The buckets from start to end, the one in which the end lies included.
fn points(request: &Value, bucket: TimeDelta) -> impl Iterator<Item = DateTime<Utc>> {
    let (start, end) = (time(request["StartTime"].as_str().unwrap()), time(request["EndTime"].as_str().unwrap()));
    std::iter::successors(Some(start), move |at| Some(*at + bucket)).take_while(move |at| *at <= end)
}

fn time(text: &str) -> DateTime<Utc> {
    parse_time(text).unwrap()
}

fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn days(from: &str, to: &str) -> Period {
    Period::of_days(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn plan(now: &str) -> Plan {
    let period = days("2026-10-01", "2026-10-04");
    let plan = Plan::new(account(), period, time(now));
    let kinds = KINDS.to_vec();
    Plan { process_types: ProcessTypes::AllAtOnce, kinds, ..plan }
}

async fn run(client: &Client, ledger: &Arc<Ledger>, plan: &Plan) -> Manifest {
    collect::sync(client, ledger, plan, &Stop::default(), &Silent).await.unwrap()
}

fn usage(ledger: &Ledger, meter: &str) -> Vec<(String, String, i128)> {
    let records = ledger.usage(&account(), days("2026-10-01", "2026-11-01")).unwrap();
    let of_meter = records.into_iter().filter(|record| record.meter == meter && record.sub_app_id == Some(SubAppId(APPS[0])));
    of_meter.map(|record| (record.period.to_string(), record.spec, record.quantity)).collect()
}

fn memory() -> Arc<Ledger> {
    Arc::new(Ledger::open(":memory:").unwrap())
}

fn asked(account: &Shared) -> Vec<(String, Value)> {
    std::mem::take(&mut account.lock().unwrap().asked)
}

#[tokio::test]
async fn usage_of_every_application_arrives_as_facts() {
    let account_ = Shared::default();
    account_.lock().unwrap().traffic = [("2026-10-01", 400 * GB), ("2026-10-04", 9)].into();
    let ledger = memory();
    let manifest = run(&serve(&account_).await, &ledger, &plan("2026-11-05T10:00:00+08:00")).await;
    assert_eq!(manifest.overall(), Overall::Done, "{:?}", manifest.gaps);
    // Per application: 8 of storage, 9 of traffic, 1 of media processing, 12 of retrieval, 4 others.
    assert_eq!(manifest.sum(|count| count.asked), 2 * 34);
    let record = |from: &str, to: &str, spec: &str, quantity: u64| {
        (format!("{} to {}", format_time(time(from)), format_time(time(to))), spec.to_owned(), i128::from(quantity))
    };
    // Equal neighbours are joined, but never across midnight. Windows are asked whole (storage: the first seven days of the
    // month), and the day after them, which the answers include, is not taken.
    let rest = ["04", "05", "06", "07", "08"].map(|day| format!("2026-10-{day}T00:00:00+08:00"));
    let mut expected = vec![
        record("2026-10-01T00:00:00+08:00", "2026-10-01T12:00:00+08:00", "STANDARD", 100 * GB),
        record("2026-10-01T12:00:00+08:00", "2026-10-01T12:10:00+08:00", "STANDARD", 300 * GB),
        record("2026-10-01T12:10:00+08:00", "2026-10-02T00:00:00+08:00", "STANDARD", 100 * GB),
        record("2026-10-02T00:00:00+08:00", "2026-10-03T00:00:00+08:00", "STANDARD", 100 * GB),
        record("2026-10-03T00:00:00+08:00", "2026-10-04T00:00:00+08:00", "STANDARD", 100 * GB),
    ];
    expected.extend(rest.windows(2).map(|days| record(&days[0], &days[1], "STANDARD", 100 * GB)));
    assert_eq!(usage(&ledger, "storage"), expected);
    let first = |spec, quantity| [record("2026-10-01T00:00:00+08:00", "2026-10-02T00:00:00+08:00", spec, quantity)];
    let fourth = record("2026-10-04T00:00:00+08:00", "2026-10-05T00:00:00+08:00", "", 9);
    assert_eq!(usage(&ledger, "traffic"), [first("", 400 * GB), [fourth]].concat());
    assert_eq!(usage(&ledger, "transcoding"), first("Standard.H264.HD", 90));
    assert_eq!(usage(&ledger, "hologram-making"), first("", 12));
    let second = [record("2026-10-02T00:00:00+08:00", "2026-10-03T00:00:00+08:00", "ArchiveBulkRetrieval", 2 * GB)];
    assert_eq!(usage(&ledger, "retrieval"), second);
    assert_eq!(usage(&ledger, "image-review").iter().map(|(.., quantity)| *quantity).collect::<Vec<_>>(), [7, 5]);
    assert_eq!(usage(&ledger, "upload-acceleration"), first("AccelerationWithQUIC", 1));
    assert!(manifest.lines.values().any(|line| line.reasons.iter().any(|note| note.contains("HologramMaking"))));
    let applications = ledger.applications(&account()).unwrap();
    assert_eq!((applications.len(), applications[0].status.as_str()), (2, "Off"));
}

#[tokio::test]
async fn types_asked_by_name_count_once() {
    let account_ = Shared::default();
    let ledger = memory();
    let mut plan = plan("2026-11-05T10:00:00+08:00");
    plan.applications = Applications::Listed(vec![SubAppId(APPS[0])]);
    plan.kinds = vec![Kind::Process];
    plan.process_types = ProcessTypes::ByName;
    let client = serve(&account_).await;
    run(&client, &ledger, &plan).await;
    assert_eq!(usage(&ledger, "transcoding").len(), 1);
    assert_eq!(usage(&ledger, "hologram-making").len(), 1);
    assert!(usage(&ledger, "transcode").is_empty());
}

/// A type that a site does not know cannot have been used; a window that it refuses says nothing about what was used.
#[tokio::test]
async fn generated_content_of_a_type_that_is_not_known() {
    for (code, overall, reason) in [
        ("InvalidParameterValue.AigcType", Overall::Done, "is not known here"),
        ("InvalidParameterValue.StartTime", Overall::Failed, "InvalidParameterValue.StartTime"),
    ] {
        let account_ = Shared::default();
        let (client, ledger) = (serve(&account_).await, memory());
        let plan = Plan { kinds: vec![Kind::Aigc], ..plan("2026-11-05T10:00:00+08:00") };
        account_.lock().unwrap().refused = [("DescribeAigcUsageData".to_owned(), code)].into();
        let manifest = run(&client, &ledger, &plan).await;
        assert_eq!((manifest.overall(), manifest.sum(|count| count.asked)), (overall, 2 * 7), "{code}");
        assert!(
            manifest.lines.values().all(|line| line.reasons.iter().any(|told| told.contains(reason))),
            "{:?}",
            manifest.lines
        );
        assert!(usage(&ledger, "aigc-video").is_empty());
    }
    let account_ = Shared::default();
    let ledger = memory();
    let plan = Plan { kinds: vec![Kind::Aigc], ..plan("2026-11-05T10:00:00+08:00") };
    run(&serve(&account_).await, &ledger, &plan).await;
    // Each type is a meter of its own.
    for meter in
        ["aigc-video", "aigc-image", "aigc-text", "aigc-audio", "scene-aigc-video", "scene-aigc-image", "scene-aigc-time"]
    {
        let told: Vec<(String, i128)> = usage(&ledger, meter).into_iter().map(|(_, spec, quantity)| (spec, quantity)).collect();
        assert_eq!(told, [("m".to_owned(), 8)], "{meter}");
    }
}

#[tokio::test]
async fn days_that_are_final_are_not_asked_again_and_recent_ones_are() {
    let account_ = Shared::default();
    account_.lock().unwrap().traffic = [("2026-10-01", 5), ("2026-10-03", 7)].into();
    let (client, ledger) = (serve(&account_).await, memory());
    // On the 4th at 10:00 the 1st is final (its end is more than 48 hours ago), the 2nd and 3rd are not.
    let mut early = plan("2026-10-04T10:00:00+08:00");
    early.kinds = vec![Kind::Traffic];
    let manifest = run(&client, &ledger, &early).await;
    assert_eq!((manifest.worked, manifest.committed.new, manifest.already_known), (2 * 9, 4, 0));
    let statuses: Vec<Status> = ledger.usage(&account(), early.period).unwrap().iter().map(|record| record.status).collect();
    assert_eq!(statuses, [Status::Final, Status::Final, Status::Partial, Status::Partial]);

    // The month is asked for again as long as one of its days is not final, and what was restated is noticed on any of them.
    asked(&account_);
    account_.lock().unwrap().traffic = [("2026-10-01", 6), ("2026-10-03", 8)].into();
    let later = Plan { now: time("2026-11-20T10:00:00+08:00"), ..early.clone() };
    let manifest = run(&client, &ledger, &later).await;
    assert_eq!((manifest.worked, manifest.committed.restated), (2 * 9, 4));
    let request = asked(&account_).pop().unwrap().1;
    assert_eq!(
        (&request["StartTime"], &request["EndTime"]),
        (&json!("2026-10-01T00:00:00+08:00"), &json!("2026-10-31T23:59:59+08:00"))
    );
    assert_eq!(usage(&ledger, "traffic").iter().map(|(.., quantity)| *quantity).collect::<Vec<_>>(), [6, 8]);

    // Now everything is final: a third run lists the applications and asks nothing else.
    let manifest = run(&client, &ledger, &later).await;
    assert_eq!((manifest.worked, manifest.already_known, manifest.overall()), (0, 2 * 9, Overall::Done));
    assert_eq!(asked(&account_).len(), 1);
}

#[tokio::test]
async fn the_future_is_not_asked_for_and_the_distant_past_is_a_named_gap() {
    let account_ = Shared::default();
    let (client, ledger) = (serve(&account_).await, memory());
    let mut plan = plan("2026-10-02T10:00:00+08:00");
    plan.kinds = vec![Kind::Storage];
    run(&client, &ledger, &plan).await;
    let asked = asked(&account_);
    let latest = asked.iter().skip(1).map(|(_, request)| request["EndTime"].as_str().unwrap()).max().unwrap();
    assert_eq!(latest, "2026-10-02T09:59:59+08:00");
    assert_eq!(usage(&ledger, "storage").last().unwrap().0, "2026-10-02T00:00:00+08:00 to 2026-10-02T10:00:00+08:00");

    plan.period = days("2020-01-01", "2020-01-02");
    let manifest = run(&client, &ledger, &plan).await;
    assert_eq!(manifest.overall(), Overall::Failed);
    assert!(manifest.gaps[0].reason.contains("365 days"));
}

#[tokio::test]
async fn a_unit_that_fails_stops_no_other_and_its_answer_is_kept() {
    let account_ = Shared::default();
    account_.lock().unwrap().traffic = [("2026-10-01", 5)].into();
    account_.lock().unwrap().refused = [
        (format!("DescribeStorageDetails of {}", APPS[1]), "UnauthorizedOperation"),
        (format!("DescribeMediaProcessUsageData of {}", APPS[0]), "cut off"),
    ]
    .into();
    let (client, ledger) = (serve(&account_).await, memory());
    let plan = plan("2026-11-05T10:00:00+08:00");
    let before = Utc::now();
    let manifest = run(&client, &ledger, &plan).await;
    assert_eq!(manifest.overall(), Overall::Partial);
    let missing: Vec<_> =
        manifest.lines.iter().filter(|(_, count)| count.missing > 0).map(|((kind, _), count)| (*kind, count.missing)).collect();
    assert_eq!(missing, [(Kind::Storage, 8), (Kind::Process, 1), (Kind::Retrieval, 12)]);
    assert_eq!(usage(&ledger, "storage").len(), 9);
    let failed: Vec<String> = ledger
        .units(&account(), Brings::Usage, plan.period)
        .unwrap()
        .into_iter()
        .filter(|row| !row.is_done())
        .map(|row| row.reason)
        .collect();
    assert_eq!(failed.len(), 21);
    assert!(failed.iter().any(|reason| reason.contains("UnauthorizedOperation")), "{failed:?}");
    let received = Period::new(before - TimeDelta::seconds(2), Utc::now() + TimeDelta::seconds(2)).unwrap();
    let bodies: Vec<String> =
        ledger.snapshots(&account(), received).unwrap().into_iter().map(|snapshot| snapshot.answer.body).collect();
    assert!(bodies.iter().any(|body| body == "{\"Response\":{\"EncryptedKey\":\"***"), "the cut-off answer, without its secret");
    assert!(bodies.iter().any(|body| body.contains("UnauthorizedOperation")));

    // Once allowed, the next run fetches what was missing and nothing else.
    account_.lock().unwrap().refused.clear();
    asked(&account_);
    let manifest = run(&client, &ledger, &plan).await;
    assert_eq!((manifest.overall(), manifest.worked), (Overall::Done, 21));
}

#[tokio::test]
async fn a_wrong_credential_is_one_error_and_missing_rights_to_list_a_gap() {
    let account_ = Shared::default();
    account_.lock().unwrap().refused = [("DescribeSubAppIds".to_owned(), "AuthFailure.SignatureFailure")].into();
    let (client, ledger) = (serve(&account_).await, memory());
    let refused = collect::sync(&client, &ledger, &plan("2026-11-05T10:00:00+08:00"), &Stop::default(), &Silent).await;
    assert!(matches!(&refused, Err(CollectError::Cloud(error)) if error.kind == ErrorKind::Credential), "{refused:?}");

    account_.lock().unwrap().refused = [("DescribeSubAppIds".to_owned(), "UnauthorizedOperation")].into();
    let mut plan = plan("2026-11-05T10:00:00+08:00");
    plan.kinds = vec![Kind::Traffic];
    let manifest = run(&client, &ledger, &plan).await;
    assert_eq!((manifest.overall(), manifest.worked, manifest.gaps.len()), (Overall::Partial, 9, 1));
}

#[tokio::test]
async fn an_account_that_lists_no_application_has_its_default_one() {
    let account_ = Shared::default();
    account_.lock().unwrap().unlisted = true;
    let mut plan = plan("2026-11-05T10:00:00+08:00");
    plan.kinds = vec![Kind::Traffic];
    let manifest = run(&serve(&account_).await, &memory(), &plan).await;
    assert_eq!((manifest.overall(), manifest.worked, manifest.gaps.len()), (Overall::Done, 9, 0));
    assert!(manifest.lines.keys().all(|(_, app)| app.is_none()));
}

#[tokio::test]
async fn an_outage_ends_the_run_soon() {
    let account_ = Shared::default();
    let mut plan = plan("2026-11-05T10:00:00+08:00");
    plan.kinds = vec![Kind::Storage, Kind::Traffic, Kind::Process];
    let actions = ["DescribeStorageDetails", "DescribeCDNStatDetails", "DescribeMediaProcessUsageData"];
    account_.lock().unwrap().refused =
        actions.map(|action| (action.to_owned(), "AuthFailure.SecretIdNotFound")).into_iter().collect();
    let (client, ledger) = (serve(&account_).await, memory());
    let manifest = run(&client, &ledger, &plan).await;
    assert_eq!((manifest.overall(), manifest.sum(|count| count.missing)), (Overall::Failed, 36));
    // Eight in a row, and those that were on their way with them.
    assert!(asked(&account_).len() <= 1 + 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_collect_charge_and_report() {
    let account_ = Shared::default();
    account_.lock().unwrap().traffic = [("2026-10-01", 400 * GB)].into();
    let endpoint = start(&account_).await;
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_owned();
    let run = |arguments: &'static [&'static str]| {
        let (home, endpoint) = (home.clone(), endpoint.clone());
        tokio::task::spawn_blocking(move || {
            let variables = [
                ("VODLEDGER_ENDPOINT", endpoint.as_str()),
                ("TENCENTCLOUD_SECRET_ID", "AKIDcollect"),
                ("TENCENTCLOUD_SECRET_KEY", "collectKeyEXAMPLE"),
            ];
            run_in(&home, &variables, &[&["--as-of", "2026-11-05T10:00:00+08:00"], arguments].concat())
        })
    };
    let none: Ran = run(&["report", "cost-summary"]).await.unwrap();
    assert_eq!(none.code, 1);
    assert!(none.err.contains("run `vodledger sync` first"), "{}", none.err);

    let sync = run(&["sync", "--month", "2026-10", "--only", "storage,traffic", "--format", "csv"]).await.unwrap();
    assert_eq!(sync.code, 0, "{}", sync.err);
    // Five windows of at most 7 days for each of 8 questions; one window of 31 days for each of 9.
    assert!(sync.out.contains(",storage,1500000001,40,40,0,"), "{}", sync.out);
    assert!(sync.out.contains(",traffic,1500000002,9,9,0,1,0,"), "{}", sync.out);
    // Traffic: 800 GB × 0.23 = 184. Storage peaks: 600 GB on the 1st, then 30 × 200 GB: 6600 × 0.0048 = 31.68.
    assert!(sync.err.contains("2026-10: 215.68 CNY (assumed)"), "{}", sync.err);

    let report = run(&["report", "cost-summary", "--out", "reports"]).await.unwrap();
    assert_eq!((report.code, report.out.as_str()), (0, ""), "{}", report.err);
    let text = std::fs::read_to_string(home.join("reports/cost-summary-2026-10.csv")).unwrap();
    assert!(text.contains(",storage,Chinese Mainland,STANDARD,6600,0,6600,GB-day,31.68000000,CNY,assumed,"), "{text}");
    assert!(text.contains(",traffic,Chinese Mainland,,800,0,800,GB,184.00000000,CNY,assumed,"), "{text}");
    assert!(text.contains("total,default,,,,,,,,215.68000000,CNY,assumed,"), "{text}");

    // Media processing was left out, so no day is whole, and the total says so.
    let total = text.lines().last().unwrap();
    assert!(total.ends_with("31 days not collected whole"), "{total}");
    assert!(sync.err.contains("31 days between 2026-10-01 and 2026-10-31 are not collected whole"), "{}", sync.err);

    let charge = run(&["charge", "--dry-run", "--format", "json"]).await.unwrap();
    let rows: Value = serde_json::from_str(&charge.out).unwrap();
    assert_eq!(rows[2]["billed_cost"], "215.68000000", "{}", charge.out);
    let list = run(&["report", "list", "--format", "csv"]).await.unwrap();
    assert_eq!(list.out.lines().count(), 2 + vodledger::report::Library::default().names().unwrap().len(), "{}", list.out);

    for wrong in [
        &["report", "no-such-report"][..],
        &["report", "cost-daily", "--month", "2026-13"],
        &["report", "cost-daily", "--from", "2026-10-02", "--to", "2026-10-01"],
        &["report", "cost-daily", "--format", "docx"],
        &["sync", "--since", "2026-10-02", "--until", "2026-10-02"],
        &["sync", "--only", "gold"],
    ] {
        let ran = run(wrong).await.unwrap();
        assert_eq!(ran.code, 2, "{wrong:?}: {}", ran.err);
    }
    account_.lock().unwrap().refused = [("DescribeCDNStatDetails".to_owned(), "UnauthorizedOperation")].into();
    let part = run(&["sync", "--month", "2026-09", "--only", "storage,traffic", "--format", "json"]).await.unwrap();
    assert_eq!(part.code, 3, "{}", part.err);
    assert!(part.out.contains("UnauthorizedOperation"), "{}", part.out);
}

#[test]
fn secrets_are_taken_out_of_answers_and_nothing_else_is() {
    let same = [
        r#"{"FileId":18446744073709551615,"Url":"http://a.b/c?x=1","Key":"plain","Note":"say \"Token\": nothing"}"#,
        r#"{"Token":null,"SignKey":{"a":1},"PlayKey":""}"#,
        "no JSON at all",
        "",
    ];
    for text in same {
        assert_eq!(redact(text), text);
    }
    let hidden = [
        (r#"{"EncryptedKey" : "abc\"def","b":1}"#, r#"{"EncryptedKey" : "***","b":1}"#),
        (r#"{"SourceContext":"{\"user\":\"u\"}"}"#, r#"{"SourceContext":"***"}"#),
        (r#"{"Url":"http:\/\/a.b\/c.mp4?t=5f&sign=0123abc&us=x"}"#, r#"{"Url":"http:\/\/a.b\/c.mp4?t=5f&sign=***&us=x"}"#),
        (
            r#"{"Url":"http://a.b/c.mp4?t=5f\u0026sign=0123abc\u0026us=x"}"#,
            r#"{"Url":"http://a.b/c.mp4?t=5f\u0026sign=***\u0026us=x"}"#,
        ),
        (
            r#"{"Url":"https://a/b?q-sign-algorithm=sha1&q-ak=AK&q-signature=00"}"#,
            r#"{"Url":"https://a/b?q-sign-algorithm=sha1&q-ak=***&q-signature=***"}"#,
        ),
        (r#"{"Url":"rtmp://p/live/room?txSecret=1&txTime=2"}"#, r#"{"Url":"rtmp://p/live/room?txSecret=***&txTime=2"}"#),
        (r#"["x",{"PlayKey":"cut"#, r#"["x",{"PlayKey":"***"#),
    ];
    for (text, expected) in hidden {
        assert_eq!(redact(text), expected);
    }
}
