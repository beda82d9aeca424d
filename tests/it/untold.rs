//! What was not told is not zero: answers that lack a member which figures rest on, or say null there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use vodledger::cloud::actions::{self, Entry, Role};
use vodledger::cloud::billing::{BillDetails, BillFile, Deals, ResourceSummary, Vouchers};
use vodledger::cloud::legacy::{DescribeRecordPlayInfo, DescribeVodInfo, DescribeVodPlayInfo};
use vodledger::cloud::vod::{
    AigcKind, AigcUsage, CdnData, CdnFilter, CdnInterval, CdnLogs, CdnMetric, CdnStatDetails, CdnUsage, Interval, ListFiles,
    MediaPlays, MediaProcessUsage, MostPlayed, MostPlayedBy, PlayInterval, SearchMedia, StorageDetails, TimeWindow,
    UploadAcceleration, UsageOver,
};
use vodledger::cloud::{Api, Client, Credential, Error, ErrorKind};
use vodledger::collect::{self, Kind, Overall, Plan, ProcessTypes, Silent, Stop};
use vodledger::ledger::Ledger;
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, FileId, Period, SubAppId};
use vodledger::sim::{self, Config, Limit};

use crate::support::{Ran, run_in};

/// Needed, although the description says that it may be missing or null: why it is wrong there.
const MARKED_AS_OPTIONAL: [(&str, &[&str], &str); 6] = [
    (
        "DescribeCdnLogs",
        &["TotalCount", "OverseaCdnLogs", "DomesticCdnLogs"],
        "an hour without a file would pass for one without requests",
    ),
    (
        "DescribeImageReviewUsageData",
        &["ImageReviewUsageDataSet.Time", "ImageReviewUsageDataSet.Count"],
        "a point without its value",
    ),
    ("DescribeLicenseUsageData", &["LicenseUsageDataSet.Time", "LicenseUsageDataSet.Count"], "a point without its value"),
    (
        "DescribeStorageData",
        &[
            "StorageStat.Area",
            "StorageStat.TotalStorage",
            "StorageStat.StandardStorage",
            "StorageStat.InfrequentStorage",
            "StorageStat.ArchiveStorage",
            "StorageStat.DeepArchiveStorage",
        ],
        "an area without its bytes",
    ),
    ("ListFiles", &["IsTruncated", "Contents", "Contents.Key", "Contents.Size"], "a listing that ends would pass for whole"),
    ("DescribeBillAdjustInfo", &["Data"], "corrections that are not told would pass for none"),
];

/// Not needed, although the description says that it is always there and never null: why.
const NOT_NEEDED: [(&str, &[&str], &str); 5] = [
    ("DescribeCDNUsageData", &["DataInterval"], "repeats the question"),
    ("DescribeCDNStatDetails", &["DataInterval"], "repeats the question"),
    ("DescribeBillDetail", &["Total", "Context"], "up to 24 hours old; only makes the next page faster"),
    (
        "DescribeAccountBalance",
        &[
            "Balance",
            "RealBalance",
            "CashAccountBalance",
            "IncomeIntoAccountBalance",
            "PresentAccountBalance",
            "FreezeAmount",
            "OweAmount",
            "IsAllowArrears",
            "IsCreditLimited",
            "CreditAmount",
            "CreditBalance",
            "RealCreditBalance",
        ],
        "accounts are told null there, and no figure rests on it",
    ),
    (
        "DescribeEventConfig",
        &[
            "Mode",
            "NotificationUrl",
            "UploadMediaCompleteEventSwitch",
            "DeleteMediaCompleteEventSwitch",
            "PersistenceCompleteEventSwitch",
        ],
        "settings: no figure; they must be there all the same",
    ),
];

/// Paths of which the demo account's answers hold nothing, so that nothing can be taken away.
const NOT_IN_THE_DEMO: &[&str] = &["PullEvent:eventList.eventContent", "PullEvent:eventList.msgHandle"];

/// A path and everything that it leads through.
fn with_prefixes(entry: &Entry) -> BTreeSet<String> {
    let steps = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    let prefixes = |path: Vec<String>| (1..=path.len()).map(move |many| path[..many].join("."));
    entry.needs.iter().flat_map(|path| prefixes(steps(path))).collect()
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../data/api3-schema.json")).unwrap()
}

fn part_of(api: Api) -> Option<&'static str> {
    match api {
        Api::Vod => Some("vod"),
        Api::Billing => Some("billing"),
        Api::Legacy | Api::Sts => None,
    }
}

