//! Contracts: prices agreed with an account, layered over a price book, and what is settled after rating.
//!
//! A contract never changes usage or packs. Its terms replace prices of the book for a stretch of usage days, so a
//! charge keeps both its list cost (the book) and its contracted cost; minimum, cap and rebate are lines of their own.

use super::book::reader::{Document, Keys};
use super::book::{
    BookErrors, Dimensions, FORMAT, Price, PriceBook, Rate, Tiers, lists_meet, one_price, parse_price, parse_tiers,
};
use super::names::Names;
use super::options::Mode;
use super::ratio::{Decimal, Ratio};
use crate::input::id;
use crate::model::BillingDay;

/// What was agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Its name in charges.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// With which accounts; empty is every account of the run.
    pub accounts: Vec<String>,
    /// The account that pays for all of them: their usage is rated together, as its own.
    pub payer: Option<String>,
    /// Changes to prices of the book, the first that fits a line wins.
    pub terms: Vec<Term>,
    /// Items of its own, before those of the book.
    pub items: Vec<Item>,
    /// What is settled after rating, in the order of settlement.
    pub settlements: Vec<Adjustment>,
}

/// The usage days on which something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first day; `None` is open.
    pub from: Option<BillingDay>,
    /// The first day after; `None` is open.
    pub to: Option<BillingDay>,
}

/// A change to prices of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its name in charges.
    pub name: String,
    /// When it holds.
    pub days: Stretch,
    /// Which meters.
    pub meters: Vec<String>,
    /// Which areas; empty is all.
    pub areas: Vec<String>,
    /// Which specifications; empty is all.
    pub specs: Vec<String>,
    /// What changes.
    pub change: Change,
}

/// How a term changes a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// List prices × this.
    Discount(Decimal),
    /// One price instead of the list's, whatever the tier.
    Fixed(Decimal),
    /// A price for each tier of the list.
    Prices(Vec<Decimal>),
    /// Tiers and prices of its own.
    Tiers(Tiers, Vec<Decimal>),
}

/// An item of the contract's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// When it holds.
    pub days: Stretch,
    /// What and for how much.
    pub price: Price,
}

/// What is settled for a month after its lines are rated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Its name in charges.
    pub name: String,
    /// What it does.
    pub kind: AdjustmentKind,
    /// When it holds: the first day of a month decides.
    pub days: Stretch,
    /// The meters whose lines count; empty is all.
    pub meters: Vec<String>,
    /// The amount of the contract.
    pub amount: Decimal,
    /// For a rebate: the share that is given back.
    pub share: Ratio,
}

/// What an adjustment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdjustmentKind {
    /// A month costs at least the amount.
    Minimum,
    /// A month costs at most the amount.
    Cap,
    /// A share of what is above the amount is given back.
    RebateAbove,
    /// A share of all is given back once the amount is passed.
    RebateOfAll,
}

impl AdjustmentKind {
    /// The meter under which its line appears.
    pub fn meter(self) -> &'static str {
        match self {
            Self::Minimum => "contract-minimum",
            Self::Cap => "contract-cap",
            Self::RebateAbove | Self::RebateOfAll => "contract-rebate",
        }
    }
}

impl Stretch {
    /// Whether a day lies in it.
    pub fn holds_on(self, day: BillingDay) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }

    /// Reads `from` and `to` of a table.
    pub(super) fn parse(keys: &Keys<'_>) -> Self {
        let days = Self { from: keys.optional_parsed("from"), to: keys.optional_parsed("to") };
        if days.from.zip(days.to).is_some_and(|(from, to)| to <= from) {
            keys.problem("to", "is not after `from`; `to` is the first day on which it no longer holds");
        }
        days
    }
}

