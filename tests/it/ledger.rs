//! The ledger: one transaction per unit, revisions, and files that are refused and left as they were.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Barrier;

use chrono::{TimeDelta, Utc};
use vodledger::ledger::{
    Brings, Committed, Facts, Ledger, LedgerError, NewSnapshot, Outcome, Scope, Selection, Unit, UnitResult, Value,
};
use vodledger::model::time::parse_time;
use vodledger::model::{
    AccountId, Amount, BillingDay, BillingMonth, Charge, Currency, FileId, Media, MediaState, Period, Rendition, RowType, Status,
    Step, SubAppId, UsageRecord, Vid,
};

use crate::stores::on_both_stores;
use crate::support::{self, commit};

on_both_stores! {
    a_unit_is_committed_once_however_often_it_is_done
    a_restated_value_is_a_new_revision_and_an_equal_one_is_not
    a_level_that_goes_on_is_not_a_restatement
    overlapping_windows_of_one_question_do_not_count_twice
    a_failed_unit_keeps_its_answers_and_the_facts_of_before
    a_unit_that_is_final_is_not_asked_again_and_one_that_is_not_is
    a_commit_counts_only_under_the_fence_it_was_taken_with
    what_a_run_gives_back_can_be_taken_at_once_and_what_it_holds_cannot
    what_does_not_belong_to_the_unit_is_refused_as_a_whole
    charges_are_replaced_by_month_and_read_as_they_were_written
    a_vid_once_seen_is_found_again
    what_media_store_is_known_from_their_sightings
    event_configurations_are_a_stack_per_application
    queries_of_others_read_views_and_nothing_else
}

fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn day(text: &str) -> BillingDay {
    text.parse().unwrap()
}

fn window() -> Period {
    Period::of_days(day("2026-10-01"), day("2026-10-04")).unwrap()
}

fn unit() -> Unit {
    Unit {
        account: account(),
        action: "DescribeCDNStatDetails".to_owned(),
        sub_app_id: Some(SubAppId(1_500_000_001)),
        subject: "Traffic, Chinese Mainland".to_owned(),
        window: window(),
    }
}

fn traffic(on: &str, quantity: i128) -> UsageRecord {
    UsageRecord {
        period: day(on).period(),
        account: account(),
        sub_app_id: Some(SubAppId(1_500_000_001)),
        meter: "traffic".to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: String::new(),
        quantity,
        status: Status::Final,
        tags: Vec::new(),
    }
}

fn snapshot(body: &str) -> NewSnapshot {
    NewSnapshot {
        kind: "usage".to_owned(),
        action: "DescribeCDNStatDetails".to_owned(),
        sub_app_id: Some(SubAppId(1_500_000_001)),
        request: r#"{"Metric":"Traffic"}"#.to_owned(),
        body: body.to_owned(),
        request_id: "r-1".to_owned(),
        received: parse_time("2026-11-05T10:00:00+08:00").unwrap(),
    }
}

fn result(outcome: Outcome) -> UnitResult {
    let at = parse_time("2026-11-05T10:00:01+08:00").unwrap();
    // Not final, so that it can be asked again.
    UnitResult { snapshots: vec![snapshot("{\"Response\":{}}")], ..support::result(&unit(), outcome, Status::Partial, at) }
}

fn done(records: Vec<UsageRecord>) -> UnitResult {
    result(Outcome::Done(Facts::Usage(records)))
}

fn november(ledger: &Ledger) -> Vec<String> {
    let november = "2026-11".parse::<BillingMonth>().unwrap().period();
    ledger.snapshots(&account(), november).unwrap().into_iter().map(|snapshot| snapshot.answer.body).collect()
}

fn a_unit_is_committed_once_however_often_it_is_done(ledger: Ledger) {
    let facts = vec![traffic("2026-10-01", 400_000_000_000), traffic("2026-10-02", 7)];
    assert_eq!(commit(&ledger, &unit(), &done(facts.clone())).unwrap(), Committed { new: 2, ..Committed::default() });
    assert_eq!(commit(&ledger, &unit(), &done(facts.clone())).unwrap(), Committed { unchanged: 2, ..Committed::default() });
    assert_eq!(ledger.usage(&account(), window()).unwrap(), facts);
    assert_eq!(november(&ledger).len(), 2);
    let units = ledger.units(&account(), Brings::Usage, window()).unwrap();
    assert_eq!((units.len(), units[0].is_done(), units[0].facts), (1, true, 2));
}

