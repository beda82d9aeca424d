//! What an account bought in advance.

use crate::billing::book::{Part, PartKind, PriceBook, Product};
use crate::billing::ratio::Decimal;
use crate::model::{AccountId, BillingDay, BillingMonth};

/// Something bought in advance that covers usage: one product of a price book, or one described in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name in charges; the resource id where known.
    pub id: String,
    /// Whose; `None` is every account of the run.
    pub account: Option<AccountId>,
    /// The first day that it covers; `None` is open.
    pub from: Option<BillingDay>,
    /// The first day that it no longer covers; `None` is open.
    pub to: Option<BillingDay>,
    /// The product of the price book it is an instance of.
    pub product: Option<String>,
    /// Packs of one family take each other's place when they are renewed.
    pub family: String,
    /// What it holds; nothing for a licence.
    pub parts: Vec<Part>,
    /// The day of its purchase, where the purchase is to be shown.
    pub bought: Option<BillingDay>,
    /// What it costs by the price book.
    pub list_price: Option<Decimal>,
    /// What was paid for it, where that is not the list price.
    pub paid: Option<Decimal>,
    /// Whether the cloud buys the product again when it is used up or expires.
    pub auto_renew: bool,
    /// The day on which it was given back.
    pub refunded: Option<BillingDay>,
    /// What had been used of each part before the usage begins, in base units of the allowance.
    pub used: Vec<i128>,
    /// What the cloud said was left.
    pub left: Vec<Left>,
}

/// What the cloud said was left of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The last usage day that had been deducted.
    pub on: BillingDay,
    /// Of which part, counted from 0.
    pub part: usize,
    /// Base units of the allowance.
    pub quantity: i128,
}

impl Pack {
    /// An instance of a book's product that covers every day and account.
    ///
    /// # Errors
    /// The book has no such product; in words.
    pub fn of_product(book: &PriceBook, product: &str) -> Result<Self, String> {
        let found = book.products.iter().find(|candidate| candidate.id == product).ok_or_else(|| {
            let known: Vec<&str> = book.products.iter().map(|product| product.id.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            format!("price book {} has no product {product:?}; its products: {known}", book.id)
        })?;
        Ok(Self::instance(found))
    }

    /// An instance of a product without dates.
    pub(super) fn instance(product: &Product) -> Self {
        Self {
            product: Some(product.id.clone()),
            family: product.family.clone(),
            list_price: product.price.clone(),
            ..Self::described(product.id.clone(), product.parts.clone())
        }
    }

    /// A pack that is no product of a book.
    pub(super) fn described(id: String, parts: Vec<Part>) -> Self {
        Self {
            family: id.clone(),
            id,
            account: None,
            from: None,
            to: None,
            product: None,
            used: vec![0; parts.len()],
            parts,
            bought: None,
            list_price: None,
            paid: None,
            auto_renew: false,
            refunded: None,
            left: Vec::new(),
        }
    }

    /// Whether it covers usage of an account on a day.
    pub fn covers(&self, account: &AccountId, day: BillingDay) -> bool {
        self.account.as_ref().is_none_or(|own| own == account) && self.is_valid(day)
    }

    /// The first day whose usage decides what is left of packs when a month begins: that of the first pack that can be used up
    /// or renewed, and that lasts into the month or overlaps one that does.
    pub fn history_of(packs: &[Self], account: &AccountId, month: BillingMonth) -> BillingDay {
        let mut first = month.first_day();
        let remembers = |pack: &&Self| {
            pack.account.as_ref().is_none_or(|own| own == account)
                && (pack.auto_renew || pack.parts.iter().any(|part| part.kind == PartKind::Consumable))
        };
        let reaches = |pack: &&Self, first| pack.auto_renew || pack.end().is_none_or(|end| first < end);
        loop {
            let packs = packs.iter().filter(remembers).filter(|pack| reaches(pack, first));
            match packs.filter_map(|pack| pack.from).min().filter(|from| *from < first) {
                Some(from) => first = from,
                None => return first,
            }
        }
    }

    /// What it cost, where that is known.
    pub fn price(&self) -> Option<&Decimal> {
        self.paid.as_ref().or(self.list_price.as_ref())
    }

    /// Whether a day lies in its term. A pack that was given back ends on that day.
    pub(super) fn is_valid(&self, day: BillingDay) -> bool {
        self.from.is_none_or(|from| from <= day) && self.end().is_none_or(|end| day < end)
    }

    /// The first day on which it is no longer there.
    pub(super) fn end(&self) -> Option<BillingDay> {
        match (self.to, self.refunded) {
            (Some(to), Some(refunded)) => Some(to.min(refunded)),
            (to, refunded) => to.or(refunded),
        }
    }
}
