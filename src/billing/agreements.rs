//! Terms of a contract over prices of the book.
//!
//! A term changes what a quantity costs, never the quantity: usage is aggregated, covered by packs and counted for tiers by the
//! rules of the book's price, and only then does each part of a line cost what was agreed for its days. So list costs are the
//! same with and without a contract, and a discount cannot raise a bill.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::book::Price;
use super::contract::{Change, Term};
use super::gather::month_days;
use super::options::{MonthChange, Settlement};
use super::plan::{Era, Plan, PlanPrice, Target, plan_price};

/// What a term makes of one price of the book.
pub(super) struct Agreement<'a> {
    /// The term that says so; of several that say the same, the first.
    pub term: &'a Term,
    /// The place of the book's price.
    pub base: usize,
    /// That price as agreed. Its rates stand where those of the book's price stand.
    pub own: PlanPrice<'a>,
    /// Whether any amount differs: a discount of 1 changes none.
    pub matters: bool,
}

impl<'a> Agreement<'a> {
    /// Whether quantities are counted by tiers of its own, not by those of the book.
    pub fn has_own_tiers(&self) -> bool {
        matches!(self.term.change, Change::Tiers(..))
    }

    fn new(term: &'a Term, base: usize, price: &Price, settlement: Settlement, answers: &BTreeMap<&str, &str>) -> Option<Self> {
        let changed = term.over(price)?;
        let matters = !costs_the_same(&changed, price);
        let own = plan_price(Cow::Owned(changed), settlement, answers)?;
        Some(Self { term, base, own, matters })
    }

    /// Whether it says the same of the same usage, whatever the term's name and days.
    fn says_the_same(&self, other: &Self) -> bool {
        let about = |term: &Term| (term.meters.clone(), term.areas.clone(), term.specs.clone());
        self.base == other.base && self.own == other.own && about(self.term) == about(other.term)
    }
}

/// Whether a change of a price changes no amount: a discount of 1, or the list's own price written again.
fn costs_the_same(changed: &Price, base: &Price) -> bool {
    let values = |price: &Price| -> Vec<_> {
        price.rates.iter().map(|rate| rate.prices.iter().map(super::ratio::Decimal::value).collect::<Vec<_>>()).collect()
    };
    changed.tiers == base.tiers && values(changed) == values(base)
}

impl<'a> Plan<'a> {
    /// What the contract's terms make of prices of the book on a day, in the order of the terms, by their places.
    pub(super) fn agree(
        &mut self,
        terms: impl Iterator<Item = &'a Term>,
        listed: &[usize],
        settlement: Settlement,
        answers: &BTreeMap<&str, &str>,
    ) -> Vec<usize> {
        let mut places = Vec::new();
        for term in terms {
            for base in listed {
                let Some(price) = self.prices.get(*base).map(|price| price.price.clone()) else { continue };
                let Some(new) = Agreement::new(term, *base, &price, settlement, answers) else { continue };
                let known = self.agreements.iter().position(|known| known.says_the_same(&new));
                places.push(known.unwrap_or_else(|| {
                    self.agreements.push(new);
                    self.agreements.len() - 1
                }));
            }
        }
        places
    }

    /// What was agreed for usage that leads to a price of the book in an era, where it differs from the book; the first term that
    /// fits wins.
    pub fn agreed(&self, era: usize, target: Target, account: &str, (meter, area, spec): (&str, &str, &str)) -> Option<usize> {
        let (Target::Priced { price, .. }, Some(contract)) = (target, &self.options.contract) else { return None };
        if !contract.is_with(account) {
            return None;
        }
        let mut agreements = self.eras.get(era)?.agreements.iter().map(|place| (*place, &self.agreements[*place]));
        let fits = agreements.find(|(_, own)| own.base == price && own.term.selects(meter, area, spec));
        fits.filter(|(_, own)| own.matters).map(|(place, _)| place)
    }

    /// The parts of a line's days in which the same was agreed, in order of time and without gap. A line of a day or an hour has one.
    pub fn parts(&self, target: Target, account: &str, names: (&str, &str, &str), (first, end): (i32, i32)) -> Vec<Stretch> {
        let agreed = |era: usize| self.agreed(era, target, account, names);
        let by_month = self.price(target).is_some_and(PlanPrice::by_month);
        if by_month && self.month_change == MonthChange::End {
            return vec![Stretch { first, end, agreed: agreed(self.era_of(month_days(first).1 - 1)) }];
        }
        let mut parts: Vec<Stretch> = Vec::new();
        for era in self.era_of(first)..=self.era_of(end - 1) {
            let from = self.eras[era].from.max(first);
            match (parts.last_mut(), agreed(era)) {
                (Some(last), agreed) if last.agreed == agreed => {}
                (last, agreed) => {
                    if let Some(last) = last {
                        last.end = from;
                    }
                    parts.push(Stretch { first: from, end, agreed });
                }
            }
        }
        parts
    }

    /// The first day since which usage has been counted without a break by tiers that a term brings, looking back from a day.
    pub fn own_tiers_since(&self, place: usize, account: &str, names: (&str, &str, &str), day: i32) -> i32 {
        let counts_so = |other: &Agreement<'_>| {
            self.agreements
                .get(place)
                .is_some_and(|own| own.own.price.tiers == other.own.price.tiers && own.own.price.rates == other.own.price.rates)
        };
        let goes_on = |era: &Era<'_>| {
            let mut agreements = era.agreements.iter().map(|place| &self.agreements[*place]);
            let (meter, area, spec) = names;
            let meets = |own: &&Agreement<'_>| {
                own.term.selects(meter, area, spec) && own.own.price.meters.iter().any(|name| name == meter)
            };
            self.is_with(account) && agreements.find(meets).is_some_and(counts_so)
        };
        let era = self.era_of(day);
        let before = self.eras[..era].iter().rposition(|era| !goes_on(era));
        self.eras.get(before.map_or(0, |before| before + 1)).map_or(day, |era| era.from)
    }
}

/// Days of a line in which the same was agreed, as numbers, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub first: i32,
    pub end: i32,
    /// The agreement, by place; `None` is the book's price.
    pub agreed: Option<usize>,
}
