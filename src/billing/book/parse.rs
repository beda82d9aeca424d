//! From TOML to a price book.

use chrono::DateTime;

use super::price::{
    Aggregate, Bound, Comparison, Condition, Dimensions, DropRounding, DropTop, Files, Inner, Outer, Price, QuantumScope, Rate,
    TierKind, Tiers, Window,
};
use super::product_file::{allowance, pack_rules, product};
use super::reader::{BookErrors, Document, Keys, choice};
use super::{Allowance, BookMeter, Choice, PriceBook, Source, SwitchRule, Unpriced, Version};
use crate::billing::options::{BILL_MONTH_BASIS, MONTH_CHANGE, Mode, SETTLEMENT_CHANGE, Settlement};
use crate::billing::ratio::{Decimal, Ratio};
use crate::model::time::BILLING_OFFSET;
use crate::model::{Base, BillingDay, MeterKind, Unit};

/// The file format that this program reads.
pub(in crate::billing) const FORMAT: i64 = 1;

pub(super) fn book(toml: &str, origin: &str) -> Result<PriceBook, BookErrors> {
    let problems = Document::new(origin, toml);
    let root = problems.parse()?;
    let keys = Keys::top(&problems, &root);
    match keys.optional_integer("format") {
        Some(FORMAT) => {}
        Some(other) => keys.problem("format", &format!("is {other}; this program reads format {FORMAT}")),
        None => keys.problem("format", &format!("is missing; write format = {FORMAT}")),
    }
    let switches = keys.tables("switch").iter().filter_map(switch).collect::<Vec<_>>();
    let allowances: Vec<Allowance> = keys.tables("allowance").iter().filter_map(allowance).collect();
    let complete = keys.flag("all_meters");
    let (id, title, currency) = (keys.text("id"), keys.text("title"), keys.parsed("currency"));
    let book = PriceBook {
        id: id.unwrap_or_default(),
        title: title.unwrap_or_default(),
        currency: currency.unwrap_or(crate::model::Currency::CNY),
        tax_included: keys.flag("tax_included"),
        origin: origin.to_owned(),
        utc_offset: keys.optional_text("time_zone").map_or(BILLING_OFFSET.local_minus_utc(), |text| offset(&keys, &text)),
        sources: keys.tables("source").iter().filter_map(source).collect(),
        meters: keys.tables("meter").iter().filter_map(meter).collect(),
        versions: keys.tables("version").iter().filter_map(|table| version(table, &switches)).collect(),
        packs: pack_rules(&keys, &switches),
        products: keys.tables("product").iter().filter_map(|table| product(table, &allowances)).collect(),
        allowances,
        switches,
    };
    keys.finish();
    // Relations between tables are only worth looking at when each table is sound.
    if problems.is_sound() {
        super::check::relations(&book, complete, &problems);
    }
    let mut book = book;
    book.versions.sort_by_key(|version| version.from);
    problems.into_result(book)
}

/// `+08:00`, or `Z` for none.
fn offset(keys: &Keys<'_>, text: &str) -> i32 {
    let moment = DateTime::parse_from_rfc3339(&format!("2000-01-01T00:00:00{text}"));
    moment.map(|moment| moment.offset().local_minus_utc()).unwrap_or_else(|_| {
        keys.problem("time_zone", &format!("{text:?} is not an offset such as +08:00"));
        0
    })
}

fn source(keys: &Keys<'_>) -> Option<Source> {
    let (id, title) = (keys.text("id"), keys.text("title"));
    keys.finish();
    Some(Source { id: id?, title: title? })
}

fn meter(keys: &Keys<'_>) -> Option<BookMeter> {
    let name = keys.text("name");
    let kind = keys.parsed::<KindWord>("kind");
    let base = keys.parsed::<BaseWord>("base");
    keys.finish();
    Some(BookMeter { name: name?, kind: kind?.0, base: base?.0 })
}