fn a_restated_value_is_a_new_revision_and_an_equal_one_is_not(ledger: Ledger) {
    commit(&ledger, &unit(), &done(vec![traffic("2026-10-01", 5), traffic("2026-10-02", 6), traffic("2026-10-03", 7)])).unwrap();
    let again = done(vec![traffic("2026-10-01", 5), traffic("2026-10-02", 60)]);
    assert_eq!(commit(&ledger, &unit(), &again).unwrap(), Committed { new: 0, restated: 2, unchanged: 1 });
    let revisions: Vec<_> = ledger
        .usage_revisions(&account(), window())
        .unwrap()
        .into_iter()
        .map(|(record, revision, holds)| (record.quantity, revision, holds))
        .collect();
    assert_eq!(revisions, [(5, 1, true), (6, 1, false), (60, 2, true), (7, 1, false)]);
    // What was gone comes back as a further revision.
    let back = done(vec![traffic("2026-10-01", 5), traffic("2026-10-02", 60), traffic("2026-10-03", 7)]);
    assert_eq!(commit(&ledger, &unit(), &back).unwrap(), Committed { new: 1, restated: 0, unchanged: 2 });
}

fn a_level_that_goes_on_is_not_a_restatement(ledger: Ledger) {
    let mut record = traffic("2026-10-01", 5);
    record.period.end = parse_time("2026-10-01T12:00:00+08:00").unwrap();
    commit(&ledger, &unit(), &done(vec![record.clone()])).unwrap();
    record.period.end = day("2026-10-01").end();
    assert_eq!(commit(&ledger, &unit(), &done(vec![record])).unwrap(), Committed { new: 0, restated: 0, unchanged: 1 });
    assert_eq!(ledger.usage(&account(), window()).unwrap().len(), 1);
}

fn overlapping_windows_of_one_question_do_not_count_twice(ledger: Ledger) {
    commit(&ledger, &unit(), &done(vec![traffic("2026-10-02", 6)])).unwrap();
    let wider = Unit { window: Period::of_days(day("2026-10-02"), day("2026-10-08")).unwrap(), ..unit() };
    let other = UnitResult { asked: wider.window, ..done(vec![traffic("2026-10-02", 6), traffic("2026-10-05", 9)]) };
    commit(&ledger, &wider, &other).unwrap();
    let october = "2026-10".parse::<BillingMonth>().unwrap().period();
    let total: i128 = ledger.usage(&account(), october).unwrap().iter().map(|record| record.quantity).sum();
    assert_eq!(total, 15);
}

fn a_failed_unit_keeps_its_answers_and_the_facts_of_before(ledger: Ledger) {
    commit(&ledger, &unit(), &done(vec![traffic("2026-10-01", 5)])).unwrap();
    let mut failed = result(Outcome::Failed("no permission".to_owned()));
    failed.snapshots = vec![snapshot("not JSON")];
    commit(&ledger, &unit(), &failed).unwrap();
    assert_eq!(ledger.usage(&account(), window()).unwrap().len(), 1);
    assert!(november(&ledger).contains(&"not JSON".to_owned()));
    let units = ledger.units(&account(), Brings::Usage, window()).unwrap();
    assert_eq!((units[0].is_done(), units[0].reason.as_str()), (false, "no permission"));
}

fn a_unit_that_is_final_is_not_asked_again_and_one_that_is_not_is(ledger: Ledger) {
    let plan = || ledger.plan_units(&account(), &mut std::iter::once(support::planned(&unit())), Utc::now()).unwrap();
    assert!(!ledger.unit_done(&unit()).unwrap());
    assert_eq!((plan(), plan()), (1, 0), "what is planned is planned once");
    commit(&ledger, &unit(), &done(vec![])).unwrap();
    assert!(!ledger.unit_done(&unit()).unwrap());
    assert_eq!(plan(), 1);
    commit(&ledger, &unit(), &UnitResult { status: Status::Final, ..done(vec![]) }).unwrap();
    assert!(ledger.unit_done(&unit()).unwrap());
    assert_eq!(plan(), 0);
}

