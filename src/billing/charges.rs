//! From lines to charges: free quantities, blocks, tiers, one exact quotient each, and totals.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::agreements::Agreement;
use super::counters::{Counters, PartTally, Tally};
use super::gather::{RateError, Rated, day_number, day_of, number_of};
use super::lines::{Covering, Line, Part, PartShare};
use super::options::{BILL_MONTH_BASIS, Settlement};
use super::plan::{Plan, PlanPrice};
use super::ratio::Ratio;
use super::tiers::Slice;
use super::{BillMonthBasis, Files, Rate, TierKind, Window, adjust, counters, packs, totals, words};
use crate::model::money::AMOUNT_SCALE;
use crate::model::{AccountId, Amount, BillingDay, Charge, Period, RowType, Status, Step, Unit};

/// All charges of all accounts; totals last.
pub(super) fn of_lines(plan: &Plan<'_>, mut lines: Vec<Line>) -> Result<Rated, RateError> {
    let mut charges = Vec::with_capacity(lines.len());
    let mut months = Vec::new();
    let run = Span::of(plan, &lines);
    let mut accounts: BTreeSet<AccountId> =
        plan.options.accounts.iter().map(|own| AccountId::new(plan.payer(own.as_str()))).collect();
    accounts.extend(lines.iter().map(|line| line.account.clone()));
    let mut left = lines.as_mut_slice();
    for account in accounts {
        let count = left.partition_point(|line| line.account <= account);
        let (lines, rest) = left.split_at_mut(count);
        left = rest;
        let first = charges.len();
        counters::free_first(plan, lines)?;
        let held = packs::cover(plan, &account, lines)?;
        let mut counters = Counters::of(plan, lines)?;
        for (index, line) in lines.iter().enumerate() {
            price_line(plan, line, counters.take(index, line)?, &mut charges).ok_or_else(|| out_of_range(line))?;
        }
        // Parts of a line may end before other lines do.
        charges[first..].sort_by_key(|charge| (charge.usage_day, charge.period.start));
        let adjustments = adjust::of_charges(plan, &account, run, &charges[first..])
            .ok_or_else(|| RateError::OutOfRange("a contract's line".to_owned()))?;
        charges.extend(adjustments);
        let (rows, rolled) = packs::accounts(&held)?;
        charges.extend(rows);
        months.extend(rolled);
    }
    let totals = totals::of_charges(&charges).ok_or_else(|| RateError::OutOfRange("a total".to_owned()))?;
    charges.extend(totals);
    Ok(Rated { charges, packs: months })
}

/// The days that a run is about, half-open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub first: BillingDay,
    pub end: BillingDay,
}

impl Span {
    /// As the options say, else from the first to the last day of usage; `None` where there is neither.
    fn of(plan: &Plan<'_>, lines: &[Line]) -> Option<Self> {
        let first = lines.iter().map(|line| day_of(day_number(line.seconds.0))).min();
        let end = lines.iter().map(|line| line.usage_day.next()).max();
        Some(Self { first: plan.options.since.or(first)?, end: plan.options.until.or(end)? })
    }
}

