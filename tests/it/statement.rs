//! Statements: a month is rated for the whole account, and rating it again changes nothing.

use vodledger::billing::{Options, PriceBook, packs_from_toml, shipped};
use vodledger::ledger::{Facts, Ledger, Outcome, Unit};
use vodledger::model::{AccountId, BillingDay, BillingMonth, Status, SubAppId, UsageRecord};
use vodledger::statement::{self, Statement};

use crate::support::{commit, result};

fn account() -> AccountId {
    AccountId::new("100000000001")
}

fn book() -> PriceBook {
    let (id, text) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    PriceBook::parse(text, id).unwrap()
}

/// Puts one record into the ledger, as a unit of its own.
fn put(ledger: &Ledger, app: u64, meter: &str, day: &str, quantity: i128) {
    let day: BillingDay = day.parse().unwrap();
    let record = UsageRecord {
        period: day.period(),
        account: account(),
        sub_app_id: Some(SubAppId(app)),
        meter: meter.to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: if meter == "storage" { "STANDARD".to_owned() } else { String::new() },
        quantity,
        status: Status::Final,
        tags: Vec::new(),
    };
    let unit = Unit {
        account: account(),
        action: "Test".to_owned(),
        sub_app_id: record.sub_app_id,
        subject: meter.to_owned(),
        window: day.period(),
    };
    let result = result(&unit, Outcome::Done(Facts::Usage(vec![record])), Status::Final, day.end());
    commit(ledger, &unit, &result).unwrap();
}

fn total(statement: &Statement) -> Vec<String> {
    statement.totals().iter().map(|total| format!("{} {}", total.billed.to_decimal_text(), total.billed.currency)).collect()
}

const GB: i128 = 1_000_000_000;

#[test]
fn the_tier_belongs_to_the_account() {
    let ledger = Ledger::open(":memory:").unwrap();
    for app in 1..=4 {
        put(&ledger, app, "traffic", "2026-10-05", 400 * GB);
    }
    let month: BillingMonth = "2026-10".parse().unwrap();
    // 1600 GB × 0.23, not 4 × 400 GB × 0.24.
    let first = statement::charge(&ledger, &account(), month, &book(), &Options::default()).unwrap();
    assert_eq!(total(&first), ["368.00000000 CNY"]);
    assert_eq!(ledger.charges(&account(), month).unwrap(), first.charges);
    let again = statement::charge(&ledger, &account(), month, &book(), &Options::default()).unwrap();
    assert_eq!(again, first);
    assert_eq!(ledger.charges(&account(), month).unwrap(), first.charges);
}

#[test]
fn a_month_takes_its_own_days_and_no_others() {
    let ledger = Ledger::open(":memory:").unwrap();
    for day in ["2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"] {
        put(&ledger, 1, "storage", day, 500 * GB);
    }
    // Two days in October: 2 × 500 GB × 0.0048.
    let october = statement::rate_month(&ledger, &account(), "2026-10".parse().unwrap(), &book(), &Options::default()).unwrap();
    assert_eq!(total(&october), ["4.80000000 CNY"]);
    assert_eq!(october.charges.len(), 2);
    assert_eq!(ledger.charges(&account(), october.month).unwrap(), []);
}

#[test]
fn what_nobody_knows_is_listed_as_unpriced() {
    let ledger = Ledger::open(":memory:").unwrap();
    put(&ledger, 1, "image-super-resolution", "2026-10-05", 12);
    put(&ledger, 1, "traffic", "2026-10-05", GB);
    let options = Options { mode_assumed: true, ..Options::default() };
    let statement = statement::charge(&ledger, &account(), "2026-10".parse().unwrap(), &book(), &options).unwrap();
    let unpriced = statement.unpriced();
    assert_eq!(unpriced.len(), 1);
    assert_eq!((unpriced[0].meter.as_str(), unpriced[0].quantity), ("image-super-resolution", 12));
    assert!(unpriced[0].reason.starts_with("unpriced: "), "{}", unpriced[0].reason);
    assert_eq!(total(&statement), ["0.24000000 CNY"]);
    assert_eq!(statement.totals()[0].status, Status::Assumed);
    assert_eq!(statement.items().len(), 1);
}

