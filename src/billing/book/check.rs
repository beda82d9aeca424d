//! What must hold between the tables of a book.

use std::collections::{BTreeMap, BTreeSet};

use super::price::{Condition, Inner, Outer, Price, TierKind, Window};
use super::reader::Document;
use super::{Cover, Part, PriceBook, Rate, Unpriced, Version, find_meter};
use crate::billing::options::Mode;
use crate::billing::ratio::Ratio;
use crate::input::names::{Name, compare, did_you_mean};
use crate::model::area::{STORAGE_AREAS, TRAFFIC_AREAS};
use crate::model::meter::METERS;
use crate::model::{Meter, MeterKind, Unit};

/// Notes everything in which the tables of the book contradict each other or leave a gap.
pub(super) fn relations(book: &PriceBook, complete: bool, problems: &Document<'_>) {
    unique(book.sources.iter().map(|source| source.id.as_str()), "source", problems);
    unique(book.meters.iter().map(|meter| meter.name.as_str()), "meter", problems);
    unique(book.switches.iter().map(|switch| switch.name.as_str()), "switch", problems);
    unique(book.versions.iter().map(|version| version.name.as_str()), "version", problems);
    unique(book.products.iter().map(|product| product.id.as_str()), "product", problems);
    if book.versions.is_empty() {
        problems.add("version", "a price book has at least one [[version]]");
    }
    for meter in book.meters.iter().filter(|meter| find_meter(&[], &meter.name).is_some()) {
        problems.add(format!("meter {:?}", meter.name), "is a meter of the product already (see `meters`); leave the table out");
    }
    dates(book, problems);
    for version in &book.versions {
        unique(version.prices.iter().map(|price| price.name.as_str()), &place(version), problems);
        for price in &version.prices {
            one_price(book, &format!("{} price {:?}", place(version), price.name), price, problems);
            if !book.sources.iter().any(|source| source.id == price.source) {
                let message = format!("there is no [[source]] {:?} in this book", price.source);
                problems.add(format!("{} price {:?}: source", place(version), price.name), message);
            }
        }
        for unpriced in version.unpriced.iter().chain(&version.ignored) {
            known_meters(book, &unpriced.meters, &format!("{} unpriced or ignored", place(version)), problems);
        }
        overlaps(version, problems);
        shared_counters(book, version, problems);
        coverage(book, version, complete, problems);
    }
    unique(book.allowances.iter().map(|allowance| allowance.id.as_str()), "allowance", problems);
    for allowance in &book.allowances {
        covers(book, &allowance.covers, &format!("allowance {:?}", allowance.id), problems);
    }
    for product in &book.products {
        parts(book, &product.parts, &format!("product {:?}", product.id), problems);
    }
}

/// What must hold within the allowances of a product or pack.
pub(in crate::billing) fn parts(book: &PriceBook, parts: &[Part], place: &str, problems: &Document<'_>) {
    for part in parts {
        covers(book, &part.covers, place, problems);
        let meters = part.covers.iter().flat_map(|cover| &cover.meters);
        let others: BTreeSet<&str> = meters
            .filter(|meter| book.meter(meter).is_some_and(|(_, base)| base != part.unit.base))
            .map(String::as_str)
            .collect();
        for meter in others {
            let message = format!("{} does not count what meter {meter:?} counts", part.unit.name);
            problems.add(format!("{place} part: unit"), message);
        }
    }
}

fn covers(book: &PriceBook, covers: &[Cover], place: &str, problems: &Document<'_>) {
    for cover in covers {
        known_meters(book, &cover.meters, &format!("{place} covers"), problems);
        answers(book, &cover.when, &|key, message| problems.add(format!("{place} covers: {key}"), message));
    }
}

/// `when` names switches of the book and their values.
fn answers(book: &PriceBook, when: &[(String, String)], add: &impl Fn(&str, String)) {
    for (name, value) in when {
        match book.switches.iter().find(|switch| switch.name == *name) {
            None => add("when", format!("there is no [[switch]] named {name:?} in this book")),
            Some(switch) if !switch.values.contains(value) => add("when", format!("{value:?} is no value of switch {name}")),
            Some(_) => {}
        }
    }
}

