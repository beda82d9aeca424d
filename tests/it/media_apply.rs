//! Applying plans: what is refused, what goes on after an end, what is written down. The cloud is a stand-in whose every answer
//! the test decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use vodledger::cloud::{Client, Credential, Error, ErrorKind};
use vodledger::ledger::{AuditOutcome, Ledger};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, Clock, FileId, Media, MediaState, RestoreTier, StorageClass, SubAppId};
use vodledger::recordings::manage::{
    Applier, ApplyError, Change, LimitPassed, Limits, MediaCloud, Plan, PlanError, Protection, Settled, Snapshot,
};

use crate::support::media_named;

const APP: u64 = 1_500_000_001;

fn time(text: &str) -> DateTime<Utc> {
    parse_time(text).unwrap()
}

fn now() -> DateTime<Utc> {
    time("2026-11-02T10:00:00+08:00")
}

fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn media(number: u32) -> Media {
    Media {
        created: Some(time("2026-10-01T10:00:00+08:00")),
        size: Some(1_000_000_000),
        storage_class: "STANDARD".to_owned(),
        storage_region: "ap-guangzhou-2".to_owned(),
        ..media_named(&format!("52858907997106{number:05}"), APP, &format!("room_{number}"))
    }
}

fn id(number: u32) -> FileId {
    media(number).file_id
}

/// What the cloud does with a change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    /// Makes it and says so.
    Made,
    /// Refuses it.
    Refused,
    /// Makes it; the answer is lost.
    MadeAndLost,
    /// Does not make it; nobody can tell.
    Lost,
    /// Makes it, and the program is killed before the answer.
    MadeAndKilled,
    /// The program is killed before it is made.
    Killed,
}

#[derive(Default)]
struct Cloud {
    media: Mutex<BTreeMap<FileId, Media>>,
    answers: Mutex<BTreeMap<FileId, Answer>>,
    asked: Mutex<Vec<FileId>>,
}

impl Cloud {
    fn of(media: impl IntoIterator<Item = Media>) -> Self {
        let media = media.into_iter().map(|media| (media.file_id.clone(), media)).collect();
        Self { media: Mutex::new(media), ..Self::default() }
    }

    fn answers(&self, number: u32, answer: Answer) {
        self.answers.lock().unwrap().insert(id(number), answer);
    }

    fn alter(&self, number: u32, change: impl FnOnce(&mut Media)) {
        change(self.media.lock().unwrap().get_mut(&id(number)).unwrap());
    }

    fn holds(&self, number: u32) -> bool {
        self.media.lock().unwrap().contains_key(&id(number))
    }

    fn asked(&self) -> Vec<FileId> {
        self.asked.lock().unwrap().clone()
    }

    fn make(&self, file_id: &FileId, change: &Change) {
        let mut all = self.media.lock().unwrap();
        let media = all.get_mut(file_id).unwrap();
        match change {
            Change::Delete => drop(all.remove(file_id)),
            Change::Tags { add, remove } => {
                media.tags.retain(|tag| !remove.contains(tag));
                media.tags.extend(add.iter().cloned());
            }
            Change::Class { class_id } => media.class_id = Some(*class_id),
            Change::Expire { at } => media.expires = *at,
            Change::StorageClass { to, .. } if media.storage_class != "ARCHIVE" => media.storage_class = to.to_string(),
            // Takes hours, or does not show.
            Change::StorageClass { .. } | Change::Restore { .. } => {}
        }
    }
}

/// An error of the client, made without one: its kind and what it says of the effect.
fn error(kind: ErrorKind, effect_unknown: bool) -> Error {
    let credential = Credential { secret_id: "id".into(), secret_key: "key".into(), token: None };
    let mut error = Client::builder(credential).vod_endpoint("nowhere").build().unwrap_err();
    error.kind = kind;
    error.effect_unknown = effect_unknown;
    error.request_id = Some("r-error".to_owned());
    error
}

