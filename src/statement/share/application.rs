//! What each application of an account pays, by the usage that was measured for it.

use std::collections::BTreeMap;

use super::{Lines, Share};
use crate::billing::{Options, PriceBook, RateError, Rater, Row, SUB_APP_ID, basis};
use crate::ledger::Ledger;
use crate::model::{MeterKind, SubAppId};
use crate::statement::{Statement, StatementError, with_meters_of};

/// Applications with their shares; `None` is none that is known.
pub type ApplicationShares = Vec<(Option<SubAppId>, Vec<Share>)>;

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
    let book = with_meters_of(book, &usage);
    let by = [SUB_APP_ID.to_owned()];
    let mut lines =
        Lines::of(&statement.charges, |meter| basis(meter, book.meter(meter).map_or(MeterKind::Event, |(kind, _)| kind), &by));
    let rate_error = |source| statement.rate_error(source);
    let mut rater = Rater::new(&book, options).map_err(rate_error)?;
    let mut weights: BTreeMap<Option<SubAppId>, BTreeMap<usize, i128>> = BTreeMap::new();
    for record in &usage {
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
    let mut all = ApplicationShares::new();
    for (application, weights) in weights {
        all.push((application, lines.take(weights)?));
    }
    all.push((None, lines.rest(|item| format!("unattributed, no weight is known: {}", item.basis))?));
    Ok(all)
}
