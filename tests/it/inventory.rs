//! The media inventory: every media once, whatever the size of an answer, and what each was like by day.

use std::collections::BTreeSet;
use std::sync::Arc;

use vodledger::cloud::{Client, Credential};
use vodledger::collect::{self, Kind, Manifest, Overall, Plan, Silent, Stop};
use vodledger::ledger::{Ledger, StoredMedia};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, Period};
use vodledger::sim;

fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn client(cloud: &sim::Running) -> Client {
    let credential = Credential { secret_id: cloud.secret_id.clone(), secret_key: cloud.secret_key.clone(), token: None };
    Client::builder(credential).vod_endpoint(cloud.http.as_str()).without_budget().build().unwrap()
}

async fn start() -> sim::Running {
    sim::start(sim::Config { limit: sim::Limit::Off, ..sim::Config::default() }).await.unwrap()
}

fn plan(now: &str, page: u64) -> Plan {
    let now = parse_time(now).unwrap();
    let plan = Plan::new(account(), Period { start: now - chrono::TimeDelta::days(1), end: now }, now);
    Plan { kinds: vec![Kind::Media], page, ..plan }
}

async fn run(client: &Client, ledger: &Arc<Ledger>, plan: &Plan) -> Manifest {
    collect::sync(client, ledger, plan, &Stop::default(), &Silent).await.unwrap()
}

fn stored(ledger: &Ledger) -> Vec<StoredMedia> {
    let mut all = Vec::new();
    ledger
        .each_stored(&account(), |media| {
            all.push(media);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    all
}

/// The ids as a plain walk by offset gives them.
async fn ids(client: &Client) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for sub_app_id in client.vod().list_applications().await.unwrap().ids() {
        let request = vodledger::cloud::vod::SearchMedia { sub_app_id, limit: 5000, ..Default::default() };
        ids.extend(client.vod().search_media(&request).await.unwrap().media.into_iter().map(|media| media.file_id.to_string()));
    }
    ids
}

#[tokio::test]
async fn small_answers_and_large_ones_find_the_same_media() {
    let cloud = start().await;
    let client = client(&cloud);
    let expected = ids(&client).await;
    assert!(expected.len() > 10);
    for page in [1, 2, 7, 5000] {
        let ledger = Arc::new(Ledger::open(":memory:").unwrap());
        let manifest = run(&client, &ledger, &plan("2026-11-05T10:00:00+08:00", page)).await;
        assert_eq!(manifest.overall(), Overall::Done, "{manifest:?}");
        let found: BTreeSet<String> = stored(&ledger).into_iter().map(|media| media.file_id.to_string()).collect();
        assert_eq!(found, expected, "page {page}");
        let days = ledger.inventory_days(&account()).unwrap();
        assert_eq!(days.iter().map(|day| day.media).sum::<i64>(), i64::try_from(expected.len()).unwrap());
    }
}

#[tokio::test]
async fn a_day_is_listed_once_and_the_next_day_again() {
    let cloud = start().await;
    let (client, ledger) = (client(&cloud), Arc::new(Ledger::open(":memory:").unwrap()));
    let first = run(&client, &ledger, &plan("2026-11-05T10:00:00+08:00", 1000)).await;
    assert!(first.committed.new > 0);
    let again = run(&client, &ledger, &plan("2026-11-05T20:00:00+08:00", 1000)).await;
    assert_eq!((again.worked, again.overall()), (0, Overall::Done));
    let next = run(&client, &ledger, &plan("2026-11-06T10:00:00+08:00", 1000)).await;
    assert_eq!((next.committed.new, next.committed.restated, next.committed.unchanged), (0, 0, first.committed.new));
    assert_eq!(ledger.inventory_days(&account()).unwrap().len(), 2 * first.lines.len());
}