impl MediaCloud for Cloud {
    async fn read(&self, _: Option<SubAppId>, file_ids: &[FileId]) -> Result<Vec<Media>, Error> {
        assert!(file_ids.len() <= 20);
        let media = self.media.lock().unwrap();
        Ok(file_ids.iter().filter_map(|id| media.get(id).cloned()).collect())
    }

    async fn change(&self, application: Option<SubAppId>, file_id: &FileId, change: &Change) -> Result<String, Error> {
        assert_eq!(application, Some(SubAppId(APP)));
        self.asked.lock().unwrap().push(file_id.clone());
        let answer = self.answers.lock().unwrap().get(file_id).copied().unwrap_or(Answer::Made);
        if matches!(answer, Answer::Made | Answer::MadeAndLost | Answer::MadeAndKilled) {
            self.make(file_id, change);
        }
        match answer {
            Answer::Made => Ok("r-1".to_owned()),
            Answer::Refused => Err(error(ErrorKind::Request, false)),
            Answer::MadeAndLost | Answer::Lost => Err(error(ErrorKind::Network, true)),
            Answer::MadeAndKilled | Answer::Killed => std::future::pending().await,
        }
    }
}

fn plan(change: Change, media: impl IntoIterator<Item = Media>) -> Plan {
    let mut plan = Plan::new(account(), change, "--name room_".to_owned(), now(), TimeDelta::days(7));
    plan.freeze(media.into_iter().map(|media| Snapshot::of(&media)).collect());
    plan
}

fn limits() -> Limits {
    Limits { account_media: Some(100_000), ..Limits::default() }
}

struct Run {
    ledger: Arc<Ledger>,
    protection: Protection,
    repeat_unknown: bool,
}

impl Run {
    fn new() -> Self {
        let ledger = Arc::new(Ledger::open(":memory:").unwrap());
        Self { ledger, protection: Protection::default(), repeat_unknown: false }
    }

    async fn apply(&self, cloud: &Cloud, plan: &Plan) -> Result<Vec<Settled>, ApplyError> {
        self.within(cloud, plan, &limits(), now()).await
    }

    async fn within(&self, cloud: &Cloud, plan: &Plan, limits: &Limits, at: DateTime<Utc>) -> Result<Vec<Settled>, ApplyError> {
        let account = account();
        let applier = Applier {
            cloud,
            ledger: &self.ledger,
            account: &account,
            protection: &self.protection,
            actor: "alice (1000), key …0001".to_owned(),
            clock: Clock::pinned(at),
            repeat_unknown: self.repeat_unknown,
        };
        applier.apply(plan, limits, |_| {}).await
    }

    /// Applies a plan and dies at the first call that has no end.
    async fn killed(&self, cloud: &Cloud, plan: &Plan) {
        let outcome = tokio::time::timeout(Duration::from_millis(500), self.apply(cloud, plan)).await;
        assert!(outcome.is_err(), "{outcome:?}");
    }

    /// Numbers of media and outcomes, as written.
    fn written(&self, plan: &Plan) -> Vec<(FileId, AuditOutcome)> {
        let rows = self.ledger.audit_of_plan(&account(), &plan.hash()).unwrap();
        rows.into_iter().map(|row| (row.entry.file_id, row.entry.outcome)).collect()
    }
}

fn outcomes(settled: &[Settled]) -> Vec<AuditOutcome> {
    settled.iter().map(|settled| settled.outcome).collect()
}

use AuditOutcome::{Done, Failed, Intended, Refused, Unknown};