#[test]
fn the_needed_members_are_those_of_the_description_or_the_difference_has_a_reason() {
    let file = schema();
    for entry in actions::all() {
        let name = entry.action.name;
        let Some(part) = part_of(entry.action.api) else { continue };
        let Some(output) = file[part]["actions"][name]["output"].as_str() else { continue };
        let objects = &file[part]["objects"];
        let of = |object: &str, member: &str| {
            let members = objects[object].as_array().unwrap_or_else(|| panic!("{name}: no object {object}"));
            members.iter().find(|known| known["name"] == member).unwrap_or_else(|| panic!("{name}: no {object}.{member}"))
        };
        let mut optional = BTreeSet::new();
        for path in with_prefixes(entry) {
            let mut object = output.to_owned();
            let mut last = &Value::Null;
            for step in path.split('.') {
                last = of(&object, step);
                object = last["member"].as_str().unwrap().to_owned();
            }
            if last["alwaysReturned"] == false || last["nullable"] == true {
                optional.insert(path);
            }
        }
        let told = |table: &[(&str, &[&str], &str)]| -> BTreeSet<String> {
            table
                .iter()
                .filter(|(action, ..)| *action == name)
                .flat_map(|(_, paths, _)| paths.iter().map(ToString::to_string))
                .collect()
        };
        assert_eq!(optional, told(&MARKED_AS_OPTIONAL), "{name}");
        // What commands read and the description promises is needed, or it says here why not.
        if entry.effect == actions::Effect::Reads && !entry.roles.is_empty() {
            let promised = objects[output].as_array().unwrap().iter();
            let promised = promised.filter(|member| member["alwaysReturned"] == true && member["nullable"] == false);
            let mut promised: BTreeSet<String> = promised.map(|member| member["name"].as_str().unwrap().to_owned()).collect();
            promised.retain(|member| !with_prefixes(entry).contains(member));
            assert_eq!(promised, told(&NOT_NEEDED), "{name}");
        }
    }
}

fn time(text: &str) -> DateTime<Utc> {
    parse_time(text).unwrap()
}

fn client(cloud: &sim::Running) -> Client {
    let credential = Credential { secret_id: cloud.secret_id.clone(), secret_key: cloud.secret_key.expose().into(), token: None };
    let client = Client::builder(credential).vod_endpoint(&cloud.http).legacy_endpoint(format!("{}/v2/index.php", cloud.http));
    let client = client.billing_endpoint(&cloud.http).without_budget();
    client.delays(Duration::from_millis(1), Duration::from_millis(2)).build().unwrap()
}

async fn cloud(faults: &str) -> sim::Running {
    sim::start(Config { faults: faults.parse().unwrap(), limit: Limit::Off, ..Config::default() }).await.unwrap()
}

