//! What a change of media would cost or save: stored bytes of a month with and without it, what is left too early, what is
//! read back. Rated by the price book like any usage, so that contracts and switches count.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::StatementError;
use crate::billing::{Files, Options, PriceBook, RateError, Rater, Row, RowError, rate};
use crate::model::meter::{STORAGE_CLASSES, names};
use crate::model::{
    AccountId, Amount, BillingDay, BillingMonth, Charge, CostEffect, EffectKind, EffectLine, Period, RowType, Status,
    UsageRecord, area,
};

/// What becomes of one media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaChange {
    /// Where it is stored; empty where unknown.
    pub storage_region: String,
    /// Its class; empty is the standard one.
    pub storage_class: String,
    /// Bytes of the source file.
    pub size: Option<u64>,
    /// Bytes of everything made of it.
    pub rendition_size: Option<u64>,
    /// When it was created. That it has been in its class since then is assumed, unless `in_class_since` says otherwise.
    pub created: Option<DateTime<Utc>>,
    /// From when on it has been in its class, where that is known.
    pub in_class_since: Option<BillingDay>,
    /// When it leaves its class, or is no longer stored; `None` where it stays.
    pub leaves: Option<DateTime<Utc>>,
    /// The class that it is in afterwards; `None` where it is no longer stored.
    pub class_after: Option<String>,
    /// How it is read back, as a specification of the meter `retrieval`.
    pub retrieval: Option<String>,
}

/// Values changes of media. `options` are those of the month after `now`; packs in them are left aside.
///
/// # Errors
/// Options that do not fit the book, or bytes past exact arithmetic.
pub fn media_effect(
    account: &AccountId,
    changes: &[MediaChange],
    book: &PriceBook,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<CostEffect, StatementError> {
    let month = BillingDay::of(now).month().next();
    let mut notes = vec![format!("storage is that of {month}, {} days, by each day's peak", month.length())];
    if !options.packs.is_empty() {
        notes.push("packs are left aside: what they cover is saved in the packs and not on the bill".to_owned());
    }
    let options = Options { packs: Vec::new(), since: None, explain: true, ..options.clone() };
    let mut sums =
        Sums { account, month, now, lines: BTreeMap::new(), gaps: BTreeMap::new(), files: files(book, &options, month)? };
    changes.iter().for_each(|change| sums.add(change));
    notes.extend(sums.notes(changes));
    let mut totals = Totals { per_month: Some(0), once: Some(0) };
    let (mut lines, mut tiered) = (Vec::with_capacity(sums.lines.len()), false);
    for (key, sum) in &sums.lines {
        let charges = sums.rate(key, sum, book, &options)?;
        let cost = cost(&charges);
        tiered |= charges.iter().any(|charge| !matches!(charge.tier.as_str(), "" | "flat"));
        totals.add(key.0, cost);
        lines.push(line(key, sum, charges, cost, book));
    }
    if tiered {
        notes.push("prices by tier are those of these media alone, as if nothing else were stored".to_owned());
    }
    let mut gaps: Vec<String> = sums.gaps.iter().map(|(why, media)| format!("{why}: {media} media")).collect();
    gaps.extend(lines.iter().filter_map(|line| {
        let why = line.unpriced.as_ref()?;
        let place = [line.spec.as_str(), &line.area].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
        Some(format!("{} of {place} has no price: {why}", line.kind.words()))
    }));
    let known = |total: Option<i128>| total.filter(|_| sums.gaps.is_empty()).map(text(book));
    Ok(CostEffect {
        currency: book.currency,
        price_book: book.id.clone(),
        month,
        storage_per_month: known(totals.per_month),
        once: known(totals.once),
        lines,
        gaps,
        notes,
    })
}

fn text(book: &PriceBook) -> impl Fn(i128) -> String {
    let currency = book.currency;
    move |units| Amount { units, currency }.to_decimal_text()
}

/// Kind, area and specification.
type Key = (EffectKind, String, String);

/// Bytes that are valued together.
#[derive(Default)]
struct Sum {
    media: u64,
    bytes: u64,
    /// By the stay in the class. Of other kinds there is one stay: the month, or the day of the change.
    stays: BTreeMap<(DateTime<Utc>, DateTime<Utc>), u64>,
}

struct Sums<'a> {
    account: &'a AccountId,
    month: BillingMonth,
    now: DateTime<Utc>,
    lines: BTreeMap<Key, Sum>,
    /// Media that cannot be valued, by why.
    gaps: BTreeMap<String, u64>,
    /// Which files of a media count as stored.
    files: Files,
}