/// A run that was paused past its lease finds that another has taken over: what it brings late is not written.
fn a_commit_counts_only_under_the_fence_it_was_taken_with(ledger: Ledger) {
    let lease = support::take(&ledger, &unit());
    let (now, scope) = (Utc::now(), Scope { account: account(), kinds: vec![(lease.kind.clone(), window())] });
    let later = now + TimeDelta::minutes(2);
    assert_eq!(ledger.take_units(&scope, "other", 9, now, later).unwrap(), [], "it is taken");
    assert_eq!(ledger.lease_owners(&account()).unwrap(), ["test"]);
    let taken = ledger.take_units(&scope, "other", 9, later, later + TimeDelta::minutes(1)).unwrap();
    assert_eq!((taken.len(), taken[0].fence, taken[0].attempts), (1, lease.fence + 1, 2));
    let late = ledger.commit_unit(&lease, &done(vec![traffic("2026-10-01", 5)]));
    assert!(matches!(late, Err(LedgerError::Fenced(_))), "{late:?}");
    assert_eq!(ledger.usage(&account(), window()).unwrap(), []);
    assert_eq!(november(&ledger), Vec::<String>::new());
    ledger.commit_unit(&taken[0], &done(vec![traffic("2026-10-01", 6)])).unwrap();
    assert!(matches!(ledger.commit_unit(&taken[0], &done(vec![])), Err(LedgerError::Fenced(_))), "a lease ends with its commit");
    assert_eq!(ledger.usage(&account(), window()).unwrap(), [traffic("2026-10-01", 6)]);
}

fn what_a_run_gives_back_can_be_taken_at_once_and_what_it_holds_cannot(ledger: Ledger) {
    let lease = support::take(&ledger, &unit());
    let (now, scope) = (Utc::now(), Scope { account: account(), kinds: vec![(lease.kind, window())] });
    let open = ledger.open_units(&scope).unwrap();
    assert_eq!((open.planned, open.leased), (0, 1));
    let soon = now + TimeDelta::hours(1);
    assert_eq!(ledger.extend_leases(&account(), "test", soon).unwrap(), 1);
    assert_eq!(ledger.take_units(&scope, "other", 9, now + TimeDelta::minutes(30), soon).unwrap(), []);
    assert_eq!(ledger.release_leases(&account(), "test").unwrap(), 1);
    assert_eq!(ledger.take_units(&scope, "other", 9, now, soon).unwrap().len(), 1);
}

fn what_does_not_belong_to_the_unit_is_refused_as_a_whole(ledger: Ledger) {
    let good = traffic("2026-10-01", 1);
    let mut late = traffic("2026-10-04", 1);
    let mut long = traffic("2026-10-01", 1);
    long.period.end = day("2026-10-02").end();
    let mut stranger = traffic("2026-10-02", 1);
    stranger.sub_app_id = None;
    for bad in [late.clone(), long, stranger] {
        let refused = commit(&ledger, &unit(), &done(vec![good.clone(), bad]));
        assert!(matches!(refused, Err(LedgerError::Misplaced(_))), "{refused:?}");
    }
    let twice = commit(&ledger, &unit(), &done(vec![good.clone(), traffic("2026-10-01", 2)]));
    assert!(matches!(twice, Err(LedgerError::Contradiction(_))), "{twice:?}");
    late.period = day("2026-10-03").period();
    late.quantity = i128::from(i64::MAX) + 1;
    let huge = commit(&ledger, &unit(), &done(vec![good, late]));
    assert!(matches!(huge, Err(LedgerError::OutOfRange { .. })), "{huge:?}");
    assert_eq!(ledger.usage(&account(), window()).unwrap(), []);
    assert_eq!(november(&ledger), Vec::<String>::new());
}

