//! Requests that change the simulated account: what they change is there for every later request.

use serde_json::{Value, json};

use crate::sim_caller::Caller;

/// The default application, and the one whose events wait to be pulled.
const LIVE: u64 = 1500021001;
const ARCHIVE: u64 = 1500021004;
const ROOM_1: &str = "11624759161874546966";
const MEETING: &str = "5285890799710670619";
const BOARD: &str = "11624759161874547021";

async fn info(caller: &Caller, app: u64, file_id: &str) -> Value {
    caller.vod("DescribeMediaInfos", json!({"SubAppId": app, "FileIds": [file_id]})).await["MediaInfoSet"][0].clone()
}

async fn stored(caller: &Caller, app: u64, class: &str) -> u64 {
    caller.vod("DescribeStorageData", json!({"SubAppId": app})).await[class].as_u64().unwrap()
}

/// The sum of one storage type over a day.
async fn amount(caller: &Caller, app: u64, kind: &str, day: &str) -> u64 {
    let (start, end) = (format!("{day}T00:00:00+08:00"), format!("{day}T23:59:59+08:00"));
    let params = json!({"SubAppId": app, "StorageType": kind, "StartTime": start, "EndTime": end, "Interval": "Minute"});
    let answer = caller.vod("DescribeStorageDetails", params).await;
    let rows = answer["Data"].as_array().unwrap_or_else(|| panic!("{answer}"));
    rows.iter().map(|row| row["Value"].as_u64().unwrap()).sum()
}

async fn done(caller: &Caller, action: &str, params: Value) {
    let answer = caller.vod(action, params).await;
    assert!(answer.get("Error").is_none(), "{action}: {answer}");
}

#[tokio::test]
async fn a_deleted_media_is_gone_for_both_apis_and_stores_nothing() {
    let caller = Caller::demo().await;
    let before = stored(&caller, LIVE, "StandardStorage").await;
    done(&caller, "DeleteMedia", json!({"FileId": ROOM_1})).await;
    let infos = caller.vod("DescribeMediaInfos", json!({"FileIds": [ROOM_1]})).await;
    assert_eq!(infos["NotExistFileIdSet"], json!([ROOM_1]));
    assert_eq!(caller.vod("SearchMedia", json!({"FileIds": [ROOM_1]})).await["TotalCount"], 0);
    assert_eq!(caller.legacy("GetVideoInfo", &[("fileId", ROOM_1)]).await["codeDesc"], 10008);
    assert_eq!(caller.refusal("DeleteMedia", json!({"FileId": ROOM_1})).await, "ResourceNotFound.FileNotExist");
    // Half an hour later it shows. 1.35 GB, and 5400 s of 512 000, 1 024 000 and 524 288 bit/s, by 8.
    caller.set_now("2026-11-02T10:31:00+08:00");
    let bytes = 1_350_000_000 + 345_600_000 + 691_200_000 + 353_894_400;
    assert_eq!(stored(&caller, LIVE, "StandardStorage").await, before - bytes);
}

#[tokio::test]
async fn parts_of_a_media_can_go_alone() {
    let caller = Caller::demo().await;
    let definitions = |info: &Value| -> Vec<i64> {
        let set = info["TranscodeInfo"]["TranscodeSet"].as_array().unwrap();
        set.iter().map(|form| form["Definition"].as_i64().unwrap()).collect()
    };
    let part = |kind: &str, definition: i64| json!({"FileId": ROOM_1, "DeleteParts": [{"Type": kind, "Definition": definition}]});
    done(&caller, "DeleteMedia", part("TranscodeFiles", 30)).await;
    assert_eq!(definitions(&info(&caller, LIVE, ROOM_1).await), [0, 20, 220]);
    done(&caller, "DeleteMedia", part("OriginalFiles", 0)).await;
    let without = info(&caller, LIVE, ROOM_1).await;
    assert_eq!((definitions(&without), &without["BasicInfo"]["MediaUrl"]), (vec![20, 220], &json!("")));
    done(&caller, "DeleteMedia", part("TranscodeFiles", 0)).await;
    assert_eq!(definitions(&info(&caller, LIVE, ROOM_1).await), Vec::<i64>::new());
    assert_eq!(caller.refusal("DeleteMedia", part("Everything", 0)).await, "InvalidParameterValue.Type");
}

