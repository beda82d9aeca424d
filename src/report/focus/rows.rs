//! From the ledger's charges to rows of Cost and Usage, one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use serde_json::json;

use super::line::{CHARGES, Line};
use super::number::Number;
use super::packs::{LICENCE, Measured, PURCHASE, Pack, Packs, REFUND, UNUSED, commitment_id, pack_of};
use super::read::{Failed, Source, text};
use super::row::{Commitment, Own, Region, Row, Sku};
use super::{Options, Version};
use crate::ledger::{Selection, Value};
use crate::model::{BillingDay, BillingMonth, Status};

const APPLICATIONS: Selection<'_> =
    Selection { columns: "account, sub_app_id, name", from: "v_application WHERE ?1 = '' OR account = ?1" };

/// What was seen on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many rows were made.
    pub rows: u64,
    /// The least sure of them.
    pub status: Option<Status>,
    /// The least sure of each day of use, rows that were left out counted.
    pub days: BTreeMap<BillingDay, Status>,
    /// The months of bills.
    pub periods: BTreeSet<BillingMonth>,
    /// Rows that cannot be told, by item and reason.
    pub left_out: BTreeMap<String, u64>,
    /// Rows of packs of which the quantity is not known.
    pub unmeasured: u64,
}

/// Names of applications, by account and id.
type Names = BTreeMap<(String, String), String>;

