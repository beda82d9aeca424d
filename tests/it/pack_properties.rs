//! What must hold for any usage and any packs: nothing negative, covered + billed = used, each allowance rolls forward, effective
//! cost adds up to what was paid, and the order of records changes nothing.

use chrono::TimeDelta;
use proptest::prelude::*;
use vodledger::billing::{Options, Pack, PartKind, PriceBook, Rated, Rater, Ratio, Row, packs_from_toml, shipped};
use vodledger::model::{AccountId, BillingDay, Charge, Period, RowType, Status, UsageRecord};

const DAYS: u64 = 50;
const GB: i128 = 1_000_000_000;

fn book() -> PriceBook {
    let (id, toml) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    PriceBook::parse(toml, id).unwrap()
}

fn day(index: u64) -> BillingDay {
    "2021-05-20".parse::<BillingDay>().unwrap().plus(index)
}

fn record(meter: &str, area: &str, spec: &str, (on, hour): (u64, u8), quantity: i128) -> UsageRecord {
    let start = day(on).start() + TimeDelta::hours(hour.into());
    UsageRecord {
        period: Period { start, end: start + TimeDelta::hours(1) },
        account: AccountId::new("1"),
        sub_app_id: None,
        meter: meter.to_owned(),
        area: area.to_owned(),
        spec: spec.to_owned(),
        quantity,
        status: Status::Final,
        tags: Vec::new(),
    }
}

/// Usage of what packs cover, and something that none covers on the first and the last day, so that the run is about all days.
fn usage() -> impl Strategy<Value = Vec<UsageRecord>> {
    let one = (0..7_usize, 0..DAYS, 0..24_u8, 0..120_000_000_000_u64).prop_map(|(what, on, hour, quantity)| {
        let (meter, area, spec) = [
            ("traffic", "Chinese Mainland", ""),
            ("traffic", "Europe", ""),
            ("storage", "Chinese Mainland", "STANDARD"),
            ("storage", "Chinese Mainland", "ARCHIVE"),
            ("storage", "Outside Chinese Mainland", "STANDARD_IA"),
            ("transcoding", "", "Standard.H264.HD"),
            ("editing", "", "Edit.Audio"),
        ][what];
        let quantity = if area.is_empty() { quantity % 9_000 } else { quantity };
        record(meter, area, spec, (on, hour), quantity.into())
    });
    prop::collection::vec(one, 1..40).prop_map(|mut usage| {
        usage.extend([0, DAYS - 1].map(|on| record("retrieval", "Chinese Mainland", "ArchiveBulkRetrieval", (on, 0), GB)));
        usage
    })
}

/// Packs bought in the run that end in it.
fn packs() -> impl Strategy<Value = Vec<Pack>> {
    let products = ["traffic-100gb", "storage-50gb", "storage-100gb", "transcoding-5h", "traffic-500gb", "short-video-player"];
    prop::collection::vec((0..products.len(), 0..40_u64, 1..20_u64), 1..6).prop_map(move |bought| {
        let toml: String = bought
            .iter()
            .enumerate()
            .map(|(index, (product, from, length))| {
                let (from, to) = (day(*from), day((from + length).min(DAYS)));
                format!("[[pack]]\nproduct = \"{}\"\nid = \"p{index}\"\nbought = \"{from}\"\nto = \"{to}\"\n", products[*product])
            })
            .collect();
        packs_from_toml(&toml, "packs.toml", &book()).unwrap()
    })
}

fn rated(usage: &[UsageRecord], book: &PriceBook, options: &Options) -> Rated {
    let mut rater = Rater::new(book, options).unwrap();
    for record in usage {
        rater.add(&Row::from(record)).unwrap();
    }
    rater.finish_with_packs().unwrap()
}

fn options(packs: &[Pack], answers: &[(&str, &str)]) -> Options {
    let switches = [("minute_rounding", "none")].iter().chain(answers).copied().collect();
    Options { packs: packs.to_vec(), switches, ..Options::default() }
}

fn sum(charges: &[Charge], of: impl Fn(&Charge) -> Option<i128>) -> i128 {
    charges.iter().filter_map(of).sum()
}