fn charge(position: u32, billed: Option<i128>) -> Charge {
    let on = day("2026-10-01");
    Charge {
        row_type: RowType::Charge,
        charge_id: format!("c{position}"),
        account: account(),
        sub_app_id: None,
        tags: vec![("room".to_owned(), "12".to_owned())],
        basis: Some("stored bytes × time".to_owned()),
        parent_id: None,
        usage_day: on,
        settlement_date: on.next(),
        bill_month: on.month(),
        posting_period: on.month(),
        period: on.period(),
        meter: "traffic".to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: String::new(),
        usage_quantity: 1_600_000_000_000,
        pack_quantity: 0,
        pricing_quantity: 1_600_000_000_000,
        unit: "GB".parse().unwrap(),
        unit_price: billed.map(|_| "0.23".to_owned()),
        contracted_unit_price: None,
        tier: "over 500 GB up to 2 TB".to_owned(),
        list_cost: billed.map(|_| "368.00".to_owned()),
        contracted_cost: billed.map(|_| "368.00".to_owned()),
        billed_cost: billed.map(|units| Amount { units, currency: Currency::CNY }),
        effective_cost: billed.map(|units| Amount { units, currency: Currency::CNY }),
        currency: Currency::CNY,
        price_book: "test".to_owned(),
        price_version: "1".to_owned(),
        status: Status::Final,
        unpriced: billed.is_none().then(|| "no price".to_owned()),
        steps: vec![Step::new("list", "1600 GB × 0.23").with("quantity", 1600)],
    }
}

fn charges_are_replaced_by_month_and_read_as_they_were_written(ledger: Ledger) {
    let month = "2026-10".parse().unwrap();
    let mut total = charge(9, Some(1));
    total.row_type = RowType::Total;
    let lines = vec![charge(1, Some(36_800_000_000)), charge(2, None)];
    let with_total: Vec<Charge> = lines.iter().cloned().chain([total]).collect();
    for _ in 0..2 {
        ledger.replace_charges(&account(), month, &with_total, &BTreeSet::new()).unwrap();
        assert_eq!(ledger.charges(&account(), month).unwrap(), lines);
    }
    let elsewhere = ledger.replace_charges(&account(), "2026-11".parse().unwrap(), &lines, &BTreeSet::new());
    assert!(matches!(elsewhere, Err(LedgerError::Misplaced(_))));
    let huge = ledger.replace_charges(&account(), month, &[charge(1, Some(i128::MAX))], &BTreeSet::new());
    assert!(matches!(huge, Err(LedgerError::OutOfRange { .. })));
    assert_eq!(ledger.charges(&account(), month).unwrap(), lines);
    ledger.replace_charges(&account(), month, &[], &BTreeSet::new()).unwrap();
    assert_eq!(ledger.charges(&account(), month).unwrap(), []);
}

fn media(file_id: &str, name: &str, vid: Option<&str>) -> Media {
    Media {
        name: name.to_owned(),
        vid: vid.map(Vid::from),
        state: MediaState::Normal,
        source_type: "Record".to_owned(),
        tags: vec!["math".to_owned()],
        duration_ms: Some(1),
        ..Media::new(FileId::new(file_id))
    }
}

fn a_vid_once_seen_is_found_again(ledger: Ledger) {
    let seen = parse_time("2026-10-01T00:00:00+08:00").unwrap();
    let vid = Vid::new("200000_0123456789abcdef0123456789abcdef");
    let all =
        [media("14651978969445155711", "b", Some(vid.as_str())), media("1", "a", Some(vid.as_str())), media("2", "c", None)];
    ledger.remember_media(&account(), &all, seen).unwrap();
    // A later sighting by an API that does not tell the vid does not take it away.
    ledger.remember_media(&account(), &[media("1", "a", None)], seen).unwrap();
    assert_eq!(ledger.media_of_vid(&account(), &vid).unwrap(), [FileId::new("1"), FileId::new("14651978969445155711")]);
    assert_eq!(ledger.media_of_vid(&AccountId::new("other"), &vid).unwrap(), []);
}