impl Contract {
    /// Reads a contract over a book (`docs/price-book.md`, *Contracts*).
    ///
    /// # Errors
    /// Every problem at once, each with table and key.
    pub fn parse(toml: &str, origin: &str, book: &PriceBook) -> Result<Self, BookErrors> {
        let problems = Document::new(origin, toml);
        let root = problems.parse()?;
        let keys = Keys::top(&problems, &root);
        if keys.optional_integer("format") != Some(FORMAT) {
            keys.problem("format", &format!("write format = {FORMAT}"));
        }
        let (id, title) = (keys.text("id"), keys.text("title"));
        if let Some(other) = keys.text("book").filter(|id| *id != book.id) {
            keys.problem("book", &format!("the contract is over price book {other}, but prices are {}", book.id));
        }
        let id = id.unwrap_or_default();
        let contract = Self {
            title: title.unwrap_or_default(),
            accounts: keys.texts("accounts").iter().filter_map(|account| account_id(&keys, "accounts", account)).collect(),
            payer: keys.optional_text("payer").and_then(|account| account_id(&keys, "payer", &account)),
            terms: keys.tables("term").iter().filter_map(|keys| term(keys, book)).collect(),
            items: keys.tables("price").iter().filter_map(|keys| item(keys, book, &id)).collect(),
            settlements: adjustments(&keys),
            id,
        };
        keys.finish();
        if problems.is_sound() {
            contract.check(book, &problems);
        }
        problems.into_result(contract)
    }

    /// Whether it is with this account.
    pub fn is_with(&self, account: &str) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|own| own == account) || self.payer.as_deref() == Some(account)
    }

    /// The days on which something begins or ends.
    pub fn days(&self) -> impl Iterator<Item = BillingDay> {
        let stretches = self.terms.iter().map(|term| term.days).chain(self.items.iter().map(|item| item.days));
        stretches.flat_map(|days| days.from.into_iter().chain(days.to))
    }

    fn check(&self, book: &PriceBook, problems: &Document<'_>) {
        let names = Names::of(book);
        for term in &self.terms {
            let place = format!("term {:?}", term.name);
            let mut note = |key: &str, message| problems.add(format!("{place}: {key}"), message);
            names.judge_meters(&term.meters, &mut note);
            names.judge(&term.meters, &term.areas, &term.specs, &mut note);
            let bases: Vec<&Price> =
                book.versions.iter().flat_map(|version| &version.prices).filter(|price| term.meets(price)).collect();
            if bases.is_empty() {
                let message =
                    "the price book has no price for this meter, area and spec that could be changed; write a [[price]]";
                problems.add(place.clone(), message);
            }
            for base in bases {
                self.check_over(term, base, &place, problems);
            }
        }
        for adjustment in &self.settlements {
            let place = format!("{} {:?}", adjustment.kind.meter(), adjustment.name);
            names.judge_meters(&adjustment.meters, &mut |key, message| problems.add(format!("{place}: {key}"), message));
        }
        for item in &self.items {
            let place = format!("price {:?}", item.price.name);
            one_price(book, &place, &item.price, problems);
            for rate in &item.price.rates {
                let mut note = |key: &str, message| problems.add(format!("{place}: {key}"), message);
                names.judge(&item.price.meters, &rate.areas, &rate.specs, &mut note);
            }
        }
    }

    fn check_over(&self, term: &Term, base: &Price, place: &str, problems: &Document<'_>) {
        let tiers = base.tiers.as_ref().map_or(1, |tiers| tiers.up_to.len() + 1);
        if let Change::Prices(prices) = &term.change
            && prices.len() != tiers
        {
            let message = format!("{} prices, but item {:?} of the book has {tiers} tiers", prices.len(), base.name);
            problems.add(format!("{place}: prices"), message);
        }
        if !base.lines_by.area && !term.areas.is_empty() || !base.lines_by.spec && !term.specs.is_empty() {
            let message = format!("item {:?} of the book sums over what this term selects", base.name);
            problems.add(place, message);
        }
    }
}

impl Term {
    fn meets(&self, price: &Price) -> bool {
        self.meters.iter().any(|meter| price.meters.contains(meter))
            && price.rates.iter().any(|rate| lists_meet(&self.areas, &rate.areas) && lists_meet(&self.specs, &rate.specs))
    }

    /// Whether it is about usage of this meter, area and specification. Where a price sums over areas or specifications, terms
    /// that select them are refused, so an empty name is no obstacle.
    pub(super) fn selects(&self, meter: &str, area: &str, spec: &str) -> bool {
        let has = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item == value);
        self.meters.iter().any(|own| own == meter) && has(&self.areas, area) && has(&self.specs, spec)
    }

    /// The price of the book as the term changes it, rate by rate.
    pub(super) fn over(&self, base: &Price) -> Option<Price> {
        if !self.meets(base) {
            return None;
        }
        let mut price = base.clone();
        price.rates = base.rates.iter().map(|rate| self.rate(rate)).collect::<Option<_>>()?;
        match &self.change {
            Change::Tiers(tiers, _) => price.tiers = Some(tiers.clone()),
            Change::Fixed(_) => price.tiers = None,
            Change::Discount(_) | Change::Prices(_) => {}
        }
        Some(price)
    }

    fn rate(&self, rate: &Rate) -> Option<Rate> {
        let prices = match &self.change {
            Change::Discount(factor) => rate.prices.iter().map(|price| price.times(factor)).collect::<Option<_>>()?,
            Change::Fixed(price) => vec![price.clone()],
            Change::Prices(prices) | Change::Tiers(_, prices) => prices.clone(),
        };
        Some(Rate { prices, ..rate.clone() })
    }
}

