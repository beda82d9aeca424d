//! Reads a file of packs.

use super::instance::{Left, Pack};
use crate::billing::book::reader::{Document, Keys};
use crate::billing::book::{BookErrors, Part, PartKind, PriceBook, Product, check_parts, parse_part};
use crate::billing::contract::account_id;
use crate::billing::names::Names;
use crate::model::{AccountId, BillingDay, Unit};

/// Reads a file of packs (`[[pack]]` tables, `docs/price-book.md`). All problems at once.
///
/// # Errors
/// Everything wrong in the file, each with table and key.
pub fn packs_from_toml(toml: &str, origin: &str, book: &PriceBook) -> Result<Vec<Pack>, BookErrors> {
    let problems = Document::new(origin, toml);
    let root = problems.parse()?;
    let keys = Keys::top(&problems, &root);
    let packs: Vec<Pack> = keys.tables("pack").into_iter().filter_map(|keys| parse_pack(&keys, book, &problems)).collect();
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

fn parse_pack(keys: &Keys<'_>, book: &PriceBook, problems: &Document<'_>) -> Option<Pack> {
    let name = keys.optional_text("product");
    let id = keys.optional_text("id").or_else(|| name.clone());
    let parts: Vec<Part> = keys.tables("part").into_iter().filter_map(|part| parse_part(&part, &book.allowances)).collect();
    let product = name.as_ref().and_then(|name| book.products.iter().find(|product| product.id == *name));
    match (&name, product, parts.is_empty()) {
        (Some(name), None, _) => keys.problem("product", &Pack::of_product(book, name).err().unwrap_or_default()),
        (Some(_), _, false) => keys.problem("part", "a pack with a `product` takes its parts from the price book"),
        (None, _, true) => {
            keys.problem("product", "name a `product` of the price book, or describe the pack by [[pack.part]]");
        }
        _ => {}
    }
    if id.is_none() {
        keys.problem("id", "a pack without a `product` needs an `id`");
    }
    let id = id.unwrap_or_default();
    let place = format!("pack {id:?}");
    check_parts(book, &parts, &place, problems);
    let names = Names::of(book);
    for cover in parts.iter().flat_map(|part| &part.covers) {
        let mut note = |key: &str, message| problems.add(format!("{place} covers: {key}"), message);
        names.judge(&cover.meters, &cover.areas, &cover.specs, &mut note);
    }
    let mut pack = match product {
        Some(product) => Pack { id, ..Pack::instance(product) },
        None => Pack::described(id, parts),
    };
    pack.account = keys.optional_text("account").and_then(|account| account_id(keys, "account", &account)).map(AccountId::new);
    if let Some(family) = keys.optional_text("family") {
        pack.family = family;
    }
    dates(keys, &mut pack, product);
    pack.paid = keys.optional_parsed("paid");
    pack.auto_renew = keys.flag("auto_renew");
    if pack.auto_renew && product.is_none() {
        keys.problem("auto_renew", "only a `product` of the price book can be bought again");
    }
    quantities(keys, &mut pack);
    keys.finish();
    Some(pack)
}

fn dates(keys: &Keys<'_>, pack: &mut Pack, product: Option<&Product>) {
    pack.bought = keys.optional_parsed("bought");
    pack.from = keys.optional_parsed("from").or(pack.bought);
    pack.to = keys.optional_parsed("to");
    if !keys.has("to") {
        pack.to = product.zip(pack.from).map(|(product, from)| product.term.end(from));
    }
    if pack.from.zip(pack.to).is_some_and(|(from, to)| to <= from) {
        keys.problem("to", "the pack ends before it begins; `to` is the first day that is no longer covered");
    }
    pack.refunded = keys.optional_parsed("refunded");
    if let Some(refunded) = pack.refunded {
        refund(keys, pack, product, refunded);
    }
}

/// A pack can be given back for some days. That it is unused, only the usage can tell.
fn refund(keys: &Keys<'_>, pack: &Pack, product: Option<&Product>, refunded: BillingDay) {
    let Some(bought) = pack.bought.or(pack.from) else {
        keys.problem("refunded", "say when the pack was `bought`: only then can it be told whether it could be given back");
        return;
    };
    if refunded < bought {
        keys.problem("refunded", &format!("is before the purchase on {bought}"));
    }
    let Some(product) = product else { return };
    match product.refund_days {
        None => keys.problem("refunded", &format!("product {} cannot be given back", product.id)),
        Some(days) if bought.plus(u64::from(days)) < refunded => {
            let last = bought.plus(u64::from(days));
            keys.problem("refunded", &format!("product {} can be given back for {days} days, until {last}", product.id));
        }
        Some(_) => {}
    }
}

/// What was used before, and what the cloud said was left. The unit tells the part.
fn quantities(keys: &Keys<'_>, pack: &mut Pack) {
    if let Some(text) = keys.optional_text("used") {
        match quantity(pack, &text) {
            Ok((part, _)) if pack.parts[part].kind == PartKind::Level => {
                keys.problem("used", "is for what is used up; a level covers every day anew");
            }
            Ok((part, used)) if used <= pack.parts[part].capacity => pack.used[part] = used,
            Ok(_) => keys.problem("used", "is more than the pack holds"),
            Err(message) => keys.problem("used", &message),
        }
    }
    for keys in keys.tables("left") {
        let (on, text) = (keys.parsed("on"), keys.text("quantity"));
        let found = text.and_then(|text| quantity(pack, &text).map_err(|message| keys.problem("quantity", &message)).ok());
        keys.finish();
        if let Some((on, (part, quantity))) = on.zip(found) {
            pack.left.push(Left { on, part, quantity });
        }
    }
    pack.left.sort_by_key(|left| left.on);
}

/// `12 GB`: the first part that counts bytes, and so many of them.
fn quantity(pack: &Pack, text: &str) -> Result<(usize, i128), String> {
    let (number, unit) =
        text.trim().split_once(' ').ok_or_else(|| format!("{text:?} is not a quantity with its unit, such as \"12 GB\""))?;
    let unit: Unit = unit.trim().parse().map_err(|error: crate::model::quantity::QuantityError| error.to_string())?;
    let quantity = unit.to_base(number).map_err(|error| error.to_string())?;
    let part = pack.parts.iter().position(|part| part.unit.base == unit.base);
    part.map(|part| (part, quantity)).ok_or_else(|| format!("{text:?}: the pack has no allowance that counts {}", unit.base))
}
