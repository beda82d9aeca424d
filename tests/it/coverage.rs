//! A total is final only when every day of the month was collected whole.

use std::collections::BTreeSet;

use vodledger::billing::{Options, PriceBook, shipped};
use vodledger::ledger::{Facts, Ledger, Outcome, Unit};
use vodledger::model::{AccountId, BillingDay, BillingMonth, Period, Status, SubAppId, UsageRecord};
use vodledger::statement::{Statement, charge};

use crate::support::{commit, result};

const QUESTIONS: [(&str, &str); 3] = [
    ("DescribeStorageDetails", "StandardStorage, Chinese Mainland"),
    ("DescribeCDNStatDetails", "Traffic, Chinese Mainland"),
    ("DescribeMediaProcessUsageData", ""),
];

fn day(text: &str) -> BillingDay {
    text.parse().unwrap()
}

fn answer(ledger: &Ledger, application: u64, question: (&str, &str), from: &str, to: &str, outcome: Outcome) {
    let unit = Unit {
        account: AccountId::new("a"),
        action: question.0.to_owned(),
        sub_app_id: Some(SubAppId(application)),
        subject: question.1.to_owned(),
        window: Period::of_days(day(from), day(to)).unwrap(),
    };
    // Not final, so that it can be asked again.
    let result = result(&unit, outcome, Status::Partial, day("2026-11-01").start());
    commit(ledger, &unit, &result).unwrap();
}

fn traffic(application: u64) -> Outcome {
    Outcome::Done(Facts::Usage(vec![UsageRecord {
        period: day("2026-09-02").period(),
        account: AccountId::new("a"),
        sub_app_id: Some(SubAppId(application)),
        meter: "traffic".to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: String::new(),
        quantity: 1_000_000_000,
        status: Status::Final,
        tags: Vec::new(),
    }]))
}

fn september(ledger: &Ledger) -> Statement {
    let (id, toml) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    let month: BillingMonth = "2026-09".parse().unwrap();
    charge(ledger, &AccountId::new("a"), month, &PriceBook::parse(toml, id).unwrap(), &Options::default()).unwrap()
}

#[test]
fn days_that_nobody_asked_about_make_the_total_partial() {
    let ledger = Ledger::open(":memory:").unwrap();
    answer(&ledger, 1, QUESTIONS[1], "2026-09-01", "2026-10-01", traffic(1));
    // Traffic alone is no bill: storage and media processing were never asked for.
    assert_eq!(september(&ledger).uncovered.len(), 30);

    answer(&ledger, 1, QUESTIONS[0], "2026-09-01", "2026-10-01", Outcome::Done(Facts::Usage(Vec::new())));
    answer(&ledger, 1, QUESTIONS[2], "2026-09-01", "2026-09-21", Outcome::Done(Facts::Usage(Vec::new())));
    let statement = september(&ledger);
    assert_eq!(statement.uncovered.first().copied(), Some(day("2026-09-21")));
    assert_eq!((statement.uncovered.len(), statement.totals()[0].status), (10, Status::Partial));
    assert_eq!(statement.items()[0].status, Status::Final);

    answer(&ledger, 1, QUESTIONS[2], "2026-09-21", "2026-10-01", Outcome::Done(Facts::Usage(Vec::new())));
    let statement = september(&ledger);
    assert_eq!((statement.uncovered.len(), statement.totals()[0].status), (0, Status::Final));
}

#[test]
fn an_answer_from_before_a_failure_does_not_hide_it() {
    let ledger = Ledger::open(":memory:").unwrap();
    let month = "2026-09".parse::<BillingMonth>().unwrap().period();
    let missing = || ledger.missing_days(&AccountId::new("a"), month).unwrap();
    answer(&ledger, 1, QUESTIONS[1], "2026-09-01", "2026-09-03", traffic(1));
    answer(&ledger, 1, QUESTIONS[1], "2026-09-01", "2026-09-03", Outcome::Failed("refused".to_owned()));
    assert_eq!(missing(), BTreeSet::from([day("2026-09-01"), day("2026-09-02")]));
    answer(&ledger, 1, QUESTIONS[1], "2026-09-01", "2026-09-03", traffic(1));
    assert_eq!(missing(), BTreeSet::new());
}

#[test]
fn what_is_asked_of_one_application_is_expected_of_all() {
    let ledger = Ledger::open(":memory:").unwrap();
    for question in QUESTIONS {
        answer(&ledger, 1, question, "2026-09-01", "2026-10-01", Outcome::Done(Facts::Usage(Vec::new())));
    }
    answer(&ledger, 2, QUESTIONS[1], "2026-09-01", "2026-10-01", traffic(2));
    assert_eq!(september(&ledger).uncovered.len(), 30);
    answer(&ledger, 2, QUESTIONS[0], "2026-09-01", "2026-10-01", Outcome::Done(Facts::Usage(Vec::new())));
    answer(&ledger, 2, QUESTIONS[2], "2026-09-01", "2026-09-30", Outcome::Done(Facts::Usage(Vec::new())));
    answer(&ledger, 2, QUESTIONS[2], "2026-09-30", "2026-10-01", Outcome::Failed("refused".to_owned()));
    assert_eq!(september(&ledger).uncovered, BTreeSet::from([day("2026-09-30")]));
}
