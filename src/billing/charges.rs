//! From lines to charges: free quantities, blocks, tiers, one exact quotient each, and totals.

use sha2::{Digest, Sha256};

use super::counters::{Counters, Tally};
use super::gather::{RateError, Rated};
use super::lines::{Covering, Line};
use super::options::{BILL_MONTH_BASIS, Settlement};
use super::plan::{Plan, PlanPrice};
use super::ratio::Ratio;
use super::tiers::Slice;
use super::{BillMonthBasis, Files, Rate, TierKind, Window, adjust, packs, totals, words};
use crate::model::money::AMOUNT_SCALE;
use crate::model::{Amount, BillingDay, Charge, RowType, Status, Step};

/// All charges of all accounts; totals last.
pub(super) fn of_lines(plan: &Plan<'_>, mut lines: Vec<Line>) -> Result<Rated, RateError> {
    let mut charges = Vec::with_capacity(lines.len());
    let mut months = Vec::new();
    for lines in lines.chunk_by_mut(|left, right| left.account == right.account) {
        let first = charges.len();
        let held = packs::cover(plan, lines)?;
        let mut counters = Counters::of(plan, lines)?;
        for (index, line) in lines.iter().enumerate() {
            price_line(plan, line, counters.take(index, line)?, &mut charges).ok_or_else(|| out_of_range(line))?;
        }
        let adjustments =
            adjust::of_charges(plan, &charges[first..]).ok_or_else(|| RateError::OutOfRange("a contract's line".to_owned()))?;
        charges.extend(adjustments);
        let (rows, rolled) = packs::accounts(&held)?;
        charges.extend(rows);
        months.extend(rolled);
    }
    let totals = totals::of_charges(&charges).ok_or_else(|| RateError::OutOfRange("a total".to_owned()))?;
    charges.extend(totals);
    Ok(Rated { charges, packs: months })
}

/// A number of a line that leaves the range of exact arithmetic.
pub(super) fn out_of_range(line: &Line) -> RateError {
    let key = &line.group;
    RateError::OutOfRange(format!(
        "the charge of account {:?}, meter {}, area {:?}, spec {:?}",
        key.account, key.meter, key.area, key.spec
    ))
}

fn price_line(plan: &Plan<'_>, line: &Line, tally: Tally, charges: &mut Vec<Charge>) -> Option<()> {
    match line.price(plan) {
        None => charges.push(unpriced(plan, line)),
        Some((price, rate)) => {
            let mut list = ListPrices::new(plan, line, price, rate, &tally)?;
            for (index, slice) in tally.slices.iter().enumerate() {
                let part = match list.as_mut() {
                    Some(list) => Some(list.take(slice.quantity)?),
                    None => None,
                };
                charges.push(priced(plan, line, price, rate, &tally, index, part)?);
            }
        }
    }
    for (index, covering) in line.coverings.iter().enumerate() {
        charges.push(pack_row(plan, line, covering, index));
    }
    Some(())
}

/// What the quantity of a line costs by the book, slice after slice.
struct ListPrices<'p> {
    price: &'p PlanPrice<'p>,
    rate: &'p Rate,
    /// What is left of the slices of the list, the next one last.
    left: Vec<Slice>,
    factor: Ratio,
}

/// The list price of a part of a line.
struct ListPart {
    /// The unit price, where the part has only one.
    unit_price: Option<String>,
    cost: Ratio,
}

impl<'p> ListPrices<'p> {
    /// `Some(None)` where the book has no price of its own.
    fn new(plan: &'p Plan<'_>, line: &Line, price: &'p PlanPrice<'p>, rate: &'p Rate, tally: &Tally) -> Option<Option<Self>> {
        let (price, rate) = match (price.contract, price.list) {
            (None, _) => (price, rate),
            (Some(_), None) => return Some(None),
            (Some(_), Some(list)) => {
                let list = plan.prices.get(list)?;
                let rate = list.price.rates.iter().find(|rate| rate.selects(&line.group.area, &line.group.spec));
                let Some(rate) = rate else { return Some(None) };
                (list, rate)
            }
        };
        let left = tally.list.iter().rev().copied().collect();
        Some(Some(Self { price, rate, left, factor: line.factor }))
    }

