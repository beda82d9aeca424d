//! Typed actions against the simulated cloud: listings are whole, changes are seen, files can be read.

use vodledger::cloud::vod::play_stats::parse;
use vodledger::cloud::vod::{
    AigcKind, AigcUsage, CdnData, CdnInterval, CdnLogs, CdnUsage, DeleteMedia, Deletion, EventConfigChange, EventContent, Expiry,
    MediaPlays, ModifyMediaInfo, ModifyMediaStorageClass, MostPlayed, MostPlayedBy, PlayInterval, RestoreMedia, RestoreTier,
    SearchMedia, StorageClass, TimeWindow, UsageOver,
};
use vodledger::cloud::{Client, Credential, ErrorKind};
use vodledger::model::{FileId, Period, SubAppId};
use vodledger::sim::{self, Config, Running};

/// The first application of the demonstration account, and a recording in it.
const LIVE: Option<SubAppId> = Some(SubAppId(1_500_021_001));
const RECORDING: &str = "11624759161874546966";

async fn demo() -> (Running, Client) {
    let cloud = sim::start(Config::default()).await.unwrap();
    let credential = Credential { secret_id: cloud.secret_id.clone(), secret_key: cloud.secret_key.clone(), token: None };
    let client = Client::builder(credential)
        .vod_endpoint(&cloud.http)
        .legacy_endpoint(&cloud.http)
        .billing_endpoint(&cloud.http)
        .without_budget()
        .build()
        .unwrap();
    (cloud, client)
}

fn october() -> Period {
    Period::of_days("2026-10-01".parse().unwrap(), "2026-11-01".parse().unwrap()).unwrap()
}

