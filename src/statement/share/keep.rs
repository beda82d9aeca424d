//! What reports show of a month's charges: split over applications and media, and over those who bear them. Kept in the ledger
//! beside the charges, in one transaction with them.

use std::collections::{BTreeMap, BTreeSet};

use super::application::{self, Weights};
use super::mapping::{Mapping, SharedBy};
use super::media::ByMedia;
use super::{Lines, parts_of, plus_amount};
use crate::billing::{AllocateError, Options, PackMonth, Portion, PriceBook, Ratio, Shares};
use crate::ledger::{Bearer, BornePart, BridgePart, Ledger, MediaPart, MediaParts, MonthSplit, PackPart, StoredMedia};
use crate::model::meter::names;
use crate::model::money::AMOUNT_SCALE;
use crate::model::{Amount, BillingDay, BillingMonth, Charge, Currency, RowType, Status, SubAppId};
use crate::statement::{Statement, StatementError, bridge};

/// Makes a statement the ledger's, with everything that reports show beside its charges.
///
/// # Errors
/// The ledger, or usage that cannot be rated. Nothing is changed then.
pub fn keep(
    ledger: &Ledger,
    statement: &Statement,
    book: &PriceBook,
    options: &Options,
    mapping: &Mapping,
) -> Result<(), StatementError> {
    let usage = ledger.usage(&statement.account, statement.month.period())?;
    let (mut lines, weights) = application::weigh(statement, &usage, book, options)?;
    let applications = application::parts(&mut lines, &weights)?;
    drop(lines);
    let mut split = ByMedia::new(ledger, statement, book, options, &["file_id".to_owned()])?;
    let packs = statement.packs.iter().filter_map(|month| pack(month, book, options)).collect();
    let beside = MonthSplit { terms: terms(statement, book, options), applications, packs, bridges: bridges(ledger, statement)? };
    let charges = (statement.charges.as_slice(), &statement.uncovered);
    ledger.replace_month(&statement.account, statement.month, charges, &beside, |parts| {
        each_media(parts, |_, media| split.weigh(media).map_err(|source| statement.rate_error(source)))?;
        let mut borne =
            Borne { mapping, lines: split.lines(), known: BTreeMap::new(), direct: BTreeMap::new(), rest: BTreeMap::new() };
        each_media(parts, |parts, media| {
            let weights = split.weights(media).map_err(|source| statement.rate_error(source))?;
            borne.add(media, &weights)?;
            split.add(media).map_err(|source| statement.rate_error(source))?;
            for share in split.cut()? {
                parts.push(&part(media.file_id.as_str(), share))?;
            }
            Ok(())
        })?;
        for share in split.rest()? {
            parts.push(&part("", share))?;
        }
        for part in borne.finish(&weights)? {
            parts.push_borne(&part)?;
        }
        Ok(())
    })
}

/// Why the month cost more or less than the one before, and what the month after differs by now.
fn bridges(ledger: &Ledger, statement: &Statement) -> Result<Vec<(BillingMonth, Vec<BridgePart>)>, StatementError> {
    let charges = |month: BillingMonth| ledger.charges(&statement.account, month);
    let month = statement.month;
    let mut bridges = vec![(month, bridge::between(&charges(month.previous())?, &statement.charges))];
    let after = charges(month.next())?;
    if !after.is_empty() {
        bridges.push((month.next(), bridge::between(&statement.charges, &after)));
    }
    Ok(bridges)
}