fn place(version: &Version) -> String {
    format!("version {:?}", version.name)
}

fn unique<'a>(names: impl Iterator<Item = &'a str>, place: &str, problems: &Document<'_>) {
    let mut seen = BTreeSet::new();
    for name in names.filter(|name| !seen.insert(*name)) {
        problems.add(place, format!("the name {name:?} is given twice"));
    }
}

fn dates(book: &PriceBook, problems: &Document<'_>) {
    let mut versions: Vec<&Version> = book.versions.iter().collect();
    versions.sort_by_key(|version| version.from);
    for pair in versions.windows(2) {
        let [earlier, later] = pair else { continue };
        if earlier.to.is_none_or(|to| later.from < to) {
            let message = format!("holds from {} while version {:?} still holds; give that one `to`", later.from, earlier.name);
            problems.add(format!("{}: from", place(later)), message);
        }
    }
}

fn known_meters(book: &PriceBook, meters: &[String], place: &str, problems: &Document<'_>) {
    for meter in meters.iter().filter(|meter| book.meter(meter).is_none()) {
        let known = METERS.iter().map(|meter| meter.name).chain(book.meters.iter().map(|meter| meter.name.as_str()));
        let close = match compare(meter, known) {
            Name::Near(near) => format!("did you mean {near:?}? "),
            _ => String::new(),
        };
        problems.add(format!("{place}: meter"), format!("{meter:?} is unknown; {close}declare it as [[meter]], or see `meters`"));
    }
}

/// Areas and specifications of the product's own meters: nearly one of those that the product knows is a slip.
fn product_names(meters: &[String], rate: &Rate, add: &impl Fn(&str, String)) {
    let areas = TRAFFIC_AREAS.into_iter().chain(STORAGE_AREAS);
    for meter in meters.iter().filter_map(|meter| Meter::named(meter)) {
        for area in &rate.areas {
            if let Name::Near(near) = compare(area, areas.clone()) {
                add("rates: area", format!("{area:?}: {}", did_you_mean("area", near)));
            }
        }
        let specs = meter.known_specs();
        for spec in &rate.specs {
            if let Name::Near(near) = compare(spec, specs.iter().map(String::as_str)) {
                add("rates: spec", format!("{spec:?}: {}", did_you_mean("specification", near)));
            }
        }
    }
}