    /// The list price of the next part.
    fn take(&mut self, quantity: Ratio) -> Option<ListPart> {
        let (mut open, mut cost, mut prices) = (quantity, Ratio::ZERO, Vec::new());
        while let Some(slice) = self.left.last_mut() {
            let part = open.min(slice.quantity);
            let tier = slice.tier;
            open = open.minus(part)?;
            slice.quantity = slice.quantity.minus(part)?;
            if slice.quantity == Ratio::ZERO && self.left.len() > 1 {
                self.left.pop();
            }
            let paid = part.times(self.factor)?;
            cost = cost.plus(self.price.price_per_base(self.rate, tier)?.times(self.rate.coefficient)?.times(paid)?)?;
            prices.push(self.rate.prices.get(tier)?.as_str().to_owned());
            if open == Ratio::ZERO {
                break;
            }
        }
        prices.dedup();
        Some(ListPart { unit_price: (prices.len() == 1).then(|| prices.remove(0)), cost })
    }
}

/// A row with everything but money.
fn row(plan: &Plan<'_>, line: &Line, row_type: RowType, slot: &str) -> Charge {
    let era = &plan.eras[plan.era_of(super::gather::number_of(line.usage_day))];
    let by_month = line.price(plan).is_some_and(|(price, _)| price.by_month());
    let settlement_date = match era.settlement {
        _ if by_month => line.usage_day.month().end_day(),
        Settlement::Month => line.usage_day.month().end_day(),
        Settlement::Day => line.usage_day.next(),
        Settlement::Hour => BillingDay::of(line.period.end + plan.shift()),
    };
    let status = if plan.options.mode_assumed { Status::Assumed } else { line.status };
    Charge {
        row_type,
        charge_id: charge_id(plan, line, row_type, slot),
        account: line.account.clone(),
        sub_app_id: None,
        tags: Vec::new(),
        basis: None,
        parent_id: None,
        usage_day: line.usage_day,
        settlement_date,
        bill_month: bill_month(plan, line.usage_day, settlement_date),
        posting_period: line.usage_day.month(),
        period: line.period,
        meter: line.group.meter.clone(),
        area: line.group.area.clone(),
        spec: line.group.spec.clone(),
        usage_quantity: line.usage.round_half_up(),
        pack_quantity: line.covered,
        pricing_quantity: 0,
        unit: line.unit,
        unit_price: None,
        contracted_unit_price: None,
        tier: String::new(),
        list_cost: None,
        contracted_cost: None,
        billed_cost: None,
        effective_cost: None,
        currency: plan.book.currency,
        price_book: plan.book.id.clone(),
        price_version: era.version.map(|version| version.name.clone()).unwrap_or_default(),
        status,
        unpriced: None,
        steps: line.steps.clone(),
    }
}

/// The month whose bill carries what is used and settled on these days.
pub(super) fn bill_month(plan: &Plan<'_>, usage_day: BillingDay, settlement_date: BillingDay) -> crate::model::BillingMonth {
    match plan.basis.on(usage_day) {
        BillMonthBasis::Usage => usage_day.month(),
        BillMonthBasis::Deduction => settlement_date.month(),
    }
}

/// An exact cost, rounded once, half up, to the scale of bills.
pub(super) fn rounded(plan: &Plan<'_>, cost: Ratio) -> Option<Amount> {
    let units = cost.times(Ratio::whole(10_i128.pow(AMOUNT_SCALE)))?.round_half_up();
    Some(Amount { units, currency: plan.book.currency })
}