/// Hands over every media; the ledger is in the middle of a transaction.
fn each_media(
    parts: &mut MediaParts<'_>,
    mut each: impl FnMut(&mut MediaParts<'_>, &StoredMedia) -> Result<(), StatementError>,
) -> Result<(), StatementError> {
    let mut after = String::new();
    loop {
        let page = parts.media_after(&after)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.file_id.as_str().to_owned();
        for media in &page {
            each(parts, media)?;
        }
    }
}

fn part(file_id: &str, share: super::Share) -> MediaPart {
    MediaPart {
        file_id: file_id.to_owned(),
        item: [share.meter, share.area, share.spec],
        billed: share.billed,
        effective: share.effective,
        currency: share.currency,
        status: share.status,
        basis: share.basis,
    }
}

/// On what terms a month was charged, in words.
fn terms(statement: &Statement, book: &PriceBook, options: &Options) -> Vec<(&'static str, String)> {
    let modes: Vec<&str> = statement.modes.iter().map(|mode| mode.as_str()).collect();
    let assumed = if statement.mode_assumed { " (assumed: nobody confirmed it)" } else { "" };
    let books: BTreeSet<String> = statement
        .charges
        .iter()
        .map(|charge| format!("{} {}", charge.price_book, charge.price_version).trim().to_owned())
        .collect();
    let books: Vec<String> = books.into_iter().filter(|book| !book.is_empty()).collect();
    let switches: Vec<String> = book
        .switches
        .iter()
        .map(|switch| match options.switches.get(&switch.name) {
            Some(value) => format!("{}={value}", switch.name),
            None => format!("{}={} (default)", switch.name, switch.default),
        })
        .collect();
    let status = statement.charges.iter().map(|charge| charge.status).min();
    let status = if statement.uncovered.is_empty() { status } else { status.map(|status| status.min(Status::Partial)) };
    let mut terms = vec![("mode", format!("{}{assumed}", modes.join(", then "))), ("price_book", books.join(", "))];
    if !switches.is_empty() {
        terms.push(("switches", switches.join(", ")));
    }
    if let Some(status) = status {
        terms.push(("status", status.as_str().to_owned()));
    }
    terms
}

/// A pack in the month, for people: quantities to the nearest base unit. `None` where a number leaves every range.
fn pack(month: &PackMonth, book: &PriceBook, options: &Options) -> Option<PackPart> {
    let quantities = [month.opening, month.bought, month.used, month.expired, month.refunded, month.closing];
    let pack = options.packs.iter().find(|pack| pack.id == month.pack);
    let paid = pack.and_then(|pack| pack.paid.as_ref().or(pack.list_price.as_ref()));
    let units = paid.and_then(|price| price.value().times(Ratio::whole(10_i128.pow(AMOUNT_SCALE))));
    Some(PackPart {
        pack_id: month.pack.clone(),
        part: i64::try_from(month.part).ok()?,
        product: month.product.clone().unwrap_or_default(),
        unit: month.unit.name,
        days: pack.map_or((None, None), |pack| (pack.from, pack.to)),
        bought: pack.and_then(|pack| pack.bought),
        price: units.map(|units| Amount { units: units.round_half_up(), currency: book.currency }),
        currency: book.currency,
        quantities: quantities.map(Ratio::round_half_up),
    })
}

/// When a cost was used, billed and booked, and of which item it is.
type Place = ((BillingDay, BillingMonth, BillingMonth), [String; 3], Currency);

#[derive(Clone, Copy)]
struct Sum {
    billed: Option<Amount>,
    effective: Option<Amount>,
    status: Status,
}

/// Who bears what.
struct Borne<'a> {
    mapping: &'a Mapping,
    lines: Lines<'a>,
    /// What known media of an application weigh, line by line.
    known: BTreeMap<(Option<SubAppId>, usize), i128>,
    /// What is borne by whom.
    direct: BTreeMap<(Bearer, Place), Sum>,
    /// What nobody bears yet; the bearer says why.
    rest: BTreeMap<Place, Sum>,
}

fn unmapped(rule: &str) -> Bearer {
    let nobody = String::new;
    Bearer { kind: "unmapped", department: nobody(), cost_centre: nobody(), course: nobody(), rule: rule.to_owned() }
}

fn place(charge: &Charge) -> Place {
    let item = [&charge.meter, &charge.area, &charge.spec].map(|text| text.to_owned());
    ((charge.usage_day, charge.bill_month, charge.posting_period), item, charge.currency)
}

fn add<K: Ord>(sums: &mut BTreeMap<K, Sum>, key: K, [billed, effective]: [Option<Amount>; 2], status: Status) {
    let sum = sums.entry(key).or_insert(Sum { billed: None, effective: None, status });
    sum.billed = plus_amount(sum.billed, billed);
    sum.effective = plus_amount(sum.effective, effective);
    sum.status = sum.status.min(status);
}