/// An account as it is meant, whatever a spreadsheet made of it.
pub(super) fn account_id(keys: &Keys<'_>, key: &str, written: &str) -> Option<String> {
    match id::read(written) {
        Ok(id) => Some(id.into_owned()),
        Err(why) => {
            keys.problem(key, &format!("{written:?}: {why}"));
            None
        }
    }
}

fn term(keys: &Keys<'_>, book: &PriceBook) -> Option<Term> {
    let (name, days) = (keys.text("name"), Stretch::parse(keys));
    let (meters, areas, specs) = (keys.texts("meter"), keys.texts("area"), keys.texts("spec"));
    if meters.is_empty() {
        keys.problem("meter", "name the meter, or a list of meters");
    }
    let discount = keys.optional_parsed::<Decimal>("discount");
    let price = keys.optional_parsed::<Decimal>("price");
    let prices = keys.parsed_list::<Decimal>("prices");
    let kept_apart = Dimensions { area: true, spec: true };
    let tiers = keys.table("tiers").and_then(|table| parse_tiers(&table, &book.switches, kept_apart));
    keys.finish();
    let change = match (discount, price, prices.is_empty(), tiers) {
        (Some(factor), None, true, None) => {
            if factor.value() > Ratio::ONE {
                keys.problem(
                    "discount",
                    "is what the list price is multiplied with: \"0.85\" for 15 % off; to raise a price write `price`",
                );
            }
            Change::Discount(factor)
        }
        (None, Some(price), true, None) => Change::Fixed(price),
        (None, None, false, None) => Change::Prices(prices),
        (None, None, false, Some(tiers)) if prices.len() == tiers.up_to.len() + 1 => Change::Tiers(tiers, prices),
        _ => {
            let expected = "expected one of: discount, price, prices (one a tier of the book), tiers with prices (one a tier)";
            keys.problem("", expected);
            return None;
        }
    };
    Some(Term { name: name?, days, meters, areas, specs, change })
}

fn item(keys: &Keys<'_>, book: &PriceBook, contract: &str) -> Option<Item> {
    let days = Stretch::parse(keys);
    let verified = days.from.or_else(|| book.versions.first().map(|version| version.from))?;
    let price = parse_price(keys, &Mode::ALL, &book.switches, Some((contract, verified)))?;
    Some(Item { days, price })
}

fn adjustments(keys: &Keys<'_>) -> Vec<Adjustment> {
    let mut all = Vec::new();
    for (table, kind) in
        [("minimum", AdjustmentKind::Minimum), ("cap", AdjustmentKind::Cap), ("rebate", AdjustmentKind::RebateAbove)]
    {
        all.extend(keys.tables(table).iter().filter_map(|keys| adjustment(keys, kind)));
    }
    all
}

fn adjustment(keys: &Keys<'_>, kind: AdjustmentKind) -> Option<Adjustment> {
    let (name, days, meters) = (keys.text("name"), Stretch::parse(keys), keys.texts("meter"));
    let rebate = kind == AdjustmentKind::RebateAbove;
    let amount = if rebate { keys.optional_parsed("above").or_else(|| "0".parse().ok()) } else { keys.parsed("amount") };
    let share = if rebate { keys.parsed::<Ratio>("share") } else { Some(Ratio::ONE) };
    if share.is_some_and(|share| share > Ratio::ONE) {
        keys.problem("share", "is above 1: more would be given back than was paid");
    }
    let of_all = match keys.optional_text("of").filter(|_| rebate).as_deref() {
        None | Some("excess") => false,
        Some("all") => true,
        Some(other) => {
            keys.problem("of", &format!("{other:?} is unknown; expected excess or all"));
            false
        }
    };
    keys.finish();
    let kind = if of_all { AdjustmentKind::RebateOfAll } else { kind };
    Some(Adjustment { name: name?, kind, days, meters, amount: amount?, share: share? })
}
