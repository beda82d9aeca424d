//! What an account bought in advance.

use super::book::reader::{Keys, Problems};
use super::book::{BookErrors, Part, PriceBook, parse_part};
use crate::model::{AccountId, BillingDay};

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
    /// What it holds.
    pub parts: Vec<Part>,
}

impl Pack {
    /// An instance of a book's product that covers every day and account.
    pub fn of_product(book: &PriceBook, product: &str) -> Result<Self, String> {
        let found = book.products.iter().find(|candidate| candidate.id == product).ok_or_else(|| {
            let known: Vec<&str> = book.products.iter().map(|product| product.id.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            format!("price book {} has no product {product:?}; its products: {known}", book.id)
        })?;
        Ok(Self {
            id: product.to_owned(),
            account: None,
            from: None,
            to: None,
            product: Some(product.to_owned()),
            parts: found.parts.clone(),
        })
    }

    /// Whether it covers usage of an account on a day.
    pub fn covers(&self, account: &AccountId, day: BillingDay) -> bool {
        self.account.as_ref().is_none_or(|own| own == account)
            && self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day < to)
    }
}

/// Reads a file of packs (`[[pack]]` tables, `docs/price-book.md`). All problems at once.
pub fn packs_from_toml(toml: &str, origin: &str, book: &PriceBook) -> Result<Vec<Pack>, BookErrors> {
    let problems = Problems::new(origin);
    let root = problems.parse(toml)?;
    let keys = Keys::new(&root, String::new(), &problems);
    let packs: Vec<Pack> = keys.tables("pack").into_iter().filter_map(|keys| parse_pack(&keys, book)).collect();
    if packs.is_empty() {
        keys.problem("pack", "there is no [[pack]] table");
    }
    for (index, pack) in packs.iter().enumerate() {
        if packs[..index].iter().any(|earlier| earlier.id == pack.id) {
            keys.problem("pack", &format!("two packs have the id {:?}; give each its own `id`", pack.id));
        }
    }
    keys.finish();
    problems.into_result(packs)
}

fn parse_pack(keys: &Keys<'_>, book: &PriceBook) -> Option<Pack> {
    let product = keys.optional_text("product");
    let id = keys.optional_text("id").or_else(|| product.clone());
    let mut parts: Vec<Part> = keys.tables("part").into_iter().filter_map(|part| parse_part(&part)).collect();
    match (&product, parts.is_empty()) {
        (Some(product), true) => match Pack::of_product(book, product) {
            Ok(pack) => parts = pack.parts,
            Err(message) => keys.problem("product", &message),
        },
        (Some(_), false) => keys.problem("part", "a pack with a `product` takes its parts from the price book"),
        (None, true) => keys.problem("product", "name a `product` of the price book, or describe the pack by [[pack.part]]"),
        (None, false) => {}
    }
    if id.is_none() {
        keys.problem("id", "a pack without a `product` needs an `id`");
    }
    let from = keys.optional_parsed("from");
    let to = keys.optional_parsed("to");
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        keys.problem("to", "the pack ends before it begins; `to` is the first day that is no longer covered");
    }
    let pack = Pack { id: id?, account: keys.optional_text("account").map(AccountId::new), from, to, product, parts };
    keys.finish();
    Some(pack)
}