/// What must hold within one item of a price list.
pub(in crate::billing) fn one_price(book: &PriceBook, place: &str, price: &Price, problems: &Document<'_>) {
    let add = |key: &str, message: String| problems.add(format!("{place}: {key}"), message);
    known_meters(book, &price.meters, place, problems);
    for rate in &price.rates {
        product_names(&price.meters, rate, &add);
    }
    answers(book, &price.when, &add);
    for (kind, base) in price.meters.iter().filter_map(|meter| book.meter(meter)) {
        for unit in price.unit.values().filter(|unit| unit.base != base) {
            add("unit", format!("{} does not count {}, which the meter does", unit.name, base));
        }
        if (kind == MeterKind::Event) != (price.aggregate.inner == Inner::Sum) {
            let kind = kind.as_str();
            add(
                "aggregate",
                format!(
                    "a meter of kind {kind} cannot be aggregated so: events add up (sum); levels and rates take max, mean, last or drop_top"
                ),
            );
        }
        if kind == MeterKind::Event && price.aggregate.outer != Outer::None {
            add("outer", "events add up; take window = \"month\" for a line a month".to_owned());
        }
        if kind != MeterKind::Event && price.quantum.is_some() {
            add("quantum", "only events are counted in steps; use `block` to round a period's quantity".to_owned());
        }
    }
    let quantities =
        [("quantum", &price.quantum), ("free", &price.free), ("free_below", &price.free_below), ("block", &price.block)];
    let quantities = quantities.into_iter().filter_map(|(key, quantity)| Some((key, quantity.as_ref()?)));
    let bounds = price.tiers.iter().flat_map(|tiers| &tiers.up_to).map(|bound| ("tiers: up_to", bound));
    for (key, quantity) in quantities.chain(bounds) {
        for unit in price.unit.values().filter(|unit| !is_whole(quantity.value(), **unit)) {
            add(key, format!("{quantity} {} is not a whole number of {}, or too large", unit.name, unit.base));
        }
    }
    sample_points(price, &add);
    counters(price, &add);
    for condition in &price.only_if {
        one_condition(book, condition, place, problems);
    }
    let has_minimum = price.rates.iter().any(|rate| rate.minimum_days.is_some());
    if has_minimum && (price.aggregate.inner != Inner::Sum || price.aggregate.window != Window::Day || price.quantum.is_some()) {
        let message = "only events of days have a minimum duration: aggregate = \"sum\", window = \"day\", no quantum";
        add("rates: minimum_days", message.to_owned());
    }
    let dims = price.lines_by;
    for rate in price.rates.iter().filter(|rate| !dims.spec && !rate.specs.is_empty() || !dims.area && !rate.areas.is_empty()) {
        add("rates", format!("a rate selects {:?} {:?}, but `lines_by` sums over that", rate.areas, rate.specs));
    }
    for (index, rate) in price.rates.iter().enumerate() {
        let clash = |earlier: &&Rate| rates_meet(earlier, rate) && !earlier.is_default_of(rate) && !rate.is_default_of(earlier);
        if price.rates[..index].iter().any(|earlier| clash(&earlier)) {
            let message = format!(
                "two rates are for the same area and spec ({:?} {:?}); only a rate that names less, such as none of both, may stand beside one that names more",
                rate.areas, rate.specs
            );
            add("rates", message);
        }
    }
}

/// Points lie whole in each window.
fn sample_points(price: &Price, add: &impl Fn(&str, String)) {
    let Inner::DropTop(drop) = &price.aggregate.inner else { return };
    let has_hours = matches!(price.aggregate.window, Window::Hour | Window::Settlement);
    if has_hours && 3_600 % drop.sample_seconds != 0 {
        let message = "the quantity may be an hour's, so it must divide an hour: 300 for five minutes";
        add("sample_seconds", message.to_owned());
    }
}

/// Counters and free quantities hold at least as long as the lines that they count.
fn counters(price: &Price, add: &impl Fn(&str, String)) {
    let lines = if price.aggregate.outer == Outer::None { price.aggregate.window } else { Window::Month };
    // Settled by the month, lines as long as the settlement are a month's.
    let (shortest, longest) = if lines == Window::Settlement { (Window::Hour, Window::Month) } else { (lines, lines) };
    let shorter = |window: Window| window < longest;
    if let Some(window) = price.free_per.filter(|window| *window == Window::Settlement || shorter(*window)) {
        add("free_per", format!("{window} does not fit lines of a {lines}; give hour, day or month, not shorter than the lines"));
    }
    let Some(tiers) = &price.tiers else { return };
    if shorter(tiers.reset) {
        let longer = if longest == Window::Month { "" } else { ", or longer" };
        add("tiers: reset", format!("the quantity may be a {longest}'s: reset = \"{longest}\"{longer}"));
    }
    if shortest < tiers.reset && tiers.kind.values().any(|kind| *kind == TierKind::Volume) {
        let message = format!(
            "a {}'s volume is known only with its end: take window = {:?}, or kind = \"graduated\" or \"volume_to_date\"",
            tiers.reset,
            tiers.reset.as_str()
        );
        add("tiers: reset", message);
    }
}