/// Asks an action a question to which the demo account has an answer. `None`: nothing of it can be asked here.
async fn ask(client: &Client, entry: &Entry) -> Option<Result<(), Error>> {
    let october = Period::new(time("2026-10-01T00:00:00+08:00"), time("2026-10-31T00:00:00+08:00")).unwrap();
    let (window, app) = (TimeWindow(october), Some(SubAppId(1_500_021_001)));
    let (vod, billing, legacy) = (client.vod(), client.billing(), client.legacy());
    let media = FileId::new("11624759161874546966");
    let usage = UsageOver { sub_app_id: app, window };
    let september = "2026-09".parse().unwrap();
    Some(match (entry.action.api, entry.action.name) {
        (Api::Vod, "SearchMedia") => vod.search_media(&SearchMedia { limit: 50, ..SearchMedia::default() }).await.map(drop),
        (Api::Vod, "DescribeMediaInfos") => match vod.describe_media_details(None, std::slice::from_ref(&media), &[]).await {
            Ok(_) => vod.describe_media_infos(None, &[media]).await.map(drop),
            Err(error) => Err(error),
        },
        (Api::Vod, "ListFiles") => {
            let request =
                ListFiles { sub_app_id: SubAppId(1_500_021_004), prefix: None, delimiter: None, categories: Vec::new() };
            vod.list_files(request).all().await.map(drop)
        }
        (Api::Vod, "DescribeSubAppIds") => vod.list_applications().await.map(drop),
        (Api::Vod, "DescribeStorageData") => vod.describe_storage_data(app).await.map(drop),
        (Api::Vod, "DescribeStorageRegions") => vod.describe_storage_regions(app).await.map(drop),
        (Api::Vod, "DescribeStorageDetails") => {
            let (storage_type, area) = ("StandardStorage".to_owned(), "Chinese Mainland".to_owned());
            let request = StorageDetails { sub_app_id: app, window, interval: Interval::Day, storage_type, area };
            vod.describe_storage_details(&request).await.map(drop)
        }
        (Api::Vod, "DescribeCDNUsageData") => {
            let (data_type, data_interval) = (CdnData::Flux, CdnInterval::Day);
            let request = CdnUsage { sub_app_id: app, data_type, window, data_interval, domain_names: Vec::new() };
            vod.describe_cdn_usage_data(&request).await.map(drop)
        }
        (Api::Vod, "DescribeCDNStatDetails") => {
            let request = CdnStatDetails {
                sub_app_id: app,
                metric: CdnMetric::Traffic,
                window,
                area: "Chinese Mainland".to_owned(),
                data_interval: Interval::Day,
                only: CdnFilter::default(),
            };
            vod.describe_cdn_stat_details(&request).await.map(drop)
        }
        (Api::Vod, "DescribeCdnLogs") => {
            let domain_name = "1500021001.vod2.myqcloud.com".to_owned();
            let hours = Period::new(time("2026-10-12T00:00:00+08:00"), time("2026-10-13T00:00:00+08:00")).unwrap();
            vod.cdn_logs(CdnLogs { sub_app_id: app, domain_name, window: TimeWindow(hours) }).all().await.map(drop)
        }
        (Api::Vod, "DescribeVodDomains") => vod.vod_domains(app).all().await.map(drop),
        (Api::Vod, "DescribeMediaProcessUsageData") => {
            let request = MediaProcessUsage { sub_app_id: app, window, task_type: None };
            vod.describe_media_process_usage_data(&request).await.map(drop)
        }
        (Api::Vod, "DescribeReviewDetails") => vod.describe_review_details(&usage).await.map(drop),
        (Api::Vod, "DescribeImageReviewUsageData") => vod.describe_image_review_usage_data(&usage).await.map(drop),
        (Api::Vod, "DescribeLicenseUsageData") => vod.describe_license_usage_data(&usage).await.map(drop),
        (Api::Vod, "DescribeClientUploadAccelerationUsageData") => {
            let request = UploadAcceleration { usage, kind: "AccelerationWithHTTP".to_owned() };
            vod.describe_client_upload_acceleration_usage_data(&request).await.map(drop)
        }
        (Api::Vod, "DescribeAigcUsageData") => {
            let request = AigcUsage { sub_app_id: app, window, api_keys: Vec::new() };
            vod.describe_aigc_usage_data(&request, AigcKind::Video).await.map(drop)
        }
        (Api::Vod, "DescribePrepaidProducts") => vod.describe_prepaid_products().await.map(drop),
        (Api::Vod, "DescribeDailyPlayStatFileList") => vod.play_stat_files(app, october).all().await.map(drop),
        (Api::Vod, "DescribeDailyMediaPlayStat") => {
            let days = ("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap());
            vod.describe_daily_media_play_stat(app, &media, days.0, days.1).await.map(drop)
        }
        (Api::Vod, "DescribeDailyMostPlayedStat") => {
            let day = "2026-10-13".parse().unwrap();
            let request = MostPlayed { sub_app_id: app, day, domain_name: None, by: MostPlayedBy::Traffic };
            vod.describe_daily_most_played_stat(&request).await.map(drop)
        }
        (Api::Vod, "DescribeMediaPlayStatDetails") => {
            let request = MediaPlays { sub_app_id: app, file_id: media, window, interval: PlayInterval::Day };
            vod.describe_media_play_stat_details(&request).await.map(drop)
        }
        (Api::Vod, "DescribeEventsState") => vod.describe_events_state(app).await.map(drop),
        (Api::Billing, "DescribeBillDetail") => billing.bill_details(BillDetails::of_month(september)).all().await.map(drop),
        (Api::Billing, "DescribeBillSummaryByProduct") => {
            billing.describe_bill_summary_by_product(september, None, None).await.map(drop)
        }
        (Api::Billing, "DescribeBillResourceSummary") => {
            billing.bill_resources(ResourceSummary::of_month(september)).all().await.map(drop)
        }
        (Api::Billing, "DescribeBillDownloadUrl") => {
            billing.describe_bill_download_url(BillFile::BillDetail, september).await.map(drop)
        }
        (Api::Billing, "DescribeBillAdjustInfo") => billing.describe_bill_adjust_info(september).await.map(drop),
        (Api::Billing, "DescribeDealsByCond") => {
            let (start_time, end_time) = ("2026-07-01 00:00:00".to_owned(), "2026-09-01 00:00:00".to_owned());
            billing.deals(Deals { start_time, end_time, status_set: Vec::new(), order_id: None }).all().await.map(drop)
        }
        (Api::Billing, "DescribeVoucherInfo") => billing.vouchers(Vouchers::default()).all().await.map(drop),
        (Api::Billing, "DescribeAccountBalance") => billing.describe_account_balance().await.map(drop),
        (Api::Legacy, "DescribeVodPlayInfo") => {
            let request = DescribeVodPlayInfo { file_name: "room".to_owned(), page_no: 1, page_size: 10 };
            legacy.describe_vod_play_info(&request).await.map(drop)
        }
        (Api::Legacy, "DescribeVodInfo") => legacy.describe_vod_info(&DescribeVodInfo::default()).await.map(drop),
        (Api::Legacy, "GetVideoInfo") => legacy.get_video_info(&media).await.map(drop),
        (Api::Legacy, "DescribeVodPlayUrls") => legacy.describe_vod_play_urls(&media).await.map(drop),
        (Api::Legacy, "DescribeRecordPlayInfo") => {
            let vid = "1500021001_d7d62eeb68a50a054970e58a44d56e14".to_owned();
            legacy.describe_record_play_info(&DescribeRecordPlayInfo { vid, notify_url: None }).await.map(drop)
        }
        (Api::Legacy, "PullEvent") => legacy.pull_event().await.map(drop),
        _ => return None,
    })
}

#[tokio::test]
async fn an_answer_without_a_needed_member_is_malformed_asked_again_and_named() {
    let quiet = cloud("").await;
    let (mut unasked, mut untouched, mut refused) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for entry in actions::all().filter(|entry| !entry.needs.is_empty()) {
        let name = entry.action.name;
        match ask(&client(&quiet), entry).await {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                refused.push(error.to_string());
                continue;
            }
            None => {
                unasked.insert(name);
                continue;
            }
        }
        for (path, how, word) in
            with_prefixes(entry).into_iter().flat_map(|path| [(path.clone(), "drop", "missing"), (path, "null", "null")])
        {
            let troubled = cloud(&format!("shape={name}:{path}:{how}")).await;
            match ask(&client(&troubled), entry).await.unwrap() {
                Ok(()) => drop(untouched.insert(format!("{name}:{path}"))),
                Err(error) => {
                    assert_eq!((error.kind, error.attempts, error.action), (ErrorKind::Malformed, 3, name), "{path}: {error}");
                    assert!(error.message.contains(&format!("{path} is {word}")), "{name}, {path}, {how}: {error}");
                }
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    // Those for members of an organization have the same types, and the demo account is none.
    assert!(unasked.iter().all(|name| name.ends_with("ForOrganization")), "{unasked:?}");
    assert_eq!(untouched, NOT_IN_THE_DEMO.iter().map(ToString::to_string).collect());
}

/// The kinds whose units ask an action.
fn kinds(action: &str) -> Vec<Kind> {
    match action {
        "DescribeCdnLogs" => vec![Kind::Domains, Kind::Logs],
        "DescribeSubAppIds" => vec![Kind::Domains],
        _ => Kind::ALL.into_iter().filter(|kind| kind.action() == action && *kind != Kind::Bandwidth).collect(),
    }
}

async fn collected(cloud: &sim::Running, ledger: &Arc<Ledger>, kinds: &[Kind]) -> Result<(Overall, String), String> {
    let account = AccountId::new("demo");
    let period = Period::of_days("2026-10-12".parse().unwrap(), "2026-10-14".parse().unwrap()).unwrap();
    let mut plan = Plan::new(account, period, time("2026-11-05T10:00:00+08:00"));
    plan.kinds = kinds.to_vec();
    plan.process_types = ProcessTypes::AllAtOnce;
    let manifest = collect::sync(&client(cloud), ledger, &plan, &Stop::default(), &Silent).await;
    let manifest = manifest.map_err(|error| error.to_string())?;
    let reasons = manifest.lines.values().flat_map(|count| count.reasons.clone());
    let gaps = manifest.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.reason));
    Ok((manifest.overall(), reasons.chain(gaps).collect::<Vec<_>>().join("\n")))
}

fn dumped(ledger: &Ledger) -> String {
    let mut text = Vec::new();
    ledger.dump(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn memory() -> Arc<Ledger> {
    Arc::new(Ledger::open(":memory:").unwrap())
}

/// Every action that a sync calls, each member of `Response` that figures rest on: nothing is lowered in silence, the gap names
/// both, and once the cloud tells it again the ledger is as if nothing had happened.
#[tokio::test(flavor = "multi_thread")]
async fn a_sync_takes_nothing_untold_for_zero() {
    let quiet = cloud("").await;
    let collector = actions::all().filter(|entry| entry.roles.contains(&Role::Collector) && !kinds(entry.action.name).is_empty());
    let mut actions = BTreeSet::new();
    for entry in collector {
        let (name, kinds) = (entry.action.name, kinds(entry.action.name));
        actions.insert(name);
        let expected = memory();
        assert_eq!(collected(&quiet, &expected, &kinds).await.unwrap().0, Overall::Done, "{name}");
        let expected = dumped(&expected);
        // Members of members are looked at above.
        for path in with_prefixes(entry).into_iter().filter(|path| !path.contains('.')) {
            for how in ["drop", "null"] {
                let ledger = memory();
                let troubled = cloud(&format!("shape={name}:{path}:{how}")).await;
                let is_told = |reasons: &str| reasons.contains(name) && reasons.contains(&path);
                match collected(&troubled, &ledger, &kinds).await {
                    Ok((Overall::Done, reasons)) => panic!("{name} {path} {how}: taken for whole: {reasons}"),
                    Ok((_, reasons)) | Err(reasons) => assert!(is_told(&reasons), "{name} {path} {how}: {reasons}"),
                }
                assert_eq!(collected(&quiet, &ledger, &kinds).await.unwrap().0, Overall::Done, "{name} {path} {how}");
                assert!(dumped(&ledger) == expected, "{name} {path} {how}: the ledger differs");
            }
        }
    }
    assert_eq!(actions.len(), 16, "{actions:?}");
}

fn demo_run(home: &std::path::Path, cloud: &sim::Running, arguments: &[&str]) -> Ran {
    let variables = [
        ("VODLEDGER_ENDPOINT", cloud.http.as_str()),
        ("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()),
        ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose()),
    ];
    run_in(home, &variables, arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn traffic_that_is_not_told_is_a_gap_of_the_command() {
    let troubled = cloud("shape=DescribeCDNStatDetails:Data:drop").await;
    let home = tempfile::tempdir().unwrap();
    let arguments =
        ["--as-of", "2026-11-05T10:00:00+08:00", "sync", "--month", "2026-10", "--exclusive", "--only", "traffic,packs"];
    let ran = tokio::task::block_in_place(|| demo_run(home.path(), &troubled, &arguments));
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    let words = "DescribeCDNStatDetails: the answer cannot be used: Data is missing, and what was not told is not zero";
    assert!(ran.out.contains(words), "{}", ran.out);
}

/// A legacy API that answers everything with this.
async fn legacy(body: &'static str) -> String {
    crate::support::serve(axum::Router::new().fallback(move || async move { body })).await
}

fn find(home: &std::path::Path, address: &str, what: &[&str]) -> Ran {
    let variables = [
        ("VODLEDGER_LEGACY_ENDPOINT", address),
        ("VODLEDGER_LEGACY_API", "true"),
        ("TENCENTCLOUD_SECRET_ID", "AKIDEXAMPLE"),
        ("TENCENTCLOUD_SECRET_KEY", "example"),
    ];
    run_in(home, &variables, &[&["find", "--api", "v2"], what].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_total_that_does_not_come_is_a_gap() {
    let home = tempfile::tempdir().unwrap();
    let one = r#"{"code":0,"message":"","totalCount":"300","fileSet":[{"fileId":"1","fileName":"room_1","playSet":[]}]}"#;
    let address = legacy(one).await;
    let ran = tokio::task::block_in_place(|| find(home.path(), &address, &["--name", "room"]));
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("room_1") && ran.err.contains("1 of 300"), "{} {}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_answer_without_its_list_is_no_empty_list() {
    let home = tempfile::tempdir().unwrap();
    let address = legacy(r#"{"code":0}"#).await;
    let questions: [&[&str]; 3] = [&["--name", "room"], &["--file-id", "1"], &["--vid", "1_0123456789abcdef0123456789abcdef"]];
    for (question, member) in questions.into_iter().zip(["totalCount", "basicInfo", "fileSet"]) {
        let ran = tokio::task::block_in_place(|| find(home.path(), &address, question));
        assert_eq!(ran.code, 1, "{question:?}: {} {}", ran.out, ran.err);
        assert!(ran.err.contains(&format!("{member} is missing")), "{}", ran.err);
    }
}