fn check(rated: &Rated) -> Result<(), TestCaseError> {
    let is_pack = |charge: &&Charge| charge.row_type == RowType::Pack;
    for charge in rated.charges.iter().filter(|charge| charge.row_type == RowType::Charge && charge.meter != "purchase") {
        prop_assert!(charge.pack_quantity >= 0 && charge.pack_quantity <= charge.usage_quantity);
        prop_assert_eq!(charge.pack_quantity + charge.pricing_quantity, charge.usage_quantity);
    }
    let covered = sum(&rated.charges, |charge| (charge.row_type == RowType::Charge).then_some(charge.pack_quantity));
    let of_packs: i128 =
        rated.charges.iter().filter(is_pack).filter(|row| row.meter != "licence").map(|row| row.pack_quantity).sum();
    prop_assert_eq!(covered, of_packs);
    prop_assert!(rated.charges.iter().filter_map(|charge| charge.effective_cost).all(|cost| cost.units >= 0));
    let mut before: Option<&vodledger::billing::PackMonth> = None;
    for month in &rated.packs {
        let quantities = [month.opening, month.bought, month.used, month.expired, month.refunded, month.closing];
        prop_assert!(quantities.iter().all(|quantity| *quantity >= Ratio::ZERO), "{:?}", month);
        let came = month.opening.plus(month.bought).unwrap();
        let went = [month.used, month.expired, month.refunded, month.closing];
        prop_assert_eq!(Some(came), went.into_iter().try_fold(Ratio::ZERO, Ratio::plus));
        if let Some(before) = before.filter(|before| before.pack == month.pack && before.part == month.part) {
            prop_assert_eq!(before.closing, month.opening);
        }
        prop_assert!(month.kind == PartKind::Consumable || month.closing == Ratio::ZERO);
        before = Some(month);
    }
    let ids: std::collections::BTreeSet<&str> = rated.charges.iter().map(|charge| charge.charge_id.as_str()).collect();
    prop_assert_eq!(ids.len(), rated.charges.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn packs_are_never_negative_and_nothing_is_lost(usage in usage(), packs in packs(), renew in any::<bool>()) {
        let book = book();
        let mut packs = packs;
        packs.iter_mut().for_each(|pack| pack.auto_renew = renew);
        for answers in [&[][..], &[("pack_order", "expiry"), ("pack_spec_order", "reversed"), ("pack_renewal_look_back", "no")]] {
            check(&rated(&usage, &book, &options(&packs, answers)))?;
        }
    }

    /// Over the whole life of packs the effective cost is what was billed for them, to the last unit.
    #[test]
    fn effective_cost_adds_up_to_what_was_paid(usage in usage(), packs in packs()) {
        let rated = rated(&usage, &book(), &options(&packs, &[]));
        let paid = sum(&rated.charges, |row| (row.meter == "purchase").then_some(row.billed_cost.unwrap().units));
        let spread = sum(&rated.charges, |row| (row.row_type == RowType::Pack).then_some(row.effective_cost.unwrap().units));
        prop_assert_eq!(paid, spread);
        let total = rated.charges.iter().find(|row| row.row_type == RowType::Total).unwrap();
        prop_assert_eq!(total.billed_cost, total.effective_cost);
    }

    #[test]
    fn the_order_of_records_changes_nothing(usage in usage(), packs in packs(), at in any::<prop::sample::Index>()) {
        let (book, options) = (book(), options(&packs, &[]));
        let mut turned = usage.clone();
        turned.reverse();
        turned.rotate_left(at.index(usage.len()));
        prop_assert_eq!(rated(&usage, &book, &options), rated(&turned, &book, &options));
    }

    #[test]
    fn damaged_files_of_packs_are_errors_not_panics(at in any::<prop::sample::Index>(), byte in any::<char>(), length in 0..40_usize) {
        let text = "[[pack]]\nproduct = \"traffic-100gb\"\nbought = \"2021-05-20\"\nto = \"2022-05-20\"\npaid = \"18.5\"\nused = \"12 GB\"\n\
                    refunded = \"2021-05-21\"\nleft = [{ on = \"2021-05-20\", quantity = \"88 GB\" }]\n";
        let characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        let damaged: String = characters[..at].iter().chain([&byte]).chain(characters.iter().skip(at + length)).collect();
        let _ = packs_from_toml(&damaged, "packs.toml", &book());
    }
}