fn switch(keys: &Keys<'_>) -> Option<SwitchRule> {
    let (name, values, default) = (keys.text("name"), keys.texts("values"), keys.text("default"));
    let reason = keys.text("reason");
    if values.len() < 2 {
        keys.problem("values", "a switch has at least two values");
    }
    if let Some(default) = &default
        && !values.contains(default)
    {
        keys.problem("default", &format!("{default:?} is not one of `values`"));
    }
    if name.as_deref().is_some_and(|name| [BILL_MONTH_BASIS, MONTH_CHANGE, SETTLEMENT_CHANGE].contains(&name)) {
        keys.problem("name", "this switch exists in every book already");
    }
    keys.finish();
    Some(SwitchRule { name: name?, values, default: default?, reason: reason? })
}

fn version(keys: &Keys<'_>, switches: &[SwitchRule]) -> Option<Version> {
    let (name, from, to) = (keys.text("name"), keys.parsed("from"), keys.optional_parsed("to"));
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        keys.problem("to", "is not after `from`; `to` is the first day on which the version no longer holds");
    }
    let modes = keys.parsed_list::<Mode>("modes");
    if modes.is_empty() {
        keys.problem("modes", "name the billing modes: traffic, bandwidth, package");
    }
    let settlements = keys.parsed_list::<Settlement>("settlements");
    if settlements.is_empty() {
        keys.problem("settlements", "name the settlements, the usual one first: day, month, hour");
    }
    let version = Version {
        name: name.unwrap_or_default(),
        from: from?,
        to,
        prices: keys.tables("price").iter().filter_map(|table| parse_price(table, &modes, switches, None)).collect(),
        unpriced: keys.tables("unpriced").iter().filter_map(|table| unpriced(table, &modes)).collect(),
        ignored: keys.tables("ignored").iter().filter_map(|table| unpriced(table, &modes)).collect(),
        modes,
        settlements,
    };
    keys.finish();
    Some(version)
}

fn modes_of(keys: &Keys<'_>, of_version: &[Mode]) -> Vec<Mode> {
    let own = keys.parsed_list::<Mode>("modes");
    for mode in own.iter().filter(|mode| !of_version.contains(mode)) {
        keys.problem("modes", &format!("{mode} is not among the modes of the version"));
    }
    if own.is_empty() { of_version.to_vec() } else { own }
}

fn unpriced(keys: &Keys<'_>, of_version: &[Mode]) -> Option<Unpriced> {
    let meters = keys.texts("meter");
    if meters.is_empty() {
        keys.problem("meter", "name the meters");
    }
    let (modes, specs, reason) = (modes_of(keys, of_version), keys.texts("spec"), keys.text("reason"));
    keys.finish();
    Some(Unpriced { meters, modes, specs, reason: reason? })
}