impl Sums<'_> {
    fn add(&mut self, change: &MediaChange) {
        let stays = change.leaves.is_none();
        if stays && change.retrieval.is_none() {
            return;
        }
        let bytes = match (self.files, change.size, change.rendition_size) {
            (Files::Source, Some(size), _) => size,
            (Files::SourceAndRenditions, Some(size), Some(made)) => size.saturating_add(made),
            _ => return self.gap("their size is not known"),
        };
        let Some(area) = area::of_region(&change.storage_region) else {
            return self.gap(&format!("the area of storage region {:?} is not known", change.storage_region));
        };
        let class = if change.storage_class.is_empty() { STORAGE_CLASSES[0].0 } else { &change.storage_class };
        if let Some(retrieval) = &change.retrieval {
            let moment = self.now.trunc_subsecs(0);
            self.plus(EffectKind::Retrieval, area, retrieval, bytes, (moment, moment + TimeDelta::seconds(1)));
        }
        let Some(leaves) = change.leaves else { return };
        let month = self.month.period();
        self.plus(EffectKind::StoredBefore, area, class, bytes, (month.start, month.end));
        if let Some(after) = &change.class_after {
            self.plus(EffectKind::StoredAfter, area, after, bytes, (month.start, month.end));
        }
        // The standard class has no minimum duration.
        if class != STORAGE_CLASSES[0].0 {
            match change.in_class_since.map(BillingDay::start).or(change.created) {
                Some(since) => self.plus(EffectKind::EarlyDeletion, area, class, bytes, stay(since, leaves)),
                None => self.gap("since when they are in their storage class is not known"),
            }
        }
    }

    fn gap(&mut self, why: &str) {
        *self.gaps.entry(why.to_owned()).or_default() += 1;
    }

    fn plus(&mut self, kind: EffectKind, area: &str, spec: &str, bytes: u64, stay: (DateTime<Utc>, DateTime<Utc>)) {
        let sum = self.lines.entry((kind, area.to_owned(), spec.to_owned())).or_default();
        sum.media += 1;
        sum.bytes = sum.bytes.saturating_add(bytes);
        let same = sum.stays.entry(stay).or_default();
        *same = same.saturating_add(bytes);
    }

    /// Rates one line by itself.
    fn rate(&self, key: &Key, sum: &Sum, book: &PriceBook, options: &Options) -> Result<Vec<Charge>, StatementError> {
        let stays = sum.stays.iter().map(|(stay, bytes)| self.usage(key, *stay, *bytes));
        let rated = match rate(stays, book, options) {
            // Where the book knows no minimum duration, leaving a class is an event of a moment.
            Err(RateError::Row(RowError::SpansDays { .. } | RowError::SpansHours { .. } | RowError::SpansMonths { .. })) => {
                let moment = |end: DateTime<Utc>| (end - TimeDelta::seconds(1), end);
                rate(sum.stays.iter().map(|((_, end), bytes)| self.usage(key, moment(*end), *bytes)), book, options)
            }
            rated => rated,
        };
        let charges =
            rated.map_err(|source| StatementError::Rate { account: self.account.clone(), month: self.month, source })?;
        Ok(charges.into_iter().filter(|charge| charge.row_type == RowType::Charge).collect())
    }

    fn usage(&self, (kind, area, spec): &Key, (start, end): (DateTime<Utc>, DateTime<Utc>), bytes: u64) -> UsageRecord {
        let meter = match kind {
            EffectKind::StoredBefore | EffectKind::StoredAfter => names::STORAGE,
            EffectKind::EarlyDeletion => names::EARLY_DELETION,
            EffectKind::Retrieval => names::RETRIEVAL,
        };
        UsageRecord {
            period: Period { start, end },
            account: self.account.clone(),
            sub_app_id: None,
            meter: meter.to_owned(),
            area: area.clone(),
            spec: spec.clone(),
            quantity: i128::from(bytes),
            status: Status::Estimated,
            tags: Vec::new(),
        }
    }

    /// What the amounts rest on.
    fn notes(&self, changes: &[MediaChange]) -> Vec<String> {
        let mut notes = Vec::new();
        if self.lines.keys().any(|(kind, ..)| *kind == EffectKind::EarlyDeletion) {
            let assumed = changes.iter().filter(|change| change.in_class_since.is_none()).count();
            if assumed > 0 {
                notes.push(format!(
                    "early deletion takes it that {assumed} media are in their storage class since they were created; \
                     what came into it later pays for more days"
                ));
            }
        }
        if self.files == Files::SourceAndRenditions {
            notes.push("what was made of a media counts as stored in the media's class".to_owned());
        }
        let (first, last) =
            (changes.iter().filter_map(|change| change.leaves).min(), changes.iter().filter_map(|change| change.leaves).max());
        if let (Some(first), Some(last)) = (first, last)
            && BillingDay::of(last) > BillingDay::of(self.now)
        {
            let (first, last) = (BillingDay::of(first), BillingDay::of(last));
            let when = if first == last { format!("{first}") } else { format!("{first} to {last}") };
            notes.push(format!("media leave on {when}; storage is saved in each whole month after that"));
        }
        notes
    }
}