/// Makes the rows, in the order of days.
pub fn each(
    source: &Source<'_>,
    packs: &Packs,
    options: &Options,
    mut out: impl FnMut(&Row) -> Result<(), Failed>,
) -> Result<Seen, Failed> {
    let mut names = Names::new();
    source.each(APPLICATIONS, &[source.account()], |fields| {
        let name = text(fields, 2)?;
        if !name.is_empty() {
            names.insert((text(fields, 0)?.to_owned(), text(fields, 1)?.to_owned()), name.to_owned());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let maker = Maker { packs, options, names, mark: source.parameters.mark.as_deref() };
    let mut seen = Seen::default();
    let values: [Value; 4] = source.asked();
    source.each(CHARGES, &values, |fields| {
        let line = Line::read(fields)?;
        let sure = seen.days.entry(line.usage_day).or_insert(line.status);
        match maker.row(&line).ok_or_else(|| line.too_long())? {
            Ok(row) => {
                *sure = (*sure).min(line.status);
                seen.rows += 1;
                seen.status = Some(seen.status.map_or(line.status, |status| status.min(line.status)));
                seen.periods.insert(line.bill_month);
                seen.unmeasured += u64::from(row.commitment.as_ref().is_some_and(|pack| pack.quantity.is_none()));
                out(&row)?;
            }
            Err(why) => {
                // A day of which something is left out is not complete.
                *sure = (*sure).min(line.status).min(Status::Partial);
                *seen.left_out.entry(format!("{}: {why}", line.item())).or_default() += 1;
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(seen)
}

/// A cost and the price that makes it.
type Priced = (Number, Option<Number>);

struct Maker<'m> {
    packs: &'m Packs,
    options: &'m Options,
    names: Names,
    mark: Option<&'m str>,
}

impl Maker<'_> {
    /// The row of a line, or why there is none. `None` is a number that is too long.
    fn row(&self, line: &Line<'_>) -> Option<Result<Row, String>> {
        let Some(billed) = line.billed else {
            let why = if line.unpriced.is_empty() { "no cost is known" } else { line.unpriced };
            return Some(Err(why.to_owned()));
        };
        let effective = match (line.row_type, line.effective) {
            (_, Some(effective)) => effective,
            ("pack", None) => {
                let pack = pack_of(line.meter, line.tier);
                return Some(Err(format!("the price of pack {pack} is not known, so the share of it is not either")));
            }
            // What was charged without packs costs what it costs.
            (_, None) => billed,
        };
        let mut row = self.blank(line, billed, effective);
        match (line.row_type, line.meter) {
            ("pack", meter) => self.of_pack(line, meter, &mut row)?,
            (_, PURCHASE | REFUND) => self.purchase(line, &mut row)?,
            _ if line.is_of_contract() => row.category = "Adjustment",
            _ => self.usage(line, &mut row)?,
        }
        Some(Ok(row))
    }

    /// A row without a price: its costs at list and agreed prices are what is billed.
    fn blank(&self, line: &Line<'_>, billed: Number, effective: Number) -> Row {
        let month = line.bill_month.period();
        let account = self.options.account_id(line.account);
        let application = (!line.sub_app_id.is_empty()).then(|| {
            let key = (line.account.to_owned(), line.sub_app_id.to_owned());
            (format!("vod-subapp:{}", line.sub_app_id), self.names.get(&key).cloned())
        });
        Row {
            account,
            account_name: self.options.account_names.get(line.account).cloned(),
            application,
            billed,
            effective,
            list: (billed, None),
            contracted: (billed, None),
            currency: line.currency.to_owned(),
            billing_period: (month.start.timestamp(), month.end.timestamp()),
            charge_period: line.seconds,
            category: "Usage",
            class: super::billing_period::class(line.bill_month),
            frequency: "Usage-Based",
            description: [line.item().as_str(), line.tier]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(": "),
            commitment: None,
            consumed: None,
            priced: None,
            pricing_category: None,
            region: (!line.area.is_empty()).then(|| Region { id: region_id(line.area), name: line.area.to_owned() }),
            sku: None,
            issuer: self.options.invoice_issuer.clone(),
            own: Own {
                account: line.account.to_owned(),
                charge_id: line.charge_id.to_owned(),
                row_type: line.row_type.to_owned(),
                status: line.status.as_str(),
                usage_day: line.usage_day.to_string(),
                settlement_date: line.settlement_date.to_owned(),
                posting_period: line.posting_period.to_owned(),
                price_book: line.price_book.to_owned(),
                price_version: line.price_version.to_owned(),
                split_basis: line.split_basis.map(str::to_owned),
                mark: self.mark.map(str::to_owned),
            },
        }
    }

    /// Usage at a price. What packs took of it stands in rows of its own.
    fn usage(&self, line: &Line<'_>, row: &mut Row) -> Option<()> {
        let published = line.agreed_price.or(line.unit_price);
        row.contracted = priced(line, line.contracted_cost.or(line.list_cost), published, row.billed)?;
        // Without a list price the standard wants the cost as it is billed.
        row.list = match (line.list_cost, line.unit_price) {
            (None, None) if line.agreed_price.is_some() => (row.billed, None),
            (cost, price) => priced(line, cost.or(line.contracted_cost), price, row.billed)?,
        };
        row.consumed = line.exactly(line.used - line.covered);
        row.priced = line.measured(line.priced);
        row.pricing_category = Some("Standard");
        row.sku = Some(sku(line, line.tier, line.unit_price));
        Some(())
    }

    /// What a pack took, what lapsed, a day of a licence: paid with the pack, so nothing is billed.
    fn of_pack(&self, line: &Line<'_>, meter: &str, row: &mut Row) -> Option<()> {
        let id = pack_of(line.meter, line.tier);
        let pack = self.packs.get(line.account, id);
        let quantity = match meter {
            UNUSED => pack.and_then(|pack| pack.lapsed(line.tier)),
            LICENCE => Some((Number::new(1, 0)?, "Days".to_owned())),
            _ => pack.and_then(|pack| pack.taken(line.usage_month, line.covered)),
        };
        let status = if meter == UNUSED { "Unused" } else { "Used" };
        row.commitment = Some(self.commitment(pack, (line.account, id), Some(status), quantity.clone(), row.effective));
        row.list = (Number::ZERO, Some(Number::ZERO));
        row.contracted = row.list;
        row.pricing_category = Some("Committed");
        row.sku = Some(if meter == UNUSED || meter == LICENCE { pack_sku(line, id) } else { sku(line, id, None) });
        match meter {
            UNUSED => row.priced = quantity,
            _ => {
                row.consumed = line.exactly(line.covered);
                row.priced = line.measured(line.covered);
            }
        }
        // A price stands beside a quantity or not at all.
        if row.priced.is_none() {
            (row.list.1, row.contracted.1) = (None, None);
        }
        Some(())
    }

    /// A pack is bought, or given back.
    fn purchase(&self, line: &Line<'_>, row: &mut Row) -> Option<()> {
        let id = pack_of(line.meter, line.tier);
        let pack = self.packs.get(line.account, id);
        let is_refund = line.meter == REFUND;
        let sign = |number: Number| if is_refund { number.negated() } else { number };
        // One pack is one charge; should it ever be split, its parts share the costs of the whole.
        let part = |number: Number| if line.whole == 0 { Some(number) } else { number.times(line.priced, line.whole) };
        let costs = |whole: Number| Some((part(whole)?, Some(sign(whole))));
        row.category = "Purchase";
        row.frequency = "One-Time";
        row.contracted = match line.contracted_cost {
            Some(cost) => costs(cost)?,
            None => (row.billed, Some(sign(row.billed))),
        };
        row.list = match line.list_cost {
            Some(cost) => costs(cost)?,
            None => row.contracted,
        };
        row.priced = Some((sign(part(Number::new(1, 0)?)?), "Count".to_owned()));
        row.pricing_category = Some("Standard");
        row.sku = Some(pack_sku(line, id));
        let quantity = match pack.and_then(Pack::eligible) {
            Some((number, unit)) => Some((sign(part(number)?), unit)),
            None => None,
        };
        row.commitment = Some(self.commitment(pack, (line.account, id), None, quantity, row.billed));
        Some(())
    }

    fn commitment(
        &self,
        pack: Option<&Pack>,
        (account, id): (&str, &str),
        status: Option<&'static str>,
        quantity: Option<Measured>,
        cost: Number,
    ) -> Commitment {
        let is_listed = pack.is_some_and(|pack| pack.term().is_some()) && self.options.version == Version::V1_4;
        let id = commitment_id(&self.options.account_id(account), id);
        let applied = is_listed.then(|| {
            // JSON numbers are written as they are, digit by digit, so the text is put together here.
            let (mut number, mut unit) = (String::new(), None);
            match &quantity {
                Some((amount, name)) => {
                    amount.write(&mut number);
                    unit = Some(name);
                }
                None => cost.write(&mut number),
            }
            let metric = match unit {
                Some(unit) => {
                    format!("\"ContractCommitmentAppliedQuantity\":{number},\"ContractCommitmentAppliedUnit\":{}", json!(unit))
                }
                None => format!("\"ContractCommitmentAppliedCost\":{number}"),
            };
            format!("{{\"Elements\":[{{\"ContractId\":{id},\"ContractCommitmentId\":{id},{metric}}}]}}", id = json!(id))
        });
        let name = pack.map(|pack| pack.product.clone()).filter(|name| !name.is_empty());
        Commitment { id, name, status, quantity, applied }
    }
}

/// What a part of a charge costs at a price. The published price stays where it makes the cost; where a coefficient, a price for
/// many units or several tiers lie between them, the price is the cost by the quantity.
fn priced(line: &Line<'_>, cost: Option<Number>, published: Option<Number>, billed: Number) -> Option<Priced> {
    let (whole, part) = (line.quantity(line.whole), line.quantity(line.priced));
    if let Some(price) = published {
        let own = price.of(whole)?;
        if cost.is_none_or(|cost| cost.is_close(own)) {
            return Some((price.of(part)?, Some(price)));
        }
    }
    let Some(cost) = cost else { return Some((billed, None)) };
    if line.whole == 0 {
        return Some((cost, published.filter(|_| cost.is_zero())));
    }
    let price = cost.per(whole)?;
    Some((cost.times(line.priced, line.whole)?, (!price.is_negative()).then_some(price)))
}

/// An area as an id: `chinese-mainland`.
fn region_id(area: &str) -> String {
    area.to_lowercase().replace(' ', "-")
}

/// The item, whatever its price: ids stay the same across accounts, contracts and packs.
fn sku(line: &Line<'_>, price: &str, published: Option<Number>) -> Sku {
    let name = |name: &str| if name.is_empty() { "-".to_owned() } else { name.to_owned() };
    let id = format!("vod/{}/{}/{}", line.meter, name(line.area), name(line.spec));
    let mut details = serde_json::Map::new();
    details.insert("x_Tier".to_owned(), json!(line.tier));
    if let Some(published) = published {
        let mut text = String::new();
        published.write(&mut text);
        details.insert("x_PublishedUnitPrice".to_owned(), json!(text));
        details.insert("x_PublishedUnit".to_owned(), json!(line.unit.name));
    }
    let price_id = format!("{}/{}/{}", id, format_args!("{}@{}", line.price_book, line.price_version), name(price));
    Sku { price_id, id, meter: line.meter.to_owned(), details: serde_json::Value::Object(details).to_string() }
}

/// A pack as an item: its product where it has one.
fn pack_sku(line: &Line<'_>, id: &str) -> Sku {
    let sku_id = format!("vod/pack/{}", line.spec);
    let price_id = format!("{sku_id}/{}@{}/{id}", line.price_book, line.price_version);
    Sku { price_id, id: sku_id, meter: "pack".to_owned(), details: json!({ "x_Tier": line.tier }).to_string() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_area_becomes_an_id() {
        assert_eq!(region_id("Asia Pacific Region 1"), "asia-pacific-region-1");
    }
}