fn what_media_store_is_known_from_their_sightings(ledger: Ledger) {
    let at = |text: &str| parse_time(text).unwrap();
    let rendition =
        |definition, size| Rendition { definition, url: String::new(), bitrate: None, width: None, height: None, size };
    let seen = |media: Media, time: &str| ledger.remember_media(&account(), &[media], at(time)).unwrap();
    let stored = || {
        let mut all = Vec::new();
        ledger
            .each_stored(&account(), |media| {
                all.push(media);
                ControlFlow::Continue(())
            })
            .unwrap();
        all
    };
    let (first, later, last) = ("2026-10-01T00:00:00+08:00", "2026-10-02T00:00:00+08:00", "2026-10-03T00:00:00+08:00");
    let renditions = vec![rendition(0, Some(5)), rendition(10, Some(2)), rendition(20, Some(1))];
    let tags = vec!["b".to_owned(), "a".to_owned()];
    seen(Media { size: Some(5), renditions, tags, storage_region: "ap-x".to_owned(), ..media("1", "n", None) }, first);
    // A part whose size is not known makes the sum unknown; it stays what it was.
    seen(Media { renditions: vec![rendition(10, None)], ..media("1", "n", None) }, later);
    seen(media("2", "m", None), first);
    let all = stored();
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].size, all[0].rendition_size, all[0].gone_at), (Some(5), Some(3), None));
    assert_eq!((all[0].storage_region.as_str(), all[0].first_seen_at), ("ap-x", at(first).timestamp()));
    assert_eq!((all[1].size, all[1].rendition_size, all[1].tags.as_slice()), (None, None, &["math".to_owned()][..]));
    // It ends when it is first seen as deleted, or else when it was to expire.
    let deleted = || Media { state: MediaState::Deleted, ..media("1", "n", None) };
    seen(deleted(), later);
    seen(deleted(), last);
    seen(Media { expires: Some(at(last)), ..media("2", "m", None) }, later);
    let ends: Vec<Option<i64>> = stored().iter().map(|media| media.gone_at).collect();
    assert_eq!(ends, [Some(at(later).timestamp()), Some(at(last).timestamp())]);
    // Told to stop, it stops.
    let mut count = 0;
    let stop = |_| {
        count += 1;
        ControlFlow::Break(())
    };
    ledger.each_stored(&account(), stop).unwrap();
    assert_eq!(count, 1);
}

fn event_configurations_are_a_stack_per_application(ledger: Ledger) {
    let at = parse_time("2026-10-01T00:00:00+08:00").unwrap();
    let app = Some(SubAppId(7));
    ledger.push_event_config(&account(), app, "{\"Mode\":\"PULL\"}", at).unwrap();
    ledger.push_event_config(&account(), app, "{\"Mode\":\"PUSH\"}", at).unwrap();
    assert_eq!(ledger.last_event_config(&account(), None).unwrap(), None);
    assert_eq!(ledger.last_event_config(&account(), app).unwrap().as_deref(), Some("{\"Mode\":\"PUSH\"}"));
    assert!(ledger.pop_event_config(&account(), app).unwrap());
    assert_eq!(ledger.last_event_config(&account(), app).unwrap().as_deref(), Some("{\"Mode\":\"PULL\"}"));
    assert!(ledger.pop_event_config(&account(), app).unwrap());
    assert!(!ledger.pop_event_config(&account(), app).unwrap());
}

fn address(file: &Path) -> String {
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_ledger_file_keeps_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    assert!(matches!(Ledger::open_existing(&address(&file)), Err(LedgerError::Missing(_))));
    assert!(!file.exists());
    commit(&Ledger::open(&address(&file)).unwrap(), &unit(), &done(vec![traffic("2026-10-01", 5)])).unwrap();
    let again = Ledger::open_existing(&format!("sqlite:{}", address(&file))).unwrap();
    assert_eq!(again.usage(&account(), window()).unwrap().len(), 1);
}

