//! Shares: charges split over applications, rooms and recordings, exact to the last unit.

use proptest::prelude::*;
use vodledger::billing::{AllocateError, Allocation, Options, PriceBook, Shares, basis, rate, shipped};
use vodledger::model::{AccountId, Amount, BillingDay, Charge, MeterKind, RowType, Status, SubAppId, UsageRecord};

const GB: i128 = 1_000_000_000;

/// 1000 GB of traffic of a day, rated with the shipped book: 1000 × 0.23 = 230 CNY.
fn parent() -> Charge {
    let (id, text) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    let book = PriceBook::parse(text, id).unwrap();
    let usage = UsageRecord {
        period: "2026-10-05".parse::<BillingDay>().unwrap().period(),
        account: AccountId::new("1"),
        sub_app_id: None,
        meter: "traffic".to_owned(),
        area: "Chinese Mainland".to_owned(),
        spec: String::new(),
        quantity: 1000 * GB,
        status: Status::Final,
        tags: Vec::new(),
    };
    let charges = rate([usage], &book, &Options::default()).unwrap();
    charges.into_iter().find(|charge| charge.row_type == RowType::Charge).unwrap()
}

fn by(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn costs(shares: &[Charge]) -> Vec<String> {
    shares.iter().map(|share| share.billed_cost.unwrap().to_decimal_text()).collect()
}

/// Splits over keys named after their places, the rest included.
fn split(parent: &Charge, weights: &[i128], total: i128) -> Vec<Charge> {
    let by = by(&["room"]);
    let mut allocation = Allocation::new(parent, &by, "traffic by room", total).unwrap();
    let keys = (0..weights.len()).map(|index| format!("{index:07}"));
    let mut shares: Vec<Charge> = keys.zip(weights).map(|(key, weight)| allocation.share(&[&key], *weight).unwrap()).collect();
    shares.extend(allocation.rest());
    shares
}

#[test]
fn a_charge_is_split_by_weight() {
    let parent = parent();
    let shares = split(&parent, &[1, 2, 4], 7);
    // 230 ÷ 7 = 32.857142857…, × 3 = 98.571428571…: running sums rounded half up, then differences.
    assert_eq!(costs(&shares), ["32.85714286", "65.71428571", "131.42857143"]);
    // 10¹² ÷ 7 = 142857142857.14…, × 3 = 428571428571.43…
    let quantities: Vec<i128> = shares.iter().map(|share| share.usage_quantity).collect();
    assert_eq!(quantities, [142_857_142_857, 285_714_285_714, 571_428_571_429]);
    // List cost to twelve decimals: 32.857142857142857…, 98.571428571428571…
    let list: Vec<&str> = shares.iter().map(|share| share.list_cost.as_deref().unwrap()).collect();
    assert_eq!(list, ["32.857142857143", "65.714285714286", "131.428571428571"]);
    assert_eq!(shares[0].tags, [("room".to_owned(), "0000000".to_owned())]);
    assert_eq!(shares[0].basis.as_deref(), Some("traffic by room"));
    assert_eq!((shares[0].status, &shares[0].tier), (parent.status, &parent.tier));
    assert_ne!(shares[0].charge_id, shares[1].charge_id);
    let step = &shares[1].steps[0];
    let values: Vec<(&str, &str)> = step.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(values, [("parent", parent.charge_id.as_str()), ("weight", "2"), ("total_weight", "7"), ("share", "2/7")]);
}

#[test]
fn the_rest_of_the_weight_is_unattributed() {
    let parent = parent();
    let shares = split(&parent, &[1, 1], 4);
    assert_eq!(costs(&shares), ["57.50000000", "57.50000000", "115.00000000"]);
    let rest = shares.last().unwrap();
    assert_eq!(rest.tags, [("room".to_owned(), String::new())]);
    assert_eq!(rest.basis.as_deref(), Some("unattributed, the rest of the weight: traffic by room"));
    // Without any weight the whole charge is unattributed.
    let whole = split(&parent, &[], 0);
    assert_eq!(costs(&whole), ["230.00000000"]);
    assert_eq!(costs(&split(&parent, &[0, 0], 0)), ["0.00000000", "0.00000000", "230.00000000"]);
}

#[test]
fn applications_have_a_column_of_their_own() {
    let parent = parent();
    let by = by(&["sub_app_id", "room"]);
    let mut allocation = Allocation::new(&parent, &by, "traffic by sub_app_id, room", 2).unwrap();
    let share = allocation.share(&["1500021001", "7"], 1).unwrap();
    assert_eq!(share.sub_app_id, Some(SubAppId(1_500_021_001)));
    assert_eq!(share.tags, [("room".to_owned(), "7".to_owned())]);
    let rest = allocation.rest().unwrap();
    assert_eq!((rest.sub_app_id, rest.tags), (None, vec![("room".to_owned(), String::new())]));
}

#[test]
fn what_does_not_fit_the_total_is_refused() {
    let parent = parent();
    let by = by(&["room"]);
    let mut allocation = Allocation::new(&parent, &by, "", 3).unwrap();
    assert_eq!(allocation.share(&["a"], -1), Err(AllocateError::Negative(-1)));
    assert_eq!(allocation.share(&["a"], 4), Err(AllocateError::TooMuch { total: 3 }));
    assert!(Shares::of(-1).is_err());
}

#[test]
fn bases_are_named() {
    let room = by(&["room"]);
    assert_eq!(basis("traffic", MeterKind::Event, &by(&["sub_app_id", "room"])), "traffic by sub_app_id, room");
    assert_eq!(basis("storage", MeterKind::Level, &room), "stored bytes × time by room");
    assert_eq!(basis("bandwidth", MeterKind::Rate, &room), "bandwidth × time by room");
}

#[test]
fn one_unit_over_a_million_shares() {
    let mut shares = Shares::of(1_000_000).unwrap();
    // Half a unit is reached with share 500 000, and there it goes to.
    let got: Vec<usize> = (1..=1_000_000).filter(|_| shares.take(1).unwrap().of(1) == 1).collect();
    assert_eq!(got, [500_000]);
    assert_eq!(shares.rest(), None);
}

#[test]
fn long_decimals_are_split_to_their_last_digit() {
    let mut shares = Shares::of(3).unwrap();
    let parts: Vec<String> =
        (0..3).map(|_| shares.take(1).unwrap().of_decimal("0.0000000000000000000000000000000000000000005")).collect();
    // 43 decimals and the digit before the point: 36 digits, then 8 of which 5 is split alone, as 2, 1 and 2.
    let last = |digit: u8| format!("0.{}{digit}", "0".repeat(42));
    assert_eq!(parts, [last(2), last(1), last(2)]);
    let mut shares = Shares::of(3).unwrap();
    let parts: Vec<String> = (0..3).map(|_| shares.take(1).unwrap().of_decimal("-1")).collect();
    assert_eq!(parts, ["-0.333333333333", "-0.333333333334", "-0.333333333333"]);
}

/// Decimals as integers of 10⁻³⁰.
fn scaled(text: &str) -> i128 {
    let (sign, number) = text.strip_prefix('-').map_or((1, text), |number| (-1, number));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    sign * format!("{whole}{decimals:0<30}").parse::<i128>().unwrap()
}

proptest! {
    #[test]
    fn parts_always_add_up(
        weights in prop::collection::vec(prop_oneof![Just(0), 0..9_i128, 0..(1_i128 << 120)], 1..40),
        rest in prop_oneof![Just(0), 0..(1_i128 << 100)],
        units in prop_oneof![Just(1), Just(-1), -1000..1000_i128, -(1_i128 << 126)..(1_i128 << 126)],
    ) {
        let total = weights.iter().sum::<i128>() + rest;
        let mut shares = Shares::of(total).unwrap();
        let mut portions: Vec<_> = weights.iter().map(|weight| shares.take(*weight).unwrap()).collect();
        portions.extend(shares.rest());
        let parts: Vec<i128> = portions.iter().map(|portion| portion.of(units)).collect();
        prop_assert_eq!(parts.iter().sum::<i128>(), units);
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(*part == 0 || part.signum() == units.signum());
            prop_assert!(*weight > 0 || *part == 0);
        }
    }

    #[test]
    fn parts_of_a_charge_add_up(
        weights in prop::collection::vec(0..1_000_000_i128, 1..30),
        rest in 0..1000_i128,
        units in -1_000_000_000_000_i128..1_000_000_000_000,
        list in "-?[0-9]{1,7}(\\.[0-9]{1,30})?",
    ) {
        let mut parent = parent();
        parent.billed_cost = parent.billed_cost.map(|cost| Amount { units, ..cost });
        parent.list_cost = Some(list.clone());
        parent.pack_quantity = 77;
        let shares = split(&parent, &weights, weights.iter().sum::<i128>() + rest);
        let sum = |of: &dyn Fn(&Charge) -> i128| shares.iter().map(of).sum::<i128>();
        prop_assert_eq!(sum(&|share| share.billed_cost.unwrap().units), units);
        prop_assert_eq!(sum(&|share| share.effective_cost.unwrap().units), parent.effective_cost.unwrap().units);
        prop_assert_eq!(sum(&|share| share.usage_quantity), parent.usage_quantity);
        prop_assert_eq!(sum(&|share| share.pack_quantity), 77);
        prop_assert_eq!(sum(&|share| share.pricing_quantity), parent.pricing_quantity);
        prop_assert_eq!(sum(&|share| scaled(share.list_cost.as_deref().unwrap())), scaled(&list));
    }
}