/// A hash of what the row is about, never of its amount.
fn charge_id(plan: &Plan<'_>, line: &Line, row_type: RowType, slot: &str) -> String {
    let (start, end) = (line.period.start.timestamp().to_string(), line.period.end.timestamp().to_string());
    let key = &line.group;
    hash(&[&plan.book.id, &key.account, &key.meter, &key.area, &key.spec, &start, &end, slot, row_type.as_str()])
}

/// 20 hexadecimal digits over the parts of a key.
pub(super) fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..10])
}

fn unpriced(plan: &Plan<'_>, line: &Line) -> Charge {
    let key = &line.group;
    let mut charge = row(plan, line, RowType::Charge, "unpriced");
    charge.pricing_quantity = (line.counted.round_half_up()).saturating_sub(line.covered);
    charge.tier = words::UNPRICED.to_owned();
    let day = super::gather::number_of(line.usage_day);
    let reason = format!("unpriced: {}", plan.reason(day, &key.meter, &key.area, &key.spec));
    if line.explain {
        charge.steps.push(Step::new("unpriced", reason.as_str()));
    }
    charge.unpriced = Some(reason);
    charge
}

fn priced(
    plan: &Plan<'_>,
    line: &Line,
    price: &PlanPrice<'_>,
    rate: &Rate,
    tally: &Tally,
    index: usize,
    list: Option<ListPart>,
) -> Option<Charge> {
    let slice = tally.slices.get(index)?;
    let graduated = price.tier_kind == TierKind::Graduated;
    let paid = slice.quantity.times(line.factor)?;
    // The tier that a volume reaches may change when usage is restated; the line stays the same line.
    let slot = if graduated { format!("tier {}", slice.tier + 1) } else { "all".to_owned() };
    let cost = price.price_per_base(rate, slice.tier)?.times(rate.coefficient)?.times(paid)?;
    let amount = rounded(plan, cost)?;
    let bound = price.price.tiers.as_ref().map(|tiers| tiers.bound);
    let mut charge = row(plan, line, RowType::Charge, &slot);
    if graduated {
        // Each row shows its own part; what packs, free quantity and blocks changed is shown once.
        let rest = line.usage.minus(tally.net)?;
        let shown = if index == 0 { slice.quantity.plus(rest)? } else { slice.quantity };
        charge.usage_quantity = shown.round_half_up();
        charge.pack_quantity = if index == 0 { line.covered } else { 0 };
    }
    charge.pricing_quantity = paid.round_half_up();
    charge.tier = bound.map_or(words::FLAT.to_owned(), |bound| words::tier(bound, &price.bounds, slice.tier, price.unit));
    if line.exempt.is_some() {
        charge.tier = words::EXEMPT.to_owned();
    }
    charge.list_cost = list.as_ref().map(|list| list.cost.to_text());
    charge.contracted_cost = Some(cost.to_text());
    let agreed = rate.prices.get(slice.tier)?.as_str().to_owned();
    charge.unit_price = list.and_then(|list| list.unit_price);
    charge.contracted_unit_price = price.contract.map(|_| agreed.clone());
    charge.billed_cost = Some(amount);
    charge.effective_cost = Some(amount);
    if line.explain {
        let priced = Priced { plan, price, rate, tally, slice, paid, cost, amount, unit_price: &agreed };
        priced.explain(&mut charge);
    }
    Some(charge)
}

/// A part of a line and what it costs, for the explanation.
struct Priced<'p> {
    plan: &'p Plan<'p>,
    price: &'p PlanPrice<'p>,
    rate: &'p Rate,
    tally: &'p Tally,
    slice: &'p Slice,
    paid: Ratio,
    cost: Ratio,
    amount: Amount,
    unit_price: &'p str,
}