#[tokio::test]
async fn each_media_is_written_down_before_and_after() {
    let (run, cloud) = (Run::new(), Cloud::of([media(1), media(2)]));
    let plan = plan(Change::Delete, [media(2), media(1)]);
    let settled = run.apply(&cloud, &plan).await.unwrap();
    assert_eq!(outcomes(&settled), [Done, Done]);
    assert!(!cloud.holds(1) && !cloud.holds(2));
    assert_eq!(run.written(&plan), [(id(1), Intended), (id(1), Done), (id(2), Intended), (id(2), Done)]);
    let rows = run.ledger.audit_of_plan(&account(), &plan.hash()).unwrap();
    assert_eq!((rows[1].entry.request_id.as_str(), rows[1].entry.actor.as_str()), ("r-1", "alice (1000), key …0001"));
    // Again: nothing is asked, nothing is written.
    let again = run.apply(&cloud, &plan).await.unwrap();
    assert!(again.iter().all(|settled| settled.before && settled.outcome == Done));
    assert_eq!((cloud.asked().len(), run.written(&plan).len()), (2, 4));
}

#[tokio::test]
async fn what_changed_since_is_refused_and_named() {
    let (run, cloud) = (Run::new(), Cloud::of([media(1), media(2), media(3), media(4)]));
    let plan = plan(Change::Delete, (1..=4).map(media));
    cloud.alter(1, |media| media.tags.push("keep me".to_owned()));
    cloud.alter(2, |media| (media.size, media.name) = (Some(1), "renamed".to_owned()));
    cloud.media.lock().unwrap().remove(&id(3));
    let settled = run.apply(&cloud, &plan).await.unwrap();
    assert_eq!(outcomes(&settled), [Refused, Refused, Refused, Done]);
    let details: Vec<&str> = settled.iter().map(|settled| settled.detail.as_str()).collect();
    assert_eq!(details[0], "it changed since the plan was made: tags");
    assert_eq!(details[1], "it changed since the plan was made: name, size");
    assert_eq!(details[2], "it is not there any more");
    assert_eq!(cloud.asked(), [id(4)]);
    // Saying the same again is not written again.
    let rows = run.written(&plan).len();
    run.apply(&cloud, &plan).await.unwrap();
    assert_eq!(run.written(&plan).len(), rows);
}

#[tokio::test]
async fn one_failure_stops_no_other() {
    let (run, cloud) = (Run::new(), Cloud::of((1..=3).map(media)));
    cloud.answers(2, Answer::Refused);
    let plan = plan(Change::Class { class_id: 7 }, (1..=3).map(media));
    assert_eq!(outcomes(&run.apply(&cloud, &plan).await.unwrap()), [Done, Failed, Done]);
    // The next run asks for what failed, and for nothing else.
    cloud.answers(2, Answer::Made);
    assert_eq!(outcomes(&run.apply(&cloud, &plan).await.unwrap()), [Done, Done, Done]);
    assert_eq!(cloud.asked(), [id(1), id(2), id(3), id(2)]);
}

#[tokio::test]
async fn after_a_kill_the_media_itself_tells_what_happened() {
    let (run, cloud) = (Run::new(), Cloud::of((1..=3).map(media)));
    let plan = plan(Change::Delete, (1..=3).map(media));
    cloud.answers(2, Answer::MadeAndKilled);
    run.killed(&cloud, &plan).await;
    assert_eq!(run.written(&plan), [(id(1), Intended), (id(1), Done), (id(2), Intended)]);
    let settled = run.apply(&cloud, &plan).await.unwrap();
    assert_eq!(outcomes(&settled), [Done, Done, Done]);
    assert_eq!(settled[1].detail, "an earlier run made it: the media shows it");
    // Media 2 was asked for once.
    assert_eq!(cloud.asked(), [id(1), id(2), id(3)]);
}