/// A row of an account on a day, without quantities and money.
pub(super) fn blank(plan: &Plan<'_>, account: &AccountId, usage_day: BillingDay, row_type: RowType, charge_id: String) -> Charge {
    let version = plan.eras.get(plan.era_of(number_of(usage_day))).and_then(|era| era.version);
    Charge {
        row_type,
        charge_id,
        account: account.clone(),
        sub_app_id: None,
        tags: Vec::new(),
        basis: None,
        parent_id: None,
        usage_day,
        settlement_date: usage_day,
        bill_month: bill_month(plan, usage_day, usage_day),
        posting_period: usage_day.month(),
        period: usage_day.period(),
        meter: String::new(),
        area: String::new(),
        spec: String::new(),
        usage_quantity: 0,
        pack_quantity: 0,
        pricing_quantity: 0,
        unit: Unit::COUNT,
        unit_price: None,
        contracted_unit_price: None,
        tier: String::new(),
        list_cost: None,
        contracted_cost: None,
        billed_cost: None,
        effective_cost: None,
        currency: plan.book.currency,
        price_book: plan.book.id.clone(),
        price_version: version.map(|version| version.name.clone()).unwrap_or_default(),
        status: if plan.options.mode_assumed { Status::Assumed } else { Status::Final },
        unpriced: None,
        steps: Vec::new(),
    }
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
    match line.price(plan).filter(|_| line.undecided.is_none()) {
        None => charges.push(unpriced(plan, line)),
        Some((base, rate)) => {
            // What is printed of costs without end is cut off so that the rows of a line add up to the line.
            let (mut listed, mut contracted) = (Printed::nothing(), Printed::nothing());
            for (place, (part, own)) in line.parts.iter().zip(&tally.parts).enumerate() {
                let agreement = part.days.agreed.and_then(|agreed| plan.agreements.get(agreed));
                let price = agreement.map_or(base, |agreement| &agreement.own);
                let rate = agreement.map_or(Some(rate), |agreement| agreement.own.price.rates.get(line.rate_place()?))?;
                let mut list = ListPrices::new(line, base, part, own)?;
                let priced = Priced { plan, line, price, rate, agreement, tally: &tally, part, own, is_first: place == 0 };
                for index in 0..own.slices.len() {
                    let list = match list.as_mut() {
                        Some(list) => Some(list.take(own.slices.get(index)?.quantity)?),
                        None => None,
                    };
                    charges.push(priced.row(index, list, &mut listed, &mut contracted)?);
                }
            }
        }
    }
    for (index, covering) in line.coverings.iter().enumerate() {
        charges.push(pack_row(plan, line, covering, index));
    }
    Some(())
}

/// Costs of a line as they are printed, so that their sum is that of the line as it is printed.
struct Printed {
    exact: Ratio,
    cut: Ratio,
}

impl Printed {
    fn nothing() -> Self {
        Self { exact: Ratio::ZERO, cut: Ratio::ZERO }
    }

    /// The next cost in decimals: its own where they end, else what is missing to the sum so far, cut off.
    fn take(&mut self, cost: Ratio) -> Option<String> {
        let sum = self.exact.plus(cost)?;
        let shown = sum.cut_off()?;
        let text = shown.minus(self.cut)?.to_text();
        (self.exact, self.cut) = (sum, shown);
        Some(text)
    }
}

/// What the quantity of a part of a line costs by the book, slice after slice.
struct ListPrices<'p> {
    price: &'p PlanPrice<'p>,
    rate: &'p Rate,
    /// What is left of the slices of the list, the next one last.
    left: Vec<Slice>,
    factor: Ratio,
}

/// The list price of a slice of a line.
struct ListPart {
    /// The unit price, where the slice has only one.
    unit_price: Option<String>,
    cost: Ratio,
}

impl<'p> ListPrices<'p> {
    /// `Some(None)` where the book has no price of its own.
    fn new(line: &Line, price: &'p PlanPrice<'p>, part: &Part, own: &PartTally) -> Option<Option<Self>> {
        if price.contract.is_some() {
            return Some(None);
        }
        let rate = price.price.rates.get(line.rate_place()?)?;
        let left = own.list.iter().rev().copied().collect();
        Some(Some(Self { price, rate, left, factor: part.share.factor() }))
    }