/// The longest stay that is told apart from longer ones: no minimum duration comes near it.
const LONG_STAY: TimeDelta = TimeDelta::days(3_650);

/// A stay in a class by its calendar days, first and last included: they are what counts.
fn stay(since: DateTime<Utc>, leaves: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let since = since.max(leaves - LONG_STAY).min(leaves);
    (BillingDay::of(since).start(), BillingDay::of(leaves).end())
}

/// The sum of charges; `None` while one has no price, and where there are none.
fn cost(charges: &[Charge]) -> Option<i128> {
    let units = charges.iter().map(|charge| charge.billed_cost.map(|cost| cost.units));
    units.reduce(|sum, units| sum?.checked_add(units?)).flatten()
}

/// What is paid each month and once; `None` while a part is unknown.
struct Totals {
    per_month: Option<i128>,
    once: Option<i128>,
}

impl Totals {
    fn add(&mut self, kind: EffectKind, cost: Option<i128>) {
        let plus = |sum: Option<i128>, units: Option<i128>| sum?.checked_add(units?);
        match kind {
            EffectKind::StoredBefore => self.per_month = plus(self.per_month, cost.map(|units| -units)),
            EffectKind::StoredAfter => self.per_month = plus(self.per_month, cost),
            EffectKind::EarlyDeletion | EffectKind::Retrieval => self.once = plus(self.once, cost),
        }
    }
}

fn line(key: &Key, sum: &Sum, charges: Vec<Charge>, cost: Option<i128>, book: &PriceBook) -> EffectLine {
    let (kind, area, spec) = key.clone();
    let unpriced = charges.iter().find_map(|charge| charge.unpriced.as_deref());
    let unpriced = unpriced.map(|why| why.strip_prefix("unpriced: ").unwrap_or(why).to_owned());
    let none = || "the price book does not charge it in this billing mode".to_owned();
    let first = charges.into_iter().next();
    EffectLine {
        kind,
        area,
        spec,
        media: sum.media,
        bytes: sum.bytes,
        unit_price: first.as_ref().and_then(|first| first.contracted_unit_price.clone().or_else(|| first.unit_price.clone())),
        price_version: first.as_ref().map(|first| first.price_version.clone()).unwrap_or_default(),
        unpriced: if cost.is_some() { None } else { Some(unpriced.unwrap_or_else(none)) },
        cost: cost.map(text(book)),
        steps: first.map(|first| first.steps).unwrap_or_default(),
    }
}

/// Which files of a media count as stored, by the price of standard storage.
fn files(book: &PriceBook, options: &Options, month: BillingMonth) -> Result<Files, StatementError> {
    let mut files = Files::SourceAndRenditions;
    let account = AccountId::new("");
    let rate_error = |source| StatementError::Rate { account: account.clone(), month, source };
    let mut rater = Rater::new(book, options).map_err(rate_error)?;
    let day = month.first_day().period();
    let (area, spec) = (area::MAINLAND, STORAGE_CLASSES[0].0);
    let row = Row {
        start: day.start,
        end: day.end,
        account: "",
        meter: names::STORAGE,
        area,
        spec,
        quantity: 1,
        status: Status::Estimated,
    };
    rater.places(&row, |place| files = place.files).map_err(rate_error)?;
    Ok(files)
}