#[tokio::test]
async fn descriptions_stay_changed_and_a_refused_change_changes_nothing() {
    let caller = Caller::demo().await;
    let modify = |more: Value| {
        let mut all = json!({"FileId": ROOM_1});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let change = json!({
        "Name": "new name", "Description": "new text", "ClassId": 100, "ExpireTime": "2027-01-01T00:00:00+08:00",
        "AddTags": ["more"], "DeleteTags": ["keep"],
        "AddKeyFrameDescs": [{"TimeOffset": 1.5, "Content": "begins"}, {"TimeOffset": 9, "Content": "ends"}],
        "AddSubtitles": [{"Name": "zh", "Language": "cn", "Format": "vtt", "Content": "V0VCVlRU"}],
        "CoverData": "iVBORw0KGgo=",
    });
    let answer = caller.vod("ModifyMediaInfo", modify(change)).await;
    assert!(answer["CoverUrl"].as_str().unwrap().ends_with("/cover_1.jpg"), "{answer}");
    let id = answer["AddedSubtitleSet"][0]["Id"].as_str().unwrap().to_owned();
    let after = info(&caller, LIVE, ROOM_1).await;
    let basic = &after["BasicInfo"];
    assert_eq!((&basic["Name"], &basic["Description"], &basic["ClassId"]), (&json!("new name"), &json!("new text"), &json!(100)));
    assert_eq!((&basic["TagSet"], &basic["ExpireTime"]), (&json!(["evening", "more"]), &json!("2026-12-31T16:00:00Z")));
    assert_eq!(basic["UpdateTime"], "2026-11-02T02:00:00Z");
    assert_eq!(after["KeyFrameDescInfo"]["KeyFrameDescSet"][0], json!({"TimeOffset": 1.5, "Content": "begins"}));
    assert_eq!(after["SubtitleInfo"]["SubtitleSet"][0]["Id"], json!(id));

    for (params, code) in [
        (json!({"Name": "x".repeat(65)}), "InvalidParameterValue"),
        (json!({"Name": "other", "ClassId": 999}), "InvalidParameterValue.ClassId"),
        (json!({"Name": "other", "AddTags": ["a"], "ClearTags": 1}), "InvalidParameterValue.AddTagsAndClearTagsConflict"),
        (json!({"Name": "other", "AddTags": ["a"], "DeleteTags": ["a"]}), "InvalidParameterValue.AddTagsAndDeleteTagsConflict"),
        (json!({"Name": "other", "ExpireTime": "2026-01-01T00:00:00Z"}), "InvalidParameterValue.ExpireTime"),
        (json!({"Name": "other", "CoverData": "bm8="}), "InvalidParameterValue.CoverType"),
        (json!({"FileId": "1"}), "ResourceNotFound.FileNotExist"),
        (json!({"Title": "other"}), "UnknownParameter"),
    ] {
        assert_eq!(caller.refusal("ModifyMediaInfo", modify(params.clone())).await, code, "{params}");
    }
    assert_eq!(info(&caller, LIVE, ROOM_1).await["BasicInfo"]["Name"], "new name");
    let clear =
        json!({"ClearTags": 1, "ExpireTime": "9999-12-31T23:59:59Z", "DeleteKeyFrameDescs": [1.5], "DeleteSubtitleIds": [id]});
    done(&caller, "ModifyMediaInfo", modify(clear)).await;
    let after = info(&caller, LIVE, ROOM_1).await;
    assert_eq!((&after["BasicInfo"]["TagSet"], &after["BasicInfo"]["ExpireTime"]), (&json!([]), &json!("9999-12-31T23:59:59Z")));
    assert_eq!(after["KeyFrameDescInfo"]["KeyFrameDescSet"].as_array().unwrap().len(), 1);
    assert_eq!(after["SubtitleInfo"]["SubtitleSet"], json!([]));
}

/// The tiers of RestoreMedia: an archive by Expedited takes 5 minutes, a deep one by Bulk 48 hours.
#[tokio::test]
async fn leaving_an_archive_takes_its_time_by_the_accounts_clock() {
    let caller = Caller::demo().await;
    let modify = |id: &str, class: &str, tier: Option<&str>| json!({"FileIds": [id], "StorageClass": class, "RestoreTier": tier});
    let class = |info: Value| info["BasicInfo"]["StorageClass"].as_str().unwrap().to_owned();
    for (params, code) in [
        (modify(MEETING, "STANDARD_IA", Some("Bulk")), "InvalidParameterValue.UnsupportedTransition"),
        (modify(MEETING, "STANDARD", None), "InvalidParameterValue.RestoreTier"),
        (modify(ROOM_1, "STANDARD", None), "InvalidParameterValue.UnsupportedTransition"),
    ] {
        assert_eq!(caller.refusal("ModifyMediaStorageClass", params.clone()).await, code, "{params}");
    }
    let restore =
        |app: u64, id: &str, tier: &str| json!({"SubAppId": app, "FileIds": [id], "RestoreDay": 3, "RestoreTier": tier});
    assert_eq!(caller.refusal("RestoreMedia", restore(LIVE, ROOM_1, "Bulk")).await, "InvalidParameterValue.NotRestorable");
    assert_eq!(
        caller.refusal("RestoreMedia", restore(ARCHIVE, BOARD, "Expedited")).await,
        "InvalidParameterValue.UnsupportedRestoreTier"
    );

    done(&caller, "ModifyMediaStorageClass", modify(MEETING, "STANDARD", Some("Expedited"))).await;
    assert_eq!(
        caller.refusal("ModifyMediaStorageClass", modify(MEETING, "STANDARD", Some("Bulk"))).await,
        "FailedOperation.TaskDuplicate"
    );
    done(&caller, "RestoreMedia", restore(ARCHIVE, BOARD, "Bulk")).await;
    caller.set_now("2026-11-02T10:04:59+08:00");
    assert_eq!(class(info(&caller, LIVE, MEETING).await), "ARCHIVE");
    caller.set_now("2026-11-02T10:05:00+08:00");
    assert_eq!(class(info(&caller, LIVE, MEETING).await), "STANDARD");

    // Its 4.5 GB moved, and were read.
    let (archive, standard) = (300_000_000_000, 1_234_567_890_123);
    caller.set_now("2026-11-02T13:30:00+08:00");
    assert_eq!(stored(&caller, LIVE, "ArchiveStorage").await, archive - 4_500_000_000);
    assert_eq!(stored(&caller, LIVE, "StandardStorage").await, standard + 4_500_000_000);
    assert_eq!(amount(&caller, LIVE, "ArchiveExpeditedRetrieval", "2026-11-02").await, 4_500_000_000);

    // A copy leaves the class as it is, and says so when it is there.
    caller.set_now("2026-11-04T09:59:59+08:00");
    assert_eq!(caller.vod("PullEvents", json!({"SubAppId": ARCHIVE})).await["EventSet"], json!([]));
    caller.set_now("2026-11-04T10:00:00+08:00");
    let event = caller.vod("PullEvents", json!({"SubAppId": ARCHIVE})).await["EventSet"][0].clone();
    let expected = json!({"FileId": BOARD, "OriginalStorageClass": "DEEP_ARCHIVE", "TargetStorageClass": "DEEP_ARCHIVE",
        "RestoreTier": "Bulk", "RestoreDay": 3, "Status": 0, "Message": ""});
    assert_eq!((&event["EventType"], &event["RestoreMediaCompleteEvent"]), (&json!("RestoreMediaComplete"), &expected));
    assert_eq!(class(info(&caller, ARCHIVE, BOARD).await), "DEEP_ARCHIVE");
}

/// Archive for 90 days at least: media that came on 2 November and goes on 4 November is counted as deleted early.
#[tokio::test]
async fn leaving_a_cold_class_early_is_counted() {
    let caller = Caller::demo().await;
    done(&caller, "ModifyMediaStorageClass", json!({"FileIds": [ROOM_1], "StorageClass": "ARCHIVE"})).await;
    caller.set_now("2026-11-04T10:00:00+08:00");
    done(&caller, "DeleteMedia", json!({"FileId": ROOM_1})).await;
    caller.set_now("2026-11-05T00:00:00+08:00");
    let bytes = 1_350_000_000 + 345_600_000 + 691_200_000 + 353_894_400;
    assert_eq!(amount(&caller, LIVE, "DeletedArchiveStorage", "2026-11-04").await, bytes);
    // That other one lay there for more than 90 days.
    done(&caller, "DeleteMedia", json!({"FileId": MEETING})).await;
    caller.set_now("2026-11-05T12:00:00+08:00");
    assert_eq!(amount(&caller, LIVE, "DeletedArchiveStorage", "2026-11-05").await, 0);
}

#[tokio::test]
async fn events_wait_hide_for_half_a_minute_and_go_when_confirmed() {
    let caller = Caller::demo().await;
    let app = || json!({"SubAppId": ARCHIVE});
    let waiting = || async { caller.vod("DescribeEventsState", app()).await["CountOfEventsToPull"].as_u64().unwrap() };
    assert_eq!(caller.vod("PullEvents", app()).await["EventSet"], json!([]));
    done(&caller, "DeleteMedia", json!({"SubAppId": ARCHIVE, "FileId": BOARD})).await;
    assert_eq!(waiting().await, 1);

    let first = caller.vod("PullEvents", app()).await["EventSet"][0].clone();
    let deleted = json!({"FileIdSet": [BOARD], "FileDeleteResultInfo": [{"FileId": BOARD, "DeleteParts": []}]});
    assert_eq!((&first["EventType"], &first["FileDeleteEvent"]), (&json!("FileDeleted"), &deleted));
    assert_eq!((waiting().await, &caller.vod("PullEvents", app()).await["EventSet"]), (0, &json!([])));

    // It comes again under another handle, and the old one is no longer good.
    caller.set_now("2026-11-02T10:00:30+08:00");
    let again = caller.vod("PullEvents", app()).await["EventSet"][0].clone();
    assert_ne!(first["EventHandle"], again["EventHandle"]);
    let confirm = |handle: &Value| json!({"SubAppId": ARCHIVE, "EventHandles": [handle]});
    assert_eq!(caller.refusal("ConfirmEvents", confirm(&first["EventHandle"])).await, "InvalidParameterValue");
    done(&caller, "ConfirmEvents", confirm(&again["EventHandle"])).await;
    caller.set_now("2026-11-02T10:05:00+08:00");
    assert_eq!(caller.vod("PullEvents", app()).await["EventSet"], json!([]));
    assert_eq!(caller.refusal("ConfirmEvents", confirm(&again["EventHandle"])).await, "InvalidParameterValue");
    let many: Vec<String> = (0..17).map(|number| number.to_string()).collect();
    assert_eq!(caller.refusal("ConfirmEvents", json!({"EventHandles": many})).await, "InvalidParameterValue");
}

/// Events are kept for four days, and only where somebody asked for them before they happened.
#[tokio::test]
async fn an_upload_is_an_event_while_its_switch_is_on() {
    let caller = Caller::demo().await;
    // The last recording of the account ends an hour after its clock.
    done(&caller, "ModifyEventConfig", json!({"Mode": "PULL", "UploadMediaCompleteEventSwitch": "ON"})).await;
    assert_eq!(caller.vod("PullEvents", json!({})).await["EventSet"], json!([]));
    caller.set_now("2026-11-02T11:05:00+08:00");
    let event = caller.vod("PullEvents", json!({})).await["EventSet"][0].clone();
    assert_eq!((&event["EventType"], &event["FileDeleteEvent"]), (&json!("NewFileUpload"), &Value::Null));
    let upload = &event["FileUploadEvent"];
    assert_eq!((&upload["FileId"], &upload["ProcedureTaskId"]), (&json!("11624759161874546991"), &json!("")));
    assert_eq!(upload["MediaBasicInfo"]["SourceInfo"]["SourceType"], "Record");

    // The legacy API gives the same event out, in its own shape.
    caller.set_now("2026-11-02T11:06:00+08:00");
    let pulled = caller.legacy("PullEvent", &[]).await["eventList"][0].clone();
    assert_eq!(
        (&pulled["eventContent"]["version"], &pulled["eventContent"]["eventType"]),
        (&json!("4.0"), &json!("NewFileUpload"))
    );
    assert_eq!(pulled["eventContent"]["data"]["streamId"], "room_1");
    let handle = pulled["msgHandle"].as_str().unwrap();
    assert_eq!(caller.legacy("ConfirmEvent", &[("msgHandle.1", handle)]).await["code"], 0);
    assert_eq!(caller.legacy("ConfirmEvent", &[("msgHandle.1", handle)]).await["codeDesc"], 1000);
    assert_eq!(caller.legacy("ConfirmEvent", &[]).await["code"], 4000);
    assert_eq!(caller.legacy("PullEvent", &[]).await["eventList"], json!([]));

    // Nobody pulled this one for four days.
    done(&caller, "ModifyEventConfig", json!({"DeleteMediaCompleteEventSwitch": "ON"})).await;
    done(&caller, "DeleteMedia", json!({"FileId": ROOM_1})).await;
    caller.set_now("2026-11-06T11:06:00+08:00");
    assert_eq!(caller.vod("PullEvents", json!({})).await["EventSet"], json!([]));
}

#[tokio::test]
async fn tasks_follow_the_clock_and_are_told_for_three_days() {
    let caller = Caller::demo().await;
    let ask = |number: u8| {
        let kind = if number == 2 { "PullUpload" } else { "procedurev2" };
        json!({"TaskId": format!("1500021001-{kind}-0000000000000000000000000000000{number}t0")})
    };
    let running = caller.vod("DescribeTaskDetail", ask(1)).await;
    assert_eq!(
        (&running["TaskType"], &running["Status"], &running["FinishTime"]),
        (&json!("Procedure"), &json!("PROCESSING"), &json!(""))
    );
    assert_eq!((&running["ProcedureTask"]["Status"], &running["PullUploadTask"]), (&json!("PROCESSING"), &Value::Null));
    caller.set_now("2026-11-02T10:30:00+08:00");
    assert_eq!(caller.vod("DescribeTaskDetail", ask(1)).await["Status"], "FINISH");
    assert_eq!(caller.vod("DescribeTaskDetail", ask(3)).await["ProcedureTask"]["ErrCode"], 60000);
    // Asked for on 30 October: more than three days ago.
    assert_eq!(caller.refusal("DescribeTaskDetail", ask(2)).await, "InvalidParameterValue.TaskId");
    let attributes = json!({"FileId": ROOM_1, "SessionId": "once"});
    let id = caller.vod("DescribeFileAttributes", attributes.clone()).await["TaskId"].clone();
    assert_eq!(caller.refusal("DescribeFileAttributes", attributes).await, "FailedOperation.TaskDuplicate");
    let task = caller.vod("DescribeTaskDetail", json!({"TaskId": id})).await;
    assert_eq!(task["DescribeFileAttributesTask"]["Output"]["Md5"].as_str().map(str::len), Some(32));
}