fn one_condition(book: &PriceBook, condition: &Condition, place: &str, problems: &Document<'_>) {
    let place = format!("{place}: only_if");
    known_meters(book, &condition.meters, &place, problems);
    known_meters(book, &condition.relative_to, &place, problems);
    for (kind, base) in condition.meters.iter().filter_map(|meter| book.meter(meter)) {
        if (kind == MeterKind::Event) != (condition.inner == Inner::Sum) {
            let message = format!("a meter of kind {} cannot be aggregated so", kind.as_str());
            problems.add(format!("{place}: aggregate"), message);
        }
        if let Some(unit) = condition.unit.filter(|unit| unit.base != base) {
            problems.add(format!("{place}: unit"), format!("{} does not count {base}, which the meter does", unit.name));
        }
    }
    if condition.relative_to.iter().filter_map(|meter| book.meter(meter)).any(|(kind, _)| kind != MeterKind::Event) {
        problems.add(format!("{place}: relative_to"), "name event meters: ratios are of sums");
    }
}

fn is_whole(number: Ratio, unit: Unit) -> bool {
    number.times(Ratio::whole(unit.factor)).is_some_and(|base| base.denominator() == 1)
}

pub(in crate::billing) fn lists_meet<T: PartialEq>(left: &[T], right: &[T]) -> bool {
    left.is_empty() || right.is_empty() || left.iter().any(|item| right.contains(item))
}

fn rates_meet(left: &Rate, right: &Rate) -> bool {
    lists_meet(&left.areas, &right.areas) && lists_meet(&left.specs, &right.specs)
}

/// Two prices for the same thing at once would charge it twice.
fn overlaps(version: &Version, problems: &Document<'_>) {
    for (index, right) in version.prices.iter().enumerate() {
        for left in &version.prices[..index] {
            let apart =
                left.when.iter().any(|(name, value)| right.when.iter().any(|(other, answer)| name == other && value != answer));
            let meet = !apart
                && left.modes.iter().any(|mode| right.modes.contains(mode))
                && left.meters.iter().any(|meter| right.meters.contains(meter))
                && left.rates.iter().any(|rate| right.rates.iter().any(|other| rates_meet(rate, other)));
            if meet {
                let message = format!("charges the same as price {:?}: same meter, mode, area and spec", left.name);
                problems.add(format!("{} price {:?}", place(version), right.name), message);
            }
        }
    }
}

/// Prices that count in one counter count the same, as often, and apart by the same.
fn shared_counters(book: &PriceBook, version: &Version, problems: &Document<'_>) {
    let mut seen: BTreeMap<&str, (&str, _)> = BTreeMap::new();
    for price in &version.prices {
        let Some(tiers) = &price.tiers else { continue };
        let Some(counter) = tiers.counter.as_deref() else { continue };
        let base = price.meters.first().and_then(|meter| book.meter(meter)).map(|(_, base)| base);
        let rule = (base, tiers.reset, tiers.by);
        let (first, known) = *seen.entry(counter).or_insert((price.name.as_str(), rule));
        if known != rule {
            let message =
                format!("counter {counter:?} is shared with price {first:?}, which has another unit, reset or counter_by");
            problems.add(format!("{} price {:?}: tiers: counter", place(version), price.name), message);
        }
    }
}

/// Every meter that the book speaks of is priced, unpriced or ignored in every version and mode.
fn coverage(book: &PriceBook, version: &Version, complete: bool, problems: &Document<'_>) {
    let mut meters: BTreeSet<&str> = book.meters.iter().map(|meter| meter.name.as_str()).collect();
    if complete {
        meters.extend(METERS.iter().map(|meter| meter.name));
    }
    for mode in &version.modes {
        for meter in meters.iter().filter(|meter| !mentions(version, *mode, meter)) {
            let message = format!(
                "says nothing of meter {meter:?} in mode {mode}; give it a price, or list it in [[version.unpriced]] with the reason"
            );
            problems.add(place(version), message);
        }
    }
}

fn mentions(version: &Version, mode: Mode, meter: &str) -> bool {
    let named = |meters: &[String]| meters.iter().any(|name| name == meter);
    let listed = |list: &[Unpriced]| list.iter().any(|entry| entry.modes.contains(&mode) && named(&entry.meters));
    version.prices.iter().any(|price| price.modes.contains(&mode) && named(&price.meters))
        || listed(&version.unpriced)
        || listed(&version.ignored)
}
