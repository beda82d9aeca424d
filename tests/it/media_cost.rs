//! What changes of media cost, against arithmetic by hand from the price lists of 2021 (GB are 10⁹ bytes; December has 31 days).

use chrono::{DateTime, Utc};
use vodledger::billing::{Options, PriceBook, shipped};
use vodledger::model::time::parse_time;
use vodledger::model::{AccountId, CostEffect, EffectKind};
use vodledger::statement::{MediaChange, media_effect};

const GB: u64 = 1_000_000_000;

fn time(text: &str) -> DateTime<Utc> {
    parse_time(text).unwrap()
}

fn now() -> DateTime<Utc> {
    time("2026-11-02T15:00:00+08:00")
}

fn media(class: &str, gigabytes: u64) -> MediaChange {
    MediaChange {
        storage_region: "ap-guangzhou-2".to_owned(),
        storage_class: class.to_owned(),
        size: Some(gigabytes * GB),
        rendition_size: Some(0),
        created: Some(time("2026-11-01T09:00:00+08:00")),
        in_class_since: None,
        leaves: Some(now()),
        class_after: None,
        retrieval: None,
    }
}

fn effect(changes: &[MediaChange]) -> CostEffect {
    with(changes, &Options::default())
}

fn with(changes: &[MediaChange], options: &Options) -> CostEffect {
    let (id, text) = shipped().iter().find(|(id, _)| *id == "vod-cn").unwrap();
    let book = PriceBook::parse(text, id).unwrap();
    media_effect(&AccountId::new("1"), changes, &book, options, now()).unwrap()
}

fn cost(effect: &CostEffect, kind: EffectKind) -> Option<&str> {
    effect.lines.iter().find(|line| line.kind == kind).and_then(|line| line.cost.as_deref())
}

/// 100 GB × 0.0048 × 31 days = 14.88, half of it renditions.
#[test]
fn deleting_saves_storage() {
    let media = MediaChange { rendition_size: Some(50 * GB), ..media("STANDARD", 50) };
    let effect = effect(&[media]);
    assert_eq!((effect.month.to_string().as_str(), effect.storage_per_month.as_deref()), ("2026-12", Some("-14.88000000")));
    assert_eq!((effect.once.as_deref(), effect.gaps.len()), (Some("0.00000000"), 0));
    assert!(!effect.notes.iter().any(|note| note.contains("tier")), "{:?}", effect.notes);
    let line = &effect.lines[0];
    assert_eq!((line.media, line.bytes, line.unit_price.as_deref()), (1, 100 * GB, Some("0.0048")));
    assert!(line.steps.iter().any(|step| step.text.contains("100 GB × 0.0048 CNY per GB")), "{:?}", line.steps);
    assert!(line.steps.iter().any(|step| step.text.contains("daily-2021")), "{:?}", line.steps);
}

/// The published case: there since the day before, so 180 − 2 = 178 days are missing: 100 × 0.0004 × 178 = 7.12. A second media of
/// 10 GB is there since the 1st of October, 33 days: 10 × 0.0004 × 147 = 0.588.
#[test]
fn leaving_a_cold_class_early_costs_the_missing_days() {
    let older = MediaChange { in_class_since: Some("2026-10-01".parse().unwrap()), ..media("DEEP_ARCHIVE", 10) };
    let effect = effect(&[media("DEEP_ARCHIVE", 100), older]);
    assert_eq!(effect.once.as_deref(), Some("7.70800000"));
    // 110 × 0.0004 × 31.
    assert_eq!(effect.storage_per_month.as_deref(), Some("-1.36400000"));
    assert!(effect.notes.iter().any(|note| note.contains("1 media are in their storage class since they were created")));
    // Long enough: nothing is missing.
    let long = MediaChange { created: Some(time("2016-01-01T00:00:00+08:00")), ..media("ARCHIVE", 10) };
    assert_eq!(cost(&self::effect(&[long]), EffectKind::EarlyDeletion), Some("0.00000000"));
}

/// Out of ARCHIVE in Singapore by Bulk: 50 × 0.02 = 1 once; storage 50 × (0.0058 − 0.0018) × 31 = 6.2 a month more.
#[test]
fn moving_costs_reading_back_and_another_price() {
    let media = MediaChange {
        storage_region: "ap-singapore".to_owned(),
        created: Some(time("2025-01-01T00:00:00+08:00")),
        class_after: Some("STANDARD".to_owned()),
        retrieval: Some("ArchiveBulkRetrieval".to_owned()),
        ..media("ARCHIVE", 50)
    };
    let effect = effect(&[media]);
    assert_eq!((cost(&effect, EffectKind::Retrieval), effect.once.as_deref()), (Some("1.00000000"), Some("1.00000000")));
    assert_eq!(effect.storage_per_month.as_deref(), Some("6.20000000"));
}

/// The minimum of STANDARD_IA is a switch of the book: 28 days × 100 × 0.0024 = 6.72, or nothing.
#[test]
fn switches_count() {
    let media = media("STANDARD_IA", 100);
    assert_eq!(cost(&effect(std::slice::from_ref(&media)), EffectKind::EarlyDeletion), Some("6.72000000"));
    let mut options = Options::default();
    options.switches.set("ia_minimum_days", "none");
    assert_eq!(cost(&with(&[media], &options), EffectKind::EarlyDeletion), Some("0.00000000"));
}

#[test]
fn what_has_no_price_or_no_size_is_named_and_never_zero() {
    let read_back = MediaChange {
        class_after: Some("STANDARD".to_owned()),
        retrieval: Some("InfrequentRetrieval".to_owned()),
        ..media("STANDARD_IA", 100)
    };
    let unpriced = effect(&[read_back]);
    assert_eq!((unpriced.once.as_deref(), cost(&unpriced, EffectKind::Retrieval)), (None, None));
    // 100 × (0.0048 − 0.0024) × 31 = 7.44: what is known stays known.
    assert_eq!(unpriced.storage_per_month.as_deref(), Some("7.44000000"));
    assert!(
        unpriced.gaps[0].contains("retrieval of InfrequentRetrieval, Chinese Mainland has no price: retrieval from"),
        "{:?}",
        unpriced.gaps
    );
    let nowhere = MediaChange { storage_region: "ap-nowhere".to_owned(), ..media("STANDARD", 1) };
    let unknown = MediaChange { size: None, ..media("STANDARD", 1) };
    let effect = effect(&[nowhere, unknown, media("STANDARD", 1)]);
    assert_eq!((effect.storage_per_month, effect.once), (None, None));
    assert_eq!(
        effect.gaps,
        ["the area of storage region \"ap-nowhere\" is not known: 1 media", "their size is not known: 1 media"]
    );
    // The media that can be valued still is: 1 × 0.0048 × 31.
    assert_eq!(effect.lines[0].cost.as_deref(), Some("0.14880000"));
}