/// One item of a price list. A contract's items are their own evidence: there the `contract` is the source.
pub(in crate::billing) fn parse_price(
    keys: &Keys<'_>,
    of_version: &[Mode],
    switches: &[SwitchRule],
    contract: Option<(&str, BillingDay)>,
) -> Option<Price> {
    let (name, meters) = (keys.text("name"), keys.texts("meter"));
    if meters.is_empty() {
        keys.problem("meter", "name the meter, or a list of meters");
    }
    let unit = choice::<Unit>(keys, "unit", switches);
    if unit.is_none() && !keys.has("unit") {
        keys.problem("unit", "is missing: the unit of prices and bounds, such as GB or min");
    }
    let lines_by = dimensions(keys, "lines_by", Dimensions { area: true, spec: true });
    let tiers = keys.table("tiers").and_then(|table| parse_tiers(&table, switches, lines_by));
    let tier_count = tiers.as_ref().map_or(1, |tiers| tiers.up_to.len() + 1);
    let rates: Vec<Rate> = keys.tables("rates").iter().filter_map(|table| rate(table, tier_count)).collect();
    if rates.is_empty() {
        keys.problem("rates", "there is no usable price; write rates = [{ price = \"0.1\" }]");
    }
    let quantum_scope = choice(keys, "quantum_scope", switches).unwrap_or(Choice::Fixed(QuantumScope::PerRecord));
    let (source, verified_on, evidence) = evidence(keys, contract);
    let free_by = dimensions(keys, "free_by", lines_by);
    if free_by.is_finer_than(lines_by) {
        keys.problem("free_by", "a free quantity cannot be finer than `lines_by`");
    }
    without_effect(keys);
    let price = Price {
        name: name?,
        meters,
        modes: modes_of(keys, of_version),
        when: keys.pairs("when"),
        unit: unit?,
        per: above_zero(keys, "per").or_else(|| "1".parse().ok())?,
        aggregate: aggregate(keys)?,
        lines_by,
        only_if: keys.tables("only_if").iter().filter_map(condition).collect(),
        quantum: above_zero(keys, "quantum"),
        quantum_scope,
        free: keys.optional_parsed("free"),
        free_per: keys.optional_parsed("free_per"),
        free_by,
        free_below: keys.optional_parsed("free_below"),
        free_first: keys.flag("free_first"),
        block: above_zero(keys, "block"),
        tiers,
        rates,
        files: keys.optional_parsed("files").unwrap_or(Files::SourceAndRenditions),
        source: source?,
        verified_on: verified_on?,
        evidence: evidence?,
        note: keys.optional_text("note"),
    };
    keys.finish();
    Some(price)
}

/// A rule that nothing asks for is a rule forgotten.
fn without_effect(keys: &Keys<'_>) {
    for (key, needed) in
        [("free_per", "free"), ("free_by", "free"), ("quantum_scope", "quantum"), ("prorate_decimals", "prorate")]
    {
        if keys.has(key) && !keys.has(needed) {
            keys.problem(key, &format!("has no effect without `{needed}`"));
        }
    }
    if keys.has("free_first") && !keys.has("free") && !keys.has("free_below") {
        keys.problem("free_first", "has no effect without `free` or `free_below`");
    }
    let is_points = keys.optional_text("aggregate").as_deref() == Some("drop_top");
    if !is_points {
        for key in ["drop", "drop_rounding", "sample_seconds"].into_iter().filter(|key| keys.has(key)) {
            keys.problem(key, "has no effect without aggregate = \"drop_top\"");
        }
    }
}

/// Source, day of the last comparison with it, and grade.
fn evidence(keys: &Keys<'_>, contract: Option<(&str, BillingDay)>) -> (Option<String>, Option<BillingDay>, Option<String>) {
    if let Some((id, from)) = contract {
        let source = keys.optional_text("source").unwrap_or_else(|| id.to_owned());
        return (Some(source), Some(keys.optional_parsed("verified_on").unwrap_or(from)), Some("contract".to_owned()));
    }
    let grade = keys.text("evidence");
    if let Some(grade) = &grade
        && !["A", "B", "C"].contains(&grade.as_str())
    {
        keys.problem("evidence", &format!("{grade:?} is unknown; A dated official page, B undated official copy, C inferred"));
    }
    (keys.text("source"), keys.parsed("verified_on"), grade)
}

fn condition(keys: &Keys<'_>) -> Option<Condition> {
    let (meters, relative_to) = (keys.texts("meter"), keys.texts("relative_to"));
    if meters.is_empty() {
        keys.problem("meter", "name the meter whose usage decides");
    }
    let inner = inner(keys);
    let unit = keys.optional_parsed::<Unit>("unit");
    let mut limits: Vec<(Comparison, Decimal)> = Vec::new();
    for comparison in Comparison::ALL {
        limits.extend(keys.optional_parsed(comparison.as_str()).map(|limit| (comparison, limit)));
    }
    if limits.len() != 1 {
        keys.problem("", "give one of above, at_least, below, at_most");
    }
    if unit.is_some() != relative_to.is_empty() {
        keys.problem("unit", "the limit of a quantity needs a unit; the limit of a ratio (`relative_to`) has none");
    }
    keys.finish();
    let (comparison, limit) = limits.into_iter().next()?;
    Some(Condition { meters, inner: inner?, relative_to, comparison, limit, unit })
}