    /// The list price of the next slice.
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

/// A row of a line, or of a part of it, with everything but money.
fn row(plan: &Plan<'_>, line: &Line, seconds: (i64, i64), row_type: RowType, slot: &str) -> Charge {
    let period = plan.period_of(seconds);
    let usage_day = day_of(day_number(seconds.1 - 1));
    let era = &plan.eras[plan.era_of(number_of(usage_day))];
    let by_month = line.price(plan).is_some_and(|(price, _)| price.by_month());
    let settlement_date = match era.settlement {
        _ if by_month => usage_day.month().end_day(),
        Settlement::Month => usage_day.month().end_day(),
        Settlement::Day => usage_day.next(),
        Settlement::Hour => BillingDay::of(period.end + plan.shift()),
    };
    Charge {
        settlement_date,
        bill_month: bill_month(plan, usage_day, settlement_date),
        period,
        meter: line.group.meter.clone(),
        area: line.group.area.clone(),
        spec: line.group.spec.clone(),
        usage_quantity: line.usage.round_half_up(),
        pack_quantity: line.covered,
        unit: line.unit,
        status: if plan.options.mode_assumed { Status::Assumed } else { line.status },
        steps: line.steps.clone(),
        ..blank(plan, &line.account, usage_day, row_type, charge_id(plan, line, period, row_type, slot))
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
fn charge_id(plan: &Plan<'_>, line: &Line, period: Period, row_type: RowType, slot: &str) -> String {
    let (start, end) = (period.start.timestamp().to_string(), period.end.timestamp().to_string());
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
    let mut charge = row(plan, line, line.seconds, RowType::Charge, "unpriced");
    charge.pricing_quantity = (line.counted.round_half_up()).saturating_sub(line.covered);
    charge.tier = words::UNPRICED.to_owned();
    let day = number_of(line.usage_day);
    let reason = || plan.reason(day, &key.meter, &key.area, &key.spec);
    let reason = format!("unpriced: {}", line.undecided.clone().unwrap_or_else(reason));
    if line.explain {
        charge.steps.push(Step::new("unpriced", reason.as_str()));
    }
    charge.unpriced = Some(reason);
    charge
}

/// A part of a line on its way to rows, one for each slice that has a price of its own.
struct Priced<'p> {
    plan: &'p Plan<'p>,
    line: &'p Line,
    /// What holds for the part: the book's price, or what was agreed.
    price: &'p PlanPrice<'p>,
    rate: &'p Rate,
    agreement: Option<&'p Agreement<'p>>,
    tally: &'p Tally,
    part: &'p Part,
    own: &'p PartTally,
    /// Whether it is the first part of the line.
    is_first: bool,
}

/// A slice and what it costs, for the explanation.
struct SliceCost<'p> {
    slice: &'p Slice,
    paid: Ratio,
    cost: Ratio,
    amount: Amount,
    unit_price: &'p str,
}

impl Priced<'_> {
    fn row(&self, index: usize, list: Option<ListPart>, listed: &mut Printed, contracted: &mut Printed) -> Option<Charge> {
        let Self { plan, line, price, rate, part, own, .. } = *self;
        let slice = own.slices.get(index)?;
        let graduated = price.tier_kind == TierKind::Graduated;
        let paid = slice.quantity.times(part.share.factor())?;
        // The tier that a volume reaches may change when usage is restated; the line stays the same line.
        let slot = if graduated { format!("tier {}", slice.tier + 1) } else { "all".to_owned() };
        let cost = price.price_per_base(rate, slice.tier)?.times(rate.coefficient)?.times(paid)?;
        let amount = rounded(plan, cost)?;
        let bound = price.price.tiers.as_ref().map(|tiers| tiers.bound);
        let mut charge = row(plan, line, part.seconds, RowType::Charge, &slot);
        let (usage, covered) = self.usage()?;
        // Each row shows its own slice; what packs, free quantity and blocks changed is shown once.
        let shown = match index {
            _ if own.slices.len() == 1 && !graduated => usage,
            0 => slice.quantity.plus(usage.minus(own.net)?)?,
            _ => slice.quantity,
        };
        charge.usage_quantity = shown.round_half_up();
        charge.pack_quantity = if index == 0 { covered } else { 0 };
        charge.pricing_quantity = paid.round_half_up();
        charge.tier = bound.map_or(words::FLAT.to_owned(), |bound| words::tier(bound, &price.bounds, slice.tier, price.unit));
        if line.exempt.is_some() {
            charge.tier = words::EXEMPT.to_owned();
        }
        charge.list_cost = match &list {
            Some(list) => Some(listed.take(list.cost)?),
            None => None,
        };
        charge.contracted_cost = Some(contracted.take(cost)?);
        let unit_price = rate.prices.get(slice.tier)?.as_str();
        charge.unit_price = list.and_then(|list| list.unit_price);
        let is_agreed = self.agreement.is_some() || price.contract.is_some();
        charge.contracted_unit_price = is_agreed.then(|| unit_price.to_owned());
        charge.billed_cost = Some(amount);
        charge.effective_cost = Some(amount);
        if line.explain {
            self.explain(&SliceCost { slice, paid, cost, amount, unit_price }, &mut charge);
        }
        Some(charge)
    }

    /// Usage of the part, and what packs covered of it.
    fn usage(&self) -> Option<(Ratio, i128)> {
        let line = self.line;
        match self.part.share {
            PartShare::Time(_) => Some((line.usage, line.covered)),
            PartShare::Quantity { usage, .. } if line.parts.len() == 1 => Some((usage, line.covered)),
            PartShare::Quantity { usage, .. } => Some((usage, self.own.covered)),
        }
    }