impl Priced<'_> {
    fn explain(&self, charge: &mut Charge) {
        let mut steps = std::mem::take(&mut charge.steps);
        steps.extend(self.reductions());
        steps.extend(self.tier(charge));
        steps.extend(self.cost(charge));
        steps.extend(self.sources(charge));
        charge.steps = steps;
    }

    fn reductions(&self) -> Vec<Step> {
        let (rule, unit) = (&self.price.price, self.price.unit);
        let mut steps = Vec::new();
        if let Some(free) = &rule.free {
            let per = rule.free_per.map_or("line", Window::as_str);
            let taken = words::quantity(self.tally.free, unit);
            let text = format!("free: {free} {} per {per}, of which this line takes {taken}", unit.name);
            steps.push(Step::new("free", text).with("free", free).with("taken", taken));
        }
        if let Some(least) = &rule.free_below {
            steps.push(Step::new("free", format!("free when below {least} {}", unit.name)).with("free_below", least));
        }
        if let Some(block) = &rule.block {
            let net = words::quantity(self.tally.net, unit);
            let text = format!("rounded up to blocks of {block} {}: {net}", unit.name);
            steps.push(Step::new("block", text).with("block", block).with("quantity", net));
        }
        steps
    }

    fn tier(&self, charge: &Charge) -> Option<Step> {
        let (tiers, unit) = (self.price.price.tiers.as_ref()?, self.price.unit);
        let (kind, reset) = (self.price.tier_kind, tiers.reset);
        let counter = words::quantity(self.tally.counter, unit);
        let text = match kind {
            TierKind::Volume => {
                format!("tier: the {reset}'s total of {counter} reaches the tier {:?}, which prices all of it", charge.tier)
            }
            TierKind::VolumeToDate => {
                format!("tier: with this line the {reset}'s counter reaches {counter}: tier {:?}", charge.tier)
            }
            TierKind::Graduated => format!(
                "tier: the {reset}'s counter stood at {counter}; {} of this line lie in the tier {:?}",
                words::quantity(self.slice.quantity, unit),
                charge.tier
            ),
        };
        Some(Step::new("tier", text).with("kind", kind).with("reset", reset).with("counter", counter).with("tier", &charge.tier))
    }

    fn cost(&self, charge: &Charge) -> Vec<Step> {
        let (currency, rule, unit) = (self.plan.book.currency, &self.price.price, self.price.unit);
        let per = if rule.per.as_str() == "1" { unit.name.to_owned() } else { format!("{} {}", rule.per, unit.name) };
        let is_weighted = self.rate.coefficient != Ratio::ONE;
        let weight = if is_weighted { format!(" × coefficient {}", self.rate.coefficient) } else { String::new() };
        let endless = if self.cost.terminates() { String::new() } else { format!(" (exactly {})", self.cost) };
        let (quantity, cost) = (words::quantity(self.paid, unit), self.cost.to_text());
        let mut steps = Vec::new();
        let (step, name) = match self.price.contract {
            None => ("list", "list cost"),
            Some(_) => {
                let list = charge.list_cost.as_deref().unwrap_or("not known: the price book has no price for it");
                steps.push(Step::new("list", format!("list cost by the price book: {list}")).with("cost", list));
                ("contracted", "contracted cost")
            }
        };
        let text = format!("{name}: {quantity} × {} {currency} per {per}{weight} = {cost} {currency}{endless}", self.unit_price);
        let step = Step::new(step, text).with("quantity", quantity).with("unit_price", self.unit_price).with("per", per);
        steps.push(step.with("coefficient", self.rate.coefficient).with("cost", cost));
        let billed = self.amount.to_decimal_text();
        let text = format!("billed: rounded half up to {AMOUNT_SCALE} decimals: {billed} {currency}");
        steps.push(Step::new("billed", text).with("cost", billed));
        steps
    }

    fn sources(&self, charge: &Charge) -> Vec<Step> {
        let (plan, rule) = (self.plan, &self.price.price);
        let mut steps = Vec::new();
        if let (Some(contract), Some(term)) = (&plan.options.contract, self.price.contract) {
            steps.push(
                Step::new("contract", format!("price: contract {}, {term:?}", contract.id))
                    .with("contract", &contract.id)
                    .with("term", term),
            );
        }
        let text = format!(
            "price: book {}, version {}, item {:?}, source {} verified on {}, evidence {}",
            plan.book.id, charge.price_version, rule.name, rule.source, rule.verified_on, rule.evidence
        );
        let step = Step::new("source", text).with("book", &plan.book.id).with("version", &charge.price_version);
        let title = plan.book.sources.iter().find(|source| source.id == rule.source).map_or("", |source| source.title.as_str());
        let step = step.with("item", &rule.name).with("source", &rule.source).with("title", title);
        steps.push(step.with("verified_on", rule.verified_on).with("evidence", &rule.evidence));
        if rule.files == Files::Source {
            steps.push(Step::new("files", "files: only source files count").with("files", rule.files));
        }
        if let Some(note) = &rule.note {
            steps.push(Step::new("note", format!("note: {note}")));
        }
        steps.extend(self.price.answers.iter().map(|(name, answer)| switch_step(plan, name, answer)));
        let basis = plan.basis.on(charge.usage_day);
        let text = format!(
            "settled on {}; bill month {} (switch: {BILL_MONTH_BASIS} = {basis})",
            charge.settlement_date, charge.bill_month
        );
        steps
            .push(Step::new("dates", text).with("settlement_date", charge.settlement_date).with("bill_month", charge.bill_month));
        if plan.options.mode_assumed {
            let mode = plan.options.mode.on(charge.usage_day);
            let text = format!("assumed: billing mode {mode}, because nobody confirmed another");
            steps.push(Step::new("assumed", text).with("mode", mode));
        }
        steps
    }
}