impl Borne<'_> {
    /// What a media costs goes to whom the rules say, line by line.
    fn add(&mut self, media: &StoredMedia, weights: &[(usize, i128)]) -> Result<(), AllocateError> {
        for (line, weight) in weights {
            *self.known.entry((media.sub_app_id, *line)).or_default() += weight;
            let portion = self.lines.portion(*line, *weight)?;
            for (_, charge) in self.lines.charges_of(*line).filter(|(_, charge)| charge.row_type == RowType::Charge) {
                let bearer = self.mapping.of_media(media, charge.usage_day);
                let bearer = bearer.cloned().unwrap_or_else(|| unmapped("no rule fits the media"));
                add(&mut self.direct, (bearer, place(charge)), parts_of(charge, portion), charge.status);
            }
        }
        Ok(())
    }

    /// What no media pays: by application where a rule is for that alone, else by the rules for shared cost.
    fn finish(mut self, applications: &Weights) -> Result<Vec<BornePart>, AllocateError> {
        for line in 0..self.lines.lines.len() {
            if let Some(rest) = self.lines.rest_of(line)? {
                self.leave(line, rest, applications)?;
            }
        }
        self.share()?;
        let part = |((bearer, (dated, item, currency)), sum): ((Bearer, Place), Sum)| BornePart {
            bearer,
            dated,
            item,
            billed: sum.billed,
            effective: sum.effective,
            currency,
            status: sum.status,
        };
        Ok(self.direct.into_iter().map(part).collect())
    }

    fn leave(&mut self, line: usize, rest: Portion, applications: &Weights) -> Result<(), AllocateError> {
        let charges: Vec<&Charge> = self.lines.charges_of(line).map(|(_, charge)| charge).collect();
        let factor = charges.first().map_or(1, |charge| weight_of_application(charge));
        // What was measured for an application and is not known of its media.
        let left: Vec<(Option<SubAppId>, i128)> = applications
            .iter()
            .filter_map(|(application, weights)| {
                let measured = weights.get(&line)?.checked_mul(factor)?;
                let known = self.known.get(&(*application, line)).copied().unwrap_or_default();
                Some((*application, measured - known)).filter(|(_, weight)| *weight > 0)
            })
            .collect();
        let total = left.iter().try_fold(0_i128, |sum, (_, weight)| sum.checked_add(*weight));
        let (left, total) = total.map_or((Vec::new(), 0), |total| (left, total));
        for charge in charges.into_iter().filter(|charge| charge.row_type == RowType::Charge) {
            let amounts = parts_of(charge, rest);
            let mut shares = Shares::of(total)?;
            for (application, weight) in &left {
                let portion = shares.take(*weight)?;
                let part = amounts.map(|amount| amount.map(|amount| portion.of_amount(amount)));
                match self.mapping.of_application(*application, charge.usage_day) {
                    Some(bearer) => add(&mut self.direct, (bearer.clone(), place(charge)), part, charge.status),
                    None => add(&mut self.rest, place(charge), part, charge.status),
                }
            }
            if let Some(portion) = shares.rest() {
                let part = amounts.map(|amount| amount.map(|amount| portion.of_amount(amount)));
                add(&mut self.rest, place(charge), part, charge.status);
            }
        }
        Ok(())
    }

    /// Shares what is left among those who bear something; without a rule for it, it stays unmapped.
    fn share(&mut self) -> Result<(), AllocateError> {
        let mut bearers: BTreeMap<(Currency, Bearer), i128> = BTreeMap::new();
        for ((bearer, (.., currency)), sum) in self.direct.iter().filter(|((bearer, _), _)| bearer.kind == "direct") {
            let bearer = Bearer { kind: "shared", rule: String::new(), ..bearer.clone() };
            *bearers.entry((*currency, bearer)).or_default() += sum.billed.map_or(0, |amount| amount.units.max(0));
        }
        for (place, sum) in std::mem::take(&mut self.rest) {
            let rule = self.mapping.sharing(&place.1[0]);
            let weights: Vec<(Bearer, i128)> =
                rule.map_or_else(Vec::new, |rule| weights_of(rule.name.as_str(), &rule.by, &bearers, place.2));
            let mut shares = Shares::of(weights.iter().map(|(_, weight)| weight).sum())?;
            let amounts = [sum.billed, sum.effective];
            for (bearer, weight) in weights {
                let portion = shares.take(weight)?;
                let part = amounts.map(|amount| amount.map(|amount| portion.of_amount(amount)));
                add(&mut self.direct, (bearer, place.clone()), part, sum.status);
            }
            if let Some(portion) = shares.rest() {
                let part = amounts.map(|amount| amount.map(|amount| portion.of_amount(amount)));
                let why = if rule.is_some() {
                    "nobody bears anything to share it by"
                } else {
                    "no media pays it and no rule shares it"
                };
                add(&mut self.direct, (unmapped(why), place), part, sum.status);
            }
        }
        Ok(())
    }
}

fn weights_of(
    rule: &str,
    by: &SharedBy,
    bearers: &BTreeMap<(Currency, Bearer), i128>,
    currency: Currency,
) -> Vec<(Bearer, i128)> {
    let named = |bearer: &Bearer| Bearer { rule: rule.to_owned(), ..bearer.clone() };
    let own = bearers.iter().filter(|((known, _), _)| *known == currency);
    match by {
        SharedBy::Proportional => {
            own.map(|((_, bearer), weight)| (named(bearer), *weight)).filter(|(_, weight)| *weight > 0).collect()
        }
        SharedBy::Equal => own.map(|((_, bearer), _)| (named(bearer), 1)).collect(),
        SharedBy::Fixed(parts) => parts
            .iter()
            .map(|(centre, part)| {
                let nobody = String::new;
                let bearer = Bearer {
                    kind: "shared",
                    department: nobody(),
                    cost_centre: centre.clone(),
                    course: nobody(),
                    rule: rule.to_owned(),
                };
                (bearer, i128::from(*part))
            })
            .collect(),
    }
}

/// Delivered bytes of media are counted in smaller parts than the meter's.
fn weight_of_application(charge: &Charge) -> i128 {
    match charge.meter.as_str() {
        names::TRAFFIC | names::BANDWIDTH => super::delivery::PARTS,
        _ => 1,
    }
}
