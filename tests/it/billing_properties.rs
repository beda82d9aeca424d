//! What must hold for any usage: order, sums, monotony, covered + billed = used, no panic.

use chrono::TimeDelta;
use proptest::prelude::*;
use vodledger::billing::{Contract, Mode, Options, Pack, PriceBook, Ratio, Settlement, packs_from_toml, rate, shipped};
use vodledger::model::{AccountId, Amount, BillingDay, Charge, Period, RowType, Status, SubAppId, UsageRecord};

fn book(index: usize) -> PriceBook {
    let (id, toml) = shipped()[index];
    PriceBook::parse(toml, id).unwrap()
}

fn record(meter: &str, area: &str, spec: &str, day: u64, hours: (u8, u8), quantity: u64) -> UsageRecord {
    let start = "2017-05-01".parse::<BillingDay>().unwrap().plus(day).start();
    let hour = |hour: u8| start + TimeDelta::hours(i64::from(hour));
    UsageRecord {
        period: Period { start: hour(hours.0), end: hour(hours.1) },
        account: AccountId::new("1"),
        sub_app_id: Some(SubAppId(quantity % 3)),
        meter: meter.to_owned(),
        area: area.to_owned(),
        spec: spec.to_owned(),
        quantity: i128::from(quantity),
        status: Status::Final,
        tags: Vec::new(),
    }
}

/// Usage of a few meters over some days, from both sides of the tiers' bounds.
fn usage() -> impl Strategy<Value = Vec<UsageRecord>> {
    let one =
        (0..5_usize, 0..40_u64, 0..24_u8, 1..12_u8, 0..9_000_000_000_000_u64).prop_map(|(what, day, hour, length, quantity)| {
            let end = (hour + length).min(24);
            let (meter, area, spec) = [
                ("traffic", "Chinese Mainland", ""),
                ("traffic", "Europe", ""),
                ("storage", "Chinese Mainland", "STANDARD"),
                ("bandwidth", "Chinese Mainland", ""),
                ("transcoding", "", "Standard.H264.HD"),
            ][what];
            let quantity = if meter == "transcoding" { quantity % 9_000 } else { quantity };
            record(meter, area, spec, day, (hour, end), quantity)
        });
    prop::collection::vec(one, 1..30)
}

fn options(mode: Mode, book: &PriceBook) -> Options {
    let packs = if mode == Mode::Package { vec![Pack::of_product(book, "enterprise").unwrap()] } else { Vec::new() };
    Options { mode: mode.into(), settlement: Settlement::Month.into(), packs, ..Options::default() }
}

