//! The names that a price book and the product know, for what people hand in: a name that is nearly one of them is a slip.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{Cover, PriceBook};
use super::contract::Contract;
use super::packs::Pack;
use crate::input::names::{Name, compare, did_you_mean};
use crate::model::area::{STORAGE_AREAS, TRAFFIC_AREAS};
use crate::model::meter::{METERS, STORAGE_CLASSES, names};
use crate::model::{Base, Meter, MeterKind};

/// Known names of meters, and of areas and specifications by meter.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    book: &'a PriceBook,
    areas: BTreeMap<&'a str, BTreeSet<&'a str>>,
    specs: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Names<'a> {
    /// Those of a book.
    pub fn of(book: &'a PriceBook) -> Self {
        let mut names = Self { book, areas: BTreeMap::new(), specs: BTreeMap::new() };
        for version in &book.versions {
            for price in &version.prices {
                for rate in &price.rates {
                    names.learn(&price.meters, &rate.areas, &rate.specs);
                }
            }
            for unpriced in version.unpriced.iter().chain(&version.ignored) {
                names.learn(&unpriced.meters, &[], &unpriced.specs);
            }
        }
        let parts = book.products.iter().flat_map(|product| &product.parts).flat_map(|part| &part.covers);
        names.learn_covers(parts.chain(book.allowances.iter().flat_map(|allowance| &allowance.covers)));
        names
    }

    /// With those of a contract.
    #[must_use]
    pub fn with_contract(mut self, contract: &'a Contract) -> Self {
        for term in &contract.terms {
            self.learn(&term.meters, &term.areas, &term.specs);
        }
        for item in &contract.items {
            for rate in &item.price.rates {
                self.learn(&item.price.meters, &rate.areas, &rate.specs);
            }
        }
        self
    }

    /// With those of packs.
    #[must_use]
    pub fn with_packs(mut self, packs: &'a [Pack]) -> Self {
        self.learn_covers(packs.iter().flat_map(|pack| &pack.parts).flat_map(|part| &part.covers));
        self
    }

    fn learn_covers(&mut self, covers: impl Iterator<Item = &'a Cover>) {
        for cover in covers {
            self.learn(&cover.meters, &cover.areas, &cover.specs);
        }
    }

    fn learn(&mut self, meters: &'a [String], areas: &'a [String], specs: &'a [String]) {
        for meter in meters {
            self.areas.entry(meter).or_default().extend(areas.iter().map(String::as_str));
            self.specs.entry(meter).or_default().extend(specs.iter().map(String::as_str));
        }
    }

    /// Looks at the areas and specifications that a table of a contract or of packs selects, and notes what is nearly a known one.
    pub(super) fn judge(&self, meters: &[String], areas: &[String], specs: &[String], note: &mut dyn FnMut(&str, String)) {
        for meter in meters {
            for (area, why) in areas.iter().filter_map(|area| Some((area, self.area(meter, area).err()?))) {
                note("area", format!("{area:?}: {why}"));
            }
            for (spec, why) in specs.iter().filter_map(|spec| Some((spec, self.spec(meter, spec).err()?))) {
                note("spec", format!("{spec:?}: {why}"));
            }
        }
    }

    /// Notes a meter that is unknown, with the nearest name.
    pub(super) fn judge_meters(&self, meters: &[String], note: &mut dyn FnMut(&str, String)) {
        for (meter, why) in meters.iter().filter_map(|meter| Some((meter, self.meter(meter).err()?))) {
            let advice = why.split_once("; ").map_or(why.as_str(), |(_, advice)| advice);
            note("meter", format!("{meter:?} is unknown; {advice}"));
        }
    }

    /// Kind and base unit of a meter.
    ///
    /// # Errors
    /// It is unknown; the nearest name where there is one.
    pub fn meter(&self, name: &str) -> Result<(MeterKind, Base), String> {
        if let Some(meter) = self.book.meter(name) {
            return Ok(meter);
        }
        let known = METERS.iter().map(|meter| meter.name).chain(self.book.meters.iter().map(|meter| meter.name.as_str()));
        Err(match compare(name, known) {
            Name::Near(near) => format!("unknown meter; did you mean {near:?}?"),
            _ => "unknown meter; see `vodledger meters`, or declare it as [[meter]] in the price book".to_owned(),
        })
    }

    /// Whether an area may be one of its own.
    ///
    /// # Errors
    /// It is nearly a known one.
    pub fn area(&self, meter: &str, area: &str) -> Result<(), String> {
        let known = self.areas.get(meter).into_iter().flatten().copied();
        judge("area", area, known.chain(TRAFFIC_AREAS).chain(STORAGE_AREAS))
    }

    /// Whether a specification may be one of its own.
    ///
    /// # Errors
    /// It is nearly a known one.
    pub fn spec(&self, meter: &str, spec: &str) -> Result<(), String> {
        let of_product = Meter::named(meter).map(Meter::known_specs).unwrap_or_default();
        let of_api = STORAGE_CLASSES.iter().map(|(_, api)| *api).filter(|_| meter == names::STORAGE);
        let known = self.specs.get(meter).into_iter().flatten().copied();
        judge("specification", spec, known.chain(of_product.iter().map(String::as_str)).chain(of_api))
    }
}

/// The specification as price books call it: storage classes have two names, and books use the one that media carry.
pub fn billed_spec<'a>(meter: &str, spec: &'a str) -> &'a str {
    if meter != names::STORAGE {
        return spec;
    }
    STORAGE_CLASSES.iter().find(|(_, api)| *api == spec).map_or(spec, |(class, _)| class)
}

fn judge<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Result<(), String> {
    match compare(name, known) {
        Name::Near(near) => Err(did_you_mean(what, near)),
        Name::Known | Name::Other => Ok(()),
    }
}