fn above_zero(keys: &Keys<'_>, key: &str) -> Option<Decimal> {
    let number = keys.optional_parsed::<Decimal>(key)?;
    if number.value() == Ratio::ZERO {
        keys.problem(key, "must be above zero");
        return None;
    }
    Some(number)
}

/// `"area"`, `"spec"`, both, or `"none"`.
fn dimensions(keys: &Keys<'_>, key: &str, default: Dimensions) -> Dimensions {
    let names = keys.texts(key);
    if names.is_empty() {
        return default;
    }
    for name in names.iter().filter(|name| !["area", "spec", "none"].contains(&name.as_str())) {
        keys.problem(key, &format!("{name:?} is unknown; expected area, spec or none"));
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    Dimensions { area: has("area"), spec: has("spec") }
}

fn inner(keys: &Keys<'_>) -> Option<Inner> {
    match keys.optional_text("aggregate").as_deref() {
        None | Some("sum") => Some(Inner::Sum),
        Some("max") => Some(Inner::Max),
        Some("mean") => Some(Inner::Mean),
        Some("last") => Some(Inner::Last),
        Some("drop_top") => drop_top(keys).map(Inner::DropTop),
        Some(other) => {
            keys.problem("aggregate", &format!("{other:?} is unknown; expected sum, max, mean, last or drop_top"));
            None
        }
    }
}

fn aggregate(keys: &Keys<'_>) -> Option<Aggregate> {
    let inner = inner(keys)?;
    let outer = match keys.optional_text("outer").as_deref() {
        None | Some("none") => Outer::None,
        Some("sum") => Outer::Sum,
        Some("mean_over_valid_days") => Outer::MeanOverValidDays,
        Some(other) => {
            keys.problem("outer", &format!("{other:?} is unknown; expected none, sum or mean_over_valid_days"));
            return None;
        }
    };
    let window = keys.optional_parsed("window").unwrap_or(Window::Day);
    if outer != Outer::None && window != Window::Day {
        keys.problem("outer", "is taken over days: it needs window = \"day\"");
    }
    let prorate = keys.flag("prorate");
    if prorate && outer == Outer::None && window == Window::Day {
        keys.problem("prorate", "multiplies with valid days over days in the month: it needs a month");
    }
    let decimals = keys.optional_integer("prorate_decimals").map(u32::try_from);
    if !decimals.is_none_or(|decimals| decimals.is_ok_and(|decimals| decimals <= 18)) {
        keys.problem("prorate_decimals", "expected 0 to 18");
    }
    let prorate_decimals = decimals.and_then(Result::ok).filter(|decimals| *decimals <= 18);
    let valid_above = whole(keys, "valid_above");
    Some(Aggregate { inner, window, outer, valid_above, prorate, prorate_decimals })
}

fn drop_top(keys: &Keys<'_>) -> Option<DropTop> {
    let share = keys.parsed::<Ratio>("drop")?;
    if share > Ratio::ONE {
        keys.problem("drop", "is the share of points to drop, at most all of them: \"0.05\" for a 95th percentile");
        return None;
    }
    let rounding = keys.optional_parsed("drop_rounding").unwrap_or(DropRounding::Floor);
    let sample_seconds = whole(keys, "sample_seconds").unwrap_or(300);
    match i64::try_from(sample_seconds) {
        Ok(seconds) if seconds > 0 && 86_400 % seconds == 0 => Some(DropTop { share, rounding, sample_seconds: seconds }),
        _ => {
            keys.problem("sample_seconds", "must divide a day: 300 for five minutes");
            None
        }
    }
}

/// A whole number that is not negative, as a number or in quotes.
fn whole(keys: &Keys<'_>, key: &str) -> Option<i128> {
    let number = keys.optional_integer(key)?;
    if number < 0 {
        keys.problem(key, "is negative");
        return None;
    }
    Some(i128::from(number))
}

/// The tiers of a price whose lines are kept apart by `lines_by`.
pub(in crate::billing) fn parse_tiers(keys: &Keys<'_>, switches: &[SwitchRule], lines_by: Dimensions) -> Option<Tiers> {
    let kind = choice::<TierKind>(keys, "kind", switches);
    if kind.is_none() && !keys.has("kind") {
        keys.problem("kind", "is missing: volume, volume_to_date or graduated");
    }
    let bound = keys.optional_parsed("bound").unwrap_or(Bound::UpperInclusive);
    let reset = keys.parsed("reset");
    if reset == Some(Window::Settlement) {
        keys.problem("reset", "a counter starts again with each hour, day or month");
    }
    let up_to = keys.parsed_list::<Decimal>("up_to");
    if up_to.is_empty() {
        keys.problem("up_to", "name the bounds between the tiers, ascending; the last tier has none");
    }
    for pair in up_to.windows(2).filter(|pair| pair[1].value() <= pair[0].value()) {
        keys.problem("up_to", &format!("{} comes after {}: bounds ascend, without gap or overlap", pair[1], pair[0]));
    }
    if up_to.first().is_some_and(|bound| bound.value() == Ratio::ZERO) {
        keys.problem("up_to", "the first bound is 0, which leaves its tier empty");
    }
    let by = dimensions(keys, "counter_by", lines_by);
    if by.is_finer_than(lines_by) {
        keys.problem("counter_by", "a counter cannot be finer than `lines_by`");
    }
    let counter = keys.optional_text("counter");
    keys.finish();
    Some(Tiers { kind: kind?, bound, reset: reset?, by, counter, up_to })
}

fn rate(keys: &Keys<'_>, tier_count: usize) -> Option<Rate> {
    let single = keys.optional_parsed::<Decimal>("price");
    let many = keys.parsed_list::<Decimal>("prices");
    let prices = match (single, many.is_empty()) {
        (Some(price), true) if tier_count == 1 => vec![price],
        (None, false) if many.len() == tier_count => many,
        _ => {
            let expected = if tier_count == 1 { "one `price`".to_owned() } else { format!("{tier_count} `prices`, one a tier") };
            keys.problem("", &format!("expected {expected}, as texts in quotes"));
            return None;
        }
    };
    let rate = Rate {
        areas: keys.texts("area"),
        specs: keys.texts("spec"),
        prices,
        coefficient: keys.optional_parsed("coefficient").unwrap_or(Ratio::ONE),
        minimum_days: minimum_days(keys),
    };
    keys.finish();
    Some(rate)
}

fn minimum_days(keys: &Keys<'_>) -> Option<u32> {
    let days = u32::try_from(keys.optional_integer("minimum_days")?).ok().filter(|days| *days > 0);
    if days.is_none() {
        keys.problem("minimum_days", "expected a number of days above zero");
    }
    days
}

struct KindWord(MeterKind);

impl std::str::FromStr for KindWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [MeterKind::Event, MeterKind::Level, MeterKind::Rate]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .map(Self)
            .ok_or_else(|| format!("{text:?} is unknown; expected event, level or rate"))
    }
}

struct BaseWord(Base);

impl std::str::FromStr for BaseWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Base::Bytes, Base::Seconds, Base::BitsPerSecond, Base::Count]
            .into_iter()
            .find(|base| base.name() == text)
            .map(Self)
            .ok_or_else(|| format!("{text:?} is unknown; expected B, s, bit/s or count"))
    }
}