/// A switch that mattered: its answer, the other answers, and why it is open.
pub(super) fn switch_step(plan: &Plan<'_>, name: &str, answer: &str) -> Step {
    let rule = plan.book.switches.iter().find(|rule| rule.name == name);
    let others = rule.iter().flat_map(|rule| &rule.values).filter(|value| *value != answer);
    let others = others.map(String::as_str).collect::<Vec<_>>().join(", ");
    let text = format!("switch: {name} = {answer} (it could be {others}): {}", rule.map_or("", |rule| rule.reason.as_str()));
    Step::new("switch", text).with("switch", name).with("value", answer)
}

/// What one allowance took over of the line above. Nothing more is billed: it was paid with the pack.
fn pack_row(plan: &Plan<'_>, line: &Line, covering: &Covering, index: usize) -> Charge {
    let mut charge = row(plan, line, RowType::Pack, &format!("{} part {} cover {index}", covering.pack, covering.part + 1));
    charge.usage_quantity = covering.usage;
    charge.pack_quantity = covering.usage;
    charge.tier = format!("{}: {} left", covering.pack, words::quantity(covering.left, covering.unit));
    charge.list_cost = Some("0".to_owned());
    charge.contracted_cost = charge.list_cost.clone();
    charge.billed_cost = Some(Amount::zero(plan.book.currency));
    charge.effective_cost = covering.effective;
    let (usage, coefficient) = (words::quantity(Ratio::whole(covering.usage), line.unit), covering.coefficient);
    let (taken, left) = (words::quantity(covering.taken, covering.unit), words::quantity(covering.left, covering.unit));
    let text = format!("pack {}: {usage} × {coefficient} = {taken} taken, {left} left", covering.pack);
    charge.steps.clear();
    if line.explain {
        let step = Step::new("pack", text).with("pack", &covering.pack).with("usage", usage).with("coefficient", coefficient);
        charge.steps.push(step.with("taken", taken).with("left", left));
        if let Some(effective) = covering.effective {
            let text = format!("effective cost: its share of the price of pack {} is {effective}", covering.pack);
            charge.steps.push(Step::new("effective", text).with("cost", effective.to_decimal_text()));
        }
    }
    charge
}