#[tokio::test]
async fn listings_are_whole() {
    let (_cloud, client) = demo().await;
    let vod = client.vod();
    let applications = vod.sub_app_ids().all().await.unwrap();
    assert!(applications.iter().any(|application| Some(application.sub_app_id) == LIVE));
    let domains = vod.vod_domains(LIVE).all().await.unwrap();
    let names: Vec<&str> = domains.iter().map(|domain| domain.domain.as_str()).collect();
    assert!(names.contains(&"vod.example.com") && names.contains(&"1500021001.vod2.myqcloud.com"), "{names:?}");
    // The same media by pages of 3 as in one answer.
    let search = SearchMedia { sub_app_id: LIVE, limit: 3, ..SearchMedia::default() };
    let pages = vod.search_media_pages(search.clone()).all().await.unwrap();
    let paged: Vec<FileId> = pages.into_iter().flat_map(|page| page.media).map(|media| media.file_id).collect();
    let whole = vod.search_media(&SearchMedia { limit: 1_000, ..search }).await.unwrap();
    assert_eq!(paged, whole.media.into_iter().map(|media| media.file_id).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_reads_answers() {
    let (_cloud, client) = demo().await;
    let vod = client.vod();
    let window = TimeWindow(october());
    let usage = UsageOver { sub_app_id: LIVE, window };
    let stored = vod.describe_storage_data(LIVE).await.unwrap();
    assert_eq!(stored.total, stored.standard + stored.infrequent + stored.archive + stored.deep_archive);
    assert!(vod.describe_storage_regions(LIVE).await.unwrap().iter().any(|region| region.is_default));
    let cdn = CdnUsage {
        sub_app_id: LIVE,
        data_type: CdnData::Flux,
        window,
        data_interval: CdnInterval::Day,
        domain_names: Vec::new(),
    };
    assert_eq!(vod.describe_cdn_usage_data(&cdn).await.unwrap().len(), 31);
    vod.describe_review_details(&usage).await.unwrap();
    vod.describe_prepaid_products().await.unwrap();
    vod.describe_default_distribution_config(LIVE).await.unwrap();
    vod.describe_events_state(LIVE).await.unwrap();
    let aigc = AigcUsage { sub_app_id: LIVE, window, api_keys: Vec::new() };
    vod.describe_aigc_usage_data(&aigc, AigcKind::Text).await.unwrap();
    vod.aigc_texts(aigc).all().await.unwrap();
    let most =
        MostPlayed { sub_app_id: LIVE, day: "2026-10-13".parse().unwrap(), domain_name: None, by: MostPlayedBy::PlayTimes };
    vod.describe_daily_most_played_stat(&most).await.unwrap();
    let file_id = FileId::from(RECORDING);
    let (from, to) = ("2026-10-12".parse().unwrap(), "2026-10-15".parse().unwrap());
    vod.describe_daily_media_play_stat(LIVE, &file_id, from, to).await.unwrap();
    let week = TimeWindow(Period::of_days(from, to).unwrap());
    let plays = MediaPlays { sub_app_id: LIVE, file_id: file_id.clone(), window: week, interval: PlayInterval::Hour };
    vod.describe_media_play_stat_details(&plays).await.unwrap();
    let details = vod.describe_media_details(LIVE, &[file_id], &[]).await.unwrap();
    let basics = details.media[0].basics.as_ref().unwrap();
    assert_eq!(basics.source.as_ref().unwrap().live.as_ref().unwrap().stream_id, "room_1");
}

#[tokio::test]
async fn play_statistics_and_logs_can_be_fetched() {
    let (_cloud, client) = demo().await;
    let vod = client.vod();
    let files = vod.play_stat_files(LIVE, october()).all().await.unwrap();
    let first = files.first().unwrap();
    let bytes = client.download(&first.url, 1 << 20).await.unwrap();
    for row in parse(bytes.as_slice()).unwrap() {
        assert_eq!(row.unwrap().day, first.day);
    }
    let request = CdnLogs {
        sub_app_id: LIVE,
        domain_name: "vod.example.com".into(),
        window: TimeWindow(Period::of_days("2026-10-12".parse().unwrap(), "2026-10-14".parse().unwrap()).unwrap()),
    };
    let logs = vod.cdn_logs(request).all().await.unwrap();
    assert!(logs.iter().all(|log| log.start < log.last));
}

#[tokio::test]
async fn changes_of_media_are_seen() {
    let (_cloud, client) = demo().await;
    let vod = client.vod();
    let file_id = FileId::from(RECORDING);
    let change = ModifyMediaInfo {
        expires: Some(Expiry::Never),
        add_tags: vec!["kept".into()],
        ..ModifyMediaInfo::of(LIVE, file_id.clone())
    };
    assert!(!vod.modify_media_info(&change).await.unwrap().request_id.is_empty());
    let media = &vod.describe_media_infos(LIVE, std::slice::from_ref(&file_id)).await.unwrap().media[0];
    assert!(media.tags.contains(&"kept".to_owned()) && media.expires.is_none());

    let to_archive = ModifyMediaStorageClass {
        sub_app_id: LIVE,
        file_ids: vec![file_id.clone()],
        storage_class: StorageClass::Archive,
        restore_tier: None,
    };
    vod.modify_media_storage_class(&to_archive).await.unwrap();
    let media = &vod.describe_media_infos(LIVE, std::slice::from_ref(&file_id)).await.unwrap().media[0];
    assert_eq!(media.storage_class, "ARCHIVE");
    let restore = RestoreMedia {
        sub_app_id: LIVE,
        file_ids: vec![file_id.clone()],
        restore_day: 1,
        restore_tier: Some(RestoreTier::Expedited),
    };
    vod.restore_media(&restore).await.unwrap();

    let delete = DeleteMedia { sub_app_id: LIVE, file_id: file_id.clone(), what: Deletion::Everything };
    vod.delete_media(&delete).await.unwrap();
    let found = vod.describe_media_infos(LIVE, std::slice::from_ref(&file_id)).await.unwrap();
    assert_eq!(found.missing, [file_id]);
}

#[tokio::test]
async fn events_are_pulled_and_confirmed() {
    let (_cloud, client) = demo().await;
    let vod = client.vod();
    let change = EventConfigChange { mode: Some("PULL".into()), delete: Some(true), ..EventConfigChange::default() };
    vod.modify_event_config(LIVE, &change).await.unwrap();
    let delete = DeleteMedia { sub_app_id: LIVE, file_id: FileId::from(RECORDING), what: Deletion::Everything };
    vod.delete_media(&delete).await.unwrap();
    let events = vod.pull_events(LIVE).await.unwrap();
    let deleted = |content: &EventContent| match content {
        EventContent::Deleted(content) => content.file_ids == [FileId::from(RECORDING)],
        _ => false,
    };
    assert!(events.iter().any(|event| deleted(&event.content)), "{events:?}");
    let handles: Vec<String> = events.into_iter().map(|event| event.handle).collect();
    vod.confirm_events(LIVE, &handles).await.unwrap();
    assert!(vod.pull_events(LIVE).await.unwrap().iter().all(|event| !deleted(&event.content)));
    let error = vod.confirm_events(LIVE, &["unknown".to_owned()]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Request);
}
