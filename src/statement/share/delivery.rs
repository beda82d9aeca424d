//! What media pay of delivery, by what was delivered of them: from access logs, and without any, from play statistics.
//!
//! Logs know every request, its area and its media, and the meter measures what they say and the overhead. Play statistics know days and
//! media alone, so they are taken only where all delivery was in one area.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::Lines;
use crate::billing::{RateError, Rater, Row};
use crate::ledger::Ledger;
use crate::model::meter::names;
use crate::model::{Period, Status, UsageRecord};
use crate::statement::{Statement, StatementError};

/// Weights are bytes in parts of ten thousand, so that any overhead is exact.
pub(super) const PARTS: i128 = 10_000;
/// The meters that measure delivery.
const METERS: [&str; 2] = [names::TRAFFIC, names::BANDWIDTH];

/// From what it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Access logs.
    Logs,
    /// Play statistics.
    Plays,
    /// It is not.
    Nothing,
}

/// Delivery of a month by media.
pub struct Delivery {
    pub source: Source,
    /// For each media what it weighs in some lines.
    media: HashMap<String, Vec<(usize, i128)>>,
    /// For each line what was measured in it, and what logs or statistics say, of known media or not.
    lines: BTreeMap<usize, Total>,
}

#[derive(Clone, Copy, Default)]
struct Total {
    measured: i128,
    delivered: i128,
}

/// One thing that was delivered.
struct Piece<'p> {
    file_id: &'p str,
    area: &'p str,
    period: Period,
    bytes: i64,
    /// Of one byte, in parts of ten thousand.
    factor: u32,
}

impl Delivery {
    /// Reads what was delivered in the month of a statement, and where it belongs in its lines.
    pub fn read(
        ledger: &Ledger,
        statement: &Statement,
        rater: &mut Rater<'_>,
        lines: &Lines<'_>,
        usage: &[UsageRecord],
    ) -> Result<Self, StatementError> {
        let (account, month) = (&statement.account, statement.month.period());
        let mut delivery = Self { source: Source::Nothing, media: HashMap::new(), lines: BTreeMap::new() };
        let meters: Vec<&str> =
            METERS.into_iter().filter(|meter| statement.charges.iter().any(|charge| charge.meter == *meter)).collect();
        if meters.is_empty() {
            return Ok(delivery);
        }
        let mut result = Ok(());
        ledger.each_delivery(account, month, |of, overhead, sum| {
            let period = of.day.period();
            let piece = Piece { file_id: &of.file_id, area: &of.area, period, bytes: sum.bytes, factor: overhead };
            delivery.source = Source::Logs;
            result = delivery.add(statement, rater, lines, &meters, &piece);
            flow(&result)
        })?;
        result?;
        let areas: BTreeSet<&str> = usage
            .iter()
            .filter(|record| meters.contains(&record.meter.as_str()) && record.quantity > 0)
            .map(|record| record.area.as_str())
            .collect();
        if let (Source::Nothing, Some(area), 1) = (delivery.source, areas.first(), areas.len()) {
            let mut result = Ok(());
            ledger.each_play(account, month, |file_id, day, bytes| {
                let piece = Piece { file_id, area, period: day.period(), bytes, factor: PARTS as u32 };
                delivery.source = Source::Plays;
                result = delivery.add(statement, rater, lines, &meters, &piece);
                flow(&result)
            })?;
            result?;
        }
        for record in usage.iter().filter(|record| record.meter == names::TRAFFIC && meters.contains(&record.meter.as_str())) {
            let mut fits = true;
            let placed = rater.places(&Row::from(record), |place| {
                let Some(line) = lines.at(&place) else { return };
                let total = delivery.lines.entry(line).or_default();
                let sum = place.weight.checked_mul(PARTS).and_then(|weight| total.measured.checked_add(weight));
                fits &= sum.is_some();
                total.measured = sum.unwrap_or_default();
            });
            placed.map_err(|source| statement.rate_error(source))?;
            if !fits {
                return Err(statement.rate_error(out_of_range()));
            }
        }
        Ok(delivery)
    }

    fn add(
        &mut self,
        statement: &Statement,
        rater: &mut Rater<'_>,
        lines: &Lines<'_>,
        meters: &[&str],
        piece: &Piece<'_>,
    ) -> Result<(), StatementError> {
        // Outside the mainland, but nobody knows where: it stays with what no media pays.
        if piece.area.is_empty() {
            return Ok(());
        }
        let mut fits = true;
        for meter in meters {
            let row = Row {
                start: piece.period.start,
                end: piece.period.end,
                account: statement.account.as_str(),
                meter,
                area: piece.area,
                spec: "",
                quantity: piece.bytes.into(),
                status: Status::Final,
            };
            let placed = rater.places(&row, |place| {
                let Some(line) = lines.at(&place) else { return };
                let total = self.lines.entry(line).or_default();
                let weight = place.weight.checked_mul(piece.factor.into());
                let sum = weight.and_then(|weight| total.delivered.checked_add(weight));
                fits &= sum.is_some();
                total.delivered = sum.unwrap_or_default();
                if piece.file_id.is_empty() {
                    return;
                }
                let own = self.media.entry(piece.file_id.to_owned()).or_default();
                match own.iter_mut().find(|(known, _)| *known == line) {
                    // It is a part of the sum above.
                    Some((_, sum)) => *sum += weight.unwrap_or_default(),
                    None => own.push((line, weight.unwrap_or_default())),
                }
            });
            placed.map_err(|source| statement.rate_error(source))?;
        }
        if fits { Ok(()) } else { Err(statement.rate_error(out_of_range())) }
    }

    /// What a media weighs, line by line. A correction that takes away more than there was weighs nothing.
    pub fn of(&self, file_id: &str) -> impl Iterator<Item = (usize, i128)> {
        self.media.get(file_id).into_iter().flatten().copied().filter(|(_, weight)| *weight > 0)
    }

    /// What all of it weighs, line by line: what was measured, or what is known to be delivered if that is more.
    pub fn totals(&self) -> impl Iterator<Item = (usize, i128)> {
        let mut known: HashMap<usize, i128> = HashMap::new();
        for (line, weight) in self.media.values().flatten().filter(|(_, weight)| *weight > 0) {
            *known.entry(*line).or_default() += weight;
        }
        self.lines.iter().map(move |(line, total)| {
            (*line, total.measured.max(total.delivered).max(known.get(line).copied().unwrap_or_default()))
        })
    }
}

fn flow(result: &Result<(), StatementError>) -> ControlFlow<()> {
    if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}

fn out_of_range() -> RateError {
    RateError::OutOfRange("delivered bytes".to_owned())
}