#[test]
fn a_day_of_which_usage_is_missing_is_not_final() {
    let ledger = Ledger::open(":memory:").unwrap();
    put(&ledger, 1, "traffic", "2026-10-05", GB);
    put(&ledger, 1, "traffic", "2026-10-06", GB);
    let day: BillingDay = "2026-10-06".parse().unwrap();
    let unit = |subject: &str| Unit {
        account: account(),
        action: "Test".to_owned(),
        sub_app_id: Some(SubAppId(2)),
        subject: subject.to_owned(),
        window: day.period(),
    };
    let end = |outcome| {
        let unit = unit("traffic");
        commit(&ledger, &unit, &result(&unit, outcome, Status::Final, day.end())).unwrap()
    };
    let statuses = || {
        let statement = statement::rate_month(&ledger, &account(), day.month(), &book(), &Options::default()).unwrap();
        statement.charges.iter().map(|charge| charge.status).collect::<Vec<_>>()
    };
    end(Outcome::Failed("no permission".to_owned()));
    assert_eq!(statuses(), [Status::Final, Status::Partial]);
    end(Outcome::Done(Facts::Usage(vec![])));
    assert_eq!(statuses(), [Status::Final, Status::Final]);
}

/// 100 GB bought on the 20th of September: 70 GB of them are used in September, so 30 are left for October; its other 10 GB cost 2.4.
#[test]
fn a_month_knows_what_packs_had_used_before() {
    let ledger = Ledger::open(":memory:").unwrap();
    put(&ledger, 1, "traffic", "2026-09-20", 70 * GB);
    put(&ledger, 1, "traffic", "2026-10-05", 40 * GB);
    let packs = "[[pack]]\nproduct = \"traffic-100gb\"\nbought = \"2026-09-20\"\n";
    let options = Options { packs: packs_from_toml(packs, "packs.toml", &book()).unwrap(), ..Options::default() };
    let month = |month: &str| statement::charge(&ledger, &account(), month.parse().unwrap(), &book(), &options).unwrap();
    // The purchase and what it covered; 70 of 100 GB cost 13.3 of the 19 yuan.
    let september = month("2026-09");
    assert_eq!(total(&september), ["19.00000000 CNY"]);
    let effective: Vec<String> =
        september.charges.iter().map(|charge| charge.effective_cost.unwrap().to_decimal_text()).collect();
    assert_eq!(effective, ["0.00000000", "13.30000000", "0.00000000"]);
    let october = month("2026-10");
    assert_eq!(total(&october), ["2.40000000 CNY"]);
    assert_eq!(october.charges.len(), 2);
}

/// A pack of 500 GB, bought on the first of September: 400 GB of September leave 100 for October, whose other 200 GB cost 0.24.
#[test]
fn what_a_pack_lost_in_one_month_is_gone_in_the_next() {
    let ledger = Ledger::open(":memory:").unwrap();
    put(&ledger, 1, "traffic", "2026-09-10", 400 * GB);
    put(&ledger, 1, "traffic", "2026-10-10", 300 * GB);
    let packs = "[[pack]]\nid = \"p\"\nfrom = \"2026-09-01\"\nto = \"2027-09-01\"\npart = [{ kind = \"consumable\", capacity = \"500\", \
                 unit = \"GB\", covers = [{ meter = \"traffic\" }] }]\n";
    let packs = vodledger::billing::packs_from_toml(packs, "packs.toml", &book()).unwrap();
    let options = Options { packs, ..Options::default() };
    let october = statement::charge(&ledger, &account(), "2026-10".parse().unwrap(), &book(), &options).unwrap();
    assert_eq!(total(&october), ["48.00000000 CNY"]);
    let september = statement::charge(&ledger, &account(), "2026-09".parse().unwrap(), &book(), &options).unwrap();
    assert_eq!(total(&september), ["0.00000000 CNY"]);
}

/// Traffic until the 14th, bandwidth from the 15th: the month is rated in one go, each day by its own mode.
#[test]
fn a_mode_may_change_within_a_month() {
    let ledger = Ledger::open(":memory:").unwrap();
    put(&ledger, 1, "traffic", "2026-10-10", 100 * GB);
    put(&ledger, 1, "traffic", "2026-10-20", 100 * GB);
    let mode = "traffic,2026-10-15=bandwidth".parse().unwrap();
    let statement =
        statement::charge(&ledger, &account(), "2026-10".parse().unwrap(), &book(), &Options { mode, ..Options::default() })
            .unwrap();
    assert_eq!(total(&statement), ["24.00000000 CNY"]);
    assert_eq!(statement.modes.len(), 2);
}
