//! Every action against the API's own description: what is sent has the described members, and what is described is read.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use vodledger::cloud::actions::{self, About, Effect, Granularity, LimitSource, Role};
use vodledger::cloud::vod::{
    AigcKind, AigcUsage, CdnData, CdnFilter, CdnInterval, CdnLogs, CdnMetric, CdnStatDetails, CdnUsage, DeleteMedia, DeletePart,
    Deletion, EventConfigChange, Expiry, Interval, ListFiles, MediaFiles, MediaPart, MediaPlays, MediaProcessUsage,
    ModifyMediaInfo, ModifyMediaStorageClass, MostPlayed, MostPlayedBy, PlayInterval, RestoreMedia, RestoreTier, SearchMedia,
    StorageClass, StorageDetails, TimeWindow, UploadAcceleration, UsageOver,
};
use vodledger::cloud::{Api, Client, Credential, ErrorKind, Limit};
use vodledger::model::{FileId, Period, SubAppId};
use vodledger::sim;

use crate::stand_in::StandIn;

fn schema() -> Value {
    serde_json::from_str(include_str!("../data/api3-schema.json")).unwrap()
}

const APP: Option<SubAppId> = Some(SubAppId(1_490_012_345));

fn period(start: &str, end: &str) -> Period {
    Period::of_days(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

/// An answer as it is described, made of its own examples: one item in every list, every count fitting.
fn example(objects: &Value, object: &str, depth: usize) -> Value {
    let mut members = Map::new();
    for member in objects[object].as_array().unwrap_or_else(|| panic!("{object} is not described")) {
        let (name, kind) = (member["name"].as_str().unwrap(), member["member"].as_str().unwrap());
        let told = member["example"].as_str().unwrap_or_default();
        let scalar = match kind {
            "string" | "datetime_iso" => json!(if told.is_empty() || told.starts_with('[') { "text" } else { told }),
            "int64" | "uint64" => json!(told.parse::<i64>().unwrap_or(1)),
            "float" => json!(1.5),
            "bool" => json!(told == "true"),
            _ if depth == 0 => continue,
            nested => example(objects, nested, depth - 1),
        };
        members.insert(name.to_owned(), if member["type"] == "list" { json!([scalar]) } else { scalar });
    }
    Value::Object(members)
}

/// A server that answers as described. Totals, truncation and tokens are set so that a listing has one page.
fn described() -> StandIn {
    let file = schema();
    let objects = &file["vod"]["objects"];
    let mut stand_in = StandIn::default();
    for (action, shape) in file["vod"]["actions"].as_object().unwrap() {
        let mut answer = match shape["output"].as_str() {
            Some(output) if objects[output].is_array() => example(objects, output, 4),
            _ => json!({}),
        };
        if answer["TotalCount"].is_number() && action != "DescribeReviewDetails" {
            answer["TotalCount"] = json!(if action == "DescribeCdnLogs" { 2 } else { 1 });
        }
        if action == "DescribeMediaInfos" {
            // Of a media that is asked for.
            answer["MediaInfoSet"][0]["FileId"] = json!("11624759161874546966");
        }
        if action == "ListFiles" {
            answer["IsTruncated"] = json!(false);
        }
        if action == "DescribeAigcUsageData" {
            answer["AigcTextDetails"]["ScrollToken"] = json!("");
        }
        stand_in = stand_in.answer(action, answer);
    }
    // Not in the description; members as the action's page names them.
    let detail = json!({"TaskType": "Procedure", "Status": "FINISH", "CreateTime": "2026-10-12T19:00:00Z",
        "ProcedureTask": example(objects, "ProcedureTask", 4)});
    stand_in.answer("DescribeTaskDetail", detail).answer("ModifyMediaInfo", json!({})).answer("DeleteMedia", json!({}))
}

/// Calls every action with everything set that can be.
async fn call_all(client: &Client) {
    let vod = client.vod();
    let file_id = FileId::from("11624759161874546966");
    let long = TimeWindow(period("2018-09-01", "2018-11-01"));
    let short = TimeWindow(period("2018-10-01", "2018-10-02"));
    let usage = UsageOver { sub_app_id: APP, window: long };
    let texts = |text: &str| vec![text.to_owned()];

    let search = SearchMedia {
        sub_app_id: APP,
        file_ids: vec![file_id.clone()],
        names: texts("a"),
        name_prefixes: texts("a"),
        descriptions: texts("a"),
        tags: texts("a"),
        class_ids: vec![1],
        categories: texts("Video"),
        source_types: texts("Record"),
        stream_ids: texts("a"),
        stream_domains: texts("a"),
        stream_paths: texts("a"),
        trtc_sdk_app_ids: vec![1],
        trtc_room_ids: texts("a"),
        create_time: Some(long.0),
        expire_time: Some(long.0),
        storage_regions: texts("ap-beijing"),
        storage_classes: texts("ARCHIVE"),
        media_types: texts("mp4"),
        status: texts("Normal"),
        review_results: texts("pass"),
        filters: vec![MediaPart::BasicInfo],
        limit: 100,
        ..SearchMedia::default()
    };
    assert_eq!(vod.search_media(&search).await.unwrap().media.len(), 1);
    let ids = [file_id.clone()];
    assert_eq!(vod.describe_media_infos(APP, &ids).await.unwrap().media.len(), 1);
    let details = vod.describe_media_details(APP, &ids, &[MediaPart::MetaData, MediaPart::SubtitleInfo]).await.unwrap();
    let media = &details.media[0];
    assert_eq!([media.transcodes.len(), media.adaptive_streams.len(), media.animations.len(), media.subtitles.len()], [1; 4]);
    assert!(media.transcodes[0].size.is_some() && media.adaptive_streams[0].streams[0].size.is_some());
    let list =
        ListFiles { sub_app_id: APP.unwrap(), prefix: Some("a".into()), delimiter: Some("/".into()), categories: texts("Video") };
    assert_eq!(vod.list_files(list).all().await.unwrap().len(), 2);
    assert_eq!(vod.sub_app_ids().all().await.unwrap()[0].name, "MyAppName");

    assert_eq!(vod.describe_storage_data(APP).await.unwrap().areas.len(), 1);
    let details = StorageDetails {
        sub_app_id: APP,
        window: short,
        interval: Interval::Minute,
        storage_type: "InfrequentRetrieval".into(),
        area: "Chinese Mainland".into(),
    };
    vod.describe_storage_details(&details).await.unwrap();
    assert!(vod.describe_storage_regions(APP).await.unwrap()[0].is_default);

    let cdn = CdnUsage {
        sub_app_id: APP,
        data_type: CdnData::Flux,
        window: long,
        data_interval: CdnInterval::Hour,
        domain_names: texts("vod.example.com"),
    };
    vod.describe_cdn_usage_data(&cdn).await.unwrap();
    let only = CdnFilter { domain_names: texts("vod.example.com"), districts: texts("Beijing"), isps: texts("CERNET") };
    let stat = CdnStatDetails {
        sub_app_id: APP,
        metric: CdnMetric::QuicRequests,
        window: short,
        area: "Chinese Mainland".into(),
        data_interval: Interval::Minute,
        only,
    };
    vod.describe_cdn_stat_details(&stat).await.unwrap();
    let logs = CdnLogs { sub_app_id: APP, domain_name: "vod.example.com".into(), window: short };
    let logs = vod.cdn_logs(logs).all().await.unwrap();
    assert_eq!((logs.len(), logs[0].overseas, logs[1].overseas), (2, false, true));
    let domains = vod.vod_domains(APP).all().await.unwrap();
    assert_eq!(domains[0].url_signature.as_ref().unwrap().key.as_ref().unwrap().expose(), "MyEncryptedKey");
    assert!(vod.describe_default_distribution_config(APP).await.unwrap().play_key.is_some());

    let process = MediaProcessUsage { sub_app_id: APP, window: long, task_type: Some("Transcoding".into()) };
    vod.describe_media_process_usage_data(&process).await.unwrap();
    assert_eq!(vod.describe_review_details(&usage).await.unwrap().seconds, 11_901);
    vod.describe_image_review_usage_data(&usage).await.unwrap();
    vod.describe_license_usage_data(&usage).await.unwrap();
    let upload = UploadAcceleration { usage, kind: "AccelerationWithHTTP".into() };
    vod.describe_client_upload_acceleration_usage_data(&upload).await.unwrap();
    let aigc = AigcUsage { sub_app_id: APP, window: long, api_keys: vec!["key".into()] };
    vod.describe_aigc_usage_data(&aigc, AigcKind::SceneAigcTime).await.unwrap();
    assert_eq!(vod.aigc_texts(aigc).all().await.unwrap()[0].total_tokens, Some(62));
    assert_eq!(vod.describe_prepaid_products().await.unwrap()[0].resources.len(), 1);

    vod.play_stat_files(APP, period("2025-01-10", "2025-01-11")).all().await.unwrap();
    let most = MostPlayed {
        sub_app_id: APP,
        day: "2018-10-01".parse().unwrap(),
        domain_name: Some("a".into()),
        by: MostPlayedBy::Traffic,
    };
    assert_eq!(vod.describe_daily_most_played_stat(&most).await.unwrap()[0].plays, 1);
    let (from, to) = ("2018-10-01".parse().unwrap(), "2018-10-02".parse().unwrap());
    assert_eq!(vod.describe_daily_media_play_stat(APP, &file_id, from, to).await.unwrap()[0].bytes, 12);
    let plays = MediaPlays { sub_app_id: APP, file_id: file_id.clone(), window: long, interval: PlayInterval::Day };
    vod.describe_media_play_stat_details(&plays).await.unwrap();

    vod.describe_event_config(APP).await.unwrap();
    let change = EventConfigChange {
        mode: Some("PUSH".into()),
        url: Some("https://example.com".into()),
        upload: Some(true),
        delete: Some(false),
        persistence: Some(true),
        sign_key: Some("abc123".into()),
    };
    vod.modify_event_config(APP, &change).await.unwrap();
    assert_eq!(vod.pull_events(APP).await.unwrap().len(), 1);
    vod.confirm_events(APP, &texts("handle")).await.unwrap();
    vod.describe_events_state(APP).await.unwrap();

    let modify = ModifyMediaInfo {
        name: Some("a".into()),
        description: Some("b".into()),
        class_id: Some(3),
        expires: Some(Expiry::Never),
        add_tags: texts("x"),
        delete_tags: texts("y"),
        ..ModifyMediaInfo::of(APP, file_id.clone())
    };
    assert_eq!(vod.modify_media_info(&modify).await.unwrap().request_id, "r-1");
    let part = DeletePart { files: MediaFiles::TranscodeFiles, definition: 0 };
    let delete = DeleteMedia { sub_app_id: APP, file_id: file_id.clone(), what: Deletion::Parts(vec![part]) };
    vod.delete_media(&delete).await.unwrap();
    let class = ModifyMediaStorageClass {
        sub_app_id: APP,
        file_ids: vec![file_id.clone()],
        storage_class: StorageClass::StandardIa,
        restore_tier: Some(RestoreTier::Bulk),
    };
    vod.modify_media_storage_class(&class).await.unwrap();
    let restore =
        RestoreMedia { sub_app_id: APP, file_ids: vec![file_id], restore_day: 3, restore_tier: Some(RestoreTier::Expedited) };
    vod.restore_media(&restore).await.unwrap();
    assert_eq!(vod.describe_task_detail(APP, "task").await.unwrap().procedure.unwrap().results.len(), 1);
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "int64" => value.is_i64(),
        "uint64" => value.is_u64(),
        "bool" => value.is_boolean(),
        _ => value.is_object(),
    }
}

/// Whether a request has only described members, of the described types, and all that are required.
fn check_request(objects: &Value, object: &str, request: &Value) {
    let described = objects[object].as_array().unwrap_or_else(|| panic!("{object} is not described"));
    let request = request.as_object().unwrap();
    for (name, value) in request {
        let member = described.iter().find(|member| member["name"] == name.as_str());
        let member = member.unwrap_or_else(|| panic!("{object} has no member {name}"));
        let kind = member["member"].as_str().unwrap();
        let all_fit = match member["type"].as_str().unwrap() {
            "list" => value.as_array().unwrap().iter().all(|value| fits(kind, value)),
            _ => fits(kind, value),
        };
        assert!(all_fit, "{object}.{name}: {value} is no {kind}");
        if value.is_object() {
            check_request(objects, kind, value);
        }
    }
    for member in described.iter().filter(|member| member["required"] == true) {
        assert!(request.contains_key(member["name"].as_str().unwrap()), "{object} lacks {}", member["name"]);
    }
}

#[tokio::test]
async fn requests_and_answers_are_those_of_the_description() {
    let stand_in = described();
    call_all(&stand_in.client().await).await;
    let file = schema();
    let (described, objects) = (&file["vod"]["actions"], &file["vod"]["objects"]);
    // Members that no caller needs: deprecated, without effect, or reserved.
    let unused = ["Text", "SourceType", "StreamId", "StartTime", "EndTime", "Vids", "Vid", "KnowledgeBases"];
    for (action, request) in stand_in.all() {
        match described[&action]["input"].as_str() {
            Some(input) => check_request(objects, input, &request),
            None => assert!(["ModifyMediaInfo", "DeleteMedia", "DescribeTaskDetail"].contains(&action.as_str()), "{action}"),
        }
        if action == "SearchMedia" {
            let asked: BTreeSet<&str> = request.as_object().unwrap().keys().map(String::as_str).collect();
            for member in objects["SearchMediaRequest"].as_array().unwrap() {
                let name = member["name"].as_str().unwrap();
                assert!(asked.contains(name) || unused.contains(&name), "SearchMedia does not send {name}");
            }
        }
    }
    // Fields from the page of the action.
    let expected = json!({"SubAppId": 1_490_012_345, "FileId": "11624759161874546966", "Name": "a", "Description": "b", "ClassId": 3,
        "ExpireTime": "9999-12-31T23:59:59Z", "AddTags": ["x"], "DeleteTags": ["y"]});
    assert_eq!(stand_in.asked("ModifyMediaInfo"), [expected]);
    let parts = json!([{"Type": "TranscodeFiles", "Definition": 0}]);
    let expected = json!({"SubAppId": 1_490_012_345, "FileId": "11624759161874546966", "DeleteParts": parts});
    assert_eq!(stand_in.asked("DeleteMedia"), [expected]);
    assert_eq!(stand_in.asked("DescribeTaskDetail"), [json!({"SubAppId": 1_490_012_345, "TaskId": "task"})]);
}

#[tokio::test]
async fn every_action_of_the_table_was_called() {
    let stand_in = described();
    call_all(&stand_in.client().await).await;
    let called: BTreeSet<String> = stand_in.all().into_iter().map(|(action, _)| action).collect();
    let listed: BTreeSet<String> =
        actions::all().filter(|entry| entry.action.api == Api::Vod).map(|entry| entry.action.name.to_owned()).collect();
    assert_eq!(called, listed);
}

/// A probe has every required parameter, of the described type, and no other; what changes something has none.
#[test]
fn every_reading_action_has_a_question() {
    let file = schema();
    let (described, objects) = (&file["vod"]["actions"], &file["vod"]["objects"]);
    let now = period("2026-10-02", "2026-10-03").start;
    for entry in actions::all().filter(|entry| entry.action.api != Api::Sts) {
        let question = entry.question(&About { now, sub_app_id: APP, domain: Some("vod.example.com") });
        assert_eq!(question.is_some(), entry.effect == Effect::Reads, "{}", entry.action.name);
        if let (Some(question), Some(input)) = (question, described[entry.action.name]["input"].as_str())
            && entry.action.api == Api::Vod
        {
            check_request(objects, input, &Value::Object(question));
        }
    }
    // Yesterday, and the month before.
    let of = |api, name: &str| {
        let about = About { now, sub_app_id: None, domain: None };
        Value::Object(actions::of(api, name).unwrap().question(&about).unwrap())
    };
    let expected = json!({"StartTime": "2026-10-01T00:00:00+08:00", "EndTime": "2026-10-01T23:59:59+08:00", "AigcType": "Video"});
    assert_eq!(of(Api::Vod, "DescribeAigcUsageData"), expected);
    assert_eq!(of(Api::Billing, "DescribeBillDetail"), json!({"Month": "2026-09", "Offset": 0, "Limit": 1}));
    let expected = json!({"StartTime": "2026-10-01 00:00:00", "EndTime": "2026-10-01 23:59:59", "Limit": 1});
    assert_eq!(of(Api::Billing, "DescribeDealsByCond"), expected);
}

/// The same of those that are not described here, and of all of them, answered by the simulated cloud.
#[tokio::test]
async fn every_question_is_answered() {
    let cloud = sim::start(sim::Config { limit: sim::Limit::Off, ..sim::Config::default() }).await.unwrap();
    let credential = Credential { secret_id: cloud.secret_id.clone(), secret_key: cloud.secret_key.clone(), token: None };
    let url = cloud.http.as_str();
    let client = Client::builder(credential)
        .vod_endpoint(url)
        .legacy_endpoint(url)
        .billing_endpoint(url)
        .without_budget()
        .max_attempts(1)
        .build()
        .unwrap();
    let now = period("2026-11-01", "2026-11-02").start;
    let about = About { now, sub_app_id: Some(SubAppId(1_500_021_001)), domain: Some("vod.example.com") };
    let mut unanswered = BTreeSet::new();
    for entry in actions::all().filter(|entry| entry.probe.is_some()) {
        match client.probe(entry, &about).await {
            // Of a media that is not there.
            Err(error) if error.kind != ErrorKind::NotFound => {
                unanswered.insert(format!("{} {}", entry.action.name, error.code.unwrap_or_default()));
            }
            _ => {}
        }
    }
    // A task that is not there, and an application whose files have no paths; no role has either.
    let known = ["DescribeTaskDetail InvalidParameterValue.TaskId", "ListFiles UnsupportedOperation"].map(str::to_owned);
    assert_eq!(unanswered, BTreeSet::from(known));
    let delete = client.probe(actions::of(Api::Vod, "DeleteMedia").unwrap(), &about).await.unwrap_err();
    assert_eq!((delete.kind, delete.attempts), (ErrorKind::Request, 0));
}

#[test]
fn the_table_is_as_documented() {
    // Figures from the pages of the actions.
    for (name, limit) in
        [("DescribeMediaInfos", 100), ("DescribeStorageDetails", 100), ("DescribeCDNStatDetails", 20), ("DeleteMedia", 100)]
    {
        let entry = actions::of(Api::Vod, name).unwrap();
        assert_eq!((entry.action.limit, entry.limit_source), (Limit::per_second(limit), LimitSource::Documented), "{name}");
    }
    for name in ["SearchMedia", "RestoreMedia", "ListFiles", "DescribePrepaidProducts"] {
        assert_eq!(actions::of(Api::Vod, name).unwrap().limit_source, LimitSource::Assumed, "{name}");
    }
    let mut names = BTreeSet::new();
    let file = schema();
    for entry in actions::all() {
        assert!(names.insert((format!("{:?}", entry.action.api), entry.action.name)), "{} is there twice", entry.action.name);
        assert!(entry.action.repeatable || entry.effect == Effect::Changes, "{}", entry.action.name);
        let Some(input) = file["vod"]["actions"][entry.action.name]["input"].as_str().filter(|_| entry.action.api == Api::Vod)
        else {
            continue;
        };
        let members = file["vod"]["objects"][input].as_array();
        let by_application = members.is_some_and(|members| members.iter().any(|member| member["name"] == "SubAppId"));
        let expected = if by_application { Granularity::Resource } else { Granularity::Operation };
        assert_eq!(entry.granularity, expected, "{}", entry.action.name);
    }
    let missing: Vec<&str> = actions::all().filter(|entry| !entry.intl).map(|entry| entry.action.name).collect();
    assert_eq!(missing, ["DescribePrepaidProducts", "DescribeEventsState"]);
    let of = |role| actions::all().filter(move |entry| entry.roles.contains(&role));
    assert!(Role::ALL.iter().all(|role| of(*role).count() > 0));
    // What only plays changes nothing in API 3.0.
    assert!(of(Role::Play).all(|entry| entry.effect == Effect::Reads || entry.action.api == Api::Legacy));
    assert_eq!(actions::of(Api::Billing, "DescribeBillDetail").unwrap().cam(), "finance:DescribeBillDetail");
}