#[tokio::test]
async fn what_was_intended_and_never_made_is_made_then() {
    let (run, cloud) = (Run::new(), Cloud::of([media(1)]));
    let plan = plan(Change::Tags { add: vec!["old".to_owned()], remove: Vec::new() }, [media(1)]);
    cloud.answers(1, Answer::Killed);
    run.killed(&cloud, &plan).await;
    cloud.answers(1, Answer::Made);
    assert_eq!(outcomes(&run.apply(&cloud, &plan).await.unwrap()), [Done]);
    assert_eq!(run.written(&plan), [(id(1), Intended), (id(1), Intended), (id(1), Done)]);
    assert_eq!(cloud.media.lock().unwrap()[&id(1)].tags, ["old"]);
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_reading() {
    let (run, cloud) = (Run::new(), Cloud::of([media(1), media(2)]));
    cloud.answers(1, Answer::MadeAndLost);
    cloud.answers(2, Answer::Lost);
    let plan = plan(Change::Delete, [media(1), media(2)]);
    assert_eq!(outcomes(&run.apply(&cloud, &plan).await.unwrap()), [Done, Failed]);
}

#[tokio::test]
async fn what_does_not_show_is_asked_for_again_only_when_told() {
    let cold = || Media { storage_class: "ARCHIVE".to_owned(), ..media(1) };
    let (mut run, cloud) = (Run::new(), Cloud::of([cold()]));
    cloud.answers(1, Answer::MadeAndLost);
    let plan = plan(Change::Restore { days: 3, tier: Some(RestoreTier::Bulk) }, [cold()]);
    assert_eq!(outcomes(&run.apply(&cloud, &plan).await.unwrap()), [Unknown]);
    // Reading back is charged, so it is not asked for twice by itself.
    cloud.answers(1, Answer::Made);
    assert_eq!(outcomes(&run.apply(&cloud, &plan).await.unwrap()), [Unknown]);
    assert_eq!(cloud.asked().len(), 1);
    run.repeat_unknown = true;
    assert_eq!(outcomes(&run.apply(&cloud, &plan).await.unwrap()), [Done]);
    assert_eq!(cloud.asked().len(), 2);
}

#[tokio::test]
async fn plans_for_another_place_or_time() {
    let (run, cloud) = (Run::new(), Cloud::of([media(1)]));
    let mut other = plan(Change::Delete, [media(1)]);
    other.account = AccountId::new("someone");
    let refused = run.apply(&cloud, &other).await.unwrap_err();
    assert!(matches!(refused, ApplyError::Plan(PlanError::Account { .. })), "{refused}");
    let plan = plan(Change::Delete, [media(1)]);
    let at = |text: &str| time(text);
    // Valid for 7 days, the last moment not included.
    let late = run.within(&cloud, &plan, &limits(), at("2026-11-09T10:00:00+08:00")).await.unwrap_err();
    assert!(matches!(late, ApplyError::Plan(PlanError::Expired(_))), "{late}");
    assert!(cloud.asked().is_empty());
    run.within(&cloud, &plan, &limits(), at("2026-11-09T09:59:59+08:00")).await.unwrap();
}

#[tokio::test]
async fn limits_hold_before_anything_is_asked() {
    let (run, cloud) = (Run::new(), Cloud::of((1..=101).map(media)));
    let of = |count: u32| plan(Change::Delete, (1..=count).map(media));
    let with = |max_media, share: &str, account_media| Limits { max_media, max_share: share.parse().unwrap(), account_media };
    let check = async |count, limits: Limits| match run.within(&cloud, &of(count), &limits, now()).await {
        Err(ApplyError::Limit(passed)) => passed,
        other => panic!("{other:?}"),
    };
    assert_eq!(check(101, limits()).await, LimitPassed::Media { media: 101, max: 100 });
    // 1 % of 1099 media is 10, rounded down.
    let share = check(11, with(100, "1%", Some(1_099))).await;
    assert!(matches!(share, LimitPassed::Share { media: 11, account: 1_099, max: 10, .. }), "{share:?}");
    assert!(share.to_string().contains("more than 1% of them (10)"), "{share}");
    assert!(matches!(check(2, with(100, "1%", None)).await, LimitPassed::Unknown(_)));
    // One media is always allowed, and the whole needs no count.
    assert!(with(100, "1%", Some(3)).check(1).is_ok() && with(100, "100%", None).check(100).is_ok());
    assert!(with(100, "2.5%", Some(400)).check(10).is_ok() && with(100, "2.5%", Some(400)).check(11).is_err());
    assert!(cloud.asked().is_empty());
}

#[tokio::test]
async fn protection_is_not_lifted_by_anything() {
    let mut run = Run::new();
    run.protection = Protection {
        minimum_age: Some(TimeDelta::days(30)),
        tags: BTreeSet::from(["keep".to_owned()]),
        classes: BTreeSet::from([12]),
        storage_classes: BTreeSet::from(["DEEP_ARCHIVE".to_owned()]),
        legal_hold_tag: Some("hold".to_owned()),
        legal_hold: BTreeSet::from([id(6)]),
    };
    run.repeat_unknown = true;
    let with = |number, change: fn(&mut Media)| {
        let mut media = media(number);
        change(&mut media);
        media
    };
    let all = [
        with(1, |media| media.created = Some(time("2026-10-03T10:00:01+08:00"))),
        with(2, |media| media.tags = vec!["keep".to_owned()]),
        with(3, |media| media.class_id = Some(12)),
        with(4, |media| media.storage_class = "DEEP_ARCHIVE".to_owned()),
        with(5, |media| media.tags = vec!["hold".to_owned()]),
        media(6),
        with(7, |media| media.created = None),
        // 30 days old to the second.
        with(8, |media| media.created = Some(time("2026-10-03T10:00:00+08:00"))),
    ];
    let cloud = Cloud::of(all.clone());
    let most = Limits { max_media: u64::MAX, max_share: "100%".parse().unwrap(), account_media: None };
    let settled = run.within(&cloud, &plan(Change::Delete, all.clone()), &most, now()).await.unwrap();
    let whys: Vec<&str> = settled.iter().map(|settled| settled.detail.as_str()).collect();
    assert_eq!(
        whys,
        [
            "protected: it would be deleted before it is 30 days old",
            "protected: media with the tag \"keep\" are kept",
            "protected: media of category 12 are kept",
            "protected: media in DEEP_ARCHIVE are kept",
            "protected: it carries the legal-hold tag \"hold\"",
            "protected: it is on the legal-hold list",
            "protected: media are kept for 30 days, and when it was created is not known",
            "delete",
        ]
    );
    assert_eq!(cloud.asked(), [id(8)]);
    // What takes nothing away is allowed; what takes protection off is not.
    let forbids = |change: Change, media: &Media| run.protection.forbids(&change, &Snapshot::of(media), now()).is_err();
    let tags = |add: &[&str], remove: &[&str]| Change::Tags {
        add: add.iter().map(ToString::to_string).collect(),
        remove: remove.iter().map(ToString::to_string).collect(),
    };
    for media in &all[1..6] {
        assert!(!forbids(tags(&["more"], &[]), media) && forbids(tags(&[], &["keep"]), media));
        assert!(!forbids(Change::Restore { days: 1, tier: None }, media) && forbids(Change::Class { class_id: 1 }, media));
        assert!(!forbids(Change::Expire { at: None }, media) && forbids(Change::Expire { at: Some(now()) }, media));
        assert!(forbids(Change::StorageClass { to: StorageClass::Archive, tier: None }, media));
    }
    // An expiry counts by the age that the media will have then: created on the 3rd of October at 10:00:01.
    let expire = |text: &str| Change::Expire { at: Some(time(text)) };
    assert!(forbids(expire("2026-11-02T10:00:00+08:00"), &all[0]) && !forbids(expire("2026-11-02T10:00:01+08:00"), &all[0]));
}

#[test]
fn media_state_is_part_of_what_must_not_change() {
    let before = Snapshot::of(&media(1));
    let forbidden = Snapshot::of(&Media { state: MediaState::Forbidden, ..media(1) });
    assert_eq!(before.differences(&forbidden), ["state"]);
    assert_ne!(before.fingerprint(), forbidden.fingerprint());
}