    fn explain(&self, cost: &SliceCost<'_>, charge: &mut Charge) {
        let mut steps = std::mem::take(&mut charge.steps);
        steps.extend(self.part_step());
        if self.is_first {
            steps.extend(self.reductions());
        }
        steps.extend(self.tier(cost.slice, charge));
        steps.extend(self.cost(cost, charge));
        steps.extend(self.sources(charge));
        charge.steps = steps;
    }

    /// Which part of the line it is, where the line has several.
    fn part_step(&self) -> Option<Step> {
        if self.line.parts.len() < 2 {
            return None;
        }
        let (first, last) = (day_of(self.part.days.first), day_of(self.part.days.end - 1));
        let what = match self.part.share {
            PartShare::Time(share) => format!("{share} of the month, after tiers"),
            PartShare::Quantity { .. } => words::quantity(self.own.net, self.price.unit),
        };
        let text = format!("part: {first} to {last} under a price of its own: {what}");
        Some(Step::new("part", text).with("first", first).with("last", last).with("share", what))
    }

    /// The term or item of the contract that the price comes from.
    fn agreed(&self) -> Option<&str> {
        self.agreement.map(|agreement| agreement.term.name.as_str()).or(self.price.contract)
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
        if rule.free_first {
            steps.push(Step::new("free_first", "what is free is looked at before packs"));
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

    fn tier(&self, slice: &Slice, charge: &Charge) -> Option<Step> {
        let (tiers, unit) = (self.price.price.tiers.as_ref()?, self.price.unit);
        let (kind, reset) = (self.price.tier_kind, tiers.reset);
        let counter = words::quantity(self.own.counter, unit);
        let text = match kind {
            TierKind::Volume => {
                format!("tier: the {reset}'s total of {counter} reaches the tier {:?}, which prices all of it", charge.tier)
            }
            TierKind::VolumeToDate => {
                format!("tier: with this line the {reset}'s counter reaches {counter}: tier {:?}", charge.tier)
            }
            TierKind::Graduated => format!(
                "tier: the {reset}'s counter stood at {counter}; {} of this line lie in the tier {:?}",
                words::quantity(slice.quantity, unit),
                charge.tier
            ),
        };
        Some(Step::new("tier", text).with("kind", kind).with("reset", reset).with("counter", counter).with("tier", &charge.tier))
    }

    fn cost(&self, own: &SliceCost<'_>, charge: &Charge) -> Vec<Step> {
        let (currency, rule, unit) = (self.plan.book.currency, &self.price.price, self.price.unit);
        let per = if rule.per.as_str() == "1" { unit.name.to_owned() } else { format!("{} {}", rule.per, unit.name) };
        let is_weighted = self.rate.coefficient != Ratio::ONE;
        let weight = if is_weighted { format!(" × coefficient {}", self.rate.coefficient) } else { String::new() };
        let endless = if own.cost.terminates() { String::new() } else { format!(" (exactly {})", own.cost) };
        let (quantity, cost) = (words::quantity(own.paid, unit), own.cost.to_text());
        let mut steps = Vec::new();
        let (step, name) = match self.agreed() {
            None => ("list", "list cost"),
            Some(_) => {
                let list = charge.list_cost.as_deref().unwrap_or("not known: the price book has no price for it");
                steps.push(Step::new("list", format!("list cost by the price book: {list}")).with("cost", list));
                ("contracted", "contracted cost")
            }
        };
        let text = format!("{name}: {quantity} × {} {currency} per {per}{weight} = {cost} {currency}{endless}", own.unit_price);
        let step = Step::new(step, text).with("quantity", quantity).with("unit_price", own.unit_price).with("per", per);
        steps.push(step.with("coefficient", self.rate.coefficient).with("cost", cost));
        let billed = own.amount.to_decimal_text();
        let text = format!("billed: rounded half up to {AMOUNT_SCALE} decimals: {billed} {currency}");
        steps.push(Step::new("billed", text).with("cost", billed));
        steps
    }

    fn sources(&self, charge: &Charge) -> Vec<Step> {
        let (plan, rule) = (self.plan, &self.price.price);
        let mut steps = Vec::new();
        if let (Some(contract), Some(term)) = (&plan.options.contract, self.agreed()) {
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
    let mut charge =
        row(plan, line, line.seconds, RowType::Pack, &format!("{} part {} cover {index}", covering.pack, covering.part + 1));
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
