//! What each application of an account pays, by the usage that was measured for it.

use std::collections::BTreeMap;

use super::{Lines, Share, parts_of};
use crate::billing::{AllocateError, Options, Portion, PriceBook, RateError, Rater, Row, SUB_APP_ID, basis};
use crate::ledger::{ApplicationPart, Ledger};
use crate::model::{MeterKind, RowType, SubAppId, UsageRecord};
use crate::statement::{Statement, StatementError, with_meters_of};

/// Applications with their shares; `None` is none that is known.
pub type ApplicationShares = Vec<(Option<SubAppId>, Vec<Share>)>;

/// What was measured for each application, line by line.
pub(super) type Weights = BTreeMap<Option<SubAppId>, BTreeMap<usize, i128>>;

/// The shares of the applications in the charges of a month, application by application; `None` is usage that names none,
/// and charges that no usage stands behind. Shares of an item add up to it.
///
/// # Errors
/// The ledger, or usage that cannot be rated.
pub fn by_application(
    ledger: &Ledger,
    statement: &Statement,
    book: &PriceBook,
    options: &Options,
) -> Result<ApplicationShares, StatementError> {
    let usage = ledger.usage(&statement.account, statement.month.period())?;
    let (mut lines, weights) = weigh(statement, &usage, book, options)?;
    let mut all = ApplicationShares::new();
    for (application, weights) in weights {
        all.push((application, lines.take(weights)?));
    }
    all.push((None, lines.rest(|item| unattributed(item.basis.as_str()))?));
    Ok(all)
}

/// The parts of the applications in each charge of a month. The parts of a charge add up to it, costs and quantities alike.
pub(super) fn parts(lines: &mut Lines<'_>, weights: &Weights) -> Result<Vec<ApplicationPart>, AllocateError> {
    let mut parts: BTreeMap<(usize, Option<SubAppId>), ApplicationPart> = BTreeMap::new();
    for (application, weights) in weights {
        for (line, weight) in weights.iter().filter(|(_, weight)| **weight > 0) {
            let portion = lines.portion(*line, *weight)?;
            let basis = lines.basis(*line).to_owned();
            add(&mut parts, lines, *line, *application, portion, &basis);
        }
    }
    for line in 0..lines.lines.len() {
        if let Some(portion) = lines.rest_of(line)? {
            let basis = unattributed(lines.basis(line));
            add(&mut parts, lines, line, None, portion, &basis);
        }
    }
    Ok(parts.into_values().collect())
}

fn add(
    parts: &mut BTreeMap<(usize, Option<SubAppId>), ApplicationPart>,
    lines: &Lines<'_>,
    line: usize,
    application: Option<SubAppId>,
    portion: Portion,
    basis: &str,
) {
    for (index, charge) in lines.charges_of(line).filter(|(_, charge)| charge.row_type == RowType::Charge) {
        let [billed, effective] = parts_of(charge, portion);
        let quantities = [charge.usage_quantity, charge.pack_quantity, charge.pricing_quantity].map(|whole| portion.of(whole));
        let part = parts.entry((index, application)).or_insert_with(|| ApplicationPart {
            charge_id: charge.charge_id.clone(),
            sub_app_id: application,
            quantities: [0; 3],
            billed: None,
            effective: None,
            basis: basis.to_owned(),
        });
        for (sum, quantity) in part.quantities.iter_mut().zip(quantities) {
            *sum += quantity;
        }
        part.billed = super::plus_amount(part.billed, billed);
        part.effective = super::plus_amount(part.effective, effective);
    }
}

fn unattributed(basis: &str) -> String {
    format!("unattributed, no weight is known: {basis}")
}

/// What was measured for applications, in the lines of a month's charges. Their totals are known after it.
pub(super) fn weigh<'s>(
    statement: &'s Statement,
    usage: &[UsageRecord],
    book: &PriceBook,
    options: &Options,
) -> Result<(Lines<'s>, Weights), StatementError> {
    let book = with_meters_of(book, usage);
    let by = [SUB_APP_ID.to_owned()];
    let mut lines =
        Lines::of(&statement.charges, |meter| basis(meter, book.meter(meter).map_or(MeterKind::Event, |(kind, _)| kind), &by));
    let rate_error = |source| statement.rate_error(source);
    let mut rater = Rater::new(&book, options).map_err(rate_error)?;
    let mut weights = Weights::new();
    for record in usage {
        let mut fits = true;
        let own = weights.entry(record.sub_app_id).or_default();
        let placed = rater.places(&Row::from(record), |place| {
            let Some(line) = lines.at(&place) else { return };
            let weight = own.entry(line).or_default();
            let sum = weight.checked_add(place.weight).filter(|_| lines.weigh(line, place.weight).is_some());
            fits &= sum.is_some();
            *weight = sum.unwrap_or_default();
        });
        placed.map_err(rate_error)?;
        if !fits {
            return Err(rate_error(RateError::OutOfRange(format!("the weight of meter {}", record.meter))));
        }
    }
    Ok((lines, weights))
}