fn billed(charges: &[Charge], row_type: RowType) -> i128 {
    charges
        .iter()
        .filter(|charge| charge.row_type == row_type)
        .filter_map(|charge| charge.billed_cost)
        .map(|cost| cost.units)
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_of_records_changes_nothing(usage in usage(), seed in any::<u64>()) {
        let book = book(0);
        let mut shuffled = usage.clone();
        let mut state = seed | 1;
        for index in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(index, (state >> 33) as usize % (index + 1));
        }
        for mode in Mode::ALL {
            let options = options(mode, &book);
            prop_assert_eq!(rate(usage.clone(), &book, &options).unwrap(), rate(shuffled.clone(), &book, &options).unwrap());
        }
    }

    #[test]
    fn parts_add_up_to_totals_and_ids_are_unique(usage in usage()) {
        let book = book(0);
        for mode in Mode::ALL {
            let charges = rate(usage.clone(), &book, &options(mode, &book)).unwrap();
            prop_assert_eq!(billed(&charges, RowType::Charge), billed(&charges, RowType::Total));
            let ids: std::collections::BTreeSet<&str> = charges.iter().map(|charge| charge.charge_id.as_str()).collect();
            prop_assert_eq!(ids.len(), charges.len());
        }
    }

    /// Each row by itself: quantity × unit price, rounded once. (2017 traffic is in GiB, 2³⁰ bytes.)
    #[test]
    fn every_row_can_be_recomputed(usage in usage()) {
        let book = book(0);
        for charge in rate(usage, &book, &options(Mode::PostpaidByTraffic, &book)).unwrap() {
            let (Some(price), Some(cost)) = (&charge.unit_price, charge.billed_cost) else { continue };
            let (whole, part) = price.split_once('.').unwrap_or((price, ""));
            let mantissa: i128 = format!("{whole}{part}").parse().unwrap();
            let divisor = charge.unit.factor * 10_i128.pow(u32::try_from(part.len()).unwrap());
            let product = charge.pricing_quantity * mantissa * 100_000_000;
            prop_assert_eq!(cost.units, (2 * product + divisor) / (2 * divisor), "{:?}", charge);
        }
    }

    #[test]
    fn covered_and_priced_make_used(usage in usage()) {
        let book = book(0);
        for charge in rate(usage, &book, &options(Mode::Package, &book)).unwrap() {
            if charge.row_type == RowType::Charge {
                prop_assert!(charge.pack_quantity >= 0 && charge.pack_quantity <= charge.usage_quantity);
                if charge.meter != "transcoding" {
                    prop_assert_eq!(charge.pack_quantity + charge.pricing_quantity, charge.usage_quantity);
                }
            }
        }
    }

    #[test]
    fn graduated_prices_grow_with_usage(first in 0..90_000_000_000_000_u64, more in 1..9_000_000_000_000_u64) {
        let book = book(0);
        let cost = |quantity| {
            let usage = [record("traffic", "", "", 3, (0, 1), quantity)];
            billed(&rate(usage, &book, &options(Mode::PostpaidByTraffic, &book)).unwrap(), RowType::Total)
        };
        prop_assert!(cost(first) <= cost(first + more));
    }

    /// Splitting a month's graduated traffic anywhere changes nothing.
    #[test]
    fn splitting_graduated_usage_changes_nothing(quantity in 2..90_000_000_000_000_u64, at in 1..1_000_u64) {
        let book = book(0);
        let part = quantity * at / 1_000;
        let options = options(Mode::PostpaidByTraffic, &book);
        let whole = rate([record("traffic", "", "", 3, (0, 1), quantity)], &book, &options).unwrap();
        let split = [record("traffic", "", "", 2, (5, 6), part), record("traffic", "", "", 3, (0, 1), quantity - part)];
        let split = rate(split, &book, &options).unwrap();
        prop_assert_eq!(billed(&whole, RowType::Total), billed(&split, RowType::Total));
    }

    /// A level split anywhere, at an edge of days or inside one, is the same level; so is an event of the day.
    #[test]
    fn splitting_levels_and_daily_events_changes_nothing(quantity in 2..9_000_000_000_000_u64, hours in 2..71_i64, at in 1..70_i64) {
        let book = book(1);
        let at = at.min(hours - 1);
        let mut whole = record("storage", "Chinese Mainland", "STANDARD", 1_500, (0, 1), quantity);
        whole.period.end = whole.period.start + TimeDelta::hours(hours);
        let (mut first, mut second) = (whole.clone(), whole.clone());
        first.period.end = whole.period.start + TimeDelta::hours(at);
        second.period.start = first.period.end;
        let options = Options::default();
        prop_assert_eq!(rate([whole], &book, &options).unwrap(), rate([second, first], &book, &options).unwrap());
        let event = |quantity, hours| record("traffic", "Chinese Mainland", "", 1_500, hours, quantity);
        let part = quantity / 2;
        let whole = rate([event(quantity, (0, 24))], &book, &options).unwrap();
        let split = rate([event(part, (0, 5)), event(quantity - part, (5, 24))], &book, &options).unwrap();
        prop_assert_eq!(whole, split);
    }

    /// The price of more usage is never less where tiers are graduated, and always there: no quantity falls between tiers.
    #[test]
    fn every_quantity_has_a_price(quantity in 0..200_000_000_000_000_u64) {
        for (book, day) in [(book(1), 1_500), (book(2), 2_000)] {
            let charges = rate([record("traffic", "Chinese Mainland", "", day, (0, 1), quantity)], &book, &Options::default()).unwrap();
            prop_assert!(charges.iter().all(|charge| charge.billed_cost.is_some()));
        }
    }

    /// A contract changes what is billed, never what the list says; a factor of 1 changes nothing at all.
    #[test]
    fn contracts_leave_the_list_alone(usage in usage(), percent in 1..100_u32) {
        let book = book(0);
        let contract = |factor: &str| {
            let toml = format!(
                "format = 1\nid = \"c\"\ntitle = \"c\"\nbook = \"vod-2017\"\n[[term]]\nname = \"t\"\nmeter = [\"traffic\", \"storage\", \"bandwidth\"]\ndiscount = \"{factor}\"\n"
            );
            Contract::parse(&toml, "c.toml", &book).unwrap()
        };
        for mode in [Mode::PostpaidByTraffic, Mode::PostpaidByBandwidth] {
            let with = |contract| rate(usage.clone(), &book, &Options { contract, ..options(mode, &book) }).unwrap();
            let plain = with(None);
            let list = |charges: &[Charge]| charges.last().and_then(|total| total.list_cost.clone());
            let same = with(Some(contract("1")));
            prop_assert_eq!(billed(&plain, RowType::Total), billed(&same, RowType::Total));
            let less = with(Some(contract(&format!("0.{percent:02}"))));
            prop_assert_eq!(list(&plain), list(&less));
            prop_assert!(billed(&less, RowType::Total) <= billed(&plain, RowType::Total));
        }
    }

    #[test]
    fn damaged_books_and_packs_are_errors_not_panics(at in any::<prop::sample::Index>(), byte in any::<char>(), length in 0..40_usize) {
        let (id, toml) = shipped()[0];
        let packs = "[[pack]]\nproduct = \"enterprise\"\nfrom = \"2017-01-01\"\nto = \"2018-01-01\"\n";
        let _ = PriceBook::parse(&damage(toml, at, byte, length), id);
        let contract = "format = 1\nid = \"c\"\ntitle = \"c\"\nbook = \"vod-2017\"\n[[term]]\nname = \"t\"\nmeter = \"traffic\"\ndiscount = \"0.9\"\n[[cap]]\nname = \"c\"\namount = \"1\"\n";
        let _ = Contract::parse(&damage(contract, at, byte, length), "contract.toml", &book(0));
        let _ = packs_from_toml(&damage(packs, at, byte, length), "packs.toml", &book(0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Through the program: exit code 0 or 1, never a panic (101) or a signal.
    #[test]
    fn damaged_usage_files_are_errors_not_panics(at in any::<prop::sample::Index>(), byte in any::<char>(), length in 0..40_usize) {
        let rows = "start,end,account,sub_app_id,meter,area,spec,quantity,unit\n\
                    2026-10-01T00:00:00+08:00,2026-10-02T00:00:00+08:00,1,7,traffic,Chinese Mainland,,12.5,GB\n\
                    2026-10-01T00:00:00+08:00,2026-10-03T00:00:00+08:00,1,7,storage,Chinese Mainland,STANDARD,3,TiB\n";
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("u.csv"), damage(rows, at, byte, length)).unwrap();
        let output = crate::rate::run_in(folder.path(), &["rate", "--in", "u.csv", "--prices", "vod-cn"]);
        prop_assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn damage(text: &str, at: prop::sample::Index, character: char, length: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = at.index(characters.len());
    let rest = characters.iter().skip(at + length);
    characters[..at].iter().chain(std::iter::once(&character)).chain(rest).collect()
}

/// Sums past 128 bits are an error that names the usage, never a wrong number.
#[test]
fn overflow_is_an_error() {
    let book = book(1);
    let mut huge = record("traffic", "Chinese Mainland", "", 1_000, (0, 1), 0);
    huge.quantity = i128::MAX / 2 + 1;
    let error = rate([huge.clone(), huge], &book, &Options::default()).unwrap_err().to_string();
    assert!(error.contains("traffic") && error.contains("exact arithmetic"), "{error}");
}

/// 600.0000005 GB × 0.23 = 138.000000115: the half goes up, the list cost keeps it.
#[test]
fn amounts_are_rounded_once_half_up() {
    let usage = record("traffic", "Chinese Mainland", "", 1_500, (0, 1), 600_000_000_500);
    let charges = rate([usage], &book(1), &Options::default()).unwrap();
    assert_eq!(charges[0].list_cost.as_deref(), Some("138.000000115"));
    assert_eq!(charges[0].billed_cost.map(Amount::to_decimal_text).unwrap(), "138.00000012");
}

#[test]
fn fractions_are_exact() {
    let ratio = |text: &str| text.parse::<Ratio>().unwrap();
    assert_eq!(ratio("5/22").times(ratio("4.4")), Some(Ratio::ONE));
    assert_eq!(ratio("1/3").plus(ratio("1/6")), Some(ratio("0.5")));
    assert_eq!(ratio("1/3").to_text(), "0.333333333333");
    assert_eq!(ratio("26/31").rounded(8).map(Ratio::to_text).as_deref(), Some("0.83870968"));
    assert_eq!((ratio("2.5").round_half_up(), ratio("2.4999").round_half_up(), ratio("7/3").ceil()), (3, 2, 3));
    assert!(ratio("333333333333/1000000000000") < ratio("1/3") && ratio("3") > ratio("14/5"));
    assert!("1/0".parse::<Ratio>().is_err() && "-1".parse::<Ratio>().is_err() && "1e3".parse::<Ratio>().is_err());
}

/// Rows in the range of any account are far from the limit: an exabyte at the dearest price.
#[test]
fn an_exabyte_is_in_range() {
    let book = book(1);
    let mut usage = record("traffic", "South America", "", 1_500, (0, 1), 0);
    usage.quantity = 1_000_000_000_000_000_000;
    let charges = rate([usage], &book, &Options::default()).unwrap();
    assert_eq!(charges[0].billed_cost.map(Amount::to_decimal_text).unwrap(), "850000000.00000000");
}