#[test]
fn files_that_are_no_ledger_are_refused_and_left_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage");
    fs::write(&garbage, "id,amount\n1,2\n".repeat(100)).unwrap();
    let foreign = folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE song (title TEXT)").unwrap();
    for file in [&garbage, &foreign] {
        let before = fs::read(file).unwrap();
        let refused = Ledger::open(&address(file));
        assert!(matches!(refused, Err(LedgerError::NotALedger { .. })), "{refused:?}");
        assert_eq!(fs::read(file).unwrap(), before);
    }
    assert!(matches!(Ledger::open(&address(folder.path())), Err(LedgerError::NotAFile(_))));
    assert!(matches!(Ledger::open(&address(&folder.path().join("no/ledger.db"))), Err(LedgerError::NoFolder { .. })));
    for bad in ["mysql://localhost/x", "", "sqlite:"] {
        assert!(matches!(Ledger::open(bad), Err(LedgerError::Address(_))), "{bad}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn many_may_open_a_new_ledger_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let (file, together) = (address(&folder.path().join("ledger.db")), Barrier::new(6));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    together.wait();
                    Ledger::open(&file).unwrap();
                });
            }
        });
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("newer.db");
    drop(Ledger::open(&address(&file)).unwrap());
    let raw = rusqlite::Connection::open(&file).unwrap();
    raw.execute_batch("UPDATE ledger_schema SET version = 99, oldest_program = 99; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    drop(raw);
    let before = fs::read(&file).unwrap();
    let refused = Ledger::open(&address(&file));
    assert!(matches!(refused, Err(LedgerError::Newer { found: 99, .. })), "{refused:?}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_read_only_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    drop(Ledger::open(&address(&file)).unwrap());
    let mut rights = fs::metadata(&file).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&file, rights).unwrap();
    let refused = Ledger::open(&address(&file));
    assert!(matches!(refused, Err(LedgerError::Denied { .. })), "{refused:?}");
}

/// Columns and source of a query, for a `Selection`; anything else stands in brackets where a query could.
pub fn parts(sql: &str) -> (String, String) {
    match sql.strip_prefix("SELECT ").and_then(|rest| rest.split_once(" FROM ")) {
        Some((columns, from)) => (columns.to_owned(), from.to_owned()),
        None => ("*".to_owned(), format!("({sql}) AS q")),
    }
}

fn queries_of_others_read_views_and_nothing_else(ledger: Ledger) {
    commit(&ledger, &unit(), &done(vec![traffic("2026-10-01", 5)])).unwrap();
    let refused = [
        "DELETE FROM usage_fact",
        "SELECT quantity FROM usage_fact",
        "SELECT name FROM sqlite_schema",
        "SELECT load_extension('x')",
        "PRAGMA journal_mode = DELETE",
        "ATTACH ':memory:' AS other",
        "SELECT \"no such column\" FROM v_usage",
        "SELECT quantity * 0.5 FROM v_usage",
        "SELECT CAST(area AS BLOB) FROM v_usage",
        "SELECT nothing FROM",
    ];
    for sql in refused {
        let (columns, from) = parts(sql);
        let asked = Selection { columns: &columns, from: &from };
        let outcome = ledger.select(asked, &[], std::time::Duration::from_secs(60), |_| std::ops::ControlFlow::Continue(()));
        assert!(matches!(outcome, Err(LedgerError::Query(_))), "{sql}: {outcome:?}");
    }
    let mut rows = Vec::new();
    let from = "(WITH day AS (SELECT meter, quantity FROM v_usage)
                 SELECT meter, CAST(SUM(quantity) AS BIGINT) AS total FROM day GROUP BY meter) AS q";
    ledger.select_columns(Selection { columns: "COUNT(*)", from: "v_usage" }).unwrap();
    ledger
        .select(Selection { columns: "meter, total", from }, &[], std::time::Duration::from_secs(60), |row| {
            rows.push(row.iter().map(|field| (*field).into()).collect::<Vec<Value>>());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(rows, [vec!["traffic".into(), 5_i64.into()]]);
    // Values at the edges arrive as they are.
    rows.clear();
    let from =
        "(SELECT NULLIF('x', 'x') AS a, '' AS b, -9223372036854775807 AS c, '直播间' AS d, 0 AS e, 'é' AS f FROM v_usage) AS q";
    ledger
        .select(Selection { columns: "d, a, b, c, f, e", from }, &[], std::time::Duration::from_secs(60), |row| {
            rows.push(row.iter().map(|field| (*field).into()).collect::<Vec<Value>>());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(rows, [vec!["直播间".into(), Value::Null, "".into(), (-i64::MAX).into(), "é".into(), 0_i64.into()]]);
    // The guard ends with the query.
    commit(&ledger, &unit(), &done(vec![])).unwrap();
}
